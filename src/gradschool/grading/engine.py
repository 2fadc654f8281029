"""The engine: one notebook in, one record out, whatever the notebook does."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import asdict
from pathlib import PurePosixPath
from types import TracebackType
from typing import Any, Self

from nbformat import NotebookNode

from gradschool.grading import sandbox, wire
from gradschool.grading.driver import REQUEST_BYTES, WALLED
from gradschool.grading.limits import MIB, Limits
from gradschool.grading.record import CellRun, Run, Status, Usage, error_output, node
from gradschool.grading.sandbox import Level, SandboxError

_WARM_PROCESS = "gradschool.grading.warm"
_START_SECONDS = 120
_FORK_SECONDS = 60
# Beyond its own deadlines a driver may be late on a busy machine, but not for ever.
_PATIENCE_SECONDS = 20

_DEFAULT = Limits()

Fate = tuple[Status, str]


class Engine:
    """Runs notebooks, each in a sandbox and in a kernel forked from one warm process.

    Several threads may call `execute` at once. A warm process that has ended is replaced.
    """

    def __init__(
        self, *, level: str | None = None, limits: Limits = _DEFAULT, preload: bool = True
    ) -> None:
        """Choose; nothing is started yet.

        Args:
            level: A `sandbox.Level`; if not given, the strongest, and nothing weaker.
            limits: For each submission; may be set anew.
            preload: Import torch and the like beforehand.
        """
        self.level = Level(level or Level.NAMESPACES)
        self.limits = limits
        self._preload = preload
        self._lock = threading.Lock()
        self._zygote: _Zygote | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def spawn(self) -> None:
        """Have the warm process warm up, unless it runs, while the caller does something else."""
        with self._lock, suppress(SandboxError):  # `start` tries again, and says why
            self._spawn()

    def start(self) -> None:
        """Start the warm process, unless it runs, and wait until it is warm.

        Raises:
            SandboxError: The level cannot be had here; the text says what to do.
        """
        with self._lock:
            self._spawn().wait_until_warm()

    def _spawn(self) -> "_Zygote":
        if self._zygote is None or not self._zygote.alive():
            if self._zygote:
                self._zygote.stop()
            self._zygote = _Zygote(self.level, preload=self._preload)
        return self._zygote

    def stop(self) -> None:
        """End the warm process and everything that runs in it."""
        with self._lock:
            if self._zygote:
                self._zygote.stop()
            self._zygote = None

    def execute(self, notebook: NotebookNode, *, files: Mapping[str, bytes] = {}) -> Run:
        """Run a notebook. It does not raise for what the notebook does.

        Args:
            notebook: Is not changed.
            files: What lies in its working folder, by relative path.

        Raises:
            SandboxError: The warm process cannot be started (again).
        """
        work = _Work(notebook, files, self.limits)
        while work.goes_on:
            self.start()
            zygote = self._zygote
            if zygote is None:
                work.ours = "the engine was stopped"
                break
            _attempt(zygote, work)
        return work.run(self.level)


def probe() -> Level:
    """The strongest level that holds on this machine, found by trying.

    Raises:
        SandboxError: None but `Level.NONE` does; the text says what is missing.
    """
    with Engine(preload=False) as engine:
        return engine.level


class _Zygote:
    """The engine's end of the warm process."""

    def __init__(self, level: Level, *, preload: bool) -> None:
        self._level = level
        self._lock = threading.Lock()
        self._warm = False
        options = {
            "preload": preload,
            "walled": level != Level.NONE,
            "as_root": sandbox.is_root(),
        }
        with sandbox.launcher(level) as (words, descriptors):
            self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
            self._control, theirs = socket.socketpair()
            with theirs:
                python = [sys.executable, "-P", "-m", _WARM_PROCESS]
                self._process = subprocess.Popen(
                    [*words, *python, str(theirs.fileno()), json.dumps(options)],
                    env=sandbox.environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=self._log,
                    stderr=self._log,
                    pass_fds=[theirs.fileno(), *descriptors],
                    cwd="/",
                    start_new_session=True,
                )

    def wait_until_warm(self) -> None:
        """Wait until it can fork drivers.

        Raises:
            SandboxError: It cannot.
        """
        if self._warm:
            return
        try:
            wire.receive(self._control, limit=MIB, seconds=_START_SECONDS)
            self._control.settimeout(None)
            with self.driver(_DEFAULT) as driver:
                driver.wait_until_ready()
        except (OSError, EOFError, wire.WireError, _OursError) as error:
            said = f"{self._said()} {error}".strip()
            self.stop()
            raise SandboxError(sandbox.explain(said)) from error
        self._warm = True

    def alive(self) -> bool:
        return self._process.poll() is None

    def vanishes(self) -> bool:
        """Whether it has ended, as far as can be said within a second."""
        try:
            self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self) -> None:
        """End it: it goes when its socket is closed, and with it all that it has forked."""
        self._control.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    @contextmanager
    def driver(self, limits: Limits) -> Iterator["_Driver"]:
        """Fork a driver; afterwards nothing of it is left."""
        with self._folder() as folder:
            channel, theirs = socket.socketpair()
            wanted = json.dumps({"folder": folder, "limits": asdict(limits)}).encode()
            with channel:
                with theirs, self._lock:
                    socket.send_fds(self._control, [wanted], [theirs.fileno()])
                channel.settimeout(_FORK_SECONDS)
                _, descriptors, _, _ = socket.recv_fds(channel, 1, 1, socket.MSG_CMSG_CLOEXEC)
                if not descriptors:
                    raise EOFError
                try:
                    yield _Driver(channel)
                finally:
                    channel.close()
                    self._end(descriptors[0])

    def _end(self, pidfd: int) -> None:
        """See to it that a driver is gone."""
        if self._level == Level.NONE:
            # nobody else can end what it has started
            select.select([pidfd], [], [], _PATIENCE_SECONDS)
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        os.close(pidfd)

    @contextmanager
    def _folder(self) -> Iterator[str]:
        if self._level == Level.NONE:
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
                yield folder
        else:
            yield WALLED

    def _said(self) -> str:
        self._log.seek(0)
        return self._log.read()[-2000:].decode(errors="replace").strip()


class _OursError(Exception):
    """The driver says that it could not do its work."""


class _Driver:
    """The engine's end of a driver."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel

    def wait_until_ready(self) -> None:
        self.receive(limit=MIB, seconds=_FORK_SECONDS)

    def send(self, message: wire.Message) -> None:
        self._channel.settimeout(_FORK_SECONDS)
        wire.send(self._channel, message)

    def receive(self, *, limit: int, seconds: float) -> wire.Message:
        message = wire.receive(self._channel, limit=limit, seconds=seconds)
        if message["event"] == "failed":
            raise _OursError(message["reason"])
        return message


class _Work:
    """A notebook on its way through as many kernels as it takes.

    Attributes:
        goes_on: Whether another attempt is wanted.
        ours: Why the grader failed, or "".
        current: The cell that is running, or None.
    """

    def __init__(self, notebook: NotebookNode, files: Mapping[str, bytes], limits: Limits) -> None:
        self.limits = limits
        self.goes_on = True
        self.ours = ""
        self.current: int | None = None
        self._begin = time.monotonic()
        self._notebook = deepcopy(notebook)
        self._files = {_inside(name): b64encode(data).decode() for name, data in files.items()}
        self._fates: dict[int, Fate] = {}
        self._skipped: dict[int, Fate] = {}
        self._usage = Usage()

    @property
    def left(self) -> float:
        """Seconds that the notebook still has."""
        return self._begin + self.limits.notebook_seconds - time.monotonic()

    def request(self) -> wire.Message:
        """What the driver is to do now."""
        self.current = None
        return {
            "notebook": self._notebook,
            "files": self._files,
            "seconds": self.left,
            "skipped": self._skipped,
        }

    def started(self, index: int, done: Sequence[Sequence[Any]]) -> None:
        """Note that a cell is running, and how those before it ended."""
        self.current = index
        for cell, status, note in done:
            self._settle(cell, (Status(status), note))

    def finished(self, result: wire.Message) -> None:
        """Take in what the driver reports at its end."""
        for key in ("language_info", "widgets"):  # nbclient adds these two
            if key in result["notebook"]["metadata"]:
                self._notebook.metadata[key] = node(result["notebook"]["metadata"][key])
        for index, status, note in result["cells"]:
            if self._settle(index, (Status(status), note)):
                ran = node(result["notebook"]["cells"][index])
                cell = self._notebook.cells[index]
                cell.outputs, cell.execution_count = ran.outputs, ran.execution_count
        self._usage = Usage(
            self._usage.cpu_seconds + result["cpu_seconds"],
            max(self._usage.peak_memory_bytes, result["peak_memory_bytes"]),
            self._usage.kernels + 1,
        )
        self._next(result["stopped"])

    def lost(self, status: Status, note: str) -> None:
        """Note that the driver is gone, by the doing of the cell that was running."""
        if self.current is None:
            self.fail(f"the driver ended before the first cell ({note})")
            return
        self._settle(self.current, (status, note))
        shown = error_output("CellDied", note, [note])
        self._notebook.cells[self.current].outputs = [shown]
        self._next(self.current)

    def fail(self, reason: str) -> None:
        """Note that the grader has failed."""
        self.ours = reason
        self.goes_on = False

    def run(self, level: Level) -> Run:
        """The record."""
        cells = tuple(
            CellRun(index, cell.get("id", ""), *self._fates.get(index, (Status.NOT_RUN, "not run")))
            for index, cell in enumerate(self._notebook.cells)
            if cell.cell_type == "code"
        )
        seconds = time.monotonic() - self._begin
        return Run(self._notebook, cells, self.ours, seconds, self._usage, level)

    def _settle(self, index: int, fate: Fate) -> bool:
        """Keep a cell's fate, unless an earlier kernel has brought it further."""
        if _ran(self._fates.get(index)) and not _ran(fate):
            return False
        self._fates[index] = fate
        return True

    def _next(self, stopped: int | None) -> None:
        over = self.left <= 0 or len(self._skipped) == self.limits.restarts
        self.goes_on = stopped is not None and not over
        if stopped is not None:
            self._skipped[stopped] = self._fates[stopped]


def _attempt(zygote: _Zygote, work: _Work) -> None:
    """Run the notebook in one more kernel, without the cells that ended those before."""
    try:
        with zygote.driver(work.limits) as driver:
            driver.wait_until_ready()
            driver.send(work.request())
            _listen(driver, work)
    except _OursError as error:
        work.fail(str(error))
    except TimeoutError:
        work.lost(Status.TIMEOUT, "stopped: it kept even its supervisor from answering")
    except (OSError, EOFError, wire.WireError) as error:
        if zygote.vanishes():
            work.fail("the warm process that all kernels come from has ended")
        else:
            work.lost(Status.DIED, f"the kernel ended here, and its supervisor too ({error!r})")


def _listen(driver: _Driver, work: _Work) -> None:
    # a control character in an output takes six bytes in JSON
    limit = 6 * work.limits.notebook_output_bytes + REQUEST_BYTES
    while True:
        seconds = min(max(work.left, 0), work.limits.cell_seconds) + _PATIENCE_SECONDS
        message = driver.receive(limit=limit, seconds=seconds)
        if message["event"] == "result":
            work.finished(message)
            return
        work.started(message["index"], message["done"])


def _ran(fate: Fate | None) -> bool:
    return fate is not None and fate[0] in {Status.OK, Status.ERROR, Status.FLOOD}


def _inside(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise ValueError(f"{name!r} is not inside the working folder")
    return name
