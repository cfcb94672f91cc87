"""A life from youth to month 0 as a function that JAX can differentiate in reverse.

The engine's own loop runs a number of steps that is known only when it runs, which has no reverse derivative. Here
the same steps, on the same grid, are a scan of fixed length; each step is worked out again on the way back, so that
only the states between steps are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from osteocast.engine.accuracy import DEFAULT
from osteocast.engine.exposure import all_drives, course_levels, courses, drive_from
from osteocast.engine.person_values import settle
from osteocast.engine.prepare import prepare
from osteocast.engine.simulate import start_of
from osteocast.engine.step import step
from osteocast.engine.traits import traits_of
from osteocast.model import assemble
from osteocast.twin.past import Plan

Life = Callable[[Mapping[str, Any]], dict[str, Any]]


def life(middle: Mapping[str, float], plan: Plan, months: np.ndarray, wanted: tuple[str, ...]) -> Life:
    """A function from the values of one person to what became of them.

    Args:
        middle: values of somebody like that, for what can happen at all.
        plan: when life begins, and what is taken.
        months: increasing, the last is 0.
        wanted: quantities.

    Returns:
        A function that gives each quantity, shape (months, regimens).
    """
    people = len(plan.regimens)
    traits = traits_of(plan.regimens, middle, None, wanted)
    schedule, edges, first, state = prepare(
        plan.regimens,
        np.arange(people),
        months,
        start_month=plan.start_month,
        state=None,
        accuracy=DEFAULT,
        traits=traits,
    )
    last = first[1 : len(months) + 1]
    edges = edges[: last[-1] + 1]
    starts, lengths = jnp.array(edges[:-1]), jnp.array(np.diff(edges))

    def lived(values: Mapping[str, Any]) -> dict[str, Any]:
        p = settle(SimpleNamespace(**values))
        taken = courses(schedule, p, traits)
        loop, now = start_of(state, taken, p, DEFAULT.at, traits)

        @jax.checkpoint
        def one(carried: dict[str, Any], when: tuple[Any, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
            after = step(carried, *when, loop)
            return after, after

        now = {name: jnp.asarray(value, float) for name, value in now.items()}
        _, states = jax.lax.scan(one, now, (starts, lengths))
        found: dict[str, list[Any]] = {name: [] for name in wanted}
        for end in last:
            t = edges[end]
            at_end = _single({name: value[end - 1] for name, value in states.items()})
            drive = all_drives(drive_from(course_levels(taken, t), taken))
            seen = assemble.observed(at_end, drive, t, p)
            for name in wanted:
                found[name].append(jnp.broadcast_to(seen[name], (people,)))
        return {name: jnp.stack(each) for name, each in found.items()}

    return lived


def _single(state: Mapping[str, Any]) -> dict[str, Any]:
    """States by name, from those that a step holds for all sites together."""
    found = {name: value for name, value in state.items() if name not in assemble.VOLUMES}
    for kind in assemble.VOLUMES:
        found |= {f"{name}_{kind}": state[kind][i] for i, name in enumerate(assemble.SITES)}
    return found
