"""Wall time and peak memory of a solver, measured warm and in processes of its own."""

from __future__ import annotations

import importlib
import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from osteocast.bench.cases import YEARS, case

REPEATS = 3


class Measured(NamedTuple):
    """One solver on one question.

    Attributes:
        people: how many.
        wall_s: shortest of the repeats [s].
        peak_rss_mb: largest memory of any of its processes [MB].
        density: of the first people, shape (sites, outputs, people).
    """

    people: int
    wall_s: float
    peak_rss_mb: float
    density: np.ndarray

    @property
    def person_decades_per_s(self) -> float:
        """Decades of a person simulated in a second."""
        return self.people * YEARS / 10.0 / self.wall_s


def measure(solver: str, question: str, people: int, *, processes: int = 1, repeats: int = REPEATS) -> Measured:
    """Time a solver of this package on a question: compiled and warm, on all cores.

    Args:
        solver: module of `osteocast.bench` with a function `solve`.
        question: of `cases.REGIMENS`.
        people: how many; with several processes each takes an equal share, all beginning at once.
        processes: 1 for solvers that use all cores themselves.
        repeats: how often; the shortest counts.
    """
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(processes)
    shares = np.array_split(np.arange(people), processes)
    asked: Any = case(question, people)
    prepare = getattr(importlib.import_module(f"osteocast.bench.{solver}"), "prepare", None)
    if prepare is not None:
        asked = prepare(asked)
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_begin, initargs=(barrier,)) as pool:
        jobs = [pool.submit(_share, solver, asked.some(int(one[0]), int(one[-1]) + 1), repeats) for one in shares]
        found = [job.result() for job in jobs]
    walls = np.max([one[0] for one in found], axis=0)
    return Measured(people, float(walls.min()), max(one[1] for one in found), found[0][2])


_BARRIER: Any = None


def _begin(barrier: Any) -> None:
    global _BARRIER  # noqa: PLW0603  # set once, as the process begins
    _BARRIER = barrier


def _share(solver: str, mine: Any, repeats: int) -> tuple[list[float], float, np.ndarray]:
    solve: Callable[[Any], np.ndarray] = importlib.import_module(f"osteocast.bench.{solver}").solve
    solve(mine.some(0, 1))  # compiles
    walls = []
    for _ in range(repeats):
        _BARRIER.wait()
        began = time.perf_counter()
        density = solve(mine)
        walls.append(time.perf_counter() - began)
    return walls, peak_rss_mb(), density[..., :FIRST]


FIRST = 8
"""People whose densities are compared with the reference."""


def peak_rss_mb() -> float:
    """Largest memory that this process ever held [MB]."""
    import resource

    status = Path("/proc/self/status")
    if status.exists():  # getrusage counts what the parent held as well
        return float(status.read_text(encoding="utf-8").split("VmHWM:")[1].split()[0]) / 1024.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0**2
