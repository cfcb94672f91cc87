"""Analysis of trials against answers known beforehand: planted differences, coverage, hand-computed examples."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from osteocast.errors import OsteocastError
from osteocast.trials.analysis import analyse, spread
from osteocast.trials.analysis import percentiles as percentiles_module
from osteocast.trials.analysis import repeated as repeated_module
from synthetic_trial import NO_EVENTS, Arm, Endpoint, Plan, trial

PLANTED = 2.0


def contrast(kind: str, n: int, seed: int, loss: float = 0.0):
    people, visits = trial(n, seed, difference=PLANTED, loss=loss)
    return analyse(Plan((Endpoint(analysis=kind),)), people, visits, NO_EVENTS).contrasts[0]


@pytest.mark.parametrize(("kind", "loss"), [("ancova", 0.0), ("mmrm", 0.3), ("mean", 0.0), ("median", 0.0)])
def test_the_planted_difference_is_found_and_intervals_cover(kind, loss):
    found = [contrast(kind, 60, seed, loss) for seed in range(120)]
    differences = np.array([one.difference for one in found])
    covered = np.mean([one.lo95 < PLANTED < one.hi95 for one in found])
    standard_error = differences.std(ddof=1) / len(found) ** 0.5
    assert abs(differences.mean() - PLANTED) < 3.0 * standard_error
    assert 0.89 <= covered <= 0.99  # 0.95, with the Monte Carlo error of 120 trials


def test_repeated_measures_withstand_loss_of_those_who_lost_most_and_covariance_does_not():
    seeds = range(60)
    mmrm = np.mean([contrast("mmrm", 80, seed, 0.35).difference for seed in seeds])
    ancova = np.mean([contrast("ancova", 80, seed, 0.35).difference for seed in seeds])
    assert abs(mmrm - PLANTED) < 0.5 * abs(ancova - PLANTED)


def test_without_loss_repeated_measures_give_the_answer_of_covariance():
    people, visits = trial(40, 3, difference=PLANTED)
    mmrm, ancova = (
        analyse(Plan((Endpoint(analysis=kind),)), people, visits, NO_EVENTS) for kind in ("mmrm", "ancova")
    )
    assert mmrm.contrasts[0].difference == pytest.approx(ancova.contrasts[0].difference, abs=1e-6)
    adjusted = [one.endpoints[0].adjusted_mean for one in mmrm.arms]
    assert adjusted == pytest.approx([one.endpoints[0].adjusted_mean for one in ancova.arms], abs=1e-6)


def test_too_large_a_table_is_analysed_by_covariance_and_says_so(monkeypatch):
    monkeypatch.setattr(repeated_module, "LARGEST", 100)
    found = contrast("mmrm", 40, 3)
    assert "in place of mmrm" in found.method
    assert found.difference == pytest.approx(contrast("ancova", 40, 3).difference)


def test_summaries_are_those_of_the_observed_values():
    people, visits = trial(50, 5, difference=PLANTED, loss=0.2)
    result = analyse(Plan((Endpoint(analysis="median"),)), people, visits, NO_EVENTS).to_dict()
    wide = visits[visits["arm"] == "new"].pivot(index="person", columns="month", values="q_observed")
    change = (100.0 * (wide[36.0] / wide[0.0] - 1.0)).dropna()
    found = result["arms"][0]["endpoints"][0]
    assert result["arms"][0]["n"] == 50
    assert found["n"] == len(change) < 50
    assert found["mean"] == pytest.approx(change.mean())
    assert found["median"] == pytest.approx(change.median())
    assert found["sd"] == pytest.approx(change.std())
    assert found["lo95"] < found["median"] < found["hi95"]
    assert result["contrasts"][0]["arms"] == ["new", "old"]
    json.dumps(result, allow_nan=False)


def test_change_and_level_measures():
    people, visits = trial(30, 6, difference=PLANTED)
    plan = Plan((Endpoint(measure="change", analysis="mean"), Endpoint(measure="level", analysis="mean")))
    change, level = analyse(plan, people, visits, NO_EVENTS).arms[0].endpoints
    wide = visits[visits["arm"] == "new"].pivot(index="person", columns="month", values="q_observed")
    assert change.mean == pytest.approx((wide[36.0] - wide[0.0]).mean())
    assert level.mean == pytest.approx(wide[36.0].mean())


def test_an_arm_seen_by_nobody_gives_no_numbers_and_no_error():
    people, visits = trial(30, 6, difference=PLANTED)
    visits.loc[(visits["arm"] == "old") & (visits["month"] == 36.0), "q_observed"] = np.nan
    for kind in ("mmrm", "ancova", "mean", "median"):
        result = analyse(Plan((Endpoint(analysis=kind),)), people, visits, NO_EVENTS).to_dict()
        assert result["contrasts"][0]["difference"] is None
        assert result["arms"][1]["endpoints"][0]["mean"] is None
        json.dumps(result, allow_nan=False)


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (Plan((Endpoint(quantity="r"),)), "hold no column r_observed"),
        (Plan((Endpoint(month=18.0),)), "no visit at month 18"),
        (Plan((Endpoint(analysis="guess"),)), "not analysed by 'guess'"),
        (Plan((Endpoint(measure="event", analysis="ancova"),)), "events are not analysed"),
        (Plan((Endpoint(),), reference_arm="best"), "'best' is not an arm"),
    ],
)
def test_what_cannot_be_analysed_is_said_in_a_sentence(plan, words):
    people, visits = trial(10, 1, difference=PLANTED)
    with pytest.raises(OsteocastError, match=words):
        analyse(plan, people, visits, NO_EVENTS)


def events_table():
    """Ten people of one arm over 12 months: events at 2, 5 (after a loss at 3), 8; death at 4, loss at 3."""
    return (
        pd.DataFrame({"person": range(10), "arm": "new"}),
        pd.DataFrame(
            {
                "person": [0, 1, 2, 3, 4, 4, 5],
                "arm": "new",
                "event": ["hip", "dropout", "death", "hip", "hip", "hip", "hip"],
                "month": [2.0, 3.0, 4.0, 5.0, 8.0, 9.0, 13.0],
            }
        ),
    )


def events(kind: str, **options: float):
    people, table = events_table()
    endpoint = Endpoint("hip", 12.0, measure="event", analysis=kind, **options)
    return analyse(Plan((endpoint,), arms=(Arm("new"),), reference_arm="new"), people, NO_EVENTS, table)


def test_kaplan_meier_equals_the_hand_computed_example():
    one = events("kaplan_meier").arms[0].endpoints[0]
    # At risk 10 at month 2; 9 less the loss at 3 and the death at 4, taken as a loss: 7 at month 5; 6 at month 8.
    assert one.mean == pytest.approx(100.0 * (1.0 - 9 / 10 * 6 / 7 * 5 / 6))
    assert (one.n, one.events) == (10, 3)
    assert one.person_years == pytest.approx((2 + 3 + 4 + 5 + 8 + 5 * 12) / 12)
    assert one.lo95 < one.mean < one.hi95


def test_aalen_johansen_equals_the_hand_computed_example():
    one = events("aalen_johansen").arms[0].endpoints[0]
    alive = [1.0, 9 / 10, 9 / 10 * 7 / 8, 9 / 10 * 7 / 8 * 6 / 7]  # free of event and death before 2, 4, 5, 8
    assert one.mean == pytest.approx(100.0 * (alive[0] / 10 + alive[2] / 7 + alive[3] / 6))
    assert one.mean < events("kaplan_meier").arms[0].endpoints[0].mean


def test_events_are_counted_from_the_later_month_in_those_still_followed_and_free_of_it():
    one = events("kaplan_meier", from_month=4.5).arms[0].endpoints[0]
    # Gone by then: the event at 2, the loss at 3, the death at 4. Left are events at 5 and 8, and five to the end.
    assert (one.n, one.events) == (7, 2)
    assert one.mean == pytest.approx(100.0 * 2 / 7)
    assert one.person_years == pytest.approx((0.5 + 3.5 + 5 * 7.5) / 12)


def test_an_event_in_the_later_month_itself_is_before_it():
    one = events("kaplan_meier", from_month=5.0).arms[0].endpoints[0]
    assert (one.n, one.events) == (6, 1)


def test_the_dead_are_not_followed_for_their_death():
    people, table = events_table()
    endpoint = Endpoint("death", 12.0, measure="event", analysis="kaplan_meier", from_month=4.5)
    found = analyse(Plan((endpoint,), (Arm("new"),), reference_arm="new"), people, NO_EVENTS, table)
    one = found.arms[0].endpoints[0]
    assert (one.n, one.events) == (8, 0)


@pytest.mark.parametrize("kind", ["kaplan_meier", "aalen_johansen"])
def test_a_constant_rate_is_found_again_from_a_later_month(kind):
    rng = np.random.default_rng(11)
    people = pd.DataFrame({"person": np.arange(4000), "arm": "new"})
    table = people.assign(event="hip", month=rng.exponential(40.0, 4000))
    endpoint = Endpoint("hip", 36.0, measure="event", analysis=kind, from_month=24.0)
    found = analyse(Plan((endpoint,), (Arm("new"),), reference_arm="new"), people, NO_EVENTS, table)
    one = found.arms[0].endpoints[0]
    assert one.lo95 < 100.0 * (1.0 - np.exp(-12.0 / 40.0)) < one.hi95
    rate, error = one.events / one.person_years, one.events**0.5 / one.person_years
    assert abs(rate - 12.0 / 40.0) < 3.0 * error


def test_contrast_of_events_finds_a_planted_hazard_ratio():
    rng = np.random.default_rng(4)
    n, ratio = 3000, 0.5
    at = np.concatenate([rng.exponential(60.0 / ratio, n), rng.exponential(60.0, n)])
    died = rng.exponential(200.0, 2 * n)
    arm = np.repeat(["new", "old"], n)
    people = pd.DataFrame({"person": np.arange(2 * n), "arm": arm})
    tables = [people.assign(event="hip", month=at), people.assign(event="death", month=died)]
    plan = Plan((Endpoint("hip", 36.0, measure="event", analysis="aalen_johansen"),))
    found = analyse(plan, people, NO_EVENTS, pd.concat(tables)[lambda t: t["month"] < 36.0])
    one = found.contrasts[0]
    assert one.ratio_lo95 < ratio < one.ratio_hi95
    assert one.hi95 < 0.0
    assert one.p < 1e-6

    def expected(hazard: float) -> float:
        total = hazard + 1 / 200
        return 100.0 * hazard / total * (1.0 - np.exp(-36.0 * total))

    for k, hazard in enumerate((ratio / 60, 1 / 60)):
        end = found.arms[k].endpoints[0]
        assert end.lo95 < expected(hazard) < end.hi95


def test_no_events_give_nought_with_an_upper_end():
    people, _ = events_table()
    endpoint = Endpoint("wrist", 12.0, measure="event", analysis="kaplan_meier")
    one = analyse(Plan((endpoint,), (Arm("new"),), reference_arm="new"), people, NO_EVENTS, NO_EVENTS)
    end = one.arms[0].endpoints[0]
    assert end.mean == 0.0
    assert end.hi95 == pytest.approx(100.0 * (1.0 - 0.025 ** (1 / 10)))


@pytest.mark.parametrize("kind", ["kaplan_meier", "aalen_johansen"])
@pytest.mark.parametrize("hit", [0, 5])
def test_an_arm_without_events_brings_its_own_uncertainty_to_the_difference(kind, hit):
    people = pd.DataFrame({"person": np.arange(100), "arm": np.repeat(["new", "old"], 50)})
    table = pd.DataFrame({"person": 50 + np.arange(hit), "arm": "old", "event": "hip", "month": 3.0 + np.arange(hit)})
    endpoint = Endpoint("hip", 12.0, measure="event", analysis=kind)
    found = analyse(Plan((endpoint,)), people, NO_EVENTS, table)
    new, old = (arm.endpoints[0] for arm in found.arms)
    one = found.contrasts[0]
    assert one.difference == pytest.approx(-2.0 * hit)
    below = np.hypot(new.mean - new.lo95, old.hi95 - old.mean)
    above = np.hypot(new.hi95 - new.mean, old.mean - old.lo95)
    assert (one.lo95, one.hi95) == pytest.approx((one.difference - below, one.difference + above))
    assert one.hi95 - one.difference >= new.hi95 > 0.0
    if hit:  # by hand for the lone arm with events: a difference seen only through its own error would end below 0
        assert one.hi95 == pytest.approx(-10.0 + np.hypot(100.0 * (1.0 - 0.025 ** (1 / 50)), 10.0 - old.lo95))


def test_the_interval_of_a_difference_covers_where_one_arm_seldom_has_an_event():
    rng = np.random.default_rng(12)
    n, rare, common = 80, 0.02, 0.15
    people = pd.DataFrame({"person": np.arange(2 * n), "arm": np.repeat(["new", "old"], n)})
    plan = Plan((Endpoint("hip", 12.0, measure="event", analysis="kaplan_meier"),))
    covered, empty = 0, 0
    for _ in range(40):
        hit = rng.random(2 * n) < np.repeat([rare, common], n)
        table = people[hit].assign(event="hip", month=rng.uniform(0.1, 11.9, hit.sum()))
        one = analyse(plan, people, NO_EVENTS, table).contrasts[0]
        covered += one.lo95 <= 100.0 * (rare - common) <= one.hi95
        empty += not hit[:n].any()
    assert empty >= 4
    assert covered >= 35


def test_spread_holds_the_percentiles_of_a_normal_trial():
    from scipy.stats import norm

    _, visits = trial(2000, 8, difference=0.0)
    found = spread(Plan((Endpoint(),)), visits)
    assert [one["arm"] for one in found] == ["new", "old"]
    one = found[1]
    assert one["months"] == [0.0, 12.0, 24.0, 36.0]
    # At month 36: slope -3 (sd 3), baseline 4 * 0.12, two noises of 1.
    sd = (9.0 + (4.0 * 0.12) ** 2 + 2.0) ** 0.5
    inside = 0
    for row in one["percentiles"]:
        truth = -3.0 + sd * norm.ppf(row["percentile"] / 100.0)
        assert row["value"][3] == pytest.approx(truth, abs=0.5)
        inside += row["lo90"][3] <= truth <= row["hi90"][3]
    assert inside >= 3


def test_spread_of_many_people_agrees_with_the_bootstrap_of_fewer(monkeypatch):
    _, visits = trial(1000, 9, difference=0.0)
    few = spread(Plan((Endpoint(),)), visits)[0]
    monkeypatch.setattr(percentiles_module, "MOST_FOR_BOOTSTRAP", 100)
    many = spread(Plan((Endpoint(),)), visits)[0]
    assert (few["method"], many["method"]) == ("bootstrap", "order statistics")
    for a, b in zip(few["percentiles"], many["percentiles"], strict=True):
        assert a["value"] == b["value"]
        assert a["hi90"][3] - a["lo90"][3] == pytest.approx(b["hi90"][3] - b["lo90"][3], rel=0.4)
