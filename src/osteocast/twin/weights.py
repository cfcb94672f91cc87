"""Importance weights, the proposal of another round, and what is drawn from both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from osteocast.twin.likelihood import Fit

WIDER = 1.5
"""Factor on the variance of a proposal, up to that of the prior: the linear fit that it rests on is too sure."""


@dataclass(frozen=True)
class Proposal:
    """A normal distribution of the normal numbers of a draw.

    Attributes:
        mean: shape (names,).
        root: eigenvectors times roots of eigenvalues, shape (names, names).
        inverse: inverse covariance.
        log_determinant: of the covariance.
    """

    mean: np.ndarray
    root: np.ndarray
    inverse: np.ndarray
    log_determinant: float

    def draw(self, z: np.ndarray) -> np.ndarray:
        """Standard normal numbers, shape (names, draws), as draws of the proposal."""
        moved: np.ndarray = self.mean[:, None] + self.root @ z
        return moved

    def log_ratio(self, z: np.ndarray) -> np.ndarray:
        """Log density over the prior's, shape (draws,)."""
        away = z - self.mean[:, None]
        squares = np.sum(away * (self.inverse @ away), axis=0)
        return np.asarray(0.5 * (np.sum(z * z, axis=0) - squares - self.log_determinant))


def proposal(z: np.ndarray, found: Fit, wider: float = WIDER) -> Proposal:
    """A proposal near the posterior: what the measurements would say if each depended on the numbers linearly.

    The residuals are regressed on the numbers; what the line leaves is added to the noise. In all directions that no
    measurement depends on, the proposal is the prior itself.

    Args:
        z: normal numbers of draws, shape (names, draws).
        found: the same draws against the measurements.
        wider: factor on its variance.
    """
    names, n = z.shape
    design = np.concatenate([np.ones((1, n)), z]).T
    # A little prior weight on slopes of 0 keeps the regression from fitting noise where numbers are many.
    ridge = np.eye(names + 1)
    ridge[0, 0] = 0.0
    coefficients = np.linalg.solve(design.T @ design + ridge, design.T @ found.residual)
    left = found.residual - design @ coefficients
    start, slope = coefficients[0], coefficients[1:].T
    noise = found.covariance + np.diag(left.var(axis=0))
    gain = slope.T @ np.linalg.inv(slope @ slope.T + noise)
    mean = -gain @ start
    values, vectors = np.linalg.eigh(np.eye(names) - gain @ slope)
    values = np.clip(wider * values, 1e-6, 1.0)
    root = vectors * np.sqrt(values)
    return Proposal(mean, root, (vectors / values) @ vectors.T, float(np.sum(np.log(values))))


def log_weights(log_likelihood: np.ndarray, z: np.ndarray, sizes: list[int], proposals: list[Proposal]) -> np.ndarray:
    """Log weights of draws of several rounds, the first from the prior: each draw against the mixture of all rounds
    (balance heuristic of Veach and Guibas), so that no weight explodes.

    Args:
        log_likelihood: shape (draws,).
        z: normal numbers, shape (names, draws).
        sizes: draws of each round.
        proposals: of the rounds after the first.
    """
    shares = np.log(np.array(sizes) / sum(sizes))
    parts = [shares[0] + np.zeros(z.shape[1])]
    parts += [share + one.log_ratio(z) for share, one in zip(shares[1:], proposals, strict=True)]
    return np.asarray(log_likelihood - np.logaddexp.reduce(parts, axis=0))


def tempered(log_weight: np.ndarray, log_likelihood: np.ndarray, least: float) -> tuple[np.ndarray, float]:
    """Weights with the likelihood to the largest power that leaves so many effective draws, and that power.

    Args:
        log_weight: with the likelihood in full.
        log_likelihood: the part of it that is the likelihood's.
        least: effective draws wanted.
    """
    if effective(normalised(log_weight)) >= least:
        return log_weight, 1.0
    low, high = 0.0, 1.0
    for _ in range(30):
        power = 0.5 * (low + high)
        enough = effective(normalised(log_weight - (1.0 - power) * log_likelihood)) >= least
        low, high = (power, high) if enough else (low, power)
    return np.asarray(log_weight - (1.0 - low) * log_likelihood), low


def normalised(log_weight: np.ndarray) -> np.ndarray:
    """Weights that add up to 1."""
    weight = np.exp(log_weight - np.max(log_weight))
    return np.asarray(weight / np.sum(weight))


def effective(weight: np.ndarray) -> float:
    """Effective sample size (Kish) of weights that add up to 1."""
    return float(1.0 / np.sum(weight**2))


def resampled(weight: np.ndarray, n: int, u: float) -> np.ndarray:
    """Places of `n` draws in proportion to their weights (systematic resampling).

    Args:
        weight: adds up to 1.
        n: how many.
        u: a number from 0 to 1 that begins the comb.
    """
    places = np.searchsorted(np.cumsum(weight), (np.arange(n) + u) / n)
    return np.asarray(np.minimum(places, len(weight) - 1))
