"""Shows a figure in a notebook together with a text for readers who cannot see it."""

import base64
import functools
import html
import io
import os
import struct
import sys
from collections.abc import Callable
from typing import ParamSpec

from matplotlib.figure import Figure

from gradschool.figures.moving import Animated
from gradschool.figures.style import DPI
from gradschool.figures.values import FigureError

Arguments = ParamSpec("Arguments")
_DENSITY = 2  # pixels of the png to a CSS pixel: crisp on a screen of high density


def nobody_looks() -> bool:
    """Whether nbgrader is grading or validating: it says so in the environment."""
    return bool(os.environ.get("NBGRADER_EXECUTION"))


def for_readers(draw: Callable[Arguments, Figure]) -> Callable[Arguments, Figure]:
    """Lets a drawing function draw only where somebody looks.

    Pictures take most of the time of a lesson, and no test of a student's work asks for one.
    """

    @functools.wraps(draw)
    def figure(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Figure:
        if nobody_looks():
            empty = Figure()
            empty.set_label(f"{draw.__name__}: not drawn while nbgrader runs the notebook.")
            return empty
        return draw(*args, **kwargs)

    return figure


def show(figure: Figure, alt: str | None = None) -> None:
    """Displays a figure in the notebook, as a picture and as words.

    Browsers and nbconvert find the text in the `alt` of an `<img>`; a terminal prints it. While
    nbgrader grades or validates, nobody looks and drawing would take most of the time, so that only
    the words are shown.

    Args:
        figure: any matplotlib figure, also one that pyplot made.
        alt: what the picture says; by default the description that `gradschool.figures` attached.

    Raises:
        FigureError: if it is no figure, or has no description.
    """
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.display import display

    description = _description(figure, alt)
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        # A figure that pyplot knows would be shown once more at the end of the cell.
        pyplot.close(figure)
    if nobody_looks() or not InteractiveShell.initialized():
        print(description)
        return
    content, size = bundle(figure, description)
    display(content, raw=True, metadata={"image/png": size})  # type: ignore[no-untyped-call]


def bundle(figure: Figure, alt: str | None = None) -> tuple[dict[str, str], dict[str, int]]:
    """A figure as the data that a notebook stores.

    Args:
        figure: any matplotlib figure.
        alt: see `show`.

    Returns:
        The contents by MIME type, and width and height on the page in CSS pixels.

    Raises:
        FigureError: see `show`.
    """
    description = _description(figure, alt)
    png = _png(figure)
    # Bytes 16 to 24 of every PNG file are its width and height.
    width, height = (pixels // _DENSITY for pixels in struct.unpack(">II", png[16:24]))
    encoded = base64.b64encode(png).decode("ascii")
    image = (
        f'<img alt="{html.escape(description)}" width="{width}" '
        f'style="max-width:100%;height:auto;background:#fff" src="data:image/png;base64,{encoded}">'
    )
    if isinstance(figure, Animated):
        image = figure.as_html(description)
    content = {"image/png": encoded, "text/html": image, "text/plain": description}
    return content, {"width": width, "height": height}


def _description(figure: object, alt: str | None) -> str:
    if not isinstance(figure, Figure):
        msg = (
            f"figures.show got an object of type {type(figure).__name__}, not a matplotlib Figure. "
            "Of axes, pass axes.figure."
        )
        raise FigureError(msg)
    description = str(figure.get_label()) if alt is None else alt
    if not description.strip():
        msg = (
            "This figure has no description, and some readers cannot see it. "
            'Say what it shows: figures.show(figure, alt="...").'
        )
        raise FigureError(msg)
    return description


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI * _DENSITY, bbox_inches="tight", pad_inches=0.05)
    return buffer.getvalue()
