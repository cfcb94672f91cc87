"""The mechanism as a moving drawing: an opening example, the six scenes, and a person's own strategies."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import Response

from osteocast.errors import OsteocastError
from osteocast.forecast.compare import compare
from osteocast.forecast.mechanism import mechanisms
from osteocast.forecast.why import why
from osteocast.regimen import Regimen
from osteocast.report.levels import fixed
from osteocast.web import figures, forms, glossing, pages, persons, scenes
from osteocast.web.routes.person import values_of

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
def own(values: Annotated[dict[str, str], Depends(values_of)]) -> Response:
    """The chain under the strategies of the person of a form."""
    filled = forms.read(values)
    checked = persons.check(filled)
    if checked.person is None or checked.errors:
        wrong = next(iter(checked.errors.values()), "Say first who it is: sex and age.")
        return pages.page("problem.html.j2", "mechanism", status=422, message=wrong)
    regimens = list(checked.strategies.values()) or [Regimen()]
    forecast = compare(checked.person, regimens, years=filled.years, draws=DRAWS)
    chains = mechanisms(forecast)
    cases = [
        {
            "mechanism": chain.to_dict(),
            "support": one.support.to_dict()["class"],
            "why": why(checked.person, one.regimen, filled.years, DRAWS).to_dict(),
        }
        for one, chain in zip(forecast.strategies, chains, strict=True)
    ]
    titles = [fixed(str(one.regimen)) for one in forecast.strategies]
    found = figures.moving(cases, titles, FIRST_MONTH, forecast.to_dict()["person"]["notes"])
    return pages.page("mechanism_own.html.j2", "mechanism", gloss=glossing.said, moving=found)


@router.get("/scenes/{name}", include_in_schema=False)
def scene_page(name: str, whole: bool = False) -> Response:
    """One scene."""
    return pages.page("scene.html.j2", "mechanism", **shown(known(name), at_once=whole))


@router.get("/scenes/{name}/figure", include_in_schema=False)
def scene_figure(name: str) -> Response:
    """The drawings of a scene, to be put into its page."""
    return pages.piece("mechanism_figure.html.j2", **shown(known(name), at_once=True))


@router.get("/api/scenes", tags=["scenes"])
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


@router.get("/api/scenes/{name}", tags=["scenes"], responses={404: {"description": "There is no such scene."}})
def simulated_scene(name: str) -> dict[str, Any]:
    """One scene: every quantity of the chain by month, and what the change of density is made of."""
    return dict(scenes.simulated(known(name)))
