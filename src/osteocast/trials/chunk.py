"""A chunk of an arm, from ids to tables: a function of design, arm, chunk, size, seed and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

import numpy as np

from osteocast.measure import dxa
from osteocast.people.streams import normals, uniforms
from osteocast.trials import fracture_times, population
from osteocast.trials.allocation import members, padded
from osteocast.trials.course import WANTED, Simulation, windows
from osteocast.trials.design import Design
from osteocast.trials.follow_up import FollowUp, follow_up
from osteocast.trials.observe import observed, true_value
from osteocast.trials.quantities import FRACTURES, QUANTITIES, site_of
from osteocast.trials.treatment import ADHERENCE_STEPS, NEVER, Taking, Treatments, active

Columns = dict[str, np.ndarray]
MONTHS_PER_YEAR = 12


@dataclass(frozen=True)
class Job:
    """What makes a chunk. Small and plain, to be sent to other processes and machines.

    Attributes:
        design: canonical JSON of the design.
        arm: name of the arm.
        chunk: its number.
        n: people in the trial.
        seed: of the trial.
        monthly: whether every month is kept.
        lean: see `course.Simulation`.
        made_by: code, parameters and libraries that are to simulate it, see `workers.identity`.
    """

    design: str
    arm: str
    chunk: int
    n: int
    seed: int
    monthly: bool
    lean: bool = True
    made_by: str = ""


@dataclass(frozen=True)
class Tables:
    """Rows of a chunk by column: people, visits, events."""

    people: Columns
    visits: Columns
    events: Columns


@lru_cache(maxsize=4)
def _design(text: str) -> Design:
    return Design.model_validate(json.loads(text))


def steps(design: Design) -> np.ndarray:
    """Months of visits and whole years."""
    last = design.visits_month[-1]
    return np.array(sorted({*design.visits_month, *np.arange(0.0, last + 1e-9, MONTHS_PER_YEAR).tolist()}))


def simulated_months(design: Design, monthly: bool) -> np.ndarray:
    """Months that the engine returns: every month where fractures are counted, since within half a year of a dose
    turnover may fall and rise again; else those that are kept."""
    return output_months(design, monthly or design.fractures)


def output_months(design: Design, monthly: bool) -> np.ndarray:
    """Months that are kept: visits and whole years, or every month beside the visits."""
    last = design.visits_month[-1]
    return np.array(sorted({*steps(design), *(np.arange(0.0, last + 1e-9).tolist() if monthly else ())}))


def _wanted(design: Design) -> tuple[str, ...]:
    """What of the engine a trial needs: density, what is measured or decides a rescue, what fractures follow from."""
    measured = {*design.quantities, *(name for one in design.rescue for name in one.when.reads)}
    needed = {*dxa.SITES, *(QUANTITIES[name].simulated for name in measured)} | (
        {"sCTX"} if design.fractures else set()
    )
    return tuple(sorted(needed))


def simulate(job: Job) -> Tables:
    """Simulate a chunk of an arm."""
    design = _design(job.design)
    ids = members(design, job.arm, job.chunk, job.n, job.seed)
    return _Chunk(design, job, ids).tables()


class _Chunk:
    """The people of a chunk on their way; everything has shape (people,) or (months, people). Of the months that
    are simulated some are kept."""

    def __init__(self, design: Design, job: Job, ids: np.ndarray) -> None:
        self.design, self.job, self.ids, self.n = design, job, ids, len(ids)
        sample = population.sample(design, padded(ids), job.seed)
        self.facts = {name: np.asarray(value, float)[: self.n] for name, value in sample.facts.items()}
        values = {name: value if np.ndim(value) == 0 else value[: self.n] for name, value in sample.values.items()}
        self.months = simulated_months(design, job.monthly)
        self.kept = np.flatnonzero(np.isin(self.months, output_months(design, job.monthly)))
        self.normal, self.uniform = self._numbers(normals), self._numbers(uniforms)
        treatments = Treatments(design.arm(job.arm), design, sample.prior_regimens)
        wanted = _wanted(design) if job.lean else WANTED
        begin, end = sample.start_month, float(self.months[-1])
        self.simulation = Simulation(ids, values, treatments, begin, end, job.seed, wanted, job.lean)
        self.without_testosterone = None
        if design.fractures and treatments.testosterone:
            other = replace(treatments, no_testosterone=True)
            self.without_testosterone = Simulation(ids, values, other, begin, end, job.seed, wanted, job.lean)
        self.follow: FollowUp = follow_up(design, job.arm, self.facts["age"], self.uniform, steps(design))
        self.rescues = design.rescues_of(job.arm)
        self.rescued = np.full((len(self.rescues), self.n), NEVER)
        device = design.scanner.device
        self.density = {site: dxa.bmd(self.facts[f"t_score_{site}"], site, device) for site in dxa.SITES}
        self.fractures = None
        if design.fractures:
            sex, age = design.population.sex, self.facts["age"]
            self.fractures = fracture_times.Fractures(sex, age, self.facts, self.uniform)
        self.relative: Columns = {}
        self.counts: Columns = {}
        self.level: Columns = {}

    def _numbers(self, draw: Callable[..., Any]) -> Callable[[str], np.ndarray]:
        """Numbers of these people for a purpose, each purpose drawn once."""
        full = padded(self.ids)
        return cache(lambda purpose: draw(self.job.seed, f"trial {purpose}", full)[: self.n])

    def tables(self) -> Tables:
        """Simulate, and lay out what is kept."""
        if self.n == 0:
            return Tables(self._people(), self._visits({}), self._events())
        design = self.design
        for window in windows(self.months, design.visits_month, bool(self.rescues)):
            taking = self._taking()
            found = self.simulation.advance(self.months[window], taking)
            if not self.relative:
                self.density = {site: self.density[site] / found[site][0] for site in dxa.SITES}
                self.relative = {name: value[:0] for name, value in found.items()}
                self.counts = self.relative
            self.relative = {name: np.concatenate([value, found[name]]) for name, value in self.relative.items()}
            counts = self._counting(found, window, taking)
            self.counts = {name: np.concatenate([value, counts[name]]) for name, value in self.counts.items()}
            if self.fractures is not None:
                self._break_bones(self.fractures, window)
            if self.rescues and window.stop < len(self.months):
                self._rescue(float(self.months[window.stop - 1]))
        return Tables(self._people(), self._visits(self._quantities()), self._events())

    def _counting(self, found: Columns, window: slice, taking: list[Taking]) -> Columns:
        """The course as it counts against fractures: what testosterone adds to density, or takes from turnover, has
        prevented none; see docs/fracture.md."""
        if self.without_testosterone is None:
            return found
        other = self.without_testosterone.advance(self.months[window], taking)
        if window.start == 0:  # both as dense as was scanned at month 0
            self.level = {site: found[site][0] / other[site][0] for site in dxa.SITES}
        sites = {site: np.minimum(found[site], other[site] * self.level[site]) for site in dxa.SITES}
        return found | sites | {"sCTX": np.maximum(found["sCTX"], other["sCTX"])}

    def _taking(self) -> list[Taking]:
        adherence = np.full(self.n, ADHERENCE_STEPS)
        if self.design.adherence.kind != "none":
            adherence = np.rint(self.facts["adherence"] * ADHERENCE_STEPS).astype(int)
        prior = self.facts.get("prior_therapy", np.zeros(self.n)).astype(int)
        rescued = [tuple(column) for column in self.rescued.T.tolist()] or [()] * self.n
        each = prior.tolist(), self.follow.stop.tolist(), adherence.tolist(), rescued
        return [Taking(*row) for row in zip(*each, strict=True)]

    def _break_bones(self, bones: fracture_times.Fractures, window: slice) -> None:
        """Let the months of a window pass, from the course at each of them and at the last before."""
        there = slice(max(window.start - 1, 0), window.stop)
        course = {name: value[there] for name, value in self.counts.items()}
        t = fracture_times.t_scores(course, self.density, self.design.scanner.device)
        bones.run(self.months[there], t, course["sCTX"])

    def _rescue(self, month: float) -> None:
        """Who is rescued at a visit, by what was measured there."""
        visit = self.design.visits_month.index(month)
        seen_by = self._seen_at(month)
        names = {name for one in self.rescues for name in one.when.reads}
        now, start = ({name: self._observed(name, at) for name in names} for at in (month, 0.0))
        broken = np.zeros(self.n, bool)
        if self.fractures is not None:
            broken = self.fractures.months()["any_clinical"] <= np.minimum(month, self.follow.until)
        for place, one in enumerate(self.rescues):
            new = one.when.met(now, start, broken) & seen_by & (self.rescued[place] == NEVER)
            self.rescued[place, new] = visit

    def _seen_at(self, month: float) -> np.ndarray:
        """Who is measured at a visit."""
        missed = self.design.missed_visits
        came = np.ones(self.n, bool)
        if missed > 0.0 and month > 0.0:
            came = self.uniform(f"visit missed: month {month:g}") >= missed
        return came & (month < self.follow.until)

    def _true(self, name: str) -> np.ndarray:
        found = self.relative[QUANTITIES[name].simulated]
        at_start = np.ones(self.n) if QUANTITIES[name].assay else self.density[site_of(name)]
        return true_value(self.design, name, found, at_start)

    def _observed(self, name: str, month: float) -> np.ndarray:
        true = self._true(name)[int(np.searchsorted(self.months, month - 1e-9))]
        seen = observed(self.design, name, month, true, self.normal)
        return np.where(self._seen_at(month), seen, np.nan)

    def _quantities(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """True and observed values by name, shape (months, people); nothing is true of the dead."""
        found, months = {}, self.months[self.kept]
        dead = months[:, None] >= self.follow.death[None, :]
        for name in self.design.quantities:
            true = np.where(dead, np.nan, self._true(name)[self.kept])
            seen = np.full_like(true, np.nan)
            for place, month in enumerate(months):
                if month in self.design.visits_month:
                    seen[place] = self._observed(name, float(month))
            found[name] = (true, seen)
        return found

    def _people(self) -> Columns:
        return {"person": self.ids, **self.facts}

    def _visits(self, quantities: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> Columns:
        months, visits = self.months[self.kept], np.array(self.design.visits_month)
        stop = np.where(self.follow.stop == NEVER, np.inf, visits[self.follow.stop])
        on = active(self.design.arm(self.job.arm).regimen, months)[:, None] & (months[:, None] <= stop[None, :])
        rescued = np.zeros((len(months), self.n), bool)
        for row in self.rescued:
            since = np.where(row == NEVER, np.inf, visits[row])
            rescued |= months[:, None] >= since[None, :]
        result: Columns = {
            "person": np.repeat(self.ids, len(months)),
            "month": np.tile(months, self.n),
            "on_study": (months[:, None] < self.follow.until[None, :]).T.ravel(),
            "on_treatment": (on & (months[:, None] < self.follow.death[None, :])).T.ravel(),
            "rescued": rescued.T.ravel(),
        }
        for name in self.design.quantities:
            true, seen = quantities.get(name, (np.empty((0, 0)), np.empty((0, 0))))
            result[name], result[f"{name}_observed"] = true.T.ravel(), seen.T.ravel()
        return result

    def _events(self) -> Columns:
        """What was seen to happen, by person and month: nothing after the end of follow-up."""
        visits = np.array(self.design.visits_month)
        end = np.minimum(self.follow.until, visits[-1])
        told: list[tuple[str, np.ndarray]] = [
            ("dropout", np.where(self.follow.dropout < self.follow.death, self.follow.dropout, np.inf)),
            ("death", np.where(self.follow.death <= self.follow.dropout, self.follow.death, np.inf)),
            ("discontinued", np.where(self.follow.stop == NEVER, np.inf, visits[self.follow.stop])),
            *(("rescue", np.where(row == NEVER, np.inf, visits[row])) for row in self.rescued),
        ]
        if self.fractures is not None:
            found = self.fractures.months()
            told += [(kind, found[kind]) for kind in FRACTURES]
        rows = [
            (int(self.ids[i]), float(month[i]), name) for name, month in told for i in np.flatnonzero(month <= end)
        ]
        rows.sort()
        return {
            "person": np.array([row[0] for row in rows], np.uint32),
            "event": np.array([row[2] for row in rows], object),
            "month": np.array([row[1] for row in rows], float),
        }
