"""Age and age at menopause of virtual people: drawn, or inferred from what else is given."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, ndtr, ndtri

from osteocast.people import joint
from osteocast.people.conditions import log_density, share_past
from osteocast.people.margins import TINY
from osteocast.people.recipe import Recipe

AGES = 241
"""Ages at which the density of age is evaluated where age has to be inferred from what is given."""
MENOPAUSE = ("age_at_menopause", "years_since_menopause")

Values = NDArray[np.float64]


def age_and_menopause(
    recipe: Recipe, z: Mapping[str, Values], given: Mapping[str, Values]
) -> tuple[Values, Values, NDArray[np.bool_]]:
    """Age [years], age at the final period [years; nan in men], and who is past it."""
    own = recipe.own
    men = recipe.sex == "male"
    since = menopause = None
    if "years_since_menopause" in own:
        rho = recipe.menopause_with_age
        both = rho * z["age"] + np.sqrt(1.0 - rho**2) * z["menopause"]
        since = own["years_since_menopause"].value(both if "age" in own else z["menopause"])
    elif "age_at_menopause" in own:
        menopause = own["age_at_menopause"].value(z["menopause"])
    if "age" in own:
        age = own["age"].value(z["age"])
    elif given or since is not None or menopause is not None or recipe.fixed or len(recipe.groups) < 2 - men:
        age = _inferred_age(recipe, z["age"], given, since, menopause)
    else:
        age = joint.margin("age", recipe.groups[-1]).margin.value(z["age"])
    if men:
        return age, np.full(len(age), np.nan), np.zeros(len(age), bool)
    if since is not None:
        return age, age - since, np.ones(len(age), bool)
    if menopause is not None:
        return age, menopause, menopause <= age
    usual = joint.margin("age_at_menopause", joint.POST).margin
    share = share_past(age)
    weights = [log_density(recipe, group, age[:, None], given, since, menopause)[:, 0] for group in recipe.groups]
    likely = np.exp(weights[-1] - logsumexp(weights, axis=0)) if len(weights) == 2 else share
    u = ndtr(z["menopause"])
    if recipe.groups == (joint.POST,):
        at = u * share
    elif recipe.groups == (joint.PRE,):
        at = share + u * (1.0 - share)
    else:
        before = share + (u - likely) / np.maximum(1.0 - likely, TINY) * (1.0 - share)
        at = np.where(u < likely, u / np.maximum(likely, TINY) * share, before)
    menopause = usual.value(ndtri(np.clip(at, TINY, 1.0 - TINY)))
    return age, menopause, menopause <= age


def _inferred_age(
    recipe: Recipe, z: Values, given: Mapping[str, Values], since: Values | None, menopause: Values | None
) -> Values:
    """Age given everything else that is given: its density on an even grid, and the inverse of its distribution."""
    usual = joint.margin("age", recipe.groups[-1]).margin
    grid = np.linspace(usual.low, usual.high, AGES)
    whole = [log_density(recipe, group, grid[None, :], given, since, menopause) for group in recipe.groups]
    density = np.logaddexp(*whole) if len(whole) == 2 else whole[0]
    density = density - 0.5 * usual.latent(grid) ** 2
    weight = np.exp(density - np.max(density, axis=1, keepdims=True))
    steps = np.cumsum(0.5 * (weight[:, 1:] + weight[:, :-1]), axis=1)
    share = np.concatenate([np.zeros((len(steps), 1)), steps / steps[:, -1:]], axis=1)
    u = ndtr(z)
    if all(recipe.own[name].sd == 0.0 for name in (*recipe.conditions, *MENOPAUSE) if name in recipe.own):
        return np.asarray(np.interp(u, share[0], grid))
    place = np.clip(np.sum(share < u[:, None], axis=1), 1, AGES - 1)
    rows = np.arange(len(u))
    below, above = share[rows, place - 1], share[rows, place]
    return np.asarray(grid[place - 1] + (grid[1] - grid[0]) * (u - below) / np.maximum(above - below, TINY))
