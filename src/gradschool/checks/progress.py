"""Which exercises are passed, in one small picture that follows the test cells.

The set-up cell of a lesson says which exercises there are, and how many test cells each has:

    checks.progress(predict_shapes=7, flatten_batch=3)

Every test then reports here how it ended, and the picture changes in place. Only that counts: what
a student edits afterwards changes nothing until its tests run again.
"""

import html
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from gradschool.checks.outcomes import CheckFailure, NotAttempted
from gradschool.figures.display import nobody_looks

_DISPLAY_ID = "gradschool-progress"


class State(StrEnum):
    """How an exercise stands."""

    PASSED = "passed"
    WRONG = "wrong"
    PARTLY = "partly"
    OPEN = "not attempted"
    BY_HAND = "graded by hand"


# A symbol beside each colour. White is readable on it, and it is seen on a light and a dark page;
# what is not attempted is only outlined, in the colour of the page's text.
SYMBOLS = {
    State.PASSED: "✓",
    State.WRONG: "✗",
    State.PARTLY: "◐",
    State.OPEN: "·",
    State.BY_HAND: "✎",
}
COLOURS = {
    State.PASSED: "#08795a",
    State.WRONG: "#b34700",
    State.PARTLY: "#0b6ea8",
    State.BY_HAND: "#7a55a6",
}


@dataclass
class Board:
    """The exercises of a notebook and how their tests ended.

    Attributes:
        cells: How many test cells each exercise has; 0 for a text, which a person grades.
        outcomes: By exercise and by file of the test cell, whether it passed; a kernel names the
            file of a cell by its text, so that a cell that runs again has the same.
    """

    cells: Mapping[str, int] = field(default_factory=dict)
    outcomes: dict[str, dict[str, bool]] = field(default_factory=dict)

    def note(self, exercise: str, file: str, *, passed: bool | None) -> None:
        """Put the outcome of a test cell in the place of an earlier one; None takes that away."""
        files = self.outcomes.setdefault(exercise, {})
        files.pop(file, None)
        if passed is not None:
            files[file] = passed

    def passing(self, exercise: str) -> int:
        """How many test cells of an exercise passed when they last ran."""
        return sum(self.outcomes.get(exercise, {}).values())

    def state(self, exercise: str) -> State:
        """How an exercise stands: one test cell that failed makes it wrong."""
        if not self.cells[exercise]:
            return State.BY_HAND
        if False in self.outcomes.get(exercise, {}).values():
            return State.WRONG
        if self.passing(exercise) >= self.cells[exercise]:
            return State.PASSED
        return State.PARTLY if self.passing(exercise) else State.OPEN

    @property
    def states(self) -> dict[str, State]:
        """How each exercise stands, by its name."""
        return {exercise: self.state(exercise) for exercise in self.cells}

    @property
    def headline(self) -> str:
        """How many exercises are passed, of those that tests can tell."""
        states = list(self.states.values())
        return f"{states.count(State.PASSED)} of {len(states) - states.count(State.BY_HAND)} passed"

    @property
    def text(self) -> str:
        """What the picture says, in words."""
        states = self.states
        parts = [f"Exercises: {self.headline}."]
        for state in State:
            named = [self._named(name) for name, one in states.items() if one is state]
            if named:
                parts.append(f"{state.capitalize()}: {', '.join(named)}.")
        return " ".join(parts)

    def _named(self, exercise: str) -> str:
        return f"{exercise} ({count})" if (count := self._count(exercise)) else exercise

    def _count(self, exercise: str) -> str:
        """How many test cells pass, where that is neither all nor none of them."""
        passing, cells = self.passing(exercise), self.cells[exercise]
        return f"{passing} of {cells}" if 0 < passing < cells else ""

    @property
    def picture(self) -> str:
        """The board as HTML that needs nothing from elsewhere and takes the colours of the page."""
        states = self.states
        entries = "".join(
            f"<span>{_badge(state)} <span style='font-family:monospace'>{html.escape(name)}</span>"
            f"{_small(self._count(name))}</span>"
            for name, state in states.items()
        )
        shown = [state for state in State if state is not State.BY_HAND or state in states.values()]
        legend = "".join(f"<span>{_badge(state)} {state}</span>" for state in shown)
        return (
            f"<div role='img' aria-label='{html.escape(self.text)}' style='font-size:13px;"
            "line-height:1.7;max-width:64em'>"
            f"<div><b>Exercises: {self.headline}</b></div>"
            "<div style='display:grid;grid-template-columns:repeat(auto-fill,minmax(16em,1fr));"
            f"column-gap:1em;margin:.3em 0'>{entries}</div>"
            "<div style='font-size:12px;display:flex;flex-wrap:wrap;column-gap:1.2em'>"
            f"{legend}<span>since the kernel started; hidden tests run when you are graded</span></div>"
            "</div>"
        )


def _badge(state: State) -> str:
    colour = COLOURS.get(state)
    look = f"color:#fff;background:{colour}" if colour else "box-shadow:inset 0 0 0 1px"
    return (
        "<span style='display:inline-block;width:1.5em;line-height:1.5em;border-radius:.4em;"
        f"text-align:center;{look}'>{SYMBOLS[state]}</span>"
    )


def _small(text: str) -> str:
    return f" <span style='font-size:11px;opacity:.8'>{text}</span>" if text else ""


# The kernel's own: it lives as long as what the student defined.
_board = Board()


def progress(**cells: int) -> None:
    """Show which exercises are passed, wrong, begun or not attempted.

    While nbgrader runs the notebook it does nothing; outside a notebook it prints a line.

    Args:
        **cells: The exercises of the notebook in their order, each with the number of its test
            cells, 0 for a written answer; none to show what was declared before.
    """
    if nobody_looks():
        return
    if cells:
        _board.cells = cells
    if not _board.cells:
        print("There is nothing to show yet: run the first code cell of the notebook.")
    elif _in_notebook():
        _show(update=False)
    else:
        print(_board.text)


@contextmanager
def following(exercise: str, file: str) -> Iterator[None]:
    """Note how the test in the block ends; one that is interrupted has not run.

    Args:
        exercise: The exercise that is tested.
        file: The `co_filename` of the test cell.
    """
    passed = None
    try:
        yield
        passed = True
    except NotAttempted:
        raise
    except CheckFailure:
        passed = False
        raise
    finally:
        if exercise in _board.cells:
            before = _board.text
            _board.note(exercise, file, passed=passed)
            if _board.text != before and _in_notebook():
                _show(update=True)


def _in_notebook() -> bool:
    from IPython import get_ipython

    return hasattr(get_ipython(), "kernel")


def _show(*, update: bool) -> None:
    from IPython.display import display

    content = {"text/html": _board.picture, "text/plain": _board.text}
    display(content, raw=True, display_id=_DISPLAY_ID, update=update)  # type: ignore[no-untyped-call]
