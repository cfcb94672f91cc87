"""Shares, correlations and parameters of a sample beside their targets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from osteocast.parameters.registry import parameters
from osteocast.people import joint, latent
from osteocast.people.population import Population
from osteocast.people.recipe import Recipe
from osteocast.people.virtual import Sample

AGE_BAND = 10.0
FEWEST = 20
"""People in whom a share or a curve is worth showing."""
DESIGN = "the design"
NAMES_BY_GROUP = {joint.PRE: "before menopause", joint.POST: "after menopause"}

Values = NDArray[np.float64]


def is_free(one: Recipe) -> bool:
    """Whether nothing bends the usual distributions."""
    risks = [name for name in one.fixed if name in joint.RISKS]
    return not (one.rules or one.conditions or risks)


def label_of(name: str) -> str:
    """A fact in words."""
    return joint.LABELS.get(name, name.replace("_", " "))


def origin(one: Any) -> dict[str, str]:
    """Where a record comes from."""
    return {"basis": one.basis, "source": one.source, "quality": one.quality}


def share_of(one: Recipe, risk: str, facts: Mapping[str, Values]) -> dict[str, Any]:
    """Share of people with a risk factor, over all and by age."""
    record = joint.prevalence(risk, one.sex)
    age, has = facts["age"], facts[risk]
    target = record.at(age)
    role = "bent" if one.rules or (risk == joint.CORRELATED_RISK and one.conditions) else "usual"
    whence = origin(record)
    if risk in one.shares or risk in one.fixed:
        target = np.full(len(age), one.shares.get(risk, one.fixed.get(risk, 0.0)))
        role, whence = "bent" if one.rules else "given", {"basis": "given", "source": DESIGN, "quality": "derived"}
    bands = []
    for low in np.arange(np.floor(age.min() / AGE_BAND) * AGE_BAND, age.max(), AGE_BAND):
        here = (age >= low) & (age < low + AGE_BAND)
        if here.sum() >= FEWEST:
            entry = {"age": float(age[here].mean()), "target": float(target[here].mean()), "n": int(here.sum())}
            bands.append(entry | {"sample": float(has[here].mean())})
    share = float(has.mean())
    return {
        "name": risk,
        "label": label_of(risk),
        "role": role,
        "target": float(target.mean()),
        "sample": share,
        "error": float(np.sqrt(max(float(target.mean()) * (1.0 - float(target.mean())), 0.0) / len(age))),
        "by_age": bands,
        **whence,
    }


def therapies(one: Recipe, population: Population, sample: Sample) -> list[dict[str, Any]]:
    """Share of people with each prior regimen."""
    taken = sample.facts["prior_therapy"]
    past = sample.facts.get("postmenopausal", np.ones(len(taken))) == 1.0
    result = []
    for k, regimen in enumerate(sample.prior_regimens[1:], start=1):
        shares = [float(one.therapies[group][k] - one.therapies[group][k - 1]) for group in one.groups]
        target = float(np.where(past, shares[-1], shares[0]).mean())
        records = [row for group in one.groups for row in joint.prior_therapy(group)]
        whence = {"basis": "given", "source": DESIGN, "quality": "derived"}
        if population.prior_therapy is None:
            whence = origin(records[k - 1])
        name = f"before: {regimen}"
        entry = {"name": name, "label": name, "role": "bent" if one.rules else "usual", "target": target}
        if "prior_therapy" in one.fixed:
            entry |= {"role": "given", "target": float(one.fixed["prior_therapy"] == k)}
        error = float(np.sqrt(target * (1.0 - target) / len(taken)))
        result.append(entry | {"sample": float(np.mean(taken == k)), "error": error, "by_age": [], **whence})
    return result


def correlations(one: Recipe, population: Population, facts: Mapping[str, Values]) -> Iterator[dict[str, Any]]:
    """Correlations of the normal numbers behind the facts, counted from the mean for age and group."""
    groups_of: dict[joint.Link, list[str]] = {}
    for group in one.groups:
        for link in latent.links(group, population.correlations):
            groups_of.setdefault(link, []).append(group)
    numbers = {name: _numbers(one, name, facts) for name in one.names}
    for link, groups in groups_of.items():
        here = np.ones(len(facts["age"]), bool)
        if len(groups) < len(one.groups):
            here = (facts["postmenopausal"] == 1.0) == (groups == [joint.POST])
        if link.value == 0.0 or here.sum() < FEWEST:
            continue
        first, second = (numbers[name][here] for name in link.pair)
        target = link.value
        if joint.CORRELATED_RISK in link.pair:
            target *= _left_by_a_yes_or_no(joint.prevalence(joint.CORRELATED_RISK, one.sex).at(facts["age"][here]))
        constant = any(np.ptp(facts[name][here]) == 0.0 for name in link.pair)
        yield {
            "between": list(link.pair),
            "labels": [label_of(name) for name in link.pair],
            "among": "" if len(groups) == len(one.groups) else NAMES_BY_GROUP[groups[0]],
            "role": "usual" if is_free(one) else "bent",
            "n": int(here.sum()),
            "target": target,
            "sample": None if constant else float(np.corrcoef(first, second)[0, 1]),
            "error": float((1.0 - target**2) / np.sqrt(here.sum())),
            **origin(link),
        }


def _numbers(one: Recipe, name: str, facts: Mapping[str, Values]) -> Values:
    """The normal numbers behind a fact; a risk factor as it is."""
    if name == joint.CORRELATED_RISK:
        return facts[name]
    if name in joint.T_SCORES:
        return joint.t_margin(name.removeprefix("t_score_"), one.sex, facts["age"]).latent(facts[name])
    each = [joint.margin(name, group).margin.latent(facts[name]) for group in one.groups]
    return each[0] if len(each) == 1 else np.where(facts["postmenopausal"] == 1.0, each[1], each[0])


def _left_by_a_yes_or_no(share: Values) -> float:
    """What is left of a correlation between normal numbers where one of them only says yes or no."""
    height = np.exp(-0.5 * ndtri(share) ** 2) / np.sqrt(2.0 * np.pi)
    return float(np.mean(height) / np.sqrt(share.mean() * (1.0 - share.mean())))


def parameter(one: Recipe, name: str, sample: Sample) -> dict[str, Any]:
    """Median and spread on the log scale of a parameter in which people differ."""
    record = parameters()[name]
    margin = one.own.get(name) or joint.margin(name, one.groups[-1]).margin
    value = np.asarray(sample.values[name], float)
    logs = np.log(np.maximum(value, 1e-300))
    place, spread = (np.log(max(margin.mean, 1e-300)), 0.0) if margin.sd == 0.0 else margin.normal()
    nothing = not np.any(value > 0.0)
    given = name in one.own
    return {
        "name": name,
        "unit": record.unit,
        "role": "given" if given else "bent" if any(name in rule.names for rule in one.rules) else "usual",
        "target": {"median": 0.0 if nothing else float(np.exp(place)), "log_sd": 0.0 if nothing else float(spread)},
        "sample": {"median": float(np.median(value)), "log_sd": 0.0 if nothing else float(logs.std())},
        "error": {"log_median": 1.2533 * float(spread) / np.sqrt(len(value))},
        "basis": "given" if given else record.basis,
        "source": DESIGN if given else f"{record.citation}: {record.where}",
        "quality": "derived" if given else record.quality,
    }
