"""Small virtual trials: chosen, run in the background, followed, cancelled, shown."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, HTTPException, Request
from pydantic import Field
from starlette.responses import RedirectResponse, Response

from osteocast.errors import OsteocastError
from osteocast.report.trial import trial_view
from osteocast.web import glossing, pages
from osteocast.web.models import ProblemOut, Strict
from osteocast.web.routes.api import PROBLEMS
from osteocast.web.routes.person import Values
from osteocast.web.trial_jobs import PEOPLE, Job, Trials, designs


@contextlib.asynccontextmanager
async def _closing(app: Any) -> AsyncIterator[None]:
    """When the server stops, its trials stop too and nothing of them stays on disk."""
    yield
    running = getattr(app.state, "trials", None)
    if running is not None:
        running.close()


router = APIRouter(lifespan=_closing)
PAGES = (("trials", "/trials"),)
DESIGN, N, SEED = "zoledronate-early-or-not", 400, 2026
UNUSABLE, MISSING = 422, 404


class Asked(Strict):
    """A trial to run."""

    design: str = Field(DESIGN, max_length=100, description="Name of a bundled design.")
    n: int = Field(N, ge=PEOPLE[0], le=PEOPLE[1], description="Number of people.")
    seed: int = Field(SEED, ge=0, le=2**31, description="Seed of the random numbers.")


def trials_of(request: Request) -> Trials:
    """The trials of this server."""
    state = request.app.state
    if not hasattr(state, "trials"):
        state.trials = Trials()
    found: Trials = state.trials
    return found


Running = Annotated[Trials, Depends(trials_of)]


@cache
def about() -> tuple[dict[str, Any], ...]:
    """The bundled designs: name, title, arms; they do not change while the server runs."""
    from osteocast.trials.reading import load_design

    found = []
    for name, path in designs().items():
        one = load_design(path)
        arms = [(arm.label or arm.name, str(one.background + arm.regimen)) for arm in one.arms]
        found.append({"name": name, "title": one.title, "arms": arms, "visits": list(one.visits_month)})
    return tuple(found)


def shown(running: Trials, values: Mapping[str, str], errors: Mapping[str, str]) -> dict[str, Any]:
    """What the page shows."""
    jobs = running.jobs()
    return {
        "gloss": glossing.said,
        "designs": about(),
        "people": PEOPLE,
        "values": {"design": DESIGN, "n": str(N), "seed": str(SEED)} | dict(values),
        "errors": dict(errors),
        "jobs": jobs,
        "titles": {one["name"]: one["title"] for one in about()},
    }


@router.get("/trials", include_in_schema=False)
def trials_page(running: Running) -> Response:
    """The form, and the trials there are."""
    return pages.page("trials.html.j2", "trials", **shown(running, {}, {}))


@router.post("/trials", include_in_schema=False)
def begin(values: Values, running: Running) -> Response:
    """Start a trial; what cannot be used is answered beside its field."""
    errors: dict[str, str] = {}
    given: dict[str, float] = {}
    for name in ("n", "seed"):
        text = values.get(name, "").strip()
        try:
            given[name] = float(text)
        except ValueError:
            errors[name] = f"'{text[:40]}' is not a number; give a whole number."
    if not errors:
        try:
            job = running.start(values.get("design", ""), given["n"], given["seed"])
            return RedirectResponse(f"/trials/{job.id}", status_code=303)
        except OsteocastError as error:
            errors[error.where if error.where in ("n", "seed", "design") else "trial"] = f"{error.what}; {error.fix}."
    return pages.page("trials.html.j2", "trials", status=UNUSABLE, **shown(running, values, errors))


@router.get("/trials/{id_}", include_in_schema=False)
def trial_page(id_: str, running: Running) -> Response:
    """One trial: how far it is, or its results."""
    return pages.page("trial_page.html.j2", "trials", **_seen(found(running, id_)))


@router.get("/trials/{id_}/state", include_in_schema=False)
def state(id_: str, running: Running) -> Response:
    """How far a trial is, or its results, to be put into its page."""
    return pages.piece("trial_state.html.j2", **_seen(found(running, id_)))


@router.post("/trials/{id_}/cancel", include_in_schema=False)
def cancel(id_: str, running: Running, request: Request) -> Response:
    """Stop a trial."""
    with contextlib.suppress(OsteocastError):
        running.cancel(id_)
    if request.headers.get("hx-request"):
        return state(id_, running)
    return RedirectResponse(f"/trials/{id_}", status_code=303)


def found(running: Trials, id_: str) -> Job:
    """A trial, or an answer that there is none."""
    try:
        return running.get(id_)
    except OsteocastError as error:
        raise HTTPException(MISSING, f"{error.what}; {error.fix}") from None


def _seen(job: Job) -> dict[str, Any]:
    title = next((one["title"] for one in about() if one["name"] == job.design), job.design)
    results = {} if job.result is None else trial_view(job.result)
    return {"job": job, "title": title, "gloss": glossing.said} | {k: v for k, v in results.items() if k != "title"}


_NO_TRIAL = PROBLEMS | {MISSING: {"model": ProblemOut, "description": "There is no such trial."}}


@router.get("/api/trials", tags=["trials"], responses=PROBLEMS)
def list_trials(running: Running) -> dict[str, Any]:
    """The designs, and the trials there are, the newest first; results are with each trial."""
    jobs = [{k: v for k, v in job.to_dict().items() if k != "result"} for job in running.jobs()]
    return {"schema": 1, "designs": about(), "trials": jobs}


@router.post("/api/trials", status_code=202, tags=["trials"], responses=PROBLEMS)
def start_trial(asked: Annotated[Asked, Body()], running: Running) -> dict[str, Any]:
    """Put a trial in the queue."""
    return running.start(asked.design, asked.n, asked.seed).to_dict()


@router.get("/api/trials/{id_}", tags=["trials"], responses=_NO_TRIAL)
def one_trial(id_: str, running: Running) -> dict[str, Any]:
    """How far a trial is, and its results once it is done."""
    return found(running, id_).to_dict()


@router.delete("/api/trials/{id_}", tags=["trials"], responses=_NO_TRIAL)
def cancel_trial(id_: str, running: Running) -> dict[str, Any]:
    """Cancel a trial."""
    found(running, id_)
    return running.cancel(id_).to_dict()
