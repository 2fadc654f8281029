"""How fast is the grader? Four ways over the same submissions, interleaved in one run.

    make bench

- stock: `nbgrader autograde` as nbgrader ships it;
- plain: `nbgrader autograde` with the course's configuration;
- class: `gradschool grade --workers 2`, without feedback, as nbgrader's autograde writes none;
- floor: the same cells, `exec`-uted in children forked from a warm process, two at a time: no Jupyter,
  no sandbox, no gradebook.

Each is a command of its own, its start included; stock grades the first of the submissions only,
since it takes as long for each. Medians over the rounds are printed, and written with the machine
to docs/measurements.md, with the parts that the time of one submission consists of. CPU seconds
are those of the whole machine meanwhile.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil
from measurements import ROOT, where_and_when, write
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from gradschool.authoring.course import Course
from gradschool.authoring.notebook import read
from gradschool.classroom.grade import grade
from gradschool.classroom.sample import make_class
from gradschool.grading.engine import Engine

BIN = Path(sys.executable).parent
TOPIC = "tensors"
STOCK = """
from pathlib import Path
from gradschool.authoring.course import scripts_on_path
from gradschool.authoring.solutions import release_preprocessors

c = get_config()
scripts_on_path()
root = Path(__file__).resolve().parent
c.CourseDirectory.root = str(root)
c.CourseDirectory.db_url = f"sqlite:///{root / 'gradebook.db'}"
c.GenerateAssignment.preprocessors = release_preprocessors()
c.Execute.timeout = 60
"""
FLOOR = """
import contextlib, io, os, sys
from pathlib import Path
os.environ["NBGRADER_EXECUTION"] = "autograde"
import torch, torch._dynamo, matplotlib.pyplot, seaborn
from gradschool import checks, figures
from gradschool.authoring.notebook import read

figures.storage(torch.arange(3))

def run(path):
    namespace = {"__name__": "__main__"}
    for number, cell in enumerate(read(path).cells):
        if cell.cell_type == "code":
            with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(BaseException):
                exec(compile(cell.source, f"<cell {number}>", "exec"), namespace)

running = 0
for path in sorted(Path("autograded").glob("*/*/*.ipynb")):  # with the hidden tests
    if running == 2:
        os.wait()
        running -= 1
    if os.fork() == 0:
        run(path)
        os._exit(0)
    running += 1
while running:
    os.wait()
    running -= 1
"""


@dataclass(frozen=True)
class Cost:
    """What one way took for a submission, in seconds."""

    wall: float
    cpu: float


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=48, help="submissions")
    parser.add_argument("--stock", type=int, default=8, help="submissions that stock grades, too")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--many", type=int, default=200, help="submissions of a large class; 0: skip"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gradschool-bench-") as name:
        folder = Path(name)
        ways = commands(folder, given.size, given.stock)
        costs = compare(ways, given.rounds)
        spent = parts(folder / "ours")
        crowd = many(folder, given.many) if given.many else None
    text = page(given, costs, spent, crowd)
    print(text)
    write("Grading", text)


@dataclass(frozen=True)
class Way:
    """A command, where to run it, and how many submissions it grades there."""

    command: list[str | Path]
    where: Path
    size: int


def commands(folder: Path, size: int, stock: int) -> dict[str, Way]:
    """The four ways, each over a class of its own or its part of it."""
    ours, theirs = course(folder / "ours", size), course(folder / "stock", size)
    (theirs / "nbgrader_config.py").write_text(STOCK)
    for left_out in sorted((theirs / "submitted").iterdir())[stock:]:
        shutil.rmtree(left_out)
    autograde: list[str | Path] = [BIN / "nbgrader", "autograde", TOPIC, "--force"]
    class_ = [BIN / "gradschool", "grade", TOPIC, "--force", "--workers", "2", "--no-feedback"]
    return {
        "stock": Way(autograde, theirs, stock),
        "plain": Way(autograde, ours, size),
        "class": Way(class_, ours, size),
        "floor": Way([sys.executable, "-c", FLOOR], ours, size),
    }


def compare(ways: dict[str, Way], rounds: int) -> dict[str, list[Cost]]:
    """What each way takes a submission, in turn, round by round."""
    costs: dict[str, list[Cost]] = {name: [] for name in ways}
    for number in range(rounds):
        for name, way in ways.items():
            costs[name].append(cost := measure(way))
            print(f"round {number + 1}, {name}: {cost.wall:.2f} s a submission", flush=True)
    return costs


def parts(root: Path, repeats: int = 5) -> dict[str, float]:
    """Seconds of wall time that the parts of grading take, one submission at a time."""
    lesson = read(Course(root).source(TOPIC))
    cells = sum(cell.cell_type == "code" for cell in lesson.cells)
    engine = Engine()
    start = seconds(engine.start)
    kernel, talk, whole = (
        statistics.median(seconds(partial(engine.execute, notebook)) for _ in range(repeats))
        for notebook in (trivial(1), trivial(cells), lesson)
    )
    began = time.perf_counter()
    graded = grade(
        root=root, topics=[TOPIC], force=True, workers=1, engine=engine, pages=False, progress=False
    )
    beside = time.perf_counter() - began - sum(result.seconds for result in graded.results)
    return {
        "a sandbox and a kernel in it": kernel,
        f"IPython and the messages, {cells} cells": talk - kernel,
        "the code of the cells and what it prints": whole - talk,
        "files, scores, gradebook": beside / len(graded.results),
        "once a run, beside other imports: the warm process": start,
    }


def trivial(cells: int) -> NotebookNode:
    """A notebook with nothing to do."""
    return new_notebook(cells=[new_code_cell("0") for _ in range(cells)])


def seconds(call: Callable[[], object]) -> float:
    """Wall time of a call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def course(root: Path, size: int) -> Path:
    """A copy of the course with a class that handed in."""
    for name in ("source/" + TOPIC, "tests/answers"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    run([BIN / "gradschool", "release", "--root", root], root)
    make_class(root=root, size=size)
    return root


def measure(way: Way) -> Cost:
    """Wall time of a command, and the CPU time of the machine meanwhile, for one submission."""
    before, start = busy(), time.perf_counter()
    run(way.command, way.where)
    return Cost((time.perf_counter() - start) / way.size, (busy() - before) / way.size)


def run(command: list[str | Path], where: Path) -> None:
    """Run a command quietly; show what it said if it fails. 1 says that something needs a look."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=where, env=environment, capture_output=True, text=True)  # noqa: PLW1510
    if done.returncode not in (0, 1):
        sys.exit(f"{command} failed with {done.returncode}:\n{done.stdout}\n{done.stderr}")


def busy() -> float:
    """CPU seconds that the machine has spent working."""
    times = psutil.cpu_times()
    return float(times.user + times.system)


@dataclass(frozen=True)
class Crowd:
    """What a large class took: seconds a submission, and GB of memory (proportional set size)."""

    wall: float
    memory: float


def many(folder: Path, size: int) -> Crowd:
    """Grade a large class, and look at the memory of the whole process tree meanwhile."""
    root = course(folder / "many", size)
    command = [BIN / "gradschool", "grade", TOPIC, "--workers", "2", "--no-feedback"]
    quiet = subprocess.DEVNULL
    start = time.perf_counter()
    with (
        subprocess.Popen(command, cwd=root, stdout=quiet, stderr=quiet) as grader,
        watched(grader.pid) as peak,
    ):
        grader.wait()
    return Crowd((time.perf_counter() - start) / size, peak[0] / 1e9)


@contextmanager
def watched(pid: int) -> Iterator[list[int]]:
    """The largest sum of the proportional set sizes of a process and all below it, in bytes."""
    peak, done = [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.5):
            peak[0] = max(peak[0], tree_memory(pid))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()


def tree_memory(pid: int) -> int:
    """Shared pages are counted once, divided among those who share them."""
    total = 0
    try:
        top = psutil.Process(pid)
        processes = [top, *top.children(recursive=True)]
    except psutil.Error:
        return 0
    for process in processes:
        try:
            total += process.memory_full_info().pss
        except psutil.Error:
            continue
    return total


def page(
    given: argparse.Namespace,
    costs: dict[str, list[Cost]],
    spent: dict[str, float],
    crowd: Crowd | None,
) -> str:
    """The measurements as Markdown."""
    wall = {name: statistics.median(cost.wall for cost in found) for name, found in costs.items()}
    cpu = {name: statistics.median(cost.cpu for cost in found) for name, found in costs.items()}
    said = [
        where_and_when("torch", "nbgrader", "ipykernel"),
        f"{given.size} submissions of `{TOPIC}` (stock: {given.stock} of them), medians of {given.rounds} rounds.",
        "Wall time and the machine's CPU time a submission, each command with its start. `make bench` measures again.",
        "",
        "| way | wall | CPU | faster than stock | against the floor |",
        "|---|---|---|---|---|",
        *(
            f"| {name} | {wall[name]:.2f} s | {cpu[name]:.2f} s | {wall['stock'] / wall[name]:.1f} × "
            f"| {wall[name] / wall['floor']:.1f} × |"
            for name in costs
        ),
        "",
        "Where the time of `gradschool grade` goes, with one worker:",
        "",
        "| part | wall |",
        "|---|---|",
        *(f"| {part} | {took:.2f} s |" for part, took in spent.items()),
    ]
    if crowd is not None:
        took = f"{crowd.wall:.2f} s for each of {given.many} submissions"
        said += ["", f"Two workers took {took}, and at most {crowd.memory:.2f} GB of memory."]
    return "\n".join(said)


if __name__ == "__main__":
    main()
