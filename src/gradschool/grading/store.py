"""Files that are there completely or not at all, however the program ends."""

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from gradschool.grading.errors import file_error

# In autograded/<student>/<assignment>/: what was graded there, to see whether it changed since.
RECORD = ".graded"


@dataclass(frozen=True)
class Record:
    """What is known about a submission that is in the gradebook.

    Attributes:
        digest: A fingerprint of what was handed in and of the tests it was graded with.
        notes: What somebody should look at.
    """

    digest: str
    notes: tuple[str, ...] = ()

    @classmethod
    def read(cls, folder: Path) -> "Record | None":
        """The record in a folder; None if there is none, or one of another version."""
        try:
            found = json.loads((folder / RECORD).read_text(encoding="utf-8"))
            return cls(str(found["digest"]), tuple(map(str, found["notes"])))
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def write(self, folder: Path) -> None:
        """Put it beside the graded notebook."""
        write_file(folder / RECORD, json.dumps(asdict(self)).encode(), mode=0o644)


def write_file(path: Path, content: bytes, *, mode: int) -> None:
    """Write a file whole, in the place of what is there.

    Raises:
        StorageError: It cannot be written; what was there is as it was.
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        number, temporary = tempfile.mkstemp(prefix=".writing-", dir=path.parent)
        with os.fdopen(number, "wb") as file:
            file.write(content)
            os.fchmod(number, mode)
        Path(temporary).replace(path)
    except OSError as error:
        raise file_error(error, path) from error
    except BaseException:
        raise
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def write_graded(
    folder: Path, name: str, notebook: bytes, files: Mapping[str, bytes], *, mode: int = 0o444
) -> None:
    """Write what was graded; the notebook comes last, and what was there before goes.

    Raises:
        StorageError: A file cannot be written.
    """
    # From here on, an older record would be wrong about what lies in the folder.
    (folder / RECORD).unlink(missing_ok=True)
    for path in sorted(folder.rglob("*"), reverse=True):
        relative = path.relative_to(folder).as_posix()
        if path.is_symlink() or (path.is_file() and path.suffix != ".ipynb"):
            if relative not in files or path.is_symlink():
                path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()
    for relative, content in files.items():
        write_file(folder / relative, content, mode=mode)
    write_file(folder / f"{name}.ipynb", notebook, mode=mode)
