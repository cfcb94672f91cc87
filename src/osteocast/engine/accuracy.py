"""How finely time is cut, and where exposure is sampled within a step."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Nodes(NamedTuple):
    """Where exposure is sampled within a step: phases of a dosing interval times positions in the step."""

    phase: tuple[float, ...]
    position: tuple[float, ...]
    weight: tuple[float, ...]


def nodes(phases: int, positions: int) -> Nodes:
    """Gauss-Legendre nodes: across a dosing interval, denser after the dose, and along the step.

    A level rises fast after a dose and falls slowly, so the nodes are even in the cube root of the phase.

    Args:
        phases: nodes across the interval.
        positions: nodes along the step.
    """
    root, share = _gauss_legendre(phases)
    place, part = _gauss_legendre(positions)
    every = [
        (u**3, v, 3.0 * u**2 * w * x)
        for u, w in zip(root, share, strict=True)
        for v, x in zip(place, part, strict=True)
    ]
    return Nodes(*(tuple(float(v) for v in column) for column in zip(*every, strict=True)))


def _gauss_legendre(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights on 0 to 1."""
    x, w = np.polynomial.legendre.leggauss(count)
    return (x + 1.0) / 2.0, w / 2.0


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


DEFAULT = Accuracy(48.0, 64.0, 2.0, 2, nodes(4, 1))
PRECISE = Accuracy(0.2, 3.0, 1.0 / 16.0, 16, nodes(12, 2), 0.5)
