"""Each measurement against what all others lead to expect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from osteocast.twin.likelihood import Fit
from osteocast.twin.observed import ResultSeen, ScanSeen
from osteocast.twin.weights import normalised


@dataclass(frozen=True)
class LeftOut:
    """A measurement against all others.

    Attributes:
        row: the measurement.
        p_low: probability that it would come out lower than it did.
        expected: what was to be expected, in the unit of the measurement: median and 90 % interval.
        sd: spread of what was expected, relative.
    """

    row: ScanSeen | ResultSeen
    p_low: float
    expected: tuple[float, float, float]
    sd: float

    @property
    def p(self) -> float:
        """Probability of so large a gap to either side."""
        return 2.0 * min(self.p_low, 1.0 - self.p_low)


def left_out(found: Fit, log_weight: np.ndarray) -> list[LeftOut]:
    """Every measurement against what all others lead to expect."""
    result: list[LeftOut] = []
    if not found.rows:
        return result
    pulled = np.einsum("nij,nj->ni", found.precision, found.residual)
    for i, row in enumerate(found.rows):
        variance = 1.0 / found.precision[:, i, i]
        gap = pulled[:, i] * variance
        without = log_weight + 0.5 * (gap**2 / variance + np.log(variance))
        weight = normalised(without)
        p_low = float(np.sum(weight * ndtr(gap / np.sqrt(variance))))
        mean = float(np.sum(weight * gap))
        sd = float(np.sqrt(np.sum(weight * (variance + (gap - mean) ** 2))))
        measured = row.scan.bmd if isinstance(row, ScanSeen) else row.result.value
        ends = (mean, mean + 1.645 * sd, mean - 1.645 * sd)
        if isinstance(row, ScanSeen):
            middle, low, high = (measured * (1.0 - end) for end in ends)
        else:
            middle, low, high = (measured * float(np.exp(-end)) for end in ends)
        result.append(LeftOut(row, p_low, (middle, low, high), sd))
    return result
