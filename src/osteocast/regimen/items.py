"""One item of a regimen: what, how much, how often, from when to when, with which pauses, how faithfully."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from osteocast.drugs.catalogue import Card, card
from osteocast.regimen.schedule import Schedule
from osteocast.regimen.units import ItemError, canonical_dose, plain

_MONTH_DIGITS: Final = 6
_MONTH_LIMIT: Final = 1200.0


@dataclass(frozen=True, slots=True)
class Item:
    """One course of a drug, or a class, event or habit; written `str(item)`, read by `Regimen.parse`.

    Values are brought to one form on the way in (dose in the card's unit, months to six decimals, pauses
    sorted and joined), so that items that mean the same are equal.

    Attributes:
        card_id: id of the drug card.
        amount: dose [unit], or None for a class, event or habit.
        unit: the card's unit, such as mg, IU or ug/day; empty without a dose.
        schedule: how often; None for a rate, a class or an event, which have no doses to count.
        start_month: first month [month], 0 being the day of the forecast.
        end_month: month at which it ends, itself outside [month]; None when open.
        pauses: months [from, to) without doses [month].
        adherence: share of doses taken [1].
    """

    card_id: str
    amount: float | None = None
    unit: str = ""
    schedule: Schedule | None = None
    start_month: float = 0.0
    end_month: float | None = None
    pauses: tuple[tuple[float, float], ...] = ()
    adherence: float = 1.0

    def __post_init__(self) -> None:
        """Bring the values to their one form and refuse what cannot be."""
        one = card(self.card_id)
        _check_shape(one, self.amount, self.unit, self.schedule)
        if self.amount is not None:
            object.__setattr__(self, "amount", canonical_dose(one, self.amount, self.unit))
            object.__setattr__(self, "unit", one.dose_unit)
        start = _month(one, "start_month", self.start_month)
        end = None if self.end_month is None else _month(one, "end_month", self.end_month)
        object.__setattr__(self, "start_month", start)
        object.__setattr__(self, "end_month", end)
        object.__setattr__(self, "adherence", float(f"{self.adherence:.12g}"))
        _check_course(self, one)
        object.__setattr__(self, "pauses", _pauses(self, one))

    def shifted(self, months: float) -> Item:
        """The same course, later by `months` [month]."""
        return replace(
            self,
            start_month=self.start_month + months,
            end_month=None if self.end_month is None else self.end_month + months,
            pauses=tuple((first + months, last + months) for first, last in self.pauses),
        )

    def __str__(self) -> str:
        """The canonical sentence of the item."""
        words = [card(self.card_id).name]
        if self.amount is not None:
            words.append(f"{plain(self.amount)} {self.unit}")
        if self.schedule is not None:
            words.append(str(self.schedule))
        if self.start_month != 0:
            words.append(f"from month {plain(self.start_month)}")
        if self.end_month is not None:
            words.append(f"for {plain(round(self.end_month - self.start_month, _MONTH_DIGITS))} months")
        words += [f"pause month {plain(first)} to {plain(last)}" for first, last in self.pauses]
        if self.adherence != 1:
            words.append(f"adherence {plain(float(f'{100 * self.adherence:.12g}'))} %")
        return " ".join(words)


def _check_shape(one: Card, amount: float | None, unit: str, schedule: Schedule | None) -> None:
    """Whether dose and schedule are there exactly where the card asks for them."""
    like = f"write it as in '{one.usual}'"
    if one.takes_dose and amount is None:
        raise ItemError("amount", f"{one.name} needs a dose", item=one.name, fix=like)
    if not one.takes_dose and (amount is not None or unit):
        raise ItemError("amount", f"{one.name} takes no dose", item=one.name, fix=like)
    if one.takes_schedule and schedule is None:
        raise ItemError("schedule", f"{one.name} needs a schedule", item=one.name, fix=like)
    if not one.takes_schedule and schedule is not None:
        what = f"{one.name} takes no schedule, but '{schedule}' was given"
        raise ItemError("schedule", what, item=one.name, fix=like)
    if one.kind == "habit" and schedule is not None and schedule.once:
        raise ItemError("schedule", "a habit is not done once", item=one.name, fix=like)


def _check_course(item: Item, one: Card) -> None:
    """Whether start, end, pauses and adherence agree with one another."""
    start, end = item.start_month, math.inf if item.end_month is None else item.end_month
    if one.kind == "event" or (item.schedule is not None and item.schedule.once):
        what = f"{one.name} is an event" if one.kind == "event" else f"{one.name} is given once"
        if item.end_month is not None:
            fix = "leave 'for' or 'until' out"
            raise ItemError("end_month", f"{what} and cannot end", item=one.name, fix=fix)
        if item.pauses:
            raise ItemError("pause 0", f"{what} and cannot pause", item=one.name, fix="leave 'pause' out")
    if end <= start:
        what = f"the end, month {plain(end)}, is not after the start, month {plain(start)}"
        raise ItemError("end_month", what, item=one.name, fix="give an end after the start")
    if not 0 <= item.adherence <= 1:
        what = f"adherence {plain(100 * item.adherence)} % is not between 0 and 100 %"
        raise ItemError("adherence", what, item=one.name, fix="write for example 'adherence 80 %'")
    if one.kind == "event" and item.adherence != 1:
        what = f"{one.name} is an event and has no adherence"
        raise ItemError("adherence", what, item=one.name, fix="leave 'adherence' out")


def _month(one: Card, field: str, value: float) -> float:
    """A month to six decimals (some seconds), refused beyond a hundred years."""
    if not abs(value) <= _MONTH_LIMIT:
        what = f"month {plain(value)} is more than a hundred years away"
        raise ItemError(field, what, item=one.name, fix="count months from the day of the forecast")
    return round(value, _MONTH_DIGITS) + 0.0  # + 0.0 makes a negative zero positive


def _pauses(item: Item, one: Card) -> tuple[tuple[float, float], ...]:
    """The pauses in order, those that touch or overlap made one; refused where they leave the course."""
    start, end = item.start_month, math.inf if item.end_month is None else item.end_month
    course = f"from month {plain(start)}" + ("" if end == math.inf else f" to {plain(end)}")
    known = []
    for number, pause in enumerate(item.pauses):
        field, (first, last) = f"pause {number}", (_month(one, f"pause {number}", month) for month in pause)
        words = f"the pause of {one.name}, month {plain(first)} to {plain(last)},"
        if last <= first:
            fix = "write the earlier month first"
            raise ItemError(field, f"{words} does not end after it begins", item=one.name, fix=fix)
        if first < start or last > end:
            fix = "keep the pause inside the course"
            raise ItemError(field, f"{words} is outside the course, {course}", item=one.name, fix=fix)
        known.append((first, last))
    joined: list[tuple[float, float]] = []
    for first, last in sorted(known):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    if joined == [(start, end)]:
        what = f"nothing of {one.name} is left beside the pause"
        raise ItemError("pause 0", what, item=one.name, fix="shorten the pause")
    return tuple(joined)
