"""Every published result beside its simulation, misses included: charts, tables and how far off they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from osteocast.evidence.density import Evidence
from osteocast.evidence.targets import Target
from osteocast.report.published import Plot, plots_of, tally
from osteocast.report.words import MARKERS, QUALITY, SITES, human, number
from osteocast.trials.published import QUANTITIES
from osteocast.trials.validate import Comparison

FAR = 1.5
"""A miss of more than so many standard deviations is listed at the top."""
NORMAL = 1.96
CHANGES = ("percent_change",)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_SEXES = {"female": "women", "male": "men"}


@dataclass(frozen=True, slots=True)
class Row:
    """One published result as text."""

    study: str
    what: str
    when: str
    published: str
    simulated: str
    error: str
    z: str
    inside: bool | None
    citation: str
    year: str
    quality: str
    remembered: bool
    note: str


@dataclass(frozen=True, slots=True)
class Section:
    """Results of one kind."""

    heading: str
    tally: str
    plots: tuple[Plot, ...]
    rows: tuple[Row, ...]


def year_of(citation: str) -> str:
    """The year of a publication, the first in its citation; a dash where there is none."""
    found = _YEAR.search(citation)
    return found[0] if found else "\N{EN DASH}"


def quantity_words(name: str) -> str:
    """What was measured, in words."""
    site = QUANTITIES.get(name, name)
    if site in SITES:
        return SITES[site]
    return MARKERS[name][0] if name in MARKERS else human(name)


def _evidence(one: Comparison) -> Evidence:
    row = one.target
    return Evidence(
        id=row.text("id"),
        study=row.text("study"),
        drug=str(row.regimen),
        site=quantity_words(row.text("quantity")),
        from_month=row.number("from_month") or 0.0,
        to_month=row.required("to_month"),
        observed=row.observed,
        sd=row.number("sd"),
        simulated=one.simulated,
        difference=row.comparator is not None,
        quality=row.text("quality"),
        citation=row.text("citation"),
    )


def _when(row: Target) -> str:
    if row.text("measure") in CHANGES:
        return f"{row.number('from_month') or 0:g} to {row.required('to_month'):g}"
    month = row.number("to_month")
    return "\N{EN DASH}" if month is None else f"{month:g}"


def _row(one: Comparison) -> Row:
    row, z = one.target, one.z
    sd = row.number("sd")
    error = None if one.simulated is None else one.simulated - row.observed
    arms = str(row.regimen) + (f" against {row.comparator}" if row.comparator is not None else "")
    return Row(
        study=f"{row.text('study')}: {arms}",
        what=f"{quantity_words(row.text('quantity'))}, {row.text('unit')}",
        when=_when(row),
        published=_figure(row.observed) + (f" ± {_figure(NORMAL * sd)}" if sd else ""),
        simulated=_figure(one.simulated) if one.simulated is not None else one.reason or "\N{EN DASH}",
        error=number(error, 1, sign=True),
        z=number(z, 1, sign=True),
        inside=None if error is None or sd is None else abs(error) <= NORMAL * sd,
        citation=row.text("citation"),
        year=year_of(row.text("citation")),
        quality=QUALITY.get(row.text("quality"), row.text("quality")),
        remembered=row.text("quality") == "memory",
        note=row.text("note"),
    )


def _figure(value: float | None) -> str:
    """A value with the digits that it can bear: one decimal from 1 up, else two significant ones."""
    if value is None:
        return "\N{EN DASH}"
    return number(value, 1 if abs(value) >= 1 or not value else 2)


def evidence_view(compared: Sequence[Comparison], fractures: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Everything the page prints.

    Args:
        compared: every row of the table with what was simulated for it, see `trials.comparisons.kept`.
        fractures: `rows` of `evidence/fracture_results.json`.
    """
    sections = [section for kind in _KINDS for section in _sections(compared, kind)]
    shown = {row for _, choose, _, _ in _KINDS for row in map(_id, filter(choose, compared))}
    rest = [one for one in compared if _id(one) not in shown and one.target.text("group") != "fracture"]
    judged = [one for one in compared if one.z is not None]
    far = sorted((one for one in judged if abs(one.z or 0.0) > FAR), key=lambda one: -abs(one.z or 0.0))
    return {
        "count": len(compared),
        "judged": len(judged),
        "rms": number(sqrt(sum((one.z or 0.0) ** 2 for one in judged) / max(len(judged), 1)), 2),
        "far": [_row(one) for one in far],
        "sections": sections,
        "rest": [_row(one) for one in rest],
        "fractures": [_fracture(target, fractures or {}) for target in _fracture_rows(compared, fractures or {})],
        "studies": len({one.target.text("study") for one in compared}),
    }


def _id(one: Comparison) -> str:
    return one.target.text("id")


def _is_change(one: Comparison, kind: str) -> bool:
    return one.target.kind == kind and one.target.text("measure") in CHANGES


Choose = Callable[[Comparison], bool]
_KINDS: tuple[tuple[str, Choose, str, str], ...] = (
    ("Bone density", lambda one: _is_change(one, "density"), "Change in density, %", "change in density, %"),
    ("Turnover markers", lambda one: _is_change(one, "marker"), "Change, %", "change, %"),
    ("Hormones", lambda one: _is_change(one, "hormone"), "Change, %", "change, %"),
)
"""Kinds that are drawn: heading, which results, name of the axis, measure in words."""


def _sections(compared: Sequence[Comparison], kind: tuple[str, Choose, str, str]) -> list[Section]:
    """The charts of one kind, apart for women and men."""
    heading, choose, x_label, measure = kind
    found = []
    for sex, people in _SEXES.items():
        mine = [one for one in compared if choose(one) and one.target.text("sex") == sex]
        if not mine:
            continue
        plots: list[Plot] = []
        for name in dict.fromkeys(one.target.text("quantity") for one in mine):
            own = [_evidence(one) for one in mine if one.target.text("quantity") == name]
            own.sort(key=lambda one: (one.study, one.difference, one.remembered, one.to_month, one.from_month))
            plots += plots_of(f"{quantity_words(name)}, {people}", own, x_label=x_label, measure=measure)
        said = tally([_evidence(one) for one in mine])
        found.append(Section(f"{heading}, {people}", said, tuple(plots), tuple(_row(one) for one in mine)))
    return found


def _fracture_rows(compared: Sequence[Comparison], fractures: Mapping[str, Any]) -> list[Target]:
    return [one.target for one in compared if _id(one) in fractures]


def _fracture(row: Target, fractures: Mapping[str, Any]) -> dict[str, Any]:
    one = fractures[row.text("id")]
    low_high = one["interval"]
    inside = None if low_high is None else bool(low_high[0] <= one["simulated"] <= low_high[1])
    return {
        "study": one["study"],
        "arms": str(row.regimen) + (f" against {row.comparator}" if row.comparator is not None else ""),
        "what": f"{human(one['quantity'])}, {one['unit']}",
        "published": f"{one['observed']:g}" + ("" if low_high is None else f" ({low_high[0]:g} to {low_high[1]:g})"),
        "simulated": f"{one['simulated']:.3g}",
        "inside": inside,
        "fitted": one["role"] != "check",
        "citation": row.text("citation"),
        "year": year_of(row.text("citation")),
        "quality": QUALITY.get(row.text("quality"), row.text("quality")),
        "remembered": row.text("quality") == "memory",
    }
