"""The pictures of autograd, held to what torch records and computes with the same expressions."""

import functools
import itertools
import random

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from drawn import assert_legible, named, named_texts, texts
from matplotlib.colors import to_rgb
from matplotlib.patches import FancyBboxPatch
from matplotlib.text import Text

from gradschool import figures
from gradschool.figures import style
from gradschool.figures.layering import Block, Link, lay_out


def leaf(value):
    return torch.tensor(value, requires_grad=True)


class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, factor):
        ctx.save_for_backward(x)
        ctx.factor = factor
        return x**3 * factor

    @staticmethod
    def backward(ctx, upstream):
        (x,) = ctx.saved_tensors
        return 3 * x**2 * ctx.factor * upstream, None


def square():
    x = leaf(3.0)
    y = x**2
    return y, {"x": x, "y": y}


def product():
    x = leaf(2.0)
    return x * x * x, {"x": x}


def polynomial():
    x = leaf(2.0)
    y = x**2 + 3 * x + 1
    return y, {"x": x, "y": y}


def neuron():
    w, b, x, t = leaf(2.0), leaf(1.0), torch.tensor(3.0), torch.tensor(5.0)
    p = w * x + b
    loss = (p - t) ** 2
    return loss, {"w": w, "b": b, "x": x, "t": t, "p": p, "loss": loss}


def network():
    """The 2-2-1 network of curriculum row A-19."""
    a, b = leaf(2.0), leaf(3.0)
    c, d = 5 * a - 3 * b, 2 * a**2 + 2 * b
    y = 4 * c + 3 * d
    return y, {"x11": a, "x21": b, "x12": c, "x22": d, "y": y}


def linear():
    layer = torch.nn.Linear(3, 2)
    X, target = torch.randn(5, 3), torch.randn(5, 2)
    loss = F.mse_loss(layer(X), target)
    return loss, {"X": X, "target": target, **dict(layer.named_parameters()), "loss": loss}


def mlp():
    layers = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2))
    X, target = torch.randn(5, 3), torch.randn(5, 2)
    return F.mse_loss(layers(X), target), {"X": X, "t": target, **dict(layers.named_parameters())}


def classifier():
    X, W, b = torch.randn(5, 3), torch.randn(3, 4, requires_grad=True), leaf([0.0] * 4)
    return F.cross_entropy(X @ W + b, torch.tensor([0, 1, 2, 3, 0])), {"X": X, "W": W, "b": b}


def loop():
    h, w, u = torch.tensor(0.1), leaf(0.9), leaf(0.5)
    for _ in range(10):
        h = torch.tanh(w * h + u)
    return h, {"w": w, "u": u, "h": h}


def views():
    A = torch.arange(12.0).reshape(3, 4).requires_grad_()
    return (A[1:, ::2].T[0] * A[0, [0, 1]]).view(2).sum(), {"A": A}


def own_function():
    x = leaf(2.0)
    y = Cube.apply(x, 2.0) * x
    return y, {"x": x, "y": y}


def without_grad():
    x = leaf(2.0)
    with torch.no_grad():
        k = x * 5
    y = x * k + x.detach()
    return y, {"x": x, "k": k, "y": y}


def several_outputs():
    A = torch.arange(12.0).reshape(3, 4).requires_grad_()
    a, b, c = A.unbind(0)
    return (a * b + c).sum(), {"A": A, "a": a, "b": b, "c": c}


def deep_network():
    layers = [layer for _ in range(6) for layer in (torch.nn.Linear(3, 3), torch.nn.Tanh())]
    X = torch.randn(5, 3)
    return torch.nn.Sequential(*layers)(X).square().mean(), {"X": X}


def wide():
    parts = [leaf(float(number)) for number in range(24)]
    return torch.stack(parts).sum(), {}


def tangled(seed=3, operations=30):
    draw = random.Random(seed)
    leaves = [leaf(number / 4 + 0.5) for number in range(5)]
    made = list(leaves)
    for _ in range(operations):
        a, b = draw.sample(made[-8:], 2)
        made.append(draw.choice([a + b, a * b, torch.sin(a), a - b, torch.exp(-a.square())]))
    return made[-1] + made[-2] + made[-3], dict(zip("abcde", leaves, strict=True))


EXPRESSIONS = [
    square, product, polynomial, neuron, network, linear, mlp, classifier, loop, views,
    own_function, without_grad, several_outputs, deep_network, wide, tangled,
]  # fmt: skip
SMALL = [square, product, polynomial, neuron, network, linear, own_function, several_outputs]


def cubic(x):
    return (x - 3) * (x - 6) * (x - 4)


def hills(x, y):
    return torch.sin(x) + torch.cos(y)


GALLERY = {
    "tangent": lambda: figures.tangent(cubic, 2.0, (0, 10)),
    "tangent down": lambda: figures.tangent(cubic, 4.5, name="g"),
    "tangents": lambda: figures.tangent(cubic, [1, 2, 3, 4, 5, 6], (0, 8)),
    "tangent flat": lambda: figures.tangent(lambda x: 0 * x, 1.0),
    "tangent at a kink": lambda: figures.tangent(torch.abs, 0.0),
    "tangent of half a curve": lambda: figures.tangent(torch.log, 1.0),
    "secants": lambda: figures.secants(torch.square, 1.0),
    "secants left": lambda: figures.secants(torch.square, 1.0, (-1, 1.0), (-3, 3)),
    "field": lambda: figures.gradient_field(hills, (-2, 2), (-2, 2), [(-1, 0.5), (0.5, 1)]),
    "field wide": lambda: figures.gradient_field(lambda x, y: x**2 + 4 * y**2, (-3, 3), (-1, 1)),
    "field high": lambda: figures.gradient_field(lambda x, y: x + y, (0, 1), (0, 3)),
    "errors": lambda: figures.difference_errors(torch.sin, torch.cos, 1.0),
    "errors of one": lambda: figures.difference_errors(torch.exp, torch.exp, 0, [torch.float16]),
    "errors none": lambda: figures.difference_errors(lambda x: 2 * x, lambda x: 0 * x + 2, 0),
    "norms": lambda: figures.gradient_norms({"a": [1e-13, 1e-3, 1], "b": [2.0, 1.0, 0.5]}),
    "norms of one": lambda: figures.gradient_norms(torch.tensor([0.0, 0.0, 1e-30, 1.0])),
    "jacobian": lambda: figures.jacobian(torch.tensor([[2.0, 1.0, 0.0], [0.0, -4.0, 0.0]])),
    "jacobian names": lambda: figures.jacobian(np.eye(2), ["loss", "accuracy"], ["weight", "bias"]),
    "jacobian large": lambda: figures.jacobian(torch.randn(30, 50)),
    "jacobian nan": lambda: figures.jacobian(torch.tensor([[torch.nan, torch.inf]])),
}  # fmt: skip


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


@pytest.mark.parametrize("make", GALLERY.values(), ids=GALLERY)
def test_is_legible(make):
    assert_legible(make())


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("make", EXPRESSIONS)
def test_a_graph_is_legible(make, backward):
    figure = figures.graph(*make(), backward=backward)
    assert_legible(figure)
    assert_links_are_clear(figure)


@pytest.mark.parametrize("make", SMALL)
def test_steps_are_legible(make):
    assert_legible(figures.graph_steps(*make()))


# The layout


def boxes_of(figure):
    """The boxes of a graph by node: where they are, in inches."""
    boxes = {}
    for artist in figure.findobj(FancyBboxPatch):
        kind, *number = artist.get_gid().split(":")
        if kind != "key":
            box = artist.get_x(), artist.get_y(), artist.get_width(), artist.get_height()
            boxes.setdefault(int(number[0]), []).append(box)
    return boxes


def assert_links_are_clear(figure):
    """No link runs through a box that it does not end at, no box covers another, none a word."""
    boxes = [(node, *box) for node, some in boxes_of(figure).items() for box in some]
    for (_, x, y, w, h), (_, a, b, c, d) in itertools.combinations(boxes, 2):
        assert min(x + w, a + c) <= max(x, a) or min(y + h, b + d) <= max(y, b)
    figure.draw_without_rendering()
    to_inches = figure.axes[0].transData.inverted()
    taken = [(node, x + 0.01, x + w - 0.01, y + 0.01, y + h - 0.01) for node, x, y, w, h in boxes]
    for text in figure.findobj(Text):
        if (text.get_gid() or "").split(":")[0] in {"function", "saved"}:
            (left, low), (right, high) = to_inches.transform(text.get_window_extent())
            taken.append(
                (text.get_text(), left, right, *(sorted((low, high)) + np.array([0.02, -0.02])))
            )
    t = np.linspace(0, 1, 25)
    powers = np.stack([(1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3], axis=1)
    for name, patches in named(figure, "link:").items():
        for patch in patches:
            x, y = (powers @ patch.get_path().vertices).T  # a cubic Bézier curve
            for what, left, right, top, bottom in taken:
                inside = (left < x) & (x < right) & (top < y) & (y < bottom)
                assert not inside.any(), (name, what)


@pytest.mark.parametrize("seed", range(5))
def test_any_graph_is_clear(seed):
    assert_links_are_clear(figures.graph(*tangled(seed, 12)))
    assert_links_are_clear(figures.graph(*tangled(seed, 20), backward=True))


def test_a_crossing_that_need_not_be_is_undone():
    blocks = [Block(1, 1, (0.5,)), Block(1, 1, (0.5,))]
    blocks += [Block(1, 1, (0.5,), (0.5,))] * 2 + [Block(1, 1, (), (0.2, 0.8))]
    links = [Link(0, 0, 3, 0), Link(1, 0, 2, 0), Link(2, 0, 4, 0), Link(3, 0, 4, 1)]
    corners = lay_out(blocks, links, 9).corners
    assert (corners[0][0] < corners[1][0]) == (corners[3][0] < corners[2][0])
    assert corners[0][1] < corners[2][1] < corners[4][1]


def test_a_full_row_is_continued_above():
    blocks = [Block(1, 0.5, (0.5,))] * 12 + [Block(2, 0.5, (), tuple(np.linspace(0.1, 1.9, 12)))]
    plan = lay_out(blocks, [Link(number, 0, 12, number) for number in range(12)], 6)
    assert plan.width < 8
    assert len({y for _, y in plan.corners}) > 2


def test_a_long_graph_is_continued_in_a_second_column():
    figure = figures.graph(*loop(), backward=True)
    assert figure.get_size_inches()[1] < 13
    boxes = boxes_of(figure)
    h = max(boxes)  # the result is at the end, and its column begins above the middle of the first
    assert boxes[h][0][0] > boxes[0][0][0] + boxes[0][0][2]


# What is drawn


def functions_of(tensor):
    """Every grad_fn behind a tensor, found in another way than the picture does."""
    found = {tensor.grad_fn}
    while new := {n for f in found for n, _ in f.next_functions if n is not None} - found:
        found |= new
    return found


@pytest.mark.parametrize("make", EXPRESSIONS)
def test_each_function_is_drawn_once(make):
    result, names = make()
    found = functions_of(result)
    leaves = {function for function in found if hasattr(function, "variable")}
    figure = figures.graph(result, names)
    assert len(named(figure, "operation:")) == len(found - leaves)
    assert len(named(figure, "leaf:")) == len(leaves)
    links = sum(len(function.next_functions) for function in found)
    assert len(named(figure, "arrow:")) == links
    label = figure.get_label()
    for function in found - leaves:
        assert f"{type(function).__name__} takes" in label
    variables = [function.variable for function in leaves]
    for name, tensor in names.items():
        if tensor.grad_fn in found or any(tensor is variable for variable in variables):
            assert any(word.startswith(name) for word in texts(figure))


def test_operations_have_the_signs_of_mathematics():
    figure = figures.graph(*polynomial())
    assert sorted(named_texts(figure, "symbol:").values()) == ["( )²", "+", "+", "×"]
    assert sorted(named_texts(figure, "function:").values()) == [
        "AccumulateGrad", "AddBackward0", "AddBackward0", "MulBackward0", "PowBackward0",
    ]  # fmt: skip
    assert "addmm" in texts(figures.graph(*linear()))
    assert "Cube" in texts(figures.graph(*own_function()))
    x = leaf(2.0)
    assert {"( )^0.5", "( )⁻¹²"} <= set(texts(figures.graph(x**0.5 + x**-12)))
    (slope,) = torch.autograd.grad(x**3, x, create_graph=True)
    assert {"× 3", "result = 12.0"} <= set(texts(figures.graph(slope)))


def test_numbers_that_autograd_does_not_keep_are_computed_again():
    assert {"6.0", "10.0", "y = 11.0", "x = 2.0", "not kept"} <= set(
        texts(figures.graph(*polynomial()))
    )
    assert {"6.0", "p = 7.0", "2.0", "loss = 4.0", "t = 5.0", "x = 3.0"} <= set(
        texts(figures.graph(*neuron()))
    )


def test_numbers_that_contradict_the_graph_are_left_out():
    x = leaf(2.0)
    y = torch.sin(x + 3 * x) + 1
    with torch.no_grad():
        x.mul_(10)
    values = set(named_texts(figures.graph(y + 0, {"x": x, "y": y}), "value:").values())
    assert "80.0" not in values
    assert "x = 20.0" in values


def test_what_is_saved_is_named():
    saved = named_texts(figures.graph(*neuron()), "saved:")
    assert sorted(saved.values()) == ["saves self = 2.0", "saves x"]
    assert "saves other = 3" in texts(figures.graph(*polynomial()))
    assert "saves x" in texts(figures.graph(*own_function()))
    assert any("saves X" in word for word in texts(figures.graph(*linear())))


def test_what_needs_no_gradient_is_drawn_once_and_dashed():
    x, w = torch.tensor([1.0, 2.0]), leaf([3.0, 4.0])
    figure = figures.graph((w * x).sum() + (w * x * x).sum(), {"x": x, "w": w})
    constants = named(figure, "constant:")
    assert len(constants) == 1
    assert next(iter(constants.values()))[0].get_linestyle() != "solid"
    assert "x = [1.0, 2.0]" in texts(figure)


def test_saved_tensors_that_are_gone_are_marked():
    x = leaf(2.0)
    y = torch.exp(x) * x
    y.backward()
    figure = figures.graph(y, {"x": x})
    assert any(word.endswith("freed") and "✗" in word for word in texts(figure))
    assert "freed" in figure.get_label()
    a = x * 1.0
    z = a**2
    a.add_(1)
    assert "✗ self: changed since" in texts(figures.graph(z))


def test_tensors_without_numbers_have_shapes():
    x = torch.zeros(3, device="meta", requires_grad=True)
    assert {"(3,)", "result ()"} <= set(texts(figures.graph((x * 2).sum())))


# Gradients


def written_grads(figure, names):
    """The gradients in a picture by the names of their tensors."""
    values, grads = named_texts(figure, "value:"), named_texts(figure, "grad:")
    found = {}
    for name in names:
        keys = [key for key, text in values.items() if text.split(" ")[0] == name]
        if keys and keys[0] in grads:
            found[name] = grads[keys[0]].removeprefix("grad ").split("= ")[-1]
    return found


@pytest.mark.parametrize("make", [square, product, polynomial, neuron, network, own_function])
def test_gradients_are_those_of_torch(make):
    result, names = make()
    figure = figures.graph(result, names, backward=True)
    tracked = {name: tensor for name, tensor in names.items() if tensor.requires_grad}
    slopes = torch.autograd.grad(result, list(tracked.values()))
    expected = {name: slope.item() for name, slope in zip(tracked, slopes, strict=True)}
    found = written_grads(figure, names)
    assert {name: float(text) for name, text in found.items()} == pytest.approx(expected)


def test_the_gradients_of_the_network_are_those_of_the_curriculum():
    grads = written_grads(figures.graph(*network(), backward=True), ["x11", "x21"])
    assert grads == {"x11": "44.0", "x21": "-6.0"}


def test_contributions_stand_at_the_links_and_are_added():
    figure = figures.graph(*polynomial(), backward=True)
    assert sorted(named_texts(figure, "sent:").values()) == ["3.0", "4.0"]
    assert "grad 3.0 + 4.0 = 7.0" in texts(figure)
    assert sorted(named_texts(figures.graph(*product(), backward=True), "sent:").values()) == [
        "4.0", "4.0", "4.0",
    ]  # fmt: skip


def test_an_upstream_gradient_is_used():
    x = leaf([1.0, 2.0])
    y = x**2
    figure = figures.graph(y, {"x": x, "y": y}, True, torch.tensor([1.0, 10.0]))
    assert {"grad [2.0, 40.0]", "grad [1.0, 10.0]"} <= set(texts(figure))
    assert "x [2.0, 40.0]" in figure.get_label()


@pytest.mark.parametrize("make", SMALL)
def test_the_steps_are_the_order_in_which_torch_runs(make):
    result, names = make()
    ran = []
    handles = []
    for function in functions_of(result):
        if not hasattr(function, "variable"):
            note = functools.partial(lambda name, *_: ran.append(name), type(function).__name__)
            handles.append(function.register_hook(note))
    result.backward(retain_graph=True)
    for handle in handles:
        handle.remove()
    figure = figures.graph_steps(result, names)
    titles = [artist.get_text() for artist in named(figure, "step")[""]]
    assert [title.split("  ")[1] for title in titles if "Backward" in title] == ran
    # One operation runs in each panel but the first.
    running = [a for artists in named(figure, "operation:").values() for a in artists]
    marked = [a for a in running if a.get_linewidth() > 2]
    assert len(marked) == len(ran)


def test_the_last_step_has_all_gradients_and_the_first_one_only_the_seed():
    result, names = network()
    figure = figures.graph_steps(result, names)
    grads = named(figure, "grad:")
    panels = sum(artist.get_text() == "y = 46.0" for artist in figure.findobj(Text))
    assert panels == 11
    (result_key,) = [k for k, artists in grads.items() if len(artists) == panels]
    assert {artist.get_text() for artist in grads[result_key]} == {"grad 1.0"}
    assert "grad 24.0 + 20.0 = 44.0" in texts(figure) or "grad 20.0 + 24.0 = 44.0" in texts(figure)


@pytest.mark.parametrize(
    "draw",
    [
        lambda *args: figures.graph(*args),
        lambda *args: figures.graph(*args, backward=True),
        lambda *args: figures.graph_steps(*args),
    ],
)
def test_nothing_is_disturbed_and_it_works_twice(draw):
    result, names = neuron()
    names["w"].grad = torch.tensor(100.0)
    names["p"].retain_grad()
    inner = (names["w"] * 2).square()
    hidden = inner * 3  # keeps its gradient, and nobody tells its name
    hidden.retain_grad()
    result = result + hidden
    versions = {name: tensor._version for name, tensor in names.items()}
    state = torch.get_rng_state()
    first = draw(result, names)
    assert draw(result, names).get_label() == first.get_label()
    with torch.no_grad():
        assert draw(result, names).get_label() == first.get_label()
    assert names["w"].grad == 100
    assert [names["b"].grad, names["p"].grad, hidden.grad] == [None, None, None]
    assert {name: tensor._version for name, tensor in names.items()} == versions
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.is_grad_enabled()
    result.backward()
    assert names["w"].grad == 100 + 12 + 3 * 2 * 4 * 2
    assert names["p"].grad == 4
    assert hidden.grad == 1


def test_a_graph_is_drawn_from_a_freed_one_only_without_a_backward_pass():
    result, names = square()
    result.backward()
    figures.graph(result, names)
    for draw in (lambda: figures.graph(result, backward=True), lambda: figures.graph_steps(result)):
        with pytest.raises(figures.FigureError, match=r"freed.*retain_graph=True"):
            draw()


# Slopes


def test_the_tangent_touches_and_has_the_slope():
    figure = figures.tangent(cubic, 2.0, (0, 10))
    (line,) = named(figure, "tangent:")["2"]
    (x0, x1), (y0, y1) = line.get_data()
    assert (y1 - y0) / (x1 - x0) == pytest.approx(14)
    assert y0 + 14 * (2 - x0) == pytest.approx(-8)
    assert "at x = 2: f(x) = -8, slope 14" in texts(figure)
    assert {"1 right", "14 up"} <= set(texts(figure))
    assert "3 down" in " ".join(texts(figures.tangent(lambda x: -3 * x, 0.0)))
    curve = named(figure, "curve")[""][0]
    x, y = curve.get_data()
    assert y == pytest.approx((x - 3) * (x - 6) * (x - 4))


def test_several_tangents_have_the_slopes_of_the_curriculum():
    figure = figures.tangent(cubic, range(1, 7), (0, 8))
    found = [word for word in texts(figure) if word.startswith("slope")]
    assert found == [f"slope {slope}" for slope in (31, 14, 3, -2, -1, 6)]


def test_secants_become_the_tangent():
    figure = figures.secants(torch.square, 1.0, (2, 1, 0.5))
    for h in (2, 1, 0.5):
        (line,) = named(figure, f"secant:{h:g}")[""]
        x, y = line.get_data()
        slope = (y[1] - y[0]) / (x[1] - x[0])
        assert slope == pytest.approx(2 + h)
        assert f"h = {h:g}: slope {2 + h:g}" in texts(figure)
    assert "tangent: slope 2" in texts(figure)


def test_errors_are_those_of_the_formulas():
    figure = figures.difference_errors(torch.sin, torch.cos, 1.0)
    exact = np.cos(1.0)
    (line,) = named(figure, "errors:one-sided, float64")[""]
    h, errors = np.array(line.get_data())
    with np.errstate(all="ignore"):
        expected = np.abs((np.sin(1 + h) - np.sin(1)) / h - exact)
    assert errors[:30] == pytest.approx(expected[:30], rel=0.05)
    best = {name: line[0].get_ydata() for name, line in named(figure, "errors:").items()}
    lowest = {name: np.nanmin(values) for name, values in best.items()}
    assert lowest["central, float64"] < lowest["one-sided, float64"] < lowest["one-sided, float32"]
    # U-shaped: both ends are far above the bottom.
    assert all(values[0] > 100 * lowest[name] for name, values in best.items())
    left, right = figure.axes[0].get_xlim()
    assert left > right


# Fields, norms, Jacobians


def test_arrows_are_gradients_at_right_angles_on_the_page():
    points = [(-1, 0.5), (0.5, 1), (1.5, -0.5), (-0.5, -1)]
    figure = figures.gradient_field(hills, (-2, 2), (-2, 2), points)
    axes = figure.axes[0]
    assert axes.get_aspect() == 1
    (field,) = named(figure, "field")[""]
    x, y = field.XY.T
    factor = field.U / np.cos(x)
    assert np.ptp(factor) == pytest.approx(0, abs=1e-9)
    up = np.asarray(field.V)
    assert up == pytest.approx(-np.sin(y) * factor[0], abs=1e-9)
    assert factor[0] > 0
    for point, corner in zip(points, named(figure, "right angle")[""], strict=True):
        gradient = np.array([np.cos(point[0]), -np.sin(point[1])])
        ends = np.array(corner.get_data()).T
        along, across = ends[0] - point, ends[2] - point
        assert along @ across == pytest.approx(0, abs=1e-9)
        assert np.cross([*along, 0], [*gradient, 0])[2] == pytest.approx(0, abs=1e-9)
    assert "at (0.5, 1): gradient (0.8776, -0.8415)" in figure.get_label()


def test_norms_are_drawn_by_layer_and_zeros_are_marked():
    figure = figures.gradient_norms({"a": [1e-9, 1e-3, 1.0], "b": torch.tensor([0.0, 0.0, 2.0])})
    x, y = named(figure, "norms:a")[""][0].get_data()
    assert [list(x), list(y)] == [[1, 2, 3], [1e-9, 1e-3, 1.0]]
    assert list(named(figure, "zeros:b")[""][0].get_xdata()) == [1, 2]
    assert figure.axes[0].get_yscale() == "log"
    looks = {line[0].get_linestyle() for line in named(figure, "norms:").values()}
    assert len(looks) == 2
    assert "a: 1.0e-09 at layer 1, 1.0e+00 at layer 3" in texts(figure)


def test_a_jacobian_is_coloured_by_sign_and_white_at_zero():
    matrix = torch.tensor([[2.0, -4.0, 0.0], [0.0, 1.0, 4.0]])
    figure = figures.jacobian(matrix, columns=["a", "b", "c"])
    cells = named_texts(figure, "slope:")
    assert {key: float(text) for key, text in cells.items()} == {
        f"{row},{column}": matrix[row, column].item() for row in range(2) for column in range(3)
    }
    fill = {
        key: next(a for a in artists if not isinstance(a, Text)).get_facecolor()[:3]
        for key, artists in named(figure, "slope:").items()
    }
    assert fill["0,2"] == fill["1,0"] == pytest.approx((1, 1, 1), abs=0.005)
    assert fill["0,1"] == pytest.approx(to_rgb(style.ORANGE))
    assert fill["1,2"] == pytest.approx(to_rgb(style.BLUE))
    assert list(named_texts(figure, "input:").values()) == ["a", "b", "c"]
    assert list(named_texts(figure, "output:").values()) == ["y0", "y1"]
    assert "2 of its 6 slopes are 0" in figure.get_label()
    assert "1 of its 2 slopes is 0" in figures.jacobian(torch.tensor([[0.0, 1.0]])).get_label()


# All of them


def long_chain(length):
    x = leaf(1.0)
    y = x
    for _ in range(length):
        y = y + 1
    return y


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: figures.graph(3.0), "type float, not a tensor.*item"),
        (lambda: figures.graph(torch.ones(2)), "no grad_fn.*no_grad"),
        (lambda: figures.graph(leaf(1.0)), r"leaf.*x\*\*2"),
        (lambda: figures.graph(leaf(1.0) * 2, ["x"]), "dictionary"),
        (lambda: figures.graph(leaf(1.0) * 2, {"x": 3}), "'x'.*int"),
        (lambda: figures.graph(long_chain(100)), r"101 nodes \(100 \+, 1 leaf\); up to 60"),
        (lambda: figures.graph(long_chain(5000)), "more than 12"),
        (lambda: figures.graph_steps(long_chain(16)), "16 operations.*15.*backward=True"),
        (lambda: figures.graph(leaf([1.0, 2.0]) * 2, backward=True), r"\(2,\).*sum.*gradient="),
        (
            lambda: figures.graph_steps(leaf([1.0, 2.0]) * 2, gradient=torch.ones(3)),
            r"shape of result, \(2,\)",
        ),
        (lambda: figures.tangent(3, 1.0), "f is 3, not a function"),
        (lambda: figures.tangent(lambda x: x.item(), 1.0), "does not require grad.*item"),
        (lambda: figures.tangent(lambda x: x * torch.ones(2), 1.0), r"shape \(2,\)"),
        (lambda: figures.tangent(lambda x: "a", 1.0), "type str"),
        (lambda: figures.tangent(cubic, "a"), "x has|x is 'a'"),
        (lambda: figures.tangent(cubic, [1] * 7), "7 places.*1 to 6"),
        (lambda: figures.tangent(cubic, 1.0, (3, 1)), "smaller"),
        (lambda: figures.tangent(cubic, 1.0, 4), r"span is 4.*\(0, 10\)"),
        (lambda: figures.secants(cubic, 1.0, ()), "1 to 4 steps"),
        (lambda: figures.secants(cubic, 1.0, (1, 0)), "none of them 0"),
        (lambda: figures.difference_errors(cubic, cubic, 1.0, [torch.int64]), "floating"),
        (lambda: figures.difference_errors(cubic, cubic, 1.0, torch.int64), "floating"),
        (lambda: figures.gradient_field(hills, (0, 0), (0, 1)), "x_span"),
        (lambda: figures.gradient_field(hills, (0, 1), (0, 1), [3]), r"point is 3.*at="),
        (lambda: figures.gradient_norms({}), "0 entries"),
        (lambda: figures.gradient_norms({"a": [-1.0]}), "none negative"),
        (lambda: figures.gradient_norms({"a": []}), "a is"),
        (lambda: figures.gradient_norms(3), "gradient is 3"),
        (lambda: figures.jacobian(torch.ones(2, 3, 4)), r"\(2, 3, 4\).*reshape"),
        (lambda: figures.jacobian(torch.ones(2, 3) * 1j), "complex"),
        (lambda: figures.jacobian(torch.ones(2, 3), ["a"]), "rows has 1 names.*2 rows"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_named_with_a_remedy(call, words):
    with pytest.raises(figures.FigureError, match=f"(?s){words}"):
        call()


def test_a_value_changed_in_place_is_explained():
    x = leaf(2.0)
    a = x * 1.0
    y = a**2
    a.add_(1)
    with pytest.raises(figures.FigureError, match=r"changed in place.*anew"):
        figures.graph(y, backward=True)


def test_functions_of_the_student_run_in_any_mode():
    with torch.no_grad():
        assert "slope 4" in figures.tangent(torch.square, 2.0).get_label()
    x = leaf(2.0)
    figures.tangent(lambda t: t * x, 1.0)
    figures.gradient_field(lambda a, b: a * b * x, (0, 1), (0, 1))
    figures.secants(lambda t: t * x, 1.0)
    assert x.grad is None
