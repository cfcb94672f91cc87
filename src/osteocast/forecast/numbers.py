"""The random numbers of many draws and purposes at once: those of `people.streams`, from stored code.

`streams.normals` gives one purpose a call and needs JAX; a forecast wants some seventy purposes in a new
process. The recipe is the same, and so are the numbers (a test compares them).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Any

import numpy as np

from osteocast.errors import OsteocastError
from osteocast.forecast.stored import load, spec

PURPOSES, PEOPLE = 32, 200
"""Size of a piece."""
SEED_LIMIT = 2**63


class Table:
    """Standard normal numbers by purpose, one per draw; further purposes are added when asked for."""

    def __init__(self, seed: object, ids: np.ndarray) -> None:
        if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= seed < SEED_LIMIT:
            raise OsteocastError(f"{seed!r} cannot seed a run", where="seed", fix="give a whole number from 0 up")
        self._seed, self._ids = np.int64(seed), ids
        self._known: dict[str, np.ndarray] = {}

    def __call__(self, purpose: str) -> np.ndarray:
        """The numbers of one purpose, shape (draws,)."""
        if purpose not in self._known:
            self.add([purpose])
        return self._known[purpose]

    def add(self, purposes: Iterable[str]) -> None:
        """Make the numbers of many purposes in one go."""
        new = [purpose for purpose in dict.fromkeys(purposes) if purpose not in self._known]
        words = np.array([zlib.crc32(purpose.encode()) for purpose in new], dtype=np.uint32)
        words = np.concatenate([words, np.zeros(-len(new) % PURPOSES, np.uint32)])
        ids = np.concatenate([self._ids, np.zeros(-len(self._ids) % PEOPLE, np.uint32)])
        found = np.empty((len(words), len(ids)))
        for i in range(0, len(words), PURPOSES):
            for k in range(0, len(ids), PEOPLE):
                block = (np.asarray(self._seed), words[i : i + PURPOSES], ids[k : k + PEOPLE])
                function = load("normals", "", tuple(spec(one) for one in block), _build)
                found[i : i + PURPOSES, k : k + PEOPLE] = function(*block)[0]
        for i, purpose in enumerate(new):
            self._known[purpose] = found[i, : len(self._ids)]


def _build() -> Any:
    import jax
    import jax.numpy as jnp

    def numbers(seed: Any, words: Any, ids: Any) -> Any:
        def one(word: Any, person: Any) -> Any:
            key = jax.random.fold_in(jax.random.fold_in(jax.random.key(seed), word), person)
            return jax.random.normal(key, dtype=jnp.float64)

        return (jax.vmap(lambda word: jax.vmap(lambda person: one(word, person))(ids))(words),)

    return numbers
