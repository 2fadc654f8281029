"""A student's own folder."""

import pytest

from gradschool.workspace import open_workspace


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


def test_never_overwrites_a_students_work(root):
    answered = open_workspace(root=root) / "tensors" / "tensors.ipynb"
    answered.write_text("my answers")
    (root / "release/tensors/tensors.ipynb").write_text("a new release")
    open_workspace(root=root)
    assert answered.read_text() == "my answers"


def test_nothing_released_is_a_clear_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="gradschool release"):
        open_workspace(root=tmp_path)
