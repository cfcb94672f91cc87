"""What the page and the terminal say of a comparison: who, the summary, crossings, support, questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from osteocast.errors import OsteocastError
from osteocast.report.charts import style_number
from osteocast.report.figures import change, find, interval, one_decimal, value_at
from osteocast.report.merge import letter
from osteocast.report.words import QUALITY, SITES, SUPPORT, human, number, percent, plain_item, years

HORIZONS = (24, 60, 120)
SUMMARY_SITES = ("lumbar_spine", "total_hip")
DASH = "\N{EN DASH}"
SHORT = {"calcium_mg_day": "calcium in the diet", "25OHD": "vitamin D", "expected_age_at_menopause": "menopause"}


@dataclass(frozen=True, slots=True)
class Cell:
    """T-score and percent change at one site and month, each with its interval, as text."""

    t: str = DASH
    t_interval: str = ""
    change: str = DASH
    change_interval: str = ""


@dataclass(frozen=True, slots=True)
class Crossing:
    """When a T-score is likely crossed: a headline and the probability beneath it."""

    when: str
    probability: str = ""


@dataclass(frozen=True, slots=True)
class Nearest:
    """A published study near the forecast, and how well the model does there."""

    study: str
    about: str
    error: str
    quality: str
    remembered: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One strategy, ready to print."""

    letter: str
    style: int
    regimen: str
    planned: bool
    support: str
    support_label: str
    support_meaning: str
    cells: tuple[tuple[Cell, ...], ...]
    crossings: tuple[tuple[Crossing, Crossing], ...]
    nearest: tuple[Nearest, ...] = field(default=())


def strategies_of(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The strategies of a result, after making sure that it is one this report can read.

    Raises:
        OsteocastError: if the schema is another one, or if there is no strategy with months.
    """
    if result.get("schema", 1) != 1:
        raise OsteocastError(
            f"schema {result.get('schema')!r} cannot be read",
            where="schema",
            fix="make the result again with this version of `osteocast compare --json`",
        )
    found = list(result.get("strategies") or ())
    if not found or not all(s.get("months") for s in found):
        raise OsteocastError(
            "no strategy with months to report",
            where="strategies",
            fix="give at least one --strategy to `osteocast compare`",
        )
    return found


def horizons(strategies: Sequence[Mapping[str, Any]]) -> list[int]:
    """2, 5 and 10 years as far as the forecast reaches; a short forecast is summed up at its end."""
    reached = sorted(set.intersection(*(set(s["months"]) for s in strategies))) or [strategies[0]["months"][-1]]
    return [m for m in HORIZONS if m in reached] or [reached[-1]]


def _cell(strategy: Mapping[str, Any], site: str, month: int) -> Cell:
    if month not in strategy["months"]:
        return Cell()
    i = strategy["months"].index(month)
    t, pct = find(strategy, ("sites", site, "t_score")), find(strategy, ("sites", site, "change_pct"))
    return Cell(
        one_decimal(value_at(t, "median", i)) if t else DASH,
        interval(t, i, one_decimal) if t else "",
        change(value_at(pct, "median", i)) + " %" if pct else DASH,
        interval(pct, i, change) if pct else "",
    )


def crossing(strategy: Mapping[str, Any], site: str, threshold: float) -> Crossing:
    """When the T-score at a site falls below a threshold, from the engine's `crosses`."""
    entries = (strategy.get("sites", {}).get(site) or {}).get("crosses") or ()
    entry = next((c for c in entries if c.get("t") == threshold), None)
    if entry is None:
        return Crossing(DASH)
    t = find(strategy, ("sites", site, "t_score"))
    now = value_at(t, "median", 0) if t else None
    if now is not None and now <= threshold:
        return Crossing("already below")
    month, p = entry.get("month_50"), entry.get("probability_by_end")
    when = f"year {years(month)}" if month is not None else "not likely"
    return Crossing(when, percent(p) if p is not None else "")


def _nearest(entry: Mapping[str, Any]) -> Nearest:
    parts = [str(entry["drug"])] if entry.get("drug") else []
    parts += [SITES.get(entry["site"], human(entry["site"])).lower()] if entry.get("site") else []
    parts += [f"month {entry['month']}"] if entry.get("month") is not None else []
    parts += [f"age {number(entry['age'], 0)}"] if entry.get("age") is not None else []
    since = entry.get("years_since_menopause")
    parts += [f"{number(since, 0)} years after menopause"] if since is not None else []
    parts += [f"T-score {number(entry['t_score'], 1)}"] if entry.get("t_score") is not None else []
    quality = str(entry.get("quality") or "")
    error = entry.get("error")
    shown = change(error) + " points" if error is not None else "not known"
    return Nearest(
        str(entry.get("study", "")),
        ", ".join(parts),
        shown,
        QUALITY.get(quality, quality),
        quality == "memory",
    )


def crossing_sites(strategies: Sequence[Mapping[str, Any]]) -> list[str]:
    """The sites that any strategy has crossings for, in the usual order."""
    return [s for s in SITES if any((g.get("sites", {}).get(s) or {}).get("crosses") for g in strategies)]


def rows(result: Mapping[str, Any]) -> list[Row]:
    """Every strategy with its summary."""
    strategies = strategies_of(result)
    months, sites = horizons(strategies), crossing_sites(strategies)
    planned = (result.get("person") or {}).get("planned")
    found = []
    for k, s in enumerate(strategies):
        support = s.get("support") or {}
        kind = str(support.get("class") or "unknown")
        label, meaning = SUPPORT.get(kind, (human(kind).capitalize(), "no statement on support was given"))
        found.append(
            Row(
                letter=letter(k),
                style=style_number(k),
                regimen=str(s["regimen"]),
                planned=bool(planned) and s["regimen"] == planned,
                support=kind if kind in SUPPORT else "unknown",
                support_label=label,
                support_meaning=meaning,
                cells=tuple(tuple(_cell(s, site, m) for m in months) for site in SUMMARY_SITES),
                crossings=tuple((crossing(s, site, -1.0), crossing(s, site, -2.5)) for site in sites),
                nearest=tuple(_nearest(n) for n in support.get("nearest") or ()),
            )
        )
    return found


def who(person: Mapping[str, Any]) -> tuple[str, list[str]]:
    """The person as a headline (`woman of 62`) and as a few facts."""
    sex = {"female": "woman", "male": "man"}.get(str(person.get("sex")), "person")
    age, name = person.get("age"), person.get("name")
    head = sex if age is None else f"{sex} of {number(age, 0)}"
    head = f"{name}, {head}" if name else head[:1].upper() + head[1:]
    facts = []
    menopause = person.get("menopause_age")
    if menopause is not None and age is not None:
        since = age - menopause
        facts.append(
            "before menopause"
            if since < 0
            else f"menopause at {number(menopause, 0)}" + (f", {number(since, 0)} years ago" if since >= 1 else "")
        )
    if person.get("bmi") is not None:
        facts.append(f"BMI {number(person['bmi'], 1).removesuffix('.0')}")
    for scan in person.get("scans") or ():
        site = SITES.get(scan.get("site"), human(str(scan.get("site")))).lower()
        if scan.get("t_score") is not None:
            value = f"T-score {number(scan['t_score'], 1)}"
        else:
            value = f"density {number(scan.get('bmd_g_cm2'), 3)} g/cm²"
        made = ", ".join(str(scan[k]) for k in ("device", "date") if scan.get(k))
        facts.append(f"{site} {value}" + (f" ({made})" if made else ""))
    if not person.get("scans"):
        facts.append("no bone scan given")
    if history := plain_item(person.get("history") or ""):
        facts.append(f"history: {history}")
    if person.get("planned"):
        facts.append(f"planned: {person['planned']}")
    return head, facts


def filled_names(person: Mapping[str, Any]) -> list[str]:
    """What was filled, by short name: `BMI`, `total hip T-score`."""
    found = []
    for item in person.get("filled") or ():
        field = str(item.get("field", ""))
        kind, _, site = field.partition(".")
        name = f"{human(site)} T-score" if kind == "t_score" and site else SHORT.get(field) or human(field)
        found.append(name + (" (from an older scan)" if item.get("basis") == "simulated" else ""))
    return found


def filled_rows(person: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """What was filled from population means: field, value with unit, basis, source."""
    found = []
    for item in person.get("filled") or ():
        value = plain_item(item.get("value"))
        unit = str(item.get("unit") or "")
        shown = f"{value} {unit}" if unit not in ("", "1") else value
        found.append(
            (
                human(str(item.get("field", ""))),
                shown,
                str(item.get("basis") or ""),
                str(item.get("source") or ""),
            )
        )
    return found
