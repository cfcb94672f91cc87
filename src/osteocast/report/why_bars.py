"""What a change of density is made of, as bars that follow the time cursor of the mechanism."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from osteocast.report import mechanism_parts as parts
from osteocast.report.drawing import drawing
from osteocast.report.figures import change, with_interval
from osteocast.report.moving import Frames, place_of
from osteocast.report.words import SITES, escaped, years

ROWS = (
    ("change", "Whole change", "whole"),
    ("remodelling_space", "Open pits: come back", "back"),
    ("mineralisation", "Soft new bone: comes back", "back"),
    ("thinning", "Thin struts: slowly, in part", "slow"),
    ("perforation", "Lost struts: do not", "gone"),
    ("ageing", "Age: does not", "age"),
    ("calcium", "Calcium: while taken", "age"),
    ("interaction", "Together: the rest", "age"),
)
"""Key, words, class. Together they make the whole, but for medians, which need not add up."""
SHOWN = ("lumbar_spine", "total_hip")
WIDTH, BETWEEN, NUMBERS = 310, 14, 66
ROW, HEAD = 46, 26
LEAST = 3.0
"""A bar's end stands for no less than so many per cent."""


@dataclass(frozen=True)
class Split:
    """The drawing and its table.

    Attributes:
        svg: at the first place of the cursor.
        frames: what moves, as JSON.
        year: of the bars at first.
        columns: years of the table.
        rows: site and part, and a cell a year.
    """

    svg: str
    frames: str
    year: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def _bands(result: Mapping[str, Any], site: str) -> dict[str, Mapping[str, Any]]:
    block = result["sites"][site]
    return {"change": block["change_pct"], **block["parts"], **block["imbalance"]}


def split(result: Mapping[str, Any], months: Sequence[int], month: float = 0.0, most: float | None = None) -> Split:
    """Draw the parts of a change.

    Args:
        result: what `osteocast why --json` prints; its months are whole years.
        months: of the cursor; between two years the bars stay at the earlier one.
        month: where the cursor stands at first.
        most: what a bar reaches each way [%], see `reach`.
    """
    frames = Frames(months, place_of(months, month))
    own = [place_of(result["months"], one) for one in months]
    top = most or reach([result])
    half = (WIDTH - BETWEEN) / 2
    pieces = []
    shown = [row for row in ROWS if any(any(_bands(result, site)[row[0]]["median"]) for site in SHOWN)]
    for side, site in enumerate(SHOWN):
        x = side * (half + BETWEEN)
        pieces.append(f'<text class="title" x="{x:.0f}" y="14">{escaped(SITES[site])}</text>')
        bands = _bands(result, site)
        for place, (key, _, kind) in enumerate(shown):
            y = HEAD + ROW * place + 22
            values = [float(bands[key]["median"][k]) for k in own]
            texts = [f"{change(one)} %" for one in values]
            pieces.append(f'<g class="{kind}">')
            pieces.append(parts.both_ways(frames, f"{site}-{key}", x, y, half - NUMBERS, values, top))
            pieces.append(f'<text class="end" x="{x + half:.0f}" y="{y + 9}">')
            pieces.append(frames.text(f"{site}-{key}-text", texts, "number") + "</text></g>")
    for place, (_, words, _) in enumerate(shown):
        pieces.append(f'<text class="soft" x="0" y="{HEAD + ROW * place + 15}">{escaped(words)}</text>')
    said = [f"year {years(result['months'][k])}" for k in own]
    frames.text("year", said)
    columns = [k for k, one in enumerate(result["months"]) if one in (12, 24, 36, 60, 84, 120) or one == months[-1]]
    rows = [
        (
            f"{SITES[site]}: {words.lower()}",
            tuple(with_interval(_bands(result, site)[key], k, change) for k in columns),
        )
        for site in SHOWN
        for key, words, _ in shown
    ]
    last = ". ".join(f"{name}: {cells[-1]} %" for name, cells in rows)
    svg = drawing(
        "".join(pieces),
        WIDTH,
        HEAD + ROW * len(shown) + 4,
        f"What the change is made of: {result['regimen']}",
        f"After {years(result['months'][-1])} years. {last}.",
        "mechanism why",
    )
    heads = tuple(f"year {years(result['months'][k])}" for k in columns)
    return Split(svg, frames.to_json(), said[frames.at], heads, tuple(rows))


def reach(results: Sequence[Mapping[str, Any]]) -> float:
    """What bars reach each way in drawings that stand side by side [%]."""
    values = [
        abs(float(value))
        for result in results
        for site in SHOWN
        for key, _, _ in ROWS
        for value in _bands(result, site)[key]["median"]
    ]
    return max(LEAST, *values)
