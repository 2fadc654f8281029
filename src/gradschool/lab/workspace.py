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
    sources = {
        source.relative_to(folder): source
        for folder in (root / "notebooks", released)[: 1 + lessons]
        for source in sorted(folder.rglob("*"))
        if source.is_file() and ".ipynb_checkpoints" not in source.parts
    }
    if (glossary := root / GLOSSARY).is_file():
        sources[Path(glossary.name)] = glossary
    for name, source in sources.items():
        target = workspace / name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(_moved(source))
    return workspace


def _moved(source: Path) -> bytes:
    """What the file holds; a page's links between the course's folders, which are one in `work/`."""
    content = source.read_bytes()
    if source.suffix == ".md":
        for folder in (b"release", b"docs", b"notebooks"):
            content = content.replace(b"](../" + folder + b"/", b"](")
    return content
