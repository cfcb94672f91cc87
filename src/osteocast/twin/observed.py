"""What was measured, brought to one form: when, how exactly, and which part of the inference it enters."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from osteocast.engine.grid import DAYS_PER_MONTH
from osteocast.measure import assay
from osteocast.measure.cross_calibration import Conversion, conversion
from osteocast.people.draws import SETTLED_YEARS, treated_at
from osteocast.people.person import Measurement, Person, Scan

HORMONES = {"E2": 1e3, "E1": 1e3, "E1S": 1e3, "T": 1.0, "LH": 1.0}
"""Hormones that are simulated, and the first unit of `quantities` per unit of the simulation."""
UNTREATED = {"female": ("E2",), "male": ("E2", "T", "LH")}
"""Hormones whose untreated level is a property of the person."""
SAME = Conversion(0.0, 1.0, 0.0, "", "")


@dataclass(frozen=True)
class ScanSeen:
    """A scan that enters.

    Attributes:
        scan: as given.
        month: when [month].
        cv: precision error, relative [1].
        to_own: from the person's own device, in whose unit density is inferred, to that of the scan.
    """

    scan: Scan
    month: float
    cv: float
    to_own: Conversion

    @property
    def label(self) -> str:
        """The scan in words."""
        return _label(self.scan.site.replace("_", " "), self.scan.date)


@dataclass(frozen=True)
class ResultSeen:
    """A marker or hormone that enters.

    Attributes:
        result: as given.
        month: when [month].
        value: in the unit of the simulation for a hormone, as reported for a marker.
        cv: scatter of assay and day, as a log standard deviation [1].
    """

    result: Measurement
    month: float
    value: float
    cv: float

    @property
    def label(self) -> str:
        """The result in words."""
        return _label(self.result.name, self.result.date)


@dataclass(frozen=True)
class Observed:
    """Everything measured up to month 0, sorted by how it enters.

    Attributes:
        scans: densitometry, in order of time.
        markers: turnover markers; only their course counts.
        hormones: hormones of any time with a level above the limit, compared with the simulated level.
        below: hormones below the detection limit.
        untreated: hormones that are a property of the untreated person, by name.
        devices: scanner by site, in whose unit density is inferred.
        reference_month: month at which density has the population's prior: that of the earliest scan.
        notes: what does not enter, and why.
    """

    scans: tuple[ScanSeen, ...]
    markers: tuple[ResultSeen, ...]
    hormones: tuple[ResultSeen, ...]
    below: tuple[ResultSeen, ...]
    untreated: Mapping[str, tuple[ResultSeen, ...]]
    devices: Mapping[str, str]
    reference_month: float
    notes: tuple[str, ...]

    @property
    def months(self) -> np.ndarray:
        """Months at which the past has to be known, month 0 included."""
        results = (*self.markers, *self.hormones, *self.below)
        seen = [one.month for one in self.scans] + [one.month for one in results]
        return np.array(sorted({0.0, self.reference_month, *seen}))


def observed(person: Person, completed: Person) -> Observed:
    """Sort what was measured.

    Args:
        person: the person as given.
        completed: with what was filled, for the device of each site.
    """
    notes: list[str] = []
    devices = {site: scan.device for site, scan in completed.baseline_scans().items()}
    scans = []
    for scan in _dated(person, person.scans):
        own = devices[scan.site]
        line = SAME if scan.device == own else conversion(scan.site, own, scan.device)
        if line is None:
            notes.append(
                f"{_label(scan.site.replace('_', ' '), scan.date)}: measured on {scan.device}; no published equation "
                f"joins it to {own}, so it does not enter"
            )
            continue
        scans.append(ScanSeen(scan, _month(person, scan.date), scan.precision_pct / 100.0, line))
    markers, hormones, below = [], [], []
    untreated: dict[str, tuple[ResultSeen, ...]] = {}
    for one in _dated(person, person.markers):
        seen = _result(person, one, 1.0)
        if one.below:
            notes.append(f"{seen.label}: below its limit, so its course is not known; it does not enter")
        elif one.value > 0.0:
            markers.append(seen)
    for one in _dated(person, person.hormones):
        if one.name == "25OHD":
            continue
        if one.name not in HORMONES or one.value <= 0.0:
            notes.append(f"{_label(one.name, one.date)}: not simulated, so it does not enter")
            continue
        seen = _result(person, one, HORMONES[one.name])
        kind = _kind(completed, one)
        if kind == "cycle":
            notes.append(f"{seen.label}: measured before the menopause was complete, so it does not enter")
        elif one.below:
            below.append(seen)
        elif kind == "untreated":
            untreated[one.name] = (*untreated.get(one.name, ()), seen)
        else:
            hormones.append(seen)
    for name in sorted({one.result.name for one in markers}):
        if len([one for one in markers if one.result.name == name]) == 1:
            notes.append(f"{name}: one result alone tells nothing, since healthy people differ by half; two would")
    first = min((one.month for one in scans), default=0.0)
    return Observed(
        tuple(scans), tuple(markers), tuple(hormones), tuple(below), untreated, devices, first, tuple(notes)
    )


def _kind(person: Person, one: Measurement) -> str:
    """`untreated`, `treated`, or `cycle` for estradiol around the menopause."""
    month = person.month_of(one.date)
    if treated_at(person, month) or one.name not in UNTREATED[person.sex]:
        return "treated"
    last = person.age_at_menopause
    recent = last is not None and person.age + month / 12.0 < last + SETTLED_YEARS
    return "cycle" if recent else "untreated"


def _result(person: Person, one: Measurement, factor: float) -> ResultSeen:
    cv = math.sqrt(math.log1p((assay.cv_pct(one.name) / 100.0) ** 2))
    value = one.value_in() / factor if one.name in HORMONES else one.value
    return ResultSeen(one, _month(person, one.date), value, cv)


def _month(person: Person, day: dt.date | None) -> float:
    """Month of a result at the beginning of a day: before its tablet."""
    return math.floor(min(person.month_of(day), 0.0) * DAYS_PER_MONTH + 1e-6) / DAYS_PER_MONTH


def _dated(person: Person, results: Any) -> list[Any]:
    """Results up to month 0, oldest first."""
    today = dt.date.max if person.date is None else person.date
    return sorted((one for one in results if (one.date or today) <= today), key=lambda one: one.date or today)


def _label(name: str, date: dt.date | None) -> str:
    return name if date is None else f"{name} of {date}"
