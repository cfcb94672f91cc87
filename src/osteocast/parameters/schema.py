"""A parameter is a record: value, unit, bounds, basis, quality and place in its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

BASES = ("measured", "fitted", "assumed")
QUALITIES = ("fulltext", "abstract", "label", "secondary", "derived", "memory")


@dataclass(frozen=True)
class Parameter:
    """One number of the mechanism.

    Attributes:
        name: its name in the equations.
        title: one line that ends with a full stop.
        values: value by sex, in `unit`; for a fitted parameter the centre of its prior.
        unit: unit as written; "1" for a pure number.
        bounds: lowest and highest value that make sense, in `unit`.
        basis: measured, fitted or assumed.
        quality: how the source was read; `memory` was not seen.
        where: place or reasoning in the source.
        source: key of the source, the name of its file.
        citation: the source in words.
        prior_log_sd: spread of the prior on the log scale, for fitted parameters.
        between_person_log_sd: spread between people on the log scale, 0 where people share the value.
        fitted: value found by calibration, in `unit`, or None.
        fitted_log_sd: its uncertainty on the log scale.
    """

    name: str
    title: str
    values: Mapping[str, float]
    unit: str
    bounds: tuple[float, float]
    basis: str
    quality: str
    where: str
    source: str
    citation: str
    prior_log_sd: float = 0.0
    between_person_log_sd: float = 0.0
    fitted: float | None = None
    fitted_log_sd: float | None = None

    def value(self, sex: str) -> float:
        """Value in force for one sex [unit]: the fitted one where there is one."""
        return self.fitted if self.fitted is not None else self.values[sex]
