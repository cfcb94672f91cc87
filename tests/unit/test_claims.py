"""Statements of the source article: all there, each with verdicts, reasons, sources and numbers looked up."""

import json
import math
import re

import pytest

from osteocast.drugs.catalogue import card
from osteocast.errors import OsteocastError
from osteocast.evidence.targets import read_targets
from osteocast.explain import claims, claims_runs, corrections, explain, figures
from osteocast.explain.claim_records import Claim, read_claim, references, rows_to_simulate, unsaid
from osteocast.explain.claim_records import claims as every
from osteocast.explain.glossary import terms

EACH = every()
MEMORY = "from memory, source not seen"
ROWS = {row.text("id"): row for row in read_targets()}
TERMS = """
    aromatase inhibitors; bone remodeling; bone resorption; osteoclast activity; estrogen levels;
    accelerated bone loss; bone formation; long-term effects; bone density; bone mineral density;
    hormonal balance; aromatase enzyme;
    skeletal health; bone turnover; postmenopausal women; adjuvant therapy; aromatase inhibitor-associated bone loss;
    estrogen deprivation; testosterone replacement therapy; bone density over time;
    bone health during anastrozole therapy; dexa scans; bone loss; bone health; endocrine system;
    accelerated bone resorption; managing anastrozole-induced bone loss; anastrozole-induced bone loss;
    bisphosphonates; aromatase inhibitor-associated bone; denosumab
"""
"""The terms of the source article, in its order."""
DIFFERENCES = {
    # row: whether the model's number is said to be greater (in size) than the published one
    "char-ctx": False, "aribon-pl-ntx": False, "aribon-pl-bsap": False, "atac-off-ls-84": False, "leder-e2": False,
    "bb-e2": False, "bb-ls": False, "haltbc-ls-24": True, "decide-diff-ls": True,
}  # fmt: skip
"""What the texts say of a number beside giving it."""
GOOD = {
    "number": 1, "name": "exemplum", "statement": "A thing.", "evidence": "agree", "why": "It is {row:swan-ls} %.",
    "model": "partly", "model_why": "It gives {model:swan-ls} %.", "shown": "nowhere",
}  # fmt: skip


def test_all_statements_are_there_once_and_in_order() -> None:
    assert [one.number for one in EACH] == list(range(1, 48))
    assert len({one.name for one in EACH}) == len({one.statement for one in EACH}) == 47


def test_the_tally() -> None:
    """As judged when the article was read: of 47, 26 agree, 15 partly, 5 overstated, 1 no."""
    tally = claims.everything()["tally"]
    assert tally["evidence"] == {"agree": 26, "partly": 20, "no": 1} and tally["overstated"] == 5
    assert sum(tally["model"].values()) == 47
    assert [one.number for one in EACH if one.overstated] == [15, 44, 45, 46, 47]


@pytest.mark.parametrize("one", EACH, ids=lambda one: str(one.number))
def test_a_statement_is_answered_in_short_and_with_sources(one: Claim) -> None:
    assert one.sources and one.shown
    for opinion in (one.evidence, one.model):
        assert opinion.why.endswith(".") and "{" not in opinion.why
        assert len(re.findall(r"[.!?](?:\s|$)", opinion.why)) <= 3
        for each in opinion.figures:
            assert each.text in opinion.why and math.isfinite(each.value) and each.title
            assert not each.citation or each.quality
        if any(each.kind in ("row", "before", "harm") and each.quality == "memory" for each in opinion.figures):
            assert "memory" in opinion.why
    text = "\n".join(explain(f"claim: {one.name}").lines)
    assert (MEMORY in text) is any(
        each.quality == "memory" for each in (*one.sources, *one.evidence.figures, *one.model.figures, *one.cited)
    )
    assert one.evidence.why in text and one.model.why in text


def test_the_published_numbers_are_those_of_the_table() -> None:
    (atac,) = [one for one in EACH if one.name == "atac-loss"]
    assert "-6.08 %" in atac.evidence.why and "-7.24 %" in atac.evidence.why
    (men,) = [one for one in EACH if one.name == "testosterone-of-men"]
    assert "From 343 to 572" in men.evidence.why
    (denosumab,) = [one for one in EACH if one.name == "denosumab"]
    assert "75 in 1,000" in denosumab.evidence.why and "36 after placebo" in denosumab.evidence.why


def test_where_the_model_agrees_it_is_near_the_published_numbers() -> None:
    """Same direction, and within three standard deviations with the spread between trials."""
    checked = 0
    for one in EACH:
        for each in one.model.figures:
            if each.kind == "model" and one.model.verdict == "agree":
                row = ROWS[each.of]
                assert each.value * row.observed > 0.0, (one.name, each.of)
                if row.total_sd:
                    assert abs(each.value - row.observed) <= 3.0 * row.total_sd, (one.name, each.of)
                checked += 1
    assert checked > 20


def test_what_is_said_of_the_differences_holds() -> None:
    numbers = {each.of: each.value for one in EACH for each in one.model.figures if each.kind == "model"}
    for name, greater in DIFFERENCES.items():
        assert (abs(numbers[name]) > abs(ROWS[name].observed)) is greater, name


def test_every_run_is_used_kept_and_within_its_range() -> None:
    used = {each.of for one in EACH for each in (*one.evidence.figures, *one.model.figures) if each.kind == "run"}
    assert used == set(claims_runs.runs()) == set(claims_runs.kept()["runs"])
    assert claims_runs.outside(claims_runs.kept()["runs"]) == []
    assert set(claims_runs.kept()["rows"]) == set(rows_to_simulate())
    a_step_too_far = {name: one.between[1] + 1.0 for name, one in claims_runs.runs().items()}
    assert claims_runs.outside(a_step_too_far) == list(claims_runs.runs())


def test_runs_of_one_thing_agree_with_the_others() -> None:
    kept = claims_runs.kept()["runs"]
    assert kept["untreated_spine"] + kept["drug_alone_spine"] == pytest.approx(kept["two_years_spine"], abs=0.01)
    assert abs(kept["p1np_inhibitor"]) < abs(kept["ctx_inhibitor"])
    assert abs(kept["cortical_inhibitor"]) < abs(kept["trabecular_inhibitor"])
    assert abs(kept["left_after_5_off"]) < abs(kept["drug_alone_at_5"])


def test_typed_numbers_that_can_be_worked_out() -> None:
    assert "43 %" in claims.claim("markers-steer").evidence.why
    assert 1.96 * math.sqrt(2.0) * math.hypot(15.1, 3.0) == pytest.approx(43.0, abs=0.5)
    (channel,) = [one["channel"] for one in card("anastrozole").actions["on"]]
    assert channel == "competitor" and "way into the model, which is aromatase" in claims.claim("one-path").model.why
    assert explain("anastrozole").data["channels"] == ["competitor"]


def test_references_are_put_right() -> None:
    found = references()
    assert list(found) == list(range(1, 11))
    assert [number for number, one in found.items() if not one.wrong] == [4, 10]
    assert {one.about for one in found.values() if one.wrong} == {one["subject"] for one in corrections()}
    for number, right in {1: "Ann Oncol 2011;22:857", 2: "2008;26:1051", 3: "4785", 6: "Markopoulos", 7: "Lester",
                          8: "J Bone Oncol 2017;7:1", 9: "482", 10: "1174"}.items():  # fmt: skip
        assert right in found[number].correct
    assert set().union(*(one.references for one in EACH)) == set(found)
    cited = " ".join(source.citation for one in EACH for source in one.sources)
    for wrong in ("2009;15:3826", "12:556", "98:1610", "23:5218", "4728", "101:1", "96:12959", "350(14)"):
        assert wrong not in cited


def test_the_glossary_holds_every_term_of_the_article() -> None:
    listed = [one["term"] for one in claims.glossary() if one["listed"]]
    names = {name: one for one in terms().values() for name in (one.term, *one.synonyms)}
    wanted = [term.strip() for term in " ".join(TERMS.split()).split(";")]
    assert len(wanted) == len(listed) == 31
    for place, term in enumerate(wanted, start=1):
        assert names[term].listed == place, term


def test_what_the_article_leaves_out_is_named_with_numbers() -> None:
    text = json.dumps(unsaid())
    for word in ("denosumab is stopped", "ovary", "-10.5 %", "1.43 times", "adherence", "recurrence", "harms"):
        assert word in text
    assert "{" not in "".join(one["subject"] for one in unsaid())


@pytest.mark.parametrize(
    ("asked", "number"),
    [("13", 13), ("balanced-ratio", 13), ("Balanced ratio", 13), ("markers", 40), ("1", 1), ("spine", 26)],
)
def test_a_statement_is_found_by_number_and_by_name(asked: str, number: int) -> None:
    assert claims.claim(asked).number == number


@pytest.mark.parametrize(
    ("asked", "message"),
    [("0", "from 1 to 47"), ("48", "from 1 to 47"), ("", "there is no statement"),
     ("balanced-ration", "did you mean"), ("estrogen", "may mean several")],
)  # fmt: skip
def test_a_statement_that_is_not_there(asked: str, message: str) -> None:
    with pytest.raises(OsteocastError, match=message):
        claims.claim(asked)


def test_explain_knows_the_statements_and_keeps_the_drugs_first() -> None:
    assert explain("balanced-ratio").kind == explain("claim 13").kind == "claim"
    drug = explain("denosumab")
    assert drug.kind == "drug" and "claim: denosumab" in drug.related
    assert explain("claim: denosumab").data["number"] == 44


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"why": ""}, "'why' is missing"),
        ({"wy": "x"}, "write 'why'"),
        ({"evidence": "not modelled"}, "no verdict of the evidence"),
        ({"model": "perhaps"}, "no verdict of the model"),
        ({"why": "It is {row:swan-lx}."}, "no number 'row:swan-lx'"),
        ({"why": "It is {rows:swan-ls}."}, "no number 'rows:swan-ls'"),
        ({"why": "It is {harm:atrial_fibrillation/testosterone}."}, "no number 'harm:"),
        ({"why": "It is so."}, "has no source"),
        ({"sources": [{"citation": "x", "quality": "hearsay"}]}, "quality 'hearsay' is unknown"),
    ],
)
def test_an_incomplete_statement_is_refused(change: dict[str, object], message: str) -> None:
    good = read_claim(GOOD, "Exempla")
    assert good.evidence.why == "It is -10.6 %." and good.evidence.figures[0].quality == "abstract"
    with pytest.raises(OsteocastError, match=message) as caught:
        read_claim({**GOOD, **change}, "Exempla")
    assert "statement 1" in str(caught.value)


def test_a_number_brings_its_unit_and_source() -> None:
    _, (row, before, lsc, parameter) = figures.fill(
        "{row:haltbc-ls-24} {before:leder-e2} {lsc:lumbar_spine} {parameter:osteoclast_life}", "here"
    )
    assert (row.text, row.unit, row.quality) == ("+7.6", "percentage points", "label")
    assert (before.text, before.unit) == ("26", "pg/mL")
    assert lsc.value == pytest.approx(2.77 * 1.08) and lsc.text == "3.0"
    assert (parameter.text, parameter.unit) == ("12", "day")
