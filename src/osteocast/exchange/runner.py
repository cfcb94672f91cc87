"""libRoadRunner on an exported document: compiled once, then set to one person after another.

libRoadRunner and JAX each bring a compiler of their own, and a process that has used the one may crash in the other:
`simulate` runs libRoadRunner in a process of its own.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from typing import Any

import numpy as np

from osteocast.engine.grid import DAYS_PER_MONTH
from osteocast.errors import OsteocastError
from osteocast.exchange.document import MONTH_0, Document


class Runner:
    """A compiled document.

    After an event libRoadRunner seems to start anew with a rate that is out of date: a step is only accepted when it
    is tiny beside the absolute tolerance, and a tight run stops there. So depots and central compartments, whose
    doses are of the order of 1 or more in their units, have an absolute tolerance as large as the relative one.

    Args:
        text: of a document, see `sbml.document`.
        relative: relative tolerance of CVODE.
        absolute: absolute tolerance of everything but depots and central compartments.
        optimise: `NONE`, `LESS`, `DEFAULT` or `AGGRESSIVE`: compilation takes from some seconds to a minute; one
            evaluation at `NONE` takes about twice as long as at `LESS` or above.

    Raises:
        OsteocastError: libRoadRunner is not installed.
    """

    def __init__(self, text: str, *, relative: float = 1e-8, absolute: float = 1e-10, optimise: str = "LESS") -> None:
        try:
            import roadrunner
        except ImportError:
            raise OsteocastError(
                "libRoadRunner is not installed",
                where="exchange",
                fix="install it with pip install 'osteocast[bench]'",
            ) from None
        config = roadrunner.Config
        config.setValue(config.LLVM_BACKEND, config.LLJIT)
        config.setValue(config.LLJIT_OPTIMIZATION_LEVEL, getattr(config, optimise))
        roadrunner.Logger.setLevel(roadrunner.Logger.LOG_FATAL)
        self.model: Any = roadrunner.RoadRunner(text)
        self.model.setIntegrator("cvode")
        self.integrator: Any = self.model.getIntegrator()
        self.integrator.maximum_num_steps = 10**7
        self.tolerate(relative, absolute)

    def tolerate(self, relative: float, absolute: float) -> None:
        """Set the tolerances."""
        self.integrator.relative_tolerance = relative
        self.integrator.absolute_tolerance = absolute
        for name in self.model.model.getFloatingSpeciesIds() + self.model.model.getBoundarySpeciesIds():
            if name.endswith(("_depot", "_central")):
                self.integrator.setIndividualTolerance(name, relative)

    def set(self, numbers: Mapping[str, float]) -> None:
        """Back to the start, with the numbers of one person; see `Document.numbers`."""
        self.model.resetAll()
        for name, value in numbers.items():
            self.model[name] = float(value)

    def simulate(self, numbers: Mapping[str, float], months: Sequence[float], wanted: Sequence[str]) -> np.ndarray:
        """Quantities of one person.

        Args:
            numbers: by SBML identifier.
            months: increasing, from month 0 on or earlier, none before the start of the simulated life.
            wanted: identifiers.

        Returns:
            Shape (wanted, months).
        """
        self.set(numbers)
        times = np.asarray(months, float) * DAYS_PER_MONTH + float(numbers[MONTH_0])
        first = [] if times[0] <= 0.0 else [0.0]
        found = self.model.simulate(times=[*first, *times.tolist()], selections=["time", *wanted])
        return np.asarray(found)[len(first) :, 1:].T


def simulate(
    document: Document,
    numbers: Mapping[str, np.ndarray],
    months: Sequence[float],
    wanted: Sequence[str],
    **options: Any,
) -> np.ndarray:
    """Quantities of several people, worked out in another process, which is kept for further calls.

    Args:
        document: what `sbml.document` gives.
        numbers: what `Document.numbers` gives, each of shape (people,).
        months: as `Runner.simulate`.
        wanted: identifiers.
        options: of `Runner`.

    Returns:
        Shape (wanted, months, people).

    Raises:
        OsteocastError: libRoadRunner is not installed.
    """
    job = _own_process().submit(everybody, document.text, numbers, tuple(months), tuple(wanted), options)
    return np.asarray(job.result())


@cache
def _own_process() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))


def everybody(
    text: str,
    numbers: Mapping[str, np.ndarray],
    months: Sequence[float],
    wanted: Sequence[str],
    options: Mapping[str, Any],
) -> np.ndarray:
    """As `simulate`, in this process."""
    runner = Runner(text, **options)
    people = range(max(len(value) for value in numbers.values()))
    each = [runner.simulate({name: value[i] for name, value in numbers.items()}, months, wanted) for i in people]
    return np.stack(each, axis=-1)
