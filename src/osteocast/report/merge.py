"""Courses that coincide are drawn as one line: all strategies with one inhibitor share their estradiol."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from osteocast.report.charts import Series, style_number

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
RELATIVE = 0.002
Band = Mapping[str, Sequence[float | None]]
Drawn = tuple[int, Mapping[str, Any], Band]


def letter(index: int) -> str:
    """The letter a strategy carries on the page: A, B, ... Z, A1, B1, ..."""
    again, at = divmod(index, len(LETTERS))
    return LETTERS[at] + (str(again) if again else "")


def same_course(one: Band, other: Band, *, log: bool) -> bool:
    """True where two bands would be drawn one on top of the other."""
    seen = [v for v in one["median"] if v is not None]
    room = 0.0 if log else RELATIVE * (max(seen) - min(seen))
    for name in ("median", "lo90", "hi90"):
        mine, theirs = one.get(name) or (), other.get(name) or ()
        if len(mine) != len(theirs):
            return False
        for a, b in zip(mine, theirs, strict=True):
            if a != b and (a is None or b is None or not math.isclose(a, b, rel_tol=RELATIVE, abs_tol=room)):
                return False
    return True


def merged(drawn: Sequence[Drawn], *, log: bool) -> list[list[Drawn]]:
    """Strategies (place in the list, strategy, band) in groups with one course each."""
    groups: list[list[Drawn]] = []
    for item in drawn:
        for group in groups:
            if group[0][1]["months"] == item[1]["months"] and same_course(group[0][2], item[2], log=log):
                group.append(item)
                break
        else:
            groups.append([item])
    return groups


def series_of(group: Sequence[Drawn]) -> Series:
    """The line of a group, in the style of its first strategy and labelled with every letter."""
    k, strategy, band = group[0]
    return Series(
        label="".join(letter(j) for j, _, _ in group),
        x=[m / 12 for m in strategy["months"]],
        median=band["median"],
        lo90=band.get("lo90") or (),
        hi90=band.get("hi90") or (),
        style=style_number(k),
        shared=len(group) > 1,
    )


def shared_note(groups: Sequence[Sequence[Drawn]]) -> str:
    """Which strategies share a line, in words."""
    shared = [[letter(k) for k, _, _ in group] for group in groups if len(group) > 1]
    return " ".join(f"{', '.join(names[:-1])} and {names[-1]} share one line." for names in shared)
