"""How exact a laboratory result is: scatter of assay and day in one person, in `assay_precision.csv` with sources."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from osteocast.errors import OsteocastError


@dataclass(frozen=True)
class AssayPrecision:
    """Scatter of one result about the person's own level, as a coefficient of variation [%]."""

    quantity: str
    cv_pct: float
    basis: str
    source: str
    quality: str


def known() -> tuple[str, ...]:
    """Quantities with a record."""
    return tuple(_records())


def precision(quantity: str) -> AssayPrecision:
    """The record of a quantity.

    Raises:
        OsteocastError: there is none.
    """
    found = _records().get(quantity)
    if found is None:
        what = f"no precision is known of '{quantity}'"
        raise OsteocastError(what, where="quantity", fix=f"take one of {', '.join(known())}")
    return found


def cv_pct(quantity: str) -> float:
    """Coefficient of variation [%] of one result."""
    return precision(quantity).cv_pct


@cache
def _records() -> dict[str, AssayPrecision]:
    with (files("osteocast.measure") / "assay_precision.csv").open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    return {
        row["quantity"]: AssayPrecision(
            row["quantity"], float(row["cv_pct"]), row["basis"], row["source"], row["quality"]
        )
        for row in rows
    }
