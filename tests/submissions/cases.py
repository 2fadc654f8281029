"""The named submissions: what a student hands in, and what the grader must make of it.

In each, what is not named as lost gets full marks: a mistake costs its own exercise and no other.
"""

import json
import os
import socket
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field

import nbformat
from nbformat.v4 import new_markdown_cell

from gradschool.classroom.grade import Status
from submissions.course import POINTS, RIGHT, TOPIC, Handed

CASES: dict[str, "Case"] = {}


@dataclass(frozen=True)
class Case:
    """One named submission.

    Attributes:
        name: Also the student's id.
        build: Changes what a perfect student would hand in.
        lost: The points that are missing, by exercise.
        reason: What the report says, as a regular expression; "" if there is nothing to look at,
            None where that depends on the machine.
        status: What becomes of it.
        comment: What the comment of an answer in the gradebook says, by exercise.
        flagged: Whether formgrader shows a flag.
        quiet: What must not be found in the graded notebook.
    """

    name: str
    build: Callable[[Handed], None]
    lost: Mapping[str, float] = field(default_factory=dict)
    reason: str | None = ""
    status: Status = Status.GRADED
    comment: Mapping[str, str] = field(default_factory=dict)
    flagged: bool = False
    quiet: str = ""

    def points(self, exercise: str) -> float:
        return POINTS[exercise] - self.lost.get(exercise, 0)


def case(**expected):
    """Register the builder below under its own name."""

    def register(build):
        CASES[build.__name__] = Case(build.__name__, build, **expected)
        return build

    return register


def answers(name, code, *, exercise="double", **expected):
    """Register a submission in which one answer is this code."""

    def build(handed):
        handed.answer(exercise, code)

    CASES[name] = Case(name, build, **expected)


ALL = {"double": 3}
UNREADABLE = {"status": Status.FAILED}

# --- ordinary ones

answers("right", RIGHT["double"])
answers("wrong", "def double(x):\n    return x + 1", lost={"double": 3})
answers("half_right", "def double(x):\n    return 6 if x == 3 else 1", lost={"double": 1})
answers("syntax_error", "def double(x:\n  return", lost=ALL)
answers(
    "warns",
    "import sys, warnings\ndef double(x):\n    warnings.warn('old')\n    print('!', file=sys.stderr)\n    return 2 * x",
)


@case(lost=POINTS)
def blank(handed):
    released = nbformat.read(handed.course.release(TOPIC), as_version=4)
    handed.notebook = released


@case()
def own_helpers(handed):
    handed.insert(handed.index("double"), "def twice(x):\n    return x + x")
    handed.answer("double", "def double(x):\n    return twice(later(x))")
    handed.insert(handed.index("double") + 1, "def later(x):\n    return x")


@case()
def reads_a_file_of_its_own(handed):
    (handed.folder / "data").mkdir()
    (handed.folder / "data" / "zwölf.txt").write_text("2")
    (handed.folder / "my_helper.py").write_text("def factor():\n    return 1")
    handed.answer(
        "double",
        "import my_helper\ndef double(x):\n"
        "    return int(open('data/zwölf.txt').read()) * x * my_helper.factor()",
    )


# --- tests and locked cells that are no longer what they were


@case(reason="settings.*double-values")
def test_is_also_a_solution(handed):
    handed.cell("double-values").metadata.nbgrader.solution = True


@case(reason="settings.*double-values")
def test_is_not_graded(handed):
    handed.cell("double-values").metadata.nbgrader.grade = False


@case(reason="settings.*double-values")
def test_unlocked_and_emptied_of_flags(handed):
    handed.cell("double-values").metadata.nbgrader.update(grade=False, locked=False)


@case(reason="got their names back: double-values")
def test_renamed(handed):
    handed.cell("double-values").metadata.nbgrader.grade_id = "mine"


@case(reason="put back: double-values.*does not have: mine")
def test_renamed_by_an_editor_without_ids(handed):
    handed.cell("double-values").metadata.nbgrader.grade_id = "mine"
    handed.cell("double-values").id = "elsewhere"


@case(lost={"double": 1}, reason="settings.*double-values")
def more_points_than_there_are(handed):
    handed.cell("double-values").metadata.nbgrader.points = 500
    handed.answer("double", "def double(x):\n    return 6 if x == 3 else 1")


@case(lost=ALL, reason="changed cells.*double-values, double-edges")
def tests_emptied(handed):
    handed.answer("double", "def double(x):\n    return x + 1")
    for name in ("double-values", "double-edges"):
        handed.cell(name).source = ""


@case(lost=ALL, reason="turned back.*double-values, double-edges")
def tests_as_text(handed):
    handed.answer("double", "def double(x):\n    return x + 1")
    for name in ("double-values", "double-edges"):
        old = handed.cell(name)
        text = new_markdown_cell("assert True", id=name, metadata=old.metadata)
        handed.notebook.cells[handed.index(name)] = text


@case(reason="moved back below their answers: double-values, double-edges")
def tests_above_the_answer(handed):
    cells = handed.notebook.cells
    moved = [cells.pop(handed.index(name)) for name in ("double-values", "double-edges")]
    cells[2:2] = moved


@case(reason="moved back below their answers")
def answer_at_the_end(handed):
    cells = handed.notebook.cells
    cells.append(cells.pop(handed.index("double")))


@case(reason="missing tests were put back: double-values")
def test_deleted(handed):
    del handed.notebook.cells[handed.index("double-values")]


@case(reason="copies of tests were removed: double-values")
def test_duplicated(handed):
    copy = deepcopy(handed.cell("double-values"))
    copy.id = "a-copy"
    handed.notebook.cells.insert(handed.index("double-values"), copy)


@case(reason="missing read-only cells were put back: setup")
def imports_deleted(handed):
    del handed.notebook.cells[handed.index("setup")]


@case(reason="read-only cells were moved back up: setup")
def imports_at_the_end(handed):
    cells = handed.notebook.cells
    cells.append(cells.pop(handed.index("setup")))


@case(lost=ALL, reason="answers are missing: double", comment={"double": "was missing"})
def answer_deleted(handed):
    del handed.notebook.cells[handed.index("double")]


@case(reason="more than once.*double", comment={"double": "the last one counts"})
def answer_twice(handed):
    copy = deepcopy(handed.cell("double"))
    copy.id = "a-copy"
    handed.notebook.cells.insert(handed.index("double"), copy)
    copy.source = "def double(x):\n    return 'an older try'"


@case(reason="settings|names|turned back")
def metadata_of_the_wrong_types(handed):
    for wrong, cell in zip(
        ([], "x", 3, None, {"grade_id": ["double"]}, {"grade_id": 5}, {"points": "many"}),
        handed.notebook.cells[1:],
        strict=False,
    ):
        cell.metadata = {"nbgrader": wrong, "tags": 7}


# --- code that ends, floods, hangs or grows

answers(
    "exits_the_process",
    "import os\nos._exit(0)",
    lost=ALL,
    reason="double: the kernel ended here",
    comment={"double": "did not finish: the kernel ended here"},
)
answers(
    "exits_in_the_function",
    "import os\ndef double(x):\n    os._exit(0)",
    lost=ALL,
    reason="double-values: the kernel ended here",
    comment={"double": "double-values.*did not finish"},
)
answers("sys_exit", "import sys\nsys.exit()", lost=ALL)
answers(
    "segfault",
    "import ctypes\ndef double(x):\n    ctypes.string_at(0)",
    lost=ALL,
    reason="double-values: the kernel ended.*SIGSEGV",
)
answers(
    "endless_loop",
    "while True:\n    pass",
    lost=ALL,
    reason="double: stopped after",
    comment={"double": "did not finish: stopped after"},
)
answers(
    "endless_loop_that_catches_everything",
    "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass",
    lost=ALL,
    reason="double: stopped after",
)
answers(
    "prints_without_end",
    "while True:\n    print('flood ' * 1000)",
    lost=ALL,
    reason="double: stopped",
)
answers(
    "memory_bomb",
    "hoard = []\nwhile True:\n    hoard.append(bytearray(50_000_000))",
    lost=ALL,
    reason=None,
)
answers(
    "fork_bomb",
    "import os\nwhile True:\n    os.fork()",
    lost=ALL,
    reason=None,
)
answers(
    "fills_the_disk",
    "with open('large', 'wb') as file:\n    while True:\n        file.write(bytes(10_000_000))",
    lost=ALL,
)
answers(
    "child_that_sleeps",
    "import subprocess\nsubprocess.Popen(['sleep', '60'], start_new_session=True)\n"
    + RIGHT["double"],
)
answers(
    "threads_that_go_on",
    "import threading, time\n"
    "for _ in range(3):\n"
    "    threading.Thread(target=lambda: time.sleep(60)).start()\n" + RIGHT["double"],
)
answers("asks_for_input", "factor = int(input('how many times? '))", lost=ALL)
answers("resets_everything", RIGHT["double"] + "\n%reset -f", lost=ALL)
answers(
    "many_figures",
    "import matplotlib.pyplot as plt\nfor n in range(300):\n    plt.figure()\n    plt.show()\n"
    + RIGHT["double"],
)
answers(
    "closes_its_own_channels",
    "get_ipython().kernel._channel.close()\n",
    lost=ALL,
    reason="double",
)

# --- code that looks or writes where it must not


@case(quiet="LEAK", lost=ALL)
def reads_the_source(handed):
    handed.answer(
        "double",
        f"print('LE' + 'AK', len(open({str(handed.course.source(TOPIC))!r}).read()))\n"
        + RIGHT["double"],
    )


@case(quiet="LEAK", lost=ALL)
def reads_other_submissions(handed):
    others = str(handed.folder.parents[1])
    handed.answer(
        "double", f"import os\nprint('LE' + 'AK', os.listdir({others!r}))\n" + RIGHT["double"]
    )


@case(lost=ALL)
def writes_the_gradebook(handed):
    path = str(handed.course.root / "gradebook.db")
    handed.answer(
        "double",
        "import sqlite3\n"
        f"for path in ({path!r}, '../../../gradebook.db'):\n"
        "    connection = sqlite3.connect(path)\n"
        "    connection.execute('UPDATE grade SET manual_score = 99')\n"
        "    connection.commit()\n" + RIGHT["double"],
    )


@case(quiet="LEAK")
def reads_the_environment(handed):
    handed.answer(
        "double",
        "import os\nif 'GRADSCHOOL_SECRET' in os.environ or os.environ['HOME'] == "
        f"{os.environ.get('HOME')!r}:\n    print('LE' + 'AK')\n" + RIGHT["double"],
    )


@case(quiet="LEAK", lost=ALL)
def uses_the_network(handed):
    # A real server on this machine, which the test opens, and which nobody may reach.
    handed.answer(
        "double",
        f"import socket\nsocket.create_connection(('127.0.0.1', {SERVER.getsockname()[1]}), 2)\n"
        "print('LE' + 'AK')\n" + RIGHT["double"],
    )


SERVER = socket.create_server(("127.0.0.1", 0))

# --- code that leaves the process in another state

answers("other_default_dtype", "torch.set_default_dtype(torch.float64)\n" + RIGHT["double"])
answers("gradients_off", "torch.set_grad_enabled(False)\n" + RIGHT["double"])
answers("autocast_on", "torch.autocast('cpu').__enter__()\n" + RIGHT["double"])
answers(
    "raises_when_deleted",
    "class Odd:\n    def __del__(self):\n        raise ValueError\nOdd()\n" + RIGHT["double"],
)
answers(
    "patches_torch",
    "torch.allclose = torch.equal = torch.testing.assert_close = lambda *a, **k: True\n"
    "def unit(v):\n    return v",
    exercise="unit",
    lost={"unit": 3},
)
answers(
    "patches_builtins",
    "import builtins\nbuiltins.isinstance = builtins.all = lambda *a: True\n"
    "def unit(v):\n    return v",
    exercise="unit",
    lost={"unit": 3},
    reason=None,
)
answers(
    "traces",
    "import sys\nsys.settrace(lambda *a: None)\ndef unit(v):\n    return v",
    exercise="unit",
    lost={"unit": 3},
)

# --- files


@case(lost={"mean": 2}, reason="numpy/testing.py was left out", flagged=True)
def brings_its_own_numpy(handed):
    (handed.folder / "numpy").mkdir()
    (handed.folder / "numpy" / "__init__.py").write_text("")
    (handed.folder / "numpy" / "testing.py").write_text("assert_allclose = print")
    handed.answer("mean", "def mean(xs):\n    return 0")


@case(reason="torch.py was left out.*module torch", flagged=True)
def brings_its_own_torch(handed):
    (handed.folder / "torch.py").write_text("raise SystemExit")


@case(reason="gradschool/checks.py was left out", flagged=True)
def brings_its_own_checks(handed):
    (handed.folder / "gradschool").mkdir()
    (handed.folder / "gradschool" / "checks.py").write_text("test = print")


@case(
    reason="(?s)file secret.*it is a link.*file sources.*it is a link", flagged=True, quiet="LEAK"
)
def links_that_point_outside(handed):
    (handed.folder / "secret").symlink_to(handed.course.source(TOPIC))
    (handed.folder / "sources").symlink_to(handed.course.source(TOPIC).parent)
    handed.answer(
        "double",
        "import os\nif os.path.exists('secret') or os.path.exists('sources'):\n"
        "    print('LE' + 'AK')\n" + RIGHT["double"],
    )


@case(reason="more than the 10 MB", flagged=True)
def a_large_file(handed):
    with (handed.folder / "large.bin").open("wb") as file:
        file.truncate(50_000_000)


@case(reason="pipe.*not an ordinary file", flagged=True)
def a_named_pipe(handed):
    os.mkfifo(handed.folder / "pipe")


@case(reason="holds no date", flagged=True)
def a_bad_timestamp(handed):
    (handed.folder / "timestamp.txt").write_text("yesterday-ish")


# --- notebooks that cannot be read, or only just


@case(**UNREADABLE, reason="not JSON")
def not_json(handed):
    handed.raw(b"{ not a notebook")


@case(**UNREADABLE, reason="is empty")
def empty(handed):
    handed.raw(b"")


@case(**UNREADABLE, reason="is empty")
def zero_bytes(handed):
    handed.raw(bytes(1000))


@case(**UNREADABLE, reason="not JSON")
def binary(handed):
    handed.raw(bytes(range(256)) * 8)


@case(**UNREADABLE, reason="not JSON")
def nested_without_end(handed):
    handed.raw(b"[" * 200_000)


@case(**UNREADABLE, reason="50 MB, more than the 25 MB")
def fifty_megabytes(handed):
    handed.raw(b" " * 50_000_000)


@case(**UNREADABLE, reason="no cells")
def without_cells(handed):
    handed.notebook.cells = []


@case(**UNREADABLE, reason="another notebook")
def another_notebook(handed):
    handed.notebook.cells = [new_markdown_cell("# Something else")]


@case(**UNREADABLE, reason="format 9.*save it with JupyterLab")
def of_the_future(handed):
    handed.notebook.nbformat = 9


@case()
def of_format_three(handed):
    old = nbformat.convert(handed.notebook, 3)
    handed.raw(nbformat.v3.writes_json(old).encode())


@case()
def of_a_later_minor_version(handed):
    handed.notebook.nbformat_minor = 99
    handed.notebook.cells[0]["novel"] = {"a": 1}


@case(**UNREADABLE, reason="there is no tensors.ipynb in the submission, only my work.ipynb")
def renamed(handed):
    nbformat.write(handed.notebook, handed.folder / "my work.ipynb")
    handed.notebook = None


@case(**UNREADABLE, reason="there is no tensors.ipynb in the submission$")
def missing(handed):
    handed.notebook = None


@case(**UNREADABLE, reason="a link, which is not followed")
def a_link_to_another_notebook(handed):
    handed.path.symlink_to(handed.course.source(TOPIC))
    handed.notebook = None


@case()
def jürgen_größe_測試(handed):
    (handed.folder / "größe 測試.txt").write_text("2")
    handed.answer("double", "def double(x):\n    return int(open('größe 測試.txt').read()) * x")


@case()
def with_half_a_character(handed):
    handed.insert(1, "text = 'X'")
    text = json.dumps(handed.notebook).replace("'X'", "'\\ud83d'")
    handed.raw(text.encode())


@case()
def with_old_outputs(handed):
    for cell in handed.notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [{"output_type": "stream", "name": "stderr", "text": "old" * 10_000}]
