"""Everything guidance says of one person: texts side by side with traces, when each would begin, and the schedule."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

from osteocast.drugs.monitoring import later
from osteocast.fracture import Course
from osteocast.guidance import density, questions
from osteocast.guidance.evaluate import Verdict, evaluate
from osteocast.guidance.expected import Outlook, Start, outlook, planned_months
from osteocast.guidance.facts import FACTS, Facts, facts_of
from osteocast.guidance.rule_sets import differences, rule_sets
from osteocast.guidance.treatment import BONE_DRUGS, INHIBITORS, SUPPRESSION, Treatment, treatment
from osteocast.guidance.visits import entries, plan_of_visits
from osteocast.measure import dxa
from osteocast.people.person import Person
from osteocast.regimen import Regimen

SCHEMA = 1
AFTER_MONTHS = 24.0
"""How long after the tablets [month] the schedule goes on."""
LEAST_MONTHS = 36.0
NO_GUIDELINE = (
    "No guideline covers this: none was found for an aromatase inhibitor in men, alone or beside testosterone. What "
    "follows is measured facts and dates, and no advice rests on them."
)
NOT_COVERED = "None of the texts here speaks of this person: they are for women on endocrine treatment of cancer."
NOTHING_TAKEN = "Nothing is taken or planned, so no text applies; say what is planned, in the file or by --strategy."
ASSUMED = "A woman on an inhibitor, or with ovaries silenced, is taken to have breast cancer that has not spread."
HINT = "Advice of published texts and questions for the visit, not orders."


def guide(
    person: Person,
    regimen: Regimen | None = None,
    *,
    course: Course | None = None,
    ten_year: Mapping[str, float] | None = None,
    months: float | None = None,
    today: dt.date | None = None,
) -> dict[str, Any]:
    """The JSON of `osteocast guide --json`.

    Args:
        person: the person.
        regimen: what is taken from month 0 on; by default what is planned.
        course: simulated T-scores on the inhibitor without bone drugs, for when a text would begin to protect; by
            default a published rate of loss.
        ten_year: `mof` and `hip`, ten-year probabilities of a fracture [%]; by default from the package's own rates.
        months: how far the schedule goes [month]; by default two years beyond the tablets.
        today: month 0 of a person without dates; by default the day on which this runs.
    """
    taken = treatment(person, regimen)
    start = person.date or today or dt.date.today()
    now = facts_of(person, taken, ten_year=ten_year)
    verdicts = {one.id: evaluate(one, now.values) for one in rule_sets().values()}
    speaking = {name: one for name, one in verdicts.items() if one.line is not None}
    looks = {end: outlook(person, taken, now, course, end=end) for end in ("", "low", "high")}
    span = months if months is not None else max(LEAST_MONTHS, planned_months(taken) + AFTER_MONTHS)
    scans = {name: _next_scan(person, taken, one, start) for name, one in speaking.items()}
    guidance = {name: _entry(one, looks, start, scans.get(name)) for name, one in verdicts.items()}
    first = first_start(guidance)
    return {
        "schema": SCHEMA,
        "person": {"name": person.name, "sex": person.sex, "age": person.age},
        "start": start.isoformat(),
        "start_from": "date" if person.date else "today",
        "taken": str(taken) or "no drugs",
        "covered": bool(speaking),
        "coverage": _coverage(person, taken, speaking),
        "assumptions": [ASSUMED] if speaking else [],
        "facts": _facts(now),
        "scans": _scans(person),
        "remarks": list(now.remarks),
        "guidance": guidance,
        "differences": _differences(now, speaking),
        "expected": looks[""].basis if speaking else None,
        "start_of_protection": first,
        "protection_planned": _planned(taken),
        "next_scan": _soonest(person, scans),
        "schedule": entries(plan_of_visits(person, taken, start, span)),
        "questions": questions.questions(person, taken, now, speaking, first),
        "hint": HINT,
    }


def first_start(guidance: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The earliest date at which a text begins to protect, among those not replaced by one that is evaluated here.

    Args:
        guidance: entries by id, as in the JSON.
    """
    texts = rule_sets()
    best: dict[str, Any] = {"month": None, "date": None, "by": []}
    for name, one in guidance.items():
        newer = texts[name].superseded_by
        month = one["start"]["month"]
        if month is None or (newer and texts[newer].covers is not None):
            continue
        if best["month"] is None or month < best["month"]:
            best = {"month": month, "date": one["start"]["date"], "by": [name]}
        elif month == best["month"]:
            best["by"].append(name)
    return best


def _entry(one: Verdict, looks: Mapping[str, Outlook], start: dt.date, scan: dict[str, Any] | None) -> dict[str, Any]:
    text = one.rule_set
    covered = one.line is not None
    starts = {end: look.start(text, start) if covered else Start(None, None, "") for end, look in looks.items()}
    return {
        "title": text.title,
        "short": text.short,
        "role": text.role,
        "published": text.published,
        "superseded_by": text.superseded_by or None,
        "supersedes": text.supersedes or None,
        "citation": text.citation,
        "read": text.read,
        "advice": one.advice,
        "says": one.says,
        "line": one.line.place if one.line else None,
        "trace": [step.to_dict() for step in one.trace],
        "quality": one.quality,
        "remembered": one.remembered or None,
        "depends_on": [{"facts": list(h.facts), "words": h.words, "advice": h.advice} for h in one.hinges],
        "start": starts[""].to_dict() | {"slow": starts["low"].to_dict(), "fast": starts["high"].to_dict()},
        "next_scan": scan,
        "substitution": text.substitution or None,
        "measures": text.measures or None,
        "drugs": text.drugs or None,
        "not_known": list(text.not_known),
    }


def _next_scan(person: Person, taken: Treatment, one: Verdict, start: dt.date) -> dict[str, Any] | None:
    """When a text has the next scan done; None where it names no date."""
    if one.advice == "need_dxa":
        span = taken.span(INHIBITORS) or taken.span(SUPPRESSION)
        day = later(start, max(span[0], 0.0) if span else 0.0)
        return {"date": day.isoformat(), "from": day.isoformat(), "quality": one.quality}
    scan = density.latest(person)
    if one.line is None or one.line.next_scan_months is None or scan is None:
        return None
    soonest, latest = (max(start, later(scan.date or start, month)) for month in one.line.next_scan_months)
    return {"date": latest.isoformat(), "from": soonest.isoformat(), "quality": one.line.scan_quality}


def _soonest(person: Person, scans: Mapping[str, dict[str, Any] | None]) -> dict[str, Any]:
    """The first date at which a text has a scan done."""
    dates = {name: one["date"] for name, one in scans.items() if one is not None}
    if not dates:
        return {"date": None, "reason": "No text here names a date for this person.", "guidelines": {}}
    if not density.usable(person):
        reason = "No usable scan is known: need DXA before the first tablet, or now if tablets have begun."
    else:
        reason = "Counted from the latest scan, at the longest interval that a text names."
    return {"date": min(dates.values()), "reason": reason, "guidelines": dates}


def _coverage(person: Person, taken: Treatment, speaking: Mapping[str, Verdict]) -> str:
    if speaking:
        unread = [one.short for one in rule_sets().values() if one.role == "placeholder"]
        return f"{len(speaking)} texts speak of this person. Not readable, and therefore silent: {', '.join(unread)}."
    if person.sex == "male" and taken.any_of(INHIBITORS):
        return NO_GUIDELINE
    return NOT_COVERED if taken.items else NOTHING_TAKEN


def _facts(now: Facts) -> list[dict[str, Any]]:
    return [
        {"name": name, "words": words, "value": None if math.isnan(now.values[name]) else round(now.values[name], 4)}
        for name, words in FACTS.items()
    ]


def _scans(person: Person) -> dict[str, Any]:
    """T-scores and changes between scans, with what a scanner can mistake: the facts that stand without any text."""
    return {
        "t_scores": {site: round(t, 2) for site, t in person.t_scores.items()},
        "lsc_pct": {
            site: round(dxa.precision(site, scan.device).lsc_pct, 2) for site, scan in person.baseline_scans().items()
        },
        "changes": [
            {
                "site": one.site,
                "change_pct": round(-one.percent, 2),
                "change_pct_per_year": round(-one.percent_per_year, 2),
                "lsc_pct": round(one.least_significant_percent, 2),
                "words": one.words,
            }
            for one in density.pairs(person)
        ],
    }


def _differences(now: Facts, speaking: Mapping[str, Verdict]) -> list[str]:
    """Where the texts part for this person: what they say, then why."""
    if len({one.advice for one in speaking.values()}) < 2:
        return []
    said: dict[str, list[str]] = {}
    for one in speaking.values():
        said.setdefault(one.advice, []).append(one.rule_set.short)
    heads = [f"{advice.replace('_', ' ')}: {', '.join(names)}" for advice, names in said.items()]
    values: Any = now.values
    return ["; ".join(heads) + ".", *(one.say for one in differences() if bool(one.rule.met(values)))]


def _planned(taken: Treatment) -> str | None:
    """Bone drugs that are taken or planned already."""
    return " + ".join(str(item) for item in taken.items if item.card_id in BONE_DRUGS) or None
