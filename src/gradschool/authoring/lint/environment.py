"""Rules that let a notebook run on anybody's machine."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions, requires
from pathlib import Path

from gradschool.authoring import code
from gradschool.authoring.lint.base import Document, Problem, Rule

# Careful with mathematics: f:\\mathbb{R} is no drive, and "/s" no folder.
_HOME = re.compile(
    r"(?<![\w./:~-])(?:~|/home|/Users|/root)/\w|(?<!\w)[A-Za-z]:[\\/]+(?:Users|Windows)\b|file://"
)
_ABSOLUTE = re.compile(
    r"/(?:tmp|etc|opt|mnt|usr|var|work|content|data)(?:/.*)?|/(?:[\w.-]+/)+[\w. -]*|[A-Z]:\\.+"
)


class ImportNotProvided(Rule):
    """A package that only came along with another may be gone with its next release."""

    name = "import-not-provided"

    def check(self, document: Document) -> Iterator[Problem]:
        """Look up what each cell imports."""
        declared = _declared(document.course.root)
        for cell in document.nb.cells:
            tree = code.parse(cell.source) if cell.cell_type == "code" else None
            imported = code.imports(tree) if tree else ()
            modules = {full.partition(".")[0] for full, _ in imported}
            for module in sorted(modules - sys.stdlib_module_names - {"gradschool"}):
                if not _distributions(module) & declared:
                    message = (
                        f"`{module}` does not come with the course: use what the dependencies in "
                        "pyproject.toml provide, or add it there"
                    )
                    yield cell, message


class AbsolutePath(Rule):
    """A path of the author's machine exists on no other, and tells who the author is."""

    name = "absolute-path"

    def check(self, document: Document) -> Iterator[Problem]:
        """Look for home directories anywhere, and for absolute paths in strings of code."""
        for cell in document.nb.cells:
            found = [match[0] for match in _HOME.finditer(cell.source)]
            if cell.cell_type == "code" and (tree := code.parse(cell.source)):
                found += [text for text in _strings(tree) if _ABSOLUTE.fullmatch(text)]
            if found:
                yield cell, f"`{found[0]}…` is a path on one machine: use a relative one"


class Syntax(Rule):
    """A cell that Python cannot read stops the notebook, in source or when its regions are out."""

    name = "syntax"

    def check(self, document: Document) -> Iterator[Problem]:
        """Parse each cell, as it stands and as students get it."""
        for cell, shown in zip(document.nb.cells, document.public_cells, strict=True):
            if cell.cell_type != "code":
                continue
            if code.parse(cell.source) is None:
                yield cell, "Python cannot parse it: mend it"
            elif code.parse(shown.source) is None:
                message = (
                    "Python cannot parse what students get of it: leave a statement outside "
                    "the region"
                )
                yield cell, message


def _strings(tree: ast.AST) -> Iterator[str]:
    """The strings of the code; of an f-string only how it begins."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.JoinedStr):
            yield from _strings(ast.Tuple(elts=node.values[:1], ctx=ast.Load()))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        else:
            yield from _strings(node)


@cache
def _packages() -> dict[str, list[str]]:
    return {module: list(names) for module, names in packages_distributions().items()}


def _distributions(module: str) -> set[str]:
    return {_canonical(name) for name in _packages().get(module, ())}


@cache
def _declared(root: Path) -> frozenset[str]:
    """The distributions that the course asks for, by canonical name."""
    file = root / "pyproject.toml"
    if file.is_file():
        requirements = tomllib.loads(file.read_text(encoding="utf-8"))["project"]["dependencies"]
    else:
        requirements = [text for text in requires("gradschool") or () if "extra ==" not in text]
    return frozenset(_canonical(text) for text in requirements)


def _canonical(requirement: str) -> str:
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    return re.sub(r"[-_.]+", "-", name[0]).lower() if name else ""
