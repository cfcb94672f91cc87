"""How often fractures and deaths happen in the general population: rate per year by sex and age."""

from __future__ import annotations

from typing import Any

import numpy as np

from osteocast.errors import OsteocastError
from osteocast.fracture.outcomes import DEFAULT_POPULATION, MULTIPLE, population_name, sites_of
from osteocast.fracture.records import SEXES, Series, table

PER_PERSON_YEAR = 1e-3


def series(site: str, sex: str, population: str = DEFAULT_POPULATION) -> Series:
    """The published rates behind a single site [per 1000 person-years]; several vertebrae go by those of one.

    Raises:
        OsteocastError: no rates of this site, sex or population.
    """
    known = table("incidence", "population", "sex", "outcome")
    site = "vertebral_morphometric" if site == MULTIPLE else site
    population = population_name(population)
    if sex not in SEXES:
        raise OsteocastError(f"'{sex}' is not a sex with fracture rates", where="sex", fix="use female or male")
    return known.get((population, sex, site)) or known["any", sex, site]


def incidence_per_year(outcome: str, *, sex: str, age: Any, population: str = DEFAULT_POPULATION) -> np.ndarray:
    """Average rate of a first fracture in the population [1/year].

    Below 50, where nothing was published, it goes on falling as from 57 to 52, down to 40. The oldest band is open
    and already the mean of everyone over 90, so it is kept from its middle on.

    Args:
        outcome: one of `OUTCOMES`.
        sex: female or male.
        age: years, any shape.
        population: whose rates.
    """
    each = [series(site, sex, population).at(age, beyond="younger") for site in sites_of(outcome)]
    return np.asarray(PER_PERSON_YEAR * sum(each))


def death_series(sex: str, population: str = DEFAULT_POPULATION) -> Series:
    """The life table [1/year, a probability]."""
    return table("death", "population", "sex")[population_name(population), sex]


def death_rate_per_year(sex: str, age: Any, population: str = DEFAULT_POPULATION) -> np.ndarray:
    """Rate of death from any cause in the general population [1/year].

    The life table gives the probability q of dying within a year of a birthday; -ln(1 - q) is the mean rate over
    that year and is taken at its middle.
    """
    one = death_series(sex, population)
    within_a_year = one.at(np.asarray(age, float) - 0.5, beyond="both")
    return np.asarray(-np.log1p(-np.minimum(within_a_year, 0.999)))
