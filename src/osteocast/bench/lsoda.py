"""SciPy's LSODA, one person after another, the right-hand side compiled by JAX; untreated people only."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from osteocast.bench.cases import Case, case
from osteocast.bench.equations import equations, settled
from osteocast.engine.grid import DAYS_PER_MONTH

RELATIVE, ABSOLUTE = 1e-6, 1e-8


class Compiled(NamedTuple):
    """Functions of plain arrays: a call from Python costs what its arguments cost to hand over."""

    own: Any
    """From a person's values to one array of settled ones."""
    rates: Any
    """From that array, time and states to their rates."""
    observed: Any
    """From the same to relative density, shape (sites,)."""
    start: np.ndarray


def solve(asked: Case) -> np.ndarray:
    """Relative density, shape (sites, outputs, people)."""
    from scipy.integrate import solve_ivp

    compiled = _compiled(asked.name)
    table = {name: np.broadcast_to(np.asarray(x, float), (asked.people,)) for name, x in asked.values.items()}
    found = []
    for i in range(asked.people):
        own = compiled.own({name: column[i : i + 1] for name, column in table.items()})
        solved = solve_ivp(
            lambda t, y, own=own: np.asarray(compiled.rates(own, t, y)),
            (asked.start_month * DAYS_PER_MONTH, asked.outputs_d[-1]),
            compiled.start,
            method="LSODA",
            t_eval=asked.outputs_d,
            rtol=RELATIVE,
            atol=ABSOLUTE,
        )
        found.append([np.asarray(compiled.observed(own, t, y)) for t, y in zip(solved.t, solved.y.T, strict=True)])
    return np.moveaxis(np.asarray(found), (0, 1, 2), (2, 1, 0))


@cache
def _compiled(name: str) -> Compiled:
    import jax
    import jax.numpy as jnp

    about = case(name, 1)
    first = settled(about.values)
    names, states = sorted(first), list(equations(about, first).start)

    def own(values: Any) -> Any:
        found = settled(values)
        return jnp.stack([jnp.broadcast_to(found[one], (1,)) for one in names])

    def at(person: Any, y: Any) -> Any:
        the = equations(about, {one: person[i] for i, one in enumerate(names)})
        return the, {one: y[i][None] for i, one in enumerate(states)}

    def rates(person: Any, t: Any, y: Any) -> Any:
        the, state = at(person, y)
        change = the.rates(t, state)
        return jnp.concatenate([change[one] for one in states])

    def observed(person: Any, t: Any, y: Any) -> Any:
        the, state = at(person, y)
        return the.observed(t, state)[:, 0]

    start = np.concatenate([np.asarray(value) for value in equations(about, first).start.values()])
    return Compiled(jax.jit(own), jax.jit(rates), jax.jit(observed), start)
