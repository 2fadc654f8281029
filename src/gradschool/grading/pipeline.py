"""One submission on its way: read, assembled, run, scored, written to `autograded/`.

Only the gradebook's rows are left to `writer`. Several threads may do this at once.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbgrader import preprocessors as stock
from nbgrader.converters import Autograde
from traitlets import import_item
from traitlets.config import Config

from gradschool.grading.assemble import assemble, recognises
from gradschool.grading.limits import Limits
from gradschool.grading.record import Run
from gradschool.grading.score import Scored, score
from gradschool.grading.source import Source
from gradschool.grading.store import write_graded
from gradschool.grading.submission import Submission, UnreadableError, read_submission

Execute = Callable[..., Run]
# The steps of nbgrader's own list that this pipeline does itself, or leaves to the writer.
_DONE_HERE = (
    stock.Execute,
    stock.SaveAutoGrades,
    stock.AssignLatePenalties,
    stock.CheckCellMetadata,
)


@dataclass(frozen=True)
class Assignment:
    """What all submissions of one notebook share.

    Attributes:
        name: Of the assignment.
        source: The cells that are ours.
        files: The instructor's files beside the notebook.
        config: The course's, for the steps that polish the outputs.
    """

    name: str
    source: Source
    files: Mapping[str, bytes] = field(repr=False)
    config: Config = field(repr=False)


@dataclass(frozen=True)
class Graded:
    """A submission that was run and scored.

    Attributes:
        scored: Scores, comments, and the notebook with its outputs.
        timestamp: When it was handed in, if that is known.
        flags: What a student may have tried, or what could not be used.
        repairs: What was put back into its order.
        seconds: The run alone.
    """

    scored: Scored
    timestamp: datetime | None = None
    flags: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def notes(self) -> tuple[str, ...]:
        """All that somebody should look at, in plain words."""
        return (*self.flags, *self.repairs, *self.scored.notes)


def grade_submission(
    assignment: Assignment, handed_in: Path, graded: Path, execute: Execute, *, mode: int = 0o444
) -> Graded:
    """Take one submission from the folder where it was handed in to the one for graded work.

    Args:
        assignment: What it is graded with.
        handed_in: The student's folder in `submitted/`.
        graded: The student's folder in `autograded/`.
        execute: `Engine.execute`, or something like it.
        mode: The rights of what is written.

    Raises:
        UnreadableError: There is nothing in it that can be graded.
        OurFaultError: It could not be run, and that is not the student's doing.
        StorageError: The result cannot be written.
    """
    source = assignment.source
    submission = read_submission(handed_in, source.name, assignment.files)
    check_recognised(submission, source)
    assembled = assemble(submission.notebook, source)
    run = execute(assembled.notebook, files=submission.files)
    scored = score(run)
    content = polish(scored.notebook, assignment.config)
    write_graded(graded, source.name, content, submission.files, mode=mode)
    return Graded(scored, submission.timestamp, submission.flags, assembled.notes, run.seconds)


def check_recognised(submission: Submission, source: Source) -> None:
    """See that it is this notebook, and not another one of the same file name.

    Raises:
        UnreadableError: Not one cell of the released notebook is in it.
    """
    if not recognises(submission.notebook, source):
        msg = (
            f"{source.name}.ipynb is another notebook, or lost its metadata: "
            f"none of the {len(source.cells)} cells that nbgrader knows is in it"
        )
        raise UnreadableError(msg)


def polish(notebook: NotebookNode, config: Config) -> bytes:
    """The notebook as it is kept, after the steps that the course has between run and scores."""
    resources: dict[str, Any] = {}
    for step in _polishing(config):
        notebook, resources = step(parent=None, config=config)(notebook, resources)
    # Not `nbformat.writes`, which takes ten times as long to make it look nice in a diff. What was
    # assembled is valid, and the engine's outputs are nbclient's.
    return json.dumps(notebook, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _polishing(config: Config) -> list[type[Preprocessor]]:
    """IgnorePattern and LimitOutput of nbgrader's, and whatever else is in the course's list."""
    steps: Sequence[Any] = config.Autograde.get(
        "autograde_preprocessors", Autograde.class_traits()["autograde_preprocessors"].default()
    )
    found = [import_item(step) if isinstance(step, str) else step for step in steps]
    return [step for step in found if not issubclass(step, _DONE_HERE)]


def limits(config: Config) -> Limits:
    """The limits of a submission, with the course's `c.Execute.timeout` for a cell."""
    usual = Limits()
    seconds = config.Execute.get("timeout", stock.Execute.class_traits()["timeout"].default())
    # In nbgrader, None and negative numbers mean no limit; here the notebook's holds.
    unlimited = seconds is None or seconds <= 0
    return Limits(cell_seconds=usual.notebook_seconds if unlimited else float(seconds))
