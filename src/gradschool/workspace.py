"""A student's own folder, filled with copies of the released notebooks."""

import shutil
from pathlib import Path

FOLDER = "work"


def open_workspace(*, root: Path) -> Path:
    """Copy the open and the released notebooks to `work/`, and give its path.

    A file that is there already is left as it is, whatever was released since: it may hold a
    student's answers.

    Raises:
        FileNotFoundError: nothing is released yet.
    """
    released = root / "release"
    if not any(released.glob("*/*.ipynb")):
        msg = f"There is nothing in {released} to work on: run `gradschool release` first."
        raise FileNotFoundError(msg)
    workspace = root / FOLDER
    for folder in (root / "notebooks", released):
        for source in sorted(folder.rglob("*")):
            target = workspace / source.relative_to(folder)
            if (
                source.is_file()
                and ".ipynb_checkpoints" not in source.parts
                and not target.exists()
            ):
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
    return workspace
