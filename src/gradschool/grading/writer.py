"""The one that writes to the gradebook: nbgrader's tables, in one session, one commit a submission.

nbgrader opens the database anew, and commits, for every cell. This opens it once; what it writes
is the same. Everything that a person entered stays: manual scores, comments, extra credit, flags.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from nbgrader.api import (
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import Table, bindparam, insert, select, text, update
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config

from gradschool.grading.errors import GradingError, gradebook_error

# How long to wait for another program that writes to the same file.
PATIENCE_SECONDS = 20


class GradebookWriter:
    """Writes the scores of submissions, one transaction for each.

    It is made, used and closed by one thread, as a context manager.

    Args:
        url: The gradebook.
        course_id: nbgrader's name of the course.
        config: The course's, for the plugin that knows what being late costs.
        log_ahead: Whether to switch SQLite to a write-ahead log meanwhile, which many commits
            need: others can read, and a commit need not wait for the disk.
    """

    def __init__(
        self,
        url: str,
        course_id: str = "default_course",
        *,
        config: Config | None = None,
        log_ahead: bool = True,
    ) -> None:
        self._url = url
        self._config = config or Config()
        self._journal = ""
        self._known: dict[tuple[str, str], _Cells] = {}
        with self._errors():
            self.gradebook = Gradebook(url, course_id)
            self._session = self.gradebook.db
            self._prepare(log_ahead=log_ahead)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Leave the file as it was found, but for the scores."""
        try:
            self._session.rollback()
            if self._journal:
                self._pragma("busy_timeout=500")
                self._pragma(f"journal_mode={self._journal}")
        except SQLAlchemyError:
            # Another program has it open; the last to close it tidies up.
            pass
        finally:
            self.gradebook.close()

    def _prepare(self, *, log_ahead: bool) -> None:
        if self.gradebook.engine.dialect.name != "sqlite":
            return
        self._pragma(f"busy_timeout={PATIENCE_SECONDS * 1000}")
        if log_ahead:
            # While another program reads, SQLite refuses to switch; then it goes on as it is.
            with suppress(SQLAlchemyError):
                before = self._pragma("journal_mode")
                if before != "wal" and self._pragma("journal_mode=wal") == "wal":
                    self._journal = before
                    self._pragma("synchronous=normal")

    def _pragma(self, words: str) -> str:
        # Outside a transaction, where SQLite allows it.
        with self.gradebook.engine.connect().execution_options(
            isolation_level="AUTOCOMMIT"
        ) as connection:
            answer = connection.execute(text(f"PRAGMA {words}"))
            return str(answer.scalar()) if answer.returns_rows else ""

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Undo what was begun, and say in plain words what is the matter with the database."""
        try:
            yield
        except SQLAlchemyError as error:
            if hasattr(self, "_session"):
                self._session.rollback()
            raise gradebook_error(error, self._url) from error

    def save(
        self,
        student: str,
        assignment: str,
        notebook: str,
        scores: Mapping[str, float | None],
        comments: Mapping[str, str | None],
        *,
        timestamp: datetime | None = None,
        flagged: bool = False,
    ) -> None:
        """Write one submission: all of it or, if it fails, nothing.

        Args:
            student: The id; an unknown student is added.
            assignment: The assignment's name.
            notebook: The notebook's name.
            scores: By graded cell; None where a person has to grade.
            comments: By answer; None for no comment.
            timestamp: When it was handed in; None leaves what is known.
            flagged: Whether to flag it for whoever looks through formgrader.

        Raises:
            GradingError: The gradebook does not know the assignment or the notebook.
            StorageError: The gradebook cannot be written; the message says what to do.
        """
        with self._errors():
            cells = self._cells(assignment, notebook)
            submission = self._submission(student, assignment)
            if timestamp is not None:
                submission.timestamp = timestamp
            handed_in = self._notebook(submission.id, cells.notebook)
            self._grade(handed_in, cells, scores)
            self._comment(handed_in, cells, comments)
            if flagged:
                handed_in.flagged = True
            self._penalise(student, submission, handed_in)
            self._session.commit()
            # The next submission shares nothing with this one.
            self._session.expunge_all()

    def _cells(self, assignment: str, notebook: str) -> "_Cells":
        """The cells of a notebook; they do not change while there are submissions."""
        if (assignment, notebook) not in self._known:
            try:
                record = self.gradebook.find_notebook(notebook, assignment)
            except MissingEntry:
                msg = f"The gradebook knows no notebook {notebook!r} of {assignment!r}: release it first."
                raise GradingError(msg) from None
            self._known[assignment, notebook] = _Cells.of(record)
        return self._known[assignment, notebook]

    def _submission(self, student: str, assignment: str) -> SubmittedAssignment:
        """The submission's record; a new one comes with empty rows, as nbgrader makes them."""
        session = self._session
        record = self.gradebook.find_assignment(assignment)
        if session.get(Student, student) is None:
            session.add(Student(id=student))
            session.flush()
        keys = {"assignment_id": record.id, "student_id": student}
        found = session.query(SubmittedAssignment).filter_by(**keys).one_or_none()
        if found is None:
            found = SubmittedAssignment(**keys)
            session.add(found)
            session.flush()
            for notebook in record.notebooks:
                self._notebook(found.id, notebook.id)
        return found

    def _notebook(self, submission: str, notebook: str) -> SubmittedNotebook:
        session = self._session
        keys = {"notebook_id": notebook, "assignment_id": submission}
        found = session.query(SubmittedNotebook).filter_by(**keys).one_or_none()
        if found is None:
            found = SubmittedNotebook(**keys)
            session.add(found)
            session.flush()
            cells = _Cells.of(session.get(Notebook, notebook))
            self._insert(Grade, found, cells.graded.values())
            self._insert(Comment, found, cells.commented.values())
        return found

    # Grades and comments are read and written as rows, with nbgrader's tables: its classes for
    # them load, for each, the cell that it belongs to and half a dozen sums.

    def _insert(
        self, table: type[Grade | Comment], notebook: SubmittedNotebook, cells: Iterable[str]
    ) -> None:
        rows = [{"cell_id": cell, "notebook_id": notebook.id} for cell in cells]
        if rows:
            self._session.execute(insert(table.__table__), rows)

    def _grade(
        self, notebook: SubmittedNotebook, cells: "_Cells", scores: Mapping[str, float | None]
    ) -> None:
        """Set the autograder's score, and leave the one that a person gave.

        As in nbgrader, whatever a person graded before has to be looked at again.
        """
        table = Grade.__table__
        wanted = select(table.c.cell_id, table.c.manual_score).filter_by(notebook_id=notebook.id)
        manual = dict(self._session.execute(wanted).all())
        by_cell = {cells.graded[name]: points for name, points in scores.items()}
        # A cell may be younger than the submission.
        self._insert(Grade, notebook, by_cell.keys() - manual.keys())
        self._update(
            table,
            notebook,
            {
                cell: {
                    "auto_score": points,
                    "needs_manual_grade": manual.get(cell) is not None or points is None,
                }
                for cell, points in by_cell.items()
            },
        )

    def _comment(
        self, notebook: SubmittedNotebook, cells: "_Cells", comments: Mapping[str, str | None]
    ) -> None:
        """Set the autograder's comment, and leave the one that a person wrote."""
        table = Comment.__table__
        wanted = select(table.c.cell_id).filter_by(notebook_id=notebook.id)
        there = set(self._session.scalars(wanted))
        by_cell = {cells.commented[name]: comment for name, comment in comments.items()}
        self._insert(Comment, notebook, by_cell.keys() - there)
        found = {cell: {"auto_comment": comment} for cell, comment in by_cell.items()}
        self._update(table, notebook, found)

    def _update(
        self, table: Table, notebook: SubmittedNotebook, found: Mapping[str, Mapping[str, Any]]
    ) -> None:
        if found:
            where = (table.c.notebook_id == notebook.id) & (table.c.cell_id == bindparam("cell"))
            rows = [{"cell": cell, **values} for cell, values in found.items()]
            names = next(iter(found.values()))
            change = update(table).where(where).values({name: bindparam(name) for name in names})
            self._session.connection().execute(change, rows)

    def _penalise(
        self, student: str, submission: SubmittedAssignment, notebook: SubmittedNotebook
    ) -> None:
        """What nbgrader's AssignLatePenalties does, with the course's own plugin."""
        notebook.late_submission_penalty = None
        late = submission.total_seconds_late
        if late <= 0:
            return
        self._session.flush()
        penalties = AssignLatePenalties(config=self._config)
        penalties.init_plugin()
        penalty = penalties.plugin_inst.late_submission_penalty(student, notebook.score, late)
        if penalty is not None:
            notebook.late_submission_penalty = penalties._check_late_penalty(notebook, penalty)


@dataclass(frozen=True)
class _Cells:
    """The keys of a notebook's cells, by name.

    Attributes:
        notebook: The notebook's own key.
        graded: Of the cells that have a grade.
        commented: Of the cells that have a comment.
    """

    notebook: str
    graded: Mapping[str, str]
    commented: Mapping[str, str]

    @classmethod
    def of(cls, notebook: Notebook) -> "_Cells":
        """The keys of a notebook's cells."""
        graded = (*notebook.grade_cells, *notebook.task_cells)
        commented = (*notebook.solution_cells, *notebook.task_cells)
        return cls(
            notebook.id,
            {cell.name: cell.id for cell in graded},
            {cell.name: cell.id for cell in commented},
        )
