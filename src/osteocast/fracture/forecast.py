"""Fracture probabilities of one person from a course of density and turnover, with death competing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from osteocast.errors import OsteocastError
from osteocast.fracture import density, factors, hazard, incidence, turnover
from osteocast.fracture.course import Course, credited
from osteocast.fracture.cumulative import MONTHS_PER_YEAR, cumulative_incidence
from osteocast.fracture.hazard import Parts
from osteocast.fracture.outcomes import DEFAULT_POPULATION, MULTIPLE, OUTCOMES, SPINE, sites_of
from osteocast.fracture.split import Through, split

YEARS = tuple(range(1, 11))
QUANTILES = (0.5, 0.05, 0.95)
QUARTER = 3.0
"""Longest step [month] of the grid that rates are computed on."""


@dataclass(frozen=True)
class OutcomeForecast:
    """One outcome of one person.

    Attributes:
        outcome: one of `OUTCOMES`.
        years: years from the day of the forecast.
        median: probability of at least one such fracture by each year [1], median of the draws.
        lo90: lower end of the 90 % band.
        hi90: upper end.
        through: what the effect against the reference is made of, None without a reference.
        tags: `derived`, `memory`, `assumed`, `borrowed`, `fitted` where a number behind it is that.
        sources: citations behind it.
    """

    outcome: str
    years: tuple[int, ...]
    median: tuple[float, ...]
    lo90: tuple[float, ...]
    hi90: tuple[float, ...]
    through: Through | None
    tags: tuple[str, ...]
    sources: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The entry of the JSON."""
        bands = zip(self.median, self.lo90, self.hi90, strict=True)
        return {
            "years": list(self.years),
            "probability": [
                {"median": round(m, 5), "lo90": round(low, 5), "hi90": round(high, 5)} for m, low, high in bands
            ],
            "through": None if self.through is None else self.through.to_dict(),
            "tags": list(self.tags),
            "sources": list(self.sources),
        }


def forecast(
    course: Course,
    *,
    sex: str,
    age: float,
    risk_factors: Mapping[str, Any] | None = None,
    reference: Course | None = None,
    without_no_credit: Course | None = None,
    population: str = DEFAULT_POPULATION,
    outcomes: Sequence[str] = OUTCOMES,
    years: Sequence[int] = YEARS,
) -> dict[str, OutcomeForecast]:
    """Probabilities of fracture along a course.

    Args:
        course: T-scores and turnover by month; must reach the last of `years`.
        sex: female or male.
        age: years at the first month.
        risk_factors: by name of `factors.FACTORS`, None or nan where unknown.
        reference: the same draws under what to compare with (no treatment, or the planned one), for the split.
        without_no_credit: the same draws without testosterone, where `course` has it: see `course.credited`.
        population: whose incidence and life table.
        outcomes: which of `OUTCOMES`; `vertebral_multiple` and `nonvertebral` may be added.
        years: whole years from the first month, 1 to 10.

    Raises:
        OsteocastError: the course is too short, or something cannot be read.
    """
    if without_no_credit is not None:
        course = credited(course, without_no_credit)
    months = _grid(course, years)
    here = _on(course, months)
    other = None if reference is None else _on(reference, months)
    ages = (age + months / MONTHS_PER_YEAR)[:, None]
    at = np.searchsorted(months, np.array(years) * MONTHS_PER_YEAR - 1e-9)
    death = incidence.death_rate_per_year(sex, ages, population)
    cache: dict[tuple[int, str], Parts] = {}

    def site_parts(which: Course, site: str) -> Parts:
        key = id(which), site
        if key not in cache:
            cache[key] = hazard.parts(
                site,
                sex=sex,
                age=ages,
                t_scores=which.t_scores,
                turnover_fold=which.turnover,
                risk_factors=risk_factors,
                population=population,
            )
        return cache[key]

    found: dict[str, OutcomeForecast] = {}
    for outcome in outcomes:
        mine = [site_parts(here, site) for site in sites_of(outcome)]
        rate: Any = sum(one.rate for one in mine)
        by_year = cumulative_incidence(months, rate, death)[at]
        bands = np.quantile(by_year.reshape(len(at), -1), QUANTILES, axis=1)
        through = None
        if other is not None:
            through = split(months, mine, [site_parts(other, site) for site in sites_of(outcome)])
        tags, sources = provenance(
            outcome,
            sex=sex,
            scans=tuple(course.t_scores),
            has_turnover=course.turnover is not None,
            risk_factors=risk_factors,
            population=population,
        )
        median, low, high = (tuple(float(one) for one in row) for row in bands)
        found[outcome] = OutcomeForecast(outcome, tuple(years), median, low, high, through, tags, sources)
    return found


def provenance(
    outcome: str,
    *,
    sex: str,
    scans: Sequence[str] = (),
    has_turnover: bool = False,
    risk_factors: Mapping[str, Any] | None = None,
    population: str = DEFAULT_POPULATION,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tags and citations of every number that an outcome's rate is computed from.

    Returns:
        Tags such as `derived` and `memory`, and citations, each sorted and once.
    """
    used = [incidence.death_series(sex, population)]
    tags: set[str] = set()
    for site in sites_of(outcome):
        used.append(incidence.series(site, sex, population))
        scan = density.scan_used(site, dict.fromkeys(scans))
        if scan is not None:
            used.append(density.gradient(site, scan, sex))
        for name, value in (risk_factors or {}).items():
            if value is not None and not np.all(np.isnan(np.asarray(value, float))):
                used.append(factors.ratio(name, site, sex, scan is not None))
                used.append(factors.share(name, "mean" if name == "bmi" else "prevalence", sex))
        if has_turnover and site in SPINE:
            tags.add(turnover.fitted().basis)
        if site == MULTIPLE:
            used.append(turnover.number("multiple_untreated", sex))
    if has_turnover:
        used += [turnover.number(name, sex) for name in ("gradient", "log_sd", "lowest_z", "highest_z")]
    tags |= {tag for one in used for tag in one.tags}
    return tuple(sorted(tags)), tuple(sorted({one.source for one in used}))


def _grid(course: Course, years: Sequence[int]) -> np.ndarray:
    """Quarters of a year and the course's own months, up to the last year."""
    months = np.asarray(course.months, float)
    if not years or any(not 1 <= year <= 10 or year != int(year) for year in years):
        raise OsteocastError(
            f"years {list(years)} are not whole years of 1 to 10", where="years", fix="give some such as 1, 5, 10"
        )
    end = max(years) * MONTHS_PER_YEAR
    if months.ndim != 1 or len(months) < 2 or months[0] != 0.0 or months[-1] < end - 1e-6:
        raise OsteocastError(
            "the course does not reach from month 0 to the last year asked for",
            where="course",
            fix=f"simulate it to month {end:g}, or ask for fewer years",
        )
    inside = months[months <= end + 1e-6]
    return np.unique(np.concatenate([inside, np.arange(0.0, end + QUARTER / 2, QUARTER), [end]]))


def _on(course: Course, months: np.ndarray) -> Course:
    """A course on another grid: straight lines between its months."""
    own = np.asarray(course.months, float)
    left = np.clip(np.searchsorted(own, months, side="right") - 1, 0, len(own) - 2)
    share = ((months - own[left]) / (own[left + 1] - own[left]))[:, None]

    def moved(values: Any, name: str) -> np.ndarray:
        values = np.asarray(values, float)
        values = values[:, None] if values.ndim == 1 else values
        if values.ndim != 2 or len(values) != len(own):
            raise OsteocastError("values and months do not match", where=name, fix="give shape (months, draws)")
        return np.asarray((1.0 - share) * values[left] + share * values[left + 1])

    return Course(
        months,
        {site: moved(t, f"t_scores, {site}") for site, t in course.t_scores.items()},
        None if course.turnover is None else moved(course.turnover, "turnover"),
    )
