"""Every number of the mechanism is a record with provenance, is used, and is refused when anything is missing."""

import ast
import json
import math
from pathlib import Path

import numpy as np
import pytest

import osteocast
from osteocast.drugs.catalogue import catalogue
from osteocast.errors import OsteocastError
from osteocast.model.assemble import SITES
from osteocast.parameters import registry
from osteocast.parameters.registry import parameter, parameters, records
from osteocast.parameters.schema import BASES, QUALITIES

PACKAGE = Path(osteocast.__file__).parent
ALL = sorted(parameters())

# ---- what every record holds


@pytest.mark.parametrize("name", ALL)
def test_every_parameter_is_accounted_for(name):
    one = records()[name]
    assert one.name == name and name.isidentifier()
    assert one.title.strip().endswith(".") and not one.title[0].islower() and len(one.title) > 10
    assert one.unit.strip() and one.where.strip() and one.source.strip() and len(one.citation) > 10
    low, high = one.bounds
    assert math.isfinite(low) and math.isfinite(high) and low < high
    assert set(one.values) == {"female", "male"}
    assert all(low <= value <= high for value in one.values.values())
    assert one.basis in BASES and one.quality in QUALITIES
    assert (one.prior_log_sd > 0.0) == (one.basis == "fitted")
    assert 0.0 <= one.between_person_log_sd <= 1.5
    if one.basis == "fitted" or one.between_person_log_sd > 0.0:
        assert max(one.values.values()) > 0.0
    if one.basis == "fitted":
        assert low > 0.0, "a logarithm needs bounds above 0"
        assert one.values["female"] == one.values["male"], "one fitted value for everybody"


def test_each_file_is_one_source_and_named_after_it():
    by_source = {}
    for one in records().values():
        by_source.setdefault(one.source, set()).add(one.citation)
    files = {file.stem for file in registry.FOLDER.glob("*.yaml")}
    assert set(by_source) == files
    assert all(len(citations) == 1 for citations in by_source.values())


# ---- every record is used


def names_in_equations() -> set[str]:
    """Names that the equations and the engine read from `p`, also those put together from a site's name."""
    found: set[str] = set()
    for file in [*(PACKAGE / "model").glob("*.py"), *(PACKAGE / "engine").glob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Attribute(value=ast.Name(id="p"), attr=name):
                    found.add(name)
                case ast.Call(
                    func=ast.Name(id="getattr"), args=[ast.Name(id="p"), ast.Constant(value=str(name)), *_]
                ):
                    found.add(name)
                case ast.Call(func=ast.Name(id="getattr"), args=[ast.Name(id="p"), ast.JoinedStr(values=parts), *_]):
                    ending = "".join(part.value for part in parts if isinstance(part, ast.Constant))
                    found |= {site + ending for site in SITES}
                case ast.keyword(arg=str(name)):
                    found.add(name)
    return found


def names_on_cards() -> set[str]:
    """Every text on a card's kinetics and actions."""

    def texts(x):
        if isinstance(x, str):
            yield x
        elif isinstance(x, dict):
            for value in x.values():
                yield from texts(value)
        elif isinstance(x, list):
            for value in x:
                yield from texts(value)

    return {text for one in catalogue().values() for text in (*texts(one.kinetics), *texts(one.actions))}


def test_every_parameter_is_used_by_an_equation_or_a_card():
    orphans = sorted(set(ALL) - names_in_equations() - names_on_cards())
    assert not orphans, f"nothing uses {orphans}"


def test_every_name_on_a_card_is_a_parameter():
    known = set(ALL)
    for one in catalogue().values():
        for key in ("clearance", "half_life", "absorption_half_life"):
            assert one.kinetics.get(key, ALL[0]) in known, (one.id, key)
        for action in one.actions.get("on", ()):
            for name in (*action.get("times", ()), *action.get("over", ())):
                assert not isinstance(name, str) or name in known, (one.id, name)


# ---- look-up


def test_a_misspelt_name_is_answered_with_the_nearest():
    name = ALL[0]
    with pytest.raises(OsteocastError, match=f"did you mean '{name}'"):
        parameter(name[:-1])
    assert parameter(name).name == name


def test_value_in_force_is_the_fitted_one():
    for one in parameters().values():
        for sex in ("female", "male"):
            assert one.value(sex) == (one.fitted if one.fitted is not None else one.values[sex])


# ---- the posterior


@pytest.fixture(scope="module")
def posterior():
    found = registry.posterior()
    assert found is not None, "no calibration is stored"
    return found


def test_the_posterior_belongs_to_the_fitted_parameters(posterior):
    fitted = {one.name for one in records().values() if one.basis == "fitted"}
    assert set(posterior.names) == fitted, sorted(set(posterior.names) ^ fitted)
    assert len(set(posterior.names)) == len(posterior.names) == len(posterior.log_mean)


def test_the_posterior_lies_within_bounds(posterior):
    for name, log_mean in zip(posterior.names, posterior.log_mean, strict=True):
        low, high = records()[name].bounds
        assert low * (1.0 - 1e-6) <= math.exp(log_mean) <= high * (1.0 + 1e-6), name


def test_no_parameter_is_pressed_against_a_bound(posterior):
    """At a bound the fit wanted to go where the value makes no sense: the bound or the equation is wrong."""
    pressed = []
    for name, log_mean in zip(posterior.names, posterior.log_mean, strict=True):
        low, high = np.log(records()[name].bounds)
        if min(log_mean - low, high - log_mean) < 0.005 * (high - low):
            pressed.append(name)
    assert not pressed


def test_the_posterior_is_a_distribution(posterior):
    """Symmetric, positive, and nowhere wider than the prior."""
    covariance = np.array(posterior.log_cov)
    assert covariance.shape == (len(posterior.names),) * 2
    np.testing.assert_allclose(covariance, covariance.T, rtol=1e-4, atol=1e-12)
    scale = np.sqrt(np.diag(covariance))
    assert np.linalg.eigvalsh(covariance / np.outer(scale, scale)).min() > 0.0
    prior = np.array([records()[name].prior_log_sd for name in posterior.names])
    assert np.all(scale <= prior * 1.02)


# ---- what the loader refuses

GOOD = """\
source: Doe2001
citation: "Doe J. J Invent 2001;1:1"
parameters:
  k_oc:
    title: Osteoclast turnover rate.
    value: 0.1
    unit: 1/day
    bounds: [0.02, 0.5]
    basis: measured
    quality: abstract
    where: "Table 2, row 4"
"""
MISTAKES = {
    "unknown field": (GOOD + "    colour: red\n", "unknown field 'colour'"),
    "no title": (GOOD.replace("    title: Osteoclast turnover rate.\n", ""), "'title' is missing"),
    "no value": (GOOD.replace("    value: 0.1\n", ""), "'value' is missing"),
    "no unit": (GOOD.replace("    unit: 1/day\n", ""), "'unit' is missing"),
    "no bounds": (GOOD.replace("    bounds: [0.02, 0.5]\n", ""), "'bounds' is missing"),
    "no basis": (GOOD.replace("    basis: measured\n", ""), "'basis' is missing"),
    "no quality": (GOOD.replace("    quality: abstract\n", ""), "'quality' is missing"),
    "no place": (GOOD.replace('    where: "Table 2, row 4"\n', ""), "'where' is missing"),
    "value outside": (GOOD.replace("value: 0.1", "value: 5"), "lies outside 0.02 to 0.5"),
    "one sex outside": (GOOD.replace("value: 0.1", "value: {female: 0.1, male: 5}"), r"value 5 \(male\)"),
    "one sex only": (GOOD.replace("value: 0.1", "value: {female: 0.1}"), "needs female and male"),
    "unknown basis": (GOOD.replace("basis: measured", "basis: guessed"), "basis 'guessed'"),
    "unknown quality": (GOOD.replace("quality: abstract", "quality: good"), "quality 'good'"),
    "fitted without prior": (GOOD.replace("basis: measured", "basis: fitted"), "has a prior"),
    "prior without fit": (GOOD + "    prior_log_sd: 0.5\n", "has a prior"),
    "no source": (GOOD.replace("source: Doe2001\n", ""), "source"),
    "no citation": (GOOD.replace('citation: "Doe J. J Invent 2001;1:1"\n', ""), "citation"),
    "no parameters": (GOOD[: GOOD.index("parameters:")], "parameters"),
    "empty unit": (GOOD.replace("unit: 1/day", 'unit: ""'), "unit"),
    "empty place": (GOOD.replace('where: "Table 2, row 4"', 'where: ""'), "where"),
    "title without full stop": (GOOD.replace("rate.", "rate"), "title"),
    "bounds the wrong way round": (GOOD.replace("[0.02, 0.5]", "[0.5, 0.02]"), "bounds|lies outside"),
    "one bound": (GOOD.replace("[0.02, 0.5]", "[0.02]"), "bounds"),
    "value is a word": (GOOD.replace("value: 0.1", "value: little"), "value"),
    "value is not a number": (GOOD.replace("value: 0.1", "value: .nan"), "value"),
    "source is not the file's name": (GOOD.replace("source: Doe2001", "source: Roe2002"), "source"),
}


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Loads parameter files, given by name and text, instead of the package's own."""

    def loaded(**files):
        for name, text in files.items():
            (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
        monkeypatch.setattr(registry, "FOLDER", tmp_path)
        return registry.records.__wrapped__()

    return loaded


def test_a_complete_record_is_read(load):
    one = load(Doe2001=GOOD)["k_oc"]
    assert (one.value("female"), one.unit, one.bounds, one.source) == (0.1, "1/day", (0.02, 0.5), "Doe2001")


def test_a_value_by_sex_is_read(load):
    one = load(Doe2001=GOOD.replace("value: 0.1", "value: {female: 0.1, male: 0.2}"))["k_oc"]
    assert (one.value("female"), one.value("male")) == (0.1, 0.2)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_bad_record_is_refused_with_its_place(load, mistake):
    text, message = MISTAKES[mistake]
    with pytest.raises(OsteocastError, match=message) as error:
        load(Doe2001=text)
    assert "Doe2001.yaml" in str(error.value) and error.value.fix


def test_a_name_in_two_files_is_refused(load):
    with pytest.raises(OsteocastError, match=r"already defined in Doe2001\.yaml"):
        load(Doe2001=GOOD, Roe2002=GOOD.replace("Doe2001", "Roe2002"))


def test_a_name_twice_in_one_file_is_refused(load):
    second = GOOD[GOOD.index("  k_oc:") :]
    with pytest.raises(OsteocastError, match="k_oc"):
        load(Doe2001=GOOD + second)


def test_a_posterior_of_unknown_parameters_is_not_used(monkeypatch, tmp_path):
    """A name that no record has any more is left out, not made up."""
    file = tmp_path / "posterior.json"
    file.write_text(json.dumps({"names": ["gone"], "log_mean": [0.0], "log_cov": [[1.0]]}), "utf-8")
    monkeypatch.setattr(registry, "POSTERIOR", file)
    monkeypatch.setattr(registry, "posterior", registry.posterior.__wrapped__)
    assert set(registry.parameters.__wrapped__()) == set(records())
