"""The past of many draws, simulated once to every day on which something was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from osteocast.drugs.catalogue import card
from osteocast.engine.accuracy import DEFAULT, Accuracy
from osteocast.forecast import history
from osteocast.forecast.simulation import Job, simulate
from osteocast.people import joint
from osteocast.people.draws import Draws
from osteocast.people.person import Person
from osteocast.people.sample import Numbers
from osteocast.regimen import Item, Regimen

BEFORE_FIRST_SCAN_YEARS = 2.0
LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Shares of doses taken that are tried where a marker contradicts full adherence."""
NEVER_SHARE = 0.1
"""Part of the prior of adherence that is even over `LEVELS`: people who never start are not in the published mean of
those who do. Assumed."""


@dataclass(frozen=True)
class Past:
    """What became of the draws.

    Attributes:
        months: increasing, the last is 0.
        quantity: by name, shape (months, draws).
        state: at month 0 by name, shape (draws,).
        share: share of doses taken in each draw, shape (draws,); 1 where it is not in question.
        log_weight: prior of that share over how often it was tried, shape (draws,).
    """

    months: np.ndarray
    quantity: Mapping[str, np.ndarray]
    state: Mapping[str, np.ndarray]
    share: np.ndarray
    log_weight: np.ndarray

    def at(self, name: str, month: float) -> np.ndarray:
        """A quantity at one of the months, shape (draws,)."""
        return np.asarray(self.quantity[name][int(np.searchsorted(self.months, month - 1e-9))])


@dataclass(frozen=True)
class Plan:
    """What is simulated up to month 0.

    Attributes:
        start_month: where life begins.
        levels: shares of doses taken that are tried; 1 alone where adherence is not in question.
        regimens: what is taken at each of them.
        prior: probability of each, adds up to 1.
    """

    start_month: float
    levels: np.ndarray
    regimens: tuple[Regimen, ...]
    prior: np.ndarray


def own_tablets(person: Person) -> tuple[Item, ...]:
    """Drugs by mouth, taken at home before month 0 or until now, whose share of doses was not given."""
    return tuple(
        item
        for one in person.past_regimens
        for item in one.regimen.items
        if card(item.card_id).route == "oral" and card(item.card_id).kind == "drug" and item.adherence == 1.0
    )


def live(
    person: Person,
    draws: Draws,
    months: np.ndarray,
    numbers: Numbers,
    *,
    adherence_unknown: bool = False,
    accuracy: Accuracy = DEFAULT,
) -> Past:
    """Simulate the draws from youth to month 0.

    Args:
        person: the person.
        draws: its draws.
        months: months wanted, the last is 0.
        numbers: random numbers of the draws, for doses missed at random.
        adherence_unknown: try shares of doses taken, one level a draw in turn.
        accuracy: how finely time is cut.
    """
    n = len(np.asarray(draws.values["age"]))
    tried = plan(person, draws, months, adherence_unknown=adherence_unknown)
    which = np.arange(n) % len(tried.levels)
    jobs, places = [], []
    for k, regimen in enumerate(tried.regimens):
        mine = np.flatnonzero(which == k)
        if not len(mine):
            continue
        values = {name: value[mine] if np.ndim(value) else value for name, value in draws.values.items()}
        taken = history.Taken(_of(numbers, mine), 0.0)
        jobs.append(Job(values, regimen, months, tried.start_month, taken=taken, accuracy=accuracy))
        places.append(mine)
    courses = simulate(jobs)

    def whole(parts: list[np.ndarray]) -> np.ndarray:
        result = np.empty((*parts[0].shape[:-1], n))
        for mine, part in zip(places, parts, strict=True):
            result[..., mine] = part
        return result

    quantity = {name: whole([one.quantity[name] for one in courses]) for name in courses[0].quantity}
    state = {name: whole([one.state[name] for one in courses]) for name in courses[0].state}
    return Past(months, quantity, state, tried.levels[which], np.log(tried.prior * len(tried.levels))[which])


def plan(person: Person, draws: Draws, months: np.ndarray, *, adherence_unknown: bool) -> Plan:
    """From when on a person is simulated, and what they may have taken; arguments as `live`."""
    before = history.past(person, draws)
    start = min(history.start_month(person, draws, before), float(months[0]) - 12.0 * BEFORE_FIRST_SCAN_YEARS)
    loose = {item.card_id for item in own_tablets(person)} if adherence_unknown else set()
    if not loose:
        return Plan(start, np.ones(1), (before,), np.ones(1))
    regimens = []
    for level in LEVELS:
        items = [_taken(item, level) if item.card_id in loose else item for item in before.items]
        regimens.append(Regimen(tuple(item for item in items if item is not None)))
    return Plan(start, np.array(LEVELS), tuple(regimens), adherence_prior())


def adherence_prior() -> np.ndarray:
    """Prior of the share of doses taken at `LEVELS`: the population's, each level standing for the shares nearest to
    it, and a part of it even."""
    margin = joint.margin("adherence", joint.POST).margin
    edges = 0.5 * (np.array(LEVELS[1:]) + np.array(LEVELS[:-1]))
    below = np.concatenate([[0.0], margin.share_below(edges), [1.0]])
    return (1.0 - NEVER_SHARE) * np.diff(below) + NEVER_SHARE / len(LEVELS)


def _taken(item: Item, level: float) -> Item | None:
    """A drug of which a share of the doses is taken; None where nothing is. Of what is taken once a week or less each
    dose is made smaller, which comes to the same for drugs that stay in bone."""
    if level in (0.0, 1.0):
        return item if level else None
    if item.amount is None or item.schedule is None or item.schedule.interval_day <= 1.0:
        return replace(item, adherence=level)
    return replace(item, amount=item.amount * level)


def _of(numbers: Numbers, mine: np.ndarray) -> Numbers:
    """The numbers of some of the draws."""
    return lambda purpose: numbers(purpose)[mine]
