"""The main job: what a person's bones do under several strategies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np

from osteocast.engine.accuracy import DEFAULT, PRECISE, Accuracy
from osteocast.engine.grid import DAYS_PER_MONTH
from osteocast.engine.schedule import require_modelled
from osteocast.errors import OsteocastError
from osteocast.forecast import bands, history, readings
from osteocast.forecast.numbers import Table
from osteocast.forecast.readings import Reading
from osteocast.forecast.simulation import Course, Job, level_unit
from osteocast.forecast.simulation import simulate as run
from osteocast.forecast.support import Support, support
from osteocast.measure import dxa
from osteocast.model.assemble import SITES
from osteocast.parameters.registry import parameters
from osteocast.people import checks, spans
from osteocast.people.draws import Draws, draw, draw_ids, purposes
from osteocast.people.files import person_to_dict
from osteocast.people.fill import dating
from osteocast.people.person import Person
from osteocast.regimen import Regimen

SCHEMA = 1
SEED = 2026
YEARS = (1, 40)
DRAWS = (10, 20_000)
MARKERS = ("sCTX", "uNTX", "P1NP", "BSAP")
HORMONES = {
    "E2_pmol_l": ("E2", 1e3),
    "E1_pmol_l": ("E1", 1e3),
    "E1S_pmol_l": ("E1S", 1e3),
    "T_nmol_l": ("T", 1.0),
    "LH_iu_l": ("LH", 1.0),
}
CELLS = ("rankl", "opg", "osteoclasts", "osteoblasts", "osteocytes", "sclerostin")
BONE = ("trabecular", "cortical", "remodelling_space")


class PurposeNumbers(Protocol):
    """Standard normal numbers of draws by purpose, which can be told of many purposes at once."""

    def __call__(self, purpose: str) -> np.ndarray:
        """The numbers of one purpose, shape (draws,)."""

    def add(self, purposes: Iterable[str]) -> None:
        """Make the numbers of many purposes in one go."""


READ_AT_MONTH = 24
"""Month at which two readings of one treatment are compared in words."""


@dataclass(frozen=True)
class StrategyForecast:
    """What one strategy does.

    Attributes:
        regimen: the strategy.
        months: whole months from 0 on.
        course: every simulated quantity of every draw at these months.
        bmd: density [g/cm2] by site, shape (months, draws).
        support: how far studies carry this forecast.
        devices: scanner by site, whose unit and reference are used.
        reading: the same treatment read otherwise, where published data cannot tell the two apart.
    """

    regimen: Regimen
    months: np.ndarray
    course: Course
    bmd: Mapping[str, np.ndarray]
    support: Support
    devices: Mapping[str, str]
    reading: Reading | None = None

    def t_score(self, site: str) -> np.ndarray:
        """T-score [1] of every draw, shape (months, draws)."""
        return dxa.t_score(self.bmd[site], site, self.devices[site])

    def to_dict(self) -> dict[str, Any]:
        """The entry of `compare --json`."""
        seen = self.course.quantity
        return {
            "regimen": str(self.regimen),
            "months": self.months.tolist(),
            "sites": {
                site: bands.site_block(seen[site], self.bmd[site][0], site, self.devices[site], self.months)
                for site in SITES
            },
            "markers": {name: {"change_pct": bands.band_of(bands.change_pct(seen[name]))} for name in MARKERS},
            "hormones": bands.blocks(seen, HORMONES),
            "drugs": {name: bands.band_of(level) for name, level in self.course.drug.items()},
            "cells": bands.blocks(seen, {name: (name, 1.0) for name in CELLS}),
            "bone": bands.blocks(seen, {name: (name, 1.0) for name in BONE}),
            "qct": {"lumbar_spine": {"change_pct": bands.band_of(bands.change_pct(seen["spine_trabecular"]))}},
            "support": self.support.to_dict(),
            "readings": [] if self.reading is None else [self.reading.to_dict()],
        }


@dataclass(frozen=True)
class Forecast:
    """A person under several strategies, with the same draws in each.

    Attributes:
        person: the person as given.
        draws: the person as drawn, with what was filled.
        carried: sites whose scan is so old that it was carried to month 0 by the simulated course.
        strategies: one forecast each.
        seed: seed of the run.
        n: number of draws.
    """

    person: Person
    draws: Draws
    carried: tuple[str, ...]
    strategies: tuple[StrategyForecast, ...]
    seed: int
    n: int

    def to_dict(self) -> dict[str, Any]:
        """The JSON of `osteocast compare --json`."""
        made = [one.to_dict() for one in self.strategies]
        drugs = {name for one in made for name in one["drugs"]}
        studies = [near["citation"] for one in made for near in one["support"]["nearest"]]
        cited = [record.citation for record in parameters().values()]
        return {
            "schema": SCHEMA,
            "person": self._person(),
            "draws": self.n,
            "strategies": made,
            "seed": self.seed,
            "units": {name: level_unit(name) for name in sorted(drugs)},
            "sources": [*dict.fromkeys(studies), *sorted(set(cited) - set(studies))],
        }

    def compared_readings(self) -> list[str]:
        """A sentence for each strategy that can be read in two ways; see `forecast.readings`."""
        found = []
        for one in self.strategies:
            if one.reading is not None:
                place = int(np.searchsorted(one.months, min(READ_AT_MONTH, one.months[-1])))
                at = readings.At(int(one.months[place]), place)
                found.append(readings.sentence(one.regimen, one.bmd, one.course, one.reading, at))
        return found

    def _person(self) -> dict[str, Any]:
        filled = [asdict(one) for one in self.draws.filled]
        for site in self.carried:
            scan = self.draws.person.baseline_scans()[site]
            filled.append(
                {
                    "field": f"t_score.{site}",
                    "value": round(float(np.median(self.strategies[0].t_score(site)[0])), 2),
                    "sd": round(float(np.std(self.strategies[0].t_score(site)[0])), 2),
                    "unit": "1",
                    "basis": "simulated",
                    "source": f"scan of {scan.date}, T-score {scan.t:.2f}, carried to month 0 by the forecast itself",
                    "quality": "derived",
                }
            )
        return {
            **person_to_dict(self.person),
            "menopause_age": self.person.age_at_menopause,
            "filled": filled,
            "notes": [*dating(self.person), *self.draws.notes, *self.compared_readings()],
        }


def compare(
    person: Person,
    strategies: Sequence[Regimen | str] = (),
    years: int = 10,
    draws: int = 1000,
    seed: int = SEED,
    precise: bool = False,
) -> Forecast:
    """Forecast a person under several strategies.

    The person's life from young adult to month 0 is simulated once; each strategy goes on from there, with
    the same draws of parameters and person, so that strategies differ by the treatment only. Density starts
    from what was measured and follows the simulated relative course.

    Args:
        person: the person.
        strategies: what happens from month 0 on, as regimens or sentences; without any, the planned regimen
            beside `none`.
        years: how long, 1 to 40.
        draws: how many, 10 to 20,000.
        seed: seed of the random streams.
        precise: a hundred times finer in time, and slower.

    Raises:
        OsteocastError: a strategy cannot be read or is not modelled, or a number is out of range.
    """
    chosen = choose(person, strategies)
    years, draws = whole(years, "years", *YEARS), whole(draws, "draws", *DRAWS)
    numbers, drawn = drawn_person(person, draws, seed)
    accuracy = PRECISE if precise else DEFAULT
    now = history.present(person, drawn, numbers, accuracy)
    found = onward(person, drawn, now, numbers, chosen, years, accuracy)
    return Forecast(person, drawn, now.carried, found, seed, draws)


def onward(
    person: Person,
    drawn: Draws,
    now: history.Present,
    numbers: PurposeNumbers,
    chosen: Sequence[Regimen],
    years: int,
    accuracy: Accuracy = DEFAULT,
    months: np.ndarray | None = None,
) -> tuple[StrategyForecast, ...]:
    """Carry draws of a person on from month 0 under several strategies.

    Args:
        person: the person.
        drawn: its draws.
        now: their state and density at month 0.
        numbers: random numbers of the draws, for missed doses.
        chosen: the strategies, see `choose`.
        years: how long.
        accuracy: how finely time is cut.
        months: whole months from 0 on at which values are wanted; by default every one.

    Raises:
        OsteocastError: a simulated quantity is not finite.
    """
    months = np.arange(12 * years + 1) if months is None else months
    taken = history.Taken(numbers, history.horizon_d(years))
    regimens = [history.future(person, drawn, strategy) for strategy in chosen]
    others = {regimen: other for regimen in regimens if (other := readings.with_axis_off(person, regimen))}
    everything = [*regimens, *others.values()]
    numbers.add(purpose for regimen in everything for purpose in taken.purposes(regimen))
    jobs = [
        Job(drawn.values, regimen, whole_days(months), 0.0, state=now.state, taken=taken, accuracy=accuracy)
        for regimen in everything
    ]
    devices = {site: scan.device for site, scan in drawn.person.baseline_scans().items()}
    courses = dict(zip(everything, run(jobs), strict=True))

    def densities(course: Course) -> dict[str, np.ndarray]:
        return {site: course.quantity[site] / course.quantity[site][:1] * now.bmd[site] for site in SITES}

    found = []
    for strategy, regimen in zip(chosen, regimens, strict=True):
        course = courses[regimen]
        _require_finite(strategy, course)
        reading = None
        if regimen in others:
            read = courses[others[regimen]]
            _require_finite(strategy, read)
            reading = readings.Reading(readings.AXIS_OFF, readings.WHY, read, densities(read))
        carried_by = support(drawn.person, regimen, 12 * years)
        found.append(StrategyForecast(strategy, months, course, densities(course), carried_by, devices, reading))
    return tuple(found)


def simulate(
    person: Person, regimen: Regimen | str, years: int = 10, draws: int = 1000, seed: int = SEED
) -> Forecast:
    """Forecast a person under one regimen; see `compare`."""
    return compare(person, [regimen], years, draws, seed)


def drawn_person(person: Person, draws: int, seed: int) -> tuple[Table, Draws]:
    """The draws of a person, and the table of their random numbers.

    Raises:
        OsteocastError: what was taken before month 0 cannot be simulated.
    """
    check_past(person)
    numbers = Table(seed, draw_ids(person, draws))
    numbers.add(purposes())
    return numbers, draw(person, draws, seed, numbers)


def choose(person: Person, strategies: Sequence[Regimen | str]) -> list[Regimen]:
    """The strategies to forecast: those given, or the planned one beside none; each once.

    Raises:
        OsteocastError: a strategy cannot be read, starts before month 0, is not modelled, or does not fit
            the person.
    """
    found: list[Regimen] = []
    for number, given in enumerate(strategies, start=1):
        where = f"--strategy {number}" if len(strategies) > 1 else "--strategy"
        with checks.located(where):
            regimen = given if isinstance(given, Regimen) else Regimen.parse(given)
            _check(person, regimen)
        found.append(regimen)
    if not found:
        found = [person.planned] if person.planned is not None else []
        for regimen in found:
            with checks.located("planned"):
                _check(person, regimen)
        found.append(Regimen())
    return list(dict.fromkeys(found))


def _check(person: Person, regimen: Regimen) -> None:
    spans.check_planned(regimen, "regimen")
    require_modelled(regimen)
    if person.sex == "male" and spans.oophorectomy_months(regimen):
        raise OsteocastError("a man has no ovaries", where="regimen", fix="leave the oophorectomy out")
    if spans.oophorectomy_months(regimen) and _without_ovaries(person):
        raise OsteocastError(
            "a woman whose ovaries were removed cannot have them removed again",
            where="regimen",
            fix="leave the oophorectomy out, or correct what is said of her menopause",
        )


def check_past(person: Person) -> None:
    """Refuse what was taken before month 0 and cannot be simulated.

    Raises:
        OsteocastError: names it.
    """
    for index, one in enumerate(person.past_regimens, start=1):
        with checks.located(f"past {index}"):
            require_modelled(one.regimen)
    removed = [month for one in person.past_regimens for month in spans.oophorectomy_months(one.regimen)]
    if len(set(removed)) > 1:
        months = " and ".join(f"{month:g}" for month in sorted(set(removed)))
        raise OsteocastError(f"both ovaries are removed at months {months}", where="past", fix="keep one of the two")


def _without_ovaries(person: Person) -> bool:
    """Whether both ovaries were removed before month 0."""
    before = any(spans.oophorectomy_months(one.regimen) for one in person.past_regimens)
    return before or person.menopause_kind == "surgical" or bool(person.history.bilateral_oophorectomy)


def _require_finite(strategy: Regimen, course: Course) -> None:
    """Refuse to show a forecast that is not made of numbers.

    Raises:
        OsteocastError: a simulated quantity is not finite in some draw.
    """
    wrong = [name for name, value in (course.quantity | course.drug).items() if not np.isfinite(value).all()]
    if wrong:
        raise OsteocastError(
            f"the simulation gave no finite number for {', '.join(wrong[:3])}",
            where=f"strategy '{strategy}'",
            fix="please report this with the person and the strategy, and forecast the others without it",
        )


def whole_days(months: np.ndarray) -> np.ndarray:
    """The month at the beginning of the day on which each month ends: levels are then those just before the
    day's tablet, month after month, and do not wander through the day."""
    return np.floor(months * DAYS_PER_MONTH) / DAYS_PER_MONTH


def whole(value: object, where: str, low: int, high: int) -> int:
    """A whole number within bounds.

    Raises:
        OsteocastError: it is not.
    """
    found = checks.number(value, where, low, high, fix=f"give a whole number from {low} to {high}")
    if found != int(found):
        raise OsteocastError(f"{value!r} is not a whole number", where=where, fix="leave the decimals out")
    return int(found)
