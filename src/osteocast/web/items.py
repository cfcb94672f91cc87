"""A strategy built beside its sentence: one row for each drug, with dose, schedule, start and stop.

Sentence and rows say the same. `said-N` in the form is the sentence that its rows were made from: where what is typed
differs from it, the sentence counts; else the rows do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from osteocast.drugs.catalogue import card, catalogue
from osteocast.engine.schedule import modelled
from osteocast.errors import OsteocastError
from osteocast.regimen import Item, Regimen, Schedule
from osteocast.regimen.schedule import NAMED_DAYS
from osteocast.regimen.units import ItemError, plain
from osteocast.web.fields import MOST_STRATEGIES

SCHEDULES = (
    "daily",
    "twice weekly",
    "weekly",
    "monthly",
    "every 3 months",
    "every 6 months",
    "every 12 months",
    "once",
)
LONGEST_MONTHS = 120
FIELDS = {"amount": "dose", "schedule": "schedule", "start_month": "start", "end_month": "stop"}
PARTS = ("dose", "schedule", "start", "stop")
FIELD = re.compile(r"item-(\d)-(\d{1,2})-(dose|schedule|start|stop)")


@dataclass(frozen=True)
class Row:
    """One drug of a strategy, as text for its fields.

    Attributes:
        prefix: of its fields, such as `item-0-1`.
        name: the drug.
        unit: of its dose; empty without one.
        dose: how much.
        schedule: how often.
        schedules: what may be chosen.
        start: first month.
        stop: month at which it ends; empty where it does not.
        ends: whether it can end.
    """

    prefix: str
    name: str
    unit: str
    dose: str
    schedule: str
    schedules: tuple[str, ...]
    start: str
    stop: str
    ends: bool


@cache
def drugs() -> tuple[tuple[str, str], ...]:
    """What may be added: a usual sentence, and the name of the drug."""
    known = set(modelled())
    found = [one for one in catalogue().values() if one.id in known]
    return tuple(sorted(((one.usual, one.name) for one in found), key=lambda pair: pair[1].lower()))


def rows(number: int, regimen: Regimen) -> list[Row]:
    """The rows of a strategy."""
    return [_row(f"item-{number}-{place}", item) for place, item in enumerate(regimen.items)]


def _row(prefix: str, item: Item) -> Row:
    one = card(item.card_id)
    schedule = "" if item.schedule is None else str(item.schedule)
    once = item.schedule is not None and item.schedule.once
    choices = SCHEDULES if schedule in (*SCHEDULES, "") else (schedule, *SCHEDULES)
    return Row(
        prefix,
        one.name,
        item.unit,
        "" if item.amount is None else plain(item.amount),
        schedule,
        choices if one.takes_dose else tuple(word for word in choices if word != "once"),
        plain(item.start_month),
        "" if item.end_month is None else plain(item.end_month),
        not once and one.kind != "event",
    )


def sentences(values: Mapping[str, str]) -> dict[str, str]:
    """Sentences of the strategies whose rows were changed, by field; those that were typed are left alone."""
    found = {}
    for number in range(MOST_STRATEGIES):
        typed = " ".join(values.get(f"strategy-{number}", "").split())
        said = " ".join(values.get(f"said-{number}", "").split())
        if not typed or typed != said:
            continue
        try:
            made = str(_built(number, Regimen.parse(said), values))
        except OsteocastError:
            continue
        if made != said:
            found[f"strategy-{number}"] = made
    return found


def complaints(values: Mapping[str, str]) -> dict[str, str]:
    """What is wrong in a row, by its field."""
    found: dict[str, str] = {}
    for name in values:
        hit = FIELD.fullmatch(name)
        if hit is None or values.get(f"strategy-{hit[1]}", "").split() != values.get(f"said-{hit[1]}", "").split():
            continue
        try:
            items = Regimen.parse(values[f"said-{hit[1]}"]).items
        except (OsteocastError, KeyError):
            continue
        place = int(hit[2])
        if place < len(items):
            try:
                _changed(items[place], f"item-{hit[1]}-{place}", values)
            except OsteocastError as error:
                other = "start" if items[place].amount is None else "dose"
                found[f"item-{hit[1]}-{place}-{FIELDS.get(_part(error), other)}"] = f"{error.what}; {error.fix}."
    return found


def _part(error: OsteocastError) -> str:
    return error.field if isinstance(error, ItemError) else error.where.split(",")[-1].strip()


def _built(number: int, regimen: Regimen, values: Mapping[str, str]) -> Regimen:
    return Regimen(tuple(_changed(one, f"item-{number}-{place}", values) for place, one in enumerate(regimen.items)))


def _changed(item: Item, prefix: str, values: Mapping[str, str]) -> Item:
    """An item with what its row says."""
    given = {part: values[f"{prefix}-{part}"].strip() for part in PARTS if f"{prefix}-{part}" in values}
    made = item
    if given.get("dose") and item.amount is not None:
        made = replace(made, amount=_number(given["dose"], "amount"))
    if given.get("schedule") and item.schedule is not None and given["schedule"] != str(item.schedule):
        schedule = _schedule(given["schedule"])
        made = replace(made, schedule=schedule, end_month=None if schedule.once else made.end_month, pauses=())
    if "start" not in given and "stop" not in given:
        return made
    start = _number(given.get("start") or "0", "start_month")
    stop = _number(given["stop"], "end_month") if given.get("stop") else None
    once = made.schedule is not None and made.schedule.once
    if once or card(made.card_id).kind == "event":
        stop = None
    pauses = tuple(one for one in made.pauses if one[0] >= start and (stop is None or one[1] <= stop))
    if stop is not None and stop <= start:
        raise OsteocastError(
            f"the end, month {plain(stop)}, is not after the start, month {plain(start)}",
            where="end_month",
            fix="give an end after the start",
        )
    return replace(made, start_month=start, end_month=stop, pauses=pauses)


def _number(text: str, where: str) -> float:
    from osteocast.web.forms import number

    found = number(text)
    if found is None or found < 0:
        raise OsteocastError(f"“{text[:40]}” is not a number from 0 on", where=where, fix="write for example 12")
    return float(found)


def _schedule(text: str) -> Schedule:
    if text in NAMED_DAYS:
        return Schedule(NAMED_DAYS[text])
    try:
        return Regimen.parse(f"zoledronic acid 4 mg {text}").items[0].schedule or Schedule(1.0)
    except OsteocastError:
        fix = "choose one from the list"
        raise OsteocastError(f"“{text[:40]}” is not a schedule", where="schedule", fix=fix) from None
