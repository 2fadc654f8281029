"""The file that all benchmarks write to, and the machine they name in it."""

import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]


def where_and_when(*packages: str) -> str:
    """The day, and what the figures were measured on."""
    memory = psutil.virtual_memory().total / 2**30
    named = ", ".join(f"{name} {version(name)}" for name in packages)
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {psutil.cpu_count()} cores, {memory:.0f} GiB, "
        f"{platform.system()} {platform.release().split('-')[0]}, Python {platform.python_version()}, {named}."
    )


def write(heading: str, text: str) -> None:
    """Replace one section of docs/measurements.md; the others stay.

    Args:
        heading: The section's.
        text: What stands under it.
    """
    path = ROOT / "docs" / "measurements.md"
    before, found, rest = path.read_text(encoding="utf-8").partition(f"## {heading}\n")
    if not found:
        sys.exit(f"{path} has no section {heading!r}.")
    _, following, others = rest.partition("\n## ")
    section = f"{found}\n{text.strip()}\n"
    path.write_text(before + section + following + others, encoding="utf-8")
