"""The mechanism as a list of named equations, traced once from `model/assemble.py`.

The equations are run on symbols. Every named result, of a function or inside one, becomes an equation of its own
under its name in the code, so that what is exported reads as the code does. Equal results share one name.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from types import SimpleNamespace
from typing import Any, NamedTuple

import sympy

from osteocast.exchange.records import known_values
from osteocast.explain.symbolic import tidy
from osteocast.explain.tracing import P, Record, Trace
from osteocast.model import assemble, maths

TIME = "t_d"
"""Days from month 0."""
AGE = "age"
AGE_NOW = "age_at_month_0"
"""A person's own age, since `age` is what passes."""


BALANCES = ("trabecular", "cortical")
"""Functions that give production and loss of several states; these are not named."""


class Mechanism(NamedTuple):
    """The whole mechanism. Its expressions are of symbols.

    The reader supplies `parameters`, `constants`, the states, the channels of `assemble.DRIVES` by `channel_id`, and
    `t_d`.
    """

    rules: Mapping[str, Any]
    """Algebraic equations by name, in an order in which each uses only those before it."""
    rates: Mapping[str, Any]
    """Change of every state per day."""
    observed: Mapping[str, str]
    """Name of the rule or state that gives each quantity of `assemble.observed`."""
    parameters: tuple[str, ...]
    """Parameters and personal values that are read; `parameter_id` gives the symbol of each."""
    constants: Mapping[str, float]
    """Named constants of the code."""


def channel_id(name: str) -> str:
    """Name of an exposure channel among the equations; one that a parameter has already is `<name>_taken`."""
    return f"{name}_taken" if name in known_values() else name


def parameter_id(name: str) -> str:
    """Name of a parameter or personal value among the equations."""
    return AGE_NOW if name == AGE else name


class _Recorder(Trace):
    """Runs functions of `model/` on symbols and keeps every named result as an equation."""

    def __init__(self) -> None:
        super().__init__(leaf=self._symbol, step=self.named, constant=self._constant)
        self.rules: dict[str, Any] = {}
        self.constants: dict[str, float] = {}
        self._names: dict[Any, str] = {}
        self._inside: list[str] = []
        channels = (channel_id(name) for name in assemble.DRIVES)
        values = (parameter_id(name) for name in known_values())
        self._taken = {TIME, *assemble.STATES, *channels, *values}

    def _symbol(self, name: str) -> Any:
        own = name.startswith(P)
        return sympy.Symbol(parameter_id(name.removeprefix(P)) if own else name)

    def _constant(self, name: str, value: float) -> Any:
        self.constants[name.lower()] = value
        return sympy.Symbol(name.lower())

    def named(self, name: str, value: Any) -> Any:
        """The symbol of a result; numbers and what is but a symbol stay as they are."""
        if not isinstance(value, sympy.Expr):
            return value
        value = tidy(value)
        if value.is_Atom:
            return value
        if value not in self._names:
            sites = {site for site in assemble.SITES for each in value.free_symbols if each.name.startswith(site)}
            options = [
                name,
                *(f"{one}_{name}" for one in reversed(self._inside) if one != name),
                *(f"{name}_{i}" for i in range(2, 99)),
            ]
            if len(sites) == 1 and not name.startswith(site := sites.pop()):
                options = [f"{site}_{one}" for one in options]
            free = next(one for one in options if one not in self._taken)
            self._taken.add(free)
            self._names[value] = free
            self.rules[free] = value
        return sympy.Symbol(self._names[value])

    def all_named(self, name: str, value: Any) -> Any:
        """The same for what a function gives back, whatever its shape."""
        if isinstance(value, Mapping):
            return {key: self.named(key, one) for key, one in value.items()}
        if hasattr(value, "_fields"):
            return type(value)(*(self.named(key, one) for key, one in zip(value._fields, value, strict=True)))
        if isinstance(value, tuple) and name in BALANCES:
            return value
        if isinstance(value, tuple):
            return tuple(self.named(f"{name}_{i}", one) for i, one in enumerate(value, start=1))
        return self.named(name, value)

    def stand_in(self, function: Any) -> Callable[..., Any]:
        """The function itself, its results named."""
        return self._kept(function, lambda value: self.all_named(function.__name__, value), function.__name__)

    def _kept(self, function: Any, keep: Callable[[Any], Any], name: str) -> Callable[..., Any]:
        def instead(*arguments: Any) -> Any:
            self._inside.append(name)
            try:
                return keep(self.wired(function, stepped=True)(*arguments))
            finally:
                self._inside.pop()

        return instead

    def replaced(self, name: str, value: Any) -> Any:
        """Functions and states of `model/` give named results; the helpers of `maths` are written out."""
        if isinstance(value, tuple) and value and isinstance(value[0], assemble.State):
            return tuple(one._replace(balance=self._kept(one.balance, _as_is, one.name)) for one in value)
        ours = inspect.isfunction(value) and value.__module__.startswith(assemble.__package__ or "")
        if ours and value.__module__ != maths.__name__:
            return self.stand_in(value)
        return super().replaced(name, value)


def _as_is(value: Any) -> Any:
    return value


@cache
def mechanism() -> Mechanism:
    """Trace the mechanism; takes a second or two, once."""
    recorder = _Recorder()
    states = {name: sympy.Symbol(name) for name in assemble.STATES}
    drive = SimpleNamespace(**{name: sympy.Symbol(channel_id(name)) for name in assemble.DRIVES})
    p = Record(recorder._symbol, P, recorder.parameters)
    day = sympy.Symbol(TIME)
    rates = recorder.wired(assemble.rates)(day, states, drive, p)
    seen = recorder.wired(assemble.observed)(states, drive, day, p)
    rates = {name: tidy(value) for name, value in rates.items()}
    observed = {name: str(recorder.named(name, value)) for name, value in seen.items()}
    rules, new = dict(recorder.rules), {}
    for name, given in observed.items():  # what is reported carries the name under which it is reported
        if given in rules and given != name and name not in rules and given not in new:
            new[given] = name
    swap = {sympy.Symbol(old): sympy.Symbol(name) for old, name in new.items()}
    used = {symbol.name for value in (*rules.values(), *rates.values()) for symbol in value.free_symbols}
    return Mechanism(
        rules={new.get(name, name): value.xreplace(swap) for name, value in rules.items()},
        rates={name: value.xreplace(swap) for name, value in rates.items()},
        observed={name: new.get(given, given) for name, given in observed.items()},
        parameters=tuple(sorted(name for name in recorder.parameters if parameter_id(name) in used)),
        constants={name: value for name, value in recorder.constants.items() if name in used},
    )
