"""The JSON interface: the answers of `compare`, `twin` and `why` with `--json`."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse

from osteocast.people.files import person_from_dict
from osteocast.people.person import Person
from osteocast.web.models import PersonIn, ProblemOut, StrategiesIn, TwinIn, WhyIn
from osteocast.web.workbench import ALONE

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemOut, "description": words}
    for status, words in (
        (400, "The request is not one of ours, or is nested too deeply."),
        (403, "Another page sent it."),
        (413, "The body is too large."),
        (422, "Something in it cannot be used."),
    )
}
router = APIRouter(prefix="/api", tags=["osteocast"], responses=PROBLEMS)


def person_of(given: PersonIn) -> Person:
    """The person, checked as everywhere.

    Raises:
        OsteocastError: something about the person cannot be.
    """
    return person_from_dict(given.table())


@router.post("/compare")
def compare(asked: StrategiesIn) -> JSONResponse:
    """A person under several strategies, as `osteocast compare --json`."""
    from osteocast.forecast.compare import compare as run

    who = person_of(asked.person)
    with ALONE:
        return JSONResponse(run(who, asked.strategies, asked.years, asked.draws, asked.seed).to_dict())


@router.post("/twin")
def twin(asked: TwinIn) -> JSONResponse:
    """A person from their own measurements, as `osteocast twin --json`."""
    from osteocast.twin import forecast

    who = person_of(asked.person)
    with ALONE:
        found = forecast(who, asked.strategies, asked.years, asked.draws, asked.seed, asked.rates)
        return JSONResponse(found.to_dict())


@router.post("/why")
def why(asked: WhyIn) -> JSONResponse:
    """What a change is made of, as `osteocast why --json`."""
    from osteocast.forecast.why import why as run

    who = person_of(asked.person)
    with ALONE:
        return JSONResponse(run(who, asked.strategy, asked.years, min(asked.draws, 500), asked.seed).to_dict())


@router.post("/person")
def person(asked: PersonIn) -> JSONResponse:
    """The person as it is read: checked, in canonical words."""
    from osteocast.people.files import person_to_dict

    return JSONResponse(person_to_dict(person_of(asked)))
