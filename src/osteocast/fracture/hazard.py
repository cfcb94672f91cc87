"""The rate of fracture of people as they are: population's rate x density x turnover x risk factors.

Plain NumPy on arrays of any shape that broadcast, so that thousands of people at many visits cost a few
exponentials. Nothing here knows of a drug.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from osteocast.errors import OsteocastError
from osteocast.fracture import density, factors, turnover
from osteocast.fracture.incidence import incidence_per_year
from osteocast.fracture.outcomes import DEFAULT_POPULATION, MULTIPLE, sites_of

AGES = (18.0, 130.0)
"""Ages [year] that a rate is asked for; beyond 110 it no longer changes."""


class Parts(NamedTuple):
    """The rate of one fracture site as a product; each broadcasts to the people's shape."""

    base: np.ndarray
    """Rate of people of that age, sex and risk factors [1/year]."""
    density: np.ndarray
    turnover: np.ndarray
    unexplained: np.ndarray
    """The factor fitted in the spine; 1 elsewhere."""

    @property
    def rate(self) -> np.ndarray:
        """The product [1/year]."""
        return np.asarray(self.base * self.density * self.turnover * self.unexplained)


def parts(
    site: str,
    *,
    sex: str,
    age: Any,
    t_scores: Mapping[str, Any] | None = None,
    turnover_fold: Any = None,
    risk_factors: Mapping[str, Any] | None = None,
    population: str = DEFAULT_POPULATION,
    vertebral: float | None = None,
) -> Parts:
    """What the rate of a single fracture site is made of; arguments as of `rate_per_year`."""
    age, turnover_fold = _ages(age), _folds(turnover_fold)
    if site == MULTIPLE:
        one = parts(
            "vertebral_morphometric",
            sex=sex,
            age=age,
            t_scores=t_scores,
            turnover_fold=turnover_fold,
            risk_factors=risk_factors,
            population=population,
            vertebral=vertebral,
        )
        usual, rise = turnover.multiple_share(turnover_fold, sex=sex, age=age)
        return one._replace(base=one.base * usual, turnover=one.turnover * rise)
    known = density.scan_used(site, t_scores) is not None
    base = incidence_per_year(site, sex=sex, age=age, population=population) * factors.multiplier(
        site, risk_factors, sex=sex, age=age, density_known=known
    )
    published, extra = turnover.multipliers(site, turnover_fold, sex=sex, age=age, vertebral=vertebral)
    return Parts(base, density.multiplier(site, t_scores, sex=sex, age=age), published, extra)


def rate_per_year(
    outcome: str,
    *,
    sex: str,
    age: Any,
    t_scores: Mapping[str, Any] | None = None,
    turnover: Any = None,
    factors: Mapping[str, Any] | None = None,
    population: str = DEFAULT_POPULATION,
) -> np.ndarray:
    """Rate of a first fracture [1/year].

    Args:
        outcome: one of `OUTCOMES`, `vertebral_multiple` or `nonvertebral`.
        sex: female or male, one for all.
        age: years at the time of the rate; any shape that broadcasts with the rest.
        t_scores: T-scores [1] at that time by scan site (`lumbar_spine`, `total_hip`, `femoral_neck`); a fracture
            site uses the scan site that predicts it best among those given. None: people of unknown density.
        turnover: serum CTX at that time [fold of young adult], as the engine reports it; None where unknown.
        factors: risk factors by name of `factors.FACTORS`, 0, 1 or nan for unknown, `bmi` in kg/m2.
        population: whose rates: `united_states`, `sweden` or `united_kingdom`.

    Returns:
        The rate, of the broadcast shape. `mof`, `nonvertebral` and `any_clinical` are sums over their sites.

    Raises:
        OsteocastError: an unknown name, or a value that cannot be.
    """
    each = [
        parts(
            site,
            sex=sex,
            age=age,
            t_scores=t_scores,
            turnover_fold=turnover,
            risk_factors=factors,
            population=population,
        ).rate
        for site in sites_of(outcome)
    ]
    return np.asarray(sum(each))


def _ages(age: Any) -> np.ndarray:
    array = np.asarray(age, float)
    if not np.all((array >= AGES[0]) & (array <= AGES[1])):
        raise OsteocastError(
            "an age is not a number of years", where="age", fix=f"give ages of {AGES[0]:g} to {AGES[1]:g}"
        )
    return array


def _folds(turnover_fold: Any) -> Any:
    if turnover_fold is None:
        return None
    array = np.asarray(turnover_fold, float)
    if not np.all(array > 0.0):
        raise OsteocastError(
            "a turnover is not a positive number",
            where="turnover",
            fix="give serum CTX as fold of young adult, None where unknown",
        )
    return array
