"""NONMEM-style tables in: what each person took and what was seen, with clear errors."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from osteocast.calibration.individuals import Individual, Seen
from osteocast.drugs.catalogue import card
from osteocast.engine.grid import DAYS_PER_MONTH
from osteocast.engine.schedule import require_modelled
from osteocast.errors import OsteocastError
from osteocast.exchange.compartments import COLUMNS, DOSE, OBSERVED, OTHER, Compartment, compartment
from osteocast.people.sample import Group
from osteocast.people.validate import AGE_RANGE, BMI_RANGE
from osteocast.regimen import Item, Regimen
from osteocast.regimen.schedule import Schedule
from osteocast.trials.published import Arm

REQUIRED = ("ID", "TIME", "CMT", "AGE", "SEX")
SEXES = {"0": "female", "1": "male", "female": "female", "male": "male", "f": "female", "m": "male"}


def read_table(path: Path) -> list[Individual]:
    """Read a table.

    Columns are matched whatever their case; '.' and empty cells are missing. Needed are ID, TIME [day], CMT, AGE
    [year] and SEX, and what a record needs: AMT for doses (with II and ADDL for repeated ones, RATE for unbroken
    input), DV for observations. DAY0 is the TIME at which month 0 lies, 0 without it; covariates are those of month
    0.

    Raises:
        OsteocastError: the file, a column, a record or a compartment cannot be used; names the line.
    """
    import pandas as pd

    try:
        table = pd.read_csv(path, na_values=["."], skipinitialspace=True, comment="#", dtype=str)
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise OsteocastError(
            f"the table cannot be read ({error})",
            where=str(path),
            fix="give a comma-separated file with a line of names",
        ) from None
    table.columns = [str(name).strip().upper() for name in table.columns]
    doubled = sorted({name for name in table.columns if list(table.columns).count(name) > 1})
    if doubled:
        raise OsteocastError(f"column {doubled[0]} is there twice", where=str(path), fix="keep one of the two")
    missing = [name for name in REQUIRED if name not in table.columns]
    if missing:
        fix = "add it; known columns are " + ", ".join(COLUMNS)
        raise OsteocastError(f"column {', '.join(missing)} is missing", where=str(path), fix=fix)
    if not len(table):
        raise OsteocastError("the table has no records", where=str(path), fix="add dose and observation records")
    records = [_Record(dict(row), i + 2, path) for i, row in enumerate(table.to_dict("records"))]
    people: dict[str, list[_Record]] = {}
    for record in records:
        people.setdefault(record.text("ID"), []).append(record)
    return [_individual(id_, found, path) for id_, found in people.items()]


class _Record:
    """One line of a table, its cells read on demand."""

    def __init__(self, cells: Mapping[str, Any], line: int, path: Path) -> None:
        self._cells, self.line, self.where = cells, line, f"{path}, line {line}"

    def text(self, name: str) -> str:
        value = self._cells.get(name)
        if value is None or (isinstance(value, float) and math.isnan(value)):
            raise OsteocastError(f"{name} is missing", where=self.where, fix=f"give {name} in this record")
        return str(value).strip()

    def number(self, name: str, default: float | None = None) -> float:
        value = self._cells.get(name)
        if value is None or (isinstance(value, float) and math.isnan(value)):
            if default is None:
                raise OsteocastError(f"{name} is missing", where=self.where, fix=f"give {name} in this record")
            return default
        try:
            found = float(value)
        except ValueError:
            found = math.nan
        if not math.isfinite(found):
            raise OsteocastError(f"{name} '{value}' is not a number", where=self.where, fix="write a number or '.'")
        return found

    def has(self, name: str) -> bool:
        value = self._cells.get(name)
        return value is not None and not (isinstance(value, float) and math.isnan(value))

    @property
    def event(self) -> int:
        """EVID; without that column what AMT says."""
        default = DOSE if self.has("AMT") and self.number("AMT") > 0.0 else OBSERVED
        found = self.number("EVID", default)
        if found not in (OBSERVED, DOSE, OTHER):
            raise OsteocastError(f"EVID {found:g} is not used here", where=self.where, fix="write 0, 1 or 2")
        return int(found)

    @property
    def compartment(self) -> Compartment:
        return compartment(self.text("CMT"), self.where)


def _individual(id_: str, records: list[_Record], path: Path) -> Individual:
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
        regimen = Regimen(tuple(_joined(items)))
        require_modelled(regimen)
    except OsteocastError as error:
        raise OsteocastError(error.what, where=f"{path}, ID {id_}", fix=error.fix, why=error.why) from None
    return Individual(id_, group, regimen, tuple(seen), Arm(group, regimen).start_month)


def _group(id_: str, records: Iterable[_Record]) -> tuple[Group, float]:
    """Covariates of the first record, which must not change, and the TIME of month 0."""
    records = list(records)
    first = records[0]
    for name in ("AGE", "SEX", "BMI", "YSM", "DAY0"):
        for record in records[1:]:
            if record.has(name) and first.has(name) and record.text(name) != first.text(name):
                what = f"{name} of ID {id_} changes from {first.text(name)} to {record.text(name)}"
                fix = "give the value of month 0 in every record"
                raise OsteocastError(what, where=record.where, fix=fix)
    sex = SEXES.get(first.text("SEX").lower().removesuffix(".0"))
    if sex is None:
        raise OsteocastError(f"SEX '{first.text('SEX')}' is not known", where=first.where, fix="write 0 or 1")
    age = first.number("AGE")
    bmi = first.number("BMI") if first.has("BMI") else None
    for name, value, (low, high) in (("AGE", age, AGE_RANGE), ("BMI", bmi, BMI_RANGE)):
        if value is not None and not low <= value <= high:
            what = f"{name} {value:g} is outside {low:g} to {high:g}"
            raise OsteocastError(what, where=first.where, fix="check its unit")
    since = first.number("YSM") if first.has("YSM") and sex == "female" else None
    return Group(sex, age, since, bmi), first.number("DAY0", 0.0)


def _item(record: _Record, place: Compartment, day: float) -> Item:
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


def _joined(items: list[Item]) -> list[Item]:
    """Single doses at even distances as one series, as a diary of tablets is."""
    kept = [item for item in items if item.schedule is None or not item.schedule.once]
    single: dict[tuple[str, float | None], list[Item]] = {}
    for item in items:
        if item.schedule is not None and item.schedule.once:
            single.setdefault((item.card_id, item.amount), []).append(item)
    for same in single.values():
        days = np.array([item.start_month * DAYS_PER_MONTH for item in same])
        first = 0
        while first < len(same):
            last = first + 1
            while last + 1 < len(same) and abs(days[last + 1] - 2 * days[last] + days[last - 1]) < 1e-3:
                last += 1
            if last - first < 2 or last >= len(same):
                kept.append(same[first])
                first += 1
                continue
            interval = float(days[last] - days[first]) / (last - first)
            end = float(days[last] + 0.5 * interval) / DAYS_PER_MONTH
            schedule = Schedule(float(f"{interval:.6g}"))
            kept.append(replace(same[first], schedule=schedule, end_month=end))
            first = last + 1
    return kept
