"""The application: pages, the JSON interface, and what guards both."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from osteocast.errors import OsteocastError
from osteocast.report.words import DISCLAIMER
from osteocast.web import assets, pages
from osteocast.web.routes import ROUTES
from osteocast.web.security import HEADERS, LOOPBACK, Guard
from osteocast.web.workbench import Workbench

UNUSABLE, INTERNAL = 422, 500
FAILED = ("osteocast itself failed", "try again", "the window that runs osteocast serve says more")


def create_app(hosts: Iterable[str] = LOOPBACK) -> FastAPI:
    """The web application.

    Args:
        hosts: names by which it may be called, without port.
    """
    from importlib.metadata import version

    app = FastAPI(
        title="osteocast",
        version=version("osteocast"),
        description=f"What a person's bones will do on an aromatase inhibitor. {DISCLAIMER}",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.state.workbench = Workbench()
    app.include_router(assets.router)
    for module in ROUTES:
        app.include_router(module.router)
        for key, path in getattr(module, "PAGES", ()):
            pages.listed(key, path)
    app.add_exception_handler(OsteocastError, _unusable)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _missing)
    app.add_exception_handler(Exception, _failed)
    app.add_middleware(Guard, hosts=tuple(hosts))
    return app


def warm(app: FastAPI) -> None:
    """Do what the first visitor would have to wait for: load or compile the simulation, read templates and texts."""
    from osteocast.web import examples, forms
    from osteocast.web.view import dragged, released

    values = forms.values_of(examples.example("woman-62"))
    dragged(app.state.workbench, values)
    pages.piece("person_case.html.j2", view=released(app.state.workbench, values))
    pages.page("person.html.j2", "person", view=released(app.state.workbench, {}))


def problem(where: str, what: str, fix: str, why: str = "") -> dict[str, dict[str, str]]:
    """What the JSON interface says of input that cannot be used."""
    return {"error": {"where": where, "what": what, "fix": fix, "why": why}}


def wants_json(request: Request) -> bool:
    """Whether it was the JSON interface that was asked."""
    return request.url.path.startswith("/api/")


async def _unusable(request: Request, error: Exception) -> Response:
    assert isinstance(error, OsteocastError)
    if wants_json(request):
        return JSONResponse(problem(error.where, error.what, error.fix, error.why), UNUSABLE)
    return _told(request, UNUSABLE, str(error))


async def _malformed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part != "body") or "body"
    if wants_json(request):
        return JSONResponse(problem(where, str(first["msg"]), "see /api/openapi.json for what is read"), UNUSABLE)
    return _told(request, UNUSABLE, f"{where}: {first['msg']}.")


async def _missing(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if wants_json(request):
        body = problem("address", str(error.detail), "see /api/openapi.json for what there is")
        return JSONResponse(body, error.status_code, headers=error.headers)
    return _told(request, error.status_code, f"{error.detail}.")


async def _failed(request: Request, error: Exception) -> Response:
    """An error of our own. This runs outside the guard, so it puts the safe headers on by itself."""
    what, fix, more = FAILED
    if wants_json(request):
        return JSONResponse(problem("osteocast", what, fix, more), INTERNAL, headers=HEADERS)
    answer = _told(request, INTERNAL, f"{what}; {fix}; {more}.")
    answer.headers.update(HEADERS)
    return answer


def _told(request: Request, status: int, message: str) -> Response:
    """A problem as a page, or as a part of one where only a part was asked for."""
    if request.headers.get("hx-request"):
        return pages.piece("problem_part.html.j2", status=status, message=message)
    return pages.page("problem.html.j2", "", status=status, message=message)
