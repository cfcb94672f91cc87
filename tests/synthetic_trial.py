"""Tables of an invented trial with a known answer, for the tests of analysis."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

NO_EVENTS = pd.DataFrame({"person": [], "arm": [], "event": [], "month": []})


@dataclass(frozen=True)
class Arm:
    name: str


@dataclass(frozen=True)
class Endpoint:
    quantity: str = "q"
    month: float = 36.0
    from_month: float = 0.0
    measure: str = "percent_change"
    analysis: str | None = "ancova"


@dataclass(frozen=True)
class Plan:
    endpoints: tuple[Endpoint, ...]
    arms: tuple[Arm, ...] = (Arm("new"), Arm("old"))
    visits_month: tuple[float, ...] = (0.0, 12.0, 24.0, 36.0)
    reference_arm: str | None = "old"
    extra: dict[str, str] = field(default_factory=dict)


def trial(n: int, seed: int, *, difference: float, loss: float = 0.0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """People and visits of two arms of `n`: the percent change is normal, falls alike in both arms but for
    `difference` at the last visit (its share before), and depends on the baseline. `loss`: how likely people leave
    after a visit, the likelier the more they had lost by then (missing at random)."""
    rng = np.random.default_rng(seed)
    months = np.array([0.0, 12.0, 24.0, 36.0])
    arm = np.repeat([1.0, 0.0], n)
    baseline = 1.0 + 0.12 * rng.normal(size=2 * n)
    slope = rng.normal(-1.0, 1.0, 2 * n)[:, None]
    change = months / 36.0 * (difference * arm[:, None] - 4.0 * (baseline[:, None] - 1.0)) + slope * months / 12.0
    change[:, 1:] += rng.normal(0.0, 1.0, (2 * n, 3)) + rng.normal(0.0, 1.0, (2 * n, 1))
    observed = baseline[:, None] * (1.0 + change / 100.0)
    gone = np.zeros(2 * n, bool)
    for visit in range(1, 4):
        observed[gone, visit] = np.nan
        gone |= rng.random(2 * n) < 2.0 * loss / (1.0 + np.exp(change[:, visit] + 2.0))
    names = np.where(arm == 1.0, "new", "old")
    person = np.arange(2 * n, dtype=np.uint32)
    visits = pd.DataFrame(
        {
            "person": np.repeat(person, 4),
            "arm": np.repeat(names, 4),
            "month": np.tile(months, 2 * n),
            "q_observed": observed.ravel(),
        }
    )
    return pd.DataFrame({"person": person, "arm": names}), visits
