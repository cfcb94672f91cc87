"""Rounds of draws: simulated up to month 0, weighed by the measurements, proposed anew where few carry the weight.

The first round draws from the prior. Where fewer than `ENOUGH` draws carry the weight, further rounds draw from a
proposal near the posterior (`weights.proposal`), and all rounds count together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from osteocast.engine.accuracy import DEFAULT, Accuracy
from osteocast.forecast.numbers import Table
from osteocast.people.draws import draw_ids
from osteocast.twin import likelihood, past, weights
from osteocast.twin.likelihood import Fit
from osteocast.twin.past import Past
from osteocast.twin.prior import Drawn, Prior

ENOUGH = 200.0
MOST_ROUNDS = 4


@dataclass(frozen=True)
class Weighted:
    """All draws of all rounds with their weights.

    Attributes:
        z: normal numbers, shape (names, draws).
        drawn: parameters and density.
        past: what became of them.
        fit: comparison with the measurements.
        log_weight: shape (draws,).
        first: draws of the first round, which are of the prior.
        tables: random numbers by round.
    """

    z: np.ndarray
    drawn: Drawn
    past: Past
    fit: Fit
    log_weight: np.ndarray
    first: int
    tables: list[Table]

    @property
    def weight(self) -> np.ndarray:
        """Weights that add up to 1."""
        return weights.normalised(self.log_weight)

    @property
    def ess(self) -> float:
        """Effective sample size."""
        return weights.effective(self.weight)


def weigh(
    prior: Prior, seed: int, per_round: int, *, adherence_unknown: bool = False, accuracy: Accuracy = DEFAULT
) -> Weighted:
    """Simulate and weigh draws, in as many rounds as it takes."""
    person, months = prior.person, prior.seen.months
    ids = draw_ids(person, per_round * MOST_ROUNDS)
    tables: list[Table] = []
    parts: list[tuple[np.ndarray, Drawn, Past]] = []
    proposals: list[weights.Proposal] = []
    while True:
        first = per_round * len(tables)
        table = Table(seed, ids[first : first + per_round])
        table.add(prior.names)
        z = np.stack([table(name) for name in prior.names])
        if proposals:
            z = proposals[-1].draw(z)
        drawn = prior.draw(z, seed)
        lived = past.live(person, drawn.draws, months, table, adherence_unknown=adherence_unknown, accuracy=accuracy)
        tables.append(table)
        parts.append((z, drawn, lived))
        whole_z, whole_drawn, whole_past = _joined(parts)
        fitted = likelihood.fit(prior.seen, whole_drawn, whole_past)
        sizes = [per_round] * len(tables)
        log_weight = weights.log_weights(fitted.log_likelihood, whole_z, sizes, proposals)
        found = Weighted(whole_z, whole_drawn, whole_past, fitted, log_weight, per_round, tables)
        if found.ess >= min(ENOUGH, per_round / 2) or len(tables) == MOST_ROUNDS or not fitted.rows:
            return found
        last = likelihood.fit(prior.seen, drawn, lived)
        proposals.append(weights.proposal(z, last))


def _joined(parts: list[tuple[np.ndarray, Drawn, Past]]) -> tuple[np.ndarray, Drawn, Past]:
    """All rounds as one."""
    if len(parts) == 1:
        return parts[0]
    zs, drawn, pasts = zip(*parts, strict=True)

    def joined(name: str, values: list[Mapping[str, Any]]) -> Any:
        each = [one[name] for one in values]
        return each[0] if np.ndim(each[0]) == 0 else np.concatenate(each, axis=-1)

    tables = [one.draws.values for one in drawn]
    values = {name: joined(name, tables) for name in tables[0]}
    # Of a man nothing is drawn of some values, of a woman of others: what is one number stays one.
    whole_drawn = Drawn(
        replace(drawn[0].draws, values=values),
        np.concatenate([one.density_mean for one in drawn]),
        drawn[0].density_root,
        np.concatenate([one.log_weight for one in drawn]),
    )
    quantities, states = [one.quantity for one in pasts], [one.state for one in pasts]
    whole_past = Past(
        pasts[0].months,
        {name: joined(name, quantities) for name in quantities[0]},
        {name: joined(name, states) for name in states[0]},
        np.concatenate([one.share for one in pasts]),
        np.concatenate([one.log_weight for one in pasts]),
    )
    return np.concatenate(zs, axis=1), whole_drawn, whole_past
