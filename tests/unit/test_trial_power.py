"""Sample size by simulation, against the formulas for normal outcomes and for survival."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from osteocast.errors import OsteocastError
from osteocast.trials.analysis.outcomes import Followed, Measured
from osteocast.trials.power import p_value, sample_size

POOL = 4000


def normal_pool(effect: float, ratio: int = 1) -> Measured:
    rng = np.random.default_rng(5)

    def arm(mean: float, n: int) -> np.ndarray:
        x = rng.normal(size=n)
        return mean + (x - x.mean()) / x.std(ddof=1)  # exactly the planted effect and spread

    y = np.concatenate([arm(effect, POOL * ratio), arm(0.0, POOL)])
    codes = np.repeat([0, 1], [POOL * ratio, POOL])
    return Measured(("new", "old"), codes, np.array([12.0]), rng.normal(size=len(y)), y[:, None])


def formula(effect: float, power: float, alpha: float = 0.05) -> float:
    return 2.0 * (norm.isf(alpha / 2) + norm.ppf(power)) ** 2 / effect**2


@pytest.mark.parametrize(("effect", "power", "analysis"), [(0.5, 0.8, "mean"), (0.4, 0.9, "ancova")])
def test_normal_outcomes_need_the_people_of_the_formula(effect, power, analysis):
    found = sample_size(normal_pool(effect), (0, 1), analysis, power=power, trials=300)
    # Student's t needs about one more person an arm than the normal formula.
    assert found.n[0] == pytest.approx(formula(effect, power) + 1.0, rel=0.12)
    assert found.n_lo95 <= formula(effect, power) + 1.0 <= found.n_hi95
    assert found.check.lo95 <= power <= found.check.hi95
    assert found.difference == pytest.approx(effect, abs=0.02)
    powers = [point.power for point in found.curve]
    assert powers[0] < power < powers[-1]


def test_unequal_allocation_needs_more_people_in_all():
    found = sample_size(normal_pool(0.5, ratio=2), (0, 1), "mean", shares=(2.0, 1.0), trials=300)
    assert found.n[0] == 2 * found.n[1]
    # One over n of the smaller arm: half of the sum of the inverses is that of equal arms.
    assert found.n[1] == pytest.approx(0.75 * formula(0.5, 0.8) + 1.0, rel=0.12)


def test_events_need_the_people_of_schoenfelds_formula():
    rng = np.random.default_rng(6)
    n, ratio = 8_000, 0.5
    at = np.concatenate([rng.exponential(40.0 / ratio, n), rng.exponential(40.0, n)])
    status = (at < 36.0).astype(int)
    data = Followed(("new", "old"), np.repeat([0, 1], n), np.minimum(at, 36.0), status)
    found = sample_size(data, (0, 1), "kaplan_meier", power=0.8, trials=60)
    events = 4.0 * (norm.isf(0.025) + norm.ppf(0.8)) ** 2 / np.log(ratio) ** 2
    assert sum(found.n) == pytest.approx(events / status.mean(), rel=0.25)


def test_the_same_seed_gives_the_same_answer_and_without_a_difference_alpha_is_the_power():
    data = normal_pool(0.8)
    first, again = (sample_size(data, (0, 1), "mean", trials=100) for _ in range(2))
    assert first == again
    same = normal_pool(0.0)
    rng = np.random.default_rng(8)
    p = [p_value(same.take(rng.choice(len(same.arm), 100)), "ancova") for _ in range(1000)]
    assert 0.03 <= np.mean(np.array(p) < 0.05) <= 0.07


def test_no_difference_and_impossible_power_are_said_in_a_sentence():
    with pytest.raises(OsteocastError, match="do not differ clearly"):
        sample_size(normal_pool(0.0), (0, 1), "mean")
    with pytest.raises(OsteocastError, match="power of 1 at"):
        sample_size(normal_pool(0.5), (0, 1), "mean", power=1.0)
