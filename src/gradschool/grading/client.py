"""The driver's end of a kernel's connection: ask it to run a cell, take in what it says.

nbclient makes outputs of the messages. Waiting is done here, in one loop without tasks or
timeouts of their own: for the kernel's messages, its end, and the end of the engine.
"""

import math
import os
import socket
import time
from collections.abc import Callable, Mapping
from queue import Empty
from typing import Any

import zmq
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.connect import KernelConnectionInfo
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete
from nbformat import NotebookNode

from gradschool.grading.limits import MIB

# The valve in the kernel lets less out; what is more comes past it, and the connection is closed.
_LONGEST_MESSAGE = 16 * MIB
# After the reply to a cell, its outputs are on their way; so is a reply when the kernel ends.
_SECONDS_FOR_OUTPUTS = 4
_SECONDS_FOR_LAST_WORDS = 0.2

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
        connection: KernelConnectionInfo,
        *,
        kernel: int,
        engine: socket.socket,
        engine_gone: Callable[[], None],
    ) -> None:
        """Make ready to connect.

        Args:
            notebook: Outputs are put into its cells.
            connection: What is in the kernel's connection file.
            kernel: The kernel's process.
            engine: Nothing more is sent through it; it can be read when its other end is closed.
            engine_gone: Is called then.
        """
        self._outputs = NotebookClient(notebook, allow_errors=True, record_timing=False)
        self._kernel = _client(connection)
        self._outputs.kc = self._kernel
        self._pidfd = os.pidfd_open(kernel)  # can be read when the process has ended
        self._engine = engine.fileno()
        self._engine_gone = engine_gone
        self._poller = zmq.Poller()
        for source in (self._shell, self._iopub, self._pidfd, self._engine):
            self._poller.register(source, zmq.POLLIN)

    def connect(self) -> Content:
        """Wait until the kernel answers and its outputs arrive, not longer; say what it is.

        Raises:
            RuntimeError: It ended before.
        """
        while not self._ready(self._pidfd):
            request = self._kernel.kernel_info()
            reply = self._kernel.get_shell_msg(timeout=10)
            try:
                while True:
                    message = self._kernel.get_iopub_msg(timeout=0.05)
                    idle = message["content"].get("execution_state") == "idle"
                    if idle and message["parent_header"].get("msg_id") == request:
                        return dict(reply["content"])
            except Empty:
                continue  # it was asked before we were subscribed to its outputs
        raise RuntimeError("the kernel ended before it could run anything")

    def begin(self, cell: NotebookNode, index: int) -> Running:
        """Ask for a cell to be run."""
        request = self._kernel.execute(cell.source, store_history=True, stop_on_error=False)
        self._outputs.clear_before_next_output = False
        return Running(cell, index, request)

    def listen(self, running: Running, seconds: float) -> None:
        """Take in what comes until the cell or the kernel is over, or the time."""
        deadline = time.monotonic() + seconds
        while not running.over and (left := deadline - time.monotonic()) > 0:
            if running.reply:
                left = min(left, _SECONDS_FOR_OUTPUTS)
            if not self._take_in(running, left) and running.reply:
                running.trouble = "no longer came"
        if running.died:
            while not running.ended and self._take_in(running, _SECONDS_FOR_LAST_WORDS):
                pass

    def finish(self) -> None:
        """Put into the notebook's metadata what belongs to all cells together."""
        self._outputs.set_widgets_metadata()

    def _take_in(self, running: Running, seconds: float) -> bool:
        """Wait for the next messages; False if none came."""
        ready = self._ready(self._shell, self._iopub, self._pidfd, self._engine, seconds=seconds)
        if self._engine in ready:
            self._engine_gone()
        try:
            # not both at once: a reply often comes a moment before the outputs
            if self._iopub in ready:
                self._hear(running, self._kernel.get_iopub_msg(timeout=0))
            elif self._shell in ready:
                self._answer(running, self._kernel.get_shell_msg(timeout=0))
            elif self._pidfd in ready:
                running.died = True
                self._poller.unregister(self._pidfd)  # what the kernel said last may still come
        except Exception as error:  # noqa: BLE001 - a kernel may say anything
            running.trouble = f"made no sense ({type(error).__name__})"
        return bool(ready)

    def _hear(self, running: Running, message: Content) -> None:
        if message["parent_header"].get("msg_id") != running.request:
            return
        try:
            self._outputs.process_message(dict(message), running.cell, running.index)
        except CellExecutionComplete:
            running.idle = True

    def _answer(self, running: Running, message: Content) -> None:
        if message["parent_header"].get("msg_id") == running.request:
            running.reply = message["content"]
            running.cell.execution_count = running.reply.get("execution_count")

    def _ready(self, *wanted: Any, seconds: float = 0) -> list[Any]:
        found = dict(self._poller.poll(math.ceil(seconds * 1000)))
        return [source for source in wanted if source in found]

    @property
    def _shell(self) -> Any:
        return self._kernel.shell_channel.socket

    @property
    def _iopub(self) -> Any:
        return self._kernel.iopub_channel.socket


def _client(connection: KernelConnectionInfo) -> BlockingKernelClient:
    """A client that is bounded in what it takes in and connects to nothing twice."""
    context = zmq.Context()
    context.setsockopt(zmq.MAXMSGSIZE, _LONGEST_MESSAGE)
    context.setsockopt(zmq.RECONNECT_IVL, -1)
    context.setsockopt(zmq.LINGER, 0)
    client = BlockingKernelClient(context=context)
    client.load_connection_info(connection)
    client.start_channels(stdin=False, hb=False, control=False)
    client.allow_stdin = False
    return client
