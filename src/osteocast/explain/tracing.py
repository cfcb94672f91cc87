"""Calls a model function with recorders in place of its inputs.

The functions of `model/` are plain arithmetic, so whatever stands in for their inputs comes out as the
equation. A trace replaces the *other* equations that a function calls by their names, so that what comes out
is as short as the code, and notes which parameters are read and which equations are called. Nothing in
`model/` is changed: the function is copied with other globals.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import textwrap
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from types import CodeType, FunctionType, ModuleType, SimpleNamespace
from typing import Any

import osteocast.model
from osteocast.model import assemble

P = "p."
"""Prefix of a parameter's symbol until it is known that nothing else has its name."""
_WIRING = "assemble"
_HELPERS = "maths"


def short(function: Any) -> str:
    """Module and name of a function, such as `cells.rankl`."""
    return f"{function.__module__.rsplit('.', 1)[-1]}.{function.__name__}"


def _inputs(function: Any) -> list[tuple[str, str]]:
    """Name and annotation of every parameter of a function."""
    return [(one.name, str(one.annotation)) for one in inspect.signature(function).parameters.values()]


def _is_equation(function: Any) -> bool:
    """Whether its inputs are numbers, records of numbers and tables of numbers only."""
    return all(kind in ("Any", "Number") or kind.startswith("Mapping") for _, kind in _inputs(function))


@cache
def model_functions() -> dict[str, Callable[..., Any]]:
    """Every public function of `model/` that states an equation, by `short` name."""
    found: dict[str, Callable[..., Any]] = {}
    for info in pkgutil.iter_modules(osteocast.model.__path__):
        module = importlib.import_module(f"osteocast.model.{info.name}")
        for name, value in vars(module).items():
            own = inspect.isfunction(value) and value.__module__ == module.__name__
            if own and not name.startswith("_") and _is_equation(value):
                found[short(value)] = value
    return found


class Record:
    """Stands in for `seen`, `p` or `drive`: has every attribute, and notes which were read."""

    def __init__(self, leaf: Callable[[str], Any], prefix: str, read: set[str]) -> None:
        self._leaf, self._prefix, self._read = leaf, prefix, read

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self._read.add(name)
        return self._leaf(self._prefix + name)


def some_number(name: str) -> float:
    """A number between 0.1 and 0.3 that depends on the name only: a point at which any equation can run."""
    return 0.1 + 0.2 * zlib.crc32(name.encode()) / 2**32


def _calls_nothing(name: str, _: tuple[Any, ...]) -> float:
    return some_number(name)


@dataclass
class Trace:
    """One call of one function.

    Attributes:
        leaf: gives what stands for an input of that name; parameters come as `p.NAME`.
        call: gives what stands for another equation, from its name and arguments.
        step: what to make of a named intermediate result; None leaves them as they are.
        constant: what to make of a named constant of a module, from its name and value.
        parameters: names read from `p`.
        inputs: names read from other records.
        called: equations called by name.
        inlined: equations whose content was taken over.
    """

    leaf: Callable[[str], Any] = some_number
    call: Callable[[str, tuple[Any, ...]], Any] = _calls_nothing
    step: Callable[[str, Any], Any] | None = None
    constant: Callable[[str, float], Any] | None = None
    parameters: set[str] = field(default_factory=set)
    inputs: set[str] = field(default_factory=set)
    called: list[str] = field(default_factory=list)
    inlined: list[str] = field(default_factory=list)

    def arguments(self, function: Any) -> list[Any]:
        """What stands for each argument: a leaf, a table of the states, or a record."""
        made: list[Any] = []
        for name, kind in _inputs(function):
            if kind == "Number":
                made.append(self.leaf(name))
            elif kind.startswith("Mapping"):
                made.append({state: self.leaf(state) for state in assemble.STATES})
            else:
                prefix, read = (P, self.parameters) if name == "p" else ("", self.inputs)
                made.append(Record(self.leaf, prefix, read))
        return made

    def plain(self, function: Any) -> Any:
        """Call it as it is, with everything that it calls."""
        return function(*self.arguments(function))

    def run(self, function: Any) -> Any:
        """Call it with the other equations replaced by their names."""
        return self.wired(function, stepped=self.step is not None)(*self.arguments(function))

    def wired(self, function: Any, *, stepped: bool = False) -> Any:
        """A copy of a function of `model/` that sees what stands in for everything it calls.

        Args:
            function: the function.
            stepped: whether its intermediate results go through `step`.
        """
        names = {name: self.replaced(name, value) for name, value in function.__globals__.items()}
        code: CodeType = (_stepped(function) if stepped else None) or function.__code__
        names["_step"] = self.step
        code = code.replace(co_consts=tuple(_whole(one) for one in code.co_consts))
        return FunctionType(code, names, function.__name__, function.__defaults__, function.__closure__)

    def replaced(self, name: str, value: Any) -> Any:
        """What stands in a copied function for one of its globals."""
        if isinstance(value, ModuleType) and value.__name__.startswith(f"{osteocast.model.__name__}."):
            return SimpleNamespace(**{key: self.replaced(key, one) for key, one in vars(value).items()})
        if _named(value):
            return self.stand_in(value)
        if self.constant is not None and name.isupper() and isinstance(value, float):
            return self.constant(name, value)
        return value

    def stand_in(self, function: Any) -> Callable[..., Any]:
        """What is called in place of another equation: here its name, or its content where that has none."""

        def instead(*arguments: Any) -> Any:
            numbers = tuple(one for one in arguments if not isinstance(one, (Record, SimpleNamespace, dict)))
            shape = _shape(function)
            if shape is None or any(isinstance(one, tuple) for one in numbers):
                self.inlined.append(short(function))
                return self.wired(function)(*arguments)
            self.called.append(short(function))
            if isinstance(shape, dict):
                return {key: self.leaf(key) for key in shape}
            if isinstance(shape, tuple):
                return type(shape)(*(self.leaf(key) for key in shape._fields))  # type: ignore[attr-defined]  # a NamedTuple
            return self.call(function.__name__, numbers)

        return instead


def _named(value: Any) -> bool:
    """Whether a value is an equation that stands under its own name in others; helpers are written out."""
    if not inspect.isfunction(value):
        return False
    return model_functions().get(short(value)) is value and not short(value).startswith(f"{_HELPERS}.")


@cache
def _shape(function: Any) -> Any:
    """What a function gives back: some number, a record or table of them; None for a bare tuple."""
    value = Trace().plain(function)
    return None if isinstance(value, tuple) and not hasattr(value, "_fields") else value


def _whole(value: Any) -> Any:
    """A whole number without its decimal point, so that SymPy keeps it exact."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class _Cut(ast.NodeTransformer):
    """Wraps every value that is given a name once: `x = y` becomes `x = _step("x", y)`."""

    def __init__(self, names: set[str]) -> None:
        self.names = names

    def visit_Assign(self, node: ast.Assign) -> ast.Assign:
        target = node.targets[0]
        if len(node.targets) == 1 and isinstance(target, ast.Name) and target.id in self.names:
            hook = ast.Name("_step", ast.Load())
            node.value = ast.Call(hook, [ast.Constant(target.id), node.value], [])
        return node


def _stepped(function: Any) -> CodeType | None:
    """Code of a function that reports its intermediate results; None where that cannot be had."""
    if function.__closure__ or function.__name__ == "<lambda>" or short(function).startswith(f"{_WIRING}."):
        return None
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, SyntaxError):
        return None
    stored = Counter(one.id for one in ast.walk(tree) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store))
    cut = _Cut({name for name, times in stored.items() if times == 1}).visit(tree)
    whole = compile(ast.fix_missing_locations(cut), inspect.getfile(function), "exec")
    inner = (one for one in whole.co_consts if isinstance(one, CodeType))
    return next(one for one in inner if one.co_name == function.__name__)
