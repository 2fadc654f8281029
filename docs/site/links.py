"""Walk a built site: does every link lead somewhere, and does no page load from elsewhere?

Hyperlinks to other sites are listed in a file and not followed.
"""

import re
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# Attributes by which a browser loads something, or goes somewhere.
_ADDRESSES = ("href", "src", "data", "poster", "xlink:href")
_URL = re.compile(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""")


@dataclass
class Page(HTMLParser):
    """What a page points to.

    Attributes:
        anchors: The ids to which a link can lead.
        links: Where its hyperlinks lead.
        resources: What a browser loads to show it.
    """

    anchors: set[str] = field(default_factory=set)
    links: set[str] = field(default_factory=set)
    resources: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Called by HTMLParser for each tag."""
        given = {name: value for name, value in attrs if value}
        self.anchors |= {given["id"]} if "id" in given else set()
        found = self.links if tag in ("a", "area") or (tag == "link" and _leads(given)) else None
        for name in _ADDRESSES:
            if name in given:
                (self.resources if found is None else found).add(given[name])
        for candidate in given.get("srcset", "").split(","):
            self.resources |= set(candidate.split()[:1])
        self.resources |= _loaded(given.get("style", ""))


@dataclass
class Walk:
    """What was found on the way through a site.

    Attributes:
        pages: How many pages there are.
        followed: How many links and resources lead to a place of the site.
        outside: The hyperlinks to other sites, each with the pages that have it.
        problems: One sentence for each link that leads nowhere and each load from elsewhere.
    """

    pages: int = 0
    followed: int = 0
    outside: dict[str, list[str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def walk(folder: Path) -> Walk:
    """Reads all pages and style sheets of the folder."""
    pages = {path.resolve(): _page(path) for path in sorted(folder.rglob("*.html"))}
    found = Walk(pages=len(pages))
    for path, page in pages.items():
        name = path.relative_to(folder.resolve()).as_posix()
        for address in sorted(page.links):
            if _elsewhere(address):
                found.outside.setdefault(address, []).append(name)
            else:
                _follow(found, name, path, address, pages)
        for address in sorted(page.resources):
            _load(found, name, path, address, pages)
    for path in sorted(folder.rglob("*.css")):
        for address in sorted(_loaded(path.read_text(encoding="utf-8"))):
            _load(found, path.relative_to(folder).as_posix(), path.resolve(), address, pages)
    return found


def _load(found: Walk, name: str, path: Path, address: str, pages: dict[Path, Page]) -> None:
    if address.startswith("data:"):
        return
    if _elsewhere(address):
        found.problems.append(f"{name} loads {address} from elsewhere")
    else:
        _follow(found, name, path, address, pages)


def _follow(found: Walk, name: str, path: Path, address: str, pages: dict[Path, Page]) -> None:
    found.followed += 1
    parts = urlsplit(address)
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if parts.path.startswith("/"):
        found.problems.append(f"{name} points to {address}, which depends on where the site is")
    elif not target.is_file():
        found.problems.append(f"{name} points to {address}, which does not exist")
    elif (
        parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].anchors
    ):
        found.problems.append(f"{name} points to {address}, which has no such place")


def _page(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def _leads(given: dict[str, str]) -> bool:
    """Whether a <link> names another page instead of something to load."""
    return given.get("rel") in {"author", "canonical", "index", "next", "prev", "search"}


def _loaded(style: str) -> set[str]:
    return {first or second for first, second in _URL.findall(style)}


def _elsewhere(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.scheme or parts.netloc)


def main(folder: Path) -> int:
    """Prints what was found; the exit code is 1 if there is a problem."""
    found = walk(folder)
    listed = folder.with_name(f"{folder.name}-outside.txt")
    lines = [f"{address}  {' '.join(names)}" for address, names in sorted(found.outside.items())]
    listed.write_text("\n".join(lines) + "\n", encoding="utf-8")
    for problem in found.problems:
        print(problem)
    print(
        f"{found.pages} pages, {found.followed} links within the site, "
        f"{len(found.problems)} problems; {len(lines)} links to other sites: {listed}"
    )
    return 1 if found.problems else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
