"""A student's own folder, filled with copies of the released notebooks."""

from pathlib import Path

FOLDER = "work"
GLOSSARY = "docs/glossary.md"


def open_workspace(*, root: Path, lessons: bool = True) -> Path:
    """Copy the open and the released notebooks and the glossary to `work/`, and give its path.

    A file that is there already is left as it is, whatever was released since: it may hold a
    student's answers.

    Args:
        root: The course's folder.
        lessons: The released notebooks, too; False where students fetch them from an exchange.

    Raises:
        FileNotFoundError: nothing is released yet.
    """
    released = root / "release"
    if lessons and not any(released.glob("*/*.ipynb")):
        msg = f"There is nothing in {released} to work on: run `gradschool release` first."
        raise FileNotFoundError(msg)
    workspace = root / FOLDER
    for name, source in files(root=root, lessons=lessons).items():
        target = workspace / name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content(source))
    return workspace


def files(*, root: Path, lessons: bool = True) -> dict[Path, Path]:
    """The files of the course that are for students, by their place in a student's folder."""
    found = {
        source.relative_to(folder): source
        for folder in (root / "notebooks", root / "release")[: 1 + lessons]
        for source in sorted(folder.rglob("*"))
        if source.is_file() and ".ipynb_checkpoints" not in source.parts
    }
    if (glossary := root / GLOSSARY).is_file():
        found[Path(glossary.name)] = glossary
    return found


def content(source: Path) -> bytes:
    """What the file holds; a page's links between the course's folders, which are one in `work/`."""
    held = source.read_bytes()
    if source.suffix == ".md":
        for folder in (b"release", b"docs", b"notebooks"):
            held = held.replace(b"](../" + folder + b"/", b"](")
    return held
