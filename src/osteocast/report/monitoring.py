"""Checks for the drugs that a person takes or plans: dated, each with its limit, source and what it would change."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from osteocast.explain.wording import check_words
from osteocast.guidance.treatment import treatment
from osteocast.guidance.visits import checks_for, plan_of_visits
from osteocast.people import checks, spans
from osteocast.people.person import Person
from osteocast.regimen import Regimen
from osteocast.report.words import number

YEARS = (1, 40)
WIDTH = 80
NOTHING = "Nothing is listed here for these drugs; that does not mean that nothing needs checking."
HINT = (
    "Questions for a visit, not orders. Dates are counted from the first dose; where a source gives a span of time, "
    "the remark beside it says so."
)


def monitor_dict(
    person: Person, strategies: Sequence[str], years: int, today: dt.date | None = None
) -> dict[str, Any]:
    """The JSON of `osteocast monitor --json`.

    Args:
        person: the person.
        strategies: what is taken from month 0 on; without any, what is planned.
        years: how far ahead [years].
        today: month 0 of a person without dates; by default the day on which this runs.

    Raises:
        OsteocastError: a strategy cannot be read or starts before month 0, or the years are not from 1 to 40.
    """
    ahead = 12.0 * checks.number(years, "years", *YEARS, fix="give a number of years from 1 to 40")
    regimens = []
    for place, sentence in enumerate(strategies, start=1):
        with checks.located(f"--strategy {place}" if len(strategies) > 1 else "--strategy"):
            regimens.append(Regimen.parse(sentence))
            spans.check_planned(regimens[-1], "regimen")
    start = person.date or today or dt.date.today()
    chosen = dict.fromkeys(regimens or [person.planned or Regimen()])
    return {
        "schema": 1,
        "person": {"name": person.name, "sex": person.sex, "age": person.age},
        "start": start.isoformat(),
        "start_from": "date" if person.date else "today",
        "strategies": [_strategy(person, regimen, start, ahead) for regimen in chosen],
        "hint": HINT,
    }


def as_lines(result: Mapping[str, Any]) -> list[str]:
    """The same for a terminal, at most 80 columns wide.

    Args:
        result: what `monitor_dict` gives.
    """
    who = result["person"]
    sex = "woman" if who["sex"] == "female" else "man"
    begins = "" if result["start_from"] == "date" else " (today, for want of a date)"
    lines = [f"Checks for {who['name']}, {sex} of {number(who['age'], 0)}, from {result['start']}{begins}"]
    for one in result["strategies"]:
        lines += ["", *_wrapped(one["taken"] or "no drugs")]
        if one["nothing"]:
            lines += _wrapped(one["nothing"], "  ")
            continue
        names = {check["number"]: check["title"] for check in one["checks"]}
        for visit in one["visits"]:
            lines += _wrapped(
                _asked(visit["checks"], names), f"  {visit['date']}  month {visit['month']:>4g}  ", " " * 26
            )
        lines += ["", "What is asked, and what a result would change:"]
        for check in one["checks"]:
            lines += _wrapped(check_words(check), f"[{check['number']}]".rjust(5) + " ", " " * 6)
    return [*lines, "", *_wrapped(str(result["hint"]))]


def _asked(places: Sequence[int], names: Mapping[int, str]) -> str:
    """`density [1, 2], height [5]`: what is asked at a visit, with the numbers of the rows."""
    grouped: dict[str, list[str]] = {}
    for place in places:
        grouped.setdefault(names[place], []).append(str(place))
    return ", ".join(f"{name} [{', '.join(each)}]" for name, each in grouped.items())


def _strategy(person: Person, regimen: Regimen, start: dt.date, ahead: float) -> dict[str, Any]:
    taken = treatment(person, regimen)
    dated = plan_of_visits(person, taken, start, ahead)
    numbers = {one: place for place, one in enumerate(checks_for(person, taken, dated), start=1)}
    return {
        "regimen": str(regimen),
        "taken": str(taken),
        "visits": [
            {
                "date": visit.date.isoformat(),
                "month": visit.month,
                "checks": [numbers[one] for one in visit.checks],
            }
            for visit in dated
        ],
        "checks": [{"number": place, **one.to_dict()} for one, place in numbers.items()],
        "nothing": None if numbers else NOTHING,
    }


def _wrapped(text: str, first: str = "", rest: str | None = None) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=first if rest is None else rest, break_on_hyphens=False
    )
