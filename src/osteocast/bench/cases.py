"""The questions that every simulator is asked: who, what they take, what is wanted."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from osteocast.engine.grid import DAYS_PER_MONTH
from osteocast.model.assemble import SITES
from osteocast.people.sample import Group, values
from osteocast.regimen import Regimen
from osteocast.trials.published import Arm

YEARS = 10
MONTHS = np.arange(0.0, 12.0 * YEARS + 1.0, 12.0)
"""Outputs: month 0 and every year. The life before month 0 is simulated too, by everyone, and its time counts."""
WANTED = SITES
WOMEN = Group("female", 62.0, 12.0, 27.0)
REGIMENS = {"untreated": "none", "daily": "anastrozole 1 mg daily for 60 months"}


class Case(NamedTuple):
    """One question.

    Attributes:
        name: `untreated`, or `daily`: a tablet a day for five of the ten years, each a dose.
        values: every parameter and personal value, shape () or (people,).
        regimen: what everybody takes.
        start_month: where the simulated life begins.
    """

    name: str
    values: Mapping[str, Any]
    regimen: Regimen
    start_month: float

    @property
    def people(self) -> int:
        """How many there are."""
        return max(np.size(value) for value in self.values.values())

    def some(self, first: int, last: int) -> Case:
        """Only some of the people."""
        cut = {name: value[first:last] if np.ndim(value) else value for name, value in self.values.items()}
        return self._replace(values=cut)

    def filled(self, people: int) -> Case:
        """As many people: those who lack are the last one again."""
        place = np.minimum(np.arange(people), self.people - 1)
        wide = {name: value[place] if np.ndim(value) else value for name, value in self.values.items()}
        return self._replace(values=wide)

    @property
    def outputs_d(self) -> np.ndarray:
        """Days of the outputs."""
        return MONTHS * DAYS_PER_MONTH


def case(name: str, people: int) -> Case:
    """A question for so many people, the first of whom are always the same ones.

    Args:
        name: of `REGIMENS`.
        people: how many.
    """
    regimen = Regimen.parse(REGIMENS[name])

    def numbers(purpose: str) -> np.ndarray:
        return np.random.default_rng(zlib.crc32(purpose.encode())).standard_normal(people)

    return Case(name, values([WOMEN], numbers), regimen, Arm(WOMEN, regimen).start_month)
