"""The charts of the person page: those of the report, with what was measured and, for two strategies, both bands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from osteocast.forecast.history import OLD_SCAN_MONTHS
from osteocast.people.person import Person, Scan
from osteocast.report.charts import Marker, Reference, Series, line_chart
from osteocast.report.drawing import BOTTOM, drawing, line_below, ticks_below
from osteocast.report.figures import Figure, Measure, change, describe, find, make_twin, one_decimal, with_interval
from osteocast.report.levels import Said, capital, term
from osteocast.report.merge import letter, merged, series_of, shared_note
from osteocast.report.scales import axis_for
from osteocast.report.twin_forecast import T_SCORE
from osteocast.report.words import escaped, number, rounded
from osteocast.web.wording import say

SITES = ("lumbar_spine", "total_hip")
SHOWN_MARKERS = ("sCTX", "P1NP")
BOTH_BANDS = 2
"""Strategies up to which the middle half is drawn beside the 90 % band."""
HALF = 1.645
"""Standard deviations from the middle to an end of a 90 % interval."""
BEFORE = 6
"""Style of the forecast without the later results."""
Blocks = Sequence[Mapping[str, Any]]


class Drawn(NamedTuple):
    """A chart with its heading at three reading levels, and its table."""

    heading: Said
    note: Said
    figure: Figure


def charts(blocks: Blocks, person: Person, sites: Sequence[str] = SITES) -> list[Drawn]:
    """Density, markers and hormones of all strategies."""
    found = [_density(blocks, person, site) for site in sites]
    for name in SHOWN_MARKERS:
        write = _signed
        measure = Measure(name, say("chart.change").intermediate, write, references=(Reference(0.0),))
        found.append(
            _chart(blocks, ("markers", name, "change_pct"), measure, say("chart.marker", name=term("fact", name)))
        )
    hormones = ("E2_pmol_l",) if person.sex == "female" else ("E2_pmol_l", "T_nmol_l")
    for name in hormones:
        unit = "pmol/L" if name.startswith("E2") else "nmol/L"
        heading = capital(term("fact", name.split("_")[0]))
        measure = Measure(name, f"{heading.intermediate}, {unit}", rounded, log=name.startswith("E2"))
        found.append(_chart(blocks, ("hormones", name), measure, heading, say("chart.log") if measure.log else None))
    return [one for one in found if one is not None]


def _signed(value: float | None) -> str:
    return number(value, 0, sign=True)


def _density(blocks: Blocks, person: Person, site: str) -> Drawn | None:
    measure = Measure("T-score", "T-score", one_decimal, references=T_SCORE.references)
    heading = capital(say("forecast.chart", site=term("site", site)))
    return _chart(blocks, ("sites", site, "t_score"), measure, heading, markers=measured(person, site))


def measured(person: Person, site: str, since_years: float = 0.0) -> tuple[Marker, ...]:
    """Scans of a site as points with their 90 % error, years from month 0 plus `since_years`; none from before the
    left end of the chart, but for those that count as of that day."""
    found = []
    for scan in person.scans:
        if scan.site != site:
            continue
        year = person.month_of(scan.date) / 12.0 + since_years
        if year < -OLD_SCAN_MONTHS / 12.0:
            continue
        spread = HALF * scan.precision_pct / 100.0 * scan.bmd / _sd(scan.site, scan.device)
        words = say("chart.scan", value=number(scan.t, 1), device=scan.device).intermediate
        found.append(Marker(max(year, 0.0), scan.t, spread, BEFORE, words))
    return tuple(found)


def _sd(site: str, device: str) -> float:
    from osteocast.measure import dxa

    return float(dxa.reference(site, device).sd_g_cm2)


def _chart(
    blocks: Blocks,
    path: Sequence[str],
    measure: Measure,
    heading: Said,
    note: Said | None = None,
    markers: Sequence[Marker] = (),
) -> Drawn | None:
    drawn = [(k, one, band) for k, one in enumerate(blocks) if (band := find(one, path)) is not None]
    if not drawn:
        return None
    bands, months = [band for _, _, band in drawn], [one["months"] for _, one, _ in drawn]
    names = [(letter(k), str(one["regimen"])) for k, one, _ in drawn]
    groups = merged(drawn, log=measure.log)
    series = [series_of(group) for group in groups]
    if len(blocks) <= BOTH_BANDS:
        series = [
            replace(one, lo50=group[0][2].get("lo50") or (), hi50=group[0][2].get("hi50") or ())
            for one, group in zip(series, groups, strict=True)
        ]
    svg = line_chart(
        series,
        title=heading.intermediate,
        description=describe(bands, months, names, measure.write),
        x_label=say("chart.years").intermediate,
        y_label=measure.y_label,
        reference_lines=measure.references,
        markers=markers,
        log=measure.log,
    )
    shared = shared_note(groups)
    words = Said(*(f"{one} {shared}".strip() for one in note)) if note else Said(shared, shared, shared)
    figure = Figure(heading.intermediate, "", svg, make_twin(months, bands, names, measure.write))
    return Drawn(heading, words, figure)


def narrowing(before: Mapping[str, Any], now: Mapping[str, Any], person: Person, months: float) -> Iterator[Drawn]:
    """The forecast as it was at the start beside the one after the later results, with what was measured.

    Args:
        before: the first strategy, of the person without the later results.
        now: the same from the day of the last result on.
        person: as of that day.
        months: from the start to that day.
    """
    for site in SITES:
        old, new = before["sites"][site]["t_score"], now["sites"][site]["t_score"]
        points = measured(person, site, months / 12.0)
        if not any(point.x > 1e-6 for point in points):
            continue
        later = [month + months for month in now["months"]]
        names = [(say(f"narrow.{key}").intermediate, "") for key in ("before", "after")]
        series = [
            Series("", [m / 12 for m in before["months"]], old["median"], old["lo90"], old["hi90"], BEFORE),
            Series(
                "",
                [m / 12 for m in later],
                new["median"],
                new["lo90"],
                new["hi90"],
                1,
                False,
                new["lo50"],
                new["hi50"],
            ),
        ]
        bands, all_months = [old, new], [before["months"], later]
        heading = capital(say("narrow.heading", site=term("site", site)))
        svg = line_chart(
            series,
            title=heading.intermediate,
            description=" ".join(
                _told(band, ms, name) for band, ms, (name, _) in zip(bands, all_months, names, strict=True)
            ),
            x_label=say("narrow.years").intermediate,
            y_label="T-score",
            reference_lines=T_SCORE.references,
            markers=points,
        )
        table = make_twin(all_months, bands, names, one_decimal)
        yield Drawn(
            heading, narrower(old, new, before["months"], later), Figure(heading.intermediate, "", svg, table)
        )


def _told(band: Mapping[str, Any], months: Sequence[float], name: str) -> str:
    return f"{escaped(name)}: {with_interval(band, len(months) - 1, one_decimal)} at the end."


def narrower(
    old: Mapping[str, Any], new: Mapping[str, Any], old_months: Sequence[float], later: Sequence[float]
) -> Said:
    """By how much the interval at a common year is narrower: five years from the start, else the last there is."""
    wanted = 60.0 if later[0] <= 60.0 <= min(old_months[-1], later[-1]) else min(old_months[-1], later[-1])
    i = min(range(len(old_months)), key=lambda at: abs(old_months[at] - wanted))
    j = min(range(len(later)), key=lambda at: abs(later[at] - wanted))
    was, now = old["hi90"][i] - old["lo90"][i], new["hi90"][j] - new["lo90"][j]
    share = 100.0 * (now / was - 1.0) if was > 0 else 0.0
    return say(
        "narrow.by",
        year=number(wanted / 12.0, 1).removesuffix(".0"),
        was=number(was, 2),
        now=number(now, 2),
        share=f"{change(share)} %",
    )


TIMELINE_WIDTH, TIMELINE_HEIGHT = 440, 84


def timeline(person: Person, months: float) -> str:
    """When what was measured, along the years from the start of treatment.

    Args:
        person: as of the start, with results of any day.
        months: from the start to the day of the forecast [month].
    """
    seen = [(person.month_of(one.date) / 12.0, one) for one in person.results]
    years = [year for year, _ in seen]
    x = axis_for([*years, 0.0, max(2.0, months / 12.0)], 16.0, TIMELINE_WIDTH - 16.0, pad=0.02)
    floor = TIMELINE_HEIGHT - BOTTOM
    parts = [ticks_below(x, floor, 8), line_below(x, floor, say("timeline.axis").intermediate)]
    for at, key in ((0.0, "start"), (months / 12.0, "today")):
        if key == "start" or months > 0.0:
            place = x.place(at)
            anchor = "end" if place > TIMELINE_WIDTH / 2 else "start"
            shift = -4 if anchor == "end" else 4
            words = escaped(say(f"timeline.{key}").intermediate)
            parts.append(f'<path class="reference" d="M{place:.1f},4V{floor}"/>')
            parts.append(f'<text class="name" x="{place + shift:.1f}" y="14" text-anchor="{anchor}">{words}</text>')
    told = []
    for k, (year, one) in enumerate(sorted(seen, key=lambda pair: pair[0])):
        is_scan = isinstance(one, Scan)
        what = term("site", one.site).intermediate if isinstance(one, Scan) else term("fact", one.name).intermediate
        value = f"T-score {number(one.t, 1)}" if isinstance(one, Scan) else f"{one.value:g} {one.unit}"
        words = say("timeline.point", year=number(year, 1), what=what, value=value).intermediate
        told.append(words)
        height = floor - 8 - 9 * (k % 2)
        shape = (
            f'<circle cx="{x.place(year):.1f}" cy="{height}" r="4"/>'
            if is_scan
            else f'<path d="M{x.place(year) - 3.7:.1f},{height - 3.7:.1f}h7.4v7.4h-7.4z"/>'
        )
        parts.append(f'<g class="published s{1 if is_scan else 4}"><title>{escaped(words)}</title>{shape}</g>')
    title = say("timeline.title").intermediate
    return drawing("".join(parts), TIMELINE_WIDTH, TIMELINE_HEIGHT, title, " ".join(told) or title)
