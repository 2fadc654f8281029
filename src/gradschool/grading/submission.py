"""What a student handed in, read without trusting any of it.

No link is followed, nothing but regular files is opened, nothing is read beyond a size, and a file
that cannot be used is named with the reason in plain words.
"""

import json
import os
import stat
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatch
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES, PathFinder
from pathlib import Path, PurePosixPath
from typing import Any

import nbformat
import nbformat.reader
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import parse_utc

MEGABYTE = 1_000_000
NOTEBOOK_LIMIT = 25 * MEGABYTE
FILE_LIMIT = 10 * MEGABYTE
FOLDER_LIMIT = 20 * MEGABYTE
COUNT_LIMIT = 200

TIMESTAMP = "timestamp.txt"
IGNORED: tuple[str, ...] = tuple(CourseDirectory.class_traits()["ignore"].default())
CODE = (".py", ".pyc", ".pth", *EXTENSION_SUFFIXES)


class UnreadableError(Exception):
    """A submission cannot be read; the message is the reason, without the path to its folder."""


@dataclass(frozen=True)
class Submission:
    """One notebook that a student handed in, with what lay beside it.

    Attributes:
        notebook: Plain data in the shape of notebook format 4: a list of `cells`, each a dictionary.
        files: What the notebook may read, by path relative to it; ours and the student's.
        timestamp: When it was handed in (UTC), if that is known.
        flags: What somebody should look at, in plain words.
    """

    notebook: Mapping[str, Any] = field(repr=False)
    files: Mapping[str, bytes] = field(repr=False)
    timestamp: datetime | None = None
    flags: tuple[str, ...] = ()


def read_submission(folder: Path, name: str, ours: Mapping[str, bytes]) -> Submission:
    """Read a submission.

    Args:
        folder: The student's folder for the assignment.
        name: The notebook, without `.ipynb`.
        ours: The instructor's files beside the notebook; they win over a student's.

    Raises:
        UnreadableError: There is no notebook in it that can be graded.
    """
    if folder.is_symlink():
        msg = "what was handed in is a link to another folder, which is not followed"
        raise UnreadableError(msg)
    path = folder / f"{name}.ipynb"
    if not path.is_symlink() and not path.is_file():
        raise UnreadableError(_missing(path))
    notebook = read_notebook(path)
    files, flags = read_files(folder, ours)
    timestamp, complaint = read_timestamp(files)
    return Submission(notebook, {**files, **ours}, timestamp, (*flags, *complaint))


def _missing(path: Path) -> str:
    others = ", ".join(sorted(_printable(other.name) for other in path.parent.glob("*.ipynb")))
    return f"there is no {path.name} in the submission" + (f", only {others}" if others else "")


# --- the notebook


def read_notebook(path: Path) -> dict[str, Any]:
    """Read a notebook of any format version, as plain data of version 4.

    Raises:
        UnreadableError: It is none, or nothing can be made of it.
    """
    content = _content(path, NOTEBOOK_LIMIT)
    if not content.strip(b"\0\t\n\r "):
        msg = f"{path.name} is empty"
        raise UnreadableError(msg)
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        msg = f"{path.name} is not a notebook: what it holds is not JSON"
        raise UnreadableError(msg) from error
    if not isinstance(found, dict):
        msg = f"{path.name} cannot be read as a notebook: it holds a {type(found).__name__}"
        raise UnreadableError(msg)
    cells = [cell for cell in _cells(path.name, found) if isinstance(cell, dict)]
    if not cells:
        version = found.get("nbformat")
        msg = f"{path.name} has no cells (it says that it is of notebook format {version})"
        raise UnreadableError(msg)
    return {"cells": cells}


def _cells(name: str, found: dict[str, Any]) -> list[Any]:
    """The list of cells, after the notebook was brought to format 4."""
    version = found.get("nbformat")
    if version in (1, 2, 3):
        try:
            # Not `nbformat.reads`, which validates too, and warns of what every old notebook lacks.
            old = nbformat.reader.reads(json.dumps(found))  # type: ignore[no-untyped-call]
            upgraded = nbformat.convert(old, 4)  # type: ignore[no-untyped-call]
        except Exception as error:
            # It raises whatever the damage causes: KeyError, AttributeError, its own, …
            msg = (
                f"{name} is of notebook format {version} and too damaged to be brought to format 4"
            )
            raise UnreadableError(msg) from error
        found = dict(upgraded)
    elif version != 4:
        msg = (
            f"{name} is of notebook format {version!r}, which is unknown: save it with JupyterLab 4"
        )
        raise UnreadableError(msg)
    cells = found.get("cells")
    return cells if isinstance(cells, list) else []


def _content(path: Path, limit: int) -> bytes:
    """A regular file, no link, up to a size.

    Raises:
        UnreadableError: It is something else, too large, or may not be read.
    """
    try:
        # Without O_NONBLOCK, opening a named pipe would wait for ever.
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        kind = "a link, which is not followed" if path.is_symlink() else (error.strerror or "")
        msg = f"{_printable(path.name)} cannot be read: it is {kind}"
        if not path.is_symlink():
            msg = f"{_printable(path.name)} cannot be read: {kind}"
        raise UnreadableError(msg) from error
    with os.fdopen(number, "rb") as file:
        found = os.fstat(number)
        if not stat.S_ISREG(found.st_mode):
            msg = f"{_printable(path.name)} cannot be read: it is not an ordinary file"
            raise UnreadableError(msg)
        if found.st_size > limit:
            msg = (
                f"{_printable(path.name)} has {found.st_size / MEGABYTE:.0f} MB, more than the "
                f"{limit / MEGABYTE:.0f} MB that are read"
            )
            raise UnreadableError(msg)
        return file.read(limit + 1)


# --- the files beside it


def read_files(folder: Path, ours: Mapping[str, bytes]) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """A student's files that a notebook may read, and what was left out, in plain words."""
    files: dict[str, bytes] = {}
    flags: list[str] = []
    modules = frozenset(_module(name) for name in ours if name.endswith(CODE))
    for path, kind in walk(folder):
        name = path.relative_to(folder).as_posix()
        if name in ours or (kind == "file" and name.endswith(".ipynb")):
            continue
        if reason := _refused(name, kind, modules, files):
            flags.append(f"the file {_printable(name)} was left out: {reason}")
            continue
        try:
            files[name] = _content(path, FILE_LIMIT)
        except UnreadableError as error:
            flags.append(f"a file was left out: {error}")
    return files, _shortened(flags)


def provided_files(folder: Path, student_may_change: tuple[str, ...] = ()) -> dict[str, bytes]:
    """The instructor's files beside the notebooks in `source/<assignment>/`."""
    return {
        name: path.read_bytes()
        for path, kind in walk(folder, follow=True)
        if kind == "file"
        and not (name := path.relative_to(folder).as_posix()).endswith(".ipynb")
        and name not in student_may_change
    }


def walk(folder: Path, *, follow: bool = False) -> Iterator[tuple[Path, str]]:
    """Everything below a folder that nbgrader does not ignore, as (path, kind), sorted by name."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if any(fnmatch(entry.name, pattern) for pattern in IGNORED):
            continue
        if entry.is_dir(follow_symlinks=follow):
            yield from walk(Path(entry.path), follow=follow)
        elif entry.is_file(follow_symlinks=follow):
            yield Path(entry.path), "file"
        else:
            yield Path(entry.path), "link" if entry.is_symlink() else "special"


def _refused(
    name: str, kind: str, modules: frozenset[str], files: Mapping[str, bytes]
) -> str | None:
    """Why a file is not handed to the kernel; None if it is."""
    if kind != "file":
        return "it is a link" if kind == "link" else "it is not an ordinary file"
    if not name.isprintable() or not _encodable(name):
        return "its name has unprintable characters"
    if name.endswith(CODE) and (_importable(_module(name)) or _module(name) in modules):
        return f"it would take the place of the module {_module(name)}"
    if len(files) >= COUNT_LIMIT:
        return f"there are more than {COUNT_LIMIT} files"
    if sum(map(len, files.values())) > FOLDER_LIMIT:
        return f"the files have more than {FOLDER_LIMIT / MEGABYTE:.0f} MB in all"
    return None


def _module(name: str) -> str:
    """The top-level module that a file beside a notebook is, or is a part of."""
    return PurePosixPath(name).parts[0].partition(".")[0]


@cache
def _importable(module: str) -> bool:
    """Whether the kernel has a module of this name, which a student's file would hide."""
    if module in sys.stdlib_module_names or module in ("sitecustomize", "usercustomize"):
        return True
    # The folder of the notebook comes first on a kernel's path; it is what must not count here.
    path = [entry for entry in sys.path if entry and Path(entry) != Path.cwd()]
    return PathFinder.find_spec(module, path) is not None


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _printable(name: str) -> str:
    return "".join(c if c.isprintable() and _encodable(c) else "?" for c in name)


def _shortened(flags: list[str], most: int = 5) -> tuple[str, ...]:
    """So many files may be left out that nobody would read on."""
    if len(flags) <= most:
        return tuple(flags)
    return (*flags[:most], f"{len(flags) - most} more files were left out")


def read_timestamp(files: Mapping[str, bytes]) -> tuple[datetime | None, tuple[str, ...]]:
    """When it was handed in, as nbgrader's collect noted it; or a complaint about the note."""
    text = files.get(TIMESTAMP, b"").decode("utf-8", "replace").strip()
    if not text:
        return None, ()
    try:
        found: datetime = parse_utc(text[:100])
    except Exception:  # noqa: BLE001 - dateutil raises many kinds, OverflowError among them
        return None, (f"{TIMESTAMP} holds no date: it is not known whether this came late",)
    return found, ()
