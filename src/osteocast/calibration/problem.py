"""The calibration as a least-squares problem: published rows and priors, as functions of the parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from osteocast.engine.accuracy import DEFAULT, Accuracy
from osteocast.engine.prepare import prepare
from osteocast.engine.run import simulate_values
from osteocast.evidence.targets import WITHIN_TRIAL_SHARE, Target
from osteocast.parameters.registry import records
from osteocast.people.sample import quasi_numbers, values
from osteocast.trials.published import QUANTITIES, Arm, batches, obstacle, statistic

PEOPLE = 8


@dataclass(frozen=True)
class Problem:
    """What is fitted to what.

    Attributes:
        names: fitted parameters, in order.
        prior_mean: of their logarithm, shape (parameters,).
        prior_sd: of their logarithm, shape (parameters,).
        low: lower bounds of their logarithm.
        high: upper bounds of their logarithm.
        targets: the rows, in order.
        simulate: log parameters -> simulated value of every row, shape (rows,); differentiable.
    """

    names: tuple[str, ...]
    prior_mean: np.ndarray
    prior_sd: np.ndarray
    low: np.ndarray
    high: np.ndarray
    targets: tuple[Target, ...]
    simulate: Callable[[Any], Any]

    @property
    def observed(self) -> np.ndarray:
        """Published values, shape (rows,)."""
        return np.array([target.observed for target in self.targets])

    @property
    def total_sd(self) -> np.ndarray:
        """Own error and spread between trials, shape (rows,)."""
        return np.array([target.total_sd for target in self.targets])

    def whitening(self, use: np.ndarray) -> np.ndarray:
        """Matrix that turns differences of the used rows into independent unit residuals.

        A trial deviates from the next by its people and scanners; its rows of one kind share
        `WITHIN_TRIAL_SHARE` of that variance, so that a trial with many rows does not count as many trials.
        """
        rows = [target for target, keep in zip(self.targets, use, strict=True) if keep]
        own = np.array([target.number("sd") or 0.0 for target in rows])
        between = np.array([target.between_sd for target in rows])
        label = np.array([f"{target.trial} {target.kind}" for target in rows])
        shared = WITHIN_TRIAL_SHARE * np.outer(between, between) * (label[:, None] == label[None, :])
        covariance = shared + np.diag(own**2 + (1.0 - WITHIN_TRIAL_SHARE) * between**2)
        return np.asarray(np.linalg.inv(np.linalg.cholesky(covariance)))


def problem(
    targets: Sequence[Target], *, people: int = PEOPLE, seed: int = 0, accuracy: Accuracy = DEFAULT
) -> Problem:
    """Set up the fit of every fitted parameter to the rows that can be simulated.

    Args:
        targets: rows; those that are not simulated, and kinetic rows that restate a parameter, are left out.
        people: size of the virtual sample of a row.
        seed: seed of that sample.
        accuracy: how finely time is cut.
    """
    rows = tuple(t for t in targets if obstacle(t) is None and not t.follows_from_parameters)
    fitted = [record for record in records().values() if record.basis == "fitted"]
    names = tuple(record.name for record in fitted)
    numbers = quasi_numbers(people, seed)
    wanted = tuple(sorted({QUANTITIES[t.text("quantity")] for t in rows}))
    prepared = []
    for batch in batches(rows, size=10**6, pad=False):
        regimens, column = batch.column(people)
        laid = prepare(regimens, column, batch.months, start_month=batch.start_month, state=None, accuracy=accuracy)
        prepared.append((batch, laid))

    def simulate(log_theta: Any) -> Any:
        changed = {name: jnp.exp(log_theta[i]) for i, name in enumerate(names)}
        courses: dict[tuple[Arm, str], tuple[np.ndarray, Any]] = {}
        for batch, laid in prepared:
            table = values([arm.group for arm in batch.arms], numbers, changed)
            _, quantity, _ = simulate_values(table, *laid, accuracy.at, wanted)
            for i, arm in enumerate(batch.arms):
                for name in wanted:
                    courses[arm, name] = (batch.months, quantity[name][:, i * people : (i + 1) * people])
        return jnp.stack([statistic(t, lambda arm, name: courses[arm, name], jnp) for t in rows])

    return Problem(
        names=names,
        prior_mean=np.log([record.values["female"] for record in fitted]),
        prior_sd=np.array([record.prior_log_sd for record in fitted]),
        low=np.log([record.bounds[0] for record in fitted]),
        high=np.log([record.bounds[1] for record in fitted]),
        targets=rows,
        simulate=jax.jit(simulate),
    )
