"""Run as a program: release a course, or autograde it with stock nbgrader or our configuration.

In a process of its own, because stock nbgrader leaves sockets and warnings behind.
"""

import json
import logging
import sys
from pathlib import Path

from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from gradschool.grading.preprocessors import AUTOGRADE, SANITIZE

# Long enough for a first import of matplotlib on a busy machine; one notebook sleeps for 5 s.
CELL_SECONDS = 10
SHORT = {"timeout": 3}


def settings(root: Path, seconds: int, *, ours: bool) -> Config:
    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.course_id = "parity"
    config.CourseDirectory.db_url = f"sqlite:///{root / 'gradebook.db'}"
    config.Execute.timeout = seconds
    config.Execute.shutdown_kernel = "immediate"
    config.LateSubmissionPlugin.penalty_method = "zero"
    if ours:
        config.Autograde.sanitize_preprocessors = SANITIZE
        config.Autograde.autograde_preprocessors = AUTOGRADE
    return config


def api(root: Path, assignment: str, *, ours: bool) -> NbGraderAPI:
    log = logging.getLogger(f"parity-{ours}")
    log.propagate = False
    log.addHandler(logging.NullHandler())
    seconds = SHORT.get(assignment, CELL_SECONDS)
    return NbGraderAPI(config=settings(root, seconds, ours=ours), log=log)


def release(root: Path, assignments: list[str]) -> dict[str, str]:
    """Release assignments; give what nbgrader said of those that failed."""
    done = {name: api(root, name, ours=False).generate_assignment(name) for name in assignments}
    return {name: str(one) for name, one in done.items() if not one["success"]}


def autograde(root: Path, only: list[str], *, ours: bool) -> dict[str, str]:
    """Grade all, or again these assignments; give what nbgrader said of those that failed."""
    failed = {}
    for folder in sorted((root / "submitted").glob("*/*/")):
        student, assignment = folder.parent.name, folder.name
        if not only or assignment in only:
            done = api(root, assignment, ours=ours).autograde(assignment, student, force=bool(only))
            if not done["success"]:
                failed[f"{student}/{assignment}"] = str(done)
    return failed


if __name__ == "__main__":
    folder, task, names = Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
    if task == "release":
        print(json.dumps(release(folder, names)))
    else:
        print(json.dumps(autograde(folder, names, ours=task == "ours")))
