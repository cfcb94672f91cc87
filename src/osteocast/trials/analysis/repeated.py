"""Mixed model for repeated measures: all visits of all people, unstructured covariance.

The mean is arm x visit plus baseline x visit. The covariance of a person's visits has no structure and is that of
maximum likelihood over all people, also those seen at some visits only, so that loss which depends on what was seen
before does no harm. This is the usual model of bone trials. The `MixedLM` of statsmodels has no residual covariance
without structure (its random effects leave one term undetermined), its `GLS` wants one matrix for all observations,
and its `GEE` goes person by person. So the rows of each person are whitened by the covariance of the visits they
have, as `GLS` does, and the `OLS` of statsmodels fits the whitened rows, with errors clustered by person. A
cross-check compares it with `GEE`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from osteocast.trials.analysis.continuous import LEVEL, Estimate, Fitted, ancova, nothing
from osteocast.trials.analysis.outcomes import Measured
from osteocast.trials.analysis.records import known

LARGEST = 60_000_000
"""Numbers in the table of predictors above which analysis of covariance takes over: about half a gigabyte."""
ROUNDS, CLOSE = 200, 1e-6
RIDGE = 1e-9


def mmrm(data: Measured, pairs: tuple[tuple[int, int], ...]) -> Fitted:
    """Fit the model and compare arms at the last visit.

    Args:
        data: the observations at all visits.
        pairs: arms to compare, as indices.

    Returns:
        Adjusted means and differences at the endpoint's month, intervals by t with people less predictors per visit
        as degrees of freedom. Where the table of predictors would not fit into memory, those of `ancova`, which says
        so in its method.
    """
    people = np.flatnonzero(np.isfinite(data.baseline) & np.isfinite(data.y).any(axis=1))
    y, arm = data.y[people], data.arm[people]
    # A visit at which an arm was not seen has no mean to estimate.
    counts = np.array([np.isfinite(y[arm == k]).sum(axis=0) for k in range(len(data.arms))])
    if not len(people) or counts[:, -1].min() < 2:
        return nothing(data, pairs, "mmrm: too few people seen")
    y = y[:, counts.min(axis=0) >= 2]
    kept = np.isfinite(y).any(axis=1)
    people, y, arm = people[kept], y[kept], arm[kept]
    visits, arms = y.shape[1], len(data.arms)
    if visits == 1:
        return ancova(data, pairs, " (one visit: nothing is repeated)")
    numbers = int(np.isfinite(y).sum()) * visits * (arms + 1)
    if numbers > LARGEST:
        return ancova(data, pairs, f" (in place of mmrm: {len(people)} people at {visits} visits)")
    base = data.baseline[people]
    own = np.column_stack([np.eye(arms)[arm], base - base.mean()]) if np.ptp(base) else np.eye(arms)[arm]
    model = _Model(y, own)
    fit = model.fit()
    covariance = np.asarray(fit.cov_params())
    df = len(people) - own.shape[1]
    method = f"mmrm, {visits} visits, unstructured covariance, errors clustered by person"
    last = (visits - 1) * own.shape[1]
    if df < 1:
        return nothing(data, pairs, "mmrm: too few people seen")
    found = []
    for a, b in pairs:
        difference = float(fit.params[last + a] - fit.params[last + b])
        ia, ib = last + a, last + b
        variance = covariance[ia, ia] + covariance[ib, ib] - 2.0 * covariance[ia, ib]
        found.append(_estimate(difference, float(variance), df, method))
    return Fitted(tuple(known(one) for one in fit.params[last : last + arms]), tuple(found))


def _estimate(difference: float, variance: float, df: int, method: str) -> Estimate:
    from scipy.stats import t

    if not variance > 0.0:
        return Estimate(known(difference), None, None, None, method)
    error = variance**0.5
    half = float(t.ppf(0.5 + LEVEL / 2.0, df)) * error
    p = 2.0 * float(t.sf(abs(difference) / error, df))
    return Estimate(known(difference), known(difference - half), known(difference + half), known(p), method)


class _Model:
    """Rows of all people, sorted into patterns of visits seen."""

    def __init__(self, y: np.ndarray, own: np.ndarray) -> None:
        """`y` (people, visits) with NaN where not seen, `own` (people, predictors) of each person."""
        self.y, self.own = y, own
        seen = np.isfinite(y)
        patterns, which = np.unique(seen, axis=0, return_inverse=True)
        which = np.ravel(which)
        self.groups = [(np.flatnonzero(p), np.flatnonzero(which == i)) for i, p in enumerate(patterns)]

    def fit(self) -> Any:
        """Alternate means and covariance to the maximum of the likelihood; the last fit, with clustered errors."""
        from statsmodels.api import OLS

        covariance = self._first()
        for _ in range(ROUNDS):
            rows, outcomes, _ = self._whitened(covariance)
            beta = np.linalg.lstsq(rows.T @ rows, rows.T @ outcomes)[0]  # few well-scaled predictors
            following = self._covariance(beta, covariance)
            moved = np.abs(following - covariance).max() / np.abs(np.diag(covariance)).max()
            covariance = following
            if moved < CLOSE:
                break
        rows, outcomes, people = self._whitened(covariance)
        return OLS(outcomes, rows).fit(cov_type="cluster", cov_kwds={"groups": people}, use_t=True)

    def _first(self) -> np.ndarray:
        variance = np.nanvar(self.y, axis=0)
        return np.diag(np.maximum(variance, np.finfo(float).tiny))

    def _blocks(self, covariance: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Visits, people and the inverse root of the visits' covariance, pattern by pattern."""
        ridge = RIDGE * np.diag(np.diag(covariance))
        for visits, people in self.groups:
            root = np.linalg.cholesky((covariance + ridge)[np.ix_(visits, visits)])
            yield visits, people, np.linalg.inv(root)

    def _whitened(self, covariance: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Predictors and outcomes whose errors are independent with variance 1, and the person of each row."""
        width, visits_all = self.own.shape[1], self.y.shape[1]
        total = int(sum(len(v) * len(p) for v, p in self.groups))
        rows, outcomes = np.zeros((total, visits_all * width)), np.empty(total)
        person, at = np.empty(total, int), 0
        for visits, people, inverse in self._blocks(covariance):
            size = len(visits) * len(people)
            block = rows[at : at + size].reshape(len(people), len(visits), visits_all, width)
            own = self.own[people][:, None, None, :]
            block[:, :, visits, :] = inverse[None, :, :, None] * own
            outcomes[at : at + size] = (self.y[np.ix_(people, visits)] @ inverse.T).ravel()
            person[at : at + size] = np.repeat(people, len(visits))
            at += size
        return rows, outcomes, person

    def _covariance(self, beta: np.ndarray, covariance: np.ndarray) -> np.ndarray:
        """Expected covariance of the residuals of all visits, given those seen (one step of EM)."""
        width, size = self.own.shape[1], self.y.shape[1]
        mean = self.own @ beta.reshape(size, width).T
        total, count = np.zeros((size, size)), 0
        for visits, people, inverse in self._blocks(covariance):
            weights = covariance[:, visits] @ inverse.T @ inverse
            weights[visits] = np.eye(len(visits))
            residual = (self.y - mean)[np.ix_(people, visits)]
            filled = residual @ weights.T
            left = covariance - weights @ covariance[visits]
            total += filled.T @ filled + len(people) * (left + left.T) / 2.0
            count += len(people)
        found: np.ndarray = total / count
        return found
