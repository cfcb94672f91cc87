"""One step of everybody.

Every state obeys x' = production - loss x. A step solves each state exactly for the step's mean production
and loss, in causal order, and hands its own exact mean over the step to the states after it: second order in
the step, exact in the limit of constant exposure, and stable at any step. Exposure enters as the mean of its
*effect* over the step, sampled across a dosing interval; where its mean is all that counts, that mean is exact.
"""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from osteocast.engine.accuracy import Nodes
from osteocast.engine.exposure import Courses, all_drives, course_areas, course_levels, drive_of_begun
from osteocast.engine.traits import Traits
from osteocast.model import assemble

SUBSTEPS = 6
"""Short steps of antibody and osteoclasts within a step."""
EVERY_SITE = "every_site"
NO_TIME = 1e-9
"""Stands for the length [day] of a step of no length, which fills up a grid."""


def relax(x: Any, production: Any, loss: Any, h: Any) -> tuple[Any, Any]:
    """End value and mean over a step of x' = production - loss x."""
    z = loss * h
    small = z < 1e-3
    left = jnp.exp(-z)
    per = 1.0 / jnp.maximum(z, 1e-3)
    mean_left = jnp.where(small, 1.0 - z * (0.5 - z * (1.0 / 6.0 - z / 24.0)), (1.0 - left) * per)
    mean_gain = jnp.where(small, 0.5 - z * (1.0 / 6.0 - z * (1.0 / 24.0 - z / 120.0)), (1.0 - mean_left) * per)
    gain = production * h
    return x * left + gain * mean_left, x * mean_left + gain * mean_gain


def _sample_times(t0: Any, h: Any, course: Courses, at: Nodes) -> Any:
    """When a course is sampled, shape (nodes, people). A step longer than the dosing interval sees one whole
    interval, that which holds `position`, at `phase` of its clock; a shorter step is sampled at `phase` of itself."""
    phase, position = (jnp.array(column)[:, None] for column in (at.phase, at.position))
    number = jnp.floor((t0 + h * position - course.start_d) / course.interval_d + 1e-9)
    of_interval = course.start_d + (number + phase) * course.interval_d
    return jnp.where(h + 1e-9 < course.interval_d, t0 + h * phase, of_interval)


def _sampled(t0: Any, h: Any, courses: Courses, at: Nodes, people: int) -> SimpleNamespace:
    """What comes through channels at the sampled times of a step, shape (nodes, people)."""

    def level(course: Courses) -> Any:
        return course_levels(course, _sample_times(t0, h, course, at))

    return drive_of_begun(courses, level, (len(at.weight), people), t0 + h)


def _means(t0: Any, h: Any, courses: Courses, parts: int, people: int) -> SimpleNamespace:
    """Exact means of linear channels over equal parts of a step, shape (parts, people)."""
    edges = t0 + h * jnp.linspace(0.0, 1.0, parts + 1)[:, None]

    def mean(course: Courses) -> Any:
        areas = course_areas(course, edges)
        return (areas[1:] - areas[:-1]) * (parts / jnp.maximum(h, NO_TIME))

    return drive_of_begun(courses, mean, (parts, people), t0 + h)


def _short_steps(state: dict[str, Any], put_in: Any, h: Any, seen: Any, p: Any) -> dict[str, Any]:
    """Carry antibody and osteoclasts through short steps, and leave their means in `seen`."""
    first, *others = assemble.RESORBING
    none = {each.name: jnp.zeros_like(state[each.name]) for each in assemble.RESORBING}

    def short(part: Any, carried: Any) -> Any:
        now, total = carried
        own = SimpleNamespace(**vars(seen) | {"antibody_input": put_in[part], "antibody": now[first.name]})
        for _ in range(2):  # its loss depends on its own level: once with its value, once with its mean
            end, own.antibody = relax(now[first.name], *first.balance(own, p), h / SUBSTEPS)
        new = {first.name: end}
        vars(own).update(assemble.blockade(own, p))
        for each in others:
            new[each.name], mean = relax(now[each.name], *each.balance(own, p), h / SUBSTEPS)
            setattr(own, each.name, mean)
        return new, {name: value + getattr(own, name) / SUBSTEPS for name, value in total.items()}

    start = {name: state[name] for name in none}
    end, means = jax.lax.fori_loop(0, SUBSTEPS, short, (start, none))
    vars(seen).update(means)
    return dict(end)


def _volumes(state: dict[str, Any], h: Any, seen: Any, p: Any) -> dict[str, Any]:
    """Bone volume at all sites at once; its loss depends on itself so gently that a straight line through the
    present value does."""
    new = {}
    for kind, balance_at in assemble.VOLUMES.items():
        volume, balance = state[kind], balance_at(EVERY_SITE)
        (made, lost), bend = jax.linearize(partial(_at_volume, balance, f"{EVERY_SITE}_{kind}", seen, p), volume)
        more, faster = bend(0.5 * h * (made - lost * volume))
        new[kind], _ = relax(volume, made + more, lost + faster, h)
    return new


def _at_volume(balance: assemble.Balance, name: str, seen: Any, p: Any, volume: Any) -> Any:
    """Production and loss with a volume in its place."""
    return balance(SimpleNamespace(**vars(seen) | {name: volume}), p)


class Loop(NamedTuple):
    """What does not change from step to step."""

    direct: Courses
    """Courses on the channels whose effect is averaged over a step."""
    stored: Courses
    """Courses on the channels that fill stores of drug, whose own mean is all that counts."""
    blocking: Courses
    """Courses of an antibody."""
    p: Any
    at: Nodes
    traits: Traits
    first_dose_d: Any
    """Day before which nobody takes anything."""
    antibody: Any
    """Whether anybody ever has any."""
    testis: Any
    """Whether there are men. Women's LH is the same with and without them, to rounding."""


def _hormones(state: dict[str, Any], t0: Any, h: Any, loop: Loop, *, exposed: bool) -> tuple[Any, ...]:
    """Pituitary at the end of a step, and means over the step of what drives the cells.

    The pituitary comes first: hormones follow from it, and what they do to cells is averaged with its mean.

    Args:
        state: at the start of the step.
        t0: start [day].
        h: length [day].
        loop: what stays.
        exposed: whether anything may be taken during the step; where not, one point in time is enough.
    """
    p, at, people = loop.p, loop.at, state["osteoclasts"].shape
    if exposed and loop.direct.channels:
        drive = _sampled(t0, h, loop.direct, at, people[0])
        times, weight = t0 + h * jnp.array(at.position)[:, None], jnp.array(at.weight)[:, None]
    else:
        drive, times, weight = SimpleNamespace(), t0 + 0.5 * h, jnp.ones(1)
    drive = all_drives(drive)

    def passed(*, follows: bool) -> tuple[dict[str, Any], dict[str, Any]]:
        seen = SimpleNamespace(**state, **assemble.slow(t0 + 0.5 * h, p))
        new = {each.name: state[each.name] for each in assemble.AXIS}

        def averaged(forcing: Any) -> dict[str, Any]:
            found = forcing(drive, times, seen, p).items()
            return {name: jnp.sum(weight * x, axis=0) if jnp.ndim(x) > 1 else x for name, x in found}

        if loop.traits.axis:
            for _ in range(2):  # LH feeds back on itself: once with its value, once with its mean
                vars(seen).update(averaged(assemble.pituitary))
                new |= _solved(assemble.AXIS, state, h, seen, p)
                if not follows:
                    seen.lh = state["lh"]
        means = averaged(assemble.forcing)
        return new, {name: jnp.broadcast_to(means[name], people) for name in means if name not in assemble.LINEAR}

    if not (loop.traits.axis and exposed):
        return passed(follows=True)
    # Where there is no testis nothing follows LH: seen with one LH, hormones are the same in every pass, and the
    # compiler works them out once.
    return jax.lax.cond(loop.testis, lambda: passed(follows=True), lambda: passed(follows=False))  # type: ignore[no-any-return]


def _solved(states: tuple[assemble.State, ...], state: dict[str, Any], h: Any, seen: Any, p: Any) -> dict[str, Any]:
    """End values of states solved one after the other; `seen` has their means."""
    new = {}
    for each in states:
        made, lost = each.balance(seen, p)
        new[each.name], mean = relax(state[each.name], made, lost, h)
        setattr(seen, each.name, mean)
    return new


def _resorbing(state: dict[str, Any], t0: Any, h: Any, seen: Any, loop: Loop) -> dict[str, Any]:
    """Antibody and osteoclasts at the end of a step: in short steps where there is an antibody; `seen` has their
    means."""
    names = [each.name for each in assemble.RESORBING]
    nothing = jnp.zeros_like(state["osteoclasts"])

    def short() -> Any:
        own = SimpleNamespace(**vars(seen))
        # An antibody of the past may still be there where nobody takes one any more.
        given = vars(_means(t0, h, loop.blocking, SUBSTEPS, nothing.size))
        put_in = given.get("antibody_input", jnp.zeros((SUBSTEPS, nothing.size)))
        new = _short_steps(state, put_in, h, own, loop.p)
        return new, {name: getattr(own, name) for name in names}

    def plain() -> Any:
        own = SimpleNamespace(**vars(seen) | {"antibody": 0.0})
        vars(own).update(assemble.blockade(own, loop.p))
        new = {"antibody": nothing} | _solved(assemble.RESORBING[1:], state, h, own, loop.p)
        return new, {name: getattr(own, name) for name in names} | {"antibody": nothing}

    if "antibody" in loop.traits.idle:
        new, means = plain()
    else:
        new, means = jax.lax.cond(loop.antibody, short, plain)
    vars(seen).update(means)
    return dict(new)


def step(state: dict[str, Any], t0: Any, h: Any, loop: Loop) -> dict[str, Any]:
    """One step of every state from `t0` to `t0 + h`."""
    p, idle = loop.p, loop.traits.idle
    if loop.traits.channels:
        taking = t0 + h > loop.first_dose_d
        axis, means = jax.lax.cond(
            taking,
            lambda: _hormones(state, t0, h, loop, exposed=True),
            lambda: _hormones(state, t0, h, loop, exposed=False),
        )
    else:
        axis, means = _hormones(state, t0, h, loop, exposed=False)
    empty = dict.fromkeys((*idle, *assemble.LINEAR), 0.0)
    seen = SimpleNamespace(**state | axis | means | empty | assemble.slow(t0 + 0.5 * h, p))
    if loop.stored.channels:
        means_of = _means(t0, h, loop.stored, 1, state["osteoclasts"].size)
        vars(seen).update({name: mean[0] for name, mean in vars(means_of).items()})
    new: dict[str, Any] = state | axis
    new |= _solved(tuple(each for each in assemble.STORES if each.name not in idle), state, h, seen, p)
    new |= _resorbing(state, t0, h, seen, loop)
    new |= _solved(assemble.FORMING, state, h, seen, p)
    new |= _volumes(state, h, seen, p)
    return new
