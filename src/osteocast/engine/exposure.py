"""From dose courses to concentrations, and from concentrations to what they do.

The drug cards name their parameters; here they become numbers. Units are converted once: doses to nmol where
a card has a molar mass, hours to days.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, NamedTuple

import jax.numpy as jnp

from osteocast.drugs.catalogue import Card, card
from osteocast.engine.schedule import Schedule, modelled
from osteocast.model.assemble import DRIVES
from osteocast.model.kinetics import concentration

FAST = 200.0  # absorption [1/day] of whatever enters without delay


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


def courses(plan: Schedule, p: SimpleNamespace) -> Courses:
    """Turn a schedule into numbers for the people whose parameters are `p` (values of shape () or (people,))."""
    people = plan.card.shape[1]

    def row(x: Any) -> Any:
        return jnp.broadcast_to(jnp.asarray(x, float), (people,))

    table = [(1.0, FAST, 0.0, [0.0] * len(DRIVES)), *(_worth(card(name), p) for name in modelled())]

    def pick(values: list[Any]) -> Any:
        return jnp.take_along_axis(jnp.stack([row(v) for v in values]), plan.card, axis=0)

    ke, ka, scale = (pick([entry[i] for entry in table]) for i in range(3))
    weight = jnp.stack([pick([entry[3][c] for entry in table]) for c in range(len(DRIVES))])
    unbroken = plan.continuous
    ratio = 1.0 / (ka - ke)
    return Courses(
        start_d=plan.start_d,
        interval_d=plan.interval_d,
        n_doses=plan.n_doses,
        end_d=plan.end_d,
        continuous=unbroken,
        scale=scale * plan.amount,
        ke=ke,
        ka=ka,
        c1=ka * ratio,
        c2=jnp.where(unbroken, ke, ka) * ratio,
        d1=jnp.where(unbroken, 1.0, 1.0 - jnp.exp(-ke * plan.interval_d)),
        d2=jnp.where(unbroken, 1.0, 1.0 - jnp.exp(-ka * plan.interval_d)),
        weight=weight,
    )


def _worth(one: Card, p: Any) -> tuple[Any, Any, Any, list[Any]]:
    """Elimination, absorption [1/day], concentration per unit dose, and weight on each channel."""
    kinetics: Mapping[str, Any] = one.kinetics
    if kinetics.get("permanent"):
        ke: Any = FAST / 2.0
    else:
        ke = math.log(2.0) / (getattr(p, kinetics["half_life"]) / kinetics.get("per_day", 24.0))
    ka: Any = FAST
    if "absorption_half_life" in kinetics:
        ka = math.log(2.0) / (getattr(p, kinetics["absorption_half_life"]) / 24.0)
    scale: Any = 1.0
    if "clearance" in kinetics or kinetics.get("molar"):
        grams = {"mg": 1e-3, "ug": 1e-6}[str(one.dose_unit).removesuffix("/day")]
        scale = grams / float(one.molar_mass_g_mol or 1.0) * 1e9
    if "clearance" in kinetics:
        scale = scale * ke / (getattr(p, kinetics["clearance"]) * 24.0)
    elif kinetics.get("input"):
        scale = scale * ke
    elif "usual_dose" in kinetics:
        scale = kinetics["usual_interval_d"] / kinetics["usual_dose"]
    weights: list[Any] = [0.0] * len(DRIVES)
    channels = list(DRIVES)
    on: Any = one.actions["on"]
    for action in on:
        worth: Any = 1.0
        for name in action.get("times", ()):
            worth = worth * (getattr(p, name) if isinstance(name, str) else name)
        for name in action.get("over", ()):
            worth = worth / getattr(p, name)
        if "without" in action:
            worth = worth * (1.0 - getattr(p, action["without"]))
        weights[channels.index(action["channel"])] += worth
    return ke, ka, scale, weights


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
    since_last = jnp.where(courses.continuous, t_d - courses.end_d, since_start - (given - 1.0) * courses.interval_d)
    return concentration(courses, jnp.where(on_drug > 0.0, 1.0, 0.0), jnp.clip(since_last, 0.0), on_drug)


def drive_from(levels: Any, courses: Courses) -> SimpleNamespace:
    """Sum of concentration x weight over courses, for every channel; shapes (..., courses, people) to
    (..., people)."""
    total = jnp.sum(courses.weight * levels[..., None, :, :], axis=-2)
    return SimpleNamespace(**{name: total[..., i, :] for i, name in enumerate(DRIVES)})
