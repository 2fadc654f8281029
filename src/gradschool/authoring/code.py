"""Looking at a cell's Python without running it."""

import ast
import builtins
import re
import symtable
import warnings
from collections.abc import Iterator
from functools import lru_cache

from IPython.core.inputtransformer2 import TransformerManager

# These run the rest of the cell as ordinary Python.
_PYTHON_MAGIC = re.compile(r"\A\s*%%(?:capture|prun|time|timeit)\b.*")
_PROVIDED = frozenset(dir(builtins))


@lru_cache(maxsize=4096)  # many rules look at the same cells
def python(source: str) -> str:
    """The cell as plain Python: magics and shell commands become calls of `get_ipython()`."""
    transformed = TransformerManager().transform_cell(  # type: ignore[no-untyped-call]
        _PYTHON_MAGIC.sub("pass", source)
    )
    return str(transformed)


@lru_cache(maxsize=4096)
def parse(source: str) -> ast.Module | None:
    """The cell's syntax tree, or None if Python cannot read it."""
    try:
        with warnings.catch_warnings():
            # an odd escape sequence warns here and again, visibly, when the cell runs
            warnings.simplefilter("ignore")
            return ast.parse(python(source))
    except (SyntaxError, ValueError):
        return None


def calls(tree: ast.AST) -> Iterator[str]:
    """The dotted names of everything that the code calls."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield dotted(node.func)


def dotted(node: ast.AST) -> str:
    """The name `a.b.c` as text; '' for anything but names and attributes of names."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (start := dotted(node.value)):
        return f"{start}.{node.attr}"
    return ""


def imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """What the code imports: its full dotted name and the name that it gets here."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, alias.asname or alias.name
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield f"{node.module}.{alias.name}", alias.asname or alias.name


def defined(tree: ast.Module) -> set[str]:
    """The names that the code's outermost statements define."""
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {
                part.id
                for target in targets
                for part in ast.walk(target)
                if isinstance(part, ast.Name)
            }
    return names


def borrowed(source: str) -> set[str]:
    """The names that the code uses but neither defines, imports nor finds in builtins."""
    tables = [symtable.symtable(python(source), "<cell>", "exec")]
    for table in tables:
        tables.extend(table.get_children())
    used: set[str] = set()
    own: set[str] = set()
    for table in tables:
        for symbol in table.get_symbols():
            is_global = table.get_type() == "module" or symbol.is_global()
            if is_global and symbol.is_referenced():
                used.add(symbol.get_name())
            if is_global and (symbol.is_assigned() or symbol.is_imported()):
                own.add(symbol.get_name())
    return used - own - _PROVIDED


def raises_when_run(tree: ast.AST) -> bool:
    """Whether a `raise` stands outside of every function, where running the cell reaches it."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.Raise):
            return True
        is_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        if not is_function and raises_when_run(child):
            return True
    return False
