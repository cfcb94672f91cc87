"""SBML Level 3 Version 2 of the whole mechanism, for one person and one regimen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import sympy

from osteocast.errors import OsteocastError
from osteocast.exchange import meaning
from osteocast.exchange.document import MONTH_0, Document, settled
from osteocast.exchange.dosing import Course, Dosing, dosing
from osteocast.exchange.formula import formula, number
from osteocast.exchange.mechanism import TIME, Mechanism, channel_id, mechanism, parameter_id
from osteocast.exchange.records import (
    CONSTANT_UNITS,
    STATE_UNITS,
    channel_unit,
    value_title,
    value_unit,
)
from osteocast.exchange.units import PURE, Unit, define, powers, substance_like, unit, unit_id
from osteocast.measure import dxa
from osteocast.model import assemble
from osteocast.regimen import Regimen

DAY = unit("day")
CHECKS = (
    "GENERAL_CONSISTENCY",
    "IDENTIFIER_CONSISTENCY",
    "UNITS_CONSISTENCY",
    "MATHML_CONSISTENCY",
    "SBO_CONSISTENCY",
    "OVERDETERMINED_MODEL",
    "MODELING_PRACTICE",
)
"""Every kind of check that libSBML has."""


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


class Problem(NamedTuple):
    """One finding of libSBML."""

    severity: str
    line: int
    text: str


def check(text: str) -> list[Problem]:
    """All that libSBML's consistency check finds, units, identifiers, mathematics and modelling practice included."""
    import libsbml

    read = libsbml.readSBMLFromString(text)
    for kind in CHECKS:
        read.setConsistencyChecks(getattr(libsbml, f"LIBSBML_CAT_{kind}"), True)
    read.checkConsistency()
    found = (read.getError(i) for i in range(read.getNumErrors()))
    return [Problem(one.getSeverityAsString(), one.getLine(), " ".join(one.getMessage().split())) for one in found]


class _Writer:
    def __init__(
        self,
        values: Mapping[str, Any],
        regimen: Regimen,
        start_month: float,
        anchors: Mapping[str, Anchor],
        title: str,
    ) -> None:
        import libsbml

        self.lib = libsbml
        self.mechanism: Mechanism = mechanism()
        self.dosing: Dosing = dosing(regimen)
        self.anchors = anchors
        self.values = tuple(sorted({*self.mechanism.parameters, *self.dosing.parameters}))
        numbers = settled(self.values, values, start_month)
        self.numbers = {name: float(value[0]) for name, value in numbers.items()}
        self.constants: dict[str, float] = {}
        self.derived: dict[str, Any] = {}
        self.hoisted: dict[Any, str] = {}
        self.document = libsbml.SBMLDocument(3, 2)
        self.model = self.document.createModel()
        self.units: dict[str, Unit] = {"time": DAY}
        self.fixed: set[str] = set()
        self._head(title, regimen)
        self._compartments()
        self._given()
        self._states()
        self._time()
        self._courses()
        self._channels()
        for name, expression in self.mechanism.rules.items():
            self._assign(name, expression)
        for name, expression in self.mechanism.rates.items():
            self._rate(name, expression)
        for name, expression in self.dosing.rates.items():
            self._rate(name, expression)
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
            self._constant(parameter_id(name), self.numbers[parameter_id(name)], value_unit(name), value_title(name))
        for name, value in self.mechanism.constants.items():
            self._constant(name, value, unit(CONSTANT_UNITS[name]), name.replace("_", " "))
        for name, one in self.dosing.constants.items():
            self._constant(name, one.value, one.unit, one.title)
        self._constant(MONTH_0, self.numbers[MONTH_0], DAY, "SBML time of month 0")

    def _states(self) -> None:
        for name, value in assemble.YOUNG_ADULT.items():
            self._variable(name, unit(STATE_UNITS.get(name, "1")), value)

    def _time(self) -> None:
        self._variable(TIME, DAY, None)
        self._rule(TIME, f"time - {MONTH_0}")

    def _courses(self) -> None:
        for name, expression in self.dosing.derived.items():
            self._assign(name, expression)
        for course in self.dosing.courses:
            for part in ("depot", "central"):
                self._variable(course.part(part), course.unit, 0.0, drug=course)
            if course.unbroken:
                self._variable(course.part("on"), PURE, 0.0)
                day = f"{TIME} >= {course.part('start')}"
                self._event(course.part("begins"), day, {course.part("on"): number(1.0, PURE)})
                day = f"{TIME} >= {course.part('end')}"
                self._event(course.part("ends"), day, {course.part("on"): number(0.0, PURE)})
            else:
                given, depot = course.part("given"), course.part("depot")
                self._variable(given, PURE, 0.0)
                dose = formula(self.dosing.doses[course.id], self.units.__getitem__)
                due = f"{TIME} >= {course.part('start')} + {given} * {course.part('interval')}"
                self._event(
                    course.part("dose"),
                    f"({due}) && ({given} < {course.part('doses')})",
                    {depot: f"{depot} + {dose.text}", given: f"{given} + {number(1.0, PURE)}"},
                )

    def _channels(self) -> None:
        for name, described in assemble.DRIVES.items():
            id_ = channel_id(name)
            if id_ in self.dosing.channels:
                self._assign(id_, self.dosing.channels[id_])
                if self.units[id_] != channel_unit(name):
                    what = f"{name} comes in {unit_id(self.units[id_])}, not in {unit_id(channel_unit(name))}"
                    raise OsteocastError(what, where="exchange", fix="correct the units of the drug's parameters")
            else:
                self._constant(id_, 0.0, channel_unit(name), described)

    def _outputs(self) -> None:
        """Quantities that are another by another name; densities and T-scores where a scan anchors them."""
        for name, given in self.mechanism.observed.items():
            if name != given:
                self._assign(name, sympy.Symbol(given))
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
                self._constant(f"{site}_{name}", value, of, f"{site.replace('_', ' ')}, {title}")
            at = {name: sympy.Symbol(f"{site}_{name}") for name in known}
            relative = sympy.Symbol(site) / at["relative_at_month_0"]
            self._assign(f"{site}_bmd", at["bmd_at_month_0"] * relative)
            change = sympy.Symbol(f"{site}_bmd") - at["young_mean"]
            self._assign(f"{site}_t_score", change / at["young_sd"])

    # ---- elements ---------------------------------------------------------------------------------------------

    def _constant(self, name: str, value: float | None, of: Unit, title: str) -> None:
        one = self._parameter(name, of, title)
        one.setConstant(True)
        if value is not None:
            one.setValue(value)
            if name not in self.numbers:
                self.constants[name] = value
        self.fixed.add(name)

    def _parameter(self, name: str, of: Unit, title: str) -> Any:
        one = self.model.createParameter()
        one.setId(name)
        one.setName(title)
        one.setUnits(define(self.model, of))
        self.units[name] = of
        meaning.annotate(one, name)
        return one

    def _variable(self, name: str, of: Unit, value: float | None, drug: Course | None = None) -> None:
        """Something that changes: a species where it is a substance or a cell, else a parameter."""
        place = meaning.place(name) if drug is None else meaning.DRUGS_IN
        substance = of * unit("L") if powers(of).get("L") == -1 else of
        if not substance_like(substance):
            place = None
        title = name.replace("_", " ")
        if place is None:
            one = self._parameter(name, of, title)
            one.setConstant(False)
            if value is not None:
                one.setValue(value)
            return
        one = self.model.createSpecies()
        one.setId(name)
        one.setName(title)
        one.setCompartment(place)
        one.setConstant(False)
        one.setBoundaryCondition(True)
        concentration = substance != of
        one.setHasOnlySubstanceUnits(not concentration)
        one.setSubstanceUnits(define(self.model, substance))
        if value is not None:
            (one.setInitialConcentration if concentration else one.setInitialAmount)(value)
        self.units[name] = of
        meaning.annotate(one, name, drug.card if drug else None)

    def _assign(self, name: str, expression: Any) -> None:
        """A rule; an assignment at the start where nothing in it changes."""
        if self._is_fixed(expression):
            found = formula(expression, self.units.__getitem__)
            self._constant(name, None, found.unit, name.replace("_", " "))
            one = self.model.createInitialAssignment()
            one.setSymbol(name)
            one.setMath(self._math(found.text))
            self.derived[name] = expression
        else:
            found = formula(self._hoist(name, expression), self.units.__getitem__)
            self._variable(name, found.unit, None)
            self._rule(name, found.text)

    def _is_fixed(self, expression: Any) -> bool:
        return {symbol.name for symbol in expression.free_symbols} <= self.fixed

    def _hoist(self, name: str, expression: Any) -> Any:
        """The expression with powers, exponentials and logarithms of constants worked out once, at the start.

        Simulators work out every rule anew for each equation that uses it.
        """
        costly = [
            part
            for part in sympy.preorder_traversal(expression)
            if isinstance(part, (sympy.exp, sympy.log)) or (isinstance(part, sympy.Pow) and not part.exp.is_Integer)
            if part.free_symbols and self._is_fixed(part)
        ]
        swap = {}
        for part in costly:
            if part not in self.hoisted:
                self.hoisted[part] = f"{name}_constant_{len(self.hoisted) + 1}"
                self._assign(self.hoisted[part], part)
            swap[part] = sympy.Symbol(self.hoisted[part])
        return expression.xreplace(swap)

    def _rule(self, name: str, text: str) -> None:
        one = self.model.createAssignmentRule()
        one.setVariable(name)
        one.setMath(self._math(text))

    def _rate(self, name: str, expression: Any) -> None:
        found = formula(self._hoist(name, expression), self.units.__getitem__)
        if found.unit != self.units[name] / DAY:
            what = f"{name} changes by {unit_id(found.unit)}, but is in {unit_id(self.units[name])}"
            raise OsteocastError(what, where="exchange", fix="correct the unit of a parameter")
        one = self.model.createRateRule()
        one.setVariable(name)
        one.setMath(self._math(found.text))

    def _event(self, name: str, trigger: str, assignments: Mapping[str, str]) -> None:
        one = self.model.createEvent()
        one.setId(name)
        one.setUseValuesFromTriggerTime(True)
        starter = one.createTrigger()
        starter.setInitialValue(False)
        starter.setPersistent(True)
        starter.setMath(self._math(trigger))
        for variable, text in assignments.items():
            change = one.createEventAssignment()
            change.setVariable(variable)
            change.setMath(self._math(text))

    def _math(self, text: str) -> Any:
        found = self.lib.parseL3Formula(text)
        if found is None:
            raise OsteocastError(self.lib.getLastParseL3Error(), where="exchange", fix="report this as a fault")
        return found
