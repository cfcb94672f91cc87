"""Means and analysis of covariance, through SciPy and statsmodels."""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np

from osteocast.trials.analysis.outcomes import Measured
from osteocast.trials.analysis.records import known

LEVEL = 0.95


class Estimate(NamedTuple):
    """A difference between two arms with its interval and p, and how they were made."""

    difference: float | None
    lo95: float | None
    hi95: float | None
    p: float | None
    method: str


class Fitted(NamedTuple):
    """A model of one endpoint: its means by arm at the average baseline, and the differences asked for."""

    adjusted: tuple[float | None, ...]
    differences: tuple[Estimate, ...]


def mean_interval(values: np.ndarray) -> tuple[float | None, float | None]:
    """95 % interval of a mean by Student's t; None where fewer than two values or no spread allow none."""
    from scipy.stats import ttest_1samp

    if len(values) < 2 or not np.ptp(values):
        return None, None
    lo, hi = ttest_1samp(values, 0.0).confidence_interval(LEVEL)
    return known(lo), known(hi)


def welch(a: np.ndarray, b: np.ndarray) -> Estimate:
    """Difference of means of two arms with unequal variances."""
    from scipy.stats import ttest_ind

    method = "difference of means, Welch's t"
    if min(len(a), len(b)) < 2 or not (np.ptp(a) or np.ptp(b)):
        return Estimate(known(np.mean(a) - np.mean(b)) if len(a) and len(b) else None, None, None, None, method)
    found = ttest_ind(a, b, equal_var=False)
    lo, hi = found.confidence_interval(LEVEL)
    return Estimate(known(np.mean(a) - np.mean(b)), known(lo), known(hi), known(found.pvalue), method)


def predictors(data: Measured, rows: np.ndarray) -> np.ndarray:
    """One indicator an arm and, where it varies, the baseline about its mean; shape (people, predictors)."""
    base = data.baseline[rows]
    arms = np.eye(len(data.arms))[data.arm[rows]]
    return np.column_stack([arms, base - base.mean()]) if np.ptp(base) else arms


def ancova(data: Measured, pairs: tuple[tuple[int, int], ...], why: str = "") -> Fitted:
    """Analysis of covariance at the endpoint's month with the baseline as covariate.

    Ordinary least squares of statsmodels with HC3 errors, which hold when the arms spread differently and are close
    to nominal in small trials; intervals by t with the residual degrees of freedom.

    Args:
        data: the observations.
        pairs: arms to compare, as indices.
        why: added to the method, where it stands in for another.
    """
    from statsmodels.api import OLS

    method = f"ancova, baseline as covariate, HC3 errors{why}"
    rows = np.flatnonzero(np.isfinite(data.at_end) & np.isfinite(data.baseline))
    seen = np.bincount(data.arm[rows], minlength=len(data.arms))
    x = predictors(data, rows) if len(rows) else np.zeros((0, len(data.arms)))
    if seen.min() < 2 or len(rows) - x.shape[1] < 1:
        return nothing(data, pairs, f"{method}: too few people seen")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        fit = OLS(data.at_end[rows], x).fit(cov_type="HC3", use_t=True)
        found = []
        for a, b in pairs:
            contrast = np.zeros(x.shape[1])
            contrast[a], contrast[b] = 1.0, -1.0
            test = fit.t_test(contrast)
            lo, hi = test.conf_int(1.0 - LEVEL)[0]
            effect = float(np.squeeze(test.effect))
            found.append(Estimate(known(effect), known(lo), known(hi), known(np.squeeze(test.pvalue)), method))
    return Fitted(tuple(known(one) for one in fit.params[: len(data.arms)]), tuple(found))


def nothing(data: Measured, pairs: tuple[tuple[int, int], ...], method: str) -> Fitted:
    """What a model gives that cannot be fitted."""
    return Fitted((None,) * len(data.arms), tuple(Estimate(None, None, None, None, method) for _ in pairs))
