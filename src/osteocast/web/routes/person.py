"""One person: the form, and what is forecast from it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from osteocast.regimen import Regimen
from osteocast.report import figures
from osteocast.report.figures import Figure
from osteocast.web import fields, forms, pages, persons
from osteocast.web.forms import Filled
from osteocast.web.persons import Checked
from osteocast.web.workbench import RELEASED, Workbench

router = APIRouter(include_in_schema=False)
PAGES = (("person", "/"),)


async def values_of(request: Request) -> dict[str, str]:
    """The fields of a form that was sent."""
    return forms.decoded(await request.body())


Values = Annotated[dict[str, str], Depends(values_of)]


@router.get("/")
def open_page() -> Response:
    """The page with an empty form."""
    return pages.page("person.html.j2", "person", **shown(Workbench(), forms.read({}), RELEASED))


@router.post("/")
def whole_page(values: Values, request: Request) -> Response:
    """The page for a form that was sent without scripts."""
    return pages.page("person.html.j2", "person", **shown(request.app.state.workbench, forms.read(values), RELEASED))


@router.post("/person")
def result(values: Values, request: Request) -> Response:
    """The forecast and the complaints, to be put into the page that is open."""
    return pages.piece("person_result.html.j2", **shown(request.app.state.workbench, forms.read(values), RELEASED))


def shown(bench: Workbench, filled: Filled, draws: int) -> dict[str, Any]:
    """What the templates show."""
    checked = persons.check(filled)
    blocks = _blocks(bench, filled, checked, draws)
    return {
        "fields": fields,
        "values": filled.values,
        "errors": checked.errors,
        "shown_more": False,
        "strategies": blocks,
        "charts": charts(blocks) if blocks else [],
    }


def _blocks(bench: Workbench, filled: Filled, checked: Checked, draws: int) -> list[Any]:
    if checked.person is None:
        return []
    regimens = list(checked.strategies.values()) or [Regimen()]
    return [one.block for one in bench.strategies(checked.person, regimens, filled.years, draws)]


def charts(blocks: list[Any]) -> list[Figure]:
    """The charts of density."""
    return [found[0] for _, found in figures.site_sections(blocks)[:2]]
