"""Regimens of people in a trial, worked out by hand."""

import numpy as np
import pytest

from osteocast.engine.schedule import breakpoints
from osteocast.regimen import Regimen
from osteocast.trials.reading import parse_design
from osteocast.trials.treatment import ADHERENCE_STEPS, NEVER, Taking, Treatments, active, ended, taken_in_part
from trial_designs import RICH


@pytest.mark.parametrize(
    ("before", "month", "after"),
    [
        ("letrozole 2.5 mg daily", 12, "letrozole 2.5 mg daily for 12 months"),
        ("letrozole 2.5 mg daily for 6 months", 12, "letrozole 2.5 mg daily for 6 months"),
        ("letrozole 2.5 mg daily from month 12", 12, "none"),
        ("zoledronic acid 4 mg once", 12, "zoledronic acid 4 mg once"),
        (
            "letrozole 2.5 mg daily for 60 months pause month 6 to 9 + zoledronic acid 4 mg every 6 months",
            8,
            "letrozole 2.5 mg daily for 6 months + zoledronic acid 4 mg every 6 months for 8 months",
        ),
        (
            "letrozole 2.5 mg daily for 60 months pause month 6 to 9",
            24,
            "letrozole 2.5 mg daily for 24 months pause month 6 to 9",
        ),
    ],
)
def test_ending_treatment(before, month, after):
    assert ended(Regimen.parse(before), month) == Regimen.parse(after)


def test_taking_a_share():
    whole = Regimen.parse("letrozole 2.5 mg daily + denosumab 60 mg every 6 months + alendronate 70 mg weekly")
    part = Regimen.parse(
        "letrozole 2.5 mg daily adherence 50 % + denosumab 60 mg every 6 months + alendronate 35 mg weekly"
    )
    assert taken_in_part(whole, 0.5) == part and taken_in_part(whole, 1.0) == whole
    assert taken_in_part(Regimen.parse("alendronate 70 mg weekly"), 0.0) == Regimen()


def test_when_treatment_is_on():
    months = np.array([0.0, 6.0, 7.0, 12.0, 13.0])
    regimen = Regimen.parse("letrozole 2.5 mg daily for 12 months pause month 6 to 9")
    np.testing.assert_array_equal(active(regimen, months), [True, True, False, True, False])


def test_the_grid_does_not_depend_on_who_is_in_the_batch():
    design = parse_design(RICH)
    one = Treatments(design.arm("letrozole"), design, (Regimen(),))
    full = ADHERENCE_STEPS
    batches = [
        [Taking(0, NEVER, full, (NEVER,))],
        [Taking(0, 1, 7, (1,)), Taking(0, 2, full, (0,)), Taking(0, NEVER, 3, (NEVER,))],
    ]
    days = [breakpoints(one.of(batch)[0], 548.0).tolist() for batch in batches]
    assert days[0] == days[1]
    most = [max(len(regimen.courses()) for regimen in one.of(batch)[0]) for batch in batches]
    assert most[0] == most[1] == 2


def test_each_person_has_their_own():
    design = parse_design(RICH)
    one = Treatments(
        design.arm("letrozole"),
        design,
        (Regimen(), Regimen.parse("alendronate 70 mg weekly from month -60 for 24 months")),
    )
    people = [Taking(0, NEVER, ADHERENCE_STEPS, (NEVER,)), Taking(1, 1, 10, (1,))]
    regimens, column = one.of(people)
    assert regimens[column[0]] == Regimen.parse("letrozole 2.5 mg daily")
    assert regimens[column[1]] == Regimen.parse(
        "alendronate 70 mg weekly from month -60 for 24 months + letrozole 2.5 mg daily for 6 months adherence 50 % "
        "+ zoledronic acid 4 mg every 6 months from month 6"
    )


def test_testosterone_prevents_no_fracture_in_a_trial():
    """Density rises on the gel, and yet nobody breaks a bone later than without it."""
    from osteocast.trials.memory import simulate

    design = parse_design(
        """
title: Old men with little testosterone
population: {sex: male, given: {age: {mean: 78, sd: 3}, t_score_total_hip: {mean: -3, sd: 0.5}, testosterone: 5}}
arms:
  - {name: gel, regimen: testosterone gel 50 mg daily}
  - {name: none, regimen: none}
every_arm: true
visits_month: [0, 60]
endpoints: [{quantity: lumbar_spine, month: 60}, {quantity: fracture, month: 60, measure: event}]
n: 150
seed: 3
"""
    )
    found = simulate(design)
    end = found.visits[found.visits.month == 60].groupby("arm").lumbar_spine.mean()
    assert end["gel"] > end["none"]
    first = found.events[found.events.event == "any_clinical"].pivot(index="person", columns="arm", values="month")
    assert len(first) >= 10
    assert (first["gel"] <= first["none"].fillna(np.inf)).all()
