"""Run the cells of a notebook in a kernel that is already there, each within its deadline."""

import os
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from nbformat import NotebookNode

from gradschool.grading.client import Client, Running
from gradschool.grading.limits import Limits
from gradschool.grading.outlet import CUT, FLOODED
from gradschool.grading.record import Status, error_output

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
        client: Client,
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
            client: Leads to the kernel.
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
        self._client = client
        self._limits = limits
        self._kernel = kernel
        self._deadline = time.monotonic() + seconds
        self._skipped = skipped
        self._why_killed = why_killed
        self._tell = tell

    def run(self) -> None:
        """Run all cells, as far as they go."""
        for index, cell in enumerate(self.notebook.cells):
            if cell.cell_type == "code":
                self.fates[index] = self._fate(index, cell)
                _show(cell, *self.fates[index])
        self._client.finish()

    def _fate(self, index: int, cell: NotebookNode) -> Fate:
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
        running = self._client.begin(cell, index)
        within = min(left, self._limits.cell_seconds)
        self._client.listen(running, within)
        if running.over:
            return self._ended(running)
        return self._interrupt(running, within, left=left)

    def _interrupt(self, running: Running, seconds: float, *, left: float) -> Fate:
        note = f"stopped after {seconds:.0f} s"
        if left < self._limits.cell_seconds:
            note += f": {self._time_is_over}"
        with suppress(ProcessLookupError):
            os.killpg(self._kernel, signal.SIGINT)
        self._client.listen(running, self._limits.grace_seconds)
        if not running.ended:
            self.stopped = running.index
            note += "; it did not react, so the kernel had to be ended"
        return Status.TIMEOUT, note

    def _ended(self, running: Running) -> Fate:
        cell = running.cell
        if not running.ended:
            self.stopped = running.index
            if running.trouble:
                return Status.DIED, f"the kernel's messages {running.trouble}"
            return Status.DIED, self._why_killed() or _cause_of_death(self._kernel)
        said = "".join(o.text for o in cell.outputs if o.output_type == "stream")
        if FLOODED in said:
            return Status.FLOOD, "stopped: it printed and showed more and more"
        if _asks_to_exit(running.reply):
            self.stopped = running.index
            return Status.DIED, "the cell ended the kernel (exit)"
        note = "a part of its output was cut" if CUT in said else ""
        if running.reply.get("status") == "ok":
            return Status.OK, note
        _show_error(cell, running.reply)
        return Status.ERROR, note

    @property
    def _time_is_over(self) -> str:
        return f"the time for the whole notebook ({self._limits.notebook_seconds:.0f} s) was over"


def _asks_to_exit(reply: Mapping[str, Any]) -> bool:
    payload = reply.get("payload", ())
    return any(each.get("source") == "ask_exit" and not each.get("keepkernel") for each in payload)


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
