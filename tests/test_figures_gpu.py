"""The pictures of the topic GPU: what they say is recomputed here in another way."""

import itertools
import math
import re

import numpy as np
import pytest
from drawn import assert_legible, named, named_texts, texts
from matplotlib.patches import Rectangle

from gradschool import figures
from gradschool.figures import Copy, Host, Launch, Wait
from gradschool.figures.amounts import binary, plain, scaled

NAN = float("nan")
ROOF = {"this CPU": (108e9, 21e9)}
BOTH = {**ROOF, "CUDA": (52e12, 4.1e12)}
A100 = {"A100 80 GB SXM, bf16": (312e12, 2039e9), "A100 80 GB SXM, float32": (19.5e12, 2039e9)}
POINTS = {
    "add": (1 / 12, 1.6e9),
    "matrix–vector": (0.5, 8e9),
    **{f"matmul n={n}": (n / 6, 100e9 * n / (n + 90)) for n in (64, 128, 256, 1024)},
}
SIZES = [64, 128, 256, 512, 1024, 2048]
CPU = [2 * n**3 / 1e11 for n in SIZES]
GPU = [2e-5 + 12 * n * n / 2e10 + 2 * n**3 / 1e13 for n in SIZES]
PLANS = {
    "forward": {"parameters": 4e9, "activations": 6e9},
    "SGD": {"parameters": 4e9, "gradients": 4e9, "activations": 6e9},
    "Adam": {"parameters": 4e9, "gradients": 4e9, "optimizer state": 8e9, "activations": 6e9},
}


def batches(queue):
    """Three batches, each copied and then trained on."""
    return [
        step
        for n in (1, 2, 3)
        for step in (
            Copy(f"batch {n}", 3, blocking=False, host=0.1, queue=queue),
            Launch(f"train {n}", 0.2, 4, after=f"batch {n}"),
        )
    ]


MANY = [Launch("add", 0.05, 0.3)] * 12
GALLERY = {
    "roofline": lambda: figures.roofline(ROOF, POINTS, A100),
    "roofline alone": lambda: figures.roofline(ROOF),
    "roofline two": lambda: figures.roofline(
        BOTH,
        {"this CPU": POINTS, "CUDA": {k: (x, 300 * y) for k, (x, y) in POINTS.items()}},
        A100,
    ),
    "roofline ten": lambda: figures.roofline(ROOF, {f"op {n}": (3 + n, 5e10) for n in range(10)}),
    "roofline above": lambda: figures.roofline(ROOF, {"in cache": (1 / 12, 8e9)}),
    "roofline wide": lambda: figures.roofline({"a": (1.0, 1e9)}, {"x": (1e7, 1e-6)}),
    "roofline twins": lambda: figures.roofline({c * 36: (1e9, 1e9) for c in "abcd"}, {}, {}),
    "even": lambda: figures.break_even(SIZES, {"CPU": CPU}, {"an accelerator": GPU}),
    "even four": lambda: figures.break_even(
        SIZES,
        {"CPU": CPU, "CUDA": GPU, "CUDA, resident": [t / 2 for t in GPU]},
        {"a model": [1.3 * t for t in GPU]},
        size="n of an n × n matmul",
    ),
    "even never": lambda: figures.break_even(SIZES, {"CPU": CPU}, {"slow": [3 * t for t in CPU]}),
    "even one": lambda: figures.break_even([100], {"CPU": [1e-3]}, {"b": [1e-5]}),
    "even alone": lambda: figures.break_even(SIZES, {"CPU": CPU}),
    "even same": lambda: figures.break_even(SIZES, {"CPU": CPU, "again": CPU}),
    "even nan": lambda: figures.break_even([3, 4, 5], {"a": [1, 2, NAN], "b": [NAN, NAN, 1e-5]}),
    "even nothing": lambda: figures.break_even([3], {"a": [NAN]}),
    "even wide": lambda: figures.break_even(
        [10**k for k in range(14)], {"a": [10.0 ** (k - 9) for k in range(14)]}
    ),
    "even noise": lambda: figures.break_even(
        range(1, 40), {"a": [1.0] * 39}, {"b": [1 + 0.1 * (-1) ** n for n in range(39)]}
    ),
    "queues": lambda: figures.queues([Launch("matmul", 0.1, 4), Host("stop the clock", 0.3)]),
    "queues wait": lambda: figures.queues([Launch("matmul", 0.1, 4), Wait()], device="MPS"),
    "queues sync": lambda: figures.queues(
        [Copy("x.to(device)", 2), *MANY, Copy("loss.item()", 0.05), Host("print", 0.4), Wait()]
    ),
    "queues one": lambda: figures.queues([*batches(""), Wait()]),
    "queues overlap": lambda: figures.queues([*batches("copies"), Wait()]),
    "queues four": lambda: figures.queues([Launch(q, 1, 2, queue=q) for q in ("", "a", "b", "c")]),
    "queues crowded": lambda: figures.queues(
        [Launch(f"work {n}", 0.001, 0.01) for n in range(20)]
        + [Host("long", 10), Wait(), *(Launch(f"the last {n}", 0, 0) for n in range(4))]
    ),
    "queues empty": lambda: figures.queues([]),
    "queues zero": lambda: figures.queues([Host("a", 0), Wait(), Copy("z", 0)], unit="µs"),
    "queues host": lambda: figures.queues(Host("a", 3)),
    "budget": lambda: figures.memory_budget(PLANS, 16 * 2**30),
    "budget free": lambda: figures.memory_budget(PLANS),
    "budget far": lambda: figures.memory_budget({"tiny": {"parameters": 1628200}}, 80 * 2**30),
    "budget nothing": lambda: figures.memory_budget({"a": {}, "b": {"x": 0}}, 1),
    "budget full": lambda: figures.memory_budget({"a": {"x": 2**30}, "b": {"x": 2**29}}, 2**30),
    "budget many": lambda: figures.memory_budget(
        {
            f"plan {i} with a long name": {f"part number {j}": 2 ** (i + 3 * j) for j in range(6)}
            for i in range(8)
        },
        2**19,
    ),
    "tiles": lambda: figures.tiling(6, 8, 6, 2, (1, 2, 3)),
    "tiles rest": lambda: figures.tiling(5, 7, 4, 3, (1, 1, 2)),
    "tiles large": lambda: figures.tiling(4, 3, 5, 100),
    "tiles none": lambda: figures.tiling(4, 0, 5, 2, (1, 1, 0)),
    "tiles many": lambda: figures.tiling(4096, 4096, 4096, 128, (3, 7, 30)),
    "tiles vector": lambda: figures.tiling(4096, 4096, 1, 64, (3, 0, 1)),
    "tiles one": lambda: figures.tiling(1, 1, 1, 1),
    "tiles huge": lambda: figures.tiling(10**6, 1, 10**6, 1, (999_999, 0, 0)),
    "workers": lambda: figures.workers([1] * 12, 4),
    "workers chained": lambda: figures.workers([1] * 12, 4, chained=True),
    "workers named": lambda: figures.workers({"wash": 3, "dry": 1, "cook it all": 7, "iron": 0}, 2),
    "workers thirty": lambda: figures.workers([1, 2, 3] * 100, 30),
    "workers thousand": lambda: figures.workers([1] * 1000, 1000),
    "workers one": lambda: figures.workers([0.001] * 1000, 1),
    "workers zero": lambda: figures.workers([0], 1, unit="ms"),
    "workers twelve": lambda: figures.workers([5, 1], 12),
}


@pytest.mark.parametrize("make", GALLERY.values(), ids=GALLERY)
def test_text_is_legible_and_nothing_overlaps_or_is_clipped(make):
    assert_legible(make())


def test_nothing_is_drawn_while_nbgrader_grades(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    for name, make in GALLERY.items():
        assert make().axes == [], name


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0 s"), (1, "1 s"), (999.6, "1 ks"), (0.02, "20 ms"), (2e-5, "20 µs"),
        (0.0009996, "1 ms"), (3.12e14, "312 Ts"), (5e-13, "0.5 ps"), (4e18, "4e3 Ps"),
    ],
)  # fmt: skip
def test_amounts_have_the_prefix_that_suits_them(value, words):
    assert scaled(value, "s") == words


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 bytes"), (1, "1 byte"), (1023, "1023 bytes"), (1024, "1 KiB"), (2**30, "1 GiB"),
        (2**30 - 1, "1 GiB"), (1.5 * 2**20, "1.5 MiB"), (2**63, "8192 PiB"),
    ],
)  # fmt: skip
def test_bytes_go_in_steps_of_1024(size, words):
    assert binary(size) == words


def test_plain_numbers():
    numbers = [0.01, 1, 2048, 1000.0, 1.23456, 1234567, 1e7, 512.5]
    words = ["0.01", "1", "2,048", "1,000", "1.23", "1.23e6", "1e7", "512"]
    assert [plain(number) for number in numbers] == words


# The roofline


def test_the_roof_is_the_lower_of_two_limits_and_the_ridge_where_they_meet():
    figure = figures.roofline(BOTH, references=A100)
    for name, (peak, bandwidth) in {**BOTH, **A100}.items():
        (roof,) = named(figure, f"roof:{name}")[""]
        x, y = roof.get_data()
        assert np.allclose(y, np.minimum(peak, x * bandwidth))
        assert x[1] == pytest.approx(peak / bandwidth)
        (ridge,) = named(figure, f"ridge:{name}")[""]
        assert ridge.get_xdata()[0] == pytest.approx(peak / bandwidth)
        written = named_texts(figure, f"ridge number:{name}")[""]
        assert float(written.split()[1].strip(",")) == pytest.approx(peak / bandwidth, rel=0.005)
    assert "A100 80 GB SXM, bf16 (published, not measured here): 312 TFLOP/s" in figure.get_label()
    assert figure.get_label().count("measured here)") == 4


def test_only_references_are_dashed():
    figure = figures.roofline(BOTH, references=A100)
    styles = {name: roof[0].get_linestyle() for name, roof in named(figure, "roof:").items()}
    assert {styles[name] for name in BOTH} == {"-"}
    assert {styles[name] for name in A100} == {"--"}


def test_points_are_where_they_were_measured_and_compared_with_their_roof():
    figure = figures.roofline(ROOF, POINTS)
    for name, pair in POINTS.items():
        (point,) = named(figure, f"point:this CPU:{name}")[""]
        assert np.allclose(point.get_xydata(), [pair])
        share = 100 * pair[1] / min(108e9, pair[0] * 21e9)
        found = re.search(
            rf"{re.escape(name)}: .*?, ([\d.]+)% of the roof, (\w+)", figure.get_label()
        )
        assert float(found[1]) == pytest.approx(share, rel=0.006)
        assert found[2] == ("memory" if pair[0] < 108 / 21 else "arithmetic")
        assert named_texts(figure, f"name:this CPU:{name}") == {"": name}
    marks = {points[0].get_marker() for points in named(figure, "point:").values()}
    assert len(marks) == len(POINTS)


def test_a_mark_is_the_operation_and_its_filling_the_machine():
    figure = figures.roofline(BOTH, dict.fromkeys(BOTH, POINTS))
    points = {name: found[0] for name, found in named(figure, "point:").items()}
    for name in POINTS:
        pair = [points[f"{machine}:{name}"] for machine in BOTH]
        assert pair[0].get_marker() == pair[1].get_marker()
        assert pair[0].get_fillstyle() != pair[1].get_fillstyle()


def test_a_point_above_the_roof_is_said_to_be():
    label = figures.roofline(ROOF, {"in cache": (1 / 12, 8e9)}).get_label()
    assert "↑ above it" in label
    assert "a cache delivered the data" in label
    assert "↑" not in figures.roofline(ROOF, {"at it": (1 / 12, 21e9 / 12)}).get_label()


def test_points_of_one_roof_need_no_name_of_it():
    flat = figures.roofline(ROOF, POINTS).get_label()
    assert figures.roofline(ROOF, {"this CPU": POINTS}).get_label() == flat


# Break-even


def test_the_crossing_is_where_the_drawn_lines_meet():
    figure = figures.break_even(SIZES, {"CPU": CPU}, {"model": GPU})
    ((x, y),) = named(figure, "crossing:model")[""][0].get_xydata()
    for times in (CPU, GPU):
        assert math.log(y) == pytest.approx(np.interp(math.log(x), np.log(SIZES), np.log(times)))
    first = next(n for n, a, b in zip(SIZES, CPU, GPU, strict=True) if b < a)
    assert f"faster than CPU from {first} on" in figure.get_label()
    assert named(figure, "even:model")[""][0].get_xdata()[0] == x
    assert named_texts(figure, "even number:model") == {"": f"break-even near {x:.0f}"}


def test_measured_is_solid_and_modelled_dashed_and_said_to_be():
    figure = figures.break_even(SIZES, {"CPU": CPU}, {"model": GPU})
    assert named(figure, "curve:CPU")[""][0].get_linestyle() == "-"
    assert named(figure, "curve:model")[""][0].get_linestyle() == "--"
    assert "CPU (measured here)" in texts(figure)
    assert any(text.startswith("model (modelled, not measured): ") for text in texts(figure))


@pytest.mark.parametrize(
    ("times", "words", "crossings"),
    [
        ([3, 3, 3], "never faster than a up to 30", 0),
        ([2, 2, 2], "never faster than a up to 30", 0),
        ([1, 1, 1], "faster than a at every size", 0),
        ([4, 1, 1], "faster than a from 20 on (lines cross near 14.1)", 1),
        ([1, 4, 4], "faster than a from the start, slower again from 20 on", 1),
        ([4, 1, 4], "faster than a from 20 on (lines cross near 14.1), slower again from 30 on", 2),
        ([NAN, NAN, NAN], "no size in common with a ✗ no times", 0),
        ([4, NAN, 1], "faster than a from 30 on (lines cross near 17.3)", 1),
    ],
)
def test_the_comparison_in_words(times, words, crossings):
    figure = figures.break_even([10, 20, 30], {"a": [2, 2, 2], "b": times})
    assert f"b (measured here): {words}" in figure.get_label()
    assert len(named(figure, "crossing:").get("b", [])) == crossings


def test_the_order_of_the_sizes_does_not_matter():
    label = figures.break_even(SIZES, {"CPU": CPU}, {"b": GPU}).get_label()
    assert (
        figures.break_even(SIZES[::-1], {"CPU": CPU[::-1]}, {"b": GPU[::-1]}).get_label() == label
    )


# Queues


def boxes(figure, prefix):
    """Left and right of named boxes, in units of time along the axis from 0 to the last end."""
    return {
        name: (found[0].get_x(), found[0].get_x() + found[0].get_width())
        for name, found in named(figure, prefix).items()
        if isinstance(found[0], Rectangle)
    }


def times(figure, end):
    """When each box begins and ends, read from the picture; `end` is the last end."""
    found = {**boxes(figure, "CPU:")}
    found = {f"CPU:{name}": pair for name, pair in found.items()}
    found |= {f"device:{name}": pair for name, pair in boxes(figure, "device:").items()}
    left = min(pair[0] for pair in found.values())
    right = max(pair[1] for pair in found.values())
    scale = end / (right - left)
    return {name: ((a - left) * scale, (b - left) * scale) for name, (a, b) in found.items()}


def test_launching_is_not_finishing():
    figure = figures.queues([Launch("a", 1, 4), Launch("b", 1, 2), Host("c", 1)])
    drawn = times(figure, 7)
    assert drawn["CPU:0"] == pytest.approx((0, 1))
    assert drawn["CPU:1"] == pytest.approx((1, 2))
    assert drawn["CPU:2"] == pytest.approx((2, 3))
    assert drawn["device:0"] == pytest.approx((1, 5))
    assert drawn["device:1"] == pytest.approx((5, 7))
    assert "The CPU is free at 3 ms, 0 ms of which it waited." in figure.get_label()
    assert "The GPU is done at 7 ms" in figure.get_label()
    assert "shows 3 ms and misses 4 ms" in figure.get_label()


def test_a_wait_makes_both_end_together():
    figure = figures.queues([Launch("a", 1, 4), Wait(), Host("c", 1)], unit="µs")
    drawn = times(figure, 6)
    assert drawn["CPU:1"] == pytest.approx((1, 5))
    assert drawn["CPU:2"] == pytest.approx((5, 6))
    assert "free at 6 µs, 4 µs of which it waited" in figure.get_label()
    assert "misses" not in figure.get_label()
    assert named(figure, "CPU:1")[""][0].get_hatch()


def test_a_blocking_copy_waits_for_all_before_it_and_another_does_not():
    work = Launch("a", 1, 4)
    drawn = times(figures.queues([work, Copy("c", 2)]), 7)
    assert drawn["device:1"] == pytest.approx((5, 7))
    assert drawn["CPU:1"] == pytest.approx((1, 7))
    figure = figures.queues([work, Copy("c", 2, blocking=False, host=0.5)])
    drawn = times(figure, 7)
    assert drawn["device:1"] == pytest.approx((5, 7))
    assert drawn["CPU:1"] == pytest.approx((1, 1.5))
    assert "The CPU is free at 1.5 ms" in figure.get_label()


def test_two_queues_overlap_and_an_event_orders_them():
    one, two = (figures.queues([*batches(queue), Wait()]) for queue in ("", "copies"))
    assert "The GPU is done at 21.1 ms" in one.get_label()
    # 0.1 to start the first copy, 3 for it, then three times 4 without a gap.
    assert "The GPU is done at 15.1 ms" in two.get_label()
    drawn = times(two, 15.1)
    for copy, train in ((0, 1), (2, 3), (4, 5)):
        assert drawn[f"device:{train}"][0] >= drawn[f"device:{copy}"][1] - 1e-9
    assert not named(one, "event")
    assert len(named(two, "event")[""]) == 3


def test_a_wait_for_one_queue_does_not_wait_for_another():
    steps = [Launch("a", 1, 9), Launch("b", 1, 2, queue="side")]
    assert "free at 4 ms" in figures.queues([*steps, Wait(queue="side")]).get_label()
    assert "free at 10 ms" in figures.queues([*steps, Wait()]).get_label()


def test_equal_steps_share_one_name_where_it_does_not_fit():
    figure = figures.queues([*MANY, Host("z", 50)])
    assert texts(figure).count("add ×12") == 2


# Memory


def test_bars_are_as_long_as_their_bytes_in_the_order_of_the_key():
    figure = figures.memory_budget(PLANS, 16 * 2**30)
    parts = boxes(figure, "part:")
    (line,) = named(figure, "limit")[""]
    start = parts["forward:parameters"][0]
    scale = (line.get_xdata()[0] - start) / (16 * 2**30)
    for plan, sizes in PLANS.items():
        order = ["parameters", "activations", "gradients", "optimizer state"]
        at = start
        for kind in (kind for kind in order if kind in sizes):
            left, right = parts[f"{plan}:{kind}"]
            assert left == pytest.approx(at)
            assert right - left == pytest.approx(sizes[kind] * scale)
            at = right
    hatches = {found[0].get_hatch() for name, found in named(figure, "part:Adam:").items()}
    assert len(hatches) == 4


def test_what_does_not_fit_is_said():
    figure = figures.memory_budget({"a": {"x": 3 * 2**30}, "b": {"x": 2**30}}, 2 * 2**30)
    totals = named_texts(figure, "total:")
    assert totals == {"a": "3 GiB ✗ 1 GiB too much", "b": "1 GiB"}
    assert "Limit: 2 GiB." in figure.get_label()


def test_a_limit_that_is_far_away_is_written():
    figure = figures.memory_budget({"a": {"x": 2**20}}, 2**30)
    assert not named(figure, "limit")
    assert "limit 1 GiB: 1,020 times the longest bar, too far to the right to be drawn" in texts(
        figure
    )


# Tiles


def counted(m, k, n, tile):
    """How many numbers are read without tiles and with them, one by one."""
    untiled = sum(2 for _ in itertools.product(range(m), range(n), range(k)))
    steps = itertools.product(range(0, m, tile), range(0, n, tile), range(0, k, tile))
    tiled = 0
    for i, j, step in steps:
        rows, columns, inner = (min(tile, s - a) for s, a in ((m, i), (n, j), (k, step)))
        tiled += rows * inner + inner * columns
    return untiled, tiled


@pytest.mark.parametrize("sizes", [(6, 8, 6), (5, 7, 4), (1, 9, 2), (3, 0, 3), (4, 3, 5)])
@pytest.mark.parametrize("tile", [1, 2, 3, 50])
def test_reads_are_counted(sizes, tile):
    label = figures.tiling(*sizes, tile).get_label()
    untiled, tiled = counted(*sizes, tile)
    assert f"slow memory: {untiled:,} without tiles, {tiled:,} with." in label


def test_the_tiles_of_a_step_are_where_its_slices_are():
    m, k, n, tile, (i, j, step) = 5, 7, 4, 3, (1, 1, 2)
    figure = figures.tiling(m, k, n, tile, (i, j, step))
    assert "C[3:5, 3:4] += A[3:5, 6:7] @ B[6:7, 3:4]" in texts(figure)
    shapes = {"A": (m, k), "B": (k, n), "C": (m, n)}
    for name, (down, across) in {"A": (i, step), "B": (step, j), "C": (i, j)}.items():
        (frame,), (box,) = named(figure, name)[""][:1], named(figure, f"tile:{name}")[""]
        rows, columns = shapes[name]
        cell = frame.get_width() / columns, frame.get_height() / rows
        x, y = box.get_x() - frame.get_x(), box.get_y() - frame.get_y()
        assert x / cell[0] == pytest.approx(across * tile)
        assert y / cell[1] == pytest.approx(down * tile)
        assert box.get_width() / cell[0] == pytest.approx(min(tile, columns - across * tile))
        assert box.get_height() / cell[1] == pytest.approx(min(tile, rows - down * tile))
    hatches = {named(figure, f"tile:{name}")[""][0].get_hatch() for name in shapes}
    assert len(hatches) == 3


def test_a_product_over_nothing_has_no_steps():
    figure = figures.tiling(4, 0, 5, 2)
    assert "C[0:2, 0:2] = 0" in texts(figure)
    assert "no steps, k = 0" in figure.get_label()
    assert set(named(figure, "tile:")) == {"C"}


# Workers


def finish(durations, workers):
    """When the last task is over if each goes to the worker that is free first."""
    free = [0.0] * workers
    for duration in durations:
        free[free.index(min(free))] += duration
    return max(free)


@pytest.mark.parametrize("count", [1, 2, 3, 7, 20])
def test_independent_tasks_are_shared_and_chained_ones_are_not(count):
    durations = [3, 1, 4, 1, 5, 9, 2, 6]
    figure = figures.workers(durations, count, unit="h")
    assert f"done after {finish(durations, count):g} h" in texts(figure)
    chained = figures.workers(durations, count, chained=True, unit="h")
    assert "done after 31 h" in texts(chained)
    assert len(named(chained, "task:")) == 8
    levels = {found[0].get_y() for found in named(chained, "task:").values()}
    assert len(levels) == 1


def test_a_thousand_workers_are_a_thousand_times_as_fast():
    label = figures.workers([1] * 1000, 1000).get_label()
    assert "1000 workers: 1,000 times as fast as one; busy 100% of the time" in label
    label = figures.workers([1] * 1000, 1000, chained=True).get_label()
    assert "1000 workers: as fast as one; busy 0.1% of the time" in label


# Errors

TWO = {"a": {"x": 1}}
MISTAKES = [
    (lambda: figures.roofline((1, 2)), r"roofs is \(1, 2\); give 1 to 4"),
    (lambda: figures.roofline({}), "roofs is {}; give 1 to 4"),
    (lambda: figures.roofline({"a": 3}), "The roof 'a' is 3; give peak and bandwidth"),
    (lambda: figures.roofline({"a": (0, 1)}), "The peak of 'a' is 0; give a number of FLOP/s above 0"),
    (lambda: figures.roofline({"a": (1, NAN)}), "The bandwidth of 'a' is nan; give a number"),
    (lambda: figures.roofline({"a" * 40: (1, 1)}), "has 40 characters; up to 36 fit. Shorten"),
    (lambda: figures.roofline(ROOF, [1]), r"points is \[1\]; give the operations by name"),
    (lambda: figures.roofline(ROOF, {"add": 3}), "The operation 'add' is 3; give intensity and speed"),
    (lambda: figures.roofline(ROOF, {"add": (-1, 3)}), "'add': its intensity is -1"),
    (lambda: figures.roofline(BOTH, POINTS), "2 roofs, and points does not say which operation ran"),
    (lambda: figures.roofline(ROOF, {"GPU": POINTS}), "points has 'GPU', which has no roof"),
    (lambda: figures.roofline(ROOF, {"this CPU": POINTS, "b": 3}), "points has 'b'"),
    (lambda: figures.roofline(BOTH, {"CUDA": POINTS, "this CPU": 3}), "of 'this CPU' are 3; give"),
    (lambda: figures.roofline(ROOF, {f"{n}": (1, 1) for n in range(11)}), "11 operations; up to 10"),
    (lambda: figures.roofline(ROOF, {}, ROOF), "'this CPU' is in roofs and in references"),
    (lambda: figures.break_even([], {"a": []}), "sizes is empty"),
    (lambda: figures.break_even([0, 1], {"a": [1, 1]}), r"sizes\[0\] is 0"),
    (lambda: figures.break_even([1, 1], {"a": [1, 1]}), "a size stands there twice"),
    (lambda: figures.break_even([1, 2], [1, 2]), "measured is .*each with a name"),
    (lambda: figures.break_even([1, 2], {"a": [1]}), "'a' has 1 time for 2 sizes"),
    (lambda: figures.break_even([1], {"a": [0]}), "has the time 0; a time is above 0"),
    (lambda: figures.break_even([1], {"a": [1]}, {"a": [1]}), "'a' is in measured and in modelled"),
    (lambda: figures.break_even([1], {c: [1] for c in "abc"}, {c: [1] for c in "def"}), "6 curves"),
    (lambda: figures.queues(3), "steps is 3; give a list of steps"),
    (lambda: figures.queues(["a"]), "Step 0 is 'a'; a step is a figures.Launch"),
    (lambda: figures.queues([Wait]), r"the class Wait; put brackets behind it: figures.Wait\(\)"),
    (lambda: figures.queues([Host("a", -1)]), "The duration of step 0, 'a', is -1; .*0 or more"),
    (lambda: figures.queues([Launch("a", "x", 1)]), "The host time of step 0, 'a', is 'x'"),
    (lambda: figures.queues([Launch("a", 1, 1, after="b")]), "'a' comes after 'b'; up to then .*nothing"),
    (lambda: figures.queues([Wait(queue="b")]), "waits for the queue 'b'"),
    (lambda: figures.queues([Wait()] * 49), "49 steps; up to 48"),
    (lambda: figures.queues([Launch("a", 1, 1, queue=q) for q in "abcde"]), "5 queues; up to 4"),
    (lambda: figures.memory_budget({}), "budgets is {}; give 1 to 8"),
    (lambda: figures.memory_budget({"SGD": 3}), "The budget 'SGD' is 3; give its parts"),
    (lambda: figures.memory_budget({"a": {"x": -1}}), "'x' of the budget 'a' is -1"),
    (lambda: figures.memory_budget({"a": {"x": "1 GB"}}), "'x' of the budget 'a' is '1 GB'"),
    (lambda: figures.memory_budget(TWO, 0), "limit is 0; give a number of bytes above 0"),
    (lambda: figures.memory_budget({"a": dict.fromkeys("uvwxyzt", 1)}), "7 different parts"),
    (lambda: figures.tiling(0, 1, 1, 1), "m is 0; give a whole number from 1 to 1,000,000"),
    (lambda: figures.tiling(1, -1, 1, 1), "k is -1; give a whole number from 0"),
    (lambda: figures.tiling(1, 1, 1, 0), "tile is 0; give a whole number from 1"),
    (lambda: figures.tiling(1, 1.5, 1, 1), "k is 1.5"),
    (lambda: figures.tiling(4, 6, 4, 2, (2, 0, 0)), r"2 × 2 tiles of 3 steps each.*to \(1, 1, 2\)"),
    (lambda: figures.tiling(4, 6, 4, 2, 1), "at is 1"),
    (lambda: figures.tiling(4, 6, 4, 2, (0, 0)), r"at is \(0, 0\)"),
    (lambda: figures.tiling(4, 6, 4, 2, (0, 0, -1)), r"at is \(0, 0, -1\)"),
    (lambda: figures.workers([1], 0), "workers is 0; give a whole number from 1 to 1,000"),
    (lambda: figures.workers([1], True), "workers is True"),
    (lambda: figures.workers(3, 1), "durations is 3; give one number"),
    (lambda: figures.workers([-1], 1), "The duration of task '1' is -1"),
    (lambda: figures.workers([1] * 1001, 1), "durations has 1001 tasks"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "message"), MISTAKES, ids=range(len(MISTAKES)))
def test_bad_input_is_named_with_its_remedy(make, message):
    with pytest.raises(figures.FigureError, match=message):
        make()
