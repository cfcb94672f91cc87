"""The warm part of the server: persons inferred once, strategies simulated once, one at a time.

What is kept is small: of a strategy its bands and the course that fractures are reckoned from, of a person the draws.
A slider that moves one strategy simulates that strategy alone; a slider that moves the person infers it anew.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from threading import Lock, RLock
from typing import Any, Generic, TypeVar

import numpy as np

from osteocast import fracture
from osteocast.engine.accuracy import DEFAULT, Accuracy, nodes
from osteocast.forecast import bands
from osteocast.forecast.compare import MARKERS, SEED, StrategyForecast, choose, onward
from osteocast.measure.dxa import SITES
from osteocast.people.files import person_to_dict
from osteocast.people.person import Person
from osteocast.regimen import Regimen
from osteocast.twin import Twin, fractures, infer
from osteocast.twin.pairs import RATES

DRAGGED, RELEASED = 300, 1000
"""Draws while something is dragged, and when it is let go."""
DRAFT = DEFAULT._replace(step_d=122.0, history_step_d=183.0, finest_d=16.0, repeat=1, at=nodes(2, 1))
"""How finely time is cut while something is dragged. With the same draws that moves the medians drawn by less
than 0.02 of a T-score; that the draws are fewer, by about 0.1."""
KEPT_PERSONS, KEPT_STRATEGIES = 32, 128
"""How much is kept; a person takes about 2 MB, a strategy 0.1 MB."""
QUANTILES = {"median": 0.5, "lo90": 0.05, "hi90": 0.95, "lo50": 0.25, "hi50": 0.75}
OUTCOMES = ("any_clinical", "hip", "vertebral_clinical")
HORMONES = {"E2_pmol_l": ("E2", 1e3), "T_nmol_l": ("T", 1.0)}
ALONE = RLock()
"""Held by whoever simulates: one piece of work uses all cores, two would only slow each other down."""
Key = TypeVar("Key")
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """The values used last, up to so many."""

    def __init__(self, most: int) -> None:
        self._most, self._held, self._lock = most, OrderedDict[Key, Value](), Lock()

    def get(self, key: Key) -> Value | None:
        """The value, now the one used last."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def put(self, key: Key, value: Value) -> Value:
        """Keep a value; the one unused longest goes."""
        with self._lock:
            self._held[key] = value
            self._held.move_to_end(key)
            while len(self._held) > self._most:
                self._held.popitem(last=False)
        return value


Block = Mapping[str, Any]
"""An entry of `strategies` as in the JSON of `twin`, with what the page draws."""


class Workbench:
    """Persons and strategies, each worked out once while it is in use."""

    def __init__(self) -> None:
        self._persons = Kept[tuple[str, int], Twin](KEPT_PERSONS)
        self._strategies = Kept[tuple[str, int, str, int], Block](KEPT_STRATEGIES)

    def twin(self, person: Person, draws: int) -> Twin:
        """The person as inferred from what is known.

        Raises:
            OsteocastError: what was taken cannot be simulated.
        """
        key = (key_of(person), draws)
        return self._persons.get(key) or self._alone(
            lambda: (
                self._persons.get(key)
                or self._persons.put(
                    key, infer(person, draws=draws, seed=SEED, per_round=draws, accuracy=accuracy_of(draws))
                )
            )
        )

    def strategies(self, person: Person, regimens: Sequence[Regimen], years: int, draws: int) -> list[Block]:
        """Each strategy of a person; those seen lately are not simulated again.

        Raises:
            OsteocastError: a strategy is not modelled or does not fit the person.
        """
        who = key_of(person)
        keys = [(who, draws, str(one), years) for one in regimens]
        found = {key: self._strategies.get(key) for key in keys}
        missing = [one for key, one in zip(keys, regimens, strict=True) if found[key] is None]
        if missing:
            twin = self.twin(person, draws)
            for made in self._alone(lambda: simulated(twin, missing, years)):
                key = (who, draws, str(made.regimen), years)
                found[key] = self._strategies.put(key, seen(twin, made, years))
        return [block for key in keys if (block := found[key]) is not None]

    def fits(self, person: Person, regimens: Sequence[Regimen]) -> None:
        """Refuse strategies that cannot be simulated, or do not fit the person.

        Raises:
            OsteocastError: names the strategy.
        """
        choose(person, regimens)

    def measured(self, person: Person, draws: int) -> dict[str, Any]:
        """What the inference says of the measurements, as in the JSON of `twin`."""
        twin = self.twin(person, draws)
        return {
            "flags": [one.to_dict() for one in twin.flags],
            "scan_pairs": [one.to_dict(RATES) for one in twin.scan_pairs],
            "marker_pairs": [one.to_dict() for one in twin.marker_pairs],
            "adherence": None
            if twin.adherence is None
            else dict(zip(("median", "lo90", "hi90"), twin.adherence, strict=True)),
        }

    def _alone(self, work: Callable[[], Value]) -> Value:
        """One piece of work at a time: each uses all cores."""
        with ALONE:
            return work()


def key_of(person: Person) -> str:
    """A text that is the same for the same person."""
    return json.dumps(person_to_dict(person), sort_keys=True)


def months_of(years: int) -> np.ndarray:
    """Months that are drawn: quarters for five years, then half years, beyond ten years every year. So few that most
    strategies of ten years fit into one piece of the compiled simulation."""
    later = range(66, 12 * years + 1, 6 if years <= 10 else 12)
    return np.array(sorted({0, 1, *range(3, min(60, 12 * years) + 1, 3), *later, 12 * years}))


def accuracy_of(draws: int) -> Accuracy:
    """How finely time is cut for so many draws: in longer steps while something is dragged."""
    return DEFAULT if draws >= RELEASED else DRAFT


def simulated(twin: Twin, regimens: Sequence[Regimen], years: int) -> tuple[StrategyForecast, ...]:
    """Strategies of an inferred person."""
    return onward(
        twin.person, twin.draws, twin.present, twin.numbers, list(dict.fromkeys(regimens)), years,
        accuracy_of(twin.n), months_of(years),
    )  # fmt: skip


def seen(twin: Twin, one: StrategyForecast, years: int) -> Block:
    """What is kept of a strategy; fractures only where it was let go, not while it is dragged."""
    found = one.course.quantity
    sites = {
        site: {"t_score": band(one.t_score(site)), "change_pct": band(bands.change_pct(found[site]))}
        for site in SITES
    }
    return {
        "regimen": str(one.regimen),
        "months": one.months.tolist(),
        "sites": sites,
        "markers": {name: {"change_pct": band(bands.change_pct(found[name]))} for name in MARKERS},
        "hormones": {name: band(found[key] * factor) for name, (key, factor) in HORMONES.items()},
        "support": one.support.to_dict(),
        "fracture": risks(twin, one, years) if twin.n >= RELEASED else {},
    }


def risks(twin: Twin, one: StrategyForecast, years: int) -> dict[str, Any]:
    """Probability of the fractures that the page shows, within 1, 5 and 10 years."""
    within = [year for year in fractures.YEARS if year <= years]
    found = fracture.forecast(
        fractures.courses(twin, [one], years)[0],
        sex=twin.person.sex,
        age=twin.person.age,
        risk_factors=fracture.risk_factors(twin.person),
        outcomes=OUTCOMES,
        years=within,
    )
    return {
        name: {key: value for key, value in each.to_dict().items() if key != "sources"}
        for name, each in found.items()
    }


def band(values: np.ndarray) -> dict[str, list[float]]:
    """Median with 50 and 90 % intervals of values of shape (months, draws)."""
    made = np.quantile(values, list(QUANTILES.values()), axis=1)
    return {name: (np.round(row, 4) + 0.0).tolist() for name, row in zip(QUANTILES, made, strict=True)}
