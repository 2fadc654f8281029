"""An invented class: who hands in what is known, and so is what each must score.

Everything is a pure function of the roster, the seed and the known answers. A student's ability is
set against an exercise's level; habits make the class look like one: somebody is perfect, somebody
hands in the notebook untouched, some stop half-way, some leave a syntax error or a stray line.
"""

import math
import random
import unicodedata
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from statistics import NormalDist

import pandas as pd
from nbgrader.api import Gradebook

from gradschool.authoring.course import Course
from gradschool.authoring.exercises import Exercise
from gradschool.authoring.notebook import dumps, grade_id
from gradschool.classroom.answers import Answers, AnswersError, Known, Written, Wrong, load
from gradschool.classroom.gradebook import check_gradebook
from gradschool.classroom.lessons import ClassroomError, Lesson, read_lesson

MARKER = "SAMPLE.txt"
MARKER_TEXT = "An invented student: `gradschool class` wrote this folder and may overwrite it.\n"
DEADLINE = datetime(2026, 2, 27, 18, tzinfo=UTC)

# Every name decomposes to ASCII letters (see `_identifier`). A class larger than the list gets these
# first and last names in new pairs.
NAMES = (
    "Ada Amin",
    "Benno Carvalho",
    "Chloé Dubois",
    "Dídac Ferrer",
    "Elif Göksu",
    "Farouk Haddad",
    "Greta Ilves",
    "Hồng Trần",
    "Irena Kovač",
    "Jiří Lánský",
    "Katalin Mészáros",
    "Lior Navon",
    "Maëlle Oriol",
    "Nnamdi Okoye",
    "Öykü Polat",
    "Paula Quiroga",
    "Quim Rovira",
    "Rasa Šimkus",
    "Sólrún Tindal",
    "Tomás Ureña",
    "Uma Varma",
    "Vilém Wágner",
    "Wanjiru Mwangi",
    "Ximena Ybarra",
    "Yusra Zayani",
    "Zoë Żurek",
    "Aarav Bhatt",
    "Beáta Csizmár",
    "Célio Duarte",
    "Dörte Ehlers",
)


class SampleError(ClassroomError):
    """The sample class cannot be made; the message says why and what to do."""


class Habit(StrEnum):
    """What is special in the way in which a student hands in a notebook."""

    PERFECT = "perfect"
    BLANK = "blank"
    HALFWAY = "stops half-way"
    SYNTAX_ERROR = "leaves a syntax error"
    STRAY_LINE = "leaves a line that raises"
    ORDINARY = "ordinary"


@dataclass(frozen=True)
class Student:
    """One invented student; ability is on the scale of a standard normal."""

    id: str
    first_name: str
    last_name: str
    ability: float
    habit: Habit


@dataclass(frozen=True)
class HandIn:
    """What a student hands in for one exercise.

    Attributes:
        kind: "right", "wrong", "blank", "broken" (the solution cell itself raises) or "written" (a
            person has to grade it).
        code: The new source of the cell to fill in; None leaves the cell as it was released.
        hint: For a wrong answer, what the student is told.
        passes: The test cells that this passes; None for all.
    """

    kind: str
    code: str | None
    hint: str = ""
    passes: frozenset[str] | None = frozenset()


BLANK = HandIn("blank", None)


def roster(size: int = 24, *, seed: int = 2026) -> tuple[Student, ...]:
    """The class: abilities spread evenly over the normal distribution, dealt out by the seed."""
    limit = len(NAMES) ** 2
    if not 5 <= size <= limit:
        msg = f"A sample class has 5 to {limit} students, not {size}."
        raise SampleError(msg)
    rng = random.Random(f"roster {seed}")
    abilities = [NormalDist().inv_cdf((rank + 0.5) / size) for rank in range(size)]
    dealt = list(zip(abilities, _habits(size, rng), strict=True))
    rng.shuffle(dealt)
    names = [_name(number) for number in range(size)]
    return tuple(
        Student(_identifier(first, last), first, last, ability, habit)
        for (first, last), (ability, habit) in zip(names, dealt, strict=True)
    )


def _name(number: int) -> tuple[str, str]:
    lap, place = divmod(number, len(NAMES))
    return NAMES[place].split()[0], NAMES[(place + 7 * lap) % len(NAMES)].split()[1]


def _identifier(first: str, last: str) -> str:
    """The name in ASCII: `Zoë Żurek` becomes `zoe_zurek`."""
    decomposed = unicodedata.normalize("NFKD", f"{first}_{last}")
    return "".join(letter for letter in decomposed if letter.isascii()).lower()


def _habits(size: int, rng: random.Random) -> list[Habit]:
    """Habits in order of ability: the weakest hands in nothing, the ablest is perfect."""
    several, few = max(1, size // 8), max(1, size // 12)
    special = [Habit.HALFWAY] * several + [Habit.SYNTAX_ERROR] * few + [Habit.STRAY_LINE] * few
    between = special + [Habit.ORDINARY] * (size - 2 - len(special))
    rng.shuffle(between)
    return [Habit.BLANK, *between, Habit.PERFECT]


def hand_ins(
    student: Student,
    lesson: Lesson,
    answers: Mapping[str, Known],
    *,
    seed: int = 2026,
) -> dict[str, HandIn]:
    """What the student hands in for each exercise of a lesson, by the exercise's name."""
    rng = random.Random(f"hand-ins {seed} {student.id} {lesson.topic}")
    tried = [
        _attempt(student, exercise, answers[exercise.name], rng) for exercise in lesson.exercises
    ]
    count = len(tried)
    if student.habit is Habit.HALFWAY:
        stop = rng.randint(count // 3, 2 * count // 3)
        tried[stop:] = [BLANK] * (count - stop)
    elif student.habit in (Habit.SYNTAX_ERROR, Habit.STRAY_LINE):
        in_code = {
            name: known for name in lesson.names if isinstance(known := answers[name], Answers)
        }
        name = rng.choice(list(in_code))
        good = rng.choice(in_code[name].right)
        tried[lesson.names.index(name)] = HandIn("broken", _broken(good, student.habit))
    return dict(zip(lesson.names, tried, strict=True))


def _attempt(student: Student, exercise: Exercise, known: Known, rng: random.Random) -> HandIn:
    # Everything is drawn, whether it is used or not, so that a draw never shifts the later ones.
    luck, patience = rng.random(), rng.random()
    if isinstance(known, Written):
        right = wrong = HandIn("written", rng.choice(known.texts))
    else:
        right = HandIn("right", rng.choice(known.right), passes=None)
        wrong = _some_wrong(known.wrong, rng)
    if student.habit is Habit.PERFECT:
        return right
    if student.habit is Habit.BLANK:
        return BLANK
    if luck < _chance(student.ability, exercise.level):
        return right
    return wrong if patience < 0.85 else BLANK


def _chance(ability: float, level: int) -> float:
    """The chance of a right answer: 65 % for the middle of the class at the middle level, 3."""
    return 1 / (1 + math.exp(-(1.6 * ability - 0.7 * (level - 3) + 0.6)))


def _some_wrong(known: Sequence[Wrong], rng: random.Random) -> HandIn:
    """One of the wrong answers, the first listed ones more often, as misconceptions are."""
    if not known:
        return BLANK
    weights = [1 / (1 + 0.4 * rank) for rank in range(len(known))]
    (wrong,) = rng.choices(known, weights)
    return HandIn("wrong", wrong.code, hint=wrong.hint, passes=frozenset(wrong.passes))


def _broken(code: str, habit: Habit) -> str:
    """A right answer, spoilt so that the cell raises before it defines anything."""
    if habit is Habit.SYNTAX_ERROR:
        return f"{code.rstrip()}\n)"
    return f"print(my_old_attempt)\n\n{code}"


def expected_scores(
    students: Sequence[Student],
    lesson: Lesson,
    answers: Mapping[str, Known],
    *,
    seed: int = 2026,
) -> pd.DataFrame:
    """What each student must score in each graded cell of a lesson.

    Returns:
        A row for each student id, a column for each cell; `.sum(axis=1)` is the total. NaN where an
        answer waits for somebody to grade it.
    """
    rows: dict[str, dict[str, float]] = {}
    for student in students:
        handed = hand_ins(student, lesson, answers, seed=seed)
        rows[student.id] = {
            cell: _expected(handed[name], cell, lesson.points[cell])
            for name in lesson.names
            for cell in lesson.tests[name]
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def _expected(handed: HandIn, cell: str, points: float) -> float:
    if handed.kind == "written":
        return math.nan
    return points if _passed(handed, cell) else 0.0


def _passed(handed: HandIn, cell: str) -> bool:
    return handed.passes is None or cell in handed.passes


def known_answers(folder: Path, lesson: Lesson) -> dict[str, Known]:
    """The answers to every exercise of a lesson, from `<folder>/<topic>.py`."""
    path = folder / f"{lesson.topic}.py"
    answers = load(path, known=lesson.names)
    if missing := [name for name in lesson.names if name not in answers]:
        msg = f"{path} has no answers to {', '.join(missing)}: add them to ANSWERS."
        raise AnswersError(msg)
    for exercise in lesson.exercises:
        kind = Written if exercise.written else Answers
        if not isinstance(answers[exercise.name], kind):
            msg = f"{path}: make the entry of {exercise.name!r} {kind.__name__}(…)."
            raise AnswersError(msg)
    return answers


def make_class(
    *,
    root: Path,
    topics: Sequence[str] = (),
    answers: Path | None = None,
    size: int = 24,
    seed: int = 2026,
) -> tuple[Student, ...]:
    """Hand in notebooks for an invented class, and enter its names in the gradebook.

    Args:
        root: The course's folder.
        topics: The topics to hand in; all when empty.
        answers: The folder with `<topic>.py`; `tests/answers` of the course when None.
        size: How many students.
        seed: The same seed makes the same class, byte for byte.

    Raises:
        SampleError: A submission of somebody else would be overwritten, or nothing is released.
        AnswersError: The answers to a topic are missing or unusable.
    """
    course = Course(root.resolve())
    students = roster(size, seed=seed)
    chosen = course.require(topics)
    check_gradebook(course.gradebook_url)
    _refuse_to_overwrite(course, students)
    folder = answers if answers is not None else root / "tests" / "answers"
    lessons = [read_lesson(course, topic) for topic in chosen]
    known = [known_answers(folder, lesson) for lesson in lessons]
    for lesson, answers_to in zip(lessons, known, strict=True):
        for student in students:
            handed = hand_ins(student, lesson, answers_to, seed=seed)
            _submit(course, student, lesson.topic, _filled_in(lesson, handed))
    _enter_names(course, students)
    return students


def _refuse_to_overwrite(course: Course, students: Sequence[Student]) -> None:
    # The whole folder of a student is ours or it is not: the marker must never get into another's.
    for student in students:
        folder = course.submitted(student.id, "any").parent.parent
        if folder.exists() and not (folder / MARKER).exists():
            msg = (
                f"{folder} was not made by `gradschool class` and stays as it is; nothing was "
                "written. Move it away, or make the class in a copy of the course."
            )
            raise SampleError(msg)


def _filled_in(lesson: Lesson, handed: Mapping[str, HandIn]) -> str:
    """The released notebook with the answers in its solution cells, as text."""
    notebook = deepcopy(lesson.notebook)
    cells = {grade_id(cell): cell for cell in notebook.cells}
    for name in lesson.names:
        code = handed[name].code
        if code is not None:
            cells[name].source = code
    return dumps(notebook)


def _submit(course: Course, student: Student, topic: str, notebook: str) -> None:
    path = course.submitted(student.id, topic)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Beside the topics' folders, where nbgrader does not look and copies nothing.
    _write(path.parent.parent / MARKER, MARKER_TEXT)
    _write(path, notebook)
    # Hours before the deadline: the hasty and the careful are found among all abilities.
    early = random.Random(f"time {student.id} {topic}").expovariate(1 / 30)
    when = (DEADLINE - timedelta(hours=early)).replace(microsecond=0)
    _write(path.parent / "timestamp.txt", f"{when:%Y-%m-%d %H:%M:%S} UTC\n")


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _enter_names(course: Course, students: Sequence[Student]) -> None:
    with Gradebook(course.gradebook_url) as gradebook:
        for student in students:
            gradebook.update_or_create_student(
                student.id, first_name=student.first_name, last_name=student.last_name
            )
