"""The page that a student gets back: every hint earned, no hidden test, and readable for all."""

import base64
import codecs
import html
import json
import re
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from browser import check_pages, opened
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.api import Gradebook
from submissions.course import HIDDEN, TOPIC, Handed, metadata

from gradschool.authoring.course import Course
from gradschool.authoring.release import release
from gradschool.classroom.grade import Status, configuration, grade
from gradschool.grading import page as page_module
from gradschool.grading import prose, told
from gradschool.grading.feedback import Pages
from gradschool.grading.page import Marks, Material, render

ROOT = Path(__file__).parent.parent
HINT = "capitals are asked: which method of str makes them?"
FOR_ONE = "one number is its own mean"
SHOUT = """
from gradschool import checks

@checks.test("shout")
def one_letter(shout):
    checks.equal(shout("a"), "A!")
""" + HIDDEN.format('''
@checks.test("shout")
def CANARY_NAME(shout):
    print("CANARY_PRINTED")
    secret = "CANARY_INPUT two words"  # CANARY_REMARK
    checks.equal(shout(secret), secret.upper() + "!", mistakes={"HINT": secret + "!"})
'''.replace("HINT", HINT))  # fmt: skip
MEAN = "assert mean([1, 3]) == 2\n" + HIDDEN.format(
    f"CANARY_ONE = 271828\nassert mean([CANARY_ONE]) == CANARY_ONE, {FOR_ONE!r}"
)
RIGHT = {
    "shout": "def shout(text):\n    return text.upper() + '!'",
    "mean": "def mean(xs):\n    return sum(xs) / len(xs)",
    "why": "Because $\\frac{1}{2}$ < 1.",
}
HALF = "def shout(text):\n    return text.upper() + '!' if len(text) == 1 else text + '!'"

# --- those who look for the hidden tests

LOOK = """
import base64, inspect, linecache, sys
stolen = []
def look():
    frame = sys._getframe(1)
    while frame:
        source = "".join(linecache.getlines(frame.f_code.co_filename))
        if "HID" "DEN" in source:
            stolen.append(source[source.index("HID" "DEN"):])
        frame = frame.f_back
    return stolen[-1]
def word():
    at = look().index("NARY") - 2
    return look()[at : at + 12]
def coded(text):
    return [text, text[::-1], base64.b64encode(text.encode()).decode(), text.encode().hex(), " ".join(text)]
"""
SPIES = {
    "prints_its_caller": "def shout(text):\n    print(*coded(look()))\n    return 'A!'",
    "draws_its_caller": """
def shout(text):
    import matplotlib.pyplot as plt
    from IPython.display import HTML, display
    display(HTML(look()), *map(HTML, coded(look())))
    return text.upper() + '!'""",
    "raises_its_caller": "def shout(text):\n    raise ValueError(' '.join(coded(word())))",
    "raises_under_its_name": "def shout(text):\n    raise type(coded(word())[3], (Exception,), {})(word())",
    "returns_its_caller": "def shout(text):\n    return 'A!' if text == 'a' else coded(word())[2]",
    "hints_its_caller": """
def shout(text):
    from gradschool.checks.outcomes import WrongAnswer
    if text != 'a':
        raise WrongAnswer(coded(word())[2] + text)
    return 'A!'""",
    "forges_ticks": """
def shout(text):
    for line in look().split("\\n"):
        print("✓ shout:", line)
    return text""",
}
LATER = """
from IPython.display import HTML, display
print(*coded(look()), *coded(stolen[-1]), sep="\\n")
display(HTML(stolen[-1]), {"text/plain": stolen[-1]}, raw=False)
raise RuntimeError(coded("".join(stolen))[2])
"""


def spy(handed, code):
    handed.answer("shout", LOOK + code)
    handed.notebook.cells.append(new_code_cell(LATER, id="own-later"))
    handed.notebook.cells.append(new_code_cell("''.join(stolen)[::-1]", id="own-last"))


# --- the course


def _cells():
    yield new_markdown_cell(
        "# A small lesson\n\nSo $\\frac{a}{b}$ is:\n\n$$\\sum_i x_i$$\n\n"
        "<details><summary>More</summary>\n\n- [ ] done\n\n</details>\n\n### A heading too deep"
    )
    yield new_code_cell("import math", metadata=metadata("setup"))
    for number, (name, test) in enumerate({"shout": SHOUT, "mean": MEAN}.items(), 1):
        text = f"### Exercise T-E{number:02} · `{name}`\n\n*Layer 2 · level 1/5 · 3 minutes · 3 points*"
        yield new_markdown_cell(f"{text}\n\nThe task $x^{number}$.")
        head, body = RIGHT[name].split("\n")
        solved = f"{head}\n    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION"
        yield new_code_cell(solved, id=name, metadata=metadata(name, solution=True, locked=False))
        graded = metadata(f"{name}-values", grade=True, points=3)
        yield new_code_cell(test, metadata=graded)
    yield new_markdown_cell(
        "### Exercise T-E03 · `why`\n\n*Layer 4 · level 1/5 · 3 minutes · 4 points*"
    )
    by_hand = metadata("why", grade=True, solution=True, locked=False, points=4)
    yield new_markdown_cell("Why?", id="why", metadata=by_hand)


def make_course(root):
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    course = Course(root)
    course.source(TOPIC).parent.mkdir(parents=True)
    cells = list(_cells())
    for cell in cells:
        cell.id = cell.metadata.get("nbgrader", {}).get("grade_id", cell.id)
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), course.source(TOPIC))
    shutil.copy(ROOT / "nbgrader_config.py", root)
    release(root=root)
    return course


def hand_in(course, student, build=None):
    handed = Handed(course, student, right=False)
    for name, answer in RIGHT.items():
        handed.answer(name, answer)
    if build:
        build(handed)
    handed.write()


def half(handed):
    handed.answer("shout", HALF)
    handed.answer("mean", "def mean(xs):\n    return 2")
    handed.insert(2, "print('my own cell')")
    handed.notebook.cells[2].outputs = [new_output("stream", text="my \x1b[31mown\x1b[0m cell")]


def broken(handed):
    handed.answer("shout", "def shout(text:\n    return")
    handed.answer("mean", "def mean(xs):\n    return summ(xs)")


def blank(handed):
    handed.notebook = nbformat.read(handed.course.release(TOPIC), as_version=4)


def hostile(handed):
    handed.answer(
        "why", "</section><script>alert(1)</script><h1>A</h1>\n\n$\\frac$ ![x](http://e.org/x)"
    )
    handed.insert(1, "1")
    handed.notebook.cells[1].outputs = [
        {
            "output_type": "display_data",
            "data": {"image/png": '"><script>', "text/html": "<script>"},
        },
        {"output_type": "stream", "text": ["<script>", 3]},
        {"output_type": "error", "traceback": 7},
        5,
    ]
    handed.notebook.cells[-2].metadata = {"nbgrader": [3]}


WAYS = {"right": None, "half": half, "blank": blank, "broken": broken, "hostile": hostile}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The course with everybody graded, late or by hand where that matters."""
    course = make_course(tmp_path_factory.mktemp("feedback") / "course")
    for student, build in WAYS.items():
        hand_in(course, student, build)
    for student, code in SPIES.items():
        hand_in(course, student, lambda handed, code=code: spy(handed, code))
    for student in ("late", "by_hand"):
        hand_in(course, student)
    hand_in(course, "torn", lambda handed: handed.raw(b"{ no notebook"))
    with (course.root / "nbgrader_config.py").open("a") as file:
        file.write("\nc.LateSubmissionPlugin.penalty_method = 'zero'\n")
    stamp = course.submitted("late", TOPIC).with_name("timestamp.txt")
    stamp.write_text("2026-03-02 12:00:00")
    with Gradebook(course.gradebook_url) as gradebook:
        gradebook.update_or_create_assignment(TOPIC, duedate="2026-03-01 12:00:00")
    run = grade(root=course.root, workers=2, progress=False)
    assert {one.job.student for one in run.results if one.status is not Status.GRADED} == {"torn"}
    with Gradebook(course.gradebook_url) as gradebook:
        found = gradebook.find_grade("why", TOPIC, TOPIC, "by_hand")
        found.manual_score, found.needs_manual_grade = 3, False
        gradebook.find_comment("why", TOPIC, TOPIC, "by_hand").manual_comment = "Nearly: $x^2$!"
        gradebook.db.commit()
    Pages(configuration(course.root)).make("by_hand", TOPIC, TOPIC)
    return course


def soup_of(course, student):
    return BeautifulSoup(course.feedback(student, TOPIC).read_text(encoding="utf-8"), "html.parser")


def text(node):
    return " ".join(node.get_text(" ").split())


def summary(soup):
    """Of each exercise: the result, the points, and what to think about."""
    rows = [[text(cell) for cell in row(["th", "td"])] for row in soup.select(".summary tbody tr")]
    return {row[0].split()[-1]: tuple(row[1:]) for row in rows}


# --- no hidden test

# The word, and what is left of it in the codes that the spies use.
SECRETS = ["CANARY", "271828"]


def disguises(secret):
    yield from (secret, secret[::-1], secret.encode().hex(), codecs.encode(secret, "rot13"))
    yield " ".join(secret)
    for before in range(3):
        coded = base64.b64encode(b" " * before + secret.encode() + b"  ").decode()
        yield coded[4 * (before > 0) : -4]


def assert_silent(folder):
    """No file of a folder holds a hidden test in any form that is looked for."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    for path in files:
        content = path.read_text(encoding="utf-8", errors="replace")
        shown = html.unescape(re.sub(r"<[^>]*>", "", content))
        for secret in SECRETS:
            for disguise in disguises(secret):
                assert disguise not in content, (path, disguise)
                assert disguise not in shown, (path, disguise)


def caught(path):
    """Whether the outputs of a graded notebook hold a hidden test: in the tests', and later."""
    cells = json.loads(path.read_text())["cells"]
    outputs = [json.dumps(cell["outputs"]) for cell in cells if cell["cell_type"] == "code"]
    forms = list(disguises("CANARY"))
    return tuple(any(form in text for form in forms) for text in (outputs[2], outputs[-2]))


def test_no_hidden_test_reaches_any_file(course):
    # The spies have found and printed what they looked for.
    for student in SPIES:
        assert caught(course.autograded(student, TOPIC)) == (True, True), student
    assert_silent(course.root / "feedback")


@pytest.fixture(scope="module")
def plain(course, tmp_path_factory):
    """The same through nbgrader's own commands."""
    root = tmp_path_factory.mktemp("plain") / "course"
    root.mkdir()
    for name in ("source", "release", "nbgrader_config.py"):
        copy = shutil.copytree if (course.root / name).is_dir() else shutil.copy
        copy(course.root / name, root / name)
    release(root=root)
    for student in ("half", "prints_its_caller", "hints_its_caller"):
        folder = root / "submitted" / student
        shutil.copytree(course.root / "submitted" / student, folder)
    for command in ("autograde", "generate_feedback"):
        program = Path(sys.executable).parent / "nbgrader"
        subprocess.run([program, command, TOPIC], cwd=root, check=True, capture_output=True)
    return Course(root)


def test_nor_through_nbgraders_own_commands(course, plain):
    assert caught(plain.autograded("prints_its_caller", TOPIC)) == (True, True)
    assert_silent(plain.root / "feedback")
    page = plain.feedback("half", TOPIC).read_text()
    assert page == course.feedback("half", TOPIC).read_text()


def test_of_a_hidden_test_the_number_of_checks_is_told(course):
    for student in ("right", "half"):
        found = soup_of(course, student)
        assert text(found).count("hidden tests: 1 check") == 2
        assert "one_letter" in text(found)


def test_the_source_of_a_test_that_makes_no_sense_is_cut_too():
    test = told.read_test("this is (no Python\n### BEGIN HIDDEN TESTS\nCANARY")
    assert test.shown == "this is (no Python"
    assert test.hidden == 1


# --- what is told


def test_right_blank_partly_and_by_hand(course):
    assert summary(soup_of(course, "right")) == {
        "shout": ("✓ right", "3 of 3", ""),
        "mean": ("✓ right", "3 of 3", ""),
        "why": ("… waits for your instructor", "0 of 4", ""),
    }
    blank = summary(soup_of(course, "blank"))
    assert {row[0] for row in blank.values()} == {"○ not attempted"}
    assert "6 of 10 points, and 4 still to be given by hand" in text(soup_of(course, "right"))


def test_the_hints_earned_are_told(course):
    rows = summary(soup_of(course, "half"))
    assert rows["shout"] == ("✗ wrong", "0 of 3", HINT)
    assert rows["mean"][2] == FOR_ONE
    assert "Passed before that: one letter" in text(soup_of(course, "half"))


def test_what_ended_a_cell_is_told(course):
    rows = summary(soup_of(course, "broken"))
    assert rows["shout"][2].startswith("your cell ended with SyntaxError: '(' was never closed")
    assert "`shout` is not defined" not in rows["shout"][2]
    assert rows["mean"][2] == "NameError: name 'summ' is not defined"


def test_a_comment_and_points_of_a_person(course):
    soup = soup_of(course, "by_hand")
    comment = "read your instructor’s comment below"
    assert summary(soup)["why"] == ("◐ partly right", "3 of 4", comment)
    assert text(soup.select_one(".comment")).startswith("Comment Nearly:")
    assert soup.select_one(".comment math")


def test_being_late(course):
    page = text(soup_of(course, "late"))
    assert "It was late: 6 points were taken away." in page
    assert "0 of 10 points" in page


def test_a_submission_without_a_grade_has_no_page(course):
    assert not course.feedback("torn", TOPIC).exists()


def test_own_outputs_stand_as_they_were_handed_in(course):
    soup = soup_of(course, "half")
    assert "my own cell" in [text(node) for node in soup.select(".own .output")]


def test_what_a_student_wrote_is_text(course):
    page = course.feedback("hostile", TOPIC).read_text()
    soup = BeautifulSoup(page, "html.parser")
    assert not soup("script")
    assert len(soup("h1")) == 1
    assert "<script>alert(1)</script>" in soup.get_text()
    assert "e.org" not in page


def test_a_page_without_anything_is_a_page():
    page = render(Material("Nothing", "x", [], [], [], Marks()))
    assert "0 of 0 points" in text(BeautifulSoup(page, "html.parser"))


# --- words of a run


def line(name, said, *, source=SHOUT, known="", hidden=False):
    return told.line(name, said, told.read_test(source), told.Public.of([known]), hidden=hidden)


SECRET = base64.b64encode(b"the source of a hidden test").decode()


@pytest.mark.parametrize(
    ("said", "told_so"),
    [
        (f"shout: {HINT}", HINT),
        (f"shout: {HINT} (got 'a', expected 'b')", HINT),
        (
            "shout: the value at index [0] is 3, expected 4",
            "the value at index [0] is 3, expected 4",
        ),
        (f"shout: shape {SECRET}, expected (2,)", "shape …, expected (2,)"),
        (f"shout: got {SECRET!r}, expected 'b'", "got …, expected …"),
        ("shout: not attempted yet", "not attempted yet"),
        (f"shout: {SECRET}", "the result is not what is asked"),
        ("shout: " + "9" * 40, "the result is not what is asked"),
    ],
)
def test_a_line_is_made_of_known_words(said, told_so):
    assert line("WrongAnswer", said) == told_so


@pytest.mark.parametrize(
    ("name", "said", "told_so"),
    [
        ("NameError", "name 'foo' is not defined", "NameError: name 'foo' is not defined"),
        ("NameError", f"name '{SECRET}' is not defined", "NameError: name … is not defined"),
        ("ValueError", SECRET, "ValueError"),
        (SECRET, "division by zero", "an error: division by zero"),
        ("CellTimeout", "stopped after 4 s", "stopped after 4 s"),
        ("StudentError", f"f: your code raised ValueError: {SECRET}", "your code raised ValueError"),
        (
            "StudentError",
            "f: your code raised NameError: name 'foo' is not defined, in line 2 of your cell: `return foo`",
            "your code raised NameError: name 'foo' is not defined, in line 2 of your cell: `return foo`",
        ),
    ],
)  # fmt: skip
def test_an_error_is_told_in_words_that_the_student_had(name, said, told_so):
    assert line(name, said, known="def f():\n    return foo") == told_so


def test_a_hidden_check_tells_no_value():
    said = "shout: the value at index [0] is 271828, expected 3"
    assert line("WrongAnswer", said, hidden=True) == (
        "a hidden test failed: a value is not the one that is asked"
    )
    assert line("StudentError", "s: your code raised IndexError: list index out of range, in line 2 of your cell: `x`", hidden=True) == (
        "your code raised IndexError, in line 2 of your cell"
    )  # fmt: skip
    assert line("WrongAnswer", "shout: CANARY_INPUT two words", hidden=True) == told.ELSEWHERE


def test_a_tested_value_is_no_hint():
    source = HIDDEN.format("assert f('CANARY one') == 'CANARY two', 'a hint for you'")
    said = [line("AssertionError", word, source=source) for word in ("CANARY one", "CANARY two")]
    assert said == ["AssertionError", "AssertionError"]
    assert line("AssertionError", "a hint for you", source=source).endswith("a hint for you")


# --- prose


def formulas():
    class Renderer(prose._Renderer):
        def inline_math(self, body):
            found.append(body)
            return ""

        block_math = inline_math

    found = []
    for path in sorted((*ROOT.glob("source/*/*.ipynb"), *ROOT.glob("notebooks/*.ipynb"))):
        for cell in json.loads(path.read_text())["cells"]:
            if cell["cell_type"] == "markdown":
                renderer = Renderer(escape=False, exclude_anchor_links=True)
                prose.MarkdownWithMath(renderer=renderer).render("".join(cell["source"]))
    return found


def test_every_formula_of_the_course_becomes_mathml():
    found = formulas()
    assert len(found) > 900
    for tex in found:
        shown = prose.maths(tex)
        assert shown.startswith("<math"), tex
        # A command that is not known would stand there as it was written.
        assert "\\" not in shown, tex


def test_what_is_no_formula_stays_as_it_was_written():
    assert prose.maths("<x>^") == "<code>&lt;x&gt;^</code>"
    assert "<math" in prose.markdown("$x < 3$")


def test_headings_follow_each_other():
    assert prose.below("<h1>a</h1><h4>b</h4><h2>c</h2>", 2) == "<h3>a</h3><h4>b</h4><h4>c</h4>"


# --- for everybody


def test_the_page_asks_nothing_of_anybody_and_is_in_order(course):
    for student in ("half", "hostile", "by_hand"):
        page = course.feedback(student, TOPIC).read_text()
        soup = BeautifulSoup(page, "html.parser")
        assert not soup(["script", "link", "iframe", "object", "base", "form"])
        assert not re.search(r"url\(|@import", page)
        assert soup.html["lang"] == "en"
        assert soup.title.get_text() == f"Tensors: feedback for {student}"
        levels = [int(heading.name[1]) for heading in soup(re.compile("^h[1-6]$"))]
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
        ids = [node["id"] for node in soup(id=True)]
        assert len(ids) == len(set(ids))
        links = {link["href"].removeprefix("#") for link in soup("a", href=re.compile("^#"))}
        assert links <= set(ids)


def test_every_state_has_a_sign_and_words_of_its_own():
    assert len(set(page_module.SYMBOLS.values())) == len(page_module.State)


def test_nothing_to_complain_about_in_a_browser(course, browser):
    check_pages(
        browser, *(course.feedback(student, TOPIC) for student in ("half", "by_hand", "hostile"))
    )


def test_everything_is_reached_by_keyboard(course, browser):
    stops = "[...document.querySelectorAll('a[href], summary, [tabindex]')]"
    page, _ = opened(browser, course.feedback("half", TOPIC))
    wanted = page.evaluate(f"{stops}.length")
    seen = []
    for _ in range(wanted):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(f"{stops}.indexOf(document.activeElement)"))
    # In the order of the page, too.
    assert seen == list(range(wanted))
