"""Where everything of a course lies: nbgrader's folders, by topic and student."""

import os
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# In the order of the course. The letter begins the ids of the topic's exercises (T-E08).
LETTERS = {
    "tensors": "T",
    "broadcasting": "B",
    "indexing": "I",
    "autograd": "A",
    "gpu": "G",
    "linear-regression": "L",
}
TOPICS = tuple(LETTERS)


class UnknownTopicError(ValueError):
    """A topic was asked for that the course does not have; the message names those it has."""


@dataclass(frozen=True)
class Course:
    """The paths of a course; a topic is an assignment of nbgrader with one notebook of its name.

    Each method gives the file; its folder is the file's `parent`.

    Attributes:
        root: The folder that holds `nbgrader_config.py`, `source/` and the rest.
    """

    root: Path

    def topics(self) -> tuple[str, ...]:
        """The topics that have a notebook in `source/`, in the order of the course."""
        return tuple(topic for topic in TOPICS if self.source(topic).is_file())

    def require(self, topics: Sequence[str] = ()) -> tuple[str, ...]:
        """These topics, or all that exist if none is named, in the order of the course.

        Raises:
            UnknownTopicError: One of them does not exist.
        """
        existing = self.topics()
        unknown = [topic for topic in topics if topic not in existing]
        if unknown:
            quoted = ", ".join(repr(topic) for topic in unknown)
            known = f"choose from {', '.join(existing)}" if existing else "there are none yet"
            msg = f"There is no topic {quoted} in {self.root / 'source'}: {known}."
            raise UnknownTopicError(msg)
        return tuple(topic for topic in existing if topic in topics or not topics)

    def source(self, topic: str) -> Path:
        """The instructor's notebook, with solutions and hidden tests."""
        return self.root / "source" / topic / f"{topic}.ipynb"

    def release(self, topic: str) -> Path:
        """The notebook that students get."""
        return self.root / "release" / topic / f"{topic}.ipynb"

    def submitted(self, student: str, topic: str) -> Path:
        """The notebook that a student handed in."""
        return self.root / "submitted" / student / topic / f"{topic}.ipynb"

    def autograded(self, student: str, topic: str) -> Path:
        """The submission after its tests were run."""
        return self.root / "autograded" / student / topic / f"{topic}.ipynb"

    def feedback(self, student: str, topic: str) -> Path:
        """The page that a student gets back."""
        return self.root / "feedback" / student / topic / f"{topic}.html"

    def open_notebooks(self) -> tuple[Path, ...]:
        """The notebooks that are not graded."""
        return tuple(sorted((self.root / "notebooks").glob("*.ipynb")))

    @property
    def gradebook_url(self) -> str:
        """The gradebook as nbgrader wants it named; `nbgrader_config.py` says the same."""
        return f"sqlite:///{self.root.resolve() / 'gradebook.db'}"


def scripts_on_path() -> None:
    """Let programs of this environment be found though it is not activated.

    nbgrader calls `alembic` by its bare name whenever a gradebook is new; `.venv/bin/nbgrader`
    without it fails with "No such file or directory: 'alembic'".
    """
    scripts = sysconfig.get_path("scripts")
    path = os.environ.get("PATH", os.defpath)
    if scripts not in path.split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([scripts, path])
