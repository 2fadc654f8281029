"""The page that a student gets back: nbgrader's own, made faster for a class.

Most of nbgrader's 2.5 s a page went into work that is the same for every student (compiling the
templates, colouring our tests, rendering the lesson's text), and into parsing the finished page
once more to give pictures an alternative text. Here the first is remembered from page to page, and
the second is done without parsing.
"""

# nbconvert annotates only some of its functions.
# mypy: allow-untyped-calls

import logging
import multiprocessing
import os
import re
import signal
import threading
import warnings
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.exporters.html import HTMLExporter
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import GetGrades as StockGetGrades
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution, is_task
from traitlets.config import Config

from gradschool.grading.store import write_file

_IMAGE = re.compile(r"""<img\b((?:[^>"']|"[^"]*"|'[^']*')*)>""", re.IGNORECASE)
_ALT = re.compile(r"""\balt\s*=|\balt\s*(?=/?$)""", re.IGNORECASE)
_NO_ALT = ' alt="No description has been provided for this image"'


class GetGrades(NbGraderPreprocessor):  # type: ignore[misc] # nbgrader has no types
    """nbgrader's, which asks the gradebook once for a notebook and not twice for a cell."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Put scores and comments into the cells' metadata, where the template looks for them."""
        where = resources["nbgrader"]
        with Gradebook(where["db_url"]) as gradebook:
            record = gradebook.find_submission_notebook(
                where["notebook"], where["assignment"], where["student"]
            )
            grades = {grade.name: (grade.score, grade.max_score) for grade in record.grades}
            comments = {comment.name: comment.comment for comment in record.comments}
            penalty = record.late_submission_penalty or 0
            where |= {
                "score": record.score - penalty,
                "max_score": record.max_score,
                "late_penalty": penalty,
            }
        for cell in nb.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            if is_solution(cell) or is_task(cell):
                cell.metadata.nbgrader["comment"] = comments[name]
            if is_grade(cell) or is_task(cell):
                cell.metadata.nbgrader["score"], cell.metadata.nbgrader["points"] = grades[name]
        return nb, resources


class FeedbackExporter(HTMLExporter):
    """nbconvert's, which remembers what it rendered before."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._rendered: dict[str, str] = {}

    @pass_context
    def markdown2html(self, context: Context, source: str) -> str:
        """Render a text; one without attached pictures looks the same in every notebook."""
        if context.get("cell", {}).get("attachments"):
            return str(super().markdown2html(context, source))
        if source not in self._rendered:
            if len(self._rendered) > _REMEMBERED:
                self._rendered.clear()
            self._rendered[source] = str(super().markdown2html(context, source))
        return self._rendered[source]

    def from_notebook_node(  # type: ignore[override] # as in nbconvert's own
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """As nbconvert's, but the finished page is not parsed and written out once more.

        nbconvert does that to give pictures without one an `alt`, and to make cells of its `lab`
        theme reachable by keyboard; nbgrader's theme has none of those.
        """
        language = nb.metadata.get("language_info", {})
        lexer = language.get("pygments_lexer", language.get("name"))
        resources = self._init_resources(resources)
        self.register_filter("highlight_code", _highlighter(lexer))
        self.register_filter(
            "filter_data_type",
            WidgetsDataTypeFilter(
                notebook_metadata=self._nb_metadata, parent=self, resources=resources
            ),
        )
        page, resources = TemplateExporter.from_notebook_node(self, nb, resources, **kw)
        return with_alt(page), resources


_REMEMBERED = 5000


class _Highlighter:
    """A filter that colours code, and remembers it."""

    def __init__(self, lexer: str | None) -> None:
        self._colour = Highlight2HTML(pygments_lexer=lexer)
        self._remembered = lru_cache(_REMEMBERED)(self._render)

    def __call__(
        self, source: str, language: str | None = None, metadata: Mapping[str, Any] | None = None
    ) -> str:
        return self._remembered(source, language, (metadata or {}).get("magics_language"))

    def _render(self, source: str, language: str | None, magic: str | None) -> str:
        return str(self._colour(source, language, {"magics_language": magic} if magic else {}))


@lru_cache(8)
def _highlighter(lexer: str | None) -> _Highlighter:
    return _Highlighter(lexer)


def with_alt(page: str) -> str:
    """The page, with an `alt` for each picture that has none."""
    return _IMAGE.sub(
        lambda found: (
            found[0] if _ALT.search(found[1]) else f"{found[0][:4]}{_NO_ALT}{found[0][4:]}"
        ),
        page,
    )


class Pages:
    """Makes the pages of a course, one after the other, in one process."""

    def __init__(self, config: Config) -> None:
        coursedir = CourseDirectory(config=config)
        self._converter = GenerateFeedback(coursedir=coursedir, config=config)
        # The converter has by now told its configuration where nbgrader's templates are.
        chosen = self._converter.exporter_class
        stock = chosen is HTMLExporter
        self._exporter = (FeedbackExporter if stock else chosen)(
            parent=self._converter, config=self._converter.config
        )
        for step in self._converter.preprocessors:
            self._exporter.register_preprocessor(GetGrades if step is StockGetGrades else step)

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
    # nbconvert talks of the pictures without a text to every page; nobody here can act on it.
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
