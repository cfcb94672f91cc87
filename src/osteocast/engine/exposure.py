"""From dose courses to concentrations, and from concentrations to what they do.

The drug cards name their parameters; here they become numbers. Units are converted once: doses to nmol where
a card has a molar mass, hours to days.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from osteocast.drugs.catalogue import Card, card
from osteocast.engine.schedule import Schedule
from osteocast.engine.traits import ALL, Traits
from osteocast.model.assemble import DRIVES
from osteocast.model.kinetics import area, concentration

jax.config.update("jax_enable_x64", True)

FAST = 200.0  # absorption [1/day] of whatever enters without delay


class Courses(NamedTuple):
    """Dose courses as data: no drug has code of its own. Shapes (courses, people); of one course (people,)."""

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
    """Effect on each channel per unit concentration, shape (channels, courses, people); of one course (channels,
    people)."""
    channels: tuple[str, ...]
    antibody: Any
    """See `Schedule`."""
    first_d: Any
    begins_d: Any
    """Day on which the first of all people begins each course, shape (courses,); endless where nobody has it."""


def courses(plan: Schedule, p: SimpleNamespace, traits: Traits = ALL) -> Courses:
    """Turn a schedule into numbers for the people whose parameters are `p` (values of shape () or (people,))."""
    people = plan.card.shape[1]

    def row(x: Any) -> Any:
        return jnp.broadcast_to(jnp.asarray(x, float), (people,))

    table = [(1.0, FAST, 0.0, [0.0] * len(DRIVES)), *(_worth(card(name), p) for name in traits.cards)]

    def pick(values: list[Any]) -> Any:
        return jnp.take_along_axis(jnp.stack([row(v) for v in values]), plan.card, axis=0)

    ke, ka, scale = (pick([entry[i] for entry in table]) for i in range(3))
    order = list(DRIVES)
    weights = [pick([entry[3][order.index(name)] for entry in table]) for name in traits.channels]
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
        weight=jnp.stack(weights) if weights else jnp.zeros((0, *ke.shape)),
        channels=traits.channels,
        antibody=plan.antibody,
        first_d=plan.first_d,
        begins_d=jnp.min(jnp.where(plan.card > 0, plan.start_d, jnp.inf), axis=1),
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


def _so_far(courses: Courses, t_d: Any) -> tuple[Any, Any, Any]:
    """Doses given before `t_d`, days since the last of them began (or since an unbroken input ended), and days
    covered by them."""
    since_start = t_d - courses.start_d
    given = jnp.clip(jnp.ceil(since_start / courses.interval_d - 1e-9), 0.0, courses.n_doses)
    on_drug = jnp.where(
        courses.continuous,
        jnp.clip(jnp.minimum(t_d, courses.end_d) - courses.start_d, 0.0),
        given * courses.interval_d,
    )
    since_last = jnp.where(courses.continuous, t_d - courses.end_d, since_start - (given - 1.0) * courses.interval_d)
    return given, jnp.clip(since_last, 0.0), on_drug


def course_levels(courses: Courses, t_d: Any) -> Any:
    """Concentration of every course, or of one, at time `t_d` (scalar, or broadcast against the shapes of `Courses`),
    just before any dose given at that very moment."""
    _, since_last, on_drug = _so_far(courses, t_d)
    return concentration(courses, jnp.where(on_drug > 0.0, 1.0, 0.0), since_last, on_drug)


def course_areas(courses: Courses, t_d: Any) -> Any:
    """Area under the concentration of every course up to `t_d`, shape as `course_levels`."""
    return area(courses, *_so_far(courses, t_d))


def drive_from(levels: Any, courses: Courses) -> SimpleNamespace:
    """Sum of concentration x weight over courses, for every channel; shapes (..., courses, people) to
    (..., people)."""
    total = [jnp.sum(weight * levels, axis=-2) for weight in courses.weight]
    return SimpleNamespace(**dict(zip(courses.channels, total, strict=True)))


def only(courses: Courses, channels: tuple[str, ...]) -> Courses:
    """The courses as far as they act on some channels; those that act on none of them never begin.

    Args:
        courses: all of them.
        channels: some of `courses.channels`; may be none.
    """
    weight = courses.weight[jnp.array([courses.channels.index(name) for name in channels], int)]
    begins_d = jnp.where(jnp.any(weight != 0.0, axis=(0, 2)), courses.begins_d, jnp.inf)
    return courses._replace(weight=weight, channels=channels, begins_d=begins_d)


def drive_of_begun(
    courses: Courses, level: Callable[[Courses], Any], shape: tuple[int, ...], until_d: Any
) -> SimpleNamespace:
    """Sum of level x weight over the courses that have begun, one by one: those that nobody has yet cost nothing.

    Args:
        courses: all of them.
        level: of one course, from its numbers of shape (people,) to `shape`.
        shape: (..., people).
        until_d: courses that begin on this day [day] or later are left out.

    Returns:
        A record with every channel of the courses, each of `shape`.
    """
    parts = courses._asdict().items()
    numbers = {name: jnp.asarray(value) for name, value in parts if name not in ("channels", "begins_d")}
    each_channel = (len(courses.channels), *(1,) * (len(shape) - 1), shape[-1])

    def add(i: Any, total: Any) -> Any:
        def more() -> Any:
            own: Any = {name: value[:, i] if name == "weight" else value[i] for name, value in numbers.items()}
            one = courses._replace(**own)
            return total + one.weight.reshape(each_channel) * level(one)

        return jax.lax.cond(courses.begins_d[i] < until_d, more, lambda: total)

    nothing = jnp.zeros((len(courses.channels), *shape))
    total = jax.lax.fori_loop(0, courses.begins_d.shape[0], add, nothing)
    return SimpleNamespace(**dict(zip(courses.channels, total, strict=True)))


def all_drives(some: SimpleNamespace) -> SimpleNamespace:
    """A record with every channel: nothing comes through those that are not worked out."""
    return SimpleNamespace(**dict.fromkeys(DRIVES, 0.0) | vars(some))
