"""SBML Level 3 Version 2 of the whole mechanism, for one person and one regimen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import sympy

from osteocast.errors import OsteocastError
from osteocast.exchange import meaning
from osteocast.exchange.document import MONTH_0, Document, settled
from osteocast.exchange.dosing import Dosing, dosing
from osteocast.exchange.elements import DAY, Elements
from osteocast.exchange.formula import formula, number
from osteocast.exchange.mechanism import TIME, Mechanism, channel_id, mechanism, parameter_id
from osteocast.exchange.records import (
    CONSTANT_UNITS,
    STATE_UNITS,
    channel_unit,
    value_title,
    value_unit,
)
from osteocast.exchange.units import PURE, define, unit, unit_id
from osteocast.measure import dxa
from osteocast.model import assemble
from osteocast.regimen import Regimen


class Anchor(NamedTuple):
    """What ties relative density at one site to a scan."""

    bmd_g_cm2: float
    """Density at month 0."""
    relative: float
    """Relative density at month 0."""
    device: str


def document(
    values: Mapping[str, Any],
    regimen: Regimen,
    start_month: float,
    *,
    anchors: Mapping[str, Anchor] | None = None,
    title: str = "osteocast",
) -> Document:
    """The mechanism as SBML.

    Args:
        values: every parameter and personal value of one person, as for `engine.run.run`, shape () or (1,).
        regimen: all that is taken, past and future.
        start_month: month at which the simulated life begins; it becomes SBML time 0.
        anchors: density at month 0 by site; with them densities [g/cm2] and T-scores are outputs.
        title: name of the model.

    Raises:
        OsteocastError: the regimen cannot be exported, or the units of an equation do not agree.
    """
    return _Writer(values, regimen, start_month, anchors or {}, title).finished()


class _Writer(Elements):
    def __init__(
        self,
        values: Mapping[str, Any],
        regimen: Regimen,
        start_month: float,
        anchors: Mapping[str, Anchor],
        title: str,
    ) -> None:
        super().__init__()
        self.mechanism: Mechanism = mechanism()
        self.dosing: Dosing = dosing(regimen)
        self.anchors = anchors
        self.values = tuple(sorted({*self.mechanism.parameters, *self.dosing.parameters}))
        numbers = settled(self.values, values, start_month)
        self.numbers |= {name: float(value[0]) for name, value in numbers.items()}
        self._head(title, regimen)
        self._compartments()
        self._given()
        self._states()
        self._time()
        self._courses()
        self._channels()
        for name, expression in self.mechanism.rules.items():
            self.assign(name, expression)
        for name, expression in self.mechanism.rates.items():
            self.rate(name, expression)
        for name, expression in self.dosing.rates.items():
            self.rate(name, expression)
        self._outputs()

    def finished(self) -> Document:
        """The document, and what else is needed to set it for other people."""
        text = str(self.lib.writeSBMLToString(self.document))
        return Document(text, self.values, self.constants, self.derived)

    # ---- parts ------------------------------------------------------------------------------------------------

    def _head(self, title: str, regimen: Regimen) -> None:
        model = self.model
        model.setId("osteocast")
        model.setName(title)
        model.setTimeUnits(define(model, DAY))
        model.setSubstanceUnits(define(model, unit("nmol")))
        model.setExtentUnits(define(model, unit("nmol")))
        model.setVolumeUnits(define(model, unit("L")))
        model.setNotes(meaning.notes(str(regimen)))
        meaning.annotate(model, "model")

    def _compartments(self) -> None:
        for name in meaning.COMPARTMENTS:
            one = self.model.createCompartment()
            one.setId(name)
            one.setName(name)
            one.setConstant(True)
            one.setSpatialDimensions(3)
            one.setSize(1.0)
            one.setUnits(define(self.model, unit("L")))
            meaning.annotate(one, name)

    def _given(self) -> None:
        """Constants, parameters, personal values."""
        for name in self.values:
            self.constant(parameter_id(name), self.numbers[parameter_id(name)], value_unit(name), value_title(name))
        for name, value in self.mechanism.constants.items():
            self.constant(name, value, unit(CONSTANT_UNITS[name]), name.replace("_", " "))
        for name, one in self.dosing.constants.items():
            self.constant(name, one.value, one.unit, one.title)
        self.constant(MONTH_0, self.numbers[MONTH_0], DAY, "SBML time of month 0")

    def _states(self) -> None:
        for name, value in assemble.YOUNG_ADULT.items():
            self.variable(name, unit(STATE_UNITS.get(name, "1")), value)

    def _time(self) -> None:
        self.variable(TIME, DAY, None)
        self.rule(TIME, f"time - {MONTH_0}")

    def _courses(self) -> None:
        for name, expression in self.dosing.derived.items():
            self.assign(name, expression)
        for course in self.dosing.courses:
            for part in ("depot", "central"):
                self.variable(course.part(part), course.unit, 0.0, drug=course)
            if course.unbroken:
                self.variable(course.part("on"), PURE, 0.0)
                day = f"{TIME} >= {course.part('start')}"
                self.event(course.part("begins"), day, {course.part("on"): number(1.0, PURE)})
                day = f"{TIME} >= {course.part('end')}"
                self.event(course.part("ends"), day, {course.part("on"): number(0.0, PURE)})
            else:
                given, depot = course.part("given"), course.part("depot")
                self.variable(given, PURE, 0.0)
                dose = formula(self.dosing.doses[course.id], self.units.__getitem__)
                due = f"{TIME} >= {course.part('start')} + {given} * {course.part('interval')}"
                self.event(
                    course.part("dose"),
                    f"({due}) && ({given} < {course.part('doses')})",
                    {depot: f"{depot} + {dose.text}", given: f"{given} + {number(1.0, PURE)}"},
                )

    def _channels(self) -> None:
        for name, described in assemble.DRIVES.items():
            id_ = channel_id(name)
            if id_ in self.dosing.channels:
                self.assign(id_, self.dosing.channels[id_])
                if self.units[id_] != channel_unit(name):
                    what = f"{name} comes in {unit_id(self.units[id_])}, not in {unit_id(channel_unit(name))}"
                    raise OsteocastError(what, where="exchange", fix="correct the units of the drug's parameters")
            else:
                self.constant(id_, 0.0, channel_unit(name), described)

    def _outputs(self) -> None:
        """Quantities that are another by another name; densities and T-scores where a scan anchors them."""
        for name, given in self.mechanism.observed.items():
            if name != given:
                self.assign(name, sympy.Symbol(given))
        area = unit("g/cm2")
        for site, anchor in self.anchors.items():
            young = dxa.reference(site, anchor.device)
            known = {
                "bmd_at_month_0": (anchor.bmd_g_cm2, area, "density at month 0"),
                "relative_at_month_0": (anchor.relative, PURE, "relative density at month 0"),
                "young_mean": (young.mean_g_cm2, area, f"mean of young women, {young.device}"),
                "young_sd": (young.sd_g_cm2, area, f"standard deviation of young women, {young.device}"),
            }
            for name, (value, of, title) in known.items():
                self.constant(f"{site}_{name}", value, of, f"{site.replace('_', ' ')}, {title}")
            at = {name: sympy.Symbol(f"{site}_{name}") for name in known}
            relative = sympy.Symbol(site) / at["relative_at_month_0"]
            self.assign(f"{site}_bmd", at["bmd_at_month_0"] * relative)
            change = sympy.Symbol(f"{site}_bmd") - at["young_mean"]
            self.assign(f"{site}_t_score", change / at["young_sd"])
