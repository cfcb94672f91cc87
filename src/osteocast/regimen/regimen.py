"""The regimen: what a prescriber writes, as one immutable value that prints back as a canonical sentence."""

from __future__ import annotations

import math
from dataclasses import dataclass

from osteocast.errors import OsteocastError
from osteocast.regimen.courses import Course, Dose, courses_of
from osteocast.regimen.grammar import NONE, read_items
from osteocast.regimen.items import Item
from osteocast.regimen.units import MONTH_DAYS


@dataclass(frozen=True, slots=True)
class Regimen:
    """Items taken together, in the order in which they were written. `Regimen()` is `none`.

    Example:
        >>> r = Regimen.parse("zoledronate 4000 mcg every 6 months for 2 years")
        >>> str(r)
        'zoledronic acid 4 mg every 6 months for 24 months'
        >>> [dose.day / 30.4375 for dose in r.doses(until_month=60)]
        [0.0, 6.0, 12.0, 18.0]
    """

    items: tuple[Item, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an item that stands there twice: it would silently double the dose."""
        for number, item in enumerate(self.items):
            if item in self.items[:number]:
                what = f"'{item}' is written twice"
                raise OsteocastError(what, where="regimen", fix="leave one of them out")

    @classmethod
    def parse(cls, text: str) -> Regimen:
        """Read a sentence such as `anastrozole 1 mg daily for 60 months + denosumab 60 mg every 6 months`.

        Args:
            text: the sentence; `none` is the empty regimen.

        Raises:
            OsteocastError: with the column (from 1) of what cannot be read, and what to write instead.
        """
        return cls(read_items(text))

    def __str__(self) -> str:
        """The canonical sentence: `Regimen.parse(str(regimen)) == regimen`."""
        return " + ".join(map(str, self.items)) or NONE

    def with_(self, other: Regimen) -> Regimen:
        """Both together; an item that both have is kept once."""
        return Regimen(self.items + tuple(item for item in other.items if item not in self.items))

    __add__ = with_

    def shifted(self, months: float) -> Regimen:
        """The same regimen, later by `months` [month]; earlier when negative."""
        return Regimen(tuple(item.shifted(months) for item in self.items))

    def courses(self) -> tuple[Course, ...]:
        """Every course of equal doses or of a constant rate, item by item."""
        return tuple(course for item in self.items for course in courses_of(item))

    def doses(self, until_month: float) -> tuple[Dose, ...]:
        """Every dose prescribed before `until_month` [month], by day; rates, classes and habits have none."""
        if not math.isfinite(until_month):
            what = f"doses until month {until_month} are not a finite list"
            raise OsteocastError(what, where="until_month", fix="give a finite month")
        doses = (
            Dose(item.card_id, day, course.amount, item.unit)
            for item in self.items
            for course in courses_of(item)
            for day in course.days(until_month * MONTH_DAYS)
        )
        return tuple(sorted(doses, key=lambda dose: (dose.day, dose.card_id)))

    def breakpoints_day(self) -> tuple[float, ...]:
        """Days on which a course starts or is over (last dose plus one interval), each once [day]."""
        days = {day for course in self.courses() for day in (course.start_day, course.last_day)}
        return tuple(sorted(day for day in days if day is not None))
