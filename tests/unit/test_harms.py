"""Harms on the drug cards: sourced, on cards that exist, one denominator, and no false precision from memory."""

import json
import re

import pytest

from osteocast.drugs import card, catalogue
from osteocast.drugs.harms import FROM_MEMORY, PEOPLE, Harm, harms, harms_dict, harms_of
from osteocast.errors import OsteocastError
from osteocast.explain import explain
from osteocast.explain.wording import QUALITY
from osteocast.parameters.schema import QUALITIES

ROWS = harms()
REMEMBERED = [one for one in ROWS if one.quality == "memory"]
ABSOLUTE = [one for one in ROWS if one.measure in ("rate", "proportion")]
POWER_OF_TEN = re.compile(r"1 in 10{0,2}(?:,000)*(?![,]?\d)")
ANTIRESORPTIVES = ("alendronate", "risedronate", "ibandronate", "zoledronic_acid", "denosumab")
MODULATORS = ("tamoxifen", "raloxifene")


def named(one: Harm) -> str:
    return f"{one.harm}-{one.drug}"


def only(card_id: str, harm: str, drug: str = "", measure: str = "") -> Harm:
    found = [
        one
        for one in harms_of(card_id)
        if one.harm == harm and one.drug.startswith(drug) and measure in ("", one.measure)
    ]
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize("one", ROWS, ids=named)
def test_every_row_has_source_and_quality_and_cards_that_exist(one: Harm) -> None:
    assert one.citation and one.quality in QUALITIES
    assert one.card_ids and set(one.card_ids) <= set(catalogue())
    assert one.plain[0].isupper() and one.plain.endswith(".") and ". " not in one.plain
    assert one.kind in ("harm", "limit", "practical")
    assert one.drug and one.population and one.derivation


@pytest.mark.parametrize("card_id", [*ANTIRESORPTIVES, *MODULATORS])
def test_every_antiresorptive_and_modulator_has_a_harm_that_is_shown(card_id: str) -> None:
    assert any(one.kind == "harm" and one.main for one in harms_of(card_id))


@pytest.mark.parametrize(
    ("card_id", "harm"),
    [
        *((one, "osteonecrosis_jaw") for one in ANTIRESORPTIVES),
        *((one, "atypical_femoral_fracture") for one in ANTIRESORPTIVES),
        *((one, "oesophageal_irritation") for one in ("alendronate", "risedronate", "ibandronate")),
        *((one, "renal_limit") for one in ANTIRESORPTIVES[:4]),
        ("zoledronic_acid", "acute_phase_reaction"),
        ("zoledronic_acid", "hypocalcaemia"),
        ("denosumab", "hypocalcaemia"),
        ("denosumab", "severe_hypocalcaemia"),
        ("denosumab", "vertebral_fractures_after_stopping"),
        ("denosumab", "multiple_vertebral_fractures_after_stopping"),
        ("tamoxifen", "pulmonary_embolism"),
        ("tamoxifen", "endometrial_adenocarcinoma"),
        ("tamoxifen", "stroke"),
        ("raloxifene", "venous_thromboembolism"),
        ("raloxifene", "stroke_fatal"),
        ("calcium", "urinary_tract_stone"),
        ("estradiol", "new_breast_cancer_event"),
        ("estradiol_patch", "new_breast_cancer_event"),
        ("conjugated_estrogens", "new_breast_cancer_event"),
        ("testosterone_undecanoate", "erythrocytosis"),
        ("testosterone_gel", "clinical_fracture"),
        ("testosterone_cypionate", "inhibitor_beside_testosterone"),
        ("testosterone_enanthate", "estradiol_range"),
        ("romosozumab", "serious_cardiovascular_event"),
        ("teriparatide", "osteosarcoma"),
    ],
)
def test_what_was_promised_is_among_the_findings_shown_first(card_id: str, harm: str) -> None:
    assert any(one.harm == harm and one.main for one in harms_of(card_id))


def test_there_are_remembered_rows_to_guard() -> None:
    assert len(REMEMBERED) > 20


@pytest.mark.parametrize("one", REMEMBERED, ids=named)
def test_a_remembered_row_never_prints_more_than_an_order_of_magnitude(one: Harm) -> None:
    """The figure is a power of ten, `several in 10`, `none seen` or words; a limit to act on is marked instead."""
    words = one.in_words()
    assert FROM_MEMORY in words
    if one.kind == "limit":
        return
    figure = words.removesuffix(f" ({FROM_MEMORY})")
    figure = figure.removesuffix(one.over) if one.over else figure.partition(", compared with")[0]
    figure = POWER_OF_TEN.sub("", figure.replace("several in 10", ""))
    assert not re.search(r"\d", figure), words
    shown = json.dumps([one.to_dict() | {"over": "", "years": None, "drug": "", "population": ""}])
    for number in (one.value, one.low, one.high, one.other):
        if number:
            assert not re.search(rf"(?<![\d.,]){re.escape(f'{number:g}')}(?![\d,])", f"{one.plain} {one.note}")
            assert f": {number}," not in shown
    for people in (one.per_1000, one.per_1000_person_years):
        assert people is None or people == 0 or f"{people:e}".startswith("1.000000e")


def test_remembered_figures_in_words() -> None:
    words = [one.in_words() for one in harms_of("denosumab") if one.harm == "atypical_femoral_fracture"]
    assert words[0] == "about 1 in 10,000 a year (from memory, source not seen)"
    third = only("zoledronic_acid", "acute_phase_reaction", "zoledronate 5 mg, third")
    assert third.in_words() == "about 1 in 100 after the third infusion (from memory, source not seen)"
    assert only("anastrozole", "arthralgia").in_words().startswith("several in 10 over")
    fracture = only("testosterone_gel", "clinical_fracture").in_words()
    assert fracture == "1.43 times the rate (compared with placebo; 95 % interval 1.04 to 1.97)"
    limit = only("risedronate", "renal_limit").in_words()
    assert limit == ("below 30 mL/min (creatinine clearance) (from memory, source not seen: read the label)")


@pytest.mark.parametrize("one", [one for one in ABSOLUTE if one.quality != "memory"], ids=named)
def test_absolute_figures_have_one_denominator(one: Harm) -> None:
    """Recomputed here from the printed unit: 1,000 people over the time stated."""
    assert PEOPLE == 1000
    assert "in 1,000 people" in one.in_words() or one.value == 0
    if one.value is None:
        assert one.per_1000 is None
        return
    assert one.per_1000 == pytest.approx({"per 100,000 person-years": 0.01, "%": 10.0}[one.unit] * one.value)
    assert f"{one.value:g} {one.unit} x " in one.derivation and "in 1,000 people" in one.derivation
    if one.measure == "rate":
        assert one.per_1000_person_years == one.per_1000 and one.over == "a year"
    elif one.years:
        assert one.per_1000_person_years == pytest.approx(one.per_1000 / one.years)
    else:
        assert one.per_1000_person_years is None


@pytest.mark.parametrize("one", [one for one in ROWS if one not in ABSOLUTE], ids=named)
def test_what_is_not_absolute_says_why_it_has_no_figure_in_1000(one: Harm) -> None:
    assert one.per_1000 is None and one.per_1000_person_years is None
    assert one.derivation.startswith("no figure in 1,000 people: ")


def test_figures_worked_out_by_hand() -> None:
    """Tamoxifen's label gives 2.20 against 0.71 in 1,000 women-years; WHI stones 353 against 301 in 100,000."""
    womb = only("tamoxifen", "endometrial_adenocarcinoma")
    assert womb.in_words() == "2.2 in 1,000 people a year; placebo: 0.71"
    assert womb.in_1000(womb.other) == pytest.approx(0.71)
    stones = only("calcium", "urinary_tract_stone", measure="rate")
    assert stones.in_words() == "3.5 in 1,000 people a year; placebo: 3.0"
    azure = only("zoledronic_acid", "osteonecrosis_jaw", "zoledronate 4 mg, intensive")
    assert azure.in_words() == (
        "21 in 1,000 people over 6.2 years (95 % interval 9.0 to 33), that is 3.4 a year; no zoledronate: none"
    )
    none = only("zoledronic_acid", "osteonecrosis_jaw", "zoledronate 5 mg yearly", "rate")
    assert none.in_words() == "none seen, at most 1.5 in 1,000 people a year (upper limit, rule of three)"
    clots = only("raloxifene", "venous_thromboembolism", measure="hazard ratio")
    assert clots.in_words() == "1.44 times the rate (compared with placebo; 95 % interval 1.06 to 1.95)"
    assert only("alendronate", "renal_limit").in_words() == "below 35 mL/min (creatinine clearance)"


def test_main_findings_come_first_and_other_cards_stay_out() -> None:
    shown = [one.main for one in harms_of("alendronate")]
    assert shown == sorted(shown, reverse=True) and True in shown and False in shown
    assert all("alendronate" in one.card_ids for one in harms_of("alendronate"))
    assert harms_of("vitamin_k") == ()
    with pytest.raises(OsteocastError, match="write 'denosumab'"):
        harms_of("denosumb")


@pytest.mark.parametrize("card_id", list(catalogue()))
def test_json_is_plain_and_complete(card_id: str) -> None:
    listed = harms_dict(card_id)
    assert json.loads(json.dumps(listed, allow_nan=False)) == listed
    assert len(listed) == len(harms_of(card_id))
    for one in listed:
        assert one["citation"] and one["quality"] and one["in_words"] and "per_1000" in one


@pytest.mark.parametrize("card_id", list(catalogue()))
def test_explain_shows_the_main_findings_with_source_and_quality(card_id: str) -> None:
    answer = explain(f"drug: {card_id}")
    text = "\n".join(answer.lines)
    assert answer.data["harms"] == harms_dict(card_id)
    for one in harms_of(card_id):
        if one.main:
            line = next(line for line in answer.lines if one.plain in line and one.citation in line)
            assert QUALITY[one.quality] in line and one.title in line
            assert one.measure == "none" or one.in_words()[1:] in line
    if not harms_of(card_id):
        assert "does not mean that there are none" in text


@pytest.mark.parametrize("card_id", ["teriparatide", "romosozumab"])
def test_drugs_that_are_rarely_an_option_say_why(card_id: str) -> None:
    reasons = card(card_id).why_rarely
    assert len(reasons) >= 3
    lines = explain(card_id).lines
    for one in reasons:
        assert one.source and one.quality in QUALITIES
        assert any(one.text in line and one.source in line and QUALITY[one.quality] in line for line in lines)
    assert not card("anastrozole").why_rarely
