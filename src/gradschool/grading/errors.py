"""What can go wrong on our side; each message names the thing and the remedy."""

import errno
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError


class GradingError(Exception):
    """Grading cannot go on; what is graded already stays."""


class OurFaultError(GradingError):
    """One submission could not be run, and it is not the student's doing: no score is written."""


class StorageError(GradingError):
    """A file or the gradebook cannot be written."""


# SQLite's own words, and what they mean here.
_MEANINGS = {
    "database is locked": "another program keeps it locked: close it, or wait until it is done",
    "readonly database": "it may not be written: give yourself the right to write it and its folder",
    "unable to open database": "it cannot be opened: look at the rights of it and of its folder",
    "disk is full": "the disk is full: free some space",
    "disk i/o error": "the disk reports an error: look at the disk, and keep a copy of the file",
    "malformed": "the file is damaged: put back a copy, or delete it and release and grade again",
    "not a database": "it is not a gradebook: put back a copy, or move it away and release again",
    "no such table": "it is not a gradebook of this nbgrader: run `nbgrader db upgrade` on a copy",
    "no such column": "it was made by an older nbgrader: run `nbgrader db upgrade` on a copy of it",
}
_KEPT = "What was graded is kept; then start again, and the rest is graded."


def gradebook_error(error: SQLAlchemyError, url: str) -> StorageError:
    """What the database's complaint means, in plain words."""
    said = str(getattr(error, "orig", None) or error).splitlines()[0]
    for words, meaning in _MEANINGS.items():
        if words in said.lower():
            return StorageError(f"The gradebook {url} cannot be used ({said}): {meaning}. {_KEPT}")
    return StorageError(f"The gradebook {url} cannot be used: {said}. {_KEPT}")


def file_error(error: OSError, path: Path) -> StorageError:
    """What the operating system's complaint about writing a file means, in plain words."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageError(f"{path} cannot be written, the disk is full: free some space. {_KEPT}")
    reason = error.strerror or str(error)
    return StorageError(f"{path} cannot be written ({reason}): look at its folder. {_KEPT}")
