"""From turnover to a multiple of the fracture rate, the same for every drug.

Two parts. The gradient of risk per standard deviation of serum CTX among untreated people, beside density, holds
within the range where it was measured. In the spine a second gradient applies below the usual level: the one
number that was fitted, to the vertebral fractures of two trials of different drugs. It stands for what density and
the published gradient leave unexplained, and no drug has one of its own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from math import erf, exp, log, sqrt
from pathlib import Path
from typing import Any

import numpy as np

from osteocast.fracture.outcomes import SPINE
from osteocast.fracture.records import FOLDER, Series, table

FITTED = FOLDER / "fitted.json"


@dataclass(frozen=True)
class Fitted:
    """A number found by `calibration.fractures`.

    Attributes:
        name: its name.
        value: slope of a logarithm on turnover [1/sd].
        low95: lower end of its 95 % interval, None where there is none.
        high95: upper end.
        unit: unit.
        rows: what it was fitted to.
        basis: `fitted`.
        quality: of the worst of them.
        note: how.
    """

    name: str
    value: float
    low95: float | None
    high95: float | None
    unit: str
    rows: tuple[str, ...]
    basis: str
    quality: str
    note: str


@cache
def fitted(name: str = "vertebral_turnover", path: Path = FITTED) -> Fitted:
    """A fitted number with its interval."""
    raw = json.loads(path.read_text(encoding="utf-8"))[name]
    return Fitted(name=name, **{**raw, "rows": tuple(raw["rows"])})


def number(name: str, sex: str = "female") -> Series:
    """A record of `data/turnover.yaml`."""
    return table("turnover", "name", "sex")[name, sex]


def usual(sex: str, age: Any) -> np.ndarray:
    """Usual serum CTX of untreated people [fold of young adult]: women's rises as they pass the menopause."""
    from scipy.special import ndtr

    if sex == "male":
        return np.ones(np.shape(age))
    past = ndtr((np.asarray(age, float) - number("menopause_age").value) / number("menopause_age_sd").value)
    return np.asarray(np.exp(past * log(number("usual_after_menopause").value)))


def z_score(turnover: Any, *, sex: str, age: Any) -> np.ndarray:
    """Standard deviations of log CTX from what is usual at that age [1].

    Args:
        turnover: serum CTX [fold of young adult].
        sex: female or male.
        age: years.
    """
    return np.asarray(np.log(np.asarray(turnover, float) / usual(sex, age)) / number("log_sd", sex).value)


def multipliers(
    site: str, turnover: Any, *, sex: str, age: Any, vertebral: float | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Multiples of the rate through turnover: by the published gradient, and by what was fitted in the spine.

    Each averages to 1 over a normal z.

    Args:
        site: fracture site.
        turnover: serum CTX [fold of young adult], or None where unknown: both are then 1.
        sex: female or male.
        age: years.
        vertebral: the fitted gradient to use instead of the stored one [1/sd], while fitting.
    """
    if turnover is None:
        return np.ones(np.shape(age)), np.ones(np.shape(age))
    slope = log(number("gradient", sex).value)
    low, high = number("lowest_z", sex).value, number("highest_z", sex).value
    z = z_score(turnover, sex=sex, age=age)
    published = np.exp(slope * np.clip(z, low, high)) / average(slope, 0.0, low, high)
    if site not in SPINE:
        return np.asarray(published), np.ones(np.shape(published))
    extra = fitted().value if vertebral is None else vertebral
    share = average(slope, extra, low, high) / average(slope, 0.0, low, high)
    return np.asarray(published), np.asarray(np.exp(extra * np.minimum(z, 0.0)) / share)


def multiple_share(turnover: Any, *, sex: str, age: Any) -> tuple[float, np.ndarray]:
    """Share of people with a new vertebral fracture who break two or more.

    It rises with turnover above the usual level: the mechanism's overshoot after denosumab, or any other.

    Args:
        turnover: serum CTX [fold of young adult], None where unknown.
        sex: female or male.
        age: years.

    Returns:
        The share at usual turnover or below, and the multiple of it at this turnover.
    """
    usual_share = number("multiple_untreated", sex).value
    z: Any = np.zeros(np.shape(age)) if turnover is None else z_score(turnover, sex=sex, age=age)
    odds = usual_share / (1.0 - usual_share) * np.exp(fitted("multiple_overshoot").value * np.maximum(z, 0.0))
    return usual_share, np.asarray(odds / (1.0 + odds) / usual_share)


def average(slope: float, extra: float, low: float, high: float) -> float:
    """Mean of exp(slope clip(z, low, high) + extra min(z, 0)) over a standard normal z, low < 0 < high."""
    whole = exp(0.5 * (slope + extra) ** 2) * (_normal(-slope - extra) - _normal(low - slope - extra))
    above = exp(0.5 * slope**2) * (_normal(high - slope) - _normal(-slope)) + exp(slope * high) * _normal(-high)
    below = exp(slope * low + 0.5 * extra**2) * _normal(low - extra)
    return whole + above + below


def _normal(x: float) -> float:
    """Standard normal distribution function."""
    return 0.5 * (1.0 + erf(x / sqrt(2.0)))
