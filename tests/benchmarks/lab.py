"""How long does a student wait? Each released lesson, in real JupyterLab in headless Chromium.

    make bench

The results are printed, and written to docs/measurements.md.
"""

import sys
import tempfile
import time
from pathlib import Path

from measurements import ROOT, where_and_when, write
from playwright.sync_api import Page

sys.path.insert(0, str(ROOT / "tests"))
from browser import chromium
from running_lab import Lab, Notebook, copy_course

from gradschool.authoring.course import Course

ABOUT = """
*Open*: from the address to the first cell drawn and the kernel ready. *Run all*: until the last cell has run. A *pause* is the
longest time without a frame drawn, meanwhile, and while the whole notebook is scrolled through a screen at a time.
Each on a server of its own: JupyterLab also opens what was open before, and that takes longer.
"""
WATCH = """() => {
    window.longest = 0;
    let last = performance.now();
    const next = now => { longest = Math.max(longest, now - last); last = now; requestAnimationFrame(next); };
    requestAnimationFrame(next);
}"""
SCROLL = """async () => {
    window.longest = 0;
    const view = document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-WindowedPanel-outer');
    for (let top = 0; top < view.scrollHeight; top += view.clientHeight) {
        view.scrollTop = top;
        await new Promise(done => setTimeout(done, 100));
    }
}"""


def main() -> None:
    """Measure, print and write."""
    rows = [
        "| lesson | open | run all | longest pause meanwhile | longest pause while scrolling |",
        "|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        for topic in Course(ROOT).topics():
            folder = Path(name) / topic
            # a server of its own: JupyterLab opens what was open before, too
            lab = Lab(copy_course(folder / "course"), folder / "home")
            page = browser.new_page(viewport={"width": 1300, "height": 900})
            rows.append(row(page, lab, topic))
            print(rows[-1], flush=True)
            page.close()
            lab.stop()
        about = f"{where_and_when('jupyterlab', 'torch')} Headless Chromium {browser.version}."
    write("JupyterLab", "\n".join([about, ABOUT, *rows]))


def row(page: Page, lab: Lab, topic: str) -> str:
    """One lesson's line of the table."""
    path = f"{topic}/{topic}.ipynb"
    begin = time.perf_counter()
    notebook = Notebook(page, lab.url(f"lab/tree/{path}"), path)
    opened = time.perf_counter() - begin
    page.evaluate(WATCH)
    begin = time.perf_counter()
    notebook.run_all()
    ran = time.perf_counter() - begin
    running = page.evaluate("() => longest")
    page.evaluate(SCROLL)
    scrolling = page.evaluate("() => longest")
    return f"| {topic} | {opened:.1f} s | {ran:.0f} s | {running / 1000:.2f} s | {scrolling / 1000:.2f} s |"


if __name__ == "__main__":
    main()
