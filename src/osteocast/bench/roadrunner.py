"""libRoadRunner (CVODE) on the exported SBML: one document compiled once, then person after person."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from osteocast.bench.cases import MONTHS, WANTED, Case, case

RELATIVE, ABSOLUTE = 1e-6, 1e-8


def solve(asked: Case) -> np.ndarray:
    """Relative density, shape (sites, outputs, people)."""
    runner = _runner(asked.name)
    found = []
    for i in range(asked.people):
        numbers = runner.document.numbers(asked.some(i, i + 1).values, asked.start_month)
        found.append(runner.simulate(numbers, MONTHS.tolist(), WANTED))
    return np.moveaxis(np.asarray(found), 0, -1)


@cache
def _runner(name: str) -> Any:
    from osteocast.exchange.runner import Runner
    from osteocast.exchange.sbml import document

    one = case(name, 1)
    return Runner(document(one.values, one.regimen, one.start_month), relative=RELATIVE, absolute=ABSOLUTE)
