"""SymPy expressions as SBML formulas in which every number has its unit.

The units of a formula are worked out from those of its symbols. A number in a sum has the unit of its neighbours.
The base of a power whose exponent is not a whole number is first divided by one of its own unit, as the equations
mean it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import sympy

from osteocast.errors import OsteocastError
from osteocast.exchange.units import PURE, Unit, unit_id


class Formula(NamedTuple):
    """A formula in the infix notation of libSBML, and its unit."""

    text: str
    unit: Unit


def formula(expression: Any, unit_of: Callable[[str], Unit]) -> Formula:
    """Write an expression.

    Args:
        expression: SymPy; sums, products, powers, exponential, logarithm and `Max(x, 0)`.
        unit_of: unit of a symbol by its name.

    Raises:
        OsteocastError: the units of a sum do not agree, or a function is not known.
    """
    return _Writer(unit_of).write(expression)


def number(value: float, unit: Unit) -> str:
    """A number with its unit."""
    text = repr(float(value)).removesuffix(".0")
    text = f"{text} {unit_id(unit)}"
    return f"({text})" if value < 0 else text


class _Writer:
    def __init__(self, unit_of: Callable[[str], Unit]) -> None:
        self.unit_of = unit_of

    def write(self, one: Any, wanted: Unit = PURE) -> Formula:
        """Any expression; a bare number takes the unit that is wanted."""
        if one.is_Symbol:
            return Formula(one.name, self.unit_of(one.name))
        if one.is_Number:
            return Formula(number(float(one), wanted), wanted)
        for kind, writer in (
            (sympy.Add, self._sum),
            (sympy.Mul, self._product),
            (sympy.Pow, self._power),
            (sympy.Max, self._positive),
        ):
            if isinstance(one, kind):
                return writer(one)
        if isinstance(one, (sympy.exp, sympy.log)):
            name = "exp" if isinstance(one, sympy.exp) else "ln"
            return Formula(f"{name}({self._pure(one.args[0])})", PURE)
        raise OsteocastError(f"{one} cannot be written", where="exchange", fix="use the helpers of model/maths.py")

    def _pure(self, one: Any) -> str:
        """An expression as a pure number: divided by one of its unit where it has one."""
        text, unit = self.write(one)
        return text if unit == PURE else f"({text} / {number(1.0, unit)})"

    def _sum(self, one: Any) -> Formula:
        parts = sympy.Add.make_args(one)
        units = {self.write(part).unit for part in parts if not part.is_Number}
        if len(units) != 1:
            found = ", ".join(sorted(unit_id(each) for each in units))
            raise OsteocastError(f"{one} adds {found}", where="exchange", fix="correct the unit of a parameter")
        unit = units.pop()
        ordered = sorted(parts, key=lambda part: part.could_extract_minus_sign())
        text = self.write(ordered[0], unit).text
        for part in ordered[1:]:
            less = part.could_extract_minus_sign()
            text += (" - " if less else " + ") + self.write(-part if less else part, unit).text
        return Formula(f"({text})", unit)

    def _product(self, one: Any) -> Formula:
        if one.as_coeff_Mul()[0] == -1:
            text, unit = self.write(-one)
            return Formula(f"(-{text})", unit)
        above: list[Formula] = []
        below: list[Formula] = []
        for factor in sympy.Mul.make_args(one):
            base, exponent = factor.as_base_exp()
            if exponent.is_Number and exponent < 0 and not base.is_Number:
                below.append(self.write(base**-exponent))
            else:
                above.append(self.write(factor))
        text = " * ".join(each.text for each in above) or number(1.0, PURE)
        for each in below:
            text += f" / {each.text}"
        unit = sympy.Mul(*(each.unit for each in above), *(each.unit**-1 for each in below))
        return Formula(f"({text})" if len(above) + len(below) > 1 or below else text, unit)

    def _power(self, one: Any) -> Formula:
        base, exponent = one.as_base_exp()
        if exponent.is_Integer:
            if exponent < 0:
                return self._product(one)
            text, unit = self.write(base)
            return Formula(f"({text}^{number(float(exponent), PURE)})", unit ** int(exponent))
        return Formula(f"({self._pure(base)}^{self._pure(exponent)})", PURE)

    def _positive(self, one: Any) -> Formula:
        rest = [each for each in one.args if each != 0]
        if len(rest) != 1 or len(one.args) != 2:
            raise OsteocastError(f"{one} cannot be written", where="exchange", fix="use maths.positive")
        text, unit = self.write(rest[0])
        nothing = number(0.0, unit)
        return Formula(f"piecewise({text}, {text} > {nothing}, {nothing})", unit)
