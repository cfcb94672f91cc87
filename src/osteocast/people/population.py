"""The people a virtual trial asks for: what is fixed or given about them, and who may take part."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from osteocast.errors import OsteocastError, choices, nearest
from osteocast.measure import dxa
from osteocast.people import checks, joint, latent, rules

PRIOR_THERAPY, POSTMENOPAUSAL = "prior_therapy", "postmenopausal"
INDEPENDENT = ("calcium_mg_day", "vitamin_d", "adherence")
"""Facts on which nothing else depends."""
LOWEST_OF = ("lumbar_spine", "total_hip", "femoral_neck")
"""Sites whose lowest T-score is `t_score_min`; the forearm is not scanned by routine."""


@dataclass(frozen=True)
class Distribution:
    """How a quantity is distributed among the people of a population, in its unit.

    Attributes:
        mean: mean of those between the limits; None = as usual, cut at the limits.
        sd: their standard deviation; None = as wide as usual.
        min: nobody lies below.
        max: nobody lies above.
    """

    mean: float | None = None
    sd: float | None = None
    min: float | None = None
    max: float | None = None

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if value is not None:
                _number(value, one.name)
                object.__setattr__(self, one.name, float(value))
        if self.mean is None and self.min is None and self.max is None:
            raise OsteocastError("a distribution says nothing", where="given", fix="give mean, min or max")
        if self.mean is None and self.sd is not None:
            raise OsteocastError("an sd stands without a mean", where="given", fix="give the mean too")
        if self.sd is not None and self.sd < 0.0:
            raise OsteocastError(f"sd {self.sd:g} is negative", where="given", fix="give an sd of 0 or more")
        low, high = self.min, self.max
        if low is not None and high is not None and low >= high:
            raise OsteocastError(f"min {low:g} is not below max {high:g}", where="given", fix="swap or correct them")
        if self.mean is not None and not (-math.inf if low is None else low) <= self.mean <= (
            math.inf if high is None else high
        ):
            raise OsteocastError(
                f"mean {self.mean:g} lies outside its limits", where="given", fix="correct one of them"
            )


@dataclass(frozen=True)
class Population:
    """Who takes part in a virtual trial.

    Attributes:
        sex: `female` or `male`.
        given: any of the facts, or a parameter in which people differ: a fixed value, or a `Distribution` (a mapping
            of mean, sd, min, max will do). Everything else follows by the joint distribution, conditional on these.
            `given` describes the people before `inclusion` turns some away.
        inclusion: rules that everybody meets, see `rules.parse`.
        correlations: `assumed` = a factor on every correlation nobody measured; `"bmi, e2"` = the value of a pair.
        prior_therapy: share who took a regimen before month 0, by its sentence; None = the reference population's.
    """

    sex: str = "female"
    given: Mapping[str, Distribution | float] = field(default_factory=dict)
    inclusion: tuple[str, ...] = ()
    correlations: Mapping[str, float] = field(default_factory=dict)
    prior_therapy: Mapping[str, float] | None = None

    def __post_init__(self) -> None:
        sex = checks.choice(self.sex, "sex", dxa.SEXES)
        given = _given(self.given, sex)
        inclusion = _rules(self.inclusion)
        for rule in inclusion:
            rules.parse(rule, readable(sex))
        correlations = {str(key): _number(value, "correlations") for key, value in dict(self.correlations).items()}
        for key, value in correlations.items():
            if key != latent.ASSUMED:
                latent.pair_of(key)
            checks.number(value, f"correlations, {key}", -0.99 if key != latent.ASSUMED else 0.0, 1.5)
        for group in joint.GROUPS[sex]:
            latent.matrix(group, correlations)
        therapy = None if self.prior_therapy is None else _therapy(self.prior_therapy)
        clean = {"sex": sex, "given": given, "inclusion": inclusion, "correlations": correlations}
        for name, kept in {**clean, "prior_therapy": therapy}.items():
            object.__setattr__(self, name, kept)

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def key(self) -> tuple[Any, ...]:
        """Everything that the population says, in an order of its own."""
        therapy = None if self.prior_therapy is None else tuple(self.prior_therapy.items())
        given, correlations = (tuple(sorted(one.items())) for one in (self.given, self.correlations))
        return self.sex, given, self.inclusion, correlations, therapy


def facts(sex: str) -> tuple[str, ...]:
    """Facts of a virtual person at month 0, in order."""
    menopause = ("age_at_menopause", "years_since_menopause", POSTMENOPAUSAL) if sex == "female" else ()
    hormones = ("e2",) if sex == "female" else ("e2", "testosterone", "lh")
    bmd = tuple(f"bmd_{site}" for site in dxa.SITES)
    return (
        "age", *menopause, "bmi", "calcium_mg_day", "vitamin_d", *joint.T_SCORES, "t_score_min", *bmd, "turnover",
        *hormones, "adherence", *joint.RISKS, PRIOR_THERAPY,
    )  # fmt: skip


def readable(sex: str) -> tuple[str, ...]:
    """What a rule may read: facts, and parameters in which people differ."""
    return (*facts(sex), *joint.own_parameters())


def _rules(given: object) -> tuple[str, ...]:
    """The rules; a single one may come without a list around it."""
    if isinstance(given, str):
        return (given,)
    if not isinstance(given, list | tuple):
        raise OsteocastError(f"{given!r} is no list of rules", where="inclusion", fix="write a list of comparisons")
    return tuple(given)


def _given(given: object, sex: str) -> dict[str, Distribution | float]:
    if not isinstance(given, Mapping):
        raise OsteocastError(f"{given!r} is not a table", where="given", fix="write names and values")
    known = tuple(name for name in readable(sex) if name != "t_score_min")
    result: dict[str, Distribution | float] = {}
    for name, value in given.items():
        where = f"given, {name}"
        if name not in known:
            fix = choices(known, nearest(str(name), known))
            if name == "t_score_min":
                fix = "give the sites, or write a rule of inclusion"
            raise OsteocastError(
                f"'{name}' cannot be given of a {sex} person",
                where="given",
                fix=fix,
            )
        clean, cleaned = _one(str(name), value, where)
        if clean in result:
            raise OsteocastError(f"{clean} is given twice", where=where, fix="give the T-score or the density")
        result[clean] = cleaned
    _menopause_once(result)
    return result


def _one(name: str, value: object, where: str) -> tuple[str, Distribution | float]:
    """A given fact under the name it is sampled by: densities become T-scores."""
    if isinstance(value, Mapping):
        checks.only_keys(value, ("mean", "sd", "min", "max"), where)
        value = Distribution(**value)
    if not isinstance(value, Distribution):
        value = _number(value, where)
    if name.startswith("bmd_"):
        site = name.removeprefix("bmd_")
        name, value = f"t_score_{site}", _as_t_score(value, site)
    discrete = (*joint.RISKS, POSTMENOPAUSAL, PRIOR_THERAPY)
    if name in discrete:
        return name, _discrete(name, value, where)
    low, high = joint.LIMITS.get(name, (0.0, math.inf))
    for one in (value.mean, value.min, value.max) if isinstance(value, Distribution) else (value,):
        if one is not None and math.isfinite(one):
            checks.number(one, where, low, high, joint.UNITS.get(name, ""))
    return name, value


def _discrete(name: str, value: Distribution | float, where: str) -> Distribution | float:
    """Risk factors are 0, 1 or a share; being past menopause is 0 or 1; prior therapy is a place in a list."""
    if isinstance(value, Distribution):
        if name not in joint.RISKS or value.mean is None or (value.sd, value.min, value.max) != (None, None, None):
            raise OsteocastError(
                f"{name} is no measured quantity",
                where=where,
                fix="give 0 or 1, or for a risk factor mean = the share",
            )
        checks.number(value.mean, where, 0.0, 1.0)
        return value
    if value != int(value) or value < 0.0 or (value > 1.0 and name != PRIOR_THERAPY):
        fix = "give the number of the regimen, 0 = none" if name == PRIOR_THERAPY else "give 0 for no, 1 for yes"
        raise OsteocastError(f"{value:g} is neither yes nor no", where=where, fix=fix)
    return float(value)


def _menopause_once(given: Mapping[str, object]) -> None:
    said = [name for name in ("age_at_menopause", "years_since_menopause") if name in given]
    if len(said) == 2:
        raise OsteocastError(
            "age at menopause and years since menopause are both given",
            where="given",
            fix="give one of them, beside the age",
        )
    if said and given.get(POSTMENOPAUSAL) == 0.0 and said[0] == "years_since_menopause":
        raise OsteocastError(
            "years since menopause of women before menopause", where="given", fix="leave one of the two out"
        )


def _as_t_score(value: Distribution | float, site: str) -> Distribution | float:
    if isinstance(value, float):
        return float(dxa.t_score(value, site))
    ends = {
        name: None if end is None else float(dxa.t_score(end, site))
        for name, end in (("mean", value.mean), ("min", value.min), ("max", value.max))
    }
    sd = None if value.sd is None else value.sd / dxa.reference(site).sd_g_cm2
    return Distribution(sd=sd, **ends)


def _therapy(shares: object) -> dict[str, float]:
    from osteocast.people.person import as_regimen
    from osteocast.people.spans import check_past

    if not isinstance(shares, Mapping):
        raise OsteocastError(f"{shares!r} is not a table", where="prior_therapy", fix="write regimen: share")
    result: dict[str, float] = {}
    for text, share in shares.items():
        where = f"prior_therapy, {text}"
        regimen = as_regimen(text, where)
        check_past(regimen, False, where, joint.LIMITS["age"][0])
        result[str(regimen)] = checks.number(share, where, 0.0, 1.0)
    if sum(result.values()) > 1.0 + 1e-9:
        raise OsteocastError("the shares add up to more than 1", where="prior_therapy", fix="lower them")
    return result


def _number(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or math.isnan(float(value)):
        raise OsteocastError(f"{value!r} is not a number", where=where, fix="write a number")
    return float(value)
