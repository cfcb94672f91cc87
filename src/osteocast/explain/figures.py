"""Numbers in a text, looked up where they are kept: `{row:swan-ls}` is replaced by the published number of that row.

A text so holds no number of the model or of the evidence that was typed by hand, and each number brings its source.

| written | is |
|---|---|
| `{row:ID}` | the published number of a row of `calibration_targets.csv` |
| `{before:ID}` | the level of the same hormone before treatment, as the row gives it |
| `{model:ID}` | what the mechanism gives for that row |
| `{run:ID}` | a simulation of `claims_runs.yaml` |
| `{parameter:NAME}` | a parameter in force |
| `{harm:HARM/DRUG}` | the first such row of `harms.csv`, in 1,000 people where it is absolute |
| `{compared:HARM/DRUG}` | the same among the people compared with |
| `{lsc:SITE}`, `{lsc_worst:SITE}` | least significant change with usual, and with the worst accepted precision |
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from string import Formatter
from typing import NamedTuple

from osteocast.drugs.harms import harms
from osteocast.errors import OsteocastError
from osteocast.evidence.targets import CALIBRATION, Target, read_targets
from osteocast.explain import claims_runs
from osteocast.explain.wording import figure
from osteocast.parameters.registry import parameters

SIMULATED = ("model_errors.json", "fracture_results.json")
"""Files beside the evidence with what the mechanism gives for its rows."""
BEFORE = {"E2": "e2_baseline_pgml", "T": "t_baseline_ngdl"}
RATIOS = ("hazard_ratio",)


class Figure(NamedTuple):
    """A number in a text.

    Attributes:
        kind: how it was asked for: row, before, model, run, parameter, harm, compared,
            lsc, lsc_worst.
        of: what of.
        text: as it stands in the text.
        value: the number.
        unit: its unit.
        title: what it is.
        citation: the source; '' for a simulation.
        quality: how the source was read; '' for a simulation.
    """

    kind: str
    of: str
    text: str
    value: float
    unit: str
    title: str
    citation: str = ""
    quality: str = ""


def fill(text: str, where: str) -> tuple[str, tuple[Figure, ...]]:
    """A text with its numbers, and the numbers.

    Args:
        text: with fields such as `{row:swan-ls}`.
        where: what it belongs to, for messages.

    Raises:
        OsteocastError: a field names nothing that is kept.
    """
    parts, found = [], []
    for before, kind, of, _ in Formatter().parse(text):
        parts.append(before)
        if kind is None:
            continue
        try:
            one = LOOK_UP[kind](of or "")
        except (KeyError, IndexError):
            raise OsteocastError(
                f"there is no number '{kind}:{of}'", where=where, fix="see the table in explain/figures.py"
            ) from None
        parts.append(one.text)
        found.append(one)
    return "".join(parts), tuple(found)


def asked(text: str, kind: str) -> list[str]:
    """What a text asks for of one kind, without looking it up."""
    return [of for _, name, of, _ in Formatter().parse(text) if name == kind and of]


@cache
def _targets() -> dict[str, Target]:
    return {row.text("id"): row for row in read_targets()}


@cache
def _simulated() -> dict[str, float]:
    """Numbers that the package keeps for published rows, by id."""
    found: dict[str, float] = {}
    for name in SIMULATED:
        content = json.loads((CALIBRATION.parent / name).read_text(encoding="utf-8"))
        found |= {id_: float(one["simulated"]) for id_, one in content["rows"].items()}
    return found


def simulated_elsewhere(id_: str) -> bool:
    """Whether what the mechanism gives for a row is kept beside the evidence."""
    return id_ in _simulated()


def _about(row: Target) -> str:
    versus = f", against {row.text('comparator')}" if row.text("comparator") else ""
    end = row.text("to_month")
    span = f"months {row.text('from_month')} to {end}" if row.text("measure") == "percent_change" else f"month {end}"
    return f"{row.text('study')}: {row.text('quantity').replace('_', ' ')}, {row.text('regimen')}{versus}, {span}"


def _unit(row: Target) -> str:
    """The unit of a row; two percent changes differ by points."""
    points = row.text("comparator") and row.text("measure") == "percent_change"
    return "percentage points" if points else row.text("unit")


def _row(of: str) -> Figure:
    row = _targets()[of]
    value = row.observed
    text = f"{value:+g}" if row.text("measure") == "percent_change" else f"{value:g}"
    return Figure("row", of, text, value, _unit(row), _about(row), row.text("citation"), row.text("quality"))


def _before(of: str) -> Figure:
    row = _targets()[of]
    value = row.required(BEFORE[row.text("quantity")])
    title = f"{_about(row)}, before"
    return Figure(
        "before", of, f"{value:g}", value, row.text("unit"), title, row.text("citation"), row.text("quality")
    )


def _model(of: str) -> Figure:
    row = _targets()[of]
    value = _simulated()[of] if simulated_elsewhere(of) else claims_runs.kept()["rows"][of]
    if row.text("measure") == "percent_change":
        text = f"{value:+.1f}"
    else:
        text = f"{value:.2f}" if row.text("measure") in RATIOS else figure(value, 3)
    return Figure("model", of, text, value, _unit(row), f"simulated, as in {_about(row)}")


def _run(of: str) -> Figure:
    one = claims_runs.runs()[of]
    value = claims_runs.kept()["runs"][of]
    text = f"{value:.2f}" if one.measure == "ratio" else f"{value:+.1f}" if abs(value) >= 0.05 else "0.0"
    return Figure("run", of, text, value, one.unit, f"simulated: {one.title}")


def _parameter(of: str) -> Figure:
    one = parameters()[of]
    value = one.value("female")
    return Figure("parameter", of, figure(value, 3), value, one.unit, one.title, one.citation, one.quality)


def _harm(kind: str) -> Callable[[str], Figure]:
    def look_up(of: str) -> Figure:
        one = [each for each in harms() if f"{each.harm}/{each.drug}" == of][0]
        printed = one.value if kind == "harm" else one.other
        people = one.in_1000(printed)
        value = printed if people is None else people
        if value is None or one.remembered:  # a remembered figure is an order of magnitude, see `Harm.in_words`
            raise KeyError(of)
        unit = one.unit if people is None else f"in 1,000 people {one.over}"
        title = f"{one.title}, {one.drug if kind == 'harm' else one.comparator}"
        return Figure(
            kind, of, figure(value, 3 if people is None else 2), value, unit, title, one.citation, one.quality
        )

    return look_up


def _lsc(kind: str) -> Callable[[str], Figure]:
    def look_up(of: str) -> Figure:
        from osteocast.measure.dxa import LSC_FACTOR, precision

        one = precision(of)
        value = LSC_FACTOR * one.worst_cv_pct if kind == "lsc_worst" else one.lsc_pct
        title = f"least significant change, {of.replace('_', ' ')}"
        return Figure(kind, of, f"{value:.1f}", value, "%", title, one.source, one.quality)

    return look_up


LOOK_UP: dict[str, Callable[[str], Figure]] = {
    "row": _row,
    "before": _before,
    "model": _model,
    "run": _run,
    "parameter": _parameter,
    "harm": _harm("harm"),
    "compared": _harm("compared"),
    "lsc": _lsc("lsc"),
    "lsc_worst": _lsc("lsc_worst"),
}
