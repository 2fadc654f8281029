"""The kernel process: a real ipykernel whose outputs pass through a valve."""

import logging
import os
import select
import signal
import sys
import threading
import traceback
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

from ipykernel.iostream import OutStream
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.session import Session
from traitlets import Type
from traitlets.config import Config

from gradschool.grading import walls
from gradschool.grading.limits import Limits

READY = "ready"

CUT = "[the rest of this cell's output was cut]"
FLOODED = "[this cell was stopped: its output did not end]"

# The kernel's own words; no code makes them longer than itself.
_NOT_OUTPUT = frozenset({"status", "execute_input", "iopub_welcome", "debug_event"})
_PIPE_BYTES = 1 << 16  # what a pipe holds
# of a value or of a line of a traceback, in characters
_LONGEST_TEXT = 20_000
_MOST_LINES = 200


def run_kernel(connection_file: Path, limits: Limits, ready: int) -> NoReturn:
    """Be a kernel until killed. Called in a fresh fork of the warm process.

    Args:
        connection_file: Where the sockets are to be.
        limits: How much output to let through.
        ready: A descriptor; `READY` is written to it when requests can come, else what went wrong.
    """
    try:
        app = _application(connection_file, limits)
        os.write(ready, READY.encode())
        os.close(ready)
        app.start()  # type: ignore[no-untyped-call]
    except BaseException:  # noqa: BLE001 - before any code of a student's has run: ours to know
        with suppress(OSError):
            os.write(ready, traceback.format_exc().encode())
    finally:
        os._exit(0)


def _application(connection_file: Path, limits: Limits) -> IPKernelApp:
    # a process group of its own: an interrupt reaches the programs that a cell has started
    os.setsid()
    walls.set_dumpable(on=True)
    walls.die_with_parent()
    _fresh_randomness()
    _find_modules_beside_the_notebook()
    sys.argv = ["ipykernel_launcher.py", "-f", str(connection_file)]
    settings = {
        "IPKernelApp": {"connection_file": str(connection_file)},
        "HistoryManager": {"hist_file": ":memory:"},
        "IPythonKernel": {"_execute_sleep": 0},  # half a millisecond a cell, for old clients
    }
    app = _Application.instance(config=Config(settings))
    app.session = Valve(parent=app, limits=limits)
    app.initialize([])  # type: ignore[no-untyped-call]
    app.log.setLevel(logging.CRITICAL)  # it formats each message for a log that nobody reads
    return app


def _find_modules_beside_the_notebook() -> None:
    """As IPython does, unless Python was started with `-P`, as the warm process was.

    After the standard library, so that a file of a student's cannot stand in for a part of it.
    """
    places = (n for n, path in enumerate(sys.path) if Path(path).name == "site-packages")
    sys.path.insert(next(places, 0), "")


def _fresh_randomness() -> None:
    """Forks share the state of the generators; a process that was started anew would not.

    Python's own generator sees to that itself.
    """
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()
    if torch := sys.modules.get("torch"):
        torch.seed()


class _Kernel(IPythonKernel):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]
        # ipykernel has each cell transformed twice, by a tokenizer in pure Python
        shell: Any = self.shell
        shell.transform_cell = lru_cache(maxsize=1)(shell.transform_cell)


class _Application(IPKernelApp):
    kernel_class = Type(_Kernel)
    outstream_class = f"{__name__}.Stream"


class Stream(OutStream):
    """Standard output or error, and what programs write to it past Python.

    ipykernel flushes both twice a cell, mostly for nothing; and a thread of its own reads what
    programs write, which may come too late for the cell that started them.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._written = False
        self._reading = threading.Lock()
        super().__init__(*arguments, **options)  # type: ignore[no-untyped-call]

    def write(self, string: str) -> int | None:  # type: ignore[override] # as ipykernel's
        """Take in text."""
        self._written = True  # before: another thread may flush meanwhile
        return super().write(string)

    def flush(self) -> None:
        """Send what was written, by programs too, and wait until it is sent."""
        # in a fork the lock may never be released, and the pipe is its parent's
        if self._is_master_process():  # type: ignore[no-untyped-call]
            self._read_pipe()
        if self._written:
            self._written = False
            super().flush()  # type: ignore[no-untyped-call]

    def _setup_stream_redirects(self, name: str) -> None:
        super()._setup_stream_redirects(name)  # type: ignore[no-untyped-call]
        os.set_blocking(self._pipe, False)

    @property
    def _pipe(self) -> int:
        return int(self._fid or -1)

    def _watch_pipe_fd(self) -> None:
        """Be the thread that reads while a cell runs."""
        while self._should_watch:
            select.select([self._pipe], [], [])
            self._read_pipe()

    def _read_pipe(self) -> None:
        """Take in what programs have written; when it returns, nothing is on its way."""
        with self._reading:
            try:
                data = os.read(self._pipe, _PIPE_BYTES) if self._should_watch else b""
            except BlockingIOError:
                return
            if data:
                self.write(data.decode(errors="replace"))


class Valve(Session):
    """A session that lets a bounded amount of output out of the kernel.

    It sits at the source: nothing further on has to hold what a cell prints for ever.
    """

    def __init__(self, *, limits: Limits, **options: Any) -> None:
        super().__init__(**options)
        self._limits = limits
        self._lock = threading.Lock()  # text comes from ipykernel's output thread
        self._left = limits.notebook_output_bytes
        self._cell_left = limits.output_bytes
        self._flood_left = limits.flood_bytes
        self._said: set[str] = set()

    def send(
        self,
        stream: Any,
        msg_or_type: Any,
        content: Any = None,
        parent: Any = None,
        *others: Any,
        **options: Any,
    ) -> Any:
        """Send a message, unless it is more output than the cell may have."""
        message = msg_or_type if isinstance(msg_or_type, Mapping) else {"content": content}
        kind = message["header"]["msg_type"] if message is msg_or_type else msg_or_type
        body = message["content"]
        if kind == "execute_input":
            self._next_cell()
            return None  # a line for other clients, of which there are none; as is the next
        if kind == "status" and body["execution_state"] == "busy":
            return None
        if kind in {"error", "execute_reply"}:
            _shorten(body)
        elif kind not in _NOT_OUTPUT and not kind.endswith("_reply"):
            buffers = sum(len(buffer) for buffer in options.get("buffers") or ())
            with self._lock:
                notice = self._meter(kind, body, _size(body) + buffers)
            if notice:
                self._say(notice, stream, message.get("parent_header") or parent)
                if notice == FLOODED:
                    self._stop_cell()
                return None
        return super().send(stream, msg_or_type, content, parent, *others, **options)

    def _next_cell(self) -> None:
        with self._lock:
            self._cell_left = self._limits.output_bytes
            self._flood_left = self._limits.flood_bytes
            self._said.clear()

    def _meter(self, kind: str, body: Any, size: int) -> str:
        """Count the output; say what to tell instead of it, if it is too much."""
        room = min(self._left, self._cell_left)
        self._left -= min(size, room)
        self._cell_left -= min(size, room)
        # one huge figure is no flood; what is printed comes in parts of any size
        self._flood_left -= size if kind == "stream" else min(size, self._limits.output_bytes)
        if size <= room:
            return ""
        if kind == "stream" and room > 0:
            body["text"] = f"{body['text'][:room]}\n{CUT}\n"
            self._said.add(CUT)
            return ""
        return CUT if self._flood_left > 0 else FLOODED

    def _stop_cell(self) -> None:
        """Interrupt the cell and its programs; if it goes on all the same, do it again later."""
        self._flood_left = self._limits.flood_bytes
        os.killpg(0, signal.SIGINT)

    def _say(self, notice: str, stream: Any, parent: Any) -> None:
        if notice in self._said:
            return
        self._said.add(notice)
        text = {"name": "stdout", "text": f"\n{notice}\n"}
        super().send(stream, "stream", text, parent=parent, ident=b"stream.stdout")


def _size(value: Any) -> int:
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, Mapping):
        return sum(_size(key) + _size(each) for key, each in value.items())
    if isinstance(value, list | tuple):
        return sum(map(_size, value))
    return 8


def _shorten(body: Any) -> None:
    """An exception's message can be as long as memory; it is in the error and in the reply."""
    if "evalue" in body:
        body["evalue"] = body["evalue"][:_LONGEST_TEXT]
        body["traceback"] = [line[:_LONGEST_TEXT] for line in body["traceback"][-_MOST_LINES:]]
    if _size(body.get("payload", ())) > _LONGEST_TEXT:
        body["payload"] = []
