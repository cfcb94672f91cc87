"""The engine against a general solver at tight tolerance, on every drug that acts. `benchmarks/accuracy.py`
does the same on 200 random pairs of person and regimen over years."""

from dataclasses import replace

import numpy as np
import pytest

from crosscheck.reference import engine, modelled_ids, random_case, random_item, solve
from osteocast.engine.run import DEFAULT, PRECISE
from osteocast.model import assemble
from osteocast.regimen import Regimen
from osteocast.trials.published import Arm

SEED = 2
CASES, PEOPLE, OUTPUTS = 8, 16, 8
LARGEST, ROOT_MEAN_SQUARE, LARGEST_PRECISE = 5e-4, 1e-4, 1e-5
"""Relative error of density, from the issue; a scanner's least significant change is a hundred times more."""


@pytest.fixture(scope="module")
def cases():
    """Every drug once, dealt out to eight regimens of two or three items, over two to three years."""
    rng = np.random.default_rng(SEED)
    deck = list(rng.permutation(modelled_ids()))
    dealt = []
    for i in range(CASES):
        horizon = float(rng.integers(24, 37))
        case = random_case(rng, deck[i], PEOPLE, horizon, OUTPUTS, both=0.0, cycling=float(i % 3 == 2))
        more = tuple(random_item(rng, name, horizon) for name in deck[i + CASES :: CASES])
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


@pytest.mark.slow
def test_default_step_is_as_exact_as_promised(one_shape, cases, exact):
    errors = relative_errors(cases, exact, DEFAULT)
    assert max(np.abs(one).max() for one in errors) <= LARGEST, worst(cases, errors)
    # The root mean square of each regimen alone, so that no smooth one hides a rough one.
    for case, one in zip(cases, errors, strict=True):
        assert np.sqrt(np.mean(one**2)) <= ROOT_MEAN_SQUARE, case.regimen


@pytest.mark.slow
def test_precise_step_is_exact_for_every_practical_purpose(one_shape, cases, exact):
    errors = relative_errors(cases, exact, PRECISE)
    assert max(np.abs(one).max() for one in errors) < LARGEST_PRECISE, worst(cases, errors)


def test_the_comparison_would_notice_a_wrong_dose(one_shape, cases, exact):
    """One per cent more of a drug moves density by more than the tolerance of the precise step: the two engines
    could not agree by accident."""
    noticed = 0
    for case, one in zip(cases, exact, strict=True):
        first = case.regimen.items[0]
        if first.amount is None:
            continue
        changed = Regimen((replace(first, amount=first.amount * 1.01), *case.regimen.items[1:]))
        moved = engine(case._replace(regimen=changed), DEFAULT) / engine(case, DEFAULT) - 1.0
        noticed += np.abs(moved).max() > LARGEST_PRECISE
    assert noticed >= 2
