"""The printed equations: built from the code, complete, and numerically the same as the code."""

import math
import zlib
from collections.abc import Callable
from typing import Any

import pytest
import sympy

from osteocast.explain import equations, symbolic
from osteocast.explain.equations import Equation
from osteocast.explain.tracing import P, Record, Trace, model_functions
from osteocast.model import assemble

EQUATIONS = list(equations.equations().values())
Values = Callable[[str], Any]


def point(seed: int) -> Values:
    """A random point: for every name a number between 0.1 and 0.3."""
    return lambda name: 0.1 + 0.2 * zlib.crc32(f"{seed} {name}".encode()) / 2**32


def by_name(one: Equation, result: Any) -> dict[str, Any]:
    """A function's result under the names that its printed lines have on the left."""
    if isinstance(result, dict):
        return result
    if hasattr(result, "_asdict"):
        return dict(result._asdict())
    if isinstance(result, tuple):
        names = ("production", "fractional_loss") if one.balance else [f"{one.name}[{i}]" for i in range(9)]
        return dict(zip(names, result, strict=False))
    return {one.name: result}


def reader(values: Values, known: dict[str, Any]) -> Values:
    return lambda name: known[name] if name in known else values(name)


def called(name: str, look: Values) -> Callable[..., Any]:
    """An equation as a function of its numbers; its records look names up."""
    function = next(one for id_, one in model_functions().items() if id_.endswith(f".{name}"))

    def call(*numbers: Any) -> Any:
        trace, given = Trace(leaf=look), iter(numbers)
        made = trace.arguments(function)
        if numbers:
            made = [one if isinstance(one, (Record, dict)) else next(given) for one in made]
        return function(*made)

    return call


def printed_values(one: Equation, values: Values) -> dict[str, Any]:
    """The printed lines worked out one by one, in their order."""
    found = symbolic.written(one.id)
    assert found is not None
    known: dict[str, Any] = dict(found.constants)
    for id_ in sorted(one.calls, key=lambda id_: id_ not in ("assemble.slow", "assemble.forcing", "steroids.levels")):
        inner = equations.equation(id_)
        look = reader(values, known)
        if not any(kind == "Number" and name not in ("t_d", "lh") for name, kind in _signature(inner)):
            known |= by_name(inner, Trace(leaf=look).plain(inner.function))
    for line in found.lines:
        look = reader(values, known)
        symbols = sorted(line.right.free_symbols, key=str)
        functions = {each.func.__name__ for each in line.right.atoms(sympy.core.function.AppliedUndef)}
        run = sympy.lambdify(symbols, line.right, modules=[{n: called(n, look) for n in functions}, "math"])
        known[line.name] = run(*(look(symbol.name) for symbol in symbols))
    return {line.name: known[line.name] for line in found.lines}


def _signature(one: Equation) -> list[tuple[str, str]]:
    return [pair for pair in one.function.__annotations__.items() if pair[0] != "return"]


def test_every_state_and_every_public_function_is_there() -> None:
    ids = set(equations.equations())
    assert {f"state.{name}" for name in assemble.STATES} <= ids
    stated = {id(one.function) for one in EQUATIONS}
    for name, function in model_functions().items():
        if not name.startswith("assemble."):
            assert id(function) in stated, name
    assert len(ids) >= 50


def test_every_model_function_runs_on_symbols() -> None:
    assert equations.not_running() == ()
    for one in EQUATIONS:
        assert symbolic.written(one.id) is not None, one.id


@pytest.mark.parametrize("one", EQUATIONS, ids=lambda one: one.id)
def test_an_equation_is_documented_and_printed(one: Equation) -> None:
    assert one.title and one.title[0] in one.doc
    lines, latex = symbolic.text(one), symbolic.latex(one)
    assert lines and len(lines) == len(latex)
    for line in lines:
        assert " = " in line and P not in line.split(" = ")[0]
        assert "1.0*" not in line and "Float" not in line
    assert all(text.count("{") == text.count("}") for text in latex)
    if one.kind == "state":
        assert lines[-1].startswith(f"d {one.name}/dt = ")


@pytest.mark.parametrize("one", EQUATIONS, ids=lambda one: one.id)
def test_symbols_and_floats_agree(one: Equation) -> None:
    on_symbols = by_name(one, Trace(leaf=sympy.Symbol).plain(one.function))
    symbols = sorted({each for part in on_symbols.values() for each in sympy.sympify(part).free_symbols}, key=str)
    run = sympy.lambdify(symbols, list(on_symbols.values()), "math", cse=True)
    for values in (point(1), point(2)):
        on_floats = by_name(one, Trace(leaf=values).plain(one.function))
        assert list(on_symbols) == list(on_floats)
        assert run(*(values(symbol.name) for symbol in symbols)) == pytest.approx(list(on_floats.values()), rel=1e-9)


@pytest.mark.parametrize("one", [one for one in EQUATIONS if one.kind != "state"], ids=lambda one: one.id)
def test_the_printed_lines_say_the_same_as_the_code(one: Equation) -> None:
    values = point(3)
    expected = by_name(one, Trace(leaf=values).plain(one.function))
    printed = printed_values(one, values)
    given = equations.gives(one) or tuple(expected)
    assert given
    for name in given:
        line = printed.get(name)
        assert line is not None, name
        assert line == pytest.approx(expected[name], rel=1e-9), name


def test_the_printed_states_are_the_rates_of_the_model() -> None:
    values = point(4)
    trace = Trace(leaf=values)
    rates = assemble.rates(*trace.arguments(assemble.rates))
    known = {
        **Trace(leaf=values).plain(assemble.slow),
        **Trace(leaf=values).plain(assemble.pituitary),
        **Trace(leaf=values).plain(assemble.forcing),
        **Trace(leaf=values).plain(assemble.blockade),
    }
    for name in assemble.STATES:
        one = equations.equation(f"state.{name}")
        assert printed_values(one, reader(values, known))[name] == pytest.approx(rates[name], rel=1e-9), name


def test_only_the_lines_that_lead_to_a_quantity() -> None:
    levels = equations.equation("steroids.levels")
    short, whole = symbolic.text(levels, ["androstenedione"]), symbolic.text(levels)
    assert short[-1].startswith("androstenedione = ")
    assert 0 < len(short) < len(whole) and set(short) <= set(whole)


def test_a_parameter_is_told_from_a_quantity_of_the_same_name() -> None:
    text = "\n".join(symbolic.text(equations.equation("mineral.pth")))
    assert "p.vitamin_d + vitamin_d" in text


def test_constants_keep_their_name() -> None:
    found = symbolic.written("assemble.slow")
    assert found is not None and found.constants == {"DAYS_PER_YEAR": 365.25}
    assert "t_d/DAYS_PER_YEAR" in "\n".join(line.text for line in found.lines)


def test_which_equations_read_a_parameter() -> None:
    assert equations.using("rankl_gain") == ("cells.rankl",)
    assert "state.lumbar_spine_trabecular" in equations.using("lumbar_spine_turnover")
    assert "state.total_hip_trabecular" not in equations.using("lumbar_spine_turnover")
    assert "cells.resorption_signal" in equations.callers("cells.rankl")


def test_papers_are_found_in_docstrings_and_memory_is_labelled() -> None:
    assert equations.equation("cells.rankl").sources == ("Eghbali-Fatourechi, J Clin Invest 2003;111:1221",)
    assert equations.cited("so (Doe, Ann Ex 2001;1:2, quality memory) and Roe and Poe 1999") == (
        "Doe, Ann Ex 2001;1:2 (from memory, source not seen)",
        "Roe and Poe 1999",
    )


def test_the_model_is_left_as_it_was() -> None:
    before = {name: (one.__code__, one.__globals__) for name, one in model_functions().items()}
    symbolic.written.cache_clear()
    symbolic.written("cells.resorption_signal")
    assert {name: (one.__code__, one.__globals__) for name, one in model_functions().items()} == before
    assert math.isclose(model_functions()["maths.softplus"](0.0), math.log(2.0))


def test_without_sympy_the_code_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(symbolic, "_sympy", lambda: None)
    symbolic.written.cache_clear()
    try:
        one = equations.equation("cells.rankl")
        assert symbolic.latex(one) == ()
        text = "\n".join(symbolic.text(one))
        assert text.startswith("def rankl(") and "return power(1.0 + p.rankl_gain" in text and '"""' not in text
    finally:
        symbolic.written.cache_clear()


def test_a_function_that_does_not_run_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def stubborn(seen: Any, p: Any) -> Any:
        """Refuses."""
        if seen.age > p.name.upper():
            return 1.0
        return 0.0

    one = equations._equation("function", "test.stubborn", stubborn, set())
    assert not one.runs and one.source_lines[0].startswith("def stubborn")
