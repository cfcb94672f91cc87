"""The mechanism solved by a general solver at tight tolerance, and random people and regimens to compare on.

`diffrax` integrates `assemble.rates` as a differential equation, restarted at every single dose; the engine's
grid, its exponential steps and its sampling of exposure have no part in it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import NamedTuple

os.environ.setdefault("EQX_ON_ERROR", "nan")  # equinox's error callbacks would keep JAX from caching compilations

import diffrax
import jax
import jax.numpy as jnp
import numpy as np

from osteocast.drugs.catalogue import card, catalogue
from osteocast.engine.accuracy import Accuracy
from osteocast.engine.exposure import course_levels, courses, drive_from
from osteocast.engine.person_values import settle
from osteocast.engine.run import run
from osteocast.engine.schedule import schedule
from osteocast.model import assemble
from osteocast.people.sample import Group, values
from osteocast.regimen import Item, Regimen
from osteocast.trials.published import Arm

RTOL, ATOL = 1e-9, 1e-11
MAX_STEPS = 400_000
LONGEST = 8.0
"""Longest step [day]: a longer first try after a jump of exposure can make a cell negative and its power undefined,
from which the step size control does not come back."""
DAYS_PER_MONTH = 30.4375


class Case(NamedTuple):
    """People and what they take."""

    group: Group
    people: dict[str, np.ndarray]
    """Every value the engine needs, shape (people,)."""
    regimen: Regimen
    months: np.ndarray
    start_month: float


def modelled_ids() -> list[str]:
    """Every card that acts."""
    return sorted(name for name, one in catalogue().items() if one.actions)


def held_in_bone() -> list[str]:
    """Cards whose doses reach bone themselves, not through hormones or minerals."""
    nothing = SimpleNamespace(**dict.fromkeys(assemble.DRIVES, 0.0))
    table = values([Group("female", 60.0, 10.0)], lambda _purpose: np.zeros(1))
    young = SimpleNamespace(**assemble.YOUNG_ADULT)
    direct = set(assemble.forcing(nothing, 0.0, young, settle(SimpleNamespace(**table)))) & set(assemble.DRIVES)
    return [
        name
        for name in modelled_ids()
        if direct & {action["channel"] for action in card(name).actions["on"]}  # type: ignore[index]
    ]


def random_item(rng: np.random.Generator, card_id: str, horizon: float) -> Item:
    """One course of a drug: its usual schedule, its usual dose or one within the card's range, random start, stop
    and pause."""
    one = card(card_id)
    usual = Regimen.parse(one.usual).items[0]
    amount = None
    if one.dose_range is not None and rng.random() < 0.3:
        amount = usual.amount
    elif one.dose_range is not None:
        low, high = one.dose_range
        amount = float(f"{np.clip(low * (high / low) ** rng.random(), low, high):.3g}")
        amount = min(max(amount, low), high)
    start = 0.0 if rng.random() < 0.4 else round(float(rng.uniform(-24.0, 0.6 * horizon)), 2)
    item = replace(usual, amount=amount, unit=one.dose_unit or "", start_month=start, end_month=None)
    if one.kind == "event" or (usual.schedule is not None and usual.schedule.once):
        return item
    end = None if rng.random() < 0.3 else round(start + float(rng.uniform(2.0, horizon + 6.0)), 2)
    pauses: tuple[tuple[float, float], ...] = ()
    if rng.random() < 0.3:
        first = start + float(rng.uniform(0.3, 0.6)) * ((horizon if end is None else end) - start)
        last = first + float(rng.uniform(0.5, 4.0))
        if end is None or last < end:
            pauses = ((round(first, 2), round(last, 2)),)
    daily = usual.schedule is not None and 0.0 < usual.schedule.interval_day <= 1.0
    adherence = round(float(rng.uniform(0.5, 1.0)), 2) if daily and rng.random() < 0.3 else 1.0
    return replace(item, end_month=end, pauses=pauses, adherence=adherence)


def random_case(
    rng: np.random.Generator,
    first_drug: str,
    people: int,
    horizon: float,
    outputs: int,
    *,
    both: float = 0.4,
    cycling: float = 0.3,
    male: float = 0.0,
) -> Case:
    """Random people of one random group, on the given drug and sometimes a second one.

    Args:
        rng: source of chance.
        first_drug: card id.
        people: how many.
        horizon: last month.
        outputs: how many months are compared, 0 and the horizon among them.
        both: how often a second drug is added.
        cycling: how often the group has not reached menopause.
        male: how often they are men.
    """
    since = None if rng.random() < cycling else float(rng.uniform(-3.0, 28.0))
    age = float(rng.uniform(30.0, 48.0)) if since is None else 51.0 + since + float(rng.uniform(-4.0, 4.0))
    e2 = (
        float(rng.uniform(3.0, 12.0)) * 3.671e-3 if since is not None and since > 3.0 and rng.random() < 0.3 else None
    )
    group = Group("female", age, since, float(rng.uniform(19.0, 38.0)), e2)
    if rng.random() < male:
        group = Group("male", float(rng.uniform(25.0, 80.0)), None, group.bmi, None, float(rng.uniform(6.0, 25.0)))
    table = values([group], lambda _purpose: np.clip(rng.standard_normal(people), -2.5, 2.5))
    table = {name: np.broadcast_to(np.asarray(value, float), (people,)).copy() for name, value in table.items()}
    drugs = [first_drug]
    if rng.random() < both:
        drugs.append(str(rng.choice([name for name in modelled_ids() if name != first_drug])))
    regimen = Regimen(tuple(random_item(rng, name, horizon) for name in drugs))
    inner = np.sort(rng.uniform(0.2, horizon - 0.2, outputs - 2)).round(2)
    months = np.concatenate([[0.0], inner, [horizon]])
    return Case(group, table, regimen, months, Arm(group, regimen).start_month)


def dose_days(case: Case) -> np.ndarray:
    """Every day on which any exposure starts, stops or receives a dose."""
    end = float(case.months[-1]) * DAYS_PER_MONTH
    days: set[float] = set()
    for course in case.regimen.courses():
        days.add(course.start_day)
        if course.last_day is not None:
            days.add(course.last_day)
        if not card(course.card_id).kinetics.get("smooth"):
            days.update(course.days(end))
    return np.array(sorted(day for day in days if case.start_month * DAYS_PER_MONTH < day < end))


@jax.jit
def _solve(table, plan, jumps, start_d, outputs_d):
    """One case per leading index of every argument; each has its own adaptive steps."""

    def one(table, plan, jumps, start_d, outputs_d):
        p = settle(SimpleNamespace(**table))
        taken = courses(plan, p)
        people = table["age"].shape

        def drive(t):
            return drive_from(course_levels(taken, t), taken)

        def field(t, y, _):
            change = assemble.rates(t, y, drive(t), p)
            return {name: jnp.broadcast_to(change[name], people) for name in y}

        found = diffrax.diffeqsolve(
            diffrax.ODETerm(field),
            diffrax.Tsit5(),
            start_d,
            outputs_d[-1],
            dt0=0.1,
            y0={name: jnp.full(people, float(value)) for name, value in assemble.YOUNG_ADULT.items()},
            saveat=diffrax.SaveAt(ts=outputs_d),
            stepsize_controller=diffrax.ClipStepSizeController(
                diffrax.PIDController(rtol=RTOL, atol=ATOL, dtmax=LONGEST), step_ts=outputs_d, jump_ts=jumps
            ),
            max_steps=MAX_STEPS,
            throw=False,
        )

        def seen(t, y):
            out = assemble.observed(y, drive(t), t, p)
            return {name: jnp.broadcast_to(out[name], people) for name in assemble.SITES}

        return jax.vmap(seen)(outputs_d, found.ys), found.stats["num_steps"]

    return jax.vmap(one)(table, plan, jumps, start_d, outputs_d)


def solve(cases: Sequence[Case], *, jump_slots: int | None = None) -> list[np.ndarray]:
    """Relative density of every case, shape (sites, outputs, people), by the general solver.

    Args:
        cases: with equally many people and outputs each.
        jump_slots: length to which the days of dosing are padded; None = the longest.
    """
    days = [dose_days(case) for case in cases]
    slots = jump_slots or max(1, *(len(one) for one in days))
    jumps = np.stack([np.concatenate([one, 1e7 + np.arange(slots - len(one))]) for one in days])
    plans = [schedule([case.regimen], np.zeros(len(case.people["age"]), int), None, pad=12) for case in cases]
    found, _ = _solve(
        {name: np.stack([case.people[name] for case in cases]) for name in cases[0].people},
        jax.tree.map(lambda *each: np.stack(each), *plans),
        jumps,
        np.array([case.start_month * DAYS_PER_MONTH for case in cases]),
        np.stack([case.months * DAYS_PER_MONTH for case in cases]),
    )
    table = np.stack([np.asarray(found[name]) for name in assemble.SITES])
    assert np.all(np.isfinite(table)), "the general solver gave up"
    return [table[:, i] for i in range(len(cases))]


def engine(case: Case, accuracy: Accuracy) -> np.ndarray:
    """Relative density of one case by the engine on its own grid, shape (sites, outputs, people)."""
    result = run(
        case.people,
        [case.regimen],
        np.zeros(len(case.people["age"]), int),
        case.months,
        start_month=case.start_month,
        accuracy=accuracy,
        wanted=assemble.SITES,
    )
    return np.stack([result.quantity[name] for name in assemble.SITES])
