"""A diary of single doses as the courses that they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from osteocast.engine.grid import DAYS_PER_MONTH
from osteocast.errors import OsteocastError
from osteocast.regimen import Item
from osteocast.regimen.schedule import LONGEST_DAYS, SHORTEST_DAYS, Schedule

TOLERANCE = 0.2
"""How far a dose may lie from its place in an even course, as a share of the interval."""
LARGEST_SHIFT_DAY = 2.0
"""The same in days: rare doses keep their own days."""
FEWEST = 3
"""Doses that make a course."""
MOST_COURSES = 300
"""Courses and single doses of one person that are still simulated."""


def joined(items: Iterable[Item]) -> list[Item]:
    """Single doses of one drug and amount at about even distances become one item.

    Doses at one and the same time are added up first. An item keeps the first dose, their number and their mean
    interval; that interval is a multiple of half a day where the scatter of the clock times cannot tell it from one.

    Args:
        items: dose records of one person, in order of time.

    Raises:
        OsteocastError: more than `MOST_COURSES` are left, or doses at one time add up to no plausible dose.
    """
    items = list(items)
    kept = [item for item in items if item.schedule is None or not item.schedule.once]
    series: dict[tuple[str, float | None], list[Item]] = {}
    for item in _added(item for item in items if item.schedule is not None and item.schedule.once):
        series.setdefault((item.card_id, item.amount), []).append(item)
    for same in series.values():
        days = np.array([item.start_month * DAYS_PER_MONTH for item in same])
        first = 0
        while first < len(same):
            count = _even(days[first:])
            kept.append(_course(same[first], days[first : first + count]) if count > 1 else same[first])
            first += count
    if len(kept) > MOST_COURSES:
        raise OsteocastError(
            f"the doses are {len(kept)} separate courses, more than {MOST_COURSES}",
            where="doses",
            fix="write repeated doses as one record with II and ADDL",
            why="only doses at about even distances are joined, and each course is simulated on its own",
        )
    return kept


def _added(items: Iterable[Item]) -> list[Item]:
    """Doses of one drug at one time as one dose."""
    result: dict[tuple[str, float], Item] = {}
    for item in items:
        place = (item.card_id, round(item.start_month * DAYS_PER_MONTH, 5))
        known = result.get(place)
        result[place] = item if known is None else replace(item, amount=(known.amount or 0.0) + (item.amount or 0.0))
    return list(result.values())


def _even(days: np.ndarray) -> int:
    """How many of the first doses lie at about even distances; 1 where too few do."""
    count = 2
    while count < len(days) and _scatter(days[: count + 1]) is not None:
        count += 1
    return count if FEWEST <= count <= len(days) else 1


def _scatter(days: np.ndarray) -> float | None:
    """Largest distance [day] of a dose from the straight line through all of them; None where they are not even."""
    place = np.arange(len(days)) - 0.5 * (len(days) - 1)
    interval = float(place @ days / (place @ place))
    if not SHORTEST_DAYS <= interval <= LONGEST_DAYS:
        return None
    largest = float(np.abs(days - days.mean() - interval * place).max())
    return largest if largest <= min(TOLERANCE * interval, LARGEST_SHIFT_DAY) else None


def _course(first: Item, days: np.ndarray) -> Item:
    gaps = len(days) - 1
    interval = float(days[-1] - days[0]) / gaps
    plain = round(2.0 * interval) / 2.0
    # first and last dose scatter as all do, so that the whole span is known to twice that
    if plain > 0.0 and abs(interval - plain) * gaps <= 2.0 * (_scatter(days) or 0.0):
        interval = plain
    schedule = Schedule(min(max(float(f"{interval:.6g}"), SHORTEST_DAYS), LONGEST_DAYS))
    # the end lies half an interval after the last dose, so that rounding never loses or adds one
    end = float(days[0] + (gaps + 0.5) * schedule.interval_day) / DAYS_PER_MONTH
    return replace(first, schedule=schedule, end_month=end)
