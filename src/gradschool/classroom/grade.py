"""Grade what is in `submitted/`: one bad submission never stops the others.

`_run_with_nbgrader` is the only place that knows how a submission is executed. It takes jobs and
yields results as they come, so another engine can take its place without a change elsewhere.
"""

import hashlib
import logging
import os
import re
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from nbformat.reader import NotJSONError
from nbgrader.apps import NbGraderAPI
from nbgrader.utils import setenv
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from gradschool.authoring.course import Course
from gradschool.authoring.notebook import NotebookError, read
from gradschool.classroom.gradebook import handed_in, read_marks
from gradschool.classroom.lessons import ClassroomError

# In autograded/<student>/<topic>/: what was graded there, to see whether it changed since.
RECORD = ".graded"
# torch's threads fight for the cores; the debugger would warn on the kernel's stderr.
KERNEL_ENVIRONMENT = {"OMP_NUM_THREADS": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
# The last line of a traceback, indented by nbgrader's log.
RAISED = re.compile(r"^\s*(?:\w+\.)*(\w*(?:Error|Exception): .*)$", re.MULTILINE)


class Status(StrEnum):
    """How a submission came out of a run."""

    GRADED = "graded"
    UNCHANGED = "unchanged"
    NO_FEEDBACK = "graded, no feedback"
    FAILED = "failed"


@dataclass(frozen=True)
class Job:
    """One student's submission of one topic."""

    student: str
    topic: str


@dataclass(frozen=True)
class Result:
    """What became of a submission; `reason` says in plain words why, when it is not graded."""

    job: Job
    status: Status
    reason: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class GradeRun:
    """The record of a run, a result for each submission that it met."""

    results: tuple[Result, ...]

    @property
    def trouble(self) -> tuple[Result, ...]:
        """The results that somebody should look at."""
        return tuple(
            result
            for result in self.results
            if result.status in (Status.FAILED, Status.NO_FEEDBACK)
        )

    @property
    def ok(self) -> bool:
        """Whether there is nothing to look at."""
        return not self.trouble

    def count(self, status: Status) -> int:
        """How many submissions came out so."""
        return sum(result.status is status for result in self.results)


def grade(
    *,
    root: Path,
    topics: Sequence[str] = (),
    students: Sequence[str] = (),
    force: bool = False,
    progress: bool = True,
) -> GradeRun:
    """Autograde submissions and write the feedback on them.

    Args:
        root: The course's folder.
        topics: The topics to grade; all when empty.
        students: The ids of the students to grade; all who handed in when empty.
        force: Grade again what did not change since it was graded.
        progress: Show a progress bar on stderr.

    Raises:
        ClassroomError: There is nothing to grade, or no gradebook to grade into.
    """
    course = Course(root.resolve())
    jobs = _jobs(course, course.require(topics), students)
    changed = _stale(course, jobs)
    stale = jobs if force else changed
    results = {job: Result(job, Status.UNCHANGED) for job in jobs}
    with _progress(len(stale), show=progress) as (started, finished):
        for result in _run_with_nbgrader(course, stale, started):
            results[result.job] = result
            finished(result)
    return GradeRun(tuple(results.values()))


def _jobs(course: Course, topics: Sequence[str], students: Sequence[str]) -> list[Job]:
    jobs = [
        Job(student, topic)
        for topic in topics
        for student in handed_in(course, topic)
        if not students or student in students
    ]
    if absent := sorted(set(students) - {job.student for job in jobs}):
        msg = f"Nothing was handed in by {', '.join(absent)}: look for the names in submitted/."
        raise ClassroomError(msg)
    if not jobs:
        msg = (
            f"There is nothing to grade: no submitted/<student>/<topic>/ for {', '.join(topics)}. "
            "Collect submissions, or make a sample class with `gradschool class`."
        )
        raise ClassroomError(msg)
    return jobs


def _stale(course: Course, jobs: Sequence[Job]) -> list[Job]:
    """The jobs whose submission, or whose topic's source, changed since it was graded."""
    topics = dict.fromkeys(job.topic for job in jobs)
    in_gradebook = {topic: set(read_marks(course, topic).cells.index) for topic in topics}
    return [
        job
        for job in jobs
        if job.student not in in_gradebook[job.topic]
        or _recorded(course, job) != _digest(course, job)
    ]


def _record(course: Course, job: Job) -> Path:
    return course.autograded(job.student, job.topic).parent / RECORD


def _recorded(course: Course, job: Job) -> str | None:
    path = _record(course, job)
    return path.read_text(encoding="ascii") if path.is_file() else None


def _digest(course: Course, job: Job) -> str:
    """A fingerprint of all that was handed in and of the tests that it is graded with."""
    folder = course.submitted(job.student, job.topic).parent
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    digest = hashlib.sha256()
    for path in (course.source(job.topic), *files):
        # A file that cannot be read does not end the run here: grading it will say why.
        content = path.read_bytes() if os.access(path, os.R_OK) else b"unreadable"
        digest.update(path.name.encode() + b"\0")
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()


@contextmanager
def _progress(
    total: int, *, show: bool
) -> Iterator[tuple[Callable[[Job], None], Callable[[Result], None]]]:
    """A progress bar, as two functions to call: when a job starts and when it is done."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("elapsed,"),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    with (
        # A copy of stderr, for the original is silenced while a notebook runs.
        os.fdopen(os.dup(2), "w", encoding="utf-8") as terminal,
        Progress(*columns, console=Console(file=terminal), disable=not (show and total)) as bar,
    ):
        task = bar.add_task("grading", total=total)

        def started(job: Job) -> None:
            bar.update(task, description=f"{job.topic}: {job.student}")

        def finished(result: Result) -> None:
            bar.advance(task)
            if result.reason:
                line = f"{result.job.student}, {result.job.topic}: {result.reason}"
                bar.console.print(line, markup=False, highlight=False, soft_wrap=True)

        yield started, finished
        bar.update(task, description="graded")


def _run_with_nbgrader(
    course: Course, jobs: Sequence[Job], started: Callable[[Job], None]
) -> Iterator[Result]:
    """Grade one submission after the other with nbgrader, in this process."""
    if not jobs:
        return
    with warnings.catch_warnings(), setenv(**KERNEL_ENVIRONMENT):
        # nbgrader and its libraries deprecate things in every run; nobody here can act on it.
        warnings.simplefilter("ignore")
        api = NbGraderAPI(config=_configuration(course.root), log=_silent_log())
        for job in jobs:
            started(job)
            begun = time.perf_counter()
            status, reason = _attempt(course, api, job)
            yield Result(job, status, reason, time.perf_counter() - begun)


def _attempt(course: Course, api: NbGraderAPI, job: Job) -> tuple[Status, str]:
    """Grade a submission; whatever it raises is its own failure, not that of the run."""
    try:
        return _grade_one(course, api, job)
    except Exception as error:  # noqa: BLE001 - a submission may be damaged in any way
        return Status.FAILED, f"{type(error).__name__}: {error}".splitlines()[0]


def _grade_one(course: Course, api: NbGraderAPI, job: Job) -> tuple[Status, str]:
    if defect := _defect(course.submitted(job.student, job.topic)):
        return Status.FAILED, defect
    digest = _digest(course, job)
    with _silenced():
        graded = api.autograde(job.topic, job.student)
    if not graded["success"]:
        return Status.FAILED, _plain(graded)
    feedback = api.generate_feedback(job.topic, job.student)
    if not feedback["success"]:
        return Status.NO_FEEDBACK, f"graded, but without feedback: {_plain(feedback)}"
    _record(course, job).write_text(digest, encoding="ascii")
    return Status.GRADED, ""


def _defect(path: Path) -> str | None:
    """What is wrong with a submitted file, so that it cannot be graded; None if nothing is."""
    if not path.is_file():
        others = ", ".join(sorted(other.name for other in path.parent.glob("*.ipynb")))
        return f"there is no {path.name} in the submission" + (f", only {others}" if others else "")
    if path.stat().st_size == 0:
        return f"{path.name} is empty"
    try:
        read(path)
    except NotebookError as error:
        if isinstance(error.__cause__, NotJSONError | UnicodeDecodeError):
            return f"{path.name} is not a notebook: what it holds is not JSON"
        return f"{error}".replace(str(path), path.name).rstrip(".")
    return None


def _plain(answer: dict[str, str]) -> str:
    """The exception behind nbgrader's failure: the last that its log shows, without the trace.

    Raises:
        KeyboardInterrupt: It was that: nbgrader catches it too, but the whole run is to stop.
    """
    if answer.get("error", "").rstrip().endswith("KeyboardInterrupt"):
        raise KeyboardInterrupt
    text = f"{answer.get('error', '')}\n{answer.get('log', '')}"
    if "the kernel became unresponsive" in text:
        return "the code could not be stopped when its time was up"
    raised = RAISED.findall(text)
    # nbgrader's own exception only says that there was one.
    telling = [line for line in raised if not line.startswith("NbGraderException")] or raised
    return f"nbgrader gave up: {telling[-1]}" if telling else "nbgrader gave up"


def _configuration(root: Path) -> Config:
    """The course's `nbgrader_config.py`, read as nbgrader reads it, with faster shutdowns."""
    name = "nbgrader_config.py"
    config = Config()
    if (root / name).is_file():
        config.merge(PyFileConfigLoader(name, path=str(root)).load_config())
    config.CourseDirectory.root = str(root)
    # A kernel of a graded notebook has nothing to tidy up, and asking politely takes a second.
    config.Execute.setdefault("shutdown_kernel", "immediate")
    # ipykernel would warn of TCP in every kernel, on a stderr that it shares with the progress bar.
    config.Execute.setdefault("extra_arguments", ["--IPKernelApp.log_level=ERROR"])
    return config


@contextmanager
def _silenced() -> Iterator[None]:
    """Send to nowhere what child processes write on the stdout and stderr that they inherit.

    Kernels catch what Python prints, but not all that a student's own child processes do.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    kept = {number: os.dup(number) for number in (1, 2)}
    with Path(os.devnull).open("wb") as nowhere:
        for number in kept:
            os.dup2(nowhere.fileno(), number)
    try:
        yield
    finally:
        for number, original in kept.items():
            os.dup2(original, number)
            os.close(original)


def _silent_log() -> logging.Logger:
    """A log for nbgrader that reaches no terminal; `capture_log` listens to it all the same."""
    log = logging.getLogger("gradschool.nbgrader")
    log.propagate = False
    log.addHandler(logging.NullHandler())
    return log
