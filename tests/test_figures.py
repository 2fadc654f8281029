"""What a picture says must be what the data are, recomputed here in another way."""

import base64
import itertools
import struct
import subprocess
import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from drawn import arange, assert_legible, named, named_texts, texts
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text

from gradschool import figures
from gradschool.figures import style
from gradschool.figures.display import bundle
from gradschool.figures.dtypes import covers, spacing_of


@pytest.fixture(autouse=True)
def no_pyplot_figure_left_open():
    yield
    left = plt.get_fignums()
    plt.close("all")
    assert not left


ARRAY = np.array([10, 20, 30])
GALLERY = {
    "ranks": lambda: figures.ranks(),
    "ranks of many kinds": lambda: figures.ranks(
        torch.randn(28, 28),
        torch.rand(3, 5, 5),
        torch.tensor([True, False]),
        torch.zeros(0, 3),
        torch.tensor([1, torch.nan, torch.inf, -torch.inf]),
        torch.randn(2, 2, dtype=torch.complex64),
        torch.ones(2, 2, dtype=torch.bfloat16, requires_grad=True),
        torch.zeros(2, 0, 3),
        torch.rand(3, 1, 2, 1),
    ),
    "ranks large": lambda: figures.ranks(torch.rand(6, 6, 8, 8), torch.rand(6, 6, 64, 64)),
    "ranks wide": lambda: figures.ranks(torch.rand(8, 8, dtype=torch.complex64), torch.rand(1, 64)),
    "storage": lambda: figures.storage(arange(3, 4), (1, 2)),
    "storage transposed": lambda: figures.storage(arange(3, 4).mT, (2, 1)),
    "storage sliced": lambda: figures.storage(arange(3, 4)[1:, ::2]),
    "storage expanded": lambda: figures.storage(torch.tensor([1, 2, 3]).expand(4, 3)),
    "storage 0-d": lambda: figures.storage(torch.arange(5.0)[3], ()),
    "storage 1-D": lambda: figures.storage(torch.arange(10)[1::3], 2),
    "storage 3-D": lambda: figures.storage(arange(2, 3, 4).permute(2, 0, 1), (3, 1, 2)),
    "storage 3-D floats": lambda: figures.storage(torch.randn(2, 3, 4), (1, 1, 1)),
    "storage 4-D": lambda: figures.storage(arange(2, 2, 2, 2)),
    "storage 48": lambda: figures.storage(torch.randn(6, 8)),
    "storage one row": lambda: figures.storage(torch.arange(48), 40),
    "storage wide": lambda: figures.storage(arange(2, 24), (1, 23)),
    "storage column": lambda: figures.storage(torch.arange(24)[:, None]),
    "storage one number": lambda: figures.storage(torch.rand(1, 1, 1)),
    "storage empty": lambda: figures.storage(torch.zeros(0, 3)),
    "storage bool": lambda: figures.storage(torch.tensor([True, False, True])[1:]),
    "storage complex": lambda: figures.storage(torch.randn(2, 2, dtype=torch.complex64).conj()),
    "memory": lambda: figures.memory(a=(a := arange(2, 3)), row=a[0], copy=a[0].clone()),
    "memory numpy": lambda: figures.memory(
        n=ARRAY, t=torch.from_numpy(ARRAY), c=torch.tensor(ARRAY)
    ),
    "memory wide": lambda: figures.memory(
        z=(z := torch.tensor([1 + 2j, 3 + 4j])),
        real=z.real,
        none=torch.zeros(0),
        much=torch.arange(24),
    ),
    "promotion": lambda: figures.promotion(),
    "promotion of two": lambda: figures.promotion(torch.int64, torch.float16),
    "promotion of one": lambda: figures.promotion(torch.complex128),
    "flatten": lambda: figures.flatten_batch(arange(3, 2, 2)),
    "flatten digits": lambda: figures.flatten_batch(torch.rand(10, 28, 28)),
    "flatten channels": lambda: figures.flatten_batch(torch.rand(2, 3, 2, 2)),
    "flatten many tiles": lambda: figures.flatten_batch(torch.rand(2, 6, 64, 64)),
    "flatten videos": lambda: figures.flatten_batch(torch.rand(2, 2, 3, 4, 4)),
    "flatten one": lambda: figures.flatten_batch(arange(1, 1, 2)),
    "matmul": lambda: figures.matmul((2, 3), (3, 4)),
    "matmul fails": lambda: figures.matmul((10, 784), (64, 784)),
    "matmul vectors": lambda: figures.matmul((3,), (3,)),
    "matmul matrix vector": lambda: figures.matmul(torch.ones(2, 3), torch.ones(3)),
    "matmul batched": lambda: figures.matmul((5, 2, 3), (3, 4)),
    "matmul batches differ": lambda: figures.matmul((7, 5, 2, 3), (4, 3, 4)),
    "matmul empty": lambda: figures.matmul((0, 3), (3, 0)),
    "linear": lambda: figures.linear_layer((64, 784), (10, 784), (10,)),
    "linear small": lambda: figures.linear_layer((5, 3), (4, 3), (4,)),
    "linear fails": lambda: figures.linear_layer((5, 4), (4, 3), (5,)),
    "linear one item": lambda: figures.linear_layer((3,), (4, 3)),
    "compare": lambda: figures.compare(
        torch.tensor([[1.0, 2], [3, 4]]), torch.tensor([[1.0, 2], [3, 5]])
    ),
    "compare shapes": lambda: figures.compare(arange(2, 4), arange(2, 3)),
    "compare axes": lambda: figures.compare(
        torch.zeros(3), torch.zeros(1, 3, dtype=torch.complex64)
    ),
    "compare wide": lambda: figures.compare(torch.rand(1, 16), torch.rand(1, 16)),
    "compare row": lambda: figures.compare(torch.rand(64), torch.rand(64)),
    "compare column": lambda: figures.compare(torch.rand(20, 1), torch.rand(20, 1)),
    "compare deep": lambda: figures.compare(torch.rand(2, 2, 2), torch.rand(2, 2, 2)),
    "compare empty": lambda: figures.compare(torch.zeros(0), 3.0),
    "spacing": lambda: figures.float_spacing(),
    "spacing of one": lambda: figures.float_spacing(torch.bfloat16),
}


@pytest.mark.parametrize("make", GALLERY.values(), ids=GALLERY)
def test_text_is_legible_and_nothing_overlaps_or_is_clipped(make):
    assert_legible(make())


def test_text_on_any_shade_has_contrast():
    fills = [style.shade(level) for level in np.linspace(0, 1, 50)]
    fills += [style.tint(c, s) for c in style.PALETTE for s in np.linspace(0, 1, 10)]
    fills += [to_hex(style.ramp(c)(x)) for c in style.PALETTE for x in np.linspace(0, 1, 10)]
    assert min(style.contrast(style.ink_on(fill), fill) for fill in fills) >= 4.5
    assert style.contrast(style.QUIET, style.PALE) >= 4.5
    assert min(style.contrast(style.deep(c), "#ffffff") for c in style.PALETTE) >= 3


# Storage

LAYOUTS = {
    "contiguous": arange(3, 4),
    "transposed": arange(3, 4).mT,
    "sliced": arange(4, 5)[1:, ::2],
    "expanded": arange(3).expand(4, 3),
    "expanded column": arange(3)[:, None].expand(3, 2),
    "windows": arange(6).unfold(0, 3, 1),
    "0-d": arange(5)[3],
    "1-D": arange(10)[1::3],
    "3-D": arange(2, 3, 4).permute(2, 0, 1),
    "diagonal": arange(4, 4).diagonal(),
    "bool": torch.tensor([[True, False], [False, True]]).mT,
    "uint8": arange(2, 2, dtype=torch.uint8)[1],
    "bfloat16": arange(2, 3, dtype=torch.bfloat16)[:, 1],
    "float64": arange(2, 3, dtype=torch.float64),
    "real part": torch.tensor([1 + 2j, 3 + 4j]).real,
    "grad": torch.zeros(2, 2, requires_grad=True),
    "empty": torch.zeros(0, 3),
}


@pytest.mark.parametrize("tensor", LAYOUTS.values(), ids=LAYOUTS)
def test_storage_shows_each_number_its_box_and_what_is_not_reached(tensor):
    figure = figures.storage(tensor)
    raw = tensor.untyped_storage()
    size = raw.nbytes() // tensor.element_size()
    # Addresses are the independent witness: each element of the tensor alone knows its own.
    indices = list(itertools.product(*map(range, tensor.shape)))
    at = [(tensor[i].data_ptr() - raw.data_ptr()) // tensor.element_size() for i in indices]
    shown, positions = named_texts(figure, "shown:"), named_texts(figure, "at:")
    assert [positions[str(n)] for n in range(len(indices))] == [f"@{p}" for p in at]
    assert [shown[str(n)] for n in range(len(indices))] == [str(tensor[i].item()) for i in indices]
    assert set(map(int, named(figure, "grey:"))) == set(range(size)) - set(at)
    assert set(map(int, named(figure, "box:"))) == set(at)
    seen, ghosts = set(), set()
    for number, position in enumerate(at):
        if position in seen:
            ghosts.add(number)
        seen.add(position)
    assert set(map(int, named(figure, "ghost:"))) == ghosts
    values = named_texts(figure, "value:")
    for i, position in zip(indices, at, strict=True):
        assert values[str(position)] == str(tensor[i].item())
    for fact in (tuple(tensor.shape), tensor.stride(), tensor.storage_offset()):
        assert str(fact) in texts(figure)
        assert str(fact) in figure.get_label()


def test_a_cell_has_the_colour_of_its_box():
    figure = figures.storage(arange(3, 4).mT)
    boxes, cells, at = named(figure, "box:"), named(figure, "cell:"), named_texts(figure, "at:")
    for number in range(12):
        box = boxes[at[str(number)].removeprefix("@")][0]
        assert cells[str(number)][0].get_facecolor() == box.get_facecolor()


@pytest.mark.parametrize(
    ("index", "rule"),
    [
        ((1, 2), "offset + 1·4 + 2·1 = 0 + 1·4 + 2·1 = 6"),
        ((-1, -1), "offset + 2·4 + 3·1 = 0 + 2·4 + 3·1 = 11"),
    ],
)
def test_an_index_is_marked_with_its_sum(index, rule):
    figure = figures.storage(arange(3, 4), index)
    assert rule in texts(figure)
    assert rule in figure.get_label()
    (cell,), (box,) = named(figure, "cell marked")[""], named(figure, "box marked")[""]
    number = arange(3, 4)[index].item()
    assert cell.get_xy() == named(figure, f"cell:{number}")[""][0].get_xy()
    assert box.get_xy() == named(figure, f"box:{number}")[""][0].get_xy()


def test_the_boxes_of_a_conjugate_view_hold_the_unconjugated_numbers():
    figure = figures.storage(torch.tensor([1 + 2j]).conj())
    assert named_texts(figure, "value:") == {"0": "1+2j"}
    assert named_texts(figure, "shown:") == {"0": "1-2j"}


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: figures.storage(torch.zeros(49)), "49 boxes.*up to 48.*clone"),
        (lambda: figures.storage(torch.zeros(1000)[:2]), "1000 boxes"),
        (lambda: figures.storage(torch.zeros(1).expand(10**9)), "1000000000 cells"),
        (lambda: figures.storage(torch.zeros(2, 3), (2, 0)), "outside"),
        (lambda: figures.storage(torch.zeros(2, 3), 1), "1 numbers.*2 axes"),
        (lambda: figures.storage(torch.zeros(2), (1.0,)), "whole number"),
        (lambda: figures.storage([1, 2]), "list, not a tensor"),
        (lambda: figures.storage(torch.zeros(2, device="meta")), "meta tensor.*cpu"),
        (lambda: figures.storage(torch.eye(2).to_sparse()), "to_dense"),
        (lambda: figures.storage(torch.zeros(30, 1)), "more than 24 rows"),
        (lambda: figures.compare(torch.zeros(30, 1), 1), "30 rows"),
        (lambda: figures.memory(x=torch.randn(20, dtype=torch.complex64)), "too long"),
        (lambda: figures.ranks(torch.zeros(1, 1, 1, 1, 1)), r"5, shape.*x\[0\]"),
        (lambda: figures.ranks(torch.zeros(100, 100)), "too large.*slice"),
        (lambda: figures.ranks(torch.zeros(2, device="meta")), "meta"),
        (lambda: figures.memory(), "1 to 8 names"),
        (lambda: figures.memory(x=3), "x is of type int.*tensor"),
        (lambda: figures.memory(x=np.array(["a"])), "x is a NumPy array of dtype <U1"),
        (lambda: figures.memory(x=torch.zeros(100)), "x has 100 boxes"),
        (lambda: figures.memory(x=torch.zeros(1, device="meta")), "x is a meta"),
        (lambda: figures.promotion(torch.uint16), "uint16 is not in this picture.*complex128"),
        (lambda: figures.promotion(float), "float"),
        (lambda: figures.flatten_batch(torch.zeros(3, 4)), "unsqueeze"),
        (lambda: figures.flatten_batch(torch.zeros(0, 2, 2)), "empty"),
        (lambda: figures.flatten_batch(torch.zeros(32, 2, 2)), r"too large.*batch\[:3\]"),
        (lambda: figures.matmul((), (3,)), "a has no axes"),
        (lambda: figures.matmul("ab", (3,)), "a is 'ab'"),
        (lambda: figures.matmul((2, -1), (3,)), "a is"),
        (lambda: figures.linear_layer((2, 3), (3,)), r"W has shape \(3,\)"),
        (lambda: figures.linear_layer((2, 3), (4, 3), ()), "b has shape"),
        (lambda: figures.compare("a", 1), "your answer is of type str"),
        (lambda: figures.compare(1, None), "the expected answer is of type NoneType"),
        (lambda: figures.compare(torch.zeros(65), torch.zeros(65)), "too large"),
        (lambda: figures.compare(torch.zeros(1, device="meta"), 1), "meta"),
        (lambda: figures.compare(np.array(["a"]), 1), "dtype <U1"),
        (lambda: figures.compare(10**30, 1), "too large for a tensor"),
        (lambda: figures.float_spacing(torch.int64), "not torch.int64"),
        (lambda: figures.show(plt), "not a matplotlib Figure"),
        (lambda: figures.show(Figure()), r"no description.*alt="),
        (lambda: figures.show(Figure(), alt=" "), "no description"),
    ],
)
def test_what_cannot_be_drawn_is_named_with_a_remedy(call, words):
    with pytest.raises(figures.FigureError, match=f"(?s){words}"):
        call()


# Ranks and flattening


def test_ranks_writes_shapes_axes_and_the_front_sheets():
    tensor = arange(2, 3, 4)
    written = texts(figures.ranks(torch.tensor(42), tensor))
    assert {"shape ()", "ndim 0: one number", "42"} <= set(written)
    assert {"shape (2, 3, 4)", "ndim 3: a stack of grids", "dim 0", "dim 1", "dim 2"} <= set(
        written
    )
    assert {str(v) for v in tensor[0].flatten().tolist()} <= set(written)
    assert not {str(v) for v in tensor[1].flatten().tolist()} & set(written)


def test_ranks_by_default_shows_each_rank_with_all_its_axes():
    written = texts(figures.ranks())
    for rank in range(5):
        assert sum(text.startswith(f"ndim {rank}:") for text in written) == 1
    assert [written.count(f"dim {axis}") for axis in range(4)] == [4, 3, 2, 1]


def test_high_is_dark_whatever_the_kind_of_number():
    for tensor in (
        torch.tensor([0, 5]),
        torch.tensor([False, True]),
        torch.tensor([-torch.inf, 1e308]).double(),
    ):
        levels = figures.values.levels(tensor)
        assert levels.tolist() == [0, 1] or levels[0] < levels[1]
    assert np.isnan(figures.values.levels(torch.tensor([1.0, torch.nan])))[1]


def test_flatten_batch_puts_each_item_in_its_row():
    batch = arange(3, 2, 2)
    figure = figures.flatten_batch(batch)
    for number, row in enumerate(batch.flatten(start_dim=1).tolist()):
        assert list(named_texts(figure, f"row {number}:").values()) == [str(v) for v in row]
        assert list(named_texts(figure, f"stretch {number}:").values()) == [str(v) for v in row]
        fills = [
            [a.get_facecolor() for a in artists if not isinstance(a, Text)]
            for kind in ("row", "stretch")
            for artists in named(figure, f"{kind} {number}:").values()
        ]
        assert fills[: len(row)] == fills[len(row) :]
    for shape in ("(3, 2, 2)", "(3, 4)", "(12,)"):
        assert shape in figure.get_label()


# Memory


def reach(figure):
    found = {}
    for name in named(figure, "reach:"):
        reader, _, box = name.rpartition(":")
        found.setdefault(reader, []).append(int(box))
    return {reader: sorted(boxes) for reader, boxes in found.items()}


def test_memory_shows_who_shares():
    a = arange(2, 3)
    figure = figures.memory(a=a, row=a[0], column=a[:, 1], copy=a[0].clone())
    assert reach(figure) == {
        "a": [0, 1, 2, 3, 4, 5],
        "row": [0, 1, 2],
        "column": [1, 4],
        "copy": [0, 1, 2],
    }
    assert "block 1: a, row and column share this memory" in texts(figure)
    assert "block 2: copy alone has this memory" in texts(figure)
    assert "a and row share memory" in figure.get_label()
    assert "copy share" not in figure.get_label()
    assert list(named_texts(figure, "value:1:").values()) == [str(v) for v in range(6)]


def test_memory_finds_numpy_arrays_by_their_addresses():
    array = np.arange(10, 16)
    figure = figures.memory(
        tail=array[4:],
        tensor=torch.from_numpy(array[::2]),
        backwards=array[::-1],
        copied=torch.tensor(array),
        back=torch.ones(2).numpy(),
    )
    assert reach(figure)["tail"] == [4, 5]
    assert reach(figure)["tensor"] == [0, 2, 4]
    assert reach(figure)["backwards"] == [0, 1, 2, 3, 4, 5]
    assert "block 1: tail, tensor and backwards share this memory" in texts(figure)
    assert "block 2: copied alone has this memory" in texts(figure)


def test_memory_of_a_tensor_seen_from_numpy_and_of_its_parts():
    tensor = torch.arange(4.0)
    figure = figures.memory(part=tensor[1:3].numpy(), tensor=tensor)
    assert reach(figure) == {"part": [1, 2], "tensor": [0, 1, 2, 3]}
    z = torch.tensor([1 + 2j, 3 + 4j])
    figure = figures.memory(z=z, imag=z.imag)
    assert reach(figure) == {"z": [0, 1, 2, 3], "imag": [1, 3]}
    assert list(named_texts(figure, "value:1:").values()) == ["1.0", "2.0", "3.0", "4.0"]


def test_memory_joins_names_that_only_a_third_one_connects():
    base = np.arange(6)
    figure = figures.memory(
        first=torch.from_numpy(base[:2]), last=torch.from_numpy(base[4:]), base=base
    )
    assert "block 1: first, last and base share this memory" in texts(figure)
    assert reach(figure) == {"first": [0, 1], "last": [4, 5], "base": [0, 1, 2, 3, 4, 5]}


# Dtypes

DRAWN = [
    torch.bool,
    torch.uint8,
    torch.int8,
    torch.int16,
    torch.int32,
    torch.int64,
    torch.float16,
    torch.bfloat16,
    torch.float32,
    torch.float64,
    torch.complex64,
    torch.complex128,
]


def drawn_order(figure):
    """Everything that can be reached along the arrows, for each dtype."""
    arrows = [name.split(":") for kind in ("edge:", "path:") for name in named(figure, kind)]
    above = {str(d).removeprefix("torch."): {str(d).removeprefix("torch.")} for d in DRAWN}
    for _ in DRAWN:
        for low, high in arrows:
            above[low] |= above[high]
    return above, arrows


def test_following_the_arrows_is_promote_types_for_all_pairs():
    above, _ = drawn_order(figures.promotion())
    for a, b in itertools.product(DRAWN, repeat=2):
        one, other = (str(d).removeprefix("torch.") for d in (a, b))
        common = above[one] & above[other]
        first = [name for name in common if common <= above[name]]
        assert first == [str(torch.promote_types(a, b)).removeprefix("torch.")]


def test_no_arrow_is_superfluous():
    _, arrows = drawn_order(figures.promotion())
    assert len(arrows) == len({tuple(a) for a in arrows}) == len(covers(DRAWN))
    for low, high in arrows:
        rest = [a for a in arrows if a != [low, high]]
        reached = {low}
        for _ in DRAWN:
            reached |= {b for a, b in rest if a in reached}
        assert high not in reached


@pytest.mark.parametrize(
    ("dtypes", "join", "path"),
    [
        ([torch.uint8, torch.int8], "int16", {"uint8:int16", "int8:int16"}),
        ([torch.float32], "float32", set()),
        (
            [torch.float64, torch.complex64],
            "complex128",
            {"float64:complex128", "complex64:complex128"},
        ),
    ],
)
def test_a_mixture_is_marked_with_what_it_becomes(dtypes, join, path):
    figure = figures.promotion(*dtypes)
    assert set(named(figure, "join:")) == {join}
    assert set(named(figure, "path:")) == path
    assert set(named(figure, "given:")) == {str(d).removeprefix("torch.") for d in dtypes} - {join}
    assert join in texts(figure)
    assert f"become {join}" in figure.get_label()


def test_all_dtypes_are_drawn_once():
    names = [str(d).removeprefix("torch.") for d in DRAWN]
    assert sorted(named(figures.promotion(), "dtype:")) == sorted(names)


@pytest.mark.parametrize(
    ("dtype", "bits"),
    [(torch.float16, 11), (torch.bfloat16, 8), (torch.float32, 24), (torch.float64, 53)],
)
def test_the_measured_spacing_is_that_of_the_dtype(dtype, bits):
    spacing = spacing_of(dtype)
    assert spacing.epsilon == torch.finfo(dtype).eps
    assert spacing.exact_to == 2**bits
    exact = torch.tensor([spacing.exact_to - 1, spacing.exact_to], dtype=dtype)
    assert exact.double().tolist() == [spacing.exact_to - 1, spacing.exact_to]
    assert torch.tensor(spacing.exact_to + 1, dtype=dtype).item() != spacing.exact_to + 1
    figure = figures.float_spacing(dtype)
    line = next(line for line in figure.axes[0].lines if line.get_label() == str(dtype)[6:])
    assert line.get_ydata().tolist() == spacing.spacings.tolist()
    assert str(2**bits) in figure.get_label()


# Products


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((2, 3), (3, 4)),
        ((3,), (3,)),
        ((2, 3), (3,)),
        ((3,), (3, 4)),
        ((5, 2, 3), (3, 4)),
        ((3,), (5, 3, 4)),
    ],
)
def test_matmul_writes_the_shape_that_torch_gives(a, b):
    figure = figures.matmul(torch.zeros(a), b)
    result = tuple((torch.zeros(a) @ torch.zeros(b)).shape)
    assert f"{a} @ {b} → {result}" in texts(figure)
    assert f"a @ b {result}" in texts(figure)
    assert str(result) in figure.get_label()
    assert not named(figure, "failure")


@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        ((2, 3), (4, 5), "3 ≠ 4"),
        ((10, 784), (64, 784), "784 ≠ 64"),
        ((3,), (4,), "3 ≠ 4"),
        ((5, 2, 3), (4, 3, 4), None),
    ],
)
def test_matmul_shows_where_it_fails(a, b, words):
    with pytest.raises(RuntimeError):
        torch.zeros(a) @ torch.zeros(b)
    figure = figures.matmul(a, b)
    assert named(figure, "failure")
    assert "no result" in texts(figure)
    assert f"{a} @ {b} fails" in texts(figure)
    assert named_texts(figure, "clash") == ({"": words} if words else {})


def test_matmul_fails_for_two_dtypes_and_says_what_would_fit():
    assert "float32 and int64" in figures.matmul(torch.ones(2, 3), arange(3, 2)).get_label()
    assert "b.mT has shape (784, 64)" in figures.matmul((10, 784), (64, 784)).get_label()


def test_rectangles_are_in_proportion():
    figure = figures.matmul((2, 3), (3, 4))
    boxes = [named(figure, name)[""][0] for name in ("a (2, 3)", "b (3, 4)", "a @ b (2, 4)")]
    ratios = [box.get_height() / box.get_width() for box in boxes if not isinstance(box, Text)]
    assert ratios == pytest.approx([2 / 3, 3 / 4, 2 / 4])


def test_linear_layer_writes_the_shape_that_torch_gives():
    figure = figures.linear_layer(torch.zeros(64, 784), (10, 784), torch.zeros(10))
    layer = torch.nn.Linear(784, 10)
    assert tuple(layer(torch.zeros(64, 784)).shape) == (64, 10)
    assert "Y (64, 10)" in texts(figure)
    assert "W.T (784, 10)" in texts(figure)
    assert len(named(figure, "stored")[""]) == 1
    assert len(named(figure, "copy")[""]) >= 1
    assert "Y (4,)" in texts(figures.linear_layer((3,), (4, 3)))


def test_linear_layer_shows_where_it_fails():
    figure = figures.linear_layer((5, 4), (4, 3), (5,))
    found = sorted(artist.get_text() for artist in named(figure, "clash")[""])
    assert found == ["4 ≠ 3", "5 ≠ 4"]
    assert "fails" in figure.get_label()


# Comparison


def marked(figure, side):
    return sorted(map(int, named(figure, f"{side}:wrong:")))


def test_compare_marks_exactly_what_differs():
    expected = arange(2, 3, dtype=torch.float32)
    yours = expected.clone()
    yours[0, 1] += 1
    yours[1, 2] = torch.nan
    figure = figures.compare(yours, expected)
    assert marked(figure, "yours") == marked(figure, "expected") == [1, 5]
    assert "2 of 6 numbers differ" in texts(figure)
    assert "[0, 1]: 2.0 for 1.0" in figure.get_label()
    assert "[1, 2]: nan for 5.0" in figure.get_label()


def test_compare_is_as_strict_as_assert_close():
    expected = torch.ones(2)
    close, wrong = expected + 1e-7, expected + 1e-4
    assert marked(figures.compare(close, expected), "yours") == []
    figure = figures.compare(wrong, expected)
    assert marked(figure, "yours") == [0, 1]
    assert named_texts(figure, "yours:")["0"] == "1.0001"
    assert marked(figures.compare(wrong, expected, rtol=0, atol=1e-3), "yours") == []
    nans = torch.tensor([torch.nan, torch.inf])
    assert marked(figures.compare(nans, nans.clone()), "yours") == []
    assert marked(figures.compare(2**53 + 1, torch.tensor(2**53)), "yours") == [0]


def test_compare_shows_shapes_and_dtypes_that_differ():
    figure = figures.compare(arange(2, 4), arange(2, 3))
    assert "shape (2, 4)  ✗" in texts(figure)
    assert "the shapes differ: (2, 4) and (2, 3)" in texts(figure)
    assert marked(figure, "yours") == [3, 4, 5, 6, 7]  # row 1 begins with another number
    figure = figures.compare(np.ones(2), torch.ones(2))
    assert "the dtypes differ: numpy float64 and float32; all numbers agree" in texts(figure)
    figure = figures.compare(3.0, torch.tensor(3.0))
    assert {"Python float  ✗", "float32  ✗"} <= set(texts(figure))
    assert "the shapes differ" in figures.compare(torch.ones(3), torch.ones(1, 3)).get_label()


# All of them


@pytest.mark.parametrize(
    "dtype", [torch.bool, torch.int8, torch.bfloat16, torch.float64, torch.complex64]
)
def test_arguments_stay_as_they_are(dtype):
    tensor = (arange(2, 2, 3) % 3).to(dtype)
    tensor.requires_grad_(dtype.is_floating_point)
    copy, version = tensor.detach().clone(), tensor._version
    figures.ranks(tensor)
    figures.storage(tensor, (0, 1, 2))
    figures.memory(a=tensor, b=tensor[0])
    figures.flatten_batch(tensor)
    figures.compare(tensor, tensor + 1)
    assert torch.equal(tensor, copy)
    assert (tensor._version, tensor.grad, tensor.requires_grad) == (
        version,
        None,
        dtype.is_floating_point,
    )


def test_a_picture_leaves_the_settings_and_the_random_numbers_alone():
    settings, state = dict(plt.rcParams), torch.get_rng_state()
    for make in (figures.ranks, figures.promotion, figures.float_spacing):
        make()
    assert dict(plt.rcParams) == settings
    assert torch.equal(torch.get_rng_state(), state)


def test_bundle_has_the_picture_and_the_words():
    figure = figures.ranks(torch.tensor(1))
    content, size = bundle(figure, alt='a "b" & <c>')
    png = base64.b64decode(content["image/png"])
    assert png.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", png[16:24])
    assert size == {"width": width // 2, "height": height // 2}
    assert size["width"] == pytest.approx(figure.get_size_inches()[0] * 96, abs=12)
    assert 'alt="a &quot;b&quot; &amp; &lt;c&gt;"' in content["text/html"]
    assert f'width="{width // 2}"' in content["text/html"]
    assert "max-width:100%" in content["text/html"]
    assert content["image/png"] in content["text/html"]
    assert content["text/plain"] == 'a "b" & <c>'
    assert bundle(figure)[0]["text/plain"] == figure.get_label()


def test_show_prints_the_words_outside_of_a_notebook(capsys):
    figure = figures.ranks(torch.tensor(1))
    assert figures.show(figure) is None
    assert capsys.readouterr().out.strip() == figure.get_label()


def test_show_gives_only_the_words_while_nbgrader_grades(capsys, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    figures.show(Figure(), alt="A line.")
    assert capsys.readouterr().out == "A line.\n"


def test_nothing_is_drawn_while_nbgrader_grades(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    figure = figures.ranks(torch.tensor(1))
    assert figure.axes == []
    assert figure.get_label() == "ranks: not drawn while nbgrader runs the notebook."


def test_show_closes_a_figure_of_pyplot():
    figure, axes = plt.subplots()
    axes.plot([1, 2])
    figures.show(figure, alt="A line.")
    assert not plt.get_fignums()


def test_show_displays_in_ipython():
    code = (
        "from IPython.testing.globalipapp import start_ipython\n"
        "shell = start_ipython()\n"
        "from IPython.utils.capture import capture_output\n"
        "import torch\n"
        "from gradschool import figures\n"
        "with capture_output() as captured:\n"
        "    figures.show(figures.ranks(torch.tensor(1)))\n"
        "(output,) = captured.outputs\n"
        "assert set(output.data) == {'image/png', 'text/html', 'text/plain'}, output.data.keys()\n"
        "assert output.metadata['image/png']['width'] > 50\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
