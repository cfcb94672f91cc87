"""How far people differ: percentiles of the change at each visit, with intervals (a visual predictive check)."""

from __future__ import annotations

from typing import Any

import numpy as np

from osteocast.trials.analysis.medians import MOST_FOR_BOOTSTRAP, RESAMPLES, SEED, median_interval
from osteocast.trials.analysis.records import Planned, known

PERCENTILES = (5, 25, 50, 75, 95)
LEVEL = 0.90
FEWEST = 20
"""Fewer people than this say nothing of a 5th percentile."""


def spread(design: Planned, visits: Any) -> list[dict[str, Any]]:
    """Percentiles of the observed percent change from month 0, by arm, quantity and visit.

    Args:
        design: arms and endpoints; quantities of endpoints that are changes are drawn.
        visits: pandas table of visits with `<quantity>_observed`.

    Returns:
        One entry an arm and quantity: `arm`, `quantity`, `months`, `n` (people seen), `method` and `percentiles`, a
        list by percentile of `percentile`, `value`, `lo90`, `hi90`, each a list over months [%]. The interval is that
        of the percentile in a trial of this size: bootstrap up to 5000 people, order statistics above.
    """
    quantities = dict.fromkeys(e.quantity for e in design.endpoints if e.measure in ("percent_change", "change"))
    arms = visits["arm"].astype(str)
    found = []
    for quantity in quantities:
        for arm in design.arms:
            own = visits[arms == arm.name].pivot(index="person", columns="month", values=f"{quantity}_observed")
            visited = np.isfinite(own.to_numpy(float)).any(axis=0)
            values, months = own.to_numpy(float)[:, visited], np.asarray(own.columns, float)[visited]
            if not len(months) or months[0] != 0.0:
                continue
            found.append(_one(arm.name, quantity, months, 100.0 * (values / values[:, :1] - 1.0)))
    return found


def _one(arm: str, quantity: str, months: np.ndarray, change: np.ndarray) -> dict[str, Any]:
    seen = [column[np.isfinite(column)] for column in change.T]
    table = [percentiles(column) if len(column) >= FEWEST else None for column in seen]
    large = max(len(column) for column in seen) > MOST_FOR_BOOTSTRAP

    def row(k: int, part: int) -> list[float | None]:
        return [None if one is None else known(one[part][k]) for one in table]

    return {
        "arm": arm,
        "quantity": quantity,
        "months": [float(month) for month in months],
        "n": [len(column) for column in seen],
        "method": "order statistics" if large else "bootstrap",
        "percentiles": [
            {"percentile": p, "value": row(k, 0), "lo90": row(k, 1), "hi90": row(k, 2)}
            for k, p in enumerate(PERCENTILES)
        ],
    }


def percentiles(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`PERCENTILES` of a sample and the 90 % interval of each: value, lower and upper ends, shape (5,) each."""
    from scipy.stats import bootstrap

    def all_of(sample: np.ndarray, axis: int = -1) -> np.ndarray:
        return np.asarray(np.percentile(sample, PERCENTILES, axis=axis))

    value = all_of(values)
    if not np.ptp(values):
        return value, value, value
    if len(values) <= MOST_FOR_BOOTSTRAP:
        interval = bootstrap(
            (values,), all_of, n_resamples=RESAMPLES, batch=200, vectorized=True, method="percentile",
            confidence_level=LEVEL, rng=np.random.default_rng(SEED),
        ).confidence_interval  # fmt: skip
        return value, np.asarray(interval.low), np.asarray(interval.high)
    ends = np.array([median_interval(values, LEVEL, p / 100.0) for p in PERCENTILES], float)
    return value, ends[:, 0], ends[:, 1]
