"""The engine at its default step, in blocks that share the processor's cores."""

from __future__ import annotations

import numpy as np

from osteocast.bench.blocks import BLOCK, in_blocks
from osteocast.bench.cases import MONTHS, WANTED, Case


def solve(asked: Case) -> np.ndarray:
    """Relative density, shape (sites, outputs, people)."""
    return in_blocks(asked, _block)


def _block(asked: Case) -> np.ndarray:
    from osteocast.engine.run import run

    found = run(
        asked.values,
        [asked.regimen],
        np.zeros(BLOCK, int),
        MONTHS,
        start_month=asked.start_month,
        wanted=WANTED,
        lean=True,
    ).quantity
    return np.stack([found[name] for name in WANTED])
