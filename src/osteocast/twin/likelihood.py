"""How likely the measurements are, draw by draw.

Given a draw everything measured is normal: scans in density over the reported one, markers and hormones in logs.
Unknown and normal are also the density of the four sites at the reference month, the conversion error of each other
device, and the level of each marker, which is left free. All of these are integrated out, so a draw's likelihood is
one multivariate normal density; what it leaves of the density of the sites is known in closed form, and so is what
each measurement would have been expected to be from all others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from osteocast.measure import dxa
from osteocast.twin.observed import HORMONES, Observed, ResultSeen, ScanSeen
from osteocast.twin.past import Past
from osteocast.twin.prior import Drawn

MARKER_LEVEL_LOG_SD = 5.0
"""Spread of a marker's own level: so wide that only changes count."""


@dataclass(frozen=True)
class Fit:
    """Measurements against draws.

    Attributes:
        rows: what was measured above its limit, in order.
        residual: measured minus expected before any measurement, shape (draws, rows), relative.
        slope: of each row on the density of the sites [cm2/g], shape (draws, rows, sites).
        noise: covariance of the rows given density, shape (rows, rows).
        precision: inverse covariance of the residuals, shape (draws, rows, rows).
        log_likelihood: shape (draws,), with what `Drawn` and `Past` bring.
        below: log probability of each result below its limit, shape (draws, results).
    """

    rows: tuple[ScanSeen | ResultSeen, ...]
    residual: np.ndarray
    slope: np.ndarray
    noise: np.ndarray
    precision: np.ndarray
    log_likelihood: np.ndarray
    below: np.ndarray

    @property
    def covariance(self) -> np.ndarray:
        """Mean covariance of the residuals, shape (rows, rows)."""
        found: np.ndarray = np.linalg.inv(self.precision).mean(axis=0)
        return found


def fit(seen: Observed, drawn: Drawn, past: Past) -> Fit:
    """Compare draws with what was measured."""
    rows: tuple[ScanSeen | ResultSeen, ...] = (*seen.scans, *seen.markers, *seen.hormones)
    n = len(drawn.density_mean)
    residual = np.zeros((n, len(rows)))
    slope = np.zeros((n, len(rows), len(dxa.SITES)))
    for i, row in enumerate(rows):
        if isinstance(row, ScanSeen):
            site, value = row.scan.site, row.scan.bmd
            place = dxa.SITES.index(site)
            fold = past.at(site, row.month) / past.at(site, seen.reference_month)
            slope[:, i, place] = row.to_own.slope * fold / value
            expected = slope[:, i, place] * drawn.density_mean[:, place] + row.to_own.intercept_g_cm2 / value
            residual[:, i] = 1.0 - expected
        else:
            level = np.maximum(past.at(row.result.name, row.month), 1e-12)
            residual[:, i] = np.log(row.value) - np.log(level)
    noise = noise_of(rows)
    for name in {_level(row) for row in rows if _level(row)}:
        mine = [i for i, row in enumerate(rows) if _level(row) == name]
        residual[:, mine] -= residual[:, mine].mean()
    covariance = slope @ (drawn.density_root @ drawn.density_root.T) @ slope.swapaxes(1, 2) + noise
    precision = np.linalg.inv(covariance) if rows else covariance
    log_likelihood = drawn.log_weight + past.log_weight
    if rows:
        squares = np.einsum("ni,nij,nj->n", residual, precision, residual)
        log_likelihood = log_likelihood - 0.5 * (squares + np.linalg.slogdet(covariance)[1])
    below = np.zeros((n, len(seen.below)))
    for i, one in enumerate(seen.below):
        level = np.maximum(past.at(one.result.name, one.month), 1e-12)
        below[:, i] = np.log(np.maximum(ndtr((np.log(one.value) - np.log(level)) / one.cv), 1e-300))
    return Fit(rows, residual, slope, noise, precision, log_likelihood + below.sum(axis=1), below)


def noise_of(rows: tuple[ScanSeen | ResultSeen, ...]) -> np.ndarray:
    """Covariance of the rows given the density of the sites: scatter, conversion errors, free levels of markers."""
    noise = np.diag([row.cv**2 for row in rows]) if rows else np.zeros((0, 0))
    for i, one in enumerate(rows):
        for j, other in enumerate(rows):
            if _level(one) and _level(one) == _level(other):
                noise[i, j] += MARKER_LEVEL_LOG_SD**2
            if _converted(one) and _converted(one) == _converted(other):
                assert isinstance(one, ScanSeen)
                noise[i, j] += (one.to_own.error_pct / 100.0) ** 2
    return noise


def _level(row: ScanSeen | ResultSeen) -> str:
    """What shares a free level: a marker in one unit."""
    if isinstance(row, ScanSeen) or row.result.name in HORMONES:
        return ""
    return f"{row.result.name} {row.result.unit}"


def _converted(row: ScanSeen | ResultSeen) -> str:
    """What shares a conversion error: a site on another device."""
    other = isinstance(row, ScanSeen) and row.to_own.error_pct > 0.0
    return f"{row.scan.site} {row.scan.device}" if isinstance(row, ScanSeen) and other else ""


def density(found: Fit, drawn: Drawn, index: np.ndarray, sites: np.ndarray, scatter: np.ndarray) -> np.ndarray:
    """Density at the reference month given the measurements: a draw of the prior, moved by what the measurements
    say of it (Matheron's rule).

    Args:
        found: the comparison.
        drawn: the draws.
        index: which draws, shape (k,).
        sites: standard normal numbers, shape (k, sites).
        scatter: standard normal numbers, shape (k, rows).

    Returns:
        Density [g/cm2], shape (k, sites).
    """
    away = sites @ drawn.density_root.T
    if not found.rows:
        return np.asarray(drawn.density_mean[index] + away)
    slope = found.slope[index]
    seen = np.einsum("kij,kj->ki", slope, away) + scatter @ np.linalg.cholesky(found.noise).T
    gap = np.einsum("kij,kj->ki", found.precision[index], found.residual[index] - seen)
    spread = drawn.density_root @ drawn.density_root.T
    result: np.ndarray = drawn.density_mean[index] + away + np.einsum("ab,kib,ki->ka", spread, slope, gap)
    return result
