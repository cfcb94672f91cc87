"""The time grid of a run: fine after each change of exposure, coarse between, shared by the whole batch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from osteocast.engine.schedule import StepLimit
from osteocast.regimen.units import MONTH_DAYS

DAYS_PER_MONTH = MONTH_DAYS


class Grid(NamedTuple):
    """Steps grouped by the output they lead to."""

    edges_d: np.ndarray
    """Step boundaries [day], shape (steps + 1,)."""
    first_step: np.ndarray
    """Index of the first step after each output, shape (outputs + 1,); output i is read after the steps
    before `first_step[i + 1]`."""


def grid(
    start_d: float,
    outputs_d: np.ndarray,
    breakpoints_d: np.ndarray,
    limits: Sequence[StepLimit] = (),
    doses_d: Sequence[float] = (),
    *,
    step_d: float,
    history_step_d: float,
    finest_d: float,
    repeat: int,
) -> Grid:
    """Lay out the steps.

    Args:
        start_d: where the simulation begins [day].
        outputs_d: increasing days at which values are wanted; all at or after `start_d`.
        breakpoints_d: days at which exposure jumps; each is a step boundary, followed by small steps.
        limits: stretches whose longest step is a share of `step_d`.
        doses_d: days that are step boundaries without small steps after them.
        step_d: longest step after day 0, and before it from the first breakpoint on [day].
        history_step_d: longest step before that, in natural history [day].
        finest_d: first step after a breakpoint [day]; steps double from there.
        repeat: how often each size is used before it doubles.
    """
    end = float(outputs_d[-1])
    ends = [day for one in limits for day in (one.from_d, one.until_d)]
    knots = np.concatenate([breakpoints_d, doses_d, ends])
    inside = knots[(knots > start_d) & (knots < end)]
    knots = np.unique(np.concatenate([[start_d], inside, [end]]))
    pieces = []
    for left, right in zip(knots[:-1], knots[1:], strict=True):
        fine = np.any(np.isclose(breakpoints_d, left))
        longest = history_step_d if right <= min([0.0, *breakpoints_d]) else step_d
        longest = min([longest, *(one.share * step_d for one in limits if one.from_d < right and left < one.until_d)])
        stops = np.append(outputs_d[(outputs_d > left + 1e-7) & (outputs_d < right - 1e-7)], right)
        pieces.append(_graded(left, stops, longest, finest_d if fine else longest, repeat))
    edges = np.unique(np.concatenate([[start_d], *pieces, outputs_d]))
    keep = np.concatenate([[True], np.diff(edges) > 1e-7])
    edges = edges[keep]
    first = np.searchsorted(edges, outputs_d + 1e-7) - 1
    return Grid(edges, np.concatenate([[0], first]))


def _graded(left: float, stops: np.ndarray, longest: float, first: float, repeat: int) -> np.ndarray:
    """Edges after `left` through all `stops`: each size is used `repeat` times before it doubles, and the rest
    of the way to a stop is shared between steps of one length, in whole days, the clock of daily doses."""
    edges, t, step, used = [], left, min(first, longest), 0
    for stop in stops:
        while stop - t > 2.0 * step + 1e-9 and step < longest:
            t += step
            edges.append(t)
            used += 1
            if used == repeat:
                step, used = min(2.0 * step, longest), 0
        edges.extend(_shared(t, stop, step, left))
        t = stop
    return np.array(edges)


def _shared(start: float, stop: float, step: float, clock: float) -> np.ndarray:
    """Edges after `start` up to `stop`, as even as whole days on the clock allow, none further apart than `step`."""
    for aim in (step, step - 1.0):
        count = max(1, math.ceil((stop - start) / aim - 1e-9))
        edges = np.linspace(start, stop, count + 1)
        if step < 2.0:
            break
        edges[1:-1] = clock + np.round(edges[1:-1] - clock)
        if np.diff(edges).max() <= step + 1e-9:
            break
    return edges[1:]
