"""From one scanner's density to another's, by published equations, in `cross_calibration.csv` with sources.

Both equations of a site lead to one standardised density, so that any two devices can be joined through it. The
error of a converted value in one person is larger than that of a scan, and does not average out when the person is
scanned again: two scanners need not see the same in the same bone. It therefore belongs to person and device, once.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from osteocast.measure.dxa import device_name, site_name


@dataclass(frozen=True)
class Conversion:
    """Density on one device as a straight line of that on another.

    Attributes:
        intercept_g_cm2: density there at density 0 here [g/cm2].
        slope: density there per density here [1].
        error_pct: error of a converted density in one person, as a standard deviation [%].
        source: where the equations come from.
        quality: how the source was read.
    """

    intercept_g_cm2: float
    slope: float
    error_pct: float
    source: str
    quality: str


def conversion(site: str, device: str, to: str) -> Conversion | None:
    """The published conversion of a site between two devices; None where none is known.

    Args:
        site: one of `dxa.SITES`.
        device: the scanner a density was measured on.
        to: the scanner whose density is wanted.
    """
    here, there = (_lines().get((site_name(site), device_name(one))) for one in (device, to))
    if here is None or there is None:
        return None
    intercept = (here.intercept_g_cm2 - there.intercept_g_cm2) / there.slope
    error = max(here.error_pct, there.error_pct)
    return Conversion(intercept, here.slope / there.slope, error, here.source, here.quality)


@cache
def _lines() -> dict[tuple[str, str], Conversion]:
    """Density to standardised density, by site and device."""
    with (files("osteocast.measure") / "cross_calibration.csv").open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    return {
        (row["site"], row["device"]): Conversion(
            intercept_g_cm2=float(row["intercept_g_cm2"]),
            slope=float(row["slope"]),
            error_pct=float(row["error_pct"]),
            source=row["source"],
            quality=row["quality"],
        )
        for row in rows
    }
