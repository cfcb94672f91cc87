"""Virtual people: a sample of a population, with everything the engine needs and the facts of everybody at month 0.

The numbers of a person depend on the seed, the person's id and the population, never on who else is in the batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from osteocast.errors import OsteocastError
from osteocast.parameters.registry import parameters
from osteocast.parameters.registry import posterior as fitted
from osteocast.people import joint
from osteocast.people.drawing import alone, draw
from osteocast.people.draws import posterior_draws
from osteocast.people.population import Distribution, Population, facts
from osteocast.people.recipe import Recipe, purpose, recipe
from osteocast.people.sample import DAYS_PER_YEAR, NEVER_D, shared
from osteocast.people.streams import LANES, normals_table

if TYPE_CHECKING:
    from osteocast.regimen import Regimen

__all__ = ["Distribution", "Population", "Sample", "sample"]

MOST_ATTEMPTS = 100_000
"""Attempts at one person before the rules are held to be impossible to meet."""
WITHOUT_ANYBODY = 50_000
"""Attempts at anybody without one who meets the rules, after which the search ends."""
AT_ONCE = 64
"""Most attempts at one person in one round."""

Values = NDArray[np.float64]


class Sample(NamedTuple):
    """People of a population.

    Attributes:
        ids: who they are, shape (n,).
        values: every parameter and personal value that `engine.run` reads, shape () or (n,).
        facts: what is true of everybody at month 0, by name as in `population.facts`, shape (n,); nan where a
            person has no such thing, such as years since menopause before it.
        prior_regimens: what `facts["prior_therapy"]` counts; 0 is nothing.
        start_month: month at which the simulated lives begin, in steady state, the same for all samples of the
            population.
    """

    ids: NDArray[np.uint32]
    values: dict[str, Any]
    facts: dict[str, Values]
    prior_regimens: tuple[Regimen, ...]
    start_month: float


def sample(population: Population | None, ids: Any, seed: int, *, posterior: bool = False) -> Sample:
    """People of a population who meet its rules of inclusion.

    Args:
        population: who they are; None = women of the reference population.
        ids: whole numbers below 2**32, one a person.
        seed: seed of the run.
        posterior: also draw for everybody what the calibration leaves open about the parameters.

    Raises:
        OsteocastError: nobody, or nearly nobody, meets the rules.
    """
    one = recipe(population or Population())
    people = np.asarray(ids, dtype=np.uint32) if np.size(ids) else np.zeros(0, np.uint32)
    normals_table(seed, (), np.asarray(ids))  # refuses what is no id
    found = _search(one, people, seed)
    fit = fitted() if posterior else None
    uncertain = [f"posterior: {name}" for name in (fit.names if fit else ())]
    table = normals_table(seed, [*(purpose(name) for name in one.kept), *uncertain], people)
    kept = dict(zip(one.kept, table, strict=False))
    found |= alone(one, kept, found["menopause"] <= found["age"])
    rows = dict(zip(uncertain, table[len(one.kept) :], strict=True))
    values = dict(shared(one.sex)) | (posterior_draws(rows.__getitem__) if rows else {})
    values |= _own(one, values, kept, found) | _personal(one, found)
    return Sample(people, values, {name: found[name] for name in facts(one.sex)}, one.prior_regimens, one.start_month)


def _search(one: Recipe, ids: NDArray[np.uint32], seed: int) -> dict[str, Values]:
    """Facts of everybody at the first attempt that meets all rules."""
    purposes = [purpose(name) for name in one.redrawn]
    result: dict[str, Values] = {}
    waiting, attempt, tried = np.arange(len(ids)), 0, 0
    failed = np.zeros(len(one.rules))
    while True:
        # One attempt at a time while many wait, so that no work is thrown away; more at once when few are left.
        copies = 1 if attempt == 0 else max(1, min(AT_ONCE, LANES // max(len(waiting), 1)))
        lanes = np.repeat(ids[waiting], copies)
        numbers = normals_table(seed, purposes, lanes, np.tile(np.arange(attempt, attempt + copies), len(waiting)))
        drawn = draw(one, dict(zip(one.redrawn, numbers, strict=True)))
        if not result:
            result = {name: np.full(len(ids), np.nan) for name in drawn}
        met = np.array([rule.met(drawn) for rule in one.rules], dtype=bool).reshape(len(one.rules), len(lanes))
        met = np.concatenate([met, _possible(one, drawn)[None]])
        failed += np.sum(~met[:-1], axis=1)
        good = np.all(met, axis=0).reshape(len(waiting), copies)
        done = np.any(good, axis=1)
        first = np.argmax(good, axis=1) + copies * np.arange(len(waiting))
        for name, value in drawn.items():
            result[name][waiting[done]] = value[first[done]]
        waiting, attempt, tried = waiting[~done], attempt + copies, tried + len(lanes)
        if not len(waiting):
            return result
        if attempt > MOST_ATTEMPTS or (tried > WITHOUT_ANYBODY and len(waiting) == len(ids)):
            raise _nobody(one, failed / tried, tried, len(ids) - len(waiting))


def _possible(one: Recipe, drawn: dict[str, Values]) -> NDArray[np.bool_]:
    """Who can exist: menopause at an age that happens, and on the side of it that is given."""
    if one.sex == "male":
        return np.ones(len(drawn["age"]), bool)
    low, high = joint.LIMITS["age_at_menopause"]
    age, menopause = drawn["age"], drawn["menopause"]
    past = menopause <= age
    fine = ~past | ((menopause >= low) & (menopause <= high))
    return np.asarray(fine & (past if one.groups == (joint.POST,) else ~past if one.groups == (joint.PRE,) else fine))


def _nobody(one: Recipe, share: Values, tried: int, found: int) -> OsteocastError:
    """Says which rule keeps most people out."""
    if not one.rules or np.max(share) < 0.5 and found == 0 and len(one.rules) == 0:
        return OsteocastError(
            f"none of {tried} people drawn could exist as given",
            where="given",
            fix="check age against age at menopause or years since menopause",
        )
    worst = int(np.argmax(share))
    return OsteocastError(
        f"too few people meet the rules of inclusion ({found} found in {tried} attempts)",
        where="inclusion",
        fix=f"loosen '{one.rules[worst].text}', which alone keeps out {100.0 * share[worst]:.4g} %",
    )


def _own(one: Recipe, values: dict[str, Any], kept: dict[str, Values], found: dict[str, Values]) -> dict[str, Values]:
    """Parameters in which people differ: shared value x own factor, or as the population gives them."""
    result = {}
    for name in joint.own_parameters():
        if name in found:
            result[name] = found[name]
        elif name in one.own:
            result[name] = one.own[name].value(kept[name])
        else:
            result[name] = values[name] * np.exp(parameters()[name].between_person_log_sd * kept[name])
    return result


def _personal(one: Recipe, found: dict[str, Values]) -> dict[str, Values]:
    """Personal values under the names of the engine."""
    age, menopause, e2 = found["age"], found["menopause"], found["e2"] / joint.PMOL_PER_NMOL
    nothing = np.zeros(len(age))
    men, past = one.sex == "male", menopause <= age
    return {
        "age": age,
        "menopause_day": np.full(len(age), NEVER_D) if men else (menopause - age) * DAYS_PER_YEAR,
        "bmi": found["bmi"],
        "calcium_intake": found["calcium_mg_day"],
        "vitamin_d": found["vitamin_d"],
        "turnover": found["turnover"],
        "e2_known": e2 if men else np.where(past, e2, 0.0),
        "fertile_e2_known": nothing if men else np.where(past, 0.0, e2),
        "t_known": found.get("testosterone", nothing),
        "lh_known": found.get("lh", nothing),
        "ovaries_removed": nothing,
    }
