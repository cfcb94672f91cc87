"""The fast posterior of a person against the No-U-Turn sampler, and the density that it follows against NumPy's.

The summaries in `twin_reference.json` are made by `benchmarks/twin_reference.py`, which compares all of them.
"""

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from osteocast.errors import OsteocastError
from osteocast.people.person import History, Measurement, PastRegimen, Person
from osteocast.twin import likelihood, past
from osteocast.twin.inference import concluded, weighed
from osteocast.twin.prior import Prior
from osteocast.twin.reference import refer
from osteocast.twin.smooth_prior import SmoothPrior
from synthetic_person import AI, Plan, made, plans, scans
from twin_summaries import differences, fast_summary, summary

STORED = json.loads((Path(__file__).parent / "twin_reference.json").read_text(encoding="utf-8"))
TODAY = dt.date(2025, 6, 2)


def untreated(name, value, unit):
    return Measurement(name=name, value=value, unit=unit, date=TODAY)


KNOWN = {
    "little": Person(name="little", sex="female", age=56, date=TODAY),
    "before": Person(
        name="before", sex="female", age=44, menopause_kind="premenopausal", date=TODAY,
        hormones=(untreated("E2", 300, "pmol/L"),), history=History(prior_fracture=False),
    ),
    "man": Person(
        name="man", sex="male", age=60, bmi=28, date=TODAY, history=History(prior_fracture=True),
        hormones=(untreated("T", 11, "nmol/L"), untreated("E2", 70, "pmol/L"), untreated("LH", 6, "IU/L")),
    ),
    "surgery": Person(
        name="surgery", sex="female", age=50, menopause_kind="surgical", age_at_menopause=45, calcium_mg_day=900,
        date=TODAY, hormones=(untreated("E2", 12, "pmol/L"), untreated("25OHD", 60, "nmol/L")),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", KNOWN)
def test_what_normal_numbers_stand_for_is_the_same_with_and_without_derivatives(name):
    import jax

    prior = Prior(KNOWN[name])
    z = 1.5 * np.random.default_rng(2).standard_normal((len(prior.names), 6))
    plain, smooth = prior.draw(z, 0), SmoothPrior(prior)
    found = jax.vmap(smooth)(z.T)
    assert set(found.values) == set(plain.draws.values)
    for key, value in plain.draws.values.items():
        np.testing.assert_allclose(
            np.broadcast_to(found.values[key], 6), np.broadcast_to(value, 6), 1e-10, err_msg=key
        )
    np.testing.assert_allclose(found.density_mean, plain.density_mean, 1e-10)
    np.testing.assert_allclose(found.log_weight, plain.log_weight, 1e-10, 1e-12)
    np.testing.assert_allclose(smooth.density_root, plain.density_root)


@pytest.fixture(scope="module")
def person():
    """A woman two years on an inhibitor, with a scan before and after, and a level below its limit."""
    taken = (PastRegimen(f"{AI} from month -24"),)
    known = Person(name="small", sex="female", age=58, age_at_menopause=53, bmi=25, past_regimens=taken)
    plan = Plan(known, scans(-24, 0, sites=("lumbar_spine",)), (("E2", "pmol/L", 0, 4.0),))
    (truth,) = made(plan, 1, 8)
    assert truth.person.hormones[0].below
    return truth.person


CHAINS = 16


@pytest.mark.slow
def test_log_density_and_gradient(person):
    from osteocast.twin.smooth_density import LogDensity

    fast = weighed(person, 3, 200)
    prior, found = fast.prior, fast.found
    plan = past.plan(person, found.drawn.draws, prior.seen.months, adherence_unknown=False)
    z = found.z[:, :CHAINS]
    density = LogDensity(prior, plan, 1.0, CHAINS)
    value, gradient = density(z.T)
    expected = found.fit.log_likelihood[:CHAINS] - 0.5 * np.sum(z**2, axis=0)
    np.testing.assert_allclose(value - expected, np.full(CHAINS, np.mean(value - expected)), atol=1e-6)
    for i in np.argsort(-np.abs(gradient[0]))[:3]:
        ends = np.repeat(z[:, :1].T, 2, axis=0)
        ends[:, i] += (1e-4, -1e-4)
        up, down = density(ends)[0]
        assert gradient[0, i] == pytest.approx((up - down) / 2e-4, rel=1e-5)


@pytest.mark.slow
def test_log_density_where_adherence_is_in_question(person):
    """The sum over the shares of doses taken; each is lived on a time grid of its own by the fast path."""
    import jax

    from osteocast.twin.smooth_density import QUICK_COMPILE, LogDensity

    prior, power, points = Prior(person), 0.6, 6
    z = np.random.default_rng(4).standard_normal((len(prior.names), points))
    five = np.repeat(z, len(past.LEVELS), axis=1)
    drawn = prior.draw(five, 0)
    lived = past.live(person, drawn.draws, prior.seen.months, lambda _: np.zeros(0), adherence_unknown=True)
    by_level = power * likelihood.fit(prior.seen, drawn, lived).log_likelihood.reshape(points, -1)
    expected = np.logaddexp.reduce(by_level, axis=1) - 0.5 * np.sum(z**2, axis=0)
    plan = past.plan(person, drawn.draws, prior.seen.months, adherence_unknown=True)
    density = LogDensity(prior, plan, power, points)
    at = jax.jit(jax.vmap(density.at, (0, None, None)), compiler_options=QUICK_COMPILE)
    value = np.asarray(at(z.T, density.measured, power))
    np.testing.assert_allclose(value - expected, np.full(points, np.mean(value - expected)), atol=0.02)
    assert np.ptp(expected) > 0.5


@pytest.mark.slow
def test_fast_and_reference_agree(person):
    """480 transitions, so the ends of an interval have some noise of their own."""
    found = refer(person, seed=3, chains=CHAINS, warmup=10, per_chain=30)
    assert found.r_hat < 1.1 and found.effective > 150
    medians, ends = differences(summary(concluded(found.fast, 4000, 3), "none"), summary(found.twin, "none"))
    assert max(medians) < 0.1 and max(ends) < 0.2


@pytest.mark.slow
def test_the_fast_path_agrees_with_the_stored_reference():
    medians, ends = [], []
    for number in list(STORED)[:6]:
        found = differences(fast_summary(int(number)), STORED[number]["t_score"])
        medians += found[0]
        ends += found[1]
    assert max(medians) <= 0.1
    assert np.mean(np.array(ends) <= 0.15) >= 0.95 and max(ends) <= 0.3


def test_stored_people_are_well_sampled():
    assert {one["life"] for one in STORED.values()} == set(plans())
    for one in STORED.values():
        assert one["r_hat"] < 1.05 and one["effective"] > 200 and one["divergent"] < 0.05


def test_doses_missed_at_random_are_refused():
    taken = (PastRegimen("zoledronic acid 4 mg every 6 months from month -24 adherence 60 %"),)
    person = replace(KNOWN["little"], past_regimens=taken)
    with pytest.raises(OsteocastError, match="missed at random"):
        refer(person, per_round=100)
