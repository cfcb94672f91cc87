"""The shape of the mechanism: no equation knows a drug by name or a person's sex, all of them run on floats, and
a young adult is where everything is 1."""

import ast
import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import osteocast.model
from osteocast.drugs.catalogue import catalogue
from osteocast.model import assemble
from osteocast.model.assemble import REPORTED
from osteocast.people.sample import Group

FOLDER = Path(osteocast.model.__file__).parent
FILES = sorted(FOLDER.glob("*.py"))
SEXES = {"sex", "sexes", "male", "female", "man", "men", "woman", "women"}
OF_THE_BODY = {"estradiol", "calcium", "vitamin_d", "vitamin d", "magnesium", "protein"}
"""Cards whose substance the body has of its own: the equations speak about the substance."""
FOLDS = (
    *("trabecular", "cortical", "remodelling_space", "sCTX", "uNTX", "P1NP", "BSAP"),
    *("rankl", "opg", "osteoclasts", "osteoblasts", "osteocytes", "sclerostin"),
)
"""Outputs that are folds of the young adult."""


def drug_words() -> set[str]:
    """Every id, name and synonym of a card, in lower case."""
    words = {word.lower() for one in catalogue().values() for word in (one.id, one.name, *one.synonyms)}
    return words - OF_THE_BODY


def words_of(node: ast.AST) -> Iterator[str]:
    """What a piece of code says, comments and docstrings apart: names of arguments, attributes, keywords and
    functions, and texts."""
    for child in ast.walk(node):
        match child:
            case ast.arg(arg=name) | ast.Attribute(attr=name) | ast.Name(id=name) | ast.keyword(arg=str(name)):
                yield name
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Constant(value=str(text)):
                yield text


def without_docstrings(tree: ast.Module) -> ast.Module:
    """The same code without texts that stand alone as a statement."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [  # type: ignore[attr-defined]
                one for one in body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
            ] or [ast.Pass()]
    return tree


def says(text: str, word: str) -> bool:
    """Whether a text or an identifier contains a word, whole."""
    spaced = " " + re.sub(r"[^a-z0-9]+", " ", text.lower()) + " "
    return " " + re.sub(r"[^a-z0-9]+", " ", word) + " " in spaced


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_equation_names_a_drug_or_a_sex(file):
    """A drug is numbers on a card and the sexes differ in a person's values: one equation serves all."""
    said = set(words_of(without_docstrings(ast.parse(file.read_text("utf-8")))))
    found = {(text, word) for text in said for word in drug_words() | SEXES if says(text, word)}
    assert not found, f"{file.name} says (text, word): {sorted(found)}"


def test_the_search_for_names_finds_them():
    """The test above must fail on what it is there for."""
    code = 'def loss(sex, p):\n    """On anastrozole."""\n    return p.x if sex == "female" else p.letrozole_ki'
    said = set(words_of(without_docstrings(ast.parse(code))))
    assert any(says(text, "letrozole") for text in said) and any(says(text, "female") for text in said)
    assert any(says(text, "sex") for text in said) and not any(says(text, "anastrozole") for text in said)


def functions():
    """Every public function of the mechanism."""
    modules = [import_module(f"osteocast.model.{file.stem}") for file in FILES if file.stem != "__init__"]
    return [
        function
        for module in modules
        for _, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not function.__name__.startswith("_")
    ]


@pytest.mark.parametrize("function", functions(), ids=lambda one: f"{one.__module__.split('.')[-1]}.{one.__name__}")
def test_every_equation_is_documented_and_asks_only_for_physiology(function):
    arguments = set(inspect.signature(function).parameters)
    assert not arguments & (SEXES | {"drug", "dose", "regimen", "month", "seed", "key"})
    assert (function.__doc__ or "").strip(), "no docstring"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_equations_need_nothing_but_plain_arithmetic(file):
    """The same text serves arrays, floats and symbols: no array library, no loop machinery, except in maths.py."""
    if file.stem == "maths":
        return
    tree = ast.parse(file.read_text("utf-8"))
    imported = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    allowed = {"__future__", "collections.abc", "types", "typing"}
    foreign = {name for name in imported - allowed if not name.startswith("osteocast.model")}
    assert not foreign


# ---- the young adult


@pytest.fixture(scope="module")
def young(person):
    """A young adult of reference body mass, far from menopause, as floats."""
    p = person(Group("female", 25.0, None, 26.0))
    return SimpleNamespace(**(vars(p) | {"bmi": p.bmi_reference, "menopause_day": 1e6}))


def test_states_and_drives_are_named_once():
    assert len(set(assemble.STATES)) == len(assemble.STATES)
    assert set(assemble.YOUNG_ADULT) == set(assemble.STATES)
    assert not set(assemble.STATES) & set(assemble.DRIVES)


def test_every_density_marker_and_cell_is_one_in_a_young_adult(young, exposure):
    """All are folds of the young adult, so all must be 1 there: a reader of any output may rely on it. Hormones
    have units; of a drug nothing is there."""
    from osteocast.engine.person_values import settle

    again = settle(young)
    seen = assemble.observed(assemble.YOUNG_ADULT, exposure(), 0.0, again)
    levels = {"E2", "E1", "E1S", "T", "LH", "SHBG", "estrogen_deficit"}
    for name in (*assemble.SITES, *REPORTED):
        value = float(seen[name])
        if name in assemble.SITES or name in FOLDS:
            # ageing is a smooth onset, a thousandth at 25
            assert value == pytest.approx(1.0, abs=2e-3), name
        elif name not in levels:
            assert value == 0.0 or value == pytest.approx(1.0, abs=2e-3), name
    assert float(seen["estrogen_deficit"]) == pytest.approx(0.0, abs=1e-12)


def test_nothing_moves_in_a_young_adult(young, exposure):
    """The start of every life is a steady state: every rate is nought but for ageing, which is switched off."""
    from osteocast.engine.person_values import settle

    ageless = SimpleNamespace(**(vars(young) | {"ageing_trabecular": 0.0, "ageing_cortical": 0.0}))
    change = assemble.rates(0.0, assemble.YOUNG_ADULT, exposure(), settle(ageless))
    moving = {name: float(rate) for name, rate in change.items() if abs(float(rate)) > 1e-15}
    assert not moving


def test_the_engine_reports_only_what_the_mechanism_observes(young, exposure):
    assert set(REPORTED) <= set(assemble.observed(assemble.YOUNG_ADULT, exposure(), 0.0, young))


def test_floats_and_arrays_give_the_same(young, exposure):
    """One equation on two kinds of number."""
    arrays = SimpleNamespace(**{name: np.full(3, value) for name, value in vars(young).items()})
    drive = exposure(competitor=5.0, calcium=500.0)
    many = SimpleNamespace(**{name: np.full(3, value) for name, value in vars(drive).items()})
    state = {name: value + 0.1 for name, value in assemble.YOUNG_ADULT.items()}
    one = assemble.rates(100.0, state, drive, young)
    each = assemble.rates(100.0, {name: np.full(3, x) for name, x in state.items()}, many, arrays)
    for name in assemble.STATES:
        np.testing.assert_allclose(np.asarray(each[name]), float(one[name]), rtol=1e-10, atol=1e-18)
