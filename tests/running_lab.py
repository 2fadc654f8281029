"""A real JupyterLab in a real browser, for the tests and the benchmark of what a user meets."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from playwright.sync_api import Locator, Page
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

ROOT = Path(__file__).parent.parent
SECONDS = 90  # for anything that a busy machine may take long for
_OPTIONS = ("--port=0", "--allow-root", "--LabApp.expose_app_in_browser=True")


def copy_course(target: Path, *names: str) -> Path:
    """A copy of the course, so that nothing here is changed."""
    for name in ("release", "notebooks", "docs", *names):
        shutil.copytree(ROOT / name, target / name)
    for name in ("nbgrader_config.py", "pyproject.toml"):
        shutil.copy(ROOT / name, target)
    return target


class Lab:
    """A running `gradschool lab`, and the address that it opened."""

    def __init__(
        self, root: Path, home: Path, *arguments: str, variables: Mapping[str, str] | None = None
    ) -> None:
        """Start it as `make lab` does; instead of a browser, a script takes the address down.

        Args:
            root: The course's folder.
            home: The user's; nothing of ours is in it.
            arguments: More of the command's.
            variables: More of the environment's.
        """
        self.work = root / "work"
        home.mkdir(parents=True, exist_ok=True)
        opened = home / "opened"
        script = home / "browser.sh"
        script.write_text(f'#!/bin/sh\nprintf "%s" "$1" > "{opened}"\n')
        script.chmod(0o755)
        self._log = home / "lab.log"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "gradschool", "lab", "--root", root, *_OPTIONS, *arguments],
                env=os.environ
                | {"HOME": str(home), "BROWSER": f"{script} %s"}
                | dict(variables or {}),
                stdout=log,
                stderr=log,
            )
        self.opened = wait_for(lambda: opened.is_file() and opened.read_text(), "no page is opened")
        page = Path(self.opened.removeprefix("file://")).read_text()
        found = re.search(r"(http://[^/]+)/lab[^?]*\?token=(\w+)", page)
        assert found, page
        self._address, self._token = found.groups()

    def url(self, path: str = "lab") -> str:
        """The address of a page of the server's, with the right to see it."""
        return f"{self._address}/{path}?token={self._token}"

    def post(self, path: str, body: Any) -> int:
        """Ask the server for something, and give the status of its answer."""
        request = Request(self.url(path), json.dumps(body).encode(), method="POST")
        try:
            with urlopen(request, timeout=SECONDS) as answer:
                return int(answer.status)
        except HTTPError as error:
            return error.code

    @property
    def log(self) -> str:
        """What the server said."""
        return self._log.read_text()

    def stop(self) -> None:
        """End the server and its kernels."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(SECONDS)


def wait_for(condition: Any, why_not: str) -> Any:
    """Wait until something is so, and give it."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.1)
    raise TimeoutError(why_not)


_CELLS = "jupyterapp.shell.currentWidget.content.widgets.filter(c => c.model.type === 'code')"


class Notebook:
    """A notebook that is open in JupyterLab.

    Only the cells near the visible part are in the page, so a cell is scrolled to by its place;
    everything else happens as a user does it.
    """

    def __init__(self, page: Page, url: str, path: str) -> None:
        """Open it.

        Args:
            page: The browser's.
            url: Of JupyterLab, which opens the notebook.
            path: The notebook's; JupyterLab may open another one again, that was open before.
        """
        self.page = page
        page.goto(url)
        self._wait(f"() => window.jupyterapp?.shell.currentWidget?.context?.path === '{path}'")
        self._panel = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
        self._panel.locator(".jp-Cell").first.wait_for()
        self.wait_for_kernel()

    def wait_for_kernel(self) -> None:
        """Wait until it can be asked."""
        self._wait(
            """() => {
                const { context, sessionContext } = jupyterapp.shell.currentWidget;
                const kernel = sessionContext.session?.kernel;
                return context.isReady && sessionContext.isReady
                    && kernel?.connectionStatus === 'connected' && kernel.status === 'idle';
            }"""
        )

    def sources(self) -> list[str]:
        """What is in the cells."""
        return self.page.evaluate(
            "() => jupyterapp.shell.currentWidget.content.widgets.map(c => c.model.sharedModel.source)"
        )

    def go_to(self, index: int) -> Locator:
        """Select a cell by its place, as a click on it does."""
        self.page.evaluate(
            """async index => {
                const notebook = jupyterapp.shell.currentWidget.content;
                notebook.deselectAll();
                notebook.activeCellIndex = index;
                notebook.mode = 'command';
                await notebook.scrollToItem(index, 'center');
                notebook.node.focus();
            }""",
            index,
        )
        cell = self._panel.locator(".jp-Cell.jp-mod-active")
        cell.wait_for()
        return cell

    def write(self, index: int, text: str) -> None:
        """Replace what is in a cell, as far as it lets itself be changed."""
        cell = self.go_to(index)
        if (folded := cell.locator(".jp-InputPlaceholder .jp-Placeholder-content")).is_visible():
            folded.click()
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Escape")

    def run(self, index: int) -> Locator:
        """Run a cell, wait for its end, and give it."""
        cell = self.go_to(index)
        self._run("notebook:run-cell", f"[jupyterapp.shell.currentWidget.content.widgets[{index}]]")
        return cell

    def run_all(self) -> None:
        """Run all cells, and wait for their end."""
        self._run("notebook:run-all-cells", _CELLS)

    def _run(self, command: str, cells: str) -> None:
        self.page.evaluate(f"() => {cells}.forEach(cell => {{ cell.model.executionCount = null }})")
        self.command(command)
        self._wait(f"() => {cells}.every(cell => cell.model.executionCount)")
        self.wait_for_kernel()

    def command(self, name: str) -> None:
        """Do what a menu's entry or a key does; it may go on afterwards."""
        self.page.evaluate("name => { jupyterapp.commands.execute(name) }", name)

    def menu(self, *names: str) -> None:
        """Choose from the menus."""
        first, *others = names
        self.page.locator("#jp-MainMenu").get_by_text(first, exact=True).click()
        for name in others:
            self.page.locator(".lm-Menu-itemLabel").get_by_text(name, exact=True).click()

    def save(self) -> None:
        """Save, and wait until it is saved."""
        self.page.keyboard.press("Control+s")
        self._wait("() => !jupyterapp.shell.currentWidget.context.model.dirty")

    def _wait(self, condition: str) -> None:
        try:
            self.page.wait_for_function(condition, timeout=SECONDS * 1000)
        except PlaywrightTimeoutError as error:
            counts = self.page.evaluate(f"() => {_CELLS}.map(cell => cell.model.executionCount)")
            raise TimeoutError(f"{condition}: the cells' numbers are {counts}") from error
