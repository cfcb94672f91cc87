"""The posterior of one person: past simulated for draws of the prior, weighted by the measurements, drawn again.

Where a marker or hormone contradicts full adherence to tablets taken at home, the share of doses taken becomes
unknown and everything is done once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.special import ndtr

from osteocast.engine.accuracy import DEFAULT, Accuracy
from osteocast.forecast import history
from osteocast.forecast.compare import DRAWS, SEED, check_past, whole
from osteocast.forecast.numbers import Table
from osteocast.measure import dxa
from osteocast.people.draws import Draws, draw_ids
from osteocast.people.person import Person
from osteocast.twin import flags, likelihood, past, weights
from osteocast.twin.flags import Flag
from osteocast.twin.known import known
from osteocast.twin.pairs import MarkerPair, ScanPair, marker_pairs, scan_pairs
from osteocast.twin.prior import Prior
from osteocast.twin.rounds import Weighted, weigh

PER_ROUND = 1000
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
class Weighed:
    """A person whose draws have been weighed.

    Attributes:
        prior: of the person.
        found: all draws.
        doubtful: what says that fewer doses were taken than written, so that adherence was inferred too; else None.
        power: of the likelihood; below 1 where the measurements contradict the model.
        log_weight: of the draws with the likelihood to that power.
    """

    prior: Prior
    found: Weighted
    doubtful: Flag | None
    power: float
    log_weight: np.ndarray


def infer(
    person: Person,
    *,
    draws: int = 1000,
    seed: int = SEED,
    per_round: int = PER_ROUND,
    accuracy: Accuracy = DEFAULT,
) -> Twin:
    """Infer a person from their own measurements.

    Args:
        person: the person, with scans, markers and hormones of any date up to month 0.
        draws: draws of the posterior, 10 to 20,000.
        seed: seed of the random streams; the same seed gives the same numbers.
        per_round: draws that are simulated in each round.
        accuracy: how finely time is cut.

    Raises:
        OsteocastError: what was taken before month 0 cannot be simulated, or a number is out of range.
    """
    draws = whole(draws, "draws", *DRAWS)
    return concluded(weighed(person, seed, per_round, accuracy), draws, seed)


def weighed(person: Person, seed: int = SEED, per_round: int = PER_ROUND, accuracy: Accuracy = DEFAULT) -> Weighed:
    """Simulate and weigh draws of a person, adherence included where a result puts it in question; see `infer`."""
    per_round = whole(per_round, "per_round", 100, 20_000)
    check_past(person)
    prior = Prior(person)
    found = weigh(prior, seed, per_round, accuracy=accuracy)
    doubtful = None
    if past.own_tablets(person):
        doubtful = flags.taken_less(prior.seen, found.fit, found.log_weight, person)
    if doubtful:
        found = weigh(prior, seed, per_round, adherence_unknown=True, accuracy=accuracy)
    log_weight, power = weights.tempered(found.log_weight, found.fit.log_likelihood, LEAST)
    return Weighed(prior, found, doubtful, power, log_weight)


def concluded(weighed: Weighed, draws: int, seed: int) -> Twin:
    """Draw from weighed draws in proportion to their weights, and say what they mean for the person.

    Args:
        weighed: the draws.
        draws: how many to draw.
        seed: seed of the run.
    """
    prior, found, doubtful = weighed.prior, weighed.found, weighed.doubtful
    person, weight = prior.person, weights.normalised(weighed.log_weight)
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
    if weighed.power < 1.0:
        raised = (*raised, flags.few(found.ess, weighed.power))
    share = tuple(np.quantile(found.past.share[index], (0.5, 0.05, 0.95)).tolist()) if doubtful else None
    rounds = len(found.tables)
    chosen = Numbers(found.tables, index)
    return Twin(person, own, present, chosen, raised, known(prior), pairs, markers, found.ess, rounds, share, seed)
