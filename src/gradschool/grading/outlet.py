"""What leaves the kernel: text and messages, a bounded amount, over one socket to the driver."""

import json
import os
import select
import signal
import socket
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any

from ipykernel.iostream import IOPubThread, OutStream
from jupyter_client.jsonutil import json_default
from jupyter_client.session import Session

from gradschool.grading import wire
from gradschool.grading.limits import Limits

CUT = "[the rest of this cell's output was cut]"
FLOODED = "[this cell was stopped: its output did not end]"

# The kernel's own words; no code makes them longer than itself.
_NOT_OUTPUT = frozenset({"status", "debug_event"})
_PIPE_BYTES = 1 << 16  # what a pipe holds
# of a value or of a line of a traceback, in characters
_LONGEST_TEXT = 20_000
_MOST_LINES = 200


class Outlet(IOPubThread):
    """Sends to the driver in a thread of its own, as ipykernel does, but without sockets of zmq's.

    A thread, because an interrupt may strike the one that runs the cell in the middle of a message.
    """

    def __init__(self) -> None:  # not ipykernel's, which makes its sockets
        self.thread = None  # type: ignore[assignment] # to a stream: flush at once
        self.io_loop = self  # type: ignore[assignment] # of which streams need one method
        self._due: SimpleQueue[bytes | tuple[float, Callable[[], None]]] = SimpleQueue()

    def open(self, channel: socket.socket) -> None:
        """Begin to send."""
        threading.Thread(target=self._send, args=[channel], daemon=True).start()

    def put(self, data: bytes) -> None:
        """Send this soon, after what was put before."""
        self._due.put(data)

    def schedule(self, f: Callable[[], None]) -> None:
        """Call a function of a stream's."""
        f()

    def call_later(self, seconds: float, f: Callable[[], None]) -> None:
        """Call a function of a stream's in the thread, after so many seconds."""
        self._due.put((time.monotonic() + seconds, f))

    def _send(self, channel: socket.socket) -> None:
        calls: list[tuple[float, Callable[[], None]]] = []
        while True:
            left = max(calls[0][0] - time.monotonic(), 0) if calls else None
            try:
                due = self._due.get(timeout=left)
            except Empty:
                with suppress(Exception):  # a cell may have broken the stream
                    calls.pop(0)[1]()
                continue
            if isinstance(due, tuple):
                calls.append(due)  # all are as late as each other, so they are in order
                continue
            try:
                channel.sendall(due)
            except OSError:
                os._exit(1)  # nobody can hear any more


class Stream(OutStream):
    """Standard output or error, and what programs write to it past Python.

    ipykernel flushes both twice a cell, mostly for nothing; and a thread of its own reads what
    programs write, which may come too late for the cell that started them.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._written = False
        self._reading = threading.Lock()
        self._sending = threading.RLock()
        super().__init__(*arguments, **options)  # type: ignore[no-untyped-call]

    def write(self, string: str) -> int | None:  # type: ignore[override] # as ipykernel's
        """Take in text."""
        if not self._is_master_process():  # type: ignore[no-untyped-call]
            return _write_all(self._original_stdstream_fd, string)  # a fork is one more program
        self._written = True  # before: another thread may flush meanwhile
        return super().write(string)

    def flush(self) -> None:
        """Send what was written, by programs too."""
        # in a fork a lock may never be released, and the pipe is its parent's
        if not self._is_master_process():  # type: ignore[no-untyped-call]
            return
        self._read_pipe()
        if self._written:
            self._written = False
            super().flush()  # type: ignore[no-untyped-call]

    def _flush(self) -> None:
        with self._sending:  # else another thread's text, taken in before, might be sent after
            super()._flush()  # type: ignore[no-untyped-call]

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

    It sits at the source: nothing further on has to hold what a cell prints for ever. Messages are
    those of Jupyter's, in one frame of `wire` instead of several of zmq's.
    """

    def __init__(self, outlet: Outlet, **options: Any) -> None:
        super().__init__(**options)
        self._outlet = outlet
        self._process: int | None = None
        self._lock = threading.Lock()  # text comes from ipykernel's output thread
        self._said: set[str] = set()

    def open(self, limits: Limits) -> None:
        """Let something out, of this process only."""
        self._process = os.getpid()
        self._limits = limits
        self._left = limits.notebook_output_bytes
        self._next_cell()

    def feed_identities(self, msg_list: Any, *_: Any, **__: Any) -> tuple[list[bytes], Any]:
        """There is one client: no message is addressed."""
        return [], msg_list

    def deserialize(self, msg_list: Any, *_: Any, **__: Any) -> Any:
        """`wire` has done so already."""
        return msg_list

    def send(  # type: ignore[override] # of the rest nothing is used
        self,
        _stream: Any,
        msg_or_type: Any,
        content: Any = None,
        parent: Any = None,
        *_others: Any,
        **options: Any,
    ) -> Any:
        """Send a message, unless it is more output than the cell may have."""
        message = msg_or_type
        if isinstance(msg_or_type, str):
            message = self.msg(msg_or_type, content, parent, metadata=options.get("metadata"))
        if os.getpid() != self._process or not message["parent_header"]:
            return message  # from a fork nothing is sent, nor what belongs to no cell
        kind, body = message["header"]["msg_type"], message["content"]
        blobs = [bytes(each) for each in options.get("buffers") or ()]
        if kind == "execute_input":
            self._next_cell()
            return None  # a line for other clients, of which there are none; as is the next
        if kind == "status" and body["execution_state"] != "idle":
            return None
        if kind in {"error", "execute_reply"}:
            _shorten(body)
        elif kind not in _NOT_OUTPUT and not kind.endswith("_reply"):
            with self._lock:
                notice = self._meter(kind, body, _size(body) + sum(map(len, blobs)))
            if notice:
                self._say(notice, message["parent_header"])
                if notice == FLOODED:
                    self._stop_cell()
                return None
        self._put(message, blobs)
        return message

    def _put(self, message: Mapping[str, Any], blobs: Sequence[bytes] = ()) -> None:
        parts = {key: message[key] for key in ("header", "parent_header", "content", "metadata")}
        parts["buffers"] = [b64encode(blob).decode() for blob in blobs]
        try:
            data = self.pack(parts)
        except UnicodeEncodeError:  # half a surrogate pair, which is no text
            data = json.dumps(parts, default=json_default, ensure_ascii=False).encode(
                errors="replace"
            )
        self._outlet.put(wire.frame(data))

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

    def _say(self, notice: str, parent: Any) -> None:
        if notice in self._said:
            return
        self._said.add(notice)
        self._put(self.msg("stream", {"name": "stdout", "text": f"\n{notice}\n"}, parent))


def _write_all(descriptor: int, text: str) -> int:
    data = memoryview(text.encode(errors="replace"))
    while data:
        data = data[os.write(descriptor, data) :]
    return len(text)


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
