"""Every published number beside the simulated one, kept so that showing them needs no simulation."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from osteocast.evidence.targets import CALIBRATION, read_targets
from osteocast.trials.manifest import parameter_set
from osteocast.trials.validate import Comparison

KEPT = CALIBRATION.parent / "comparisons.json"
DIGITS = 5


def keep(comparisons: Iterable[Comparison], path: Path = KEPT) -> None:
    """Write what `validate` found.

    Args:
        comparisons: of all rows of the table.
        path: where to.
    """
    rows = {
        one.target.text("id"): {
            "simulated": None if one.simulated is None else float(f"{one.simulated:.{DIGITS}g}"),
            "reason": one.reason,
        }
        for one in comparisons
    }
    content = {"made_by": "osteocast validate --keep", "parameters": parameter_set(), "rows": rows}
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    os.replace(partial, path)
    _read.cache_clear()


@cache
def _read() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(KEPT.read_text(encoding="utf-8"))
    return found


def current() -> bool:
    """Whether they were made with the parameters in force."""
    return bool(_read()["parameters"] == parameter_set())


def kept() -> tuple[Comparison, ...]:
    """Every row of the table with what was simulated for it; a row added since then says that it was not."""
    rows = _read()["rows"]
    new = {"simulated": None, "reason": "not simulated yet"}
    return tuple(
        Comparison(target, found["simulated"], found["reason"])
        for target in read_targets()
        for found in (rows.get(target.text("id"), new),)
    )
