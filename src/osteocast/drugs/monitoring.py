"""What is checked, and when, on drugs that need watching: one table, read as questions with their sources.

A row says what is asked, from which limit on a result would change something, and what it would change. It orders
nothing. Dates count from the first dose of the first of the row's drugs; the day of the first dose is month 0. What
ends a course counts from its last dose.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from osteocast.drugs.catalogue import card
from osteocast.drugs.harms import FROM_MEMORY
from osteocast.drugs.tables import Rule, one_of, read_table

TABLE = Path(__file__).parent / "monitoring.csv"
KINDS = ("dated", "missing_scan", "dose", "ending", "symptoms", "statement")
WITH_MONTHS = ("dated", "missing_scan", "ending")
SEXES = ("female", "male", "both")
OVERDUE_MONTHS = 12.0
"""How long ago [month] what follows a last dose may have been due and is still asked, on the first day."""
SIDES = ("above", "at least", "below")
MONTH_DAYS = 30.4375
_TINY = 1e-6


@dataclass(frozen=True)
class Check:
    """One thing that is asked while a drug is taken.

    Attributes:
        check: key of what is measured, words joined by underscores.
        card_ids: the drugs it belongs to.
        sex: the sex of the people it is for, or `both`.
        kind: `dated`; `missing_scan` (dated, where no scan is known); `dose` (at every dose); `ending` (dated from
            the last dose); `symptoms` (asked when they appear, without a date); `statement` (nothing is measured).
        months: months after the first dose, or of `ending` the last, at which it is asked [month]; 0 is the day
            before it.
        every: months from the last of them to the next, and so on [month]; None where it ends there.
        whom: whom it is asked for.
        side: on which side of `limit` a result changes something; empty without a limit.
        limit: the limit, in `unit`, or None.
        unit: unit of the limit.
        question: one question; of a statement the statement.
        changes: what a result would change, or what follows from the statement; one sentence.
        citation: the source.
        quality: how it was read, one of `QUALITIES`.
        note: what else to know.
    """

    check: str
    card_ids: tuple[str, ...]
    sex: str
    kind: str
    months: tuple[float, ...]
    every: float | None
    whom: str
    side: str
    limit: float | None
    unit: str
    question: str
    changes: str
    citation: str
    quality: str
    note: str

    @property
    def title(self) -> str:
        """What is measured, in words."""
        return self.check.replace("_", " ")

    @property
    def threshold(self) -> str:
        """The limit in words, marked where it was remembered; empty without one."""
        if self.limit is None:
            return ""
        tag = f" ({FROM_MEMORY})" if self.quality == "memory" else ""
        return f"{self.side} {self.limit:g} {self.unit}{tag}"

    @property
    def when(self) -> str:
        """When it is asked, in words."""
        if self.kind not in WITH_MONTHS:
            return {"symptoms": "when it applies", "dose": "at every dose"}.get(self.kind, "always")
        named = ", ".join(f"{month:g}" for month in self.months)
        again = f", then every {self.every:g} months" if self.every else ""
        extra = {"missing_scan": ", where no scan is known", "ending": " after the last dose"}.get(self.kind, "")
        return f"{'months' if len(self.months) > 1 else 'month'} {named}{again}{extra}"

    def due(self, until: float) -> tuple[float, ...]:
        """Months after the first dose at which it is asked, up to `until` [month], in order."""
        found = list(self.months)
        while self.every and found[-1] + self.every <= until + _TINY:
            found.append(found[-1] + self.every)
        return tuple(month for month in found if month <= until + _TINY)

    def to_dict(self) -> dict[str, Any]:
        """The row as plain data for JSON, with `title`, `when` and `threshold` in words."""
        return asdict(self) | {"card_ids": list(self.card_ids), "months": list(self.months)} | {
            "title": self.title, "when": self.when, "threshold": self.threshold
        }  # fmt: skip


@dataclass(frozen=True)
class Visit:
    """What is asked on one day.

    Attributes:
        date: the day.
        month: months from the day of `schedule`'s start [month].
        checks: what is asked, in the order of the table.
    """

    date: dt.date
    month: float
    checks: tuple[Check, ...]


@cache
def checks() -> tuple[Check, ...]:
    """All rows, in the order of the table. Read from disk once."""
    return read_checks(TABLE)


def checks_of(card_ids: Iterable[str], sex: str | None = None) -> tuple[Check, ...]:
    """The rows for some drugs, in the order of the table; empty where nothing is listed for them.

    Args:
        card_ids: ids of drug cards.
        sex: `female` or `male`; None for both.

    Raises:
        OsteocastError: there is no such card; the nearest is suggested.
    """
    known = {card(one).id for one in card_ids}
    return tuple(one for one in checks() if known & set(one.card_ids) and (sex is None or one.sex in (sex, "both")))


def schedule(card_ids: Iterable[str], start: dt.date, months: float, sex: str) -> tuple[Visit, ...]:
    """The dated visits of somebody who takes some drugs from one day on.

    Args:
        card_ids: ids of drug cards.
        start: day of the first dose.
        months: how long they are taken [month]; a visit may fall on the last day.
        sex: `female` or `male`.

    Returns:
        Visits in order, each with what is asked there; empty where nothing is listed for these drugs.
    """
    return visits(dict.fromkeys(card_ids, (0.0, months)), start, months, sex)


def visits(
    taken: Mapping[str, tuple[float, float]],
    start: dt.date,
    months: float,
    sex: str,
    *,
    doses: Mapping[str, Sequence[float]] | None = None,
    ends: Mapping[str, Sequence[float]] | None = None,
    scanned: bool = True,
) -> tuple[Visit, ...]:
    """The same for drugs with first and last months of their own, those begun before `start` included.

    Args:
        taken: first and last month [month] by id of the card; negative before `start`.
        start: day of month 0; earlier visits are left out.
        months: last month that is shown [month].
        sex: `female` or `male`.
        doses: months of the single doses [month] of drugs given rarely, by id of the card.
        ends: months of last doses [month] of drugs whose courses end, those that have ended included.
        scanned: whether a usable scan is known; without one the checks of kind `missing_scan` are asked.
    """
    found: dict[float, list[Check]] = {}
    for one in checks_of({*taken, *(ends or {})}, sex):
        for month in _months(one, taken, months, doses or {}, ends or {}, scanned):
            if -_TINY < month <= months + _TINY:
                found.setdefault(round(month, 3) + 0.0, []).append(one)
    return tuple(Visit(later(start, month), month, tuple(found[month])) for month in sorted(found))


def _months(
    one: Check,
    taken: Mapping[str, tuple[float, float]],
    until: float,
    doses: Mapping[str, Sequence[float]],
    ends: Mapping[str, Sequence[float]],
    scanned: bool,
) -> list[float]:
    """Months at which a row falls due for somebody, those before month 0 included."""
    if one.kind == "dose":
        return [month for drug in one.card_ids for month in doses.get(drug, ())]
    if one.kind == "ending":
        due = [last + month for drug in one.card_ids for last in ends.get(drug, ()) for month in one.months]
        return [max(month, 0.0) for month in due if month > -OVERDUE_MONTHS]
    spans = [taken[drug] for drug in one.card_ids if drug in taken]
    if one.kind not in ("dated", "missing_scan") or not spans:
        return []
    first, last = min(span[0] for span in spans), max(span[1] for span in spans)
    if one.kind == "missing_scan":
        return [] if scanned or last < 0.0 else [max(first + month, 0.0) for month in one.months]
    return [first + month for month in one.due(min(last, until) - first)]


def later(day: dt.date, months: float) -> dt.date:
    """The day some months later: the same day of the month, or its last; a part of a month counts in days."""
    whole = math.floor(months)
    year, month = divmod(day.year * 12 + day.month - 1 + whole, 12)
    there = day.replace(year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1]))
    return there + dt.timedelta(days=round((months - whole) * MONTH_DAYS))


def read_checks(path: Path) -> tuple[Check, ...]:
    """The rows of a table with one column for every field of `Check` (`cards` for `card_ids`).

    Raises:
        OsteocastError: a column is missing or a row cannot be used.
    """
    return read_table(path, Check, _rules)


def _rules(one: Check) -> tuple[Rule, ...]:
    """What must hold within a row."""
    ends = "?" if one.kind != "statement" else "."
    rising = list(one.months) == sorted(set(one.months)) and all(0 <= month < math.inf for month in one.months)
    return (
        one_of("sex", one.sex, SEXES),
        one_of("kind", one.kind, KINDS),
        ("months", rising and bool(one.months) is (one.kind in WITH_MONTHS), "give months in rising order, if dated"),
        ("every", one.every is None or (bool(one.months) and 0 < one.every < math.inf), "give months, above 0"),
        ("limit", (one.limit is not None) is bool(one.side) is bool(one.unit), "give side, limit and unit, or none"),
        ("side", one.side in ("", *SIDES), "use one of " + ", ".join(SIDES)),
        ("question", one.question.endswith(ends), f"end it with '{ends}'"),
        ("changes", one.changes.endswith("."), "write one sentence with a full stop"),
    )
