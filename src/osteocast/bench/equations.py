"""The mechanism as ordinary differential equations of a batch of people, for solvers that know nothing else.

What the engine's loop leaves out for these people is left out here too: LH, from which nothing follows in women and
whose day and a half would make a step of five days unstable, and stores that nobody fills.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from osteocast.bench.cases import WANTED, Case
from osteocast.engine.configure import configure
from osteocast.engine.exposure import all_drives, course_levels, courses, drive_from
from osteocast.engine.person_values import settle
from osteocast.engine.schedule import schedule
from osteocast.engine.traits import traits_of
from osteocast.model import assemble

configure()
STILL = tuple(each.name for each in assemble.AXIS)


class Equations(SimpleNamespace):
    """`rates(t_d, state)`, `observed(t_d, state)` and `start`, on arrays of shape (people,)."""

    rates: Callable[[Any, dict[str, Any]], dict[str, Any]]
    observed: Callable[[Any, dict[str, Any]], Any]
    start: dict[str, Any]


def settled(values: Mapping[str, Any]) -> dict[str, Any]:
    """What `equations` needs of people: parameters and personal values, and what follows from them."""
    return vars(settle(SimpleNamespace(**values)))


def equations(asked: Case, own: Mapping[str, Any]) -> Equations:
    """The right-hand side for a question; exposure in closed form, each tablet a dose.

    Args:
        asked: the question.
        own: `settled` values of the people to solve it for, shape () or (people,); may be traced.
    """
    import jax.numpy as jnp

    people, p = max(jnp.size(value) for value in own.values()), SimpleNamespace(**own)
    traits = traits_of([asked.regimen], asked.values, None, WANTED)
    plan = schedule([asked.regimen], np.zeros(people, int), pad=1, among=traits.cards)
    taken = courses(plan, p, traits)

    def drive(t_d: Any) -> Any:
        return all_drives(drive_from(course_levels(taken, t_d), taken))

    still = {name: float(assemble.YOUNG_ADULT[name]) for name in (*STILL, *traits.idle)}

    def rates(t_d: Any, state: dict[str, Any]) -> dict[str, Any]:
        change = assemble.rates(t_d, state | still, drive(t_d), p)
        return {name: jnp.broadcast_to(change[name], (people,)) for name in state}

    def observed(t_d: Any, state: dict[str, Any]) -> Any:
        out = assemble.observed(state | still, drive(t_d), t_d, p)
        return jnp.stack([jnp.broadcast_to(out[name], (people,)) for name in WANTED])

    moving = [name for name in assemble.STATES if name not in still]
    start = {name: jnp.full(people, float(assemble.YOUNG_ADULT[name])) for name in moving}
    return Equations(rates=rates, observed=observed, start=start)


def dose_days(asked: Case) -> np.ndarray:
    """Every day within the outputs on which somebody takes something, starts or stops."""
    end = float(asked.outputs_d[-1])
    days: set[float] = set()
    for course in asked.regimen.courses():
        days |= {course.start_day, *course.days(end)} | ({course.last_day} if course.last_day is not None else set())
    return np.array(sorted(day for day in days if day < end))
