"""One step of one state, x' = production - loss x: its end and its mean, in every limit."""

import numpy as np
import pytest
from mpmath import exp, mp, mpf

from osteocast.engine.accuracy import nodes
from osteocast.engine.step import relax

mp.dps = 40
CASES = [
    (x, production, loss, h)
    for x in (0.0, 1.0, 3.7)
    for production in (0.0, 1e-4, 0.02)
    for loss in (1e-9, 1e-6, 1e-4, 1e-2, 1.0, 50.0)
    for h in (1e-6, 1.0 / 16.0, 1.0, 16.0, 48.0)
]


def exactly(x, production, loss, h):
    """The same with forty digits."""
    x, production, loss, h = map(mpf, (x, production, loss, h))
    balance, z = production / loss, loss * h
    mean_decay = (1 - exp(-z)) / z
    return float(balance + (x - balance) * exp(-z)), float(balance + (x - balance) * mean_decay)


def test_end_and_mean_are_exact_at_every_size_of_step():
    """Loss x step from 1e-15 to 2,400, also across the switch to series: no digit that a density shows is lost."""
    for case in CASES:
        found = [float(value) for value in relax(*map(np.float64, case))]
        assert found == pytest.approx(exactly(*case), rel=1e-9, abs=1e-15), case


def test_no_time_changes_nothing():
    end, mean = relax(np.float64(2.5), 0.3, 0.1, 0.0)
    assert (float(end), float(mean)) == (2.5, 2.5)


def test_without_loss_it_rises_in_a_straight_line():
    end, mean = relax(np.float64(2.0), 0.5, 0.0, 4.0)
    assert (float(end), float(mean)) == pytest.approx((4.0, 3.0), rel=1e-15)


def test_an_endless_step_ends_in_balance():
    end, mean = relax(np.float64(7.0), 0.5, 0.25, 1e9)
    assert (float(end), float(mean)) == pytest.approx((2.0, 2.0), rel=1e-7)


def test_balance_stays():
    """Where production = loss x nothing moves, to rounding, whatever the step."""
    for loss in (1e-8, 3e-6, 1e-3, 0.1, 3.0):
        for h in (1.0 / 16.0, 2.0, 48.0):
            end, mean = relax(np.float64(1.0), loss, loss, h)
            assert float(end) == pytest.approx(1.0, abs=1e-14)
            assert float(mean) == pytest.approx(1.0, abs=1e-9)


def test_two_half_steps_are_one_step():
    whole = relax(np.float64(1.3), 0.02, 0.05, 8.0)
    half = relax(np.float64(1.3), 0.02, 0.05, 4.0)
    second = relax(half[0], 0.02, 0.05, 4.0)
    assert float(second[0]) == pytest.approx(float(whole[0]), rel=1e-14)
    assert float(half[1] + second[1]) / 2.0 == pytest.approx(float(whole[1]), rel=1e-13)


def test_sampling_weights_add_up_and_integrate_polynomials():
    """Gauss-Legendre in the cube root of the phase: weights sum to 1, and t is met exactly by four nodes; along the
    step t^3 by two."""
    at = nodes(4, 2)
    assert sum(at.weight) == pytest.approx(1.0) and all(0.0 < phase < 1.0 for phase in at.phase)
    assert len(at.phase) == len(at.position) == len(at.weight) == 8
    phases = sum(w * t for w, t in zip(at.weight, at.phase, strict=True))
    places = sum(w * t**3 for w, t in zip(at.weight, at.position, strict=True))
    assert (phases, places) == pytest.approx((0.5, 0.25))
