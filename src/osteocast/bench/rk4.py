"""Plain classical Runge-Kutta of fourth order at a fixed step of five days at most, fused over people like the
engine."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import numpy as np

from osteocast.bench.blocks import in_blocks
from osteocast.bench.cases import Case, case
from osteocast.bench.equations import equations, settled
from osteocast.engine.grid import DAYS_PER_MONTH

STEP_D = 5.0


def solve(asked: Case) -> np.ndarray:
    """Relative density, shape (sites, outputs, people)."""
    return in_blocks(asked, _block)


def _block(asked: Case) -> np.ndarray:
    edges = np.concatenate([[asked.start_month * DAYS_PER_MONTH], asked.outputs_d])
    steps = np.maximum(1, np.ceil(np.diff(edges) / STEP_D)).astype(int)
    return np.asarray(_compiled(asked.name)(asked.values, edges, steps))


@cache
def _compiled(name: str) -> Any:
    import jax

    return jax.jit(partial(_advance, case(name, 1)))


def _advance(asked: Case, people: Any, edges: Any, steps: Any) -> Any:
    import jax
    import jax.numpy as jnp

    field = equations(asked, settled(people))

    def along(state: dict[str, Any], change: dict[str, Any], h: Any) -> dict[str, Any]:
        return {name: value + h * change[name] for name, value in state.items()}

    def one(t: Any, h: Any, x: dict[str, Any]) -> dict[str, Any]:
        a = field.rates(t, x)
        b = field.rates(t + h / 2.0, along(x, a, h / 2.0))
        c = field.rates(t + h / 2.0, along(x, b, h / 2.0))
        d = field.rates(t + h, along(x, c, h))
        return {name: v + h / 6.0 * (a[name] + 2.0 * b[name] + 2.0 * c[name] + d[name]) for name, v in x.items()}

    def to_output(x: dict[str, Any], i: Any) -> tuple[dict[str, Any], Any]:
        h = (edges[i + 1] - edges[i]) / steps[i]
        x = jax.lax.fori_loop(0, steps[i], lambda k, y: one(edges[i] + k * h, h, y), x)
        return x, field.observed(edges[i + 1], x)

    _, found = jax.lax.scan(to_output, field.start, jnp.arange(len(edges) - 1))
    return jnp.moveaxis(found, 0, 1)
