"""The whole calibration: fit, leave trials out in turn, write parameters and a report of what moved."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from osteocast.calibration.fit import Fit, fit
from osteocast.calibration.problem import Problem, problem
from osteocast.calibration.store import forget_loaded, moved, posterior_dict, write_json
from osteocast.errors import OsteocastError
from osteocast.evidence.targets import Target, read_targets
from osteocast.parameters import registry

LEFT_OUT = ("ATAC", "SABRE", "ARIBON")
"""Trials of an inhibitor that are left out in turn: each one of several."""
GROUPS_NOT_FITTED = ("fracture",)
DRUGS_LEFT_OUT = ("letrozole", "risedronate", "zoledronic_acid", "denosumab")
"""Drugs whose every row is left out in turn: what the model would say of a drug that no trial has tested."""
Progress = Callable[[str, int, float], None]


def calibrate(
    *,
    seed: int = 0,
    cross_validate: bool = False,
    fresh: bool = False,
    report: Path | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Fit every fitted parameter to the published rows and store the result.

    Args:
        seed: of the virtual sample that stands for each published group.
        cross_validate: also refit without each trial of `LEFT_OUT` and each drug of `DRUGS_LEFT_OUT` in turn.
        fresh: start from the priors, not from the last calibration.
        report: folder for `calibration.json`; made if missing.
        progress: called with what is being fitted, the number of gradients so far and the cost.

    Returns:
        The report: what moved, every row, agreement, and what was predicted of trials and drugs left out.

    Raises:
        OsteocastError: the report's folder cannot be written.
    """
    started = time.monotonic()
    if report is not None:
        try:
            report.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OsteocastError(f"cannot be made ({error})", where=str(report), fix="give another folder") from None
    rows = [target for target in read_targets() if target.text("group") not in GROUPS_NOT_FITTED]
    task = problem(rows, seed=seed)
    start = None if fresh else _last(task)

    def say(what: str) -> Callable[[int, float], None]:
        return lambda count, cost: progress(what, count, cost) if progress is not None else None

    found = fit(task, start=start, progress=say("all trials"))
    result: dict[str, Any] = {
        "seed": seed,
        "cost": found.cost,
        "moved": moved(found, task),
        "rows": _rows(task, found),
        "agreement": _agreement(task, found, np.ones(len(task.targets), bool)),
    }
    if cross_validate:
        for key, names, has in (("left_out", LEFT_OUT, _is_trial), ("drugs_left_out", DRUGS_LEFT_OUT, _has_drug)):
            result[key] = {
                name: _left_out(task, found, [has(row, name) for row in task.targets], say(f"without {name}"))
                for name in names
            }
    result["seconds"] = round(time.monotonic() - started, 1)
    if report is not None:
        write_json(result, report / "calibration.json")
    write_json(posterior_dict(found, task, seed), registry.POSTERIOR)
    forget_loaded()
    return result


def _last(task: Problem) -> np.ndarray | None:
    last = registry.posterior()
    if last is None:
        return None
    known = dict(zip(last.names, last.log_mean, strict=True))
    return np.array([known.get(name, mean) for name, mean in zip(task.names, task.prior_mean, strict=True)])


def _is_trial(row: Target, name: str) -> bool:
    return row.trial == name


def _has_drug(row: Target, name: str) -> bool:
    arms = [row.regimen, row.comparator]
    return any(item.card_id == name for arm in arms if arm is not None for item in arm.items)


def _left_out(
    task: Problem, found: Fit, rows_out: Sequence[bool], progress: Callable[[int, float], None]
) -> dict[str, Any]:
    """Refit without some rows and predict them."""
    out = np.array(rows_out)
    without = fit(task, use=~out, start=found.log_mean, progress=progress)
    rows = [row for row, left in zip(_rows(task, without), out, strict=True) if left]
    return {**_agreement(task, without, out), "rows": rows}


def _z(task: Problem, found: Fit) -> np.ndarray:
    return np.asarray((found.simulated - task.observed) / task.total_sd)


def _agreement(task: Problem, found: Fit, use: np.ndarray) -> dict[str, Any]:
    """Root mean square and largest |z| of the used rows, in all and by kind."""
    z = _z(task, found)
    kinds = np.array([target.kind for target in task.targets])
    result: dict[str, Any] = {"n": int(use.sum()), "rms_z": float(np.sqrt(np.mean(z[use] ** 2)))}
    for kind in ("density", "marker", "hormone"):
        mine = z[use & (kinds == kind)]
        if len(mine):
            result[kind] = {
                "n": len(mine),
                "rms_z": float(np.sqrt(np.mean(mine**2))),
                "max_abs_z": float(np.max(np.abs(mine))),
            }
    return result


def _rows(task: Problem, found: Fit) -> list[dict[str, Any]]:
    targets: Sequence[Target] = task.targets
    return [
        {"id": target.text("id"), "study": target.text("study"), "observed": target.observed,
         "simulated": float(found.simulated[i]), "z": float(z), "quality": target.text("quality")}
        for i, (target, z) in enumerate(zip(targets, _z(task, found), strict=True))
    ]  # fmt: skip
