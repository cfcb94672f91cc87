"""The exported equations, run by libRoadRunner, against the general solver and against the engine.

In SBML the kinetics are differential equations with one event a dose; both others use the closed form. `make test`
runs a few people with short daily courses, `make crosscheck` (CROSSCHECK=all) everybody with long ones.
"""

import os
from typing import NamedTuple

import numpy as np
import pytest

from crosscheck.reference import Case, engine, solve
from osteocast.engine.accuracy import DEFAULT, PRECISE
from osteocast.exchange import sbml
from osteocast.exchange.runner import simulate
from osteocast.model.assemble import SITES
from osteocast.people.sample import Group, values
from osteocast.regimen import Regimen
from osteocast.trials.published import Arm

ALL = os.environ.get("CROSSCHECK") == "all"
PEOPLE = 20 if ALL else 4
DAILY, LONGEST = (6, 34) if ALL else (1, 1)
"""Length of daily courses, and of the longest one [month]."""
MONTHS = np.array([0.0, 1.1, 2.2, 6.3, 12.1, 24.2, 36.0])
TO_REFERENCE, TO_ENGINE = 1e-6, 1e-5
"""Relative difference of density that is allowed."""
SEED = 20263

WOMAN = Group("female", 61.0, 9.0, 26.0)
YOUNG_WOMAN = Group("female", 42.0, None, 24.0)
MAN = Group("male", 55.0, None, 28.0)


class Treatment(NamedTuple):
    """Who takes what."""

    group: Group
    sentence: str


TREATMENTS = {
    "tablet": Treatment(WOMAN, f"anastrozole 1 mg daily from month 1 for {LONGEST} months"),
    "antibody": Treatment(WOMAN, "denosumab 60 mg every 6 months for 18 months"),
    "infusion": Treatment(
        WOMAN, f"zoledronic acid 5 mg every 12 months + letrozole 2.5 mg daily from month 2 for {DAILY} months"
    ),
    "weekly": Treatment(WOMAN, f"alendronate 70 mg weekly from month 0.5 for {5 + DAILY // 2} months"),
    "patch": Treatment(
        WOMAN,
        "estradiol patch 50 ug/day from month 1 for 20 months pause month 6 to 9 + calcium 600 mg daily",
    ),
    "gel": Treatment(MAN, f"testosterone gel 50 mg daily for {DAILY} months + vitamin D 800 IU daily"),
    "injection": Treatment(
        MAN,
        "testosterone enanthate 200 mg every 2 weeks from month 2 for 14 months pause month 6 to 10 + walking daily",
    ),
    "goserelin": Treatment(
        YOUNG_WOMAN,
        f"goserelin 3.6 mg every 28 days for 24 months + exemestane 25 mg daily from month 3 for {DAILY} months",
    ),
    "tamoxifen": Treatment(YOUNG_WOMAN, f"tamoxifen 20 mg daily for {DAILY + 1} months adherence 80 %"),
    "surgery": Treatment(
        YOUNG_WOMAN,
        "bilateral oophorectomy from month 4"
        " + risedronate 35 mg weekly from month 6 for 8 months pause month 8 to 10",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def cases():
    """Ten treatments, each of as many virtual people of one group."""
    rng = np.random.default_rng(SEED)
    made = []
    for group, sentence in TREATMENTS.values():
        table = values([group], lambda _purpose: np.clip(rng.standard_normal(PEOPLE), -2.0, 2.0))
        people = {name: np.broadcast_to(np.asarray(value, float), (PEOPLE,)).copy() for name, value in table.items()}
        regimen = Regimen.parse(sentence)
        made.append(Case(group, people, regimen, MONTHS, Arm(group, regimen).start_month))
    return dict(zip(TREATMENTS, made, strict=True))


@pytest.fixture(scope="module")
def exact(cases):
    """The general solver's density, shape (sites, outputs, people)."""
    return dict(zip(cases, solve(list(cases.values())), strict=True))


def exported(case):
    """Density by libRoadRunner, shape (sites, outputs, people)."""
    first = {name: value[0] for name, value in case.people.items()}
    document = sbml.document(first, case.regimen, case.start_month)
    numbers = document.numbers(case.people, case.start_month)
    options = {"relative": 1e-8 if ALL else 1e-7, "optimise": "DEFAULT" if ALL else "NONE"}
    return simulate(document, numbers, case.months.tolist(), SITES, **options)


@pytest.mark.slow
@pytest.mark.parametrize("name", TREATMENTS)
def test_exported_equations_agree_with_the_general_solver_and_with_the_engine(one_shape, cases, exact, name):
    found = exported(cases[name])
    assert np.abs(found / exact[name] - 1.0).max() < TO_REFERENCE
    assert np.abs(found / engine(cases[name], PRECISE) - 1.0).max() < TO_ENGINE


def test_treatments_move_density_by_more_than_the_tolerance(one_shape, cases):
    """Nobody agrees by being untouched."""
    for case in cases.values():
        without = case._replace(regimen=Regimen())
        moved = engine(case, DEFAULT) / engine(without, DEFAULT) - 1.0
        assert np.abs(moved).max() > 50 * TO_ENGINE, str(case.regimen)
