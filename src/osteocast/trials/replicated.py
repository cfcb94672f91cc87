"""A published number beside trials of its own size: the record of a replication."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from osteocast.trials.study_rows import Result, arm_name

NORMAL = 1.959964


@dataclass(frozen=True)
class Interval:
    """A number with the ends of its 95 % interval."""

    value: float
    lo95: float
    hi95: float


@dataclass(frozen=True)
class Replicated:
    """A published row beside its replication.

    Attributes:
        result: the row in its cohort.
        simulated: the number in everybody, and where 95 % of trials of this size lie; None = not simulated.
        reason: why not.
    """

    result: Result
    simulated: Interval | None
    reason: str | None

    @property
    def published(self) -> tuple[float, float | None, float | None]:
        """The published number, and the ends of its 95 % interval by its standard error as we judge it."""
        row = self.result.row
        sd = row.number("sd")
        if sd is None:
            return row.observed, None, None
        if row.text("measure") == "hazard_ratio" and row.observed > 0.0:
            half = math.exp(NORMAL * sd / row.observed)
            return row.observed, row.observed / half, row.observed * half
        return row.observed, row.observed - NORMAL * sd, row.observed + NORMAL * sd

    @property
    def in_published(self) -> bool | None:
        """Whether the simulated number lies in the published interval; None = unknown."""
        _, lo, hi = self.published
        return None if self.simulated is None or lo is None or hi is None else lo <= self.simulated.value <= hi

    @property
    def in_simulated(self) -> bool | None:
        """Whether the published number is one that a simulated trial of this size might find; None = unknown."""
        one = self.simulated
        return None if one is None else one.lo95 <= self.result.row.observed <= one.hi95

    def to_dict(self) -> dict[str, Any]:
        """The entry of `trial replicate --json`."""
        row, simulated = self.result.row, self.simulated
        value, lo, hi = self.published
        size, source = self.result.size
        return {
            "id": row.text("id"),
            "study": row.text("study"),
            "quantity": row.text("quantity"),
            "unit": row.text("unit"),
            "measure": row.text("measure"),
            "statistic": row.text("statistic"),
            "from_month": row.number("from_month"),
            "month": row.number("to_month"),
            "arms": [arm_name(k) for k in self.result.arms],
            "n": list(size),
            "n_from": source,
            "published": value,
            "published_lo95": lo,
            "published_hi95": hi,
            "quality": row.text("quality"),
            "citation": row.text("citation"),
            "simulated": None if simulated is None else simulated.value,
            "simulated_lo95": None if simulated is None else simulated.lo95,
            "simulated_hi95": None if simulated is None else simulated.hi95,
            "in_published": self.in_published,
            "in_simulated": self.in_simulated,
            "reason": self.reason,
        }
