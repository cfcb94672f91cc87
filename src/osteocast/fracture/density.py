"""From a T-score to a multiple of the population's fracture rate.

The rate rises by the gradient for every standard deviation that density lies below the mean of people of the same
sex and age. Among them density is normal, so the average of gradient^(-z) is exp(ln(gradient)^2 / 2); divided by
it, the rates of all people average to the published incidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from osteocast.errors import OsteocastError
from osteocast.fracture.outcomes import MULTIPLE, SPINE
from osteocast.fracture.records import Series, table
from osteocast.measure import dxa

HIP_FIRST = ("femoral_neck", "total_hip", "lumbar_spine")
SPINE_FIRST = ("lumbar_spine", "femoral_neck", "total_hip")
GRADIENT_SITE = {"total_hip": "femoral_neck"}
"""The total hip has the gradient of the neck (assumed: the two correlate at 0.85)."""


def preferred(site: str) -> tuple[str, ...]:
    """Scan sites in the order in which they inform the rate of a fracture site."""
    return SPINE_FIRST if site in SPINE else HIP_FIRST


def scan_used(site: str, known: Mapping[str, Any] | None) -> str | None:
    """The scan site that the rate of a fracture site is taken from, or None where none is known."""
    return next((scan for scan in preferred(site) if known and scan in known), None)


def gradient(site: str, scan: str, sex: str) -> Series:
    """Rate ratio per standard deviation of a fracture site on a scan site, by age."""
    known = table("density", "outcome", "site", "sex")
    site = "vertebral_morphometric" if site == MULTIPLE else site
    at = GRADIENT_SITE.get(scan, scan)
    return known.get((site, at, sex)) or known["other", at, sex]


def multiplier(site: str, t_scores: Mapping[str, Any] | None, *, sex: str, age: Any) -> np.ndarray:
    """Rate at these densities over the average rate of people of that sex and age.

    Args:
        site: fracture site.
        t_scores: T-scores [1] by scan site, shapes that broadcast with `age`; none at all gives 1.
        sex: female or male.
        age: years.

    Raises:
        OsteocastError: a T-score is not a finite number.
    """
    scan = scan_used(site, t_scores)
    if scan is None or t_scores is None:
        return np.ones(np.shape(age))
    t = np.asarray(t_scores[scan], float)
    if not np.all(np.isfinite(t)):
        raise OsteocastError(
            "a T-score is not a number", where=f"t_scores, {scan}", fix="leave out people or sites without a scan"
        )
    mean, sd = dxa.t_by_age(scan, sex, np.asarray(age, float))
    log_gradient = np.log(gradient(site, scan, sex).at(age))
    return np.asarray(np.exp(-log_gradient * (t - mean) / sd - 0.5 * log_gradient**2))


def mean_t_scores(t_scores: Mapping[str, Any], *, sex: str, age: float, later: Any) -> dict[str, np.ndarray]:
    """T-scores at later ages of someone who keeps their place among people of their age.

    For a person whose course is not simulated.

    Args:
        t_scores: T-scores [1] by scan site at `age`.
        sex: female or male.
        age: years.
        later: ages at which they are wanted [year].
    """
    found: dict[str, np.ndarray] = {}
    for scan, t in t_scores.items():
        mean, sd = dxa.t_by_age(scan, sex, age)
        means, sds = dxa.t_by_age(scan, sex, np.asarray(later, float))
        found[scan] = np.asarray(means + sds * (t - mean) / sd)
    return found
