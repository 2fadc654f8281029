"""Known right and wrong answers to the exercises of a topic.

`tests/answers/<topic>.py` defines `ANSWERS: dict[str, Answers | Written]`, one entry for each
exercise. The tests hold the notebooks to them, and `gradschool.classroom.sample` draws a class from
them.
"""

import runpy
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from gradschool.classroom.lessons import ClassroomError


class AnswersError(ClassroomError):
    """A file of answers cannot be used; the message says which and what to do."""


@dataclass(frozen=True)
class Wrong:
    """One wrong answer and what the tests must make of it.

    Attributes:
        code: Source of the solution cell.
        hint: Text that occurs in the one line that the student sees.
        passes: Names of the test cells that this answer passes all the same.
    """

    code: str
    hint: str
    passes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answers:
    """What is known about one exercise: source of right answers, and wrong ones with their hints."""

    right: tuple[str, ...]
    wrong: tuple[Wrong, ...]


@dataclass(frozen=True)
class Written:
    """What students may write where a person grades: texts in Markdown, good ones and others."""

    texts: tuple[str, ...]


Known = Answers | Written


def code(text: str) -> str:
    """The source of a cell from an indented string."""
    return dedent(text).strip() + "\n"


def wrong(text: str, hint: str, *passes: str) -> Wrong:
    """A wrong answer from its indented source, its hint and the test cells that it passes."""
    return Wrong(code(text), hint, passes)


def predictions(
    name: str,
    right: Mapping[str, str],
    spellings: Iterable[Mapping[str, str]],
    mistakes: Iterable[tuple[str, str, str]],
) -> Answers:
    """Answers to a prediction exercise.

    Args:
        name: The exercise.
        right: From each key to the source of its right value.
        spellings: Changes of some of the values that stay right.
        mistakes: A key, the source of a wrong value for it and the hint that it earns. All other
            keys are right.
    """

    def cell(changes: Mapping[str, str]) -> str:
        entries = ",\n".join(f"    {key}={value}" for key, value in {**right, **changes}.items())
        return f"{name} = dict(\n{entries},\n)\n"

    def others(key: str) -> tuple[str, ...]:
        return tuple(f"{name}-{other}" for other in right if other != key)

    return Answers(
        right=(cell({}), *map(cell, spellings)),
        wrong=tuple(Wrong(cell({key: value}), hint, others(key)) for key, value, hint in mistakes),
    )


def load(path: Path, *, known: Collection[str] | None = None) -> dict[str, Known]:
    """Read a file of answers.

    Args:
        path: A Python file that defines `ANSWERS`.
        known: The names of the topic's exercises, to find misspelt ones; None to skip this.

    Raises:
        AnswersError: The file is missing or broken, or does not hold what it should.
    """
    if not path.is_file():
        msg = f"There is no file of answers {path}: write one that defines ANSWERS."
        raise AnswersError(msg)
    try:
        found = runpy.run_path(str(path)).get("ANSWERS")
    except Exception as error:
        msg = f"{path} cannot be run: {type(error).__name__}: {error}"
        raise AnswersError(msg) from error
    if not isinstance(found, dict) or not found:
        msg = f"{path} defines no ANSWERS: a dictionary from an exercise's name to its Answers."
        raise AnswersError(msg)
    for name, answers in found.items():
        _check(path, name, answers, known)
    return found


def _check(path: Path, name: object, answers: object, known: Collection[str] | None) -> None:
    if known is not None and name not in known:
        msg = f"{path}: there is no exercise {name!r}; there are {', '.join(sorted(known))}."
        raise AnswersError(msg)
    if not isinstance(answers, Known):
        msg = f"{path}: {name!r} is a {type(answers).__name__}; make it Answers(right=…, wrong=…)."
        raise AnswersError(msg)
    if isinstance(answers, Written):
        if not answers.texts:
            msg = f"{path}: {name!r} has no text; give it at least one."
            raise AnswersError(msg)
    elif not answers.right:
        msg = f"{path}: {name!r} has no right answer; give it at least one."
        raise AnswersError(msg)
