"""The command `gradschool`: each subcommand forwards to one function.

Exit codes: 0 all is well; 1 what was looked at needs a look (a stale release, a finding, a
submission that could not be graded); 2 the command was called wrongly.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
from rich.console import Console

import gradschool
from gradschool.startup import quick_imports

NEEDS_A_LOOK = 1


class _Root(click.Path):
    """The folder of a course: it holds `nbgrader_config.py`."""

    def __init__(self) -> None:
        super().__init__(exists=True, file_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        root = Path(str(super().convert(value, param, ctx)))
        if not (root / "nbgrader_config.py").is_file():
            self.fail(f"{root} is not a course: it has no nbgrader_config.py", param, ctx)
        return root


Command = TypeVar("Command", bound=Callable[..., Any])


def _options(function: Command) -> Command:
    topics = click.argument("topics", nargs=-1)
    root = click.option(
        "--root", type=_Root(), default=".", show_default=True, help="The course's folder."
    )
    return topics(root(function))


def _fail(error: Exception) -> NoReturn:
    raise click.ClickException(str(error)) from error


def _console() -> Console:
    """A pipe or a log is as wide as the widest table; a terminal is as wide as it is."""
    console = Console()
    return console if console.is_terminal else Console(width=140)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(gradschool.__version__)
def main() -> None:
    """Make, release and grade the course. Without TOPICS a command takes all topics."""


@main.command()
@_options
@click.option("--check", is_flag=True, help="Change nothing; fail if release/ is not up to date.")
def release(topics: tuple[str, ...], root: Path, *, check: bool) -> None:
    """Regenerate release/ from source/, through nbgrader."""
    with quick_imports():
        from gradschool.authoring import course, release

    try:
        if not check:
            for path in release.release(root=root, topics=topics):
                click.echo(f"released {path.relative_to(root.resolve())}")
            return
        stale = release.stale(root=root, topics=topics)
    except (course.UnknownTopicError, release.ReleaseError) as error:
        _fail(error)
    for path in stale:
        click.echo(f"{path} is not what source/ gives: run `gradschool release`")
    if stale:
        raise SystemExit(NEEDS_A_LOOK)


_STALE_GLOSSARY = "is not what docs/glossary.toml gives: run `gradschool glossary`"


@main.command()
@click.option("--root", type=_Root(), default=".", show_default=True, help="The course's folder.")
@click.option("--check", is_flag=True, help="Change nothing; fail if the page is not up to date.")
def glossary(root: Path, *, check: bool) -> None:
    """Make the page docs/glossary.md of docs/glossary.toml."""
    from gradschool.authoring import glossary

    try:
        if not check:
            click.echo(f"wrote {glossary.write(root=root).relative_to(root)}")
            return
        stale = glossary.stale(root=root)
    except (FileNotFoundError, glossary.GlossaryError) as error:
        _fail(error)
    if stale:
        click.echo(f"{glossary.PAGE} {_STALE_GLOSSARY}")
        raise SystemExit(NEEDS_A_LOOK)


@main.command()
@_options
def lint(topics: tuple[str, ...], root: Path) -> None:
    """Hold every notebook to the rules, release/ to source/, and the glossary to its file."""
    with quick_imports():
        from gradschool.authoring import course, glossary, lint, release

    try:
        findings = [str(finding) for finding in lint.lint(root=root, topics=topics)]
        findings += [
            f"{path}: [stale] is not what source/ gives: run `gradschool release`"
            for path in release.stale(root=root, topics=topics)
        ]
        if glossary.stale(root=root):
            findings.append(f"{glossary.PAGE}: [stale] {_STALE_GLOSSARY}")
    except (course.UnknownTopicError, glossary.GlossaryError, release.ReleaseError) as error:
        _fail(error)
    for finding in findings:
        click.echo(finding)
    if findings:
        raise SystemExit(NEEDS_A_LOOK)
    click.echo("notebooks: no finding")


_NOTEBOOKS = click.argument(
    "paths",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)


@main.command()
@_NOTEBOOKS
def tidy(paths: tuple[Path, ...]) -> None:
    """Name the cells of notebooks, empty their outputs, normalise their metadata."""
    from gradschool.authoring import tidy
    from gradschool.authoring.notebook import NotebookError

    for path in paths:
        try:
            changed = tidy.tidy(path)
        except NotebookError as error:
            _fail(error)
        click.echo(f"{path}: {'tidied' if changed else 'was tidy'}")


@main.command()
@_NOTEBOOKS
@click.option("--timeout", default=60.0, show_default=True, help="Seconds for each notebook.")
@click.option("--allow-errors", is_flag=True, help="Go on after a cell that raises.")
def execute(paths: tuple[Path, ...], timeout: float, *, allow_errors: bool) -> None:
    """Run notebooks headless; for one that fails, name the cell and the error."""
    from gradschool.authoring.execute import Outcome, execute

    runs = [execute(path, timeout=timeout, allow_errors=allow_errors) for path in paths]
    for run in runs:
        click.echo(run)
    if any(run.outcome is not Outcome.RAN for run in runs):
        raise SystemExit(NEEDS_A_LOOK)


@main.command(context_settings={"ignore_unknown_options": True})
@click.option("--root", type=_Root(), default=".", show_default=True, help="The course's folder.")
@click.option("--instructor", is_flag=True, help="The course's folder, with nbgrader's panels.")
@click.argument("arguments", nargs=-1)
def lab(arguments: tuple[str, ...], root: Path, *, instructor: bool) -> None:
    """Open JupyterLab on your own copies of the released notebooks, in work/.

    Nothing there is overwritten. ARGUMENTS go to JupyterLab, as `--no-browser`.
    """
    from gradschool.lab import start

    begin = start.start_instructor if instructor else start.start_student
    try:
        begin(root=root, arguments=arguments)
    except FileNotFoundError as error:
        _fail(error)


@main.command("class")
@_options
@click.option("--size", default=24, show_default=True, help="How many students.")
@click.option("--seed", default=2026, show_default=True, help="The same seed, the same class.")
def class_(topics: tuple[str, ...], root: Path, size: int, seed: int) -> None:
    """Fill submitted/ with an invented class whose scores are known."""
    from gradschool.authoring.course import UnknownTopicError
    from gradschool.classroom import lessons, sample

    try:
        students = sample.make_class(root=root, topics=topics, size=size, seed=seed)
    except (UnknownTopicError, lessons.ClassroomError) as error:
        _fail(error)
    click.echo(f"{len(students)} invented students handed in, see submitted/")


@main.command()
@_options
@click.option("--students", multiple=True, help="Only this student's id; may be given again.")
@click.option(
    "--workers", type=click.IntRange(min=1), help="How many at once; one a core if not given."
)
@click.option(
    "--level", help="A weaker isolation than the strongest, by name: see docs/grading.md."
)
@click.option("--feedback/--no-feedback", default=True, help="Write the feedback pages, too.")
@click.option("--force", is_flag=True, help="Grade again what did not change.")
def grade(
    topics: tuple[str, ...],
    root: Path,
    students: tuple[str, ...],
    workers: int | None,
    level: str | None,
    *,
    feedback: bool,
    force: bool,
) -> None:
    """Autograde what was handed in, write the feedback, and print the class table."""
    with quick_imports():
        from gradschool.grading.engine import Engine

        try:
            engine = Engine(level=level)
        except ValueError as error:
            _fail(error)
        engine.spawn()  # it takes as long as the other imports
        from gradschool.authoring.course import Course, UnknownTopicError
        from gradschool.classroom import grade, lessons, table

    try:
        run = grade.grade(
            root=root,
            topics=topics,
            students=students,
            workers=workers,
            engine=engine,
            pages=feedback,
            force=force,
        )
    except (UnknownTopicError, lessons.ClassroomError) as error:
        _fail(error)
    finally:
        engine.stop()
    console = _console()
    for topic in Course(root).require(topics):
        console.print(table.topic_table(root, topic, plain=not console.is_terminal))
    counts = {status: run.count(status) for status in grade.Status}
    said = ", ".join(f"{count} {status}" for status, count in counts.items() if count)
    console.print(f"{said}; isolation: {run.level}" if run.level else said)
    for result in run.trouble:
        console.print(f"{result.job.student}, {result.job.topic}: {result.reason}", markup=False)
    if not run.ok:
        raise SystemExit(NEEDS_A_LOOK)


@main.command()
@_options
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default="report.html",
    show_default=True,
    help="The page to write.",
)
def report(topics: tuple[str, ...], root: Path, out: Path) -> None:
    """Write the instructor's page: scores, hard exercises, misconceptions, who needs help."""
    from gradschool.authoring.course import UnknownTopicError
    from gradschool.classroom import lessons, report

    try:
        click.echo(report.write_report(root=root, topics=topics, out=out))
    except (UnknownTopicError, lessons.ClassroomError) as error:
        _fail(error)
