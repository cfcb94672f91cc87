"""libRoadRunner (CVODE) on the exported SBML: one document compiled once, then person after person."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from osteocast.bench.cases import MONTHS, WANTED, Case, case

RELATIVE, ABSOLUTE = 1e-6, 1e-8


class Exported(NamedTuple):
    """A question as SBML, with the numbers of each of its people."""

    text: str
    numbers: Mapping[str, np.ndarray]

    def some(self, first: int, last: int) -> Exported:
        """Only some of the people."""
        return self._replace(numbers={name: value[first:last] for name, value in self.numbers.items()})


def prepare(asked: Case) -> Exported:
    """Export a question; done beforehand and in another process, since JAX and libRoadRunner do not share one."""
    from osteocast.exchange.sbml import document

    one = case(asked.name, 1)
    found = document(one.values, one.regimen, one.start_month)
    return Exported(found.text, found.numbers(asked.values, asked.start_month))


def solve(asked: Exported) -> np.ndarray:
    """Relative density, shape (sites, outputs, people)."""
    runner = _runner(asked.text)
    found = [
        runner.simulate({name: value[i] for name, value in asked.numbers.items()}, MONTHS.tolist(), WANTED)
        for i in range(max(len(value) for value in asked.numbers.values()))
    ]
    return np.stack(found, axis=-1)


@cache
def _runner(text: str) -> Any:
    from osteocast.exchange.runner import Runner

    return Runner(text, relative=RELATIVE, absolute=ABSOLUTE)
