"""The page of a virtual trial: how far people spread, endpoints by arm, contrasts, published values beside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from osteocast.report.charts import Marker, Reference, Series, line_chart, style_number
from osteocast.report.figures import Figure, Twin, change, with_interval
from osteocast.report.merge import letter
from osteocast.report.scales import finite
from osteocast.report.study import drawn_at
from osteocast.report.words import HORMONES, MARKERS, QUALITY, SITES, human, number, years

STYLES = {5: 3, 25: 2, 50: 1, 75: 2, 95: 3}
"""Line and colour of each percentile: those as far from the middle look alike."""
NORMAL = 1.96


@dataclass(frozen=True, slots=True)
class Beside:
    """A published value and the simulated one, as text."""

    arms: str
    what: str
    published: str
    simulated: str
    difference: str
    inside: bool | None
    citation: str
    quality: str
    remembered: bool


def trial_view(result: Mapping[str, Any]) -> dict[str, Any]:
    """Everything the page of a finished trial prints.

    Args:
        result: what `trials.beside.page_data` gives.
    """
    names = [str(arm["name"]) for arm in result["arms"]]
    compared = [_beside(result, one) for one in result["published"]]
    judged = [one for one in compared if one.inside is not None]
    return {
        "title": result["title"],
        "arms": [
            (letter(k), style_number(k), result["labels"][name], result["regimens"][name], result["arms"][k]["n"])
            for k, name in enumerate(names)
        ],
        "sections": list(_sections(result)),
        "endpoints": list(_endpoints(result)),
        "counted": any(one["events"] is not None for arm in result["arms"] for one in arm["endpoints"]),
        "contrasts": [_contrast(result, one) for one in result["contrasts"]],
        "compared": compared,
        "hits": sum(1 for one in judged if one.inside),
        "judged": len(judged),
        "notes": result["notes"],
        "manifest": result["manifest"],
    }


def quantity_words(name: str) -> str:
    """A quantity, marker, hormone or event in words."""
    if name in SITES:
        return SITES[name]
    if name in MARKERS:
        return MARKERS[name][0]
    found = next((words for key, (words, _) in HORMONES.items() if key.startswith(f"{name}_")), None)
    return found or human(name).capitalize()


def _sections(result: Mapping[str, Any]) -> Iterator[tuple[str, list[Figure]]]:
    """One heading a quantity, one chart an arm."""
    quantities = dict.fromkeys(str(one["quantity"]) for one in result["spread"])
    for name in quantities:
        own = [one for one in result["spread"] if one["quantity"] == name]
        yield quantity_words(name), [predictive_check(result, one, own) for one in own]


def predictive_check(
    result: Mapping[str, Any], one: Mapping[str, Any], beside: Sequence[Mapping[str, Any]]
) -> Figure:
    """Percentiles of the people of one arm over the visits, each with its interval, and published values on top.

    Args:
        result: of the trial.
        one: its entry of `spread`.
        beside: entries of the same quantity, whose values the axis holds too, so that arms can be compared.
    """
    at = [month / 12 for month in one["months"]]
    rows = sorted(one["percentiles"], key=lambda row: -row["percentile"])
    series = [
        Series(f"{row['percentile']}", at, row["value"], row["lo90"], row["hi90"], STYLES[row["percentile"]])
        for row in rows
    ]
    label = str(result["labels"][one["arm"]])
    markers = list(_markers(result, one))
    words = " ".join(_described(row, one) for row in rows)
    other = [value for entry in beside for row in entry["percentiles"] for value in row["value"] if finite(value)]
    svg = line_chart(
        series,
        title=f"{quantity_words(one['quantity'])}, {label}: percentiles of people",
        description=f"{words} Points with bars: {len(markers)} published values.",
        x_label="Years from start of treatment",
        y_label="Change in measured value, %",
        reference_lines=[Reference(0.0)],
        markers=markers,
        within=(min(other), max(other)) if other else (),
    )
    columns = tuple((f"{row['percentile']}th", "percentile") for row in rows)
    cells = tuple(
        (years(month), tuple(with_interval(_band(row), place, change) for row in rows))
        for place, month in enumerate(one["months"])
    )
    note = f"{one['n'][0]} people, {one['n'][-1]} seen at the last visit"
    return Figure(label, note, svg, Twin(columns, cells))


def _band(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"median": row["value"], "lo90": row["lo90"], "hi90": row["hi90"]}


def _described(row: Mapping[str, Any], one: Mapping[str, Any]) -> str:
    last = max((place for place, value in enumerate(row["value"]) if finite(value)), default=0)
    said = with_interval(_band(row), last, change)
    return f"{row['percentile']}th percentile: {said} after {years(one['months'][last])} years."


def _markers(result: Mapping[str, Any], one: Mapping[str, Any]) -> Iterator[Marker]:
    """Published values of the arm; a change since a later visit is set on the value published for that visit."""
    points = [
        row for row in result["published"] if row["quantity"] == one["quantity"] and row["arms"] == [one["arm"]]
    ]
    middle = next(row for row in one["percentiles"] if row["percentile"] == 50)
    band = {"months": one["months"], "median": middle["value"]}
    for point in points:
        place = drawn_at(points, band, point)
        if place is not None:
            label = f"Published, {years(point['month'])} years: {change(place)} %"
            yield Marker(point["month"] / 12, place, NORMAL * (point["sd"] or 0.0), 1, label)


def endpoint_words(one: Mapping[str, Any]) -> str:
    """An endpoint in words."""
    name, month, start = quantity_words(str(one["quantity"])), one["month"], one["from_month"]
    when = f"month {month:g}" if one["measure"] == "level" else f"month {start:g} to {month:g}"
    unit = {"percent_change": "change, %", "change": "change", "level": "level", "event": "people with it, %"}
    return f"{name}: {unit[one['measure']]}, {when}"


def _endpoints(result: Mapping[str, Any]) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """Each endpoint with a row an arm: arm, n, mean, median, sd, interval, events."""
    first = result["arms"][0]["endpoints"] if result["arms"] else ()
    for place, one in enumerate(first):
        rows = []
        for k, arm in enumerate(result["arms"]):
            own = arm["endpoints"][place]
            interval = _between(own["lo95"], own["hi95"])
            events = "" if own["events"] is None else f"{own['events']:,}"
            name = f"{letter(k)} {result['labels'][arm['name']]}"
            rows.append(
                (name, f"{own['n']:,}", *(_figure(own[key]) for key in ("mean", "median", "sd")), interval, events)
            )
        yield f"{endpoint_words(one)} (interval: {one['interval']})", rows


def _contrast(result: Mapping[str, Any], one: Mapping[str, Any]) -> tuple[str, ...]:
    """A contrast as text: arms, endpoint, difference, interval, p, hazard ratio, method."""
    arms = " minus ".join(str(result["labels"][name]) for name in one["arms"])
    p = "\N{EN DASH}" if one["p"] is None else "<0.001" if one["p"] < 0.001 else number(one["p"], 3)
    ratio = (
        ""
        if one["ratio"] is None
        else f"{number(one['ratio'], 2)} ({_between(one['ratio_lo95'], one['ratio_hi95'])})"
    )
    interval = _between(one["lo95"], one["hi95"])
    return arms, endpoint_words(one), _figure(one["difference"]), interval, p, ratio, str(one["method"])


def _months(one: Mapping[str, Any]) -> str:
    return f"month {one['from_month']:g} to {one['month']:g}"


def _figure(value: float | None) -> str:
    return number(value, 2)


def _between(lo: float | None, hi: float | None) -> str:
    return "\N{EN DASH}" if lo is None or hi is None else f"{number(lo, 2)} to {number(hi, 2)}"


def _beside(result: Mapping[str, Any], one: Mapping[str, Any]) -> Beside:
    simulated = one["simulated"] or {"value": None, "lo95": None, "hi95": None}
    value, sd = simulated["value"], one["sd"]
    miss = None if value is None else value - one["value"]
    quality = str(one["quality"])
    bar = f" ± {number(NORMAL * sd, 1)}" if sd is not None else ""
    interval = "" if simulated["lo95"] is None else f" ({_between(simulated['lo95'], simulated['hi95'])})"
    return Beside(
        arms=" minus ".join(str(result["labels"][name]) for name in one["arms"]),
        what=f"{quantity_words(one['quantity'])}, {one['statistic']}, {_months(one)}",
        published=change(one["value"]) + bar,
        simulated=change(value) + interval,
        difference=change(miss),
        inside=None if miss is None or sd is None else abs(miss) <= NORMAL * sd,
        citation=str(one["citation"]),
        quality=QUALITY.get(quality, quality),
        remembered=quality == "memory",
    )
