"""The walls: what a submission tries from inside, and what it gets."""

import ast
import os
import shutil
import socket
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from gradschool.grading import sandbox, walls
from gradschool.grading.engine import Engine, probe
from gradschool.grading.limits import MIB, Limits
from gradschool.grading.sandbox import Level, SandboxError

ROOT = Path(__file__).resolve().parents[1]
LIMITS = Limits(
    cell_seconds=20,
    memory_bytes=1024 * MIB,
    total_memory_bytes=1024 * MIB,
    file_bytes=16 * MIB,
    disk_bytes=32 * MIB,
)


@pytest.fixture(scope="module")
def engine():
    os.environ["GRADER_SECRET"] = "s3cret"
    with Engine(limits=LIMITS, preload=False) as engine:
        yield engine
    del os.environ["GRADER_SECRET"]


def attempt(engine, source, *more):
    """What one cell prints, with the exception it ends with, if any."""
    cells = [new_code_cell(textwrap.dedent(each)) for each in (source, *more)]
    run = engine.execute(new_notebook(cells=cells))
    assert run.ours == ""
    cell = run.notebook.cells[0]
    said = [o.get("text") or f"{o.ename}: {o.evalue}" for o in cell.outputs]
    return run, "".join(said)


def refused(engine, source, *errors):
    _, said = attempt(engine, source)
    return any(error in said for error in errors)


# Network


@pytest.mark.parametrize("address", [("1.1.1.1", 80), ("8.8.8.8", 53), ("169.254.169.254", 80)])
def test_there_is_no_network(engine, address):
    source = f"import socket; socket.create_connection({address}, timeout=5)"
    assert refused(engine, source, "Network is unreachable")


def test_names_are_not_resolved(engine):
    assert refused(engine, "import socket; socket.getaddrinfo('example.com', 80)", "gaierror")


def test_the_grader_s_own_ports_are_not_there(engine):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        source = f"import socket; socket.create_connection(('127.0.0.1', {port}), timeout=5)"
        assert refused(engine, source, "ConnectionRefusedError")


def test_abstract_sockets_of_the_grader_are_not_there(engine):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0gradschool-test")
        server.listen()
        source = "import socket; socket.socket(socket.AF_UNIX).connect('\\0gradschool-test')"
        assert refused(engine, source, "ConnectionRefusedError")


# Files


def test_only_the_environment_is_there(engine, tmp_path):
    (tmp_path / "other").write_text("another submission")
    hidden = [
        *(ROOT / name for name in ("source", "gradebook.db", "tests", ".git", "pyproject.toml")),
        tmp_path / "other",
        Path.home() / ".bashrc",
        Path.home() / ".ssh",
        Path("/etc/shadow"),
        Path("/etc/hostname"),
        Path("/var"),
        Path("/run"),
        Path("/sys"),
        Path("/home"),
    ]
    source = f"import os; print([p for p in {list(map(str, hidden))} if os.path.lexists(p)])"
    assert attempt(engine, source)[1] == "[]\n"


def test_the_whole_tree_holds_no_notebook(engine):
    source = """
        import os
        top = os.walk('/')
        found = [os.path.join(d, f) for d, _, fs in top for f in fs if f.endswith(('.ipynb', '.db'))]
        print([f for f in found if 'site-packages' not in f and not f.startswith('/usr')])
    """
    assert attempt(engine, source)[1] == "[]\n"


def test_nothing_can_be_written_outside(engine):
    places = [
        *("/x", "/usr/x", "/etc/x", "/etc/passwd", "/dev/x", "/proc/sys/kernel/core_pattern"),
        f"{sys.prefix}/x",
        f"{sys.base_prefix}/x",
        f"{Path(sandbox.__file__).parent}/x",
        f"{ROOT}/x",
    ]
    source = f"""
        for place in {places}:
            try:
                open(place, 'a')
            except OSError:
                continue
            print(place)
    """
    assert attempt(engine, source)[1] == ""


def test_nothing_written_outlives_the_run(engine):
    write = "for f in ('/tmp/x', '/dev/shm/x', 'x', '/tmp/home/x'): open(f, 'w').write('left')"
    look = "import os\nprint([f for f in ('/tmp/x', '/dev/shm/x', 'x', '/tmp/home/x') if os.path.exists(f)])"
    assert attempt(engine, write)[1] == ""
    assert attempt(engine, look)[1] == "[]\n"


def test_home_is_writable_and_the_user_has_a_name(engine):
    source = "import getpass, pathlib; pathlib.Path.home().joinpath('x').touch(); print(getpass.getuser())"
    assert attempt(engine, source)[1] == "student\n"


# Processes


def test_the_environment_holds_nothing_of_the_grader_s(engine):
    _, said = attempt(engine, "import os; print(dict(os.environ))")
    assert "s3cret" not in said
    assert "'NBGRADER_EXECUTION': 'autograde'" in said


def test_other_processes_cannot_be_seen(engine):
    source = "import os; print(sorted(int(p) for p in os.listdir('/proc') if p.isdecimal()))"
    _, said = attempt(engine, source)
    assert said == "[1, 2]\n"


@pytest.mark.parametrize("what", ["mem", "environ", "maps", "root", "cwd", "fd/3", "stack"])
def test_the_driver_cannot_be_read(engine, what):
    source = f"import os; (os.listdir if {what!r} in ('root', 'cwd') else open)('/proc/1/{what}')"
    assert refused(engine, source, "PermissionError", "FileNotFoundError", "No such device")


def test_the_driver_cannot_be_traced(engine):
    source = """
        import ctypes, os
        libc = ctypes.CDLL(None, use_errno=True)
        print(libc.ptrace(16, 1, 0, 0), os.strerror(ctypes.get_errno()))
    """
    assert attempt(engine, source)[1] == "-1 Operation not permitted\n"


def test_no_descriptor_leads_outside(engine):
    source = """
        import os, re
        names = {re.sub(r'[\\d\\[\\]]', '', os.readlink(f'/proc/self/fd/{n}')) for n in range(200)
                 if os.path.lexists(f'/proc/self/fd/{n}')}
        print(sorted(names))
    """
    known = {"/dev/null", "pipe:", "socket:", "anon_inode:eventfd", "anon_inode:eventpoll"}
    _, said = attempt(engine, source)
    assert set(ast.literal_eval(said)) <= known


def test_hidden_tests_of_later_cells_are_not_in_memory(engine):
    source = """
        import re
        memory, found = open('/proc/self/mem', 'rb'), []
        for line in open('/proc/self/maps'):
            span, rights, *_ = line.split()
            start, end = (int(part, 16) for part in span.split('-'))
            if rights.startswith('rw'):
                try:
                    memory.seek(start)
                    found += re.findall(b'expected[ ]answer: [0-9]', memory.read(end - start))
                except OSError:
                    pass
        print(found)
    """
    assert attempt(engine, source, "# expected answer: 7")[1] == "[]\n"
    assert attempt(engine, f"# expected answer: 7\n{textwrap.dedent(source)}")[1] != "[]\n"


# Rights


def test_no_rights_and_no_way_to_get_any(engine):
    source = """
        import ctypes, os
        libc = ctypes.CDLL(None, use_errno=True)
        status = open('/proc/self/status').read().split()
        print(os.getuid(), os.getgid(), os.getgroups())
        print([status[status.index(f'Cap{which}:') + 1].strip('0') for which in ('Eff', 'Prm', 'Inh', 'Amb')])
        print(status[status.index('NoNewPrivs:') + 1], status[status.index('Seccomp:') + 1])
        if os.fork() == 0:
            tries = [libc.unshare(flag) for flag in (0x10000000, 0x20000, 0x40000000, 0x20000000)]
            tries += [libc.mount(b'none', b'/tmp', b'tmpfs', 0, b''), libc.umount2(b'/proc', 2)]
            tries += [libc.setuid(0), libc.setgid(0), libc.chroot(b'/tmp'), libc.sethostname(b'x', 1)]
            os.write(1, str(set(tries)).encode())
            os._exit(0)
        _ = os.wait()
    """
    _, said = attempt(engine, source)
    assert str(walls.STUDENT) in said
    assert "['', '', '', '']\n1 2\n" in said
    assert "{-1}" in said


@pytest.mark.parametrize("call", ["os.memfd_create('x')", "libc.shmget(0, 4096, 0o1600)"])
def test_memory_that_nobody_counts_is_not_given(engine, call):
    source = f"import ctypes, os; libc = ctypes.CDLL(None, use_errno=True)\nif {call} < 0: raise PermissionError"
    assert refused(engine, source, "PermissionError")


# Bounds: each leaves the rest of the notebook running


BOMBS = {
    "memory": ("b'x' * (2 << 30)", "MemoryError"),
    "many lists": ("x = [b'x' * (1 << 20) for _ in range(4096)]", "MemoryError"),
    "threads": (
        "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(99,), daemon=True).start()",
        "can't start new thread",
    ),
    "processes": (
        "import os, time\nwhile True:\n    if os.fork() == 0: time.sleep(99)",
        "Resource temporarily unavailable",
    ),
    "one file": ("open('x', 'wb').write(bytes(64 << 20))", "File too large"),
    "disk": (
        "for n in range(99): open(f'x{n}', 'wb').write(bytes(8 << 20))",
        "No space left on device",
    ),
    "shared memory": (
        "for n in range(99): open(f'/dev/shm/x{n}', 'wb').write(bytes(8 << 20))",
        "No space left on device",
    ),
    "many files": ("for n in range(99_999): open(f'x{n}', 'w')", "No space left on device"),
    "descriptors": ("x = [open('/dev/null') for _ in range(9999)]", "Too many open files"),
    "memory of all together": (
        "import os, time\nfor n in range(4):\n    if os.fork() == 0:\n        x = b'x' * (400 << 20); time.sleep(99)\ntime.sleep(15)",
        "more than 1.0 GiB",
    ),
    "shared mappings": (
        "import mmap\nx = [mmap.mmap(-1, 256 << 20) for _ in range(9)]\nfor m in x: m.write(b'x' * (256 << 20))",
        "more than 1.0 GiB",
    ),
    "forks without end": (
        "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
        "stopped after",
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_does_not_go_off(engine, name):
    source, words = BOMBS[name]
    if name == "forks without end":
        limits = Limits(cell_seconds=3, grace_seconds=2, processes=40)
        with Engine(limits=limits, preload=False) as small:
            run, said = attempt(small, source, "1 + 1")
    else:
        run, said = attempt(engine, source, "1 + 1")
    assert words in said
    assert run.cells[1].status == "ok"


def test_a_bomb_does_not_hit_the_neighbour(engine):
    bomb = BOMBS["processes"][0]
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(attempt, engine, bomb)
        time.sleep(0.5)
        source = (
            "import subprocess; print(subprocess.run(['echo', 'fine'], capture_output=True).stdout)"
        )
        assert attempt(engine, source)[1] == "b'fine\\n'\n"
        assert BOMBS["processes"][1] in first.result()[1]


def test_nothing_delays_the_end_or_outlives_it(engine):
    source = """
        import os, subprocess, threading, time
        _ = subprocess.Popen(['sleep', '4321'])
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.execvp('sleep', ['sleep', '4321'])
            os._exit(0)
        threading.Thread(target=time.sleep, args=(4321,)).start()
    """
    begin = time.monotonic()
    attempt(engine, source)
    assert time.monotonic() - begin < 15
    deadline = time.monotonic() + 10
    while (found := sleepers()) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not found


def sleepers():
    """The processes on this machine that sleep as long as the test above."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if path.read_bytes() == b"sleep\x004321\x00":
                found.append(path.parent.name)
        except OSError:
            continue
    return found


# Levels


def test_this_machine_has_the_strongest_level():
    assert probe() == Level.NAMESPACES


def test_a_weak_level_must_be_asked_for_by_name():
    with Engine(level="none", preload=False) as engine:
        run, said = attempt(engine, "import os; print(os.getcwd())")
        assert run.level == "none"
        assert not Path(said.strip()).exists()
    with pytest.raises(ValueError, match="strong"):
        Engine(level="strong")


def test_without_bubblewrap_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(SandboxError, match="apt install bubblewrap"):
        probe()


def test_a_bubblewrap_that_may_not_says_why_and_what_to_do(monkeypatch, tmp_path):
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2; exit 1\n")
    fake.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda name: str(fake))
    with pytest.raises(SandboxError, match=r"(?s)cannot be isolated.*No permissions") as caught:
        Engine(preload=False).start()
    assert "container" in str(caught.value) or "user namespaces" in str(caught.value)


def test_a_broken_environment_is_not_blamed_on_the_sandbox(monkeypatch):
    monkeypatch.setattr(sandbox, "environment", lambda: {"PYTHONHOME": "/nowhere"})
    with pytest.raises(SandboxError, match="warm process did not start"):
        Engine(preload=False).start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_an_ordinary_user_gets_the_same(tmp_path):
    """With the Python environment made readable, as it is where an ordinary user installed it."""
    program = """
        import os
        from nbformat.v4 import new_code_cell, new_notebook
        from gradschool.grading.engine import Engine
        source = "import os; print(os.getuid(), sorted(p for p in os.listdir('/proc') if p.isdecimal()))"
        with Engine(preload=False) as engine:
            run = engine.execute(new_notebook(cells=[new_code_cell(source)]))
        print(os.geteuid(), run.level, run.ours, run.notebook.cells[0].outputs[0].text)
    """
    python = Path(sys.executable).resolve().parents[1]
    opened = python.parents[-2]  # the folder at the top that an ordinary user may not enter
    script = f"""
        mount --bind {python} {tmp_path}
        mount -t tmpfs -o mode=755 tmpfs {opened}
        mkdir -p {python}
        mount --bind {tmp_path} {python}
        exec setpriv --reuid 65534 --regid 65534 --clear-groups {sys.executable} -c "$PROGRAM"
    """
    if opened != Path("/root"):
        script = script.strip().splitlines()[-1]
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-e", "-c", textwrap.dedent(script)],
        env={"PATH": os.environ["PATH"], "HOME": "/tmp", "PROGRAM": textwrap.dedent(program)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split("\n")[0] == f"65534 namespaces  {walls.STUDENT} ['1', '2']", (
        done.stderr
    )
