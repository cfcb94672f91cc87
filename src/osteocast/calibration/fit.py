"""Maximum a posteriori fit by Levenberg-Marquardt steps on exact gradients, with its Laplace uncertainty."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import numpy as np
from scipy.optimize import least_squares

from osteocast.calibration.problem import Problem


class Fit(NamedTuple):
    """Result of a calibration."""

    names: tuple[str, ...]
    log_mean: np.ndarray
    log_cov: np.ndarray
    """Laplace approximation at the mode, shape (parameters, parameters)."""
    simulated: np.ndarray
    """Every row at the mode."""
    cost: float
    """Half the sum of squared residuals, rows and priors."""


def fit(
    problem: Problem,
    *,
    use: np.ndarray | None = None,
    start: np.ndarray | None = None,
    evaluations: int = 40,
    progress: Callable[[int, float], None] | None = None,
) -> Fit:
    """Fit.

    Args:
        problem: rows and priors.
        use: which rows count, shape (rows,) of bool; None = all.
        start: log parameters to start from; None = the priors' centres.
        evaluations: at most this many evaluations of the gradient.
        progress: called with the number of evaluations and the cost.
    """
    keep = np.ones(len(problem.targets), bool) if use is None else use
    whiten = problem.whitening(keep)
    jacobian = jax.jit(jax.jacfwd(problem.simulate))
    count = 0

    def residuals(x: np.ndarray) -> np.ndarray:
        rows = whiten @ (np.asarray(problem.simulate(x)) - problem.observed)[keep]
        return np.concatenate([rows, (x - problem.prior_mean) / problem.prior_sd])

    def gradient(x: np.ndarray) -> np.ndarray:
        nonlocal count
        count += 1
        if progress is not None:
            progress(count, 0.5 * float(np.sum(residuals(x) ** 2)))
        return np.concatenate([whiten @ np.asarray(jacobian(x))[keep], np.diag(1.0 / problem.prior_sd)])

    inside = np.clip(problem.prior_mean if start is None else start, problem.low + 1e-6, problem.high - 1e-6)
    found = least_squares(
        residuals, inside, jac=gradient, bounds=(problem.low, problem.high), x_scale=problem.prior_sd,
        max_nfev=evaluations, ftol=1e-4, xtol=1e-4, gtol=1e-6,
    )  # fmt: skip
    information = found.jac.T @ found.jac
    return Fit(problem.names, found.x, np.linalg.inv(information), np.asarray(problem.simulate(found.x)), found.cost)
