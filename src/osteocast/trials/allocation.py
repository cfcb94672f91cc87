"""Who is in which arm, and which people make a chunk.

People are numbered from 1. Allocation is simple randomisation by an exponential race: for every arm a person has an
exponential number keyed by the seed, the person and the arm's name, divided by the arm's share, and goes where it is
least. The probability of an arm is its share of all shares. So a larger trial moves nobody, the order of the arms
does not matter, and one more arm moves only those who go to it: everybody else keeps arm, data and noise.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from osteocast.people.streams import uniforms
from osteocast.trials.design import Design

CHUNK = 2000
"""People numbered in a row that are simulated and written together; the files of a chunk hold those of one arm."""


def chunks(n: int) -> range:
    """Numbers of the chunks of a trial of `n` people."""
    return range(-(-n // CHUNK))


def chunk_ids(chunk: int, n: int) -> np.ndarray:
    """Ids of the people of a chunk, all arms together."""
    return np.arange(chunk * CHUNK + 1, min((chunk + 1) * CHUNK, n) + 1, dtype=np.uint32)


def padded(ids: np.ndarray, size: int = CHUNK) -> np.ndarray:
    """Ids repeated up to one size, so that random numbers are compiled once."""
    return np.resize(ids, size) if len(ids) else np.ones(size, np.uint32)


def arm_index(design: Design, ids: np.ndarray, seed: int) -> np.ndarray:
    """Index of each person's arm, shape (people,)."""
    full = padded(ids, -(-len(ids) // CHUNK) * CHUNK)
    race = [-np.log1p(-uniforms(seed, f"allocation: {arm.name}", full)) / arm.share for arm in design.arms]
    return np.asarray(np.argmin(race, axis=0)[: len(ids)])


def members(design: Design, arm: str, chunk: int, n: int, seed: int) -> np.ndarray:
    """Ids of a chunk's people in an arm; with `every_arm` all of them."""
    ids = chunk_ids(chunk, n)
    if design.every_arm or len(design.arms) == 1:
        return ids
    return np.asarray(ids[arm_index(design, ids, seed) == design.arm_names.index(arm)])


def tasks(design: Design, n: int) -> Iterator[tuple[str, int]]:
    """Every (arm, chunk) of a trial, chunk by chunk."""
    return ((arm, chunk) for chunk in chunks(n) for arm in design.arm_names)
