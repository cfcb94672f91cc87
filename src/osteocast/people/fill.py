"""Fill what is not known of a person from the population, and list what was filled and from where."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from osteocast.errors import OsteocastError
from osteocast.measure import dxa
from osteocast.people.person import T_SCORE_RANGE, Measurement, Person, Scan
from osteocast.people.validate import MENOPAUSE_RANGE

BASES = ("measured", "fitted", "assumed")
QUALITIES = ("fulltext", "abstract", "label", "secondary", "derived", "memory")
EXPECTED_MENOPAUSE = "expected_age_at_menopause"
"""Field of `Filled` for a woman before menopause: when hers is to be expected [years]."""


@dataclass(frozen=True)
class Filled:
    """One value that was not measured in this person.

    Attributes:
        field: a field of `Person`, `t_score.SITE`, `25OHD`, or `expected_age_at_menopause`.
        value: what was put in, in `unit`.
        sd: how far real people lie from it, in `unit`.
        unit: unit.
        basis: measured, fitted or assumed.
        source: where the value comes from.
        quality: how well the source was seen.
    """

    field: str
    value: float
    sd: float
    unit: str
    basis: str
    source: str
    quality: str


def fill(person: Person) -> tuple[Person, tuple[Filled, ...]]:
    """Complete a person.

    Menopause, body mass index, calcium in the diet and 25-hydroxyvitamin D come from `population.yaml`.
    A T-score that was not measured is predicted from the measured sites (normal distribution about the
    mean for age, with the correlations of `population.yaml`), or from age alone; it enters as a scan
    without a date, that is at month 0. History, other hormones and markers stay as they are.

    Args:
        person: the person as known.

    Returns:
        The completed person, and what was filled, in order.
    """
    filled: list[Filled] = []
    known = _menopause(person, filled)
    group = population_group(known)
    for name in ("bmi", "calcium_mg_day"):
        if getattr(known, name) is None:
            record = population(name, group)
            filled.append(record)
            change: dict[str, Any] = {name: record.value}
            known = replace(known, **change)
    if known.latest("25OHD") is None:
        record = population("25OHD", group)
        filled.append(record)
        vitamin_d = Measurement(name="25OHD", value=record.value, unit=record.unit, date=known.date)
        known = replace(known, hormones=(*known.hormones, vitamin_d))
    scores = predict_t_scores(known)
    filled.extend(scores.values())
    added = tuple(
        Scan(site=site, t_score=record.value, device=_device(person), date=known.date)
        for site, record in scores.items()
    )
    return replace(known, scans=known.scans + added), tuple(filled)


def dating(person: Person) -> tuple[str, ...]:
    """What the dates of a person's results do to the forecast, where that was not said: a month 0 taken from
    them, and results that lie after it.

    Args:
        person: the person as given.
    """
    notes = []
    if person.date_from_results:
        notes.append(f"date: not given, so the forecast starts on {person.date}, the day of the latest result")
    if person.date is not None:
        named = ((one, one.site if isinstance(one, Scan) else one.name) for one in person.results)
        later = [f"{name} of {one.date}" for one, name in named if one.date is not None and one.date > person.date]
        if later:
            notes.append(f"{', '.join(later)}: later than {person.date}, the day of the forecast, so not used")
    return tuple(notes)


def population_group(person: Person) -> str:
    """The group of `population.yaml` that a person belongs to."""
    if person.sex == "male":
        return "male"
    return "female_postmenopausal" if person.age_at_menopause is not None else "female_premenopausal"


def population(name: str, group: str) -> Filled:
    """Mean and spread of a quantity in a group of the population.

    Args:
        name: `bmi`, `calcium_mg_day`, `25OHD` or `age_at_menopause`.
        group: `female_premenopausal`, `female_postmenopausal`, `male`; `female` for age at menopause.
    """
    record = _tables()[name][group]
    return Filled(name, float(record["value"]), float(record["sd"]), *_origin(record, "unit"))


def correlation() -> NDArray[np.float64]:
    """Correlation of Z-scores between the four sites, in the order of `dxa.SITES`."""
    matrix = np.eye(len(dxa.SITES))
    for pair in _tables()["correlations"]:
        i, j = (dxa.SITES.index(site) for site in pair["between"])
        matrix[i, j] = matrix[j, i] = float(pair["value"])
    return matrix


def correlations_of_sites() -> tuple[Mapping[str, Any], ...]:
    """The records behind `correlation`: between, value, basis, source, quality."""
    return tuple(_tables()["correlations"])


def menopause_age(age: float, *, passed: bool) -> tuple[float, float]:
    """Mean and standard deviation [years] of age at natural menopause, given whether it has passed at `age`.

    A normal distribution cut at the woman's age: below it if menopause has passed, above it if not.
    """
    record = population("age_at_menopause", "female")
    cut = (age - record.value) / record.sd
    density = math.exp(-0.5 * cut * cut) / math.sqrt(2.0 * math.pi)
    tail = 0.5 * math.erfc(-cut / math.sqrt(2.0)) if passed else 0.5 * math.erfc(cut / math.sqrt(2.0))
    if tail < 1e-9:
        return age, 0.5
    side = -density / tail if passed else density / tail
    spread = math.sqrt(max(1.0 + (cut * side) - side * side, 1e-4))
    return record.value + record.sd * side, record.sd * spread


def predict_t_scores(person: Person) -> dict[str, Filled]:
    """T-scores [1] of the sites that were not measured, from those that were, or from age alone."""
    measured = person.baseline_scans()
    missing = [site for site in dxa.SITES if site not in measured]
    if not missing:
        return {}
    z = []
    for site, scan in measured.items():
        mean, sd = dxa.t_by_age(site, person.sex, person.age + person.month_of(scan.date) / 12.0)
        z.append((scan.t - mean) / sd)
    matrix = correlation()
    seen = [dxa.SITES.index(site) for site in measured]
    weights = np.linalg.inv(matrix[np.ix_(seen, seen)]) if seen else np.zeros((0, 0))
    result = {}
    for site in missing:
        row = matrix[dxa.SITES.index(site), seen] @ weights
        expected = float(row @ np.array(z)) if seen else 0.0
        left = math.sqrt(max(1.0 - float(row @ matrix[seen, dxa.SITES.index(site)]), 0.0)) if seen else 1.0
        mean, sd = dxa.t_by_age(site, person.sex, person.age)
        low, high = T_SCORE_RANGE
        score = round(min(max(mean + sd * expected, low), high), 2)
        rows = dxa.age_sources(site, person.sex)
        nearest_row = min(rows, key=lambda one: abs(0.5 * (one.age_low + one.age_high) - person.age))
        basis = "its distribution by age" if not seen else f"{', '.join(measured)} and age"
        result[site] = Filled(
            field=f"t_score.{site}",
            value=score,
            sd=round(sd * left, 2),
            unit="1",
            basis="assumed" if seen else nearest_row.basis,
            source=f"predicted from {basis}; by age: {nearest_row.source}",
            quality=nearest_row.quality,
        )
    return result


def _menopause(person: Person, filled: list[Filled]) -> Person:
    """Age at menopause of a woman who did not give it, or when to expect it."""
    if person.sex == "male" or person.age_at_menopause is not None:
        return person
    record = population("age_at_menopause", "female")
    passed = person.menopause_kind == "natural" or (person.menopause_kind is None and person.age > record.value)
    mean, sd = menopause_age(person.age, passed=passed)
    field = "age_at_menopause" if passed else EXPECTED_MENOPAUSE
    value = round(mean, 1)
    if passed:
        value = min(max(value, MENOPAUSE_RANGE[0]), person.age)
    filled.append(replace(record, field=field, value=value, sd=round(sd, 1)))
    if not passed:
        return replace(person, menopause_kind="premenopausal")
    return replace(person, age_at_menopause=value, menopause_kind="natural")


def _device(person: Person) -> str:
    """The scanner of the person's latest scan, so that filled and measured sites share one."""
    scans = person.baseline_scans().values()
    return next((scan.device for scan in scans), dxa.DEFAULT_DEVICE)


@cache
def _tables() -> Mapping[str, Any]:
    from ruamel.yaml import YAML

    text = (files("osteocast.people") / "population.yaml").read_text(encoding="utf-8")
    tables: Mapping[str, Any] = YAML(typ="safe").load(text)
    records = [(name, record) for name in tables if name != "correlations" for record in tables[name].values()]
    for name, record in records + [("correlations", record) for record in tables["correlations"]]:
        _origin(record, *(() if name == "correlations" else ("unit",)), name=name)
    return tables


def _origin(record: Mapping[str, Any], *before: str, name: str = "") -> tuple[str, ...]:
    """Unit, basis, source and quality of a record; a record without them is refused."""
    keys = (*before, "basis", "source", "quality")
    known = all(record.get(key) for key in keys)
    if not known or record["basis"] not in BASES or record["quality"] not in QUALITIES:
        raise OsteocastError(
            "a record lacks its origin",
            where=f"population.yaml, {name}",
            fix=f"give {', '.join(keys)} as documented",
        )
    return tuple(str(record[key]) for key in keys)
