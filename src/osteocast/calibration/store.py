"""Write the result of a calibration where the registry reads it, whole or not at all."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

from osteocast.calibration.fit import Fit
from osteocast.calibration.problem import Problem
from osteocast.parameters import registry


def posterior_dict(fit: Fit, problem: Problem, seed: int) -> dict[str, Any]:
    """The posterior as stored: names, mean and covariance of logarithms, and how it was made."""
    return {
        "made_by": "osteocast calibrate",
        "seed": seed,
        "rows": len(problem.targets),
        "cost": round(fit.cost, 4),
        "names": list(fit.names),
        "log_mean": [round(float(x), 8) for x in fit.log_mean],
        "log_cov": [[float(f"{x:.6g}") for x in row] for row in fit.log_cov],
    }


def write_json(content: Any, path: Path) -> None:
    """Write JSON atomically."""
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    os.replace(partial, path)


def forget_loaded() -> None:
    """Drop cached parameters, so that the next reader sees the new ones."""
    registry.posterior.cache_clear()
    registry.parameters.cache_clear()


def moved(fit: Fit, problem: Problem) -> list[dict[str, Any]]:
    """What calibration did to each parameter: prior, value, uncertainty, and how far the data moved it.

    `informed` is the share of the prior's variance that the data removed: near 0, the data never spoke.
    """
    rows = []
    for i, name in enumerate(fit.names):
        sd = math.sqrt(fit.log_cov[i, i])
        rows.append(
            {
                "name": name,
                "prior": math.exp(problem.prior_mean[i]),
                "prior_log_sd": float(problem.prior_sd[i]),
                "value": math.exp(fit.log_mean[i]),
                "log_sd": sd,
                "shift_in_prior_sd": float((fit.log_mean[i] - problem.prior_mean[i]) / problem.prior_sd[i]),
                "informed": 1.0 - (sd / float(problem.prior_sd[i])) ** 2,
            }
        )
    return rows
