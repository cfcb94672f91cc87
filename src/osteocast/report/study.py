"""A published study drawn beside its simulation: charts with its points, and every miss in a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from osteocast.errors import OsteocastError
from osteocast.report.charts import Marker, Reference, Series, line_chart, style_number
from osteocast.report.figures import Figure, change, describe, find, make_twin
from osteocast.report.merge import letter
from osteocast.report.scales import finite
from osteocast.report.words import QUALITY, SITES, human, number, years


@dataclass(frozen=True, slots=True)
class Compared:
    """One published value beside the simulated one."""

    letter: str
    style: int
    arm: str
    site: str
    period: str
    observed: str
    simulated: str
    difference: str
    inside: bool | None
    quality: str
    remembered: bool


def _at(band: Mapping[str, Any], month: float) -> float | None:
    """The simulated median at a month, between output months by a straight line."""
    months, median = band["months"], band["median"]
    known = [(m, v) for m, v in zip(months, median, strict=False) if finite(v)]
    for (m0, v0), (m1, v1) in zip(known, known[1:], strict=False):
        if m0 <= month <= m1:
            return float(v0 + (v1 - v0) * (month - m0) / (m1 - m0))
    return float(known[0][1]) if len(known) == 1 and known[0][0] == month else None


def _since(value: float, base: float) -> float:
    """Percent change from a later start, from two percent changes that share the first start."""
    return 100 * ((1 + value / 100) / (1 + base / 100) - 1)


def _onto(value: float, base: float) -> float:
    return 100 * ((1 + value / 100) * (1 + base / 100) - 1)


def simulated(band: Mapping[str, Any], point: Mapping[str, Any]) -> float | None:
    """What the model says where a study published a value: the caller's statistic, else the median course.

    A point with `from_month` is a change since that month, so the simulated change is taken since then too.
    """
    if finite(point.get("simulated")):
        return float(point["simulated"])
    now, start = _at(band, point["month"]), point.get("from_month") or 0
    if not start or now is None:
        return now
    base = _at(band, start)
    return None if base is None else _since(now, base)


def drawn_at(points: Sequence[Mapping[str, Any]], band: Mapping[str, Any], point: Mapping[str, Any]) -> float | None:
    """Where a published value stands on an axis of change since the start.

    A change since a later month is set on the value published for that month, or else on the simulated one.
    """
    start = point.get("from_month") or 0
    if not start:
        return float(point["value"])
    published = next((p["value"] for p in points if p["month"] == start and not p.get("from_month")), None)
    base = published if published is not None else _at(band, start)
    return None if base is None else _onto(point["value"], base)


def compare_point(
    k: int, arm: Mapping[str, Any], site: str, band: Mapping[str, Any], point: Mapping[str, Any]
) -> Compared:
    """One row of the table: published, simulated, difference."""
    model, sd, start = simulated(band, point), point.get("sd"), point.get("from_month") or 0
    miss = None if model is None else model - point["value"]
    quality = str(point.get("quality") or "")
    bar = f" ± {number(1.96 * sd, 1)}" if sd is not None else ""
    return Compared(
        letter=letter(k),
        style=style_number(k),
        arm=str(arm["label"]),
        site=SITES.get(site, human(site)),
        period=f"{start} to {point['month']}",
        observed=change(point["value"]) + bar,
        simulated=change(model),
        difference=change(miss),
        inside=abs(miss) <= 1.96 * sd if miss is not None and sd is not None else None,
        quality=QUALITY.get(quality, quality),
        remembered=quality == "memory",
    )


def _markers(k: int, band: Mapping[str, Any]) -> list[Marker]:
    points, found = band.get("observed") or (), []
    for p in points:
        if (y := drawn_at(points, band, p)) is not None:
            label = f"Published, {years(p['month'])} years: {change(y)} %"
            found.append(Marker(p["month"] / 12, y, 1.96 * (p.get("sd") or 0.0), style_number(k), label))
    return found


def site_figure(study: Mapping[str, Any], site: str) -> Figure:
    """All arms at one site, simulated course and published points."""
    arms = [(k, a, a["sites"][site]) for k, a in enumerate(study["arms"]) if find(a, ("sites", site))]
    names = [(letter(k), str(a["label"])) for k, a, _ in arms]
    bands, months = [b for _, _, b in arms], [b["months"] for _, _, b in arms]
    series = [
        Series(
            letter(k),
            [m / 12 for m in b["months"]],
            b["median"],
            b.get("lo90") or (),
            b.get("hi90") or (),
            style_number(k),
        )
        for k, _, b in arms
    ]
    off = study.get("off_treatment_from_month")
    lines = [Reference(0.0)] + ([Reference(off / 12, "treatment ends", "x")] if off is not None else [])
    name = SITES.get(site, human(site))
    markers = [m for k, _, b in arms for m in _markers(k, b)]
    words = f"{describe(bands, months, names, change)} Points with bars: {len(markers)} published values."
    svg = line_chart(
        series,
        title=f"{name}: simulated course and published values",
        description=words,
        x_label="Years from start of treatment",
        y_label="Change in density, %",
        reference_lines=lines,
        markers=markers,
    )
    return Figure(name, "", svg, make_twin(months, bands, names, change))


def study_view(study: Mapping[str, Any]) -> dict[str, Any]:
    """Everything the study page prints.

    Raises:
        OsteocastError: if the study has no arm with a simulated site.
    """
    arms = list(study.get("arms") or ())
    sites = [s for s in SITES if any(find(a, ("sites", s)) for a in arms)]
    sites += sorted({s for a in arms for s in a.get("sites") or {} if find(a, ("sites", s))} - set(sites))
    if not sites:
        raise OsteocastError(
            "no arm has a simulated site", where="arms", fix="give each arm `sites` with months and median"
        )
    compared = [
        compare_point(k, a, site, band, p)
        for site in sites
        for k, a in enumerate(arms)
        if (band := (a.get("sites") or {}).get(site)) and find(a, ("sites", site))
        for p in band.get("observed") or ()
    ]
    judged = [c for c in compared if c.inside is not None]
    return {
        "title": study.get("title", "Study"),
        "citation": study.get("citation", ""),
        "quality": QUALITY.get(str(study.get("quality") or ""), study.get("quality") or ""),
        "remembered": study.get("quality") == "memory",
        "arms": [
            (letter(k), style_number(k), str(a["label"]), str(a.get("regimen") or "")) for k, a in enumerate(arms)
        ],
        "figures": [site_figure(study, s) for s in sites],
        "compared": compared,
        "hits": sum(1 for c in judged if c.inside),
        "judged": len(judged),
        "off_years": years(study["off_treatment_from_month"])
        if study.get("off_treatment_from_month") is not None
        else None,
        "notes": list(study.get("notes") or ()),
    }
