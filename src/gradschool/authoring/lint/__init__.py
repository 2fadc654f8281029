"""Hold the committed notebooks to the rules that guard what must never happen."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from gradschool.authoring.course import Course
from gradschool.authoring.lint import environment, form, grading, guidance, reading, secrets
from gradschool.authoring.lint.base import Document, Finding, Kind, Rule
from gradschool.authoring.notebook import NotebookError, read

__all__ = ["RULES", "UNREADABLE", "Document", "Finding", "Kind", "Rule", "lint"]

RULES: tuple[Rule, ...] = (
    secrets.LeakedSolution(),
    secrets.LeakedMarker(),
    secrets.ToldInLesson(),
    secrets.Regions(),
    secrets.LooseFile(),
    grading.DuplicateGradeId(),
    grading.SolutionName(),
    grading.SolutionRegion(),
    grading.StubRaises(),
    grading.TestName(),
    grading.TestWithoutSolution(),
    grading.SolutionWithoutTest(),
    grading.TestBeforeSolution(),
    grading.Points(),
    grading.PointsAnnounced(),
    grading.ExerciseHeading(),
    grading.ExerciseId(),
    grading.EndsInExpression(),
    grading.HiddenOnly(),
    grading.BorrowedName(),
    guidance.Rubric(),
    guidance.Hints(),
    guidance.Progress(),
    reading.OneTitle(),
    reading.HeadingSkipsLevel(),
    reading.AltText(),
    reading.FigureNotShown(),
    environment.ImportNotProvided(),
    environment.AbsolutePath(),
    environment.Syntax(),
    form.NotebookFormat(),
    form.CellId(),
    form.TopLevelMetadata(),
    form.KernelSpec(),
    form.CellMetadata(),
    form.NbgraderMetadata(),
    form.Locked(),
    form.TestView(),
    form.CommittedOutput(),
)
# what a finding is called where no rule can be asked
UNREADABLE = "unreadable"


def lint(*, root: Path, topics: Sequence[str] = ()) -> list[Finding]:
    """Judge the notebooks in `source/`, `release/` and `notebooks/`.

    Args:
        root: The course's folder.
        topics: Which topics; if none is named, all, and the open notebooks too.

    Returns:
        The findings, by file in the order of the course and by cell from top to bottom.

    Raises:
        UnknownTopicError: A topic does not exist.
    """
    course = Course(root.resolve())
    found: list[Finding] = []
    for kind, topic, path in _notebooks(course, topics):
        relative = path.relative_to(course.root)
        try:
            source = read(course.source(topic)) if kind == Kind.RELEASE else None
            document = Document(course, relative, kind, topic, read(path), source)
        except NotebookError as error:
            found.append(Finding(relative, "", UNREADABLE, str(error)))
            continue
        found += _judge(document)
    return found


def _judge(document: Document) -> list[Finding]:
    place = {cell.get("id"): index for index, cell in enumerate(document.nb.cells)}
    findings = [finding for rule in RULES for finding in rule.findings(document)]
    return sorted(findings, key=lambda finding: place.get(finding.cell_id, -1))


def _notebooks(course: Course, topics: Sequence[str]) -> Iterator[tuple[Kind, str, Path]]:
    for topic in course.require(topics):
        yield Kind.SOURCE, topic, course.source(topic)
        if course.release(topic).is_file():
            yield Kind.RELEASE, topic, course.release(topic)
    if not topics:
        for path in course.open_notebooks():
            yield Kind.OPEN, "", path
