"""The posterior of one person: past simulated for draws of the prior, weighted by the measurements, drawn again.

The first round draws from the prior. Where fewer than `ENOUGH` draws carry the weight, further rounds draw from a
proposal near the posterior (`weights.proposal`), and all rounds count together. Where a marker or hormone contradicts
full adherence to tablets taken at home, the share of doses taken becomes unknown and everything is done once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.special import ndtr

from osteocast.forecast import history
from osteocast.forecast.compare import DRAWS, SEED, check_past, whole
from osteocast.forecast.numbers import Table
from osteocast.measure import dxa
from osteocast.people.draws import Draws, draw_ids
from osteocast.people.person import Person
from osteocast.twin import flags, likelihood, past, weights
from osteocast.twin.flags import Flag
from osteocast.twin.known import known
from osteocast.twin.likelihood import Fit
from osteocast.twin.pairs import MarkerPair, ScanPair, marker_pairs, scan_pairs
from osteocast.twin.past import Past
from osteocast.twin.prior import Drawn, Prior

PER_ROUND = 1000
ENOUGH = 200.0
MOST_ROUNDS = 4
LEAST = 100.0
"""Effective draws below which the measurements are held to contradict the model, and weigh less."""


class Numbers:
    """Standard normal numbers of all draws of all rounds, or of those that were drawn again."""

    def __init__(self, tables: list[Table], index: np.ndarray | None = None) -> None:
        self._tables, self._index = tables, index

    def __call__(self, purpose: str) -> np.ndarray:
        """The numbers of one purpose, shape (draws,)."""
        found = np.concatenate([table(purpose) for table in self._tables])
        return found if self._index is None else found[self._index]

    def add(self, purposes: Iterable[str]) -> None:
        """Make the numbers of many purposes in one go."""
        wanted = list(purposes)
        for table in self._tables:
            table.add(wanted)


@dataclass(frozen=True, eq=False)
class Twin:
    """One person as far as the measurements tell.

    Attributes:
        person: as given.
        draws: draws of the posterior, all of equal weight, for `forecast.compare`.
        present: their state and density at month 0.
        numbers: their random numbers, for missed doses.
        flags: what contradicts what, and what could not be compared.
        known: what is known, and how it enters.
        scan_pairs: changes between scans of one site.
        marker_pairs: changes of markers.
        ess: effective sample size of the weighted draws before they were drawn again.
        rounds: how many rounds it took.
        adherence: share of doses taken, median with 90 % interval, where a result put it in question; else None.
        seed: seed of the run.
    """

    person: Person
    draws: Draws
    present: history.Present
    numbers: Numbers
    flags: tuple[Flag, ...]
    known: tuple[Mapping[str, Any], ...]
    scan_pairs: tuple[ScanPair, ...]
    marker_pairs: tuple[MarkerPair, ...]
    ess: float
    rounds: int
    adherence: tuple[float, float, float] | None
    seed: int

    @property
    def n(self) -> int:
        """Number of draws."""
        return len(self.present.bmd[dxa.SITES[0]])


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


def infer(person: Person, *, draws: int = 1000, seed: int = SEED, per_round: int = PER_ROUND) -> Twin:
    """Infer a person from their own measurements.

    Args:
        person: the person, with scans, markers and hormones of any date up to month 0.
        draws: draws of the posterior, 10 to 20,000.
        seed: seed of the random streams; the same seed gives the same numbers.
        per_round: draws that are simulated in each round.

    Raises:
        OsteocastError: what was taken before month 0 cannot be simulated, or a number is out of range.
    """
    draws, per_round = whole(draws, "draws", *DRAWS), whole(per_round, "per_round", 100, 20_000)
    check_past(person)
    prior = Prior(person)
    found = weigh(prior, seed, per_round)
    doubtful = past.own_tablets(person) and flags.taken_less(prior.seen, found.fit, found.log_weight, person)
    if doubtful:
        found = weigh(prior, seed, per_round, adherence_unknown=True)
    log_weight, power = weights.tempered(found.log_weight, found.fit.log_likelihood, LEAST)
    weight = weights.normalised(log_weight)
    numbers = Table(seed, draw_ids(person, draws))
    names = [f"twin: density {site}" for site in dxa.SITES]
    scatter = [f"twin: scatter {i}" for i in range(len(found.fit.rows))]
    numbers.add([*names, *scatter])
    comb = Table(seed, draw_ids(person, 1))("twin: comb")
    index = weights.resampled(weight, draws, float(ndtr(comb[0])))
    density = likelihood.density(
        found.fit,
        found.drawn,
        index,
        np.stack([numbers(name) for name in names], axis=1),
        np.stack([numbers(name) for name in scatter], axis=1) if scatter else np.zeros((draws, 0)),
    )
    seen = prior.seen
    bmd = {}
    for i, site in enumerate(dxa.SITES):
        fold = found.past.at(site, 0.0) / found.past.at(site, seen.reference_month)
        bmd[site] = np.maximum(density[:, i], 0.05) * fold[index]
    kept = {name: value[index] if np.ndim(value) else value for name, value in found.drawn.draws.values.items()}
    own = replace(found.drawn.draws, values=kept, bmd=bmd)
    present = history.Present({name: value[index] for name, value in found.past.state.items()}, bmd, ())
    pairs = scan_pairs(seen, found.past, weight)
    markers = marker_pairs(person, seen, found.past, weight)
    raised = flags.find(prior, found.fit, found.past, found.log_weight, found.first)
    if doubtful:
        raised = (doubtful, *raised)
    if power < 1.0:
        raised = (*raised, flags.few(found.ess, power))
    share = tuple(np.quantile(found.past.share[index], (0.5, 0.05, 0.95)).tolist()) if doubtful else None
    rounds = len(found.tables)
    chosen = Numbers(found.tables, index)
    return Twin(person, own, present, chosen, raised, known(prior), pairs, markers, found.ess, rounds, share, seed)


def weigh(prior: Prior, seed: int, per_round: int, *, adherence_unknown: bool = False) -> Weighted:
    """Simulate and weigh draws, in as many rounds as it takes."""
    person = prior.person
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
        lived = past.live(person, drawn.draws, prior.seen.months, table, adherence_unknown=adherence_unknown)
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
