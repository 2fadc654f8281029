"""What the project's own files promise about each other."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PYPROJECT = (ROOT / "pyproject.toml").read_text()


def requirements(text):
    lines = (line.split(" #")[0].strip() for line in text.splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


@pytest.fixture(scope="module")
def constraints():
    return requirements((ROOT / "constraints.txt").read_text())


@pytest.fixture(scope="module")
def project():
    import tomllib

    return tomllib.loads(PYPROJECT)


def test_constraints_are_exact_and_name_no_place(constraints):
    for pin in constraints:
        assert [spec.operator for spec in pin.specifier] == ["=="], pin
        assert pin.url is None, pin
    assert "://" not in (ROOT / "constraints.txt").read_text()
    assert "--" not in (ROOT / "constraints.txt").read_text()


def test_every_requirement_is_pinned_above_its_floor(constraints, project):
    groups = project["dependency-groups"].values()
    needed = [*project["project"]["dependencies"], *(need for group in groups for need in group)]
    for need in map(Requirement, needed):
        pins = [pin for pin in constraints if canonicalize_name(pin.name) == need.name.lower()]
        assert pins, (
            f"{need.name} is in pyproject.toml and not in constraints.txt: make constraints"
        )
        for pin in pins:
            (spec,) = pin.specifier
            assert need.specifier.contains(spec.version), f"{need} and {pin}"


def test_environment_yml_installs_the_same_list():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    *conda, pip = environment["dependencies"]
    assert pip == {"pip": ["--constraint constraints.txt", "--editable ."]}
    assert [Requirement(spec).name for spec in conda] == ["python", "pip"]
    (python,) = [Requirement(spec) for spec in conda if spec.startswith("python")]
    floor = re.search(r'requires-python = "(.+)"', PYPROJECT)
    assert str(python.specifier) == floor[1]


def test_top_level_is_as_promised():
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    folders = {Path(name).parts[0] for name in listed if "/" in name}
    assert {"notebooks", "source", "release", "autograded", "src", "tests", "docs"} <= folders
    assert {"nbgrader_config.py", "environment.yml", "README.md"} <= set(listed)
    # Students' data is never committed.
    assert not folders & {"submitted", "feedback", "work"}
    assert [name for name in listed if name.startswith("autograded/")] == ["autograded/README.md"]


def test_pre_commit_runs_the_tools_of_the_environment():
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    hooks = [hook for repo in config["repos"] for hook in repo["hooks"]]
    assert {"ruff-check", "nbstripout", "codespell"} <= {hook["id"] for hook in hooks}
    for hook in hooks:
        program = ROOT / hook["entry"].split()[0]
        if program.parent == Path(sys.executable).parent:
            assert program.exists(), hook["id"]


def test_help_names_every_command():
    said = subprocess.run(
        [sys.executable, "-m", "gradschool", "--help"], capture_output=True, text=True, check=True
    ).stdout
    for command in ("release", "lint", "tidy", "execute", "lab", "class", "grade", "report"):
        assert f"  {command} " in said
