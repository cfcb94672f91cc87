"""The charts of a comparison, each with the same numbers as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from osteocast.report.charts import Reference, line_chart
from osteocast.report.merge import Band, letter, merged, series_of, shared_note
from osteocast.report.scales import finite
from osteocast.report.words import BONE, CELLS, HORMONES, MARKERS, SITES, human, number, rounded, years

LOW, OSTEOPOROSIS = -1.0, -2.5
YEARS_FROM_TODAY = "Years from today"
Write = Callable[[float | None], str]


@dataclass(frozen=True, slots=True)
class Twin:
    """The numbers of a chart, one row a year: the table beside the drawing."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart, its caption and its table."""

    heading: str
    note: str
    svg: str
    twin: Twin


@dataclass(frozen=True, slots=True)
class Measure:
    """How one quantity is named, scaled and written."""

    heading: str
    y_label: str
    write: Write
    note: str = ""
    references: tuple[Reference, ...] = ()
    log: bool = False


def one_decimal(value: float | None) -> str:
    """A T-score: one decimal."""
    return number(value, 1)


def change(value: float | None) -> str:
    """A percent change: one decimal and its sign."""
    return number(value, 1, sign=True)


def two_decimals(value: float | None) -> str:
    """A relative level: two decimals."""
    return number(value, 2)


def find(strategy: Mapping[str, Any], path: Sequence[str]) -> Band | None:
    """The band at a path of keys, or None where the engine gave none or gave only missing values."""
    found: Any = strategy
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    if not isinstance(found, Mapping):
        return None
    return found if any(finite(v) for v in found.get("median") or ()) else None


def value_at(band: Band, name: str, index: int) -> float | None:
    """One value of a band, None where it is not given."""
    values = band.get(name) or ()
    return values[index] if index < len(values) else None


def interval(band: Band, index: int, write: Write) -> str:
    """`low to high` at one place of a band, empty without an interval."""
    lo, hi = value_at(band, "lo90", index), value_at(band, "hi90", index)
    return f"{write(lo)} to {write(hi)}" if finite(lo) and finite(hi) else ""


def with_interval(band: Band, index: int, write: Write) -> str:
    """`median (low to high)` at one place of a band."""
    median, between = write(value_at(band, "median", index)), interval(band, index, write)
    return f"{median} ({between})" if between else median


def yearly(months: Sequence[int]) -> list[int]:
    """Places of the whole years, and of the last month; of all months where there is hardly a whole year."""
    found = [i for i, m in enumerate(months) if m % 12 == 0]
    if len(found) < 3:
        return list(range(len(months)))
    return found if found[-1] == len(months) - 1 else [*found, len(months) - 1]


def make_twin(
    months: Sequence[Sequence[int]], bands: Sequence[Band], names: Sequence[tuple[str, str]], write: Write
) -> Twin:
    """The table of a chart; strategies may have different months, a missing one is a dash."""
    rows: dict[int, list[str]] = {}
    for column, (ms, band) in enumerate(zip(months, bands, strict=True)):
        for i in yearly(ms):
            cells = rows.setdefault(ms[i], ["\N{EN DASH}"] * len(bands))
            cells[column] = with_interval(band, i, write)
    return Twin(tuple(names), tuple((years(m), tuple(rows[m])) for m in sorted(rows)))


def describe(
    bands: Sequence[Band], months: Sequence[Sequence[int]], names: Sequence[tuple[str, str]], write: Write
) -> str:
    """A chart in words: where each line starts and ends."""
    parts = []
    for band, ms, (short, full) in zip(bands, months, names, strict=True):
        last = max(i for i, v in enumerate(band["median"]) if finite(v))
        start, end = write(value_at(band, "median", 0)), with_interval(band, last, write)
        parts.append(f"{short}, {full}: {start} at the start, {end} after {years(ms[last])} years.")
    return " ".join(parts) + " Brackets hold 90 % intervals."


def figure(
    strategies: Sequence[Mapping[str, Any]], path: Sequence[str], measure: Measure, subject: str
) -> Figure | None:
    """One chart of all strategies that have the quantity at `path`; None if none has it."""
    drawn = [(k, s, band) for k, s in enumerate(strategies) if (band := find(s, path)) is not None]
    if not drawn:
        return None
    bands, months = [band for _, _, band in drawn], [s["months"] for _, s, _ in drawn]
    names = [(letter(k), str(s["regimen"])) for k, s, _ in drawn]
    groups = merged(drawn, log=measure.log)
    svg = line_chart(
        [series_of(group) for group in groups],
        title=f"{subject}, by strategy",
        description=describe(bands, months, names, measure.write),
        x_label=YEARS_FROM_TODAY,
        y_label=measure.y_label,
        reference_lines=measure.references,
        log=measure.log,
    )
    note = " ".join(part for part in (measure.note, shared_note(groups)) if part)
    return Figure(measure.heading, note, svg, make_twin(months, bands, names, measure.write))


_T_LINES = (Reference(LOW, f"T {number(LOW, 0)}"), Reference(OSTEOPOROSIS, f"T {number(OSTEOPOROSIS, 1)}"))
_ZERO = (Reference(0.0),)


def site_sections(strategies: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[Figure]]]:
    """Per site the T-score and the percent change, or the density where no T-score can be given."""
    measures = {
        "t_score": Measure("T-score", "T-score", one_decimal, references=_T_LINES),
        "change_pct": Measure("Change from today", "Change in density, %", change, references=_ZERO),
    }
    density = {"bmd_g_cm2": Measure("Density", "Density, g/cm²", lambda v: number(v, 3))}
    sections = []
    for site, name in SITES.items():
        has_t = any(find(s, ("sites", site, "t_score")) for s in strategies)
        wanted = measures if has_t else density | {"change_pct": measures["change_pct"]}
        found = [figure(strategies, ("sites", site, key), m, f"{name}: {m.heading}") for key, m in wanted.items()]
        if kept := [f for f in found if f]:
            sections.append((name, kept))
    return sections


def marker_figures(strategies: Sequence[Mapping[str, Any]]) -> list[Figure]:
    """Percent change of each bone marker."""
    found = []
    for key, (name, meaning) in MARKERS.items():
        measure = Measure(name, "Change, %", lambda v: number(v, 0, sign=True), f"{key}: {meaning}.", _ZERO)
        found.append(figure(strategies, ("markers", key, "change_pct"), measure, f"{name}, change from today"))
    return [f for f in found if f]


def hormone_figures(strategies: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> list[Figure]:
    """Hormone levels; the estrogens on a logarithmic axis."""
    found = []
    for key in keys:
        name, unit = HORMONES[key]
        log = key.startswith("E")
        note = "Each step up the axis multiplies the level (logarithmic scale)." if log else ""
        measure = Measure(name, f"{name}, {unit}", rounded, note, log=log)
        found.append(figure(strategies, ("hormones", key), measure, name))
    return [f for f in found if f]


def drug_figures(strategies: Sequence[Mapping[str, Any]], units: Mapping[str, str]) -> list[Figure]:
    """Plasma level of each drug that any strategy contains."""
    names = sorted({name for s in strategies for name in s.get("drugs") or {}})
    found = []
    for name in names:
        unit = f", {units[name]}" if name in units else ""
        measure = Measure(name.capitalize(), f"Level in plasma{unit}", rounded)
        found.append(figure(strategies, ("drugs", name), measure, f"{name}, level in plasma"))
    return [f for f in found if f]


def level_figures(strategies: Sequence[Mapping[str, Any]], group: str) -> list[Figure]:
    """Cells, or bone: the known ones in their order, then whatever else the engine gave."""
    known = CELLS if group == "cells" else BONE
    keys = [*known, *sorted({k for s in strategies for k in s.get(group) or {}} - set(known))]
    found = []
    for key in keys:
        name = known.get(key, human(key).capitalize())
        found.append(figure(strategies, (group, key), Measure(name, "Relative level", two_decimals), name))
    return [f for f in found if f]
