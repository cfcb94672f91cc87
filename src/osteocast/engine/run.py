"""Run a batch of people: the one entry to the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from osteocast.engine.configure import configure
from osteocast.engine.grid import DAYS_PER_MONTH, grid
from osteocast.engine.person_values import settle
from osteocast.engine.schedule import Schedule, breakpoints, courses, longest_step, schedule
from osteocast.engine.simulate import Nodes, advance, nodes
from osteocast.model import assemble

configure()

ALL = (
    *assemble.SITES,
    *("trabecular", "cortical", "remodelling_space", "sCTX", "uNTX", "P1NP", "BSAP"),
    *("rankl", "opg", "osteoclasts", "osteoblasts", "osteocytes", "sclerostin"),
    *("E2", "E1", "E1S", "T", "LH", "whole_body_aromatisation", "antibody", "bisphosphonate"),
)


class Accuracy(NamedTuple):
    """How finely time is cut."""

    step_d: float
    """Longest step after month 0 [day]."""
    history_step_d: float
    """Longest step before it [day]."""
    finest_d: float
    """First step after a change of exposure [day]; steps double from there."""
    repeat: int
    """How often each size is used before it doubles."""
    at: Nodes


DEFAULT = Accuracy(16.0, 48.0, 2.0, 2, nodes(((0.1, 1), (1.0, 2)), 1))
PRECISE = Accuracy(1.0, 6.0, 1.0 / 16.0, 16, nodes(((0.03, 4), (0.15, 4), (0.5, 4), (1.0, 4)), 2))


class Result(NamedTuple):
    """What a run gives back."""

    month: np.ndarray
    """Output months, shape (outputs,)."""
    quantity: dict[str, np.ndarray]
    """By name, shape (outputs, people): see `assemble.observed`."""
    concentration: np.ndarray
    """Of every course of the plan, shape (outputs, courses, people)."""
    state: dict[str, Any]
    """State after the last output, shape (people,)."""
    plan: Schedule


@partial(jax.jit, static_argnames=("at", "wanted"))
def simulate_values(
    values: dict[str, Any],
    plan: Schedule,
    edges_d: Any,
    first_step: Any,
    state: dict[str, Any],
    at: Nodes,
    wanted: tuple[str, ...],
) -> Any:
    """The compiled whole: settle the people, place their doses, carry them along the grid; see `advance`."""
    p = settle(SimpleNamespace(**values))
    return advance(state, edges_d, first_step, courses(plan, p), p, at, wanted)


def young_adult(people: int) -> dict[str, np.ndarray]:
    """The state from which every life starts, shape (people,)."""
    return {name: np.full(people, value) for name, value in assemble.YOUNG_ADULT.items()}


def _padded(values: np.ndarray, multiple: int) -> np.ndarray:
    missing = -len(values) % multiple
    return np.concatenate([values, np.repeat(values[-1:], missing)])


def run(
    values: Mapping[str, Any],
    regimens: Sequence[Any],
    column: np.ndarray,
    months: np.ndarray,
    *,
    start_month: float,
    state: Mapping[str, Any] | None = None,
    wanted: tuple[str, ...] = ALL,
    accuracy: Accuracy = DEFAULT,
    taken: Any = None,
) -> Result:
    """Simulate a batch from `start_month` to the last of `months`.

    Args:
        values: every parameter and personal value by name, shape () or (people,).
        regimens: distinct regimens.
        column: index of each person's regimen, shape (people,).
        months: increasing output months, none before `start_month`.
        start_month: month at which `state` holds; the run begins there.
        state: start state; None = a young adult's.
        wanted: quantities to return.
        accuracy: how finely time is cut.
        taken: doses missed at random, see `schedule`.
    """
    plan, edges, first, state = prepare(
        regimens, column, months, start_month=start_month, state=state, accuracy=accuracy, taken=taken
    )
    end, quantity, levels = simulate_values(dict(values), plan, edges, first, state, accuracy.at, wanted)
    n = len(months)
    return Result(
        np.asarray(months),
        {name: np.asarray(value)[:n] for name, value in quantity.items()},
        np.asarray(levels)[:n],
        end,
        plan,
    )


def prepare(
    regimens: Sequence[Any],
    column: np.ndarray,
    months: np.ndarray,
    *,
    start_month: float,
    state: Mapping[str, Any] | None,
    accuracy: Accuracy,
    taken: Any = None,
) -> tuple[Schedule, np.ndarray, np.ndarray, dict[str, Any]]:
    """Plan, padded step boundaries, first steps and start state of a run; see `run`."""
    plan = schedule(regimens, column, taken)
    outputs = np.asarray(months, float) * DAYS_PER_MONTH
    start = start_month * DAYS_PER_MONTH
    jumps = breakpoints(regimens, float(outputs[-1]))
    if start < 0.0 < outputs[-1]:
        jumps = np.unique(np.concatenate([jumps, [0.0]]))
    laid = grid(
        start,
        outputs,
        jumps,
        step_d=longest_step(regimens, accuracy.step_d),
        history_step_d=accuracy.history_step_d,
        finest_d=accuracy.finest_d,
        repeat=accuracy.repeat,
    )
    return (
        plan,
        _padded(laid.edges_d, 512),
        _padded(laid.first_step, 32),
        dict(state) if state is not None else young_adult(len(column)),
    )


def as_jax(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as float64 arrays."""
    return {name: jnp.asarray(value, float) for name, value in values.items()}
