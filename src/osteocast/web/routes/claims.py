"""What the source article says, beside what evidence and model say to it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from osteocast.explain import claims
from osteocast.report.claims import claims_view
from osteocast.web import pages
from osteocast.web.routes.api import PROBLEMS

router = APIRouter()
PAGES = (("claims", "/claims"),)


@router.get("/claims", include_in_schema=False)
def claims_page() -> Response:
    """Every statement with its verdicts, and the references put right; the glossary has a page of its own."""
    return pages.page("claims_page.html.j2", "claims", **claims_view(claims.everything()) | {"listed": []})


@router.get("/api/claims", tags=["reading"], responses=PROBLEMS)
def every_claim() -> dict[str, Any]:
    """As `osteocast explain claims --json` prints."""
    return claims.everything()
