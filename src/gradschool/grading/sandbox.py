"""The isolation that this machine can give: what it is called, how it is had, why it is missing."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from pathlib import Path

import gradschool
from gradschool.grading import walls


class Level(StrEnum):
    """What holds a submission in, strongest first.

    `NAMESPACES`: bubblewrap around the warm process, and in it own mount, PID, network, IPC and
    user namespaces for each submission. No network, no files but Python's, nothing outlives it.

    `NONE`: only resource limits. A submission can read and write what the grader's user can.
    """

    NAMESPACES = "namespaces"
    NONE = "none"


class SandboxError(Exception):
    """This machine does not give the isolation that is asked for; it says what to do."""


# What the warm process needs to make namespaces, and drops in each submission.
_CAPABILITIES = ("SYS_ADMIN", "NET_ADMIN", "SETUID", "SETGID", "SETFCAP", "SYS_RESOURCE")
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SETTINGS = (
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/mime.types",
)
_FILES = {
    "/etc/passwd": f"student:x:{walls.STUDENT}:{walls.STUDENT}::{walls.HOME}:/bin/sh\n",
    "/etc/group": f"student:x:{walls.STUDENT}:\n",
    "/etc/hosts": "127.0.0.1 localhost\n",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}


def is_root() -> bool:
    """Whether the grader runs as root: then no user namespace is needed around everything."""
    return os.geteuid() == 0


def environment() -> dict[str, str]:
    """All variables that a submission sees: nothing of the grader's own."""
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(walls.HOME),
        "USER": "student",
        "LOGNAME": "student",
        "LANG": "C.UTF-8",
        # what ipykernel sets, too late for a process in which pyplot is there already
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "NBGRADER_EXECUTION": "autograde",
        **one_thread,
    }


@contextmanager
def launcher(level: Level) -> Iterator[tuple[list[str], list[int]]]:
    """The words to put before a command, and the descriptors to hand on, for it to be isolated.

    Raises:
        SandboxError: bubblewrap is not there.
    """
    if level == Level.NONE:
        yield [], []
        return
    own = [] if is_root() else ["--unshare-user", "--uid", "0", "--gid", "0"]
    rights = [word for name in _CAPABILITIES for word in ("--cap-add", f"CAP_{name}")]
    namespaces = [f"--unshare-{name}" for name in ("pid", "net", "ipc", "uts", "cgroup-try")]
    with ExitStack() as stack:
        made = {path: stack.enter_context(_memory_file(text)) for path, text in _FILES.items()}
        words = [
            *(_bubblewrap(), *own, *namespaces, "--hostname", "gradschool"),
            *("--cap-drop", "ALL", *rights),
            # first, since a Python environment may lie in it
            *("--tmpfs", "/tmp"),
            *_mounts(),
            *(
                word
                for path, number in made.items()
                for word in ("--perms", "0444", "--file", str(number), path)
            ),
            *("--proc", "/proc", "--dev", "/dev", "--dir", str(walls.HOME)),
            *("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/", "--"),
        ]
        yield words, list(made.values())


def _bubblewrap() -> str:
    if sys.platform != "linux":
        raise SandboxError(
            "Submissions are isolated by Linux's namespaces, and this is no Linux: run the grader "
            "in a Linux virtual machine, or in a container that may make namespaces."
        )
    if (found := shutil.which("bwrap")) is None:
        raise SandboxError(
            "bubblewrap is not installed: `apt install bubblewrap`, `dnf install bubblewrap`, …"
        )
    return found


@contextmanager
def _memory_file(text: str) -> Iterator[int]:
    descriptor = os.memfd_create("gradschool")
    try:
        os.write(descriptor, text.encode())
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield descriptor
    finally:
        os.close(descriptor)


def _mounts() -> Iterator[str]:
    for folder in map(Path, _SYSTEM):
        if folder.is_symlink():
            yield from ("--symlink", str(folder.readlink()), str(folder))
        elif folder.is_dir():
            yield from ("--ro-bind", str(folder), str(folder))
    yield from ("--perms", "0755", "--dir", "/etc")
    for setting in _SETTINGS:
        yield from ("--ro-bind-try", setting, setting)
    for folder in _python():
        for parent in reversed(folder.parents[:-1]):
            yield from ("--perms", "0755", "--dir", str(parent))
        yield from ("--ro-bind", str(folder), str(folder))


def _python() -> list[Path]:
    """The folders of the Python environment, and of this package where it lies elsewhere.

    Of an editable installation only the package: beside it are the course's solutions.
    """
    wanted = [Path(sys.base_prefix), Path(sys.prefix), Path(sys.executable).resolve().parents[1]]
    package = Path(gradschool.__file__).parent
    found: list[Path] = []
    for folder in [*wanted, package]:
        if not any(folder.is_relative_to(known) for known in [*found, Path("/usr")]):
            found.append(folder)
    return found


def explain(said: str) -> str:
    """What the words mean with which the warm process, or a try in it, has failed; what to do."""
    if "bwrap:" not in said and "/walls.py" not in said:
        return f"The warm process did not start: {said}"
    restricted = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
    if not is_root() and restricted.exists() and restricted.read_text().strip() == "1":
        hint = (
            "Ubuntu's AppArmor lets only named programs make user namespaces. Grade as root, or "
            "`sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0` (see docs/grading.md)."
        )
    elif any(Path(mark).exists() for mark in ("/.dockerenv", "/run/.containerenv")):
        hint = (
            "This is a container that may not make namespaces: start it with `--security-opt "
            "seccomp=unconfined --security-opt apparmor=unconfined --security-opt "
            "systempaths=unconfined`, or as root with `--cap-add SYS_ADMIN --cap-add NET_ADMIN` "
            "too, or grade outside of it."
        )
    else:
        hint = (
            "The kernel must allow user namespaces to an ordinary user "
            "(`sysctl user.max_user_namespaces`, `kernel.unprivileged_userns_clone`), or grade as "
            "root."
        )
    return f"Submissions cannot be isolated on this machine: {hint}\nIt said: {said}"
