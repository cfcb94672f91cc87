"""The mechanism from a tablet to bone as a drawing whose quantities move with a time cursor, and as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from osteocast.report.figures import with_interval
from osteocast.report.mechanism_chain import Chain
from osteocast.report.mechanism_words import NAMES, capital, sentence, written
from osteocast.report.moving import Frames, place_of
from osteocast.report.words import rounded, years

LEAST = {"aromatase": 100.0, "signal": 100.0, "lumbar_spine": 5.0, "total_hip": 5.0}
"""What a gauge reaches at least, by quantity; folds of a young adult reach 2."""
COLUMNS = (0, 3, 6, 12, 24, 36, 60, 84, 120, 180, 240, 480)
"""Months of the table."""
Data = Mapping[str, Any]


@dataclass(frozen=True)
class Diagram:
    """The drawing of one strategy.

    Attributes:
        regimen: the strategy.
        svg: the drawing at the first place of the cursor.
        frames: what moves, as JSON.
        sentences: the state in words, one a month.
        columns: heads of the table.
        rows: name and unit, and a cell a column.
    """

    regimen: str
    svg: str
    frames: str
    sentences: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def reaches(data: Sequence[Data]) -> dict[str, float]:
    """What each gauge reaches, the same in drawings that stand side by side.

    Args:
        data: what `Mechanism.to_dict` gives, one a drawing.
    """
    found: dict[str, float] = {}
    for one in data:
        for name, band in one["quantities"].items():
            least = 0.0 if name in ("estradiol", "testosterone", "lh") else 2.0
            most = max(abs(value) for value in band["median"])
            found[name] = max(found.get(name, LEAST.get(name, least)), most)
    return found


def diagram(data: Data, month: float = 0.0, most: Mapping[str, float] | None = None) -> Diagram:
    """Draw the chain under one strategy.

    Args:
        data: what `Mechanism.to_dict` gives.
        month: where the cursor stands at first.
        most: what gauges reach, see `reaches`.
    """
    frames = Frames(data["months"], place_of(data["months"], month))
    drawn = Chain(data, frames, dict(most or reaches([data])))
    svg = drawn.svg()
    sentences = tuple(sentence(data, place) for place in range(len(data["months"])))
    frames.text("sentence", sentences)
    columns = [month for month in COLUMNS if month in data["months"]]
    if columns[-1] != data["months"][-1]:
        columns.append(data["months"][-1])
    return Diagram(
        str(data["regimen"]),
        svg,
        frames.to_json(),
        sentences,
        tuple("start" if not month else f"year {years(month)}" for month in columns),
        tuple(_rows(data, columns)),
    )


def _rows(data: Data, columns: Sequence[int]) -> list[tuple[str, tuple[str, ...]]]:
    """The table: the same numbers as the drawing, with their intervals."""
    places = [data["months"].index(month) for month in columns]
    rows = []
    for one in data["taken"]:
        cells = [
            with_interval(one["level"], place, rounded) if one["level"] else "yes" if one["given"][place] else "no"
            for place in places
        ]
        rows.append((f"{capital(one['name'])}{', ' + one['unit'] if one['unit'] else ''}", tuple(cells)))
    for name, band in data["quantities"].items():
        cells = [with_interval(band, place, lambda value, name=name: written(name, value)) for place in places]  # type: ignore[misc]
        rows.append((f"{NAMES[name]}, {data['units'][name]}", tuple(cells)))
    return rows
