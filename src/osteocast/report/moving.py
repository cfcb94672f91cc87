"""Drawings that move with a time cursor: what each of their parts is at every month, worked out on the server.

The page's script only copies: at a month it puts the stored value into the stored attribute. What a reader sees is
therefore what is tested here, and the first drawing is complete without any script.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from osteocast.report.words import escaped


@dataclass
class Frames:
    """What moves in one drawing.

    Attributes:
        months: of the values, increasing.
        at: place of the month that is drawn at first.
        attributes: values by part and attribute.
        texts: values by part.
    """

    months: Sequence[int]
    at: int = 0
    attributes: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)

    def moving(self, part: str, **values: Sequence[str]) -> str:
        """The attributes of an element as they are drawn at first; they follow the cursor.

        Args:
            part: its name, once in a drawing.
            **values: by attribute, one value a month; `stroke_width` stands for `stroke-width`.
        """
        named = {name.replace("_", "-"): self._whole(series) for name, series in values.items()}
        if part in self.attributes:
            raise ValueError(f"{part} moves twice")
        self.attributes[part] = named
        drawn = " ".join(f'{name}="{escaped(series[self.at])}"' for name, series in named.items())
        return f'data-part="{escaped(part)}" {drawn}'

    def text(self, part: str, values: Sequence[str], kind: str = "", tag: str = "tspan") -> str:
        """An element whose text follows the cursor.

        Args:
            part: its name, once in a drawing.
            values: one text a month.
            kind: its classes.
            tag: the element.
        """
        if part in self.texts:
            raise ValueError(f"{part} is written twice")
        self.texts[part] = self._whole(values)
        named = f' class="{escaped(kind)}"' if kind else ""
        return f'<{tag}{named} data-text="{escaped(part)}">{escaped(values[self.at])}</{tag}>'

    def _whole(self, series: Sequence[str]) -> list[str]:
        if len(series) != len(self.months):
            raise ValueError(f"{len(series)} values for {len(self.months)} months")
        return [str(one) for one in series]

    def to_json(self) -> str:
        """Everything that moves, for the page's script; a value that never changes is left out. It can stand in HTML
        as it is."""

        def changes(series: list[str]) -> bool:
            return any(one != series[0] for one in series)

        moving = {
            part: kept
            for part, named in self.attributes.items()
            if (kept := {name: series for name, series in named.items() if changes(series)})
        }
        texts = {part: series for part, series in self.texts.items() if changes(series)}
        found = {"months": list(self.months), "attributes": moving, "texts": texts}
        text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
        return text.replace("&", r"\u0026").replace("<", r"\u003c")


def place_of(months: Sequence[int], month: float) -> int:
    """Place of the last month that is not after the one asked for; the first where all are after it."""
    return max((place for place, one in enumerate(months) if one <= month), default=0)
