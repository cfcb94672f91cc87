"""Pages from templates: every page has the same frame, texts at three reading levels, nothing from outside."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse

from osteocast.report.html import environment
from osteocast.report.levels import DEFAULT, LEVELS, Said, fixed
from osteocast.web import assets, fields
from osteocast.web.examples import EXAMPLES
from osteocast.web.items import drugs
from osteocast.web.security import SHARED
from osteocast.web.wording import say, texts

if TYPE_CHECKING:
    import jinja2

FOLDER = Path(__file__).parent / "templates"
THEMES = ("auto", "light", "dark")
NAVIGATION: list[tuple[str, str]] = []
"""Pages in the order of the navigation: key and path, see `listed`."""


def listed(key: str, path: str) -> None:
    """Put a page into the navigation; its name is the text `nav.<key>` of the catalogue."""
    if (key, path) not in NAVIGATION:
        NAVIGATION.append((key, path))


@lru_cache(maxsize=1)
def templates() -> jinja2.Environment:
    """The templates of the pages, and those of the report, whose macros they use."""
    made = environment(FOLDER)
    made.globals.update(
        say=say, levels=LEVELS, level=DEFAULT, navigation=NAVIGATION, asset=assets.address, themes=THEMES,
        choice_words=choice_words, fields=fields, examples=tuple(EXAMPLES), drugs=drugs, regimen_words=regimen_words,
    )  # fmt: skip
    return made


def choice_words(field: str, word: str) -> str:
    """The word for an option, which has no markup and so no reading levels; the option itself where it is a name."""
    known = texts()
    for key in (f"choice.{field}.{word}", f"{field}.{word}", f"fact.{word}"):
        if key in known:
            return known[key].intermediate
    return word


def regimen_words(regimen: str) -> Said:
    """A strategy in words."""
    return say("forecast.nothing") if regimen == "none" else fixed(regimen)


def page(template: str, here: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A whole page.

    Args:
        template: file in `templates/`, which extends `base.html.j2`.
        here: key of the page in the navigation.
        status: of the answer.
        **values: what the template shows.
    """
    foot = "foot_shared" if SHARED.get() else "foot"
    return HTMLResponse(templates().get_template(template).render(here=here, foot=foot, **values), status)


def piece(template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A part of a page, for a swap."""
    return HTMLResponse(templates().get_template(template).render(**values), status)
