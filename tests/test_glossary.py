"""The glossary: the page, and what it says about the lessons."""

import re
import unicodedata
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from gradschool.authoring.course import Course
from gradschool.authoring.glossary import PAGE, SOURCE, GlossaryError, page, stale, terms
from gradschool.authoring.notebook import read
from gradschool.cli import main

ROOT = Path(__file__).parent.parent
TERMS = terms(ROOT)
LEAF = '[leaf]\ntext = "Ends [a `tree`|tree], a [`tree`]."\npart = "autograd 2"\n'
TREE = '[tree]\ntext = "It has leaves: `a[leaf]`."\npart = "autograd 2"\nsee = ["leaf"]\n'


def plain(text):
    """Without case, emphasis and line breaks, all dashes alike."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"\s+", " ", re.sub(r"[*`$^]", "", re.sub(r"[‐-–]", "-", text)))


@cache
def parts(topic):
    """The text of each numbered part of a lesson."""
    found, number = {}, None
    for cell in read(Course(ROOT).source(topic)).cells:
        if cell.cell_type == "markdown" and (heading := re.match("## (.*)", cell.source)):
            part = re.match(r"Part (\d)", heading[1])
            number = int(part[1]) if part else None
        if number:
            found[number] = found.get(number, "") + plain(cell.source) + "\n"
    return found


@pytest.fixture
def glossary(tmp_path):
    """Writes a course with this glossary and no lesson."""

    def write(text):
        (tmp_path / "docs").mkdir(exist_ok=True)
        (tmp_path / "nbgrader_config.py").touch()
        (tmp_path / SOURCE).write_text(text)
        return tmp_path

    return write


def test_committed_page_is_what_the_file_gives():
    assert not stale(root=ROOT)


def test_every_topic_has_its_terms_in_alphabetical_order():
    assert {term.topic for term in TERMS} == set(Course(ROOT).topics())
    headings = re.findall(r"^### (.*)$", (ROOT / PAGE).read_text(), flags=re.MULTILINE)
    assert headings == [term.title for term in TERMS]
    letters = [re.sub(r"[^a-z0-9]", "", plain(heading)) for heading in headings]
    assert letters == sorted(letters)
    assert len(set(letters)) == len(letters)


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name)
def test_term_stands_in_the_part_that_it_names(term):
    text = parts(term.topic)[term.part]
    names = [plain(name) for name in (term.name, term.said, *term.also) if name]
    assert any(re.search(rf"(?<!\w){re.escape(name)}", text) for name in names), names


def test_every_link_of_the_page_leads_somewhere():
    """JupyterLab joins a heading's words by hyphens; GitHub lowers it, too."""
    text = (ROOT / PAGE).read_text()
    headings = re.findall(r"^##+ (.*)$", text, flags=re.MULTILINE)
    jupyter = {heading.replace("`", "").replace(" ", "-") for heading in headings}
    github = set(re.findall(r'<a id="(.*)">', text)) | {anchor.lower() for anchor in jupyter}
    links = set(re.findall(r"\]\(#(.*?)\)", text))
    assert links <= jupyter & github
    for path in set(re.findall(r"\]\(([^#].*?)\)", text)):
        assert (ROOT / "docs" / path).is_file(), path


def test_brackets_become_links_and_code_stays(glossary):
    text = page(terms(glossary(LEAF + TREE)))
    assert "Ends [a `tree`](#tree), a [`tree`](#tree).\n" in text
    assert "leaves: `a[leaf]`.\n" in text
    assert "See also [leaf](#leaf).\n" in text


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (LEAF, "'tree', which is no term"),
        (LEAF + TREE.replace('"leaf"', '"root"'), "'root', which is no term"),
        (LEAF + LEAF, "leaf"),
        (LEAF + TREE + 'also = ["Leaf"]', "'leaf' stands there twice"),
        (LEAF.replace("autograd 2", "somewhere"), "needs text and part"),
        (LEAF + "sea = []", "needs text and part"),
    ],
)
def test_mistake_in_the_file_is_named(glossary, text, complaint):
    root = glossary(text)
    with pytest.raises(GlossaryError, match=re.escape(complaint)):
        page(terms(root))
    assert CliRunner().invoke(main, ["glossary", "--root", str(root)]).exit_code == 1


def test_stale_page_needs_a_look_and_the_command_mends_it(glossary):
    root = str(glossary(LEAF + TREE))
    for command in (["glossary", "--check"], ["lint"]):
        result = CliRunner().invoke(main, [*command, "--root", root])
        assert result.exit_code == 1, command
        assert "run `gradschool glossary`" in result.output, command
    assert CliRunner().invoke(main, ["glossary", "--root", root]).output == f"wrote {PAGE}\n"
    assert CliRunner().invoke(main, ["glossary", "--check", "--root", root]).exit_code == 0
