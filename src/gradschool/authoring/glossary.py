"""The glossary: a page of all terms of the course, made of one file."""

import re
import tomllib
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from gradschool.authoring.markdown import slug

SOURCE = Path("docs/glossary.toml")
PAGE = Path("docs/glossary.md")
# Code, which stays as it is, or [term] or [shown|term].
_MARKUP = re.compile(r"`[^`]+`|\[([^]|]+)(?:\|([^]]+))?\]")
_HEAD = """\
# Glossary

<!-- Made of docs/glossary.toml by `gradschool glossary`: edit that file. -->

The terms of the course, each with the part of the lesson that explains it.
"""


class GlossaryError(ValueError):
    """The file cannot become a page; the message names the term and what is wrong."""


@dataclass(frozen=True)
class Term:
    """An entry of the glossary.

    Attributes:
        title: The term as its heading shows it, code between backticks.
        text: What it means, with links to other terms in brackets.
        topic: The topic that explains it.
        part: The number of the part in that topic's lesson.
        said: How that part says it, where it uses none of the names.
        also: Other names.
        see: The titles of terms to look at next.
    """

    title: str
    text: str
    topic: str
    part: int
    said: str = ""
    also: tuple[str, ...] = ()
    see: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The term without backticks."""
        return self.title.replace("`", "")

    @property
    def anchor(self) -> str:
        """The fragment that JupyterLab gives to the heading."""
        return self.name.replace(" ", "-")

    @property
    def key(self) -> str:
        """Its place in the alphabet, where only letters and digits count."""
        return slug(self.name).replace("-", "").replace("_", "")


def terms(root: Path) -> list[Term]:
    """The entries of the glossary, in alphabetical order.

    Raises:
        GlossaryError: A field is missing or unknown, or two entries are the same term.
    """
    try:
        tables = tomllib.loads((root / SOURCE).read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        msg = f"{SOURCE}: {error}"
        raise GlossaryError(msg) from error
    found = sorted((_term(*table) for table in tables.items()), key=lambda term: term.key)
    names: set[str] = set()
    for term in found:
        for name in {name.casefold() for name in (term.name, *term.also)}:
            if name in names:
                msg = f"{SOURCE}: {name!r} stands there twice"
                raise GlossaryError(msg)
            names.add(name)
    return found


def page(entries: list[Term]) -> str:
    """The page of these entries, as Markdown.

    Raises:
        GlossaryError: A link, or a see-also, leads to no entry.
    """
    known = {term.name: term for term in entries}
    letters = {
        letter: list(group) for letter, group in groupby(entries, lambda term: term.key[0].upper())
    }
    parts = [_HEAD, " · ".join(f"[{letter}](#{letter})" for letter in letters) + "\n"]
    for letter, group in letters.items():
        parts.append(f"{_heading(2, letter, letter)}\n")
        for term in group:
            also = f"*Also: {', '.join(term.also)}.* " if term.also else ""
            see = ", ".join(_link(title, title, term, known) for title in term.see)
            lesson = f"[{term.topic}](../release/{term.topic}/{term.topic}.ipynb)"
            parts.append(
                f"{_heading(3, term.title, term.anchor)}\n\n"
                f"{_linked(term, known)}\n\n"
                f"{also}In {lesson}, part {term.part}.{f' See also {see}.' if see else ''}\n"
            )
    return "\n".join(parts)


def write(*, root: Path) -> Path:
    """Write the page, and give its path.

    Raises:
        GlossaryError: The file cannot become a page.
    """
    path = root / PAGE
    path.write_text(page(terms(root)), encoding="utf-8")
    return path


def stale(*, root: Path) -> bool:
    """Whether the page is not what the file gives; a course without the file has no glossary.

    Raises:
        GlossaryError: The file cannot become a page.
    """
    if not (root / SOURCE).is_file():
        return False
    path = root / PAGE
    return not path.is_file() or path.read_text(encoding="utf-8") != page(terms(root))


def _term(title: str, fields: object) -> Term:
    if not isinstance(fields, dict):
        msg = f"{SOURCE}: {title} is no table"
        raise GlossaryError(msg)
    where = re.fullmatch(r"([a-z-]+) (\d)", str(fields.get("part")))
    unknown = set(fields) - {"text", "part", "said", "also", "see"}
    if unknown or not where or not fields.get("text"):
        msg = f'{SOURCE}: [{title}] needs text and part = "topic number"; said, also and see may follow'
        raise GlossaryError(msg)
    also, see = (_names(title, fields.get(field, [])) for field in ("also", "see"))
    said = str(fields.get("said", ""))
    return Term(title, str(fields["text"]), where[1], int(where[2]), said, also, see)


def _names(title: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        msg = f"{SOURCE}: [{title}]: also and see are lists"
        raise GlossaryError(msg)
    return tuple(str(name) for name in value)


def _heading(level: int, title: str, anchor: str) -> str:
    """A heading that the anchor finds in JupyterLab, and on GitHub, which lowers the case."""
    target = "" if re.fullmatch(r"[a-z0-9_-]+", anchor) else f'<a id="{anchor}"></a>\n\n'
    return f"{target}{'#' * level} {title}"


def _link(shown: str, title: str, source: Term, known: dict[str, Term]) -> str:
    name = title.replace("`", "")
    if name not in known:
        msg = f"{SOURCE}: [{source.title}] leads to {name!r}, which is no term"
        raise GlossaryError(msg)
    return f"[{shown}](#{known[name].anchor})"


def _linked(term: Term, known: dict[str, Term]) -> str:
    """The text with its links."""

    def replaced(found: re.Match[str]) -> str:
        shown, title = found.groups()
        return _link(shown, title or shown, term, known) if shown else found[0]

    return _MARKUP.sub(replaced, term.text)
