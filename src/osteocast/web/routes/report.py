"""The report of the case on the page: the same file as `osteocast twin --out` writes, as HTML or PDF."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from osteocast.report.html import twin_page
from osteocast.report.levels import DEFAULT, LEVELS
from osteocast.web.linked import case_of
from osteocast.web.routes.person import Values
from osteocast.web.security import REPORT_POLICY
from osteocast.web.workbench import ALONE, RELEASED

router = APIRouter(include_in_schema=False)


@router.post("/report.html")
def html(values: Values) -> Response:
    """The report as one file for the screen."""
    page = twin_page(result(values.get("link", "")), level_of(values))
    return HTMLResponse(page, headers={"content-security-policy": REPORT_POLICY})


@router.post("/report.pdf")
def pdf(values: Values) -> Response:
    """The report for paper."""
    from osteocast.report.pdf import twin_pdf

    made = twin_pdf(result(values.get("link", "")), level_of(values))
    headers = {"content-disposition": 'attachment; filename="osteocast-report.pdf"'}
    return Response(made, media_type="application/pdf", headers=headers)


def level_of(values: dict[str, str]) -> str:
    """The reading level that was chosen."""
    return values["level"] if values.get("level") in LEVELS else DEFAULT


@lru_cache(maxsize=2)
def result(link: str) -> dict[str, Any]:
    """What `osteocast twin --json` prints for the case of a link.

    Raises:
        OsteocastError: the link is damaged, or its case cannot be forecast.
    """
    from osteocast.twin import forecast

    now, years = case_of(link)
    with ALONE:
        return forecast(now.person, now.strategies, years, RELEASED).to_dict()
