"""The people of a chunk simulated through the trial: one run, or from visit to visit where rescue depends on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from osteocast.engine.grid import DAYS_PER_MONTH
from osteocast.engine.run import run
from osteocast.engine.schedule import misses_doses
from osteocast.measure.dxa import SITES
from osteocast.trials.allocation import padded
from osteocast.trials.quantities import QUANTITIES
from osteocast.trials.treatment import Taken, Taking, Treatments

BATCH = 256
"""People simulated at once: always so many, so that no number's last digits depend on who else takes part."""
WANTED = tuple(dict.fromkeys((*SITES, *(one.simulated for one in QUANTITIES.values()))))
"""What a loop for everything returns, so that one compilation serves every trial."""


@dataclass
class Simulation:
    """People on their way through a trial.

    Attributes:
        ids: of the people.
        values: parameters and personal values, shape () or (people,).
        treatments: of their arm.
        start_month: where their simulated life begins.
        last_month: end of the trial.
        seed: of the trial.
        wanted: quantities of the engine that are kept.
        lean: whether a loop is compiled for what the arm takes: some seconds once, then several times faster.
    """

    ids: np.ndarray
    values: Mapping[str, Any]
    treatments: Treatments
    start_month: float
    last_month: float
    seed: int
    wanted: tuple[str, ...] = WANTED
    lean: bool = False
    _state: dict[int, dict[str, Any]] = field(default_factory=dict)
    _at: float | None = None

    def advance(self, months: np.ndarray, taking: list[Taking]) -> dict[str, np.ndarray]:
        """Simulate on to the last of `months`.

        Args:
            months: increasing output months after those of the call before.
            taking: what each person takes.

        Returns:
            What `wanted` names, shape (months, people).
        """
        parts = []
        for first in range(0, len(self.ids), BATCH):
            parts.append(self._batch(first, months, taking[first : first + BATCH]))
        self._at = float(months[-1])
        return {name: np.concatenate([part[name] for part in parts], axis=1) for name in self.wanted}

    def _batch(self, first: int, months: np.ndarray, taking: list[Taking]) -> dict[str, np.ndarray]:
        real = len(taking)
        index = padded(np.arange(first, first + real), BATCH)
        regimens, column = self.treatments.of([taking[i - first] for i in index])
        taken = None
        if any(misses_doses(regimen) for regimen in regimens):
            taken = Taken(self.seed, self.ids[index], self.last_month * DAYS_PER_MONTH)
        result = run(
            {name: value if np.ndim(value) == 0 else value[index] for name, value in self.values.items()},
            regimens,
            column,
            months,
            start_month=self.start_month if self._at is None else self._at,
            state=self._state.get(first),
            wanted=self.wanted,
            taken=taken,
            lean=self.lean,
        )
        self._state[first] = result.state
        return {name: value[:, :real] for name, value in result.quantity.items()}


def windows(months: np.ndarray, visits: tuple[float, ...], stop_at_visits: bool) -> Iterator[slice]:
    """Output months simulated together: all of them, or those up to the next visit."""
    if not stop_at_visits:
        yield slice(0, len(months))
        return
    begin = 0
    for visit in visits:
        end = int(np.searchsorted(months, visit + 1e-9))
        yield slice(begin, end)
        begin = end
