"""Simulate published results: the same virtual people in every arm, the statistic that the paper gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from osteocast.drugs.catalogue import card
from osteocast.engine.schedule import misses_doses, step_limits, unmodelled
from osteocast.evidence.targets import Target
from osteocast.people.life import years_before
from osteocast.people.sample import NG_DL_TO_NMOL_L, PG_ML_TO_NMOL_L, Group
from osteocast.people.validate import AGE_RANGE, BMI_RANGE
from osteocast.regimen import MONTH_DAYS, Regimen

QUANTITIES = {
    "LS_BMD": "lumbar_spine",
    "TH_BMD": "total_hip",
    "FN_BMD": "femoral_neck",
    "radius_BMD": "one_third_radius",
    "denosumab_Cmax": "antibody",
    **{
        name: name
        for name in ("sCTX", "uNTX", "P1NP", "BSAP", "E2", "E1", "E1S", "T", "LH", "whole_body_aromatisation")
    },
}
KINETICS = {"CL_F": "L/h", "half_life": "h", "Css_mean": "ng/mL"}
"""Kinetic quantities that follow from a drug's parameters, and their units."""
LEVEL_FACTOR = {
    ("E2", "pg/mL"): 1.0 / PG_ML_TO_NMOL_L,
    ("E2", "pmol/L"): 1e3,
    ("E1", "pg/mL"): 1.0 / 3.698e-3,
    ("E1S", "pg/mL"): 1.0 / 2.853e-3,
    ("T", "ng/dL"): 28.84,
    ("T", "nmol/L"): 1.0,
    ("LH", "IU/L"): 1.0,
    ("denosumab_Cmax", "ug/mL"): 0.147,
}
STATISTICS = ("mean", "median", "difference")
LIMITS = {
    "age_mean": AGE_RANGE,
    "bmi_mean": BMI_RANGE,
    "years_since_menopause": (-40.0, 60.0),
    "from_month": (0.0, 480.0),
    "to_month": (0.0, 480.0),
}
"""What a row may say of the people [years, kg/m2, years] and of the time [month]; a simulation starts before."""
YEARS_BEFORE_START = 2.0
MEN_YEARS = 8.0
"""A man's life is simulated for no less than so many years."""
SPREAD_OF_MENOPAUSE = 1.9
"""The longest time since menopause within a group, in units of its mean; see `people.sample.SPREAD`."""


class Arm(NamedTuple):
    """One treatment in one population."""

    group: Group
    regimen: Regimen

    @property
    def start_month(self) -> float:
        """Month at which the person still is a young adult in steady state."""
        since = self.group.years_since_menopause
        first = min([0.0, *(course.start_day / MONTH_DAYS for course in self.regimen.courses())])
        longest = None if since is None else SPREAD_OF_MENOPAUSE * max(since, 0.0)
        least = MEN_YEARS if self.group.sex == "male" else YEARS_BEFORE_START
        return -12.0 * years_before(self.group.sex, self.group.age, longest, least) + first


def group_of(target: Target) -> Group:
    """The population of a row."""
    e2, t = target.number("e2_baseline_pgml"), target.number("t_baseline_ngdl")
    return Group(
        target.text("sex"),
        target.required("age_mean"),
        target.number("years_since_menopause"),
        target.number("bmi_mean"),
        None if e2 is None else e2 * PG_ML_TO_NMOL_L,
        None if t is None else t * NG_DL_TO_NMOL_L,
    )


def arms_of(target: Target) -> tuple[Arm, ...]:
    """The arm, and the comparator's arm where there is one."""
    group = group_of(target)
    both = [target.regimen] if target.comparator is None else [target.regimen, target.comparator]
    return tuple(Arm(group, regimen) for regimen in both)


def obstacle(target: Target) -> str | None:
    """Why a row cannot be simulated, or None."""
    quantity, measure, unit = target.text("quantity"), target.text("measure"), target.text("unit")
    kinetic = _kinetic_name(target)
    if target.text("sex") not in ("female", "male"):
        return f"sex '{target.text('sex')}' is not female or male"
    for arm in arms_of(target):
        for item in arm.regimen.items:
            if not card(item.card_id).actions:
                return f"{card(item.card_id).name} is not modelled yet"
        if (wrong := unmodelled(arm.regimen)) is not None:
            return wrong[0]
        if misses_doses(arm.regimen):
            return "missed doses are not simulated in a table"
    if (outside := _outside(target)) is not None:
        return outside
    if kinetic is not None:
        return None
    if quantity not in QUANTITIES:
        return f"quantity '{quantity}' is not simulated"
    if measure in ("level", "percent_change") and target.text("statistic") not in STATISTICS:
        return f"statistic '{target.text('statistic')}' is not one of {', '.join(STATISTICS)}"
    if measure == "level":
        return None if (quantity, unit) in LEVEL_FACTOR else f"no level of {quantity} in {unit}"
    if measure != "percent_change":
        return f"measure '{measure}' is not simulated"
    if unit != "%":
        return f"unit '{unit}' is not that of a percent change, which is %"
    if target.required("from_month") >= target.required("to_month"):
        return f"months {target.text('from_month')} to {target.text('to_month')} leave no time for a change"
    return None


def _outside(target: Target) -> str | None:
    """Which number of a row cannot be, or None."""
    for name, (low, high) in LIMITS.items():
        value = target.number(name)
        if value is not None and not low <= value <= high:
            return f"{name} {value:g} is outside {low:g} to {high:g}"
    e2 = target.number("e2_baseline_pgml")
    return f"e2_baseline_pgml {e2:g} is not positive" if e2 is not None and e2 <= 0.0 else None


def _kinetic_name(target: Target) -> tuple[str, str] | None:
    """(drug, kinetic quantity) of a row such as anastrozole_CL_F."""
    for ending in KINETICS:
        quantity = target.text("quantity")
        if quantity.endswith("_" + ending):
            return quantity.removesuffix("_" + ending), ending
    return None


@dataclass(frozen=True)
class Batch:
    """Arms that are simulated together, each with the same people."""

    arms: tuple[Arm, ...]
    months: np.ndarray
    start_month: float

    def column(self, people: int) -> tuple[list[Regimen], np.ndarray]:
        """Distinct regimens and, for every simulated person, the index of theirs."""
        regimens = list(dict.fromkeys(arm.regimen for arm in self.arms))
        index = [regimens.index(arm.regimen) for arm in self.arms]
        return regimens, np.repeat(index, people)


def batches(targets: Sequence[Target], size: int, *, pad: bool = True) -> Iterator[Batch]:
    """Group the arms of all rows into batches of equal size and like length."""
    wanted: dict[Arm, set[float]] = {}
    for target in targets:
        for arm in arms_of(target):
            wanted.setdefault(arm, set()).update({target.required("from_month"), target.required("to_month")})

    def likeness(arm: Arm) -> tuple[int, int, float, str]:
        about = f"{arm.regimen} {arm.group}"  # so that the order of the rows changes nothing
        return len(step_limits([arm.regimen])), round(arm.start_month / 48), max(wanted[arm]), about

    for _, like in groupby(sorted(wanted, key=likeness), key=lambda arm: likeness(arm)[0]):
        ordered = list(like)
        for first in range(0, len(ordered), size):
            arms = ordered[first : first + size]
            months = sorted(set().union(*(wanted[arm] for arm in arms)) | {0.0})
            full = tuple(arms) + ((arms[-1],) * (size - len(arms)) if pad else ())
            yield Batch(full, np.array(months), min(arm.start_month for arm in arms))


def statistic(target: Target, course: Callable[[Arm, str], tuple[np.ndarray, Any]], library: Any = np) -> Any:
    """The number that the row publishes, from simulated courses.

    Args:
        target: the row; its labels are not read.
        course: gives the months and the simulated values, shape (outputs, people), of a quantity in an arm.
        library: numpy, or jax.numpy while calibrating.
    """
    name = QUANTITIES[target.text("quantity")]
    arms = arms_of(target)

    def one(arm: Arm) -> Any:
        months, value = course(arm, name)
        end = value[int(np.searchsorted(months, target.required("to_month") - 1e-9))]
        if target.text("measure") == "level":
            return end * LEVEL_FACTOR[target.text("quantity"), target.text("unit")]
        start = value[int(np.searchsorted(months, target.required("from_month") - 1e-9))]
        return 100.0 * (end / start - 1.0)

    each = one(arms[0]) if len(arms) == 1 else one(arms[0]) - one(arms[1])
    return library.median(each) if target.text("statistic") == "median" else library.mean(each)


def kinetic(target: Target, values: Mapping[str, float]) -> float | None:
    """A kinetic row from the drug's parameters (L/h, h) and, for a mean level, its dose."""
    found = _kinetic_name(target)
    if found is None:
        return None
    drug, what = found
    clearance, half_life = values.get(f"{drug}_clearance"), values.get(f"{drug}_half_life")
    if clearance is None or half_life is None:
        return None
    if what == "CL_F":
        return clearance
    if what == "half_life":
        return half_life
    for course in target.regimen.courses():
        if course.card_id == drug and what == "Css_mean" and course.interval_day:
            return course.amount * 1e6 / (clearance * 24.0 * course.interval_day) / 1e3
    return None
