"""Simulated numbers behind the answers to the statements: asked in `claims_runs.yaml`, kept in `claims_runs.json`.

They are kept, so that reading the answers needs no simulation, and made anew by `osteocast calibrate`, so that they
stay those of the parameters in force.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from osteocast.errors import OsteocastError
from osteocast.evidence.targets import read_targets

if TYPE_CHECKING:
    import numpy as np

    from osteocast.trials.published import Arm

ASKED = Path(__file__).parent / "claims_runs.yaml"
KEPT = Path(__file__).parent / "claims_runs.json"
MEASURES = {"percent_change": "%", "difference": "percentage points", "ratio": "times"}
"""What a number is, and its unit."""
PEOPLE = 64
"""Virtual people a group; a power of two, as evenly spread numbers want it."""


@dataclass(frozen=True)
class Run:
    """One simulation.

    Attributes:
        id: what answers call it.
        people: name of the group.
        group: title, sex, age [years], years since menopause, BMI [kg/m2] and, where known, `e2_pg_ml`, `t_ng_dl`.
        regimen: the treatment, in the regimen language.
        against: the other arm; '' for none.
        quantity: a name of `model.assemble.REPORTED`.
        measure: one of `MEASURES`.
        from_month: where a change begins [month].
        month: where it ends [month].
        between: the answer stands as long as the number lies within these two.
    """

    id: str
    people: str
    group: Mapping[str, Any]
    regimen: str
    quantity: str
    measure: str
    month: float
    between: tuple[float, float]
    against: str = ""
    from_month: float = 0.0

    @property
    def unit(self) -> str:
        """Unit of its number."""
        return MEASURES[self.measure]

    @property
    def title(self) -> str:
        """What is simulated, on one line."""
        versus = f", against {self.against}" if self.against else ""
        span = f"months {self.from_month:g} to {self.month:g}" if self.measure != "ratio" else f"month {self.month:g}"
        return f"{self.quantity.replace('_', ' ')} in {self.group['title']}: {self.regimen}{versus}, {span}"


@cache
def runs() -> Mapping[str, Run]:
    """Every simulation by its id.

    Raises:
        OsteocastError: one is named twice, or has an unknown group or measure.
    """
    from ruamel.yaml import YAML

    raw = YAML(typ="safe", pure=False).load(ASKED.read_text(encoding="utf-8"))
    found: dict[str, Run] = {}
    for record in raw["runs"]:
        one = Run(**{**record, "group": raw["people"].get(record["people"], {}), "between": tuple(record["between"])})
        wrong = (
            "its id is there twice" if one.id in found
            else f"no group is called '{one.people}'" if not one.group
            else f"no measure is called '{one.measure}'" if one.measure not in MEASURES
            else "it needs an arm to compare with" if (one.measure in ("difference", "ratio")) != bool(one.against)
            else ""
        )  # fmt: skip
        if wrong:
            raise OsteocastError(f"run '{one.id}' cannot be used: {wrong}", where=ASKED.name, fix="correct it")
        found[one.id] = one
    return found


@cache
def kept() -> Mapping[str, Mapping[str, float]]:
    """Numbers as they were stored: `runs` by id of the run, `rows` by id of the published row."""
    stored: dict[str, Mapping[str, float]] = json.loads(KEPT.read_text(encoding="utf-8"))
    return stored


def simulate(progress: Callable[[int, int], None] | None = None) -> dict[str, float]:
    """The number of every run, for evenly spread people around the mean of its group.

    Args:
        progress: called with the number of batches done and of all.
    """
    courses = _courses({arm for one in runs().values() for arm in _arms(one)}, progress)
    return {one.id: _number(one, courses) for one in runs().values()}


def _arms(one: Run) -> tuple[Arm, ...]:
    from osteocast.people.sample import NG_DL_TO_NMOL_L, PG_ML_TO_NMOL_L, Group
    from osteocast.regimen import Regimen
    from osteocast.trials.published import Arm

    about = one.group
    e2, t = about.get("e2_pg_ml"), about.get("t_ng_dl")
    group = Group(
        about["sex"],
        about["age"],
        about.get("years_since_menopause"),
        about["bmi"],
        None if e2 is None else e2 * PG_ML_TO_NMOL_L,
        None if t is None else t * NG_DL_TO_NMOL_L,
    )
    return tuple(Arm(group, Regimen.parse(text)) for text in (one.regimen, one.against) if text)


Courses = Mapping["Arm", tuple["np.ndarray", Mapping[str, "np.ndarray"]]]


def _courses(arms: Iterable[Arm], progress: Callable[[int, int], None] | None) -> Courses:
    """Months and simulated courses of every arm, shape (months, people); arms of one step length at once."""
    import numpy as np

    from osteocast.engine.run import run
    from osteocast.engine.schedule import step_limits
    from osteocast.people.sample import quasi_numbers, values
    from osteocast.trials.published import Batch

    months = np.array(sorted({0.0} | {at for one in runs().values() for at in (one.from_month, one.month)}))
    wanted = tuple(sorted({one.quantity for one in runs().values()}))
    alike: dict[int, list[Arm]] = {}
    for arm in sorted(arms, key=str):
        alike.setdefault(len(step_limits([arm.regimen])), []).append(arm)
    found: dict[Arm, tuple[np.ndarray, Mapping[str, np.ndarray]]] = {}
    for done, those in enumerate(alike.values(), start=1):
        batch = Batch(tuple(those), months, min(arm.start_month for arm in those))
        regimens, column = batch.column(PEOPLE)
        table = values([arm.group for arm in those], quasi_numbers(PEOPLE))
        result = run(table, regimens, column, months, start_month=batch.start_month, wanted=wanted)
        for i, arm in enumerate(those):
            mine = slice(i * PEOPLE, (i + 1) * PEOPLE)
            found[arm] = (months, {name: result.quantity[name][:, mine] for name in wanted})
        if progress is not None:
            progress(done, len(alike))
    return found


def _number(one: Run, courses: Courses) -> float:
    """The number of a run from the courses of its arms, averaged over people."""
    import numpy as np

    def at(arm: Arm, month: float) -> np.ndarray:
        months, quantity = courses[arm]
        return np.asarray(quantity[one.quantity][int(np.flatnonzero(months == month)[0])])

    arms = _arms(one)
    if one.measure == "ratio":
        return float(np.mean(at(arms[0], one.month) / at(arms[1], one.month)))
    changes = [100.0 * (at(arm, one.month) / at(arm, one.from_month) - 1.0) for arm in arms]
    return float(np.mean(changes[0] - changes[1] if one.against else changes[0]))


def rows(ids: Iterable[str]) -> dict[str, float]:
    """What the mechanism gives for published rows, by id; rows that cannot be simulated are left out."""
    from osteocast.trials.validate import validate

    wanted = set(ids)
    found = validate([row for row in read_targets() if row.text("id") in wanted])
    return {one.target.text("id"): one.simulated for one in found if one.simulated is not None}


def outside(numbers: Mapping[str, float]) -> list[str]:
    """Ids of the runs whose number has left the range in which the answer stands."""
    return [name for name, one in runs().items() if not one.between[0] <= numbers[name] <= one.between[1]]


def store(ids: Iterable[str], progress: Callable[[int, int], None] | None = None) -> list[str]:
    """Simulate everything anew and keep it, the file whole or not at all.

    Args:
        ids: published rows whose simulated number is kept too.
        progress: as for `simulate`.

    Returns:
        Ids of the runs whose answer no longer stands: see `outside`.
    """
    numbers = simulate(progress)
    content = {
        "made_by": "osteocast calibrate --claims",
        "runs": {name: float(f"{number:.5g}") for name, number in numbers.items()},
        "rows": {name: float(f"{number:.5g}") for name, number in sorted(rows(ids).items())},
    }
    partial = KEPT.with_suffix(".partial")
    partial.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    os.replace(partial, KEPT)
    kept.cache_clear()
    return outside(numbers)
