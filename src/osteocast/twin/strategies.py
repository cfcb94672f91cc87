"""Strategies for a person as inferred: the machinery of `forecast.compare`, from the posterior draws on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from osteocast import fracture
from osteocast.forecast import bands, history
from osteocast.forecast.compare import (
    MARKERS,
    SCHEMA,
    SEED,
    YEARS,
    Forecast,
    StrategyForecast,
    choose,
    onward,
    whole,
    whole_days,
)
from osteocast.forecast.simulation import Job, simulate
from osteocast.measure import dxa
from osteocast.people.fill import dating
from osteocast.people.person import Person
from osteocast.regimen import Regimen
from osteocast.twin.inference import Twin, infer
from osteocast.twin.pairs import RATES

HALF = (0.25, 0.75)
FRACTURE_YEARS = (1, 5, 10)


@dataclass(frozen=True)
class TwinForecast:
    """A person as inferred, under several strategies.

    Attributes:
        twin: the person.
        forecast: the strategies, as `compare` gives them.
        rates: true losses whose probability the scan pairs give [%].
        no_credit: the first strategy without its testosterone, for the fractures; None where it has none.
    """

    twin: Twin
    forecast: Forecast
    rates: tuple[float, ...]
    no_credit: fracture.Course | None = None

    def to_dict(self) -> dict[str, Any]:
        """The JSON of `osteocast twin --json`."""
        usual = self.forecast.to_dict()
        twin = self.twin
        person = usual["person"] | {"notes": [*dating(twin.person), *twin.draws.notes]}
        strategies = []
        for one, made in zip(self.forecast.strategies, usual["strategies"], strict=True):
            _half(one, made)
            strategies.append(made)
        share = twin.adherence
        risks = self._fractures()
        sources = [source for outcome in risks for source in outcome.pop("sources")]
        return {
            "schema": SCHEMA,
            "person": person,
            "known": list(twin.known),
            "flags": [one.to_dict() for one in twin.flags],
            "adherence": None if share is None else dict(zip(("median", "lo90", "hi90"), share, strict=True)),
            "strategies": strategies,
            "scan_pairs": [one.to_dict(self.rates) for one in twin.scan_pairs],
            "marker_pairs": [one.to_dict() for one in twin.marker_pairs],
            "fracture": {str(one["outcome"]): _without(one, "outcome") for one in risks},
            "fracture_of": str(self.forecast.strategies[0].regimen),
            "draws": self.forecast.n,
            "effective_draws": round(twin.ess, 1),
            "rounds": twin.rounds,
            "seed": twin.seed,
            "units": usual["units"],
            "sources": list(dict.fromkeys([*usual["sources"], *sources])),
        }

    def _fractures(self) -> list[dict[str, Any]]:
        """Fracture probabilities of the first strategy, split against `none` where that is among the strategies."""
        person, strategies = self.twin.person, self.forecast.strategies
        end = int(strategies[0].months[-1]) // 12
        years = [year for year in FRACTURE_YEARS if year <= end]
        if not years:
            return []
        reference = next((one for one in strategies[1:] if one.regimen == Regimen()), None)
        found = fracture.forecast(
            _course(strategies[0]),
            sex=person.sex,
            age=person.age,
            risk_factors=fracture.risk_factors(person),
            reference=None if reference is None else _course(reference),
            without_no_credit=self.no_credit,
            years=years,
        )
        return [{"outcome": name, **one.to_dict()} for name, one in found.items()]


def forecast(
    person: Person | Twin,
    strategies: Sequence[Regimen | str] = (),
    years: int = 10,
    draws: int = 1000,
    seed: int = SEED,
    rates: Iterable[float] = RATES,
) -> TwinForecast:
    """Infer a person and forecast them under several strategies.

    Args:
        person: the person, or one inferred already, whose draws and seed are then taken.
        strategies: what happens from month 0 on; without any, the planned regimen beside `none`.
        years: how long, 1 to 40.
        draws: how many, 10 to 20,000.
        seed: seed of the random streams.
        rates: true losses whose probability the scan pairs give [%].

    Raises:
        OsteocastError: a strategy cannot be read or is not modelled, or a number is out of range.
    """
    given = person.person if isinstance(person, Twin) else person
    chosen = choose(given, strategies)
    years = whole(years, "years", *YEARS)
    twin = person if isinstance(person, Twin) else infer(person, draws=draws, seed=seed)
    found = onward(given, twin.draws, twin.present, twin.numbers, chosen, years)
    whole_forecast = Forecast(given, twin.draws, (), found, twin.seed, twin.n)
    return TwinForecast(twin, whole_forecast, tuple(rates), _without_testosterone(twin, found[0], years))


def _without_testosterone(twin: Twin, first: StrategyForecast, years: int) -> fracture.Course | None:
    """A strategy without its testosterone, whose gain of density prevents no fracture."""
    kept = fracture.without_testosterone(history.future(twin.person, twin.draws, first.regimen))
    if kept is None:
        return None
    taken = history.Taken(twin.numbers, history.horizon_d(years))
    twin.numbers.add(taken.purposes(kept))
    job = Job(twin.draws.values, kept, whole_days(first.months), 0.0, state=twin.present.state, taken=taken)
    course = simulate([job])[0]
    t_scores = {}
    for site in dxa.SITES:
        density = course.quantity[site] / course.quantity[site][:1] * twin.present.bmd[site]
        t_scores[site] = dxa.t_score(density, site, first.devices[site])
    return fracture.Course(first.months.astype(float), t_scores, course.quantity["sCTX"])


def _course(one: StrategyForecast) -> fracture.Course:
    """A strategy as the fracture rates read it."""
    t_scores = {site: one.t_score(site) for site in dxa.SITES}
    return fracture.Course(one.months.astype(float), t_scores, one.course.quantity["sCTX"])


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


def _without(table: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in table.items() if name != key}
