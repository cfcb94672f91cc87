"""The moving drawings of several cases side by side, ready for the template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from osteocast.report import mechanism, why_bars
from osteocast.report.levels import Said
from osteocast.web import scenes
from osteocast.web.wording import say


@dataclass(frozen=True)
class Panel:
    """One case.

    Attributes:
        title: of the case.
        regimen: the treatment.
        support: class of support of the forecast.
        chain: the drawing from tablet to bone.
        why: what the change is made of; None where it was not worked out.
    """

    title: Said
    regimen: str
    support: str
    chain: mechanism.Diagram
    why: why_bars.Split | None


@dataclass(frozen=True)
class Moving:
    """Panels under one time cursor.

    Attributes:
        panels: the cases.
        last: last month.
        month: where the cursor stands at first.
        notes: what must be known beside.
    """

    panels: tuple[Panel, ...]
    last: int
    month: int
    notes: tuple[str, ...] = ()


def moving(
    cases: Sequence[Mapping[str, Any]], titles: Sequence[Said], month: int, notes: Sequence[str] = ()
) -> Moving:
    """Draw cases side by side, on the same scales.

    Args:
        cases: each with `mechanism`, `regimen`, `support` and, where it was worked out, `why`.
        titles: of the cases.
        month: where the cursor stands at first.
        notes: what must be known beside.
    """
    most = mechanism.reaches([one["mechanism"] for one in cases])
    split = [one["why"] for one in cases if one.get("why")]
    reach = why_bars.reach(split) if split else None
    panels = []
    for title, one in zip(titles, cases, strict=True):
        data = one["mechanism"]
        why = why_bars.split(one["why"], data["months"], month, reach) if one.get("why") else None
        panels.append(Panel(title, data["regimen"], one["support"], mechanism.diagram(data, month, most), why))
    last = max(one["mechanism"]["months"][-1] for one in cases)
    return Moving(tuple(panels), int(last), min(month, int(last)), tuple(notes))


def of_scene(name: str) -> Moving:
    """The drawings of a ready scene, simulated if that has not been done yet."""
    one, found = scenes.scene(name), scenes.simulated(name)
    titles = [say(f"{one.key}.case.{case.name}") for case in one.cases]
    return moving(found["cases"], titles, one.month, found["notes"])
