"""Makes the pages with feedback, for nbgrader and for `gradschool grade`; `page` says what is on them."""

# nbconvert annotates only some of its functions.
# mypy: allow-untyped-calls

import json
import logging
import multiprocessing
import os
import signal
import threading
import warnings
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter, HTMLExporter
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from traitlets import default
from traitlets.config import Config

from gradschool.grading.page import Comment, Grade, Marks, Material, render
from gradschool.grading.store import write_file
from gradschool.grading.submission import UnreadableError, read_notebook


class FeedbackExporter(Exporter):
    """From a graded notebook to the page, in place of nbconvert's exporter.

    `c.GenerateFeedback.exporter_class` names it. The notebook's own converter is its parent.
    """

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    def from_filename(  # type: ignore[override] # nbconvert's is annotated too narrowly
        self, filename: str, resources: dict[str, Any] | None = None, **words: Any
    ) -> tuple[str, dict[str, Any]]:
        """Make the page of a graded notebook.

        Args:
            filename: The notebook in `autograded/`.
            resources: nbgrader's: whose it is, and where the gradebook is.
            words: Not used; as in nbconvert.
        """
        del words
        resources = dict(resources or {})
        resources["output_extension"] = self.file_extension
        where = resources["nbgrader"]
        return render(self._material(Path(filename), where)), resources

    def _material(self, graded: Path, where: Mapping[str, str]) -> Material:
        student, assignment, notebook = where["student"], where["assignment"], where["notebook"]
        course: CourseDirectory = self.parent.coursedir  # type: ignore[union-attr] # the converter
        file = f"{notebook}.ipynb"
        submitted = Path(course.format_path(course.submitted_directory, student, assignment))
        released = Path(course.format_path(course.release_directory, ".", assignment))
        name, marks = _marks(where)
        return Material(
            title=notebook.replace("-", " ").replace("_", " ").capitalize(),
            student=name,
            graded=json.loads(graded.read_bytes())["cells"],
            handed_in=_cells(submitted / file),
            released=_released(released / file),
            marks=marks,
        )


def _cells(path: Path) -> list[Any]:
    """The cells of a notebook; none if it cannot be read any more."""
    try:
        return list(read_notebook(path)["cells"])
    except (UnreadableError, OSError):
        return []


def _released(path: Path) -> list[Any]:
    return _remembered(path, path.stat().st_mtime_ns) if path.is_file() else []


@lru_cache(16)
def _remembered(path: Path, _changed: int) -> list[Any]:
    return _cells(path)


def _marks(where: Mapping[str, str]) -> tuple[str, Marks]:
    """The student's name and what the gradebook says."""
    with Gradebook(where["db_url"]) as gradebook:
        record = gradebook.find_submission_notebook(
            where["notebook"], where["assignment"], where["student"]
        )
        person = record.student
        name = " ".join(filter(None, (person.first_name, person.last_name))) or person.id
        grades = {
            one.name: Grade(one.score, one.max_score, bool(one.needs_manual_grade))
            for one in record.grades
        }
        comments = {
            one.name: Comment(one.comment, one.manual_comment is not None)
            for one in record.comments
            if one.comment
        }
        return name, Marks(grades, comments, record.late_submission_penalty or 0.0)


class Pages:
    """Makes the pages of a course, one after the other, in one process."""

    def __init__(self, config: Config) -> None:
        coursedir = CourseDirectory(config=config)
        self._converter = GenerateFeedback(coursedir=coursedir, config=config)
        # A course that names no exporter gets ours, too: nbgrader's shows hidden tests.
        chosen = self._converter.exporter_class
        self._exporter = (FeedbackExporter if chosen is HTMLExporter else chosen)(
            parent=self._converter, config=self._converter.config
        )
        if not isinstance(self._exporter, FeedbackExporter):
            for step in self._converter.preprocessors:
                self._exporter.register_preprocessor(step)

    def make(self, student: str, assignment: str, notebook: str) -> Path:
        """Write the page of one submission, and give its path."""
        converter = self._converter
        graded = Path(converter._format_source(assignment, student))
        target = Path(converter._format_dest(assignment, student))
        source = graded / f"{notebook}.ipynb"
        resources = converter.init_single_notebook_resources(str(source))
        page, _ = self._exporter.from_filename(str(source), resources=resources)
        path = target / f"{notebook}.html"
        write_file(path, page.encode(), mode=int(str(converter.permissions), 8))
        return path


# --- in a process of its own, so that it does not hold up the grading

_pages: Pages | None = None


def start(config: Config) -> None:
    """Get a process ready to make pages; it ends with its parent, however that ends."""
    global _pages
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # What libraries have to say belongs to nobody who could act on it here.
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    _pages = Pages(config)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def make(student: str, assignment: str, notebook: str) -> str:
    """Make a page in a process that was started by `start`; '' or, in plain words, why not."""
    if _pages is None:
        return "the process for feedback was not started"
    try:
        _pages.make(student, assignment, notebook)
    except Exception as error:  # noqa: BLE001 - a page is one student's; the others get theirs
        return f"{type(error).__name__}: {error}".splitlines()[0]
    return ""
