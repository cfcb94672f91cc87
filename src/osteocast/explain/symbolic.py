"""Equations as text and LaTeX.

SymPy is imported only here and only when asked for; without it the code is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

from osteocast.explain.equations import Equation, equation, source_lines
from osteocast.explain.tracing import P, Trace

ONE_LINE = 40
"""Operations up to which an equation is written in one piece, without its named intermediate results."""


class Line(NamedTuple):
    """One statement: the quantity on the left and the SymPy expression on the right."""

    name: str
    left: str
    left_latex: str
    right: Any
    text: str
    latex: str


class Written(NamedTuple):
    """An equation in print: its lines, the printed name of every symbol, and named constants by value."""

    lines: tuple[Line, ...]
    printed: Mapping[str, str]
    constants: Mapping[str, float]


def _sympy() -> Any:
    """SymPy, or None where it is not installed."""
    try:
        import sympy
    except ImportError:
        return None
    return sympy


def _call(name: str, arguments: tuple[Any, ...]) -> Any:
    sympy = _sympy()
    return sympy.Function(name)(*(tidy(one) for one in arguments)) if arguments else sympy.Symbol(name)


def tidy(value: Any) -> Any:
    """Whole numbers without a decimal point, and e^(a log b) as b^a."""
    sympy = _sympy()
    value = sympy.sympify(value)
    whole = {one: sympy.Integer(int(one)) for one in value.atoms(sympy.Float) if float(one).is_integer()}

    def is_power(one: Any) -> bool:
        factors = sympy.Mul.make_args(one.args[0]) if isinstance(one, sympy.exp) else ()
        return sum(isinstance(factor, sympy.log) for factor in factors) == 1

    def as_power(one: Any) -> Any:
        factors = sympy.Mul.make_args(one.args[0])
        base = next(factor for factor in factors if isinstance(factor, sympy.log))
        return base.args[0] ** sympy.Mul(*(factor for factor in factors if factor is not base))

    return value.xreplace(whole).replace(is_power, as_power)


class _Steps:
    """Keeps the named intermediate results of one call, each as an expression of symbols."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}

    def __call__(self, name: str, value: Any) -> Any:
        sympy = _sympy()
        symbol = sympy.Symbol(name)
        named = isinstance(value, sympy.Expr) and not value.is_Atom and symbol not in value.free_symbols
        if not named:
            return value
        self.kept[name] = tidy(value)
        return symbol

    def undone(self, expression: Any) -> Any:
        """An expression with every intermediate result written out."""
        for name, value in reversed(self.kept.items()):
            expression = expression.xreplace({_sympy().Symbol(name): value})
        return expression


def _results(one: Equation, value: Any) -> dict[str, Any]:
    """What an equation gives, by the name that stands on its left."""
    if one.kind == "state":
        made, lost = value
        return {one.name: made - lost * _sympy().Symbol(one.name)}
    if isinstance(value, dict):
        return value
    if hasattr(value, "_asdict"):
        return dict(value._asdict())
    if isinstance(value, tuple):
        parts = [f"{one.name}[{i}]" for i in range(len(value))]
        return dict(zip(("production", "fractional_loss") if one.balance else parts, value, strict=True))
    return {one.name: value}


@cache
def written(id_: str) -> Written | None:
    """An equation as SymPy expressions; None where SymPy is missing or the function does not run."""
    sympy = _sympy()
    one = equation(id_)
    if sympy is None or not one.runs:
        return None
    steps = _Steps()
    constants: dict[str, float] = {}

    def constant(name: str, value: float) -> Any:
        constants[name] = value
        return sympy.Symbol(name)

    trace = Trace(leaf=sympy.Symbol, call=_call, step=steps, constant=constant)
    results = {name: tidy(value) for name, value in _results(one, trace.run(one.function)).items()}
    whole = {name: tidy(steps.undone(value)) for name, value in results.items()}
    if len(results) == 1 and sum(sympy.count_ops(value) for value in whole.values()) <= ONE_LINE:
        statements = list(whole.items())
    else:
        statements = [*steps.kept.items(), *results.items()]
    statements = [(name, value) for name, value in statements if value != sympy.Symbol(name)]
    used = {symbol.name for _, value in statements for symbol in value.free_symbols}
    known = {name: value for name, value in constants.items() if name in used}
    return _printed(one, statements, trace, known)


def _upright(name: str) -> str:
    """A name in LaTeX, in upright letters."""
    return r"\mathrm{" + name.replace("_", r"\_") + "}"


def _printed(
    one: Equation, statements: list[tuple[str, Any]], trace: Trace, constants: Mapping[str, float]
) -> Written:
    sympy = _sympy()
    applied = sympy.core.function.AppliedUndef
    symbols = {symbol.name for _, value in statements for symbol in value.free_symbols}
    taken = symbols | {name for name, _ in statements}
    taken |= {call.func.__name__ for _, value in statements for call in value.atoms(applied)}
    printed = {}
    for name in symbols:
        bare = name.removeprefix(P)
        printed[name] = name if name != bare and bare in taken else bare
    shown = {sympy.Symbol(old): sympy.Symbol(new) for old, new in printed.items()}
    upright = {symbol: _upright(symbol.name) for symbol in shown.values()}
    arguments = [value.name for value in trace.arguments(one.function) if isinstance(value, sympy.Symbol)]
    lines = []
    for name, value in statements:
        left, left_latex = name, _upright(name)
        if one.kind == "state":
            left, left_latex = f"d {name}/dt", rf"\frac{{d\,{left_latex}}}{{dt}}"
        elif one.kind == "function" and arguments and name == one.name:
            left = f"{name}({', '.join(arguments)})"
            left_latex += rf"\left({', '.join(_upright(argument) for argument in arguments)}\right)"
        right = value.xreplace(shown)
        text = f"{left} = {sympy.sstr(right, full_prec=False, order='none')}"
        right = right.replace(
            lambda part: isinstance(part, applied),
            lambda part: sympy.Function(_upright(part.func.__name__))(*part.args),
        )
        latex = f"{left_latex} = {sympy.latex(right, symbol_names=upright, order='none')}"
        lines.append(Line(name, left, left_latex, value, text, latex))
    return Written(tuple(lines), printed, constants)


def lines(one: Equation, wanted: Iterable[str] = ()) -> tuple[Line, ...]:
    """The lines of an equation; with `wanted`, only those that lead to the quantities of that name.

    Empty without SymPy.
    """
    found = written(one.id)
    every = found.lines if found else ()
    needed = set(wanted)
    if not needed:
        return every
    for line in reversed(every):
        if line.name in needed:
            needed |= {symbol.name for symbol in line.right.free_symbols}
    return tuple(line for line in every if line.name in needed)


def text(one: Equation, wanted: Iterable[str] = ()) -> tuple[str, ...]:
    """The equation as readable lines: from SymPy where it is installed, else the lines of the code."""
    return tuple(line.text for line in lines(one, wanted)) or source_lines(one.function)


def latex(one: Equation, wanted: Iterable[str] = ()) -> tuple[str, ...]:
    """The equation in LaTeX, one line a statement; empty without SymPy."""
    return tuple(line.latex for line in lines(one, wanted))
