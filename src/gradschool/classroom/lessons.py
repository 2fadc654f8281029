"""A topic as the classroom sees it: the released notebook, its exercises and their test cells."""

from dataclasses import dataclass

from nbformat import NotebookNode

from gradschool.authoring.course import Course
from gradschool.authoring.exercises import Exercise, exercises
from gradschool.authoring.notebook import grade_id, read


class ClassroomError(Exception):
    """Something about the class cannot be done; the message says what, and the remedy."""


@dataclass(frozen=True)
class Lesson:
    """A released notebook.

    Attributes:
        topic: Its name.
        notebook: The notebook as it is on disk.
        exercises: In the order of the notebook.
        tests: The names of the cells that give the points of each exercise, by the exercise's name:
            its test cells, or the one cell of a written answer.
        points: The most that each of these cells gives, by its name.
    """

    topic: str
    notebook: NotebookNode
    exercises: tuple[Exercise, ...]
    tests: dict[str, tuple[str, ...]]
    points: dict[str, float]

    @property
    def title(self) -> str:
        """The topic as a heading: `Linear regression`."""
        return "GPU" if self.topic == "gpu" else self.topic.replace("-", " ").capitalize()

    @property
    def names(self) -> list[str]:
        """The names of the exercises."""
        return [exercise.name for exercise in self.exercises]

    @property
    def labels(self) -> list[str]:
        """A short label for each exercise: `E08` for `T-E08`."""
        return [exercise.id.rpartition("-")[2] for exercise in self.exercises]

    @property
    def exercise_points(self) -> dict[str, float]:
        """The most that each exercise gives, by its name."""
        return {name: sum(self.points[cell] for cell in self.tests[name]) for name in self.names}


def read_lesson(course: Course, topic: str) -> Lesson:
    """Read the released notebook of a topic.

    Raises:
        ClassroomError: It has not been released.
    """
    path = course.release(topic)
    if not path.is_file():
        msg = f"{path} is missing: run `gradschool release` first."
        raise ClassroomError(msg)
    notebook = read(path)
    found = tuple(exercises(notebook))
    return Lesson(
        topic=topic,
        notebook=notebook,
        exercises=found,
        tests={
            exercise.name: tuple(grade_id(cell) for cell in exercise.graded_cells)
            for exercise in found
        },
        points={
            grade_id(cell): float(cell.metadata.nbgrader.points)
            for exercise in found
            for cell in exercise.graded_cells
        },
    )
