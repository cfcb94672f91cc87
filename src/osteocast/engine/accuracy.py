"""How finely time is cut, and where exposure is sampled within a step."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Nodes(NamedTuple):
    """Where exposure is sampled within a step: phases of a dosing interval times positions in the step."""

    phase: tuple[float, ...]
    position: tuple[float, ...]
    weight: tuple[float, ...]


def nodes(panels: tuple[tuple[float, int], ...], positions: int) -> Nodes:
    """Gauss-Legendre nodes: across a dosing interval in panels, denser after the dose, and along the step.

    Args:
        panels: (end, nodes) of each panel as a fraction of the interval, the last one ending at 1.
        positions: nodes along the step.
    """
    phases, start = [], 0.0
    for end, count in panels:
        x, w = np.polynomial.legendre.leggauss(count)
        phases += [
            (start + (end - start) * (a + 1.0) / 2.0, (end - start) * b / 2.0) for a, b in zip(x, w, strict=True)
        ]
        start = end
    x, w = np.polynomial.legendre.leggauss(positions)
    places = [((a + 1.0) / 2.0, b / 2.0) for a, b in zip(x, w, strict=True)]
    every = [(phase, place, u * v) for phase, u in phases for place, v in places]
    return Nodes(*(tuple(float(v) for v in column) for column in zip(*every, strict=True)))


class Accuracy(NamedTuple):
    """How finely time is cut."""

    step_d: float
    """Longest step after month 0, and before it once anything has been taken [day]."""
    history_step_d: float
    """Longest step in the natural history before that [day]."""
    finest_d: float
    """First step after a change of exposure [day]; steps double from there."""
    repeat: int
    """How often each size is used before it doubles."""
    at: Nodes
    every_dose_d: float = 10.0
    """Doses at least so far apart [day] begin a step each."""


DEFAULT = Accuracy(16.0, 48.0, 2.0, 2, nodes(((0.1, 1), (1.0, 2)), 1))
PRECISE = Accuracy(0.2, 6.0, 1.0 / 16.0, 16, nodes(((0.03, 4), (0.15, 4), (0.5, 4), (1.0, 4)), 2), 0.5)
