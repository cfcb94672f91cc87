"""What a person takes, as guidance sees it: which drugs, from when to when, on which days."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from osteocast.people.person import Person
from osteocast.regimen import Item, Regimen
from osteocast.regimen.units import MONTH_DAYS

INHIBITORS = ("anastrozole", "letrozole", "exemestane")
SUPPRESSION = ("goserelin", "leuprolide", "triptorelin", "gnrh_antagonist", "bilateral_oophorectomy")
"""What silences or removes the ovaries."""
ORAL_BISPHOSPHONATES = ("alendronate", "risedronate", "ibandronate")
BONE_DRUGS = (*ORAL_BISPHOSPHONATES, "zoledronic_acid", "denosumab", "teriparatide", "romosozumab")
RARELY_DAYS = 80.0
"""Interval [day] from which each dose of a drug is an entry of the schedule."""
WEEK_DAYS = 7.0
LATE = 1.5
"""Intervals after which a dose that does not follow counts as the end of a course."""
SINGLE_DAYS = 182.625
"""What the interval of a single dose [day] is taken for."""
AHEAD_MONTHS = 480.0
"""How far ahead [month] doses are counted."""


@dataclass(frozen=True)
class Treatment:
    """The drugs of a person around month 0.

    Attributes:
        items: what is taken from month 0 on: what goes on from before, then what is planned.
        spans: first and last month [month] by id of the card; the last is infinite without an end.
        ends: months of last doses [month] by id of the card, those before month 0 and before long pauses included; of
            drugs given weekly or more rarely.
    """

    items: tuple[Item, ...]
    spans: Mapping[str, tuple[float, float]]
    ends: Mapping[str, tuple[float, ...]]

    @property
    def cards(self) -> frozenset[str]:
        """Ids of the cards of what is taken, and of what has ended and still matters."""
        return frozenset({*self.spans, *self.ends})

    def any_of(self, cards: Iterable[str]) -> bool:
        """Whether one of some drugs is taken at month 0 or later."""
        return any(card in self.spans for card in cards)

    def span(self, cards: Iterable[str]) -> tuple[float, float] | None:
        """First and last month [month] of all of some drugs together, or None."""
        found = [self.spans[card] for card in cards if card in self.spans]
        return (min(first for first, _ in found), max(last for _, last in found)) if found else None

    def doses(self, until: float) -> dict[str, tuple[float, ...]]:
        """Months of the doses [month] of drugs given at most every `RARELY_DAYS`, by id of the card."""
        rarely = (item for item in self.items if _interval_day(item, once=math.inf) >= RARELY_DAYS)
        found: dict[str, set[float]] = {}
        for item in rarely:
            found.setdefault(item.card_id, set()).update(_dose_months(item, until))
        return {card: tuple(sorted(months)) for card, months in found.items()}

    def __str__(self) -> str:
        """What is taken, as one sentence."""
        return " + ".join(map(str, self.items))


def treatment(person: Person, regimen: Regimen | None = None) -> Treatment:
    """What a person takes from month 0 on.

    Args:
        person: the person.
        regimen: what is taken from month 0 on; by default what is planned. Drugs that go on from before are added,
            unless the regimen names them.
    """
    chosen = regimen if regimen is not None else person.planned or Regimen()
    named = {item.card_id for item in chosen.items}
    items: list[Item] = []
    ended: list[Item] = []
    for one in person.past_regimens:
        for item in one.regimen.items:
            goes_on = one.continues and until(item) > 0.0
            (items if goes_on and item.card_id not in named else ended).append(item)
    items += chosen.items
    spans: dict[str, tuple[float, float]] = {}
    for item in items:
        first, last = spans.get(item.card_id, (math.inf, -math.inf))
        spans[item.card_id] = (min(first, item.start_month), max(last, until(item)))
    over = [item for item in ended if item.card_id not in spans]
    return Treatment(tuple(items), spans, _ends(over, 0.0, over=True) | _ends(items, AHEAD_MONTHS))


def until(item: Item) -> float:
    """Last month of an item [month]; a drug given once is over at once."""
    if item.schedule is not None and item.schedule.once:
        return item.start_month
    return math.inf if item.end_month is None else item.end_month


def _interval_day(item: Item, once: float) -> float:
    """Days from dose to dose [day]; `once` for a single dose, 0 for what has no doses."""
    if item.schedule is None:
        return 0.0
    return once if item.schedule.once else item.schedule.interval_day


def _dose_months(item: Item, end: float) -> list[float]:
    """Months of every dose of one item before `end` [month]."""
    return [dose.day / MONTH_DAYS for dose in Regimen((item,)).doses(end)]


def _ends(items: Iterable[Item], before: float, over: bool = False) -> dict[str, tuple[float, ...]]:
    """Months of last doses [month] by id of the card: the last of all, and those before a long pause."""
    given: dict[str, list[Item]] = {}
    for item in items:
        if _interval_day(item, once=math.inf) >= WEEK_DAYS:
            given.setdefault(item.card_id, []).append(item)
    found = {}
    for card, courses in given.items():
        months = sorted({month for item in courses for month in _dose_months(item, before)})
        gap = LATE * max(_interval_day(item, once=SINGLE_DAYS) for item in courses) / MONTH_DAYS
        last = [a for a, b in zip(months, months[1:], strict=False) if b - a > gap]
        if months and (over or max(until(item) for item in courses) < before):
            last.append(months[-1])
        found[card] = tuple(last)
    return {card: last for card, last in found.items() if last}
