"""Strategies for a person as inferred: the machinery of `forecast.compare`, from the posterior draws on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from osteocast import fracture
from osteocast.errors import OsteocastError
from osteocast.forecast import bands
from osteocast.forecast.candidates import inhibitor_end
from osteocast.forecast.compare import (
    DRAWS,
    MARKERS,
    SCHEMA,
    SEED,
    YEARS,
    Forecast,
    StrategyForecast,
    choose,
    onward,
    whole,
)
from osteocast.forecast.leading import LONG_STEPS, leading
from osteocast.forecast.why import Why
from osteocast.guidance.treatment import BONE_DRUGS
from osteocast.people.fill import dating
from osteocast.people.person import Person
from osteocast.regimen import Regimen
from osteocast.twin import fractures
from osteocast.twin.advice import Advice, advice, beside, last_scans
from osteocast.twin.inference import Twin, infer
from osteocast.twin.next_scan import LAST_MONTHS
from osteocast.twin.pairs import RATES
from osteocast.twin.split import split

HALF = (0.25, 0.75)
FROM_PLAN = 3
"""How many strategies of the plan stand beside the planned regimen where none is asked for."""
USUAL_DRAWS = 400
MONTHLY = 12
QUARTER = 3
MOST_KEPT_DRAWS = 1000
"""Draws of a person up to which what was simulated is kept for the next call in this process."""
MOST_KEPT_STRATEGIES = 16
_STRATEGIES: WeakKeyDictionary[Twin, dict[tuple[Regimen, int], StrategyForecast]] = WeakKeyDictionary()
_PLANS: WeakKeyDictionary[Twin, list[Regimen]] = WeakKeyDictionary()
_WHY: WeakKeyDictionary[Twin, dict[tuple[Regimen, int], Why]] = WeakKeyDictionary()


@dataclass(frozen=True)
class TwinForecast:
    """A person as inferred, under several strategies.

    Attributes:
        twin: the person.
        forecast: the strategies, as `compare` gives them, monthly in the first year and then by quarters.
        rates: true losses whose probability the scan pairs give [%].
        nothing: what follows if nothing more is taken, against which the first strategy's fractures stand.
        bare: the first strategy without its bone drugs, on which guidance looks ahead.
        ahead: the first strategy, at least as far as the next scan is looked for.
        today: month 0 of a person without dates.
    """

    twin: Twin
    forecast: Forecast
    rates: tuple[float, ...]
    nothing: StrategyForecast
    bare: StrategyForecast
    ahead: StrategyForecast
    today: dt.date

    @cached_property
    def fractures(self) -> tuple[dict[str, fracture.OutcomeForecast], ...]:
        """Fracture risks of each strategy: the first against taking nothing more, the others against the first."""
        strategies = self.forecast.strategies
        years = int(strategies[0].months[-1]) // 12
        *counted, nothing = fractures.courses(self.twin, [*strategies, self.nothing], years)
        references = [nothing, *([counted[0]] * (len(counted) - 1))]
        return tuple(
            fractures.risks(self.twin, one, reference) for one, reference in zip(counted, references, strict=True)
        )

    @cached_property
    def advice(self) -> Advice:
        """What guidance says, the schedule, the next scan and harms, for the first strategy."""
        strategies = self.forecast.strategies
        return advice(self.twin, strategies, self.bare, self.ahead, self.today)

    @cached_property
    def why(self) -> Why:
        """What the change under the first strategy is made of."""
        first = self.forecast.strategies[0]
        asked = first.regimen, max(1, int(first.months[-1]) // 12)
        known = _WHY.setdefault(self.twin, {}) if self.twin.n <= MOST_KEPT_DRAWS else {}
        if asked not in known:
            known[asked] = split(self.twin, *asked)
        result = known[asked]
        while len(known) > MOST_KEPT_STRATEGIES:
            del known[next(iter(known))]
        return result

    def to_dict(self) -> dict[str, Any]:
        """The JSON of `osteocast twin --json`."""
        usual = self.forecast.to_dict()
        twin, said = self.twin, self.advice
        person = usual["person"] | {
            "notes": [*dating(twin.person), *twin.draws.notes, *self.forecast.compared_readings()]
        }
        strategies = []
        first = str(self.forecast.strategies[0].regimen)
        for i, (one, made) in enumerate(zip(self.forecast.strategies, usual["strategies"], strict=True)):
            _half(one, made)
            against = str(Regimen()) if i == 0 else first
            risks = {"fracture": fractures.block(self.fractures[i]), "fracture_against": against}
            strategies.append(made | risks | beside(twin, one, said.start))
        share = twin.adherence
        sources = [source for risks in self.fractures for outcome in risks.values() for source in outcome.sources]
        return {
            "schema": SCHEMA,
            "person": person,
            "start": said.start.isoformat(),
            "known": list(twin.known),
            "flags": [one.to_dict() for one in twin.flags],
            "adherence": None if share is None else dict(zip(("median", "lo90", "hi90"), share, strict=True)),
            "strategies": strategies,
            "scan_pairs": [one.to_dict(self.rates) for one in twin.scan_pairs],
            "marker_pairs": [one.to_dict() for one in twin.marker_pairs],
            "why": {key: value for key, value in self.why.to_dict().items() if key not in ("schema", "person")},
            "last_scans": last_scans(twin.person),
            "next_scan": dict(said.next_scan),
            "schedule": list(said.schedule),
            "fracture": strategies[0]["fracture"],
            "fracture_of": first,
            "fracture_against": strategies[0]["fracture_against"],
            "guidance": dict(said.guidance),
            "guidance_summary": dict(said.summary),
            "harms": list(said.harms),
            "draws": self.forecast.n,
            "effective_draws": round(twin.ess, 1),
            "rounds": twin.rounds,
            "seed": twin.seed,
            "units": usual["units"],
            "sources": list(dict.fromkeys([*usual["sources"], *sources, *said.sources])),
        }


def forecast(
    person: Person | Twin,
    strategies: Sequence[Regimen | str] = (),
    years: int = 10,
    draws: int = USUAL_DRAWS,
    seed: int = SEED,
    rates: Iterable[float] = RATES,
    today: dt.date | None = None,
) -> TwinForecast:
    """Infer a person and forecast them under several strategies.

    Args:
        person: the person, or one inferred already, whose draws and seed are then taken.
        strategies: what happens from month 0 on; without any, the planned regimen with the first three of `plan`, or
            beside `none` where there is no plan to make.
        years: how long, 1 to 40.
        draws: how many, 10 to 20,000.
        seed: seed of the random streams.
        rates: true losses whose probability the scan pairs give [%].
        today: month 0 of a person without dates; by default the day on which this runs.

    Raises:
        OsteocastError: a strategy cannot be read or is not modelled, or a number is out of range.
    """
    given = person.person if isinstance(person, Twin) else person
    chosen = choose(given, strategies)
    years, draws = whole(years, "years", *YEARS), whole(draws, "draws", *DRAWS)
    twin = person if isinstance(person, Twin) else _inferred(person, draws, seed)
    if not strategies:
        chosen = _with_plan(twin, chosen)
    bare = Regimen(tuple(item for item in chosen[0].items if item.card_id not in BONE_DRUGS))
    made = _carried(twin, list(dict.fromkeys([*chosen, Regimen(), bare])), years)
    shown = tuple(made[one] for one in chosen)
    ahead = shown[0] if 12 * years >= LAST_MONTHS else _carried(twin, chosen[:1], LAST_MONTHS // 12)[chosen[0]]
    whole_forecast = Forecast(given, twin.draws, (), shown, twin.seed, twin.n)
    return TwinForecast(
        twin, whole_forecast, tuple(rates), made[Regimen()], made[bare], ahead, today or dt.date.today()
    )


def _inferred(person: Person, draws: int, seed: int) -> Twin:
    """The person, from before where the same was asked in this process."""
    if draws > MOST_KEPT_DRAWS:
        return infer(person, draws=draws, seed=seed)
    return _kept_twin(person, draws, seed)


@lru_cache(maxsize=4)
def _kept_twin(person: Person, draws: int, seed: int) -> Twin:
    return infer(person, draws=draws, seed=seed)


def _carried(twin: Twin, wanted: list[Regimen], years: int) -> dict[Regimen, StrategyForecast]:
    """Strategies by regimen; those of a person that is kept are kept with it."""
    kept = twin.n <= MOST_KEPT_DRAWS
    known = _STRATEGIES.setdefault(twin, {}) if kept else {}
    missing = [one for one in wanted if (one, years) not in known]
    if missing:
        person, now = twin.person, twin.present
        found = onward(person, twin.draws, now, twin.numbers, missing, years, LONG_STEPS, _months(years))
        known |= {(one, years): each for one, each in zip(missing, found, strict=True)}
    result = {one: known[one, years] for one in wanted}
    while len(known) > MOST_KEPT_STRATEGIES:
        del known[next(iter(known))]
    return result


def _with_plan(twin: Twin, usual: list[Regimen]) -> list[Regimen]:
    """The planned regimen with the first of `plan`; the usual ones where no inhibitor with an end is planned."""
    planned = twin.person.planned
    if planned is None:
        return usual
    try:
        inhibitor_end(planned)
    except OsteocastError:
        return usual
    if twin not in _PLANS:
        ranked = [one.candidate.regimen for one in leading(twin.person, planned, twin.draws, twin.present)]
        _PLANS[twin] = ranked[: FROM_PLAN + 1]
    return [planned, *[one for one in _PLANS[twin] if one != planned][:FROM_PLAN]]


def _months(years: int) -> np.ndarray:
    """Months that are kept: each of the first year, when markers move, then quarters."""
    return np.array([*range(MONTHLY), *range(MONTHLY, 12 * years + 1, QUARTER)])


def _half(one: StrategyForecast, made: Mapping[str, Any]) -> None:
    """Add the middle 50 % of the draws to the bands of density and markers."""
    for site, block in made["sites"].items():
        values = {
            "bmd_g_cm2": one.bmd[site],
            "t_score": one.t_score(site),
            "change_pct": bands.change_pct(one.course.quantity[site]),
        }
        for key, of_draws in values.items():
            block[key] |= _middle(of_draws)
    for name in MARKERS:
        made["markers"][name]["change_pct"] |= _middle(bands.change_pct(one.course.quantity[name]))


def _middle(values: np.ndarray) -> dict[str, list[float]]:
    low, high = np.quantile(values, HALF, axis=1)
    return {"lo50": (np.round(low, 4) + 0.0).tolist(), "hi50": (np.round(high, 4) + 0.0).tolist()}
