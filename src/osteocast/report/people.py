"""Virtual people beside their targets, drawn: distributions, shares by age, correlations."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Any

from osteocast.report.charts import Marker, Series, line_chart
from osteocast.report.figures import Figure, Twin
from osteocast.report.words import QUALITY, human, number, plain, rounded

TARGET, SAMPLE = 1, 2
"""Styles of the two lines."""
COLUMNS = (("T", "target, %"), ("S", "sample, %"))
ROLES = {"given": "set by the design", "usual": "usual", "bent": "usual; moved by what is given or by the rules"}
HALF_90 = 1.645


def people_view(result: Mapping[str, Any]) -> dict[str, Any]:
    """Everything the page prints.

    Args:
        result: what `osteocast people --json` prints.
    """
    return {
        "n": result["n"],
        "seed": result["seed"],
        "population": _population(result["population"]),
        "curves": [_distribution(one) for one in result["quantities"] if one["curve"]],
        "shares": [_by_age(one) for one in result["shares"] if len(one["by_age"]) > 1],
        "scatter": _scatter([one for one in result["correlations"] if one["sample"] is not None]),
        "rows": [_row(one) for one in result["quantities"]],
        "share_rows": [_share_row(one) for one in result["shares"]],
        "pairs": [_pair_row(one) for one in result["correlations"]],
        "parameters": [_parameter_row(one) for one in result["parameters"]],
    }


def _population(population: Mapping[str, Any]) -> list[str]:
    """What was asked for, a line each."""
    said = [{"female": "Women", "male": "Men"}[population["sex"]]]
    for name, value in population["given"].items():
        parts = [f"{key} {part:g}" for key, part in value.items()] if isinstance(value, Mapping) else [f"{value:g}"]
        said.append(f"Given {human(name)}: {', '.join(parts)}")
    said += [f"Rule: {plain(rule)}" for rule in population["inclusion"]]
    said += [f"Correlations, {plain(name)}: {value:g}" for name, value in population["correlations"].items()]
    return said


def _named(text: str) -> str:
    """A label at the head of a row or chart."""
    return text[:1].upper() + text[1:]


def _lines(label: str, x_label: str, x: list[float], target: list[float], sample: list[float]) -> tuple[str, Twin]:
    """A chart of the target's line and the sample's, and its table."""
    svg = line_chart(
        [Series("T", x, target, style=TARGET), Series("S", x, sample, style=SAMPLE)],
        title=f"{label}: target and sample",
        description=f"{label}: share of people, target (T) and sample (S), at {len(x)} places; see the table.",
        x_label=x_label,
        y_label="People, % a bin",
    )
    rows = tuple((rounded(at), (number(t, 2), number(s, 2))) for at, t, s in zip(x, target, sample, strict=True))
    return svg, Twin(COLUMNS, rows)


def _distribution(one: Mapping[str, Any]) -> Figure:
    """The distribution of a quantity."""
    curve, label = one["curve"], _named(one["label"])
    unit = "" if one["unit"] == "1" else f", {one['unit']}"
    svg, twin = _lines(label, f"{label}{unit}", curve["x"], curve["target"], curve["sample"])
    return Figure(label, ROLES[one["role"]], svg, twin)


def _by_age(one: Mapping[str, Any]) -> Figure:
    """The share of people with a risk factor, by age; the band is the sampling error of the sample."""
    label, bands = _named(one["label"]), one["by_age"]
    x = [band["age"] for band in bands]
    target, sample = ([100.0 * band[key] for band in bands] for key in ("target", "sample"))
    half = [HALF_90 * 100.0 * sqrt(max(band["target"] * (1.0 - band["target"]), 0.0) / band["n"]) for band in bands]
    series = [
        Series("T", x, target, style=TARGET),
        Series(
            "S",
            x,
            sample,
            [max(at - part, 0.0) for at, part in zip(sample, half, strict=True)],
            [at + part for at, part in zip(sample, half, strict=True)],
            style=SAMPLE,
        ),
    ]
    svg = line_chart(
        series,
        title=f"{label}: target and sample by age",
        description=f"{label}: share by age, target (T) and sample (S) with 90 % sampling error; see the table.",
        x_label="Age, years",
        y_label="People, %",
    )
    rows = tuple((number(a, 0), (number(t, 1), number(s, 1))) for a, t, s in zip(x, target, sample, strict=True))
    return Figure(label, ROLES[one["role"]], svg, Twin(COLUMNS, rows))


def _scatter(pairs: list[Mapping[str, Any]]) -> str:
    """Every correlation: target across, sample up, and the line on which both are equal."""
    if not pairs:
        return ""
    values = [one[key] for one in pairs for key in ("target", "sample")]
    ends = [min(values), max(values)]
    markers = [_marker(one) for one in pairs]
    far = max(abs(one["sample"] - one["target"]) for one in pairs)
    return line_chart(
        [Series("=", ends, ends, style=TARGET)],
        title="Correlations: target and sample",
        description=f"{len(pairs)} correlations; the largest distance from the target is {number(far, 3)}.",
        x_label="Target",
        y_label="Sample, with 90 % sampling error",
        markers=markers,
    )


def _marker(one: Mapping[str, Any]) -> Marker:
    label = f"{_pair(one)}: {number(one['sample'], 2)}"
    return Marker(one["target"], one["sample"], HALF_90 * one["error"], SAMPLE, label)


def _pair(one: Mapping[str, Any]) -> str:
    return " and ".join(one["labels"]) + (f", {one['among']}" if one["among"] else "")


def _origin(one: Mapping[str, Any]) -> tuple[str, str, str, bool]:
    quality = str(one["quality"])
    return str(one["basis"]), str(one["source"]), QUALITY.get(quality, quality), quality == "memory"


def _row(one: Mapping[str, Any]) -> tuple[Any, ...]:
    target, sample = one["target"], one["sample"]
    unit = "" if one["unit"] == "1" else str(one["unit"])
    cells = tuple(rounded(part[key]) for key in ("mean", "sd") for part in (target, sample))
    return _named(one["label"]), unit, cells, ROLES[one["role"]], *_origin(one)


def _share_row(one: Mapping[str, Any]) -> tuple[Any, ...]:
    cells = tuple(number(100.0 * one[key], 1) for key in ("target", "sample"))
    return _named(one["label"]), "%", cells, ROLES[one["role"]], *_origin(one)


def _pair_row(one: Mapping[str, Any]) -> tuple[Any, ...]:
    cells = tuple(number(one[key], 2, sign=True) for key in ("target", "sample"))
    return _pair(one), "", cells, ROLES[one["role"]], *_origin(one)


def _parameter_row(one: Mapping[str, Any]) -> tuple[Any, ...]:
    cells = tuple(rounded(one[part][key]) for key in ("median", "log_sd") for part in ("target", "sample"))
    unit = "" if one["unit"] == "1" else str(one["unit"])
    return _named(human(one["name"])), unit, cells, ROLES[one["role"]], *_origin(one)
