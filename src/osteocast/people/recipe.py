"""Everything about a population that is the same for all of its people, worked out once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from osteocast.errors import OsteocastError
from osteocast.parameters.registry import parameters
from osteocast.people import joint, latent
from osteocast.people.asked import margin_of, menopause_with_age
from osteocast.people.life import years_before
from osteocast.people.margins import Margin
from osteocast.people.population import INDEPENDENT, POSTMENOPAUSAL, PRIOR_THERAPY, Distribution, Population, readable
from osteocast.people.rules import Rule, parse

if TYPE_CHECKING:
    from osteocast.regimen import Regimen

BEFORE_TREATMENT_YEARS = 2.0
LEAST_YEARS = {"female": 2.0, "male": 8.0}
"""Years simulated before month 0 whatever the age; men are simulated from 40."""
PERSONAL = ("age", "menopause", PRIOR_THERAPY)


@dataclass(frozen=True, eq=False)
class Recipe:
    """A population ready to be sampled.

    Attributes:
        sex: `female` or `male`.
        groups: groups of `joint` that its people may belong to.
        own: distributions the population gives, by fact or parameter.
        fixed: yes-or-no facts that are given, and the number of the prior therapy.
        shares: prevalence of risk factors the population gives.
        rules: everybody meets them.
        names: correlated quantities, in the order of the matrices.
        matrices: correlation matrix by group.
        menopause_with_age: correlation between age and years since menopause where both are given.
        redrawn: quantities that are drawn again for who does not meet the rules.
        kept: what stands alone and concerns no rule: drawn once.
        therapies: cumulative shares of the prior regimens, by group.
        prior_regimens: what `prior_therapy` counts; 0 is nothing.
        start_month: where every simulated life begins.
    """

    sex: str
    groups: tuple[str, ...]
    own: Mapping[str, Margin]
    fixed: Mapping[str, float]
    shares: Mapping[str, float]
    rules: tuple[Rule, ...]
    names: tuple[str, ...]
    matrices: Mapping[str, NDArray[np.float64]]
    menopause_with_age: float
    redrawn: tuple[str, ...]
    kept: tuple[str, ...]
    therapies: Mapping[str, NDArray[np.float64]]
    prior_regimens: tuple[Regimen, ...]
    start_month: float

    @property
    def conditions(self) -> tuple[str, ...]:
        """Correlated quantities that the population gives, in the order of the matrices."""
        return tuple(name for name in self.names if name in self.own)


@lru_cache(maxsize=32)
def recipe(population: Population) -> Recipe:
    """Work out a population.

    Raises:
        OsteocastError: what it gives cannot be.
    """
    sex = population.sex
    groups = joint.GROUPS[sex]
    if POSTMENOPAUSAL in population.given:
        groups = (joint.POST,) if population.given[POSTMENOPAUSAL] == 1.0 else (joint.PRE,)
    elif "years_since_menopause" in population.given:
        groups = (joint.POST,)
    main = groups[-1]
    discrete = (*joint.RISKS, POSTMENOPAUSAL, PRIOR_THERAPY)
    own: dict[str, Margin] = {}
    fixed: dict[str, float] = {}
    shares: dict[str, float] = {}
    known = readable(sex)
    found = [parse(text, known) for text in population.inclusion]
    for name, value in population.given.items():
        if name in discrete:
            if isinstance(value, Distribution):
                shares[name] = float(value.mean or 0.0)
            else:
                fixed[name] = value
        elif isinstance(value, float):
            own[name] = Margin("normal", value, 0.0)
        elif value.mean is None:
            bounds = ((">=", value.min), ("<=", value.max))
            found += [parse(f"{name} {sign} {end!r}", known) for sign, end in bounds if end is not None]
        else:
            own[name] = margin_of(name, value, population, main)
    mentioned = {name for rule in found for name in rule.names}
    free = (*INDEPENDENT, *joint.own_parameters())
    names = joint.correlated(sex)
    risks = tuple(risk for risk in joint.RISKS if risk not in names)
    prior, cumulative = _therapies(population, groups)
    if fixed.get(PRIOR_THERAPY, 0.0) >= len(prior):
        raise OsteocastError(
            f"there is no prior therapy {fixed[PRIOR_THERAPY]:g}",
            where=f"given, {PRIOR_THERAPY}",
            fix=f"give a number from 0, nothing, to {len(prior) - 1}",
        )
    return Recipe(
        sex=sex,
        groups=groups,
        own=own,
        fixed=fixed,
        shares=shares,
        rules=tuple(found),
        names=names,
        matrices={group: latent.matrix(group, population.correlations)[1] for group in groups},
        menopause_with_age=menopause_with_age(own),
        redrawn=(*PERSONAL, *names, *risks, *(one for one in free if one in mentioned)),
        kept=tuple(one for one in free if one not in mentioned),
        therapies=cumulative,
        prior_regimens=prior,
        start_month=_start_month(sex, groups, own, prior),
    )


def purpose(name: str) -> str:
    """The random stream of a quantity; parameters share theirs with every other virtual person."""
    return f"between people: {name}" if name in parameters() and name != "vitamin_d" else f"people: {name}"


def _therapies(
    population: Population, groups: tuple[str, ...]
) -> tuple[tuple[Regimen, ...], dict[str, NDArray[np.float64]]]:
    from osteocast.regimen import Regimen

    rows = {
        group: dict(population.prior_therapy)
        if population.prior_therapy is not None
        else {one.regimen: one.share for one in joint.prior_therapy(group)}
        for group in groups
    }
    sentences = list(dict.fromkeys(text for one in rows.values() for text in one))
    regimens = (Regimen(), *(Regimen.parse(text) for text in sentences))
    cumulative = {
        group: np.cumsum([1.0 - sum(one.values()), *(one.get(text, 0.0) for text in sentences)])
        for group, one in rows.items()
    }
    return regimens, cumulative


def _start_month(sex: str, groups: tuple[str, ...], own: Mapping[str, Margin], prior: tuple[Regimen, ...]) -> float:
    """Before the youth of the oldest, and two years before the first treatment: one month for everybody, whoever
    is in the batch."""
    age = own.get("age", joint.margin("age", groups[-1]).margin)
    oldest = _highest(age)
    since = None
    if joint.POST in groups:
        since = oldest - joint.LIMITS["age_at_menopause"][0]
        if "years_since_menopause" in own:
            since = _highest(own["years_since_menopause"])
        elif "age_at_menopause" in own:
            since = oldest - _lowest(own["age_at_menopause"])
        else:
            since = oldest - _lowest(joint.margin("age_at_menopause", joint.POST).margin)
    elif joint.PRE in groups:
        since = min(oldest - _lowest(joint.margin("age_at_menopause", joint.POST).margin), 0.0)
    years = years_before(sex, oldest, since, LEAST_YEARS[sex])
    first = min((item.start_month for one in prior for item in one.items), default=0.0)
    return -12.0 * max(years, BEFORE_TREATMENT_YEARS - first / 12.0)


def _highest(margin: Margin) -> float:
    return float(margin.mean if margin.sd == 0.0 else margin.high)


def _lowest(margin: Margin) -> float:
    return float(margin.mean if margin.sd == 0.0 else margin.low)
