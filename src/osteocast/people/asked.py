"""What the means, spreads and limits that a population gives amount to."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from osteocast.errors import OsteocastError
from osteocast.people import joint
from osteocast.people.margins import FARTHEST, Margin, with_moments
from osteocast.people.population import Distribution, Population

MENOPAUSE_SHARE = 0.5
"""Years since menopause spread by no more than this share of their mean where no spread is given."""
SKEWED = 0.55
"""Years since menopause that spread by more than this share of their mean are log-normal."""
NARROWER = 30
"""How often a usual spread that does not fit between the limits is made a tenth smaller."""


def margin_of(name: str, given: Distribution, population: Population, group: str) -> Margin:
    """What a mean, a spread and limits amount to."""
    usual = _usual(name, population, group)
    assert given.mean is not None
    sd = given.sd
    if sd is None:
        sd = usual.sd * _relative_spread(usual, given.mean)
        if name in ("age", "years_since_menopause"):
            sd = _menopause_spread(name, given.mean, sd, population)
    wanted = replace(usual, mean=given.mean, sd=sd)
    if name == "years_since_menopause" and sd > SKEWED * given.mean:
        wanted = replace(wanted, kind="lognormal")
    low, high = joint.LIMITS.get(name, (0.0, math.inf))
    if name in ("age", "age_at_menopause", "years_since_menopause"):
        cut = given.min is not None or given.max is not None
        low, high = _within(wanted, FARTHEST + 1.0 if cut else FARTHEST, low, high)
    low = low if given.min is None else max(low, given.min)
    high = high if given.max is None else min(high, given.max)
    wanted = replace(wanted, low=low, high=high)
    where = f"given, {name}"
    if given.sd is not None:
        return with_moments(wanted, where)
    for _ in range(NARROWER):
        # The usual spread may be wider than the limits allow; then the widest that they do.
        try:
            return with_moments(wanted, where)
        except OsteocastError:
            wanted = replace(wanted, sd=0.9 * wanted.sd)
    return with_moments(wanted, where)


def _relative_spread(usual: Margin, mean: float) -> float:
    """How a usual spread changes with the mean: with it where nothing is negative, not at all where values run on
    both sides of 0, and with the room left where they are shares."""
    if usual.kind == "lognormal":
        return float(mean / usual.mean)
    if usual.kind == "beta":
        return math.sqrt(mean * (1.0 - mean) / (usual.mean * (1.0 - usual.mean)))
    return 1.0


def _within(margin: Margin, far: float, low: float, high: float) -> tuple[float, float]:
    """Limits at so many standard deviations from the mean, of the logarithm where that is normal."""
    if margin.sd == 0.0:
        return low, high
    place, scale = margin.normal()
    ends = [place - far * scale, place + far * scale]
    if margin.kind == "lognormal":
        ends = [math.exp(end) for end in ends]
    return max(low, ends[0]), min(high, ends[1])


def _usual(name: str, population: Population, group: str) -> Margin:
    """The reference distribution, for its kind and, where none is given, its spread."""
    if name in joint.T_SCORES:
        age = population.given.get("age", joint.margin("age", group).margin.mean)
        mean = age.mean if isinstance(age, Distribution) else age
        typical = joint.margin("age", group).margin.mean if mean is None else mean
        return joint.t_margin(name.removeprefix("t_score_"), population.sex, typical)
    if name == "years_since_menopause":
        age = joint.margin("age", group).margin
        menopause = joint.margin("age_at_menopause", group).margin
        return Margin("normal", age.mean - menopause.mean, math.hypot(age.sd, menopause.sd))
    return joint.margin(name, group).margin


def _menopause_spread(name: str, mean: float, usual: float, population: Population) -> float:
    """Spread of age, or of years since menopause, that leaves age at menopause its own."""
    other = "years_since_menopause" if name == "age" else "age"
    given = population.given.get(other)
    at_menopause = (
        float(joint.margin("age_at_menopause", joint.POST).margin.sd) if population.sex == "female" else 0.0
    )
    if name == "age":
        if given is None:
            return usual
        if isinstance(given, float):
            return at_menopause
        beside = MENOPAUSE_SHARE * (given.mean or 0.0) if given.sd is None else given.sd
        return min(math.hypot(at_menopause, beside), usual)
    if isinstance(given, float):
        usual = at_menopause
    elif given is not None and given.sd is not None:
        usual = math.hypot(given.sd, at_menopause)
    return min(usual, MENOPAUSE_SHARE * mean)


def menopause_with_age(own: Mapping[str, Margin]) -> float:
    """Correlation between age and years since menopause at which age at menopause keeps its usual spread, where
    their own spreads allow it."""
    if "age" not in own or "years_since_menopause" not in own:
        return 0.0
    age, years = own["age"].sd, own["years_since_menopause"].sd
    if age == 0.0 or years == 0.0:
        return 0.0
    usual = joint.margin("age_at_menopause", joint.POST).margin.sd
    return float(np.clip((age**2 + years**2 - usual**2) / (2.0 * age * years), -0.99, 0.99))
