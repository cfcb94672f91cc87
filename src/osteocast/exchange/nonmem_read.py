"""NONMEM-style tables in: what each person took and what was seen, with clear errors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from osteocast.calibration.individuals import Individual, Seen, require_menopause
from osteocast.drugs.catalogue import card
from osteocast.engine.grid import DAYS_PER_MONTH
from osteocast.engine.schedule import require_modelled
from osteocast.errors import OsteocastError
from osteocast.exchange.compartments import OBSERVED, Compartment
from osteocast.exchange.diary import joined
from osteocast.exchange.nonmem_lines import Record, read_records
from osteocast.people.sample import Group
from osteocast.people.validate import AGE_RANGE, BMI_RANGE
from osteocast.regimen import Item, Regimen
from osteocast.regimen.schedule import Schedule
from osteocast.trials.published import Arm

SEXES = {"0": "female", "1": "male", "female": "female", "male": "male", "f": "female", "m": "male"}


def read_table(path: Path) -> list[Individual]:
    """Read a table.

    Columns are matched whatever their case; '.' and empty cells are missing. Needed are ID, TIME [day], CMT, AGE
    [year] and SEX, and what a record needs: AMT for doses (with II and ADDL for repeated ones, RATE for unbroken
    input), DV for observations. DAY0 is the TIME at which month 0 lies, 0 without it; covariates are those of month
    0, each taken from the first record of a person that gives it. YSM is needed of women of an age at which menopause
    may have passed.

    Raises:
        OsteocastError: the file, a column, a record or a compartment cannot be used; names the line.
    """
    people: dict[str, list[Record]] = {}
    for record in read_records(path):
        people.setdefault(record.text("ID"), []).append(record)
    return [_individual(id_, found, path) for id_, found in people.items()]


def _individual(id_: str, records: list[Record], path: Path) -> Individual:
    group, origin = _group(id_, records)
    times = [record.number("TIME") for record in records]
    for record, before, now in zip(records[1:], times[:-1], times[1:], strict=True):
        if now < before:
            what = f"TIME goes back from {before:g} to {now:g} for ID {id_}"
            raise OsteocastError(what, where=record.where, fix="sort the records of each ID by TIME")
    items: list[Item] = []
    seen: list[Seen] = []
    for record, time in zip(records, times, strict=True):
        day, place = time - origin, record.compartment
        if record.event == OBSERVED:
            if record.number("MDV", 0.0) == 0.0:
                if place.kind != "observation":
                    what = f"CMT {place.cmt} ({place.name}) holds doses, but the record is an observation"
                    raise OsteocastError(what, where=record.where, fix="set EVID to 1, or MDV to 1, or correct CMT")
                seen.append(Seen(day / DAYS_PER_MONTH, place.name, record.number("DV")))
        elif place.kind == "observation":
            what = f"CMT {place.cmt} ({place.name}) is observed, but the record is a dose"
            raise OsteocastError(what, where=record.where, fix="set EVID to 0, or correct CMT")
        else:
            items.append(_item(record, place, day))
    try:
        regimen = Regimen(tuple(joined(items)))
        require_modelled(regimen)
    except OsteocastError as error:
        raise OsteocastError(error.what, where=f"{path}, ID {id_}", fix=error.fix, why=error.why) from None
    return Individual(id_, group, regimen, tuple(seen), Arm(group, regimen).start_month)


def _group(id_: str, records: Sequence[Record]) -> tuple[Group, float]:
    """Covariates, each from the first record that has it, and the TIME of month 0; they must not change."""
    source = {name: _first_with(name, id_, records) for name in ("AGE", "SEX", "BMI", "YSM", "DAY0")}
    sex = SEXES.get(source["SEX"].text("SEX").lower().removesuffix(".0"))
    if sex is None:
        what = f"SEX '{source['SEX'].text('SEX')}' is not known"
        raise OsteocastError(what, where=source["SEX"].where, fix="write 0 or 1")
    age = source["AGE"].number("AGE")
    bmi = source["BMI"].number("BMI") if source["BMI"].has("BMI") else None
    for name, value, (low, high) in (("AGE", age, AGE_RANGE), ("BMI", bmi, BMI_RANGE)):
        if value is not None and not low <= value <= high:
            what = f"{name} {value:g} is outside {low:g} to {high:g}"
            raise OsteocastError(what, where=source[name].where, fix="check its unit")
    since = source["YSM"].number("YSM") if source["YSM"].has("YSM") and sex == "female" else None
    group = Group(sex, age, since, bmi)
    require_menopause(group, f"{records[0].where}, ID {id_}")
    return group, source["DAY0"].number("DAY0", 0.0)


def _first_with(name: str, id_: str, records: Sequence[Record]) -> Record:
    """The first record in which a covariate is given, else the first of all."""
    given = [record for record in records if record.has(name)]
    for record in given[1:]:
        if record.text(name) != given[0].text(name):
            what = f"{name} of ID {id_} changes from {given[0].text(name)} to {record.text(name)}"
            raise OsteocastError(what, where=record.where, fix="give the value of month 0 in every record")
    return given[0] if given else records[0]


def _item(record: Record, place: Compartment, day: float) -> Item:
    """One dose record as an item of a regimen."""
    start = day / DAYS_PER_MONTH
    if place.kind == "event":
        return Item(place.name, start_month=start)
    amount = record.number("AMT")
    if amount <= 0.0:
        raise OsteocastError(f"AMT {amount:g} is not a dose", where=record.where, fix="give an amount above 0")
    rate = record.number("RATE", 0.0)
    unbroken = place.kind in ("rate", "class", "habit")
    if unbroken != (rate > 0.0):
        what = f"CMT {place.cmt} ({place.name}) is {'an unbroken input' if unbroken else 'given in doses'}"
        fix = "give RATE above 0" if unbroken else "leave RATE out"
        raise OsteocastError(what, where=record.where, fix=fix)
    unit = card(place.name).dose_unit or ""
    try:
        if unbroken:
            end = start + amount / rate / DAYS_PER_MONTH
            if place.kind == "habit":
                return Item(place.name, schedule=Schedule(7.0 / rate), start_month=start, end_month=end)
            dose = {"amount": rate, "unit": unit} if place.kind == "rate" else {}
            return Item(place.name, start_month=start, end_month=end, **dose)  # type: ignore[arg-type]  # by kind
        more, interval = record.number("ADDL", 0.0), record.number("II", 0.0)
        if more < 0 or more != int(more) or (more > 0 and interval <= 0.0):
            what = f"ADDL {more:g} with II {interval:g} is no series of doses"
            raise OsteocastError(what, where=record.where, fix="give ADDL as a whole number and II above 0")
        if more == 0:
            return Item(place.name, amount=amount, unit=unit, schedule=Schedule(0.0), start_month=start)
        # the end lies half an interval after the last dose, so that rounding never loses or adds one
        end = (day + (more + 0.5) * interval) / DAYS_PER_MONTH
        return Item(
            place.name, amount=amount, unit=unit, schedule=Schedule(interval), start_month=start, end_month=end
        )
    except OsteocastError as error:
        raise OsteocastError(error.what, where=record.where, fix=error.fix, why=error.why) from None
