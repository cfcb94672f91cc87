"""diffrax: one adaptive solve a person, vmapped; at a tight tolerance also the reference of all accuracies."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import numpy as np

from osteocast.bench.cases import Case, case
from osteocast.bench.equations import dose_days, equations, settled
from osteocast.engine.grid import DAYS_PER_MONTH

TIGHT = 1e-9
LONGEST_D = 400.0
MOST_STEPS = 10**6


def solve(asked: Case, *, relative: float = 1e-6) -> np.ndarray:
    """Relative density, shape (sites, outputs, people), by Tsit5, which needs no linear algebra of its states.

    Args:
        asked: the question.
        relative: relative tolerance; the absolute one is the same.
    """
    people = {name: np.broadcast_to(np.asarray(x, float), (asked.people,)) for name, x in asked.values.items()}
    found = np.asarray(_compiled(asked.name, asked.start_month, relative)(people))
    if not np.all(np.isfinite(found)):
        raise ArithmeticError(f"diffrax gave up at a relative tolerance of {relative}")
    return np.moveaxis(found, 0, -1)


@cache
def _compiled(name: str, start_month: float, relative: float) -> Any:
    import jax

    return jax.jit(jax.vmap(partial(_one, case(name, 1)._replace(start_month=start_month), relative)))


def _one(asked: Case, relative: float, person: Any) -> Any:
    import diffrax
    import jax
    import jax.numpy as jnp

    field = equations(asked, settled({name: value[None] for name, value in person.items()}))
    outputs = jnp.asarray(asked.outputs_d)
    control: Any = diffrax.PIDController(rtol=relative, atol=relative, dtmax=LONGEST_D)
    days = dose_days(asked)
    if len(days):
        control = diffrax.ClipStepSizeController(control, jump_ts=jnp.asarray(days))
    found = diffrax.diffeqsolve(
        diffrax.ODETerm(lambda t, y, _: field.rates(t, y)),
        diffrax.Tsit5(),
        asked.start_month * DAYS_PER_MONTH,
        outputs[-1],
        dt0=0.1,
        y0=field.start,
        saveat=diffrax.SaveAt(ts=outputs),
        stepsize_controller=control,
        max_steps=MOST_STEPS,
        throw=False,
    )
    return jnp.moveaxis(jax.vmap(field.observed)(outputs, found.ys)[..., 0], 0, 1)
