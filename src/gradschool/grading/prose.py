"""Markdown, maths and code as HTML, remembered: most of it is the same for a whole class.

Maths becomes MathML, which browsers show by themselves: no script, and nothing to fetch.
"""

# nbconvert and latex2mathml annotate little.
# mypy: allow-untyped-calls

import html
import re
from functools import lru_cache

from latex2mathml.converter import convert
from markupsafe import Markup
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

_REMEMBERED = 5000
_FORMAT = HtmlFormatter(nowrap=True)
_LEXER = get_lexer_by_name("ipython3")
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+")


def maths(tex: str, *, block: bool = False) -> str:
    """A formula as MathML; as it was written if it is no TeX that is known."""
    try:
        found = convert(tex, display="block" if block else "inline")
    except Exception:  # noqa: BLE001 - a student may write anything between two dollars
        return f"<code>{html.escape(tex)}</code>"
    return f'<div class="formula" tabindex="0">{found}</div>' if block else str(found)


class _Renderer(IPythonRenderer):
    """nbconvert's, with maths in place of TeX, and with pictures only if they come along."""

    def inline_math(self, body: str) -> str:
        return maths(body)

    def block_math(self, body: str) -> str:
        return maths(body, block=True)

    def latex_environment(self, name: str, body: str) -> str:
        return maths(f"\\begin{{{name}}}{body}\\end{{{name}}}", block=True)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        del title
        found = _PICTURE.fullmatch(self._embed_image_or_attachment(url))
        words = html.escape(text)
        return f'<img src="{found[0]}" alt="{words}">' if found else f"<em>{words}</em>"


def markdown(
    source: str, attachments: dict[str, dict[str, str]] | None = None, *, trusted: bool = False
) -> Markup:
    """A text as HTML.

    Args:
        source: Markdown with TeX.
        attachments: Pictures that were pasted into it.
        trusted: Whether HTML in it is kept; else it is shown as text.
    """
    if attachments:
        return _markdown(source, attachments, trusted=trusted)
    return _remembered_markdown(source, trusted)


def _markdown(source: str, attachments: dict[str, dict[str, str]], *, trusted: bool) -> Markup:
    try:
        renderer = _Renderer(
            escape=not trusted,
            allow_harmful_protocols=False,
            exclude_anchor_links=True,
            attachments=attachments,
        )
        return Markup(_for_reading(MarkdownWithMath(renderer=renderer).render(source)))
    except Exception:  # noqa: BLE001 - whatever a student wrote, the page is made
        return Markup("<pre>{}</pre>").format(source)


def _for_reading(page: str) -> str:
    """A box to tick, and a head without words, say nothing to who cannot see them."""
    page = re.sub(r"<input [^>]*type=\"checkbox\"[^>]*\bchecked\b[^>]*>", "☑ ", page)
    page = re.sub(r"<input [^>]*type=\"checkbox\"[^>]*>", "☐ ", page)
    return re.sub(r"<th\b([^>]*)></th>", r"<td\1></td>", page)


@lru_cache(_REMEMBERED)
def _remembered_markdown(source: str, trusted: bool) -> Markup:  # noqa: FBT001 - a key
    return _markdown(source, {}, trusted=trusted)


@lru_cache(_REMEMBERED)
def code(source: str) -> Markup:
    """Python in colours."""
    return Markup(highlight(source, _LEXER, _FORMAT).rstrip("\n"))


_HEADING = re.compile(r"<(/?)h([1-6])\b")


def below(page: str, level: int) -> Markup:
    """The same text with its headings under one of this level, none left out on the way down."""
    shift, last, current = level, level, level

    def moved(found: re.Match[str]) -> str:
        nonlocal last, current
        if not found[1]:
            current = last = min(int(found[2]) + shift, last + 1, 6)
        return f"<{found[1]}h{current}"

    return Markup(_HEADING.sub(moved, page))
