"""The glossary."""

from __future__ import annotations

import re
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from osteocast.explain.claims import glossary
from osteocast.explain.glossary import terms
from osteocast.web import pages
from osteocast.web.routes.api import PROBLEMS

router = APIRouter()
PAGES = (("words", "/words"),)


def anchor(word: str) -> str:
    """The name of a word in an address."""
    return re.sub(r"[^a-z0-9]+", "-", word.casefold()).strip("-")


@router.get("/words", include_in_schema=False)
def words_page() -> Response:
    """Every word, in alphabetical order."""
    listed = sorted(glossary(), key=lambda one: str(one["term"]).casefold())
    also = {name: ", ".join(one.synonyms) for name, one in terms().items()}
    return pages.page("words.html.j2", "words", listed=listed, also=also, anchor=anchor)


@router.get("/api/glossary", tags=["reading"], responses=PROBLEMS)
def every_word() -> dict[str, Any]:
    """As `osteocast explain glossary --json` prints."""
    return {"schema": 1, "glossary": glossary()}
