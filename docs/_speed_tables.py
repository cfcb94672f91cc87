"""Tables of the page on speed, from what `osteocast bench --json` wrote into `docs/speed.json`."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from _markdown import table

STORED = Path(__file__).parent / "speed.json"


@cache
def _measured() -> dict[str, Any]:
    return json.loads(STORED.read_text(encoding="utf-8"))


def peers() -> str:
    """Every simulator beside the engine."""
    found = _measured()
    daily = found["daily"]
    rows = [
        ["osteocast, default step", "untreated", f"{found['person_decades_per_s']:,.0f}", "", _off(found)],
        ["osteocast, default step", "daily", f"{daily['person_decades_per_s']:,.0f}", "", _off(daily)],
    ]
    rows += [
        [
            peer["name"],
            peer["case"],
            f"{peer['person_decades_per_s']:,.3g}",
            f"{peer['ratio']:,.3g} times",
            _off(peer),
        ]
        for peer in found["peers"]
    ]
    head = ["simulator", "people", "person-decades a second", "osteocast is faster by", "largest error of density"]
    return table(head, rows)


def growth() -> str:
    """Time and memory with the number of people."""
    rows = [
        [f"{one['persons']:,}", f"{one['wall_s']:.1f}", f"{one['peak_rss_mb']:,.0f}"]
        for one in _measured()["scaling"]
    ]
    return table(["people", "seconds", "peak memory, MB"], rows) + f"\nSlope of log time on log people: {_slope()}.\n"


def floor() -> str:
    """How near the engine is to the floor of its arithmetic."""
    least = _measured()["floor"]
    return (
        f"A step of one person takes {least['arithmetic']:.0f} additions, multiplications and divisions and "
        f"{least['transcendental']:.0f} exponentials and logarithms, as the compiler counts them. One core here does "
        f"{least['arithmetic_per_ns']:.1f} of the first and {least['transcendental_per_ns']:.2f} of the second in a "
        f"nanosecond, in a loop of nothing else. That makes {least['floor_ns_per_step']:.0f} ns; the engine takes "
        f"{least['engine_ns_per_step']:.0f} ns, {least['times_floor']:.1f} times the floor.\n"
    )


def _off(one: dict[str, Any]) -> str:
    return f"{one['max_rel_error']:.0e}"


def _slope() -> str:
    return f"{_measured()['slope']:.2f}"
