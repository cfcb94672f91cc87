"""Every published result behind a comparison, once for each set of drugs: forest plots and the same as tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil
from typing import Any

from osteocast.evidence.density import Evidence
from osteocast.report.charts import style_number
from osteocast.report.figures import change
from osteocast.report.forest import forest_chart, months
from osteocast.report.merge import letter
from osteocast.report.words import QUALITY, SITES, human, number

MOST_ROWS = 16
"""A chart of more rows is split, so that it fits a printed page and a screen or two of a phone."""
X_LABEL = "Change in density, %"
Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Line:
    """One published result as text: a row of the table beneath its chart."""

    months: str
    observed: str
    simulated: str
    error: str
    inside: bool | None


@dataclass(frozen=True, slots=True)
class Source:
    """Results of one study from one source: a heading of the table and its rows."""

    study: str
    difference: bool
    citation: str
    quality: str
    remembered: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart of one site, or of a part of its results, and its table."""

    heading: str
    subject: str
    svg: str
    sources: tuple[Source, ...]
    measure: str = "change in density, %"


@dataclass(frozen=True, slots=True)
class DrugSet:
    """The results of one set of drugs, with the strategies (letter, style) that rest on them."""

    heading: str
    strategies: tuple[Key, ...]
    tally: str
    plots: tuple[Plot, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """Everything the section prints; `without` are strategies none of whose drugs has a published result."""

    tally: str
    sets: tuple[DrugSet, ...]
    without: tuple[Key, ...]


def _result(record: Mapping[str, Any]) -> Evidence:
    """A result as `compare --json` holds it; older files lack some keys."""
    return Evidence(
        id=str(record["id"]),
        study=str(record.get("study", "")),
        drug=str(record["drug"]),
        site=str(record["site"]),
        from_month=record.get("from_month") or 0,
        to_month=record["to_month"],
        observed=record["observed"],
        sd=record.get("sd"),
        simulated=record.get("simulated"),
        difference=bool(record.get("difference")),
        quality=str(record.get("quality") or ""),
        citation=str(record.get("citation") or ""),
    )


def tally(results: Sequence[Evidence]) -> str:
    """How many simulated values lie inside the bars, and how far they are from the published ones on average."""
    judged = [one.inside for one in results if one.inside is not None]
    apart = [abs(one.simulated - one.observed) for one in results if one.simulated is not None]
    if not apart:
        return "none of them simulated"
    left = len(results) - len(judged)
    unjudged = f" ({left} more cannot be judged)" if left else ""
    said = f"{sum(judged)} of {len(judged)} simulated values lie inside the bars{unjudged}"
    return f"{said}; mean absolute difference {number(sum(apart) / len(apart))} points"


def _line(one: Evidence) -> Line:
    bar = f" ± {number(one.half)}" if one.sd is not None else ""
    return Line(
        months=months(one),
        observed=change(one.observed) + bar,
        simulated=change(one.simulated) + _range(one),
        error=change(None if one.simulated is None else one.simulated - one.observed),
        inside=one.inside,
    )


def _range(one: Evidence) -> str:
    """The range of the simulated value in brackets, empty where it has none."""
    ends = one.simulated_range
    return "" if ends is None else f" ({change(ends[0])} to {change(ends[1])})"


def _sources(results: Sequence[Evidence]) -> Iterator[Source]:
    """The rows of a table, those that follow one another from one source together."""
    for _, same in groupby(results, key=lambda p: (p.study, p.difference, p.citation, p.quality)):
        lines = list(same)
        first = lines[0]
        quality = QUALITY.get(first.quality, first.quality)
        rows = tuple(_line(one) for one in lines)
        yield Source(first.study, first.difference, first.citation, quality, first.remembered, rows)


def _in_parts(results: Sequence[Evidence]) -> list[Sequence[Evidence]]:
    """Results in parts of about equal length, none longer than `MOST_ROWS`."""
    size = ceil(len(results) / ceil(len(results) / MOST_ROWS))
    return [results[at : at + size] for at in range(0, len(results), size)]


def _plots(drug: str, results: Sequence[Evidence]) -> Iterator[Plot]:
    """The charts of one set of drugs, site by site."""
    present = {one.site for one in results}
    for site in [*(s for s in SITES if s in present), *sorted(present - set(SITES))]:
        here = sorted(
            (one for one in results if one.site == site),
            key=lambda p: (p.study, p.difference, p.remembered, p.to_month, p.from_month),
        )
        parts = _in_parts(here)
        for k, part in enumerate(parts, start=1):
            name = SITES.get(site, human(site)) + (f", part {k} of {len(parts)}" if len(parts) > 1 else "")
            title = f"{name}: published and simulated results of {drug}"
            svg = forest_chart(part, title=title, x_label=X_LABEL, beside=here)
            yield Plot(name, f"{_capital(drug)}, {name.lower()}", svg, tuple(_sources(part)))


def plots_of(name: str, results: Sequence[Evidence], *, x_label: str, measure: str) -> tuple[Plot, ...]:
    """The charts of one quantity over many studies, in the order given.

    Args:
        name: the quantity, as a heading.
        results: its published results, each with what was simulated for it.
        x_label: name and unit of the axis.
        measure: what is changed, and its unit, in words.
    """
    parts = _in_parts(results) if results else []
    found = []
    for k, part in enumerate(parts, start=1):
        heading = name + (f", part {k} of {len(parts)}" if len(parts) > 1 else "")
        svg = forest_chart(part, title=f"{heading}: published and simulated", x_label=x_label, beside=results)
        found.append(Plot(heading, heading, svg, tuple(_sources(part)), measure))
    return tuple(found)


def published(strategies: Sequence[Mapping[str, Any]]) -> Published | None:
    """Every published result that any strategy rests on, once; None where no strategy says (older results).

    Args:
        strategies: the `strategies` of `compare --json`, with `support.evidence`.
    """
    sets: dict[str, dict[str, Evidence]] = {}
    used: dict[str, dict[Key, None]] = {}
    without: list[Key] = []
    for k, strategy in enumerate(strategies):
        evidence = (strategy.get("support") or {}).get("evidence")
        if evidence is None:
            continue
        key = letter(k), style_number(k)
        if not evidence:
            without.append(key)
        for record in evidence:
            one = _result(record)
            sets.setdefault(one.drug, {})[one.id] = one
            used.setdefault(one.drug, {})[key] = None
    if not sets and not without:
        return None
    found = [
        DrugSet(_capital(drug), tuple(used[drug]), tally(results), tuple(_plots(drug, results)))
        for drug, results in ((drug, list(by_id.values())) for drug, by_id in sets.items())
    ]
    every = [one for by_id in sets.values() for one in by_id.values()]
    return Published(tally(every), tuple(found), tuple(without))


def _capital(text: str) -> str:
    """Text that begins with a capital, and is otherwise as it was."""
    return text[:1].upper() + text[1:]
