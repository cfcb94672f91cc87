"""How fast the arithmetic of a step could be at best on this processor, and how near the engine is.

The floor: operations of one compiled step, as the compiler counts them, at the highest rate that the same compiler
reaches here in a loop of nothing else: multiply-adds for arithmetic, exponentials for everything transcendental.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from osteocast.bench.blocks import BLOCK
from osteocast.bench.cases import MONTHS, WANTED, case
from osteocast.bench.measure import Measured
from osteocast.engine.accuracy import DEFAULT
from osteocast.engine.exposure import courses
from osteocast.engine.person_values import settle
from osteocast.engine.prepare import prepare
from osteocast.engine.simulate import start_of
from osteocast.engine.step import step
from osteocast.engine.traits import traits_of

ROUNDS = 2_000


class Floor(NamedTuple):
    """Arithmetic of one step of one person on one core.

    Attributes:
        steps: steps of an untreated life of ten years and what came before.
        arithmetic: additions, multiplications, divisions in a step.
        transcendental: exponentials and logarithms in a step.
        arithmetic_per_ns: highest rate measured [1/ns].
        transcendental_per_ns: highest rate measured [1/ns].
    """

    steps: int
    arithmetic: float
    transcendental: float
    arithmetic_per_ns: float
    transcendental_per_ns: float

    @property
    def ns(self) -> float:
        """Shortest time of a step of one person on one core [ns]."""
        return self.arithmetic / self.arithmetic_per_ns + self.transcendental / self.transcendental_per_ns

    def to_dict(self, found: Measured) -> dict[str, float]:
        """As numbers for scripts, beside what the engine took in `found` (all cores)."""
        cores = os.cpu_count() or 1
        took = found.wall_s * cores / (found.people * self.steps) * 1e9
        return {
            **self._asdict(),
            "floor_ns_per_step": self.ns,
            "engine_ns_per_step": took,
            "times_floor": took / self.ns,
        }


def floor() -> Floor:
    """Count and measure."""
    import jax

    asked = case("untreated", BLOCK)
    p = settle(SimpleNamespace(**asked.values))
    traits = traits_of([asked.regimen], asked.values, None, WANTED)
    plan, edges, _, state = prepare(
        [asked.regimen],
        np.zeros(BLOCK, int),
        MONTHS,
        start_month=asked.start_month,
        state=None,
        accuracy=DEFAULT,
        traits=traits,
    )
    loop, start = start_of(state, courses(plan, p, traits), p, DEFAULT.at, traits)
    cost: Any = jax.jit(lambda x, t, h: step(x, t, h, loop)).lower(start, 0.0, 30.0).compile().cost_analysis()
    return Floor(
        steps=int(np.count_nonzero(np.diff(edges) > 0.0)),
        arithmetic=float(cost["flops"]) / BLOCK,
        transcendental=float(cost["transcendentals"]) / BLOCK,
        arithmetic_per_ns=2.0 * _rate(lambda x: x * 0.999 + 1e-3),
        transcendental_per_ns=_rate(lambda x: jax.numpy.exp(-x)),
    )


def _rate(once: Callable[[Any], Any]) -> float:
    """How often an operation is done in a nanosecond on one core."""
    import jax
    import jax.numpy as jnp

    several = 8  # chains side by side, so that none waits for itself
    x = tuple(jnp.linspace(0.5, 1.5, BLOCK) + i for i in range(several))
    run = jax.jit(lambda x: jax.lax.fori_loop(0, ROUNDS, lambda _, y: tuple(once(one) for one in y), x))
    jax.block_until_ready(run(x))
    walls = []
    for _ in range(3):
        began = time.perf_counter()
        jax.block_until_ready(run(x))
        walls.append(time.perf_counter() - began)
    return ROUNDS * BLOCK * several / (min(walls) * 1e9)
