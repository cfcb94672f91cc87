"""Random numbers that belong to a person: same seed, person and purpose give the same number, whatever the
treatment, the size or order of the batch, or the worker.

A key is the run's seed, folded with the CRC32 of the purpose, folded with the person's id. Ids are whole
numbers (`Person.id` is the CRC32 of the name), never a place in a table. JAX is imported on first use, and
64-bit mode is switched on for these calls only, so the numbers do not depend on what else was imported.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from osteocast.errors import OsteocastError

if TYPE_CHECKING:
    from jax import Array

PersonIds = Sequence[int] | Sequence[str] | NDArray[Any]
"""Ids, or names, which stand for the CRC32 of their text."""

_ID_LIMIT = 2**32
_SEED_LIMIT = 2**63
LANES = 512
"""People of one compiled call of `normals_table`."""


def stream(seed: int, purpose: str, person_ids: PersonIds) -> Array:
    """One JAX key per person.

    Args:
        seed: seed of the run, 0 to 2**63 - 1.
        purpose: what the numbers are for, such as `adherence`; each purpose has its own stream.
        person_ids: ids below 2**32, or names.

    Returns:
        Keys of shape (n,).
    """
    return _run(_compiled().keys, seed, purpose, person_ids)  # type: ignore[no-any-return]


def normals(seed: int, purpose: str, person_ids: PersonIds) -> NDArray[np.float64]:
    """One standard normal number per person; arguments as in `stream`."""
    return np.asarray(_run(_compiled().normals, seed, purpose, person_ids))


def uniforms(seed: int, purpose: str, person_ids: PersonIds) -> NDArray[np.float64]:
    """One number per person, uniform on [0, 1); arguments as in `stream`."""
    return np.asarray(_run(_compiled().uniforms, seed, purpose, person_ids))


def normals_table(
    seed: int, purposes: Sequence[str], person_ids: PersonIds, attempts: NDArray[np.integer[Any]] | None = None
) -> NDArray[np.float64]:
    """Standard normal numbers for many purposes in one compiled call: the same numbers as `normals` gives one by one.

    Args:
        seed: as in `stream`.
        purposes: what the numbers are for, one row each.
        person_ids: as in `stream`.
        attempts: for a person who is drawn again and again, which attempt this is, shape (n,); attempt 0 is the
            purpose itself, attempt k the purpose `again(purpose, k)`.

    Returns:
        Shape (purposes, n).
    """
    ids = _ids(person_ids)
    which = np.zeros(len(ids), dtype=np.int64) if attempts is None else np.asarray(attempts, dtype=np.int64)
    numbers, place = np.unique(which, return_inverse=True)
    words = np.array(
        [[zlib.crc32(again(purpose, int(k)).encode()) for k in numbers] for purpose in purposes], dtype=np.uint32
    ).reshape(len(purposes), len(numbers))
    result = np.empty((len(purposes), len(ids)))
    if result.size == 0:
        return result
    for first in range(0, len(ids), LANES):
        # Always as many lanes: one compilation serves every size of a batch.
        lanes = np.minimum(np.arange(first, first + LANES), len(ids) - 1)
        real = min(LANES, len(ids) - first)
        block = _call(_compiled().table, seed, words[:, place[lanes]], ids[lanes])
        result[:, first : first + real] = np.asarray(block)[:, :real]
    return result


def again(purpose: str, attempt: int) -> str:
    """The purpose of another attempt at the same person; attempt 0 is the purpose itself."""
    return purpose if attempt == 0 else f"{purpose}, attempt {attempt}"


def person_id(name: str) -> int:
    """The id of a person given by name: the CRC32 of the name."""
    return zlib.crc32(name.encode())


class _Functions(NamedTuple):
    keys: Callable[..., Any]
    normals: Callable[..., Any]
    uniforms: Callable[..., Any]
    table: Callable[..., Any]


@cache
def _compiled() -> _Functions:
    """The three compiled functions; seed and purpose are traced, so every purpose shares them."""
    import jax
    import jax.numpy as jnp

    def keys(seed: Array, purpose: Array, ids: Array) -> Array:
        key = jax.random.fold_in(jax.random.key(seed), purpose)
        return jax.vmap(lambda one: jax.random.fold_in(key, one))(ids)

    def one_each(draw: Callable[..., Array]) -> Callable[..., Array]:
        def drawn(seed: Array, purpose: Array, ids: Array) -> Array:
            return jax.vmap(lambda key: draw(key, dtype=jnp.float64))(keys(seed, purpose, ids))

        return drawn

    def table(seed: Array, words: Array, ids: Array) -> Array:
        root = jax.random.key(seed)

        def one(word: Array, person: Array) -> Array:
            key = jax.random.fold_in(jax.random.fold_in(root, word), person)
            return jax.random.normal(key, dtype=jnp.float64)

        return jax.vmap(jax.vmap(one), in_axes=(0, None))(words, ids)

    return _Functions(
        jax.jit(keys),
        jax.jit(one_each(jax.random.normal)),
        jax.jit(one_each(jax.random.uniform)),
        jax.jit(table),
    )


def _run(function: Callable[..., Any], seed: object, purpose: str, person_ids: PersonIds) -> Any:
    return _call(function, seed, np.uint32(zlib.crc32(purpose.encode())), _ids(person_ids))


def _call(function: Callable[..., Any], seed: object, words: Any, ids: NDArray[np.uint32]) -> Any:
    """A compiled function in 64-bit mode, after a look at the seed."""
    import jax

    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= seed < _SEED_LIMIT:
        raise OsteocastError(f"{seed!r} cannot seed a run", where="seed", fix="give a whole number from 0 up")
    with jax.enable_x64(True):
        return function(np.int64(seed), words, ids)


def _ids(person_ids: PersonIds) -> NDArray[np.uint32]:
    ids = np.asarray(person_ids)
    if ids.dtype.kind == "U":
        ids = np.array([person_id(str(name)) for name in ids], dtype=np.uint32)
    if ids.size == 0:
        return np.zeros(0, dtype=np.uint32)
    if ids.ndim != 1 or ids.dtype.kind not in "iu":
        raise OsteocastError(
            f"ids of kind {ids.dtype} and shape {ids.shape}",
            where="person_ids",
            fix="give a list of whole numbers or names",
        )
    if ids.min() < 0 or ids.max() >= _ID_LIMIT:
        raise OsteocastError(
            "an id lies outside 0 to 2**32 - 1", where="person_ids", fix="use Person.id or smaller numbers"
        )
    return ids.astype(np.uint32)
