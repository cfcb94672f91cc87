"""Why density changes in a person as inferred: the split of `forecast.why`, from the posterior draws on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from osteocast.forecast import history
from osteocast.forecast.compare import PurposeNumbers
from osteocast.forecast.leading import LONG_STEPS
from osteocast.forecast.why import DRAWS, Why
from osteocast.forecast.why import split as split_change
from osteocast.regimen import Regimen
from osteocast.twin.inference import Twin


class _Some:
    """The random numbers of some of the draws."""

    def __init__(self, numbers: PurposeNumbers, index: np.ndarray) -> None:
        self._numbers, self._index = numbers, index

    def __call__(self, purpose: str) -> np.ndarray:
        found: np.ndarray = self._numbers(purpose)[self._index]
        return found

    def add(self, purposes: Iterable[str]) -> None:
        self._numbers.add(purposes)


def split(twin: Twin, regimen: Regimen, years: int, draws: int = DRAWS) -> Why:
    """Split the change of density under one strategy.

    Args:
        twin: the person.
        regimen: what happens from month 0 on.
        years: how long.
        draws: how many of the person's draws are taken, evenly spread over them: each is simulated seven times and
            once for each drug.
    """
    index = np.unique(np.linspace(0, twin.n - 1, min(draws, twin.n)).astype(int))
    drawn = replace(twin.draws, values=_taken(twin.draws.values, index), bmd=_taken(twin.draws.bmd, index))
    now = history.Present(_taken(twin.present.state, index), _taken(twin.present.bmd, index), twin.present.carried)
    return split_change(twin.person, drawn, now, _Some(twin.numbers, index), regimen, years, twin.seed, LONG_STEPS)


def _taken(values: Mapping[str, Any], index: np.ndarray) -> dict[str, Any]:
    return {name: value[..., index] if np.ndim(value) else value for name, value in values.items()}
