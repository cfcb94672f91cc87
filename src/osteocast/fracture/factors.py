"""Risk factors beside age, sex and density, each against the average of the population.

A published ratio compares people with and without the factor; the published incidence is of both together. With a
share p of people who have it and ratio r, those with it have r / (1 + p (r - 1)) times the population's rate and
those without it 1 / (1 + p (r - 1)) times. Someone of whom nothing is known has 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from osteocast.errors import OsteocastError, choices, nearest
from osteocast.fracture.outcomes import SPINE
from osteocast.fracture.records import Series, table

SIMPLE = ("parent_hip_fracture", "smoker", "glucocorticoids", "alcohol", "rheumatoid_arthritis", "falls")
EARLIER = ("prior_fracture", "vertebral_fracture")
FACTORS = (*EARLIER, *SIMPLE, "bmi")
"""Names understood: 1 or 0 for each, nan where unknown; `bmi` in kg/m2."""


def classes(site: str) -> tuple[str, ...]:
    """Kinds of fracture whose ratio serves a site, the closest first."""
    if site == "hip":
        return ("hip",)
    if site in SPINE:
        return ("vertebral", "osteoporotic")
    return ("osteoporotic",) if site in ("wrist", "humerus") else ("any",)


def ratio(factor: str, site: str, sex: str, density_known: bool) -> Series:
    """The published ratio of a factor for a fracture site."""
    known = table("factors", "factor", "kind", "of", "density", "sex")
    for kind in classes(site):
        for beside in ("known" if density_known else "unknown", "either"):
            found = known.get((factor, "ratio", kind, beside, sex))
            if found is not None:
                return found
    raise AssertionError(f"no ratio of {factor} for {site}")  # the tests ask for every pair


def share(factor: str, kind: str, sex: str) -> Series:
    """How common a factor is, or mean or sd of a measured one."""
    return table("factors", "factor", "kind", "of", "density", "sex")[factor, kind, "", "", sex]


def multiplier(
    site: str, factors: Mapping[str, Any] | None, *, sex: str, age: Any, density_known: bool
) -> np.ndarray:
    """Rate with these factors over the average rate of people of that sex and age.

    Args:
        site: fracture site.
        factors: by name of `FACTORS`; values broadcast with `age`, nan is unknown; names not given are unknown.
        sex: female or male.
        age: years.
        density_known: whether a density enters too; the ratios are then those beside density.

    Raises:
        OsteocastError: an unknown name, or a value that is not 0, 1 or nan.
    """
    if not factors:
        return np.ones(np.shape(age))
    values = {name: _checked(name, value) for name, value in factors.items()}
    result = _earlier(site, values, sex, age, density_known)
    for name in SIMPLE:
        if name in values:
            r = ratio(name, site, sex, density_known).at(age)
            p = share(name, "prevalence", sex).at(age)
            has = values[name]
            result = result * np.where(np.isnan(has), 1.0, (1.0 + (r - 1.0) * has) / (1.0 + (r - 1.0) * p))
    if "bmi" in values:
        slope = np.log(ratio("bmi", site, sex, density_known).value)
        mean, sd = share("bmi", "mean", sex).value, share("bmi", "sd", sex).value
        result = result * np.where(
            np.isnan(values["bmi"]), 1.0, np.exp(slope * (values["bmi"] - mean) - 0.5 * (slope * sd) ** 2)
        )
    return np.asarray(result)


def _earlier(site: str, values: Mapping[str, np.ndarray], sex: str, age: Any, density_known: bool) -> np.ndarray:
    """Earlier fractures: a broken vertebra counts by its own ratio, in place of that of any earlier fracture."""
    prior = values.get("prior_fracture", np.array(np.nan))
    spine = values.get("vertebral_fracture", np.array(np.nan))
    any_ratio = ratio("prior_fracture", site, sex, density_known).at(age)
    spine_ratio = ratio("vertebral_fracture", site, sex, density_known).at(age)
    p_any = share("prior_fracture", "prevalence", sex).at(age)
    p_spine = share("vertebral_fracture", "prevalence", sex).at(age)
    mean_any = 1.0 + p_any * (any_ratio - 1.0)
    both = 1.0 + (p_any - p_spine) * (any_ratio - 1.0) + p_spine * (spine_ratio - 1.0)
    without_spine = 1.0 + (p_any - p_spine) / (1.0 - p_spine) * (any_ratio - 1.0)
    if_prior_alone = np.where(np.isnan(prior), 1.0, np.where(prior > 0.5, any_ratio, 1.0) / mean_any)
    if_no_spine = np.where(np.isnan(prior), without_spine, np.where(prior > 0.5, any_ratio, 1.0)) / both
    found = np.where(np.isnan(spine), if_prior_alone, np.where(spine > 0.5, spine_ratio / both, if_no_spine))
    return np.asarray(found * np.ones(np.shape(age)))


def _checked(name: str, value: Any) -> np.ndarray:
    if name not in FACTORS:
        raise OsteocastError(
            f"'{name}' is not a risk factor with a published ratio",
            where="factors",
            fix=choices(FACTORS, nearest(name, FACTORS)),
        )
    array = np.asarray(np.nan if value is None else value, float)
    right = np.isnan(array) | ((array > 5.0) & (array < 100.0) if name == "bmi" else (array == 0.0) | (array == 1.0))
    if not np.all(right):
        bad = np.ravel(array)[~np.ravel(right)][0]
        fix = "give it in kg/m2" if name == "bmi" else "write 1 for yes, 0 for no, nan for unknown"
        raise OsteocastError(f"{bad:g} is not a value of {name}", where="factors", fix=fix)
    return array
