"""Distributions of single quantities, each a rising function of one standard normal number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv, ndtr, ndtri

from osteocast.errors import OsteocastError

KINDS = ("normal", "lognormal", "beta")
TINY = 1e-12
FARTHEST = 3.0
"""Age, age at menopause and years since menopause lie within so many standard deviations of their mean, so that
a population has a youngest and an oldest."""

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Margin:
    """Distribution of one quantity.

    Attributes:
        kind: `normal`, `lognormal` or `beta`.
        mean: of the quantity, or an array of them, one a person.
        sd: its standard deviation; 0 = everybody has the mean.
        low: nobody lies below; mean and sd are those of the quantity before it is cut.
        high: nobody lies above.
    """

    kind: str
    mean: Any
    sd: Any
    low: float = -np.inf
    high: float = np.inf

    def value(self, z: Values) -> Values:
        """Values of people with standard normal numbers `z`."""
        if np.ndim(self.sd) == 0 and self.sd == 0.0:
            return np.asarray(np.full(np.shape(z), self.mean, float))
        cut = self.cuts()
        if cut != (0.0, 1.0):
            z = ndtri(np.clip(cut[0] + ndtr(z) * (cut[1] - cut[0]), TINY, 1.0 - TINY))
        if self.kind == "beta":
            a, b = self._shape()
            return np.asarray(betaincinv(a, b, ndtr(z)))
        place, scale = self.normal()
        found = place + scale * z
        return np.asarray(np.clip(np.exp(found) if self.kind == "lognormal" else found, self.low, self.high))

    def latent(self, value: Any) -> Values:
        """The standard normal number behind a value, limits left out of account."""
        if self.kind == "beta":
            a, b = self._shape()
            return np.asarray(ndtri(np.clip(betainc(a, b, np.asarray(value, float)), TINY, 1.0 - TINY)))
        place, scale = self.normal()
        raw = np.asarray(value, float)
        return np.asarray(((np.log(np.maximum(raw, TINY)) if self.kind == "lognormal" else raw) - place) / scale)

    def share_below(self, value: Any) -> Values:
        """Share of people below a value."""
        low, high = self.cuts()
        return np.asarray(np.clip((ndtr(self.latent(value)) - low) / (high - low), 0.0, 1.0))

    def normal(self) -> tuple[Any, Any]:
        """Mean and standard deviation of the quantity, or of its logarithm."""
        if self.kind != "lognormal":
            return self.mean, self.sd
        variance = np.log1p((self.sd / self.mean) ** 2)
        return np.log(self.mean) - variance / 2, np.sqrt(variance)

    def cuts(self) -> tuple[float, float]:
        """Shares of the whole distribution below the lower and below the upper limit; for scalar mean and sd."""
        if np.ndim(self.mean) or np.ndim(self.sd) or (self.low == -np.inf and self.high == np.inf):
            return 0.0, 1.0
        return _cuts(self)

    def _shape(self) -> tuple[Any, Any]:
        """The two shape parameters of a beta distribution."""
        size = self.mean * (1.0 - self.mean) / self.sd**2 - 1.0
        return self.mean * size, (1.0 - self.mean) * size


@lru_cache(maxsize=512)
def _cuts(margin: Margin) -> tuple[float, float]:
    if margin.sd == 0.0:
        return 0.0, 1.0
    low = 0.0 if margin.kind != "normal" and margin.low <= 0.0 else float(ndtr(margin.latent(margin.low)))
    high = 1.0 if margin.kind == "beta" and margin.high >= 1.0 else float(ndtr(margin.latent(margin.high)))
    return low, high


def from_median(median: float, log_sd: float, low: float, high: float) -> Margin:
    """A log-normal distribution from its median and the standard deviation of the logarithm."""
    mean = median * np.exp(log_sd**2 / 2)
    return Margin("lognormal", float(mean), float(mean * np.sqrt(np.expm1(log_sd**2))), low, high)


@lru_cache(maxsize=512)
def with_moments(margin: Margin, where: str) -> Margin:
    """The distribution whose mean and standard deviation, within its limits, are the margin's.

    A trial that admits people between limits publishes the mean and spread of those admitted.

    Args:
        margin: scalar mean and sd wanted, and the limits.
        where: named in the error.

    Raises:
        OsteocastError: no such distribution exists, such as a spread wider than the limits allow.
    """
    if margin.kind == "beta" and margin.sd**2 >= margin.mean * (1.0 - margin.mean):
        raise _none(margin, where)
    low, high = _cuts(margin)
    if margin.sd == 0.0 or high - low > 1.0 - 1e-4:
        return margin
    from scipy.optimize import least_squares

    points, weights = np.polynomial.legendre.leggauss(200)
    z = 0.5 * (points + 1.0)

    def trial(x: Any) -> Margin:
        return replace(margin, mean=float(margin.mean + margin.sd * x[0]), sd=float(margin.sd * np.exp(x[1])))

    def miss(x: Any) -> Any:
        one = trial(x)
        impossible = one.kind != "normal" and one.mean <= 0.0
        if impossible or (one.kind == "beta" and one.sd**2 >= one.mean * (1.0 - one.mean)):
            return np.array([1e3, 1e3])
        value = one.value(ndtri(z))
        mean = np.sum(weights * value) / 2
        sd = np.sqrt(np.sum(weights * (value - mean) ** 2) / 2)
        return np.array([(mean - margin.mean) / margin.sd, sd / margin.sd - 1.0])

    found = least_squares(miss, [0.0, 0.0], bounds=([-20.0, -3.0], [20.0, 3.0]), xtol=1e-12, ftol=1e-12)
    if np.max(np.abs(found.fun)) > 2e-3:
        raise _none(margin, where)
    return trial(found.x)


def _none(margin: Margin, where: str) -> OsteocastError:
    return OsteocastError(
        f"no {margin.kind} distribution between {margin.low:g} and {margin.high:g} has mean {margin.mean:g} "
        f"and sd {margin.sd:g}",
        where=where,
        fix="lower the sd, or widen the limits",
    )
