"""Grade what is in `submitted/`: one bad submission never stops the others.

Several threads take submissions through `gradschool.grading.pipeline`; this one alone writes to the
gradebook. What is done is recorded beside each graded notebook, so that a run that was stopped, in
whatever way, goes on where it was.
"""

import hashlib
import json
import multiprocessing
import os
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from nbgrader.api import Gradebook
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
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from gradschool.authoring.course import Course
from gradschool.classroom.gradebook import check_gradebook, handed_in, read_marks
from gradschool.classroom.lessons import ClassroomError
from gradschool.grading import feedback
from gradschool.grading.engine import Engine
from gradschool.grading.errors import GradingError, OurFaultError, gradebook_error
from gradschool.grading.pipeline import Assignment, Graded, grade_submission, limits
from gradschool.grading.sandbox import SandboxError
from gradschool.grading.source import read_source
from gradschool.grading.store import RECORD, Record
from gradschool.grading.submission import UnreadableError, provided_files, walk
from gradschool.grading.writer import GradebookWriter

__all__ = ["RECORD", "GradeRun", "Job", "Result", "Status", "configuration", "grade"]


class Status(StrEnum):
    """How a submission came out of a run."""

    GRADED = "graded"
    UNCHANGED = "unchanged"
    NO_FEEDBACK = "graded, no feedback"
    FAILED = "failed"
    OUR_FAULT = "not graded by our fault"


@dataclass(frozen=True)
class Job:
    """One student's submission of one topic."""

    student: str
    topic: str


@dataclass(frozen=True)
class Result:
    """What became of a submission.

    Attributes:
        job: The submission.
        status: What became of it.
        reason: In plain words, why it is not graded, or what to look at though it is.
        seconds: How long its code ran.
    """

    job: Job
    status: Status
    reason: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class GradeRun:
    """The record of a run, a result for each submission that it met.

    Attributes:
        results: One for each submission.
        level: The isolation that the submissions ran under; "" if none had to be run.
    """

    results: tuple[Result, ...]
    level: str = ""

    @property
    def trouble(self) -> tuple[Result, ...]:
        """The results that somebody should look at."""
        return tuple(result for result in self.results if result.reason)

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
    workers: int | None = None,
    engine: Engine | None = None,
    pages: bool = True,
    progress: bool = True,
) -> GradeRun:
    """Autograde submissions and write the feedback on them.

    Args:
        root: The course's folder.
        topics: The topics to grade; all when empty.
        students: The ids of the students to grade; all who handed in when empty.
        force: Grade again what did not change since it was graded.
        workers: How many submissions to run at once; as many as there are cores if not given.
        engine: What runs the notebooks, if not one with the strongest isolation.
        pages: Write the feedback, too.
        progress: Show a progress bar on stderr.

    Raises:
        ClassroomError: There is nothing to grade, no gradebook to grade into, or the grading cannot
            go on. What is graded by then stays.
    """
    course = Course(root.resolve())
    wanted = course.require(topics)
    jobs = _jobs(course, wanted, students)
    try:
        work = _Work(course, jobs, workers or _cores(), engine or Engine(), pages=pages)
        results = work.run(jobs if force else None, show=progress)
    except (GradingError, SandboxError) as error:
        raise ClassroomError(str(error)) from error
    except SQLAlchemyError as error:
        raise ClassroomError(str(gradebook_error(error, course.gradebook_url))) from error
    strangers = () if topics else _of_unknown_topics(course, students)
    return GradeRun((*results, *strangers), work.level)


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


def _of_unknown_topics(course: Course, students: Sequence[str]) -> Iterator[Result]:
    """What was handed in for no topic of the course."""
    known = course.topics()
    for folder in sorted((course.root / "submitted").glob("*/*/")):
        student, topic = folder.parent.name, folder.name
        visible = not (student.startswith(".") or topic.startswith("."))
        if visible and topic not in known and (not students or student in students):
            reason = f"there is no topic {topic!r}: it was not looked at"
            yield Result(Job(student, topic), Status.FAILED, reason)


def _cores() -> int:
    # On a shared machine a process may have fewer than there are.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Work:
    """One run over a list of jobs."""

    def __init__(
        self, course: Course, jobs: Sequence[Job], workers: int, engine: Engine, *, pages: bool
    ) -> None:
        self.level = ""
        self._course = course
        self._jobs = jobs
        self._workers = workers
        self._engine = engine
        self._pages = pages
        self._over = threading.Event()
        self._config = configuration(course.root)
        self._assignments = _assignments(course, jobs, self._config)
        self._digests = {job: self._digest(job) for job in jobs}

    def run(self, forced: Sequence[Job] | None, *, show: bool) -> tuple[Result, ...]:
        """Grade what is new, changed or forced; give a result for each job, in their order."""
        stale = list(forced) if forced is not None else self._stale()
        results = {job: self._unchanged(job) for job in self._jobs}
        left_over = [job for job in self._jobs if job not in stale and self._lacks_page(job)]
        with (
            _progress(len(stale) + len(left_over), show=show) as (started, finished),
            # Closed at once when something breaks off the loop, and not whenever it is collected.
            closing(self._results(stale, left_over, started)) as coming,
        ):
            for result in coming:
                results[result.job] = result
                finished(result)
        return tuple(results.values())

    # --- what is to do

    def _stale(self) -> list[Job]:
        """The jobs whose submission, or whose tests, changed since it was graded."""
        topics = dict.fromkeys(job.topic for job in self._jobs)
        known = {topic: set(read_marks(self._course, topic).cells.index) for topic in topics}
        return [
            job
            for job in self._jobs
            if job.student not in known[job.topic]
            or (record := self._record(job)) is None
            or record.digest != self._digests[job]
            or not self._course.autograded(job.student, job.topic).is_file()
        ]

    def _unchanged(self, job: Job) -> Result:
        record = self._record(job)
        return Result(job, Status.UNCHANGED, "; ".join(record.notes) if record else "")

    def _lacks_page(self, job: Job) -> bool:
        """Whether a run was stopped between the grades and the feedback on them."""
        page = self._course.feedback(job.student, job.topic)
        graded = self._course.autograded(job.student, job.topic)
        return self._pages and not (
            page.is_file() and page.stat().st_mtime_ns >= graded.stat().st_mtime_ns
        )

    def _folder(self, job: Job) -> Path:
        return self._course.autograded(job.student, job.topic).parent

    def _record(self, job: Job) -> Record | None:
        return Record.read(self._folder(job))

    def _digest(self, job: Job) -> str:
        """A fingerprint of all that was handed in, and of what it is graded with."""
        assignment = self._assignments[job.topic]
        digest = hashlib.sha256(
            json.dumps([asdict(cell) for cell in assignment.source.cells]).encode()
        )
        for name, content in sorted(assignment.files.items()):
            digest.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
        folder = self._course.submitted(job.student, job.topic).parent
        for path, kind in walk(folder):
            where = os.fsencode(path.relative_to(folder))
            digest.update(kind.encode() + b"\0" + where + b"\0" + _content_digest(path, kind))
        return digest.hexdigest()

    # --- doing it

    def _results(
        self, stale: Sequence[Job], left_over: Sequence[Job], started: Callable[[Job], None]
    ) -> Generator[Result, None, None]:
        """Results as they come. Threads run the notebooks, processes make the pages."""
        grades_of: dict[Future[Graded], Job] = {}
        with ExitStack() as stack:
            if stale:
                writer = stack.enter_context(self._writer())
            pages = stack.enter_context(_stopping(_page_pool(self._config, self._workers)))
            page_of: dict[Future[str], Result] = {
                _page(pages, job): self._unchanged(job) for job in left_over
            }
            if stale:
                threads = self._running(stack)
                for job in stale:
                    grades_of[threads.submit(self._attempt, job, started)] = job
            while grades_of or page_of:
                pending: list[Future[Any]] = [*grades_of, *page_of]
                for future in wait(pending, return_when=FIRST_COMPLETED).done:
                    if future in page_of:
                        yield _with_page(page_of.pop(future), future)
                        continue
                    job = grades_of.pop(future)
                    result = self._save(job, future, writer)
                    if self._pages and result.status is Status.GRADED:
                        page_of[_page(pages, job)] = result
                    else:
                        yield result

    def _writer(self) -> GradebookWriter:
        course_id = str(self._config.CourseDirectory.get("course_id", "default_course"))
        return GradebookWriter(self._course.gradebook_url, course_id, config=self._config)

    def _running(self, stack: ExitStack) -> ThreadPoolExecutor:
        """Threads, and the engine warm for them.

        When the run is broken off, nothing new is begun, then the engine ends what runs, then the
        threads come to their end; one of them may have started the engine anew meanwhile.
        """
        self._engine.limits = limits(self._config)
        stack.callback(self._engine.stop)
        threads = stack.enter_context(ThreadPoolExecutor(self._workers))
        self._engine.start()
        stack.callback(self._engine.stop)
        stack.callback(threads.shutdown, wait=False, cancel_futures=True)
        stack.callback(self._over.set)
        self.level = str(self._engine.level)
        return threads

    def _attempt(self, job: Job, started: Callable[[Job], None]) -> Graded:
        """What a thread does: all but the gradebook."""
        if self._over.is_set():
            raise GradingError("the run was broken off")
        started(job)
        return grade_submission(
            self._assignments[job.topic],
            self._course.submitted(job.student, job.topic).parent,
            self._folder(job),
            self._engine.execute,
            mode=0o664 if self._config.CourseDirectory.get("groupshared", False) else 0o444,
        )

    def _save(self, job: Job, future: Future[Graded], writer: GradebookWriter) -> Result:
        """Write what came of a submission; a failure of its own is its result.

        Raises:
            GradingError: Nothing can be written any more, or no sandbox started.
        """
        try:
            graded = future.result()
        except UnreadableError as error:
            return Result(job, Status.FAILED, str(error))
        except OurFaultError as error:
            return _our_fault(job, str(error))
        except (GradingError, SandboxError):
            raise
        except Exception as error:  # noqa: BLE001 - a mistake of ours with this one, not the class's end
            return _our_fault(job, f"{type(error).__name__}: {error}".splitlines()[0])
        writer.save(
            job.student,
            job.topic,
            job.topic,
            graded.scored.scores,
            graded.scored.comments,
            timestamp=graded.timestamp,
            flagged=bool(graded.flags),
        )
        # Only now: a run that is killed before this line grades the submission again.
        Record(self._digests[job], graded.notes).write(self._folder(job))
        return Result(job, Status.GRADED, "; ".join(graded.notes), graded.seconds)


def _our_fault(job: Job, reason: str) -> Result:
    text = f"not graded, and not by the student's fault: {reason}; grade it again"
    return Result(job, Status.OUR_FAULT, text)


def _assignments(course: Course, jobs: Sequence[Job], config: Config) -> dict[str, Assignment]:
    """What the submissions of each topic are graded with.

    Raises:
        ClassroomError: There is no gradebook, or a topic is not in it.
    """
    check_gradebook(course.gradebook_url)
    found = {}
    with Gradebook(course.gradebook_url) as gradebook:
        for topic in dict.fromkeys(job.topic for job in jobs):
            original = course.source(topic)
            try:
                source = read_source(gradebook, topic, topic, original)
            except GradingError as error:
                raise ClassroomError(str(error)) from error
            may_change = config.Autograde.get("exclude_overwriting", {}).get(topic, ())
            files = provided_files(original.parent, tuple(may_change))
            found[topic] = Assignment(topic, source, files, config)
    return found


def _content_digest(path: Path, kind: str) -> bytes:
    """Of a file, its content; of a link, where it points to."""
    try:
        if kind == "link":
            return os.fsencode(path.readlink())
        if kind == "file":
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        # It does not end the run here: grading it will say why.
        return b"unreadable"
    return b""


# --- the feedback


def _page_pool(config: Config, workers: int) -> ProcessPoolExecutor:
    """Processes for the pages: one for three threads; a page takes a third of a run's time.

    They are made anew and not forked, for there are threads here.
    """
    return ProcessPoolExecutor(
        max(1, workers // 3),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=feedback.start,
        initargs=(config,),
    )


def _page(pages: ProcessPoolExecutor, job: Job) -> Future[str]:
    return pages.submit(feedback.make, job.student, job.topic, job.topic)


def _with_page(result: Result, future: Future[str]) -> Result:
    """The result, or what is wrong with the page."""
    try:
        problem = future.result()
    except Exception as error:  # noqa: BLE001 - the process is gone, whyever
        problem = f"{type(error).__name__}: {error}".splitlines()[0]
    if not problem:
        return result
    reason = "; ".join(filter(None, (f"graded, but without feedback: {problem}", result.reason)))
    return replace(result, status=Status.NO_FEEDBACK, reason=reason)


Pool = TypeVar("Pool", bound=Executor)


@contextmanager
def _stopping(pool: Pool) -> Iterator[Pool]:
    """A pool that, when the run is broken off, does not begin what waits in it."""
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=True, cancel_futures=True)
        raise
    pool.shutdown()


# --- the course's settings, and what is shown meanwhile


def configuration(root: Path) -> Config:
    """The course's `nbgrader_config.py`, read as nbgrader reads it."""
    name = "nbgrader_config.py"
    config = Config()
    if (root / name).is_file():
        config.merge(PyFileConfigLoader(name, path=str(root)).load_config())
    config.CourseDirectory.root = str(root)
    return config


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
    with Progress(*columns, console=Console(stderr=True), disable=not (show and total)) as bar:
        task = bar.add_task("starting the sandbox", total=total)

        def started(job: Job) -> None:
            bar.update(task, description=f"{job.topic}: {job.student}")

        def finished(result: Result) -> None:
            bar.advance(task)
            if result.reason:
                line = f"{result.job.student}, {result.job.topic}: {result.reason}"
                bar.console.print(line, markup=False, highlight=False, soft_wrap=True)

        yield started, finished
        bar.update(task, description="graded")
