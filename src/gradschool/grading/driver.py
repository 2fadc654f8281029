"""The driver: inside the walls, beside the kernel, it runs the cells and reports to the engine.

It is the first process of the submission's PID namespace: when it ends, nothing of the submission
is left. It forks the kernel before it reads the notebook, so the hidden tests of later cells are
not in the kernel's memory. It holds nothing and may do nothing that is worth having for a
student's code.
"""

import base64
import os
import resource
import signal
import socket
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from gradschool.grading import walls, wire
from gradschool.grading.cells import Cells
from gradschool.grading.client import Client
from gradschool.grading.kernel import run_kernel
from gradschool.grading.limits import GIB, MIB, Limits
from gradschool.grading.record import Status, node

WALLED = "walled"
REQUEST_BYTES = 256 * MIB
_START_SECONDS = 30
_LONGEST_GREETING = MIB
_WATCH_SECONDS = 0.05


def serve(channel: socket.socket, limits: Limits, *, folder: str, as_root: bool) -> NoReturn:
    """Be the driver of one submission, in a fresh fork of the warm process, and end with it.

    Args:
        channel: Leads to the engine.
        limits: For the submission.
        folder: Where its files are to be, or `WALLED` to have a file system of its own.
        as_root: The engine is root.
    """
    try:
        _close_all_but(channel.fileno())
        pidfd = os.pidfd_open(os.getpid())
        socket.send_fds(channel, [b"!"], [pidfd])  # with it the engine can end everything
        os.close(pidfd)
        _serve(channel, limits, folder=folder, as_root=as_root)
    except (EOFError, BrokenPipeError):
        pass  # the engine has gone, or was only trying
    except BaseException:  # noqa: BLE001 - whatever it is, the engine must hear of it
        _last_words(channel)
    finally:
        _end_all_others()
        os._exit(0)


def _serve(channel: socket.socket, limits: Limits, *, folder: str, as_root: bool) -> None:
    if folder == WALLED:
        walls.enter(limits, as_root=as_root)
    else:
        walls.enter_nothing(limits, Path(folder))
    kernel, to_kernel, info = _fork_kernel(limits)
    walls.set_dumpable(on=False)
    wire.send(channel, {"event": "ready"})
    request = wire.receive(channel, limit=REQUEST_BYTES)
    _write_files(request["files"])
    watch = _Watch(kernel, limits)
    watch.start()
    notebook = node(request["notebook"])
    notebook.metadata["language_info"] = info["language_info"]
    client = Client(notebook, to_kernel, kernel=kernel, engine=channel, engine_gone=_give_up)
    cells = Cells(
        notebook,
        client,
        limits,
        kernel=kernel,
        seconds=request["seconds"],
        skipped={int(i): (Status(s), note) for i, (s, note) in request["skipped"].items()},
        why_killed=lambda: watch.reason,
        tell=lambda index, done: wire.send(
            channel, {"event": "cell", "index": index, "done": done}
        ),
    )
    cells.run()
    _end_all_others()
    wire.send(channel, _result(cells))


def _give_up() -> NoReturn:
    """The engine is gone: nobody wants the cells any more."""
    _end_all_others()
    os._exit(0)


def _fork_kernel(limits: Limits) -> tuple[int, socket.socket, wire.Message]:
    """Give the kernel's process, what leads to it, and what kernel it is."""
    channel, its_end = socket.socketpair()
    kernel = os.fork()
    if kernel == 0:
        _close_all_but(its_end.fileno())
        run_kernel(its_end, limits)
    its_end.close()
    try:
        said = wire.receive(channel, limit=_LONGEST_GREETING, seconds=_START_SECONDS)
    except (EOFError, TimeoutError) as error:
        said = {"failed": type(error).__name__}
    if "ready" not in said:
        raise RuntimeError(f"The kernel did not start: {said['failed']}")
    return kernel, channel, said["ready"]


def _write_files(files: Mapping[str, str]) -> None:
    for name, content in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(content))


def _result(cells: Cells) -> wire.Message:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "event": "result",
        "notebook": cells.notebook,
        "cells": [[index, *fate] for index, fate in cells.fates.items()],
        "stopped": cells.stopped,
        "cpu_seconds": used.ru_utime + used.ru_stime + own.ru_utime + own.ru_stime,
        "peak_memory_bytes": used.ru_maxrss * 1024,
    }


def _last_words(channel: socket.socket) -> None:
    with suppress(OSError):
        wire.send(channel, {"event": "failed", "reason": traceback.format_exc()[-4000:]})


def _close_all_but(descriptor: int) -> None:
    """Keep one descriptor; standard input is empty, and what is printed goes nowhere."""
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    os.closerange(3, descriptor)
    os.closerange(descriptor + 1, 65536)


def _others() -> list[int]:
    """The other processes of the submission."""
    if os.getpid() == 1:
        names = (entry.name for entry in Path("/proc").iterdir())
        return [int(name) for name in names if name.isdecimal() and name != "1"]
    return _below(os.getpid())


def _below(process: int) -> list[int]:
    found: list[int] = []
    for thread in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            children = [int(word) for word in thread.read_text().split()]
            found += [each for child in children for each in (child, *_below(child))]
    return found


def _end_all_others() -> None:
    """Kill the kernel and whatever it started, and take in what they used."""
    while _kill_all_others():
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
        time.sleep(0.002)  # do not wait for a child: one born meanwhile has not been killed


def _kill_all_others() -> bool:
    """Kill them; False if there are none, not even to be waited for."""
    if os.getpid() == 1:
        with suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)  # all at once: none can fork another meanwhile
            return True
        return False
    others = _others()
    for process in others:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    return bool(others)


class _Watch(threading.Thread):
    """Kills the kernel and what it started when all together use too much memory.

    Attributes:
        reason: Why it has killed them, or "".
    """

    def __init__(self, kernel: int, limits: Limits) -> None:
        super().__init__(daemon=True)
        self.reason = ""
        self._kernel = kernel
        self._most = limits.total_memory_bytes

    def run(self) -> None:
        """Look at the memory again and again."""
        while not self.reason:
            time.sleep(_WATCH_SECONDS)
            # exact, but 10 ms each: only when the cheap number, with all that is shared, is large
            if self._sum(_resident) > self._most and self._sum(_proportional) > self._most:
                self.reason = f"stopped: it used more than {self._most / GIB:.1f} GiB of memory"
                _kill_all_others()

    def _sum(self, measure: Callable[[int], int]) -> int:
        return sum(map(measure, _others()))


def _resident(process: int) -> int:
    return _kibibytes(process, "status", ("VmRSS:", "VmPTE:")) * 1024


def _proportional(process: int) -> int:
    """Memory shared by several processes counts once, divided among them."""
    return _kibibytes(process, "smaps_rollup", ("Pss:",)) * 1024 or _resident(process)


def _kibibytes(process: int, file: str, names: tuple[str, ...]) -> int:
    try:
        lines = Path(f"/proc/{process}/{file}").read_text().splitlines()
    except OSError:  # it has ended
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith(names))
