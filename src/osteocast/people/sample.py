"""Virtual people as numbers for the engine: shared parameters, each person's own factors, personal values."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from osteocast.parameters.registry import parameters

PG_ML_TO_NMOL_L = 3.671e-3
NG_DL_TO_NMOL_L = 3.467e-2
DAYS_PER_YEAR = 365.25
NEVER_D = 1e6  # menopause of someone who is not near it

Numbers = Callable[[str], np.ndarray]
"""Gives one standard normal number per person for a purpose."""


class Group(NamedTuple):
    """A group of people as a publication describes it; None where it does not."""

    sex: str
    age: float
    years_since_menopause: float | None = None
    bmi: float | None = None
    e2_baseline: float | None = None
    """Estradiol [nmol/L]."""
    t_baseline: float | None = None
    """Testosterone [nmol/L]."""


MENOPAUSE_AGE = 51.0
USUAL_BMI = 27.0
SPREAD = {"age": 4.0, "menopause_share": 0.35, "log_bmi": 0.17, "log_e2": 0.4, "log_t": 0.25}
"""Between-person spread inside a published group: assumed, see docs/method.md. Years since menopause vary in
proportion to their mean, so that a cohort aligned on the final period stays aligned."""


def shared(sex: str) -> dict[str, float]:
    """Every parameter in force for one sex, by name, each in its own unit."""
    return {name: record.value(sex) for name, record in parameters().items()}


def own_factors(numbers: Numbers) -> dict[str, np.ndarray]:
    """What multiplies a shared parameter in one person: log-normal with median 1, shape (people,)."""
    return {
        name: np.exp(record.between_person_log_sd * numbers(f"between people: {name}"))
        for name, record in parameters().items()
        if record.between_person_log_sd > 0.0
    }


def members(group: Group, numbers: Numbers) -> dict[str, np.ndarray]:
    """Personal values of a virtual sample around the means of a group, shape (people,).

    Args:
        group: published description; missing means take the population's.
        numbers: normal numbers of the sample, one per person and purpose.

    Returns:
        `age` [year], `menopause_day` [day from month 0], `bmi` [kg/m2], and estradiol where it was
        measured [nmol/L, 0 = unknown]: `e2_known` after menopause and in men, `fertile_e2_known` before;
        `t_known` [nmol/L] and `lh_known` [IU/L] alike.
    """
    span = numbers("years since menopause")
    bmi = (group.bmi or USUAL_BMI) * np.exp(SPREAD["log_bmi"] * numbers("bmi") - SPREAD["log_bmi"] ** 2 / 2)
    age = group.age + SPREAD["age"] * numbers("age")
    e2_known = np.zeros_like(age)
    if group.years_since_menopause is not None:
        mean = group.years_since_menopause
        years = mean + SPREAD["menopause_share"] * max(mean, 0.0) * np.clip(span, -2.5, 2.5)
        menopause_day = -years * DAYS_PER_YEAR
        age = age + (years - mean)
    elif group.sex == "female":
        menopause_day = np.maximum(MENOPAUSE_AGE - age, 5.0) * DAYS_PER_YEAR
    else:
        menopause_day = np.full_like(age, NEVER_D)
    fertile = np.zeros_like(age)
    if group.e2_baseline is not None:
        known = _around(group.e2_baseline, SPREAD["log_e2"], numbers("estradiol"))
        if group.sex == "female" and group.years_since_menopause is None:
            fertile = known
        else:
            e2_known = known
    t_known = np.zeros_like(age)
    if group.t_baseline is not None:
        t_known = _around(group.t_baseline, SPREAD["log_t"], numbers("testosterone"))
    return {
        "age": age,
        "menopause_day": menopause_day,
        "bmi": bmi,
        "e2_known": e2_known,
        "fertile_e2_known": fertile,
        "t_known": t_known,
        "lh_known": np.zeros_like(age),
        "ovaries_removed": np.zeros_like(age),
    }


def _around(mean: float, log_sd: float, z: np.ndarray) -> np.ndarray:
    """Log-normal values with that mean."""
    return np.asarray(mean * np.exp(log_sd * z - log_sd**2 / 2))


def values(groups: Sequence[Group], numbers: Numbers, changed: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Everything the engine needs for several groups, each made of the same people: shared values x own
    factors, and personal values; shape () or (groups x people,), group by group.

    Args:
        groups: descriptions of the groups.
        numbers: normal numbers of the people of one group.
        changed: shared values to use instead, such as those under trial in a calibration; may be traced.
    """
    by_sex = {sex: shared(sex) for sex in {group.sex for group in groups}}
    personal = [members(group, numbers) for group in groups]
    people = len(personal[0]["age"])
    factors = {name: np.tile(factor, len(groups)) for name, factor in own_factors(numbers).items()}
    result: dict[str, Any] = {}
    for name in parameters():
        options = {sex: table[name] for sex, table in by_sex.items()}
        value: Any = next(iter(options.values()))
        if len(set(options.values())) > 1:
            value = np.repeat([options[group.sex] for group in groups], people)
        if changed and name in changed:
            value = changed[name]
        result[name] = value * factors[name] if name in factors else value
    return result | {name: np.concatenate([one[name] for one in personal]) for name in personal[0]}


def combine(matrix: np.ndarray, rows: Sequence[Any]) -> list[Any]:
    """`matrix @ rows` for rows of any shape, one person's result never rounded by who else is in the batch, as the
    blocks of a matrix product may be."""
    return [sum((weight * rows[j] for j, weight in enumerate(line) if weight != 0.0), 0.0) for line in matrix]


def quasi_numbers(people: int, seed: int = 0) -> Numbers:
    """Evenly spread normal numbers for small samples (scrambled Sobol points), the same for the same seed."""
    from scipy.special import ndtri
    from scipy.stats import qmc

    purposes = ["years since menopause", "bmi", "age", "estradiol", "testosterone"] + [
        f"between people: {name}" for name, record in parameters().items() if record.between_person_log_sd > 0.0
    ]
    points = qmc.Sobol(len(purposes), seed=seed).random(people)
    table = {name: ndtri(points[:, i]) for i, name in enumerate(purposes)}
    for name, column in table.items():
        table[name] = (column - column.mean()) / max(column.std(), math.ulp(1.0))
    return table.__getitem__
