"""Cumulative incidence of events: Kaplan-Meier and Aalen-Johansen, log-rank and Cox, through lifelines."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

from osteocast.trials.analysis.continuous import LEVEL, Estimate
from osteocast.trials.analysis.outcomes import EVENT, Followed
from osteocast.trials.analysis.records import known

SEED = 2026


class Incidence(NamedTuple):
    """Share of people with the event by the end, its variance and 95 % interval."""

    share: float
    variance: float
    lo95: float | None
    hi95: float | None


class Ratio(NamedTuple):
    """Hazard ratio with its 95 % interval, and the standard error of its logarithm."""

    value: float | None
    lo95: float | None
    hi95: float | None
    log_error: float | None


@contextmanager
def _quiet() -> Iterator[None]:
    """Without lifelines' remarks on ties and on intervals at the edges, which are dealt with here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def incidence(time: np.ndarray, status: np.ndarray, *, competing: bool) -> Incidence:
    """Cumulative incidence at the end of follow-up.

    Args:
        time: months to event, death, loss or end.
        status: 0, 1 event, 2 death.
        competing: Aalen-Johansen, where the dead can have no event any more; else Kaplan-Meier, which counts death
            as loss.
    """
    from lifelines import AalenJohansenFitter, KaplanMeierFitter

    n = len(time)
    if not (status == EVENT).any():
        from scipy.stats import binomtest

        top = binomtest(0, n).proportion_ci(LEVEL).high if n else np.nan
        return Incidence(0.0, 0.0, 0.0 if n else None, known(top))
    seen = status if competing else np.where(status == EVENT, EVENT, 0)
    with _quiet():
        fit = AalenJohansenFitter(alpha=1.0 - LEVEL, seed=SEED).fit(time, seen, EVENT)
        share, variance = float(np.ravel(fit.cumulative_density_)[-1]), float(np.ravel(fit.variance_)[-1])
        if not np.isfinite(variance):  # nobody is left: the last estimate that has one
            finite = np.ravel(fit.variance_)[np.isfinite(np.ravel(fit.variance_))]
            variance = float(finite[-1]) if len(finite) else 0.0
        if competing:
            ends = np.asarray(fit.confidence_interval_)[-1]
        else:
            kaplan_meier = KaplanMeierFitter(alpha=1.0 - LEVEL).fit(time, seen == EVENT)
            share = 1.0 - float(np.ravel(kaplan_meier.survival_function_)[-1])
            ends = np.asarray(kaplan_meier.confidence_interval_cumulative_density_)[-1]
    return Incidence(share, max(variance, 0.0), known(ends.min()), known(ends.max()))


def compare(data: Followed, a: int, b: int, *, competing: bool) -> tuple[Estimate, Ratio]:
    """Difference in cumulative incidence [percentage points] with the log-rank test, and the hazard ratio.

    The interval of the difference comes from those of the two arms (Newcombe; MOVER, the method of variance estimates
    recovery), so that an arm without events brings its own uncertainty, whose variance would be 0.

    Args:
        data: times and events.
        a: index of the arm.
        b: index of the arm it is compared with.
        competing: whether death competes; the test and the ratio are then those of the cause-specific hazard.
    """
    one, other = data.take(np.flatnonzero(data.arm == a)), data.take(np.flatnonzero(data.arm == b))
    name = "Aalen-Johansen, death competing" if competing else "Kaplan-Meier"
    method = f"difference in cumulative incidence ({name}), interval from the arms'; log-rank p; Cox hazard ratio"
    if not len(one.time) or not len(other.time):
        return Estimate(None, None, None, None, method), Ratio(None, None, None, None)
    first, second = (incidence(x.time, x.status, competing=competing) for x in (one, other))
    difference = 100.0 * (first.share - second.share)
    low, high = (None if end is None else 100.0 * end for end in _interval_of_difference(first, second))
    return Estimate(known(difference), low, high, log_rank(one, other), method), hazard_ratio(one, other)


def _interval_of_difference(first: Incidence, second: Incidence) -> tuple[float | None, float | None]:
    """95 % interval of a difference of shares, first minus second; None where an arm has no interval.

    Newcombe, Stat Med 1998;17:873-890, method 10, with any intervals of the two shares: Zou and Donner, Stat Med
    2008;27:1693-1702.
    """
    if first.lo95 is None or first.hi95 is None or second.lo95 is None or second.hi95 is None:
        return None, None
    difference = first.share - second.share
    below = math.hypot(first.share - first.lo95, second.hi95 - second.share)
    above = math.hypot(first.hi95 - first.share, second.share - second.lo95)
    return difference - below, difference + above


def log_rank(one: Followed, other: Followed) -> float | None:
    """Two-sided p of the log-rank test; None without events."""
    from lifelines.statistics import logrank_test

    hit, missed = one.status == EVENT, other.status == EVENT
    if not (hit.any() or missed.any()):
        return None
    with _quiet():
        return known(logrank_test(one.time, other.time, hit, missed).p_value)


def hazard_ratio(one: Followed, other: Followed) -> Ratio:
    """Hazard ratio of Cox's model, first over second group; None where a group has no event."""
    import pandas as pd
    from lifelines import CoxPHFitter

    hit, missed = one.status == EVENT, other.status == EVENT
    if not (hit.any() and missed.any()):
        return Ratio(None, None, None, None)
    table = pd.DataFrame(
        {
            "time": np.concatenate([one.time, other.time]),
            "event": np.concatenate([hit, missed]),
            "arm": np.repeat([1.0, 0.0], [len(hit), len(missed)]),
        }
    )
    with _quiet():
        fit = CoxPHFitter(alpha=1.0 - LEVEL).fit(table, "time", "event")
    log, error = float(fit.params_["arm"]), float(fit.standard_errors_["arm"])
    half = 1.959964 * error
    return Ratio(known(np.exp(log)), known(np.exp(log - half)), known(np.exp(log + half)), known(error))


def person_years(data: Followed, arm: int) -> float:
    """Time at risk of one arm [year]."""
    return float(data.time[data.arm == arm].sum() / 12.0)
