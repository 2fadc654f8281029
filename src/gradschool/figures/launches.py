"""A CPU that gives work to another device: who works when, and who waits for whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from matplotlib.figure import Figure

from gradschool.figures.amounts import at_least_zero, brief, plain
from gradschool.figures.canvas import Canvas
from gradschool.figures.display import for_readers
from gradschool.figures.plotting import count_text
from gradschool.figures.style import MARK
from gradschool.figures.timelines import COPY, HOST, IDLE, WORK, Look, Span, Timeline, key
from gradschool.figures.values import FigureError

_MOST_STEPS: Final = 48
_MOST_QUEUES: Final = 4


@dataclass(frozen=True)
class Launch:
    """Work that the CPU hands to the device: it is queued, and the CPU goes on.

    Attributes:
        name: of the work: "matmul".
        host: how long the CPU is busy with launching it.
        device: how long the device works on it.
        queue: the stream that it stands in; "" is the default one.
        after: an earlier step's name; the device begins when that step's work is over (an event).
    """

    name: str
    host: float
    device: float
    queue: str = ""
    after: str | None = None


@dataclass(frozen=True)
class Copy:
    """A copy between the memories of CPU and device.

    Attributes:
        name: of the copy: "x.to(device)".
        duration: of the copy itself.
        blocking: whether the CPU waits until it is over.
        host: how long the CPU is busy with starting it.
        queue: the stream that it stands in; "" is the default one.
        after: an earlier step's name; the copy begins when that step's work is over (an event).
    """

    name: str
    duration: float
    blocking: bool = True
    host: float = 0.0
    queue: str = ""
    after: str | None = None


@dataclass(frozen=True)
class Host:
    """Work that the CPU does itself.

    Attributes:
        name: of the work: "load batch".
        duration: of it.
    """

    name: str
    duration: float


@dataclass(frozen=True)
class Wait:
    """The CPU waits until the device has nothing left to do.

    Attributes:
        name: of the wait.
        queue: the stream to wait for; None for all of them.
    """

    name: str = "synchronize"
    queue: str | None = None


Step = Launch | Copy | Host | Wait


@dataclass
class _Schedule:
    """Who does what when, worked out step by step.

    Attributes:
        queues: the streams in the order in which they appear; their lanes follow the CPU's.
        now: when the CPU is free.
        idle: how long it has waited.
        ends: when each queue is empty.
        done: when the device work of each step was over, by name; the last of equal names.
        spans: the boxes.
        links: from launching to beginning: lane and time of both.
        events: from the end of what was waited for to the beginning, likewise.
        said: each step in words.
    """

    queues: list[str]
    now: float = 0.0
    idle: float = 0.0
    ends: dict[str, float] = field(default_factory=dict)
    done: dict[str, tuple[int, float]] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    links: list[tuple[tuple[int, float], tuple[int, float]]] = field(default_factory=list)
    events: list[tuple[tuple[int, float], tuple[int, float]]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    @property
    def device_end(self) -> float:
        return max(self.ends.values(), default=0.0)

    def busy(self, name: str, duration: float, look: Look) -> str:
        """The CPU is occupied from now on; returns it in words."""
        start, self.now = self.now, self.now + duration
        self.idle += duration if look is IDLE else 0.0
        self.spans.append(Span(0, start, self.now, name, look, f"CPU:{len(self.said)}"))
        does = "waits" if look is IDLE else "works"
        return f"CPU {does} {_said(start)} to {_said(self.now)}"

    def enqueue(self, step: Launch | Copy, duration: float, device: str) -> str:
        """The device gets work now; returns it in words."""
        lane = 1 + self.queues.index(step.queue)
        start = max(self.now, self.ends.get(step.queue, 0.0))
        if step.after is not None:
            place, moment = self.done[step.after]
            if moment > start or place != lane:
                self.events.append(((place, moment), (lane, max(start, moment))))
            start = max(start, moment)
        end = self.ends[step.queue] = start + duration
        self.done[step.name] = (lane, end)
        look = COPY if isinstance(step, Copy) else WORK
        self.spans.append(Span(lane, start, end, step.name, look, f"device:{len(self.said)}"))
        self.links.append(((0, self.now), (lane, start)))
        verb = "copied" if look is COPY else device
        where = f" in {step.queue}" if step.queue else ""
        return f"{verb} {_said(start)} to {_said(end)}{where}"


@for_readers
def queues(steps: Iterable[Step], unit: str = "ms", device: str = "GPU") -> Figure:
    """The time line of a CPU and of the queues of a device, worked out from the steps.

    The CPU takes the steps one after the other. A launch, or a copy that does not block, is put into
    a queue and the CPU goes on; a queue does one thing at a time, in order, and begins none before
    it was launched. While the CPU waits or a copy blocks, it does nothing else (hatched).

    Args:
        steps: `Launch`, `Copy`, `Host` and `Wait` in the order of the program, up to 48.
        unit: of all times.
        device: what to call the device.

    Returns:
        The figure.

    Raises:
        FigureError: for something else than steps, times below 0, a step `after` one that the device
            has not got yet, or more queues than can be drawn.
    """
    program = _program(steps)
    names = _queues(program)
    schedule = _Schedule(names)
    for number, step in enumerate(program):
        schedule.said.append(_take(schedule, step, number, device))
    canvas = Canvas()
    entries = [
        (HOST, "CPU works or launches"),
        (IDLE, "CPU waits"),
        (WORK, f"{device} works"),
        (COPY, "data are copied"),
    ]
    used = [span.look for span in schedule.spans]
    key(canvas, [entry for entry in entries if entry[0] in used or entry[0] is HOST], 0.0)
    lanes = ["CPU", *(f"{device}, {name}" if name else device for name in names)]
    timeline = Timeline(canvas, lanes, schedule.spans, y=0.34)
    _draw_links(timeline, schedule)
    timeline.axis(unit)
    free = f"CPU free at {_said(schedule.now)}"
    done = f"{device} done at {_said(schedule.device_end)}"
    timeline.mark(schedule.now, free, "free")
    if names:
        timeline.mark(schedule.device_end, done, "done")
    facts = _facts(schedule, (unit, device))
    lines = ["dashed lines: from the launch of some work to its beginning"] if names else []
    lines += (
        ["arrows: work that began after an event, the end of other work"] if schedule.events else []
    )
    canvas.note(*facts, *lines)
    return canvas.finish(
        f"Time line of a CPU and its {device}, in {unit}. {'; '.join(schedule.said) or 'No steps'}. "
        f"{' '.join(fact[0].upper() + fact[1:] + '.' for fact in facts)}"
    )


def _program(given: Any) -> list[Step]:
    example = 'figures.Launch("matmul", 0.1, 4)'
    if isinstance(given, Step):
        given = [given]
    if not isinstance(given, Iterable) or isinstance(given, str):
        msg = f"steps is {given!r:.60}; give a list of steps: [{example}, figures.Wait()]."
        raise FigureError(msg)
    program: list[Any] = list(given)
    for number, step in enumerate(program):
        if step is Wait:
            msg = f"Step {number} is the class Wait; put brackets behind it: figures.Wait()."
            raise FigureError(msg)
        if not isinstance(step, Step):
            msg = f"Step {number} is {step!r:.60}; a step is a figures.Launch, Copy, Host or Wait: {example}."
            raise FigureError(msg)
    if len(program) > _MOST_STEPS:
        msg = f"There are {len(program)} steps; up to {_MOST_STEPS} can be drawn. Show fewer."
        raise FigureError(msg)
    return program


def _queues(program: Sequence[Step]) -> list[str]:
    """The names of all queues; the default one first."""
    found = [step.queue for step in program if isinstance(step, Launch | Copy)]
    names = sorted(
        {brief(name, "The queue") for name in found},
        key=lambda name: (bool(name), found.index(name)),
    )
    if len(names) > _MOST_QUEUES:
        msg = f"There are {len(names)} queues; up to {_MOST_QUEUES} can be drawn. Show fewer."
        raise FigureError(msg)
    return names


def _take(schedule: _Schedule, step: Step, number: int, device: str) -> str:
    """Does one step; returns it in words."""
    name = brief(step.name, "The step")
    if isinstance(step, Wait):
        if step.queue is not None and step.queue not in schedule.queues:
            msg = f"{name!r} waits for the queue {step.queue!r}; there are {schedule.queues}."
            raise FigureError(msg)
        until = schedule.device_end if step.queue is None else schedule.ends.get(step.queue, 0.0)
        return f"{name}: {schedule.busy(name, max(until - schedule.now, 0.0), IDLE)}"
    where = f"of step {number}, {name!r},"
    if isinstance(step, Host):
        return f"{name}: {schedule.busy(name, _time(step.duration, f'The duration {where}'), HOST)}"
    if step.after is not None and step.after not in schedule.done:
        earlier = ", ".join(map(repr, schedule.done)) or "nothing"
        msg = f"{name!r} comes after {step.after!r}; up to then the device has got {earlier}."
        raise FigureError(msg)
    host = _time(step.host, f"The host time {where}")
    blocking = isinstance(step, Copy) and step.blocking
    said = [schedule.busy(name, host, HOST)] if host or not blocking else []
    duration = step.duration if isinstance(step, Copy) else step.device
    said.append(schedule.enqueue(step, _time(duration, f"The duration {where}"), device))
    if blocking:
        rest = schedule.ends[step.queue] - schedule.now
        said.append(schedule.busy(name, rest, IDLE))
    return f"{name}: {', '.join(said)}"


def _said(time: float) -> str:
    return plain(time, 4)


def _time(value: Any, name: str) -> float:
    return at_least_zero(value, name, "units of time")


def _draw_links(timeline: Timeline, schedule: _Schedule) -> None:
    """Draws thin lines from launching to beginning, and arrows for the events."""
    frames, canvas = timeline.frames, timeline.canvas
    for (_, launched), (lane, start) in schedule.links:
        ends = (timeline.x(launched), frames[0].bottom), (timeline.x(start), frames[lane].y)
        canvas.line(*ends, width=0.7, dashed=True, above=1.2, gid="link")
    for (one, ended), (other, start) in schedule.events:
        a, b = timeline.x(ended), timeline.x(start)
        if one == other:
            continue
        down = other > one
        tail = (a, frames[one].bottom if down else frames[one].y)
        head = (b, frames[other].y if down else frames[other].bottom)
        canvas.arrow(tail, head, colour=MARK, width=1.5, above=5, gid="event")


def _facts(schedule: _Schedule, words: tuple[str, str]) -> list[str]:
    """What the picture shows, in sentences without their full stops."""
    unit, device = words
    facts = [
        f"the CPU is free at {_said(schedule.now)} {unit}, {_said(schedule.idle)} {unit} of which it waited"
    ]
    if not schedule.ends:
        return [*facts, f"the {device} got no work"]
    work = sum(span.end - span.start for span in schedule.spans if span.lane)
    count = count_text(len(schedule.links), "piece")
    facts.append(
        f"the {device} is done at {_said(schedule.device_end)} {unit}: {count} of work, "
        f"{_said(work)} {unit} together"
    )
    missed = schedule.device_end - schedule.now
    if missed > 1e-12 * schedule.device_end:
        facts.append(
            f"a clock that the CPU stops when it is free shows {_said(schedule.now)} {unit} and misses "
            f"{_said(missed)} {unit}: it did not wait"
        )
    return facts
