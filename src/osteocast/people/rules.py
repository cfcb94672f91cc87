"""Rules of inclusion: comparisons of facts, such as `t_score_min > -2.0 and 45 <= age <= 75`.

Python's own parser reads them; anything but names, numbers, comparison, arithmetic and and/or/not is refused.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from osteocast.errors import OsteocastError, choices, nearest

WHERE = "inclusion"
_COMPARISONS: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Eq: operator.eq, ast.NotEq: operator.ne,
}  # fmt: skip
_ARITHMETIC: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv
}  # fmt: skip
_BOOLEAN = (ast.Compare, ast.BoolOp)


@dataclass(frozen=True)
class Rule:
    """One rule; a person must meet all.

    Attributes:
        text: as written.
        names: facts that it reads.
    """

    text: str
    names: tuple[str, ...]

    def met(self, facts: Mapping[str, NDArray[np.float64]]) -> NDArray[np.bool_]:
        """Who meets the rule; a fact that a person does not have (nan) meets no comparison."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(_value(_tree(self.text), facts), dtype=bool)


def parse(text: str, known: Iterable[str], where: str = WHERE) -> Rule:
    """Read a rule.

    Args:
        text: such as `t_score_lumbar_spine >= -2.5` or `prior_fracture == 0`.
        known: facts that a rule may read.
        where: the place that errors name.

    Raises:
        OsteocastError: it is not a comparison of known facts.
    """
    names: list[str] = []
    try:
        body = _tree(text)
        _check(body, text, tuple(known), names)
        if not _is_boolean(body):
            raise _refused(text, "it compares nothing")
        if not names:
            raise _refused(text, "it names no fact of a person")
    except OsteocastError as error:
        raise OsteocastError(error.what, where=where, fix=error.fix) from None
    return Rule(text, tuple(dict.fromkeys(names)))


def _tree(text: str) -> ast.expr:
    """The parsed text, which nothing changes: the same few rules are asked of person after person."""
    if not isinstance(text, str):
        raise _refused(repr(text), "it is not a text")
    try:
        return _parsed(text.strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise _refused(text, "it cannot be read") from None


@lru_cache(maxsize=1024)
def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _refused(text: str, why: str) -> OsteocastError:
    return OsteocastError(
        f"the rule '{text}' cannot be used: {why}",
        where=WHERE,
        fix="write comparisons such as 't_score_min > -2.0', 'prior_fracture == 0' or '45 <= age <= 75'",
    )


def _is_boolean(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return _is_boolean(node.operand)
    return isinstance(node, _BOOLEAN)


def _check(node: ast.expr, text: str, known: tuple[str, ...], names: list[str]) -> None:
    if isinstance(node, ast.Name):
        if node.id not in known:
            raise OsteocastError(
                f"the rule '{text}' reads {node.id}, which is no fact of a person",
                where=WHERE,
                fix=choices(known, nearest(node.id, known)),
            )
        names.append(node.id)
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            raise _refused(text, f"{node.value!r} is not a number")
    elif isinstance(node, ast.Compare):
        if not all(type(one) in _COMPARISONS for one in node.ops):
            raise _refused(text, "a comparison is one of < <= > >= == !=")
        for side in (node.left, *node.comparators):
            if _is_boolean(side):
                raise _refused(text, "a comparison cannot be compared")
            _check(side, text, known, names)
    elif isinstance(node, ast.BoolOp):
        for part in node.values:
            if not _is_boolean(part):
                raise _refused(text, "'and' and 'or' join comparisons")
            _check(part, text, known, names)
    elif isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        for side in (node.left, node.right):
            if _is_boolean(side):
                raise _refused(text, "a comparison is no number")
            _check(side, text, known, names)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub | ast.UAdd):
        if isinstance(node.op, ast.Not) != _is_boolean(node.operand):
            raise _refused(text, "'not' turns a comparison around, '-' a number")
        _check(node.operand, text, known, names)
    else:
        raise _refused(text, "only names, numbers, + - * /, comparisons and 'and', 'or', 'not' are understood")


def _value(node: ast.expr, facts: Mapping[str, Any]) -> Any:
    if isinstance(node, ast.Name):
        return facts[node.id]
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Compare):
        sides = [_value(one, facts) for one in (node.left, *node.comparators)]
        pairs = zip(node.ops, sides, sides[1:], strict=False)
        return reduce(np.logical_and, [_COMPARISONS[type(op)](a, b) for op, a, b in pairs])
    if isinstance(node, ast.BoolOp):
        join = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
        return reduce(join, [_value(one, facts) for one in node.values])
    if isinstance(node, ast.BinOp):
        return _ARITHMETIC[type(node.op)](_value(node.left, facts), _value(node.right, facts))
    assert isinstance(node, ast.UnaryOp)  # parse let nothing else through
    inner = _value(node.operand, facts)
    return (
        np.logical_not(inner) if isinstance(node.op, ast.Not) else -inner if isinstance(node.op, ast.USub) else inner
    )
