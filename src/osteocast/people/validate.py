"""What a person must satisfy: first field by field, then fields against each other."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from osteocast.errors import OsteocastError
from osteocast.people import checks, spans
from osteocast.people.quantities import QUANTITIES

if TYPE_CHECKING:
    from osteocast.people.person import Person

DAYS_PER_YEAR = 365.25
AGE_RANGE = (18.0, 110.0)
BMI_RANGE = (12.0, 70.0)
MENOPAUSE_RANGE = (25.0, 65.0)
PREMENOPAUSAL_SURGERY = 55.0
"""Age [years] after which the removal of the ovaries is taken to follow an undated natural menopause."""
SURGERY_TOLERANCE = 1.0
"""Largest gap [years] between a stated age at menopause and the dated removal of the ovaries."""


def clean_fields(person: Person) -> dict[str, Any]:
    """Every field of a person checked on its own, with numbers as floats and lists as tuples."""
    from osteocast.people import person as kinds

    clean: dict[str, Any] = {
        "name": checks.text(person.name, "name"),
        "sex": checks.choice(person.sex, "sex", kinds.SEXES),
        "age": checks.number(person.age, "age", *AGE_RANGE, "years", "give the age in years, from 18 to 110"),
        "scans": _all_of(person.scans, kinds.Scan, "scans"),
        "hormones": _all_of(person.hormones, kinds.Measurement, "hormones"),
        "markers": _all_of(person.markers, kinds.Measurement, "markers"),
        "past_regimens": _all_of(person.past_regimens, kinds.PastRegimen, "past"),
    }
    optional = {
        "age_at_menopause": (*MENOPAUSE_RANGE, "years", "give the age at the final period, from 25 to 65"),
        "bmi": (*BMI_RANGE, "kg/m2", "give weight in kg over height in m squared, such as 27"),
        "height_cm": (100.0, 230.0, "cm", "give the height in cm, such as 164"),
        "calcium_mg_day": (0.0, 5000.0, "mg/day", "give the calcium in the diet in mg a day, such as 800"),
    }
    for name, (low, high, unit, fix) in optional.items():
        value = getattr(person, name)
        clean[name] = None if value is None else checks.number(value, name, low, high, unit, fix)
    if person.menopause_kind is not None:
        clean["menopause_kind"] = checks.choice(person.menopause_kind, "menopause", kinds.MENOPAUSE_KINDS)
    if person.date is not None:
        clean["date"] = checks.day(person.date, "date")
    if person.planned is not None:
        clean["planned"] = kinds.as_regimen(person.planned, "planned")
        spans.check_planned(clean["planned"], "planned")
    for index, past in enumerate(clean["past_regimens"], start=1):
        spans.check_past(past.regimen, past.continues, f"past {index}, regimen", clean["age"])
    if not isinstance(person.history, kinds.History):
        raise OsteocastError(
            f"{person.history!r} is not a history",
            where="history",
            fix="give risk factors, such as smoker = true",
        )
    return clean


def settle_menopause(person: Person) -> dict[str, Any]:
    """Menopause from what is said about it in several places; contradictions are refused."""
    age, kind = person.age_at_menopause, person.menopause_kind
    removed = _ovaries_removed(person)
    if person.sex == "male":
        _no_menopause_in_men(person)
        return {}
    if kind == "premenopausal":
        if age is not None:
            raise _contradiction(
                "age_at_menopause",
                f'menopause = "premenopausal" but age_at_menopause is {age:g}',
                "leave out one of the two",
            )
        if removed is not None or person.history.bilateral_oophorectomy:
            raise _contradiction(
                "menopause",
                "a woman without ovaries is not premenopausal",
                'write menopause = "surgical" with age_at_menopause, or correct the bilateral oophorectomy',
            )
        return {}
    if age is not None and age > person.age:
        raise _contradiction(
            "age_at_menopause",
            f"menopause at {age:g} lies after the age of {person.age:g}",
            'give an age up to today\'s, or write menopause = "premenopausal" and leave the age out',
        )
    if removed is None:
        unstated = "history, bilateral_oophorectomy" if person.history.bilateral_oophorectomy and not kind else ""
        if age is None and (unstated or kind in {"surgical", "chemotherapy"}):
            raise OsteocastError(
                f"{unstated or f'menopause = {kind}'} has no age",
                where="age_at_menopause",
                fix="give the age in years when it happened",
            )
        if age is None and kind == "natural" and person.age < MENOPAUSE_RANGE[0]:
            raise _contradiction(
                "menopause",
                f"a woman of {person.age:g} has had no natural menopause",
                'write menopause = "premenopausal"',
            )
        return {"menopause_kind": kind or "natural"} if age is not None else {}
    return _menopause_by_surgery(age, kind, removed)


def check_together(person: Person) -> None:
    """Fields against each other: kinds of result, dates, duplicates."""
    for where, kind in (("hormones", "hormone"), ("markers", "marker")):
        for index, one in enumerate(getattr(person, where), start=1):
            if QUANTITIES[one.name].kind != kind:
                other = "markers" if kind == "hormone" else "hormones"
                raise OsteocastError(
                    f"{one.name} is not a {kind}", where=f"{where} {index}", fix=f"put it under {other}"
                )
    _check_dates(person)
    _check_duplicates("scans", [(scan.site, scan.date) for scan in person.scans])
    _check_duplicates("hormones", [(one.name, one.date) for one in person.hormones])
    _check_duplicates("markers", [(one.name, one.date) for one in person.markers])


def today() -> dt.date:
    """The calendar day, kept apart so that tests can set it."""
    return dt.date.today()


def _all_of(values: object, kind: type, where: str) -> tuple[Any, ...]:
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise OsteocastError(f"{values!r} is not a list", where=where, fix=f"give a list of {kind.__name__}")
    items = tuple(values)
    for index, item in enumerate(items, start=1):
        if not isinstance(item, kind):
            raise OsteocastError(
                f"{item!r} is not a {kind.__name__}",
                where=f"{where} {index}",
                fix=f"make it a {kind.__name__}(...)",
            )
    return items


def _contradiction(where: str, what: str, fix: str) -> OsteocastError:
    return OsteocastError(what, where=where, fix=fix, why="these contradict each other")


def _ovaries_removed(person: Person) -> float | None:
    """Age [years] at a bilateral oophorectomy among the past regimens, or None."""
    months = [m for past in person.past_regimens for m in spans.oophorectomy_months(past.regimen)]
    return person.age + min(months) / 12.0 if months else None


def _no_menopause_in_men(person: Person) -> None:
    said = {
        "age_at_menopause": person.age_at_menopause is not None,
        "menopause": person.menopause_kind is not None,
        "history, bilateral_oophorectomy": bool(person.history.bilateral_oophorectomy),
        "past": _ovaries_removed(person) is not None,
        "planned": person.planned is not None and bool(spans.oophorectomy_months(person.planned)),
    }
    for where, is_said in said.items():
        if is_said:
            raise _contradiction(
                where, "a man has no menopause and no ovaries", 'leave it out, or write sex = "female"'
            )


def _menopause_by_surgery(age: float | None, kind: str | None, removed: float) -> dict[str, Any]:
    if age is None:
        if removed > PREMENOPAUSAL_SURGERY and kind != "surgical":
            return {"menopause_kind": kind or "natural"}
        checks.number(
            removed,
            "past, age at bilateral oophorectomy",
            *MENOPAUSE_RANGE,
            "years",
            "correct its month or the age",
        )
        if kind not in {None, "surgical"}:
            raise _contradiction(
                "menopause",
                f'menopause = "{kind}" without an age, but the ovaries were removed at {removed:.1f}',
                'write menopause = "surgical", or give age_at_menopause if it came before the operation',
            )
        return {"age_at_menopause": removed, "menopause_kind": "surgical"}
    if age > removed + SURGERY_TOLERANCE:
        raise _contradiction(
            "age_at_menopause",
            f"menopause at {age:g} lies after the bilateral oophorectomy at {removed:.1f}",
            "correct one of the two; the removal of both ovaries is itself a menopause",
        )
    if kind == "surgical" and age < removed - SURGERY_TOLERANCE:
        raise _contradiction(
            "age_at_menopause",
            f"surgical menopause at {age:g}, but the bilateral oophorectomy is dated to {removed:.1f}",
            'correct one of the two, or write menopause = "natural" if it came before the operation',
        )
    early = age < removed - SURGERY_TOLERANCE
    return {"menopause_kind": kind or ("natural" if early else "surgical")}


def _check_dates(person: Person) -> None:
    now = today()
    if person.date is not None and (person.date - now).days > DAYS_PER_YEAR:
        raise OsteocastError(
            f"{person.date} is more than a year ahead",
            where="date",
            fix="give the day on which the forecast starts",
        )
    born = (person.date or now) - dt.timedelta(days=(person.age + 1.0) * DAYS_PER_YEAR)
    dated = [
        (f"{name} {index}, date", one.date)
        for name in ("scans", "hormones", "markers")
        for index, one in enumerate(getattr(person, name), start=1)
        if one.date is not None
    ]
    for where, day in dated:
        if day > now:
            raise OsteocastError(
                f"{day} lies in the future (today is {now})",
                where=where,
                fix="give the day the result was taken",
            )
        if day < born:
            raise _contradiction(
                where,
                f"{day} lies before the birth of a person aged {person.age:g}",
                "correct this date or the age",
            )


def _check_duplicates(where: str, results: list[tuple[str, dt.date | None]]) -> None:
    for (name, day), count in Counter(results).items():
        if count > 1:
            when = f"of {day}" if day else "without a date"
            raise _contradiction(
                where,
                f"{count} results of {name} {when}",
                "keep the one to use, or correct the dates" if day else "give each its date",
            )
    for name in {name for name, day in results if day is None}:
        if sum(one == name for one, _ in results) > 1:
            raise OsteocastError(
                f"several results of {name}, one of them without a date",
                where=where,
                fix="give each its date, so that the latest is known",
            )
