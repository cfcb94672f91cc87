"""Fractures of virtual people: rates from the simulated course month by month, times by inversion of the hazard."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from osteocast.measure import dxa
from osteocast.trials.follow_up import MONTHS_PER_YEAR, Clock

Numbers = Callable[[str], np.ndarray]
PARTS = ("hip", "vertebral_clinical", "wrist", "humerus", "vertebral_morphometric")
"""Fractures that are drawn; each has a number of its own."""
MAJOR = ("hip", "vertebral_clinical", "wrist", "humerus")
"""The major osteoporotic ones: the first of them is the event `mof`."""
OTHER = "other_clinical"
"""Clinical fractures elsewhere; the first of these and the major ones is the event `any_clinical`."""
ELSEWHERE = ("hip", "wrist", "humerus", OTHER)
"""The first of these is the event `nonvertebral`."""
OLDEST = 110.0
"""Age [years] beyond which rates stay as they are."""


class Fractures:
    """The first fracture of each kind in each person.

    Args:
        sex: of the people.
        age: at month 0 [years], shape (people,).
        facts: true facts at month 0, among them the risk factors, shape (people,).
        uniform: uniform numbers of the people.
    """

    def __init__(self, sex: str, age: np.ndarray, facts: Mapping[str, np.ndarray], uniform: Numbers) -> None:
        from osteocast.fracture.factors import FACTORS

        self.sex, self.age = sex, age
        self.factors = {name: facts[name] for name in FACTORS if name in facts}
        self.clocks = {kind: Clock(uniform, kind) for kind in (*PARTS, OTHER)}

    def run(self, months: np.ndarray, t_scores: Mapping[str, np.ndarray], turnover: np.ndarray) -> None:
        """Let the time between months pass, each interval at the mean of the rates at its ends.

        Args:
            months: increasing, shape (months,).
            t_scores: true T-scores by site at these months, shape (months, people).
            turnover: bone resorption marker at these months [fold of young adult], shape (months, people).
        """
        age = np.minimum(self.age + months[:, None] / MONTHS_PER_YEAR, OLDEST)
        for kind, clock in self.clocks.items():
            yearly = self._rate(kind, age, t_scores, turnover)
            for first, last, start, end in zip(months[:-1], months[1:], yearly[:-1], yearly[1:], strict=True):
                clock.run(first, last, 0.5 * (start + end))

    def _rate(
        self, kind: str, age: np.ndarray, t_scores: Mapping[str, np.ndarray], turnover: np.ndarray
    ) -> np.ndarray:
        from osteocast.fracture import rate_per_year

        found = rate_per_year(kind, sex=self.sex, age=age, t_scores=t_scores, turnover=turnover, factors=self.factors)
        return np.asarray(found)

    def months(self) -> dict[str, np.ndarray]:
        """Month of the first fracture by outcome, infinite where there is none yet, shape (people,)."""
        found = {kind: self.clocks[kind].month for kind in PARTS}
        found["mof"] = np.minimum.reduce([found[kind] for kind in MAJOR])
        found["nonvertebral"] = np.minimum.reduce([self.clocks[kind].month for kind in ELSEWHERE])
        found["any_clinical"] = np.minimum(found["mof"], self.clocks[OTHER].month)
        return found


Sites = Mapping[str, np.ndarray]


def t_scores(relative: Sites, density: Sites, device: str) -> dict[str, np.ndarray]:
    """True T-scores by site: relative density times that of the young adult [g/cm2]."""
    return {site: np.asarray(dxa.t_score(relative[site] * density[site], site, device)) for site in dxa.SITES}
