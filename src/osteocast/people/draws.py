"""Draws of one person: what the parameters, and a person known only so far, might be.

Every draw is one set of parameters from the calibration's posterior, times the factors by which one person
differs from another, with the person's own values. What was measured is exact in every draw (a forecast shows
bone, not the scanner); what was filled varies as widely as people do. Draw number k has the same numbers
whatever the number of draws and whatever the treatment.

A measured turnover marker does not enter: the model's markers are relative to the person's own young adult
level, and a level alone, which differs by half between healthy people, by the hour and by the assay, does
not tell fast turnover of the tissue (`turnover`) from many active sites, which the hormones already explain.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from osteocast.drugs.catalogue import card
from osteocast.measure import dxa
from osteocast.parameters.registry import parameters, posterior
from osteocast.people.fill import EXPECTED_MENOPAUSE, Filled, fill
from osteocast.people.person import T_SCORE_RANGE, Person
from osteocast.people.sample import DAYS_PER_YEAR, MENOPAUSE_AGE, NEVER_D, Numbers, combine, own_factors, shared
from osteocast.people.streams import normals
from osteocast.people.validate import MENOPAUSE_RANGE

PMOL_PER_NMOL = 1000.0
SETTLED_YEARS = 1.0
"""Years after the final period from which estradiol no longer comes from the ovary."""
AFTER_SURGERY_YEARS = 3.0
"""Years by which the natural menopause is put after a surgical one, so that it plays no part before it."""
PERSONAL = ("menopause", "bmi", "calcium", "25OHD", *(f"t_score {site}" for site in dxa.SITES))
STEROID_CHANNELS = {
    "competitor", "inactivator", "testosterone_input", "estradiol_input", "estrone_input", "shbg_stimulus",
    "suppression", "gonad_removed",
}  # fmt: skip


@dataclass(frozen=True)
class Draws:
    """A person as numbers for the engine.

    Attributes:
        person: the person, completed.
        filled: what was not measured.
        values: every parameter and personal value by name, shape () or (draws,).
        bmd: density [g/cm2] by site on the day of its scan, or at month 0 where it was filled, shape (draws,).
        surgery_month: month at which both ovaries were removed where that made the menopause, else None.
        notes: what was given and does not enter, and why.
    """

    person: Person
    filled: tuple[Filled, ...]
    values: Mapping[str, Any]
    bmd: Mapping[str, np.ndarray]
    surgery_month: float | None
    notes: tuple[str, ...]

    @property
    def first_menopause_month(self) -> float:
        """Earliest month of the menopause among the draws; far ahead where there is none."""
        return float(np.min(self.values["menopause_day"])) / DAYS_PER_YEAR * 12.0


def draw_ids(person: Person, n: int) -> np.ndarray:
    """Ids of the draws of one person: the CRC32 of the draw's number, begun with the person's id."""
    return np.array([zlib.crc32(k.to_bytes(4, "little"), person.id) for k in range(n)], dtype=np.uint32)


def purposes() -> tuple[str, ...]:
    """Every purpose that a draw needs a random number for."""
    fit = posterior()
    found = [f"posterior: {name}" for name in (fit.names if fit else ())]
    found += [f"between people: {name}" for name, one in parameters().items() if one.between_person_log_sd > 0.0]
    return (*found, *PERSONAL)


def draw(person: Person, n: int, seed: int, numbers: Numbers | None = None) -> Draws:
    """Draw a person.

    Args:
        person: the person as known.
        n: number of draws.
        seed: seed of the run.
        numbers: gives one standard normal number per draw for a purpose; by default those of `streams`,
            keyed by seed, draw and purpose.
    """
    ids = draw_ids(person, n)
    number = numbers or (lambda purpose: normals(seed, purpose, ids))
    known, filled = fill(person)
    notes: list[str] = []
    values: dict[str, Any] = dict(shared(known.sex)) | posterior_draws(number)
    for name, factor in own_factors(number).items():
        values[name] = values[name] * factor
    values |= _intake(known, filled, number, n)
    values |= _menopause(known, filled, number, n)
    values |= _estradiol(known, n, notes)
    values |= _axis(known, n, notes)
    removed = _surgery_month(known)
    values["ovaries_removed"] = np.full(n, float(removed is not None and removed <= 0.0))
    if person.markers:
        names = ", ".join(sorted({one.name for one in person.markers}))
        notes.append(f"{names}: a marker level does not change the forecast; the course of markers is forecast")
    return Draws(known, filled, values, _densities(known, filled, number, n), _surgery_month(known), tuple(notes))


def posterior_draws(number: Numbers) -> dict[str, np.ndarray]:
    """Fitted parameters drawn together: multivariate log-normal, clipped to the bounds of each."""
    fit = posterior()
    if fit is None:
        return {}
    root = np.linalg.cholesky(np.array(fit.log_cov))
    around = combine(root, [number(f"posterior: {one}") for one in fit.names])
    known = parameters()
    return {
        name: np.clip(np.exp(fit.log_mean[i] + around[i]), *known[name].bounds)
        for i, name in enumerate(fit.names)
        if name in known
    }


def _spread(value: float, record: Filled | None, z: np.ndarray) -> np.ndarray:
    """A value in every draw: exact where it was measured, log-normal about the filled one."""
    return np.full_like(z, value) if record is None else value * np.exp(record.sd / record.value * z)


def _intake(person: Person, filled: tuple[Filled, ...], number: Numbers, n: int) -> dict[str, np.ndarray]:
    """Age, body mass, calcium and vitamin D."""
    records = {one.field: one for one in filled}
    level = person.latest("25OHD")
    assert person.bmi is not None and person.calcium_mg_day is not None and level is not None  # filled
    calcium = max(person.calcium_mg_day, 1.0)
    return {
        "age": np.full(n, person.age),
        "bmi": np.clip(_spread(person.bmi, records.get("bmi"), number("bmi")), 14.0, 60.0),
        "calcium_intake": _spread(calcium, records.get("calcium_mg_day"), number("calcium")),
        "vitamin_d": _spread(level.value_in(), records.get("25OHD"), number("25OHD")),
    }


def _menopause(person: Person, filled: tuple[Filled, ...], number: Numbers, n: int) -> dict[str, np.ndarray]:
    """Day of the final period."""
    if person.sex == "male":
        return {"menopause_day": np.full(n, NEVER_D)}
    records = {one.field: one for one in filled}
    z = number("menopause")
    surgery = _surgery_month(person)
    if surgery is not None:
        natural = max(MENOPAUSE_AGE, person.age + surgery / 12.0 + AFTER_SURGERY_YEARS)
        at = np.full(n, natural)
    elif person.age_at_menopause is None:
        record = records[EXPECTED_MENOPAUSE]
        latest = max(MENOPAUSE_RANGE[1], person.age + 1.0)
        at = np.clip(record.value + record.sd * z, person.age + 0.1, latest)
    elif "age_at_menopause" in records:
        at = np.clip(person.age_at_menopause + records["age_at_menopause"].sd * z, MENOPAUSE_RANGE[0], person.age)
    else:
        at = np.full(n, person.age_at_menopause)
    return {"menopause_day": (at - person.age) * DAYS_PER_YEAR}


def _surgery_month(person: Person) -> float | None:
    """Month of a menopause that came with the removal of both ovaries."""
    surgical = person.menopause_kind == "surgical" or person.history.bilateral_oophorectomy
    if not surgical or person.age_at_menopause is None:
        return None
    return -12.0 * (person.age - person.age_at_menopause)


def _estradiol(person: Person, n: int, notes: list[str]) -> dict[str, np.ndarray]:
    """Measured estradiol [nmol/L], 0 where unknown: in men, and after menopause, untreated, it tells of the
    person's aromatase; before menopause it stands for the fertile level."""
    nothing = {"e2_known": np.zeros(n), "fertile_e2_known": np.zeros(n)}
    measured = person.latest("E2")
    if measured is None:
        return nothing
    if measured.below:
        notes.append(f"E2: below {measured.value:g} {measured.unit}, which is no level to start from")
        return nothing
    month = person.month_of(measured.date)
    level = max(measured.value_in() / PMOL_PER_NMOL, 1e-3)
    if treated_at(person, month):
        notes.append("E2: measured on treatment that changes it, so it says nothing of the untreated level")
        return nothing
    if person.sex == "male":
        return nothing | {"e2_known": np.full(n, level)}
    if person.age_at_menopause is None:
        return nothing | {"fertile_e2_known": np.full(n, level)}
    if person.age + month / 12.0 < person.age_at_menopause + SETTLED_YEARS:
        notes.append("E2: measured before the menopause was complete, so it does not enter")
        return nothing
    return nothing | {"e2_known": np.full(n, level)}


def _axis(person: Person, n: int, notes: list[str]) -> dict[str, np.ndarray]:
    """Measured testosterone [nmol/L] and LH [IU/L] of a man, 0 where unknown: untreated they tell of his testes and
    of his pituitary."""
    found = {"t_known": np.zeros(n), "lh_known": np.zeros(n)}
    for name, key in (("T", "t_known"), ("LH", "lh_known")):
        measured = person.latest(name)
        if measured is None or person.sex == "female" or measured.below:
            continue
        if treated_at(person, person.month_of(measured.date)):
            notes.append(f"{name}: measured on treatment that changes it, so it says nothing of the untreated level")
        else:
            found[key] = np.full(n, max(measured.value_in(), 0.05))
    return found


def treated_at(person: Person, month: float) -> bool:
    """Whether a drug that changes estradiol was taken at a month, or in the three months before."""
    day = month * DAYS_PER_YEAR / 12.0
    for past in person.past_regimens:
        for course in past.regimen.courses():
            channels = {one["channel"] for one in card(course.card_id).actions.get("on", ())}  # type: ignore[attr-defined]
            last = course.last_day
            if channels & STEROID_CHANNELS and course.start_day <= day and (last is None or last > day - 91.0):
                return True
    return False


def _densities(person: Person, filled: tuple[Filled, ...], number: Numbers, n: int) -> dict[str, np.ndarray]:
    """Density [g/cm2] of every site: measured ones exact, filled ones spread in T-score."""
    records = {one.field: one for one in filled}
    result = {}
    for site, scan in person.baseline_scans().items():
        record = records.get(f"t_score.{site}")
        if record is None:
            result[site] = np.full(n, scan.bmd)
        else:
            t = np.clip(record.value + record.sd * number(f"t_score {site}"), *T_SCORE_RANGE)
            result[site] = dxa.bmd(t, site, scan.device)
    return result
