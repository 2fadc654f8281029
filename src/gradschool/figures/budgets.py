"""What lies in memory while a model is trained, and whether it fits."""

from collections.abc import Mapping
from typing import Any, Final

from matplotlib.figure import Figure

from gradschool.figures.amounts import at_least_zero, binary, brief, plain, positive
from gradschool.figures.canvas import Canvas, Frame, text_size, widest
from gradschool.figures.display import for_readers
from gradschool.figures.plotting import named
from gradschool.figures.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    MARK,
    ORANGE,
    PAPER,
    PINK,
    QUIET,
    SKY,
    SMALL,
    WIDEST,
    tint,
)
from gradschool.figures.values import FigureError

_HEIGHT: Final = 0.34  # inches of a bar
_LINE: Final = 0.5  # from a bar to the next
_THINNEST: Final = 0.015
_MOST_BARS: Final = 8
_FAR: Final = 8.0  # times the longest bar: from there on a limit is written and not drawn
_LOOKS: Final = (
    (tint(BLUE, 0.5), None),
    (tint(ORANGE, 0.5), "////"),
    (tint(GREEN, 0.5), "...."),
    (tint(PINK, 0.45), "\\\\\\\\"),
    (tint(SKY, 0.35), "xxxx"),
    (tint(GREY, 0.5), "----"),
)
_EXAMPLE: Final = '{"SGD": {"parameters": 4e6, "gradients": 4e6}}'

Parts = Mapping[str, float]


@for_readers
def memory_budget(budgets: Mapping[str, Parts], limit: float | None = None) -> Figure:
    """Stacked bars of the bytes that each plan needs, part by part, and the limit.

    Bytes are written in KiB, MiB and GiB, steps of 1024, as torch does in its messages. A bar beyond
    the limit has a ✗ and says by how much.

    Args:
        budgets: for each plan its parts and their bytes:
            `{"Adam": {"parameters": 4e6, "gradients": 4e6, "optimizer state": 8e6}}`; up to 8 plans
            with up to 6 different parts.
        limit: bytes that there are, or None.

    Returns:
        The figure.

    Raises:
        FigureError: for bytes that are no numbers or below 0, or more plans or parts than can be
            told apart.
    """
    bars = {
        brief(name, "The budget"): _parts(parts, str(name))
        for name, parts in named(budgets, "budgets", _EXAMPLE, _MOST_BARS).items()
    }
    kinds = list(dict.fromkeys(kind for parts in bars.values() for kind in parts))
    if len(kinds) > len(_LOOKS):
        msg = (
            f"There are {len(kinds)} different parts: {', '.join(map(repr, kinds)):.120}; up to "
            f"{len(_LOOKS)} can be told apart. Add some of them up."
        )
        raise FigureError(msg)
    room = None if limit is None else positive(limit, "limit", "bytes")
    totals = {name: sum(parts.values()) for name, parts in bars.items()}
    longest = max(totals.values())
    shown = room is not None and room <= _FAR * longest
    canvas = Canvas()
    looks = dict(zip(kinds, _LOOKS, strict=False))
    y = _draw_key(canvas, looks) + 0.36
    left = widest(bars, bold=True) + 0.14
    ends = {name: _end(total, room) for name, total in totals.items()}
    right = widest(ends.values(), bold=True) + 0.14
    scale = (WIDEST - left - right) / (max(longest, room if shown and room else 0.0) or 1.0)
    top = y
    for name, parts in bars.items():
        place = Frame(left, y, 0.0, _HEIGHT)
        canvas.text(left - 0.1, place.middle[1], name, across="right", bold=True)
        x = _draw_bar(canvas, place, parts, (looks, scale, name))
        if shown and room and left + room * scale >= x:
            # Words beside a bar that ends before the limit would lie on its line.
            near = left + room * scale - x < text_size(ends[name], bold=True)[0] + 0.14
            x = left + room * scale if near else x
        canvas.text(
            x + 0.08, place.middle[1], ends[name], across="left", bold=True, gid=f"total:{name}"
        )
        y += _LINE
    if room is not None:
        words = f"limit {binary(room)}"
        if shown:
            x = left + room * scale
            bottom = y - _LINE + _HEIGHT + 0.08
            canvas.line(
                (x, top - 0.1),
                (x, bottom),
                colour=MARK,
                width=2,
                dashed=True,
                above=1.3,
                gid="limit",
            )
            w = text_size(words, bold=True)[0]
            canvas.text(
                min(x - w / 2, WIDEST - w),
                top - 0.12,
                words,
                across="left",
                down="bottom",
                bold=True,
            )
        else:
            canvas.note(_beyond(words, room, longest))
    said = [
        f"{name}: {', '.join(f'{kind} {binary(size)}' for kind, size in parts.items()) or 'no parts'}, "
        f"together {ends[name]}"
        for name, parts in bars.items()
    ]
    wall = f" Limit: {binary(room)}." if room is not None else ""
    return canvas.finish(f"Memory in bytes as stacked bars. {'; '.join(said)}.{wall}")


def _parts(given: Any, name: str) -> dict[str, float]:
    if not isinstance(given, Mapping):
        msg = f"The budget {name!r} is {given!r:.60}; give its parts with their bytes: {_EXAMPLE}."
        raise FigureError(msg)
    return {
        brief(kind, "The part"): at_least_zero(size, f"{kind!r} of the budget {name!r}", "bytes")
        for kind, size in given.items()
    }


def _end(total: float, room: float | None) -> str:
    """What stands behind a bar."""
    words = binary(total)
    return f"{words} ✗ {binary(total - room)} too much" if room and total > room else words


def _beyond(words: str, room: float, longest: float) -> str:
    if not longest:
        return f"{words}: nothing of it is used"
    return f"{words}: {plain(float(f'{room / longest:.3g}'))} times the longest bar, too far to the right to be drawn"


def _draw_key(canvas: Canvas, looks: Mapping[str, tuple[str, str | None]]) -> float:
    """Draws which part looks how; returns how far down it reaches."""
    x, y = 0.0, 0.0
    for kind, (fill, hatch) in looks.items():
        w = text_size(kind, SMALL)[0]
        if x and x + 0.38 + w > WIDEST:
            x, y = 0.0, y + 0.22
        frame = Frame(x, y, 0.3, 0.16)
        canvas.rectangle(frame, fill=fill, hatch=hatch)
        text = canvas.text(frame.right + 0.08, frame.middle[1], kind, size=SMALL, across="left")
        x = text.right + 0.25
    return y + 0.16 if looks else 0.0


def _draw_bar(
    canvas: Canvas,
    place: Frame,
    parts: Mapping[str, float],
    how: tuple[Mapping[str, tuple[str, str | None]], float, str],
) -> float:
    """Draws one bar; returns where it ends."""
    looks, scale, name = how
    x = place.x
    if not any(parts.values()):
        canvas.line((x, place.y), (x, place.bottom), colour=QUIET)
    # Always in the order of the key, so that bars can be compared.
    for kind, (fill, hatch) in looks.items():
        size = parts.get(kind, 0.0)
        if not size:
            continue
        box = Frame(x, place.y, max(size * scale, _THINNEST), place.h)
        canvas.rectangle(box, fill=fill, edge=INK, hatch=hatch, gid=f"part:{name}:{kind}")
        words = binary(size)
        w, h = text_size(words, SMALL)
        if w + 0.1 <= box.w:
            # It also keeps the line of the limit from the letters.
            ground = Frame(box.middle[0] - w / 2, box.middle[1] - h / 2, w, h)
            canvas.rectangle(ground, fill=PAPER if hatch else fill, edge="none", above=1.5)
            canvas.text(*box.middle, words, size=SMALL, gid=f"bytes:{name}:{kind}")
        x = box.right
    return x
