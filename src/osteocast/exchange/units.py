"""Units as SymPy products of base units, and the same as SBML unit definitions.

Nothing is converted: a milligram and a gram are different bases, and a sum of the two is an error. So the equations
are exported only if their units agree as they are written.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import sympy

from osteocast.errors import OsteocastError

Unit = Any
"""A SymPy product of powers of base symbols; 1 for a pure number."""
PURE: Unit = sympy.S.One


class Base(NamedTuple):
    """One base unit in terms of SBML: `multiplier` x 10^`scale` x `kind`."""

    kind: str
    multiplier: float = 1.0
    scale: int = 0


BASES: Mapping[str, Base] = {
    "day": Base("second", 86400.0),
    "h": Base("second", 3600.0),
    "week": Base("second", 7 * 86400.0),
    "year": Base("second", 365.25 * 86400.0),
    "L": Base("litre"),
    "nmol": Base("mole", scale=-9),
    "g": Base("gram"),
    "mg": Base("gram", scale=-3),
    "ug": Base("gram", scale=-6),
    "kg": Base("kilogram"),
    "m": Base("metre"),
    "cm": Base("metre", scale=-2),
    "IU": Base("item"),
    "session": Base("item"),
}
"""Base units; international units and training sessions are counted."""
_KNOWN: Mapping[str, Any] = {name: sympy.Symbol(name, positive=True) for name in BASES} | {
    "share": PURE,
    "effect": PURE,
    "m2": sympy.Symbol("m", positive=True) ** 2,
    "cm2": sympy.Symbol("cm", positive=True) ** 2,
}


@cache
def unit(text: str) -> Unit:
    """A unit as parameter records and channels write it, such as `nmol/L/day`, `kg/m2`, `nmol/L per IU/day`.

    Raises:
        OsteocastError: a part is not a known unit.
    """
    above, *below = text.split(" per ")
    try:
        found = sympy.sympify("/".join([above, *(f"({one})" for one in below)]), locals=dict(_KNOWN))
    except (sympy.SympifyError, TypeError):
        found = sympy.nan
    if not found.free_symbols <= {_KNOWN[name] for name in BASES} or not (found.is_Symbol or unit_id(found)):
        fix = "use " + ", ".join(BASES) + " with / and powers"
        raise OsteocastError(f"the unit '{text}' cannot be exported", where="exchange", fix=fix)
    return found


def powers(one: Unit) -> dict[str, int]:
    """Power of each base unit, sorted by name; empty for a pure number."""
    found = {str(base): int(power) for base, power in one.as_powers_dict().items() if base != 1}
    return dict(sorted(found.items()))


def unit_id(one: Unit) -> str:
    """Identifier in SBML, such as `nmol_per_L_per_day`."""
    parts = powers(one)
    above = [f"{base}{power if power > 1 else ''}" for base, power in parts.items() if power > 0]
    below = [f"per_{base}{-power if power < -1 else ''}" for base, power in parts.items() if power < 0]
    return "_".join([*above, *below]) or "dimensionless"


def substance_like(one: Unit) -> bool:
    """Whether SBML lets a species be counted in this unit: a pure number, moles, grams, or items, to the power 1."""
    parts = powers(one)
    kinds = {BASES[base].kind for base in parts}
    return kinds <= {"mole", "gram", "kilogram", "item"} and list(parts.values()) in ([], [1])


def define(model: Any, one: Unit) -> str:
    """Add the definition of a unit to a libSBML model where it is missing; returns its identifier."""
    import libsbml

    name = unit_id(one)
    if name != "dimensionless" and model.getUnitDefinition(name) is None:
        definition = model.createUnitDefinition()
        definition.setId(name)
        definition.setName(name.replace("_", " "))
        for base, power in powers(one).items():
            part, meaning = definition.createUnit(), BASES[base]
            part.setKind(libsbml.UnitKind_forName(meaning.kind))
            part.setExponent(power)
            part.setScale(meaning.scale)
            part.setMultiplier(meaning.multiplier)
    return name
