"""The course as a website.

Built here: all pages, one lesson and the start notebook in full and the other notebooks cut to
their first cell, nothing executed (a quarter of a minute). `make site` builds everything with its
outputs, about two minutes, and follows its links in the same way.
"""

import json
import mimetypes
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import torch
from browser import unfold, violations
from nbformat import v4

from gradschool import figures

course_site = pytest.importorskip("course_site", reason="make site installs what it needs")
links = pytest.importorskip("links")

ROOT = Path(__file__).parent.parent
LESSON = "tensors/tensors.html"
PLACE = "http://site.invalid/"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    (folder / "source").mkdir()
    options = ["--quiet", "--fail-on-warning", "--keep-going", "--conf-dir", ROOT / "docs/site"]
    settings = ["nb_execution_mode=off", "course_full=00-start-here tensors"]
    defined = [part for setting in settings for part in ("--define", setting)]
    places = ["--doctree-dir", folder / "doctrees", folder / "source", folder / "site"]
    built = subprocess.run(
        [sys.executable, "-m", "sphinx", *options, *defined, *places],
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    return folder / "site"


@pytest.fixture(scope="module")
def lesson(site):
    return (site / LESSON).read_text()


def test_every_link_leads_somewhere_and_nothing_is_loaded_from_elsewhere(site):
    found = links.walk(site)
    assert found.problems == []
    assert found.followed > 1000
    assert {urlsplit(address).scheme for address in found.outside} <= {"http", "https"}


def test_the_walk_sees_what_is_wrong(tmp_path):
    (tmp_path / "a.html").write_text(
        '<p id="x"><a href="#x">good</a><a href="#y">bad</a><a href="b.html#z">bad</a>'
        '<a href="/a.html">bad</a><a href="https://pytorch.org">counted</a><img src="no.png">'
        '<link rel="stylesheet" href="c.css"><img srcset="https://e.org/1.png 2x">'
        '<script src="//cdn.org/x.js"></script><p style="background:url(https://e.org/2.png)">'
    )
    (tmp_path / "b.html").write_text(
        '<img src="data:image/png;base64,AA"><a href="a.html#x">ok</a>'
    )
    (tmp_path / "c.css").write_text('@import "https://e.org/f.css"; a { background: url(b.html) }')
    found = links.walk(tmp_path)
    wrong = {re.search(r"(?:loads|points to) ([^ ,]+)", line)[1] for line in found.problems}
    inside = {"#y", "/a.html", "b.html#z", "no.png"}
    loads = {"//cdn.org/x.js", "https://e.org/1.png", "https://e.org/2.png", "https://e.org/f.css"}
    assert wrong == inside | loads
    assert len(found.problems) == len(wrong)
    assert found.outside == {"https://pytorch.org": ["a.html"]}
    assert links.main(tmp_path) == 1


def test_every_page_of_the_course_is_there(site):
    pages = {path.relative_to(site).with_suffix("").as_posix() for path in site.rglob("*.html")}
    notebooks = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    lessons = {f"{path.stem}/{path.stem}" for path in (ROOT / "release").glob("*/*.ipynb")}
    assert notebooks | lessons | {"index", "glossary", "map", "search", "grading"} <= pages
    assert {"authoring", "api/figures", "api/checks", "get-the-notebooks"} <= pages


def test_the_api_pages_describe_every_public_name(site):
    from gradschool import checks

    for module in (figures, checks):
        page = (site / f"api/{module.__name__.rpartition('.')[2]}.html").read_text()
        missing = [name for name in module.__all__ if f'id="{module.__name__}.{name}"' not in page]
        assert missing == []


def test_what_can_be_downloaded_is_what_students_get(site):
    files = {path.name: path for path in (site / "_downloads").rglob("*.ipynb")}
    sources = [*(ROOT / "release").glob("*/*.ipynb"), *(ROOT / "notebooks").glob("*.ipynb")]
    assert set(files) == {source.name for source in sources}
    for source in sources:
        assert files[source.name].read_bytes() == source.read_bytes()


def test_no_page_shows_a_solution_or_names_the_machine(site):
    source = json.loads((ROOT / "source/tensors/tensors.ipynb").read_text())
    secrets = set()
    for cell in source["cells"]:
        hidden = re.findall(
            r"### BEGIN HIDDEN TESTS\n(.*?)### END", "".join(cell["source"]), re.DOTALL
        )
        secrets |= {name for text in hidden for name in re.findall(r"def (\w+)", text)}
    assert len(secrets) > 10
    for path in [*site.rglob("*.html"), site / "searchindex.js"]:
        text = path.read_text()
        assert str(ROOT) not in text
        assert str(site.parent) not in text
        if path == site / LESSON:
            assert "BEGIN SOLUTION" not in text
            assert not [name for name in secrets if re.search(rf"\b{name}\b", text)]


def test_hints_are_folded_with_their_formulas_and_code(lesson):
    hints = re.findall(r"<details><summary>Hint (\d).*?</details>", lesson, re.DOTALL)
    assert (
        hints.count("1") == hints.count("2") == len(set(re.findall(r"Exercise (T-E\d+)", lesson)))
    )
    folded = re.findall(r"<details><summary>.*?</details>", lesson, re.DOTALL)
    assert any('class="math notranslate' in hint for hint in folded)
    assert any("<code " in hint for hint in folded)
    assert not any("$" in re.sub(r"<pre.*?</pre>", "", hint, flags=re.DOTALL) for hint in folded)


def test_test_cells_are_folded_under_their_titles(lesson):
    titles = re.findall(r'<summary>\s*<p class="collapsed[^>]*>(Test of .*?)</p>', lesson)
    assert len(titles) > 24
    assert 'aria-label="Toggle hidden content"' not in lesson


def test_a_page_says_where_the_notebook_is(lesson):
    assert re.search(r'href="\.\./_downloads/\w+/tensors\.ipynb"', lesson)
    assert 'href="../get-the-notebooks.html"' in lesson


def test_headings_are_in_order(site):
    for path in site.rglob("*.html"):
        article = path.read_text().partition("<article")[2]
        levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", article)]
        if path.name in {"search.html", "genindex.html", "py-modindex.html"}:
            continue
        assert levels[:1] == [1], path
        assert levels.count(1) == 1, path
        assert all(after <= before + 1 for before, after in pairwise(levels)), path


def cell(source, nbgrader=None, **metadata):
    made = v4.new_code_cell(source, metadata=metadata)
    if nbgrader:
        made.metadata["nbgrader"] = {"grade": False, "solution": False, **nbgrader}
    course_site.shown(made)
    return made.metadata


def test_only_what_needs_no_answer_shows_its_output():
    graded = cell("# Test of f: values\nassert f()", {"grade": True}, tags=["raises-exception"])
    assert graded.tags == ["raises-exception", "test", "hide-input", "remove-output"]
    assert graded.mystnb.code_prompt_show == "Test of f: values"
    assert cell("def f(): ...", {"solution": True}).tags == ["answer"]
    hidden = cell("assert 1", jupyter={"source_hidden": True})
    assert (hidden.tags, hidden.mystnb.code_prompt_show) == (["hide-input"], "Code")
    assert cell("environment.report()").tags == ["remove-output"]
    assert cell("print(1)", tags=["T-01"]).tags == ["T-01"]


def test_pictures_become_files_and_keep_their_words(tmp_path):
    figure = figures.storage(torch.arange(6).reshape(2, 3))
    content, size = figures.display.bundle(figure)
    html = course_site.pictures(content["text/html"], tmp_path, "../_images")
    (file,) = tmp_path.iterdir()
    assert file.read_bytes().startswith(b"\x89PNG")
    assert f'src="../_images/{file.name}"' in html
    assert f'height="{size["height"]}"' in html
    assert "base64" not in html
    assert re.search(r'alt="[^"]{20}', html)


@pytest.fixture
def visit(browser, site):
    """Opens a page of the site in a browser that can reach nothing else."""
    contexts, outside, errors = [], [], []

    def answer(route):
        address = urlsplit(route.request.url)
        file = site / address.path.lstrip("/")
        if not route.request.url.startswith(PLACE):
            outside.append(route.request.url)
            route.abort()
        elif file.is_file():
            route.fulfill(path=file, content_type=mimetypes.guess_type(file)[0] or "text/plain")
        else:
            errors.append(f"{address.path} is missing")
            route.fulfill(status=404)

    def page(path, **options):
        context = browser.new_context(**options)
        contexts.append(context)
        context.route("**/*", answer)
        opened = context.new_page()
        opened.on("pageerror", lambda error: errors.append(str(error)))
        opened.goto(PLACE + path)
        opened.wait_for_load_state("networkidle")
        opened.evaluate("window.MathJax?.startup?.promise.then(() => 0)")
        return opened

    yield page
    for context in contexts:
        context.close()
    assert outside == []
    assert errors == []


@pytest.mark.parametrize(("path", "scheme"), [(LESSON, "light"), ("00-start-here.html", "dark")])
def test_a_notebook_has_no_serious_violation_of_accessibility(visit, path, scheme):
    page = visit(path, color_scheme=scheme)
    unfold(page)
    page.wait_for_timeout(300)
    assert [one for one in violations(page) if one.startswith(("serious", "critical"))] == []


def test_every_formula_is_rendered(visit, lesson):
    page = visit(LESSON)
    formulas = lesson.count('class="math notranslate')
    assert formulas > 50
    assert page.locator("mjx-container").count() == formulas
    assert page.locator("mjx-container mjx-merror").count() == 0
    assert page.locator("mjx-assistive-mml math").count() == formulas


def test_a_term_is_found(visit):
    page = visit("search.html?q=stride")
    page.wait_for_selector("#search-results li a")
    found = page.eval_on_selector_all("#search-results li a", "all => all.map((a) => a.href)")
    assert any("glossary.html#stride" in address for address in found)
    assert any(LESSON in address for address in found)


def test_a_narrow_window_scrolls_in_one_direction(visit):
    page = visit(LESSON, viewport={"width": 400, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert page.locator("article pre[tabindex='0']").count() > 0
