"""The pictures of linear regression: what they say is recomputed here in another way."""

import base64
import json
import re

import numpy as np
import pytest
import torch
from drawn import assert_legible, named, texts
from matplotlib.colors import to_hex

from gradschool import figures
from gradschool.figures.display import bundle
from gradschool.figures.moving import Animated
from gradschool.figures.plotting import clipped, spread

GENERATOR = torch.Generator().manual_seed(0)
X = torch.randn(40, 1, generator=GENERATOR)
Y = 3 * X + 2 + 0.5 * torch.randn(40, 1, generator=GENERATOR)
WIDE_X = 10 * torch.rand(30, generator=GENERATOR)
WIDE_Y = 3 * WIDE_X + 2 + torch.randn(30, generator=GENERATOR)
T = torch.linspace(0, 1, 12, dtype=torch.float64)
V = torch.sin(6 * T) + 0.2 * torch.randn(12, generator=GENERATOR, dtype=torch.float64)
MANY = torch.rand(800, generator=GENERATOR)
NAN, INF = float("nan"), float("inf")


def descent(x, y, lr, steps, start=(0.0, 0.0)):
    """Gradient descent by autograd, the start included."""
    w, b = (torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in start)
    x, y = x.flatten().double(), y.flatten().double()
    lines = [(w.item(), b.item())]
    for _ in range(steps):
        slopes = torch.autograd.grad((w * x + b - y).square().mean(), (w, b))
        with torch.no_grad():
            w -= lr * slopes[0]
            b -= lr * slopes[1]
        lines.append((w.item(), b.item()))
    return lines


def loss(x, y, line):
    return torch.nn.functional.mse_loss(line[0] * x.double() + line[1], y.double()).item()


def losses(x, y, lines):
    return [loss(x, y, line) for line in lines]


def powers(degree):
    return torch.linalg.lstsq(T[:, None] ** torch.arange(degree + 1), V[:, None]).solution[:, 0]


def written(value):
    """The number as the pictures write it."""
    text = f"{value:.3g}"
    return re.sub(r"e([+-])0*(\d+)", lambda m: f"e{m[1].strip('+')}{m[2]}", text)


GOOD = descent(X, Y, 0.1, 40)
BAD = descent(WIDE_X, WIDE_Y, 0.04, 300)
EDGES = (3 * X + 1, 3 * X + 3)
GALLERY = {
    "steps": lambda: figures.fit_steps(X, Y, GOOD),
    "steps every": lambda: figures.fit_steps(X, Y, GOOD, every=4),
    "steps chosen": lambda: figures.fit_steps(X, Y, GOOD, every=[0, 3, -1], unit="step"),
    "steps one": lambda: figures.fit_steps(X[:1], Y[:1], [(0, 0)]),
    "steps two": lambda: figures.fit_steps(X, Y, GOOD[:2]),
    "steps diverge": lambda: figures.fit_steps(WIDE_X, WIDE_Y, [*BAD, (NAN, INF)]),
    "steps outside": lambda: figures.fit_steps(
        X, Y, [(0, 0), (0, 1e300), (0, -50), (1e308, 1e308)]
    ),
    "steps many points": lambda: figures.fit_steps(torch.arange(500), torch.ones(500), GOOD),
    "animation": lambda: figures.fit_animation(X, Y, GOOD),
    "animation diverges": lambda: figures.fit_animation(WIDE_X, WIDE_Y, [*BAD, (INF, NAN)]),
    "animation of one": lambda: figures.fit_animation(X, Y, GOOD[:1]),
    "animation many points": lambda: figures.fit_animation(MANY[:400], MANY[400:], GOOD),
    "surface": lambda: figures.loss_surface(
        X, Y, {f"lr {lr}": descent(X, Y, lr, 40) for lr in (0.01, 0.1, 0.6, 1.2)}
    ),
    "surface alone": lambda: figures.loss_surface(X, Y),
    "surface plain": lambda: figures.loss_surface(X, Y, directions=False),
    "surface valley": lambda: figures.loss_surface(
        WIDE_X, WIDE_Y, {"lr 0.02": descent(WIDE_X, WIDE_Y, 0.02, 60), "lr 0.04": BAD}
    ),
    "surface spans": lambda: figures.loss_surface(
        WIDE_X, WIDE_Y, {"a": [(6, -8), (4, 0)]}, w=(-1, 7), b=(-10, 12)
    ),
    "surface nan": lambda: figures.loss_surface(X, Y, {"a": [(0, 0), (NAN, 1)], "b": [(INF, 0)]}),
    "surface flat": lambda: figures.loss_surface(torch.ones(4), torch.arange(4.0), {"a": [(0, 0)]}),
    "surface one point": lambda: figures.loss_surface(torch.ones(1), torch.ones(1)),
    "curves": lambda: figures.loss_curves(
        {f"lr {lr}": losses(X, Y, descent(X, Y, lr, 100)) for lr in (0.001, 0.01, 0.1, 1.2)},
        floor=0.2,
    ),
    "curves log": lambda: figures.loss_curves(losses(X, Y, GOOD), log_steps=True, unit="step"),
    "curves zero": lambda: figures.loss_curves([4.0, 1, 0, 0, -1]),
    "curves nan": lambda: figures.loss_curves({"a": [1, 2, INF, NAN], "b": [NAN]}),
    "curves one": lambda: figures.loss_curves([1.0], log_steps=True),
    "residuals": lambda: figures.residuals(X, Y - 3 * X - 2),
    "residuals pattern": lambda: figures.residuals(T, T**2 - 0.3),
    "residuals zero": lambda: figures.residuals(T, 0 * T),
    "residuals one": lambda: figures.residuals(T[:1], T[:1]),
    "residuals many": lambda: figures.residuals(MANY[:400], MANY[400:]),
    "band": lambda: figures.prediction_band(X, Y, (3, 2), *EDGES),
    "band at": lambda: figures.prediction_band(
        X,
        Y,
        torch.linspace(-8, 11, 50),
        torch.linspace(-9, 9, 50),
        torch.linspace(-7, 13, 50),
        at=torch.linspace(-3, 3, 50),
    ),
    "fits": lambda: figures.polynomial_fits(
        T,
        V,
        {d: powers(d) for d in (1, 3, 9)},
        test=(T + 0.01, V),
        truth=lambda t: torch.sin(6 * t),
    ),
    "fits one": lambda: figures.polynomial_fits(T, V, {0: [1.0]}),
    "fits two": lambda: figures.polynomial_fits(T, V, {1: powers(1), 2: powers(2)}),
    "fits six": lambda: figures.polynomial_fits(T, V, {d: powers(d) for d in range(6)}),
    "fits wild": lambda: figures.polynomial_fits(T, V, {2: [1e200, -1e200, 1e308]}),
    "degrees": lambda: figures.errors_by_degree(
        [0, 1, 2, 3], [1, 0.5, 0.1, 0.01], [1, 0.6, 0.3, 9]
    ),
    "degrees bias": lambda: figures.errors_by_degree(
        range(9), [0.1] * 9, [3, 2, 1, 2, 3, 4, 5, 6, 7], bias=[1] * 9, variance=[0] * 9
    ),
    "degrees first": lambda: figures.errors_by_degree([1, 2], [1, 1], [1, 2]),
    "degrees last": lambda: figures.errors_by_degree([1, 2, 3], [1, 1, 0], [INF, 3, 2]),
    "degrees nan": lambda: figures.errors_by_degree([3], [NAN], [INF]),
}


@pytest.mark.parametrize("make", GALLERY.values(), ids=GALLERY)
def test_text_is_legible_and_nothing_overlaps_or_is_clipped(make):
    assert_legible(make())


# The fit as it moves


def test_each_panel_has_its_line_its_loss_and_those_before():
    figure = figures.fit_steps(X, Y, GOOD, every=[0, 1, 7])
    assert len(figure.axes) == 3
    for number, (axes, epoch) in enumerate(zip(figure.axes, (0, 1, 7), strict=True)):
        ((line,),) = [lines for name, lines in named(axes, "line:").items() if name == str(epoch)]
        (x0, x1), (y0, y1) = line.get_data()
        assert (y1 - y0) / (x1 - x0) == pytest.approx(GOOD[epoch][0], abs=1e-9)
        assert y0 - GOOD[epoch][0] * x0 == pytest.approx(GOOD[epoch][1], abs=1e-9)
        title = f"epoch {epoch}: loss {written(loss(X, Y, GOOD[epoch]))}"
        assert axes.get_title("left") == title
        assert title in figure.get_label()
        assert len(named(axes, "before:").get(str(epoch), [])) == number
        (points,) = named(axes, "points")[""]
        assert np.allclose(points.get_xydata(), torch.cat([X, Y], 1))


@pytest.mark.parametrize(
    ("every", "epochs"),
    [(10, [0, 10, 20, 30, 40]), (15, [0, 15, 30, 40]), ([3, 1, 3, -1], [1, 3, 40])],
)
def test_every_chooses_the_epochs(every, epochs):
    label = figures.fit_steps(X, Y, GOOD, every).get_label()
    assert [int(found) for found in re.findall(r"epoch (\d+):", label)] == epochs


@pytest.mark.parametrize("count", [1, 2, 5, 6, 7, 20, 100, 1000, 100_000])
@pytest.mark.parametrize("most", [5, 6, 64])
def test_spread_chooses_the_first_the_last_and_more_at_the_beginning(count, most):
    chosen = spread(count, most)
    assert chosen == sorted(set(chosen))
    assert (chosen[0], chosen[-1]) == (0, count - 1)
    assert len(chosen) <= most
    assert len(chosen) >= min(count, 0.8 * most)
    steps = np.diff(chosen)
    assert (steps[1:] >= steps[:-1] - 1).all()


def test_lines_may_be_tensors_that_require_grad():
    lines = torch.tensor(GOOD, requires_grad=True)
    label = figures.fit_steps(X, Y, GOOD).get_label()
    assert figures.fit_steps(X.numpy(), Y.flatten(), lines).get_label() == label
    assert figures.fit_steps(X, Y, list(lines)).get_label() == label


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ((NAN, 0), "no line: nan or inf"),
        ((0, INF), "no line: nan or inf"),
        ((0, 1e9), "the line is above the picture"),
        ((0, -1e9), "the line is below the picture"),
    ],
)
def test_a_line_that_cannot_be_seen_is_said_to_be_so(line, words):
    figure = figures.fit_steps(X, Y, [(3, 2), line])
    assert f"✗ {words}" in texts(figure)
    assert words in figure.get_label()
    assert "diverges" in figure.get_label()
    assert "diverges" not in figures.fit_steps(X, Y, GOOD).get_label()
    moving = figures.fit_animation(X, Y, [(3, 2), line])
    assert moving.moments[-1].line is None
    assert words in moving.moments[-1].words
    assert words in moving.get_label()


@pytest.mark.parametrize(
    "pair", [(3, 2), (-1e9, 4), (1e308, -1e308), (0, 3), (1e-300, 3), (7, -14)]
)
def test_a_line_is_cut_at_the_picture_and_stays_on_itself(pair):
    ends, problem = clipped(pair, (-1, 3), (-5, 10))
    assert not problem
    for x, y in ends:
        assert -1 <= x <= 3
        assert -20 - 1e-9 <= y <= 25 + 1e-9
        if abs(pair[0]) < 1e300:
            assert y == pytest.approx(pair[0] * x + pair[1], abs=1e-5)


def content(figure):
    """What the script of an animation has to draw."""
    html = bundle(figure)[0]["text/html"]
    return json.loads(re.search(r"var data = (.*);\n", html)[1])


def test_an_animation_moves_through_the_epochs_where_the_picture_has_them():
    figure = figures.fit_animation(X, Y, GOOD)
    assert isinstance(figure, Animated)
    data = content(figure)
    assert [frame["n"] for frame in data["frames"]] == [f"epoch {n}" for n in range(41)]
    width, height = data["size"]
    left, top, wide, high = data["box"]
    assert 0 < left < left + wide < width
    assert 0 < top < top + high < height
    # Three points of which the places are known give the scale; all others must agree with it.
    places = np.array(data["points"])
    assert len(places) == 40
    scale = np.polyfit(X.flatten(), places[:, 0], 1), np.polyfit(Y.flatten(), places[:, 1], 1)
    for epoch, frame in enumerate(data["frames"]):
        x0, y0, x1, y1 = frame["l"]
        w, b = GOOD[epoch]
        for x, y in ((x0, y0), (x1, y1)):
            at = (x - scale[0][1]) / scale[0][0]
            assert y == pytest.approx(np.polyval(scale[1], w * at + b), abs=1.5)
        assert left - 1 <= x0 < x1 <= left + wide + 1
        ends = np.polyval(scale[1], w * X.flatten().double().numpy() + b)
        assert np.allclose(frame["s"], np.clip(ends, top, top + high), atol=0.2)
        assert f"loss {written(loss(X, Y, GOOD[epoch]))}" in frame["w"]
    dots = np.array([frame["d"] for frame in data["frames"]])
    drops = np.polyfit(np.log(losses(X, Y, GOOD)), dots[:, 1], 1)
    assert np.allclose(dots[:, 1], np.polyval(drops, np.log(losses(X, Y, GOOD))), atol=0.2)


def test_an_animation_is_small_and_asks_nothing_of_any_other_place():
    figure = figures.fit_animation(WIDE_X, WIDE_Y, [*BAD, *[(NAN, NAN)] * 5000], unit="<step>")
    parts, size = bundle(figure)
    html = parts["text/html"]
    assert len(html) < 1_000_000
    assert len(content(figure)["frames"]) <= 64
    for word in ("http", "import", "fetch", "link"):
        assert word not in html.replace("http://www.w3.org/2000/svg", "").replace(
            parts["image/png"], ""
        )
    assert html.count("<script>") == html.count("</script>") == 1
    assert "NaN" not in html
    assert "Infinity" not in html
    assert abs(size["width"] - 826) < 15


def test_an_animation_is_a_picture_with_words_where_scripts_do_not_run():
    figure = figures.fit_animation(X, Y, GOOD)
    parts, _ = bundle(figure)
    without = re.sub(r"<script>.*</script>", "", parts["text/html"], flags=re.DOTALL)
    (png,) = re.findall(r'src="data:image/png;base64,([^"]+)"', without)
    assert base64.b64decode(png).startswith(b"\x89PNG")
    assert re.search(r'alt="([^"]+)"', without)[1] == figure.get_label()
    assert "button" not in without
    assert parts["text/plain"] == figure.get_label()
    assert all(artist.get_visible() for artist in figure.only_still)
    lines = {int(name) for name in named(figure, "line:")}
    assert len(lines) == 5
    assert {0, 40} <= lines
    colours = [to_hex(named(figure, f"line:{n}")[""][0].get_color()) for n in sorted(lines)]
    assert len(set(colours)) == 5


def test_the_same_animation_is_the_same_page_and_another_is_another():
    pages = [
        bundle(figures.fit_animation(X, Y, lines))[0]["text/html"]
        for lines in (GOOD, GOOD, GOOD[:9])
    ]
    assert pages[0] == pages[1]
    names = [re.search(r'data-animation="(\w+)"', page)[1] for page in pages]
    assert names[0] != names[2]


def test_nothing_is_drawn_while_nbgrader_grades(monkeypatch, capsys):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    for name, make in GALLERY.items():
        figure = make()
        assert figure.axes == [], name
    figures.show(figures.fit_animation(X, Y, GOOD))
    assert capsys.readouterr().out == "fit_animation: not drawn while nbgrader runs the notebook.\n"


# The surface


def test_the_surface_has_the_errors_the_minimum_and_the_curvatures():
    figure = figures.loss_surface(WIDE_X, WIDE_Y)
    (axes,) = figure.axes
    (star,) = named(figure, "minimum")[""]
    design = torch.stack([WIDE_X, torch.ones(30)], 1).double()
    best = torch.linalg.solve(design.T @ design, design.T @ WIDE_Y.double())
    assert np.allclose(star.get_xydata()[0], best)
    hessian = torch.autograd.functional.hessian(
        lambda p: (design @ p - WIDE_Y).square().mean(), torch.zeros(2, dtype=torch.float64)
    )
    least, most = torch.linalg.eigvalsh(hessian).tolist()
    said = figure.get_label()
    for value in (least, most, most / least, 2 / most, loss(WIDE_X, WIDE_Y, best.tolist())):
        assert written(value) in said
    (across,) = named(figure, "curvature:most")[""]
    way = np.diff(across.get_xydata(), axis=0)[0]
    way /= np.linalg.norm(way)
    assert way @ hessian.numpy() @ way == pytest.approx(most)
    # The contours are where the error has their level.
    contours = axes.collections[-1]
    checked = 0
    for level, path in zip(contours.levels, contours.get_paths(), strict=True):
        for w, b in path.vertices[:: max(1, len(path.vertices) // 5)]:
            assert loss(WIDE_X, WIDE_Y, (w, b)) == pytest.approx(level, rel=0.02, abs=0.05)
            checked += 1
    assert checked > 20


def test_both_axes_have_one_scale_unless_the_picture_would_be_too_narrow():
    assert figures.loss_surface(X, Y).axes[0].get_aspect() == 1
    assert figures.loss_surface(X, Y, w=(0, 1), b=(0, 50)).axes[0].get_aspect() == "auto"


def test_a_path_in_the_picture_is_drawn_as_it_is():
    figure = figures.loss_surface(X, Y, {"a": GOOD, "b": GOOD[:3]})
    (path,) = named(figure, "path:a")[""]
    assert np.allclose(path.get_xydata(), GOOD)
    assert not named(figure, "gone:")
    assert f"a: loss {written(loss(X, Y, GOOD[-1]))} after 40 steps" in figure.get_label()
    looks = {
        (line.get_color(), line.get_marker(), str(line.get_linestyle()))
        for lines in named(figure, "path:").values()
        for line in lines
    }
    assert len(looks) == 2


def test_a_path_that_leaves_is_drawn_to_the_border_and_said_to_leave():
    steps = [(1, 1), (2, 1), (40, 1), (-900, 1), (1e300, -1e300), (INF, NAN)]
    figure = figures.loss_surface(X, Y, {"a": steps}, w=(0, 4), b=(0, 4))
    (path,), (cross,) = named(figure, "path:a")[""], named(figure, "gone:a")[""]
    assert np.allclose(path.get_xydata()[:2], steps[:2])
    assert len(path.get_xydata()) == 3
    assert np.allclose(cross.get_xydata(), [(4, 1)])
    assert "✗ leaves the picture at step 2" in figure.get_label()


def test_a_path_that_becomes_nan_has_its_cross_at_the_last_number():
    figure = figures.loss_surface(
        X, Y, {"a": [(1, 1), (2, 3), (NAN, 1), (1, 1e9)]}, w=(0, 4), b=(0, 4)
    )
    assert np.allclose(named(figure, "gone:a")[""][0].get_xydata(), [(2, 3)])
    assert "leaves the picture at step 2" in figure.get_label()


def test_a_path_that_comes_back_is_drawn_to_its_end():
    steps = [(1, 1), (1e9, 1), (3, 2)]
    figure = figures.loss_surface(X, Y, {"a": steps}, w=(0, 4), b=(0, 4))
    drawn = named(figure, "path:a")[""][0].get_xydata()
    assert np.allclose(drawn[[0, 2]], [steps[0], steps[2]])
    assert drawn[1, 0] > 4
    assert "leaves" not in figure.get_label()


def test_a_path_that_starts_outside_is_said_to():
    figure = figures.loss_surface(X, Y, {"a": [(9, 9), (9, 9)]}, w=(0, 4), b=(0, 4))
    assert "✗ starts outside" in figure.get_label()


def test_without_an_only_minimum_it_says_so():
    assert (
        "one of many minima" in figures.loss_surface(torch.ones(3), torch.arange(3.0)).get_label()
    )


# Losses


def test_curves_are_the_losses():
    runs = {"slow": [8.0, 4, 2, 1], "fast": [8.0, 1, 0.125]}
    figure = figures.loss_curves(runs, floor=0.1)
    (axes,) = figure.axes
    assert axes.get_yscale() == "log"
    assert axes.get_xscale() == "linear"
    for name, values in runs.items():
        (line,) = named(figure, f"losses:{name}")[""]
        assert np.allclose(line.get_xydata(), list(enumerate(values)))
    assert named(figure, "floor")[""][0].get_ydata()[0] == 0.1
    assert "slow: 8 → 1" in figure.get_label()
    assert axes.get_ylim()[0] < 0.1
    double = figures.loss_curves(runs, log_steps=True)
    assert double.axes[0].get_xscale() == "log"
    assert named(double, "losses:fast")[""][0].get_xdata().tolist() == [1, 2, 3]


def test_a_curve_that_diverges_ends_in_a_cross_and_the_others_stay_readable():
    run = [2.0 * 4.0**step for step in range(500)]
    figure = figures.loss_curves({"good": [2.0, 1, 0.5], "bad": [*run, INF, NAN]})
    (cross,) = named(figure, "gone:bad")[""]
    # 2, 8 and 32 are drawn: 60 is thirty times the highest start.
    assert np.allclose(cross.get_xydata(), [(2, 32)])
    assert "bad: 2 → nan ✗ above the picture from epoch 3 on" in figure.get_label()
    assert figure.axes[0].get_ylim()[1] < 100
    assert not named(figure, "gone:good")


def test_a_curve_that_comes_back_is_not_cut():
    figure = figures.loss_curves([1.0, 500, 0.5])
    assert not named(figure, "gone:")
    assert figure.axes[0].get_ylim()[1] > 500


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([1, 2, INF, NAN], "✗ inf from epoch 2 on"),
        ([1, 2, NAN], "✗ nan from epoch 2 on"),
        ([NAN, NAN], "✗ nan from epoch 0 on"),
        ([1, 0], "(0 at epoch 1: no place on a logarithmic axis)"),
        ([1, 0.5, -1, 0], "(negative at epoch 2: no place on a logarithmic axis)"),
    ],
)
def test_what_a_logarithmic_axis_cannot_show_is_said(values, words):
    figure = figures.loss_curves({"run": values})
    assert words in figure.get_label()
    assert any(words in text for text in texts(figure))


def test_the_degree_with_the_lowest_test_error_is_marked():
    figure = figures.errors_by_degree([1, 2, 4, 8], [4, 3, 2, 1], [5, NAN, 3, 6], bias=[1, 1, 1, 0])
    assert named(figure, "best")[""][0].get_xdata()[0] == 4
    assert "Lowest test error: degree 4." in figure.get_label()
    errors = named(figure, "errors:")
    assert set(errors) == {"training error", "test error", "bias squared"}
    assert np.allclose(errors["training error"][0].get_xydata(), [(1, 4), (2, 3), (4, 2), (8, 1)])
    assert {"← too stiff", "too flexible →"} <= set(texts(figure))


# What is left over


def test_residuals_are_all_there_and_counted():
    left = Y - 3 * X - 2
    figure = figures.residuals(X, left)
    (points,) = named(figure, "points")[""]
    assert np.allclose(points.get_xydata(), torch.cat([X, left], 1))
    bars = figure.axes[1].patches
    assert sum(bar.get_width() for bar in bars) == 40
    for bar in bars[:-1]:
        low, high = bar.get_y(), bar.get_y() + bar.get_height()
        assert bar.get_width() == int(((left >= low) & (left < high)).sum())
    assert f"mean {written(left.double().mean())}" in figure.get_label()
    assert written(left.double().std(correction=0)) in figure.get_label()


def test_group_means_tell_a_pattern_from_none():
    x = torch.linspace(-2, 2, 80)
    noise = torch.randn(80, generator=torch.Generator().manual_seed(1))
    bent = figures.residuals(x, x**2 - 1.3 + 0.1 * noise).get_label()
    assert int(re.search(r"(\d) of them more than 2", bent)[1]) >= 6
    plain = figures.residuals(x, noise - noise.mean()).get_label()
    assert int(re.search(r"(\d) of them more than 2", plain)[1]) <= 2
    order = torch.randperm(80, generator=torch.Generator().manual_seed(2))
    assert (
        figures.residuals(x[order], noise[order]).get_label()
        == figures.residuals(x, noise).get_label()
    )


def test_the_band_counts_what_it_holds():
    x, y = torch.tensor([2.0, 0, 1, 1]), torch.tensor([2.0, 0.5, 3, 1])
    figure = figures.prediction_band(x, y, (1, 0), x - 1, x + 1)
    assert "3 of 4 points, 75%" in figure.get_label()
    assert np.allclose(named(figure, "outside")[""][0].get_xydata(), [(1, 3)])
    assert len(named(figure, "inside")[""][0].get_xydata()) == 3
    assert "line: y = 1 x + 0" in figure.get_label()
    at = torch.tensor([2.0, 0.0])
    other = figures.prediction_band(x, y, (1, 0), at - 1, at + 1, at=at)
    assert "3 of 4 points, 75%" in other.get_label()
    curve = figures.prediction_band(x, y, x**2, x**2 - 9, x**2 + 9)
    assert np.allclose(named(curve, "line")[""][0].get_xydata(), [(0, 0), (1, 1), (1, 1), (2, 4)])
    assert "outside" not in str(texts(curve))


def test_polynomials_have_the_lowest_power_first_and_their_errors():
    figure = figures.polynomial_fits(T, V, {2: [1.0, -2.0, 3.0]}, test=(T, V + 1))
    (fit,) = named(figure, "fit:2")[""]
    x, y = fit.get_data()
    assert np.allclose(y, 1 - 2 * x + 3 * x**2)
    left = 1 - 2 * T + 3 * T**2 - V
    train, test = left.square().mean(), (left - 1).square().mean()
    assert f"degree 2: training {written(train)}, test {written(test)}" in figure.get_label()
    true = figures.polynomial_fits(T, V, {0: [0.0]}, truth=torch.cos)
    x, y = named(true, "truth")[""][0].get_data()
    assert np.allclose(y, np.cos(x))


def test_fitted_lines_says_what_cannot_be_drawn():
    figure = figures.fitted_lines(X, Y, {"good": (3, 2), "bad": (NAN, 2), "wild": (1e308, -1e308)})
    assert "bad: y = nan x + 2, mean squared error nan ✗ nothing to draw" in figure.get_label()
    assert "wild" in figure.get_label()
    assert f"good: y = 3 x + 2, mean squared error {written(loss(X, Y, (3, 2)))}" in texts(figure)


# Errors

PATH = [(0, 0), (1, 1)]
MISTAKES = [
    (lambda: figures.fit_steps([1, 2], Y, GOOD), "x is of type list"),
    (lambda: figures.fit_steps(X, Y[1:], GOOD), "x has 40 numbers and y 39"),
    (lambda: figures.fit_steps(torch.rand(2, 2), Y, GOOD), r"x has the shape \(2, 2\)"),
    (lambda: figures.fit_steps(torch.zeros(0), torch.zeros(0), GOOD), "at least one"),
    (
        lambda: figures.fit_steps(X, Y / 0, GOOD),
        r"y has 40 numbers that are nan or inf.*isfinite\(y\)",
    ),
    (
        lambda: figures.fit_steps(X, Y, []),
        r"lines is \[\]; give slope and intercept for each epoch",
    ),
    (lambda: figures.fit_steps(X, Y, 3), "lines is 3; give slope and intercept"),
    (lambda: figures.fit_steps(X, Y, (3, 2)), "Line 0 is 3; give its slope and intercept"),
    (lambda: figures.fit_steps(X, Y, [(1, 2), (1, 2, 3)]), r"Line 1 is \(1, 2, 3\)"),
    (lambda: figures.fit_steps(X, Y, GOOD, every=0), "every is 0; give a number of epochs"),
    (lambda: figures.fit_steps(X, Y, GOOD, every=[99]), r"every is \[99\].*0 to 40"),
    (lambda: figures.fit_steps(X, Y, GOOD, every=0.5), "every is 0.5"),
    (lambda: figures.fit_steps(X, Y, GOOD, every=1), "41 panels.*every=4"),
    (lambda: figures.fit_animation(X, Y, []), r"lines is \[\]"),
    (lambda: figures.loss_surface(X, Y, GOOD), "paths is .*each with a name"),
    (lambda: figures.loss_surface(X, Y, dict.fromkeys("abcdef", PATH)), "give 1 to 5"),
    (lambda: figures.loss_surface(X, Y, {"a": []}), r"The path 'a' is \[\]"),
    (lambda: figures.loss_surface(X, Y, {"a": (1, 2)}), "A point of the path 'a' is 1"),
    (lambda: figures.loss_surface(X, Y, w=(1, 1)), "w is .*smaller"),
    (lambda: figures.loss_surface(X, Y, b=3), "b is 3; give its two ends"),
    (lambda: figures.loss_curves({}), "losses is {}; give 1 to 5"),
    (lambda: figures.loss_curves({"a": []}), "The run 'a' is empty"),
    (lambda: figures.loss_curves({"a": "x"}), "The run 'a' is 'x'; give one number for each step"),
    (lambda: figures.loss_curves([1.0], floor="low"), "floor is 'low'"),
    (lambda: figures.residuals(X, Y[1:]), "x has 40 numbers and residuals 39"),
    (lambda: figures.residuals(X, X - Y.T), r"residuals has the shape \(40, 40\)"),
    (lambda: figures.prediction_band(X, Y, 3, *EDGES), "line is 3; give its slope and intercept"),
    (
        lambda: figures.prediction_band(X, Y, (3, 2), *EDGES[::-1]),
        "lower is above upper at 40 places",
    ),
    (lambda: figures.prediction_band(X, Y, (3, 2), T, T), "x has 40 numbers and lower 12"),
    (
        lambda: figures.prediction_band(X, Y, (3, 2), T, T, at=T),
        "at runs from 0 to 1.*beside the band",
    ),
    (lambda: figures.polynomial_fits(T, V, [powers(2)]), "fits is .*each with a name"),
    (lambda: figures.polynomial_fits(T, V, {2: 1.0}), "The fit '2' is 1.0"),
    (lambda: figures.polynomial_fits(T, V, {2: [1.0]}, test=3), "test is 3; give x and y"),
    (lambda: figures.polynomial_fits(T, V, {2: [1.0]}, truth=3), "truth is 3; give a function"),
    (
        lambda: figures.errors_by_degree([1, 2], [1], [1, 2]),
        "training error has 1 number for 2 degrees",
    ),
    (lambda: figures.errors_by_degree([2, 1], [1, 2], [1, 2]), "rising order"),
]


@pytest.mark.parametrize(("make", "message"), MISTAKES, ids=range(len(MISTAKES)))
def test_bad_input_is_named_with_its_remedy(make, message):
    with pytest.raises(figures.FigureError, match=message):
        make()


def test_arguments_stay_as_they_are():
    x, y = X.clone(), Y.clone()
    state = torch.get_rng_state()
    for make in GALLERY.values():
        make()
    assert torch.equal(X, x)
    assert torch.equal(Y, y)
    assert torch.equal(torch.get_rng_state(), state)
