"""What the compartment numbers of a NONMEM-style table mean: drugs that are given, quantities that are observed."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from osteocast.errors import OsteocastError, nearest

COLUMNS = ("ID", "TIME", "EVID", "AMT", "RATE", "II", "ADDL", "CMT", "DV", "MDV", "DAY0", "SEX", "AGE", "BMI", "YSM")
"""Columns that are written, in order. DAY0 is the TIME of month 0; SEX 0 = female, 1 = male; AGE [year], BMI [kg/m2]
and YSM, years since menopause [year], are those of month 0."""
OBSERVED, DOSE, OTHER = 0, 1, 2
"""EVID: an observation, a dose, another event such as an operation."""


class Compartment(NamedTuple):
    """One number of the column CMT."""

    cmt: int
    name: str
    kind: str
    """`dose`, `rate`, `class`, `habit`, `event` or `observation`."""
    unit: str


@cache
def compartments() -> Mapping[int, Compartment]:
    """Every compartment by number."""
    with (files("osteocast.exchange") / "compartments.csv").open(encoding="utf-8") as handle:
        rows = [Compartment(int(row["cmt"]), row["name"], row["kind"], row["unit"]) for row in csv.DictReader(handle)]
    return {row.cmt: row for row in rows}


def compartment(value: object, where: str) -> Compartment:
    """The compartment of a number or a name.

    Raises:
        OsteocastError: it is not known; the nearest name is suggested.
    """
    text = str(value).strip()
    by_name = {one.name.lower(): one for one in compartments().values()}
    if text.lower() in by_name:
        return by_name[text.lower()]
    try:
        number = float(text)
    except ValueError:
        close = nearest(text, by_name)
        fix = f"write '{by_name[close].name}'" if close else "use a number or a name of docs/exchange.md"
        raise OsteocastError(f"CMT '{text}' is not known", where=where, fix=fix) from None
    if number not in compartments():
        raise OsteocastError(
            f"CMT {text} is not known", where=where, fix="use a number or a name of docs/exchange.md"
        )
    return compartments()[int(number)]


def number_of(name: str) -> int:
    """Compartment number of a drug or quantity."""
    return next(one.cmt for one in compartments().values() if one.name == name)
