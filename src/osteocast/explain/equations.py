"""The catalogue of the model's equations, built from the code: nothing here is written by hand.

Three kinds: a *state* of `assemble.CASCADE` (a differential equation), an algebraic *function* of `model/`,
and an *output* (what `assemble` itself makes of them). Text and LaTeX come from `symbolic`.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from osteocast.explain.tracing import Trace, model_functions, some_number
from osteocast.explain.wording import quality_words, sentence
from osteocast.model import assemble

KINDS = ("state", "function", "output")
_CANNOT = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What a function may raise that does not run on stand-ins."""
_CITED = re.compile(
    r"([A-Z][\w-]+(?: and [A-Z][\w-]+)?(?:, [A-Z][A-Za-z]*(?: [A-Z][A-Za-z]*)*)? (?:19|20)\d\d(?:;\w+:\w+)?)"
    r"(?:, quality (\w+))?"
)


@dataclass(frozen=True)
class Equation:
    """One equation.

    Attributes:
        id: kind or module and name, such as `state.osteoclasts` or `cells.rankl`.
        name: the name it has in other equations.
        kind: state, function or output.
        title: first sentence of its docstring.
        doc: its whole docstring.
        sources: papers named in its docstring, else in that of its module.
        parameters: parameters that it reads itself.
        inputs: states and exposures that it reads itself.
        calls: ids of the equations that it calls by name.
        balance: whether it gives the production and the fractional loss of a state.
        runs: whether it runs on stand-ins; where not, only its source lines can be shown.
        function: the code.
    """

    id: str
    name: str
    kind: str
    title: str
    doc: str
    sources: tuple[str, ...]
    parameters: tuple[str, ...]
    inputs: tuple[str, ...]
    calls: tuple[str, ...]
    balance: bool
    runs: bool
    function: Callable[..., Any] = field(repr=False, compare=False)

    @property
    def source_lines(self) -> tuple[str, ...]:
        """Its code without the docstring; empty where the source is not at hand."""
        return source_lines(self.function)


def source_lines(function: Callable[..., Any]) -> tuple[str, ...]:
    """The code of a function without its docstring; empty where the source is not at hand."""
    try:
        lines = inspect.getsource(function).splitlines()
    except OSError:
        return ()
    text = "\n".join(line.rstrip() for line in lines)
    if function.__doc__:
        text = re.sub(r'\n\s*"""[\s\S]*?"""', "", text, count=1)
    return tuple(inspect.cleandoc(text).splitlines())


def cited(text: str) -> tuple[str, ...]:
    """Papers that a docstring names, in order, each once; one that it grades as memory is said to be so."""
    found: dict[str, None] = {}
    for paper, grade in _CITED.findall(" ".join(text.split())):
        found[f"{paper} ({quality_words(grade)})" if grade else paper] = None
    return tuple(found)


def _document(function: Callable[..., Any], inlined: list[str]) -> tuple[str, tuple[str, ...]]:
    """Docstring and sources of a function; of the equation it stands for, where it is only wiring."""
    origin: Callable[..., Any] = function
    if not function.__doc__ and inlined:
        origin = model_functions()[inlined[0]]
    doc = inspect.cleandoc(origin.__doc__ or "")
    module = importlib.import_module(origin.__module__)
    return doc, cited(doc) or cited(module.__doc__ or "")


def _equation(kind: str, id_: str, function: Callable[..., Any], balances: set[str]) -> Equation:
    trace = Trace()
    runs = True
    try:
        trace.run(function)
    except _CANNOT:
        runs = False
    if kind == "state":
        balances.update(trace.inlined)
    doc, sources = _document(function, trace.inlined)
    return Equation(
        id=id_,
        name=id_.split(".", 1)[1],
        kind=kind,
        title=sentence(doc),
        doc=doc,
        sources=sources,
        parameters=tuple(sorted(trace.parameters)),
        inputs=tuple(sorted(trace.inputs)),
        calls=tuple(dict.fromkeys(trace.called)),
        balance=kind == "state" or id_ in balances,
        runs=runs,
        function=function,
    )


def _table(function: Callable[..., Any]) -> dict[str, Any] | None:
    """What a function of `assemble` gives back by name, or None where it gives something else."""
    try:
        value = Trace().plain(function)
    except _CANNOT:
        return None
    return value if isinstance(value, dict) and tuple(value) != assemble.STATES else None


def _states() -> list[assemble.State]:
    """The states of `assemble` in the order of `STATES`, wherever that module keeps them."""
    found: dict[str, assemble.State] = {}
    for value in vars(assemble).values():
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, assemble.State):
                found[one.name] = one
    return [found[name] for name in assemble.STATES]


@cache
def equations() -> Mapping[str, Equation]:
    """Every equation by id: states in causal order, then functions, then outputs."""
    found: dict[str, Equation] = {}
    balances: set[str] = set()
    states = _states()
    for state in states:
        found[f"state.{state.name}"] = _equation("state", f"state.{state.name}", state.balance, balances)
    own = {id(state.balance) for state in states}
    for name, function in model_functions().items():
        if name.startswith("assemble."):
            if _table(function) is not None:
                found[name] = _equation("output", name, function, balances)
        elif id(function) not in own:
            found[name] = _equation("function", name, function, balances)
    return found


@cache
def names() -> Mapping[str, tuple[str, ...]]:
    """Ids of equations by every name they answer to: their own, and the quantities that they give."""
    found: dict[str, list[str]] = {}
    for one in equations().values():
        for name in (one.name, *gives(one)):
            ids = found.setdefault(name, [])
            if one.id not in ids:
                ids.append(one.id)
    return {name: tuple(ids) for name, ids in found.items()}


def gives(equation: Equation) -> tuple[str, ...]:
    """Names of the quantities that an equation gives, where it gives several by name.

    What an output only hands on under the same name is left out.
    """
    if not equation.runs or equation.kind == "state":
        return ()
    value = Trace().run(equation.function)
    if isinstance(value, dict):
        return tuple(name for name, number in value.items() if number != some_number(name))
    return tuple(getattr(value, "_fields", ()))


@cache
def using(parameter: str) -> tuple[str, ...]:
    """Ids of the equations that read a parameter themselves."""
    return tuple(one.id for one in equations().values() if parameter in one.parameters)


@cache
def callers(id_: str) -> tuple[str, ...]:
    """Ids of the equations that call an equation by name."""
    return tuple(one.id for one in equations().values() if id_ in one.calls)


def equation(id_: str) -> Equation:
    """One equation by its id."""
    return equations()[id_]


def not_running() -> tuple[str, ...]:
    """Ids of the functions that do not run on stand-ins and are shown as source lines."""
    return tuple(one.id for one in equations().values() if not one.runs)
