"""From items to what a body receives: courses of equal doses at equal distances, rates, and single doses."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count, takewhile

from osteocast.drugs.catalogue import card
from osteocast.regimen.items import Item
from osteocast.regimen.units import MONTH_DAYS

_TINY = 1e-9  # of an interval: a dose that falls on the end of a half-open interval is outside it


@dataclass(frozen=True, slots=True)
class Course:
    """Equal doses at equal distances, or a constant rate: what closed-form kinetics need.

    Attributes:
        card_id: id of the drug card.
        amount: per dose, or per day of a rate [unit of the card]; sessions a week of a habit; else 1.
        start_day: day of the first dose, or on which the rate begins [day].
        interval_day: from dose to dose [day]; 0 for a rate, an event and a single dose.
        n_doses: how many; None when open-ended, and for a rate.
        adherence: probability that a dose is taken, or the share of a rate [1].
        continuous: whether it is a rate, a class or a habit, present all the time.
        is_daily_tablet: whether doses come at least daily, so that adherence scales the mean exposure.
        end_day: day on which a continuous course ends [day]; None when open-ended, and for doses.
    """

    card_id: str
    amount: float
    start_day: float
    interval_day: float
    n_doses: int | None
    adherence: float
    continuous: bool
    is_daily_tablet: bool
    end_day: float | None = None

    @property
    def last_day(self) -> float | None:
        """Day on which it is over: its end, or its last dose plus one interval [day]; None when open."""
        if self.continuous or self.n_doses is None:
            return self.end_day
        return self.start_day + self.n_doses * self.interval_day

    def days(self, until_day: float) -> Iterator[float]:
        """Days of its doses before `until_day` [day]; none for a continuous course."""
        if self.continuous:
            return iter(())
        numbers: Iterable[int] = count() if self.n_doses is None else range(self.n_doses)
        days = (self.start_day + number * self.interval_day for number in numbers)
        return takewhile(lambda day: day < until_day, days)


@dataclass(frozen=True, slots=True)
class Dose:
    """One dose as prescribed, on one day.

    Attributes:
        card_id: id of the drug card.
        day: day from the forecast's start [day].
        amount: how much [unit]; 1 for an event.
        unit: unit of the card; empty for an event.
    """

    card_id: str
    day: float
    amount: float
    unit: str


def courses_of(item: Item) -> tuple[Course, ...]:
    """The courses of one item in order; a pause that drops a dose splits it, and its clock runs on."""
    one = card(item.card_id)
    if one.kind == "event" or (item.schedule is not None and one.takes_dose):
        interval = item.schedule.interval_day if item.schedule else 0.0
        return tuple(
            Course(
                card_id=item.card_id,
                amount=1.0 if item.amount is None else item.amount,
                start_day=item.start_month * MONTH_DAYS + first * interval,
                interval_day=interval,
                n_doses=None if last is None else last - first,
                adherence=item.adherence,
                continuous=False,
                is_daily_tablet=0 < interval <= 1,
            )
            for first, last in _dose_numbers(item, interval)
        )
    rate = item.amount if item.amount is not None else item.schedule.per_week if item.schedule else 1.0
    return tuple(
        Course(
            card_id=item.card_id,
            amount=rate,
            start_day=start * MONTH_DAYS,
            interval_day=0.0,
            n_doses=None,
            adherence=item.adherence,
            continuous=True,
            is_daily_tablet=False,
            end_day=None if end is None else end * MONTH_DAYS,
        )
        for start, end in _stretches(item)
    )


def _stretches(item: Item) -> Iterator[tuple[float, float | None]]:
    """The months [from, to) between the pauses; the last one may be open."""
    starts = [item.start_month, *(last for _, last in item.pauses)]
    ends = [*(first for first, _ in item.pauses), item.end_month]
    return ((start, end) for start, end in zip(starts, ends, strict=True) if end is None or start < end)


def _dose_numbers(item: Item, interval_day: float) -> list[tuple[int, int | None]]:
    """Doses given, as [from, to) in the count that starts with 0 at the start and goes on through pauses."""
    if interval_day == 0:
        return [(0, 1)]

    def number(month: float) -> int:
        """Number of the first dose at or after a month."""
        return math.ceil((month - item.start_month) * MONTH_DAYS / interval_day - _TINY)

    given: list[tuple[int, int | None]] = []
    for start, end in _stretches(item):
        first, last = number(start), None if end is None else number(end)
        if first == last:
            continue
        if given and given[-1][1] == first:
            given[-1] = (given[-1][0], last)
        else:
            given.append((first, last))
    return given
