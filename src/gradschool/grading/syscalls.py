"""Some calls of the kernel that a submission may not make: memory from them has no bound.

What a process holds with them is in no count of its memory, or opens the kernel wider than
lessons need. A table of numbers and a filter of a dozen instructions: too little for a dependency.
"""

import ctypes
import errno
import platform
import struct

# name: its number on x86_64 and on aarch64 (newer calls have one number everywhere)
_FORBIDDEN = {
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "io_uring_setup": (425, 425),
    "userfaultfd": (323, 282),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "add_key": (248, 217),
    "keyctl": (250, 219),
}
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
# the other calling convention of x86_64 has the same calls under numbers from here on
_X32 = 0x40000000

_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER, _ARCHITECTURE = 0, 4
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM
_PR_SET_SECCOMP, _FILTER = 22, 2


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def forbid() -> None:
    """Have these calls refused, in this process and all that it starts, for good.

    Raises:
        OSError: The kernel has no seccomp, or this machine's numbers are not known.
    """
    machine = platform.machine()
    if machine not in _MACHINES:
        raise OSError(errno.ENOSYS, f"the numbers of system calls on {machine} are not known")
    column, architecture = _MACHINES[machine]
    numbers = [each[column] for each in _FORBIDDEN.values()]
    code = _instructions(architecture, numbers)
    program = _Program(len(code) // 8, code)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0) == -1:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_SECCOMP)")


def _instructions(architecture: int, numbers: list[int]) -> bytes:
    """The filter: each instruction is code, steps ahead if true, if false, and a constant."""
    checks = len(numbers)
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 0, checks + 3, architecture),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, checks + 1, 0, _X32),
        *((_EQUAL, checks - place, 0, number) for place, number in enumerate(numbers)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
