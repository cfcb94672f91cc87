"""Medians with intervals that assume no distribution."""

from __future__ import annotations

import numpy as np

from osteocast.trials.analysis.continuous import LEVEL, Estimate
from osteocast.trials.analysis.records import known

MOST_FOR_BOOTSTRAP = 5000
RESAMPLES = 999
SEED = 2026


def median_interval(
    values: np.ndarray, level: float = LEVEL, share: float = 0.5
) -> tuple[float | None, float | None]:
    """Exact interval of a quantile from order statistics, None where too few people allow one.

    Args:
        values: observations.
        level: its coverage.
        share: the quantile.
    """
    from scipy.stats import quantile_test

    if len(values) < 2:
        return None, None
    lo, hi = quantile_test(values, p=share).confidence_interval(level)
    return known(lo), known(hi)


def median_difference(a: np.ndarray, b: np.ndarray) -> Estimate:
    """Difference of the medians of two arms, with the rank-sum test of Wilcoxon, Mann and Whitney.

    The interval is a percentile bootstrap up to 5000 people; above that it is that of statsmodels' median regression,
    which then is the same and costs no resampling.
    """
    from scipy.stats import bootstrap, mannwhitneyu

    method = "difference of medians, "
    if min(len(a), len(b)) < 2:
        return Estimate(None, None, None, None, method + "too few people seen")
    difference = float(np.median(a) - np.median(b))
    p = known(mannwhitneyu(a, b).pvalue)
    if len(a) + len(b) <= MOST_FOR_BOOTSTRAP:

        def apart(x: np.ndarray, y: np.ndarray, axis: int = -1) -> np.ndarray:
            return np.asarray(np.median(x, axis=axis) - np.median(y, axis=axis))

        found = bootstrap(
            (a, b), apart, n_resamples=RESAMPLES, batch=200, vectorized=True, method="percentile",
            confidence_level=LEVEL, rng=np.random.default_rng(SEED),
        ).confidence_interval  # fmt: skip
        return Estimate(difference, known(found.low), known(found.high), p, method + "bootstrap interval; rank-sum p")
    from statsmodels.api import QuantReg

    arm = np.repeat([1.0, 0.0], [len(a), len(b)])
    fit = QuantReg(np.concatenate([a, b]), np.column_stack([np.ones_like(arm), arm])).fit(q=0.5)
    lo, hi = np.asarray(fit.conf_int(1.0 - LEVEL))[1]
    return Estimate(difference, known(lo), known(hi), p, method + "median regression interval; rank-sum p")
