"""Power against the size of a trial: points from trials drawn, and the curve through them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SMALLEST = 4
"""People in the smaller arm."""


@dataclass(frozen=True)
class PowerPoint:
    """Trials of one size.

    Attributes:
        n: people in each arm, first arm and the one it is compared with.
        trials: how many were drawn and analysed.
        power: share of them with p below alpha.
        lo95: lower end of its exact (Clopper-Pearson) 95 % interval.
        hi95: upper end.
    """

    n: tuple[int, int]
    trials: int
    power: float
    lo95: float
    hi95: float


def people_of(smaller: float, ratio: float) -> tuple[int, int]:
    """People in both arms when the smaller has so many; rounded up."""
    n = max(SMALLEST, int(np.ceil(smaller - 1e-9)))
    return (int(np.ceil(n * ratio)), n) if ratio >= 1.0 else (n, int(np.ceil(n / ratio)))


def read_off(points: list[PowerPoint], power: float) -> tuple[float, float]:
    """Size of the smaller arm at the wanted power, and the standard error of its logarithm, from a probit of the root
    of the size."""
    from scipy.stats import norm
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.families.links import Probit
    from statsmodels.genmod.generalized_linear_model import GLM

    root = np.sqrt([min(point.n) for point in points])
    # Half a trial beside nought and all keeps the fit finite where power is steep.
    won = np.array([np.clip(p.power * p.trials, 0.5, p.trials - 0.5) for p in points])
    lost = np.array([p.trials for p in points]) - won
    fit = GLM(np.column_stack([won, lost]), np.column_stack([np.ones_like(root), root]), Binomial(Probit())).fit()
    start, slope = fit.params
    if slope <= 0.0:
        return float(max(root) ** 2 * 2.0), np.inf
    at = max((float(norm.ppf(power)) - start) / slope, 1e-6)
    toward = np.array([-1.0 / slope, -at / slope])
    error = float((toward @ np.asarray(fit.cov_params()) @ toward) ** 0.5)
    return float(at**2), 2.0 * error / at
