"""People in blocks of one size, which share the processor's cores."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from osteocast.bench.cases import Case

BLOCK = 1024
"""People simulated together: their numbers stay in the processor's near memory."""


def in_blocks(asked: Case, solve: Callable[[Case], np.ndarray]) -> np.ndarray:
    """Solve a case block by block.

    Args:
        asked: the case.
        solve: gives an array whose last axis is people, for a case of `BLOCK` people; a last block that is short is
            filled up with its last person.

    Returns:
        What `solve` gives, for all people of the case.
    """

    def solved(some: Case) -> np.ndarray:
        return solve(some.filled(BLOCK))[..., : some.people]

    blocks = [asked.some(first, first + BLOCK) for first in range(0, asked.people, BLOCK)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return np.concatenate(list(pool.map(solved, blocks)), axis=-1)
