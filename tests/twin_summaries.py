"""Posteriors of synthetic people in a few numbers, by the fast path and by the reference."""

from __future__ import annotations

from functools import cache

import numpy as np

from osteocast.twin import Twin, forecast, infer
from osteocast.twin.reference import refer
from synthetic_person import SITES, Truth, made, plans

SEED = 7
YEARS = (0, 2, 5, 10)
QUANTILES = (0.05, 0.5, 0.95)
Summary = dict[str, list[list[float]]]


@cache
def _of_life(place: int, count: int) -> tuple[Truth, ...]:
    return tuple(made(list(plans().values())[place], count, 100 + place))


def person_of(number: int, most: int = 4) -> tuple[str, Truth, str]:
    """Synthetic person `number`: kind of life, person, strategy. Kinds take turns."""
    known = list(plans().items())
    name, plan = known[number % len(known)]
    return name, _of_life(number % len(known), most)[number // len(known)], plan.strategy


def summary(twin: Twin, strategy: str) -> Summary:
    """T-scores by site: one row a year of `YEARS`, with the 5th, 50th and 95th percentile."""
    found = forecast(twin, [strategy], max(YEARS)).forecast.strategies[0]
    places = [found.months.tolist().index(12 * year) for year in YEARS]
    return {
        site: [np.quantile(found.t_score(site)[place], QUANTILES).round(3).tolist() for place in places]
        for site in SITES
    }


def fast_summary(number: int, per_round: int = 1000, draws: int = 4000) -> Summary:
    """Of a synthetic person, by the fast path."""
    _, truth, strategy = person_of(number)
    return summary(infer(truth.person, draws=draws, seed=SEED, per_round=per_round), strategy)


def reference_summary(person, strategy: str, **options: int) -> dict[str, object]:
    """By the reference path, with how well it was sampled."""
    found = refer(person, **options)
    return {
        "t_score": summary(found.twin, strategy),
        "r_hat": round(found.r_hat, 3),
        "effective": round(found.effective),
        "divergent": round(found.divergent, 4),
        "steps": round(found.steps, 1),
        "scans": [round(one.bmd, 4) for one in person.scans],
    }


def differences(one: Summary, other: Summary) -> tuple[list[float], list[float]]:
    """How far medians, and ends of intervals, lie apart."""
    medians, ends = [], []
    for site in one:
        for (low, middle, high), (low_2, middle_2, high_2) in zip(one[site], other[site], strict=True):
            medians.append(abs(middle - middle_2))
            ends += [abs(low - low_2), abs(high - high_2)]
    return medians, ends
