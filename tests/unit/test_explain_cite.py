"""`osteocast cite`: every source once, with its quality; osteocast itself; wrong citations put right."""

import json
from importlib.metadata import PackageNotFoundError, version

import pytest

from osteocast.evidence.targets import read_targets
from osteocast.explain import citations, cite, corrections, software
from osteocast.parameters.registry import parameters

MEMORY = "from memory, source not seen"
LISTED = citations()


def test_every_source_of_parameters_and_results_is_there_once() -> None:
    written = [text for one in LISTED for text in (one["citation"], *one["also_written"])]
    assert len(written) == len(set(written))
    needed = {one.citation for one in parameters().values()} | {row.text("citation") for row in read_targets()}
    assert set(written) == needed
    assert sorted(name for one in LISTED for name in one["parameters"]) == sorted(parameters())
    assert sorted(id_ for one in LISTED for id_ in one["targets"]) == sorted(row.text("id") for row in read_targets())


def test_one_paper_written_in_two_ways_is_one_source() -> None:
    found = [one for one in LISTED if "Geisler1996" in one["keys"]]
    assert len(found) == 1 and "Geisler 1996" in found[0]["studies"]
    assert cite._identity("A, J Ex 2001;12(3):45") == cite._identity("B C. J Ex 2001;12:45-67")
    assert cite._identity("A, J Ex 2001;12:45; B, J Ex 2002;1:1") != cite._identity("A, J Ex 2001;12:45")


def test_memory_is_labelled() -> None:
    remembered = [one for one in LISTED if "memory" in one["quality"]]
    assert remembered
    assert all(MEMORY in one["quality_words"] for one in remembered)


def test_osteocast_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    own = software()
    assert own["version"] == version("osteocast") and own["version"] in own["citation"]
    assert "osteocast developers" in own["citation"]

    def missing(_: str) -> None:
        raise PackageNotFoundError

    monkeypatch.setattr(cite, "metadata", missing)
    assert "version unknown" in software()["citation"]


def test_wrong_citations_are_put_right() -> None:
    found = corrections()
    text = json.dumps(found)
    assert len(found) == 8
    right = (
        "Lester JE",
        "Markopoulos C",
        "2011;22:857",
        "2008;26:1051",
        "2009;94:4785",
        "Hadji P",
        "2004;350:482",
        "1998;13:763",
    )
    for words in right:
        assert any(words in one["correct"] for one in found), words
    assert MEMORY in next(one for one in found if "Rhoden" in one["correct"])["quality_words"]
    for wrong in ("2009;15:3826", "12:556", "98:1610", "23:5218", "4728", "101:1", "96:12959"):
        assert wrong in text
        assert not any(wrong in one["citation"] for one in LISTED)


def test_plain_text_says_it_all() -> None:
    text = cite.as_text()
    for one in (*LISTED, software()):
        assert one["citation"] in text
    for each in corrections():
        assert each["correct"] in text
    assert "@article" not in text
    assert json.loads(json.dumps(LISTED)) == LISTED
