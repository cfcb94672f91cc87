"""A loop made for what people take gives the numbers of the loop made for everything."""

import numpy as np
import pytest

from osteocast.engine.run import run
from osteocast.engine.traits import traits_of
from osteocast.model import assemble
from osteocast.people.sample import Group
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


def test_the_pituitary_is_left_out_only_where_nobody_asks(sample):
    none, women, men = [Regimen.parse("none")], sample(WOMEN, PEOPLE), sample(MEN, PEOPLE)
    assert not traits_of(none, women, None, assemble.SITES).axis
    assert traits_of(none, women, None, ("LH",)).axis
    assert traits_of(none, men, None, assemble.SITES).axis
