"""Fracture results of published trials, simulated: the same virtual people in both arms, month by month.

Density and turnover come from the mechanism, fracture rates from `osteocast.fracture`. Nothing here knows which drug
is given, but for testosterone: what it adds to density lowers no fracture rate, see `fracture.course`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from osteocast.engine.run import run
from osteocast.errors import OsteocastError
from osteocast.evidence.targets import Target
from osteocast.fracture import (
    Course,
    credited,
    cumulative_hazard,
    cumulative_incidence,
    death_rate_per_year,
    t_scores_from_density,
    without_testosterone,
)
from osteocast.fracture.hazard import Parts, parts
from osteocast.fracture.outcomes import DEFAULT_POPULATION, NONVERTEBRAL, sites_of
from osteocast.fracture.split import Through, split
from osteocast.measure import dxa
from osteocast.people.sample import DAYS_PER_YEAR, Numbers, values
from osteocast.regimen import Regimen
from osteocast.trials.published import Arm, arms_of
from osteocast.trials.validate import person_numbers

OUTCOME_OF = {
    "any_clinical_fracture_rate": "any_clinical",
    "any_clinical_fracture_HR": "any_clinical",
    "hip_fracture_HR": "hip",
    "vertebral_fracture_RR": "vertebral_morphometric",
    "nonvertebral_fracture_HR": NONVERTEBRAL,
}
"""The outcome that a published quantity counts. A vertebral fracture of a trial is one on film, noticed or not."""
T_SCORE_SD, SPINE_HIP = 0.9, 0.6
"""Spread of T-scores in a trial's people, and correlation of spine with hip: assumed."""
PEOPLE = 256
SCANS = ("lumbar_spine", "total_hip")


@dataclass(frozen=True)
class FractureResult:
    """A published fracture result and the simulated one.

    Attributes:
        target: the row.
        simulated: ratio, or rate per 1,000 person-years.
        through: what a ratio is made of; None for a rate.
    """

    target: Target
    simulated: float
    through: Through | None


@dataclass(frozen=True)
class ArmCourse:
    """One arm: ages [year] and course, shape (months, people)."""

    sex: str
    ages: np.ndarray
    course: Course

    def parts(self, outcome: str, *, population: str, vertebral: float | None) -> list[Parts]:
        """Parts of the rate of each site of an outcome."""
        return [
            parts(
                site,
                sex=self.sex,
                age=self.ages,
                t_scores=self.course.t_scores,
                turnover_fold=self.course.turnover,
                population=population,
                vertebral=vertebral,
            )
            for site in sites_of(outcome)
        ]


def arm_course(arm: Arm, target: Target, *, people: int = PEOPLE, months: np.ndarray | None = None) -> ArmCourse:
    """Density and turnover of the people of a row under one of its arms, as they count against fractures.

    Where the arm has testosterone, the same people are simulated without it too: see `fracture.credited`.

    Args:
        arm: the arm.
        target: the row, for its mean T-scores and its length.
        people: size of the sample.
        months: output months from 0 on; by default every month to the end of the row.
    """
    if months is None:
        months = np.arange(0.0, target.required("to_month") + 0.5)
    numbers = person_numbers(people)
    table: dict[str, Any] = {
        name: np.broadcast_to(np.asarray(value, float), (people,))
        for name, value in values([arm.group], numbers).items()
    }
    densities = _densities(target, numbers)

    def course(regimen: Regimen) -> Course:
        """What bone does in these people under a regimen; both begin life in the same month."""
        wanted = (*SCANS, "sCTX")
        nobody_differs = np.zeros(people, int)
        quantity = run(table, [regimen], nobody_differs, months, start_month=arm.start_month, wanted=wanted).quantity
        return Course(months, t_scores_from_density(quantity, densities), quantity["sCTX"])

    found, without = course(arm.regimen), without_testosterone(arm.regimen)
    if without is not None:
        found = credited(found, course(without))
    ages = table["age"] + months[:, None] * 30.4375 / DAYS_PER_YEAR
    return ArmCourse(arm.group.sex, ages, found)


def _densities(target: Target, numbers: Numbers) -> dict[str, np.ndarray]:
    """Densities [g/cm2] of the sample at month 0, around the row's mean T-scores."""
    spine, own = numbers("t_score lumbar_spine"), numbers("t_score total_hip")
    hip = SPINE_HIP * spine + np.sqrt(1.0 - SPINE_HIP**2) * own
    means = {"lumbar_spine": target.required("t_spine"), "total_hip": target.required("t_hip")}
    return {
        site: dxa.bmd(means[site] + T_SCORE_SD * z, site) for site, z in (("lumbar_spine", spine), ("total_hip", hip))
    }


def simulate(
    target: Target,
    arms: Sequence[ArmCourse],
    *,
    population: str = DEFAULT_POPULATION,
    vertebral: float | None = None,
) -> FractureResult:
    """The published number of a row from its simulated arms.

    A ratio of rates is that of the hazards gathered, a relative risk that of the cumulative incidences, a rate is
    first fractures over the time until the first fracture or death.

    Args:
        target: the row.
        arms: its arm and, for a ratio, its comparator.
        population: whose incidence.
        vertebral: the fitted gradient to use instead of the stored one [1/sd], while fitting.
    """
    outcome = outcome_of(target)
    each = [arm.parts(outcome, population=population, vertebral=vertebral) for arm in arms]
    months = arms[0].course.months
    rates: list[Any] = [sum(one.rate for one in found) for found in each]
    if target.text("measure") == "rate":
        death = death_rate_per_year(arms[0].sex, arms[0].ages, population)
        left = np.exp(-cumulative_hazard(months, rates[0] + death))
        first = cumulative_incidence(months, rates[0], death)[-1]
        time = np.trapezoid(left, months / 12.0, axis=0)
        return FractureResult(target, 1000.0 * float(first.mean() / time.mean()), None)
    through = split(months, *each)
    ratio = through.total
    if target.text("quantity").endswith("_RR"):
        with_, without = (
            cumulative_incidence(months, rate, death_rate_per_year(arm.sex, arm.ages, population))[-1].mean()
            for rate, arm in zip(rates, arms, strict=True)
        )
        ratio = float(with_ / without)
    return FractureResult(target, ratio, through)


def outcome_of(target: Target) -> str:
    """The outcome that a row counts.

    Raises:
        OsteocastError: its quantity is no fracture.
    """
    quantity = target.text("quantity")
    if quantity not in OUTCOME_OF:
        raise OsteocastError(
            f"'{quantity}' is not a fracture result", where=f"row {target.line}", fix=f"use {', '.join(OUTCOME_OF)}"
        )
    return OUTCOME_OF[quantity]


def simulate_rows(
    targets: Sequence[Target], *, people: int = PEOPLE, population: str = DEFAULT_POPULATION
) -> tuple[FractureResult, ...]:
    """Simulate every row; arms that rows share are run once."""
    courses: dict[Any, ArmCourse] = {}
    found = []
    for target in targets:
        arms = [_course(courses, arm, target, people) for arm in arms_of(target)]
        found.append(simulate(target, arms, population=population))
    return tuple(found)


def _course(courses: dict[Any, ArmCourse], arm: Arm, target: Target, people: int) -> ArmCourse:
    key = arm, target.text("t_spine"), target.text("t_hip"), target.text("to_month")
    if key not in courses:
        courses[key] = arm_course(arm, target, people=people)
    return courses[key]
