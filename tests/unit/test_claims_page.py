"""`osteocast explain claims`: the list, one statement, JSON and the page."""

import json
from html.parser import HTMLParser

import pytest

from osteocast.explain import claims
from osteocast.report.html import claims_page

DISCLAIMER = "Research and education, not a medical device."


class Outline(HTMLParser):
    """What a page is made of."""

    def __init__(self):
        super().__init__()
        self.ids, self.links, self.headings, self.captions, self.tables = [], [], [], 0, 0
        self.cells_without_scope, self.text = 0, []

    def handle_starttag(self, tag, attributes):
        about = dict(attributes)
        self.ids += [about["id"]] if "id" in about else []
        self.links += [about["href"]] if tag == "a" else []
        self.tables += tag == "table"
        self.captions += tag == "caption"
        self.cells_without_scope += tag == "th" and about.get("scope") not in ("col", "row")
        self.headings += [int(tag[1])] if tag in ("h1", "h2", "h3") else []
        assert tag not in ("script", "img", "link")

    def handle_data(self, data):
        self.text.append(data)


def test_the_list(osteocast):
    code, out, _ = osteocast("explain", "claims")
    assert code == 0 and DISCLAIMER in out
    assert "26 agree, 20 partly, 1 no" in out and "8 of the article's 10 references" in out
    table = out.split("Evidence, ")[0].splitlines()
    assert [line[:3].strip() for line in table if line[:3].strip().isdigit()] == [str(n) for n in range(1, 48)]


def test_one_statement(osteocast):
    code, out, _ = osteocast("explain", "claims", "7")
    assert code == 0 and DISCLAIMER in out
    assert "Model: not modelled." in out and "from memory, source not seen" in out
    code, out, _ = osteocast("explain", "claims", "older-men")
    assert "is printed wrongly" in out and "2009;94:4785-4792" in out
    code, out, _ = osteocast("explain", "claims", "older-men", "--json")
    assert json.loads(out)["data"]["references"][0]["number"] == 3


def test_json_and_page_hold_the_same(osteocast, tmp_path):
    code, out, _ = osteocast("explain", "claims", "--json", "--out", str(tmp_path))
    assert code == 0
    result = json.loads(out)
    assert result == json.loads((tmp_path / "claims.json").read_text(encoding="utf-8"))
    assert set(result) == {"schema", "claims", "tally", "unsaid", "references", "glossary"}
    page = (tmp_path / "claims.html").read_text(encoding="utf-8")
    outline = Outline()
    outline.feed(page)
    text = " ".join("".join(outline.text).split())
    for one in result["claims"]:
        for words in (
            one["statement"],
            one["why"],
            one["model"]["why"],
            *(each["citation"] for each in one["sources"]),
        ):
            assert " ".join(words.split()) in text, one["number"]
    for one in result["glossary"]:
        assert one["plain"] in text and one["academic"] in text
    for one in result["references"]:
        assert one["correct"] in text
    assert text.count("is printed wrongly; cite Lester JE") == 2
    assert text.count(DISCLAIMER) == 2


def test_the_page_is_accessible_and_loads_nothing():
    outline = Outline()
    page = claims_page(claims.everything())
    outline.feed(page)
    assert outline.tables == outline.captions == 7 + 1 + 2
    assert outline.cells_without_scope == 0
    assert outline.headings[0] == 1 and set(outline.headings[1:]) == {2}
    assert len(outline.ids) == len(set(outline.ids))
    assert all(link.startswith("#") and link[1:] in outline.ids for link in outline.links) and outline.links
    assert "http" not in page.replace("http-equiv", "") and '<html lang="en">' in page
    for word in ("agree", "partly", "partly, overstated", "no", "not modelled"):
        assert f">{word}</span>" in page


def test_the_glossary(osteocast):
    code, out, _ = osteocast("explain", "glossary")
    assert code == 0 and DISCLAIMER in out and "aromatase inhibitors" in out
    code, out, _ = osteocast("explain", "glossary", "--json")
    assert [one["listed"] for one in json.loads(out)["glossary"][:31]] == list(range(1, 32))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("explain", "claims", "99"), "from 1 to 47"),
        (("explain", "claims", "3", "--out", "x"), "--out"),
        (("explain", "anastrozole", "--out", "x"), "--out"),
        (("explain", "anastrozole", "3"), "only `explain claims`"),
        (("explain", "glossary", "3"), "only `explain claims`"),
        (("calibrate", "--claims", "--fractures"), "--claims"),
    ],
)
def test_what_cannot_be_asked_is_refused(osteocast, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    code, out, err = osteocast(*arguments)
    assert code == 2 and not out and words in err and len(err.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_cannot_be_written_is_refused_first(osteocast, tmp_path):
    (tmp_path / "file").write_text("x")
    code, out, err = osteocast("explain", "claims", "--out", str(tmp_path / "file"))
    assert code == 2 and not out and "--out" in err
