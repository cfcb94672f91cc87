"""Rank strategies for one person by where they leave the skeleton three years after the inhibitor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from osteocast.drugs.harms import harms_of
from osteocast.errors import OsteocastError
from osteocast.forecast import history
from osteocast.forecast.candidates import AFTER_MONTHS, Candidate, candidates, inhibitor_end
from osteocast.forecast.compare import DRAWS, SEED, choose, drawn_person, whole, whole_days
from osteocast.forecast.simulation import Job, simulate
from osteocast.measure import dxa
from osteocast.people.person import Person

SITES = ("lumbar_spine", "total_hip", "femoral_neck")
"""Sites of a diagnosis."""
AT_ONCE = 8


@dataclass(frozen=True)
class Ranked:
    """A strategy and where it leaves the person.

    Attributes:
        candidate: the strategy.
        t_score: median T-score at the worst site, three years after the inhibitor's end.
        change_pct: median change since month 0 at the site that changes worst [%].
    """

    candidate: Candidate
    t_score: float
    change_pct: float

    def to_dict(self) -> dict[str, Any]:
        """The entry of `plan --json`."""
        one = self.candidate
        return {
            "regimen": str(one.regimen),
            "min_t_score_end_plus_36": round(self.t_score, 3),
            "min_change_pct_end_plus_36": round(self.change_pct, 2),
            "visits": one.visits,
            "harms": _harms(one),
            "exit": None if one.exit is None else str(one.exit),
            "warnings": list(one.warnings),
        }


def plan_dict(person: Person, ranked: Sequence[Ranked], draws: int, seed: int) -> dict[str, Any]:
    """The JSON of `osteocast plan --json`."""
    return {
        "schema": 1,
        "person": {"name": person.name, "sex": person.sex, "age": person.age},
        "planned": str(person.planned),
        "draws": draws,
        "seed": seed,
        "ranked": [one.to_dict() for one in ranked],
    }


def _harms(one: Candidate) -> list[dict[str, Any]]:
    """The harms of all that is taken, each once: the drugs that protect first."""
    return [harm.to_dict() for harm in dict.fromkeys(harm for drug in one.drugs for harm in harms_of(drug))]


def plan(
    person: Person,
    draws: int = 200,
    seed: int = SEED,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Ranked, ...]:
    """Search over drugs, start times, intervals and exits.

    Args:
        person: the person, with the inhibitor as `planned`.
        draws: draws of parameters and person for each strategy, the same in all.
        seed: seed of the random streams.
        progress: called with the number of strategies done and of all.

    Returns:
        Strategies, best first by the median T-score at the worst site three years after the inhibitor ends;
        equal ones (to 0.01) by fewer visits. Denosumab that nothing follows is never first, unless it is planned
        so and no strategy can follow it; it carries its warning then too.

    Raises:
        OsteocastError: no inhibitor is planned, or its end is open, or the draws are not a number from 10 to 20,000.
    """
    draws = whole(draws, "draws", *DRAWS)
    if person.planned is None:
        raise OsteocastError(
            "nothing is planned",
            where="planned",
            fix='add a line such as planned = "anastrozole 1 mg daily for 60 months"',
        )
    choose(person, [])
    end = inhibitor_end(person.planned) + AFTER_MONTHS
    numbers, drawn = drawn_person(person, draws, seed)
    todo = list(candidates(person.planned, lambda strategy: history.future(person, drawn, strategy)))
    now = history.present(person, drawn, numbers)
    taken = history.Taken(numbers, history.horizon_d(end / 12.0))
    devices = {site: scan.device for site, scan in drawn.person.baseline_scans().items()}
    months = whole_days(np.array([0.0, end]))
    found = []
    for first in range(0, len(todo), AT_ONCE):
        some = todo[first : first + AT_ONCE]
        regimens = [one.whole for one in some]
        numbers.add(purpose for regimen in regimens for purpose in taken.purposes(regimen))
        jobs = [Job(drawn.values, regimen, months, 0.0, state=now.state, taken=taken) for regimen in regimens]
        for one, course in zip(some, simulate(jobs), strict=True):
            ratio = {site: course.quantity[site][-1] / course.quantity[site][0] for site in SITES}
            t_scores = [
                float(np.median(dxa.t_score(now.bmd[site] * ratio[site], site, devices[site]))) for site in SITES
            ]
            changes = [float(np.median(100.0 * (ratio[site] - 1.0))) for site in SITES]
            found.append(Ranked(one, min(t_scores), min(changes)))
        if progress is not None:
            progress(len(found), len(todo))
    return ordered(found)


def ordered(found: Sequence[Ranked]) -> tuple[Ranked, ...]:
    """Best first; denosumab that nothing follows stands behind the best strategy that needs no exit or has one."""
    ranked = sorted(found, key=lambda one: (-round(one.t_score, 2), one.candidate.visits))
    first = next((one for one in ranked if not one.candidate.unprotected_exit), ranked[0])
    return (first, *(one for one in ranked if one is not first))
