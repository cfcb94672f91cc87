"""What a visit sees: the true value through a scanner or an assay. Each scan and each sample has its own noise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from osteocast.measure import dxa
from osteocast.trials.design import Design
from osteocast.trials.quantities import QUANTITIES, T_SCORE, site_of

Numbers = Callable[[str], np.ndarray]
"""Gives one number per person for a purpose."""


def observed(design: Design, name: str, month: float, true: np.ndarray, normal: Numbers) -> np.ndarray:
    """Measured values of a quantity at a visit, shape (people,).

    A density and its T-score come from the same scan. Scan noise is a share of the density; assay noise is
    log-normal and leaves the mean as it is.

    Args:
        design: with scanner and assays.
        name: the quantity.
        month: of the visit.
        true: true values; of a T-score too.
        normal: standard normal numbers.
    """
    if QUANTITIES[name].assay:
        cv = design.assays.get(name, 0.0) / 100.0
        if cv == 0.0:
            return true
        log_sd = np.sqrt(np.log1p(cv**2))
        return np.asarray(true * np.exp(log_sd * normal(f"assay: {name} month {month:g}") - log_sd**2 / 2.0))
    site, device = site_of(name), design.scanner.device
    cv = design.scanner.noise_pct(site) / 100.0
    noise = 1.0 + cv * normal(f"scan: {site} month {month:g}") if cv else np.ones_like(true)
    if name.startswith(T_SCORE):
        return np.asarray(dxa.t_score(dxa.bmd(true, site, device) * noise, site, device))
    return np.asarray(true * noise)


def true_value(design: Design, name: str, relative: np.ndarray, at_start: np.ndarray) -> np.ndarray:
    """True values of a quantity from what the engine returned.

    Args:
        design: with the scanner's kind.
        name: the quantity.
        relative: simulated values, shape (months, people): densities as a share of the young adult's.
        at_start: of a density, those at month 0 [g/cm2] over the simulated share at month 0, shape (people,).
    """
    if QUANTITIES[name].assay:
        return relative
    density = np.asarray(relative * at_start)
    if name.startswith(T_SCORE):
        return np.asarray(dxa.t_score(density, site_of(name), design.scanner.device))
    return density
