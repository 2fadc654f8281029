"""What the scores of a class say: about the exercises, about misconceptions, about students."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from gradschool.classroom.findings import Finding, Outcome
from gradschool.classroom.gradebook import Marks

# The rule for "may need help". The report states it with these numbers.
LOW_TOTAL = 0.5
MANY_BLANKS = 1 / 3
NOTHING_GRADED = "nothing handed in that could be graded"
# With fewer students a correlation says nothing at all: through two points it is always ±1.
FEWEST_FOR_CORRELATION = 3


class State(StrEnum):
    """How a student did in one exercise."""

    FULL = "full marks"
    PARTIAL = "some points"
    ZERO = "no points"
    BLANK = "not attempted"
    WAITING = "ungraded"


@dataclass(frozen=True)
class Misconception:
    """A line that several students may have seen, and who did."""

    exercise: str
    outcome: Outcome
    text: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class Concern:
    """A student who may need help, and why."""

    student: str
    reasons: tuple[str, ...]


def facility(marks: Marks) -> pd.Series:
    """How easy each exercise was: the mean share of its points, over the graded students.

    It is NaN while an answer waits to be graded: those that are blank have their points at once,
    so that a mean over the others would be too low.
    """
    return marks.shares.mean(skipna=False)


def discrimination(scores: pd.DataFrame) -> pd.Series:
    r"""How well each exercise tells strong from weak: its corrected item–rest correlation.

    For the exercise j with scores x_ij, the rest score of student i is r_ij = Σ_k x_ik − x_ij, and

        d_j = Σ_i (x_ij − x̄_j)(r_ij − r̄_j) / √( Σ_i (x_ij − x̄_j)² · Σ_i (r_ij − r̄_j)² ),

    Pearson's correlation of the exercise with the sum of all the others. The exercise is taken out
    of the sum because otherwise it would correlate with itself. Source: J. P. Guilford (1953), "The
    correlation of an item with a composite of the remaining items in a test", Educational and
    Psychological Measurement 13, 87–93.

    An exercise in which an answer waits to be graded is left out, also of the rest scores.

    Args:
        scores: A row for each student, a column for each exercise; NaN for what waits.

    Returns:
        d_j for each column; NaN where it is undefined: fewer than three students, or an exercise
        (or the rest) in which all students have the same score, or one in which an answer waits.
    """
    settled = scores.dropna(axis=1)
    total = settled.sum(axis=1)
    found = {name: _correlation(settled[name], total - settled[name]) for name in settled}
    return pd.Series(found, dtype=float).reindex(scores.columns)


def _correlation(left: pd.Series, right: pd.Series) -> float:
    # ptp, not the variance: rounding gives a constant column a variance of 1e-32.
    constant = any(np.ptp(side) < 1e-9 for side in (left, right)) if len(left) else True
    if constant or len(left) < FEWEST_FOR_CORRELATION:
        return float("nan")
    return float(np.corrcoef(left, right)[0, 1])


def misconceptions(findings: Sequence[Finding]) -> list[Misconception]:
    """The lines that students saw, the most frequent first; a student counts once for a line."""
    seen: dict[tuple[str, Outcome, str], dict[str, None]] = {}
    for finding in findings:
        if finding.outcome is not Outcome.NOT_ATTEMPTED:
            key = (finding.exercise, finding.outcome, finding.text)
            seen.setdefault(key, {})[finding.student] = None
    found = [Misconception(*key, tuple(students)) for key, students in seen.items()]
    return sorted(found, key=lambda one: -len(one.students))


def states(marks: Marks, findings: Sequence[Finding]) -> dict[str, dict[str, State]]:
    """How each graded student did in each exercise, by their id and its name."""
    outcomes: dict[tuple[str, str], set[Outcome]] = {}
    for finding in findings:
        outcomes.setdefault((finding.student, finding.exercise), set()).add(finding.outcome)
    return {
        student: {
            exercise: _state(
                score, marks.points[exercise], outcomes.get((student, exercise), set())
            )
            for exercise, score in marks.scores_of(student).items()
        }
        for student in marks.students
    }


def _state(score: float, points: float, outcomes: set[Outcome]) -> State:
    if math.isnan(score):
        return State.WAITING
    if score >= points - 1e-9:
        return State.FULL
    if score > 0:
        return State.PARTIAL
    return State.BLANK if outcomes == {Outcome.NOT_ATTEMPTED} else State.ZERO


def concerns(marks: Marks, found: Mapping[str, Mapping[str, State]]) -> list[Concern]:
    """Who may need help, those with nothing graded first, then those with the fewest points.

    The rule: nothing graded; or less than half of the points; or at least a third of the exercises
    not attempted.

    Args:
        marks: The scores.
        found: What `states` says about them.
    """
    absent = [Concern(student, (NOTHING_GRADED,)) for student in marks.missing]
    struggling = [
        Concern(student, reasons)
        for student in reversed(marks.ranking)
        if (reasons := _reasons(marks.totals[student], found[student].values()))
    ]
    return absent + struggling


def _reasons(total: float, row: Collection[State]) -> tuple[str, ...]:
    reasons = []
    if total < LOW_TOTAL:
        reasons.append(f"{total:.0%} of the points")
    blanks = sum(state is State.BLANK for state in row)
    if blanks >= MANY_BLANKS * len(row):
        reasons.append(f"{blanks} of {len(row)} exercises not attempted")
    return tuple(reasons)
