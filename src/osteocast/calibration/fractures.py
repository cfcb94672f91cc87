"""Fit what density and the published gradient of turnover leave unexplained in the spine, once for all drugs.

One number: the extra gradient of vertebral fractures on turnover below the usual level, from the vertebral rows of
two trials of two different drugs. A second is solved, not fitted: how the share of people who break several
vertebrae rises with turnover above the usual level, from the one published pair of shares after denosumab.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from osteocast.calibration.store import write_json
from osteocast.evidence.targets import CALIBRATION, Target, read_targets
from osteocast.fracture import turnover
from osteocast.fracture.hazard import parts
from osteocast.regimen import Regimen
from osteocast.trials.fractures import ArmCourse, arm_course, simulate, simulate_rows
from osteocast.trials.published import Arm, arms_of, group_of

RESULTS = CALIBRATION.parent / "fracture_results.json"
"""Published beside simulated, kept for the documentation."""
FITTED_ROWS = "vertebral_fracture_RR"
BOUNDS = (0.0, 1.0)
STOPPED_AFTER, FOLLOWED = 36.0, 12.0
"""Months of denosumab before it is stopped, and after the last dose has worn off, for the share of several
fractures: the women had left a trial of 36 months (assumed)."""
INTERVAL = re.compile(r"(\d*\.\d+)\s*-\s*(\d*\.\d+)")


def published_interval(target: Target) -> tuple[float, float] | None:
    """The 95 % interval that a row's note gives first, None where it gives none."""
    found = INTERVAL.search(target.text("note"))
    return None if found is None else (float(found[1]), float(found[2]))


def log_sd(target: Target) -> float:
    """Standard error of the logarithm of a ratio, from its interval, else from its standard error."""
    interval = published_interval(target)
    if interval is not None:
        return math.log(interval[1] / interval[0]) / (2.0 * 1.959964)
    return target.required("sd") / target.observed


def fit(progress: Callable[[str], None] = lambda _what: None) -> dict[str, Any]:
    """Fit both numbers and store them where the fracture package reads them.

    Args:
        progress: called with what is being done.

    Returns:
        What is stored.
    """
    targets = [row for row in read_targets() if row.text("quantity") == FITTED_ROWS]
    courses: dict[str, list[ArmCourse]] = {}
    for row in targets:
        progress(f"simulating {row.text('study')}")
        courses[row.text("id")] = [arm_course(arm, row) for arm in arms_of(row)]
    value, sd = fit_gradient(targets, courses)
    result = {
        "vertebral_turnover": {
            "value": round(value, 4),
            "low95": round(value - 1.959964 * sd, 4),
            "high95": round(value + 1.959964 * sd, 4),
            "unit": "1/sd",
            "rows": [row.text("id") for row in targets],
            "basis": "fitted",
            "quality": "abstract",
            "note": "least squares on the logarithm of the published ratios, weighted by their intervals; the "
            "interval is that of the fit alone",
        }
    }
    progress("simulating the rebound after denosumab")
    result["multiple_overshoot"] = {
        "value": round(solve_multiple(targets, value), 4),
        "low95": None,
        "high95": None,
        "unit": "1/sd",
        "rows": ["multiple_untreated", "multiple_after_denosumab"],
        "basis": "fitted",
        "quality": "memory",
        "note": "log odds of several vertebral fractures among those with any, solved from two remembered shares and "
        "the turnover that the mechanism shows in the year after the last dose has worn off",
    }
    write_json(result, turnover.FITTED)
    turnover.fitted.cache_clear()
    progress("comparing with every published fracture result")
    rows = [row for row in read_targets() if row.text("group") == "fracture"]
    write_json({"made_by": "osteocast calibrate --fractures", "rows": compared(rows)}, RESULTS)
    return result


def compared(rows: Sequence[Target]) -> dict[str, dict[str, Any]]:
    """Published and simulated value of every row by id, with its interval, its split and its role."""
    found: dict[str, dict[str, Any]] = {}
    for one in simulate_rows(rows):
        row = one.target
        found[row.text("id")] = {
            "study": row.text("study"),
            "quantity": row.text("quantity"),
            "unit": row.text("unit"),
            "observed": row.observed,
            "interval": published_interval(row),
            "simulated": round(one.simulated, 4),
            "through": None if one.through is None else one.through.to_dict(),
            "role": "fit" if row.text("quantity") == FITTED_ROWS else "check",
        }
    return found


def fit_gradient(targets: list[Target], courses: Mapping[str, list[ArmCourse]]) -> tuple[float, float]:
    """Value and standard error of the extra gradient of vertebral fractures on turnover [1/sd]."""
    from scipy.optimize import least_squares

    def residuals(x: np.ndarray) -> np.ndarray:
        return np.array(
            [
                math.log(simulate(row, courses[row.text("id")], vertebral=float(x[0])).simulated / row.observed)
                / log_sd(row)
                for row in targets
            ]
        )

    found = least_squares(residuals, x0=[0.1], bounds=BOUNDS, diff_step=1e-3)
    return float(found.x[0]), float(1.0 / np.sqrt((found.jac.T @ found.jac)[0, 0]))


def solve_multiple(targets: list[Target], vertebral: float) -> float:
    """Rise of the log odds of several fractures with turnover above usual, that gives the share published after
    denosumab [1/sd]."""
    from scipy.optimize import brentq

    row = next(one for one in targets if "denosumab" in one.text("regimen"))
    regimen = Regimen.parse(f"denosumab 60 mg every 6 months for {STOPPED_AFTER:g} months")
    months = np.arange(0.0, STOPPED_AFTER + FOLLOWED + 0.5)
    arm = arm_course(Arm(group_of(row), regimen), row, months=months)
    after = months >= STOPPED_AFTER
    ages, fold = arm.ages[after], arm.course.turnover[after]  # type: ignore[index]  # a simulated arm has turnover
    rate = parts(
        "vertebral_morphometric",
        sex=arm.sex,
        age=ages,
        t_scores={site: t[after] for site, t in arm.course.t_scores.items()},
        turnover_fold=fold,
        vertebral=vertebral,
    ).rate
    usual = turnover.number("multiple_untreated", arm.sex).value
    wanted = turnover.number("multiple_after_denosumab", arm.sex).value
    z = np.maximum(turnover.z_score(fold, sex=arm.sex, age=ages), 0.0)

    def excess(slope: float) -> float:
        odds = usual / (1.0 - usual) * np.exp(slope * z)
        return float(np.average(odds / (1.0 + odds), weights=rate)) - wanted

    return float(brentq(excess, 0.0, 20.0))
