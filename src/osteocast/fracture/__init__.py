"""Fracture rates and probabilities from density, turnover, age and risk factors, with death competing."""

from osteocast.fracture.course import Course, credited, t_scores_from_density, without_testosterone
from osteocast.fracture.cumulative import cumulative_hazard, cumulative_incidence, event_months
from osteocast.fracture.density import mean_t_scores
from osteocast.fracture.factors import FACTORS
from osteocast.fracture.forecast import OutcomeForecast, forecast, provenance
from osteocast.fracture.hazard import rate_per_year
from osteocast.fracture.incidence import death_rate_per_year, incidence_per_year
from osteocast.fracture.outcomes import (
    DEFAULT_POPULATION,
    MAJOR,
    MULTIPLE,
    NONVERTEBRAL,
    OUTCOMES,
    POPULATIONS,
    TITLES,
)
from osteocast.fracture.person import not_used, risk_factors
from osteocast.fracture.ten_year import ten_year_percent, ten_year_percents

__all__ = [
    "DEFAULT_POPULATION", "FACTORS", "MAJOR", "MULTIPLE", "NONVERTEBRAL", "OUTCOMES", "POPULATIONS", "TITLES",
    "Course", "OutcomeForecast", "credited", "cumulative_hazard", "cumulative_incidence", "death_rate_per_year",
    "event_months", "forecast", "incidence_per_year", "mean_t_scores", "not_used", "provenance", "rate_per_year",
    "risk_factors", "t_scores_from_density", "ten_year_percent", "ten_year_percents",
    "without_testosterone",
]  # fmt: skip
