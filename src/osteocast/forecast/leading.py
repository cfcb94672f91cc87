"""The first strategies of a plan at a fraction of its cost, for commands that go on to simulate them.

The candidates, what is said beside them and how they are ranked are those of `plan`. Two things are cut. Each
candidate is simulated for one person, whose every value and state is the median of the draws, so that all candidates
with denosumab share one run, and all without it another. And steps are longer, which moves a T-score by less than
0.001.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from osteocast.engine.accuracy import DEFAULT
from osteocast.forecast import history
from osteocast.forecast.candidates import AFTER_MONTHS, DENOSUMAB, Candidate, candidates, inhibitor_end
from osteocast.forecast.compare import whole_days
from osteocast.forecast.plan import SITES, Ranked, ordered
from osteocast.forecast.simulation import PEOPLE, Job, simulate
from osteocast.measure import dxa
from osteocast.people.draws import Draws
from osteocast.people.person import Person
from osteocast.regimen import Regimen

LONG_STEPS = DEFAULT._replace(step_d=64.0, finest_d=4.0, repeat=1)
"""Half as many steps as usual; compiled code is the same."""


def leading(person: Person, planned: Regimen, drawn: Draws, now: history.Present) -> tuple[Ranked, ...]:
    """Strategies, best first as `plan` ranks them, for the median person.

    A dose that is missed at random counts as taken here.

    Args:
        person: the person.
        planned: what is taken in every strategy, with an inhibitor that ends.
        drawn: draws of the person.
        now: their state and density at month 0.

    Raises:
        OsteocastError: no inhibitor is planned, or its end is open.
    """
    end = inhibitor_end(planned) + AFTER_MONTHS
    todo = list(candidates(planned, lambda strategy: history.future(person, drawn, strategy)))
    kinds: dict[bool, list[Candidate]] = {}
    for one in todo:
        kinds.setdefault(any(item.card_id == DENOSUMAB for item in one.whole.items), []).append(one)
    groups = [kind[first : first + PEOPLE] for kind in kinds.values() for first in range(0, len(kind), PEOPLE)]
    devices = {site: scan.device for site, scan in drawn.person.baseline_scans().items()}
    density = {site: float(np.median(now.bmd[site])) for site in SITES}
    months = whole_days(np.array([0.0, end]))
    jobs = []
    for some in groups:
        first, *others = (one.whole for one in some)
        n = len(some)
        values = {name: _median(value, n) for name, value in drawn.values.items()}
        state = {name: _median(value, n) for name, value in now.state.items()}
        every_dose = partial(_all_taken, n)
        taken = history.Taken(every_dose, history.horizon_d(end / 12.0))
        jobs.append(Job(values, first, months, 0.0, state, taken, LONG_STEPS, tuple(others), np.arange(n)))
    made: dict[Regimen, Ranked] = {}
    for some, course in zip(groups, simulate(jobs), strict=True):
        ratio = {site: course.quantity[site][-1] / course.quantity[site][0] for site in SITES}
        for k, one in enumerate(some):
            t_scores = [float(dxa.t_score(density[site] * ratio[site][k], site, devices[site])) for site in SITES]
            change = min(100.0 * (float(ratio[site][k]) - 1.0) for site in SITES)
            made[one.regimen] = Ranked(one, min(t_scores), change)
    return ordered([made[one.regimen] for one in todo])


def _all_taken(n: int, _purpose: str) -> np.ndarray:
    return np.full(n, -np.inf)


def _median(value: Any, n: int) -> Any:
    return np.full(n, np.median(value)) if np.ndim(value) else value
