"""The report's pictures: each an SVG in a data URI, with words and a table that say the same.

Nothing rests on colour alone: areas are hatched, points are labelled, and beside every picture
stands its data as a table.
"""

import base64
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from gradschool.classroom.analysis import State, discrimination, facility
from gradschool.classroom.gradebook import Marks

ACCENT = "#0b6e99"
INK = "#1f2933"
STATE_LOOKS = {
    State.FULL: (ACCENT, ""),
    State.PARTIAL: ("#7fbfdc", "//"),
    State.ZERO: ("#f0b27a", ".."),
    State.BLANK: ("#eceff1", ""),
    State.WAITING: ("#a58bc4", "xx"),
}
# Discrimination below this is often called weak; the page's notes say by whom.
WEAK = 0.2
LOOK: dict[Any, Any] = {
    "axes.edgecolor": "#8795a1",
    "axes.labelcolor": INK,
    "font.size": 11,
    "grid.color": "#dfe5ea",
    "hatch.color": "#ffffff",
    "hatch.linewidth": 1.2,
    "svg.hashsalt": "gradschool",
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


@dataclass(frozen=True)
class DataTable:
    """The data of a chart: a caption, the columns' heads, and rows that begin with their head."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Chart:
    """A picture as a data URI, its message in words, and its data."""

    image: str
    alt: str
    table: DataTable


def overview(classes: Sequence[Marks]) -> Chart:
    """The totals by topic: a point for each student, the median and the middle half."""
    parts = [
        pd.DataFrame({"topic": marks.lesson.title, "total": marks.totals}) for marks in classes
    ]
    data = pd.concat(parts, ignore_index=True)
    with _look():
        axes = _axes(width=7.2, height=1.3 + 0.5 * len(classes))
        # No jitter: it would make another picture each time.
        sns.stripplot(data, x="total", y="topic", color=ACCENT, alpha=0.5, jitter=False, ax=axes)
        sns.pointplot(
            data, x="total", y="topic", color=INK, estimator="median", errorbar=("pi", 50),
            linestyle="none", marker="|", markersize=22, markeredgewidth=3, ax=axes,
        )  # fmt: skip
        axes.set(ylabel="", xlim=(-0.03, 1.03))
        axes.set_xlabel("Share of all points (mark: median, line: the middle half of the class)")
        axes.xaxis.set_major_formatter(PercentFormatter(1))
        image = _embedded(axes)
    medians = {marks.lesson.title: marks.totals.median() for marks in classes}
    message = ", ".join(f"{topic} {median:.0%}" for topic, median in medians.items())
    table = DataTable(
        "Total scores by topic, as shares of all points",
        ("Topic", "Graded", "Lowest", "Lower quartile", "Median", "Upper quartile", "Highest"),
        tuple(_five_numbers(marks) for marks in classes),
    )
    alt = f"The total scores by topic, a point for each student. Medians: {message}."
    return Chart(image, alt, table)


def _five_numbers(marks: Marks) -> tuple[str, ...]:
    numbers = np.quantile(marks.totals, (0, 0.25, 0.5, 0.75, 1))
    return (marks.lesson.title, str(len(marks.totals)), *(f"{number:.0%}" for number in numbers))


def distribution(marks: Marks) -> Chart:
    """A histogram of the totals in steps of ten per cent, with the median."""
    # Tenths and rounded, so that 0.3 is three tenths also when it is 0.30000000000000004.
    edges = np.arange(11) / 10
    totals = marks.totals.round(9)
    counts, _ = np.histogram(totals, edges)
    mean, median = totals.mean(), totals.median()
    with _look():
        axes = _axes(width=6.4, height=3.1)
        sns.histplot(x=totals, bins=list(edges), color=ACCENT, edgecolor="white", ax=axes)
        axes.axvline(median, color=INK, linestyle="--", linewidth=1.6)
        side = "right" if median > 0.5 else "left"
        axes.annotate(
            f" median {median:.0%} ",
            (median, 1.02),
            xycoords=("data", "axes fraction"),
            ha=side,
        )
        axes.set(xlabel="Share of all points", ylabel="Students", xlim=(0, 1))
        axes.set_xticks(edges)
        axes.xaxis.set_major_formatter(PercentFormatter(1))
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(visible=False, axis="x")
        image = _embedded(axes)
    fullest = int(counts.argmax())
    alt = (
        f"Histogram of the total scores of {len(totals)} students in {marks.lesson.title}: "
        f"mean {mean:.0%}, median {median:.0%}, from {totals.min():.0%} to {totals.max():.0%}. "
        f"Most students ({counts[fullest]}) have {_bin(fullest)}."
    )
    rows = tuple((_bin(number), str(count)) for number, count in enumerate(counts))
    table = DataTable(
        "How many students have which share of the points", ("Points", "Students"), rows
    )
    return Chart(image, alt, table)


def _bin(number: int) -> str:
    low, high = 10 * number, 10 * (number + 1)
    return f"{low} to {high}%" if high == 100 else f"{low} to under {high}%"


def outcomes(marks: Marks, found: Mapping[str, Mapping[str, State]]) -> Chart:
    """Stacked bars: how many students had full marks, some, none, or left it, by exercise."""
    shown = [state for state in State if state is not State.WAITING or marks.waiting]
    counts = {
        name: {state: sum(row[name] is state for row in found.values()) for state in shown}
        for name in marks.lesson.names
    }
    labels = marks.lesson.labels
    with _look():
        axes = _axes(width=6.4, height=1.3 + 0.36 * len(labels))
        left = np.zeros(len(labels))
        for state in shown:
            colour, hatch = STATE_LOOKS[state]
            widths = np.array([counts[name][state] for name in marks.lesson.names])
            axes.barh(
                labels, widths, left=left, color=colour, hatch=hatch, height=0.72, label=state
            )
            left += widths
        # An edge around the whole bar keeps the pale part visible on paper.
        axes.barh(labels, left, color="none", edgecolor="#52606d", linewidth=0.8, height=0.72)
        axes.set(xlabel="Students", ylabel="", xlim=(0, max(1, len(found))))
        axes.invert_yaxis()
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(visible=False, axis="y")
        axes.legend(
            ncols=4 if len(shown) == 4 else 3, loc="lower left", bbox_to_anchor=(-0.02, 1), frameon=False, handlelength=1.4,
            columnspacing=1.1, handletextpad=0.5,
        )  # fmt: skip
        image = _embedded(axes)
    return Chart(image, _outcomes_alt(marks, counts), _outcomes_table(marks, counts))


def _outcomes_alt(marks: Marks, counts: Mapping[str, Mapping[State, int]]) -> str:
    # Where answers wait, nobody knows yet how many have full marks.
    settled = [name for name in counts if marks.exercises[name].notna().all()] or [*counts]
    best = max(settled, key=lambda name: counts[name][State.FULL])
    worst = min(settled, key=lambda name: counts[name][State.FULL])
    blank = sum(row[State.BLANK] for row in counts.values())
    waiting = f" Written answers that wait to be graded: {marks.waiting}." if marks.waiting else ""
    return (
        f"Stacked bars of how {len(marks.cells)} students did in each exercise. Full marks were "
        f"most frequent in {best} ({counts[best][State.FULL]}) and least in {worst} "
        f"({counts[worst][State.FULL]}); {blank} answers in all were not attempted.{waiting}"
    )


def _outcomes_table(marks: Marks, counts: Mapping[str, Mapping[State, int]]) -> DataTable:
    ungraded = ("Un\xadgraded",) if marks.waiting else ()
    head = ("Exercise", "Full", "Some", "None", "Not attempted", *ungraded)
    rows = tuple(
        (f"{label} {name}", *(str(number) for number in counts[name].values()))
        for label, name in zip(marks.lesson.labels, marks.lesson.names, strict=True)
    )
    return DataTable("Students by how they did in each exercise", head, rows)


def difficulty(marks: Marks) -> Chart:
    """Facility against discrimination, a labelled point for each exercise."""
    easy, telling = facility(marks), discrimination(marks.exercises)
    with _look():
        axes = _axes(width=6.4, height=4)
        axes.axhspan(-1.1, WEAK, color="#fbf1e6", zorder=0)
        axes.annotate(
            f" below {WEAK}: look at the exercise", (0, WEAK), va="top", fontsize=9, color="#7a4a12"
        )
        sns.scatterplot(x=easy, y=telling, s=70, color=ACCENT, ax=axes)
        _label_points(axes, marks.lesson.labels, easy, telling)
        lowest = min(-0.1, telling.min() - 0.1) if telling.notna().any() else -0.1
        axes.set(
            xlabel="Facility: mean share of the points (right is easier)",
            ylabel="Discrimination",
            xlim=(-0.03, 1.06),
            ylim=(lowest, 1.03),
        )
        axes.xaxis.set_major_formatter(PercentFormatter(1))
        image = _embedded(axes)
    return Chart(image, _difficulty_alt(easy, telling), _difficulty_table(marks, easy, telling))


def _label_points(axes: Axes, labels: Sequence[str], easy: pd.Series, telling: pd.Series) -> None:
    """Write each exercise's label beside its point; points in one place share one label."""
    places: dict[tuple[float, float], list[str]] = {}
    for label, right, up in zip(labels, easy, telling, strict=True):
        if not np.isnan(up):
            places.setdefault((round(right, 2), round(up, 2)), []).append(label)
    for (right, up), here in places.items():
        # To the left when another point stands where the text would begin.
        crowded = any(0 < x - right < 0.08 and abs(y - up) < 0.06 for x, y in places)
        axes.annotate(
            ", ".join(here),
            (right, up),
            (-6 if crowded else 6, 4),
            textcoords="offset points",
            ha="right" if crowded else "left",
            fontsize=10,
        )


def _difficulty_alt(easy: pd.Series, telling: pd.Series) -> str:
    weak = [str(name) for name in telling.index[telling < WEAK]]
    undefined = int(telling.isna().sum())
    return (
        f"Scatter plot of facility against discrimination. Hardest: {easy.idxmin()} "
        f"({easy.min():.0%} of its points); easiest: {easy.idxmax()} ({easy.max():.0%}). "
        f"Discrimination below {WEAK}: {', '.join(weak) or 'none'}. "
        f"Undefined, so not drawn: {undefined or 'none'}."
    )


def _difficulty_table(marks: Marks, easy: pd.Series, telling: pd.Series) -> DataTable:
    rows = tuple(
        (
            f"{exercise.id} {exercise.name}",
            f"{exercise.level} of 5",
            "unknown" if np.isnan(easy[exercise.name]) else f"{easy[exercise.name]:.0%}",
            signed(telling[exercise.name]),
        )
        for exercise in marks.lesson.exercises
    )
    head = ("Exercise", "Level", "Facility", "Discrimination")
    return DataTable("Facility and discrimination of the exercises", head, rows)


def signed(value: float) -> str:
    """A correlation with a true minus, or the word for there being none."""
    return "undefined" if np.isnan(value) else f"{value:.2f}".replace("-", "−")


@contextmanager
def _look() -> Iterator[None]:
    """Seaborn's white grid with the page's colours, for what is drawn inside."""
    with sns.axes_style("whitegrid"), mpl.rc_context(LOOK):
        yield


def _axes(*, width: float, height: float) -> Axes:
    """Axes of a figure that pyplot knows nothing of, so that none stays open."""
    axes = Figure(figsize=(width, height), layout="constrained").subplots()
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_axisbelow(True)
    return axes


def _embedded(axes: Axes) -> str:
    """The figure of the axes as a data URI; the same data gives the same bytes."""
    figure = axes.figure
    assert isinstance(figure, Figure)
    sink = io.BytesIO()
    figure.savefig(sink, format="svg", metadata={"Date": None, "Creator": None})
    return f"data:image/svg+xml;base64,{base64.b64encode(sink.getvalue()).decode('ascii')}"
