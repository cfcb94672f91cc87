"""How the bone-active drugs of a regimen are used up to a month: which, at what doses, how long, how long ago.

A single dose counts as taken from its day on, an operation as long as the forecast. A drug that ended more than two
years before month 0 is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import inf

from osteocast.drugs.catalogue import card
from osteocast.regimen import Item, Regimen

ACTIVE_KINDS = ("drug", "class", "event")
RECENT_MONTHS = 24.0


@dataclass(frozen=True)
class Use:
    """How a drug is used up to the end of a forecast or study.

    Attributes:
        doses: every dose it has at any time [unit of the card per day; a single dose as it is].
        on: time on it [month]; since a single dose; for an operation the time from month 0.
        off: time since it ended [month]; 0 while it goes on.
    """

    doses: frozenset[float]
    on: float
    off: float


def uses(regimen: Regimen, until: float) -> dict[str, Use]:
    """How each bone-active drug of a regimen is used up to a month, by card; drugs that ended long before month 0
    or begin later are left out.

    Args:
        regimen: what was taken before month 0 and is taken from there on.
        until: end of the forecast or study [month].
    """
    names = dict.fromkeys(item.card_id for item in regimen.items if card(item.card_id).kind in ACTIVE_KINDS)
    found = {name: _use([item for item in regimen.items if item.card_id == name], until) for name in names}
    return {name: use for name, use in found.items() if use is not None}


def _use(items: Iterable[Item], until: float) -> Use | None:
    """How one drug is used up to a month, None where it is not."""
    single: list[Item] = []
    spans: list[tuple[float, float, float]] = []
    for item in items:
        if item.start_month >= until:
            continue
        if _given_once(item):
            single.append(item)
            continue
        amount = 1.0 if item.amount is None else item.amount
        per_day = amount if item.schedule is None else amount / item.schedule.interval_day
        spans += [(first, min(last, until), per_day) for first, last in _stretches(item, until)]
    if not single and not spans:
        return None
    doses = {1.0 if item.amount is None else item.amount for item in single}
    on = 0.0
    for first, last in pairwise(sorted({month for start, end, _ in spans for month in (start, end)})):
        together = [per_day for start, end, per_day in spans if start <= first and last <= end]
        if together:
            doses.add(sum(together))
            on += last - first
    if single:
        began = min(item.start_month if item.schedule is not None else 0.0 for item in single)
        return Use(frozenset(doses), max(on, until - began), 0.0)
    return Use(frozenset(doses), on, until - max(end for _, end, _ in spans))


def _given_once(item: Item) -> bool:
    """Whether an item is one dose or an operation, and so has no end."""
    return item.schedule.once if item.schedule is not None else card(item.card_id).kind == "event"


def _stretches(item: Item, until: float) -> Iterator[tuple[float, float]]:
    """Months [from, to) of a course between its pauses, begun before `until` and not over long before month 0."""
    starts = [item.start_month, *(last for _, last in item.pauses)]
    ends = [*(first for first, _ in item.pauses), inf if item.end_month is None else item.end_month]
    for first, last in zip(starts, ends, strict=True):
        if first < min(last, until) and last > -RECENT_MONTHS:
            yield first, last
