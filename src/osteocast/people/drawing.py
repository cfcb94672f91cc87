"""From normal numbers to facts: one attempt at every person of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, ndtr, ndtri

from osteocast.measure import dxa
from osteocast.people import joint
from osteocast.people.latent import Conditional, conditional
from osteocast.people.margins import TINY, Margin
from osteocast.people.population import INDEPENDENT, LOWEST_OF, POSTMENOPAUSAL, PRIOR_THERAPY
from osteocast.people.recipe import Recipe
from osteocast.people.sample import combine

AGES = 241
"""Ages at which the density of age is evaluated where age has to be inferred from what is given."""

MENOPAUSE = ("age_at_menopause", "years_since_menopause")

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
    age, menopause, past = _age_and_menopause(recipe, z, given)
    found: dict[str, Values] = {"age": age, "menopause": menopause}
    found |= _correlated(recipe, z, given, age, past)
    found |= alone(recipe, z, past)
    for risk in joint.RISKS:
        if risk in recipe.fixed:
            found[risk] = np.full(len(age), recipe.fixed[risk])
        elif risk != joint.CORRELATED_RISK:
            found[risk] = (z[risk] > _cut(recipe, risk, age)).astype(float)
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


def _margin(recipe: Recipe, name: str, group: str, age: Any) -> Margin:
    """The usual distribution of a correlated quantity at an age."""
    if name in joint.T_SCORES:
        return joint.t_margin(name.removeprefix("t_score_"), recipe.sex, age)
    return joint.margin(name, group).margin


def _by_group(recipe: Recipe, past: NDArray[np.bool_], value: Any) -> Values:
    """A value that depends on the group, chosen person by person."""
    last = np.asarray(value(recipe.groups[-1]))
    return last if len(recipe.groups) == 1 else np.where(past, last, value(recipe.groups[0]))


def _given_values(recipe: Recipe, z: Numbers) -> dict[str, Values]:
    """Values of the correlated quantities that the population gives, correlated as usual among themselves."""
    names = recipe.conditions
    if not names:
        return {}
    inner = combine(_split(recipe, recipe.groups[-1], names).given_root, [z[name] for name in names])
    return {name: recipe.own[name].value(inner[i]) for i, name in enumerate(names)}


def _split(recipe: Recipe, group: str, names: tuple[str, ...]) -> Conditional:
    return conditional(recipe.matrices[group], [recipe.names.index(name) for name in names])


def _cut(recipe: Recipe, risk: str, age: Any) -> Values:
    """The normal number above which a person has a risk factor."""
    if risk in recipe.shares:
        return np.asarray(-ndtri(np.clip(recipe.shares[risk], TINY, 1.0 - TINY)))
    return np.asarray(-ndtri(joint.prevalence(risk, recipe.sex).at(age)))


def _age_and_menopause(
    recipe: Recipe, z: Numbers, given: Mapping[str, Values]
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
    share = _share_past(age)
    weights = [_log_density(recipe, group, age[:, None], given, since, menopause)[:, 0] for group in recipe.groups]
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


def _share_past(age: Any) -> Values:
    """Share of women past menopause at an age."""
    return joint.margin("age_at_menopause", joint.POST).margin.share_below(age)


def _inferred_age(
    recipe: Recipe, z: Values, given: Mapping[str, Values], since: Values | None, menopause: Values | None
) -> Values:
    """Age given everything else that is given: its density on an even grid, and the inverse of its distribution."""
    usual = joint.margin("age", recipe.groups[-1]).margin
    grid = np.linspace(usual.low, usual.high, AGES)
    whole = [_log_density(recipe, group, grid[None, :], given, since, menopause) for group in recipe.groups]
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


def _log_density(
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
        share = _share_past(age)
        total = total + np.log(np.maximum(share if group == joint.POST else 1.0 - share, 1e-300))
    split = _split(recipe, group, recipe.conditions)
    numbers = []
    for name in recipe.conditions:
        margin = _margin(recipe, name, group, age)
        value = _column(recipe, name, given[name])
        numbers.append(margin.latent(value) + np.zeros(np.shape(age)))
        total = total - np.log(margin.normal()[1])
    for white in combine(split.whitening, numbers):
        total = total - 0.5 * white**2
    total = total - 0.5 * split.log_determinant
    for risk, has_it in recipe.fixed.items():
        if risk in joint.RISKS:
            cut = _cut(recipe, risk, age)
            mean, left = np.zeros(()), 1.0
            if risk == joint.CORRELATED_RISK and numbers:
                weights, left = _on_risk(recipe, split)
                mean = combine(weights[None], numbers)[0]
            share = ndtr((mean - cut) / left)
            total = total + np.log(np.maximum(share if has_it else 1.0 - share, 1e-300))
    return np.asarray(total)


def _column(recipe: Recipe, name: str, values: Values) -> Values:
    """Values of people as a column; one value where it is fixed, so that the rest is computed once."""
    return values[:1, None] if recipe.own[name].sd == 0.0 else values[:, None]


def _on_risk(recipe: Recipe, split: Conditional) -> tuple[Values, float]:
    """Weights of the given on the normal number of the correlated risk factor, and what spread they leave it."""
    rest = [name for name in recipe.names if name not in recipe.conditions]
    row = rest.index(joint.CORRELATED_RISK)
    return split.weights[row], float(np.sqrt(np.sum(split.root[row] ** 2)))


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
            name: _margin(recipe, name, group, age[mine]).latent(given[name][mine]) for name in recipe.conditions
        }
        own = {name: z[name][mine] for name in recipe.names}
        if joint.CORRELATED_RISK in recipe.fixed:
            numbers[joint.CORRELATED_RISK] = _fixed_risk(
                recipe, group, numbers, own[joint.CORRELATED_RISK], age[mine]
            )
        names = tuple(name for name in recipe.names if name in numbers)
        rest = [name for name in recipe.names if name not in numbers]
        split = _split(recipe, group, names)
        means = combine(split.weights, [numbers[name] for name in names])
        spread = combine(split.root, [own[name] for name in rest])
        for i, name in enumerate(rest):
            if name == joint.CORRELATED_RISK:
                found[name][mine] = means[i] + spread[i] > _cut(recipe, name, age[mine])
            else:
                found[name][mine] = _margin(recipe, name, group, age[mine]).value(means[i] + spread[i])
    return found | {name: np.asarray(given[name]) for name in recipe.conditions}


def _fixed_risk(recipe: Recipe, group: str, numbers: Numbers, z: Values, age: Values) -> Values:
    """The normal number of the correlated risk factor on the side that the population gives."""
    mean: Any = 0.0
    sd = 1.0
    if recipe.conditions:
        weights, sd = _on_risk(recipe, _split(recipe, group, recipe.conditions))
        mean = combine(weights[None], [numbers[name] for name in recipe.conditions])[0]
    share = ndtr((_cut(recipe, joint.CORRELATED_RISK, age) - mean) / sd)
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
