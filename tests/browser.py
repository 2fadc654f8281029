"""A page in a real browser: what it asks of the network, and what axe-core finds."""

from contextlib import contextmanager
from pathlib import Path

import pytest

CHROMIUM = Path("/usr/bin/chromium")
LOOKS = [("light", 1100), ("dark", 1100), ("light", 360)]


@contextmanager
def browser():
    if not CHROMIUM.is_file():
        pytest.skip(f"no browser: {CHROMIUM} is missing (apt install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


def opened(chromium, path, scheme="light", width=1100):
    """The page, everything unfolded, and a list of what it asks for."""
    page = chromium.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    return page, requests


def faults(page):
    """What axe-core finds, of any weight."""
    from axe_playwright_python.sync_playwright import Axe

    return [
        f"{found['impact']}: {found['id']}: {found['nodes'][0]['html'][:200]}"
        for found in Axe().run(page).response["violations"]
    ]


def check_pages(*paths):
    """Hold pages to the rules, light, dark and narrow."""
    with browser() as chromium:
        for path in paths:
            for scheme, width in LOOKS:
                page, requests = opened(chromium, path, scheme, width)
                assert faults(page) == [], (path, scheme, width)
                assert all(one.startswith(("file:", "data:")) for one in requests), requests
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
                page.close()
