"""Fixtures that several files share."""

import os

import pytest
from browser import chromium, chromium_path


@pytest.fixture(scope="module")
def browser():
    """A headless Chromium. Where there is none, tests are skipped; with `CI` set they fail."""
    if not chromium_path() and not os.environ.get("CI"):
        pytest.skip("there is no Chromium here: `make browser` installs it")
    with chromium() as running:
        yield running
