"""From draws to what is shown: medians with 90 % intervals, and when a T-score is crossed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from osteocast.measure import dxa

Band = dict[str, list[float]]
THRESHOLDS = (-1.0, -2.5)
QUANTILES = (0.05, 0.5, 0.95)
_TINY = 1e-9
"""A T-score typed as -2.5 is at -2.5, whatever the last bit of the density says."""


def quantiles(values: np.ndarray) -> np.ndarray:
    """5 %, 50 % and 95 % of the draws, shape (3, months).

    Args:
        values: shape (months, draws).
    """
    return np.asarray(np.quantile(values, QUANTILES, axis=1))


def band(found: np.ndarray, digits: int) -> Band:
    """Quantiles as plain lists, rounded to so many significant digits of the largest."""
    size = float(np.max(np.abs(found))) if found.size else 0.0
    decimals = max(0, digits - 1 - int(np.floor(np.log10(size)))) if size > 0.0 else 0
    low, middle, high = (np.round(row, decimals) + 0.0 for row in found)
    return {"median": middle.tolist(), "lo90": low.tolist(), "hi90": high.tolist()}


def band_of(values: np.ndarray, digits: int = 5) -> Band:
    """The band of values of shape (months, draws)."""
    return band(quantiles(values), digits)


def change_pct(values: np.ndarray) -> np.ndarray:
    """Percent change since the first month, shape (months, draws)."""
    change: np.ndarray = 100.0 * (values / values[:1] - 1.0)
    return change


def site_block(relative: np.ndarray, now: np.ndarray, site: str, device: str, months: np.ndarray) -> dict[str, Any]:
    """Density, T-score, percent change and crossings of one site.

    Args:
        relative: simulated density, shape (months, draws), in any unit.
        now: density at month 0 [g/cm2], shape (draws,).
        site: the site.
        device: the scanner whose unit and reference are used.
        months: month of each row.
    """
    fold = relative / relative[:1]
    bmd = fold * now
    young = dxa.reference(site, device)
    same = bool(np.ptp(now) == 0.0)
    folds = quantiles(fold)
    densities = folds * now[0] if same else quantiles(bmd)
    scores = dxa.t_score(densities, site, device)
    return {
        "bmd_g_cm2": band(densities, 5),
        "t_score": band(scores, 5),
        "change_pct": band(100.0 * (folds - 1.0), 5),
        "crosses": [crossing(bmd <= young.mean_g_cm2 + (t + _TINY) * young.sd_g_cm2, t, months) for t in THRESHOLDS],
    }


def crossing(below: np.ndarray, threshold: float, months: np.ndarray) -> dict[str, Any]:
    """When a T-score is crossed.

    Args:
        below: whether a draw is at or below the threshold, shape (months, draws).
        threshold: T-score.
        months: month of each row.

    Returns:
        `month_50`, the first month at which half of the draws are below (None if never), and
        `probability_by_end`, the share of draws that have been below by the last month.
    """
    half = np.flatnonzero(below.mean(axis=1) >= 0.5)
    return {
        "t": threshold,
        "month_50": int(months[half[0]]) if len(half) else None,
        "probability_by_end": round(float(below.any(axis=0).mean()), 4),
    }


def blocks(quantity: Mapping[str, np.ndarray], names: Mapping[str, tuple[str, float]]) -> dict[str, Band]:
    """Bands of several quantities.

    Args:
        quantity: simulated values by name.
        names: name in the output -> (name in the simulation, factor).
    """
    return {name: band(quantiles(quantity[source]) * factor, 5) for name, (source, factor) in names.items()}
