"""What an effect on fractures is made of: through density, through turnover, unexplained.

Rates are products, gathered hazards are sums of products, so the share of a factor depends on the order in which
the three are changed. The mean over all orders (Shapley) is taken: the three ratios multiply to the whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import Any, NamedTuple

import numpy as np

from osteocast.fracture.cumulative import cumulative_hazard
from osteocast.fracture.hazard import Parts

CHANGED = ("density", "turnover", "unexplained")


class Through(NamedTuple):
    """Ratios of the gathered hazard, with against without."""

    total: float
    density: float
    turnover: float
    unexplained: float

    def to_dict(self) -> dict[str, float]:
        """The entry of the JSON."""
        return {name: round(float(value), 4) for name, value in self._asdict().items()}


def split(months: Any, with_: Sequence[Parts], without: Sequence[Parts]) -> Through:
    """Decompose the ratio of the hazards gathered over all months, averaged over people.

    Args:
        months: increasing, shape (points,).
        with_: parts of each site of the outcome, shape (points, people), under the treatment.
        without: the same people without it.
    """
    gathered: dict[frozenset[str], float] = {}

    def hazard(changed: frozenset[str]) -> float:
        if changed not in gathered:
            rate: Any = 0.0
            for one, other in zip(with_, without, strict=True):
                chosen: Mapping[str, Any] = {
                    name: getattr(one if name in changed else other, name) for name in CHANGED
                }
                rate = rate + other.base * chosen["density"] * chosen["turnover"] * chosen["unexplained"]
            gathered[changed] = float(np.mean(cumulative_hazard(months, rate)[-1]))
        return gathered[changed]

    logs = dict.fromkeys(CHANGED, 0.0)
    orders = list(permutations(CHANGED))
    for order in orders:
        done: frozenset[str] = frozenset()
        for name in order:
            more = done | {name}
            logs[name] += float(np.log(hazard(more) / hazard(done))) / len(orders)
            done = more
    total = hazard(frozenset(CHANGED)) / hazard(frozenset())
    return Through(total, *(float(np.exp(logs[name])) for name in CHANGED))
