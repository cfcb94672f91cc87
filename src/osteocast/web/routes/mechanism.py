"""The mechanism as a moving drawing: an opening example, the six scenes, and a person's own strategies."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from fastapi import APIRouter, HTTPException
from starlette.responses import JSONResponse, Response

from osteocast.errors import OsteocastError
from osteocast.forecast.compare import compare
from osteocast.forecast.mechanism import mechanisms
from osteocast.forecast.why import why
from osteocast.report.levels import fixed
from osteocast.report.merge import letter
from osteocast.web import figures, glossing, pages, scenes
from osteocast.web.linked import case_of
from osteocast.web.models import ProblemOut, StrategiesIn
from osteocast.web.routes.api import PROBLEMS, person_of
from osteocast.web.routes.person import Values
from osteocast.web.workbench import ALONE

router = APIRouter()
PAGES = (("mechanism", "/mechanism"),)
DRAWS = 200
FIRST_MONTH = 24


def shown(name: str, *, at_once: bool) -> dict[str, Any]:
    """What a page with a scene shows: the drawing, or where it is to be fetched from."""
    ready = at_once or scenes.is_simulated(name)
    return {
        "gloss": glossing.said,
        "scene": scenes.scene(name),
        "scenes": [one for one in scenes.scenes().values() if one.name != scenes.OPENING],
        "moving": figures.of_scene(name) if ready else None,
    }


def known(name: str) -> str:
    """The name of a scene, or an answer that there is none."""
    try:
        return scenes.scene(name).name
    except OsteocastError as error:
        raise HTTPException(404, f"{error.what}; {error.fix}") from None


@router.get("/mechanism", include_in_schema=False)
def mechanism_page(whole: bool = False) -> Response:
    """The chain from tablet to bone, an example of it, and the way to the scenes and the equations."""
    return pages.page("mechanism.html.j2", "mechanism", **shown(scenes.OPENING, at_once=whole))


@router.post("/mechanism", include_in_schema=False)
def own(values: Values) -> Response:
    """The chain under the strategies of the case of a link.

    Raises:
        OsteocastError: the link is damaged, or its case cannot be forecast.
    """
    return pages.page(
        "mechanism_own.html.j2", "mechanism", gloss=glossing.said, moving=_of_case(values.get("link", ""))
    )


@lru_cache(maxsize=2)
def _of_case(link: str) -> figures.Moving:
    now, years = case_of(link)
    with ALONE:
        forecast = compare(now.person, now.strategies, years=years, draws=DRAWS)
        chains = mechanisms(forecast)
        splits = [why(now.person, one.regimen, years, DRAWS).to_dict() for one in forecast.strategies]
    found = [
        {"mechanism": chain.to_dict(), "why": split, "support": one.support.to_dict()["class"]}
        for one, chain, split in zip(forecast.strategies, chains, splits, strict=True)
    ]
    titles = [fixed(letter(place)) for place in range(len(found))]
    return figures.moving(found, titles, FIRST_MONTH, forecast.to_dict()["person"]["notes"])


@router.get("/scenes/{name}", include_in_schema=False)
def scene_page(name: str, whole: bool = False) -> Response:
    """One scene."""
    return pages.page("scene.html.j2", "mechanism", **shown(known(name), at_once=whole))


@router.get("/scenes/{name}/figure", include_in_schema=False)
def scene_figure(name: str) -> Response:
    """The drawings of a scene, to be put into its page."""
    return pages.piece("mechanism_figure.html.j2", **shown(known(name), at_once=True))


_NO_SCENE = PROBLEMS | {404: {"model": ProblemOut, "description": "There is no such scene."}}


@router.get("/api/scenes", tags=["scenes"], responses=PROBLEMS)
def list_scenes() -> dict[str, Any]:
    """The ready scenes: names, persons and treatments."""
    return {
        "schema": 1,
        "scenes": [
            {
                "name": one.name,
                "years": one.years,
                "cases": [
                    {"name": case.name, "person": dict(case.table), "regimen": case.regimen} for case in one.cases
                ],
            }
            for one in scenes.scenes().values()
        ],
    }


@router.get("/api/scenes/{name}", tags=["scenes"], responses=_NO_SCENE)
def simulated_scene(name: str) -> dict[str, Any]:
    """One scene: every quantity of the chain by month, and what the change of density is made of."""
    return dict(scenes.simulated(known(name)))


@router.post("/api/mechanism", tags=["scenes"], responses=PROBLEMS)
def chains_of(asked: StrategiesIn) -> JSONResponse:
    """Every quantity of the chain from tablet to bone by month, for a person under several strategies."""
    who = person_of(asked.person)
    with ALONE:
        forecast = compare(who, asked.strategies, asked.years, asked.draws, asked.seed)
        return JSONResponse({"schema": 1, "strategies": [one.to_dict() for one in mechanisms(forecast)]})
