"""The page of `trial replicate`: every published result beside trials of its own size, by quantity and by study."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from osteocast.evidence.density import BAR, Replication
from osteocast.report.published import Plot, plots_of, tally
from osteocast.report.words import MARKERS, QUALITY, SITES, human, number

DENSITIES = {
    "LS_BMD": "lumbar_spine",
    "TH_BMD": "total_hip",
    "FN_BMD": "femoral_neck",
    "radius_BMD": "one_third_radius",
}
UNITS = {"age": "years", "years_since_menopause": "years", "age_at_menopause": "years", "bmi": "kg/m²",
         "e2": "pmol/L", "testosterone": "nmol/L"}  # fmt: skip
WORDS = {"e2": "estradiol", "postmenopausal": "past menopause"}
COUNTS = {"assumed": "assumed", "trial": "as elsewhere in the trial", "row": ""}
WHOLE = 100.0


@dataclass(frozen=True, slots=True)
class Row:
    """One published result as text."""

    what: str
    months: str
    people: str
    published: str
    simulated: str
    inside: bool | None
    reason: str


@dataclass(frozen=True, slots=True)
class Source:
    """Results of one study from one source."""

    study: str
    citation: str
    quality: str
    remembered: bool
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Study:
    """One cohort: its people, its arms, its results."""

    name: str
    people: str
    arms: tuple[tuple[str, str], ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Charts of quantities that share a unit."""

    heading: str
    tally: str
    plots: tuple[Plot, ...]


def replicate_view(result: Mapping[str, Any]) -> dict[str, Any]:
    """Everything the page of replicated studies prints.

    Args:
        result: what `trial replicate --json` prints.
    """
    return {
        "sections": list(_sections(result)),
        "studies": [_study(entry) for entry in result["studies"]],
        "summary": result["summary"],
        "settings": result["settings"],
    }


def _replication(row: Mapping[str, Any]) -> Replication:
    lo, hi = row["published_lo95"], row["published_hi95"]
    return Replication(
        id=str(row["id"]),
        study=str(row["study"]),
        drug="",
        site=str(row["quantity"]),
        from_month=row["from_month"] or 0,
        to_month=row["month"],
        observed=row["published"],
        sd=None if lo is None else (hi - lo) / 2.0 / BAR,
        simulated=row["simulated"],
        difference=len(row["arms"]) > 1,
        quality=str(row["quality"]),
        citation=str(row["citation"]),
        low=row["simulated_lo95"],
        high=row["simulated_hi95"],
    )


def _sections(result: Mapping[str, Any]) -> Iterator[Section]:
    """Density, markers, and hormones that change; what has another unit stands in the tables alone."""
    every = [row for entry in result["studies"] for row in entry["rows"] if row["measure"] == "percent_change"]
    hormones = dict.fromkeys(
        row["quantity"] for row in every if row["quantity"] not in DENSITIES and row["quantity"] not in MARKERS
    )
    for heading, names, measure in (
        ("Bone density", {key: SITES[site] for key, site in DENSITIES.items()}, "change in density, %"),
        ("Markers of turnover", {key: name for key, (name, _) in MARKERS.items()}, "change in the marker, %"),
        ("Hormones", {key: human(key) for key in hormones}, "change, %"),
    ):
        found: list[Plot] = []
        seen: list[Replication] = []
        for key, name in names.items():
            points = [_replication(row) for row in every if row["quantity"] == key]
            seen += points
            found += plots_of(name, points, x_label=measure[:1].upper() + measure[1:], measure=measure)
        if found:
            yield Section(heading, tally(seen), tuple(found))


def _study(entry: Mapping[str, Any]) -> Study:
    return Study(
        name=str(entry["study"]),
        people=", ".join(_people(entry["population"])),
        arms=tuple((str(arm["name"]), str(arm["regimen"])) for arm in entry["arms"]),
        sources=tuple(_sources(entry["rows"])),
    )


def _sources(rows: Sequence[Mapping[str, Any]]) -> Iterator[Source]:
    """Rows that follow one another from one source together."""
    for (study, citation, quality), same in groupby(
        rows, key=lambda row: (str(row["study"]), str(row["citation"]), str(row["quality"]))
    ):
        words = QUALITY.get(quality, quality)
        yield Source(study, citation, words, quality == "memory", tuple(_row(row) for row in same))


def _people(population: Mapping[str, Any]) -> Iterator[str]:
    """The people of a cohort in words."""
    yield "women" if population["sex"] == "female" else "men"
    for name, one in population["given"].items():
        words, unit = WORDS.get(name, human(name)), f" {UNITS[name]}" if name in UNITS else ""
        if name == "postmenopausal":
            yield "past menopause" if one else "before menopause"
        elif isinstance(one, Mapping):
            yield f"{words} {_short(one['mean'])} (sd {_short(one['sd'])}){unit}"
        else:
            yield f"{words} {_short(one)}{unit}"
    yield from (f"before month 0 {regimen}" for regimen in population["prior_therapy"])


def _short(value: float) -> str:
    return number(value, 0 if abs(value) >= WHOLE or value == round(value) else 1)


def _row(row: Mapping[str, Any]) -> Row:
    source = COUNTS[row["n_from"]]
    start, end = row["from_month"], row["month"]
    return Row(
        what=f"{DENSITIES_WORDS.get(row['quantity'], human(row['quantity']))}, {row['statistic']}, {row['unit']}",
        months=f"{end:g}" if row["measure"] == "level" else f"{start:g}\N{EN DASH}{end:g}",
        people=" + ".join(f"{n:,}" for n in row["n"]) + (f" ({source})" if source else ""),
        published=_interval(row, "published"),
        simulated=_interval(row, "simulated"),
        inside=row["in_published"],
        reason=str(row["reason"] or ""),
    )


DENSITIES_WORDS = {key: SITES[site].lower() for key, site in DENSITIES.items()}


def _interval(row: Mapping[str, Any], name: str) -> str:
    """`value (low to high)`, or a dash."""
    values: Sequence[float | None] = [row[name], row[f"{name}_lo95"], row[f"{name}_hi95"]]
    largest = max((abs(value) for value in values if value is not None), default=0.0)
    value, lo, hi = (number(one, 0 if largest >= WHOLE else 1 if largest >= WHOLE / 10 else 2) for one in values)
    return value if values[1] is None else f"{value} ({lo} to {hi})"
