"""A published row as an endpoint of a virtual trial."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from osteocast.evidence.targets import Target
from osteocast.trials.published import QUANTITIES, obstacle

EVENT_MEASURES = ("hazard_ratio", "rate")
USUAL_N = 100
"""People in an arm where the row gives no number: assumed."""


@dataclass(frozen=True)
class Result:
    """A published row as an endpoint of its cohort's design.

    Attributes:
        row: the row.
        reason: why it cannot be replicated, None where it can.
        arms: indices of its arm and, for a comparison, of its comparator.
        elsewhere: people of these arms as other rows give them, None where none does.
    """

    row: Target
    reason: str | None
    arms: tuple[int, ...]
    elsewhere: tuple[int | None, ...] = (None,)

    @property
    def is_event(self) -> bool:
        """Whether it counts events."""
        return self.row.text("measure") in EVENT_MEASURES

    @property
    def quantity(self) -> str:
        """Its name in a design."""
        name = self.row.text("quantity")
        return event_of(name) or name if self.is_event else QUANTITIES[name]

    @property
    def size(self) -> tuple[tuple[int, ...], str]:
        """People in each of its arms, and where the number is from: `row` (a comparison gives that of both arms),
        `trial` (another row of the arm), or `assumed`."""
        given = self.row.number("n")
        if given is not None:
            total, arms = max(int(given), len(self.arms)), len(self.arms)
            return (total,) if arms == 1 else (total - total // arms, total // arms), "row"
        if all(n is not None for n in self.elsewhere):
            return tuple(n for n in self.elsewhere if n is not None), "trial"
        return (USUAL_N,) * len(self.arms), "assumed"

    def endpoint(self) -> dict[str, Any]:
        """The row as an endpoint of a design."""
        row = self.row
        analysis = "median" if row.text("statistic") == "median" else "mean"
        found: dict[str, Any] = {
            "quantity": self.quantity,
            "month": row.required("to_month"),
            "from_month": row.required("from_month"),
        }
        if self.is_event:
            return found | {"measure": "event", "analysis": "kaplan_meier"}
        if row.text("measure") == "level":
            return found | {"measure": "level", "analysis": analysis}
        return found | {"measure": "percent_change", "analysis": analysis}


def event_of(quantity: str) -> str | None:
    """The event that a published fracture result counts, None where it is none of a virtual trial."""
    from osteocast.trials.fractures import OUTCOME_OF

    return OUTCOME_OF.get(quantity)


def why_not(row: Target) -> str | None:
    """Why a row cannot be replicated, or None."""
    if row.text("measure") in EVENT_MEASURES:
        quantity = row.text("quantity")
        return None if event_of(quantity) else f"no event of a virtual trial is '{quantity}'"
    return obstacle(row)


def arm_name(index: int) -> str:
    """Name of an arm of a replicated study."""
    return f"arm-{index + 1}"
