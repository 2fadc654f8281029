"""What only a machine with an accelerator can show; elsewhere these tests are skipped.

Everything else about devices is tested without one: with `meta`, invented machines, an invented clock.
"""

import time
from collections import namedtuple
from functools import cache
from pathlib import Path

import pytest
import torch
from notebook_cells import exercises, fresh_namespace, judge, run_cell

from gradschool import checks, figures
from gradschool.authoring.course import Course
from gradschool.authoring.execute import Outcome, execute

pytestmark = pytest.mark.skipif(
    not torch.accelerator.is_available(),
    reason="torch finds no accelerator on this machine; run this file on one that has a GPU",
)
COURSE = Course(Path(__file__).parent.parent)
EXERCISES = exercises("gpu")


@cache
def lesson():
    return execute(COURSE.source("gpu"), timeout=300)


@pytest.fixture
def device():
    return torch.accelerator.current_accelerator()


def reference(name):
    """The function of an exercise as the course solves it."""
    namespace = fresh_namespace()
    run_cell(EXERCISES[name].setup, "setup", namespace)
    run_cell(EXERCISES[name].solution, "solution", namespace)
    return namespace[name]


class TestLesson:
    def test_runs(self):
        assert lesson().outcome is Outcome.RAN, str(lesson())
        assert lesson().stderr == {}

    def test_measures_the_accelerator_and_says_its_name(self, device):
        text = "".join(
            output.get("text", "")
            for cell in lesson().notebook.cells
            for output in cell.get("outputs", ())
        )
        for said in (f"this {device.type}: ", f"product on  {device.type}", f" on {device.type}\n"):
            assert said in text, said
        assert "N/A" not in text
        if device.type == "cuda":
            assert torch.cuda.get_device_name(0) in text
            assert "No CUDA here" not in text

    def test_draws_it_beside_the_cpu(self, device):
        pictures = "".join(
            output.get("data", {}).get("text/html", "")
            for cell in lesson().notebook.cells
            for output in cell.get("outputs", ())
        )
        assert f"this {device.type} (measured here)" in pictures
        assert f"{device.type}, with transfer (measured here)" in pictures


class TestExercises:
    @pytest.mark.parametrize("name", EXERCISES)
    def test_the_solution_passes_here_too(self, name):
        outcomes = judge(EXERCISES[name], EXERCISES[name].solution)
        assert {key: str(failure) for key, failure in outcomes.items() if failure} == {}

    def test_pick_device(self, device):
        if device.type in ("cuda", "mps"):  # the exercise names no other
            assert reference("pick_device")().type == device.type

    def test_to_device(self, device):
        pair = namedtuple("Pair", ["image", "label"])
        batch = {"x": [torch.ones(2, 3), pair(torch.zeros(4), torch.arange(4))], "name": "a"}
        there = reference("to_device")(batch, device)
        assert there["x"][0].device.type == there["x"][1].label.device.type == device.type
        assert reference("to_device")(there, device)["x"][0] is there["x"][0]
        checks.equal(reference("to_device")(there, "cpu"), batch)

    def test_add_noise(self, device):
        x = torch.zeros(1000, device=device)
        noisy = reference("add_noise")(x, 0.5)
        assert noisy.device == x.device
        assert 0.3 < noisy.std().item() < 0.7

    def test_bench(self, device):
        a = torch.rand(1024, 1024, device=device)
        sync = torch.accelerator.synchronize
        how = {"clock": time.perf_counter, "warmup": 2, "iters": 5}
        assert 0 < reference("bench")(lambda: a @ a, sync=sync, **how) < 1

    @pytest.mark.parametrize("name", ["mixed_matmul", "tiled_matmul"])
    def test_products(self, name, device):
        gen = torch.Generator().manual_seed(0)
        a, b = torch.randn(20, 30, generator=gen), torch.randn(30, 10, generator=gen)
        how = device.type if name == "mixed_matmul" else 8
        result = reference(name)(a.to(device), b.to(device), how)
        short = name == "mixed_matmul"
        assert result.device.type == device.type
        assert result.dtype == (torch.bfloat16 if short else torch.float32)
        torch.testing.assert_close(result.cpu().float(), a @ b, rtol=0, atol=0.2 if short else 1e-4)


def test_checks_can_pretend_that_there_is_none():
    with checks.pretend_devices():
        assert not torch.accelerator.is_available()
        assert not torch.cuda.is_available()
    assert torch.accelerator.is_available()


def test_a_figure_of_a_tensor_there_is_that_of_its_copy_here(device):
    x = torch.arange(6.0).view(2, 3)
    assert figures.storage(x.to(device)).get_label() == figures.storage(x).get_label()
