"""A sample beside its targets: means, spreads, shares and correlations, with where each target comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from osteocast.measure import dxa
from osteocast.people import joint
from osteocast.people.margins import Margin
from osteocast.people.population import Distribution, Population
from osteocast.people.recipe import Recipe, recipe
from osteocast.people.target_shares import (
    DESIGN,
    FEWEST,
    NAMES_BY_GROUP,
    correlations,
    is_free,
    label_of,
    origin,
    parameter,
    share_of,
    therapies,
)
from osteocast.people.virtual import Sample

BINS = 36
MOST_FOR_CURVES = 2000
"""People over whose ages and groups a target distribution is averaged."""

Values = NDArray[np.float64]


class Wanted(NamedTuple):
    """What a quantity should look like in certain people: their distributions, one each, and its origin."""

    name: str
    label: str
    people: NDArray[np.bool_]
    margin: Margin
    unit: str
    basis: str
    source: str
    quality: str
    role: str


def compare(population: Population, sample: Sample) -> dict[str, Any]:
    """The sample beside its targets.

    Args:
        population: that the sample is of.
        sample: its people.

    Returns:
        `quantities` (mean and sd), `shares` (risk factors, by age too; prior therapy), `correlations` and
        `parameters` (median and sd of the logarithm). Each entry has `target`, `sample`, the sampling `error`, basis,
        source and quality. `role` says what the target is: `given` by the design; `usual`, which the sample should
        meet; `bent`, the usual one, from which the sample departs because something correlated is given or rules
        turn people away.
    """
    one = recipe(population)
    facts = sample.facts
    return {
        "quantities": [_quantity(wanted, facts) for wanted in _wanted(one, facts) if wanted.people.sum() > 1],
        "shares": [share_of(one, risk, facts) for risk in joint.RISKS] + therapies(one, population, sample),
        "correlations": list(correlations(one, population, facts)),
        "parameters": [parameter(one, name, sample) for name in joint.own_parameters()],
    }


def _wanted(one: Recipe, facts: Mapping[str, Values]) -> Iterator[Wanted]:
    """Every measured quantity and its target; estradiol apart before and after menopause."""
    everybody = np.ones(len(facts["age"]), bool)
    menopause = ("age_at_menopause", "years_since_menopause")
    free = "usual" if is_free(one) else "bent"
    for name in ("age", *menopause, "calcium_mg_day", "vitamin_d", "adherence", *one.names):
        if name == joint.CORRELATED_RISK or name not in facts:
            continue
        if name in one.own:
            here = everybody if name not in menopause else facts["postmenopausal"] == 1.0
            unit = joint.UNITS.get(name, "1")
            role = "bent" if one.rules else "given"
            yield Wanted(name, label_of(name), here, one.own[name], unit, "given", DESIGN, "derived", role)
        elif name in joint.T_SCORES:
            yield _t_score(one, name, facts, everybody, free)
        elif name == "years_since_menopause":
            continue  # follows from age and age at menopause
        elif name == "e2":
            for group in one.groups:
                here = everybody if one.sex == "male" else (facts["postmenopausal"] == 1.0) == (group == joint.POST)
                yield _usual(name, here, (group,), here, free)
        elif name == "age_at_menopause":
            # Only past the highest age at menopause is everybody's known.
            here = facts["age"] >= joint.margin(name, joint.POST).margin.high
            yield _usual(name, here, (joint.POST,), here, "bent" if "years_since_menopause" in one.own else free)
        else:
            past = facts.get("postmenopausal", everybody) == 1.0
            bent = name == "age" and (set(one.own) | set(one.fixed)) & {*menopause, *joint.RISKS, "postmenopausal"}
            role = "bent" if bent else "usual" if name in ("calcium_mg_day", "vitamin_d", "adherence") else free
            yield _usual(name, everybody, one.groups, past, role)


def _usual(
    name: str, people: NDArray[np.bool_], groups: tuple[str, ...], past: NDArray[np.bool_], role: str
) -> Wanted:
    """The published distribution of a quantity, by group where groups differ."""
    records = [joint.margin(name, group) for group in groups]
    last = records[-1]
    (mean, sd), limits = last.published, (last.margin.low, last.margin.high)
    as_drawn = last.published == (last.margin.mean, last.margin.sd)
    margin = Margin(last.margin.kind, mean, sd, *(limits if as_drawn else ()))
    if records[0].published != last.published:
        each = [np.where(past, last.published[i], records[0].published[i]) for i in (0, 1)]
        margin = Margin(last.margin.kind, each[0], each[1])
    label = label_of(name)
    if name == "e2" and groups[0] in NAMES_BY_GROUP:
        label = f"{label} {NAMES_BY_GROUP[groups[0]]}"
    return Wanted(name, label, people, margin, last.unit, last.basis, last.source, last.quality, role)


def _t_score(one: Recipe, name: str, facts: Mapping[str, Values], people: NDArray[np.bool_], role: str) -> Wanted:
    site = name.removeprefix("t_score_")
    margin = joint.t_margin(site, one.sex, facts["age"])
    rows = dxa.age_sources(site, one.sex)
    typical = float(np.mean(facts["age"]))
    row = min(rows, key=lambda row: abs(0.5 * (row.age_low + row.age_high) - typical))
    return Wanted(name, label_of(name), people, margin, "1", row.basis, f"by age: {row.source}", row.quality, role)


def _quantity(wanted: Wanted, facts: Mapping[str, Values]) -> dict[str, Any]:
    """Mean, spread and distribution of a quantity."""
    here = wanted.people
    value = facts[wanted.name][here]
    n = len(value)
    means, sds = (np.broadcast_to(_of(part, here), (n,)) for part in (wanted.margin.mean, wanted.margin.sd))
    if np.ndim(wanted.margin.mean) == 0 and wanted.role in ("given", "bent") and wanted.basis == "given":
        z = ndtri((np.arange(4000) + 0.5) / 4000)  # moments within the limits
        means, sds = (np.full(n, part) for part in (wanted.margin.value(z).mean(), wanted.margin.value(z).std()))
    mean, sd = float(value.mean()), float(value.std())
    fourth = float(np.mean((value - mean) ** 4)) / sd**4 if sd > 0.0 else 1.0
    return {
        "name": wanted.name,
        "label": wanted.label,
        "unit": wanted.unit,
        "role": wanted.role,
        "n": n,
        "target": {"mean": float(means.mean()), "sd": float(np.sqrt(np.mean(sds**2) + means.var()))},
        "sample": {"mean": mean, "sd": sd},
        "error": {"mean": sd / np.sqrt(n), "sd": sd * float(np.sqrt(max(fourth - 1.0, 0.0) / (4.0 * n)))},
        "curve": _curve(value, wanted, here) if n >= FEWEST and sd > 0.0 else None,
        **origin(wanted),
    }


def _of(part: Any, here: NDArray[np.bool_]) -> Any:
    return part[here] if np.ndim(part) else part


def _curve(value: Values, wanted: Wanted, here: NDArray[np.bool_]) -> dict[str, list[float]]:
    """Share of people [%] in bins of equal width, in the sample and in the target."""
    low, high = np.percentile(value, (0.3, 99.0))
    edges = np.linspace(low, high, BINS + 1)
    few = slice(0, MOST_FOR_CURVES)
    mean, sd = (_of(part, here) for part in (wanted.margin.mean, wanted.margin.sd))
    each = Margin(
        wanted.margin.kind,
        mean[few, None] if np.ndim(mean) else mean,
        sd[few, None] if np.ndim(sd) else sd,
        wanted.margin.low,
        wanted.margin.high,
    )
    below = np.atleast_2d(each.share_below(edges[None, :])).mean(axis=0)
    count = np.histogram(value, edges)[0]
    return {
        "x": (0.5 * (edges[1:] + edges[:-1])).tolist(),
        "sample": (100.0 * count / len(value)).tolist(),
        "target": (100.0 * np.diff(below)).tolist(),
    }


def as_given(population: Population) -> dict[str, Any]:
    """What a population says, as plain data."""
    given = {
        name: {key: part for key in ("mean", "sd", "min", "max") if (part := getattr(value, key)) is not None}
        if isinstance(value, Distribution)
        else value
        for name, value in population.given.items()
    }
    return {
        "sex": population.sex,
        "given": given,
        "inclusion": list(population.inclusion),
        "correlations": dict(population.correlations),
        "prior_therapy": None if population.prior_therapy is None else dict(population.prior_therapy),
    }
