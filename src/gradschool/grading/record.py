"""What came of running a notebook: one record, whatever the notebook did."""

from dataclasses import dataclass, field
from enum import StrEnum

from nbformat import NotebookNode, from_dict


class Status(StrEnum):
    """How one cell ended, by the kernel's reply to it and never by its outputs."""

    OK = "ok"
    ERROR = "error"
    TIMEOUT = "timeout"
    DIED = "died"
    FLOOD = "flood"
    NOT_RUN = "not run"


@dataclass(frozen=True)
class CellRun:
    """How one code cell ended.

    Attributes:
        index: Its place among all cells of the notebook, from 0.
        cell_id: Its id, or "" if it has none.
        status: Only `OK` means that it ran to its end without an exception.
        note: Plain words for a person ("stopped after 30 s"), or "".
    """

    index: int
    cell_id: str
    status: Status
    note: str = ""


@dataclass(frozen=True)
class Usage:
    """What the submission used, all its attempts together.

    Attributes:
        cpu_seconds: Of its kernels and their child processes.
        peak_memory_bytes: The largest process; what it shares with the warm process counts.
        kernels: How many kernels it took: 1, and one more for each time that it had to be restarted.
    """

    cpu_seconds: float = 0.0
    peak_memory_bytes: int = 0
    kernels: int = 0


@dataclass(frozen=True)
class Run:
    """What came of running a notebook.

    Attributes:
        notebook: The executed notebook, outputs as nbclient makes them.
        cells: One entry for each code cell, in order.
        ours: Not empty if the grader failed: then nothing in here counts against the student.
        seconds: Wall time.
        usage: CPU time and memory.
        level: The isolation it ran under.
    """

    notebook: NotebookNode = field(repr=False)
    cells: tuple[CellRun, ...]
    ours: str = ""
    seconds: float = 0.0
    usage: Usage = Usage()
    level: str = ""


def error_output(name: str, value: str, traceback: list[str]) -> NotebookNode:
    """An output that shows an error, as a kernel's would."""
    error = {"output_type": "error", "ename": name, "evalue": value, "traceback": traceback}
    return node(error)


def node(data: object) -> NotebookNode:
    """Plain dictionaries as what nbformat works with."""
    return from_dict(data)  # type: ignore[no-untyped-call, no-any-return]
