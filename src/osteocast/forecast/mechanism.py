"""The chain from a tablet to bone under one strategy, month by month: what a drawing of the mechanism shows.

Nothing is simulated here. Each quantity is what the simulation gave, or what a function of the model makes of it,
draw by draw:

    aromatase           whole-body aromatisation times the person's own amount of the enzyme
    signal              the receptor's activity in bone, from osteoprotegerin, which is a straight line of it
    rankl_acting        RANKL that neither OPG nor an antibody holds
    removed             trabecular bone of the spine resorbed a day
    built               trabecular bone of the spine formed a day, from P1NP, which is a straight line of formation,
                        and from the scaffold that still stands

Removed and built balance in a young adult; their difference is what the volume of that bone loses or gains.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from osteocast.drugs.catalogue import card
from osteocast.engine.grid import DAYS_PER_MONTH
from osteocast.engine.person_values import settle
from osteocast.forecast import bands
from osteocast.forecast.compare import Forecast, StrategyForecast
from osteocast.forecast.simulation import level_unit
from osteocast.model import antiresorptives, bone
from osteocast.model.axis import DAYS_PER_YEAR
from osteocast.parameters.registry import parameters
from osteocast.regimen import Item

UNITS = {
    "lh": "IU/L",
    "testosterone": "nmol/L",
    "aromatase": "% of usual, untreated",
    "estradiol": "pmol/L",
    "signal": "% of young adult",
    "rankl": "fold of young adult",
    "opg": "fold of young adult",
    "rankl_acting": "fold of young adult",
    "osteoclasts": "fold of young adult",
    "osteoblasts": "fold of young adult",
    "removed": "fold of young adult",
    "built": "fold of young adult",
    "remodelling_space": "fold of young adult",
    "trabecular": "fold of young adult",
    "cortical": "fold of young adult",
    "lumbar_spine": "% change since month 0",
    "total_hip": "% change since month 0",
}
"""Every quantity, in the order of cause, with its unit. LH and testosterone are given for men."""
MEN_ONLY = ("lh", "testosterone")
TARGETS = {
    "competitor": "aromatase",
    "inactivator": "aromatase",
    "estradiol_input": "estradiol",
    "estrogen_equivalent": "signal",
    "modulator": "signal",
    "testosterone_input": "testosterone",
    "suppression": "gonads",
    "gonad_removed": "gonads",
    "antibody_input": "rankl",
    "bisphosphonate_loose": "osteoclasts",
    "bisphosphonate_tight": "osteoclasts",
    "calcium": "bone",
    "vitamin_d": "bone",
    "protein": "bone",
    "loading": "bone",
}
"""Where the channels of exposure enter the chain; what a card does beside its first is left out of the drawing."""


@dataclass(frozen=True)
class Taken:
    """One drug, habit or event of a strategy.

    Attributes:
        name: as written in a regimen.
        target: where it enters the chain, a value of `TARGETS`.
        given: whether it is being taken, by month.
        level: its level by month, or None where none is simulated.
        unit: of the level.
    """

    name: str
    target: str
    given: tuple[bool, ...]
    level: bands.Band | None
    unit: str


@dataclass(frozen=True)
class Mechanism:
    """The chain under one strategy.

    Attributes:
        regimen: the strategy.
        sex: of the person.
        months: months from 0 on.
        taken: what is taken.
        quantities: band by name of `UNITS`.
    """

    regimen: str
    sex: str
    months: tuple[int, ...]
    taken: tuple[Taken, ...]
    quantities: Mapping[str, bands.Band]

    def to_dict(self) -> dict[str, Any]:
        """The same for JSON."""
        return {
            "schema": 1,
            "regimen": self.regimen,
            "sex": self.sex,
            "months": list(self.months),
            "units": {name: UNITS[name] for name in self.quantities},
            "taken": [
                {
                    "name": one.name,
                    "acts_on": one.target,
                    "given": list(one.given),
                    "level": one.level,
                    "unit": one.unit,
                }
                for one in self.taken
            ],
            "quantities": dict(self.quantities),
        }


def mechanisms(forecast: Forecast) -> tuple[Mechanism, ...]:
    """The chain under every strategy of a forecast, in order.

    Args:
        forecast: of one person.
    """
    p = _settled(forecast)
    return tuple(_mechanism(forecast, one, p) for one in forecast.strategies)


def _settled(forecast: Forecast) -> SimpleNamespace:
    """Parameters and the person's own values, shape () or (draws,), with the person's own amount of aromatase."""
    p = SimpleNamespace(**forecast.draws.values)
    if np.any(np.asarray(p.e2_known) > 0.0):
        p.aromatase_amount = np.asarray(settle(p).aromatase_amount)
    return p


def _mechanism(forecast: Forecast, one: StrategyForecast, p: SimpleNamespace) -> Mechanism:
    sex = forecast.person.sex
    found = derived(one.course.quantity, one.course.state, one.months, p)
    return Mechanism(
        regimen=str(one.regimen),
        sex=sex,
        months=tuple(int(month) for month in one.months),
        taken=tuple(_taken(one)),
        quantities={name: bands.band_of(found[name]) for name in UNITS if sex == "male" or name not in MEN_ONLY},
    )


def derived(
    quantity: Mapping[str, np.ndarray], end: Mapping[str, np.ndarray], months: np.ndarray, p: Any
) -> dict[str, np.ndarray]:
    """Every quantity of `UNITS` from what a simulation gives.

    Args:
        quantity: by name of `assemble.REPORTED`, shape (months, draws).
        end: state at the last month, by name of `assemble.STATES`, shape (draws,).
        months: month of each row.
        p: parameters and personal values, shape () or (draws,).

    Returns:
        By name, in its unit, shape (months, draws).
    """
    usual = parameters()["aromatase_amount"].value("female")
    free = antiresorptives.rankl_free(SimpleNamespace(antibody=quantity["antibody"]), p)
    removed, built = turned_over(quantity, end, months, p)
    return {
        "lh": quantity["LH"],
        "testosterone": quantity["T"],
        "aromatase": 100.0 * quantity["whole_body_aromatisation"] * p.aromatase_amount / usual,
        "estradiol": 1e3 * quantity["E2"],
        "signal": 100.0 * (1.0 - (1.0 - quantity["opg"]) / p.opg_fall),
        "rankl": quantity["rankl"],
        "opg": quantity["opg"],
        "rankl_acting": quantity["rankl"] / quantity["opg"] * free,
        "osteoclasts": quantity["osteoclasts"],
        "osteoblasts": quantity["osteoblasts"],
        "removed": removed,
        "built": built,
        "remodelling_space": quantity["remodelling_space"],
        "trabecular": quantity["trabecular"],
        "cortical": quantity["cortical"],
        "lumbar_spine": bands.change_pct(quantity["lumbar_spine"]),
        "total_hip": bands.change_pct(quantity["total_hip"]),
    }


def turned_over(
    quantity: Mapping[str, np.ndarray], end: Mapping[str, np.ndarray], months: np.ndarray, p: Any
) -> tuple[np.ndarray, np.ndarray]:
    """Trabecular bone of the spine removed and built a day, 1 being a young adult's; see `bone.trabecular`.

    The scaffold is known at the last month. Before it, what perforation took since then is added back; it is slow,
    so that its rate at the months is enough.

    Args: as `derived`.
    """
    t_d = months * DAYS_PER_MONTH
    seen = SimpleNamespace(osteoclasts=quantity["osteoclasts"], age=(p.age + t_d[:, None] / DAYS_PER_YEAR))
    volume = quantity["spine_trabecular"]
    eaten = seen.osteoclasts * volume**p.surface_trabecular
    rate = np.asarray(bone.scaffold(seen, p)[1])
    lost = np.cumsum(np.diff(t_d)[:, None] * (rate[1:] + rate[:-1]) / 2, axis=0)
    log_scaffold = np.log(end["scaffold"]) + np.concatenate([lost[-1:], lost[-1] - lost]) if len(t_d) > 1 else 0.0
    formed = (quantity["P1NP"] - p.p1np_other) / (1.0 - p.p1np_other)
    ageing = 1.0 - p.ageing_trabecular * np.asarray(bone.ageing(seen.age, p))
    return eaten, formed * np.exp(log_scaffold) * ageing


def _taken(one: StrategyForecast) -> list[Taken]:
    """What a strategy gives, each name once."""
    found: dict[str, list[Item]] = {}
    for item in one.regimen.items:
        found.setdefault(item.card_id, []).append(item)
    result = []
    for card_id, items in found.items():
        drug = card(card_id)
        level = one.course.drug.get(drug.name)
        actions: Any = drug.actions["on"]
        result.append(
            Taken(
                name=drug.name,
                target=next(TARGETS[each["channel"]] for each in actions if each["channel"] in TARGETS),
                given=tuple(is_given(items, float(month)) for month in one.months),
                level=None if level is None else bands.band_of(level),
                unit="" if level is None else level_unit(drug.name),
            )
        )
    return result


def is_given(items: Sequence[Item], month: float) -> bool:
    """Whether a drug is being taken at a month; what is done once counts from then on only where it is an event.

    Args:
        items: its courses.
        month: the month.
    """

    def now(item: Item) -> bool:
        if card(item.card_id).kind == "event":
            return month >= item.start_month
        if item.schedule is not None and item.schedule.once:
            return item.start_month <= month < item.start_month + 1.0
        paused = any(first <= month < last for first, last in item.pauses)
        return item.start_month <= month and (item.end_month is None or month < item.end_month) and not paused

    return any(now(item) for item in items)
