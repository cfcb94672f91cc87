"""A published change in bone density beside what the model gives for it."""

from __future__ import annotations

from dataclasses import dataclass

BAR = 1.96
"""Half-length of a bar in standard deviations: 95 % of a normal distribution lies within it."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A published result that a forecast rests on, beside its simulation.

    Attributes:
        id: its row in the table of published results.
        study: its name.
        drug: its bone-active drugs.
        site: site of the scan.
        from_month: month the change is counted from.
        to_month: month of the result.
        observed: published change in density [%], or difference between arms [percentage points].
        sd: its standard error as we judge it, without the spread between trials [percentage points], or None.
        simulated: what the model gives for the people of the study [as observed], None where not simulated.
        difference: whether it is one arm minus another.
        quality: how the source was read.
        citation: the source.
    """

    id: str
    study: str
    drug: str
    site: str
    from_month: float
    to_month: float
    observed: float
    sd: float | None
    simulated: float | None
    difference: bool
    quality: str
    citation: str

    @property
    def remembered(self) -> bool:
        """Whether it was written from memory, without the paper."""
        return self.quality == "memory"

    @property
    def half(self) -> float:
        """Half-length of the bar around the published value [as observed], 0 without one."""
        return BAR * (self.sd or 0.0)

    @property
    def inside(self) -> bool | None:
        """Whether the simulated value lies within the bar, None where one of them is missing."""
        if self.simulated is None or self.sd is None:
            return None
        return abs(self.simulated - self.observed) <= self.half

    @property
    def simulated_range(self) -> tuple[float, float] | None:
        """Where trials of the published size put the simulated value [as observed], None where not asked for."""
        return None


@dataclass(frozen=True, slots=True)
class Replication(Evidence):
    """A published result beside trials of its own size.

    Attributes:
        low: lower end of the range that holds 95 % of them [as observed], None where not simulated.
        high: upper end.
    """

    low: float | None = None
    high: float | None = None

    @property
    def simulated_range(self) -> tuple[float, float] | None:
        """Lower and upper end."""
        return None if self.low is None or self.high is None else (self.low, self.high)
