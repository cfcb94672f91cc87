"""The engine at its default step, in blocks that share the processor's cores."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from osteocast.bench.cases import MONTHS, WANTED, Case

BLOCK = 1024
"""People simulated together: their numbers stay in the processor's near memory."""


def solve(asked: Case) -> np.ndarray:
    """Relative density, shape (sites, outputs, people)."""
    blocks = [asked.some(first, first + BLOCK) for first in range(0, asked.people, BLOCK)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return np.concatenate(list(pool.map(_block, blocks)), axis=-1)


def _block(asked: Case) -> np.ndarray:
    from osteocast.engine.run import run

    real = asked.people
    place = np.minimum(np.arange(BLOCK), real - 1)
    people = {name: value[place] if np.ndim(value) else value for name, value in asked.values.items()}
    found = run(
        people,
        [asked.regimen],
        np.zeros(BLOCK, int),
        MONTHS,
        start_month=asked.start_month,
        wanted=WANTED,
        lean=True,
    ).quantity
    return np.stack([found[name] for name in WANTED])[..., :real]
