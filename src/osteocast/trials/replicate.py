"""Published studies run again: each with people like its own, as large as it was, many times over.

One virtual trial of a cohort, larger than most published ones, gives everybody's outcome in every arm, with the noise
of scanner and assay. From it trials of the published size are drawn with replacement, arm by arm; the simulated
interval is where 95 % of their results lie. It holds chance alone: parameters are at their best values.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from osteocast.errors import OsteocastError
from osteocast.evidence.targets import Target
from osteocast.trials.memory import Simulated, simulate
from osteocast.trials.published import LEVEL_FACTOR, kinetic
from osteocast.trials.replicated import NORMAL, Interval, Replicated
from osteocast.trials.studies import Cohort
from osteocast.trials.study_rows import Result, arm_name

PEOPLE = 500
EVENT_PEOPLE = 4000
"""People in each arm where fractures are counted, which are rare."""
REPLICATES = 1000
SEED = 2026
ENDS = (2.5, 97.5)
Progress = Callable[[int, int], None]


def replicate(
    cohort: Cohort,
    *,
    people: int = PEOPLE,
    replicates: int = REPLICATES,
    seed: int = SEED,
    assumed_correlations: float = 1.0,
    progress: Progress | None = None,
) -> tuple[Replicated, ...]:
    """Run a cohort again.

    Args:
        cohort: its people, arms and rows.
        people: in each arm of the large virtual trial; eight times as many where fractures are counted.
        replicates: trials of the published size drawn from it.
        seed: of everything.
        assumed_correlations: factor on the correlations between people's facts that nobody measured.
        progress: called with the number of people simulated and of all.

    Returns:
        One entry for every row of the cohort, in order; rows that are not simulated carry the reason.
    """
    large = people * EVENT_PEOPLE // PEOPLE if any(one.is_event for one in cohort.simulated) else people
    design = (
        cohort.design(people=large, seed=seed, assumed_correlations=assumed_correlations)
        if cohort.simulated
        else None
    )
    tables = simulate(design, progress=progress) if design is not None else None

    def one(result: Result) -> Replicated:
        if result.reason is not None:
            return Replicated(result, None, result.reason)
        random = np.random.default_rng([seed, _key(result.row)])
        if result.row.follows_from_parameters:
            found = _kinetics(cohort, result, people, replicates, seed, random)
        elif tables is None:
            found = None
        elif result.is_event:
            found = _events(cohort, result, tables)
        else:
            found = _measured(cohort, result, tables, replicates, random)
        return Replicated(result, found, None if found is not None else "the simulation gave no finite value")

    return tuple(one(result) for result in cohort.results)


def _key(row: Target) -> int:
    """A number for a row's draws that does not depend on its place in the table or on what else is replicated."""
    import zlib

    parts = (row.text(name) for name in ("regimen", "comparator", "quantity", "from_month", "to_month", "statistic"))
    return zlib.crc32(" ".join(parts).encode())


class _Endpoint:
    """What the analysis asks of an endpoint, read from the dictionary that the design was made of."""

    def __init__(self, entry: Mapping[str, Any]) -> None:
        self.quantity, self.measure = str(entry["quantity"]), str(entry["measure"])
        self.month, self.from_month = float(entry["month"]), float(entry["from_month"])
        self.analysis = str(entry["analysis"])


def _measured(
    cohort: Cohort, result: Result, tables: Simulated, replicates: int, random: np.random.Generator
) -> Interval | None:
    """Means, medians and their differences."""
    from osteocast.trials.analysis.outcomes import measured

    names = [arm_name(k) for k in range(len(cohort.regimens))]
    data = measured(names, _Endpoint(result.endpoint()), tables.visits, all_visits=False)
    row = result.row
    factor = 1.0
    if row.text("measure") == "level":
        factor = LEVEL_FACTOR[row.text("quantity"), row.text("unit")]
    outcomes = [factor * data.of(k) for k in result.arms]
    return drawn(outcomes, result.size[0], row.text("statistic") == "median", replicates, random)


def drawn(
    outcomes: Sequence[np.ndarray], size: Sequence[int], median: bool, replicates: int, random: np.random.Generator
) -> Interval | None:
    """The statistic in everybody, and where trials of a size put it.

    Args:
        outcomes: of everybody, one array an arm; the second arm's statistic is taken from the first's.
        size: people drawn in each arm.
        median: medians in place of means.
        replicates: trials drawn.
        random: of the draws.
    """
    middle = np.median if median else np.mean
    if not all(len(one) for one in outcomes):
        return None
    value = float(middle(outcomes[0]) - (middle(outcomes[1]) if len(outcomes) > 1 else 0.0))
    trials = np.zeros(replicates)
    for sign, own, n in zip((1.0, -1.0), outcomes, size, strict=False):
        for place in range(replicates):
            trials[place] += sign * middle(own[random.integers(0, len(own), n)])
    lo, hi = np.percentile(trials, ENDS)
    return Interval(value, float(lo), float(hi)) if np.isfinite([value, lo, hi]).all() else None


def _kinetics(
    cohort: Cohort, result: Result, people: int, replicates: int, seed: int, random: np.random.Generator
) -> Interval | None:
    """What follows from the drug's parameters in each person."""
    from osteocast.people.virtual import sample
    from osteocast.trials.design_parts import Adherence, People
    from osteocast.trials.population import population

    whom = population(People.model_validate(cohort.population()), Adherence())
    values = sample(whom, np.arange(1, people + 1, dtype=np.uint32), seed).values
    found: Any = kinetic(result.row, values)
    if found is None:
        return None
    own = np.broadcast_to(np.asarray(found, float), (people,))
    return drawn([own], result.size[0], result.row.text("statistic") == "median", replicates, random)


def _events(cohort: Cohort, result: Result, tables: Simulated) -> Interval | None:
    """Rates, hazard ratios and ratios of incidence. The interval is that of the large trial, widened to the published
    number of people: the error of a logarithm goes as one over the root of the events."""
    from osteocast.trials.analysis.outcomes import EVENT, followed
    from osteocast.trials.analysis.survival import hazard_ratio, incidence, person_years

    names = [arm_name(k) for k in range(len(cohort.regimens))]
    data = followed(names, _Endpoint(result.endpoint()), tables.people, tables.events)
    arms = [data.take(np.flatnonzero(data.arm == k)) for k in result.arms]
    sizes = result.size[0]
    events = [int((one.status == EVENT).sum()) for one in arms]
    if not all(events):
        return None
    if result.row.text("measure") == "rate":
        value = 1000.0 * events[0] / person_years(data, result.arms[0])
        return _by_logarithm(value, (1.0 / (events[0] * sizes[0] / len(arms[0].time))) ** 0.5)
    if result.row.text("statistic") == "RR":
        shares = [incidence(one.time, one.status, competing=False) for one in arms]
        terms = [
            share.variance / share.share**2 * len(one.time) / n
            for share, one, n in zip(shares, arms, sizes, strict=True)
        ]
        return _by_logarithm(shares[0].share / shares[1].share, sum(terms) ** 0.5)
    ratio = hazard_ratio(arms[0], arms[1])
    if ratio.value is None or ratio.log_error is None:
        return None
    scale = sum(1.0 / (count * n / len(one.time)) for count, n, one in zip(events, sizes, arms, strict=True))
    return _by_logarithm(ratio.value, ratio.log_error * (scale / sum(1.0 / count for count in events)) ** 0.5)


def _by_logarithm(value: float, log_error: float) -> Interval:
    return Interval(value, value * math.exp(-NORMAL * log_error), value * math.exp(NORMAL * log_error))


def replicate_all(
    found: Sequence[Cohort],
    *,
    people: int = PEOPLE,
    replicates: int = REPLICATES,
    seed: int = SEED,
    halved: bool = False,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Run cohorts again and lay the numbers side by side.

    Args:
        found: the cohorts.
        people: in each arm of each large virtual trial.
        replicates: trials of the published size drawn from it.
        seed: of everything.
        halved: also simulate with every assumed correlation of the population halved: `when_halved` of each row.
        progress: called with the number of cohorts done and of all.

    Returns:
        What `trial replicate --json` prints: `studies` with population, arms and rows, `summary`, and `settings`.

    Raises:
        OsteocastError: a cohort cannot be simulated; it is named.
    """
    entries: list[dict[str, Any]] = []
    for place, cohort in enumerate(found):
        if progress is not None:
            progress(place, len(found))
        try:
            rows = [one.to_dict() for one in replicate(cohort, people=people, replicates=replicates, seed=seed)]
            if halved:
                moved = when_correlations_are_halved(cohort, people=people, seed=seed)
                rows = [row | {"when_halved": moved.get(row["id"])} for row in rows]
        except OsteocastError as error:
            raise OsteocastError(error.what, where=f"study {cohort.name}, {error.where}", fix=error.fix) from None
        entries.append(
            {
                "study": cohort.name,
                "population": cohort.population(),
                "arms": [{"name": arm_name(k), "regimen": str(one)} for k, one in enumerate(cohort.regimens)],
                "rows": rows,
            }
        )
    if progress is not None:
        progress(len(found), len(found))
    every = [row for entry in entries for row in entry["rows"]]
    inside = {
        name: [row[name] for row in every if row[name] is not None] for name in ("in_published", "in_simulated")
    }
    return {
        "schema": 1,
        "studies": entries,
        "summary": {
            "studies": len(entries),
            "rows": len(every),
            "simulated": sum(row["simulated"] is not None for row in every),
            **{name: sum(judged) for name, judged in inside.items()},
            "judged": len(inside["in_published"]),
        },
        "settings": {"people": people, "replicates": replicates, "seed": seed},
    }


def when_correlations_are_halved(cohort: Cohort, *, people: int = PEOPLE, seed: int = SEED) -> dict[str, float]:
    """What is simulated when every assumed correlation between people's facts is halved, by the row's id."""
    found = replicate(cohort, people=people, replicates=10, seed=seed, assumed_correlations=0.5)
    return {one.result.row.text("id"): one.simulated.value for one in found if one.simulated is not None}
