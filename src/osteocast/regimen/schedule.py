"""How often: `once`, `daily`, `twice weekly`, `every 6 months`; in the end one number of days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from osteocast.errors import OsteocastError
from osteocast.regimen.units import MONTH_DAYS, YEAR_MONTHS, plain

WEEK_DAYS: Final = 7.0
UNIT_DAYS: Final = {"day": 1.0, "week": WEEK_DAYS, "month": MONTH_DAYS, "year": YEAR_MONTHS * MONTH_DAYS}
SHORTEST_DAYS: Final = 0.25
LONGEST_DAYS: Final = 10 * UNIT_DAYS["year"]

_CANONICAL: Final = {
    "once": 0.0,
    "twice daily": 0.5,
    "daily": 1.0,
    "every other day": 2.0,
    "three times weekly": WEEK_DAYS / 3,
    "twice weekly": WEEK_DAYS / 2,
    "weekly": WEEK_DAYS,
    "every 28 days": 28.0,
    "monthly": MONTH_DAYS,
}
_SYNONYMS: Final = {
    "once daily": "day",
    "every day": "day",
    "once weekly": "week",
    "every week": "week",
    "once monthly": "month",
    "every month": "month",
    "yearly": "year",
    "once yearly": "year",
    "every year": "year",
}
NAMED_DAYS: Final = _CANONICAL | {name: UNIT_DAYS[unit] for name, unit in _SYNONYMS.items()}
_NAME: Final = {days: name for name, days in _CANONICAL.items()}


@dataclass(frozen=True, slots=True)
class Schedule:
    """A dosing interval.

    Attributes:
        interval_day: days from dose to dose [day]; 0 means once.
    """

    interval_day: float

    def __post_init__(self) -> None:
        """Refuse intervals that nobody prescribes."""
        if self.interval_day != 0 and not SHORTEST_DAYS <= self.interval_day <= LONGEST_DAYS:
            what = f"an interval of {plain(self.interval_day)} days is not between 6 hours and 10 years"
            raise OsteocastError(what, where="regimen schedule", fix="write for example 'every 6 months'")

    @classmethod
    def every(cls, count: float, unit: str) -> Schedule:
        """The schedule `every COUNT UNITs`; the unit is day, week, month or year."""
        if not count > 0:
            what = f"'every {plain(count)} {unit}s' is not an interval"
            raise OsteocastError(what, where="regimen schedule", fix="give a number above 0")
        return cls(count * UNIT_DAYS[unit])

    @property
    def once(self) -> bool:
        """Whether it is a single dose."""
        return self.interval_day == 0

    @property
    def per_week(self) -> float:
        """Doses or sessions a week [1/week]; nought for a single one."""
        return 0.0 if self.once else WEEK_DAYS / self.interval_day

    def __str__(self) -> str:
        """The canonical words: a name, else months, else whole weeks, else days."""
        if self.interval_day in _NAME:
            return _NAME[self.interval_day]
        months = round(self.interval_day / MONTH_DAYS, 2)
        if months * MONTH_DAYS == self.interval_day:
            return f"every {plain(months)} months"
        if self.interval_day % WEEK_DAYS == 0:
            return f"every {plain(self.interval_day / WEEK_DAYS)} weeks"
        return f"every {plain(self.interval_day)} days"
