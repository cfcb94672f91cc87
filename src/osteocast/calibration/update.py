"""Update of the fitted parameters from a user's own data, by a Laplace approximation.

Prior: the stored posterior of the fit, log-normal. Each person has one standard normal effect for every parameter in
which people differ. Parameters and effects are found together, at the mode of their joint density (Gauss-Newton
steps with damping); there the model is linearised, and the effects are integrated out exactly (Lindstrom and Bates,
Biometrics 1990;46:673, without the term for the change of the determinant).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from osteocast.calibration.individuals import OwnData
from osteocast.calibration.store import write_json
from osteocast.errors import OsteocastError
from osteocast.parameters import registry

MOST_ROUNDS = 30
ENOUGH = 1e-3
"""Largest step, in prior standard deviations, at which the search ends."""
FLAT = 1e-2
"""Fall of the cost that the gradient still promises, -gradient x undamped step / 2, at which it counts as zero: less
than a seventh of a posterior standard deviation, of all parameters and effects together."""
MOST_DAMPING = 1e8
"""Damping at which the search gives up."""
SILENT = 0.01
"""Share of a parameter's prior variance below which the data count as silent on it."""


class Update(NamedTuple):
    """What the data did."""

    names: tuple[str, ...]
    """Every parameter of the stored fit."""
    prior_mean: np.ndarray
    prior_cov: np.ndarray
    log_mean: np.ndarray
    log_cov: np.ndarray
    effects: np.ndarray
    """Of every person at the mode, shape (people, effects)."""
    cost: float
    """Half the sum of squared residuals of data, prior and effects."""
    rounds: int


def update(data: OwnData, *, progress: Callable[[int, float], None] | None = None) -> Update:
    """Update the parameters.

    Args:
        data: what is asked of the data.
        progress: called with the number of rounds and the cost.

    Raises:
        OsteocastError: the search does not end at a mode: it stalls, takes too long, or meets what is not finite.
    """
    fit = registry.posterior()
    assert fit is not None  # `own_data` has looked
    mean, cov = np.array(fit.log_mean), np.array(fit.log_cov)
    free = np.array([fit.names.index(name) for name in data.names])
    with np.errstate(over="ignore", invalid="ignore"):  # the search looks for what is not finite itself
        found = _search(data, mean[free], cov[np.ix_(free, free)], progress)
    # what moves correlates with what was held: the rest follows as the prior says
    gain = np.linalg.solve(cov[np.ix_(free, free)], cov[free]).T
    log_mean = mean + gain @ (found.theta - mean[free])
    log_cov = cov - gain @ (cov[np.ix_(free, free)] - found.cov) @ gain.T
    return Update(fit.names, mean, cov, log_mean, 0.5 * (log_cov + log_cov.T), found.eta, found.cost, found.rounds)


class _Mode(NamedTuple):
    theta: np.ndarray
    cov: np.ndarray
    eta: np.ndarray
    cost: float
    rounds: int


def _search(data: OwnData, mean: np.ndarray, cov: np.ndarray, progress: Any) -> _Mode:
    """Gauss-Newton with Levenberg-Marquardt damping; the effects are eliminated person by person."""
    import jax

    precision = np.linalg.inv(cov)
    by_theta = jax.jit(jax.jacfwd(data.predict, argnums=0))

    @jax.jit
    def by_effect(theta: Any, eta: Any) -> Any:  # people are independent: one direction serves an effect of everybody
        def along(direction: Any) -> Any:
            return jax.jvp(lambda e: data.predict(theta, e), (eta,), (jax.numpy.ones_like(eta) * direction,))[1]

        return jax.vmap(along)(jax.numpy.eye(len(data.effects))).T

    def residuals(theta: np.ndarray, eta: np.ndarray) -> np.ndarray:
        return np.asarray(data.whiten @ (np.asarray(data.predict(theta, eta)) - data.observed))

    def cost_of(theta: np.ndarray, eta: np.ndarray) -> float:
        r, away = residuals(theta, eta), theta - mean
        total = r @ r + away @ precision @ away + np.sum(eta**2)
        return 0.5 * float(total) if np.isfinite(total) else math.inf

    theta, eta, sd = mean.copy(), np.zeros((data.people, len(data.effects))), np.sqrt(np.diag(cov))
    cost, damping = cost_of(theta, eta), 1e-3
    if not math.isfinite(cost):
        raise _no_mode("the results cannot be compared with what the stored parameters give")
    for rounds in range(1, MOST_ROUNDS + 1):
        r = residuals(theta, eta)
        slope_theta = data.whiten @ np.asarray(by_theta(theta, eta))
        slope_eta = data.whiten @ np.asarray(by_effect(theta, eta))
        if not (np.isfinite(slope_theta).all() and np.isfinite(slope_eta).all()):
            raise _no_mode("the simulation has no finite gradient at the parameters that were reached")
        step, steps, information, fall = _solved(data, r, slope_theta, slope_eta, theta - mean, eta, precision, 0.0)
        if fall < FLAT and np.abs(step / sd).max() < ENOUGH:
            new = cost_of(theta + step, eta + steps)
            if new <= cost:
                theta, eta, cost = theta + step, eta + steps, new
            return _Mode(theta, np.linalg.inv(information), eta, cost, rounds)
        while True:
            step, steps, *_ = _solved(data, r, slope_theta, slope_eta, theta - mean, eta, precision, damping)
            new = cost_of(theta + step, eta + steps)
            if new <= cost * (1.0 + 1e-12):
                break
            damping *= 10.0
            if damping > MOST_DAMPING:
                if fall < FLAT:  # at the mode but for what the simulation resolves
                    return _Mode(theta, np.linalg.inv(information), eta, cost, rounds)
                raise _no_mode(f"the search found no descent where the cost should still fall by {fall:.3g}")
        theta, eta, cost, damping = theta + step, eta + steps, new, max(damping / 10.0, 1e-9)
        if progress is not None:
            progress(rounds, cost)
    raise _no_mode(f"the update did not end within {MOST_ROUNDS} rounds")


def _no_mode(what: str) -> OsteocastError:
    fix = "let fewer parameters move with --only, or check the units of the results"
    return OsteocastError(what, where="--data", fix=fix, why="without the mode there is no update")


def _solved(
    data: OwnData,
    r: np.ndarray,
    slope_theta: np.ndarray,
    slope_eta: np.ndarray,
    away: np.ndarray,
    eta: np.ndarray,
    precision: np.ndarray,
    damping: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """One step of parameters and effects, the information on the parameters once the effects are out, and by how much
    the cost would fall if the model were straight.

    Raises:
        OsteocastError: the information is not finite or not positive definite.
    """
    information = precision + slope_theta.T @ slope_theta
    gradient = precision @ away + slope_theta.T @ r
    people = []
    for i in range(data.people):
        mine = data.owner == i
        a, b = slope_theta[mine], slope_eta[mine]
        block = np.eye(b.shape[1]) * (1.0 + damping) + b.T @ b
        cross, own = b.T @ a, b.T @ r[mine] + eta[i]
        people.append((block, cross, own))
        information -= cross.T @ np.linalg.solve(block, cross)
        gradient -= cross.T @ np.linalg.solve(block, own)
    information = 0.5 * (information + information.T)
    if not _positive_definite(information):
        raise _no_mode("the information on the parameters is not positive definite")
    damped = information + damping * np.diag(np.diag(precision))
    step = -np.linalg.solve(damped, gradient)
    steps = np.array([-np.linalg.solve(block, own + cross @ step) for block, cross, own in people])
    slopes = sum(float(own @ each) for (_, _, own), each in zip(people, steps, strict=True))
    fall = -0.5 * (float((precision @ away + slope_theta.T @ r) @ step) + slopes)
    return step, steps, information, fall


def _positive_definite(matrix: np.ndarray) -> bool:
    """Whether a symmetric matrix is finite and positive definite."""
    if not np.isfinite(matrix).all():
        return False
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return False
    return True


def moved(found: Update) -> list[dict[str, Any]]:
    """What the data did to each parameter: medians and log sds before and after, and what the data never moved.

    `informed` is the share of the prior's variance that the data removed; a parameter with less than `SILENT` of it
    was never moved by the data.
    """
    rows = []
    for i, name in enumerate(found.names):
        before, after = math.sqrt(found.prior_cov[i, i]), math.sqrt(found.log_cov[i, i])
        informed = 1.0 - (after / before) ** 2
        shift = float((found.log_mean[i] - found.prior_mean[i]) / before)
        rows.append(
            {
                "name": name,
                "prior": math.exp(found.prior_mean[i]),
                "prior_log_sd": before,
                "value": math.exp(found.log_mean[i]),
                "log_sd": after,
                "shift_in_prior_sd": shift,
                "informed": informed,
                "silent": bool(informed < SILENT),
            }
        )
    return rows


def write_update(found: Update, folder: Path, report: dict[str, Any]) -> list[Path]:
    """Write `posterior.json`, as the package stores its own, and `calibration.json`, the report.

    Args:
        found: the update.
        folder: made if missing; never the package's own.
        report: what is written beside it.

    Raises:
        OsteocastError: the folder is the package's own or cannot be written.
    """
    if folder.resolve() == registry.FOLDER.resolve():
        raise OsteocastError(
            "the package's own parameters are not overwritten", where="--out", fix="name another folder"
        )
    content = {
        "made_by": "osteocast calibrate --data",
        "cost": round(found.cost, 4),
        "names": list(found.names),
        "log_mean": [round(float(x), 8) for x in found.log_mean],
        "log_cov": [[float(f"{x:.6g}") for x in row] for row in found.log_cov],
    }
    paths = [folder / "posterior.json", folder / "calibration.json"]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, one in zip(paths, (content, report), strict=True):
            write_json(one, path)
    except OSError as error:
        raise OsteocastError(f"cannot be written ({error})", where=str(folder), fix="give another folder") from None
    return paths


def report_of(found: Update, data: OwnData, sources: Sequence[str]) -> dict[str, Any]:
    """The update as data."""
    return {
        "data": list(sources),
        "people": data.people,
        "results": len(data.observed),
        "results_that_stand_alone": data.course_only,
        "cost": found.cost,
        "rounds": found.rounds,
        "moved": moved(found),
        "silent": [row["name"] for row in moved(found) if row["silent"]],
    }
