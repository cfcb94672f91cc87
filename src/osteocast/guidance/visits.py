"""The schedule: one list of dated checks for what a person takes or plans, whatever command shows it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from osteocast.drugs.monitoring import Check, Visit, checks_of, visits
from osteocast.guidance import density
from osteocast.guidance.treatment import Treatment
from osteocast.people.person import Person

AT_ONCE = "need_DXA_now"
"""What a missing scan is called where the tablets have begun."""


def plan_of_visits(person: Person, taken: Treatment, start: dt.date, months: float) -> tuple[Visit, ...]:
    """Dated visits from month 0 on, each with what is checked there.

    A missing scan is asked for once, before the first tablet, or at once where tablets have begun. Every injection
    and infusion given rarely has its date, and the end of a course of denosumab the day on which another drug
    follows.

    Args:
        person: the person.
        taken: what is taken.
        start: day of month 0.
        months: how far ahead [month].
    """
    scanned = density.usable(person)
    found = visits(
        taken.spans, start, months, person.sex, doses=taken.doses(months + 1.0), ends=taken.ends, scanned=scanned
    )
    kept, asked = [], scanned
    for visit in found:
        listed = []
        for one in visit.checks:
            if one.kind != "missing_scan":
                listed.append(one)
            elif not asked:
                asked = True
                listed.append(_named(one, taken))
        if listed:
            kept.append(replace(visit, checks=tuple(listed)))
    return tuple(kept)


def _named(one: Check, taken: Treatment) -> Check:
    span = taken.span(one.card_ids)
    return replace(one, check=AT_ONCE) if span is not None and span[0] < 0.0 else one


def checks_for(person: Person, taken: Treatment, dated: Sequence[Visit]) -> tuple[Check, ...]:
    """Every row that concerns a person, in the order of the table: those of the visits, and those without a date.

    Args:
        person: the person.
        taken: what is taken.
        dated: what `plan_of_visits` gives.
    """
    asked = {one for visit in dated for one in visit.checks}
    undated = ("symptoms", "statement")
    rows = [_named(one, taken) if one.kind == "missing_scan" else one for one in checks_of(taken.cards, person.sex)]
    return tuple(one for one in rows if one in asked or (one.kind in undated and taken.any_of(one.card_ids)))


def entries(dated: Sequence[Visit]) -> list[dict[str, Any]]:
    """The schedule as plain data: one entry for each check of each visit, in order.

    Args:
        dated: what `plan_of_visits` gives.

    Returns:
        Each with `date`, `what`, `why`, `rule`, `month`, `changes` (what a result would change), `limit`, `quality`.
    """
    return [
        {
            "date": visit.date.isoformat(),
            "what": one.title,
            "why": one.question,
            "rule": one.citation,
            "month": visit.month,
            "check": one.check,
            "changes": one.changes,
            "limit": one.threshold or None,
            "quality": one.quality,
            "note": one.note or None,
        }
        for visit in dated
        for one in visit.checks
    ]
