"""A run laid out in arrays, before any of it is simulated; plain NumPy, so that it costs no import of JAX."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from osteocast.engine.accuracy import Accuracy
from osteocast.engine.grid import DAYS_PER_MONTH, grid
from osteocast.engine.schedule import Schedule, breakpoints, dose_days, schedule, step_limits
from osteocast.engine.traits import ALL, Traits
from osteocast.model import assemble


def young_adult(people: int) -> dict[str, np.ndarray]:
    """The state from which every life starts, shape (people,)."""
    return {name: np.full(people, value) for name, value in assemble.YOUNG_ADULT.items()}


def _padded(values: np.ndarray, multiple: int) -> np.ndarray:
    missing = -len(values) % multiple
    return np.concatenate([values, np.repeat(values[-1:], missing)])


def prepare(
    regimens: Sequence[Any],
    column: np.ndarray,
    months: np.ndarray,
    *,
    start_month: float,
    state: Mapping[str, Any] | None,
    accuracy: Accuracy,
    taken: Any = None,
    traits: Traits = ALL,
) -> tuple[Schedule, np.ndarray, np.ndarray, dict[str, Any]]:
    """Plan, padded step boundaries, first steps and start state of a run; see `run`."""
    plan = schedule(regimens, column, taken, among=traits.cards, pad=4 if traits == ALL else 1)
    outputs = np.asarray(months, float) * DAYS_PER_MONTH
    start = start_month * DAYS_PER_MONTH
    jumps = breakpoints(regimens, float(outputs[-1]))
    if start < 0.0 < outputs[-1]:
        jumps = np.unique(np.concatenate([jumps, [0.0]]))
    laid = grid(
        start,
        outputs,
        jumps,
        step_limits(regimens),
        dose_days(regimens, accuracy.every_dose_d, float(outputs[-1])),
        step_d=accuracy.step_d,
        history_step_d=accuracy.history_step_d,
        finest_d=accuracy.finest_d,
        repeat=accuracy.repeat,
    )
    return (
        plan,
        _padded(laid.edges_d, 512),
        _padded(laid.first_step, 32),
        dict(state) if state is not None else young_adult(len(column)),
    )
