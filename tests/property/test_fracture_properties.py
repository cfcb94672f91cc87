"""Laws of the fracture rates that hold for everybody."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from osteocast.fracture import (
    FACTORS,
    MAJOR,
    MULTIPLE,
    NONVERTEBRAL,
    OUTCOMES,
    POPULATIONS,
    cumulative_incidence,
    death_rate_per_year,
    rate_per_year,
)

ages = st.floats(41.0, 95.0)
t_scores = st.floats(-4.5, 2.0)
folds = st.floats(0.2, 5.0)
sexes = st.sampled_from(("female", "male"))
outcomes = st.sampled_from((*OUTCOMES, MULTIPLE, NONVERTEBRAL))
populations = st.sampled_from(POPULATIONS)
MONTHS = np.arange(0.0, 121.0, 6.0)


@given(outcomes, sexes, ages, t_scores, st.floats(0.01, 2.0), folds, populations)
def test_lower_density_never_means_a_lower_rate(outcome, sex, age, t, less, fold, population):
    given = {"sex": sex, "age": age, "turnover": fold, "population": population}
    for scans in ({"lumbar_spine": 1.0, "femoral_neck": 1.0}, {"total_hip": 1.0}):
        high = rate_per_year(outcome, **given, t_scores={site: t * x for site, x in scans.items()})
        low = rate_per_year(outcome, **given, t_scores={site: t * x - less for site, x in scans.items()})
        assert low > high


@given(outcomes, sexes, ages, folds, st.floats(1.0, 3.0))
def test_faster_turnover_never_means_a_lower_rate(outcome, sex, age, fold, more):
    given = {"sex": sex, "age": age}
    assert rate_per_year(outcome, **given, turnover=fold * more) >= rate_per_year(outcome, **given, turnover=fold) * (
        1.0 - 1e-12
    )


@given(outcomes, sexes, st.floats(41.0, 90.0), st.floats(0.1, 5.0), populations)
def test_the_rate_rises_with_age(outcome, sex, age, later, population):
    """In people of unknown density. Wrist and upper arm level off; published wrist rates fall by 1.6 % after 85."""
    now, then = (rate_per_year(outcome, sex=sex, age=a, population=population) for a in (age, age + later))
    assert then > now * (0.98 if outcome == "wrist" else 1.0 - 1e-12)


@given(outcomes, sexes, ages, st.sampled_from([name for name in FACTORS if name != "bmi"]), st.booleans())
def test_a_risk_factor_never_lowers_the_rate(outcome, sex, age, factor, density):
    scans = {"femoral_neck": -1.5, "lumbar_spine": -1.0} if density else None
    with_, without, unknown = (
        rate_per_year(outcome, sex=sex, age=age, t_scores=scans, factors={factor: x}) for x in (1.0, 0.0, np.nan)
    )
    assert with_ > unknown > without


@given(outcomes, sexes, st.floats(41.0, 90.0), t_scores, folds, populations)
def test_probabilities_are_probabilities(outcome, sex, age, t, fold, population):
    along = age + MONTHS / 12.0
    rate = rate_per_year(
        outcome, sex=sex, age=along, t_scores={"femoral_neck": t, "lumbar_spine": t}, turnover=fold,
        population=population,
    )  # fmt: skip
    p = cumulative_incidence(MONTHS, rate, death_rate_per_year(sex, along, population))
    assert np.all(np.diff(p) >= 0.0) and p[0] == 0.0 and 0.0 < p[-1] < 1.0


@given(sexes, ages, t_scores, folds)
def test_sums(sex, age, t, fold):
    given = {"sex": sex, "age": age, "t_scores": {"femoral_neck": t, "lumbar_spine": t}, "turnover": fold}
    each = {site: rate_per_year(site, **given) for site in MAJOR}
    mof, any_ = rate_per_year("mof", **given), rate_per_year("any_clinical", **given)
    assert rate_per_year(NONVERTEBRAL, **given) == pytest.approx(any_ - each["vertebral_clinical"])
    assert mof == pytest.approx(sum(each.values())) and any_ > mof > max(each.values())
    assert rate_per_year(MULTIPLE, **given) < rate_per_year("vertebral_morphometric", **given)


@given(sexes, ages, st.floats(0.005, 0.2), st.floats(1.1, 5.0))
def test_more_death_means_fewer_fractures(sex, age, death, times):
    rate = rate_per_year("mof", sex=sex, age=age + MONTHS / 12.0)
    few, many = (cumulative_incidence(MONTHS, rate, np.full(len(MONTHS), death * x))[-1] for x in (times, 1.0))
    assert few < many


@given(st.integers(1, 6), st.integers(1, 6))
def test_shapes_broadcast(points, people):
    """One person alone has the same rate as within a batch."""
    rng = np.random.default_rng(points * 10 + people)
    age = np.linspace(60.0, 70.0, points)[:, None] + np.zeros((1, people))
    t, fold = rng.normal(-1.0, 1.0, (points, people)), rng.uniform(0.5, 2.5, (points, people))
    smoker = rng.integers(0, 2, people).astype(float)
    together = rate_per_year(
        "any_clinical", sex="female", age=age, t_scores={"femoral_neck": t}, turnover=fold, factors={"smoker": smoker}
    )
    assert together.shape == (points, people)
    i, j = points - 1, people - 1
    alone = rate_per_year(
        "any_clinical", sex="female", age=age[i, j], t_scores={"femoral_neck": t[i, j]}, turnover=fold[i, j],
        factors={"smoker": smoker[j]},
    )  # fmt: skip
    assert alone == pytest.approx(together[i, j])
