"""The drug cards: complete, consistent, and refused with one clear sentence when they are not."""

import re
from pathlib import Path

import pytest

from osteocast.drugs import Card, card, catalogue, names, read_card
from osteocast.errors import OsteocastError
from osteocast.regimen import Regimen

ATOMIC_MASS = {  # g/mol, standard atomic weights (IUPAC, abridged)
    "H": 1.008,
    "C": 12.011,
    "N": 14.007,
    "O": 15.999,
    "Na": 22.990,
    "Mg": 24.305,
    "P": 30.974,
    "S": 32.06,
    "Cl": 35.45,
    "Ca": 40.078,
}
EXPECTED = """
    alendronate anastrozole bilateral_oophorectomy calcium conjugated_estrogens denosumab estradiol
    estradiol_patch exemestane gnrh_antagonist goserelin ibandronate impact_exercise letrozole leuprolide
    magnesium protein raloxifene resistance_exercise risedronate romosozumab running tamoxifen teriparatide
    testosterone_cypionate testosterone_enanthate testosterone_gel testosterone_undecanoate triptorelin
    vitamin_d vitamin_k walking zoledronic_acid
"""
GOOD = """\
id: exemplazole
name: exemplazole
title: Exemplazole, invented for tests.
kind: drug
route: oral
usual: exemplazole 5 mg daily
synonyms: [exemplar]
dose_unit: mg
dose_range: [1, 50]
valid_for: {adults: true}
not_known: [interactions]
kinetics: {cl_f: Doe2001/cl_f, nested: {a: [1, 2]}}
"""


def each_card() -> list[Card]:
    return list(catalogue().values())


def test_the_catalogue_holds_what_was_promised() -> None:
    assert set(EXPECTED.split()) <= set(catalogue())
    assert catalogue() is catalogue()


@pytest.mark.parametrize("one", each_card(), ids=lambda one: one.id)
def test_a_card_is_complete(one: Card) -> None:
    assert one.title[0].isupper() and one.title.endswith(".") and "\n" not in one.title
    assert one.not_known
    assert one.quality and one.source
    assert one.route != "none" or not one.takes_dose
    assert one.is_rate == (one.route == "patch")
    usual = Regimen.parse(one.usual)
    assert str(usual) == one.usual
    assert [item.card_id for item in usual.items] == [one.id]


@pytest.mark.parametrize("one", each_card(), ids=lambda one: one.id)
def test_every_name_leads_to_the_card_alone_and_in_a_sentence(one: Card) -> None:
    for name in (one.name, *one.synonyms):
        assert names()[name.lower()] == one.id
        assert Regimen.parse(name.upper() + one.usual.removeprefix(one.name)) == Regimen.parse(one.usual)


@pytest.mark.parametrize("one", [one for one in each_card() if one.formula], ids=lambda one: one.id)
def test_the_molar_mass_is_that_of_the_formula(one: Card) -> None:
    atoms = re.findall(r"([A-Z][a-z]?)(\d*)", one.formula)
    mass = sum(ATOMIC_MASS[symbol] * int(count or 1) for symbol, count in atoms)
    assert one.molar_mass_g_mol == pytest.approx(mass, abs=0.02)


def test_codes_carry_their_quality() -> None:
    assert card("anastrozole").codes["atc"].code == "L02BG03"
    assert card("anastrozole").codes["rxnorm"].quality == "A"
    for one in each_card():
        for code in one.codes.values():
            assert code.quality in {"A", "C", "M"} and code.source


def test_kinetics_and_actions_are_kept_as_written() -> None:
    one = read_card(GOOD, "exemplazole.yaml")
    assert one.kinetics == {"cl_f": "Doe2001/cl_f", "nested": {"a": [1, 2]}}
    assert one.actions == {}


@pytest.mark.parametrize(
    ("old", "new", "where", "fix"),
    [
        ("synonyms:", "synonymes:", "exemplazole.yaml: 'synonymes'", "write 'synonyms'"),
        ("route: oral\n", "", "exemplazole.yaml: 'route' is missing", "add a line 'route: ...'"),
        ("route: oral", "route: nasal", "exemplazole.yaml, route: 'nasal'", "one of oral, patch"),
        ("kind: drug", "kind: habit", "exemplazole.yaml, dose_unit", "only to them"),
        ("[1, 50]", "[50, 1]", "exemplazole.yaml, dose_range", "the lower dose first"),
        ("[1, 50]", "[1]", "exemplazole.yaml, dose_range: [1]", "[lowest, highest]"),
        ("[1, 50]", "[.nan, 50]", "exemplazole.yaml, dose_range", "a number"),
        ("tests.\n", "tests\n", "exemplazole.yaml, title", "full stop"),
        ("id: exemplazole", "id: other", "exemplazole.yaml, id", "the file's name"),
        ("[exemplar]", "[Exemplar]", "exemplazole.yaml, synonyms", "lower case"),
        ("[exemplar]", "[exemplar", "exemplazole.yaml, line", "correct that line"),
        ("[exemplar]", "exemplar", "exemplazole.yaml, synonyms", "a list of texts"),
        ("kind: drug", "kind: drug\nkind: drug", "exemplazole.yaml, line", "correct that line"),
        ("kinetics: ", "codes: {atc: X}\nkinetics: ", "exemplazole.yaml, codes", "fields with values"),
        ("kinetics: ", "codes: {atc: {code: X}}\nkinetics: ", "exemplazole.yaml, codes", "exactly code,"),
        (GOOD, "- a\n- b\n", "exemplazole.yaml: the file is not", "start with 'id: ...'"),
    ],
)
def test_a_faulty_card_is_refused_in_one_sentence(old: str, new: str, where: str, fix: str) -> None:
    assert old in GOOD
    with pytest.raises(OsteocastError) as caught:
        read_card(GOOD.replace(old, new), "exemplazole.yaml")
    assert str(caught.value).startswith(where)
    assert fix in str(caught.value)


def test_an_unknown_card_is_answered_with_the_nearest() -> None:
    with pytest.raises(OsteocastError, match="write 'letrozole'"):
        card("letrozol")


def test_every_card_file_is_read() -> None:
    folder = Path(__file__).parents[2] / "src" / "osteocast" / "drugs"
    assert sorted(catalogue()) == sorted(path.stem for path in folder.glob("*.yaml"))
