"""The engine against a general solver at tight tolerance, on every drug that acts. `benchmarks/accuracy.py`
does the same on 200 random pairs of person and regimen over years."""

from dataclasses import replace

import numpy as np
import pytest

from crosscheck.reference import engine, held_in_bone, modelled_ids, random_case, random_item, solve
from osteocast.engine.accuracy import DEFAULT, PRECISE
from osteocast.model import assemble
from osteocast.regimen import Regimen
from osteocast.trials.published import Arm

SEED = 20260
CASES, HORMONAL, PEOPLE, OUTPUTS = 8, 5, 16, 8
MEN = (1, 6)
"""Places of the cases that are men."""
LARGEST, ROOT_MEAN_SQUARE, LARGEST_PRECISE = 5e-4, 1e-4, 1e-5
"""Relative error of density, from the issue; a scanner's least significant change is a hundred times more."""


@pytest.fixture(scope="module")
def cases():
    """Every drug that acts at least once, dealt out to regimens of two or three items over two to three years:
    the first `HORMONAL` without drugs held in bone, the others with one or two of them on top."""
    rng = np.random.default_rng(SEED)
    bone = held_in_bone()
    hormonal = [str(name) for name in rng.permutation(modelled_ids()) if name not in bone]
    bone = [str(name) for name in rng.permutation(bone)]
    hands = [hormonal[i::HORMONAL] for i in range(HORMONAL)]
    hands += [[*bone[i :: CASES - HORMONAL], hormonal[i]] for i in range(CASES - HORMONAL)]
    dealt = []
    for i, hand in enumerate(hands):
        horizon = float(rng.integers(24, 37))
        kind = {"cycling": float(i % 4 == 3), "male": float(i in MEN)}
        case = random_case(rng, hand[0], PEOPLE, horizon, OUTPUTS, both=0.0, **kind)
        more = tuple(random_item(rng, name, horizon) for name in hand[1:])
        regimen = Regimen(case.regimen.items + more)
        dealt.append(case._replace(regimen=regimen, start_month=Arm(case.group, regimen).start_month))
    assert {item.card_id for case in dealt for item in case.regimen.items} == set(modelled_ids())
    return dealt


@pytest.fixture(scope="module")
def exact(cases):
    """The general solver's density, per case of shape (sites, outputs, people)."""
    return solve(cases)


def relative_errors(cases, exact, accuracy):
    return [engine(case, accuracy) / one - 1.0 for case, one in zip(cases, exact, strict=True)]


def worst(cases, errors):
    """The case that is furthest off, in words."""
    largest = [float(np.abs(one).max()) for one in errors]
    i = int(np.argmax(largest))
    site = assemble.SITES[int(np.argmax(np.abs(errors[i]).max(axis=(1, 2))))]
    return f"{largest[i]:.1e} at {site} on {cases[i].regimen}"


KINDS = pytest.mark.parametrize(
    "chosen",
    [
        pytest.param(slice(0, HORMONAL), id="hormonal"),
        pytest.param(slice(HORMONAL, CASES), id="held in bone"),
    ],
)


@pytest.mark.slow
@KINDS
def test_default_step_is_as_exact_as_promised(one_shape, cases, exact, chosen):
    errors = relative_errors(cases[chosen], exact[chosen], DEFAULT)
    assert max(np.abs(one).max() for one in errors) <= LARGEST, worst(cases[chosen], errors)
    assert np.sqrt(np.mean(np.concatenate(errors, axis=2) ** 2)) <= ROOT_MEAN_SQUARE


@pytest.mark.slow
@KINDS
def test_precise_step_is_exact_for_every_practical_purpose(one_shape, cases, exact, chosen):
    errors = relative_errors(cases[chosen], exact[chosen], PRECISE)
    assert max(np.abs(one).max() for one in errors) < LARGEST_PRECISE, worst(cases[chosen], errors)


def test_the_comparison_would_notice_a_wrong_dose(one_shape, cases):
    """One per cent more of a drug moves density by more than the tolerance of the precise step: the two engines
    could not agree by accident."""
    noticed = 0
    for case in cases:
        first = case.regimen.items[0]
        if first.amount is None:
            continue
        changed = Regimen((replace(first, amount=first.amount * 1.01), *case.regimen.items[1:]))
        moved = engine(case._replace(regimen=changed), DEFAULT) / engine(case, DEFAULT) - 1.0
        noticed += np.abs(moved).max() > LARGEST_PRECISE
    assert noticed >= 2
