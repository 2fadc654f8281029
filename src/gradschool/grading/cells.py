"""Run the cells of a notebook in a kernel that is already there, each within its deadline."""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from queue import Empty
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.connect import KernelConnectionInfo
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError
from nbformat import NotebookNode

from gradschool.grading.kernel import CUT, FLOODED
from gradschool.grading.limits import MIB, Limits
from gradschool.grading.record import Status, error_output

# The valve in the kernel lets less out; what is more comes past it, and the connection is closed.
_LONGEST_MESSAGE = 16 * MIB

Fate = tuple[Status, str]


class Cells:
    """Drives one kernel through one notebook.

    Attributes:
        notebook: What it runs, with the outputs put in.
        fates: How each code cell ended, by its index.
        stopped: The cell that ended the kernel or had to be stopped by ending it, or None.
    """

    def __init__(
        self,
        notebook: NotebookNode,
        connection: KernelConnectionInfo,
        limits: Limits,
        *,
        kernel: int,
        seconds: float,
        skipped: Mapping[int, Fate],
        why_killed: Callable[[], str],
        tell: Callable[[int, list[Any]], None],
    ) -> None:
        """Make ready to run.

        Args:
            notebook: Is changed: outputs are put in.
            connection: What is in a kernel's connection file.
            limits: For the cells.
            kernel: The kernel's process.
            seconds: For the notebook.
            skipped: Cells that are not to run, and how they ended earlier.
            why_killed: Says why we have killed the kernel, or "".
            tell: Is called before a cell is run, with its index and the last one's fate.
        """
        self.fates: dict[int, Fate] = {}
        self.stopped: int | None = None
        self.notebook = notebook
        self._connection = connection
        self._limits = limits
        self._kernel = kernel
        self._deadline = time.monotonic() + seconds
        self._skipped = skipped
        self._why_killed = why_killed
        self._tell = tell
        self._reply: Mapping[str, Any] = {}

    async def run(self) -> None:
        """Run all cells, as far as they go."""
        self._died = _end_of(self._kernel)
        kc = _client(self._connection)
        info = await _connected(kc, self._died)
        self.notebook.metadata["language_info"] = info["content"]["language_info"]
        self._nbclient = NotebookClient(
            self.notebook,
            allow_errors=True,
            timeout=None,
            record_timing=False,
            skip_cells_with_tag="",  # a student can write tags, too
            raise_on_iopub_timeout=True,  # the kernel replies, but its outputs do not come
            on_cell_executed=self._remember,
        )
        self._nbclient.kc = kc
        for index, cell in enumerate(self.notebook.cells):
            if cell.cell_type == "code":
                self.fates[index] = await self._fate(index, cell)
                _show(cell, *self.fates[index])
        self._nbclient.set_widgets_metadata()

    def _remember(self, cell: Any, cell_index: int, execute_reply: Mapping[str, Any]) -> None:  # noqa: ARG002
        self._reply = execute_reply["content"]

    async def _fate(self, index: int, cell: NotebookNode) -> Fate:
        cell.outputs, cell.execution_count = [], None
        if not cell.source.strip():
            return Status.OK, ""
        if index in self._skipped:
            return self._skipped[index]
        if self.stopped is not None:
            return Status.NOT_RUN, "not run: the kernel had ended before"
        left = self._deadline - time.monotonic()
        if left <= 0:
            return Status.NOT_RUN, f"not run: {self._time_is_over}"
        self._tell(index, [[i, *fate] for i, fate in list(self.fates.items())[-1:]])
        self._reply = {}
        running = asyncio.create_task(self._execute(cell, index))
        within = min(left, self._limits.cell_seconds)
        if await self._either(running, within):
            return self._ended(index, cell, running)
        return await self._interrupt(index, running, within, left=left)

    async def _execute(self, cell: NotebookNode, index: int) -> None:
        await self._nbclient.async_execute_cell(
            cell, index, execution_count=self._nbclient.code_cells_executed + 1
        )

    async def _either(self, running: asyncio.Task[None], seconds: float) -> bool:
        """Wait for the cell's end or the kernel's; False if neither came in time."""
        waiting: Sequence[asyncio.Future[Any]] = (running, self._died)
        done, _ = await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if done and not running.done():
            await asyncio.wait({running}, timeout=0.2)  # the reply may be on its way
        return bool(done)

    async def _interrupt(
        self, index: int, running: asyncio.Task[None], seconds: float, *, left: float
    ) -> Fate:
        note = f"stopped after {seconds:.0f} s"
        if left < self._limits.cell_seconds:
            note += f": {self._time_is_over}"
        with suppress(ProcessLookupError):
            os.killpg(self._kernel, signal.SIGINT)
        await self._either(running, self._limits.grace_seconds)
        if not running.done() or running.exception():
            self.stopped = index
            note += "; it did not react, so the kernel had to be ended"
        return Status.TIMEOUT, note

    def _ended(self, index: int, cell: NotebookNode, running: asyncio.Task[None]) -> Fate:
        if not running.done():
            self.stopped = index
            return Status.DIED, self._why_killed() or _cause_of_death(self._kernel)
        if error := running.exception():
            self.stopped = index
            what = "no longer came" if isinstance(error, CellTimeoutError) else "made no sense"
            return Status.DIED, f"the kernel's messages {what} ({type(error).__name__})"
        said = "".join(o.text for o in cell.outputs if o.output_type == "stream")
        if FLOODED in said:
            return Status.FLOOD, "stopped: it printed and showed more and more"
        if _asks_to_exit(self._reply):
            self.stopped = index
            return Status.DIED, "the cell ended the kernel (exit)"
        note = "a part of its output was cut" if CUT in said else ""
        if self._reply.get("status") == "ok":
            return Status.OK, note
        _show_error(cell, self._reply)
        return Status.ERROR, note

    @property
    def _time_is_over(self) -> str:
        return f"the time for the whole notebook ({self._limits.notebook_seconds:.0f} s) was over"


def _asks_to_exit(reply: Mapping[str, Any]) -> bool:
    payload = reply.get("payload", ())
    return any(each.get("source") == "ask_exit" and not each.get("keepkernel") for each in payload)


def _client(connection: KernelConnectionInfo) -> AsyncKernelClient:
    """A client that is bounded in what it takes in and connects to nothing twice."""
    context = zmq.asyncio.Context()
    context.setsockopt(zmq.MAXMSGSIZE, _LONGEST_MESSAGE)
    context.setsockopt(zmq.RECONNECT_IVL, -1)
    context.setsockopt(zmq.LINGER, 0)
    client = AsyncKernelClient(context=context)
    client.load_connection_info(connection)
    client.start_channels(stdin=False, hb=False, control=False)
    client.allow_stdin = False
    return client


async def _connected(client: AsyncKernelClient, died: asyncio.Future[None]) -> dict[str, Any]:
    """Wait until the kernel answers and its outputs arrive, and not longer."""
    while not died.done():
        request = client.kernel_info()
        reply = await client.get_shell_msg(timeout=10)
        try:
            while True:
                message = await client.get_iopub_msg(timeout=0.05)
                idle = message["content"].get("execution_state") == "idle"
                if idle and message["parent_header"].get("msg_id") == request:
                    return reply
        except Empty:
            continue  # it was asked before we were subscribed to its outputs
    raise RuntimeError("the kernel ended before it could run anything")


def _end_of(process: int) -> asyncio.Future[None]:
    """A future that is done as soon as the process is; it stays to be waited for."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()
    descriptor = os.pidfd_open(process)

    def set_ended() -> None:
        loop.remove_reader(descriptor)
        os.close(descriptor)
        ended.set_result(None)

    loop.add_reader(descriptor, set_ended)
    return ended


def _cause_of_death(process: int) -> str:
    found = os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT | os.WNOHANG)
    if found is None:
        return "the kernel ended here"
    if found.si_code == os.CLD_EXITED:
        return f"the kernel ended here, as with os._exit({found.si_status})"
    name = signal.Signals(found.si_status).name
    return f"the kernel ended here: it crashed or was killed ({name})"


def _show(cell: NotebookNode, status: Status, note: str) -> None:
    """Put into the outputs why the cell did not end by itself."""
    if status in {Status.OK, Status.ERROR}:
        return
    name = f"Cell{status.title().replace(' ', '')}"
    cell.outputs.append(error_output(name, note, [note]))


def _show_error(cell: NotebookNode, reply: Mapping[str, Any]) -> None:
    """Show an exception that the cell has kept out of its outputs."""
    if any(output.output_type == "error" for output in cell.outputs):
        return
    name, value = reply.get("ename", ""), reply.get("evalue", "")
    text = reply.get("traceback") or [f"{name}: {value}"]
    cell.outputs.append(error_output(name, value, text))
