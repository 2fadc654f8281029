"""Make `release/` from `source/` through nbgrader, or tell whether it is up to date."""

import io
import logging
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path

from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from traitlets.config.loader import Config, PyFileConfigLoader

from gradschool.authoring.course import Course

CONFIG = "nbgrader_config.py"


class ReleaseError(Exception):
    """nbgrader could not make a release; the message holds what it said."""


def release(*, root: Path, topics: Sequence[str] = ()) -> list[Path]:
    """Regenerate the students' notebooks and record their cells in the gradebook.

    If a notebook cannot be released, nothing at all changes. If the gradebook refuses its cells
    (because students have handed in others), its release stays as it was, and the gradebook too.

    Args:
        root: The course's folder.
        topics: Which topics; all that exist if none is named.

    Returns:
        The released notebooks, in the order of the course.

    Raises:
        ReleaseError: nbgrader failed; the message shows its log.
        UnknownTopicError: A topic does not exist.
    """
    course = Course(root.resolve())
    wanted = course.require(topics)
    # A trial: nbgrader would record the cells of a notebook before it finds out that it fails.
    with _generated(course, wanted):
        pass
    for topic in wanted:
        with _generated(course, [topic], record=True) as fresh:
            _bring_up_to_date(fresh, course.root / "release", [topic])
    for topic in _released(course) if not topics else ():
        if topic not in wanted:
            shutil.rmtree(course.root / "release" / topic)
    return [course.release(topic) for topic in wanted]


def stale(*, root: Path, topics: Sequence[str] = ()) -> list[Path]:
    """The files of `release/` that are missing, superfluous or differ from what `source/` gives.

    Nothing in the course's folder is changed, the gradebook included.

    Args:
        root: The course's folder.
        topics: Which topics; all of `release/` if none is named.

    Raises:
        ReleaseError: nbgrader failed; the message shows its log.
        UnknownTopicError: A topic does not exist.
    """
    course = Course(root.resolve())
    wanted = course.require(topics)
    committed = course.root / "release"
    with _generated(course, wanted) as fresh:
        different = _different(fresh, committed, topics or {*wanted, *_released(course)})
    return [committed / path for path in different]


@contextmanager
def _generated(course: Course, topics: Sequence[str], *, record: bool = False) -> Iterator[Path]:
    """A temporary folder with what nbgrader makes of the topics.

    Args:
        course: The course.
        topics: The topics to generate.
        record: Whether their cells are saved in the gradebook.
    """
    with tempfile.TemporaryDirectory(prefix="gradschool-release-") as folder:
        for topic in topics:
            config = _config(course.root)
            config.CourseDirectory.root = str(course.root)
            config.CourseDirectory.release_directory = folder
            config.CourseDirectory.assignment_id = topic
            # what `nbgrader generate_assignment --no-db` sets
            config.SaveCells.enabled = record
            config.GenerateAssignment.no_database = not record
            _generate(config, topic)
        yield Path(folder)


def _config(root: Path) -> Config:
    """The course's own configuration, and nothing of the user's: a release is reproducible."""
    if not (root / CONFIG).is_file():
        msg = f"There is no {CONFIG} in {root}: name the course's folder."
        raise ReleaseError(msg)
    config: Config = PyFileConfigLoader(CONFIG, path=str(root)).load_config()
    return config


def _generate(config: Config, topic: str) -> None:
    converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    converter.log.addHandler(handler)
    propagate, converter.log.propagate = converter.log.propagate, False
    try:
        converter.start()
    except Exception as error:
        # Whatever it is, a reader needs the log: the exception itself says "see the log".
        said = log.getvalue().strip() or str(error)
        msg = f"source/{topic} cannot be released, so release/{topic} stays as it was.\n{said}"
        raise ReleaseError(msg) from error
    finally:
        converter.log.propagate = propagate
        converter.log.removeHandler(handler)


def _released(course: Course) -> list[str]:
    """The topics in `release/`, though their source may be gone."""
    return [path.name for path in (course.root / "release").glob("[!.]*/")]


def _different(fresh: Path, committed: Path, topics: Iterable[str]) -> list[Path]:
    """The files, relative to both folders, that are not the same in both."""
    paths = {
        path for topic in topics for side in (fresh, committed) for path in _files(side, topic)
    }
    return sorted(path for path in paths if not _same(fresh / path, committed / path))


def _files(folder: Path, topic: str) -> Iterator[Path]:
    # What git and nbgrader pass over may lie about in a folder that someone works in.
    ignored = CourseDirectory.class_traits()["ignore"].default()
    for path in (folder / topic).rglob("*"):
        relative = path.relative_to(folder)
        hidden = any(fnmatch(name, glob) for name in relative.parts for glob in ignored)
        if not hidden and not path.is_dir():
            yield relative


def _same(one: Path, other: Path) -> bool:
    return one.is_file() and other.is_file() and one.read_bytes() == other.read_bytes()


def _bring_up_to_date(fresh: Path, committed: Path, topics: Sequence[str]) -> None:
    for path in _different(fresh, committed, topics):
        if (fresh / path).is_file():
            (committed / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(fresh / path, committed / path)
        else:
            (committed / path).unlink()
