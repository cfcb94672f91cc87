"""The equations and their parameters, written from the code that is simulated."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from fastapi import APIRouter
from starlette.responses import Response

from osteocast.explain import equations, symbolic
from osteocast.explain.equations import Equation
from osteocast.explain.mathml import mathml
from osteocast.explain.values import in_short
from osteocast.explain.wording import figure, interval, quality_words
from osteocast.model import assemble
from osteocast.parameters.registry import parameters
from osteocast.parameters.schema import Parameter
from osteocast.web import pages
from osteocast.web.routes.api import PROBLEMS

router = APIRouter()
ORGANS = (
    "kinetics", "aromatase", "steroids", "axis", "estrogen_action", "androgen_action", "antiresorptives", "cells",
    "bone", "mineral", "markers",
)  # fmt: skip
"""Modules of the model in the order of cause; each has a text `equations.<module>`."""


class Law(NamedTuple):
    """One equation as the page shows it."""

    id: str
    title: str
    doc: str
    drawn: tuple[str, ...]
    code: tuple[str, ...]
    sources: tuple[str, ...]
    reads: tuple[str, ...]


class Number(NamedTuple):
    """One parameter as the page shows it."""

    name: str
    title: str
    value: str
    bounds: str
    basis: str
    quality: str
    source: str
    where: str
    remembered: bool


def organ(one: Equation) -> str:
    """The module of the model that an equation stands in; of a state, the one whose balance it is."""
    return one.function.__module__.rsplit(".", 1)[1] if one.kind != "state" else _organ_of_state(one)


def _organ_of_state(one: Equation) -> str:
    module = one.function.__module__.rsplit(".", 1)[1]
    return "bone" if module == "assemble" else module


def _law(one: Equation) -> Law:
    found = symbolic.written(one.id)
    drawn = tuple(mathml(line, found.printed) for line in found.lines) if found else ()
    doc = " ".join(one.doc.split("\n\nArgs")[0].split("\n\nReturns")[0].split())
    return Law(one.id, one.title, doc, drawn, () if drawn else symbolic.text(one), one.sources, one.parameters)


@cache
def laws() -> tuple[tuple[str, tuple[Law, ...]], ...]:
    """Every equation by organ, in the order of cause; where a site's equation is the same as another's, once."""
    found: dict[str, list[Law]] = {name: [] for name in ORGANS}
    seen: set[tuple[Any, ...]] = set()
    for one in equations.equations().values():
        where = organ(one)
        if where not in found:
            continue
        site = next((name for name in assemble.SITES if one.name.startswith(f"{name}_")), "")
        law = _law(one)
        key = (*law.drawn, *law.code)
        if site and site != assemble.SITES[0]:
            continue
        if key in seen:
            continue
        seen.add(key)
        found[where].append(law)
    return tuple((name, tuple(ones)) for name, ones in found.items() if ones)


def numbers() -> list[Number]:
    """Every parameter with its value in force, bounds, basis and source."""
    return [_number(one) for one in parameters().values()]


def _number(one: Parameter) -> Number:
    low, high = one.bounds
    if one.fitted is not None and one.fitted_log_sd is not None:
        lo, hi = interval(one.fitted, one.fitted_log_sd)
        value = f"{figure(one.fitted)} ({figure(lo)} to {figure(hi)})"
    else:
        values = [figure(value) for value in one.values.values()]
        value = values[0] if len(set(values)) == 1 else f"{values[0]} (women), {values[1]} (men)"
    unit = "" if one.unit == "1" else f" {one.unit}"
    return Number(
        one.name, one.title, value + unit, f"{figure(low)} to {figure(high)}", one.basis, quality_words(one.quality),
        one.citation, one.where, one.quality == "memory",
    )  # fmt: skip


@router.get("/mechanism/equations", include_in_schema=False)
def equations_page(whole: bool = False) -> Response:
    """The page; the equations are written out when they are first asked for, which takes seconds."""
    ready = whole or laws.cache_info().currsize > 0
    organs = laws() if ready else ()
    return pages.page("equations.html.j2", "mechanism", organs=organs, names=ORGANS, numbers=numbers())


@router.get("/mechanism/equations/all", include_in_schema=False)
def equations_piece() -> Response:
    """The equations, to be put into the page."""
    return pages.piece("equations_laws.html.j2", organs=laws())


@router.get("/api/equations", tags=["reading"], responses=PROBLEMS)
def every_equation() -> dict[str, Any]:
    """Every equation as text and LaTeX, with the parameters that it reads and their values in force."""
    known = parameters()
    return {
        "schema": 1,
        "equations": [
            {
                "id": one.id,
                "title": one.title,
                "text": list(symbolic.text(one)),
                "latex": list(symbolic.latex(one)),
                "parameters": [in_short(known[name]) for name in one.parameters if name in known],
                "sources": list(one.sources),
            }
            for one in equations.equations().values()
        ],
    }
