"""An exported document and the numbers for it: one document serves many people who take the same."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from osteocast.engine.configure import configure
from osteocast.engine.grid import DAYS_PER_MONTH
from osteocast.engine.person_values import settle
from osteocast.exchange.mechanism import parameter_id

MONTH_0 = "month_0"
"""Identifier of the SBML time at which month 0 lies [day]."""


class Document(NamedTuple):
    """SBML for one regimen.

    Attributes:
        text: the SBML, with the values of one person.
        values: parameters and personal values that it holds, by their own names.
        constants: numbers that are the same for everybody, by SBML identifier.
        derived: constants that follow from the others, SymPy by identifier, in order. In SBML they are initial
            assignments; a simulator that does not renew them after a change needs their numbers.
    """

    text: str
    values: tuple[str, ...]
    constants: Mapping[str, float]
    derived: Mapping[str, Any]

    def numbers(self, values: Mapping[str, Any], start_month: float) -> dict[str, np.ndarray]:
        """What to set for each of several people.

        Args:
            values: every parameter and personal value, as for `engine.run.run`, shape () or (people,).
            start_month: month at which the simulated life begins; SBML time 0.

        Returns:
            By SBML identifier, each of shape (people,), what is derived included.
        """
        given = settled(self.values, values, start_month)
        known: dict[str, Any] = {**self.constants, **given}
        for name, expression in self.derived.items():
            known[name] = _evaluated(expression, known)
        people = len(given[MONTH_0])
        return given | {name: np.broadcast_to(known[name], (people,)) for name in self.derived}


def settled(names: tuple[str, ...], values: Mapping[str, Any], start_month: float) -> dict[str, np.ndarray]:
    """Settled values by SBML identifier, shape (people,), and the time of month 0."""
    configure()
    given = {name: np.asarray(value, float) for name, value in values.items()}
    found = vars(settle(SimpleNamespace(**given)))
    people = max((np.size(value) for value in given.values()), default=1)

    def row(value: Any) -> np.ndarray:
        return np.broadcast_to(np.asarray(value, float).reshape(-1), (people,)).copy()

    return {parameter_id(name): row(found[name]) for name in names} | {MONTH_0: row(-start_month * DAYS_PER_MONTH)}


def _evaluated(expression: Any, known: Mapping[str, Any]) -> Any:
    names, function = _compiled(expression)
    return function(*(known[name] for name in names))


@cache
def _compiled(expression: Any) -> tuple[tuple[str, ...], Any]:
    """Names of the symbols of an expression, and a function of their numbers."""
    import sympy

    symbols = sorted(expression.free_symbols, key=str)
    return tuple(symbol.name for symbol in symbols), sympy.lambdify(symbols, expression, "numpy")
