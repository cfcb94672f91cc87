"""Log density of the normal numbers behind a draw given all measurements, with its gradient.

Prior: the numbers are standard normal. Likelihood: that of `likelihood.fit`, with density of the sites, conversion
errors and the level of each marker integrated out. Where adherence is in question, the sum over the shares of doses
that are tried. The gradient is compiled once for all people who differ by the values measured alone, and kept on
disk.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import log_ndtr

from osteocast.forecast.stored import Function, load, spec
from osteocast.measure import dxa
from osteocast.twin import smooth_life, smooth_prior
from osteocast.twin.likelihood import noise_of
from osteocast.twin.observed import HORMONES, ResultSeen, ScanSeen
from osteocast.twin.past import Plan
from osteocast.twin.prior import Prior

SOURCES = (__file__, smooth_life.__file__, smooth_prior.__file__)
QUICK_COMPILE = {"xla_disable_hlo_passes": "fusion"}
"""The gradient is one large expression, and joining its parts takes minutes to compile and saves seconds."""


class LogDensity:
    """Log density of the posterior, and its gradient.

    Attributes:
        prior: of the person.
        plan: what was taken.
        power: of the likelihood.
        measured: values, shape (rows,), those below their limit last.
    """

    def __init__(self, prior: Prior, plan: Plan, power: float, chains: int) -> None:
        self.prior, self.plan, self.power, self._chains = prior, plan, power, chains
        seen = prior.seen
        self._rows: tuple[ScanSeen | ResultSeen, ...] = (*seen.scans, *seen.markers, *seen.hormones)
        self.measured = np.array([_value(row) for row in (*self._rows, *seen.below)])
        names = [_name(row) for row in (*self._rows, *seen.below)]
        self._smooth = smooth_prior.SmoothPrior(prior)
        self._life = smooth_life.life(self._smooth.middle, plan, seen.months, tuple(dict.fromkeys(names)))

    @cached_property
    def _run(self) -> Function:
        """The compiled gradient at as many points as there are chains."""
        # Stored code calls LAPACK through pointers that JAX sets when it first compiles such a call in a process.
        jax.block_until_ready(jnp.linalg.cholesky(jnp.eye(2)))
        arguments = (np.zeros((self._chains, len(self.prior.names))), self.measured, np.zeros(()))
        takes = tuple(spec(one) for one in arguments)
        return load("reference", self._key(), takes, self._build, options=QUICK_COMPILE)

    def __call__(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Log density, shape (points,), and gradient, shape (points, names), at `z`, shape (points, names)."""
        value, gradient = np.empty(len(z)), np.empty(z.shape)
        for first in range(0, len(z), self._chains):
            some = z[first : first + self._chains]
            block = np.concatenate([some, np.repeat(some[-1:], self._chains - len(some), axis=0)])
            found = self._run(block, self.measured, np.asarray(self.power))
            value[first : first + len(some)] = found[0][: len(some)]
            gradient[first : first + len(some)] = found[1][: len(some)]
        return value, gradient

    def _build(self) -> Callable[..., Any]:
        both = jax.vmap(jax.value_and_grad(self.at), in_axes=(0, None, None))

        def gradient(z: Any, measured: Any, power: Any) -> Any:
            return both(z, measured, power)

        return gradient

    def at(self, z: Any, measured: Any, power: Any) -> Any:
        """Log density at one point as a JAX expression, up to a constant.

        Args:
            z: normal numbers, shape (names,).
            measured: values, shape (rows,), those below their limit last.
            power: of the likelihood.
        """
        drawn = self._smooth(z)
        quantity = self._life(drawn.values)
        by_level = [
            self._log_likelihood(drawn, {name: value[:, k] for name, value in quantity.items()}, measured)
            for k in range(len(self.plan.levels))
        ]
        shares = np.log(self.plan.prior * len(self.plan.levels))
        likelihood = jax.nn.logsumexp(power * (shares + jnp.stack(by_level)))
        return likelihood - 0.5 * jnp.sum(z**2)

    def _log_likelihood(self, drawn: smooth_prior.Smooth, quantity: dict[str, Any], measured: Any) -> Any:
        """Log likelihood at one share of doses taken; `quantity` by name, shape (months,)."""
        seen = self.prior.seen
        total = drawn.log_weight
        if self._rows:
            residual, slope = self._residuals(drawn, quantity, measured)
            root = slope @ self._smooth.density_root
            chol = jnp.linalg.cholesky(root @ root.T + noise_of(self._rows))
            away = jax.scipy.linalg.solve_triangular(chol, residual, lower=True)
            total = total - 0.5 * jnp.sum(away**2) - jnp.sum(jnp.log(jnp.diag(chol)))
        for one, limit in zip(seen.below, measured[len(self._rows) :], strict=True):
            level = jnp.maximum(quantity[one.result.name][self._place(one.month)], 1e-12)
            total = total + log_ndtr((jnp.log(limit) - jnp.log(level)) / one.cv)
        return total

    def _residuals(self, drawn: smooth_prior.Smooth, quantity: dict[str, Any], measured: Any) -> tuple[Any, Any]:
        """Measured minus expected, shape (rows,), and the slope of each row on density, shape (rows, sites)."""
        residual, slope = [], []
        start = self._place(self.prior.seen.reference_month)
        for row, value in zip(self._rows, measured, strict=False):
            course = quantity[_name(row)]
            now = course[self._place(row.month)]
            if isinstance(row, ScanSeen):
                here = np.eye(len(dxa.SITES))[dxa.SITES.index(row.scan.site)] * row.to_own.slope
                slope.append(here * (now / course[start]) / value)
                residual.append(1.0 - row.to_own.intercept_g_cm2 / value - slope[-1] @ drawn.density_mean)
            else:
                slope.append(jnp.zeros(len(dxa.SITES)))
                residual.append(jnp.log(value) - jnp.log(jnp.maximum(now, 1e-12)))
        found = jnp.stack(residual)
        for name in {_level(row) for row in self._rows} - {None}:
            # What all results of a marker share is its own level, which is free.
            mine = np.array([_level(row) == name for row in self._rows])
            found = found - mine * (jnp.sum(mine * found) / mine.sum())
        return found, jnp.stack(slope)

    def _place(self, month: float) -> int:
        return int(np.searchsorted(self.prior.seen.months, month - 1e-9))

    def _key(self) -> str:
        """All that the compiled gradient depends on beside the arguments."""
        seen, smooth = self.prior.seen, self._smooth
        rows = [
            (_name(row), _level(row), row.month, row.cv, row.to_own if isinstance(row, ScanSeen) else None)
            for row in (*self._rows, *seen.below)
        ]
        untreated = [(name, one.value) for name, each in seen.untreated.items() for one in each]
        middle = (sorted(smooth.middle.items()), smooth.density_root.tolist(), self.prior.filled)
        sources = [hashlib.sha256(Path(one).read_bytes()).hexdigest() for one in SOURCES]
        plan = (self.plan.start_month, self.plan.regimens, self.plan.prior.tolist())
        known = (self.prior.person.sex, self.prior.age, self.prior.person.history, seen.devices, seen.months.tolist())
        return repr((known, rows, len(seen.below), untreated, middle, plan, sources))


def _name(row: ScanSeen | ResultSeen) -> str:
    """The simulated quantity that a row is compared with."""
    return row.scan.site if isinstance(row, ScanSeen) else row.result.name


def _value(row: ScanSeen | ResultSeen) -> float:
    return row.scan.bmd if isinstance(row, ScanSeen) else row.value


def _level(row: ScanSeen | ResultSeen) -> tuple[str, str] | None:
    """What shares a free level: a marker in one unit."""
    if isinstance(row, ScanSeen) or row.result.name in HORMONES:
        return None
    return row.result.name, row.result.unit
