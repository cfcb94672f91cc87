"""The benchmark asks every simulator the same question, and its fixed-step peer gives the same answer."""

import numpy as np
import pytest

from osteocast.bench import ours, rk4
from osteocast.bench.cases import MONTHS, WANTED, case
from osteocast.bench.equations import dose_days
from osteocast.bench.measure import Measured
from osteocast.bench.report import PEERS, errors, slope


def test_more_people_are_the_same_people_and_more():
    few, many = case("daily", 5), case("daily", 40)
    assert (few.people, many.people) == (5, 40)
    for name, value in few.values.items():
        if np.ndim(value):
            np.testing.assert_array_equal(value, many.some(0, 5).values[name])


def test_each_tablet_is_a_dose():
    days = dose_days(case("daily", 1))
    assert len(days) >= 1826 and np.allclose(np.diff(days[:1000]), 1.0)
    assert len(dose_days(case("untreated", 1))) == 0


def test_every_kind_of_simulator_is_asked():
    for kind, questions in {
        "rk4": {"untreated", "daily"},
        "libroadrunner": {"untreated", "daily"},
        "scipy": {"untreated"},
        "diffrax": {"untreated"},
    }.items():
        assert {peer.question for peer in PEERS if peer.name.startswith(kind)} == questions


@pytest.mark.slow
def test_a_plain_runge_kutta_gives_the_densities_of_the_engine():
    """Another integrator, another loop, the same equations and exposure: within the engine's promise."""
    asked = case("untreated", 4)
    engine, peer = ours.solve(asked), rk4.solve(asked)
    assert engine.shape == peer.shape == (len(WANTED), len(MONTHS), 4)
    assert np.abs(engine / peer - 1.0).max() <= 5e-4


def test_errors_and_slope():
    exact = np.full((4, 11, 8), 0.8)
    off = Measured(8, 1.0, 0.0, exact[..., :2] * 1.001)
    assert errors(off, exact) == pytest.approx((1e-3, 1e-3))
    assert slope([{"persons": 10, "wall_s": 1.0}, {"persons": 1000, "wall_s": 100.0}]) == pytest.approx(1.0)
    assert Measured(50, 2.0, 0.0, exact).person_decades_per_s == 25.0
