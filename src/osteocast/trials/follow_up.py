"""What happens to people during a trial: leaving, stopping treatment, dying, breaking bones.

Every time is the inversion of a cumulative hazard with one exponential number per person and kind of event, so a
longer trial, another arm or another visit moves nobody's event, and the same person in two arms differs by the
treatment alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from osteocast.trials.design import Design

Numbers = Callable[[str], np.ndarray]
"""Gives one number per person for a purpose."""
MONTHS_PER_YEAR = 12.0


class FollowUp(NamedTuple):
    """Months at which follow-up and treatment end, infinite where they do not, shape (people,)."""

    dropout: np.ndarray
    death: np.ndarray
    stop: np.ndarray
    """Index of the visit at which treatment ends early, -1 = it does not."""

    @property
    def until(self) -> np.ndarray:
        """Month until which somebody is followed."""
        return np.asarray(np.minimum(self.dropout, self.death))


def exponential(uniform: Numbers, purpose: str) -> np.ndarray:
    """One standard exponential number per person."""
    return np.asarray(-np.log1p(-uniform(purpose)))


class Clock:
    """Times of one kind of event, found while the hazard of each interval becomes known.

    Args:
        uniform: uniform numbers of the people.
        event: what is waited for.
    """

    def __init__(self, uniform: Numbers, event: str) -> None:
        self._left = exponential(uniform, f"event: {event}")
        self.month = np.full(len(self._left), np.inf)

    def run(self, first: float, last: float, yearly: np.ndarray) -> None:
        """Let an interval pass.

        Args:
            first: month at which it begins.
            last: month at which it ends.
            yearly: events per year within it, shape (people,).
        """
        hazard = yearly * (last - first) / MONTHS_PER_YEAR
        now = np.isinf(self.month) & (self._left < hazard)
        with np.errstate(divide="ignore", invalid="ignore"):
            self.month = np.where(now, first + (last - first) * self._left / hazard, self.month)
        self._left = self._left - hazard


def _waiting(yearly: float, uniform: Numbers, purpose: str) -> np.ndarray:
    """Months until an event with a constant rate."""
    number = exponential(uniform, purpose)
    return np.asarray(number * MONTHS_PER_YEAR / yearly if yearly > 0.0 else np.full(len(number), np.inf))


def follow_up(design: Design, arm: str, age: np.ndarray, uniform: Numbers, months: np.ndarray) -> FollowUp:
    """When people of an arm leave, die and stop treatment.

    Args:
        design: the trial.
        arm: name of the arm.
        age: at month 0 [years], shape (people,).
        uniform: uniform numbers of the people.
        months: ends of the intervals in which the life table is read, from 0.

    Returns:
        Treatment ends at the visit nearest to the month drawn, the first after month 0 at the earliest, so that
        everybody's dose events share one grid.
    """
    visits = np.array(design.visits_month)
    stop = np.full(len(age), -1)
    rate = design.discontinuation.of(arm)
    if rate > 0.0 and design.arm(arm).regimen.items:
        drawn = _waiting(rate, uniform, "event: discontinued")
        nearest = np.argmin(np.abs(visits[:, None] - np.minimum(drawn, 1e9)[None, :]), axis=0)
        stop = np.where(drawn < visits[-1], np.maximum(nearest, 1), -1)
    dropout = _waiting(design.dropout.of(arm), uniform, "event: dropout")
    dying = Clock(uniform, "death")
    if design.death:
        from osteocast.fracture import death_rate_per_year

        for first, last in zip(months[:-1], months[1:], strict=True):
            middle = age + 0.5 * (first + last) / MONTHS_PER_YEAR
            dying.run(first, last, death_rate_per_year(design.population.sex, middle))
    return FollowUp(dropout, dying.month, stop)
