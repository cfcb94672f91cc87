"""Times of events and noise of measurements, by definition."""

import numpy as np
import pytest

from osteocast.measure import dxa
from osteocast.trials.follow_up import Clock, follow_up
from osteocast.trials.observe import observed
from osteocast.trials.reading import parse_design
from trial_designs import RICH

UNIFORM = np.array([0.1, 0.5, 0.9, 0.999])


def test_a_constant_hazard_gives_exponential_times():
    clock = Clock(lambda purpose: UNIFORM, "x")
    for first in range(0, 1200, 6):
        clock.run(first, first + 6, np.full(4, 0.5))
    np.testing.assert_allclose(clock.month, -np.log(1 - UNIFORM) / 0.5 * 12, rtol=1e-12)


def test_hazards_add_up_over_intervals():
    clock = Clock(lambda purpose: UNIFORM, "x")
    clock.run(0, 12, np.zeros(4))
    clock.run(12, 24, np.full(4, 1.0))
    clock.run(24, 36, np.full(4, 2.0))
    left = -np.log(1 - UNIFORM)
    expected = np.where(left < 1, 12 + 12 * left, np.where(left < 3, 24 + 6 * (left - 1), np.inf))
    np.testing.assert_allclose(clock.month, expected)


def test_treatment_ends_at_visits_and_at_the_rate_asked_for():
    design = parse_design(RICH)
    grid = np.linspace(0.0005, 0.9995, 1000)
    found = follow_up(design, "letrozole", np.full(1000, 66.0), lambda purpose: grid, np.array([0.0, 12.0, 18.0]))
    assert set(found.stop) == {-1, 1, 2}
    assert np.mean(found.stop >= 0) == pytest.approx(1 - np.exp(-0.3 * 1.5), abs=2e-3)
    assert np.mean(found.stop == 1) == pytest.approx(1 - np.exp(-0.3), abs=2e-3)  # nearer to month 6 than to 18
    assert np.mean(found.dropout <= 18) == pytest.approx(1 - np.exp(-0.2 * 1.5), abs=2e-3)
    assert np.all(follow_up(design, "none", np.full(9, 66.0), lambda p: grid[:9], np.array([0.0, 18.0])).stop == -1)


def test_scan_noise_is_that_of_the_table_and_one_scan_gives_both_numbers():
    design = parse_design(RICH)
    z = np.random.default_rng(1).normal(size=20_000)
    density = np.full(20_000, 0.9)
    seen = observed(design, "lumbar_spine", 6.0, density, lambda purpose: z)
    assert 100 * seen.std() / 0.9 == pytest.approx(dxa.precision("lumbar_spine").cv_pct, rel=0.03)
    t = observed(design, "t_score_lumbar_spine", 6.0, dxa.t_score(density, "lumbar_spine"), lambda purpose: z)
    np.testing.assert_allclose(dxa.bmd(t, "lumbar_spine"), seen)


def test_assay_noise_keeps_the_mean():
    design = parse_design(RICH)
    z = np.random.default_rng(2).normal(size=100_000)
    seen = observed(design, "sCTX", 6.0, np.full(100_000, 2.0), lambda purpose: z)
    assert seen.mean() == pytest.approx(2.0, rel=2e-3) and seen.std() / seen.mean() == pytest.approx(0.10, rel=0.03)
    quiet = parse_design(RICH.replace("assays: {sCTX: 10}", "assays: {}"))
    np.testing.assert_array_equal(observed(quiet, "sCTX", 6.0, np.ones(3), lambda purpose: z[:3]), np.ones(3))
