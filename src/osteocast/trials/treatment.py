"""What each person takes: the arm's regimen, ended early, taken in part, with rescue added, after what came before.

A batch is simulated on one time grid. So that nobody's grid depends on who else is in the batch, the regimens handed
to the engine always hold the same skeleton: every month at which treatment may end or rescue begin.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from osteocast.drugs.catalogue import card
from osteocast.fracture import without_testosterone
from osteocast.people.streams import uniforms
from osteocast.regimen import Regimen
from osteocast.regimen.courses import Course
from osteocast.regimen.items import Item
from osteocast.trials.design import Design, TrialArm
from osteocast.trials.design_parts import Rescue

ADHERENCE_STEPS = 20
"""Adherence acts in steps of a twentieth: people with the same step share a regimen."""
NEVER = -1


class Taking(NamedTuple):
    """What decides a person's regimen.

    Attributes:
        prior: index of what was taken before month 0.
        stop: index of the visit at which treatment ends, or `NEVER`.
        adherence: share of oral doses taken, in steps.
        rescued: index of the visit of each rescue, or `NEVER`.
    """

    prior: int
    stop: int
    adherence: int
    rescued: tuple[int, ...]


def _once(item: Item) -> bool:
    """Whether an item is done at its start, so that it cannot be ended."""
    return card(item.card_id).kind == "event" or (item.schedule is not None and item.schedule.once)


def ended(regimen: Regimen, month: float) -> Regimen:
    """The regimen without what comes from `month` on."""
    kept = []
    for item in regimen.items:
        if item.start_month >= month:
            continue
        if _once(item) or (item.end_month is not None and item.end_month <= month):
            kept.append(item)
            continue
        pauses, end = [pause for pause in item.pauses if pause[0] < month], month
        if pauses and pauses[-1][1] >= month:
            end = pauses.pop()[0]
        if end > item.start_month:
            kept.append(replace(item, end_month=end, pauses=tuple(pauses)))
    return Regimen(tuple(kept))


def taken_in_part(regimen: Regimen, share: float) -> Regimen:
    """The regimen with a share of every oral dose: of tablets the mean exposure, injections as planned."""
    if share >= 1.0:
        return regimen
    items = []
    for item in regimen.items:
        one = card(item.card_id)
        if one.route != "oral" or _once(item):
            items.append(item)
        elif any(
            not (c.is_daily_tablet or c.continuous or one.kinetics.get("smooth")) for c in Regimen((item,)).courses()
        ):
            lowest = one.dose_range[0] if one.dose_range else 0.0
            amount = (item.amount or 0.0) * share  # weekly tablets: less of each
            items.extend([replace(item, amount=amount)] if amount >= lowest and amount > 0.0 else [])
        else:
            items.append(replace(item, adherence=item.adherence * share))
    return Regimen(tuple(items))


def active(regimen: Regimen, months: np.ndarray) -> np.ndarray:
    """Whether any item has begun and has not ended before each month, pauses left out, shape (months,)."""
    found = np.zeros(len(months), bool)
    for item in regimen.items:
        end = math.inf if item.end_month is None else item.end_month
        on = (item.start_month <= months) & (months <= end)
        for first, last in item.pauses:
            on &= ~((first < months) & (months < last))
        found |= on
    return found


@dataclass(frozen=True)
class Taken:
    """Which doses are taken where a regimen says `adherence` of doses rarer than daily: each by a number of its own.

    Attributes:
        seed: of the trial.
        ids: people of the batch.
        horizon_d: doses until here [day].
    """

    seed: int
    ids: np.ndarray
    horizon_d: float

    def __call__(self, course: Course, i: int) -> np.ndarray:
        """1 for everybody who takes dose `i` of a course, else 0."""
        dose = f"dose: {course.card_id} from day {course.start_day:.3f} every {course.interval_day:.3f}, {i}"
        return (uniforms(self.seed, dose, self.ids) < course.adherence).astype(float)


@dataclass(frozen=True)
class Treatments:
    """The regimens of an arm's people.

    Attributes:
        arm: the arm.
        design: the trial.
        prior: what people may have taken before month 0; 0 = nothing.
        no_testosterone: whether testosterone is left out, to see what else the arm takes does.
    """

    arm: TrialArm
    design: Design
    prior: tuple[Regimen, ...]
    no_testosterone: bool = False

    @property
    def visits(self) -> tuple[float, ...]:
        """Months of the visits."""
        return self.design.visits_month

    @cached_property
    def rescues(self) -> tuple[Rescue, ...]:
        """The rescue rules of the arm."""
        return self.design.rescues_of(self.arm.name)

    @property
    def testosterone(self) -> bool:
        """Whether anybody in the arm may take testosterone."""
        given = (self.arm.regimen, self.design.background, *self.prior, *(one.give for one in self.rescues))
        return any(without_testosterone(one) is not None for one in given)

    @cached_property
    def _regimen(self):  # type: ignore[no-untyped-def]  # a cache per arm
        return lru_cache(maxsize=8192)(self._made)

    def _made(self, one: Taking) -> Regimen:
        main = self.arm.regimen
        if one.stop != NEVER:
            main = ended(main, self.visits[one.stop])
        regimen = main.with_(self.design.background)
        for rescue, visit in zip(self.rescues, one.rescued, strict=True):
            if visit != NEVER:
                regimen = regimen.with_(rescue.give.shifted(self.visits[visit]))
        regimen = taken_in_part(regimen, one.adherence / ADHERENCE_STEPS)
        whole = self.prior[one.prior].with_(regimen)
        return (without_testosterone(whole) or whole) if self.no_testosterone else whole

    @cached_property
    def skeleton(self) -> tuple[Taking, ...]:
        """The same for every batch: all months at which something may begin or end, and most courses at once."""
        nobody = (NEVER,) * len(self.rescues)
        found = []
        stops = range(1, len(self.visits)) if self.design.discontinuation.of(self.arm.name) > 0.0 else ()
        for prior in range(len(self.prior)):
            found += [Taking(prior, stop, ADHERENCE_STEPS, nobody) for stop in (NEVER, *stops)]
            for visit in range(len(self.visits) - 1) if nobody else ():
                found.append(Taking(prior, NEVER, ADHERENCE_STEPS, (visit,) * len(nobody)))
        return tuple(found)

    def of(self, people: Sequence[Taking]) -> tuple[list[Regimen], np.ndarray]:
        """Distinct regimens, and the index of each person's, shape (people,)."""
        different = sorted(set(people) - set(self.skeleton))
        known = {one: place for place, one in enumerate((*self.skeleton, *different))}
        return [self._regimen(one) for one in known], np.array([known[one] for one in people])
