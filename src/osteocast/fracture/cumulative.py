"""From rates over time to probabilities with death competing, and to dates of events.

Rates are taken as constant within each step of the time grid, at the mean of its two ends; for such rates every
formula here is exact.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from osteocast.errors import OsteocastError

MONTHS_PER_YEAR = 12.0


def per_step(rate: Any) -> np.ndarray:
    """Mean of neighbouring rows: values at the grid's points, shape (points, ...), to steps, (points - 1, ...)."""
    rate = np.asarray(rate, float)
    return np.asarray(0.5 * (rate[1:] + rate[:-1]))


def cumulative_hazard(months: Any, rate: Any) -> np.ndarray:
    """Hazard gathered since the first month [1].

    Args:
        months: increasing, shape (points,).
        rate: [1/year], shape (points, ...).

    Returns:
        Shape (points, ...), 0 first.
    """
    years = _years(months)
    steps = per_step(rate) * _along(np.diff(years), np.ndim(rate))
    return np.concatenate([np.zeros((1, *steps.shape[1:])), np.cumsum(steps, axis=0)])


def cumulative_incidence(months: Any, rate: Any, death: Any) -> np.ndarray:
    """Probability of having had the event by each month, for people who may die first [1].

    Within a step of length d with rates h and m, alive and free of it at its start with probability S, the event
    comes with probability S h / (h + m) (1 - exp(-(h + m) d)).

    Args:
        months: increasing, shape (points,).
        rate: rate of the event [1/year], shape (points, ...).
        death: rate of death [1/year], shape (points, ...); broadcasts.

    Returns:
        Shape (points, ...), 0 first.
    """
    rate, death = np.broadcast_arrays(np.asarray(rate, float), _raised(death, np.ndim(rate)))
    if rate.size and (np.min(rate) < 0.0 or np.min(death) < 0.0):
        raise OsteocastError("a rate is negative", where="rate", fix="give rates of 0 and more")
    h, m = per_step(rate), per_step(death)
    width = _along(np.diff(_years(months)), rate.ndim)
    total = (h + m) * width
    before = np.exp(-(np.cumsum(total, axis=0) - total))
    within = h * width * np.where(total > 1e-12, -np.expm1(-total) / np.where(total > 1e-12, total, 1.0), 1.0)
    steps = before * within
    return np.concatenate([np.zeros((1, *steps.shape[1:])), np.cumsum(steps, axis=0)])


def event_months(months: Any, hazard: Any, uniform: Any) -> np.ndarray:
    """When each person has the event: the month at which the gathered hazard reaches -ln(1 - uniform).

    One number a person and purpose gives common random numbers: a lower rate moves the same person's event later.

    Args:
        months: increasing, shape (points,).
        hazard: from `cumulative_hazard`, shape (points, people).
        uniform: numbers in [0, 1), shape (people,).

    Returns:
        Months, shape (people,); infinity for who has none by the last month.
    """
    months, hazard = np.asarray(months, float), np.asarray(hazard, float)
    need = -np.log1p(-np.asarray(uniform, float))
    step = np.sum(hazard[1:] < need, axis=0)
    inside = step < len(months) - 1
    at = np.minimum(step, len(months) - 2)[None]
    low, high = np.take_along_axis(hazard, at, 0)[0], np.take_along_axis(hazard, at + 1, 0)[0]
    share = np.clip((need - low) / np.where(high > low, high - low, 1.0), 0.0, 1.0)
    found = months[at[0]] + share * (months[at[0] + 1] - months[at[0]])
    return np.asarray(np.where(inside, found, np.inf))


def _years(months: Any) -> np.ndarray:
    months = np.asarray(months, float)
    if months.ndim != 1 or len(months) < 2 or not np.all(np.diff(months) > 0.0):
        raise OsteocastError("the months do not increase", where="months", fix="give two months or more, in order")
    return np.asarray(months / MONTHS_PER_YEAR)


def _along(steps: np.ndarray, ndim: int) -> np.ndarray:
    """One value a step, beside rates by step and person."""
    return steps.reshape((-1,) + (1,) * (ndim - 1))


def _raised(death: Any, ndim: int) -> np.ndarray:
    """Rates by month alone, shape (points,), beside rates by month and person."""
    death = np.asarray(death, float)
    more = ndim - death.ndim if 0 < death.ndim < ndim else 0
    return np.reshape(death, death.shape + (1,) * more)
