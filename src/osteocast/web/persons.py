"""From what was filled in to a person of the library, each piece checked where it stands in the form."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from osteocast.errors import OsteocastError
from osteocast.people.files import person_from_dict
from osteocast.people.person import Measurement, PastRegimen, Person, Scan
from osteocast.people.quantities import QUANTITIES, quantity_name
from osteocast.people.validate import today
from osteocast.regimen import Regimen
from osteocast.web.forms import Filled

DAYS_PER_YEAR = 365.25
DATED = (("scans", "scan"), ("results", "result"))
LISTS = {"scans": "scan", "results": "result", "past": "past"}
PLACE = re.compile(r"(?:\[\[)?(scans|hormones|markers|past)(?:\]\])? (\d+)(?:, (\w+))?")


@dataclass(frozen=True)
class Checked:
    """What the form amounts to.

    Attributes:
        person: with every result dated; None where it cannot be used, or is not yet there.
        strategies: by field.
        start: day on which treatment starts, month 0 of the form; None where nothing is dated.
        errors: what is wrong, by field; `form` for what belongs to none.
    """

    person: Person | None
    strategies: Mapping[str, Regimen]
    start: dt.date | None
    errors: Mapping[str, str]


def sentence(error: OsteocastError) -> str:
    """A complaint to stand beside its field, which names the place."""
    because = f" ({error.why})" if error.why else ""
    text = f"{error.what}{because}; {error.fix}".rstrip(".") + "."
    return text[:1].upper() + text[1:]


def check(filled: Filled) -> Checked:
    """Check a form as filled in."""
    errors = dict(filled.errors)
    strategies = {}
    for name, text in filled.strategies.items():
        try:
            strategies[name] = Regimen.parse(text)
        except OsteocastError as error:
            errors[name] = sentence(error)
    if filled.empty:
        return Checked(None, strategies, None, errors)
    table = dict(filled.table)
    start = _start(table, errors)
    _dated(table, start, errors)
    for key, kind in LISTS.items():
        table[key] = [one for one in table.get(key, ()) if _fits(kind, one, errors)]
    names = [(one["_row"], quantity_name(one["name"], "name")) for one in table["results"]]
    places = {"scans": [one["_row"] for one in table["scans"]], "past": [one["_row"] for one in table["past"]]}
    for kind in ("hormone", "marker"):
        mine = [row for row, name in names if QUANTITIES[name].kind == kind]
        places[f"{kind}s"] = mine
        table[f"{kind}s"] = [_clean(one) for one in table["results"] if one["_row"] in mine]
    table["scans"] = [_clean(one) for one in table["scans"]]
    table["past"] = [_clean(one) for one in table["past"]]
    del table["results"]
    try:
        person = person_from_dict(table)
    except OsteocastError as error:
        errors.setdefault(_field(error.where, places, table), sentence(error))
        return Checked(None, strategies, start, errors)
    return Checked(person, strategies, start, errors)


def _start(table: Mapping[str, Any], errors: dict[str, str]) -> dt.date | None:
    """The day of the start: as given, or so that the last result that is told by its year is of today."""
    given = table.get("date")
    if given is not None:
        try:
            return dt.date.fromisoformat(str(given))
        except ValueError:
            return None
    rows = [(kind, one) for key, kind in DATED for one in table.get(key, ()) if "year" in one]
    years = [float(one["year"]) for _, one in rows]
    if not any(years):
        return None
    try:
        return today() - dt.timedelta(days=round(max(0.0, *years) * DAYS_PER_YEAR))
    except OverflowError:
        kind, row = max(rows, key=lambda one: float(one[1]["year"]))
        errors[f"{kind}-{row['_row']}-year"] = _out_of_reach(float(row["year"]))
        return None


def _out_of_reach(years: float) -> str:
    return f"{years:g} years are out of reach; give for example 2."


def _dated(table: dict[str, Any], start: dt.date | None, errors: dict[str, str]) -> None:
    """Give a day to every result that is told by its year from the start."""
    if start is not None:
        table["date"] = start.isoformat()
    for key, kind in DATED:
        rows = []
        for one in table.get(key, ()):
            row = dict(one)
            year = row.pop("year", None)
            if "date" not in row and year is not None and start is not None:
                try:
                    row["date"] = (start + dt.timedelta(days=round(float(year) * DAYS_PER_YEAR))).isoformat()
                except OverflowError:
                    errors[f"{kind}-{row['_row']}-year"] = _out_of_reach(float(year))
                    continue
            rows.append(row)
        table[key] = rows


def _fits(kind: str, row: Mapping[str, Any], errors: dict[str, str]) -> bool:
    """Whether a row can be used by itself; if not, the complaint is noted at its field."""
    make: Mapping[str, Callable[..., object]] = {"scan": Scan, "result": Measurement, "past": PastRegimen}
    try:
        make[kind](**_clean(row))
    except OsteocastError as error:
        field = error.where.split(",")[0].split(" ")[0]
        errors.setdefault(f"{kind}-{row['_row']}-{field}", sentence(error))
        return False
    except TypeError:
        errors.setdefault(f"{kind}-{row['_row']}-{'value' if kind == 'result' else 'site'}", "Fill in the whole row.")
        return False
    return True


def _clean(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != "_row"}


def _field(where: str, places: Mapping[str, list[int]], table: Mapping[str, Any]) -> str:
    """The field of the form that a complaint of the library is about."""
    hit = PLACE.match(where)
    if hit:
        key, index = hit[1], int(hit[2]) - 1
        rows = places.get(key, [])
        kind = {"hormones": "result", "markers": "result", "scans": "scan", "past": "past"}[key]
        first = {"scan": "site", "result": "value", "past": "regimen"}[kind]
        return f"{kind}-{rows[index]}-{hit[3] or first}" if index < len(rows) else "form"
    parts = [part.strip(" []") for part in where.split(",")]
    if parts[0] == "history":
        return f"history-{parts[-1]}" if len(parts) > 1 else "form"
    return parts[0] if parts[0] in {*table, "age_at_menopause", "menopause", "bmi", "sex", "age", "date"} else "form"


def field_of(where: str, strategies: Mapping[str, Regimen]) -> str:
    """The field of the form that a complaint about a strategy is about, such as `--strategy 2, regimen`.

    Args:
        where: what the library says.
        strategies: by field; those that say the same are forecast, and counted, once.
    """
    hit = re.match(r"--strategy(?: (\d+))?", where)
    if not hit or not strategies:
        return "form"
    chosen = list(dict.fromkeys(strategies.values()))
    meant = chosen[min(int(hit[1] or 1), len(chosen)) - 1]
    return next(name for name, regimen in strategies.items() if regimen == meant)
