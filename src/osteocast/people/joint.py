"""The joint distribution of what people are like: margins, correlations and shares as data with their sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from osteocast.errors import OsteocastError
from osteocast.measure import dxa
from osteocast.parameters.registry import parameters
from osteocast.people import fill
from osteocast.people.margins import FARTHEST, KINDS, Margin, from_median
from osteocast.people.person import T_SCORE_RANGE

POST, PRE, MALE = "female_postmenopausal", "female_premenopausal", "male"
GROUPS = {"female": (PRE, POST), "male": (MALE,)}
T_SCORES = tuple(f"t_score_{site}" for site in dxa.SITES)
RISKS = (
    "prior_fracture",
    "parent_hip_fracture",
    "smoker",
    "glucocorticoids",
    "rheumatoid_arthritis",
    "alcohol",
    "falls",
)
CORRELATED_RISK = "prior_fracture"
"""The risk factor that is correlated with density; the others depend on age alone."""
LIMITS = {
    "age": (18.0, 100.0), "age_at_menopause": (30.0, 63.0), "years_since_menopause": (0.0, 60.0), "bmi": (14.0, 60.0),
    "turnover": (0.2, 5.0), "e2": (0.5, 5000.0), "testosterone": (0.3, 60.0), "lh": (0.3, 60.0),
    "calcium_mg_day": (100.0, 3000.0), "vitamin_d": (5.0, 250.0), "adherence": (0.0, 1.0),
    **dict.fromkeys(T_SCORES, T_SCORE_RANGE),
}  # fmt: skip
"""Values that a virtual person may have, in the unit of the fact."""
UNITS = {
    "age": "years", "age_at_menopause": "years", "years_since_menopause": "years", "bmi": "kg/m2", "turnover": "fold",
    "e2": "pmol/L", "testosterone": "nmol/L", "lh": "IU/L", "calcium_mg_day": "mg/day", "vitamin_d": "nmol/L",
    "adherence": "share", **{f"bmd_{site}": "g/cm2" for site in dxa.SITES},
}  # fmt: skip
LABELS = {
    "age_at_menopause": "age at menopause", "years_since_menopause": "years since menopause",
    "bmi": "body mass index", "e2": "estradiol", "lh": "LH", "calcium_mg_day": "calcium in the diet",
    "vitamin_d": "25-hydroxyvitamin D", "turnover": "speed of turnover", "adherence": "doses taken",
    "prior_fracture": "prior fracture", "parent_hip_fracture": "parent broke a hip",
    "rheumatoid_arthritis": "rheumatoid arthritis", "alcohol": "three units of alcohol a day",
    "falls": "fell in the last year",
    **{f"t_score_{site}": f"T-score {site.replace('_', ' ')}" for site in dxa.SITES},
}  # fmt: skip
"""Names of facts in words, where the underscores are not all that differs."""
_IN_POPULATION = {"bmi": "bmi", "calcium_mg_day": "calcium_mg_day", "vitamin_d": "25OHD"}
_REPLACED = {"turnover", "calcium_intake", "vitamin_d"}
"""Parameters that differ between people and stand among the facts under a name of their own."""
PMOL_PER_NMOL = 1000.0


class Record(NamedTuple):
    """A margin and where it comes from; `published` is the mean and sd to compare a sample with."""

    margin: Margin
    unit: str
    basis: str
    source: str
    quality: str
    published: tuple[float, float]


class Link(NamedTuple):
    """A correlation and where it comes from."""

    pair: tuple[str, str]
    value: float
    basis: str
    source: str
    quality: str


class Therapy(NamedTuple):
    """A treatment before month 0 and the share who had it."""

    regimen: str
    share: float
    basis: str
    source: str
    quality: str


class Share(NamedTuple):
    """Prevalence of a risk factor by age."""

    ages: tuple[float, ...]
    share: tuple[float, ...]
    basis: str
    source: str
    quality: str

    def at(self, age: Any) -> NDArray[np.float64]:
        """Prevalence [1] at an age [years]."""
        return np.asarray(np.interp(age, self.ages, self.share))


def correlated(sex: str) -> tuple[str, ...]:
    """Quantities whose normal numbers are correlated, in the order of the matrix."""
    hormones = ("e2", "testosterone", "lh") if sex == "male" else ("e2",)
    return ("turnover", "bmi", *hormones, *T_SCORES, CORRELATED_RISK)


def own_parameters() -> tuple[str, ...]:
    """Parameters in which people differ beside the facts: kinetics of drugs, sensitivity to estrogen."""
    known = parameters().items()
    return tuple(name for name, one in known if one.between_person_log_sd > 0.0 and name not in _REPLACED)


@cache
def margin(name: str, group: str) -> Record:
    """Distribution of a quantity in a group; T-scores: see `t_margin`.

    Args:
        name: such as `bmi`.
        group: `female_premenopausal`, `female_postmenopausal` or `male`.
    """
    low, high = LIMITS.get(name, (0.0, np.inf))
    if name in _IN_POPULATION:
        one = fill.population(_IN_POPULATION[name], group)
        found = Margin("lognormal", one.value, one.sd, low, high)
        return Record(found, one.unit, one.basis, one.source, one.quality, (one.value, one.sd))
    if name == "age_at_menopause":
        one = fill.population(name, "female")
        found = Margin("normal", one.value, one.sd, one.value - FARTHEST * one.sd, one.value + FARTHEST * one.sd)
        return Record(found, one.unit, one.basis, one.source, one.quality, (one.value, one.sd))
    if name in parameters():
        record = parameters()[name]
        value = record.value("male" if group == MALE else "female")
        found = from_median(max(value, 1e-9), record.between_person_log_sd, low, high)
        source = f"{record.citation}: {record.where}"
        return Record(found, record.unit, record.basis, source, record.quality, (found.mean, found.sd))
    entry = _of_group(_tables()["margins"][name], group, name)
    if "median" in entry:
        found = from_median(_median(name, entry, group), float(entry["log_sd"]), low, high)
    else:
        low, high = float(entry.get("min", low)), float(entry.get("max", high))
        found = Margin(entry["kind"], float(entry["mean"]), float(entry["sd"]), low, high)
    published = float(entry.get("published_mean", found.mean)), float(entry.get("published_sd", found.sd))
    return Record(found, entry["unit"], entry["basis"], entry["source"], entry["quality"], published)


def t_margin(site: str, sex: str, age: Any) -> Margin:
    """Distribution of the T-score of a site at an age [years]."""
    mean, sd = dxa.t_by_age(site, sex, age)
    return Margin("normal", mean, sd, *T_SCORE_RANGE)


def prevalence(risk: str, sex: str) -> Share:
    """How common a risk factor is, by age."""
    entry = _of_group(_tables()["shares"][risk], sex, risk)
    ages, share = (tuple(float(one) for one in entry[key]) for key in ("ages", "share"))
    return Share(ages, share, entry["basis"], entry["source"], entry["quality"])


def prior_therapy(group: str) -> tuple[Therapy, ...]:
    """What a group took before month 0."""
    rows = _tables()["prior_therapy"][group]
    return tuple(Therapy(**{key: one[key] for key in Therapy._fields}) for one in rows)


def links(group: str) -> tuple[Link, ...]:
    """Every correlation of a group that is not 0."""
    names = correlated("male" if group == MALE else "female")

    def all_links() -> Iterator[Link]:
        for one in fill.correlations_of_sites():
            pair = tuple(f"t_score_{site}" for site in one["between"])
            yield Link(pair, float(one["value"]), one["basis"], one["source"], one["quality"])  # type: ignore[arg-type]
        for one in _tables()["correlations"]:
            pair = tuple(one["between"])
            if set(pair) <= set(names) and one.get("group", group) == group:
                yield Link(pair, float(one["value"]), one["basis"], one["source"], one["quality"])  # type: ignore[arg-type]

    return tuple(all_links())


def _of_group(table: Mapping[str, Any], group: str, name: str) -> Mapping[str, Any]:
    """The entry of a group, of its sex, or of everyone."""
    for key in (group, group.split("_", maxsplit=1)[0], "everyone"):
        if key in table:
            entry: Mapping[str, Any] = table[key]
            return entry
    raise OsteocastError(f"{name} is not known of {group}", where="joint.yaml", fix="add an entry for the group")


def _median(name: str, entry: Mapping[str, Any], group: str) -> float:
    """The median that an entry names: a parameter's value, or the mechanism's own level."""
    sex = "male" if group == MALE else "female"
    said = str(entry["median"])
    if said == "mechanism":
        return _mechanism_estradiol(group)
    value = parameters()[said.removeprefix("parameter ")].value(sex)
    return value * PMOL_PER_NMOL if name == "e2" else value


@cache
def _mechanism_estradiol(group: str) -> float:
    """Estradiol [pmol/L] of a person in the middle of every distribution, well past menopause."""
    from osteocast.engine.person_values import UNTREATED, settle
    from osteocast.model import steroids
    from osteocast.people.sample import Group, values

    middle = Group("female", margin("age", group).margin.mean, 10.0, margin("bmi", group).margin.mean)
    settled = settle(SimpleNamespace(**values([middle], lambda _purpose: np.zeros(1))))
    return float(np.ravel(np.asarray(steroids.levels(UNTREATED, 0.0, 1.0, settled).e2))[0]) * PMOL_PER_NMOL


@cache
def _tables() -> Mapping[str, Any]:
    from ruamel.yaml import YAML

    text = (files("osteocast.people") / "joint.yaml").read_text(encoding="utf-8")
    tables: Mapping[str, Any] = YAML(typ="safe").load(text)
    entries = [
        (name, one) for part in ("margins", "shares") for name in tables[part] for one in tables[part][name].values()
    ]
    entries += [("prior_therapy", one) for rows in tables["prior_therapy"].values() for one in rows]
    entries += [("correlations", one) for one in tables["correlations"]]
    for name, one in entries:
        known = all(one.get(key) for key in ("basis", "source", "quality"))
        if not known or one["basis"] not in fill.BASES or one["quality"] not in fill.QUALITIES:
            raise OsteocastError(
                "a record lacks its origin", where=f"joint.yaml, {name}", fix="give basis, source, quality"
            )
        if one.get("kind", "normal") not in KINDS:
            raise OsteocastError(
                f"kind {one['kind']!r} is not known", where=f"joint.yaml, {name}", fix=f"write one of {KINDS}"
            )
    return tables
