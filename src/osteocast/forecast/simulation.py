"""Many people, many regimens: the engine's run cut into pieces of one size, each the same compiled code.

A piece is a block of people over a window of time. Whatever is forecast (natural history, a strategy of ten
years or of two, one person or a thousand) is made of the same pieces, so that one compilation serves all, and
each strategy keeps its own time grid, so that its numbers do not depend on what it is compared with.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from osteocast.drugs.catalogue import Card, card
from osteocast.engine.accuracy import DEFAULT, Accuracy
from osteocast.engine.prepare import prepare
from osteocast.engine.schedule import FOREVER_D, Schedule, modelled
from osteocast.forecast.stored import Function, load, spec
from osteocast.model.assemble import REPORTED, STATES, YOUNG_ADULT
from osteocast.parameters.registry import parameters

if TYPE_CHECKING:
    from osteocast.regimen import Regimen

PEOPLE, STEPS, OUTPUTS, SLOTS = 100, 128, 32, 8
"""Size of a piece: people, steps, outputs; courses come in multiples of the last."""
WANTED = tuple(sorted(REPORTED))
STORES = {
    "antibody_input": "antibody",
    "bisphosphonate_loose": "bisphosphonate",
    "bisphosphonate_tight": "bisphosphonate",
}
"""Exposure channels that fill a store, and the quantity that shows it."""
_BLANK = (0, 0.0, FOREVER_D, 0.0, 0.0, False, 0.0, False, FOREVER_D)


@dataclass(frozen=True)
class Job:
    """One regimen in one group of people.

    Attributes:
        values: every parameter and personal value by name, shape () or (people,).
        regimen: what they take.
        months: increasing months at which values are wanted.
        start_month: where it begins.
        state: state there by name, shape (people,); None = a young adult's.
        taken: which doses are taken, see `engine.schedule.schedule`.
        accuracy: how finely time is cut.
        others: further regimens, where not all take the same; levels of drugs are not told apart then.
        column: of each person the place among `regimen` and `others`, shape (people,).
    """

    values: Mapping[str, Any]
    regimen: Regimen
    months: np.ndarray
    start_month: float
    state: Mapping[str, np.ndarray] | None = None
    taken: Any = None
    accuracy: Accuracy = DEFAULT
    others: tuple[Regimen, ...] = ()
    column: np.ndarray | None = None

    @property
    def people(self) -> int:
        """How many people there are."""
        return max(np.size(value) for value in self.values.values())


class Course(NamedTuple):
    """What became of them.

    Attributes:
        months: as asked for.
        quantity: by name, shape (months, people).
        drug: level of each drug whose level is simulated, by name, shape (months, people), in `level_unit`.
        state: state at the last month by name, shape (people,).
    """

    months: np.ndarray
    quantity: dict[str, np.ndarray]
    drug: dict[str, np.ndarray]
    state: dict[str, np.ndarray]


class Window(NamedTuple):
    """A stretch of time that fits into one piece."""

    edges_d: np.ndarray
    first_step: np.ndarray
    outputs: int
    """How many of its outputs were asked for; the rest is padding."""


def simulate(jobs: Sequence[Job]) -> list[Course]:
    """Run every job; the order and number of jobs and of people change nothing.

    Args:
        jobs: what to run. All of them are cut into pieces that share the processor's cores.
    """
    plans = [_Plan(job) for job in jobs]
    longest_first = sorted(plans, key=lambda plan: -plan.steps)
    pieces = [(plan, first) for plan in longest_first for first in range(0, plan.people, PEOPLE)]
    if len(pieces) == 1 or (os.cpu_count() or 1) == 1:
        for plan, first in pieces:
            plan.run(first)
    else:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(lambda one: one[0].run(one[1]), pieces))
    return [plan.course() for plan in plans]


class _Plan:
    """A job laid out in windows, with its values packed."""

    def __init__(self, job: Job) -> None:
        self.job, self.people = job, job.people
        schedule, edges, first, _ = prepare(
            [job.regimen, *job.others],
            np.zeros(self.people, int) if job.column is None else job.column,
            job.months,
            start_month=job.start_month,
            state={},
            accuracy=job.accuracy,
            taken=job.taken,
        )
        self.schedule = _wider(schedule)
        first = first[: len(job.months) + 1]
        self.steps = int(first[-1])
        self.windows = list(windows(edges[: first[-1] + 1], first))
        own = {name for name, value in job.values.items() if np.ndim(value) == 1} | _personal()
        self.fixed = tuple(sorted(set(job.values) - own))
        self.varying = tuple(sorted(set(job.values) & own))
        self.scalars = np.array([float(job.values[name]) for name in self.fixed])
        self.vectors = np.stack(
            [np.broadcast_to(np.asarray(job.values[name], float), (self.people,)) for name in self.varying]
        )
        start = np.stack([_start(job.state, name, self.people) for name in STATES])
        self.start = np.ascontiguousarray(start)
        months = len(job.months)
        self.quantity = np.empty((len(WANTED), months, self.people))
        self.level = np.empty((len(self.schedule.card), months, self.people))
        self.end = np.empty((len(STATES), self.people))
        arguments = self._arguments(0, self.windows[0], self.start[:, _block(0, self.people)])
        key = repr((self.fixed, self.varying, STATES, WANTED, job.accuracy.at))
        self.function: Function = load("simulation", key, tuple(spec(one) for one in arguments), self._build)

    def _build(self) -> Any:
        import jax.numpy as jnp

        from osteocast.engine.run import simulate_values

        fixed, varying, at = self.fixed, self.varying, self.job.accuracy.at

        def piece(scalars: Any, vectors: Any, start: Any, edges: Any, first: Any, *plan: Any) -> Any:
            values = {name: scalars[i] for i, name in enumerate(fixed)}
            values |= {name: vectors[i] for i, name in enumerate(varying)}
            state = {name: start[i] for i, name in enumerate(STATES)}
            end, quantity, levels = simulate_values(values, Schedule(*plan), edges, first, state, at, WANTED)
            return (
                jnp.stack([end[name] for name in STATES]),
                jnp.stack([quantity[name] for name in WANTED]),
                levels,
            )

        return piece

    def _arguments(self, first: int, window: Window, state: np.ndarray) -> tuple[np.ndarray, ...]:
        mine = _block(first, self.people)
        plan = [np.ascontiguousarray(field[:, mine]) for field in self.schedule]
        return (self.scalars, self.vectors[:, mine], state, window.edges_d, window.first_step, *plan)

    def run(self, first: int) -> None:
        """Carry the people from `first` on to the end, and keep what became of them."""
        state = self.start[:, _block(first, self.people)]
        real = min(PEOPLE, self.people - first)
        mine, done = slice(first, first + real), 0
        for window in self.windows:
            state, quantity, level = self.function(*self._arguments(first, window, state))
            now = slice(done, done + window.outputs)
            self.quantity[:, now, mine] = quantity[:, : window.outputs, :real]
            self.level[:, now, mine] = level[: window.outputs, :, :real].swapaxes(0, 1)
            done += window.outputs
        self.end[:, mine] = state[:, :real]

    def course(self) -> Course:
        """The results of all people, by name."""
        quantity = {name: self.quantity[i] for i, name in enumerate(WANTED)}
        drug: dict[str, np.ndarray] = {}
        for slot, numbers in enumerate(self.schedule.card):
            if numbers.any() and not self.job.others:
                one = card(modelled()[int(numbers.max()) - 1])
                if "clearance" in one.kinetics:
                    drug[one.name] = drug.get(one.name, 0.0) + self.level[slot]
                elif kept := kept_as(one):
                    drug[one.name] = quantity[kept]
        return Course(self.job.months, quantity, drug, {name: self.end[i] for i, name in enumerate(STATES)})


def kept_as(one: Card) -> str | None:
    """The quantity that holds a drug which acts through a store of its own (antibody, bisphosphonate at bone)."""
    actions: Any = one.actions["on"]
    reached = [action["channel"] for action in actions]
    return next((STORES[channel] for channel in reached if channel in STORES), None)


def level_unit(name: str) -> str:
    """The unit of a drug's level: plasma, or for bisphosphonates, which all act at bone surface together, effect."""
    ids = [each for each in modelled() if card(each).name == name]
    return "effect at bone surface" if kept_as(card(ids[0])) == "bisphosphonate" else "nmol/L"


def windows(edges_d: np.ndarray, first_step: np.ndarray) -> Iterator[Window]:
    """Cut a time grid into windows of at most `STEPS` steps and `OUTPUTS` outputs.

    Args:
        edges_d: step boundaries [day].
        first_step: first step after each output, see `engine.grid.Grid`.
    """
    at, todo = 0, [int(step) for step in first_step[1:]]
    while todo:
        inside = [step for step in todo[:OUTPUTS] if step - at <= STEPS]
        end = inside[-1] if inside else at + STEPS
        stops = [0, *(step - at for step in inside)]
        stops += [end - at] * (OUTPUTS + 1 - len(stops))
        edges = edges_d[at : end + 1]
        edges = np.concatenate([edges, np.repeat(edges[-1:], STEPS + 1 - len(edges))])
        yield Window(edges, np.array(stops), len(inside))
        at, todo = end, todo[len(inside) :]


@cache
def _personal() -> set[str]:
    """Parameters that may differ between draws: always handed over as such, so that one compilation serves a
    person, a study and a switch alike."""
    return {name for name, one in parameters().items() if one.basis == "fitted" or one.between_person_log_sd > 0.0}


def _wider(schedule: Schedule) -> Schedule:
    """The schedule with its courses padded to a multiple of `SLOTS`."""
    missing = -schedule.card.shape[0] % SLOTS
    people = schedule.card.shape[1]
    return Schedule(
        *(
            np.concatenate([field, np.full((missing, people), blank, field.dtype)])
            for field, blank in zip(schedule, _BLANK, strict=True)
        )
    )


def _start(state: Mapping[str, np.ndarray] | None, name: str, people: int) -> np.ndarray:
    return np.full(people, YOUNG_ADULT[name]) if state is None else np.asarray(state[name], float)


def _block(first: int, people: int) -> np.ndarray:
    """Places of the people of a piece; the last one is repeated where there are too few."""
    return np.minimum(np.arange(first, first + PEOPLE), people - 1)
