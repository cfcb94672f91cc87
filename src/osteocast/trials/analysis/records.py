"""What an analysis gives: records, and the JSON that other programs rely on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol


class PlannedEndpoint(Protocol):
    """What an analysis reads of an endpoint; `trials.design.Endpoint` has it."""

    @property
    def quantity(self) -> str:
        """A density site, marker, hormone or, for events, the name of the event."""

    @property
    def month(self) -> float:
        """Month of the result."""

    @property
    def from_month(self) -> float:
        """Month that a change is counted from."""

    @property
    def measure(self) -> str:
        """percent_change, change, level or event."""

    @property
    def analysis(self) -> str | None:
        """mmrm, ancova, mean, median, kaplan_meier or aalen_johansen."""


class PlannedArm(Protocol):
    """What an analysis reads of an arm."""

    @property
    def name(self) -> str:
        """The arm's name, as in the tables."""


class Planned(Protocol):
    """What an analysis reads of a design; `trials.design.Design` has it."""

    @property
    def arms(self) -> Sequence[PlannedArm]:
        """The arms."""

    @property
    def endpoints(self) -> Sequence[PlannedEndpoint]:
        """The endpoints."""

    @property
    def visits_month(self) -> Sequence[float]:
        """Months of the visits."""

    @property
    def reference_arm(self) -> str | None:
        """The arm that the others are compared with; None = the first."""


@dataclass(frozen=True)
class Summary:
    """One endpoint in one arm.

    Attributes:
        quantity: what was measured, or the event.
        month: month of the result.
        from_month: month that a change is counted from.
        measure: percent_change [%], change or level [unit of the quantity], event [%, cumulative incidence].
        n: people with the observation; for events, people at risk at the start.
        mean: mean of the observed values; for events, cumulative incidence [%].
        median: median of the observed values; None for events.
        sd: standard deviation of the observed values; None for events.
        lo95: lower end of the 95 % interval of the mean, of the median where the endpoint asks for medians, or of
            the cumulative incidence.
        hi95: upper end.
        interval: what the interval is of and how it was made.
        adjusted_mean: mean at the average baseline, from the model, where one was fitted.
        events: number of first events, None for measurements.
        person_years: time at risk [year], None for measurements.
    """

    quantity: str
    month: float
    from_month: float
    measure: str
    n: int
    mean: float | None
    median: float | None
    sd: float | None
    lo95: float | None
    hi95: float | None
    interval: str
    adjusted_mean: float | None = None
    events: int | None = None
    person_years: float | None = None


@dataclass(frozen=True)
class ArmResult:
    """One arm: people randomised to it, and its endpoints."""

    name: str
    n: int
    endpoints: tuple[Summary, ...]


@dataclass(frozen=True)
class Contrast:
    """Two arms compared at one endpoint.

    Attributes:
        quantity: what was measured, or the event.
        month: month of the result.
        from_month: month that a change is counted from.
        measure: as in `Summary`.
        arms: the arm, and the one it is compared with.
        method: how difference, interval and p were made, in words.
        difference: first minus second arm [unit of the measure].
        lo95: lower end of the 95 % interval of the difference.
        hi95: upper end.
        p: two-sided.
        ratio: hazard ratio of events, first over second arm, else None.
        ratio_lo95: lower end of its 95 % interval.
        ratio_hi95: upper end.
    """

    quantity: str
    month: float
    from_month: float
    measure: str
    arms: tuple[str, str]
    method: str
    difference: float | None
    lo95: float | None
    hi95: float | None
    p: float | None
    ratio: float | None = None
    ratio_lo95: float | None = None
    ratio_hi95: float | None = None


@dataclass(frozen=True)
class Analysis:
    """The result of a trial."""

    arms: tuple[ArmResult, ...]
    contrasts: tuple[Contrast, ...]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """`arms`, `contrasts`, `notes` as plain data without NaN: what cannot be estimated is None."""
        found: dict[str, Any] = _plain(asdict(self))
        return found


def known(value: Any) -> float | None:
    """A finite number as a float, anything else as None."""
    number = float(value)
    return number if math.isfinite(number) else None


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return known(value) if isinstance(value, float) else value
