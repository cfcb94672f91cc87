"""SciPy's LSODA, one person after another, its right-hand side compiled by JAX; untreated people only."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from osteocast.bench.cases import Case, case
from osteocast.bench.equations import equations
from osteocast.engine.grid import DAYS_PER_MONTH
from osteocast.model.assemble import STATES, YOUNG_ADULT

RELATIVE, ABSOLUTE = 1e-6, 1e-8


def solve(asked: Case) -> np.ndarray:
    """Relative density, shape (sites, outputs, people)."""
    from scipy.integrate import solve_ivp

    rates, observed = _compiled(asked.name)
    table = {name: np.broadcast_to(np.asarray(x, float), (asked.people,)) for name, x in asked.values.items()}
    start = np.array([float(YOUNG_ADULT[name]) for name in STATES])
    found = []
    for i in range(asked.people):
        person = {name: column[i : i + 1] for name, column in table.items()}
        solved = solve_ivp(
            lambda t, y, person=person: np.asarray(rates(person, t, y)),
            (asked.start_month * DAYS_PER_MONTH, asked.outputs_d[-1]),
            start,
            method="LSODA",
            t_eval=asked.outputs_d,
            rtol=RELATIVE,
            atol=ABSOLUTE,
        )
        found.append([np.asarray(observed(person, t, y)) for t, y in zip(solved.t, solved.y.T, strict=True)])
    return np.moveaxis(np.asarray(found), (0, 1, 2), (2, 1, 0))


@cache
def _compiled(name: str) -> Any:
    import jax
    import jax.numpy as jnp

    about = case(name, 1)

    def field(person: Any, y: Any) -> Any:
        state = {one: y[i][None] for i, one in enumerate(STATES)}
        return equations(about, person), state

    def rates(person: Any, t: Any, y: Any) -> Any:
        the, state = field(person, y)
        change = the.rates(t, state)
        return jnp.concatenate([change[one] for one in STATES])

    def observed(person: Any, t: Any, y: Any) -> Any:
        the, state = field(person, y)
        return the.observed(t, state)[:, 0]

    return jax.jit(rates), jax.jit(observed)
