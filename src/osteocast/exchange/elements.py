"""Elements of an SBML document, each with unit and meaning, written from SymPy expressions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy

from osteocast.errors import OsteocastError
from osteocast.exchange import meaning
from osteocast.exchange.dosing import Course
from osteocast.exchange.formula import formula
from osteocast.exchange.units import Unit, define, powers, substance_like, unit, unit_id

DAY = unit("day")


class Elements:
    """An SBML model under construction.

    Attributes:
        model: of libSBML.
        units: unit of every identifier so far.
        fixed: identifiers that never change.
        numbers: constants that differ between people, by identifier.
        constants: constants that are the same for everybody.
        derived: constants that follow from others, in order.
    """

    def __init__(self) -> None:
        import libsbml

        self.lib = libsbml
        self.document = libsbml.SBMLDocument(3, 2)
        self.model = self.document.createModel()
        self.units: dict[str, Unit] = {"time": DAY}
        self.fixed: set[str] = set()
        self.numbers: dict[str, float] = {}
        self.constants: dict[str, float] = {}
        self.derived: dict[str, Any] = {}
        self._hoisted: dict[Any, str] = {}

    def constant(self, name: str, value: float | None, of: Unit, title: str) -> None:
        """A parameter that never changes; None where an initial assignment gives its value."""
        one = self.parameter(name, of, title)
        one.setConstant(True)
        if value is not None:
            one.setValue(value)
            if name not in self.numbers:
                self.constants[name] = value
        self.fixed.add(name)

    def parameter(self, name: str, of: Unit, title: str) -> Any:
        """A parameter with unit, name and meaning."""
        one = self.model.createParameter()
        one.setId(name)
        one.setName(title)
        one.setUnits(define(self.model, of))
        self.units[name] = of
        meaning.annotate(one, name)
        return one

    def variable(self, name: str, of: Unit, value: float | None, drug: Course | None = None) -> None:
        """Something that changes: a species where it is a substance or a cell, else a parameter."""
        place = meaning.place(name) if drug is None else meaning.DRUGS_IN
        substance = of * unit("L") if powers(of).get("L") == -1 else of
        if not substance_like(substance):
            place = None
        title = name.replace("_", " ")
        if place is None:
            one = self.parameter(name, of, title)
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

    def assign(self, name: str, expression: Any) -> None:
        """A rule; an assignment at the start where nothing in it changes."""
        if self._is_fixed(expression):
            found = formula(expression, self.units.__getitem__)
            self.constant(name, None, found.unit, name.replace("_", " "))
            one = self.model.createInitialAssignment()
            one.setSymbol(name)
            one.setMath(self.math(found.text))
            self.derived[name] = expression
        else:
            found = formula(self._hoist(name, expression), self.units.__getitem__)
            self.variable(name, found.unit, None)
            self.rule(name, found.text)

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
            if part not in self._hoisted:
                self._hoisted[part] = f"{name}_constant_{len(self._hoisted) + 1}"
                self.assign(self._hoisted[part], part)
            swap[part] = sympy.Symbol(self._hoisted[part])
        return expression.xreplace(swap)

    def rule(self, name: str, text: str) -> None:
        """An assignment rule from a formula."""
        one = self.model.createAssignmentRule()
        one.setVariable(name)
        one.setMath(self.math(text))

    def rate(self, name: str, expression: Any) -> None:
        """A rate rule, per day, whose unit must be that of the variable a day."""
        found = formula(self._hoist(name, expression), self.units.__getitem__)
        if found.unit != self.units[name] / DAY:
            what = f"{name} changes by {unit_id(found.unit)}, but is in {unit_id(self.units[name])}"
            raise OsteocastError(what, where="exchange", fix="correct the unit of a parameter")
        one = self.model.createRateRule()
        one.setVariable(name)
        one.setMath(self.math(found.text))

    def event(self, name: str, trigger: str, assignments: Mapping[str, str]) -> None:
        """An event that fires when a condition becomes true, also at the very start."""
        one = self.model.createEvent()
        one.setId(name)
        one.setUseValuesFromTriggerTime(True)
        starter = one.createTrigger()
        starter.setInitialValue(False)
        starter.setPersistent(True)
        starter.setMath(self.math(trigger))
        for variable, text in assignments.items():
            change = one.createEventAssignment()
            change.setVariable(variable)
            change.setMath(self.math(text))

    def math(self, text: str) -> Any:
        """A formula as libSBML keeps it."""
        found = self.lib.parseL3Formula(text)
        if found is None:
            raise OsteocastError(self.lib.getLastParseL3Error(), where="exchange", fix="report this as a fault")
        return found
