"""Simulate every row of a table of published results and lay the two numbers side by side."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from osteocast.engine.run import run
from osteocast.evidence.targets import Target
from osteocast.people.sample import Numbers, shared, values
from osteocast.people.streams import normals
from osteocast.trials.published import QUANTITIES, Arm, batches, kinetic, obstacle, statistic

PEOPLE = 400
SEED = 2026
ARMS_AT_ONCE = 8


@dataclass(frozen=True)
class Comparison:
    """A published number and the simulated one."""

    target: Target
    simulated: float | None
    reason: str | None
    """Why there is no simulated number."""

    @property
    def z(self) -> float | None:
        """Difference in units of the published error and the spread between trials."""
        sd = self.target.total_sd
        return None if self.simulated is None or sd == 0.0 else (self.simulated - self.target.observed) / sd

    def to_dict(self) -> dict[str, Any]:
        """The entry of `validate --json`."""
        row = self.target
        return {
            "id": row.text("id"),
            "group": row.text("group"),
            "study": row.text("study"),
            "measure": row.text("measure"),
            "quantity": row.text("quantity"),
            "unit": row.text("unit"),
            "month": row.number("to_month"),
            "observed": row.observed,
            "sd": row.number("sd"),
            "quality": row.text("quality"),
            "simulated": self.simulated,
            "z": self.z,
            "reason": self.reason,
        }


def person_numbers(people: int = PEOPLE, seed: int = SEED) -> Numbers:
    """Normal numbers of the virtual sample that stands for every published group: the same people throughout."""
    ids = np.arange(1, people + 1)
    return lambda purpose: normals(seed, purpose, ids)


def validate(
    targets: Sequence[Target], *, people: int = PEOPLE, progress: Callable[[int, int], None] | None = None
) -> tuple[Comparison, ...]:
    """Simulate each row as a virtual sample around the row's means, the same people in both arms.

    Args:
        targets: rows of any table with the columns of the calibration table.
        people: size of each sample.
        progress: called with the number of batches done and of all.

    Returns:
        One entry for every row, in order; rows that cannot be simulated carry the reason.
    """
    reasons = [obstacle(target) for target in targets]
    simulable = [
        target
        for target, reason in zip(targets, reasons, strict=True)
        if reason is None and not target.follows_from_parameters
    ]
    courses: dict[tuple[Arm, str], tuple[np.ndarray, np.ndarray]] = {}
    numbers = person_numbers(people)
    todo = list(batches(simulable, ARMS_AT_ONCE))
    wanted = tuple(sorted({QUANTITIES[t.text("quantity")] for t in simulable}))
    for done, batch in enumerate(todo, start=1):
        regimens, column = batch.column(people)
        table = values([arm.group for arm in batch.arms], numbers)
        result = run(table, regimens, column, batch.months, start_month=batch.start_month, wanted=wanted)
        for i, arm in enumerate(batch.arms):
            for name in wanted:
                courses[arm, name] = (batch.months, result.quantity[name][:, i * people : (i + 1) * people])
        if progress is not None:
            progress(done, len(todo))

    def one(target: Target, reason: str | None) -> Comparison:
        if reason is not None:
            return Comparison(target, None, reason)
        if target.follows_from_parameters:
            value = kinetic(target, shared(target.text("sex")))
            return Comparison(target, value, None if value is not None else "no such kinetic quantity")
        simulated = float(statistic(target, lambda arm, name: courses[arm, name]))
        if not math.isfinite(simulated):
            return Comparison(target, None, "the simulation gave no finite value")
        return Comparison(target, simulated, None)

    return tuple(one(target, reason) for target, reason in zip(targets, reasons, strict=True))


def summary(comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """Agreement by kind: number of rows, root mean square and largest |z|, mean absolute error. The hormones of men,
    which are not fitted, stand apart from those of women."""
    result: dict[str, Any] = {"rows": len(comparisons), "simulated": 0}
    for kind in ("density", "marker", "hormone", "hormone_men", "kinetics"):
        rows = [c for c in comparisons if c.simulated is not None and _summed_under(c.target) == kind]
        result["simulated"] += len(rows)
        z = np.array([c.z for c in rows if c.z is not None], float)
        errors = np.array([c.simulated - c.target.observed for c in rows if c.simulated is not None], float)
        result[kind] = {
            "rows": len(rows),
            "rms_z": float(np.sqrt(np.mean(z**2))) if len(z) else None,
            "max_abs_z": float(np.max(np.abs(z))) if len(z) else None,
            "mean_abs_error": float(np.mean(np.abs(errors))) if rows else None,
        }
    return result


def _summed_under(target: Target) -> str:
    """The key of `summary` that a row counts under."""
    return "hormone_men" if target.kind == "hormone" and target.text("sex") == "male" else target.kind
