"""A loop made for what people take gives the numbers of the loop made for everything."""

import numpy as np
import pytest

from osteocast.drugs.catalogue import card
from osteocast.engine.run import run
from osteocast.engine.traits import FILLED_BY, traits_of
from osteocast.model import assemble, mineral
from osteocast.people.sample import Group, shared
from osteocast.regimen import Regimen

PEOPLE = 8
MONTHS = np.array([0.0, 6.0, 18.0, 30.0])
WOMEN, MEN = Group("female", 60.0, 10.0, 27.0), Group("male", 60.0, None, 27.0)
CASES = [
    (WOMEN, "none"),
    (WOMEN, "anastrozole 1 mg daily for 12 months + denosumab 60 mg every 6 months for 12 months"),
    (WOMEN, "alendronate 70 mg weekly + calcium 500 mg daily"),
    (MEN, "testosterone gel 50 mg daily + anastrozole 1 mg daily"),
]
QUANTITIES = (*assemble.SITES, "sCTX", "P1NP", "E2")


@pytest.mark.parametrize(("group", "text"), CASES)
def test_lean_or_not_the_numbers_are_the_same(sample, group, text):
    found = [
        run(
            sample(group, PEOPLE),
            [Regimen.parse(text)],
            np.zeros(PEOPLE, int),
            MONTHS,
            start_month=-120.0,
            wanted=QUANTITIES,
            lean=lean,
        )
        for lean in (False, True)
    ]
    for name in QUANTITIES:
        np.testing.assert_allclose(found[1].quantity[name], found[0].quantity[name], rtol=1e-11, err_msg=name)


def test_what_is_left_in_bone_is_not_left_out(sample):
    """Nothing is taken any more, but the state still holds what was."""
    values = sample(WOMEN, PEOPLE)
    state = {name: np.full(PEOPLE, float(x)) for name, x in assemble.YOUNG_ADULT.items()}
    none = [Regimen.parse("none")]
    assert "buried" in traits_of(none, values, state, ()).idle
    held = state | {"buried": np.full(PEOPLE, 0.1)}
    assert "buried" not in traits_of(none, values, held, ()).idle


@pytest.mark.parametrize("text", ["none", "anastrozole 1 mg daily"])
def test_an_antibody_of_the_past_still_acts_where_nobody_takes_one(sample, text):
    """A loop made for these people has no course of an antibody, and gives what the loop for everything gives."""

    def course(antibody, lean):
        start = {name: np.full(PEOPLE, float(x)) for name, x in assemble.YOUNG_ADULT.items()}
        return run(
            sample(WOMEN, PEOPLE),
            [Regimen.parse(text)],
            np.zeros(PEOPLE, int),
            np.array([0.0, 1.0, 12.0]),
            start_month=0.0,
            state=start | {"antibody": np.full(PEOPLE, antibody)},
            wanted=("antibody", "lumbar_spine", "sCTX"),
            lean=lean,
        ).quantity

    whole, made, never = course(20.0, False), course(20.0, True), course(0.0, False)
    for name, expected in whole.items():
        np.testing.assert_allclose(made[name], expected, rtol=1e-12, atol=1e-15, err_msg=name)
    assert np.all(whole["antibody"][1] > 0.0)
    assert np.all(whole["sCTX"][1] < 0.7 * never["sCTX"][1])


def test_the_pituitary_is_left_out_only_where_nobody_asks(sample):
    none, women, men = [Regimen.parse("none")], sample(WOMEN, PEOPLE), sample(MEN, PEOPLE)
    assert not traits_of(none, women, None, assemble.SITES).axis
    assert traits_of(none, women, None, ("LH",)).axis
    assert traits_of(none, men, None, assemble.SITES).axis


@pytest.mark.parametrize("lean", [False, True])
def test_a_neighbour_on_denosumab_changes_nobody(sample, lean):
    """To the last bit: which loop runs follows from the regimens of the batch, not from who takes which."""
    regimens = [Regimen.parse("letrozole 2.5 mg daily"), Regimen.parse("denosumab 60 mg every 6 months from month 3")]
    found = [
        run(
            sample(WOMEN, PEOPLE),
            regimens,
            np.array([0] * (PEOPLE - 1) + [last]),
            MONTHS,
            start_month=-120.0,
            wanted=QUANTITIES,
            lean=lean,
        )
        for last in (0, 1)
    ]
    for name in QUANTITIES:
        np.testing.assert_array_equal(found[0].quantity[name][:, :-1], found[1].quantity[name][:, :-1], err_msg=name)


@pytest.mark.parametrize("name", ["calcium", "vitamin_d", "denosumab", "risedronate", "zoledronic_acid"])
def test_a_drug_fills_only_the_stores_that_are_not_left_out(sample, name):
    """Drugs that reach a store, in the loop made for each, give the stores of the loop made for everything."""
    regimens = [Regimen.parse(card(name).usual)]
    found = [
        run(
            sample(WOMEN, 2),
            regimens,
            np.zeros(2, int),
            np.array([0.0, 7.0]),
            start_month=-24.0,
            wanted=("sCTX",),
            lean=lean,
        ).state
        for lean in (False, True)
    ]
    for store in FILLED_BY:
        np.testing.assert_allclose(found[1][store], found[0][store], rtol=1e-9, atol=1e-15, err_msg=store)


def test_every_channel_that_fills_a_store_is_listed():
    """A channel that gives an empty store any production stands in `FILLED_BY`."""
    from types import SimpleNamespace

    nothing = dict.fromkeys(assemble.DRIVES, 0.0)
    known = shared("female")
    state = SimpleNamespace(**assemble.YOUNG_ADULT)
    balances = {each.name: each.balance for each in (*assemble.STORES, *assemble.RESORBING)}
    assert set(FILLED_BY) == set(assemble.EMPTY)

    def production(store, **given):
        drive = SimpleNamespace(**nothing | given)
        p = SimpleNamespace(**known, bmi=27.0)
        inputs = {name: getattr(drive, name) for name in assemble.LINEAR}
        seen = SimpleNamespace(**vars(state) | inputs, pth=mineral.pth(drive, p), rankl_left=1.0)
        return float(balances[store](seen, p)[0])

    for store, listed in FILLED_BY.items():
        assert production(store) == pytest.approx(0.0, abs=1e-15)
        for channel in ("calcium", "vitamin_d", *assemble.LINEAR):
            made = production(store, **{channel: 10.0})
            if abs(made) > 1e-12:
                assert channel in listed, f"{channel} fills {store}"
