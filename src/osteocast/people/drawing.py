"""From normal numbers to facts: one attempt at every person of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from osteocast.measure import dxa
from osteocast.people import joint
from osteocast.people.ages import age_and_menopause
from osteocast.people.conditions import cut_of, on_risk, split, usual_margin
from osteocast.people.margins import TINY, Margin
from osteocast.people.population import INDEPENDENT, LOWEST_OF, POSTMENOPAUSAL, PRIOR_THERAPY
from osteocast.people.recipe import Recipe
from osteocast.people.sample import combine

Values = NDArray[np.float64]
Numbers = Mapping[str, Values]


def draw(recipe: Recipe, z: Numbers) -> dict[str, Values]:
    """Facts, and those parameters that rules concern.

    Args:
        recipe: of the population.
        z: standard normal numbers, shape (people,), by name as in `Recipe.redrawn`.

    Returns:
        By name, shape (people,), in no order. `menopause` is the age at the final period, expected where it has not
        come; of `INDEPENDENT` facts those that are in `z`.
    """
    given = _given_values(recipe, z)
    age, menopause, past = age_and_menopause(recipe, z, given)
    found: dict[str, Values] = {"age": age, "menopause": menopause}
    found |= _correlated(recipe, z, given, age, past)
    found |= alone(recipe, z, past)
    for risk in joint.RISKS:
        if risk in recipe.fixed:
            found[risk] = np.full(len(age), recipe.fixed[risk])
        elif risk != joint.CORRELATED_RISK:
            found[risk] = (z[risk] > cut_of(recipe, risk, age)).astype(float)
    found[PRIOR_THERAPY] = _prior_therapy(recipe, z[PRIOR_THERAPY], past)
    found |= _derived(recipe, found, past)
    own = joint.own_parameters()
    parameters = {name: _alone(recipe, name, recipe.groups[-1]).value(z[name]) for name in z if name in own}
    return found | parameters


def alone(recipe: Recipe, z: Numbers, past: NDArray[np.bool_]) -> dict[str, Values]:
    """Facts that nothing else depends on, of those that there are numbers for."""
    found = {}
    for name in INDEPENDENT:
        if name in z:
            margins = [_alone(recipe, name, group) for group in recipe.groups]
            found[name] = margins[-1].value(z[name])
            if margins[0] != margins[-1]:
                found[name] = np.where(past, found[name], margins[0].value(z[name]))
    return found


def _alone(recipe: Recipe, name: str, group: str) -> Margin:
    """Distribution of a quantity that is not correlated, as the population gives it or as usual."""
    return recipe.own[name] if name in recipe.own else joint.margin(name, group).margin


def _by_group(recipe: Recipe, past: NDArray[np.bool_], value: Any) -> Values:
    """A value that depends on the group, chosen person by person."""
    last = np.asarray(value(recipe.groups[-1]))
    return last if len(recipe.groups) == 1 else np.where(past, last, value(recipe.groups[0]))


def _given_values(recipe: Recipe, z: Numbers) -> dict[str, Values]:
    """Values of the correlated quantities that the population gives, correlated as usual among themselves."""
    names = recipe.conditions
    if not names:
        return {}
    inner = combine(split(recipe, recipe.groups[-1], names).given_root, [z[name] for name in names])
    return {name: recipe.own[name].value(inner[i]) for i, name in enumerate(names)}


def _correlated(
    recipe: Recipe, z: Numbers, given: Mapping[str, Values], age: Values, past: NDArray[np.bool_]
) -> dict[str, Values]:
    """The correlated quantities: those given, and the rest conditional on them."""
    found = {name: np.empty(len(age)) for name in recipe.names}
    for group in recipe.groups:
        mine = np.flatnonzero(past == (group == joint.POST)) if recipe.sex == "female" else np.arange(len(age))
        if not len(mine):
            continue
        numbers = {
            name: usual_margin(recipe, name, group, age[mine]).latent(given[name][mine]) for name in recipe.conditions
        }
        own = {name: z[name][mine] for name in recipe.names}
        if joint.CORRELATED_RISK in recipe.fixed:
            numbers[joint.CORRELATED_RISK] = _fixed_risk(
                recipe, group, numbers, own[joint.CORRELATED_RISK], age[mine]
            )
        names = tuple(name for name in recipe.names if name in numbers)
        rest = [name for name in recipe.names if name not in numbers]
        parts = split(recipe, group, names)
        means = combine(parts.weights, [numbers[name] for name in names])
        spread = combine(parts.root, [own[name] for name in rest])
        for i, name in enumerate(rest):
            if name == joint.CORRELATED_RISK:
                found[name][mine] = means[i] + spread[i] > cut_of(recipe, name, age[mine])
            else:
                found[name][mine] = usual_margin(recipe, name, group, age[mine]).value(means[i] + spread[i])
    return found | {name: np.asarray(given[name]) for name in recipe.conditions}


def _fixed_risk(recipe: Recipe, group: str, numbers: Numbers, z: Values, age: Values) -> Values:
    """The normal number of the correlated risk factor on the side that the population gives."""
    mean: Any = 0.0
    sd = 1.0
    if recipe.conditions:
        weights, sd = on_risk(recipe, split(recipe, group, recipe.conditions))
        mean = combine(weights[None], [numbers[name] for name in recipe.conditions])[0]
    share = ndtr((cut_of(recipe, joint.CORRELATED_RISK, age) - mean) / sd)
    u = share + ndtr(z) * (1.0 - share) if recipe.fixed[joint.CORRELATED_RISK] else ndtr(z) * share
    return np.asarray(mean + sd * ndtri(np.clip(u, TINY, 1.0 - TINY)))


def _prior_therapy(recipe: Recipe, z: Values, past: NDArray[np.bool_]) -> Values:
    """Place of each person's prior regimen in the list."""
    if PRIOR_THERAPY in recipe.fixed:
        return np.full(len(z), recipe.fixed[PRIOR_THERAPY])
    u, last = ndtr(z), len(recipe.prior_regimens) - 1
    return _by_group(
        recipe, past, lambda group: np.minimum(np.searchsorted(recipe.therapies[group], u, side="right"), last) * 1.0
    )


def _derived(recipe: Recipe, found: Mapping[str, Values], past: NDArray[np.bool_]) -> dict[str, Values]:
    """Facts that follow from others."""
    result = {f"bmd_{site}": np.asarray(dxa.bmd(found[f"t_score_{site}"], site)) for site in dxa.SITES}
    result["t_score_min"] = np.min([found[f"t_score_{site}"] for site in LOWEST_OF], axis=0)
    if recipe.sex == "female":
        result["age_at_menopause"] = np.where(past, found["menopause"], np.nan)
        result["years_since_menopause"] = np.where(past, found["age"] - found["menopause"], np.nan)
        result[POSTMENOPAUSAL] = past.astype(float)
    return result
