"""A design from its YAML file; every error names the file, the line and the key, in plain words."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from osteocast.errors import OsteocastError, choices, nearest
from osteocast.text_files import read_text
from osteocast.trials import design_parts
from osteocast.trials.design import Design, Endpoint, TrialArm
from osteocast.trials.design_parts import PlaceError

EXAMPLE = "see examples/atac-bone-substudy.yaml for the form"
_NUMBER = {
    "greater_than_equal": ("ge", "below {}"),
    "greater_than": ("gt", "not above {}"),
    "less_than_equal": ("le", "above {}"),
    "less_than": ("lt", "not below {}"),
}


def load_design(path: Path) -> Design:
    """Read a design.

    Args:
        path: YAML file, such as `examples/atac-bone-substudy.yaml`.

    Raises:
        OsteocastError: it cannot be read, or something in it cannot be used.
    """
    text = read_text(path, ending=".yaml", expected="a design", name="the YAML file", example=EXAMPLE)
    return parse_design(text, str(path))


def parse_design(text: str, where: str = "design") -> Design:
    """A design from the text of its file; see `load_design`.

    Args:
        text: YAML 1.2.
        where: name of the file, for errors.
    """
    from pydantic import ValidationError

    tree = _yaml(text, where)
    try:
        return Design.model_validate(_plain(tree))
    except ValidationError as error:
        found = sorted(error.errors(include_url=False), key=lambda one: one["type"] != "extra_forbidden")
        raise _translated(found[0], tree, where) from None  # a misspelt key before the one that it leaves missing


def _yaml(text: str, where: str) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        tree = YAML(typ="rt").load(io.StringIO(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark is not None else ""
        problem = " ".join(str(error.problem or "it cannot be read").split())
        if problem.startswith("found duplicate key"):
            key = problem.split('"')[1]
            what, fix = f"the key {key} stands there twice", "keep one of the two"
        else:
            what, fix = f"this is not valid YAML: {problem}", f"correct that line; {EXAMPLE}"
        raise OsteocastError(what, where=where + line, fix=fix) from None
    except (YAMLError, RecursionError, ValueError) as error:
        what = f"this is not valid YAML: {' '.join(str(error).split())[:200]}"
        raise OsteocastError(what, where=where, fix=EXAMPLE) from None
    if not isinstance(tree, Mapping):
        raise OsteocastError("this is not a design, which has lines 'key: value'", where=where, fix=EXAMPLE)
    return tree


def _plain(tree: Any) -> Any:
    """Dicts, lists and plain numbers, without the marks that the YAML reader leaves on them."""
    if isinstance(tree, Mapping):
        return {str(key): _plain(value) for key, value in tree.items()}
    if isinstance(tree, Sequence) and not isinstance(tree, str):
        return [_plain(value) for value in tree]
    for kind in (bool, int, float, str):
        if isinstance(tree, kind):
            return kind(tree)
    return tree


def _line(tree: Any, path: Iterable[str | int]) -> int | None:
    """Line, from 1, of the last key or item on a path that is there."""
    line = None
    for step in path:
        try:
            if isinstance(tree, Mapping) and step in tree:
                line = tree.lc.key(step)[0] + 1  # type: ignore[attr-defined]  # of ruamel's mappings
                tree = tree[step]
            elif isinstance(tree, Sequence) and not isinstance(tree, str) and isinstance(step, int):
                line = tree.lc.item(step)[0] + 1  # type: ignore[attr-defined]
                tree = tree[step]
            else:
                break
        except (AttributeError, KeyError, IndexError, TypeError):
            break
    return line


def _names(path: Iterable[str | int]) -> str:
    """`arms 2, regimen`: places are counted from 1."""
    words: list[str] = []
    for step in path:
        if isinstance(step, int) and words:
            words[-1] += f" {step + 1}"
        else:
            words.append(str(step))
    return ", ".join(words)


def _translated(found: Any, tree: Any, where: str) -> OsteocastError:
    """One of pydantic's findings in our words."""
    kind, given, context = found["type"], found.get("input"), found.get("ctx") or {}
    path = _real(found["loc"], tree)
    cause = context.get("error")
    if isinstance(cause, PlaceError):
        path = (*path, *cause.path)
    line = _line(tree, path)
    place = ", ".join(filter(None, [where, f"line {line}" if line else "", _names(path)]))
    if isinstance(cause, OsteocastError):
        inner = [] if isinstance(cause, PlaceError) else cause.where.split(", ")
        said = _names(path)
        deeper = [word for word in inner if word not in said and word != "regimen"]
        return OsteocastError(cause.what, where=", ".join([place, *deeper]), fix=cause.fix, why=cause.why)
    what, fix = _said(kind, given, context, path)
    return OsteocastError(what, where=place, fix=fix)


def _real(path: tuple[str | int, ...], tree: Any) -> tuple[str | int, ...]:
    """The path without the names of types that pydantic puts between."""
    kept: list[str | int] = []
    for place, step in enumerate(path):
        last = place == len(path) - 1
        there = (isinstance(tree, Mapping) and step in tree) or (
            isinstance(step, int) and isinstance(tree, Sequence) and not isinstance(tree, str) and step < len(tree)
        )
        if there:
            tree = tree[step]
            kept.append(step)
        elif last and isinstance(tree, Mapping):
            kept.append(step)
    return tuple(kept)


def _said(kind: str, given: Any, context: Mapping[str, Any], path: tuple[str | int, ...]) -> tuple[str, str]:
    key = str(path[-1]) if path else "the design"
    shown = repr(given) if isinstance(given, str | int | float | bool) else "this"
    if kind == "missing":
        return f"{key} is missing", f"add a line {key}: ...; {EXAMPLE}"
    if kind == "extra_forbidden":
        known = _keys(path[:-1])
        return f"{key} is not a key here", choices(known, nearest(key, known))
    if kind in _NUMBER:
        bound, said = _NUMBER[kind]
        limit = context[bound]
        word = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}[bound]
        return f"{shown} is {said.format(f'{limit:g}')}", f"write a number {word} {limit:g}"
    if kind.startswith("float") or kind == "finite_number":
        return f"{shown} is not a number", "write a plain number"
    if kind.startswith("int"):
        return f"{shown} is not a whole number", "write a whole number"
    if kind.startswith("bool"):
        return f"{shown} is neither true nor false", "write true or false"
    if kind == "literal_error":
        words = tuple(word.strip("'") for word in str(context["expected"]).replace(" or ", ", ").split(", "))
        return f"{shown} is not known here", choices(words, nearest(str(given), words))
    if kind == "string_pattern_mismatch":
        return f"{shown} cannot name an arm", "use letters, digits, _ and -, beginning with a letter; add a label"
    if kind.startswith("string"):
        return f"{shown} is not a text", "write some words"
    if kind in ("too_short", "tuple_type", "list_type"):
        return (
            f"{key} is not a list" if kind != "too_short" else f"{key} has too few entries",
            f"give at least {context.get('min_length', 1)}, each on a line of its own beginning with '-'",
        )
    return f"{shown} does not fit here", EXAMPLE


def _keys(path: tuple[str | int, ...]) -> list[str]:
    """Keys known at a place in the design."""
    model: Any = Design
    parts = design_parts
    kinds = {"population": parts.People, "arms": TrialArm, "endpoints": Endpoint, "scanner": parts.Scanner,
             "dropout": parts.Rate, "discontinuation": parts.Rate, "adherence": parts.Adherence,
             "rescue": parts.Rescue, "given": parts.Spread}  # fmt: skip
    for step in path:
        model = kinds.get(str(step), model)
    return [field.alias or name for name, field in model.model_fields.items()]
