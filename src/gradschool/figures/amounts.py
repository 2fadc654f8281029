"""Amounts as people write them, with their units: `312 TFLOP/s`, `1.5 GiB`, `20 µs`."""

from typing import Any, Final

from gradschool.figures.plotting import short
from gradschool.figures.slopes import number
from gradschool.figures.values import FigureError

_PREFIXES: Final = {
    -4: "p",
    -3: "n",
    -2: "µ",
    -1: "m",
    0: "",
    1: "k",
    2: "M",
    3: "G",
    4: "T",
    5: "P",
}
_BINARY: Final = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB")
_LONGEST: Final = 36  # characters of a name


def scaled(value: float, unit: str) -> str:
    """An amount with three digits and the prefix that suits it: `20 µs`, `108 GFLOP/s`."""
    power = 0
    while power < 5 and float(f"{abs(value):.3g}") >= 1000:
        value, power = value / 1000, power + 1
    while value and power > -4 and float(f"{abs(value):.3g}") < 1:
        value, power = value * 1000, power - 1
    return f"{short(value)} {_PREFIXES[power]}{unit}"


def plain(value: float, digits: int = 3) -> str:
    """A number in words: `0.0123`, `2,048`, `1e7`; whole ones below a million have all digits."""
    if 1 <= value < 10**6:
        value = float(f"{value:.12g}")
        return f"{value:,.0f}" if value == round(value) else f"{value:,.{digits}g}"
    return short(value)


def binary(size: float) -> str:
    """A number of bytes in steps of 1024, as memory is sold: `512 bytes`, `1.5 GiB`."""
    power = 0
    while power < len(_BINARY) - 1 and float(f"{size:.4g}") >= 1024:
        size, power = size / 1024, power + 1
    unit = "byte" if size == 1 and not power else _BINARY[power]
    return f"{size:.4g} {unit}" if power else f"{size:g} {unit}"


def positive(value: object, name: str, unit: str) -> float:
    """A finite number above 0.

    Args:
        value: what was passed.
        name: what to call it in an error.
        unit: what it counts: "seconds".

    Returns:
        The number.

    Raises:
        FigureError: if it is something else.
    """
    found = number(value, name)
    if found <= 0:
        msg = f"{name} is {short(found)}; give a number of {unit} above 0."
        raise FigureError(msg)
    return found


def at_least_zero(value: object, name: str, unit: str) -> float:
    """A finite number that is not negative; likewise."""
    found = number(value, name)
    if found < 0:
        msg = f"{name} is {short(found)}; give a number of {unit}, 0 or more."
        raise FigureError(msg)
    return found


def whole(value: Any, name: str, least: int, most: int) -> int:
    """A whole number between two others, both included; FigureError if it is something else."""
    if (
        isinstance(value, bool)
        or not hasattr(value, "__index__")
        or not least <= int(value) <= most
    ):
        msg = f"{name} is {value!r:.60}; give a whole number from {least} to {most:,}."
        raise FigureError(msg)
    return int(value)


def brief(name: object, what: str) -> str:
    """A name that fits into a picture, on one line."""
    text = " ".join(str(name).split())
    if len(text) > _LONGEST:
        msg = f"{what} {text!r:.60} has {len(text)} characters; up to {_LONGEST} fit. Shorten it."
        raise FigureError(msg)
    return text
