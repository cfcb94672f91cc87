"""How likely what is given is, at an age and in a group, and what it says of the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from osteocast.people import joint
from osteocast.people.latent import Conditional, conditional
from osteocast.people.margins import TINY, Margin
from osteocast.people.recipe import Recipe
from osteocast.people.sample import combine

Values = NDArray[np.float64]


def usual_margin(recipe: Recipe, name: str, group: str, age: Any) -> Margin:
    """The usual distribution of a correlated quantity at an age."""
    if name in joint.T_SCORES:
        return joint.t_margin(name.removeprefix("t_score_"), recipe.sex, age)
    return joint.margin(name, group).margin


def split(recipe: Recipe, group: str, names: tuple[str, ...]) -> Conditional:
    """The correlations of a group, with these quantities given."""
    return conditional(recipe.matrices[group], [recipe.names.index(name) for name in names])


def cut_of(recipe: Recipe, risk: str, age: Any) -> Values:
    """The normal number above which a person has a risk factor."""
    if risk in recipe.shares:
        return np.asarray(-ndtri(np.clip(recipe.shares[risk], TINY, 1.0 - TINY)))
    return np.asarray(-ndtri(joint.prevalence(risk, recipe.sex).at(age)))


def share_past(age: Any) -> Values:
    """Share of women past menopause at an age."""
    return joint.margin("age_at_menopause", joint.POST).margin.share_below(age)


def log_density(
    recipe: Recipe,
    group: str,
    age: Values,
    given: Mapping[str, Values],
    since: Values | None,
    menopause: Values | None,
) -> Values:
    """Logarithm of the density of what is given, and of the group, at an age; a constant is left out.

    Args:
        recipe: of the population.
        group: the group it is for.
        age: shape (people or 1, ages).
        given: values of the correlated quantities that are given, shape (people,).
        since: years since menopause, where given, shape (people,).
        menopause: age at menopause, where given, shape (people,).

    Returns:
        Shape (people or 1, ages).
    """
    total = np.zeros(np.shape(age))
    usual = joint.margin("age_at_menopause", joint.POST).margin
    if since is not None:
        total = total - 0.5 * usual.latent(age - _column(recipe, "years_since_menopause", since)) ** 2
    elif menopause is not None:
        past = _column(recipe, "age_at_menopause", menopause) <= age
        total = total + np.where(past if group == joint.POST else ~past, 0.0, -np.inf)
    elif group != joint.MALE:
        share = share_past(age)
        total = total + np.log(np.maximum(share if group == joint.POST else 1.0 - share, 1e-300))
    parts = split(recipe, group, recipe.conditions)
    numbers = []
    for name in recipe.conditions:
        margin = usual_margin(recipe, name, group, age)
        value = _column(recipe, name, given[name])
        numbers.append(margin.latent(value) + np.zeros(np.shape(age)))
        total = total - np.log(margin.normal()[1])
    for white in combine(parts.whitening, numbers):
        total = total - 0.5 * white**2
    total = total - 0.5 * parts.log_determinant
    for risk, has_it in recipe.fixed.items():
        if risk in joint.RISKS:
            cut = cut_of(recipe, risk, age)
            mean, left = np.zeros(()), 1.0
            if risk == joint.CORRELATED_RISK and numbers:
                weights, left = on_risk(recipe, parts)
                mean = combine(weights[None], numbers)[0]
            share = ndtr((mean - cut) / left)
            total = total + np.log(np.maximum(share if has_it else 1.0 - share, 1e-300))
    return np.asarray(total)


def _column(recipe: Recipe, name: str, values: Values) -> Values:
    """Values of people as a column; one value where it is fixed, so that the rest is computed once."""
    return values[:1, None] if recipe.own[name].sd == 0.0 else values[:, None]


def on_risk(recipe: Recipe, parts: Conditional) -> tuple[Values, float]:
    """Weights of the given on the normal number of the correlated risk factor, and what spread they leave it."""
    rest = [name for name in recipe.names if name not in recipe.conditions]
    row = rest.index(joint.CORRELATED_RISK)
    return parts.weights[row], float(np.sqrt(np.sum(parts.root[row] ** 2)))
