"""Competing death, dates of events and the split, in cases with a closed form."""

import numpy as np
import pytest

from osteocast.fracture import Course, cumulative_hazard, cumulative_incidence, event_months, forecast
from osteocast.fracture.hazard import Parts
from osteocast.fracture.split import split

MONTHS = np.arange(0.0, 121.0, 3.0)


def test_constant_rates_are_exact():
    """h / (h + m) (1 - exp(-(h + m) t)), whatever the grid."""
    h, m = 0.02, 0.05
    exact = h / (h + m) * (1.0 - np.exp(-(h + m) * 10.0))
    for months in (MONTHS, np.array([0.0, 120.0]), np.array([0.0, 1.0, 50.0, 120.0])):
        ones = np.ones(len(months))
        assert cumulative_incidence(months, h * ones, m * ones)[-1] == pytest.approx(exact, rel=1e-12)


def test_rates_constant_in_two_pieces_are_exact():
    """Rates step at year 5 from (0.01, 0.02) to (0.03, 0.1); a step is two points of the grid close together."""
    months = np.array([0.0, 60.0, 60.0 + 1e-9, 120.0])
    rate, death = np.array([0.01, 0.01, 0.03, 0.03]), np.array([0.02, 0.02, 0.1, 0.1])
    first = 0.01 / 0.03 * (1 - np.exp(-0.03 * 5))
    exact = first + np.exp(-0.03 * 5) * 0.03 / 0.13 * (1 - np.exp(-0.13 * 5))
    assert cumulative_incidence(months, rate, death)[-1] == pytest.approx(exact, rel=1e-8)


def test_no_death_and_no_fracture():
    zero, some = np.zeros(len(MONTHS)), np.full(len(MONTHS), 0.03)
    assert cumulative_incidence(MONTHS, some, zero)[-1] == pytest.approx(1.0 - np.exp(-0.3))
    assert np.all(cumulative_incidence(MONTHS, zero, zero) == 0.0)


def test_death_by_month_alone_serves_everybody():
    rate = np.full((len(MONTHS), 3), 0.02)
    death = np.linspace(0.01, 0.05, len(MONTHS))
    each = cumulative_incidence(MONTHS, rate, death)
    one = cumulative_incidence(MONTHS, rate[:, 0], death)
    assert each.shape == rate.shape and np.allclose(each, one[:, None])


def test_events_fall_where_the_hazard_reaches_the_number():
    """Rate 0.12 a year is 0.01 a month: -ln(1 - u) = 0.3 is month 30."""
    hazard = cumulative_hazard(MONTHS, np.full((len(MONTHS), 3), 0.12))
    found = event_months(MONTHS, hazard, np.array([1 - np.exp(-0.3), 0.0, 1 - np.exp(-1.3)]))
    assert found[:2] == pytest.approx([30.0, 0.0]) and np.isinf(found[2])


def test_events_happen_as_often_as_the_rates_say():
    rng = np.random.default_rng(5)
    rate = 0.02 * np.exp(0.05 * MONTHS / 12.0)[:, None] * np.ones((1, 40_000))
    found = event_months(MONTHS, cumulative_hazard(MONTHS, rate), rng.random(40_000))
    for month in (12.0, 60.0, 120.0):
        expected = 1.0 - np.exp(-0.02 / 0.05 * (np.exp(0.05 * month / 12.0) - 1.0))
        assert np.mean(found <= month) == pytest.approx(expected, abs=3.5 * np.sqrt(expected / 40_000))


def test_a_lower_rate_moves_the_same_person_s_event_later():
    u = np.linspace(0.0, 0.999, 200)
    rate = np.full((len(MONTHS), 200), 0.1)
    early = event_months(MONTHS, cumulative_hazard(MONTHS, rate), u)
    late = event_months(MONTHS, cumulative_hazard(MONTHS, 0.7 * rate), u)
    assert np.all(late >= early)


# ---- the split


def test_a_split_of_constant_factors_gives_them_back():
    one = np.ones((len(MONTHS), 4))
    without = Parts(0.01 * one, 2.0 * one, 1.0 * one, 1.0 * one)
    with_ = Parts(0.01 * one, 1.0 * one, 0.8 * one, 0.9 * one)
    found = split(MONTHS, [with_], [without])
    assert found.density == pytest.approx(0.5) and found.turnover == pytest.approx(0.8)
    assert found.unexplained == pytest.approx(0.9) and found.total == pytest.approx(0.36)


def test_the_parts_multiply_to_the_whole_whatever_the_course():
    rng = np.random.default_rng(3)

    def some():
        return [Parts(np.full((len(MONTHS), 5), 0.01), *rng.uniform(0.3, 2.0, (3, len(MONTHS), 5))) for _ in range(3)]

    found = split(MONTHS, some(), some())
    assert found.density * found.turnover * found.unexplained == pytest.approx(found.total)


# ---- a person


def course(t, fold, draws=3):
    shape = (len(MONTHS), draws)
    return Course(
        MONTHS, {"lumbar_spine": np.full(shape, t), "femoral_neck": np.full(shape, t)}, np.full(shape, fold)
    )


def test_a_person_s_forecast():
    found = forecast(course(-2.5, 2.1), sex="female", age=65, reference=course(-2.0, 1.65))
    hip = found["hip"]
    assert hip.years == tuple(range(1, 11)) and np.all(np.diff(hip.median) > 0.0)
    assert hip.lo90 == pytest.approx(hip.median), "all draws are alike"
    assert hip.through.density > 1.0 and hip.through.turnover > 1.0 and hip.through.unexplained == pytest.approx(1.0)
    assert found["any_clinical"].median[-1] > found["mof"].median[-1] > hip.median[-1]
    block = hip.to_dict()
    assert set(block) == {"years", "probability", "through", "tags", "sources"}
    assert set(block["probability"][0]) == {"median", "lo90", "hi90"}
    assert set(block["through"]) == {"total", "density", "turnover", "unexplained"}


def test_a_forecast_without_a_reference_or_turnover():
    bare = Course(MONTHS, {"femoral_neck": np.full((len(MONTHS), 2), -2.0)})
    found = forecast(bare, sex="male", age=70, outcomes=("hip", "vertebral_multiple"), years=(1, 5))
    assert found["hip"].through is None and found["hip"].years == (1, 5)
    assert 0.0 < found["vertebral_multiple"].median[0] < 1.0


def test_the_grid_of_the_course_does_not_matter():
    """Straight lines between its months: the same course on a coarse and on a fine grid."""
    fine = np.arange(0.0, 121.0)
    lines = {name: np.linspace(-1.5, -3.0, n)[:, None] for name, n in (("a", 121), ("b", 3))}
    one = forecast(Course(fine, {"femoral_neck": lines["a"]}), sex="female", age=60, outcomes=("hip",))
    two = forecast(Course(fine[::60], {"femoral_neck": lines["b"]}), sex="female", age=60, outcomes=("hip",))
    assert two["hip"].median == pytest.approx(one["hip"].median, rel=2e-3)


def test_testosterone_s_gain_lowers_nothing():
    gain, flat = course(-1.0, 0.8), course(-2.0, 1.0)
    counted = forecast(gain, sex="male", age=60, without_no_credit=flat, reference=flat)
    plain = forecast(flat, sex="male", age=60)
    for outcome, one in counted.items():
        assert one.median == pytest.approx(plain[outcome].median)
        assert one.through.total == pytest.approx(1.0)
