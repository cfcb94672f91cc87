"""`explain NAME`: everything resolves, says where it comes from, and a miss suggests the nearest name."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from osteocast.drugs.catalogue import catalogue
from osteocast.errors import OsteocastError
from osteocast.explain import Explanation, equations, explain, values
from osteocast.explain.glossary import terms
from osteocast.explain.lookup import entries, names
from osteocast.explain.wording import figure, interval, normal
from osteocast.model.assemble import DRIVES, STATES
from osteocast.parameters.registry import parameters, records
from osteocast.parameters.schema import Parameter

MEMORY = "from memory, source not seen"
INVENTED = Parameter(
    name="exemplum",
    title="Invented for tests.",
    values={"female": 2.0, "male": 2.0},
    unit="nmol/L",
    bounds=(0.5, 8.0),
    basis="fitted",
    quality="memory",
    where="page 1",
    source="Doe2001",
    citation="Doe J. Ann Ex 2001;1:2",
    prior_log_sd=0.5,
    between_person_log_sd=0.3,
)


def text(answer: Explanation) -> str:
    return "\n".join(answer.lines)


@pytest.mark.parametrize("name", list(parameters()))
def test_every_parameter(name: str) -> None:
    answer, one = explain(name), parameters()[name]
    assert (answer.kind, answer.name, answer.title) == ("parameter", name, one.title)
    assert answer.source == one.citation and answer.quality
    for word in (
        "Value: ",
        "Bounds: ",
        "Basis: ",
        "Quality: ",
        "Where: ",
        "Source: ",
        "Between people: ",
        "Used",
    ):
        assert word in text(answer), word
    assert (MEMORY in text(answer)) is (one.quality == "memory")
    assert ("Prior: " in text(answer)) is (one.basis == "fitted")
    for id_ in equations.using(name):
        assert id_ in text(answer)


def test_a_fitted_parameter_shows_value_interval_and_prior() -> None:
    fitted = replace(INVENTED, fitted=3.0, fitted_log_sd=0.2)
    answer = values.parameter(fitted)
    low, high = interval(3.0, 0.2)
    assert (low, high) == (pytest.approx(3.0 * 2.718281828**-0.329), pytest.approx(3.0 * 2.718281828**0.329))
    assert f"Value: 3 nmol/L, fitted; 90 % interval {figure(low)} to {figure(high)}" in answer.lines
    assert any(line.startswith("Prior: 2 nmol/L, 90 % interval ") for line in answer.lines)
    assert answer.data["lo90"] == pytest.approx(low) and answer.data["hi90"] == pytest.approx(high)
    assert "nine in ten lie within 0.61 to 1.6 times" in text(answer)


def test_a_parameter_that_awaits_calibration_says_so() -> None:
    answer = values.parameter(INVENTED)
    assert "no calibration has been run yet" in answer.lines[0]
    assert answer.data["lo90"] is None


def test_a_value_by_sex_names_both() -> None:
    assert any("in women" in line and "in men" in line for line in explain("ovary_estradiol_level").lines)


@pytest.mark.parametrize("card_id", list(catalogue()))
def test_every_drug_card_and_its_synonyms(card_id: str) -> None:
    card = catalogue()[card_id]
    answer = explain(f"drug: {card_id}")
    assert (answer.kind, answer.name, answer.title) == ("drug", card_id, card.title)
    shown = text(answer)
    assert (
        card.usual in shown and "Valid for: " in shown and "Not known: " in shown and "Quality of the card" in shown
    )
    for name in values.card_names(card):
        assert f"{name} = " in shown
    for code in card.codes.values():
        assert code.code in shown and (code.quality != "M" or MEMORY in shown)
    for name in (card.name, *card.synonyms):
        assert explain(f"drug: {name}").name == card_id
        if name not in parameters() and name != "":
            assert explain(name).kind == "drug", name


@pytest.mark.parametrize("state", STATES)
def test_every_state(state: str) -> None:
    answer = explain(state)
    assert answer.kind == "equation"
    assert f"d {state}/dt = " in text(answer)
    assert answer.latex and answer.source


@pytest.mark.parametrize("id_", list(equations.equations()))
def test_every_equation(id_: str) -> None:
    answer = explain(id_)
    assert (answer.kind, answer.name) == ("equation", id_)
    for name in answer.data["parameters"]:  # type: ignore[attr-defined]
        if name in parameters() and parameters()[name].quality == "memory" and f"  {name} = " in text(answer):
            line = next(line for line in answer.lines if line.startswith(f"  {name} = "))
            assert MEMORY in line


@pytest.mark.parametrize("quantity", ["E2", "e1s", "LH", "lumbar_spine", "P1NP", "free_e2", "trabecular", "load"])
def test_quantities_that_equations_give(quantity: str) -> None:
    answer = explain(quantity)
    assert answer.kind == "equation"
    assert f"{normal(quantity)} = " in normal(text(answer)).replace("=", " = ")


@pytest.mark.parametrize("name", list(DRIVES))
def test_every_input(name: str) -> None:
    answer = explain(f"input: {name}")
    assert answer.kind == "input" and "Written by: " in text(answer) and "Read by: " in text(answer)


@pytest.mark.parametrize("word", list(terms()))
def test_every_term_and_its_synonyms(word: str) -> None:
    one = terms()[word]
    for name in (word, *one.synonyms):
        assert explain(f"term:{name}").name == word
        assert one.plain in text(explain(name)), name


@pytest.mark.parametrize("key", list(values.sources()))
def test_every_source_lists_its_parameters(key: str) -> None:
    answer = explain(key)
    assert (answer.kind, answer.name) == ("source", key)
    for one in values.sources()[key]:
        assert f"{one.name} = " in text(answer)
        assert one.quality != "memory" or MEMORY in answer.quality


@pytest.mark.parametrize(
    ("written", "kind", "name"),
    [
        ("RANKL gain", "parameter", "rankl_gain"),
        ("Rankl-Gain", "parameter", "rankl_gain"),
        ("zoledronate", "drug", "zoledronic_acid"),
        ("Arimidex", "drug", "anastrozole"),
        ("dexa", "term", "DXA scans"),
        ("least-significant change", "term", "least significant change"),
        ("T score", "term", "T-score"),
        ("geisler 1996", "source", "Geisler1996"),
        ("  Osteoclasts ", "equation", "state.osteoclasts"),
        ("vitamin_d", "parameter", "vitamin_d"),
        ("Vitamin D", "drug", "vitamin_d"),
        ("input: vitamin_d", "input", "vitamin_d"),
    ],
)
def test_names_forgive_case_spaces_and_hyphens(written: str, kind: str, name: str) -> None:
    answer = explain(written)
    assert (answer.kind, normal(answer.name)) == (kind, normal(name))


def test_a_shared_name_gives_the_plain_words_and_the_others() -> None:
    answer = explain("opg")
    assert answer.kind == "equation" and answer.lines[0].startswith("In plain words: ")
    assert "term: OPG" in answer.related
    assert explain("OPG").kind == explain("term: opg").kind == "term"
    assert "equation: opg" in explain("OPG").related


def test_everything_related_can_be_asked_for() -> None:
    for name in ("rankl_gain", "anastrozole", "osteoclasts", "E2", "T-score", "Geisler1996", "competitor"):
        for other in explain(name).related:
            assert explain(other).lines, other


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("rankl_gian", "rankl_gain"),
        ("anastrozle", "anastrozole"),
        ("osteoclats", "osteoclasts"),
        ("least significant chnge", "least significant change"),
        ("Geisler1997", "Geisler199"),
        ("term: osteopeni", "osteopenia"),
    ],
)
def test_a_miss_suggests_the_nearest_name(written: str, meant: str) -> None:
    with pytest.raises(OsteocastError, match="nothing is called") as caught:
        explain(written)
    assert f"did you mean '{meant}" in str(caught.value)


@pytest.mark.parametrize("written", ["", "  ", "-", "qqqqqq", "term:"])
def test_a_hopeless_miss_says_what_can_be_asked(written: str) -> None:
    with pytest.raises(OsteocastError, match="a parameter"):
        explain(written)


def test_json() -> None:
    for name in ("rankl_gain", "anastrozole", "levels", "competitor", "T-score", "Geisler1996"):
        as_dict = explain(name).to_dict()
        back = json.loads(json.dumps(as_dict, allow_nan=False))
        assert back == as_dict
        assert {"kind", "name", "title", "lines", "source", "quality", "related", "latex", "data"} == set(back)


def test_names_for_completion() -> None:
    assert set(names("parameter")) == set(records())
    assert len(entries()) > 200 and "T-score" in names()


def test_a_parameter_needs_neither_sympy_nor_jax() -> None:
    code = (
        "import sys; from osteocast.explain import explain, citations; explain('rankl_gain'); citations();"
        "print([name for name in ('jax', 'sympy', 'numpy') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
