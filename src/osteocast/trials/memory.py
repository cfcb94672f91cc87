"""A trial in memory: the tables of `trials.run` without a folder, for trials small enough."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from osteocast.trials.design import Design

Progress = Callable[[int, int], None]


class Simulated(NamedTuple):
    """The tables of a trial as pandas frames, with a column `arm` each."""

    people: Any
    visits: Any
    events: Any


def simulate(
    design: Design, *, n: int | None = None, seed: int | None = None, progress: Progress | None = None
) -> Simulated:
    """Simulate a trial and keep it in memory.

    Args:
        design: the trial.
        n: number of people; None = the design's.
        seed: of all random numbers; None = the design's.
        progress: called with the number of people done and of all, each arm's people counted.

    Returns:
        `Simulated`, row for row what `trials.run` writes, to rounding.
    """
    import pandas as pd

    from osteocast.trials.allocation import members, tasks
    from osteocast.trials.chunk import Job
    from osteocast.trials.chunk import simulate as chunk

    people, start = design.n if n is None else n, design.seed if seed is None else seed
    text = json.dumps(design.canonical())
    jobs = [Job(text, arm, number, people, start, monthly=False, lean=False) for arm, number in tasks(design, people)]
    sizes = [len(members(design, job.arm, job.chunk, people, start)) for job in jobs]
    frames: dict[str, list[Any]] = {name: [] for name in Simulated._fields}
    done = 0
    for job, size in zip(jobs, sizes, strict=True):
        tables = chunk(job)
        for name, parts in frames.items():
            columns: Mapping[str, np.ndarray] = getattr(tables, name)
            parts.append(pd.DataFrame(dict(columns)).assign(arm=job.arm))
        done += size
        if progress is not None:
            progress(done, sum(sizes))
    return Simulated(**{name: pd.concat(parts, ignore_index=True) for name, parts in frames.items()})
