"""The same steps for a plain `nbgrader autograde` and formgrader's button.

`nbgrader_config.py` names them; everything else of nbgrader goes on as it is. nbgrader converts a
submission twice, through a file in between, so what the assembly noted travels in its metadata.
"""

import atexit
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader import preprocessors as stock
from nbgrader.api import Gradebook
from traitlets import Unicode

from gradschool.grading.assemble import METADATA, assemble
from gradschool.grading.engine import Engine
from gradschool.grading.errors import OurFaultError
from gradschool.grading.limits import Limits
from gradschool.grading.pipeline import check_recognised, limits
from gradschool.grading.score import Scored, score
from gradschool.grading.source import read_source
from gradschool.grading.submission import Submission, provided_files, read_submission
from gradschool.grading.writer import GradebookWriter

SANITIZE = ["gradschool.grading.preprocessors.Assemble"]
# nbgrader's own list without CheckCellMetadata: the assembly has just put the metadata there
AUTOGRADE = [
    "gradschool.grading.preprocessors.Execute",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "gradschool.grading.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
]
Resources = dict[str, Any]


@cache
def _engine(level: str, bounds: Limits) -> Engine:
    """The engine of this process: it starts with the first notebook and ends with the process."""
    engine = Engine(level=level or None, limits=bounds)
    atexit.register(engine.stop)
    return engine


@dataclass(frozen=True)
class _Place:
    """Where nbgrader is: which submission, and its folders."""

    student: str
    assignment: str
    notebook: str
    db_url: str
    submitted: Path
    graded: Path
    source: Path
    may_change: tuple[str, ...]

    def read(self) -> Submission:
        """The submission, from where it was handed in and not from nbgrader's copy of it."""
        ours = provided_files(self.source, self.may_change)
        return read_submission(self.submitted, self.notebook, ours)


def _place(step: Any, resources: Mapping[str, Any]) -> _Place:
    """What the converter that runs a step knows; a step's parent is the exporter."""
    converter = step.parent.parent
    where = resources["nbgrader"]
    student, assignment = where["student"], where["assignment"]
    course = converter.coursedir
    return _Place(
        student,
        assignment,
        where["notebook"],
        where["db_url"],
        Path(course.format_path(course.submitted_directory, student, assignment)),
        Path(course.format_path(course.autograded_directory, student, assignment)),
        Path(course.format_path(course.source_directory, ".", assignment)),
        tuple(converter.exclude_overwriting.get(assignment, ())),
    )


class Assemble(stock.NbGraderPreprocessor):  # type: ignore[misc] # nbgrader has no types
    """Puts tests and locked cells back as they were released, whatever became of them."""

    def preprocess(
        self,
        nb: NotebookNode,  # noqa: ARG002 - what nbgrader itself has read is not used
        resources: Resources,
    ) -> tuple[NotebookNode, Resources]:
        """Make the notebook to run."""
        place = _place(self, resources)
        submission = place.read()
        _remove_copies_of_links(place)
        with Gradebook(place.db_url) as gradebook:
            original = place.source / f"{place.notebook}.ipynb"
            source = read_source(gradebook, place.assignment, place.notebook, original)
        check_recognised(submission, source)
        assembled = assemble(submission.notebook, source)
        assembled.notebook.metadata[METADATA]["flags"] = list(submission.flags)
        _say(self.log, place, (*submission.flags, *assembled.notes))
        return assembled.notebook, resources


class Execute(stock.Execute):  # type: ignore[misc] # nbgrader has no types
    """Runs the notebook in a sandbox, in a kernel forked from a warm process.

    Of nbgrader's settings, `timeout` counts.
    """

    level = Unicode(
        "", help="The isolation, if not the strongest: see `gradschool.grading.sandbox.Level`."
    ).tag(config=True)

    def preprocess(
        self,
        nb: NotebookNode,
        resources: Resources,
        km: Any = None,  # noqa: ARG002 - nbconvert's signature
    ) -> tuple[NotebookNode, Resources]:
        """Run it, and leave the record of the run for `SaveAutoGrades`."""
        place = _place(self, resources)
        engine = _engine(self.level, limits(self.config))
        run = engine.execute(nb, files=place.read().files)
        if run.ours:
            raise OurFaultError(run.ours)
        resources["gradschool"] = score(run)
        return run.notebook, resources


class SaveAutoGrades(stock.SaveAutoGrades):  # type: ignore[misc] # nbgrader has no types
    """Writes scores and comments, all in one transaction."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Write what `Execute` found; the penalty for being late is nbgrader's next step."""
        place = _place(self, resources)
        scored: Scored = resources.pop("gradschool")
        flags = nb.metadata.get(METADATA, {}).get("flags", [])
        with GradebookWriter(place.db_url, config=self.config, log_ahead=False) as writer:
            writer.save(
                place.student,
                place.assignment,
                place.notebook,
                scored.scores,
                scored.comments,
                flagged=bool(flags),
            )
        _say(self.log, place, scored.notes)
        return nb, resources


def _remove_copies_of_links(place: _Place) -> None:
    """Take back what nbgrader fetched through links: it follows them when it copies."""
    for path in place.submitted.rglob("*"):
        copy = place.graded / path.relative_to(place.submitted)
        if path.is_symlink() and copy.is_file() and copy.suffix != ".ipynb":
            copy.unlink()


def _say(log: logging.Logger, place: _Place, notes: tuple[str, ...]) -> None:
    for note in notes:
        log.warning("%s, %s: %s", place.student, place.notebook, note)
