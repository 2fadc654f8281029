"""What a student and an author can rely on when a test cell runs, seen from the test cell."""

import contextlib
import random
import subprocess
import sys
import textwrap
import threading
import tracemalloc
import warnings

import numpy as np
import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell
from notebook_cells import fresh_namespace, run_cell

from gradschool import checks
from gradschool.checks import BrokenCheck, NotAttempted, StudentError, WrongAnswer


def run(answer, test):
    """Run a solution cell and a test cell as a notebook does."""
    namespace = fresh_namespace(torch=torch, np=np)
    run_cell(answer, "answer", namespace)
    run_cell(
        "from gradschool import checks\nimport torch\nimport numpy as np\n" + test,
        "f-test",
        namespace,
    )


def check(answer, body, options=""):
    """Check the student's `f` with the given body of a test function."""
    run(answer, f"@checks.test('f'{options})\ndef works(f):\n    {body}\n")


def failure(kind, answer, body, options=""):
    """The line that a check of `f` fails with."""
    with pytest.raises(kind) as caught:
        check(answer, body, options)
    assert type(caught.value) is kind
    return str(caught.value)


class TestOutcomes:
    def test_well(self, capsys):
        namespace = fresh_namespace(f=lambda: 3)
        source = "from gradschool import checks\n@checks.test('f')\ndef gives_three(f):\n    checks.equal(f(), 3)"
        exec(source, namespace)  # noqa: S102 - unlike run_cell, it lets stdout through
        assert capsys.readouterr().out == "✓ f: gives three\n"

    @pytest.mark.parametrize(
        "answer", ["def f(): raise NotImplementedError()", "def f(): raise NotImplementedError", ""]
    )
    def test_not_attempted(self, answer):
        assert failure(NotAttempted, answer, "f()").startswith("f: ")

    def test_what_torch_cannot_do_is_attempted(self):
        answer = "def f(): raise NotImplementedError('no kernel for this dtype')"
        assert "no kernel for this dtype" in failure(StudentError, answer, "f()")

    def test_wrong(self):
        assert (
            failure(WrongAnswer, "f = lambda: 2", "checks.equal(f(), 3)") == "f: got 2, expected 3"
        )

    def test_no_function(self):
        assert "should be a function, it is an int" in failure(WrongAnswer, "f = 3", "f()")

    def test_raised(self):
        line = failure(StudentError, "def f():\n    return 1 / 0", "f()")
        assert line.startswith("f: your code raised ZeroDivisionError: division by zero, in line 2")

    def test_raised_with_a_hint(self):
        options = ", errors={'ZeroDivision.*zero': 'mind the empty batch'}"
        line = failure(StudentError, "f = lambda: 1 / 0", "f()", options)
        assert line == "f: mind the empty batch (ZeroDivisionError: division by zero)"

    @pytest.mark.parametrize("code", ["exit()", "raise SystemExit(3)"])
    def test_leaving_is_an_error(self, code):
        assert "SystemExit" in failure(
            StudentError,
            f"def f():\n    import sys\n    {code.replace('exit()', 'sys.exit()')}",
            "f()",
        )

    def test_endless_recursion_is_an_error(self):
        assert "RecursionError" in failure(StudentError, "def f(): return f()", "f()")

    def test_raised_by_the_result_later(self):
        answer = "class R:\n    def __len__(self): return 1 // 0\n\ndef f(): return R()"
        assert "ZeroDivisionError" in failure(StudentError, answer, "len(f())")

    def test_broken_check(self):
        assert "please tell your instructor" in failure(
            BrokenCheck, "f = lambda: None", "f().shape"
        )

    def test_one_line_however_long(self):
        line = failure(StudentError, "def f(): raise ValueError('a\\nb' * 1000)", "f()")
        assert len(line.splitlines()) == 1
        assert len(line) < 300

    def test_nothing_is_left_in_the_traceback(self):
        with pytest.raises(StudentError) as caught:
            check("f = lambda: 1 / 0", "f()")
        assert caught.value.__suppress_context__

    def test_class_exercises_are_called_too(self):
        check("class f:\n    def __init__(self, x): self.x = x", "checks.equal(f(3).x, 3)")


class TestRefuses:
    BODY = "f.refuses(ValueError, 4, hint='say no to 4')"

    @pytest.mark.parametrize(
        "answer",
        [
            "def f(x): raise ValueError",
            "def f(x): raise ValueError('4 is too much')",
            "class Own(ValueError): pass\ndef f(x): raise Own()",
        ],
    )
    def test_well(self, answer):
        check(answer, self.BODY)

    def test_returned(self):
        line = failure(WrongAnswer, "f = lambda x: None", self.BODY)
        assert line == "f: say no to 4 (your function returned None)"

    def test_raised_something_else(self):
        line = failure(WrongAnswer, "f = lambda x: x / 0", self.BODY)
        assert line.startswith("f: say no to 4 (your code raised ZeroDivisionError: division")

    def test_not_attempted(self):
        failure(NotAttempted, "def f(x): raise NotImplementedError()", self.BODY)


class TestGuard:
    """What a test does with the student's object is the student's too."""

    SETUP = "class f:\n    def __init__(self, n): self.n = n\n"
    BODY = "x = f(2)\n    with f.guard(): y = 3 * x\n    checks.equal(y.n, 6)"

    def test_well(self):
        check(self.SETUP + "    def __rmul__(self, m): return f(m * self.n)", self.BODY)

    def test_raised_by_python_itself(self):
        line = failure(StudentError, self.SETUP, self.BODY)
        assert line.startswith("f: your code raised TypeError: unsupported operand type(s) for *:")

    def test_raised_with_a_hint(self):
        options = ", errors={'int. and': 'reflect'}"
        line = failure(StudentError, self.SETUP, self.BODY, options)
        assert line.startswith("f: reflect (TypeError: unsupported operand")

    def test_not_attempted(self):
        stub = "    def __rmul__(self, m): raise NotImplementedError()"
        failure(NotAttempted, self.SETUP + stub, self.BODY)

    @pytest.mark.parametrize(
        ("answer", "line"),
        [
            ("def f(g):\n    return g(0)", "division by zero, in line 2 of your cell"),
            ("f = lambda g: g", "division by zero"),
        ],
    )
    def test_names_no_line_of_the_check(self, answer, line):
        body = "with f.guard(): f.value(lambda n: 1 / n)(0)"
        assert failure(StudentError, answer, body).endswith(line)

    def test_a_failure_of_the_check_s_own_stays(self):
        body = "with f.guard(): checks.require(False, 'think again')"
        assert failure(WrongAnswer, self.SETUP, body) == "f: think again"


class TestGradient:
    BODY = (
        "x = torch.tensor([1.0, 2.0], requires_grad=True); up = torch.tensor([3.0, -1.0]); "
        "checks.equal(checks.gradient(f(x), x, up), torch.tensor([6.0, -4.0]))"
    )

    def test_well(self):
        check("f = lambda x: x * x", self.BODY)

    def test_of_one_number(self):
        body = "x = torch.ones(3, requires_grad=True); g = checks.gradient(f(x), x)"
        check("f = lambda x: x.sum()", f"{body}; checks.equal(g, torch.ones(3))")

    def test_wrong(self):
        line = failure(WrongAnswer, "f = lambda x: x * x.detach()", self.BODY)
        assert "is 3, expected 6" in line

    @pytest.mark.parametrize(
        "answer",
        [
            "f = lambda x: (x * x).detach()",
            "f = lambda x: torch.tensor([n * n for n in x.tolist()])",
            "f = lambda x: torch.ones(2, requires_grad=True) * 2",
            "def f(x):\n    with torch.no_grad(): return x * x",
        ],
    )
    def test_no_way_back(self, answer):
        assert "no gradient comes through" in failure(WrongAnswer, answer, self.BODY)

    def test_no_tensor(self):
        line = failure(WrongAnswer, "f = lambda x: x.tolist()", self.BODY)
        assert line == "f: got a list where a torch.Tensor is asked"

    def test_overwritten_on_the_way(self):
        answer = "def f(x):\n    y = x.exp()\n    z = y * y\n    y.zero_()\n    return z"
        line = failure(WrongAnswer, answer, self.BODY)
        assert "torch cannot compute a gradient through your code: one of the variables" in line


class TestInAShell:
    """What the student sees, through IPython itself."""

    @pytest.fixture
    def shell(self):
        yield InteractiveShell()
        InteractiveShell.clear_instance()

    def see(self, shell, capsys, answer):
        shell.run_cell(answer)
        capsys.readouterr()
        result = shell.run_cell(
            "from gradschool import checks\n@checks.test('f')\ndef works(f):\n    checks.equal(f(), 3)"
        )
        return result, capsys.readouterr()

    @pytest.mark.parametrize(
        ("answer", "name", "line"),
        [
            ("f = lambda: 2", "WrongAnswer", "✗ f: got 2, expected 3"),
            ("def f(): raise NotImplementedError()", "NotAttempted", "○ f: not attempted yet"),
        ],
    )
    def test_one_line_and_no_traceback(self, shell, capsys, answer, name, line):
        result, seen = self.see(shell, capsys, answer)
        assert type(result.error_in_exec).__name__ == name
        assert seen.out.strip() == line
        assert seen.err == ""

    def test_where_the_student_s_code_raised(self, shell, capsys):
        _, seen = self.see(shell, capsys, "def f():\n    x = 0\n    return 1 / x")
        assert seen.out.strip().endswith("in line 3 of your cell: `return 1 / x`")
        assert len(seen.out.strip().splitlines()) == 1

    def test_warnings_are_not_on_stderr(self, shell, capsys):
        answer = "import sys, warnings\ndef f():\n    warnings.warn('careful\\nplease')\n    print('x', file=sys.stderr)\n    return 3"
        result, seen = self.see(shell, capsys, answer)
        assert result.success
        assert seen.err == ""
        assert "UserWarning: careful\n" in seen.out
        assert "✓ f: works" in seen.out


class TestState:
    LEFT_ON = {  # noqa: RUF012
        "grad mode": "torch.set_grad_enabled(False)",
        "no_grad entered": "torch.no_grad().__enter__()",
        "inference mode": "keep = torch.inference_mode(); keep.__enter__()",
        "default dtype": "torch.set_default_dtype(torch.float64)",
        "default device": "torch.set_default_device('meta')",
        "autocast": "torch.autocast('cpu', dtype=torch.bfloat16).__enter__()",
        "autocast dtype": "torch.set_autocast_dtype('cpu', torch.float16)",
        "autocast cache": "torch.set_autocast_cache_enabled(False)",
        "matmul precision": "torch.set_float32_matmul_precision('medium')",
        "warning filters": "import warnings; warnings.simplefilter('error')",
        "threads": "torch.set_num_threads(2)",
        "deterministic": "torch.use_deterministic_algorithms(True)",
        "seed": "torch.manual_seed(5); np.random.seed(5); __import__('random').seed(5)",
        "numpy errors": "np.seterr(all='raise')",
    }
    USUAL = (
        "x = torch.ones(2, 2, requires_grad=True) @ torch.ones(2, 2); checks.require(x.requires_grad, 'grad');"
        "checks.require(x.dtype == torch.float32 and x.device.type == 'cpu', 'kind');"
        "checks.require(not x.is_inference(), 'inference'); checks.require(torch.get_num_threads() == 1, 'threads');"
        "checks.require(not torch.are_deterministic_algorithms_enabled(), 'deterministic');"
        "checks.require(torch.get_float32_matmul_precision() == 'highest', 'precision');"
        "checks.require(torch.get_autocast_dtype('cpu') == torch.bfloat16, 'autocast dtype');"
        "checks.require(torch.is_autocast_cache_enabled(), 'autocast cache');"
        "checks.equal(torch.rand(1).item(), SEEN[0]) if SEEN else SEEN.append(torch.rand(1).item());"
        "np.array([1.0]) / 0; __import__('warnings').warn('nothing')"
    )

    @pytest.fixture(autouse=True)
    def _restore(self):
        errors = np.geterr()
        with warnings.catch_warnings(), checks.clean_state():
            yield
        np.seterr(**errors)

    @pytest.mark.parametrize("left_on", LEFT_ON)
    def test_a_check_starts_clean(self, left_on):
        namespace = fresh_namespace(torch=torch, np=np, checks=checks, SEEN=[], f=None)
        test = f"@checks.test('f')\ndef works(f):\n    {self.USUAL}\n"
        run_cell(test, "first", namespace)
        run_cell(self.LEFT_ON[left_on], "answer", namespace)
        try:
            run_cell(test, "second", namespace)
        finally:
            if "keep" in namespace:
                namespace["keep"].__exit__(None, None, None)

    @pytest.mark.parametrize("left_on", LEFT_ON)
    def test_the_student_s_function_leaves_nothing_behind(self, left_on):
        answer = f"def f():\n    global keep\n    {self.LEFT_ON[left_on]}\n    return 3"
        before = self.state()
        check(answer, "checks.equal(f(), 3)")
        assert self.state() == before

    def state(self):
        return (
            torch.is_grad_enabled(),
            torch.is_inference_mode_enabled(),
            torch.get_default_dtype(),
            torch.get_default_device(),
            torch.is_autocast_enabled("cpu"),
            torch.get_autocast_dtype("cpu"),
            torch.is_autocast_cache_enabled(),
            (torch.autocast_increment_nesting(), torch.autocast_decrement_nesting()),
            torch.get_float32_matmul_precision(),
            torch.get_num_threads(),
            torch.are_deterministic_algorithms_enabled(),
            torch.get_rng_state().tolist(),
            random.getstate(),
            np.random.get_state()[1].tolist(),  # noqa: NPY002
            np.geterr(),
            list(warnings.filters),
        )

    def test_the_other_switches_of_precision_do_not_break_a_check(self):
        before = torch.backends.cuda.matmul.fp32_precision
        body = "torch.backends.cuda.matmul.fp32_precision = 'tf32'"
        try:
            for _ in range(2):
                check(f"def f():\n    {body}\n    return 3", "checks.equal(f(), 3)")
        finally:
            torch.backends.cuda.matmul.fp32_precision = before

    def test_an_autocast_that_is_never_left_keeps_no_old_weights(self):
        weight = torch.eye(2, requires_grad=True)
        body = "f.value(weight)"
        answer = (
            "def f(weight):\n"
            "    torch.autocast('cpu', dtype=torch.bfloat16).__enter__()\n"
            "    weight @ weight\n"
        )
        namespace = fresh_namespace(torch=torch, checks=checks, weight=weight)
        run_cell(answer, "answer", namespace)
        run_cell(f"@checks.test('f')\ndef works(f):\n    {body}\n", "f-test", namespace)
        with torch.no_grad():
            weight.mul_(2)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            assert torch.equal(torch.eye(2) @ weight, 2 * torch.eye(2, dtype=torch.bfloat16))


class TestFakeDevice:
    def test_returns_before_the_work_is_done(self):
        device = checks.FakeDevice([50.0, 5.0], launch=0.5, busy=100.0)
        start = device.clock()
        device.run()
        assert device.clock() - start == 0.5
        device.sync()
        assert device.clock() - start == 150.0  # 100 of earlier work and 50 of its own
        device.sync()
        assert device.clock() - start == 150.0
        for _ in range(3):
            device.run()  # the next is launched while the one before is at work
        device.sync()
        assert device.clock() - start == 150.5 + 15.0
        assert (device.calls, device.waits) == (4, 3)


class TestPretendDevices:
    @pytest.mark.parametrize(
        ("present", "built"),
        [((), None), (("cuda",), None), (("mps",), None), (("cuda", "mps"), None), ((), "cuda")],
    )
    def test_all_ways_to_ask_agree(self, present, built):
        first = present[0] if present else None
        with checks.pretend_devices(*present, built=built):
            assert torch.cuda.is_available() == ("cuda" in present)
            assert torch.cuda.device_count() == ("cuda" in present)
            for module in (torch.backends.mps, torch.mps):
                assert module.is_available() == ("mps" in present)
            assert torch.mps.device_count() == ("mps" in present)
            assert torch.accelerator.is_available() == bool(present)
            assert torch.accelerator.device_count() == bool(present)
            named = first or built
            assert torch.accelerator.current_accelerator() == (named and torch.device(named))
            available = torch.accelerator.current_accelerator(check_available=True)
            assert available == (first and torch.device(first))
            assert torch.backends.cuda.is_built() == ("cuda" in (*present, built))
            assert torch.backends.mps.is_built() == ("mps" in (*present, built))
            if present:
                assert torch.cuda.current_device() == 0
                assert torch.accelerator.current_device_index() == 0
            else:
                with pytest.raises(RuntimeError, match="no accelerator"):
                    torch.cuda.current_device()

    def test_is_over_after_the_block(self):
        before = torch.cuda.is_available, torch.accelerator.current_accelerator
        with contextlib.suppress(KeyError), checks.pretend_devices("cuda"):
            raise KeyError
        assert (torch.cuda.is_available, torch.accelerator.current_accelerator) == before

    @pytest.mark.parametrize(
        "code",
        [
            "torch.zeros(1, device='cuda')",
            "torch.zeros(1).cuda()",
            "torch.zeros(1).to('mps')",
            "torch.zeros(1).to(torch.device('cuda', 0))",
            "torch.nn.Linear(2, 2).to('cuda:0')",
        ],
    )
    def test_a_tensor_on_an_accelerator_is_refused(self, code):
        with checks.pretend_devices("cuda", "mps") as machine:
            torch.zeros(2).to("cpu").to(torch.float64)
            assert machine.touched == []
            with pytest.raises(RuntimeError, match="holds no tensors"):
                eval(code)
            assert len(machine.touched) == 1


class TestInputs:
    @pytest.mark.parametrize(
        ("code", "arguments"),
        [
            ("x.add_(1)", "torch.zeros(3)"),
            ("x[1:].view(-1)[0] = 7", "torch.zeros(3)"),
            ("x.T[0] = 7", "torch.zeros(2, 3)"),
            ("x.untyped_storage()[0] = 1", "torch.zeros(4)[2:]"),
            ("x[0] = 7", "torch.tensor([float('nan'), 1.0])"),
            ("x.resize_(2)", "torch.zeros(3)"),
            ("x.t_()", "torch.zeros(3, 3)"),
            ("x.requires_grad_()", "torch.zeros(3)"),
            ("x.detach().mul_(2)", "torch.ones(3, requires_grad=True)"),
            ("x[0][1]['w'].zero_()", "[(1, {'w': torch.ones(2)})]"),
            ("x += 1", "np.zeros(3)"),
            ("x[0] = np.nan", "np.zeros(3)[::-1]"),
            ("x.sort()", "np.array([3, 1, 2])"),
            ("x.shape = (3, 2)", "np.zeros((2, 3))"),
        ],
    )
    def test_a_change_is_noticed(self, code, arguments):
        line = failure(WrongAnswer, f"def f(x):\n    {code}\n    return x", f"f({arguments})")
        assert "changed the tensor it was given" in line
        assert ("requires_grad" in line) == ("requires_grad_" in code)

    @pytest.mark.parametrize(
        "arguments",
        [
            "torch.tensor([float('nan'), 1.0])",
            "np.array([np.nan, 1.0])[::-1]",
            "np.broadcast_to(np.zeros(2), (3, 2))",
            "torch.zeros(1).expand(3)",
            "torch.zeros(0)",
            "np.zeros(0)",
            "torch.empty(3, device='meta')",
            "torch.zeros(3, dtype=torch.complex64).imag",
            "[1, 'two', None, {'three': torch.ones(3)}]",
        ],
    )
    def test_no_change_is_none(self, arguments):
        check("f = lambda x: x", f"f({arguments})")

    def test_read_only_arrays_can_be_given(self):
        check("f = lambda x: x.sum()", "a = np.ones(3); a.flags.writeable = False; f(a)")

    def test_a_change_can_be_allowed(self):
        body = "x = torch.zeros(2); f(x); checks.equal(x, torch.ones(2))"
        check("def f(x): x.add_(1)", body, ", may_change=True")

    @pytest.mark.parametrize(
        ("code", "fails"), [("torch.rand(3)", True), ("torch.rand(3, generator=gen)", False)]
    )
    def test_the_given_generator_is_to_be_used(self, code, fails):
        answer, body = f"f = lambda gen: {code}", "f(torch.Generator().manual_seed(1))"
        if fails:
            assert "global random stream" in failure(WrongAnswer, answer, body)
        else:
            check(answer, body)


class TestCost:
    def test_counts_operations_and_memory(self):
        x = torch.ones(100)
        with checks.Cost() as cost:
            (x + 1) * 2
            assert x.view(10, 10).T.shape == (10, 10)
        assert cost.names[:2] == ["aten.add.Tensor", "aten.mul.Tensor"]
        assert cost.operations >= 4
        assert (cost.largest, cost.allocated) == (100, 800)

    def test_views_and_meta_take_no_memory(self):
        x = torch.ones(100)
        with checks.Cost() as cost:
            x.expand(1000, 100)[::2]
            torch.empty(10**6, device="meta") + 1
        assert cost.allocated == 0

    def test_in_place_takes_no_memory(self):
        x = torch.ones(100)
        with checks.Cost() as cost:
            x.mul_(2)
        assert (cost.operations, cost.allocated) == (1, 0)

    def test_does_not_count_the_check_itself(self):
        body = "x = torch.ones(1000)\n    with checks.Cost() as cost: f(x)\n    checks.equal((cost.operations, cost.allocated), (0, 0))"
        check("f = lambda x: x", body)

    @pytest.mark.parametrize(
        ("code", "leaves"),
        [
            (lambda x: x.numpy(), True),
            (lambda x: np.asarray(x), True),
            (lambda x: np.from_dlpack(x), True),
            (lambda x: x.tolist(), True),
            (lambda x: (x.T @ x).sum().item(), False),
            (lambda x: np.ones(3), False),
        ],
    )
    def test_sees_numbers_leave_torch(self, code, leaves):
        with checks.Cost() as cost:
            code(torch.ones(3, 3))
        assert cost.left_torch == leaves

    def test_counts_the_rounds_of_a_python_loop(self):
        def loops():
            return [number + 1 for number in range(500)]

        def no_loop():
            return torch.einsum("ij,jk,kl->il", *[torch.ones(3, 3)] * 3)

        with checks.Cost() as cost:
            loops()
        assert cost.lines >= 500
        with checks.Cost() as cost:
            no_loop()
        assert cost.lines < 20

    def test_is_not_fooled_by_fake_tensors(self):
        from torch._subclasses import FakeTensorMode

        with checks.Cost() as cost, FakeTensorMode():
            torch.empty(10**6)
        assert cost.allocated == 0

    def test_counts_every_operation_of_many(self):
        x = torch.ones(1)
        with checks.Cost() as cost:
            for _ in range(2000):
                x = x + 1
        assert cost.operations == 2000
        assert cost.allocated == 2000 * 4

    def test_leaves_no_tracing_behind(self):
        before = sys.gettrace()
        with pytest.raises(ValueError, match="x"), checks.Cost():
            raise ValueError("x")
        assert sys.gettrace() is before

    def test_costs_the_same_the_first_time(self):
        # In a process of its own: the first mode of a process makes torch import half of itself.
        code = """
            import torch
            from gradschool import checks

            def count(x):
                with checks.Cost() as cost:
                    (x + 1).T @ x
                return cost.operations, cost.allocated, cost.largest, cost.lines, cost.names

            assert count(torch.ones(3, 3)) == count(torch.ones(3, 3))
        """
        subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True)

    def test_costs_the_same_whatever_other_threads_do(self):
        def count(x):
            with checks.Cost() as cost:
                for _ in range(50):
                    x = x + 1
            return cost.operations, cost.allocated, cost.largest, cost.lines, cost.left_torch

        alone = count(torch.ones(3))
        with busy_thread(lambda: torch.ones(10**5).tolist()):
            assert count(torch.ones(3)) == alone


@contextlib.contextmanager
def busy_thread(work, pause=1e-4):
    """A thread that does `work` again and again."""
    stop = threading.Event()

    def run():
        while not (stop.wait(pause) if pause else stop.is_set()):
            work()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


class TestMemoryOutside:
    def test_is_the_memory_of_numpy_and_python(self):
        assert 790_000 <= checks.memory_outside(lambda: np.ones(10**5).sum(), 1) < 810_000
        assert 790_000 <= checks.memory_outside(lambda: [0] * 10**5, 1) < 810_000
        assert checks.memory_outside(lambda: torch.ones(10**5).sum(), 10_000) < 10_000

    def test_measures_once_if_that_is_enough(self):
        calls = []
        checks.memory_outside(lambda: calls.append(1), 10**6)
        assert len(calls) == 1

    def test_what_is_needed_once_is_not_counted(self):
        kept = []

        def needs_it_once():
            return kept or kept.append(bytearray(10**6))

        assert checks.memory_outside(needs_it_once, 10**5) < 10**5

    @pytest.mark.parametrize("pause", [0, 1e-4, 1e-2])
    def test_the_memory_of_another_thread_is_not_counted(self, pause):
        def frugal():
            # Each product lets the other thread run.
            return [np.ones((10, 10)) @ np.ones((10, 10)) for _ in range(10)]

        with busy_thread(lambda: bytearray(10**7), pause):
            for _ in range(20):
                assert checks.memory_outside(frugal, 10**5) < 10**5

    def test_the_memory_of_the_call_is_counted_all_the_same(self):
        with busy_thread(lambda: bytearray(10**5), 1e-3):
            for _ in range(5):
                assert checks.memory_outside(lambda: bytearray(10**7), 10**6) > 10**6

    def test_leaves_no_tracing_behind(self):
        checks.memory_outside(lambda: None, 1)
        with pytest.raises(ValueError, match="x"):
            checks.memory_outside(lambda: int("x"), 1)
        assert not tracemalloc.is_tracing()


class TestNamesUsed:
    @pytest.mark.parametrize(
        "answer",
        [
            "f = lambda a, b: torch.outer(a, b)",
            "f = torch.outer",
            "import functools\nf = functools.partial(torch.outer)",
            "import functools\nf = functools.partial(map, torch.outer)",
            "from torch import outer as o\ndef f(a, b): return o(a, b)",
            "g = torch.outer\ndef f(a, b): return g(a, b)",
            "def helper(a, b): return a.outer(b)\ndef f(a, b): return helper(a, b)",
            "def f(a, b):\n    def inner(): return a.outer(b)\n    return inner()",
            "def f(a, b): return [x for x in [a.outer(b)]][0]",
            "def f(a, b, g=torch.outer): return g(a, b)",
            "def f(a, b, *, g=torch.outer): return g(a, b)",
            "class F:\n    def __call__(self, a, b): return self.go(a, b)\n    def go(self, a, b): return a.outer(b)\nf = F()",
            "class F:\n    go = staticmethod(torch.outer)\n    def run(self, a, b): return self.go(a, b)\nf = F().run",
            "class F:\n    @property\n    def go(self): return torch.outer\nthing = F()\ndef f(a, b): return thing.go(a, b)",
            "def make(g): return lambda a, b: g(a, b)\nf = make(torch.outer)",
            "import functools\n@functools.lru_cache\ndef f(a, b): return torch.outer(a, b)",
            "def f(a, b):\n    from torch import outer\n    return outer(a, b)",
            "table = None\nclass Base:\n    def go(self, a, b): return a.outer(b)\nclass F(Base):\n    def __call__(self, a, b): return self.go(a, b)\nf = F()",
        ],
    )
    def test_finds_the_name(self, answer):
        assert "avoid it (your code uses outer)" in failure(
            WrongAnswer, answer, "f.avoid('outer', hint='avoid it')"
        )

    @pytest.mark.parametrize(
        "answer",
        [
            "f = checks.same_storage",
            "import functools\nf = functools.partial(checks.same_storage)",
            "from gradschool.checks import same_storage as s\nf = lambda a, b: s(a, b)",
        ],
    )
    def test_finds_a_function_of_python_itself(self, answer):
        answer = f"from gradschool import checks\n{answer}"
        line = failure(WrongAnswer, answer, "f.avoid('same_storage', hint='write it')")
        assert "write it (your code uses same_storage)" in line

    @pytest.mark.parametrize(
        "answer",
        [
            "def f(a, b): return a[:, None] * b  # not outer",
            "def f(a, b):\n    '''Like outer.'''\n    outer = a[:, None] * b\n    return outer",
            "def outer(a, b): return a[:, None] * b\ndef f(a, b): return outer(a, b)",
            "def outer(a, b): return a[:, None] * b\nf = outer",
            "def f(a, b):\n    def outer(): return a[:, None] * b\n    return outer()",
            "def f(a, b):\n    outer = a\n    return (lambda: outer)()",
            "def outer(n): return outer(n - 1) if n else 1\nf = outer",
        ],
    )
    def test_a_name_of_one_s_own_is_free(self, answer):
        check(answer, "f.avoid('outer', hint='avoid it')")


class TestEqual:
    @pytest.mark.parametrize(
        ("yours", "expected"),
        [
            (torch.ones(1), torch.ones(3, 3)),  # torch.allclose broadcasts and says True
            (torch.ones(3), torch.ones(3, dtype=torch.float64)),
            (torch.ones(3, dtype=torch.int64), torch.ones(3)),
            (torch.tensor(1.0), torch.tensor([1.0])),
            (torch.empty(3, device="meta"), torch.ones(3)),
            (torch.eye(2).to_sparse(), torch.eye(2)),
            (torch.tensor([1.0, float("nan")]), torch.tensor([1.0, 2.0])),
            (1, torch.tensor(1)),
            (torch.tensor(1), 1),
            (np.ones(3), torch.ones(3)),
            (1, 1.0),
            (True, 1),
            (1, True),
            (np.int64(1), 1),
            (np.float64(1), 1.0),
            (None, 3),
            (0, None),
            ([1, 2], (1, 2)),
            ((1, 2), (1, 2, 3)),
            ((1, 2.0), (1, 2)),
            ({"a": 1}, {"a": 1, "b": 2}),
            ({"a": torch.ones(2)}, {"a": torch.zeros(2)}),
            ("1", 1),
            (float("nan"), 1.0),
            (1 + 1e-6, 1.0),
        ],
    )
    def test_differs(self, yours, expected):
        with pytest.raises(WrongAnswer) as caught:
            checks.equal(yours, expected)
        assert len(str(caught.value).splitlines()) == 1

    @pytest.mark.parametrize(
        ("yours", "expected"),
        [
            (torch.tensor([1.0, float("nan")]), torch.tensor([1.0, float("nan")])),
            (torch.nn.Parameter(torch.ones(2)), torch.ones(2)),
            (torch.zeros(0, 3), torch.zeros(0, 3)),
            (torch.zeros(2, 3).T, torch.zeros(3, 2)),
            (torch.ones(3) + 1e-8, torch.ones(3)),
            (torch.empty(3, device="meta"), torch.empty(3, device="meta")),
            (float("nan"), float("nan")),
            (0.1 + 0.2, 0.3),
            (torch.Size([2, 3]), (2, 3)),
            ((2, 3), torch.Size([2, 3])),
            ({"a": (1, [torch.ones(2)])}, {"a": (1, [torch.ones(2)])}),
            (None, None),
        ],
    )
    def test_agrees(self, yours, expected):
        checks.equal(yours, expected)

    @pytest.mark.parametrize("base", [torch.Tensor, object, int, tuple])
    def test_a_type_of_one_s_own_is_not_believed(self, base):
        class Always(base):
            __hash__ = None

            def __eq__(self, other):
                return True

        with pytest.raises(WrongAnswer):
            checks.equal(
                Always(), torch.ones(2) if base is torch.Tensor else 7 if base is int else (1, 2)
            )

    @pytest.mark.parametrize(
        ("yours", "expected", "text"),
        [
            (torch.ones(2, 3), torch.ones(3, 2), "shape (2, 3), expected (3, 2)"),
            (torch.ones(2), torch.ones(2).long(), "dtype torch.float32, expected torch.int64"),
            (torch.eye(3), torch.ones(3, 3), "the value at index [0, 1] is 0, expected 1"),
            (torch.tensor(2), torch.tensor(3), "the value is 2, expected 3"),
            (torch.tensor(2.9999), torch.tensor(3.0), "the value is 2.9999, expected 3"),
            ((1, 5), (1, 2), "got 5, expected 2"),
            ({"a": 5}, {"a": 2}, "at key 'a': got 5, expected 2"),
            (None, 2, "is there a `return`?"),
            (np.float32(2), 2.0, "got a numpy.float32 where a float is asked"),
        ],
    )
    def test_says_what_differs(self, yours, expected, text):
        with pytest.raises(WrongAnswer, match=r"got|dtype|shape|value|return") as caught:
            checks.equal(yours, expected)
        assert text in str(caught.value)

    def test_numbers_that_look_alike_are_given_in_full(self):
        yours = torch.tensor([1.0, 3.0000002])
        with pytest.raises(WrongAnswer) as caught:
            checks.equal(yours, yours.round(), rtol=0, atol=0)
        assert "at index [1] is 3.000000238418579, expected 3.0" in str(caught.value)

    def test_kinds_have_their_article(self):
        values = (1, True, 1.5, "a", [], None, int, np.float64(1), torch.ones(1), torch.Size(()))
        assert ", ".join(map(checks.kind, values)) == (
            "an int, a bool, a float, a str, a list, None, the class int, a numpy.float64, "
            "a torch.Tensor, a torch.Size"
        )

    def test_finds_the_difference_in_a_large_tensor(self):
        expected = torch.zeros(1000, 1000)
        yours = expected.clone()
        yours[-1, -1] = 1
        with pytest.raises(WrongAnswer) as caught:
            checks.equal(yours, expected)
        assert "at index [999, 999]" in str(caught.value)

    def test_a_long_value_is_shortened(self):
        with pytest.raises(WrongAnswer) as caught:
            checks.equal(list(range(10_000)), [1])
        assert len(str(caught.value)) < 200

    @pytest.mark.parametrize("tolerance", [{"rtol": 1e-3}, {"atol": 1e-3}])
    def test_one_tolerance_is_enough(self, tolerance):
        for kind in (float, torch.tensor):
            checks.equal(kind(1.0005), kind(1.0), **tolerance)
            with pytest.raises(WrongAnswer):
                checks.equal(kind(1.002), kind(1.0), **tolerance)

    def test_a_mistake_is_recognised(self):
        mistakes = {
            "that is broken": lambda: 1 / 0,
            "a scalar": 2,
            "that is the sum": torch.tensor(6.0),
        }
        with pytest.raises(WrongAnswer) as caught:
            checks.equal(torch.tensor(6.0), torch.tensor(2.0), mistakes=mistakes, hint="no")
        assert str(caught.value) == "that is the sum"

    def test_a_mistake_must_agree_in_kind_too(self):
        with pytest.raises(WrongAnswer) as caught:
            checks.equal(6, 2, mistakes={"that is a float": 6.0}, hint="look again")
        assert str(caught.value) == "look again (got 6, expected 2)"

    def test_an_array_is_recognised_and_harms_nothing(self):
        mistakes = {"an array": np.array([2, 1])}
        with pytest.raises(WrongAnswer, match=r"^an array$"):
            checks.equal(np.array([2, 1]), (2, 1), mistakes=mistakes)
        with pytest.raises(WrongAnswer, match=r"got a numpy\.ndarray where a tuple is asked"):
            checks.equal(np.array([2, 3]), (2, 1), mistakes=mistakes)

    def test_a_right_value_is_no_mistake(self):
        checks.equal(2, 2, mistakes={"never shown": 2})

    def test_drawing_outside_a_notebook_changes_nothing(self):
        with pytest.raises(WrongAnswer):
            checks.equal(torch.ones(2), torch.zeros(2), draw=True)


def predict(value, truth, mistakes="{}", options=""):
    run(
        f"p = dict(a={value})",
        f"@checks.prediction('p', 'a', {mistakes}{options})\ndef truth():\n    return {truth}\n",
    )


class TestPrediction:
    @pytest.mark.parametrize(
        ("value", "truth"),
        [
            ("(2, 3)", "torch.Size([2, 3])"),
            ("[2, 3]", "torch.Size([2, 3])"),
            ("torch.Size((2, 3))", "(2, 3)"),
            ("torch.tensor([2, 3])", "(2, 3)"),
            ("np.array([2, 3])", "(2, 3)"),
            ("()", "torch.tensor(1).shape"),
            ("3.0", "3"),
            ("np.int64(3)", "3"),
            ("torch.tensor(3)", "3"),
            ("True", "True"),
            ("'float32'", "torch.float32"),
            ("' torch.float32'", "torch.float32"),
            ("'double'", "torch.float64"),
            ("torch.long", "torch.int64"),
            ("'copy'", "'copy'"),
            ("None", "None"),
        ],
    )
    def test_is_right_in_any_spelling(self, value, truth):
        predict(value, truth)

    @pytest.mark.parametrize("value", ["'Memory'", "' memory '"])
    def test_capitals_make_no_difference_to_a_word(self, value):
        predict(value, "'memory'", options=', words=("compute", "memory")')

    @pytest.mark.parametrize("value", ["'bandwidth'", "1", "('memory',)", "None"])
    def test_names_the_words_of_which_one_is_asked(self, value):
        with pytest.raises(WrongAnswer, match='none of the words "compute", "memory"'):
            predict(value, "'memory'", options=', words=("compute", "memory")')

    @pytest.mark.parametrize(
        ("value", "truth"),
        [
            ("3", "(3,)"),
            ("(3,)", "3"),
            ("1", "True"),
            ("True", "1"),
            ("(True,)", "(1,)"),
            ("'3'", "3"),
            ("'float64'", "torch.float32"),
            ("None", "0"),
            ("{3}", "3"),
            ("[3]", "3"),
            ("torch.tensor([3])", "3"),
            ("torch.zeros(2, 3)", "(2, 3)"),
            ("'(2, 3)'", "(2, 3)"),
            ("torch.FloatTensor", "torch.float32"),
            ("'True'", "True"),
            ("int", "torch.int64"),
            ("lambda: 3", "3"),
            ("float('nan')", "3"),
        ],
    )
    def test_is_wrong(self, value, truth):
        with pytest.raises(WrongAnswer, match=r"^p: prediction a: "):
            predict(value, truth)

    @pytest.mark.parametrize(
        ("value", "truth", "line"),
        [
            ("'3'", "3", "'3' is text; one number is asked, without quotes"),
            ("'(2, 3)'", "(2, 3)", "'(2, 3)' is text; a tuple is asked, without quotes"),
            ("'True'", "True", "'True' is text; True or False is asked, without quotes"),
            ("'error'", "None", "'error' is not what the code gives"),
            ("[3]", "3", "[3] is a list; one number is asked, without brackets"),
            ("(3,)", "3", "(3,) is a tuple; one number is asked, without parentheses"),
            ("['float32']", "torch.float32", "a list; one value is asked, without brackets"),
            ("3", "(3,)", "3 does not fit; a tuple is asked"),
            ("(3,)", "None", "(3,) is not what the code gives"),
            ("torch.tensor([3])", "3", "a torch.Tensor is not asked here: write one number"),
            ("torch.zeros(2, 3)", "(2, 3)", "a torch.Tensor is not asked here: write a tuple"),
            ("np.zeros(2)", "torch.float32", "a numpy.ndarray is not asked here: write one value"),
            ("{3}", "3", "a prediction is a tuple, a number or a string, not a set"),
            ("int", "3", "not the class int"),
            ("torch.FloatTensor", "torch.float32", "not the class FloatTensor"),
            ("list(range(99))", "(3,)", "..."),
        ],
    )
    def test_says_what_is_asked(self, value, truth, line):
        with pytest.raises(WrongAnswer) as caught:
            predict(value, truth)
        assert line in str(caught.value)
        assert len(str(caught.value)) < 160

    def test_a_mistake_is_recognised_in_any_spelling(self):
        for value in ("(1,)", "[1]", "torch.Size([1])"):
            with pytest.raises(WrongAnswer, match=r"^p: prediction a: no axis here$"):
                predict(value, "()", "{'no axis here': (1,)}")

    @pytest.mark.parametrize("value", ["(0.33334, 2)", "[1 / 3, 2 + 1e-4]", "np.array([1 / 3, 2])"])
    def test_is_right_up_to_rounding(self, value):
        predict(value, "(1 / 3, 2)", options=", rtol=1e-4")
        with pytest.raises(WrongAnswer):
            predict(value.replace(", 2", ", 2.01"), "(1 / 3, 2)", options=", rtol=1e-4")

    @pytest.mark.parametrize(("value", "truth"), [("True", "1"), ("(1,)", "1"), ("None", "0")])
    def test_rounding_makes_no_number_of_anything_else(self, value, truth):
        with pytest.raises(WrongAnswer):
            predict(value, truth, options=", rtol=1e-4")

    def test_is_not_attempted(self):
        for answer in ("p = dict(a=...)", "p = {}", ""):
            with pytest.raises(NotAttempted):
                run(answer, "@checks.prediction('p', 'a')\ndef truth(): return 1")

    def test_must_be_a_dictionary(self):
        with pytest.raises(WrongAnswer, match="should be a dictionary"):
            run("p = [3]", "@checks.prediction('p', 'a')\ndef truth(): return 1")

    def test_a_broken_truth_is_the_author_s_fault(self):
        with pytest.raises(BrokenCheck):
            predict("3", "1 / 0")


class TestExpectError:
    def test_prints_one_line(self, capsys):
        with checks.expect_error(ValueError):
            raise ValueError("two\nlines")
        assert capsys.readouterr().out == "ValueError: two lines\n"

    def test_another_error_is_not_expected(self):
        with pytest.raises(TypeError), checks.expect_error(ValueError):
            raise TypeError

    def test_no_error_is_not_expected_either(self):
        with (
            pytest.raises(AssertionError, match="expected to raise ValueError"),
            checks.expect_error(ValueError),
        ):
            pass


def test_same_storage():
    x = torch.arange(6)
    assert checks.same_storage(x[:2], x[4:])
    assert not checks.same_storage(x, x.clone())
