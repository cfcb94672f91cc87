"""One person: the form, what is forecast from it while it is dragged and when it is let go, files and links."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import Response

from osteocast.errors import OsteocastError
from osteocast.web import cases, examples, fields, forms, pages, persons
from osteocast.web.view import View, dragged, released
from osteocast.web.workbench import Workbench

router = APIRouter(include_in_schema=False)
PAGES = (("person", "/"),)


async def values_of(request: Request) -> dict[str, str]:
    """The fields of a form that was sent."""
    return forms.decoded(await request.body())


def bench_of(request: Request) -> Workbench:
    """The warm part of the server."""
    found = request.app.state.workbench
    assert isinstance(found, Workbench)
    return found


Values = Annotated[dict[str, str], Depends(values_of)]
Bench = Annotated[Workbench, Depends(bench_of)]


@router.get("/")
def open_page(bench: Bench) -> Response:
    """The page with an empty form."""
    return pages.page("person.html.j2", "person", view=released(bench, {}))


@router.post("/")
def whole_page(values: Values, bench: Bench) -> Response:
    """The page for a form that was sent without scripts: with a row more or less, or with a file or example."""
    return pages.page("person.html.j2", "person", view=_view(values, bench))


@router.post("/person/load")
def load(values: Values, bench: Bench) -> Response:
    """Form and forecast for a file, a link, an example, or a form kept by the browser."""
    return pages.piece("person_case.html.j2", view=_view(values, bench))


@router.post("/person")
def result(values: Values, bench: Bench) -> Response:
    """The forecast and the complaints, to be put into the page that is open."""
    return pages.piece("person_update.html.j2", view=released(bench, values))


@router.post("/person/charts")
def charts(values: Values, bench: Bench) -> Response:
    """The charts alone, with fewer draws; nothing to swap where the form cannot be used."""
    found = dragged(bench, values)
    return Response(status_code=204) if found is None else pages.piece("person_charts.html.j2", view=found)


@router.post("/person/row/{kind}")
def row(kind: str, values: Values) -> Response:
    """One more row of the form, empty but for what can be guessed."""
    if kind not in (*fields.ROWS, "strategy"):
        raise HTTPException(404, "There is no such row")
    added, number = forms.with_row(values, kind)
    if number is None:
        return Response(status_code=204)
    view = View(forms.read(added), persons.check(forms.read({})))
    template = "person_strategy.html.j2" if kind == "strategy" else "person_row.html.j2"
    return pages.piece(template, view=view, kind=kind, number=number, fresh=True)


@router.post("/person/save")
def save(values: Values) -> Response:
    """The case as a file."""
    case = cases.unpacked(values.get("link", ""))
    content = json.dumps(case.to_dict(), indent=2, ensure_ascii=False) + "\n"
    headers = {"content-disposition": 'attachment; filename="osteocast-case.json"'}
    return Response(content, media_type="application/json", headers=headers)


def _view(values: dict[str, str], bench: Workbench) -> View:
    """What to show for whatever was sent; a file that cannot be read leaves the form as it was."""
    asked = {key: values.pop(key) for key in ("text", "link", "example", "add", "remove") if key in values}
    try:
        if asked.get("text"):
            values = forms.values_of(cases.read(asked["text"]))
        elif asked.get("link"):
            values = forms.values_of(cases.unpacked(asked["link"]))
        elif asked.get("example"):
            values = forms.values_of(examples.example(asked["example"]))
    except OsteocastError as error:
        return released(bench, values, {"file": persons.sentence(error)})
    if asked.get("add"):
        values, _ = forms.with_row(values, asked["add"])
    if asked.get("remove"):
        values = forms.without_row(values, asked["remove"])
    return released(bench, values)
