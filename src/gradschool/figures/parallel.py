"""Tasks and workers: what several can do at once, and what must be done one after the other."""

from collections.abc import Mapping, Sequence
from heapq import heapreplace
from typing import Any, Final

from matplotlib.figure import Figure

from gradschool.figures.amounts import at_least_zero, brief, plain, whole
from gradschool.figures.canvas import Canvas
from gradschool.figures.display import for_readers
from gradschool.figures.plotting import count_text, series, short
from gradschool.figures.style import BLUE, tint
from gradschool.figures.timelines import HOST, Span, Timeline
from gradschool.figures.values import FigureError

_MOST_WORKERS: Final = 1000
_MOST_TASKS: Final = 1000
_NAMED: Final = 12  # workers up to which each has a lane with its name
_TALL: Final = 2.6  # inches of all lanes together
_LOOK: Final = HOST._replace(fill=tint(BLUE, 0.45))


@for_readers
def workers(
    durations: Sequence[float] | Mapping[str, float],
    workers: int,
    chained: bool = False,  # noqa: FBT001, FBT002 - a lesson reads better with the word alone
    *,
    unit: str = "s",
) -> Figure:
    """Who does which task when: independent tasks are shared out, chained ones wait for each other.

    Independent tasks are taken in their order, each by the first worker who is free. Of chained ones
    each needs the result of the one before it, so that a second worker finds nothing to do.

    Args:
        durations: of the tasks, in order; with their names as a mapping. Up to 1000.
        workers: how many, up to 1000.
        chained: whether each task needs the one before it.
        unit: of the durations.

    Returns:
        The figure.

    Raises:
        FigureError: for durations below 0, or numbers of tasks or workers that cannot be drawn.
    """
    tasks = _tasks(durations)
    count = whole(workers, "workers", 1, _MOST_WORKERS)
    spans = _spans(tasks, count, chained=bool(chained))
    canvas = Canvas()
    kind = "chained" if chained else "independent"
    title = f"{count_text(len(tasks), f'{kind} task')}, {count_text(count, 'worker')}"
    canvas.text(0, 0, title, across="left", bold=True)
    few = count <= _NAMED
    height = 0.26 if few else _TALL / count
    names = [f"worker {number + 1}" if few else "" for number in range(count)]
    timeline = Timeline(
        canvas, names, spans, y=0.2, height=height, gap=0.08 if few else 0.0, outside=False
    )
    if not few:
        middle = (timeline.frames[0].y + timeline.frames[-1].bottom) / 2
        words = f"{count} workers, one a row"
        canvas.text(timeline.frames[0].x - 0.2, middle, words, upright=True)
    timeline.axis(unit)
    end = max(span.end for span in spans)
    timeline.mark(end, f"done after {_said(end)} {unit}", "done")
    facts = _facts(tasks, count, end, unit)
    canvas.note(*facts)
    shown = [
        f"{span.name}: worker {span.lane + 1}, {_said(span.start)} to {_said(span.end)}"
        for span in spans[:24]
    ]
    shown += ["…"] if len(spans) > 24 else []
    return canvas.finish(
        f"Time line of {title}, in {unit}. {'; '.join(shown)}. "
        f"{' '.join(fact[0].upper() + fact[1:] + '.' for fact in facts)}"
    )


def _tasks(given: Any) -> list[tuple[str, float]]:
    if isinstance(given, Mapping):
        names = [brief(name, "The task") for name in given]
        values = list(given.values())
    else:
        values = list(series(given, "durations"))
        names = [str(number + 1) for number in range(len(values))]
    if not 1 <= len(values) <= _MOST_TASKS:
        msg = f"durations has {count_text(len(values), 'task')}; give 1 to {_MOST_TASKS}."
        raise FigureError(msg)
    return [
        (name, at_least_zero(value, f"The duration of task {name!r}", "units of time"))
        for name, value in zip(names, values, strict=True)
    ]


def _spans(tasks: Sequence[tuple[str, float]], count: int, *, chained: bool) -> list[Span]:
    # A heap has the worker who is free first at its front; of several the one with the lowest number.
    free = [(0.0, number) for number in range(1 if chained else count)]
    spans = []
    for number, (name, duration) in enumerate(tasks):
        start, worker = free[0]
        spans.append(Span(worker, start, start + duration, name, _LOOK, f"task:{number}"))
        heapreplace(free, (start + duration, worker))
    return spans


def _facts(tasks: Sequence[tuple[str, float]], count: int, end: float, unit: str) -> list[str]:
    """What the picture shows, in sentences without their full stops."""
    total, longest = sum(time for _, time in tasks), max(time for _, time in tasks)
    facts = [
        f"all tasks together take {_said(total)} {unit}, the longest of them {_said(longest)} {unit}"
    ]
    if end:
        times = total / end
        speed = "as fast as one" if times < 1.005 else f"{_said(times)} times as fast as one"
        who = "1 worker" if count == 1 else f"{count} workers: {speed}"
        facts.append(f"{who}; busy {short(100 * total / (end * count))}% of the time")
    return facts


def _said(amount: float) -> str:
    return plain(amount, 4)
