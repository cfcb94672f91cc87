"""From regimens to arrays: which dose course of which drug each person has, and what each drug is worth.

The drug cards name their parameters; here they become numbers. Units are converted once: doses to nmol where
a card has a molar mass, hours to days.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from osteocast.drugs.catalogue import Card, card, catalogue
from osteocast.engine.simulate import Courses
from osteocast.errors import OsteocastError
from osteocast.model.assemble import DRIVES

FOREVER_D = 1e6
SPARSE_D = 10.0  # doses further apart than this are step boundaries
FAST = 200.0  # absorption [1/day] of whatever enters without delay


class Schedule(NamedTuple):
    """Dose courses of a batch, shape (courses, people); `card` indexes `modelled()`, 0 = nothing."""

    card: np.ndarray
    start_d: np.ndarray
    interval_d: np.ndarray
    n_doses: np.ndarray
    end_d: np.ndarray
    continuous: np.ndarray
    amount: np.ndarray


@cache
def modelled() -> tuple[str, ...]:
    """Cards that act in the mechanism, in a fixed order."""
    return tuple(sorted(name for name, one in catalogue().items() if one.actions))


def _rows(regimen: Any, taken: Any) -> list[tuple[Any, ...]]:
    """(card, start, interval, n, end, continuous, amount) of one regimen's courses."""
    rows = []
    for course in regimen.courses():
        one = card(course.card_id)
        if not one.actions:
            continue
        index = modelled().index(course.card_id) + 1
        last = FOREVER_D if course.last_day is None else course.last_day
        if one.kinetics.get("permanent"):
            rows.append((index, course.start_day, FOREVER_D, 1.0, FOREVER_D, True, 1.0))
        elif course.continuous:
            rows.append(
                (index, course.start_day, FOREVER_D, 1.0, last, True, course.amount * course.adherence)
            )
        elif one.kinetics.get("smooth"):
            rate = course.amount / course.interval_day * course.adherence
            rows.append((index, course.start_day, FOREVER_D, 1.0, last, True, rate))
        elif course.adherence >= 1.0 or course.is_daily_tablet:
            n = FOREVER_D if course.n_doses is None else course.n_doses
            rows.append(
                (
                    index,
                    course.start_day,
                    course.interval_day or FOREVER_D,
                    n,
                    0.0,
                    False,
                    (course.amount or 1.0) * course.adherence,
                )
            )
        else:
            for i, day in enumerate(course.days(taken.horizon_d)):
                rows.append((index, day, FOREVER_D, taken(course, i), 0.0, False, course.amount or 1.0))
    return rows


def schedule(regimens: Sequence[Any], column: np.ndarray, taken: Any = None, *, pad: int = 4) -> Schedule:
    """Lay out the courses of a batch.

    Args:
        regimens: the distinct regimens of the batch.
        column: for each person the index of their regimen, shape (people,).
        taken: called with (course, i) where doses are missed at random; gives 0 or 1 per person.
        pad: courses are padded to a multiple of this, so that few shapes are compiled.
    """
    tables = [_rows(regimen, taken) for regimen in regimens]
    most = max((len(rows) for rows in tables), default=0)
    slots = max(pad, -(-most // pad) * pad)
    blank = (0, 0.0, FOREVER_D, 0.0, 0.0, False, 0.0)
    full = [[*rows, *[blank] * (slots - len(rows))] for rows in tables]
    people = column.shape[0]

    def array(field: int, kind: Any) -> np.ndarray:
        result = np.empty((slots, people), dtype=kind)
        for slot in range(slots):
            for r, rows in enumerate(full):
                mine = column == r
                value = rows[slot][field]
                result[slot, mine] = value[mine] if isinstance(value, np.ndarray) else value
        return result

    kinds = (np.int32, float, float, float, float, bool, float)
    return Schedule(*(array(i, kind) for i, kind in enumerate(kinds)))


def breakpoints(regimens: Sequence[Any], horizon_d: float) -> np.ndarray:
    """Days before the horizon at which any exposure starts, stops or jumps."""
    days: set[float] = set()
    for regimen in regimens:
        for course in regimen.courses():
            one = card(course.card_id)
            if one.actions:
                days.add(course.start_day)
                if course.last_day is not None:
                    days.add(course.last_day)
                if not (course.continuous or one.kinetics.get("smooth")) and course.interval_day > SPARSE_D:
                    days.update(course.days(horizon_d))
    return np.array(sorted(days), dtype=float)


def longest_step(regimens: Sequence[Any], otherwise: float) -> float:
    """Longest step [day] that the drugs of these regimens allow."""
    steps = [
        card(course.card_id).kinetics.get("longest_step") for one in regimens for course in one.courses()
    ]
    return min([otherwise, *(float(str(step)) for step in steps if step is not None)])


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


def require_modelled(regimen: Any) -> None:
    """Refuse a regimen with a drug that is not in the mechanism yet.

    Raises:
        OsteocastError: names the drug.
    """
    for course in regimen.courses():
        one = card(course.card_id)
        if not one.actions:
            raise OsteocastError(
                f"{one.name} can be written but is not modelled yet",
                where="strategy",
                fix="leave it out, or see the CHANGELOG for the version that has it",
            )
