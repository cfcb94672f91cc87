"""From regimens to arrays: which dose course of which drug each person has, and what that asks of the time grid.

Plain NumPy; `exposure` turns the same arrays into concentrations.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from osteocast.drugs.catalogue import card, catalogue
from osteocast.errors import OsteocastError

FOREVER_D = 1e6
SPARSE_D = 10.0  # doses further apart than this are step boundaries


class Schedule(NamedTuple):
    """Dose courses of a batch, shape (courses, people); `card` counts `modelled()` from 1, 0 = nothing."""

    card: np.ndarray
    start_d: np.ndarray
    interval_d: np.ndarray
    n_doses: np.ndarray
    end_d: np.ndarray
    continuous: np.ndarray
    amount: np.ndarray
    antibody: np.ndarray
    """Whether any regimen of the batch brings an antibody against RANKL: for everybody alike, so that numbers do not
    depend on who takes which."""
    first_d: np.ndarray
    """Day of the first dose in any regimen of the batch, alike."""


@cache
def modelled() -> tuple[str, ...]:
    """Cards that act in the mechanism, in a fixed order."""
    return tuple(sorted(name for name, one in catalogue().items() if one.actions))


def _rows(regimen: Any, taken: Any, among: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """(card, start, interval, n, end, continuous, amount) of one regimen's courses."""
    rows = []
    for course in regimen.courses():
        one = card(course.card_id)
        if not one.actions:
            continue
        index = among.index(course.card_id) + 1
        last = FOREVER_D if course.last_day is None else course.last_day
        if one.kinetics.get("permanent"):
            rows.append((index, course.start_day, FOREVER_D, 1.0, FOREVER_D, True, 1.0))
        elif course.continuous:
            rows.append((index, course.start_day, FOREVER_D, 1.0, last, True, course.amount * course.adherence))
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


def schedule(
    regimens: Sequence[Any],
    column: np.ndarray,
    taken: Any = None,
    *,
    pad: int = 4,
    among: tuple[str, ...] | None = None,
) -> Schedule:
    """Lay out the courses of a batch.

    Args:
        regimens: the distinct regimens of the batch.
        column: for each person the index of their regimen, shape (people,).
        taken: called with (course, i) where doses are missed at random; gives 0 or 1 per person.
        pad: courses are padded to a multiple of this, so that few shapes are compiled.
        among: names that `Schedule.card` counts; None = `modelled()`.
    """
    tables = [_rows(regimen, taken, modelled() if among is None else among) for regimen in regimens]
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
    begins = [row[1] for rows in tables for row in rows]
    fields: list[Any] = [array(i, kind) for i, kind in enumerate(kinds)]
    for whole in (any(_blocks_rankl(regimen) for regimen in regimens), min(begins, default=FOREVER_D)):
        fields.append(np.full((slots, people), whole))
    return Schedule(*fields)


def _blocks_rankl(regimen: Any) -> bool:
    actions: Any = [card(course.card_id).actions for course in regimen.courses()]
    return any(action["channel"] == "antibody_input" for one in actions if one for action in one["on"])


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


def dose_days(regimens: Sequence[Any], apart_d: float, horizon_d: float) -> list[float]:
    """Days before the horizon of doses that are at least `apart_d` [day] apart."""
    days: set[float] = set()
    for regimen in regimens:
        for course in regimen.courses():
            kinetics = card(course.card_id).kinetics
            if not (course.continuous or kinetics.get("smooth")) and course.interval_day >= apart_d:
                days.update(course.days(horizon_d))
    return sorted(days)


class StepLimit(NamedTuple):
    """A stretch of time in which steps may be no longer than a share of the usual longest step."""

    from_d: float
    until_d: float
    share: float


def step_limits(regimens: Sequence[Any]) -> list[StepLimit]:
    """Where drugs whose loss bends with their own level ask for short steps: from the first dose until the card's
    `days_after_dose` after the last."""
    limits = set()
    for regimen in regimens:
        for course in regimen.courses():
            wish: Any = card(course.card_id).kinetics.get("short_steps")
            if wish is not None:
                last = FOREVER_D if course.last_day is None else course.last_day
                limits.add(StepLimit(course.start_day, last + wish["days_after_dose"], float(wish["share"])))
    return sorted(limits)


def unmodelled(regimen: Any) -> tuple[str, str] | None:
    """Why a regimen cannot be simulated and what to do about it, or None.

    A drug may not act in the mechanism yet; a drug whose course is evened out over regular doses has none when it is
    given once; and what is for good, such as an operation, cannot be done twice.
    """
    for_good: set[str] = set()
    for course in regimen.courses():
        one = card(course.card_id)
        if not one.actions:
            return (
                f"{one.name} can be written but is not modelled yet",
                "leave it out, or see the CHANGELOG for the version that has it",
            )
        if one.kinetics.get("smooth") and not course.continuous and not course.interval_day:
            return (
                f"{one.name} once cannot be simulated: its course is evened out over regular doses",
                f"give it at regular intervals, as in '{one.usual}'",
            )
        if one.kinetics.get("permanent"):
            if course.card_id in for_good:
                return f"{one.name} stands there twice and cannot be done again", "keep one of the two"
            for_good.add(course.card_id)
    return None


def misses_doses(regimen: Any) -> bool:
    """Whether single doses are missed at random, for which `schedule` needs to know who takes which: adherence below
    100 % to doses that are rarer than daily and not evened out."""
    return any(
        course.adherence < 1.0 and not (course.continuous or course.is_daily_tablet or kinetics.get("smooth"))
        for course in regimen.courses()
        if not (kinetics := card(course.card_id).kinetics).get("permanent")
    )


def require_modelled(regimen: Any) -> None:
    """Refuse a regimen that cannot be simulated; see `unmodelled`.

    Raises:
        OsteocastError: names the drug.
    """
    found = unmodelled(regimen)
    if found is not None:
        raise OsteocastError(found[0], where="regimen", fix=found[1])
