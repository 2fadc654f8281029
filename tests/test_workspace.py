"""A student's own folder."""

import re
from pathlib import Path

import pytest

from gradschool.lab.workspace import open_workspace


@pytest.fixture
def root(tmp_path):
    for name in (
        "release/tensors/tensors.ipynb",
        "release/tensors/data.csv",
        "notebooks/start.ipynb",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


def test_holds_copies_of_what_is_released_and_open(root):
    work = open_workspace(root=root)
    files = {str(path.relative_to(work)) for path in work.rglob("*") if path.is_file()}
    assert files == {"tensors/tensors.ipynb", "tensors/data.csv", "start.ipynb"}


def test_pages_lead_from_the_copies_to_the_copies(root):
    (root / "docs").mkdir()
    (root / "docs/glossary.md").write_text("[a](../release/tensors/tensors.ipynb) [b](#b)")
    (root / "notebooks/README.md").write_text("[glossary](../docs/glossary.md) [s](start.ipynb)")
    work = open_workspace(root=root)
    assert (work / "glossary.md").read_text() == "[a](tensors/tensors.ipynb) [b](#b)"
    assert (work / "README.md").read_text() == "[glossary](glossary.md) [s](start.ipynb)"


def test_every_link_of_the_courses_pages_works_in_a_students_folder(tmp_path):
    course = Path(__file__).parent.parent
    for folder in ("notebooks", "release", "docs"):
        (tmp_path / folder).symlink_to(course / folder)
    work = open_workspace(root=tmp_path)
    for page in ("glossary.md", "README.md"):
        text = (work / page).read_text()
        links = {link.split("#")[0] for link in re.findall(r"\]\((?!https?:)(.*?)\)", text)}
        missing = [link for link in links if link and not (work / link).is_file()]
        assert links, page
        assert missing == [], page
    assert "](glossary.md)" in (work / "00-start-here.ipynb").read_text()


def test_never_overwrites_a_students_work(root):
    answered = open_workspace(root=root) / "tensors" / "tensors.ipynb"
    answered.write_text("my answers")
    (root / "release/tensors/tensors.ipynb").write_text("a new release")
    open_workspace(root=root)
    assert answered.read_text() == "my answers"


def test_nothing_released_is_a_clear_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="gradschool release"):
        open_workspace(root=tmp_path)
