"""The fused loop over people and time.

Every state obeys x' = production - loss x. A step solves each state exactly for the step's mean production
and loss, in causal order, and hands its own exact mean over the step to the states after it: second order in
the step, exact in the limit of constant exposure, and stable at any step. Exposure enters as the mean of its
*effect* over the step, sampled across a dosing interval.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp

from osteocast.engine.accuracy import Nodes
from osteocast.engine.exposure import Courses, course_levels, drive_from
from osteocast.model import assemble

jax.config.update("jax_enable_x64", True)


def relax(x: Any, production: Any, loss: Any, h: Any) -> tuple[Any, Any]:
    """End value and mean over a step of x' = production - loss x."""
    z = loss * h
    small = z < 1e-6
    safe = jnp.maximum(z, 1e-6)
    gone = -jnp.expm1(-z)
    mean_decay = jnp.where(small, 1.0 - 0.5 * z, gone / safe)
    mean_gain = jnp.where(small, 0.5 - z / 6.0, (1.0 - mean_decay) / safe)
    gain = production * h
    return x - x * gone + gain * mean_decay, x * mean_decay + gain * mean_gain


def _sample_times(t0: Any, h: Any, courses: Courses, at: Nodes) -> Any:
    """When each course is sampled, shape (nodes, courses, people or 1). A step longer than the dosing interval
    sees one whole interval, that which holds `position`, at `phase` of its clock; a shorter step is sampled at
    `phase` of itself."""
    phase, position = (jnp.array(column)[:, None, None] for column in (at.phase, at.position))
    number = jnp.floor((t0 + h * position - courses.start_d) / courses.interval_d + 1e-9)
    of_interval = courses.start_d + (number + phase) * courses.interval_d
    return jnp.where(h + 1e-9 < courses.interval_d, t0 + h * phase, of_interval)


def _step(state: dict[str, Any], t0: Any, h: Any, courses: Courses, p: Any, at: Nodes) -> dict[str, Any]:
    """One step of every state from `t0` to `t0 + h`.

    The pituitary comes first: hormones follow from it, and what they do to cells is averaged with its mean.
    """
    drive = drive_from(course_levels(courses, _sample_times(t0, h, courses, at)), courses)
    times = t0 + h * jnp.array(at.position)[:, None]
    weight = jnp.array(at.weight)[:, None]
    seen = SimpleNamespace(**state, **assemble.slow(t0 + 0.5 * h, p))
    new: dict[str, Any] = {}

    def averaged(forcing: Any) -> None:
        for name, value in forcing(drive, times, seen, p).items():
            setattr(seen, name, jnp.sum(weight * value, axis=0))

    def solved(cascade: tuple[assemble.State, ...]) -> None:
        for each in cascade:
            made, lost = each.balance(seen, p)
            end, mean = relax(state[each.name], made, lost, h)
            if each.bends:
                setattr(seen, each.name, mean)
                made, lost = each.balance(seen, p)
                end, mean = relax(state[each.name], made, lost, h)
            new[each.name] = end
            setattr(seen, each.name, mean)

    for _ in range(2):  # LH feeds back on itself: once with its value, once with its mean
        averaged(assemble.pituitary)
        solved(assemble.AXIS)
    averaged(assemble.forcing)
    solved(assemble.CASCADE)
    return new


def advance(
    state: dict[str, Any],
    edges_d: Any,
    first_step: Any,
    courses: Courses,
    p: Any,
    at: Nodes,
    wanted: tuple[str, ...],
) -> tuple[dict[str, Any], dict[str, Any], Any]:
    """Carry a batch of people along a grid.

    Args:
        state: start value of every state, shape (people,).
        edges_d: step boundaries [day], padded at the end.
        first_step: see `Grid`.
        courses: dose courses.
        p: parameters and personal values, shape () or (people,).
        at: sampling of exposure within a step.
        wanted: names of `assemble.observed` to return.

    Returns:
        The state at the end; each wanted quantity, shape (outputs, people); concentrations of the courses,
        shape (outputs, courses, people).
    """
    people = state["osteoclasts"].shape

    def to_output(carried: dict[str, Any], i: Any) -> tuple[dict[str, Any], Any]:
        def one(k: Any, x: dict[str, Any]) -> dict[str, Any]:
            return _step(x, edges_d[k], edges_d[k + 1] - edges_d[k], courses, p, at)

        carried = jax.lax.fori_loop(first_step[i], first_step[i + 1], one, carried)
        t = edges_d[first_step[i + 1]]
        levels = course_levels(courses, t)
        out = assemble.observed(carried, drive_from(levels, courses), t, p)
        return carried, ({name: jnp.broadcast_to(out[name], people) for name in wanted}, levels)

    end, (quantities, levels) = jax.lax.scan(to_output, state, jnp.arange(first_step.shape[0] - 1))
    return end, quantities, levels
