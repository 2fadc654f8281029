"""The pictures of broadcasting, held to what torch and NumPy do with the same tensors."""

import operator
from itertools import product
from statistics import fmean

import numpy as np
import pytest
import torch
from drawn import arange, assert_legible, named, named_texts, texts

from gradschool import checks, figures

COLUMN, ROW = torch.tensor([[1.0], [2], [3]]), torch.tensor([1.5, 2, 5])
GALLERY = {
    "two ways": lambda: figures.broadcast((3, 1), (1, 4)),
    "four axes": lambda: figures.broadcast((8, 1, 6, 1), (7, 1, 5)),
    "fails": lambda: figures.broadcast((3, 4), (3,)),
    "fails at rows": lambda: figures.broadcast((5, 2, 3), (4, 3)),
    "fails at sheets": lambda: figures.broadcast((2, 3, 4), (5, 3, 4), (3, 1)),
    "fails twice": lambda: figures.broadcast((2, 3), (3, 2)),
    "cubes": lambda: figures.broadcast((3, 1, 4), (1, 5, 4)),
    "long axes": lambda: figures.broadcast((1000, 1), (1, 1000)),
    "sheets left out": lambda: figures.broadcast((8, 3, 2), (3, 1)),
    "no cells": lambda: figures.broadcast((2, 1), (0,)),
    "numbers": lambda: figures.broadcast((), 3),
    "one": lambda: figures.broadcast((2, 3)),
    "all sorts": lambda: figures.broadcast(torch.ones(3).expand(4, 3), np.ones(3), 5, (4, 1)),
    "six axes": lambda: figures.broadcast((1, 2, 3, 1, 5, 6), (4, 1, 1), (100000, 2, 1, 1, 1, 1)),
    "names": lambda: figures.broadcast((3, 4), (4,), names=("images", "mean")),
    "values": lambda: figures.broadcast_values(arange(3, 3), torch.tensor([100, 200, 300])),
    "values number": lambda: figures.broadcast_values(arange(2, 2), 10, names=("A", "10")),
    "values both": lambda: figures.broadcast_values(COLUMN, np.array([10, 20, 30]), "maximum"),
    "values fail": lambda: figures.broadcast_values(arange(2, 3), torch.ones(2)),
    "values fail at rows": lambda: figures.broadcast_values(arange(4, 3), torch.ones(2, 3)),
    "values fail in a cube": lambda: figures.broadcast_values(arange(2, 2, 3), torch.ones(2, 2)),
    "values cube": lambda: figures.broadcast_values(arange(2, 2, 3), COLUMN[:2, None], "-"),
    "values four axes": lambda: figures.broadcast_values(torch.rand(3, 2, 2, 3), torch.rand(3)),
    "values wide": lambda: figures.broadcast_values(torch.randn(4, 7), torch.randn(7), "/"),
    "values wide cube": lambda: figures.broadcast_values(torch.randn(2, 2, 6), torch.randn(6)),
    "values empty": lambda: figures.broadcast_values(torch.zeros(2, 1), torch.zeros(0)),
    "values fail empty": lambda: figures.broadcast_values(torch.zeros(0, 3), torch.zeros(2)),
    "values nan": lambda: figures.broadcast_values(torch.tensor([1, torch.nan, torch.inf]), COLUMN),
    "values two numbers": lambda: figures.broadcast_values(3, 4.5, "**"),
    "residuals": lambda: figures.residual_matrix(COLUMN, ROW),
    "residuals turned": lambda: figures.residual_matrix(ROW, COLUMN),
    "residuals right": lambda: figures.residual_matrix(ROW, ROW + 1),
    "residuals one": lambda: figures.residual_matrix(np.array([3]), torch.tensor([[2]])),
    "residuals two": lambda: figures.residual_matrix(ROW[:2] * 1000, COLUMN[:2]),
    "residuals nan": lambda: figures.residual_matrix(
        COLUMN, torch.tensor([torch.nan, 1, torch.inf])
    ),
    "residuals ten": lambda: figures.residual_matrix(torch.randn(10, 1), torch.randn(10)),
    "residuals many": lambda: figures.residual_matrix(torch.randn(50, 1), torch.randn(50)),
    "residuals many right": lambda: figures.residual_matrix(torch.randn(50), torch.randn(50)),
    "lines": lambda: figures.fitted_lines(ROW, COLUMN, {"fitted": (1, 2), "flat": (0.0, -3.5)}),
    "lines five": lambda: figures.fitted_lines(
        ROW, ROW, {name: (slope, 1) for slope, name in enumerate("abcde")}
    ),
    "lines one point": lambda: figures.fitted_lines(ROW[:1], ROW[:1], {"level": (0, 1)}),
    "memory": lambda: figures.pairwise_memory(1000, 1000, 100),
    "memory small": lambda: figures.pairwise_memory(1, 1, 1, torch.float16),
    "memory large": lambda: figures.pairwise_memory(10**6, 10**6, 10**6, torch.float64),
}


@pytest.mark.parametrize("make", GALLERY.values(), ids=GALLERY)
def test_is_legible(make):
    assert_legible(make())


# Shapes

SHAPES = [
    (),
    (1,),
    (3,),
    (0,),
    (4, 1),
    (1, 3),
    (4, 3),
    (2, 4, 1),
    (2, 1, 3),
    (5, 1, 1),
    (2, 2, 4, 3),
]


def fits(a, b):
    """The shape that two are broadcast to, by the rule; None where it does not hold."""
    rank = max(len(a), len(b))
    a, b = (1,) * (rank - len(a)) + a, (1,) * (rank - len(b)) + b
    if any(m != n and 1 not in (m, n) for m, n in zip(a, b, strict=True)):
        return None
    return tuple(n if m == 1 else m for m, n in zip(a, b, strict=True))


@pytest.mark.parametrize(("a", "b"), list(product(SHAPES, repeat=2)))
def test_each_step_is_the_rule(a, b):
    figure = figures.broadcast(a, b)
    rank, result = max(len(a), len(b)), fits(a, b)
    sizes = named_texts(figure, "size:")
    for name, shape in (("a", a), ("b", b)):
        filled = (1,) * (rank - len(shape)) + shape
        aligned = {axis: sizes.get(f"0:{name}:{axis}") for axis in range(rank)}
        assert [aligned[axis] for axis in range(rank) if aligned[axis]] == list(map(str, shape))
        assert [sizes[f"1:{name}:{axis}"] for axis in range(rank)] == list(map(str, filled))
        for axis, size in enumerate(filled):
            other = sizes[f"1:{'b' if name == 'a' else 'a'}:{axis}"]
            grows = size == 1 and other != "1"
            assert sizes[f"2:{name}:{axis}"] == (f"1 → {other}" if grows else str(size))
    outcome = f"{a} with {b} fails" if result is None else f"{a} with {b} → {result}"
    assert outcome in texts(figure)
    assert outcome in figure.get_label()
    assert bool(named(figure, "failure")) == (result is None)
    if result is not None:
        assert result == tuple(torch.broadcast_shapes(a, b))
        written = named_texts(figure, "result:")
        assert [written[str(axis)] for axis in range(rank)] == list(map(str, result))


def test_strides_are_those_of_the_stretched_tensor():
    turned = arange(4, 3).mT[:, :1]
    figure = figures.broadcast(turned, np.zeros((2, 1, 4), dtype=np.float32), (1,))
    expected = {
        "a": turned.expand(2, 3, 4).stride(),
        "b": tuple(s // 4 for s in np.broadcast_to(np.zeros((2, 1, 4), "f4"), (2, 3, 4)).strides),
        "c": torch.zeros(1).expand(2, 3, 4).stride(),
    }
    written = named_texts(figure, "stride:")
    for name, strides in expected.items():
        found = [written[f"2:{name}:{axis}"] for axis in range(3)]
        assert found == [f"stride {stride}" for stride in strides]
    assert f"strides {tuple(expected['a'])}" in figure.get_label()


@pytest.mark.parametrize("shape", [(3, 1), (4,), (), (2, 1, 4), (1, 3, 1), (2, 3, 4)])
def test_a_cell_is_a_ghost_exactly_if_its_number_was_read_before(shape):
    target = tuple(torch.broadcast_shapes(shape, (2, 3, 4)))
    figure = figures.broadcast(shape, (2, 3, 4))
    numbers = arange(*shape).reshape(shape).expand(target)
    seen, ghosts, cells = set(), set(), set()
    for index in product(*map(range, target)):
        number = numbers[index].item()
        (ghosts if number in seen else cells).add(",".join(map(str, index)))
        seen.add(number)
    assert set(named(figure, "a ghost:")) == ghosts
    assert set(named(figure, "a cell:")) == cells
    assert len(named(figure, "result cell:")) == 24
    stored = f"{len(seen)} stored" + (", read as 24" if ghosts else "")
    assert stored in texts(figure)


@pytest.mark.parametrize(
    ("a", "b", "clash", "sides"),
    [
        ((3, 4), (3,), ["4 ≠ 3"], {"a:-1": "4", "b:-1": "3"}),
        ((5, 2, 3), (4, 3), ["2 ≠ 4"], {"a:-2": "2", "b:-2": "4"}),
        ((2, 3, 4), (5, 1, 1), ["2 ≠ 5"], {"a:-3": "2", "b:-3": "5"}),
        ((2, 3), (3, 2), ["2 ≠ 3", "3 ≠ 2"], {"a:-2": "2", "b:-2": "3", "a:-1": "3", "b:-1": "2"}),
    ],
)
def test_where_it_fails_is_marked(a, b, clash, sides):
    figure = figures.broadcast(a, b)
    assert [artist.get_text() for artist in named(figure, "clash")[""]] == clash
    assert named_texts(figure, "side:") == sides
    assert "no result" in texts(figure)
    with pytest.raises(RuntimeError) as torch_says:
        torch.zeros(a) + torch.zeros(b)
    assert str(torch_says.value).rstrip(".") in figure.get_label()
    with pytest.raises(ValueError, match="broadcast") as numpy_says:
        np.zeros(a) + np.zeros(b)
    assert str(numpy_says.value).strip() in figures.broadcast(np.zeros(a), np.zeros(b)).get_label()


def test_a_remedy_is_given_only_if_it_works():
    label = figures.broadcast((3, 4), (3,)).get_label()
    assert "b.unsqueeze(1) has shape (3, 1) and would fit" in label
    assert torch.broadcast_shapes((3, 4), (3, 1)) == (3, 4)
    assert "a.unsqueeze(1)" in figures.broadcast((5,), (5, 2)).get_label()
    assert "unsqueeze" not in figures.broadcast((2, 3), (3, 2)).get_label()
    assert "unsqueeze" not in figures.broadcast((3, 4), (4,)).get_label()


def test_names_are_written():
    figure = figures.broadcast((3, 4), (4,), names=("images", "mean"))
    assert {"images (3, 4)", "mean (4,)"} <= set(texts(figure))


# Values

SIGNS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    ">": operator.gt,
    "maximum": torch.maximum,
}


@pytest.mark.parametrize("op", SIGNS)
@pytest.mark.parametrize(
    ("a", "b"),
    [
        (arange(2, 3), torch.tensor([10, 20, 30])),
        (arange(2, 3), torch.tensor([[10], [20]])),
        (torch.tensor([[1], [2], [3]]), torch.tensor([10, 20, 30])),
        (arange(2, 2, 3), torch.tensor([[[100]], [[200]]])),
        (torch.tensor(5), arange(4)),
    ],
)
def test_the_numbers_are_those_that_torch_computes(a, b, op):
    figure = figures.broadcast_values(a, b, op)
    result = SIGNS[op](a, b)
    lead = [f"[{i}]" for i in range(len(result))] if result.ndim == 3 else [""]
    for gid, tensor in (("a", a), ("b", b), ("result", result)):
        whole = tensor.expand(result.shape)
        for name, sheet in zip(lead, whole if result.ndim == 3 else [whole], strict=True):
            grid = sheet.reshape(-1, sheet.shape[-1])
            cells = {f"{r},{c}": v.item() for r, row in enumerate(grid) for c, v in enumerate(row)}
            found = {
                **named_texts(figure, f"{gid}{name}:"),
                **named_texts(figure, f"{gid}{name} ghost:"),
            }
            assert set(found) == set(cells)
            for place, text in found.items():
                value = cells[place]
                assert (text == str(value)) or float(text) == pytest.approx(value, rel=0.01)
    assert str(tuple(result.shape)) in figure.get_label()


def test_ghosts_of_values_are_the_cells_that_nothing_is_stored_for():
    figure = figures.broadcast_values(arange(3, 3), torch.tensor([100, 200, 300]))
    assert set(named(figure, "b:")) == {"0,0", "0,1", "0,2"}
    assert set(named(figure, "b ghost:")) == {f"{r},{c}" for r in (1, 2) for c in range(3)}
    assert not named(figure, "a ghost:")
    assert not named(figure, "result ghost:")
    assert "6 of the 9 cells ghosts" in figure.get_label()
    figure = figures.broadcast_values(torch.ones(3, 1), torch.ones(1, 2))
    assert set(named(figure, "a ghost:")) == {"0,1", "1,1", "2,1"}
    assert set(named(figure, "b ghost:")) == {"1,0", "1,1", "2,0", "2,1"}


def test_values_that_do_not_fit_are_drawn_as_they_are():
    figure = figures.broadcast_values(arange(2, 3), torch.tensor([1.0, 2.0]), names=("A", "b"))
    assert "A + b fails: dim -1: 3 ≠ 2, and neither is 1" in texts(figure)
    assert named(figure, "failure")
    assert list(named_texts(figure, "b:").values()) == ["1.0", "2.0"]
    assert named_texts(figure, "side:") == {"a:-1": "3", "b:-1": "2"}


def test_the_dtype_is_that_of_the_result():
    assert "float32" in texts(figures.broadcast_values(arange(2), torch.ones(2)))
    assert "bool" in texts(figures.broadcast_values(arange(2), 1, "=="))


# The (n,) against (n, 1) mistake


@pytest.mark.parametrize("turned", [False, True])
def test_residuals_are_all_pairs_and_the_meant_ones_are_marked(turned):
    p, t = [1.0, 2.0, 3.0, 4.0], [1.5, 2.0, 2.0, 5.0]
    prediction, target = torch.tensor(p), torch.tensor(t)
    pair = (prediction, target[:, None]) if turned else (prediction[:, None], target)
    figure = figures.residual_matrix(*pair)
    expected = {
        f"{i},{j}": str(p[j] - t[i] if turned else p[i] - t[j])
        for i, j in product(range(4), repeat=2)
    }
    assert named_texts(figure, "residual:") == expected
    assert set(named(figure, "meant:")) == {f"{i},{i}" for i in range(4)}
    everything = fmean((a - b) ** 2 for a, b in product(p, t))
    meant = fmean((a - b) ** 2 for a, b in zip(p, t, strict=True))
    assert f"mean of all 16 squares: {everything:.4g}" in texts(figure)
    assert f"mean of the 4 that were meant, on the diagonal: {meant:.4g}" in texts(figure)
    assert everything == pytest.approx((pair[0] - pair[1]).square().mean().item())
    assert f"{meant:.4g}" in figure.get_label()


@pytest.mark.parametrize("shape", [(3,), (3, 1)])
def test_residuals_of_equal_shapes_are_the_meant_ones(shape):
    figure = figures.residual_matrix(ROW.reshape(shape), COLUMN.flatten().reshape(shape))
    assert len(named(figure, "meant:")) == len(named(figure, "residual:")) == 3
    assert "every prediction" not in figure.get_label()
    assert "mean of the 3 squares: 1.417" in texts(figure)


def test_many_residuals_are_coloured():
    figure = figures.residual_matrix(torch.randn(50, 1), torch.randn(50))
    (picture,) = named(figure, "residuals")[""]
    assert picture.get_array().shape == (50, 50, 4)
    assert len(named(figure, "meant")[""]) == 1
    assert "mean of all 2500 squares" in figure.get_label()


def test_lines_and_their_errors():
    x, y = torch.tensor([0.0, 1, 2]), torch.tensor([[1.0], [3.0], [6.0]])
    figure = figures.fitted_lines(x, y, {"fitted": (2, torch.tensor(1.0)), "flat": (0, -1)})
    points = named(figure, "points")[""][0]
    assert points.get_xdata().tolist() == [0, 1, 2]
    assert points.get_ydata().tolist() == [1, 3, 6]
    lines = {name: artists[0] for name, artists in named(figure, "line:").items()}
    assert lines["fitted"].get_ydata().tolist() == [1, 5]
    assert lines["flat"].get_ydata().tolist() == [-1, -1]
    assert lines["fitted"].get_linestyle() != lines["flat"].get_linestyle()
    assert "fitted: y = 2 x + 1, mean squared error 0.333" in texts(figure)
    assert f"flat: y = 0 x - 1, mean squared error {(4 + 16 + 49) / 3:.3g}" in texts(figure)
    assert "flat: y = 0 x - 1" in figure.get_label()


# Memory


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
@pytest.mark.parametrize(("n", "m", "d"), [(5, 7, 3), (3, 3, 1), (2, 3, 10), (1, 1, 1)])
def test_the_largest_tensor_is_the_one_that_a_real_computation_makes(n, m, d, dtype):
    A, B = torch.ones(n, d, dtype=dtype), torch.ones(m, d, dtype=dtype)
    with checks.Cost() as loop:
        [(A[i] - B[j]).square().sum() for i in range(n) for j in range(m)]
    with checks.Cost() as cube:
        (A[:, None] - B[None]).square().sum(2)
    with checks.Cost() as gram:
        A.square().sum(1)[:, None] - 2 * (A @ B.T) + B.square().sum(1)
    figure = figures.pairwise_memory(n, m, d, dtype)
    written = named_texts(figure, "bytes:").values()
    sizes = [cost.largest * dtype.itemsize for cost in (loop, cube, gram)]
    assert [int(text.split()[0]) for text in written] == sizes
    assert cube.largest == n * m * d
    bars = [artists[0].get_width() for artists in named(figure, "bar:").values()]
    assert bars == pytest.approx([max(bars[1] * size / sizes[1], 0.02) for size in sizes])


def test_bytes_are_written_with_a_unit():
    written = named_texts(figures.pairwise_memory(1000, 1000, 100), "bytes:")
    assert list(written.values()) == ["400 bytes", "400 MB", "4 MB"]
    words = [figures.values.bytes_text(n) for n in (0, 1, 999, 8000, 4 * 10**9, 1234567)]
    assert words == ["0 bytes", "1 byte", "999 bytes", "8 kB", "4 GB", "1.235 MB"]


# All of them


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: figures.broadcast(), "1 to 4 operands.*not 0"),
        (lambda: figures.broadcast(*[(1,)] * 5), "not 5"),
        (lambda: figures.broadcast((1,), (2,), names=("x",)), "1 to 1 operands"),
        (lambda: figures.broadcast((1,) * 7), "up to 6 axes, and a has 7"),
        (lambda: figures.broadcast((2, -1)), r"a is \(2, -1\); give a tensor or its shape"),
        (lambda: figures.broadcast((2,), "ab"), "b is 'ab'"),
        (lambda: figures.broadcast_values(1, 2, "plus"), "op is 'plus'.*maximum"),
        (lambda: figures.broadcast_values(1, 2, ["+"]), "op is"),
        (lambda: figures.broadcast_values([1], 2), r"a is of type list.*torch.tensor"),
        (lambda: figures.broadcast_values(torch.ones(10, 1), torch.ones(10)), "too large.*96"),
        (lambda: figures.broadcast_values(torch.ones(20, 1), torch.ones(99)), r"\(20, 99\).*large"),
        (lambda: figures.broadcast_values(torch.ones(20, 1), 1), "16 rows"),
        (lambda: figures.broadcast_values(torch.ones(1, 1, 1, 1, 1), 1), "4 axes"),
        (
            lambda: figures.broadcast_values(torch.ones(2) > 0, torch.ones(2) > 0, "-"),
            "a - b of bool",
        ),
        (lambda: figures.broadcast_values(1, torch.ones(1, device="meta")), "b is a meta tensor"),
        (lambda: figures.residual_matrix(torch.ones(2, 2), torch.ones(2)), r"prediction.*\(2, 2\)"),
        (
            lambda: figures.residual_matrix(torch.ones(2), torch.tensor(1)),
            r"target has the shape \(\)",
        ),
        (lambda: figures.residual_matrix(torch.ones(2), torch.ones(3)), "2 numbers and target 3"),
        (lambda: figures.residual_matrix(torch.ones(0), torch.ones(0)), "0 numbers"),
        (lambda: figures.residual_matrix(torch.ones(300), torch.ones(300)), r"prediction\[:8\]"),
        (lambda: figures.residual_matrix(torch.ones(2) * 1j, torch.ones(2)), "complex64"),
        (lambda: figures.fitted_lines(ROW, ROW, {}), "1 to 5 lines"),
        (lambda: figures.fitted_lines(ROW, ROW, [(1, 2)]), "each with a name"),
        (lambda: figures.fitted_lines(ROW, ROW, {"a": 3}), "line 'a' is 3.*two numbers"),
        (lambda: figures.fitted_lines(ROW, ROW[:2], {"a": (1, 2)}), "3 numbers and y 2"),
        (lambda: figures.fitted_lines(ROW[:0], ROW[:0], {"a": (1, 2)}), "at least one"),
        (lambda: figures.pairwise_memory(0, 1, 1), "n is 0"),
        (lambda: figures.pairwise_memory(1, 1.0, 1), "m is 1.0"),
        (lambda: figures.pairwise_memory(1, 1, 10**7), "d is 10000000"),
        (lambda: figures.pairwise_memory(1, 1, 1, torch.int64), "torch.int64; distances need"),
    ],
)
def test_what_cannot_be_drawn_is_named_with_a_remedy(call, words):
    with pytest.raises(figures.FigureError, match=f"(?s){words}"):
        call()


def test_arguments_and_surroundings_stay_as_they_are():
    tensor = torch.rand(3, 1, requires_grad=True)
    array = np.arange(3.0)
    before, state, version = tensor.detach().clone(), torch.get_rng_state(), tensor._version
    figures.broadcast(tensor, array)
    figures.broadcast_values(tensor, array)
    figures.residual_matrix(tensor, array)
    figures.fitted_lines(tensor, array, {"a": (1, 2)})
    figures.pairwise_memory(2, 3, 4)
    assert torch.equal(tensor, before)
    assert (tensor._version, tensor.grad) == (version, None)
    assert array.tolist() == [0, 1, 2]
    assert torch.equal(torch.get_rng_state(), state)
