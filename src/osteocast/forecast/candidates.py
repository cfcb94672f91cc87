"""Strategies worth comparing: the planned inhibitor with each way of protecting bone, begun and ended at
different times.

What a strategy needs said is read off everything taken, the past that goes on included. Denosumab needs an exit:
a bisphosphonate within nine months of its last dose (by month 0 at the latest), as an infusion or as tablets for a
year. Denosumab whose last dose lies more than 18 months before month 0 has had its end.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from osteocast.drugs.catalogue import card
from osteocast.errors import OsteocastError
from osteocast.regimen import Item, Regimen
from osteocast.regimen.units import MONTH_DAYS

AFTER_MONTHS = 36
"""Months after the inhibitor's end at which strategies are ranked."""
SUPPLEMENTS = "calcium 1000 mg daily + vitamin D 800 IU daily"
ORAL = ("alendronate 70 mg weekly", "risedronate 35 mg weekly", "ibandronate 150 mg monthly")
INFUSIONS = ("zoledronic acid 4 mg every 6 months", "zoledronic acid 5 mg every 12 months")
ANTIBODY = "denosumab 60 mg every 6 months"
STARTS = (0, 6, 12, 24)
BEYOND = (0, 12, 24)
"""Months by which protection may outlast the inhibitor."""
EXIT_GAPS = (3, 6, 9)
"""Months from the last dose of denosumab to the drug that follows it."""
EXITS = (
    "zoledronic acid 5 mg once from month {start}",
    "alendronate 70 mg weekly from month {start} for {months} months",
)
EXIT_MONTHS = (12, 24)
NO_EXIT = (
    "Stopping denosumab without another bone drug after it loses the gain within about a year and has been "
    "followed by several vertebral fractures at once"
)
GOES_ON = "Denosumab has no end in the years ranked here, and nothing is foreseen to follow it. "
INHIBITION = ("competitor", "inactivator")
BISPHOSPHONATE, ANTIBODY_INPUT = "bisphosphonate_tight", "antibody_input"
EFFECT_MONTHS = 6.0
"""How long a dose of denosumab holds, and how long two drugs given once must be apart."""
LOOK_BACK_MONTHS = 12.0
"""Denosumab that held within these months before month 0 still needs an exit."""
LATE_MONTHS = 12.0
"""Months between doses of denosumab from which on it was stopped, not late."""
SHORTEST_EXIT_MONTHS = 12.0
"""Months of tablets after denosumab that make an exit."""
LONGEST_INTERVAL_MONTHS = 120.0
INJECTED = ("intravenous", "subcutaneous")
DENOSUMAB = "denosumab"
SLACK = 1e-6


@dataclass(frozen=True)
class Candidate:
    """One strategy.

    Attributes:
        regimen: all that is taken from month 0 on, what goes on from before aside.
        whole: the same with the past.
        horizon: month of the ranking.
        protection: the drug that protects, None without one.
    """

    regimen: Regimen
    whole: Regimen
    horizon: float
    protection: str | None = None

    @property
    def exit(self) -> Regimen | None:
        """What follows denosumab, None where nothing does or nothing needs to."""
        return self._exit_and_warnings[0]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What must be said beside it."""
        return self._exit_and_warnings[1]

    @property
    def unprotected_exit(self) -> bool:
        """Whether denosumab was or is given and nothing follows it."""
        return bool(self.warnings)

    @property
    def visits(self) -> int:
        """Visits for bone protection from month 0 on: one for each injection or infusion, one a year for tablets."""
        return sum(_visits(item, self.horizon) for item in self.whole.items)

    @property
    def drugs(self) -> tuple[str, ...]:
        """Cards of all that acts from month 0 on: what protects first, then its exit, then the rest."""
        acting = [item for item in self.whole.items if _until(item) > 0.0]
        lately = [item for item in self.whole.items if _is(item, ANTIBODY_INPUT) and _until(item) > -LOOK_BACK_MONTHS]
        first = [] if self.protection is None else [self.protection]
        following = [] if self.exit is None else self.exit.items
        return tuple(dict.fromkeys([*first, *(item.card_id for item in (*following, *lately, *acting))]))

    @cached_property
    def _exit_and_warnings(self) -> tuple[Regimen | None, tuple[str, ...]]:
        warnings: list[str] = []
        followed: Regimen | None = None
        for last in _stops(self.whole, self.horizon):
            items = tuple(item for item in self.whole.items if _follows(item, last))
            followed = Regimen(items) if items else None
            if followed is None:
                warnings.append(f"{NO_EXIT}.")
        if any(_goes_on(item, self.horizon) for item in self.whole.items):
            warnings.append(f"{GOES_ON}{NO_EXIT}.")
        return (None if warnings else followed), tuple(dict.fromkeys(warnings))


def inhibitor_end(planned: Regimen) -> float:
    """Month at which the last planned aromatase inhibitor ends.

    Raises:
        OsteocastError: none is planned, or it has no end.
    """
    found = [item for item in planned.items if _is(item, *INHIBITION)]
    if not found:
        raise OsteocastError(
            f"'{planned}' holds no aromatase inhibitor",
            where="planned",
            fix="give one with its duration, such as anastrozole 1 mg daily for 60 months",
        )
    ends = [item.end_month for item in found]
    if None in ends:
        raise OsteocastError("the inhibitor has no end", where="planned", fix="add how long, such as 'for 60 months'")
    return max(float(end) for end in ends if end is not None)


def candidates(
    planned: Regimen, whole: Callable[[Regimen], Regimen] = lambda regimen: regimen
) -> Iterator[Candidate]:
    """Every strategy to be ranked, the unprotected ones first; about 170 for five years of an inhibitor.

    Bone drugs that are planned or go on from before are kept as they are: no strategy adds one of them, or another
    at the same time. If denosumab is among them, strategies follow it with each exit; if it goes on from before
    without an end, they end it first.

    Args:
        planned: what is taken from month 0 on in every strategy, an inhibitor with an end among it.
        whole: from a strategy to all that acts, the past included.
    """
    end = inhibitor_end(planned)
    known = {item.card_id for item in planned.items}
    supplements = tuple(item for item in Regimen.parse(SUPPLEMENTS).items if item.card_id not in known)
    base = planned + Regimen(supplements)
    there = whole(planned)
    held = [item for item in there.items if _is(item, BISPHOSPHONATE, ANTIBODY_INPUT) and _until(item) > 0.0]
    bisphosphonates = [item for item in held if _is(item, BISPHOSPHONATE)]
    seen: set[Regimen] = set()
    for regimen, protection in (
        (planned, None),
        (base, None),
        *((base + added, drug) for added, drug in _protections(end) if not _clashes(added, held)),
        *((base + added, DENOSUMAB) for added in _ends(planned, there, end) if not _clashes(added, bisphosphonates)),
    ):
        if regimen not in seen:
            seen.add(regimen)
            yield Candidate(regimen, whole(regimen), end + AFTER_MONTHS, protection)


def _protections(end: float) -> Iterator[tuple[Regimen, str]]:
    """Each way of protecting bone beside an inhibitor that ends at a month, with its drug."""
    for start in (start for start in STARTS if start < end):
        for sentence in (*ORAL, *INFUSIONS):
            for stop in sorted(
                {end, *(end + more for more in BEYOND), *(s for s in (start + 24, start + 36) if s < end)}
            ):
                protection = Regimen.parse(f"{sentence} from month {start:g} until month {stop:g}")
                yield protection, protection.items[0].card_id
        once = Regimen.parse(f"zoledronic acid 5 mg once from month {start:g}")
        yield once, once.items[0].card_id
        for more in BEYOND:
            antibody = Regimen.parse(f"{ANTIBODY} from month {start:g} until month {end + more:g}")
            yield antibody, DENOSUMAB
            for follow in _exits(_doses(antibody.items, end + more)[-1]):
                yield antibody + follow, DENOSUMAB


def _ends(planned: Regimen, there: Regimen, end: float) -> Iterator[Regimen]:
    """Exits from the denosumab that is planned or was taken before; one that goes on from before without an end
    is taken over at its next dose, ended, and followed.

    Args:
        planned: what is taken from month 0 on in every strategy.
        there: the same with the past.
        end: end of the inhibitor [month].
    """
    for last in _stops(there, end + AFTER_MONTHS)[-1:]:
        yield from _exits(last)
    for item in there.items:
        if _is(item, ANTIBODY_INPUT) and _until(item) == math.inf and item not in planned.items:
            due = next(month for month in _doses((item,), LONGEST_INTERVAL_MONTHS + 1.0) if month > -SLACK)
            for stop in (end + more for more in BEYOND if end + more > due):
                ended = replace(item, start_month=max(due, 0.0), end_month=stop, pauses=())
                for follow in _exits(_doses((ended,), stop)[-1]):
                    yield Regimen((ended,)) + follow


def _exits(last: float) -> Iterator[Regimen]:
    """What may follow denosumab whose last dose is at a month, from month 0 on."""
    for gap in EXIT_GAPS:
        if last + gap >= 0.0:
            yield Regimen.parse(EXITS[0].format(start=f"{last + gap:g}"))
    for months in EXIT_MONTHS:
        yield Regimen.parse(EXITS[1].format(start=f"{max(last + EFFECT_MONTHS, 0.0):g}", months=months))


def _clashes(added: Regimen, held: Sequence[Item]) -> bool:
    """Whether a strategy adds a bone drug that is there already, or another one at the same time."""

    def clash(new: Item, old: Item) -> bool:
        again = new.card_id == old.card_id and (old.start_month >= 0.0 or not _once(old))
        return again or (new.start_month < _until(old) and old.start_month < _until(new))

    return any(clash(new, old) for new in added.items for old in held)


def _stops(whole: Regimen, horizon: float) -> list[float]:
    """Months of the last doses of denosumab before it is stopped, the horizon at the latest [month]."""
    items = tuple(item for item in whole.items if _is(item, ANTIBODY_INPUT))
    months = [month for month in _doses(items, horizon) if month > -LOOK_BACK_MONTHS - EFFECT_MONTHS + SLACK]
    stops = [a for a, b in pairwise([*months, math.inf]) if b > max(a + LATE_MONTHS, 0.0) + SLACK]
    return stops[:-1] if any(_goes_on(item, horizon) for item in items) else stops


def _goes_on(item: Item, horizon: float) -> bool:
    """Whether an item is denosumab without an end before the horizon [month]."""
    return _is(item, ANTIBODY_INPUT) and not _once(item) and _until(item) > horizon


def _follows(item: Item, last: float) -> bool:
    """Whether an item is an exit from denosumab whose last dose is at a month."""
    if not _is(item, BISPHOSPHONATE):
        return False
    latest = max(last + max(EXIT_GAPS), 0.0) + SLACK
    if card(item.card_id).route in INJECTED:
        return any(last + SLACK < month <= latest for month in _doses((item,), latest + 1.0))
    begins = max(item.start_month, last)
    return begins <= latest and _until(item) - begins >= SHORTEST_EXIT_MONTHS - SLACK


def _doses(items: tuple[Item, ...], until: float) -> list[float]:
    """Months of the doses of some items before a month, in order."""
    return [dose.day / MONTH_DAYS for dose in Regimen(items).doses(until)]


def _once(item: Item) -> bool:
    return item.schedule is not None and item.schedule.once


def _until(item: Item) -> float:
    """Month until which an item is there; a single dose for half a year."""
    if _once(item):
        return item.start_month + EFFECT_MONTHS
    return math.inf if item.end_month is None else item.end_month


def _is(item: Item, *channels: str) -> bool:
    """Whether a drug acts through one of some channels."""
    actions = card(item.card_id).actions.get("on", ())
    return any(action["channel"] in channels for action in actions)  # type: ignore[attr-defined]


def _visits(item: Item, horizon: float) -> int:
    """Visits for an item from month 0 to the horizon [month]."""
    if not _is(item, BISPHOSPHONATE, ANTIBODY_INPUT):
        return 0
    until = horizon if _once(item) else min(_until(item), horizon)
    if card(item.card_id).route in INJECTED:
        return sum(1 for month in _doses((item,), until) if month > -SLACK)
    return max(0, math.ceil((until - max(item.start_month, 0.0)) / 12.0))
