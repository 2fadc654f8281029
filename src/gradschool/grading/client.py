"""The driver's end of a kernel's connection: ask it to run a cell, take in what it says.

nbclient makes outputs of the messages. Waiting is done here, in one loop without tasks or
timeouts of their own: for the kernel's messages, its end, and the end of the engine.
"""

import math
import os
import select
import socket
import time
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete
from nbformat import NotebookNode

from gradschool.grading import wire
from gradschool.grading.limits import MIB

# The valve in the kernel lets less out; what is more comes past it, and the connection is closed.
_LONGEST_MESSAGE = 16 * MIB
# After the reply to a cell, the rest is on its way; so is a reply when the kernel ends.
_SECONDS_FOR_THE_REST = 4
_SECONDS_FOR_LAST_WORDS = 0.2
# A kernel that has come to a cell's end takes in the next one at once.
_SECONDS_TO_ASK = 30

Content = Mapping[str, Any]


class Running:
    """A cell that a kernel has been asked to run.

    Attributes:
        reply: The kernel's answer; empty while there is none.
        idle: All outputs have come.
        trouble: Why the kernel cannot be listened to any more, or "".
        died: The kernel's process has ended.
    """

    def __init__(self, cell: NotebookNode, index: int, request: str) -> None:
        self.cell = cell
        self.index = index
        self.request = request
        self.reply: Content = {}
        self.idle = False
        self.trouble = ""
        self.died = False

    @property
    def ended(self) -> bool:
        """Whether the cell has come to its end, and the kernel is ready for another."""
        return bool(self.reply) and self.idle and not self.trouble

    @property
    def over(self) -> bool:
        """Whether nothing more is to be expected."""
        return self.ended or self.died or bool(self.trouble)


class Client:
    """Drives one kernel through the cells of one notebook."""

    def __init__(
        self,
        notebook: NotebookNode,
        channel: socket.socket,
        *,
        kernel: int,
        engine: socket.socket,
        engine_gone: Callable[[], None],
    ) -> None:
        """Make ready to ask.

        Args:
            notebook: Outputs are put into its cells.
            channel: Leads to the kernel.
            kernel: The kernel's process.
            engine: Nothing more is sent through it; it can be read when its other end is closed.
            engine_gone: Is called then.
        """
        self._outputs = NotebookClient(notebook, allow_errors=True, record_timing=False)
        self._channel = channel
        self._channel.settimeout(_SECONDS_TO_ASK)
        self._inbox = wire.Inbox(channel, limit=_LONGEST_MESSAGE)
        self._closed = False
        self._pidfd = os.pidfd_open(kernel)  # can be read when the process has ended
        self._engine = engine.fileno()
        self._engine_gone = engine_gone
        self._poll = select.poll()
        for source in (channel.fileno(), self._pidfd, self._engine):
            self._poll.register(source, select.POLLIN)

    def begin(self, cell: NotebookNode, index: int) -> Running:
        """Ask for a cell to be run."""
        self._outputs.clear_before_next_output = False
        running = Running(cell, index, f"cell {index}")
        header = {"msg_id": running.request, "msg_type": "execute_request"}
        content = {"code": cell.source, "store_history": True, "stop_on_error": False}
        try:
            wire.send(self._channel, {"header": header, "content": content, "metadata": {}})
        except TimeoutError:
            running.trouble = "stopped, and it took in none"
        except OSError:
            pass  # it has ended: there is more to hear of that
        return running

    def listen(self, running: Running, seconds: float) -> None:
        """Take in what comes until the cell or the kernel is over, or the time."""
        deadline = time.monotonic() + seconds
        while not running.over and (left := deadline - time.monotonic()) > 0:
            ending = running.reply or self._closed
            if not self._take_in(running, min(left, _SECONDS_FOR_THE_REST) if ending else left):
                running.trouble = "no longer came" if ending else ""
        if running.died:
            while not (running.ended or self._closed):
                if not self._take_in(running, _SECONDS_FOR_LAST_WORDS):
                    break

    def finish(self) -> None:
        """Put into the notebook's metadata what belongs to all cells together."""
        self._outputs.set_widgets_metadata()

    def _take_in(self, running: Running, seconds: float) -> bool:
        """Wait for the next messages; False if none came."""
        ready = {source for source, _ in self._poll.poll(math.ceil(seconds * 1000))}
        if self._engine in ready:
            self._engine_gone()
        try:
            if self._channel.fileno() in ready:
                for message in self._inbox.take():
                    self._hear(running, message)
            elif self._pidfd in ready:
                running.died = True
                self._poll.unregister(self._pidfd)  # what the kernel said last may still come
        except EOFError:
            self._closed = True
            self._poll.unregister(self._channel)
        except Exception as error:  # noqa: BLE001 - a kernel may say anything
            running.trouble = f"made no sense ({type(error).__name__})"
        return bool(ready)

    def _hear(self, running: Running, message: wire.Message) -> None:
        if message["parent_header"].get("msg_id") != running.request:
            return
        if message["header"]["msg_type"] == "execute_reply":
            running.reply = message["content"]
            running.cell.execution_count = running.reply.get("execution_count")
            return
        message["msg_type"] = message["header"]["msg_type"]
        message["buffers"] = [b64decode(each) for each in message["buffers"]]
        try:
            self._outputs.process_message(message, running.cell, running.index)
        except CellExecutionComplete:
            running.idle = True
