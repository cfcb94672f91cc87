"""Published studies against the simulation."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from osteocast.calibration.fractures import RESULTS
from osteocast.report.evidence import evidence_view
from osteocast.trials import comparisons
from osteocast.web import glossing, pages
from osteocast.web.routes.api import PROBLEMS

router = APIRouter()
PAGES = (("evidence", "/evidence"),)


@cache
def view() -> dict[str, Any]:
    """What the page prints; the kept numbers do not change while the server runs."""
    return evidence_view(comparisons.kept(), json.loads(RESULTS.read_text(encoding="utf-8"))["rows"])


@router.get("/evidence", include_in_schema=False)
def evidence_page() -> Response:
    """Every published result beside the simulated one."""
    return pages.page("evidence.html.j2", "evidence", gloss=glossing.said, current=comparisons.current(), **view())


@router.get("/api/evidence", tags=["reading"], responses=PROBLEMS)
def every_result() -> dict[str, Any]:
    """Every published result with the simulated one, as `osteocast validate --json` prints them."""
    return {"schema": 1, "targets": [one.to_dict() for one in comparisons.kept()]}
