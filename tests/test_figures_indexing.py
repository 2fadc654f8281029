"""The pictures of indexing, held to what writing through the same index changes."""

from itertools import product

import numpy as np
import pytest
import torch
from drawn import arange, assert_legible, named, named_texts, texts

from gradschool import figures

A = arange(4, 5)
C = arange(2, 3, 4)
X = torch.zeros(5, 6, 7)
ROWS = torch.tensor([True, False, True, False])

# What stands between the brackets, for a tensor.
EXPRESSIONS = {
    "cell": (A, (1, 2)),
    "row": (A, 2),
    "column": (A, np.s_[:, 3]),
    "block": (A, np.s_[1:3, 2:5]),
    "every other": (A, np.s_[::2, ::2]),
    "last row": (A, np.s_[-1, :]),
    "last columns": (A, np.s_[:, -3:]),
    "nothing": (A, np.s_[2:2]),
    "mask": (A, A > 10),
    "empty mask": (A, A > 100),
    "rows by mask": (A, ROWS),
    "rows by a list of bools": (A, ROWS.tolist()),
    "mask and slice": (A, (ROWS, np.s_[1:])),
    "mask and list": (A, (ROWS, [1, 2])),
    "list": (A, [0, 3]),
    "empty list": (A, []),
    "duplicates": (A, [0, 0, 2]),
    "list from the end": (A, ([-1, 0],)),
    "pairs": (A, ([0, 3], [1, 4])),
    "crossings": (A, (torch.tensor([[0], [3]]), torch.tensor([1, 4]))),
    "numpy list": (A, np.array([3, 1])),
    "tensor of one": (A, torch.tensor(1)),
    "tensor of two axes": (A, torch.tensor([[0, 1], [2, 3]])),
    "new axis": (A, np.s_[:, None]),
    "new last axis": (arange(4), np.s_[..., None]),
    "ellipsis": (C, np.s_[..., 0]),
    "ellipsis in the middle": (C, np.s_[0, ..., None]),
    "ellipsis for nothing": (A, np.s_[0, ..., 1]),
    "all": (A, ()),
    "True": (A, True),
    "four axes": (arange(2, 2, 3, 4), np.s_[1, :, 1:, [0, 0]]),
    "lists beside": (X, np.s_[:, [0, 1], [0, 1]]),
    "lists apart": (X, np.s_[[0, 1], :, [0, 1]]),
    "number and list": (X, np.s_[0, :, [0, 1]]),
    "index tensor": (X, torch.tensor([[0, 1], [2, 3]])),
    "1-D": (torch.arange(12) * 1.5, np.s_[2:9:3]),
    "1-D list": (torch.arange(10) * 10, [3, 3, -1]),
    "1-D from the end": (torch.arange(20), np.s_[-5:-1]),
    "0-D": (torch.tensor(5.0), ...),
    "0-D new axis": (torch.tensor(5.0), None),
    "no rows": (torch.zeros(0, 3), np.s_[:, 1]),
    "many": (torch.rand(100), np.s_[::7]),
    "wide": (torch.rand(3, 16), np.s_[1:, ::5]),
    "transposed": (A.mT, np.s_[1:3]),
    "range": (A, range(2)),
    "bools": (torch.tensor([[True, False], [False, True]]), 1),
    "with gradient": (torch.ones(2, 2, requires_grad=True), 0),
}
MORE = {
    "numpy backwards": (A.numpy(), np.s_[::-1]),
    "numpy number": (A.numpy(), (1, 2)),
    "numpy number and list": (np.zeros((5, 6, 7)), np.s_[0, :, [0, 1]]),
    "list of lists": (A, [[0, 1], [0, 1]]),
}
OTHERS = {
    "gather rows": lambda: figures.gather(A, 1, torch.tensor([[0], [4], [2], [2]])),
    "gather columns": lambda: figures.gather(
        A, 0, torch.tensor([[0, 1, 2, 3, 0], [3, 3, 3, 3, 3]])
    ),
    "gather 1-D": lambda: figures.gather(torch.rand(4), 0, torch.tensor([3, 0, 0])),
    "gather fewer rows": lambda: figures.gather(A, -1, torch.tensor([[0, 0, 1, 4]])),
    "gather nothing": lambda: figures.gather(A, 1, torch.zeros(4, 0, dtype=torch.int64)),
    "gather from nothing": lambda: figures.gather(torch.zeros(0, 3), 1, torch.zeros(0, 1).long()),
    "gather 3-D": lambda: figures.gather(arange(2, 3, 2), 1, torch.ones(2, 2, 2).long()),
    "gather 3-D first": lambda: figures.gather(arange(2, 3, 2), 0, torch.ones(1, 3, 2).long()),
    "gather 4-D": lambda: figures.gather(arange(2, 1, 2, 2), 1, torch.zeros(2, 2, 2, 2).long()),
    "gather numpy": lambda: figures.gather(torch.randn(3, 3).numpy(), 1, np.array([[0], [1], [2]])),
    "scatter": lambda: figures.scatter(torch.zeros(5), 0, torch.tensor([0, 0, 3]), torch.rand(3)),
    "scatter sum": lambda: figures.scatter(A, 0, torch.zeros(1, 5).long(), A, "sum"),
    "scatter a number": lambda: figures.scatter(torch.zeros(3, 5), 1, arange(3, 1), 1.0),
    "scatter mean": lambda: figures.scatter(torch.ones(4), 0, arange(2), torch.rand(4), "mean"),
    "scatter 3-D": lambda: figures.scatter(C, 1, torch.ones(1, 2, 2).long(), torch.ones_like(C)),
    "windows": lambda: figures.windows(torch.arange(10, 18), 3),
    "windows strided": lambda: figures.windows(torch.arange(12)[1::2], 3, name="x"),
    "windows blocks": lambda: figures.windows(torch.arange(12.0)[3:], 3, 3),
    "windows apart": lambda: figures.windows(np.arange(12), 2, 4),
    "windows one": lambda: figures.windows(torch.arange(5), 5),
    "windows large": lambda: figures.windows(torch.arange(24), 12),
}
GALLERY = {
    **{
        f"selection {name}": lambda case=case: figures.selection(*case)
        for name, case in {**EXPRESSIONS, **MORE}.items()
    },
    **OTHERS,
}


@pytest.mark.parametrize("make", GALLERY.values(), ids=GALLERY)
def test_is_legible(make):
    assert_legible(make())


# Selection


def flat(tensor):
    return [value.item() for value in tensor.detach().flatten()]


@pytest.mark.parametrize(("tensor", "index"), EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_the_selected_cells_are_those_that_a_write_reaches(tensor, index):
    figure = figures.selection(tensor, index)
    reached = torch.zeros(tensor.shape, dtype=torch.bool)
    reached[index] = True
    places = {str(place) for place, hit in enumerate(flat(reached)) if hit}
    assert set(named(figure, "chosen:")) == places
    assert len(named(figure, "left:")) == tensor.numel() - len(places)
    result = tensor[index]
    assert f"shape {tuple(tensor.shape)} → {tuple(result.shape)}" in texts(figure)
    assert f"becomes {tuple(result.shape)}" in figure.get_label()
    assert len(named(figure, "result:")) == result.numel()


@pytest.mark.parametrize(("tensor", "index"), EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_it_is_a_view_exactly_if_a_write_to_the_result_reaches_the_tensor(tensor, index):
    figure = figures.selection(tensor, index)
    verdict = named_texts(figure, "verdict")[""]
    assert verdict in figure.get_label()
    copied = tensor.detach().clone(memory_format=torch.preserve_format)
    result, before = copied[index], copied.clone()
    if result.numel() == 0:
        assert verdict == "nothing is selected: there is no memory to share"
        return
    result.fill_(False) if result.dtype == torch.bool else result.add_(1)
    expected = "a copy" if torch.equal(copied, before) else "a view"
    assert verdict.startswith(expected)
    if expected == "a view":
        result = tensor[index]
        assert f"offset {result.storage_offset()}, strides {result.stride()}" in verdict
    else:
        size = result.numel() * result.element_size()
        assert figures.values.bytes_text(size) in verdict


@pytest.mark.parametrize("name", ["cell", "block", "mask", "duplicates", "pairs", "crossings"])
def test_the_result_holds_the_numbers_and_says_where_a_copy_has_them_from(name):
    tensor, index = EXPRESSIONS[name]
    figure = figures.selection(tensor, index)
    result = tensor[index]
    shown = named_texts(figure, "shown:")
    assert [shown[str(i)] for i in range(result.numel())] == list(map(str, flat(result)))
    origins = named_texts(figure, "from:")
    if named_texts(figure, "verdict")[""].startswith("a view"):
        assert not origins
        return
    for i, value in enumerate(flat(result)):
        row, column = map(int, origins[str(i)].strip("[]").split(","))
        assert tensor[row, column] == value


def test_a_cell_that_is_taken_twice_says_so():
    figure = figures.selection(A, [0, 0, 2])
    assert named_texts(figure, "times:") == {str(i): "×2" for i in range(5)}
    assert "×n: selected n times" in texts(figure)
    assert "×n: selected n times" not in texts(figures.selection(A, [0, 2]))


def test_an_array_is_read_by_the_rules_of_numpy():
    array = A.numpy()
    figure = figures.selection(array, np.s_[::-1])
    assert named_texts(figure, "verdict")[""] == (
        "a view: the same memory, strides (-40, 8) in bytes"
    )
    assert array[::-1].strides == (-40, 8)
    figure = figures.selection(array, (1, 2))
    assert "a copy" in named_texts(figure, "verdict")[""]
    assert "NumPy number" in figure.get_label()
    assert "a view" in named_texts(figures.selection(A, (1, 2)), "verdict")[""]
    index = np.s_[0, :, [0, 1]]
    assert "shape (5, 6, 7) → (2, 6)" in texts(figures.selection(np.zeros((5, 6, 7)), index))
    assert np.zeros((5, 6, 7))[index].shape == (2, 6)
    assert "shape (5, 6, 7) → (6, 2)" in texts(figures.selection(X, index))
    assert X[index].shape == (6, 2)


@pytest.mark.parametrize(
    ("index", "code"),
    [
        (np.s_[1:3, ::2], "A[1:3, ::2]"),
        (np.s_[:, None], "A[:, None]"),
        (np.s_[..., -1], "A[..., -1]"),
        (A > 10, "A[mask]"),
        ([0, 3], "A[[0, 3]]"),
        (torch.tensor([[0, 1], [3, 2]]), "A[tensor([[0, 1], [3, 2]])]"),
        ((torch.tensor([[0], [3]]), torch.tensor([1, 4])), "A[[[0], [3]], [1, 4]]"),
        ((), "A[()]"),
        ((2,), "A[2,]"),
        (torch.zeros(20, dtype=torch.int64), "A[index (20,)]"),
    ],
)
def test_the_expression_is_written_as_code(index, code):
    assert code in texts(figures.selection(A, index))


@pytest.mark.parametrize(
    ("tensor", "index", "effects"),
    [
        (A, np.s_[1:3, ::2], ["dim 0: takes 1–2, size 4 → 2", "dim 1: takes 0, 2, 4, size 5 → 3"]),
        (
            A,
            -1,
            [
                "dim 0: takes -1, which is 3, and the axis is gone",
                "dim 1: not mentioned, all of it",
            ],
        ),
        (A, np.s_[:, [1, 1]], ["dim 0: takes all 4", "dim 1: takes 1, 1, size 5 → 2"]),
        (A, [1, 2], ["dim 0: takes 1, 2, size 4 → 2"]),
        (A, [0, 1, 2, 3], ["dim 0: takes 0, 1, 2, 3, size 4 → 4"]),
        (A, [], ["dim 0: takes none, size 4 → 0"]),
        (A, [-2, -1], ["dim 0: takes 2, 3, size 4 → 2"]),
        (A, ([1, 2], [3, 4]), ["dim 0: takes 1, 2", "dim 1: takes 3, 4"]),
        (torch.rand(24), list(range(20)), ["dim 0: takes 20 of them, size 24 → 20"]),
        (A, A > 10, ["dims 0–1: True at 9 of 20 places, size 20 → 9"]),
        (C, np.s_[None, ..., 0], ["a new axis of size 1", "dims 0–1: as before"]),
        (
            A,
            ([0, 3], [1, 4]),
            ["dim 1: takes 1, 4", "[0, 3] and [1, 4] are read together: shape (2,)"],
        ),
        (X, np.s_[[0, 1], :, [0, 1]], ["comes first because they stand apart"]),
        (
            X.numpy(),
            np.s_[0, :, [0, 1]],
            ["0 and [0, 1] are read together: shape (2,), which comes first"],
        ),
        (A, (ROWS, [1, 2]), ["dim 0: True at 2 of 4 places", "mask and [1, 2] are read together"]),
        (torch.tensor(1.0), ..., ["no axes are left for it"]),
    ],
)
def test_each_part_of_the_index_is_explained(tensor, index, effects):
    figure = figures.selection(tensor, index)
    written = texts(figure)
    for effect in effects:
        assert any(effect in text for text in written), written
        assert effect in figure.get_label()


def test_what_is_read_together_comes_first_only_if_it_stands_apart():
    for index in (np.s_[:, [0, 1], [0, 1]], np.s_[[0, 1], [0, 1]], np.s_[0, :, [0, 1]]):
        assert "comes first" not in figures.selection(X, index).get_label()
        assert X[index].shape != (2, 6)
    assert X[np.s_[[0, 1], :, [0, 1]]].shape == (2, 6)


def test_indices_from_the_end_are_written_where_the_index_uses_them():
    def written(index):
        return set(texts(figures.selection(A, index)))

    assert {"-4", "-1"} <= written(np.s_[-1, :])
    assert "-5" not in written(np.s_[-1, :])
    assert {"-5", "-1"} <= written(np.s_[:, -3:])
    assert "-1" not in written(np.s_[1:3, ::2])


# gather and scatter


def lane_names(shape, axis):
    """The name of each line along an axis, and its index with a hole for the place on it."""
    for lead in product(*(range(1 if a == axis else n) for a, n in enumerate(shape))):
        if len(shape) == 1:
            name = ""
        elif len(shape) == 2:
            name = f"{'row' if axis else 'column'} {lead[1 - axis]}"
        else:
            name = f"[{', '.join(':' if a == axis else str(i) for a, i in enumerate(lead))}]"
        yield name, lambda place, lead=lead: (*lead[:axis], place, *lead[axis + 1 :])


INDEXED = {
    "rows": (A, 1, torch.tensor([[0, 4], [1, 1], [2, 0], [3, 3]])),
    "columns": (A, 0, torch.tensor([[0, 1, 2, 3, 0]])),
    "1-D": (torch.arange(4) * 10, 0, torch.tensor([3, 0, 0])),
    "first of three": (C, 0, torch.ones(1, 3, 4, dtype=torch.int64)),
    "middle of three": (C, -2, torch.tensor([[[0, 2, 1, 1]], [[2, 2, 0, 0]]])),
    "last of three": (C, 2, torch.tensor([[[3, 0], [1, 1], [2, 0]]])),
}


@pytest.mark.parametrize(("tensor", "dim", "index"), INDEXED.values(), ids=INDEXED)
def test_gather_arrows_lead_from_where_the_index_says(tensor, dim, index):
    figure = figures.gather(tensor, dim, index)
    axis = dim % tensor.ndim
    arrows, results = set(), {}
    for name, at in lane_names(tensor.shape, axis):
        for place in range(index.shape[axis]):
            if any(i >= n for i, n in zip(at(place), index.shape, strict=True)):
                continue
            start = index[at(place)].item()
            arrows.add(f"{name}:{start}:{place}")
            results[f"{name}:{place}"] = str(tensor[at(start)].item())
    assert set(named(figure, "arrow:")) == arrows
    assert named_texts(figure, "result:") == results
    assert f"→ result {tuple(index.shape)}" in figure.get_label()


@pytest.mark.parametrize("reduce", [None, "sum", "amax", "prod"])
@pytest.mark.parametrize(("tensor", "dim", "index"), INDEXED.values(), ids=INDEXED)
def test_scatter_shows_what_a_loop_would_write(tensor, dim, index, reduce):
    source = arange(*index.shape) + 100
    figure = figures.scatter(tensor, dim, index, source, reduce)
    axis = dim % tensor.ndim
    after, arrows, arriving = tensor.clone(), set(), {}
    for name, at in lane_names(tensor.shape, axis):
        for place in range(index.shape[axis]):
            if any(i >= n for i, n in zip(at(place), index.shape, strict=True)):
                continue
            end, value = index[at(place)].item(), source[at(place)]
            old = after[at(end)]
            combine = {"sum": old + value, "prod": old * value, "amax": max(old, value)}
            after[at(end)] = combine.get(reduce, value)
            arrows.add(f"{name}:{place}:{end}")
            arriving.setdefault(f"{name}:{end}", set()).add(value.item())
    assert set(named(figure, "arrow:")) == arrows
    unclear = {name for name, values in arriving.items() if len(values) > 1 and reduce is None}
    assert set(named(figure, "unclear:")) == unclear
    assert any("left to chance" in text for text in texts(figure)) == bool(unclear)
    before, written = named_texts(figure, "before:"), named_texts(figure, "after:")
    for name, at in lane_names(tensor.shape, axis):
        for place in range(tensor.shape[axis]):
            key = f"{name}:{place}"
            assert before[key] == str(tensor[at(place)].item())
            if key not in unclear:
                assert written[key] == figures.values.value_text(after[at(place)].item())


def test_scatter_takes_the_words_of_both_functions():
    target, index = torch.zeros(3), torch.tensor([0, 0])
    assert "+= source[i]" in figures.scatter(target, 0, index, torch.ones(2), "add").get_label()
    figure = figures.scatter(target, 0, index, 5, "sum")
    assert named_texts(figure, "after:")[":0"] == "10.0"
    assert "mean of itself and all that arrives" in (
        figures.scatter(target, 0, index, torch.ones(2), "mean").get_label()
    )


# Windows

SERIES = {
    "plain": (torch.arange(10, 18), 3, 1),
    "strided": (torch.arange(12)[1::2], 3, 1),
    "offset": (torch.arange(12)[3:], 4, 2),
    "blocks": (torch.arange(12), 3, 3),
    "apart": (torch.arange(12), 2, 4),
    "all": (torch.arange(5.0), 5, 1),
    "long": (torch.arange(24), 12, 1),
    "column": (arange(4, 3)[:, 1], 2, 1),
    "numpy": (np.arange(9, dtype=np.int16)[::2], 2, 1),
}


@pytest.mark.parametrize(("series", "size", "step"), SERIES.values(), ids=SERIES)
def test_each_window_reads_its_boxes(series, size, step):
    figure = figures.windows(series, size, step)
    tensor = torch.as_tensor(series)
    whole = tensor.untyped_storage()
    starts = range(0, len(tensor) - size + 1, step)
    # Addresses are the independent witness: each element of the tensor alone knows its own.
    at = [
        (tensor[start + k].data_ptr() - whole.data_ptr()) // tensor.element_size()
        for start in starts
        for k in range(size)
    ]
    shown = named_texts(figure, "shown:")
    expected = [str(tensor[start + k].item()) for start in starts for k in range(size)]
    assert [shown[str(i)] for i in range(len(expected))] == expected
    assert set(map(int, named(figure, "box:"))) == set(at)
    ghosts = {i for i, box in enumerate(at) if box in at[:i]}
    assert set(map(int, named(figure, "ghost:"))) == ghosts
    boxes = {int(name): artists[0].get_x() for name, artists in named(figure, "box:").items()}
    for kind in ("cell", "ghost"):
        for name, artists in named(figure, f"{kind}:").items():
            assert artists[0].get_x() == pytest.approx(boxes[at[int(name)]], abs=0.03)
    view = tensor.unfold(0, size, step)
    assert {str(tuple(view.shape)), str(view.stride())} <= set(texts(figure))
    cells = f"{len(at)} cells read {len(set(at))} boxes"
    assert cells in figure.get_label()
    assert ("neighbouring windows share" in figure.get_label()) == bool(ghosts)


def test_windows_of_an_array_read_its_memory():
    array = np.arange(9)[::2]
    assert "strides (2, 2)" in figures.windows(array, 2).get_label()


# All of them


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: figures.selection(A, 4),
            r"A\[4\] of shape \(4, 5\) raises IndexError.*out of bounds",
        ),
        (lambda: figures.selection(A, np.s_[::-1]), r"A\[::-1\].*ValueError: step must be greater"),
        (lambda: figures.selection(A, (0, 0, 0)), "IndexError: too many indices"),
        (lambda: figures.selection(A, 1.5, name="M"), r"M\[1.5\].*IndexError"),
        (lambda: figures.selection(A, A[:3] > 2), "mask.*IndexError: The shape of the mask"),
        (lambda: figures.selection(A, "row"), r"A\[row\]"),
        (lambda: figures.selection(A.numpy(), 4), "raises IndexError"),
        (lambda: figures.selection([1, 2], 0), "A is of type list.*torch.tensor"),
        (lambda: figures.selection(torch.zeros(30, 30), 0), "too large.*400 cells.*smaller"),
        (lambda: figures.selection(torch.zeros(1, 1, 1, 1, 1), 0), "4 axes"),
        (lambda: figures.selection(torch.zeros(25, 1), 0), "24 rows"),
        (lambda: figures.selection(A, [0] * 100), "too large.*Select less"),
        (lambda: figures.selection(torch.zeros(2, device="meta"), 0), "A is a meta tensor"),
        (lambda: figures.gather(A, 2, A), "dim is 2.*axes 0 to 1"),
        (lambda: figures.gather(A, 0.0, A), "dim is 0.0"),
        (lambda: figures.gather(torch.tensor(1), 0, torch.tensor(0)), "0 axes"),
        (lambda: figures.gather(torch.zeros(1, 1, 1, 1, 1), 0, A), r"5 axes.*x\[0\]"),
        (lambda: figures.gather(A, 1, torch.tensor([[5]])), "RuntimeError.*from 0 to 4"),
        (lambda: figures.gather(A, 1, torch.tensor([[-1]])), "from the end; index % 5 does"),
        (lambda: figures.gather(A, 1, torch.tensor([0])), "RuntimeError.*an index of 2 axes"),
        (lambda: figures.gather(A, 1, torch.tensor([[0.5]])), "RuntimeError.*whole numbers"),
        (lambda: figures.gather(torch.zeros(20, 2), 1, torch.zeros(1, 1).long()), "20 lines.*16"),
        (lambda: figures.gather(torch.zeros(20), 0, torch.zeros(1).long()), "1 lines of 20"),
        (lambda: figures.gather(torch.zeros(2), 0, torch.zeros(20).long()), "line of 20"),
        (lambda: figures.scatter(A, 0, torch.tensor([[9]]), A), "RuntimeError.*from 0 to 3"),
        (lambda: figures.scatter(A, 0, A[:1] % 4, torch.rand(4, 5)), r"scatter\(0.*dtype"),
        (lambda: figures.scatter(A, 0, A % 4, A, "max"), "reduce is 'max'.*amax"),
        (lambda: figures.scatter(A, 0, A % 4, A, ["sum"]), "reduce is"),
        (lambda: figures.windows(A, 2), r"series has the shape \(4, 5\).*series\[0\]"),
        (lambda: figures.windows(torch.zeros(0), 1), "at least one number"),
        (lambda: figures.windows(torch.arange(4), 5, name="x"), "size is 5.*1 to 4.*x"),
        (lambda: figures.windows(torch.arange(4), 2, 0), "step is 0"),
        (lambda: figures.windows(torch.arange(100)[:5], 2), r"100 boxes.*series\[:10\].clone"),
        (lambda: figures.windows(torch.arange(20), 2), "19 windows"),
        (lambda: figures.windows(torch.ones(1).expand(4), 2), "series.clone"),
        (lambda: figures.windows(np.arange(6)[::-1], 2), r"negative.*series.copy\(\)"),
        (lambda: figures.windows(torch.rand(20) * 1e-20 * (1 + 1j), 6), "too long"),
    ],
)
def test_what_cannot_be_drawn_is_named_with_a_remedy(call, words):
    with pytest.raises(figures.FigureError, match=f"(?s){words}"):
        call()


def test_a_deprecated_index_is_drawn_in_silence(recwarn):
    figures.selection(A, [[0, 1], [0, 1]])
    figures.selection(A, ROWS.to(torch.uint8))
    assert not recwarn.list


def test_arguments_and_surroundings_stay_as_they_are():
    tensor = torch.rand(4, 5, requires_grad=True)
    before, state, version = tensor.detach().clone(), torch.get_rng_state(), tensor._version
    index = torch.tensor([[0, 1, 1, 2, 3]])
    figures.selection(tensor, index)
    figures.gather(tensor, 0, index)
    figures.scatter(tensor, 0, index, tensor)
    figures.windows(tensor[:, 0].detach()[:3].clone(), 2)
    assert torch.equal(tensor, before)
    assert (tensor._version, tensor.grad, tensor.requires_grad) == (version, None, True)
    assert index.tolist() == [[0, 1, 1, 2, 3]]
    assert torch.equal(torch.get_rng_state(), state)
