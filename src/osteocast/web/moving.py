"""Results after the start of treatment move the day of the forecast: what was planned until then becomes past.

The form counts from the start of treatment. A scan two years later is read by a person who is two years older and has
taken the first strategy for two years; every strategy then goes on from the day of the last result.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, replace

from osteocast.drugs.catalogue import card
from osteocast.people.person import PastRegimen, Person
from osteocast.regimen import MONTH_DAYS, Item, Regimen

WHOLE = 0.25
"""Months from a whole month within which a visit counts as that month's, so that sentences stay readable."""


@dataclass(frozen=True)
class Moved:
    """A case as of the day of its last result.

    Attributes:
        person: as of that day.
        strategies: what goes on from there, in the order given.
        months: from the start of treatment to that day [month]; 0 where nothing came later.
        before: the person on the day of the start, without what was measured later; None where nothing was.
    """

    person: Person
    strategies: tuple[Regimen, ...]
    months: float
    before: Person | None


def moved(person: Person, strategies: tuple[Regimen, ...]) -> Moved:
    """Move a case to the day of its last result.

    Args:
        person: as of the start of treatment, with results of any day.
        strategies: what happens from the start on; the first is what was taken.

    Raises:
        OsteocastError: the person as of that day cannot be.
    """
    days = [one.date for one in person.results if one.date is not None]
    if person.date is None or not days or max(days) <= person.date:
        return Moved(person, strategies, 0.0, None)
    last = max(days)
    months = whole((last - person.date).days / MONTH_DAYS)
    taken = strategies[0] if strategies else Regimen()
    later = replace(
        person,
        age=person.age + months / 12.0,
        date=last,
        past_regimens=(*_earlier(person, taken, months), *_taken(taken, months)),
        planned=None,
    )
    return Moved(later, tuple(from_now(one, taken, months) for one in strategies), months, until(person, person.date))


def whole(months: float) -> float:
    """Months, whole where they nearly are."""
    near = round(months)
    return float(near) if abs(months - near) <= WHOLE and near > 0 else round(months, 2)


def until(person: Person, day: dt.date) -> Person:
    """The person without results after a day."""

    def known(results: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(one for one in results if getattr(one, "date", None) is None or one.date <= day)  # type: ignore[attr-defined]

    kept = {name: known(getattr(person, name)) for name in ("scans", "hormones", "markers")}
    return replace(person, **kept)  # type: ignore[arg-type]  # the same results, fewer


def _earlier(person: Person, taken: Regimen, months: float) -> list[PastRegimen]:
    """What was taken before the start: over then, unless it goes on and nothing took its place."""
    follows = {item.card_id for item in taken.items}
    found = []
    for one in person.past_regimens:
        for item in one.regimen.items:
            goes_on = one.continues and item.card_id not in follows
            kept = item if goes_on else ended(item, 0.0)
            if kept is not None:
                found.append(PastRegimen(Regimen((kept.shifted(-months),)), goes_on))
    return found


def _taken(taken: Regimen, months: float) -> list[PastRegimen]:
    """What was taken of a strategy until now."""
    items = [ended(item, months) for item in taken.items if item.start_month < months]
    return [PastRegimen(Regimen((item.shifted(-months),))) for item in items if item is not None]


def ended(item: Item, month: float) -> Item | None:
    """A course that ends at a month; what is given once, or ended before, stays as it is."""
    once = card(item.card_id).kind == "event" or (item.schedule is not None and item.schedule.once)
    if once or (item.end_month is not None and item.end_month <= month):
        return item
    pauses = tuple((first, min(last, month)) for first, last in item.pauses if first < month)
    end = month
    if pauses and pauses[-1][1] == month:
        end, pauses = pauses[-1][0], pauses[:-1]
    return replace(item, end_month=end, pauses=pauses) if end > item.start_month else None


def from_now(strategy: Regimen, taken: Regimen, months: float) -> Regimen:
    """A strategy from now on: the rest of what was taken already; what was not begins now, for its full length."""
    begun = {_course(item) for item in taken.items}
    found: list[Item] = []
    for item in strategy.items:
        if item.start_month >= months:
            left: Item | None = item.shifted(-months)
        elif _course(item) in begun:
            left = rest(item, months)
        else:
            left = item.shifted(-item.start_month)
        if left is not None and left not in found:
            found.append(left)
    return Regimen(tuple(found))


def _course(item: Item) -> tuple[object, ...]:
    """What makes two items one course, whenever it ends."""
    return item.card_id, item.amount, item.schedule, item.start_month


def rest(item: Item, months: float) -> Item | None:
    """What is left of a course, its next dose on the day on which it was due anyway; None where nothing is."""
    event = card(item.card_id).kind == "event" or (item.schedule is not None and item.schedule.once)
    if event or (item.end_month is not None and item.end_month <= months):
        return None
    start = 0.0
    if item.schedule is not None and item.schedule.interval_day > 1.0:
        interval = item.schedule.interval_day / MONTH_DAYS
        given = math.ceil((months - item.start_month) / interval - 1e-6)
        start = item.start_month + given * interval - months
    end = None if item.end_month is None else item.end_month - months
    if end is not None and end - start < 1e-6:
        return None
    pauses = tuple(
        (max(first - months, start), last - months) for first, last in item.pauses if last - months > start
    )
    return replace(item, start_month=max(start, 0.0), end_month=end, pauses=pauses)
