"""Shared by the tests: the same virtual women everywhere, simulated once per question, and commands to run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import settings

settings.register_profile("osteocast", deadline=None, derandomize=True)  # the first example may compile
settings.load_profile("osteocast")

PEOPLE = 256  # a power of two, as evenly spread numbers want it
MONTHS = np.array([0, 1, 3, 6, 12, 18, 24, 36, 48, 60, 63, 72, 84], float)


MOST_MAPS = 25_000
"""Memory maps after which compiled code is let go: Linux allows a process 65,530, and XLA crashes beyond."""


@pytest.fixture(scope="module", autouse=True)
def few_maps() -> Iterator[None]:
    """Lets compiled code go after a module where there is much of it; what is needed again comes from the disk."""
    yield
    maps = Path("/proc/self/maps")
    if "jax" in sys.modules and maps.exists() and maps.read_bytes().count(b"\n") > MOST_MAPS:
        import jax

        jax.clear_caches()


@contextmanager
def shapes_fixed() -> Iterator[None]:
    """Pads every grid and plan to one size, so that the loop is compiled once for each number of people.
    Padding never changes a number: see unit/test_engine_grid.py and unit/test_engine_schedule.py."""
    from osteocast.engine import prepare as module

    padded, plan = module._padded, module.schedule

    def wide(x: np.ndarray, multiple: int) -> np.ndarray:
        return padded(x, 8192 if multiple > 32 else 32)

    def wide_plan(regimens: Any, column: np.ndarray, *more: Any, **options: Any) -> Any:
        return plan(regimens, column, *more, **{"pad": 12 if len(column) <= 16 else 4} | options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_padded", wide)
        patch.setattr(module, "schedule", wide_plan)
        yield


@pytest.fixture(scope="session")
def one_shape() -> Iterator[None]:
    """`shapes_fixed` for the session."""
    with shapes_fixed():
        yield


class Course(NamedTuple):
    """What happened to a sample: `course["lumbar_spine"]` has shape (months, people)."""

    months: np.ndarray
    quantity: Mapping[str, np.ndarray]

    def __getitem__(self, name: str) -> np.ndarray:
        return self.quantity[name]

    def at(self, name: str, month: float) -> np.ndarray:
        """Values of everybody at one of `MONTHS`."""
        return self.quantity[name][int(np.flatnonzero(self.months == month)[0])]

    def change(self, name: str, to: float, start: float = 0.0) -> np.ndarray:
        """Percent change of everybody between two of `MONTHS`."""
        return 100.0 * (self.at(name, to) / self.at(name, start) - 1.0)


@pytest.fixture(scope="session")
def sample() -> Callable[..., dict[str, np.ndarray]]:
    """`sample(group, people, turnover=1.5)`: values of evenly spread people around a group's means, shape
    (people,); keywords multiply a value in everybody."""
    from osteocast.people.sample import quasi_numbers, values

    numbers = cache(quasi_numbers)

    def drawn(group: Any, people: int = PEOPLE, **factors: float) -> dict[str, np.ndarray]:
        table = values([group], numbers(people))
        unknown = sorted(set(factors) - set(table))
        assert not unknown, f"no such value: {unknown}"
        return {
            name: np.broadcast_to(np.asarray(value, float) * factors.get(name, 1.0), (people,)).copy()
            for name, value in table.items()
        }

    return drawn


@pytest.fixture(scope="session")
def simulate(one_shape, sample) -> Callable[..., Course]:
    """`simulate("anastrozole 1 mg daily", group, anastrozole_ki=10.0)`: the course of the same people."""
    from osteocast.engine.run import run
    from osteocast.regimen import Regimen
    from osteocast.trials.published import Arm

    @cache
    def simulated(text: str, group: Any, factors: tuple[tuple[str, float], ...]) -> Course:
        arm = Arm(group, Regimen.parse(text))
        table = sample(group, **dict(factors))
        result = run(table, [arm.regimen], np.zeros(PEOPLE, int), MONTHS, start_month=arm.start_month)
        return Course(MONTHS, result.quantity)

    def ask(text: str, group: Any, **factors: float) -> Course:
        return simulated(text, group, tuple(sorted(factors.items())))

    return ask


@pytest.fixture(scope="session")
def person() -> Callable[[Any], SimpleNamespace]:
    """`person(group)`: one person exactly at a group's means, settled, as plain floats, for equations alone."""
    from osteocast.engine.person_values import settle
    from osteocast.people.sample import values

    @cache
    def one(group: Any) -> SimpleNamespace:
        table = values([group], lambda _purpose: np.zeros(1))
        raw = SimpleNamespace(**{name: float(np.ravel(value)[0]) for name, value in table.items()})
        return SimpleNamespace(**{name: float(value) for name, value in vars(settle(raw)).items()})

    return one


@pytest.fixture(scope="session")
def exposure() -> Callable[..., SimpleNamespace]:
    """`exposure(competitor=3.0)`: nothing reaches the body but what is named."""
    from osteocast.model import assemble

    def given(**drives: float) -> SimpleNamespace:
        unknown = sorted(set(drives) - set(assemble.DRIVES))
        assert not unknown, f"no such channel: {unknown}"
        return SimpleNamespace(**{name: drives.get(name, 0.0) for name in assemble.DRIVES})

    return given


@pytest.fixture
def osteocast(capsys) -> Callable[..., tuple[int, str, str]]:
    """`osteocast("compare", "--age", "62")`: runs a command; exit code, stdout and stderr."""
    from osteocast.cli import main

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(list(arguments))
        out, err = capsys.readouterr()
        return code, out, err

    return run
