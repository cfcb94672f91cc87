"""Strategies worth comparing: the planned inhibitor with each way of protecting bone, begun and ended at
different times."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from osteocast.drugs.catalogue import card
from osteocast.errors import OsteocastError
from osteocast.regimen import Item, Regimen

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
OPEN_END = "no end is foreseen for"
INHIBITION = ("competitor", "inactivator")


@dataclass(frozen=True)
class Candidate:
    """One strategy.

    Attributes:
        regimen: all of it, the planned inhibitor included.
        protection: the drug that protects, None without one.
        exit: what follows denosumab, None where nothing does or nothing needs to.
        warnings: what must be said beside it.
    """

    regimen: Regimen
    protection: str | None
    exit: Regimen | None = None
    warnings: tuple[str, ...] = ()

    @property
    def visits(self) -> int:
        """Visits for bone protection: one for each injection or infusion, one a year for tablets."""
        return sum(_visits(item) for item in self.regimen.items)

    @property
    def unprotected_exit(self) -> bool:
        """Whether denosumab is given and nothing follows it."""
        return self.protection == "denosumab" and self.exit is None


def inhibitor_end(planned: Regimen) -> float:
    """Month at which the last planned aromatase inhibitor ends.

    Raises:
        OsteocastError: none is planned, or it has no end.
    """
    found = [item for item in planned.items if _inhibits(item)]
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


def candidates(planned: Regimen) -> Iterator[Candidate]:
    """Every strategy to be ranked, the unprotected ones first; about 170 for five years of an inhibitor."""
    end = inhibitor_end(planned)
    yield Candidate(planned, None)
    base = planned + Regimen.parse(SUPPLEMENTS)
    yield Candidate(base, None)
    starts = [start for start in STARTS if start < end]
    for start in starts:
        for sentence in (*ORAL, *INFUSIONS):
            for stop in sorted(
                {end, *(end + more for more in BEYOND), *(s for s in (start + 24, start + 36) if s < end)}
            ):
                protection = Regimen.parse(f"{sentence} from month {start:g} until month {stop:g}")
                yield Candidate(base + protection, protection.items[0].card_id)
        once = Regimen.parse(f"zoledronic acid 5 mg once from month {start:g}")
        yield Candidate(base + once, once.items[0].card_id)
        for more in BEYOND:
            yield from _with_antibody(base, start, end + more)


def _with_antibody(base: Regimen, start: float, stop: float) -> Iterator[Candidate]:
    antibody = Regimen.parse(f"{ANTIBODY} from month {start:g} until month {stop:g}")
    yield Candidate(base + antibody, "denosumab", None, (NO_EXIT + ".",))
    last = start + 6.0 * (math.ceil((stop - start) / 6.0) - 1)
    for gap in EXIT_GAPS:
        follow = Regimen.parse(EXITS[0].format(start=f"{last + gap:g}"))
        yield Candidate(base + antibody + follow, "denosumab", follow)
    for months in EXIT_MONTHS:
        follow = Regimen.parse(EXITS[1].format(start=f"{last + 6:g}", months=months))
        yield Candidate(base + antibody + follow, "denosumab", follow)


def _inhibits(item: Item) -> bool:
    actions = card(item.card_id).actions.get("on", ())
    return any(action["channel"] in INHIBITION for action in actions)  # type: ignore[attr-defined]


def _visits(item: Item) -> int:
    one = card(item.card_id)
    channels = {action["channel"] for action in one.actions.get("on", ())}  # type: ignore[attr-defined]
    if not channels & {"bisphosphonate_tight", "antibody_input"}:
        return 0
    if one.route in ("intravenous", "subcutaneous"):
        return sum(1 for dose in Regimen((item,)).doses(until_month=item.end_month or 1e4))
    return math.ceil(((item.end_month or 0.0) - item.start_month) / 12.0)
