"""Start JupyterLab, with the panels that its user has a use for."""

import os
import sys
from collections.abc import Sequence
from contextlib import chdir
from pathlib import Path
from typing import NoReturn

from nbgrader.apps import NbGrader
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import Exchange

from gradschool.lab.workspace import open_workspace

START_PAGE = "00-start-here.ipynb"
_HERE = Path(__file__).resolve().parent


def start_student(*, root: Path, arguments: Sequence[str] = ()) -> NoReturn:
    """Become JupyterLab on a student's own copies, without an instructor's panels.

    Args:
        root: The course's folder.
        arguments: More of JupyterLab's own.

    Raises:
        FileNotFoundError: nothing is released yet.
    """
    exchange = exchange_exists(root)
    workspace = open_workspace(root=root, lessons=not exchange)
    configs = ["student", "everyone"] if exchange else ["without-exchange", "student", "everyone"]
    _become_lab(workspace, configs, [START_PAGE, *arguments])


def start_instructor(*, root: Path, arguments: Sequence[str] = ()) -> NoReturn:
    """Become JupyterLab on the course's folder, with all of nbgrader's panels."""
    _become_lab(root, ["everyone"], arguments)


def exchange_exists(root: Path) -> bool:
    """Whether nbgrader, as configured here, finds an exchange with this course in it."""
    app = NbGrader()
    with chdir(root):  # nbgrader reads the configuration that is there
        app.load_config_file()
    course = CourseDirectory(config=app.config).course_id
    return bool(course) and (Path(Exchange(config=app.config).root) / course).is_dir()


def _become_lab(folder: Path, configs: Sequence[str], arguments: Sequence[str]) -> NoReturn:
    _put_first("JUPYTER_CONFIG_PATH", [_HERE / "config" / name for name in configs])
    _put_first("JUPYTER_PATH", [_HERE / "share" / "jupyter"])
    _put_first("PATH", [Path(sys.executable).parent])  # the kernel is this Python
    # torch's default of one thread a core makes small loops on a busy machine many times slower
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.chdir(folder)
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", *arguments])


def _put_first(variable: str, folders: Sequence[Path]) -> None:
    before = os.environ.get(variable)
    os.environ[variable] = os.pathsep.join([*map(str, folders), *([before] if before else [])])
