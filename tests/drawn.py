"""What a test can ask of a figure: its words, its named artists, and whether it can be read."""

import itertools
import re

import numpy as np
import torch
from matplotlib.figure import Figure
from matplotlib.text import Text

from gradschool.figures import style


def texts(figure):
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def named(figure, prefix):
    """Artists whose gid starts with the prefix, by the rest of the gid."""
    found = {}
    for artist in figure.findobj():
        gid = artist.get_gid() if hasattr(artist, "get_gid") else None
        if gid and gid.startswith(prefix):
            found.setdefault(gid.removeprefix(prefix), []).append(artist)
    return found


def named_texts(figure, prefix):
    return {
        name: artist.get_text()
        for name, artists in named(figure, prefix).items()
        for artist in artists
        if isinstance(artist, Text)
    }


def arange(*shape, dtype=torch.int64):
    return torch.arange(int(np.prod(shape)), dtype=dtype).reshape(shape)


def unseen_labels(axes):
    for axis in (axes.xaxis, axes.yaxis):
        low, high = axis.get_view_interval()
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
            if not low <= tick.get_loc() <= high:
                yield from (tick.label1, tick.label2)


def assert_legible(figure):
    """Letters are large enough, on the page and clear of each other; the figure fits and says so."""
    assert isinstance(figure, Figure)
    renderer = figure.canvas.get_renderer() if hasattr(figure.canvas, "get_renderer") else None
    figure.draw_without_rendering()
    written = [t for t in figure.findobj(Text) if t.get_text().strip() and t.get_visible()]
    boxes = [(t, t.get_window_extent(renderer)) for t in written]
    page = figure.bbox
    # Axes make a label for a tick beyond their ends, which is not drawn.
    beyond = {id(label) for axes in figure.axes for label in unseen_labels(axes)}
    boxes = [(t, box) for t, box in boxes if id(t) not in beyond]
    for text, box in boxes:
        assert text.get_fontsize() >= style.SMALL
        assert page.x0 - 1 <= box.x0, text
        assert box.x1 <= page.x1 + 1, text
        assert page.y0 - 1 <= box.y0, text
        assert box.y1 <= page.y1 + 1, text
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        down = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert across < 1 or down < 1, (one.get_text(), other.get_text())
    assert figure.get_size_inches()[0] < 10.5
    assert re.fullmatch(r"[A-Z].+\.", figure.get_label())
