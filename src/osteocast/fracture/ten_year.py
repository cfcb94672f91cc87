"""Ten-year probabilities beside those printed for the United Kingdom in 2008: a comparison, never a source.

The printed tables are outputs of another tool, whose equations are not public. None of our numbers comes from them.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import osteocast.evidence
from osteocast.fracture.cumulative import MONTHS_PER_YEAR, cumulative_incidence
from osteocast.fracture.density import mean_t_scores
from osteocast.fracture.hazard import rate_per_year
from osteocast.fracture.incidence import death_rate_per_year
from osteocast.fracture.outcomes import DEFAULT_POPULATION

TABLE = Path(osteocast.evidence.__file__).parent / "ten_year_fracture.csv"
ASKED = ("prior_fracture", "parent_hip_fracture", "smoker", "glucocorticoids", "alcohol", "rheumatoid_arthritis")
"""Risk factors that the printed tables set to no, or one of them to yes."""
COMPARED_FROM = 1.0
"""Printed percent from which a row is compared: below, the printed digit decides."""
MONTHS = np.arange(0.0, 121.0, 3.0)


@dataclass(frozen=True)
class Row:
    """One printed probability and ours.

    Attributes:
        sex: female or male.
        age: years.
        outcome: hip or mof.
        t_score: of the femoral neck, None where density was unknown.
        risk_factor: the one that is present, or "".
        printed: percent.
        ours: percent.
    """

    sex: str
    age: float
    outcome: str
    t_score: float | None
    risk_factor: str
    printed: float
    ours: float

    @property
    def ratio(self) -> float:
        """Ours over the printed one."""
        return self.ours / self.printed

    @property
    def scanned(self) -> bool:
        """Whether density was known."""
        return self.t_score is not None


@cache
def compare(population: str = DEFAULT_POPULATION) -> tuple[Row, ...]:
    """Every printed row of 1 % and more.

    The person keeps their place among people of their age for ten years; turnover is unknown.

    Args:
        population: whose incidence and life table ours are computed from.
    """
    with TABLE.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if not row["below"] and float(row["percent"]) >= COMPARED_FROM]
    return tuple(_row(row, population) for row in rows)


def _row(row: dict[str, str], population: str) -> Row:
    age, t = float(row["age"]), row["t_score_femoral_neck"]
    factors: dict[str, Any] = {name: float(name == row["risk_factor"]) for name in ASKED}
    ours = ten_year_percent(
        row["outcome"],
        sex=row["sex"],
        age=age,
        t_scores={"femoral_neck": float(t)} if t else {},
        factors={**factors, "bmi": float(row["bmi"])},
        population=population,
    )
    printed = float(row["percent"])
    return Row(row["sex"], age, row["outcome"], float(t) if t else None, row["risk_factor"], printed, ours)


def ten_year_percent(
    outcome: str,
    *,
    sex: str,
    age: float,
    t_scores: Mapping[str, float],
    factors: Mapping[str, Any],
    population: str = DEFAULT_POPULATION,
) -> float:
    """Probability of a fracture within ten years [%] of one person; as `ten_year_percents`, from single numbers."""
    found = ten_year_percents(outcome, sex=sex, age=age, t_scores=t_scores, factors=factors, population=population)
    return float(found[0])


def ten_year_percents(
    outcome: str,
    *,
    sex: str,
    age: float,
    t_scores: Mapping[str, Any],
    factors: Mapping[str, Any],
    population: str = DEFAULT_POPULATION,
) -> np.ndarray:
    """Probabilities of a fracture within ten years [%] from scans and risk factors, with death competing.

    Nothing is taken of what a drug will do: the person keeps their place among people of their age.

    Args:
        outcome: one of `OUTCOMES`.
        sex: female or male.
        age: years.
        t_scores: T-scores [1] by scan site, shape (people,) or (); none at all uses the average at that age.
        factors: risk factors by name of `factors.FACTORS`; those left out are unknown.
        population: whose fracture rates and life table.

    Returns:
        Shape (people,), or (1,) for single numbers.
    """
    ages = (age + MONTHS / MONTHS_PER_YEAR)[:, None]
    course = mean_t_scores(t_scores, sex=sex, age=age, later=ages) if t_scores else None
    rate = rate_per_year(outcome, sex=sex, age=ages, t_scores=course, factors=factors, population=population)
    return np.asarray(100.0 * cumulative_incidence(MONTHS, rate, death_rate_per_year(sex, ages, population))[-1])


def agreement(rows: Sequence[Row]) -> dict[str, float]:
    """Number of rows, rank correlation, and geometric mean of ours over the printed ones."""
    from scipy.stats import spearmanr

    rank = float(spearmanr([row.printed for row in rows], [row.ours for row in rows]).statistic)
    ratio = math.exp(float(np.mean([math.log(row.ratio) for row in rows])))
    return {"rows": len(rows), "rank_correlation": rank, "geometric_mean_ratio": ratio}


def mean_ratios(rows: Sequence[Row], *by: str) -> dict[tuple[Any, ...], float]:
    """Geometric mean of ours over the printed ones, in groups.

    Args:
        rows: from `compare`.
        by: attributes of `Row` that make a group, such as `sex`, `age`, `scanned`.

    Returns:
        The mean by the values of those attributes.
    """
    groups: dict[tuple[Any, ...], list[float]] = {}
    for row in rows:
        groups.setdefault(tuple(getattr(row, name) for name in by), []).append(math.log(row.ratio))
    return {key: math.exp(float(np.mean(logs))) for key, logs in groups.items()}


def agreement_within(rows: Sequence[Row], *by: str) -> float:
    """Rank correlation of all rows if the mean ratio of each group were that of all: what the groups' means cost."""
    means = mean_ratios(rows, *by)
    level = [replace(row, ours=row.ours / means[tuple(getattr(row, name) for name in by)]) for row in rows]
    return agreement(level)["rank_correlation"]
