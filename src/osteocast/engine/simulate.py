"""The fused loop over people and time.

Every state obeys x' = production - loss x. A step solves each state exactly for the step's mean production
and loss, in causal order, and hands its own exact mean over the step to the states after it: second order in
the step, exact in the limit of constant exposure, and stable at any step. Exposure enters as the mean of its
*effect* over the step, sampled across a dosing interval.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from osteocast.model import assemble
from osteocast.model.kinetics import concentration

jax.config.update("jax_enable_x64", True)


class Courses(NamedTuple):
    """Dose courses as data: no drug has code of its own. Shapes (courses, people) or (courses, 1)."""

    start_d: Any
    interval_d: Any
    """Days between doses; endless for an unbroken input."""
    n_doses: Any
    end_d: Any
    """End of an unbroken input [day]."""
    continuous: Any
    scale: Any
    ke: Any
    ka: Any
    c1: Any
    c2: Any
    d1: Any
    d2: Any
    weight: Any
    """Effect on each channel of `DRIVES` per unit concentration, shape (channels, courses, people)."""


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
            (start + (end - start) * (a + 1.0) / 2.0, (end - start) * b / 2.0)
            for a, b in zip(x, w, strict=True)
        ]
        start = end
    x, w = np.polynomial.legendre.leggauss(positions)
    places = [((a + 1.0) / 2.0, b / 2.0) for a, b in zip(x, w, strict=True)]
    every = [(phase, place, u * v) for phase, u in phases for place, v in places]
    return Nodes(*(tuple(float(v) for v in column) for column in zip(*every, strict=True)))


def course_levels(courses: Courses, t_d: Any) -> Any:
    """Concentration of every course at time `t_d` (scalar or shape (courses, people)), just before any dose
    given at that very moment."""
    since_start = t_d - courses.start_d
    given = jnp.clip(jnp.ceil(since_start / courses.interval_d - 1e-9), 0.0, courses.n_doses)
    on_drug = jnp.where(
        courses.continuous,
        jnp.clip(jnp.minimum(t_d, courses.end_d) - courses.start_d, 0.0),
        given * courses.interval_d,
    )
    since_last = jnp.where(
        courses.continuous, t_d - courses.end_d, since_start - (given - 1.0) * courses.interval_d
    )
    return concentration(courses, jnp.where(on_drug > 0.0, 1.0, 0.0), jnp.clip(since_last, 0.0), on_drug)


def drive_from(levels: Any, courses: Courses) -> SimpleNamespace:
    """Sum of concentration x weight over courses, for every channel."""
    return SimpleNamespace(
        **{name: jnp.sum(courses.weight[i] * levels, axis=0) for i, name in enumerate(assemble.DRIVES)}
    )


def relax(x: Any, production: Any, loss: Any, h: Any) -> tuple[Any, Any]:
    """End value and mean over a step of x' = production - loss x."""
    z = loss * h
    small = z < 1e-6
    safe = jnp.where(small, 1.0, z)
    decay = jnp.exp(-z)
    mean_decay = jnp.where(small, 1.0 - 0.5 * z, (1.0 - decay) / safe)
    gain = production * h
    mean_gain = jnp.where(small, 0.5 - z / 6.0, (1.0 - mean_decay) / safe)
    return x * decay + gain * mean_decay, x * mean_decay + gain * mean_gain


def _sample_time(t0: Any, h: Any, phase: float, position: float, courses: Courses) -> Any:
    """When a course is sampled. A step longer than the dosing interval sees one whole interval, that which
    holds `position`, at `phase` of its clock; a shorter step is sampled at `phase` of itself."""
    number = jnp.floor((t0 + h * position - courses.start_d) / courses.interval_d + 1e-9)
    of_interval = courses.start_d + (number + phase) * courses.interval_d
    return jnp.where(h + 1e-9 < courses.interval_d, t0 + h * phase, of_interval)


def _step(state: dict[str, Any], t0: Any, h: Any, courses: Courses, p: Any, at: Nodes) -> dict[str, Any]:
    """One step of every state from `t0` to `t0 + h`."""
    drives, times = [], []
    for phase, position in zip(at.phase, at.position, strict=True):
        where = _sample_time(t0, h, phase, position, courses)
        drives.append(drive_from(course_levels(courses, where), courses))
        times.append(t0 + h * position)
    new: dict[str, Any] = {}
    seen = SimpleNamespace(**state, **assemble.slow(t0 + 0.5 * h, p))

    forced = [assemble.forcing(d, t, p) for d, t in zip(drives, times, strict=True)]
    for name in forced[0]:
        setattr(seen, name, sum(w * f[name] for w, f in zip(at.weight, forced, strict=True)))

    for each in assemble.CASCADE:
        made, lost = each.balance(seen, p)
        end, mean = relax(state[each.name], made, lost, h)
        if each.bends:
            setattr(seen, each.name, mean)
            made, lost = each.balance(seen, p)
            end, mean = relax(state[each.name], made, lost, h)
        new[each.name] = end
        setattr(seen, each.name, mean)
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
