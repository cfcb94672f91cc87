"""The exported document: valid, in units, annotated, and the same equations as the code."""

import re
from pathlib import Path
from types import SimpleNamespace

import libsbml
import numpy as np
import pytest
import sympy

from osteocast.cli import main
from osteocast.errors import OsteocastError
from osteocast.exchange.antimony_text import antimony_text
from osteocast.exchange.check import check
from osteocast.exchange.dosing import dosing
from osteocast.exchange.formula import formula
from osteocast.exchange.mechanism import TIME, channel_id, mechanism, parameter_id
from osteocast.exchange.sbml import Anchor, document
from osteocast.exchange.units import PURE, unit, unit_id
from osteocast.measure import dxa
from osteocast.model import assemble
from osteocast.people.files import load_person
from osteocast.people.sample import Group, values
from osteocast.regimen import Regimen
from osteocast.trials.published import Arm

WOMAN, MAN = Group("female", 61.0, 9.0, 26.0), Group("male", 55.0, None, 28.0)
EVERYTHING = (
    "anastrozole 1 mg daily for 2 years + letrozole 2.5 mg daily from month 30 + exemestane 25 mg daily from month 60"
    " + tamoxifen 20 mg daily + raloxifene 60 mg daily + denosumab 60 mg every 6 months",
    "zoledronic acid 4 mg every 6 months + alendronate 70 mg weekly + risedronate 35 mg weekly"
    " + ibandronate 150 mg monthly + calcium 1000 mg daily + vitamin D 800 IU daily + protein 20 g daily"
    " + walking daily + running three times weekly",
    "estradiol 1 mg daily + estradiol patch 50 ug/day until month 9 + conjugated estrogens 0.625 mg daily"
    " + goserelin 3.6 mg every 28 days + leuprolide 22.5 mg every 3 months + triptorelin 3.75 mg every 28 days"
    " + GnRH antagonist for 12 months + bilateral oophorectomy from month 20",
    "testosterone gel 50 mg daily + testosterone enanthate 200 mg every 2 weeks"
    " + testosterone cypionate 200 mg every 2 weeks + testosterone undecanoate 1000 mg every 12 weeks"
    " + resistance exercise twice weekly + impact exercise twice weekly",
)


def exported(sentence, group=WOMAN, **options):
    regimen = Regimen.parse(sentence)
    table = values([group], lambda _purpose: np.zeros(1))
    return document(table, regimen, Arm(group, regimen).start_month, **options)


@pytest.fixture(scope="module")
def anastrozole():
    anchors = {"lumbar_spine": Anchor(0.9, 0.88, "Hologic")}
    return exported("anastrozole 1 mg daily for 12 months + GnRH antagonist for 3 months", anchors=anchors)


@pytest.mark.parametrize("sentence", EVERYTHING)
def test_libsbml_finds_nothing_wrong_units_included(sentence):
    assert check(exported(sentence, MAN if "gel" in sentence else WOMAN).text) == []


def test_libsbml_would_notice_a_wrong_unit(anastrozole):
    wrong = re.sub(r'(<parameter [^>]*id="fusion_time"[^>]* units=)"day"', r'\1"mg"', anastrozole.text)
    assert wrong != anastrozole.text
    assert check(wrong)


def test_equations_are_those_of_the_code(person):
    """Rates and outputs of the traced equations at a point, against the functions of `model/` on floats."""
    rng = np.random.default_rng(3)
    for group, day in ((WOMAN, -900.0), (MAN, 700.0)):
        p = person(group)
        state = {name: float(rng.uniform(0.5, 1.5)) for name in assemble.STATES}
        drive = {name: float(rng.uniform(0.1, 0.9)) for name in assemble.DRIVES}
        truth = assemble.rates(day, state, SimpleNamespace(**drive), p)
        seen = assemble.observed(state, SimpleNamespace(**drive), day, p)
        traced = mechanism()
        known = {TIME: day, **traced.constants, **state, **{channel_id(name): value for name, value in drive.items()}}
        known |= {parameter_id(name): getattr(p, name) for name in traced.parameters}
        for name, expression in traced.rules.items():
            known[name] = value_of(expression, known)
        for name, expression in traced.rates.items():
            assert value_of(expression, known) == pytest.approx(truth[name], rel=1e-11, abs=1e-15), name
        for name, given in traced.observed.items():
            assert known[given] == pytest.approx(seen[name], rel=1e-11), name


def value_of(expression, known):
    symbols = sorted(expression.free_symbols, key=str)
    return float(sympy.lambdify(symbols, expression, "math")(*(known[one.name] for one in symbols)))


def test_every_dose_is_an_event_and_unbroken_input_has_two(anastrozole):
    model = libsbml.readSBMLFromString(anastrozole.text).getModel()
    events = {model.getEvent(i).getId(): model.getEvent(i) for i in range(model.getNumEvents())}
    assert set(events) == {"anastrozole_1_dose", "gnrh_antagonist_1_begins", "gnrh_antagonist_1_ends"}
    changed = {events["anastrozole_1_dose"].getEventAssignment(i).getVariable() for i in range(2)}
    assert changed == {"anastrozole_1_depot", "anastrozole_1_given"}
    assert model.getParameter("anastrozole_1_doses").getValue() == np.ceil(12 * 30.4375)


def test_meaning_is_annotated(anastrozole):
    model = libsbml.readSBMLFromString(anastrozole.text).getModel()
    assert "taxonomy:9606" in model.getAnnotationString()
    assert "CHEBI:16469" in model.getSpecies("E2").getAnnotationString()
    assert "uniprot:O14788" in model.getSpecies("rankl").getAnnotationString()
    assert "atc:L02BG03" in model.getSpecies("anastrozole_1_central").getAnnotationString()


def test_density_and_t_score_start_from_the_scan(anastrozole):
    model = libsbml.readSBMLFromString(anastrozole.text).getModel()
    young = dxa.reference("lumbar_spine")
    assert model.getParameter("lumbar_spine_young_mean").getValue() == young.mean_g_cm2
    found = libsbml.formulaToL3String(model.getAssignmentRule("lumbar_spine_bmd").getMath())
    assert set(re.findall(r"[a-z_0]+", found)) == {
        "lumbar_spine", "lumbar_spine_bmd_at_month_0", "lumbar_spine_relative_at_month_0"
    }  # fmt: skip
    assert model.getParameter("lumbar_spine_t_score").getUnits() == "dimensionless"


def test_antimony_text_is_the_same_model(anastrozole):
    import antimony

    text = antimony_text(anastrozole.text)
    assert antimony.loadAntimonyString(text) >= 0
    back = libsbml.readSBMLFromString(antimony.getSBMLString(antimony.getMainModuleName())).getModel()
    model = libsbml.readSBMLFromString(anastrozole.text).getModel()
    for count in ("getNumRules", "getNumEvents", "getNumSpecies", "getNumParameters", "getNumInitialAssignments"):
        assert getattr(back, count)() == getattr(model, count)(), count


def test_numbers_of_people_hold_what_is_derived(anastrozole):
    table = values([WOMAN], lambda _purpose: np.linspace(-1.0, 1.0, 3))
    numbers = anastrozole.numbers(table, -200.0)
    assert numbers["month_0"] == pytest.approx([200.0 * 30.4375] * 3)
    half_life = np.broadcast_to(table["anastrozole_half_life"], (3,)) / 24.0
    assert numbers["anastrozole_ke"] == pytest.approx(np.log(2.0) / half_life)


def test_units_are_read_as_they_are_written():
    day, litre = unit("day"), unit("L")
    assert unit("nmol/L/(mg/day)") == unit("nmol") / litre / unit("mg") * day
    assert unit("nmol/L per IU/day") == unit("nmol") / litre / unit("IU") * day
    assert unit_id(unit("kg/m2")) == "kg_per_m2"
    assert unit("effect/day") == 1 / day
    with pytest.raises(OsteocastError, match="furlong"):
        unit("furlong/day")


def test_a_sum_of_unlike_units_is_refused():
    units = {"a": unit("day"), "b": unit("mg")}
    with pytest.raises(OsteocastError, match="adds day, mg"):
        formula(sympy.Symbol("a") + sympy.Symbol("b"), units.__getitem__)
    assert formula(sympy.Symbol("a") + 3, units.__getitem__) == ("(3 day + a)", unit("day"))
    assert formula(sympy.Symbol("a") ** sympy.Symbol("n"), {**units, "n": PURE}.__getitem__).unit == PURE


def test_doses_missed_at_random_are_refused():
    with pytest.raises(OsteocastError, match="missed at random"):
        dosing(Regimen.parse("alendronate 70 mg weekly adherence 50 %"))


@pytest.mark.slow
def test_the_command_writes_a_valid_document_for_a_person(tmp_path, capsys):
    woman = str(Path(__file__).resolve().parents[2] / "examples" / "woman-62-starting-anastrozole.toml")
    target = tmp_path / "woman.xml"
    assert main(["export", woman, "--regimen", "anastrozole 1 mg daily for 12 months", "--out", str(target)]) == 0
    text = target.read_text()
    assert check(text) == []
    model = libsbml.readSBMLFromString(text).getModel()
    measured = load_person(woman).baseline_scans()
    for site, scan in measured.items():
        assert model.getParameter(f"{site}_bmd_at_month_0").getValue() == pytest.approx(scan.bmd, rel=1e-6)
    assert main(["export", woman, "--regimen", "none", "--format", "antimony"]) == 0
    assert "lumbar_spine_t_score" in capsys.readouterr().out
