"""The course of density without bone drugs, for the question when a guideline would begin to protect."""

from __future__ import annotations

from osteocast.forecast.compare import compare
from osteocast.fracture import Course
from osteocast.guidance.expected import OPEN_MONTHS
from osteocast.guidance.treatment import BONE_DRUGS
from osteocast.people.person import Person
from osteocast.regimen import Regimen

DRAWS = 200


def course_without_bone_drugs(person: Person, regimen: Regimen | None = None, draws: int = DRAWS) -> Course:
    """Simulated T-scores of the sites that were scanned, over the longest time that guidance looks ahead.

    Args:
        person: the person.
        regimen: what is taken from month 0 on, by default what is planned; bone drugs in it are left out. Those that
            go on from before stay.
        draws: how many, 10 to 20,000.

    Raises:
        OsteocastError: the regimen cannot be simulated.
    """
    chosen = regimen if regimen is not None else person.planned or Regimen()
    without = Regimen(tuple(item for item in chosen.items if item.card_id not in BONE_DRUGS))
    (one,) = compare(person, [without], years=int(OPEN_MONTHS // 12), draws=draws).strategies
    return Course(one.months.astype(float), {site: one.t_score(site) for site in person.t_scores})
