"""Time lines: boxes in lanes, as long as what they stand for takes, above an axis of time."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from matplotlib.ticker import MaxNLocator

from gradschool.figures.amounts import plain
from gradschool.figures.canvas import Canvas, Frame, text_size, widest
from gradschool.figures.style import (
    BLUE,
    GREEN,
    INK,
    LINE,
    ORANGE,
    PAPER,
    QUIET,
    SMALL,
    WIDEST,
    tint,
)

_THINNEST: Final = 0.02  # inches of a box
_EDGED: Final = 0.035  # inches above which a box has an edge: below it edges would be all one sees
_FEW: Final = 60  # boxes in a lane up to which all have one
_LABEL: Final = 0.17  # inches from one row of labels outside the boxes to the next
_SIDE: Final = 0.07


class Look(NamedTuple):
    """How boxes of one kind look; the hatch tells them apart where colours do not."""

    fill: str
    hatch: str | None
    dashed: bool = False


WORK: Final = Look(tint(BLUE, 0.45), None)
COPY: Final = Look(tint(ORANGE, 0.55), "....")
HOST: Final = Look(tint(GREEN, 0.45), None)
IDLE: Final = Look(PAPER, "////", dashed=True)


class Span(NamedTuple):
    """A box: what occupies a lane from one time to another.

    Attributes:
        lane: number of the lane.
        start: time.
        end: time, not before the start.
        name: what to write at it.
        look: of the box.
        gid: names the box.
    """

    lane: int
    start: float
    end: float
    name: str
    look: Look
    gid: str


class _Tag(NamedTuple):
    """Words for one box or several equal ones in a row that are too narrow for them."""

    text: str
    start: float
    end: float


class Timeline:
    """Lanes on a board, from time 0 on.

    Args:
        canvas: the board.
        lanes: their names from above.
        spans: all boxes, in the order of time in each lane.
        y: where the first lane begins.
        height: of a lane in inches.
        gap: between the first lane and the next.
        outside: whether names that do not fit into their boxes are written beside the lane: above
            the first lane and below the others. Otherwise they are left out.
    """

    def __init__(
        self,
        canvas: Canvas,
        lanes: Sequence[str],
        spans: Sequence[Span],
        *,
        y: float = 0.0,
        height: float = 0.32,
        gap: float = 0.34,
        outside: bool = True,
    ) -> None:
        self.canvas = canvas
        self.end = max((span.end for span in spans), default=0.0)
        self._left = widest(lanes, bold=True) + 0.16 if any(lanes) else 0.5
        self._width = WIDEST - self._left
        self._height = height
        by_lane = [[span for span in spans if span.lane == lane] for lane in range(len(lanes))]
        tags: list[list[_Tag]] = [[] for _ in lanes]
        if outside:
            # Narrower lines have more names outside, and the last of them need room on the right.
            for _ in range(4):
                tags = [self._tags(members) for members in by_lane]
                over = max(
                    (
                        self.x(tag.start) + text_size(tag.text, SMALL)[0] - WIDEST
                        for row in tags
                        for tag in row
                    ),
                    default=0.0,
                )
                if over <= 0:
                    break
                self._width -= over + 0.02
        self._axis = 0.0
        self.frames: list[Frame] = []
        for lane, members in enumerate(by_lane):
            levels = _levels([self._tag_frame(tag) for tag in tags[lane]])
            rows = max(levels, default=-1) + 1
            room = rows * _LABEL + (0.06 if rows else 0.0)
            y += room if lane == 0 else 0.0
            frame = Frame(self._left, y, self._width, height)
            self.frames.append(frame)
            self._draw_lane(frame, lanes[lane], members, outside=outside)
            for tag, level in zip(tags[lane], levels, strict=True):
                self._draw_tag(frame, tag, level, above=lane == 0)
            y = frame.bottom + (gap if lane == 0 else min(gap, 0.12)) + (room if lane else 0.0)

    def x(self, time: float) -> float:
        """Where a time is on the board."""
        return self._left + self._width * (time / self.end if self.end else 0.0)

    def _box(self, span: Span, frame: Frame) -> Frame:
        left = self.x(span.start)
        w = max(self.x(span.end) - left, _THINNEST)
        return Frame(left, frame.y, w, max(frame.h, _THINNEST))

    def _fits(self, span: Span) -> bool:
        room = self.x(span.end) - self.x(span.start)
        return text_size(span.name, SMALL)[0] + _SIDE <= room

    def _tags(self, spans: Sequence[Span]) -> list[_Tag]:
        """The names of a lane that do not fit; equal ones in a row share one."""
        found: list[_Tag] = []
        count, last = 0, -1
        for place, span in enumerate(spans):
            if self._fits(span):
                continue
            if count and last == place - 1 and spans[last].name == span.name:
                count += 1
                found[-1] = _Tag(f"{span.name} ×{count}", found[-1].start, span.end)
            else:
                count = 1
                found.append(_Tag(span.name, span.start, span.end))
            last = place
        return found

    def _tag_frame(self, tag: _Tag) -> tuple[float, float]:
        left = self.x(tag.start)
        return left, left + text_size(tag.text, SMALL)[0] + 0.08

    def _draw_lane(self, frame: Frame, name: str, spans: Sequence[Span], *, outside: bool) -> None:
        canvas = self.canvas
        if name:
            canvas.text(frame.x - 0.12, frame.middle[1], name, across="right", bold=True)
        if frame.h > 0.1:
            canvas.line(
                (frame.x, frame.bottom), (frame.right, frame.bottom), colour=LINE, width=0.8
            )
        for span in spans:
            box = self._box(span, frame)
            edged = frame.h > 0.1 and (box.w > _EDGED or len(spans) <= _FEW)
            wide = frame.h > _THINNEST and box.w > _EDGED
            canvas.rectangle(
                box,
                fill=span.look.fill,
                edge=INK if edged else PAPER if wide else span.look.fill,
                width=0.8 if edged else 0.2,
                dashed=span.look.dashed,
                hatch=span.look.hatch,
                gid=span.gid,
            )
            if self._fits(span) and (outside or text_size(span.name, SMALL)[1] < frame.h):
                self._write(span, box)

    def _write(self, span: Span, box: Frame) -> None:
        w, h = text_size(span.name, SMALL)
        x, y = box.middle
        if span.look.hatch:
            ground = Frame(x - w / 2, y - h / 2, w, h)
            self.canvas.rectangle(ground, fill=PAPER, edge="none", above=1.5)
        self.canvas.text(x, y, span.name, size=SMALL, gid=f"name:{span.gid}")

    def _draw_tag(self, lane: Frame, tag: _Tag, level: int, *, above: bool) -> None:
        away = 0.06 + (level + 0.5) * _LABEL
        edge, sign = (lane.y, -1) if above else (lane.bottom, 1)
        x, y = self.x(tag.start), edge + sign * away
        ends = (x, edge), (x, edge + sign * (away - 0.07))
        self.canvas.line(*ends, colour=QUIET, width=0.7)
        text = self.canvas.text(x, y, tag.text, size=SMALL, across="left", gid=f"tag:{tag.text}")
        self.canvas.rectangle(text, fill=PAPER, edge="none", above=0.7)

    def axis(self, unit: str) -> None:
        """Draws the axis of time below everything."""
        canvas, y = self.canvas, self.canvas.bottom + 0.08
        self._axis = y
        canvas.line((self._left, y), (self._left + self._width, y), colour=INK, width=0.8)
        ticks = MaxNLocator(8, steps=[1, 2, 5, 10]).tick_values(0, self.end) if self.end else [0.0]
        right = -1.0
        for time in ticks:
            # What would touch the one before it is left out.
            words = plain(float(f"{time:.6g}"), 6)
            w = text_size(words, SMALL)[0]
            if not 0 <= time <= self.end * (1 + 1e-9) or self.x(time) - w / 2 <= right + 0.08:
                continue
            right = self.x(time) + w / 2
            canvas.line((self.x(time), y), (self.x(time), y + 0.05), colour=INK, width=0.8)
            canvas.text(self.x(time), y + 0.07, words, size=SMALL, down="top")
        words = f"time, {unit}"
        canvas.text(self._left - 0.12, y, words, size=SMALL, across="right", colour=QUIET)

    def mark(self, time: float, words: str, gid: str) -> None:
        """Draws an upright line through all lanes with words below the axis, one row a mark."""
        canvas, x = self.canvas, self.x(time)
        y = canvas.bottom + 0.05
        w = text_size(words, bold=True)[0]
        left = min(max(x - w / 2, self._left), max(WIDEST - w, self._left))
        ends = (x, self.frames[0].y - 0.04), (x, self._axis)
        canvas.line(*ends, width=1.1, dashed=True, above=0.6, gid=gid)
        canvas.text(left, y, words, across="left", down="top", bold=True, gid=f"words:{gid}")


def _levels(frames: Sequence[tuple[float, float]]) -> list[int]:
    """How far from its lane each label stands, so that neither labels nor their lines meet.

    Args:
        frames: left and right of each, from left to right.

    Returns:
        Rows from 0, nearest to the lane, on.
    """
    starts: list[float] = []  # of the leftmost label in each row up to now
    found = []
    for left, right in reversed(frames):
        level = len(starts)
        while level and right <= min(starts[level - 1 :]):
            level -= 1
        starts[level : level + 1] = [left]
        found.append(level)
    return found[::-1]


def key(canvas: Canvas, entries: Sequence[tuple[Look, str]], y: float) -> None:
    """Draws which look means what, in a row."""
    x = 0.0
    for look, words in entries:
        frame = Frame(x, y, 0.3, 0.16)
        canvas.rectangle(frame, fill=look.fill, dashed=look.dashed, hatch=look.hatch)
        text = canvas.text(frame.right + 0.08, frame.middle[1], words, size=SMALL, across="left")
        x = text.right + 0.25
