"""A Sphinx extension: brings the course to where Sphinx reads it, and its pictures to the site."""

import base64
import hashlib
import re
import shutil
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from string import Template
from typing import Any

from docutils import nodes
from jupyter_cache.cache.db import create_db
from sphinx.application import Sphinx
from sphinx.config import Config

from gradschool.authoring import notebook
from gradschool.authoring.course import TOPICS, Course
from gradschool.lab import workspace

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
GUIDE = ("grading", "authoring", "curriculum", "architecture", "measurements")
MAP = {"README.md": "map.md"}
# What the browser needs of MathJax, and what its menu can load for readers who want speech.
MATHJAX = (
    "tex-chtml.js",
    "output/chtml/fonts/woff-v2/*.woff",
    "input/tex/extensions/*.js",
    "a11y/*.js",
    "sre/mathmaps/base.json",
    "sre/mathmaps/en.json",
)
NOTICE = """
:::{{admonition}} This page is for reading
:class: tip
{why} {{doc}}`Get the notebooks </get-the-notebooks>`, or only
{{download}}`{name} </downloads/{name}>`.
:::
"""
GRADED = (
    "To run the code, to answer the exercises and to have your answers checked, "
    "open it in JupyterLab."
)
OPEN = "To run and change the code, open it in JupyterLab."
DENSITY = 2  # pixels of a picture to a CSS pixel, as in gradschool.figures
_PNG = re.compile(r'src="data:image/png;base64,([A-Za-z0-9+/=]+)"')


def setup(app: Sphinx) -> dict[str, bool]:
    """What Sphinx calls."""
    app.add_config_value("course_full", "", "env", types=frozenset({str}))
    app.connect("config-inited", _gather)
    app.connect("builder-inited", _cache)
    app.connect("doctree-resolved", _pictures)
    app.connect("html-page-context", _spoken, priority=900)  # after the theme has made its part
    app.connect("build-finished", _mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def anchor(heading: str) -> str:
    """The fragment that JupyterLab gives to a heading."""
    return heading.replace(" ", "-")


def sources(root: Path, full: str = "") -> Iterator[tuple[Path, bytes]]:
    """All files of the site's source, by their place in it.

    Args:
        root: The course's folder.
        full: Names of notebooks, separated by spaces; the others are cut to their first cell. All
            are whole if it is empty.
    """
    for name, source in workspace.files(root=root).items():
        held = workspace.content(source)
        if source.suffix == ".ipynb":
            yield Path("downloads", source.name), held
            held = _reading(source, cut=bool(full) and source.stem not in full.split())
        elif source.suffix != ".md":
            continue
        yield Path(MAP.get(name.name, name)), _renamed(held)
    for guide in GUIDE:
        yield Path(f"{guide}.md"), (root / f"docs/{guide}.md").read_bytes()
    for page in sorted(HERE.rglob("*.md")):
        name = page.relative_to(HERE)
        yield name, _index(root).encode() if name == Path("index.md") else page.read_bytes()


def shown(cell: Any) -> None:
    """Folds and tags a code cell of a released notebook as the site shows it."""
    tags = cell.metadata.setdefault("tags", [])
    if notebook.is_solution_cell(cell):
        tags.append("answer")
    if notebook.is_test_cell(cell):
        # without an answer all it could say is "not attempted"
        tags += ["test", "hide-input", "remove-output"]
    elif cell.metadata.get("jupyter", {}).get("source_hidden"):
        tags.append("hide-input")
    if "environment.report()" in cell.source:
        # that is about the machine that built the site
        tags.append("remove-output")
    if "hide-input" in tags:
        first = cell.source.partition("\n")[0]
        title = first.removeprefix("# ") if first.startswith("# ") else "Code"
        cell.metadata["mystnb"] = {"code_prompt_show": title, "code_prompt_hide": title}


def _gather(app: Sphinx, config: Config) -> None:
    """Write what differs, so that Sphinx reads no page twice, and remove what is gone."""
    folder = Path(app.srcdir)
    names = set()
    for name, held in sources(ROOT, config.course_full):
        target = folder / name
        names.add(target)
        if not target.is_file() or target.read_bytes() != held:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(held)
    for path in folder.rglob("*"):
        if path.is_file() and path not in names:
            path.unlink()


def _cache(app: Sphinx) -> None:
    """Make the cache of executed notebooks before several processes try to."""
    if app.config.nb_execution_mode == "cache":
        path = Path(app.config.nb_execution_cache_path)
        path.mkdir(parents=True, exist_ok=True)
        create_db(path)


def _reading(source: Path, *, cut: bool) -> bytes:
    """The notebook for reading: folded as in JupyterLab, with a notice of where to get it."""
    nb = notebook.read(source)
    if cut:
        nb.cells = nb.cells[:1]
    for cell in nb.cells:
        if cell.cell_type == "code":
            shown(cell)
    title, _, rest = nb.cells[0].source.partition("\n")
    why = GRADED if source.stem in TOPICS else OPEN
    nb.cells[0].source = f"{title}\n{NOTICE.format(why=why, name=source.name)}{rest}"
    return notebook.dumps(nb).encode()


def _renamed(held: bytes) -> bytes:
    for old, new in MAP.items():
        held = held.replace(f"]({old})".encode(), f"]({new})".encode())
    return held


def _index(root: Path) -> str:
    course = Course(root)
    beyond = [f"beyond-{topic}" for topic in TOPICS]
    there = {path.stem for path in course.open_notebooks()}
    return Template((HERE / "index.md").read_text(encoding="utf-8")).substitute(
        lessons="\n".join(f"{topic}/{topic}" for topic in course.topics()),
        beyond="\n".join(name for name in beyond if name in there),
        guide="\n".join(GUIDE),
    )


def pictures(html: str, folder: Path, address: str) -> str:
    """The HTML with its pictures as files: a page of forty opens at once.

    Args:
        html: What a cell displayed.
        folder: Where the files are written.
        address: That folder, as the page calls it.
    """

    def written(found: re.Match[str]) -> str:
        png = base64.b64decode(found[1])
        name = f"{hashlib.sha256(png).hexdigest()[:16]}.png"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(png)
        # Bytes 20 to 24 are the height. A page that knows it does not move while pictures load.
        height = int.from_bytes(png[20:24]) // DENSITY
        return f'height="{height}" loading="lazy" src="{address}/{name}"'

    return _PNG.sub(written, html)


def _pictures(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    address = "../" * docname.count("/") + "_images"
    for node in doctree.findall(nodes.raw):
        if node["format"] == "html" and "data:image/png" in node.astext():
            html = pictures(node.astext(), Path(app.outdir, "_images"), address)
            node.children = [nodes.Text(html)]


def _spoken(
    app: Sphinx,  # noqa: ARG001
    pagename: str,  # noqa: ARG001
    templatename: str,  # noqa: ARG001
    context: dict[str, Any],
    doctree: nodes.document | None,  # noqa: ARG001
) -> None:
    """Mends what a screen reader would say of the navigation and of folded cells."""
    for part, said, better in (
        ("furo_navigation_tree", ' role="heading"', ' role="heading" aria-level="2"'),
        # it would be read instead of the title
        ("body", '<summary aria-label="Toggle hidden content">', "<summary>"),
    ):
        if part in context:
            context[part] = context[part].replace(said, better)


def _mathjax(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None:
        return
    package = metadata.distribution("sphinx-mathjax-offline")
    origin = Path(str(package.locate_file("sphinx-mathjax-offline/static/mathjax")))
    for pattern in MATHJAX:
        for source in origin.glob(pattern):
            target = Path(app.outdir, "_static/mathjax", source.relative_to(origin))
            if not target.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
