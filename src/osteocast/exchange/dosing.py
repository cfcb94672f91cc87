"""Dose courses as differential equations: a depot and a central compartment each, filled by events.

The engine solves the same kinetics in closed form (`model.kinetics`); here they are stated anew from the drug cards,
so that the two can be compared. Which courses there are, and how much, is asked of `engine.schedule`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import sympy

from osteocast.drugs.catalogue import Card, card
from osteocast.engine.exposure import FAST
from osteocast.engine.schedule import misses_doses, modelled, require_modelled, schedule
from osteocast.errors import OsteocastError
from osteocast.exchange.mechanism import channel_id
from osteocast.exchange.records import channel_unit
from osteocast.exchange.units import PURE, Unit, powers, unit
from osteocast.model.kinetics import depot_and_central
from osteocast.parameters.registry import parameters
from osteocast.regimen import Regimen

HOURS = "hours_per_day"


class Value(NamedTuple):
    """A constant with its unit and what it is."""

    value: float
    unit: Unit
    title: str


class Course(NamedTuple):
    """One course of doses, or one unbroken input.

    Depot and central hold a concentration where the card has a clearance; an amount where what leaves the central
    compartment is what acts; else a level.
    """

    id: str
    card: Card
    unbroken: bool
    unit: Unit
    """Of depot and central."""

    def part(self, name: str) -> str:
        """Identifier of one of its quantities."""
        return f"{self.id}_{name}"


class Dosing(NamedTuple):
    """Everything that a regimen adds to the mechanism; expressions are SymPy."""

    courses: tuple[Course, ...]
    constants: Mapping[str, Value]
    derived: Mapping[str, Any]
    """Constants that follow from others, in order."""
    rates: Mapping[str, Any]
    doses: Mapping[str, Any]
    """What one dose adds to a depot, by course."""
    channels: Mapping[str, Any]
    """Exposure channels that are not empty."""
    parameters: tuple[str, ...]
    """Parameters of the drugs."""


def dosing(regimen: Regimen) -> Dosing:
    """Lay out a regimen.

    Raises:
        OsteocastError: a drug is not modelled, or single doses are missed at random.
    """
    require_modelled(regimen)
    if misses_doses(regimen):
        raise OsteocastError(
            "doses that are missed at random cannot be exported",
            where="regimen",
            fix="leave out the adherence, or write the pauses",
            why="a document describes one course of events",
        )
    return _Layout(regimen).finished()


def _symbol(name: str) -> Any:
    return sympy.Symbol(name)


class _Layout:
    def __init__(self, regimen: Regimen) -> None:
        self.constants: dict[str, Value] = {}
        self.derived: dict[str, Any] = {}
        self.rates: dict[str, Any] = {}
        self.doses: dict[str, Any] = {}
        self.channels: dict[str, Any] = {}
        self.parameters: dict[str, None] = {}
        self.courses: list[Course] = []
        plan = schedule([regimen], np.zeros(1, int))
        numbers: Counter[str] = Counter()
        for slot in range(plan.card.shape[0]):
            if plan.card[slot, 0] == 0:
                continue
            name = modelled()[plan.card[slot, 0] - 1]
            numbers[name] += 1
            fields = plan._asdict().items()
            self._course(card(name), f"{name}_{numbers[name]}", {key: float(value[slot, 0]) for key, value in fields})

    def finished(self) -> Dosing:
        return Dosing(
            tuple(self.courses),
            self.constants,
            self.derived,
            self.rates,
            self.doses,
            self.channels,
            tuple(self.parameters),
        )

    def _parameter(self, name: str) -> Any:
        self.parameters[name] = None
        return _symbol(name)

    def _course(self, one: Card, id_: str, row: Mapping[str, float]) -> None:
        unbroken = bool(row["continuous"])
        title = one.title.removesuffix(".").split(",")[0]
        ke, ka, scale, scale_unit = self._kinetics(one)
        amount_unit = _amount_unit(one, unbroken)
        rate = scale_unit * amount_unit * unit("day")
        flows = "day" not in powers(rate) if unbroken else bool(one.kinetics.get("input"))
        made = Course(id_, one, unbroken, rate if flows and unbroken else rate / unit("day"))
        self.courses.append(made)
        amount = f"{id_}_amount"
        what = "input while it lasts" if unbroken else "dose"
        self.constants[amount] = Value(row["amount"], amount_unit, f"{title}, {what}")
        self.constants[f"{id_}_start"] = Value(row["start_d"], unit("day"), f"{title}, start, day from month 0")
        depot, central = _symbol(made.part("depot")), _symbol(made.part("central"))
        absorbed, level = depot_and_central(depot, central, ka, ke)
        if unbroken:
            self.constants[f"{id_}_end"] = Value(row["end_d"], unit("day"), f"{title}, end, day from month 0")
            entering = _symbol(made.part("on")) * scale * _symbol(amount)
            absorbed = absorbed + (entering if flows else ke * entering)
        else:
            interval = Value(row["interval_d"], unit("day"), f"{title}, days between doses")
            self.constants[f"{id_}_interval"] = interval
            self.constants[f"{id_}_doses"] = Value(row["n_doses"], PURE, f"{title}, number of doses")
            self.doses[id_] = scale * _symbol(amount)
        self.rates[made.part("depot")], self.rates[made.part("central")] = absorbed, level
        acting, acting_unit = (ke * central, made.unit / unit("day")) if flows else (central, made.unit)
        for channel, worth in self._worth(one, acting_unit).items():
            self.channels[channel] = self.channels.get(channel, 0) + worth * acting

    def _kinetics(self, one: Card) -> tuple[Any, Any, Any, Unit]:
        """Elimination, absorption, what a dose of one unit adds to the depot, and the unit of that per dose unit."""
        kinetics: Mapping[str, Any] = one.kinetics
        fast = Value(FAST, unit("1/day"), "Absorption of whatever enters without delay")
        log2 = sympy.log(2)
        ke, ka = (_symbol(f"{one.id}_{name}") for name in ("ke", "ka"))
        if kinetics.get("permanent"):
            self.constants["entry_rate"] = fast
            self.derived[str(ke)] = _symbol("entry_rate") / 2
        else:
            self.derived[str(ke)] = log2 / self._days(kinetics["half_life"], kinetics.get("per_day", 24.0))
        if "absorption_half_life" in kinetics:
            self.derived[str(ka)] = log2 / self._days(kinetics["absorption_half_life"], 24.0)
        else:
            self.constants["entry_rate"] = fast
            self.derived[str(ka)] = _symbol("entry_rate")
        scale: Any = sympy.S.One
        scale_unit = PURE
        if "clearance" in kinetics or kinetics.get("molar"):
            mass = str(one.dose_unit).removesuffix("/day")
            per_mole = {"mg": 1e6, "ug": 1e3}[mass] / float(one.molar_mass_g_mol or 1.0)
            scale_unit = unit("nmol") / unit(mass)
            self.constants[f"{one.id}_nmol"] = Value(per_mole, scale_unit, f"{one.name}: nmol in a {mass}")
            scale = _symbol(f"{one.id}_nmol")
        if "clearance" in kinetics:
            self._hours()
            scale = scale * ke / (self._parameter(kinetics["clearance"]) * _symbol(HOURS))
            scale_unit = scale_unit / unit("L")
        elif "usual_dose" in kinetics:
            per_rate = unit("day") / unit(str(one.dose_unit))
            usual = kinetics["usual_interval_d"] / kinetics["usual_dose"]
            self.constants[f"{one.id}_usual"] = Value(usual, per_rate, f"{one.name}: 1 / the usual rate of dosing")
            scale, scale_unit = scale * _symbol(f"{one.id}_usual"), scale_unit * per_rate
        return ke, ka, scale, scale_unit

    def _hours(self) -> None:
        self.constants[HOURS] = Value(24.0, unit("h/day"), "Hours in a day")

    def _days(self, name: str, per_day: float) -> Any:
        """A half-life of a card in days."""
        if per_day == 1:
            return self._parameter(name)
        self._hours()
        return self._parameter(name) / _symbol(HOURS)

    def _worth(self, one: Card, acting: Unit) -> dict[str, Any]:
        """What 1 of what acts, in its unit, does to each channel."""
        found: dict[str, Any] = {}
        actions: Any = one.actions["on"]
        for i, action in enumerate(actions):
            worth: Any = sympy.S.One
            for factor in action.get("times", ()):
                worth = worth * (
                    self._parameter(factor) if isinstance(factor, str) else self._number(one, i, factor, acting)
                )
            for name in action.get("over", ()):
                worth = worth / self._parameter(name)
            if "without" in action:
                worth = worth * (1 - self._parameter(action["without"]))
            channel = channel_id(action["channel"])
            found[channel] = found.get(channel, 0) + worth
        return found

    def _number(self, one: Card, i: int, factor: float, acting: Unit) -> Any:
        """A bare number of a card as a constant whose unit is whatever the channel still lacks."""
        action: Any = one.actions["on"][i]  # type: ignore[index]
        lacking = channel_unit(action["channel"]) / acting
        lacking /= sympy.Mul(*(unit(parameters()[name].unit) for name in _names(action.get("times", ()))))
        lacking *= sympy.Mul(*(unit(parameters()[name].unit) for name in action.get("over", ())))
        name = f"{one.id}_factor_{i + 1}"
        self.constants[name] = Value(
            float(factor), lacking, f"{one.name}: factor of its action on {action['channel']}"
        )
        return _symbol(name)


def _names(factors: Iterable[Any]) -> list[str]:
    return [one for one in factors if isinstance(one, str)]


def _amount_unit(one: Card, unbroken: bool) -> Unit:
    """Unit of a dose, or of an unbroken input."""
    if one.dose_unit is None:
        return unit("session/week") if one.kind == "habit" else PURE
    dose = unit(str(one.dose_unit))
    return dose / unit("day") if unbroken and not one.is_rate else dose
