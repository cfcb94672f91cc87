"""NONMEM-style tables out: doses of a regimen, results of a person or of virtual people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from osteocast.drugs.catalogue import card
from osteocast.engine.grid import DAYS_PER_MONTH
from osteocast.errors import OsteocastError
from osteocast.exchange.compartments import COLUMNS, DOSE, OBSERVED, OTHER, number_of
from osteocast.people.person import Person
from osteocast.regimen import Regimen
from osteocast.regimen.courses import Course

VISITS_MONTH = (0.0, 6.0, 12.0, 24.0, 36.0, 60.0)
"""Visits of virtual people."""
PMOL = 1000.0
Row = dict[str, Any]


def dose_rows(regimen: Regimen, until_day: float) -> list[Row]:
    """Dose records of a regimen, TIME in days from month 0; repeated doses are one record with II and ADDL.

    Args:
        regimen: what is taken.
        until_day: last day of the table; courses without an end are written up to here.
    """
    rows = [row for course in regimen.courses() for row in _rows_of(course, until_day)]
    return sorted(rows, key=lambda row: (row["TIME"], row["CMT"]))


def _rows_of(course: Course, until_day: float) -> Iterator[Row]:
    if course.start_day >= until_day:
        return
    row: Row = {"TIME": course.start_day, "EVID": DOSE, "CMT": number_of(course.card_id), "MDV": 1}
    if card(course.card_id).kind == "event":
        yield row | {"EVID": OTHER, "AMT": 0.0}
    elif course.continuous:
        end = until_day if course.last_day is None else min(course.last_day, until_day)
        rate = course.amount * course.adherence
        yield row | {"AMT": rate * (end - course.start_day), "RATE": rate}
    else:
        if course.adherence < 1.0 and not course.is_daily_tablet:
            raise OsteocastError(
                "doses that are missed at random have no dose records",
                where="regimen",
                fix="write the pauses instead",
            )
        number = sum(1 for _ in course.days(until_day))
        repeated = {"II": course.interval_day, "ADDL": number - 1} if number > 1 else {}
        yield row | {"AMT": course.amount * course.adherence} | repeated


def table_of_person(person: Person, strategy: Regimen, *, virtual: int = 0, seed: int = 2026) -> Any:
    """A table for one person, or for virtual people who are like that person as far as is known.

    Args:
        person: the person.
        strategy: what is taken from month 0 on.
        virtual: how many virtual people, each with simulated results at `VISITS_MONTH`; 0 = the person's own scans
            and hormones.
        seed: seed of the virtual people.

    Returns:
        A pandas DataFrame with the columns of `COLUMNS`.
    """
    from osteocast.forecast import history
    from osteocast.people.draws import draw

    if virtual < 0:
        raise OsteocastError(f"{virtual} virtual people cannot be made", where="--virtual", fix="give 0 or more")
    draws = draw(person, max(virtual, 1), seed, None if virtual else lambda _purpose: np.zeros(1))
    regimen = history.past(person, draws, strategy) + strategy
    end = VISITS_MONTH[-1] * DAYS_PER_MONTH
    doses = dose_rows(regimen, end)
    results = _simulated(person, draws, strategy, regimen, seed) if virtual else [own_results(person)]
    people = []
    for i, seen in enumerate(results):
        facts = {
            "ID": i + 1,
            "SEX": int(person.sex == "male"),
            "AGE": float(np.ravel(draws.values["age"])[0]),
            "BMI": float(np.ravel(draws.values["bmi"])[i]),
            "YSM": _years_since_menopause(person, float(np.ravel(draws.values["menopause_day"])[i])),
        }
        rows = sorted([*doses, *seen], key=lambda row: (row["TIME"], -row["EVID"], row["CMT"]))
        first = min([0.0, *(row["TIME"] for row in rows)])
        people += [row | facts | {"TIME": row["TIME"] - first, "DAY0": 0.0 - first} for row in rows]
    return frame(people)


def _years_since_menopause(person: Person, day: float) -> float | None:
    return None if person.sex == "male" else -day / 365.25


def own_results(person: Person) -> list[Row]:
    """Observation records of the person's own scans, hormones and markers, where they can be dated and compared."""
    rows = []
    for scan in person.scans:
        if scan.bmd is not None:
            rows.append(_seen(person.month_of(scan.date), scan.site, float(scan.bmd)))
    for one in person.hormones:
        if one.name in ("E2", "T", "LH"):
            rows.append(_seen(person.month_of(one.date), one.name, float(one.value_in())))
    return rows


def _seen(month: float, name: str, value: float) -> Row:
    return {"TIME": month * DAYS_PER_MONTH, "EVID": OBSERVED, "CMT": number_of(name), "DV": value, "MDV": 0}


def _simulated(person: Person, draws: Any, strategy: Regimen, regimen: Regimen, seed: int) -> list[list[Row]]:
    """Observation records of virtual people at the visits."""
    from osteocast.engine.run import run
    from osteocast.forecast import history
    from osteocast.forecast.numbers import Table
    from osteocast.people.draws import draw_ids

    people = len(draws.values["age"])
    numbers = Table(seed, draw_ids(person, people))
    before = history.past(person, draws, strategy)
    start = history.start_month(person, draws, before)
    now = history.present(person, draws, numbers)
    column, months = np.zeros(people, int), np.array(VISITS_MONTH)
    taken = history.Taken(numbers, float(months[-1]) * DAYS_PER_MONTH)
    quantity = run(draws.values, [regimen], column, months, start_month=start, taken=taken).quantity
    factor: Mapping[str, float] = {"E2": PMOL}
    seen: Mapping[str, np.ndarray] = {
        **{site: bmd * quantity[site] / quantity[site][0] for site, bmd in now.bmd.items()},
        **{name: quantity[name] for name in ("sCTX", "uNTX", "P1NP", "BSAP")},
        **{name: factor.get(name, 1.0) * quantity[name] for name in ("E2", "T", "LH")},
    }
    return [
        [
            _seen(month, name, float(value[k, i]))
            for k, month in enumerate(VISITS_MONTH)
            for name, value in seen.items()
        ]
        for i in range(people)
    ]


def frame(rows: Sequence[Row]) -> Any:
    """Rows as a pandas DataFrame with the columns of `COLUMNS`."""
    import pandas as pd

    return pd.DataFrame(rows, columns=list(COLUMNS))


def to_text(table: Any) -> str:
    """The table as comma-separated text, '.' where there is nothing."""
    return str(table.to_csv(index=False, na_rep=".", float_format="%.10g"))
