"""Fracture risk of every strategy, on one denominator, and what its effect is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from osteocast import fracture
from osteocast.forecast import history
from osteocast.forecast.compare import StrategyForecast, whole_days
from osteocast.forecast.leading import LONG_STEPS
from osteocast.forecast.simulation import Job, simulate
from osteocast.measure import dxa
from osteocast.twin.inference import Twin

YEARS = (1, 5, 10)


def course(one: StrategyForecast) -> fracture.Course:
    """A strategy as the fracture rates read it."""
    t_scores = {site: one.t_score(site) for site in dxa.SITES}
    return fracture.Course(one.months.astype(float), t_scores, one.course.quantity["sCTX"])


def courses(twin: Twin, found: Sequence[StrategyForecast], years: int) -> list[fracture.Course]:
    """Strategies as they count against fractures: testosterone's gain of density, or fall of turnover, does not.

    Args:
        twin: the person.
        found: the strategies.
        years: how long they are.
    """
    counted = [course(one) for one in found]
    taken = history.Taken(twin.numbers, history.horizon_d(years))
    jobs: dict[int, Job] = {}
    for i, one in enumerate(found):
        kept = fracture.without_testosterone(history.future(twin.person, twin.draws, one.regimen))
        if kept is not None:
            twin.numbers.add(taken.purposes(kept))
            months = whole_days(one.months)
            jobs[i] = Job(twin.draws.values, kept, months, 0.0, twin.present.state, taken, LONG_STEPS)
    for (i, _), run in zip(jobs.items(), simulate(list(jobs.values())) if jobs else [], strict=True):
        one, t_scores = found[i], {}
        for site in dxa.SITES:
            bmd = run.quantity[site] / run.quantity[site][:1] * twin.present.bmd[site]
            t_scores[site] = dxa.t_score(bmd, site, one.devices[site])
        without = fracture.Course(one.months.astype(float), t_scores, run.quantity["sCTX"])
        counted[i] = fracture.credited(counted[i], without)
    return counted


def risks(twin: Twin, counted: fracture.Course, reference: fracture.Course) -> dict[str, fracture.OutcomeForecast]:
    """Probability of each outcome within 1, 5 and 10 years, as far as the course goes; none below a year.

    Args:
        twin: the person.
        counted: of the strategy, see `courses`.
        reference: what its effect is measured against.
    """
    person = twin.person
    years = [year for year in YEARS if 12 * year <= np.max(counted.months)]
    if not years:
        return {}
    return fracture.forecast(
        counted,
        sex=person.sex,
        age=person.age,
        risk_factors=fracture.risk_factors(person),
        reference=reference,
        years=years,
    )


def block(found: Mapping[str, fracture.OutcomeForecast]) -> dict[str, Any]:
    """The JSON: by outcome `years`, `probability`, `through`, `tags`; sources stand together at the end."""
    made = {name: one.to_dict() for name, one in found.items()}
    return {name: {key: value for key, value in one.items() if key != "sources"} for name, one in made.items()}
