"""The little of Markdown that tidy and lint need: headings, and text without code."""

import re
import unicodedata
from dataclasses import dataclass

from nbformat import NotebookNode

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*")
# `### BEGIN SOLUTION` looks like a heading
_MARKER = re.compile(r"(BEGIN|END) [A-Z ]+")


@dataclass(frozen=True)
class Heading:
    """A heading in a Markdown cell; `line` counts from 0."""

    level: int
    text: str
    line: int


def without_fences(source: str) -> list[str]:
    """The lines of the text, those of fenced code blocks emptied."""
    lines, fence = [], ""
    for line in source.split("\n"):
        mark = _FENCE.match(line)
        inside = bool(fence)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence) and not line.strip(" `~"):
            fence = ""
        lines.append("" if inside or mark else line)
    return lines


def without_code(source: str) -> str:
    """The text without fenced blocks and code spans."""
    return re.sub(
        r"(`+)(?!`).+?(?<!`)\1(?!`)", "", "\n".join(without_fences(source)), flags=re.DOTALL
    )


def headings(cell: NotebookNode) -> list[Heading]:
    """The headings of a cell (those written with #, but no markers), from top to bottom."""
    if cell.cell_type != "markdown":
        return []
    found = []
    for number, line in enumerate(without_fences(cell.source)):
        match = _HEADING.fullmatch(line)
        if match and not _MARKER.fullmatch(match[2]):
            found.append(Heading(len(match[1]), match[2], number))
    return found


def slug(text: str) -> str:
    """The text as an id: lower-case words of ASCII letters, digits and _, joined by hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9_]+", "-", plain).strip("-")
