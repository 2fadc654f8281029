"""The walls around one submission, put up from inside by the process that is to live in them.

It is forked from the warm process, the first one in a PID namespace of its own, and still has the
capabilities that bubblewrap left to the warm process. When `enter` returns it has none, and
nothing below it can get any back.
"""

import ctypes
import fcntl
import os
import resource
import signal
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gradschool.grading import syscalls
from gradschool.grading.limits import Limits

# Nobody else's, and not 0: RLIMIT_NPROC does not hold for root.
STUDENT = 60_999
HOME = Path("/tmp/home")
WORK = Path("/tmp/work")

CLONE_NEWNS = 0x00020000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

_MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_BIND, _MS_REC, _MS_PRIVATE = (
    2,
    4,
    8,
    1 << 12,
    1 << 14,
    1 << 18,
)
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_KEEPCAPS = 1, 4, 8
_PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 36, 38
_CAPABILITY_VERSION_3 = 0x20080522
_ALL = 0xFFFFFFFF
_SIOCSIFFLAGS, _IFF_UP = 0x8914, 1

_libc = ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments: object) -> None:
    """Call a function of the C library that is not in `os` before Python 3.12, or not at all."""
    if getattr(_libc, name)(*arguments) == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}{arguments}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    """Leave these namespaces for new ones (a new PID namespace is for the children to come)."""
    _call("unshare", flags)


def enter_namespace(descriptor: int, flags: int) -> None:
    """Go (back) to the namespace that the descriptor stands for."""
    _call("setns", descriptor, flags)


def set_dumpable(*, on: bool) -> None:
    """Off: no other process, not even of the same user, can trace this one or read its memory."""
    _call("prctl", _PR_SET_DUMPABLE, int(on), 0, 0, 0)


def die_with_parent() -> None:
    """Have this process killed when its parent ends (the parent must have one thread)."""
    _call("prctl", _PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def enter(limits: Limits, *, as_root: bool) -> None:
    """Put up the walls: own files, own processes, own network, no rights, bounded resources.

    Args:
        limits: The bounds to set.
        as_root: The grader is root, so bubblewrap made no user namespace.
    """
    unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWNET)
    _mount("none", "/", "", _MS_REC | _MS_PRIVATE)
    size = f"size={limits.disk_bytes},nr_inodes={limits.files},mode=1777"
    with _kept(Path("/tmp")):
        _mount("tmpfs", "/tmp", "tmpfs", _MS_NOSUID | _MS_NODEV, size)
    _mount("tmpfs", "/dev/shm", "tmpfs", _MS_NOSUID | _MS_NODEV, size)
    _mount("proc", "/proc", "proc", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC)
    _loopback_up()
    _become_student(as_root=as_root)
    for folder in (HOME, WORK):
        folder.mkdir()
    os.chdir(WORK)
    set_limits(limits)
    syscalls.forbid()


def enter_nothing(limits: Limits, folder: Path) -> None:
    """What can be had without namespaces: bounded resources, and children that are found again.

    Args:
        limits: The bounds to set; those on the disk cannot be had.
        folder: Where to make the home and the working folder.
    """
    _call("prctl", _PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    _call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    home, work = folder / HOME.name, folder / WORK.name
    for each in (home, work):
        each.mkdir()
    os.environ["HOME"] = str(home)
    os.chdir(work)
    set_limits(limits)


def set_limits(limits: Limits) -> None:
    """Set the bounds that hold for a process and are inherited."""
    bounds = {
        resource.RLIMIT_DATA: limits.memory_bytes,
        resource.RLIMIT_NPROC: limits.processes,
        resource.RLIMIT_FSIZE: limits.file_bytes,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    for kind, bound in bounds.items():
        hard = resource.getrlimit(kind)[1]
        bound = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(kind, (bound, bound))
    # if the machine runs out of memory, a student's process goes first, not the grader
    Path("/proc/self/oom_score_adj").write_text("1000")


@contextmanager
def _kept(place: Path) -> Iterator[None]:
    """Have what is mounted below a folder again after another mount has covered it.

    A Python environment may lie in `/tmp`. It stays read-only: a bind mount keeps its flags.
    """
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    points = [Path(line.split()[4].replace("\\040", " ")) for line in lines]
    below = [point for point in points if place in point.parents]
    descriptors = [os.open(point, os.O_PATH) for point in below]
    yield
    for point, descriptor in zip(below, descriptors, strict=True):
        point.mkdir(mode=0o755, parents=True, exist_ok=True)
        _mount(f"/proc/self/fd/{descriptor}", str(point), "", _MS_BIND | _MS_REC)
        os.close(descriptor)


def _mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    names = (source.encode(), target.encode(), kind.encode())
    _call("mount", *names, ctypes.c_ulong(flags), data.encode())


def _loopback_up() -> None:
    """A student's programs may talk to each other; it is this namespace's own and leads nowhere."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", _IFF_UP))


def _become_student(*, as_root: bool) -> None:
    """Change to the student's user in a user namespace of its own, and drop all rights.

    The namespace makes RLIMIT_NPROC count this submission's processes only.
    """
    if as_root:
        _call("prctl", _PR_SET_KEEPCAPS, 1, 0, 0, 0)
        os.setgroups([])
        os.setresgid(STUDENT, STUDENT, STUDENT)
        os.setresuid(STUDENT, STUDENT, STUDENT)
        _keep_capabilities()
        set_dumpable(on=True)  # the change of user made /proc/self root's
    outside = STUDENT if as_root else 0
    unshare(CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{STUDENT} {outside} 1")
    Path("/proc/self/gid_map").write_text(f"{STUDENT} {outside} 1")
    # a further namespace would give new rights inside it: room for mounts without a limit
    Path("/proc/sys/user/max_user_namespaces").write_text("0")
    _call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _set_capabilities(0, 0)


def _keep_capabilities() -> None:
    """Make the permitted capabilities effective again after a change of user."""
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    data = ctypes.create_string_buffer(24)
    _call("capget", header, data)
    _, low, _, _, high, _ = struct.unpack("=6I", data.raw)
    _set_capabilities(low, high)


def _set_capabilities(low: int, high: int) -> None:
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    _call("capset", header, struct.pack("=6I", low, low, 0, high, high, 0))
