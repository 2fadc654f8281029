"""The engine: what it records is what happened, and its own faults are nobody else's."""

import gc
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from gradschool.grading import wire
from gradschool.grading.engine import Engine
from gradschool.grading.limits import MIB, Limits
from gradschool.grading.record import Status

LIMITS = Limits(
    cell_seconds=2.5,
    grace_seconds=2,
    notebook_seconds=90,
    memory_bytes=1024 * MIB,
    total_memory_bytes=1024 * MIB,
    output_bytes=100_000,
    flood_bytes=4 * MIB,
    notebook_output_bytes=300_000,
)


@pytest.fixture(scope="module")
def engine():
    with Engine(limits=LIMITS, preload=False) as engine:
        yield engine


@pytest.fixture(scope="module")
def warm():
    with Engine(limits=Limits(cell_seconds=10)) as engine:
        yield engine


def notebook(*sources):
    return new_notebook(cells=[new_code_cell(textwrap.dedent(source)) for source in sources])


def statuses(run):
    assert run.ours == ""
    return [cell.status.value for cell in run.cells]


def text(run, index):
    outputs = run.notebook.cells[index].outputs
    return "".join(output.get("text", "") for output in outputs)


def error(run, index):
    return [o.ename for o in run.notebook.cells[index].outputs if o.output_type == "error"]


# What a stock kernel would do


PLAIN = [
    "import sys\nprint('out'); print('err', file=sys.stderr); print('again')",
    "1 + 1",
    "1 + 1;",
    "1 / 0",
    "def f(n):\n    return f(n - 1) if n else undefined\nf(3)",
    "x = 7\nx",
    "!echo from the shell",
    "import os\n_ = os.system('echo from a child')",
    "import asyncio\nawait asyncio.sleep(0)\n'awaited'",
    "import asyncio\nasync def g():\n    return 5\ntry:\n    asyncio.run(g())\nexcept RuntimeError as e:\n    print(e)",
    "async def h():\n    yield 'looped'\n[n async for n in h()]",
    "'await'  # async",
    "get_ipython().starting_dir == str(*_dh) == os.getcwd()",
    "from IPython.display import HTML, display\ndisplay(HTML('<b>x</b>'))\nHTML('<i>y</i>')",
    "handle = display('before', display_id='d')\nhandle.update('after')",
    "from IPython.display import clear_output\nprint('gone')\nclear_output()\nprint('kept')",
    "len?",
    "%%capture caught\nprint('kept back')",
    "caught.stdout",
    "%whos",
    "raise SystemExit",
    "import warnings\nwarnings.warn('careful')",
    "class Quiet(Exception):\n    def _render_traceback_(self):\n        return ['one line']\nraise Quiet",
    "In[2], Out[2], _i, __name__",
    "import random\nrandom.seed(1); random.random()",
    "sorted(name for name in os.environ if name.startswith(('NBGRADER', 'MPLBACKEND')))",
]
PICTURES = [
    "import torch\ntorch.manual_seed(1)\ntorch.rand(3)",
    "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 3, 2]);",
    "plt.scatter([1, 2], [2, 1])\nplt.show()\nprint('below')",
    "figure, axes = plt.subplots(2)\nfigure",
    "a = torch.ones(2, requires_grad=True)\n(a * a).sum().backward()\na.grad",
    "a @ torch.ones(3)",
]


def plain(outputs):
    """Outputs as text, without the names of cells' files and addresses in memory."""
    text = json.dumps(outputs, indent=1)
    return re.sub(r"(ipykernel_|0x)[0-9a-f]+(/[0-9]+\.py)?", r"\1N", text)


def stock(nb, folder):
    client = NotebookClient(
        nb,
        kernel_name="python3",
        allow_errors=True,
        record_timing=False,
        shutdown_kernel="immediate",
        resources={"metadata": {"path": str(folder)}},
        extra_arguments=["--log-level=ERROR"],
    )
    ours = {"OMP_NUM_THREADS": "1", "NBGRADER_EXECUTION": "autograde"}
    # under pytest ipykernel would leave out what programs print
    theirs = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    client.execute(env={**theirs, **ours})
    return nb


def test_what_a_program_prints_belongs_to_the_cell_that_started_it(engine):
    # It comes through a pipe, and must not be late for the end of the cell.
    run = engine.execute(notebook(*["import os\n_ = os.system('echo from a child')"] * 40))
    assert [text(run, index) for index in range(40)] == ["from a child\n"] * 40


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # jupyter_client's own, of a stock kernel
def test_outputs_equal_those_of_a_stock_kernel(warm, tmp_path):
    run = warm.execute(notebook(*PLAIN, *PICTURES))
    wanted = stock(notebook(*PLAIN, *PICTURES), tmp_path)
    assert run.ours == ""
    for ours, theirs in zip(run.notebook.cells, wanted.cells, strict=True):
        assert plain(ours.outputs) == plain(theirs.outputs), ours.source
        assert ours.execution_count == theirs.execution_count
    assert run.notebook.metadata.language_info == wanted.metadata.language_info


def test_torch_computes_in_parallel_after_the_fork(warm):
    source = """
        import torch
        torch.set_num_threads(2)
        x = torch.ones(600, 600, requires_grad=True)
        (x @ x).exp().sum().backward()
        x.grad.shape
    """
    assert statuses(warm.execute(notebook(source))) == ["ok"]


def test_each_kernel_has_its_own_chance(warm):
    source = (
        "import random, numpy, torch; print(random.random(), numpy.random.rand(), torch.rand(()))"
    )
    first, second = (text(warm.execute(notebook(source)), 0).split() for _ in range(2))
    assert len(set(first + second)) == 6


def test_a_lesson_is_warm(warm):
    """What the warm process has imported costs a submission nothing."""
    source = "import torch, torch._dynamo, seaborn, gradschool.checks, gradschool.figures"
    assert warm.execute(notebook(source)).usage.cpu_seconds < 2


# The record


def test_only_code_cells_are_recorded(engine):
    nb = new_notebook(cells=[new_markdown_cell("# A"), new_code_cell("1"), new_code_cell("")])
    before = nb.copy()
    run = engine.execute(nb)
    assert [(cell.index, cell.cell_id) for cell in run.cells] == [
        (1, nb.cells[1].id),
        (2, nb.cells[2].id),
    ]
    assert statuses(run) == ["ok", "ok"]
    assert nb == before
    assert run.level == "namespaces"
    assert 0 < run.usage.cpu_seconds < 10
    assert run.usage.peak_memory_bytes > 10 * MIB


def test_files_lie_in_the_working_folder_and_nothing_else(engine):
    files = {"data.csv": b"1,2", "deep/down.txt": "ü".encode()}
    run = engine.execute(
        notebook(
            "import os\nsorted(os.listdir()), open('data.csv').read()",
            "open('deep/down.txt').read()",
        ),
        files=files,
    )
    assert run.notebook.cells[0].outputs[0].data["text/plain"] == "(['data.csv', 'deep'], '1,2')"
    assert statuses(run) == ["ok", "ok"]


@pytest.mark.parametrize("name", ["/etc/passwd", "../up", "a/../../b", ""])
def test_files_cannot_lie_elsewhere(engine, name):
    with pytest.raises(ValueError, match="not inside"):
        engine.execute(notebook("1"), files={name: b""})


def test_status_comes_from_the_reply(engine):
    run = engine.execute(
        notebook(
            "get_ipython().set_custom_exc((Exception,), lambda *args, **options: None)",
            "assert False, 'hidden'",
        )
    )
    assert statuses(run) == ["ok", "error"]
    assert error(run, 1) == ["AssertionError"]


def test_tags_do_not_skip_or_excuse_a_cell(engine):
    nb = notebook("1 / 0", "1 / 0")
    nb.cells[0].metadata.tags = ["skip-execution"]
    nb.cells[1].metadata.tags = ["raises-exception"]
    assert statuses(engine.execute(nb)) == ["error", "error"]


# Cells that end otherwise: (source, its status, words of the note, does the kernel live on);
# None where chance decides, as between a crash and a deadline

LAST = {
    "os._exit": ("import os; os._exit(3)", "died", "os._exit(3)", False),
    "segfault": ("import ctypes; ctypes.string_at(0)", "died", "SIGSEGV", False),
    "kill itself": ("import os; os.kill(os.getpid(), 9)", "died", "SIGKILL", False),
    "exit": ("exit()", "died", "exit", False),
    "sys.exit": ("import sys; sys.exit()", "error", "", True),
    "kill all": ("import os; os.kill(-1, 9)", "error", "", True),
    "kill the driver": ("import os\nfor s in (2, 9, 11, 15, 19): os.kill(1, s)", "ok", "", True),
    "obedient loop": ("while True: pass", "timeout", "stopped after 2 s", True),
    "obedient sleep": ("import time; time.sleep(99)", "timeout", "stopped after 2 s", True),
    "obedient program": ("!sleep 99", "timeout", "stopped after 2 s", True),
    "loop against SIGINT": (
        "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
        "timeout",
        "did not react",
        False,
    ),
    "loop in C": ("import re; re.match(r'(a+)+$', 'a' * 40 + 'b')", "timeout", "", None),
    "stops itself": ("import os; os.kill(os.getpid(), 19)", "timeout", "did not react", False),
    "input": ("input()", "error", "", True),
    "getpass": ("import getpass; getpass.getpass()", "error", "", True),
    "%reset": ("%reset -f", "ok", "", None),
    "broken builtins": (
        "import builtins; builtins.print = builtins.open = None; builtins.len = lambda _: 0",
        None,
        "",
        None,
    ),
    "closed channel": ("get_ipython().kernel._channel.close()", "died", "", False),
    "stopped output": ("get_ipython().kernel.iopub_thread.put = None", "timeout", "", False),
    "closed descriptors": ("import os; os.closerange(3, 999)", None, "", None),
    "nonsense message": (
        "k = get_ipython().kernel\nk.session.send(k.iopub_socket, 'execute_result', {'x': 1}, parent=k.get_parent())",
        "died",
        "made no sense",
        False,
    ),
    "forged end": (
        "k = get_ipython().kernel\nk.session.send(k.iopub_socket, 'status', {'execution_state': 'idle'}, parent=k.get_parent())\n1/0",
        "error",
        "",
        True,
    ),
    "message without an end": (
        "while True: get_ipython().kernel._channel.sendall(bytes([0, 0, 0, 9]) + bytes(1 << 20))",
        None,
        "",
        None,
    ),
    "thread that goes on": (
        "import threading, time\ndef run():\n    while True: print('late'); time.sleep(.01)\nthreading.Thread(target=run).start()",
        "ok",
        "",
        True,
    ),
    "child that sleeps": (
        "import subprocess; p = subprocess.Popen(['sleep', '60'])",
        "ok",
        "",
        True,
    ),
    "half a character": ("print('\\ud800 and the rest')", "ok", "", True),
    "exception of 50 MB": ("raise ValueError('x' * 50_000_000)", "error", "", True),
}


@pytest.mark.parametrize("name", LAST)
def test_the_other_cells_still_count(engine, name):
    source, status, note, lives = LAST[name]
    begin = time.monotonic()
    run = engine.execute(notebook("x = 5", source, "print('reached')"))
    assert run.ours == ""
    assert run.cells[0].status == run.cells[2].status == Status.OK
    assert "reached" in text(run, 2)
    if status:
        assert run.cells[1].status == status
        assert note in run.cells[1].note
    if run.cells[1].status not in {Status.OK, Status.ERROR}:
        assert run.cells[1].note in str(run.notebook.cells[1].outputs[-1].evalue)
    if lives is not None:
        assert run.usage.kernels == (1 if lives else 2)
    assert time.monotonic() - begin < 45


def test_every_cell_that_ends_the_kernel_is_left_out_the_next_time(engine):
    run = engine.execute(
        notebook("import os; a = 1", "os._exit(1)", "b = a", "os._exit(2)", "a + b")
    )
    assert statuses(run) == ["ok", "died", "ok", "died", "ok"]
    assert run.usage.kernels == 3
    assert run.notebook.cells[4].outputs[0].data["text/plain"] == "2"


def test_restarts_are_bounded(engine):
    run = engine.execute(notebook("1", *["import os; os._exit(0)"] * 8, "2"))
    assert statuses(run) == ["ok"] + ["died"] * 6 + ["not run"] * 3
    assert run.usage.kernels == 6


def test_the_notebook_has_a_deadline_too():
    limits = Limits(cell_seconds=10, notebook_seconds=3, grace_seconds=2)
    with Engine(limits=limits, preload=False) as engine:
        run = engine.execute(notebook("1", "while True: pass", "2", "3"))
    assert statuses(run) == ["ok", "timeout", "not run", "not run"]
    assert all("whole notebook" in cell.note for cell in run.cells[1:])


# Floods: the parent's memory stays bounded

FLOODS = {
    "prints": "while True: print('x' * 1000)",
    "prints from a program": "import os; os.system('yes')",
    "displays": "from IPython.display import HTML, display\nwhile True: display(HTML('x' * 50_000))",
    "prints against SIGINT": "while True:\n    try: print('x' * 1000)\n    except KeyboardInterrupt: pass",
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_is_stopped(engine, name):
    run = engine.execute(notebook(FLOODS[name], "print('reached')"))
    assert run.cells[0].status in {Status.FLOOD, Status.TIMEOUT}
    assert run.cells[1].status == Status.OK
    assert len(str(run.notebook)) < 3 * LIMITS.output_bytes


def test_output_is_cut_and_says_so(engine):
    run = engine.execute(
        notebook("print('x' * 300_000)\nprint('end')", "'y' * 300_000", "print('z' * 10)")
    )
    assert statuses(run) == ["ok", "ok", "ok"]
    assert "cut" in run.cells[0].note
    assert "cut" in run.cells[1].note
    assert text(run, 0).startswith("xxx")
    assert "was cut]" in text(run, 0)
    assert LIMITS.output_bytes < len(text(run, 0)) < LIMITS.output_bytes + 100
    assert text(run, 2) == "z" * 10 + "\n"


def test_all_cells_together_have_a_bound(engine):
    run = engine.execute(notebook(*["print('x' * 90_000)"] * 6))
    assert sum(len(text(run, index)) for index in range(6)) < LIMITS.notebook_output_bytes + 1000
    assert statuses(run) == ["ok"] * 6


def test_a_thousand_figures_are_bounded(warm):
    source = "import matplotlib.pyplot as plt\nfor _ in range(1000):\n    plt.plot([1, 2])\n    plt.show()"
    run = warm.execute(notebook(source, "print('reached')"))
    assert "reached" in text(run, 1)
    assert len(str(run.notebook)) < 2 * Limits().output_bytes


# Several at once, and the grader's own faults


def test_two_notebooks_at_once_do_not_mix(engine):
    def work(number):
        run = engine.execute(notebook(f"import time; time.sleep(.5); print({number})"))
        return text(run, 0)

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(work, range(4))) == [f"{number}\n" for number in range(4)]


def below(pid):
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        children = [int(word) for word in task.read_text().split()]
        found += [each for child in children for each in (*below(child), child)]
    return found


def alive(pid):
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def gone(pids, seconds=20):
    deadline = time.monotonic() + seconds
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return not any(map(alive, pids))


def test_the_end_of_the_warm_process_is_our_fault_and_is_mended():
    # what other tests have left in this process (multiprocessing's tracker) is not the engine's
    others = set(below(os.getpid()))
    with Engine(preload=False, limits=LIMITS) as engine:
        processes = set(below(os.getpid())) - others

        def kill():
            time.sleep(1)
            for process in processes.intersection(below(os.getpid())):
                os.kill(process, signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        run = engine.execute(notebook("import time; time.sleep(3)", "1"))
        killer.join()
        assert "warm process" in run.ours
        assert statuses(engine.execute(notebook("1"))) == ["ok"]
        engine.stop()
        assert statuses(engine.execute(notebook("1"))) == ["ok"]
    assert gone(processes)


def things():
    gc.collect()
    folders = {str(path) for path in Path(tempfile.gettempdir()).glob("tmp*") if path.is_dir()}
    return len(list(Path("/proc/self/fd").iterdir())), len(below(os.getpid())), folders


@pytest.mark.parametrize("level", ["namespaces", "none"])
def test_nothing_leaks(level, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with Engine(level=level, preload=False, limits=LIMITS) as engine:
        daemon = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(99)"
        engine.execute(notebook("1"))
        before = things()
        for _ in range(3):
            run = engine.execute(notebook("1", "import os; os._exit(0)", daemon))
            assert statuses(run) == ["ok", "died", "ok"]
        deadline = time.monotonic() + 10
        while things() != before and time.monotonic() < deadline:
            time.sleep(0.1)
        assert things() == before
    assert not list(tmp_path.iterdir())


def test_everything_ends_with_the_grader():
    program = """
        import sys, threading
        from nbformat.v4 import new_code_cell, new_notebook
        from gradschool.grading.engine import Engine
        with Engine(preload=False) as engine:
            source = "import os, time\\nif os.fork() == 0: os.setsid()\\ntime.sleep(60)"
            nb = new_notebook(cells=[new_code_cell(source)])
            threading.Timer(3, lambda: print("running", flush=True)).start()
            engine.execute(nb)
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, text=True
    ) as grader:
        assert grader.stdout.readline() == "running\n"
        processes = below(grader.pid)
        grader.kill()
    assert len(processes) > 4
    assert gone(processes)


# The wire


def test_messages_arrive_whole():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        message = {"text": "ü\ud800\n" * 1000, "number": 1}
        threading.Thread(target=wire.send, args=(ours, message)).start()
        assert wire.receive(theirs, limit=MIB) == message


@pytest.mark.parametrize("data", [b"\0" * 7 + b"\2[]", b"\0" * 7 + b"\1{", b"\1" * 8])
def test_what_is_no_message_is_refused(data):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(data)
        with pytest.raises(wire.WireError):
            wire.receive(theirs, limit=MIB)


def test_a_message_that_stops_in_the_middle():
    ours, theirs = socket.socketpair()
    with theirs:
        ours.sendall(b"\0" * 7 + b"\5{")
        with pytest.raises(TimeoutError):
            wire.receive(theirs, limit=MIB, seconds=0.1)
        ours.close()
        with pytest.raises(EOFError):
            wire.receive(theirs, limit=MIB)
