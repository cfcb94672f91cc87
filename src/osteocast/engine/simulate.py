"""The fused loop over people and time."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp

from osteocast.engine.accuracy import Nodes
from osteocast.engine.exposure import Courses, all_drives, course_levels, drive_from, only
from osteocast.engine.step import EVERY_SITE, Loop, step
from osteocast.engine.traits import ALL, Traits
from osteocast.model import assemble


def _stacked(state: dict[str, Any]) -> dict[str, Any]:
    """States with the volumes of all sites together, shape (sites, people)."""
    kinds = {kind: [f"{name}_{kind}" for name in assemble.SITES] for kind in assemble.VOLUMES}
    single = {name: value for name, value in state.items() if not any(name in names for names in kinds.values())}
    return single | {kind: jnp.stack([state[name] for name in names]) for kind, names in kinds.items()}


def _single(state: dict[str, Any]) -> dict[str, Any]:
    """States by name, shape (people,)."""
    single = {name: value for name, value in state.items() if name not in assemble.VOLUMES}
    for kind in assemble.VOLUMES:
        single |= {f"{name}_{kind}": state[kind][i] for i, name in enumerate(assemble.SITES)}
    return {name: single[name] for name in assemble.STATES}


def _with_every_site(p: SimpleNamespace) -> SimpleNamespace:
    """The parameters of all sites together, beside those of each."""
    together = {}
    for what in ("share", "turnover", "endocortical"):
        each = jnp.broadcast_arrays(*(jnp.atleast_1d(getattr(p, f"{name}_{what}")) for name in assemble.SITES))
        together[f"{EVERY_SITE}_{what}"] = jnp.stack(each)
    return SimpleNamespace(**vars(p), **together)


def start_of(
    state: dict[str, Any], courses: Courses, p: Any, at: Nodes, traits: Traits
) -> tuple[Loop, dict[str, Any]]:
    """What does not change from step to step, and the states as `step` takes them; arguments as `advance`."""
    direct = tuple(name for name in courses.channels if name not in assemble.LINEAR)
    blocking = tuple(name for name in courses.channels if name == "antibody_input")
    stored = tuple(name for name in courses.channels if name not in (*direct, *blocking))
    loop = Loop(
        only(courses, direct),
        only(courses, stored),
        only(courses, blocking),
        _with_every_site(p),
        at,
        traits,
        first_dose_d=jnp.min(courses.first_d),
        antibody=jnp.any(state["antibody"] > 0.0) | jnp.any(courses.antibody),
        testis=jnp.any(p.testis > 0.0),
    )
    return loop, _stacked(state)


def advance(
    state: dict[str, Any],
    edges_d: Any,
    first_step: Any,
    courses: Courses,
    p: Any,
    at: Nodes,
    wanted: tuple[str, ...],
    traits: Traits = ALL,
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
        traits: what can happen to these people; the rest is left out of the loop.

    Returns:
        The state at the end; each wanted quantity, shape (outputs, people); concentrations of the courses,
        shape (outputs, courses, people).
    """
    people = state["osteoclasts"].shape
    loop, start = start_of(state, courses, p, at, traits)

    def to_output(carried: dict[str, Any], i: Any) -> tuple[dict[str, Any], Any]:
        def one(k: Any, x: dict[str, Any]) -> dict[str, Any]:
            return step(x, edges_d[k], edges_d[k + 1] - edges_d[k], loop)

        carried = jax.lax.fori_loop(first_step[i], first_step[i + 1], one, carried)
        t = edges_d[first_step[i + 1]]
        levels = course_levels(courses, t)
        out = assemble.observed(_single(carried), all_drives(drive_from(levels, courses)), t, p)
        return carried, ({name: jnp.broadcast_to(out[name], people) for name in wanted}, levels)

    end, (quantities, levels) = jax.lax.scan(to_output, start, jnp.arange(first_step.shape[0] - 1))
    return _single(end), quantities, levels
