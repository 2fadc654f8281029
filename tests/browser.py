"""A real browser, and what it finds on a page."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

LOOKS = [("light", 1100), ("dark", 1100), ("light", 360)]
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def chromium_path() -> str | None:
    """Where the system's Chromium is, if there is one."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium; as root it cannot have its own sandbox."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=["--no-sandbox"] if os.getuid() == 0 else []
        )
        yield browser
        browser.close()


def opened(
    browser: Browser, path: Path, scheme: str = "light", width: int = 1100
) -> tuple[Page, list[str]]:
    """The page of a file, everything unfolded, and a list of what it asks for."""
    page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(path.as_uri())
    unfold(page)
    return page, requests


def unfold(page: Page) -> None:
    """Open all that is folded."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")


def violations(page: Page) -> list[str]:
    """What axe-core finds, the gravest word first in each line."""
    return [
        f"{found['impact']}: {found['id']}: {found['nodes'][0]['html'][:200]}"
        for found in Axe().run(page).response["violations"]
    ]


def check_pages(browser: Browser, *paths: Path) -> None:
    """Hold files to the rules, light, dark and narrow: no fault of any weight, nothing from outside."""
    for path in paths:
        for scheme, width in LOOKS:
            page, requests = opened(browser, path, scheme, width)
            assert violations(page) == [], (path, scheme, width)
            assert all(one.startswith(("file:", "data:")) for one in requests), requests
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
            page.close()
