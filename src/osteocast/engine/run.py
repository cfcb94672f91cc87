"""Run a batch of people: the one entry to the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any, NamedTuple

import jax
import numpy as np

from osteocast.engine.accuracy import DEFAULT, Accuracy, Nodes
from osteocast.engine.configure import configure
from osteocast.engine.exposure import courses
from osteocast.engine.person_values import settle
from osteocast.engine.prepare import prepare
from osteocast.engine.schedule import Schedule
from osteocast.engine.simulate import advance
from osteocast.engine.traits import ALL, Traits, traits_of
from osteocast.model.assemble import REPORTED

configure()


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


@partial(jax.jit, static_argnames=("at", "wanted", "traits"))
def simulate_values(
    values: dict[str, Any],
    plan: Schedule,
    edges_d: Any,
    first_step: Any,
    state: dict[str, Any],
    at: Nodes,
    wanted: tuple[str, ...],
    traits: Traits = ALL,
) -> Any:
    """The compiled whole: settle the people, place their doses, carry them along the grid; see `advance`."""
    p = settle(SimpleNamespace(**values))
    return advance(state, edges_d, first_step, courses(plan, p, traits), p, at, wanted, traits)


def run(
    values: Mapping[str, Any],
    regimens: Sequence[Any],
    column: np.ndarray,
    months: np.ndarray,
    *,
    start_month: float,
    state: Mapping[str, Any] | None = None,
    wanted: tuple[str, ...] = REPORTED,
    accuracy: Accuracy = DEFAULT,
    taken: Any = None,
    lean: bool = False,
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
        lean: compile a loop for just what these regimens and people need: worth its seconds for many people.
    """
    traits = traits_of(regimens, values, state, wanted) if lean else ALL
    plan, edges, first, state = prepare(
        regimens, column, months, start_month=start_month, state=state, accuracy=accuracy, taken=taken, traits=traits
    )
    end, quantity, levels = simulate_values(dict(values), plan, edges, first, state, accuracy.at, wanted, traits)
    n = len(months)
    return Result(
        np.asarray(months),
        {name: np.asarray(value)[:n] for name, value in quantity.items()},
        np.asarray(levels)[:n],
        end,
        plan,
    )
