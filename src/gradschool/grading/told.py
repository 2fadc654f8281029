"""What of a graded run may be said to the student: hints, and nothing that was printed.

A test cell runs in one process with the student's code, so everything that the process says may
hold hidden tests, in any disguise: coded, reversed, kept for a later cell. So no word is taken over
as it is. A line is shown if it is made of words that were there before the run: the hints and
messages of the tests and of `gradschool.checks`, what was released, what the student handed in, and
what Python and torch say of the common errors. Where such a line has a gap, only numbers and known
names may fill it, and not many; anything else is left out.
"""

import ast
import builtins
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files

from gradschool.authoring.regions import MARKERS

ELSEWHERE = "a hidden test failed: think of cases that the tests which you see do not try"
# Stands for what may not be shown, until a line is finished; hints have dots of their own.
_GAP = "\ue000"

_BEGIN, _END = (marker for marker in MARKERS if "HIDDEN TESTS" in marker)
# What takes a hint as a positional argument; the others take what is tested.
_SPEAKS = re.compile(r"require|WrongAnswer|NotAttempted|StudentError|BrokenCheck|AssertionError")
# The grader's own modules whose words end a cell; all of `checks` does.
_GRADER = ("cells.py", "driver.py")
# Of Python and torch, {} where a number or a name stands.
_ERRORS = """
your code uses {}
name {} is not defined
cannot access local variable {} where it is not associated with a value
{} object has no attribute {}
module {} has no attribute {}
{} object is not callable
{} object is not subscriptable
{} object is not iterable
unsupported operand type(s) for {}
can only concatenate str (not {}) to str
{} takes {} positional arguments but {} were given
{} takes {} positional argument but {} were given
{} missing {} required positional argument: {}
{} missing {} required positional arguments: {}
{} got an unexpected keyword argument {}
division by zero
0.0 cannot be raised to a negative power
float division by zero
list index out of range
tuple index out of range
string index out of range
not enough values to unpack (expected {}, got {})
too many values to unpack (expected {})
maximum recursion depth exceeded
math domain error
index {} is out of bounds for dimension {} with size {}
too many indices for tensor of dimension {}
The size of tensor a ({}) must match the size of tensor b ({}) at non-singleton dimension {}
mat1 and mat2 shapes cannot be multiplied ({} and {})
The expanded size of the tensor ({}) must match the existing size ({}) at non-singleton dimension {}
shape {} is invalid for input of size {}
Dimension out of range (expected to be in range of {}, but got {})
view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous subspaces). Use .reshape(...) instead.
element 0 of tensors does not require grad and does not have a grad_fn
grad can be implicitly created only for scalar outputs
Trying to backward through the graph a second time
expected scalar type {} but found {}
expected m1 and m2 to have the same dtype, but got: {} != {}
a Tensor with {} elements cannot be converted to Scalar
result type {} can't be cast to the desired output type {}
"""
_NAMES = """
torch tensor Tensor Size dtype shape device numpy ndarray float64 float32 float16 bfloat16
int64 int32 int16 int8 uint8 bool complex64 complex128 float int str list tuple dict set
NoneType None True False nan inf cpu a an the x function generator
"""
_VALUES = frozenset(_NAMES.split())
_WORD = re.compile(r"[^\W\d]\w*")
_PUNCTUATION = re.compile(r"[\s()\[\]{},.:=+\-*/'\"`×·−]*")


@dataclass(frozen=True)
class Public:
    """What the student knew before the run: what was released, and what was handed in."""

    text: str = field(repr=False)

    def has(self, said: str) -> bool:
        """Whether this stood there, word by word."""
        return said in self.text

    @property
    def words(self) -> frozenset[str]:
        """All names and words in it."""
        return _words(self.text)

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Public":
        """From all the pieces of it."""
        return cls("\n".join(" ".join(text.split()) for text in texts))


@lru_cache(4)
def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))


@dataclass(frozen=True)
class Test:
    """A test cell, taken apart.

    Attributes:
        shown: Its source without hidden tests.
        visible: How the checks are called that a student can see, as they report themselves.
        hidden: How many checks a student cannot see.
        hints: What it can say.
    """

    shown: str
    visible: tuple[str, ...]
    hidden: int
    hints: tuple["_Template", ...] = field(repr=False)


@lru_cache(1000)
def read_test(source: str) -> Test:
    """Take the source of a test cell apart; of one that makes no sense nothing is shown."""
    inside, kept = _split(source)
    shown = "\n".join(kept).strip()
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return Test(shown, (), bool(inside), ())
    checks = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.Assert)]
    checks = [node for node in checks if isinstance(node, ast.Assert) or node.decorator_list]
    visible = tuple(_label(node) for node in checks if node.lineno not in inside)
    hidden = sum(node.lineno in inside for node in checks) or bool(inside)
    return Test(shown, tuple(filter(None, visible)), hidden, tuple(_hints(tree)))


def _split(source: str) -> tuple[set[int], list[str]]:
    """The numbers of the lines between the markers, and the other lines."""
    inside: set[int] = set()
    kept: list[str] = []
    hiding = False
    for number, line in enumerate(source.split("\n"), 1):
        if _BEGIN in line or _END in line:
            hiding = _BEGIN in line
        elif hiding:
            inside.add(number)
        else:
            kept.append(line)
    return inside, kept


def _label(check: ast.FunctionDef | ast.Assert) -> str:
    """What a check that passed calls itself after the tick, without the name of the exercise."""
    if isinstance(check, ast.Assert):
        return ""
    for decorator in check.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith("prediction"):
            key = decorator.args[1] if len(decorator.args) > 1 else ast.Constant("")
            return f"prediction {key.value!s}" if isinstance(key, ast.Constant) else ""
    return check.name.replace("_", " ")


# --- what a source can say


@dataclass(frozen=True)
class _Template:
    """Words with gaps between them."""

    words: tuple[str, ...]

    @property
    def letters(self) -> int:
        return sum(map(len, self.words))

    def gaps(self, said: str) -> tuple[str, ...] | None:
        """What stands in the gaps; None if it says something else."""
        if len(self.words) == 1:
            return () if said == self.words[0] else None
        found = re.fullmatch("(.*?)".join(map(re.escape, self.words)), said)
        return found.groups() if found else None

    def filled(self, gaps: Iterable[str]) -> str:
        return "".join(part for pair in zip(self.words, (*gaps, ""), strict=True) for part in pair)


def _hints(tree: ast.AST) -> Iterator[_Template]:
    """What the author of a test wrote for a student to read, and no value that is tested."""
    spoken = list(_spoken(tree))
    for _ in range(3):
        names = {node.id for one in spoken for node in ast.walk(one) if isinstance(node, ast.Name)}
        spoken += [node for node in _bound(tree, names) if node not in spoken]
    for node in spoken:
        yield from _templates(node)


def _spoken(tree: ast.AST) -> Iterator[ast.expr]:
    """The places of hints: in a call of the checks, and in an assertion."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert) and node.msg:
            yield node.msg
        elif isinstance(node, ast.Call):
            if node.args and _SPEAKS.search(ast.unparse(node.func)):
                yield node.args[-1]
            for keyword in node.keywords:
                if keyword.arg == "mistakes" and isinstance(keyword.value, ast.Dict):
                    yield from filter(None, keyword.value.keys)
                elif keyword.arg in ("hint", "errors", "mistakes"):
                    yield keyword.value


def _bound(tree: ast.AST, names: set[str]) -> Iterator[ast.expr]:
    """What the names stand for that a hint uses: assigned, looped over, or returned."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _matched(target, [node.value], names)
        elif isinstance(node, ast.For | ast.comprehension):
            rows = node.iter.elts if isinstance(node.iter, ast.List | ast.Tuple) else [node.iter]
            yield from _matched(node.target, rows, names)
        elif isinstance(node, ast.FunctionDef) and node.name in names:
            returned = (one for one in ast.walk(node) if isinstance(one, ast.Return))
            yield from (one.value for one in returned if one.value)


def _matched(target: ast.expr, values: Iterable[ast.expr], names: set[str]) -> Iterator[ast.expr]:
    """Of the values that a target takes, those that go to one of the names."""
    if isinstance(target, ast.Name) and target.id in names:
        yield from values
    elif isinstance(target, ast.Tuple):
        for value in values:
            if isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts):
                for part, one in zip(target.elts, value.elts, strict=True):
                    yield from _matched(part, [one], names)


def _templates(tree: ast.AST) -> Iterator[_Template]:
    """The strings that are more than a word, without what is passed to a function to be tested."""
    if isinstance(tree, ast.Constant | ast.JoinedStr):
        template = _template(tree)
        if template and " " in "".join(template.words).strip():
            yield template
        return
    if isinstance(tree, ast.Compare | ast.Subscript):
        return
    for child in ast.iter_child_nodes(tree):
        told = not isinstance(tree, ast.Call) or child not in tree.args
        if told or _SPEAKS.search(ast.unparse(tree.func)):  # type: ignore[attr-defined] # a Call
            yield from _templates(child)


def _template(node: ast.Constant | ast.JoinedStr) -> _Template | None:
    if isinstance(node, ast.Constant):
        return _Template((_joined(node.value),)) if isinstance(node.value, str) else None
    words = [""]
    for part in node.values:
        if isinstance(part, ast.Constant):
            words[-1] += str(part.value)
        else:
            words.append("")
    return _Template(tuple(re.sub(r"\s+", " ", word) for word in words))


def _joined(text: str) -> str:
    return " ".join(text.split())


@cache
def _common() -> tuple[_Template, ...]:
    """What our own checks and the grader say, and what Python and torch say."""
    ours = files("gradschool")
    modules = [one for one in ours.joinpath("checks").iterdir() if one.name.endswith(".py")]
    modules += [ours.joinpath("grading", name) for name in _GRADER]
    found = [
        template
        for module in modules
        for template in _templates(ast.parse(module.read_text(encoding="utf-8")))
    ]
    found += [_Template(tuple(line.split("{}"))) for line in _ERRORS.strip().split("\n")]
    return tuple(template for template in found if template.letters >= 8)


# --- what may be said of a run


def line(name: str, said: str, test: Test, public: Public, *, hidden: bool) -> str:
    """The one line of a test cell that failed, made of words that may be shown.

    Args:
        name: The exception's.
        said: The exception's message; the name of the exercise in front is left out.
        test: The test cell.
        public: What the student knew before.
        hidden: Whether it was a hidden check that failed: then the values are left out, too.
    """
    return _line(name, said, test, public, hidden=hidden).replace(_GAP, "…")


def _line(name: str, said: str, test: Test, public: Public, *, hidden: bool) -> str:
    said = re.sub(r"^\w+: ", "", _joined(said), count=1) if name in _CHECKS else _joined(said)
    if raised := re.fullmatch(_RAISED, said):
        return _raised(*raised.groups(), public=public, hidden=hidden)
    hint, rest = _hint(said, test, public)
    if hint and (hidden or _GAP not in hint):
        detail = "" if hidden else _detail(rest, public)
        return f"{hint} ({detail})" if detail else hint
    if hidden:
        return _difference(said, public) or ELSEWHERE
    told = _say(said, (*test.hints, *_common()), public)
    told = hint if hint and _GAP in told else told
    if name in _CHECKS:
        return told or "the result is not what is asked"
    return _named(name, told, public)


_CHECKS = ("NotAttempted", "WrongAnswer", "StudentError", "BrokenCheck")
_RAISED = r"your code raised ([\w.]+):? ?(.*?)(?:, in line (\d{1,4}) of your cell(?:: `(.*)`)?)?"


def _raised(
    name: str, said: str, number: str | None, code: str | None, *, public: Public, hidden: bool
) -> str:
    told = error_name(name, public) if hidden else error(name, said, public)
    text = f"your code raised {told}"
    if number:
        text += f", in line {number} of your cell"
    return f"{text}: `{code}`" if number and code and public.has(code) else text


def _hint(said: str, test: Test, public: Public) -> tuple[str, str]:
    """The hint that a message begins with, and what stands in parentheses behind it."""
    places = [found.start() for found in re.finditer(r" \(", said) if said.endswith(")")]
    found = [
        (hint, said[place + 2 : -1])
        for place in (len(said), *reversed(places))
        if (hint := _say(said[:place], (*test.hints, *_PREDICTION), public))
    ]
    return min(found, key=lambda one: _GAP in one[0], default=("", ""))


def _detail(said: str, public: Public) -> str:
    """What stands behind a hint: how the result differs, or the error; "" if it is not known."""
    told = _say(said, _common(), public)
    if not told and (raised := re.fullmatch(r"(\w+): (.*?)(?: …)?", said)):
        told = _say(raised[2], _common(), public)
        told = told and f"{error_name(raised[1], public)}: {told}"
    return "" if _GAP in told else told


_PREDICTION = (_Template(("prediction ", ": ", "")),)
# What a hidden check says without a hint, and the same without the values.
_DIFFERENCES = (
    (r"(shape|dtype|device|layout) .*, expected .*", "the {} is not the one that is asked"),
    (r"the (value).* is .*, expected .*", "a {} is not the one that is asked"),
    (r"(got) .*, expected .*", "the result is not the one that is asked"),
)


def _difference(said: str, public: Public) -> str:
    """What differs, of a hidden check's line, but not by how much; "" if it says nothing else."""
    for pattern, words in _DIFFERENCES:
        if found := re.fullmatch(pattern, said):
            return f"a hidden test failed: {words.format(found[1])}"
    told = _say(said, _common(), public)
    return told if _GAP not in told and not re.search(r"\d", told) else ""


def error_name(name: str, public: Public) -> str:
    """An exception's name, unless the student's code made it up in the run."""
    known = isinstance(getattr(builtins, name, None), type) or name in public.words
    return name if known and len(name) < 60 else "an error"


def error(name: str, said: str, public: Public) -> str:
    """What ended a cell of the student's, as far as it may be shown."""
    told = _say(_joined(said), _common(), public)
    return _named(name, told, public).replace(_GAP, "…")


# How the engine calls what it had to do, in which the message says all.
_CUT_SHORT = ("CellTimeout", "CellDied", "CellFlood", "CellNotRun")


def _named(name: str, told: str, public: Public) -> str:
    if told and name in _CUT_SHORT:
        return told
    return f"{error_name(name, public)}: {told}" if told else error_name(name, public)


def _say(said: str, templates: tuple[_Template, ...], public: Public, *, depth: int = 2) -> str:
    """A message with its gaps filled as far as that is allowed; "" if it is not known."""
    if len(said) > 8 and public.has(said):
        return said
    fitting = ((one, gaps) for one in templates if (gaps := one.gaps(said)) is not None)
    best = max(fitting, key=lambda found: found[0].letters, default=None)
    if best is None:
        return ""
    template, gaps = best
    return template.filled(_gap(gap, templates, public, depth) for gap in gaps)


def _gap(text: str, templates: tuple[_Template, ...], public: Public, depth: int) -> str:
    if _is_value(text, public):
        return text
    return (_say(text, templates, public, depth=depth - 1) if depth else "") or _GAP


def _is_value(text: str, public: Public) -> bool:
    """Whether it is a few numbers and known names: too little to hold a test."""
    names = [word for word in _WORD.findall(text) if word not in _VALUES]
    return (
        len(text) <= 60
        and len(names) <= 3
        and public.words.issuperset(names)
        and sum(map(str.isdigit, text)) <= 30
        and _PUNCTUATION.fullmatch(re.sub(r"\w", "", text)) is not None
    )
