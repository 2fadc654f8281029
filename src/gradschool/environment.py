"""Does this kernel have what the course needs? The start notebook asks, and prints the remedy."""

import os
import sys
from importlib import metadata

from packaging.requirements import Requirement

PYTHON = (3, 11)


def problems() -> list[str]:
    """What is missing or too old in this environment, each with its remedy; empty when all is well.

    The floors are those that the installed package itself declares.
    """
    found = []
    if sys.version_info < PYTHON:
        wanted = ".".join(map(str, PYTHON))
        found.append(f"Python is older than {wanted}: make a new environment with a newer one.")
    for text in metadata.requires("gradschool") or []:
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate():
            found += _problem(requirement)
    return found


def _problem(requirement: Requirement) -> list[str]:
    repair = f'run  python -m pip install "{requirement}"  in a terminal, then restart the kernel'
    try:
        installed = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return [f"{requirement.name} is missing: {repair}."]
    if not requirement.specifier.contains(installed, prereleases=True):
        return [f"{requirement.name} {installed} is too old ({requirement} is needed): {repair}."]
    return []


def report() -> None:
    """Print the versions that matter, the device that torch will use, and every problem."""
    import torch

    print(f"Python {sys.version.split()[0]} at {sys.executable}")
    names = ("torch", "numpy", "matplotlib", "seaborn", "jupyterlab", "nbgrader")
    print(" · ".join(f"{name} {_version(name)}" for name in names))
    accelerator = torch.accelerator.current_accelerator() if _accelerated() else None
    print(f"Accelerator: {accelerator or 'none, and none is needed'}")
    if "OMP_NUM_THREADS" not in os.environ:
        print("Tip: start JupyterLab with OMP_NUM_THREADS=1; small loops then run faster.")
    found = problems()
    for problem in found:
        print(f"✗ {problem}")
    if not found:
        print("✓ Everything that the course needs is here.")


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "missing"


def _accelerated() -> bool:
    import torch

    return torch.accelerator.is_available()
