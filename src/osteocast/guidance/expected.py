"""When each text would begin to protect: the first yearly look at which, on the expected loss, its rule is met.

A text speaks of the day it is asked. How long the inhibitor is planned enters here: a person above its limit today
may come below it in the years of tablets that follow. Without a simulated course the published rate of loss is used.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from osteocast.drugs.monitoring import later
from osteocast.fracture import Course
from osteocast.guidance import density
from osteocast.guidance.evaluate import evaluate
from osteocast.guidance.facts import Facts, facts_of
from osteocast.guidance.records import RuleSet
from osteocast.guidance.treatment import INHIBITORS, SUPPRESSION, Treatment
from osteocast.measure import dxa
from osteocast.people.person import Person

LOOK_MONTHS = 12.0
"""Time between looks [month]."""
OPEN_MONTHS = 120.0
"""How far [month] a course of tablets without an end, or a longer one, is looked at."""


_TINY = 1e-6


@dataclass(frozen=True)
class Rate:
    """A yearly loss of density, with where it comes from.

    Attributes:
        percent: central value [% a year].
        low: slowest published [% a year].
        high: fastest published [% a year].
        source: the source, how it was read and what is assumed.
    """

    percent: float
    low: float
    high: float
    source: str


ON_INHIBITOR = Rate(
    2.0, 1.0, 3.0, "Reid DM, Cancer Treat Rev 2008, abstract read; the middle of its range is assumed"
)
FIRST_YEAR_SUPPRESSED = Rate(
    7.5, 7.0, 8.0, "Reid DM, Cancer Treat Rev 2008, abstract read; that it lasts one year is assumed"
)
SITE_T = Callable[[float], Mapping[str, float]]
"""T-scores [1] by site at a month from the day of the forecast."""


@dataclass(frozen=True)
class Start:
    """When a text would begin to protect.

    Attributes:
        month: months from month 0 [month]; None where it would not within the planned time.
        date: the day, or None.
        advice: what it says then, `treat`, `offer` or `consider`; empty without a date.
    """

    month: float | None
    date: dt.date | None
    advice: str

    def to_dict(self) -> dict[str, Any]:
        """The entry of the JSON."""
        return {"month": self.month, "date": self.date and self.date.isoformat(), "advice": self.advice or None}


@dataclass(frozen=True)
class Outlook:
    """Facts at every look, on one expected course.

    Attributes:
        months: the looks, from month 0 on [month].
        facts: facts at each.
        basis: what the course is, one sentence.
    """

    months: tuple[float, ...]
    facts: tuple[Facts, ...]
    basis: str

    def start(self, rule_set: RuleSet, day: dt.date) -> Start:
        """The first look at which a text protects.

        Args:
            rule_set: the text.
            day: day of month 0.
        """
        for month, facts in zip(self.months, self.facts, strict=True):
            found = evaluate(rule_set, facts.values)
            if found.protects:
                return Start(month, later(day, month), found.advice)
        return Start(None, None, "")


def outlook(person: Person, taken: Treatment, now: Facts, course: Course | None = None, *, end: str = "") -> Outlook:
    """What is to be expected at every yearly look while the inhibitor, or suppression, is planned.

    The last look is before its last day, when there would be nothing left to protect against. Without any scan
    density stays unknown, and only age moves.

    Args:
        person: the person.
        taken: what is taken; bone drugs in it are left out, since the question is when they would begin.
        now: facts of month 0.
        course: simulated T-scores without bone drugs; by default the published rate of loss.
        end: `low` or `high` for the slowest or fastest published rate, or for the upper or lower end (95 and 5 %) of
            the simulated draws; empty for the middle.
    """
    looks = max(1, math.ceil(planned_months(taken) / LOOK_MONTHS - _TINY))
    months = tuple(LOOK_MONTHS * i for i in range(looks))
    start = density.central(person.t_scores)
    if not start:
        moved = [facts_of(person, taken, month=month) for month in months[1:]]
        return Outlook(months, (now, *moved), "Density is not known, so nothing is expected of it.")
    at, basis = _simulated(course, end) if course is not None else _published(start, taken, end)
    found = [now]
    for month in months[1:]:
        here, before = at(month), at(month - LOOK_MONTHS)
        lost = density.expected_loss((before, here), LOOK_MONTHS / 12.0)
        found.append(facts_of(person, taken, month=month, t_scores=here, loss=lost))
    return Outlook(months, tuple(found), basis)


def planned_months(taken: Treatment) -> float:
    """How long an inhibitor, or suppression of the ovaries, goes on from month 0 [month], at most `OPEN_MONTHS`."""
    span = taken.span((*INHIBITORS, *SUPPRESSION))
    if span is None or math.isnan(span[1]):
        return 0.0
    return max(0.0, min(span[1], OPEN_MONTHS))


def _published(start: Mapping[str, float], taken: Treatment, end: str) -> tuple[SITE_T, str]:
    """Loss at the published rate, compounded, from the first tablet on."""
    which = end or "percent"
    usual, first = getattr(ON_INHIBITOR, which), getattr(FIRST_YEAR_SUPPRESSED, which)
    span = taken.span((*INHIBITORS, *SUPPRESSION))
    begins = 0.0 if span is None else max(span[0], 0.0)
    fresh = taken.span(SUPPRESSION) if taken.any_of(INHIBITORS) else None
    sudden = fresh is not None and fresh[0] >= 0.0

    def at(month: float) -> dict[str, float]:
        years = max(0.0, month - begins) / 12.0
        fast = min(years, 1.0) if sudden else 0.0
        left = (1.0 - first / 100.0) ** fast * (1.0 - usual / 100.0) ** (years - fast)
        return {site: float(dxa.t_score(dxa.bmd(t, site) * left, site)) for site, t in start.items()}

    extra = f", {first:g} % in the first year of ovarian suppression" if sudden else ""
    return at, f"Expected without a bone drug: a loss of {usual:g} % a year{extra} ({ON_INHIBITOR.source})."


def _simulated(course: Course, end: str) -> tuple[SITE_T, str]:
    """The simulated course: the median of the draws, or one end."""
    share = {"low": 0.95, "high": 0.05}.get(end, 0.5)
    lines = {site: np.quantile(np.asarray(t, float), share, axis=1) for site, t in course.t_scores.items()}

    def at(month: float) -> dict[str, float]:
        return {site: float(np.interp(month, course.months, line)) for site, line in lines.items()}

    return at, "Expected without a bone drug: the course that the mechanism gives."
