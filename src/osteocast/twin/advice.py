"""What follows from a forecast: guidance, dated checks, the next scan, exits and harms.

Nothing is worked out here: texts, schedule, exits and harms are those of `osteocast guide`, `monitor` and `plan`,
asked about the person as inferred. Where a text reads a T-score of today, it is the one that was measured; the years
ahead are the medians of the posterior.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from osteocast.drugs.harms import Harm, harms_of
from osteocast.drugs.monitoring import later
from osteocast.forecast import history
from osteocast.forecast.candidates import Candidate
from osteocast.forecast.compare import StrategyForecast
from osteocast.fracture import Course
from osteocast.guidance import entries, guide, plan_of_visits, treatment
from osteocast.guidance.expected import planned_months
from osteocast.people.person import Person
from osteocast.regimen import Regimen
from osteocast.regimen.units import MONTH_DAYS
from osteocast.twin.inference import Twin
from osteocast.twin.next_scan import next_scan

DENOSUMAB = "denosumab"
REBOUND_MONTHS = 30.0
"""Months after the last dose of denosumab in which its effect (six) or the rebound of turnover that follows (about
two years) is still to come (assumed; general knowledge, from memory)."""
SUMMARY = (
    "covered", "coverage", "assumptions", "remarks", "differences", "expected", "start_of_protection",
    "protection_planned", "questions", "hint",
)  # fmt: skip
"""What `guide` says beside the texts."""


@dataclass(frozen=True)
class Advice:
    """What follows for the first strategy.

    Attributes:
        start: day of month 0.
        guidance: by text, as `guide` gives it.
        summary: what `guide` says of all texts together.
        schedule: dated checks, as `guide` gives them.
        next_scan: see `next_scan`.
        harms: of everything in any strategy, each with the places of the strategies that bring it.
    """

    start: dt.date
    guidance: Mapping[str, Any]
    summary: Mapping[str, Any]
    schedule: Sequence[Mapping[str, Any]]
    next_scan: Mapping[str, Any]
    harms: Sequence[Mapping[str, Any]]

    @property
    def sources(self) -> list[str]:
        """Citations behind the texts that speak of the person, the schedule and the harms."""
        texts = [one["citation"] for one in self.guidance.values() if one["line"] is not None]
        rules = [str(one["rule"]) for one in self.schedule]
        return list(dict.fromkeys([*texts, *rules, *(str(one["citation"]) for one in self.harms)]))


def advice(
    twin: Twin,
    strategies: Sequence[StrategyForecast],
    bare: StrategyForecast,
    ahead: StrategyForecast,
    today: dt.date,
) -> Advice:
    """What follows from the strategies.

    Args:
        twin: the person.
        strategies: the first is what is planned.
        bare: the first without its bone drugs.
        ahead: the first, far enough for the next scan.
        today: month 0 of a person without dates.
    """
    person, first = twin.person, strategies[0]
    taken = treatment(person, first.regimen)
    course = None
    if person.t_scores and bare.months[-1] >= planned_months(taken):
        course = Course(bare.months.astype(float), {site: bare.t_score(site) for site in person.t_scores})
    said = guide(person, first.regimen, course=course, today=today)
    start = dt.date.fromisoformat(said["start"])
    return Advice(
        start,
        said["guidance"],
        {name: said[name] for name in SUMMARY},
        said["schedule"],
        next_scan(person, ahead, start, said["next_scan"], twin.seed),
        _harms(twin, strategies),
    )


def beside(twin: Twin, one: StrategyForecast, start: dt.date) -> dict[str, Any]:
    """What `plan` says beside a strategy, and its schedule.

    Args:
        twin: the person.
        one: the strategy.
        start: day of month 0.
    """
    months = float(one.months[-1])
    found = candidate(twin, one)
    after = None
    if found.exit is not None:
        month = min(item.start_month for item in found.exit.items)
        after = {"regimen": str(found.exit), "month": month, "date": later(start, month).isoformat()}
    dated = plan_of_visits(twin.person, treatment(twin.person, one.regimen), start, months)
    return {
        "visits": found.visits,
        "exit": after,
        "warnings": list(found.warnings),
        "schedule": entries(dated),
        DENOSUMAB: on_denosumab(twin.person, one.regimen),
    }


def on_denosumab(person: Person, regimen: Regimen) -> bool:
    """Whether denosumab is taken from month 0 on, or its effect or rebound from before is still to come.

    Args:
        person: the person.
        regimen: what is taken from month 0 on.
    """
    if DENOSUMAB in treatment(person, regimen).spans:
        return True
    before = [item for past in person.past_regimens for item in past.regimen.items if item.card_id == DENOSUMAB]
    return any(dose.day > -REBOUND_MONTHS * MONTH_DAYS for dose in Regimen(tuple(before)).doses(0.0))


def last_scans(person: Person) -> list[dict[str, Any]]:
    """The last scan of each site up to month 0, oldest first: `site`, `device`, `date` (None for month 0), `value`
    [g/cm2] on that device, `t_score` [1]. Density at month 0 is inferred in the unit of its device."""
    found = sorted(person.baseline_scans().values(), key=lambda scan: scan.date or person.date or dt.date.max)
    return [
        {
            "site": scan.site,
            "device": scan.device,
            "date": None if scan.date is None else scan.date.isoformat(),
            "value": round(scan.bmd, 4),
            "t_score": round(scan.t, 2),
        }
        for scan in found
    ]


def candidate(twin: Twin, one: StrategyForecast) -> Candidate:
    """A strategy as `plan` reads it."""
    acting = history.future(twin.person, twin.draws, one.regimen)
    return Candidate(one.regimen, acting, float(one.months[-1]))


def _harms(twin: Twin, strategies: Sequence[StrategyForecast]) -> list[dict[str, Any]]:
    brought: dict[Harm, list[int]] = {}
    for i, one in enumerate(strategies):
        for harm in dict.fromkeys(harm for drug in candidate(twin, one).drugs for harm in harms_of(drug)):
            brought.setdefault(harm, []).append(i)
    return [harm.to_dict() | {"strategies": places} for harm, places in brought.items()]
