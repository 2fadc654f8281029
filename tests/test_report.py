"""The page on a class: what it says, that it can be read by everybody, and that it is one file."""

import re
from itertools import pairwise
from urllib.parse import urlparse

import pytest
from browser import check_pages
from bs4 import BeautifulSoup
from test_classroom import SEED, TOPIC, graded_class, marks_of

from gradschool.authoring.course import Course
from gradschool.classroom import analysis, charts, report, sample
from gradschool.classroom.analysis import State
from gradschool.classroom.findings import Finding, Outcome
from gradschool.classroom.lessons import ClassroomError, read_lesson


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    return graded_class(tmp_path_factory)


@pytest.fixture(scope="module")
def page(graded, tmp_path_factory):
    out = tmp_path_factory.mktemp("report") / "sub" / "report.html"
    assert report.write_report(root=graded.root, out=out) == out
    return out.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def soup(page):
    return BeautifulSoup(page, "html.parser")


def _text(node):
    return " ".join(node.get_text(" ").split())


def _table(soup, caption):
    (found,) = [one for one in soup("table") if caption in one.caption.get_text()]
    return [[_text(cell) for cell in row(["th", "td"])] for row in found("tr")]


# --- what it says


def test_each_hint_stands_with_the_right_count_and_names(graded, soup):
    lesson = read_lesson(graded.course, TOPIC)
    known = sample.known_answers(graded.root / "tests" / "answers", lesson)
    rows = [row for table in soup.select("table.lines") for row in table.tbody("tr")]
    checked = 0
    for exercise, answers in known.items():
        hints = {wrong.hint for wrong in answers.wrong}
        for hint in hints:
            wrong = {
                f"{student.first_name} {student.last_name}"
                for student in graded.students
                if sample.hand_ins(student, lesson, known, seed=SEED)[exercise].hint == hint
            }
            shown = [row for row in rows if exercise in _text(row.th) and hint in _text(row)]
            assert len(shown) == bool(wrong)
            for row in shown:
                assert row.td.get_text() == str(len(wrong))
                assert set(_text(row.select_one(".who")).split(", ")) == wrong
                checked += 1
    assert checked >= 4


def test_a_broken_cell_is_told_from_a_wrong_answer(soup):
    kinds = {_text(kind) for kind in soup.select(".kind")}
    assert "cell failed" in kinds
    assert "unmatched ')' (line 3)" in soup.get_text()


def test_scores_and_means_are_those_of_the_gradebook(graded, soup):
    lesson = read_lesson(graded.course, TOPIC)
    known = sample.known_answers(graded.root / "tests" / "answers", lesson)
    expected = sample.expected_scores(graded.students, lesson, known, seed=SEED).sum(axis=1)
    head, *rows, foot = _table(soup, "Points by student and exercise")
    assert head[-1] == "Total /10"
    assert {row[0].split()[-1]: row[-1] for row in rows} == {
        student: f"{points / 10:.0%}" for student, points in expected.items()
    }
    assert foot[-1] == f"{expected.mean() / 10:.0%}"


def test_who_may_need_help_stands_with_the_reason(graded, soup):
    lesson = read_lesson(graded.course, TOPIC)
    known = sample.known_answers(graded.root / "tests" / "answers", lesson)
    totals = sample.expected_scores(graded.students, lesson, known, seed=SEED).sum(axis=1)
    expected = {"torn_page", "hollow", "misnamed"}
    for student in graded.students:
        handed = sample.hand_ins(student, lesson, known, seed=SEED).values()
        blanks = sum(one.kind == "blank" for one in handed)
        if totals[student.id] < 5 or blanks >= 1:
            expected.add(f"{student.first_name} {student.last_name}")
    rows = dict(_table(soup, "those with the most topics first")[1:])
    assert set(rows) == expected
    assert rows["torn_page"] == "Tensors : nothing handed in that could be graded"
    (blank,) = [row for row in rows.values() if "3 of 3 exercises not attempted" in row]
    assert "0% of the points" in blank


def test_the_notes_give_the_formula_and_its_source(soup):
    notes = _text(soup.select_one("section[aria-labelledby=notes-title]"))
    assert "Guilford, 1953" in notes
    assert "Σ( x − x̄)( r − r̄)" in notes
    assert "undefined" in notes


# --- that everybody can read it


def test_every_picture_has_words_that_state_its_message(soup):
    pictures = soup("img")
    assert len(pictures) == 4
    for picture in pictures:
        assert len(picture["alt"]) > 40
        assert re.search(r"\d", picture["alt"])
        assert picture["src"].startswith("data:image/svg+xml;base64,")


def test_every_table_has_a_caption_and_scoped_heads(soup):
    assert len(soup("table")) >= 7
    for table in soup("table"):
        assert table.caption.get_text(strip=True)
        assert all(head["scope"] == "col" for head in table.thead("th"))
        for row in table.tbody("tr"):
            assert [head["scope"] for head in row("th")] == ["row"]


def test_headings_go_down_one_step_at_a_time(soup):
    levels = [int(heading.name[1]) for heading in soup(re.compile("^h[1-6]$"))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_page_has_a_language_a_title_landmarks_and_a_way_past_the_contents(soup):
    assert soup.html["lang"] == "en"
    assert soup.title.get_text()
    assert soup.body.find("a")["href"] == "#main"
    assert soup.main["id"] == "main"


def test_links_lead_somewhere_and_ids_are_unique(soup):
    ids = [node["id"] for node in soup(id=True)]
    assert len(ids) == len(set(ids))
    assert {link["href"].removeprefix("#") for link in soup("a")} <= set(ids)


def test_text_is_readable_on_its_background(page):
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", page))
    pairs = [
        ("ink", "paper"), ("ink", "pale"), ("ink", "warm-pale"), ("quiet", "paper"),
        ("quiet", "pale"), ("accent", "paper"), ("accent", "accent-pale"), ("warm", "warm-pale"),
    ]  # fmt: skip
    for text, ground in pairs:
        assert _contrast(colours[text], colours[ground]) >= 4.5, (text, ground)


def _contrast(one, other):
    low, high = sorted(map(_luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_nothing_to_complain_about_in_a_browser(browser, page, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(page, encoding="utf-8")
    check_pages(browser, path)


# --- that it is one file, and safe


def test_the_page_asks_nothing_of_anybody(page, soup):
    assert not soup(["script", "link", "iframe", "object", "base", "form"])
    assert "http:" not in page
    assert "https:" not in page
    assert "@import" not in page
    assert not re.search(r"url\(", page)
    for node in soup(True):
        for name in ("src", "href"):
            if name in node.attrs:
                assert urlparse(node[name]).scheme in ("", "data")


def test_what_students_supply_is_escaped(page):
    assert "capitals &amp; a mark: &lt;b&gt;HÉ!&lt;/b&gt;" in page
    assert "<b>HÉ!" not in page


def test_a_hostile_name_and_a_hostile_error_are_text():
    attack = "<script>alert(1)</script>"
    marks = marks_of(
        {"a": {"x": 1, "y": 0, "z": 1}, "b": {"x": 2, "y": 0, "z": 1}}, names={"x": attack}
    )
    findings = [Finding("y", "a", "a-values", Outcome.UNEXPECTED, f'" onclick="{attack}')]
    soup = BeautifulSoup(report._page([_topic_report(marks, findings)]), "html.parser")
    assert not soup("script")
    assert not soup(onclick=True)
    assert attack in soup.get_text()


def _topic_report(marks, findings=()):
    states = analysis.states(marks, findings)
    lines = analysis.misconceptions(findings)
    return report.TopicReport(marks, states, lines, analysis.concerns(marks, states))


def test_the_same_class_gives_the_same_page(graded, page, tmp_path):
    again = report.write_report(root=graded.root, topics=[TOPIC], out=tmp_path / "again.html")
    assert again.read_text(encoding="utf-8") == page


# --- many topics, odd classes


def test_several_topics_have_a_section_each_and_totals_side_by_side():
    first = marks_of({"a": {"x": 2, "y": 0, "z": 1}}, topic="tensors")
    other = marks_of({"b": {"x": 1, "y": 4}}, topic="linear-regression", missing=["z"])
    soup = BeautifulSoup(report._page([_topic_report(first), _topic_report(other)]), "html.parser")
    assert [_text(one.h2) for one in soup.select("section.topic")] == [
        "Tensors", "Linear regression", "How it is computed",
    ]  # fmt: skip
    assert _table(soup, "The share of all points")[1:] == [
        ["x", "100%", "25%"], ["y", "0%", "100%"], ["z", "50%", "–"],
    ]  # fmt: skip


def test_rare_lines_can_be_unfolded():
    marks = marks_of({"a": {"x": 1, "y": 0, "z": 1}})
    findings = [
        Finding("y", "a", "a-values", Outcome.WRONG, f"mistake number {number}.")
        for number in range(report.FIRST_LINES + 3)
    ]
    soup = BeautifulSoup(report._page([_topic_report(marks, findings)]), "html.parser")
    assert _text(soup.summary) == "The other 3 lines"
    assert len(soup.details("tr")) == 1 + 3


@pytest.mark.parametrize(
    "table",
    [
        {"a": {"x": 1}},
        {"a": {"x": 0, "y": 0}, "b": {"x": 0, "y": 0}},
        {"a": {"x": 1, "y": 1, "z": 1}},
    ],
    ids=["one student", "all zero", "all perfect"],
)
def test_a_class_that_tells_nothing_has_a_report_too(table):
    marks = marks_of(table)
    chart = charts.difficulty(marks)
    assert all(row[-1] == "undefined" for row in chart.table.rows)
    assert f"not drawn: {len(table)}" in chart.alt
    assert "undefined" in report._page([_topic_report(marks)])


def test_a_topic_in_which_nobody_is_graded_is_listed_without_pictures():
    full = marks_of({"a": {"x": 1, "y": 0}})
    empty = marks_of({"a": {"x": 1}}, topic="gpu", missing=["x", "y"])
    empty = type(empty)(empty.lesson, {}, empty.cells.iloc[:0], empty.missing)
    soup = BeautifulSoup(report._page([_topic_report(full), _topic_report(empty)]), "html.parser")
    section = soup.find(id="gpu")
    assert not section("img")
    assert "Nothing graded" in _text(section)


def test_before_anybody_is_graded_there_is_no_report(graded, tmp_path, monkeypatch):
    nobody = _topic_report(marks_of({"a": {"x": 1}}))
    nobody = type(nobody)(
        type(nobody.marks)(nobody.marks.lesson, {}, nobody.marks.cells.iloc[:0], ()), {}, [], []
    )
    monkeypatch.setattr(report, "_report_on", lambda course, topic: nobody)
    with pytest.raises(ClassroomError, match="gradschool grade"):
        report.write_report(root=graded.root, out=tmp_path / "report.html")
    assert not (tmp_path / "report.html").exists()


# --- the charts' data


def test_the_tables_beside_the_pictures_count_everybody():
    marks = marks_of({"a": {"x": 2, "y": 0, "z": 1, "w": 0}, "b": {"x": 2, "y": 0, "z": 2, "w": 0}})
    states = analysis.states(marks, [Finding("y", "a", "a-values", Outcome.NOT_ATTEMPTED, "")])
    assert states["y"]["a"] is State.BLANK
    rows = charts.outcomes(marks, states).table.rows
    assert rows == (("E01 a", "1", "1", "1", "1"), ("E02 b", "2", "0", "2", "0"))
    histogram = charts.distribution(marks)
    assert sum(int(count) for _, count in histogram.table.rows) == 4
    assert "mean 44%, median 38%, from 0% to 100%" in histogram.alt
    (row,) = charts.overview([marks]).table.rows
    assert row == ("Tensors", "4", "0%", "0%", "38%", "81%", "100%")


def test_written_answers_that_wait_are_counted_and_cost_nobody_points():
    marks = marks_of({
        "a": {"x": 2, "y": 0, "z": 1}, "b": {"x": 2, "y": 0, "z": 2},
        "words": {"x": 3, "y": float("nan"), "z": float("nan")},
    })  # fmt: skip
    topic = _topic_report(marks)
    chart = charts.outcomes(marks, topic.states)
    assert chart.table.rows[2] == ("E03 words", "1", "0", "0", "0", "2")
    assert "Written answers that wait to be graded: 2." in chart.alt
    soup = BeautifulSoup(report._page([topic]), "html.parser")
    assert "Wait to be graded by hand 2" in _text(soup.select_one("dl.facts"))
    rows = _table(soup, "Points by student and exercise")
    assert rows[1:-1] == [
        ["x x", "● 2", "● 2", "● 3", "100%"],
        ["z z", "◐ 1", "● 2", "?", "75%"],
        ["y y", "○ 0", "○ 0", "?", "0%"],
    ]
    assert "nan" not in _text(soup.main)
    assert "? ungraded" in _text(soup.select_one(".legend"))


def test_where_all_written_answers_wait_nothing_is_made_up_about_them():
    marks = marks_of({"a": {"x": 2, "y": 0}, "words": {"x": float("nan"), "y": float("nan")}})
    soup = BeautifulSoup(report._page([_topic_report(marks)]), "html.parser")
    assert "nan" not in _text(soup.main)
    (row,) = [row for row in charts.difficulty(marks).table.rows if "words" in row[0]]
    assert row[2:] == ("unknown", "undefined")


@pytest.mark.parametrize(("share", "row"), [(0.3, 3), (0.7, 7), (1.0, 9), (0.0, 0)])
def test_a_score_on_an_edge_is_counted_where_the_table_says(share, row):
    marks = marks_of({"a": {"x": 10 * share, "y": 10}})
    counts = [int(count) for _, count in charts.distribution(marks).table.rows]
    assert counts[row] >= 1
    assert sum(counts) == 2


def test_pictures_leave_nothing_open_and_settings_as_they_were():
    import matplotlib as mpl
    from matplotlib import pyplot as plt

    before = dict(mpl.rcParams)
    charts.difficulty(marks_of({"a": {"x": 1, "y": 0, "z": 2}, "b": {"x": 1, "y": 0, "z": 1}}))
    assert not plt.get_fignums()
    assert dict(mpl.rcParams) == before


def test_a_report_needs_a_known_topic(graded):
    with pytest.raises(ValueError, match="no topic 'tensor'"):
        report.write_report(root=Course(graded.root).root, topics=["tensor"], out=graded.root / "x")
