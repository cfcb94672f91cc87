"""From the population of a design to virtual people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from osteocast.people.virtual import Population, Sample
    from osteocast.trials.design import Design
    from osteocast.trials.design_parts import Adherence, People

ASSUMED = "assumed"
"""Key of the factor on every correlation nobody measured."""


def population(people: People, adherence: Adherence) -> Population:
    """Whom `people.virtual` draws for a design.

    Raises:
        OsteocastError: something in it cannot be.
    """
    from osteocast.people.virtual import Distribution, Population

    given: dict[str, Any] = {
        name: one if isinstance(one, float | int) else Distribution(one.mean, one.sd, one.min, one.max)
        for name, one in people.given.items()
    }
    if adherence.kind == "spread":
        given["adherence"] = Distribution(adherence.mean, adherence.sd)
    correlations = dict(people.correlations)
    if people.assumed_correlations != 1.0:
        correlations[ASSUMED] = people.assumed_correlations
    therapy = None if people.prior_therapy is None else dict(people.prior_therapy)
    return Population(people.sex, given, people.inclusion, correlations, therapy)


def sample(design: Design, ids: np.ndarray, seed: int) -> Sample:
    """The virtual people with these ids."""
    from osteocast.people.virtual import sample as draw

    return draw(population(design.population, design.adherence), ids, seed)
