"""Explanation of an equation or of a quantity that equations give."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable

from osteocast.explain import equations, symbolic
from osteocast.explain.equations import Equation
from osteocast.explain.explanation import Explanation
from osteocast.explain.tracing import P
from osteocast.explain.values import in_short, keys_of
from osteocast.explain.wording import figure, normal
from osteocast.parameters.registry import parameters

_ORDER = {kind: i for i, kind in enumerate(equations.KINDS)}
_KIND = {
    "state": "A state: a differential equation, per day",
    "function": "An algebraic equation",
    "output": "What the equations together give",
}


def _wanted(one: Equation, name: str) -> tuple[str, ...]:
    """The quantities of an equation that were asked for; empty for the whole of it."""
    return tuple(given for given in equations.gives(one) if normal(given) == normal(name))


def _paragraphs(doc: str) -> list[str]:
    """A docstring as lines: running text in one line, lists of arguments and results as they are."""
    lines: list[str] = []
    for block in re.split(r"\n\s*\n", doc):
        listed = re.match(r"(Args|Returns):", block)
        lines += inspect.cleandoc(block).splitlines() if listed else [" ".join(block.split())]
    return [line.rstrip() for line in lines if line.strip()]


def _legend(one: Equation, wanted: tuple[str, ...]) -> list[str]:
    """The parameters that stand in the lines shown, each with its value; values of the person by name."""
    found = symbolic.written(one.id)
    names, extra = list(one.parameters), []
    if found:
        symbols = {symbol.name for line in symbolic.lines(one, wanted) for symbol in line.right.free_symbols}
        names = [name for name in one.parameters if P + name in symbols]
        extra = [f"{name} = {figure(value, 6)}" for name, value in found.constants.items() if name in symbols]
        kept = [found.printed[P + name] for name in names]
    else:
        kept = names
    known = parameters()
    lines = []
    for name, shown in zip(names, kept, strict=True):
        if name in known:
            also = f"{shown} is the parameter " if shown != name else ""
            lines.append(f"  {also}{in_short(known[name])}: {known[name].title}")
        else:
            lines.append(f"  {shown}: the person's own value")
    return ["Where:", *lines, *(f"  {line}" for line in extra)] if lines or extra else []


def law(ids: Iterable[str], name: str) -> Explanation:
    """What is known about an equation, or about a quantity that several of them give.

    Args:
        ids: the equations that carry the name.
        name: what was asked for.
    """
    ones = sorted((equations.equation(id_) for id_ in ids), key=lambda one: _ORDER[one.kind])
    lines: list[str] = []
    latex: list[str] = []
    related: list[str] = []
    for one in ones:
        wanted = _wanted(one, name)
        lines.append(f"{_KIND[one.kind]}, {one.id}")
        lines += [one.title] if wanted else _paragraphs(one.doc)
        lines += [f"  {line}" for line in symbolic.text(one, wanted)]
        latex += symbolic.latex(one, wanted)
        lines += _legend(one, wanted)
        calls = [] if wanted and symbolic.written(one.id) else list(one.calls)
        if calls:
            lines.append("Calls: " + ", ".join(calls))
        callers = equations.callers(one.id)
        if callers:
            lines.append("Called by: " + ", ".join(callers))
        related += [*calls, *callers, *one.parameters]
    sources = tuple(dict.fromkeys(paper for one in ones for paper in one.sources))
    data = {
        "equations": [one.id for one in ones],
        "parameters": sorted({each for one in ones for each in one.parameters}),
        "sympy": symbolic.written(ones[0].id) is not None,
    }
    known = [each for each in related if each in equations.equations() or each in parameters()]
    return Explanation(
        kind="equation",
        name=ones[0].id if len(ones) == 1 and not _wanted(ones[0], name) else name,
        title=f"{name}: {ones[0].title}" if _wanted(ones[0], name) else ones[0].title,
        lines=tuple(lines),
        source="; ".join(sources) or "osteocast's own; no paper is named in the code",
        quality="papers as the code names them; each parameter has its own grade",
        related=tuple(dict.fromkeys((*keys_of(sources), *known))),
        latex=tuple(latex),
        data=data,
    )
