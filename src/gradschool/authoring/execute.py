"""Run a notebook from top to bottom without a browser, and say in one sentence how it went."""

import os
import re
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from gradschool.authoring.markdown import headings
from gradschool.authoring.notebook import NotebookError, node, read

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
# Nobody listens there: a download fails at once instead of working on some machines.
_NO_PROXY = "http://127.0.0.1:9"


class Outcome(StrEnum):
    """How a run ended: well, by the notebook's fault, or by ours."""

    RAN = "ran"
    FAILED = "cell failed"
    COULD_NOT_RUN = "could not run"


@dataclass(frozen=True)
class Execution:
    """What came of running a notebook; its string is one sentence about it.

    Attributes:
        path: The notebook's file.
        outcome: "ran", "cell failed" or "could not run".
        seconds: How long it took, the start of the kernel included.
        notebook: The executed notebook with its outputs, as far as it came.
        stderr: What each cell wrote there, by the cell's id; cells that wrote nothing are left out.
        cell_id: The cell that failed, or "".
        cell_index: Its place in the notebook, from 0.
        heading: The heading that it stands under.
        error: "ename: evalue" of its error, or why the notebook could not run.
    """

    path: Path
    outcome: Outcome
    seconds: float
    notebook: NotebookNode = field(repr=False)
    stderr: Mapping[str, str]
    cell_id: str = ""
    cell_index: int | None = None
    heading: str = ""
    error: str = ""

    def __str__(self) -> str:
        if self.outcome == Outcome.RAN:
            return f"{self.path} ran in {self.seconds:.1f} s."
        reason = next(iter(self.error.splitlines()), "").rstrip(".")
        if self.outcome == Outcome.COULD_NOT_RUN:
            return f"{self.path} could not run: {reason}."
        under = f" under “{self.heading}”" if self.heading else ""
        return f"{self.path}: cell {self.cell_id}{under} failed with {reason}."


def execute(
    path: Path, *, timeout: float = 60, cwd: Path | None = None, allow_errors: bool = False
) -> Execution:
    """Run a notebook in a kernel of its own. It does not raise for what the notebook does.

    Args:
        path: The notebook; the file is not changed.
        timeout: Seconds for the whole notebook.
        cwd: Where it runs; a temporary folder if not given.
        allow_errors: Go on after a cell that raises, as a grader does; its error is in the
            outputs, and the outcome is "ran".
    """
    start = time.monotonic()
    try:
        nb = read(path)
    except NotebookError as error:
        reason = str(error).removeprefix(f"{path} ")
        return Execution(path, Outcome.COULD_NOT_RUN, 0.0, node({"cells": []}), {}, error=reason)
    started: list[int] = []
    with tempfile.TemporaryDirectory(prefix="gradschool-run-") as folder:
        client = NotebookClient(
            nb,
            kernel_name="python3",
            # its warnings about itself (no encryption) would go to our caller's terminal
            extra_arguments=["--log-level=ERROR"],
            resources={"metadata": {"path": str(cwd or folder)}},
            timeout_func=_remaining(start + timeout),
            allow_errors=allow_errors,
            # a tagged cell may raise on a student's screen, not here
            force_raise_errors=not allow_errors,
            shutdown_kernel="immediate",
            record_timing=False,
            on_cell_start=lambda cell, cell_index: started.append(cell_index),  # noqa: ARG005
        )
        outcome, reason = _attempt(client, _environment(folder), timeout)
        if outcome == Outcome.FAILED and not started:
            outcome = Outcome.COULD_NOT_RUN
    seconds = time.monotonic() - start
    where = _where(nb, started[-1]) if outcome == Outcome.FAILED else {}
    return Execution(path, outcome, seconds, nb, _stderr(nb), error=reason, **where)


def _attempt(
    client: NotebookClient, environment: Mapping[str, str], timeout: float
) -> tuple[Outcome, str]:
    try:
        client.execute(env=environment)
    except CellExecutionError as error:
        return Outcome.FAILED, _ANSI.sub("", f"{error.ename}: {error.evalue}")
    except CellTimeoutError:
        return Outcome.FAILED, f"TimeoutError: the notebook is limited to {timeout:g} s"
    except DeadKernelError:
        return Outcome.FAILED, "DeadKernelError: the kernel died"
    except Exception as error:  # noqa: BLE001
        # no kernel, no folder, a notebook that nbclient cannot handle: nothing of it is the
        # code's doing, and the caller gets a record all the same
        return Outcome.COULD_NOT_RUN, f"{type(error).__name__}: {error}"
    return Outcome.RAN, ""


def _remaining(deadline: float) -> Callable[[NotebookNode], float]:
    """Each cell may take what is left for the notebook (0 would mean no limit to nbclient)."""
    return lambda cell: max(deadline - time.monotonic(), 0.1)  # noqa: ARG005


def _environment(folder: str) -> dict[str, str]:
    """The kernel's environment: one thread, no network, no start-up files of the user's."""
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), _NO_PROXY)
    proxies |= {name.upper(): value for name, value in proxies.items()}
    ours = {"OMP_NUM_THREADS": "1", "IPYTHONDIR": str(Path(folder) / ".ipython"), "NO_PROXY": ""}
    return {**os.environ, **proxies, **ours, "no_proxy": ""}


def _where(nb: NotebookNode, index: int) -> dict[str, Any]:
    above = [found.text for cell in nb.cells[: index + 1] for found in headings(cell)]
    name = nb.cells[index].get("id", f"number {index + 1}")
    return {"cell_id": name, "cell_index": index, "heading": above[-1] if above else ""}


def _stderr(nb: NotebookNode) -> dict[str, str]:
    written: dict[str, str] = {}
    for index, cell in enumerate(nb.cells):
        for output in cell.get("outputs", ()):
            if output.output_type == "stream" and output.name == "stderr":
                name = cell.get("id", f"number {index + 1}")
                written[name] = written.get(name, "") + output.text
    return written
