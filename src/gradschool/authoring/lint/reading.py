"""Rules about what a reader sees and hears: headings and figures."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from nbformat import NotebookNode

from gradschool.authoring import code
from gradschool.authoring.lint.base import Document, Problem, Rule
from gradschool.authoring.markdown import headings, without_code

_IMAGE = re.compile(r"!\[([^\]]*)\]\s*[(\[]")
# pyplot functions that make no figure
_HARMLESS = {
    "close",
    "get_cmap",
    "colormaps",
    "get_backend",
    "switch_backend",
    "show",
    "ion",
    "ioff",
}
_HARMLESS |= {"rc", "rcdefaults", "rc_context", "set_cmap", "xkcd", "style.use", "style.context"}
_SEABORN = re.compile(r"\w*plot|\w*map|\w*Grid|\w*Plot")


class OneTitle(Rule):
    """The first-level heading is the page's title, for screen readers and for the site."""

    name = "one-title"

    def check(self, document: Document) -> Iterator[Problem]:
        """Count the first-level headings."""
        titled = [cell for cell in document.nb.cells for head in headings(cell) if head.level == 1]
        if not titled:
            yield None, "it has no title: begin it with a heading of one #"
        for cell in titled[1:]:
            yield cell, "it has a second heading of one #: give it two or more"


class HeadingSkipsLevel(Rule):
    """Readers who go from heading to heading take a skipped level for a part that they missed."""

    name = "heading-skips-level"

    def check(self, document: Document) -> Iterator[Problem]:
        """Go through the headings from top to bottom."""
        before = 0
        for cell in document.nb.cells:
            for heading in headings(cell):
                if heading.level > before + 1:
                    message = (
                        f"“{heading.text}” has {heading.level} #, the heading above it "
                        f"{before or 'is missing'}: use {before + 1}"
                    )
                    yield cell, message
                before = heading.level


class _Images(HTMLParser):
    """Counts the <img> elements without a text."""

    def __init__(self) -> None:
        super().__init__()
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img" and not (dict(attrs).get("alt") or "").strip():
            self.silent += 1


class AltText(Rule):
    """Who cannot see a picture has only its text."""

    name = "alt-text"

    def check(self, document: Document) -> Iterator[Problem]:
        """Look at the images in Markdown, written in either way."""
        for cell in document.nb.cells:
            if cell.cell_type != "markdown":
                continue
            text = without_code(cell.source)
            images = _Images()
            images.feed(text)
            images.close()
            if images.silent or not all(found.strip() for found in _IMAGE.findall(text)):
                yield cell, "an image has no alt text: say in words what it shows"


class FigureNotShown(Rule):
    """A figure that Jupyter displays by itself carries no alt text; `figures.show` adds it."""

    name = "figure-not-shown"

    def check(self, document: Document) -> Iterator[Problem]:
        """Look for figures that are made in a cell without `show` of `gradschool.figures`."""
        trees = [(cell, code.parse(cell.source)) for cell in _code_cells(document.nb)]
        names = {
            known: full
            for _, tree in trees
            if tree is not None
            for full, known in code.imports(tree)
        }
        for cell, tree in trees:
            if tree is None:
                continue
            called = {_full(name, names) for name in code.calls(tree)}
            last = tree.body[-1] if tree.body else None
            if "matplotlib.pyplot.show" in called:
                yield cell, f"`plt.show()` shows a figure without a text: {_REMEDY}"
            elif "gradschool.figures.show" in called:
                continue
            elif made := sorted(filter(_makes_figure, called)):
                yield cell, f"`{made[0]}` makes a figure that has no text: {_REMEDY}"
            elif isinstance(last, ast.Expr) and isinstance(last.value, ast.Call):
                name = _full(code.dotted(last.value.func), names)
                if name.startswith("gradschool.figures."):
                    yield cell, f"the figure of `{name}` is displayed without a text: {_REMEDY}"


_REMEDY = "pass the figure to `figures.show`, with `alt=…` if it is not one of `figures`"


def _code_cells(nb: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def _full(name: str, names: dict[str, str]) -> str:
    """The dotted name with its first part replaced by what was imported under it."""
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        if known := names.get(".".join(parts[:cut])):
            return ".".join([known, *parts[cut:]])
    return name


def _makes_figure(name: str) -> bool:
    module, _, function = name.partition("matplotlib.pyplot.")
    if not module and function:
        return function not in _HARMLESS
    module, _, function = name.partition("seaborn.")
    return not module and bool(_SEABORN.fullmatch(function))
