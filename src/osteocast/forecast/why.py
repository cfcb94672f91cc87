"""Why density changes: one pathway at a time switched off in the same simulation, for the same draws.

Each switch is a choice of parameter values from month 0 on; the life before stays as it was.

    remodelling space   no delay between resorption and formation (`reversal_time` and `osteoblast_life` next to
                        nothing), so that no cavity stays open. What it costs comes back when turnover falls.
    mineralisation      young bone lacks no mineral (`mineral_deficit` = 0). Comes back as bone matures.
    ageing              the effect of age stays as at month 0: less refilled in each cycle, and at the spine the
                        density that worn joints add. Does not come back.
    calcium             no mineral is stored while PTH is low (`calcium_gain` = 0). Lasts as long as it is taken.
    imbalance           what is left with all four switched off: resorption that formation does not follow. It
                        has two parts. Perforation (`perforation` = 0 switches it off) never comes back. Thinning,
                        of trabeculae and from the marrow side, comes back in years and only as far as the
                        scaffold stands, since the less surface is left, the less is resorbed.
    interaction         the rest: pathways that work through one another. With less mineral in young bone, for
                        instance, each open cavity weighs less.

A part is the change with everything minus the change without that pathway, draw by draw; the parts and the
interaction add up to the change in every draw, but their medians need not add up to its median. A part can
have the other sign: drugs that slow turnover close cavities, so the remodelling space adds density.

The remodelling space is largest in the first year and fades while treatment lasts, although turnover stays
high. That is a property of this mechanism: it has no separate store of cavities, the delay enters the balance
of volume, and that balance forgets an early deficit in two or three years. At the spine ageing can add density,
because worn joints do, and more than wall thickness loses.

The same change is also split by cause: each drug's effect is the change with it minus the change without it
(drugs that act on each other do not add up), and `untreated` is the change without the strategy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from osteocast.drugs.catalogue import card
from osteocast.engine.accuracy import DEFAULT, Accuracy
from osteocast.forecast import bands, history
from osteocast.forecast.compare import SEED, YEARS, PurposeNumbers, choose, drawn_person, whole, whole_days
from osteocast.forecast.simulation import Job, simulate
from osteocast.model.assemble import SITES
from osteocast.model.bone import ageing
from osteocast.people.draws import Draws
from osteocast.people.person import Person
from osteocast.regimen import Regimen

DRAWS = 200
AT_ONCE_D = 0.01
"""A delay that is none [day]."""
STEEP = 600.0
"""How far, in widths, the onset of ageing is moved back so that a decade changes nothing."""
PARTS = ("remodelling_space", "mineralisation", "imbalance", "ageing", "calcium", "interaction")
COMES_BACK = {
    "remodelling_space": "comes back",
    "mineralisation": "comes back",
    "imbalance": "does not, or slowly",
    "thinning": "slowly, as far as the scaffold stands",
    "perforation": "does not",
    "ageing": "does not",
    "calcium": "while it is taken",
    "interaction": "",
}


@dataclass(frozen=True)
class Why:
    """The change of density at every site, split.

    Attributes:
        person: the person.
        regimen: the strategy.
        months: months of the splits.
        change: percent change by site, shape (months, draws).
        parts: by site and pathway, shape (months, draws).
        imbalance: the two parts of the imbalance, by site and name, shape (months, draws).
        drugs: effect of each drug by site and name, shape (months, draws).
        untreated: percent change by site without the strategy, shape (months, draws).
        seed: seed of the run.
    """

    person: Person
    regimen: Regimen
    months: np.ndarray
    change: Mapping[str, np.ndarray]
    parts: Mapping[str, Mapping[str, np.ndarray]]
    imbalance: Mapping[str, Mapping[str, np.ndarray]]
    drugs: Mapping[str, Mapping[str, np.ndarray]]
    untreated: Mapping[str, np.ndarray]
    seed: int

    def to_dict(self) -> dict[str, Any]:
        """The JSON of `osteocast why --json`."""
        return {
            "schema": 1,
            "person": {"name": self.person.name, "sex": self.person.sex, "age": self.person.age},
            "regimen": str(self.regimen),
            "draws": int(self.change[SITES[0]].shape[1]),
            "seed": self.seed,
            "months": self.months.tolist(),
            "unit": "percent of the density at month 0",
            "comes_back": COMES_BACK,
            "sites": {
                site: {
                    "change_pct": bands.band_of(self.change[site]),
                    "parts": {name: bands.band_of(value) for name, value in self.parts[site].items()},
                    "imbalance": {name: bands.band_of(value) for name, value in self.imbalance[site].items()},
                    "drugs": {name: bands.band_of(value) for name, value in self.drugs[site].items()},
                    "untreated": bands.band_of(self.untreated[site]),
                }
                for site in SITES
            },
        }


def why(
    person: Person, strategy: Regimen | str | None = None, years: int = 10, draws: int = DRAWS, seed: int = SEED
) -> Why:
    """Split the change of density under one strategy.

    Args:
        person: the person.
        strategy: what happens from month 0 on; by default the planned regimen.
        years: how long, 1 to 40.
        draws: how many, 10 to 20,000.
        seed: seed of the random streams.

    Raises:
        OsteocastError: the strategy cannot be read or is not modelled, or a number is out of range.
    """
    regimen = choose(person, [] if strategy is None else [strategy])[0]
    years, draws = whole(years, "years", *YEARS), whole(draws, "draws", 10, 20_000)
    numbers, drawn = drawn_person(person, draws, seed)
    return split(person, drawn, history.present(person, drawn, numbers), numbers, regimen, years, seed)


def split(
    person: Person,
    drawn: Draws,
    now: history.Present,
    numbers: PurposeNumbers,
    regimen: Regimen,
    years: int,
    seed: int,
    accuracy: Accuracy = DEFAULT,
) -> Why:
    """Split the change of density of draws that stand at month 0.

    Args:
        person: the person.
        drawn: its draws.
        now: their state and density at month 0.
        numbers: random numbers of the draws, for missed doses.
        regimen: what happens from month 0 on.
        years: how long.
        seed: seed that the draws come from.
        accuracy: how finely time is cut.
    """
    months = np.arange(0, 12 * years + 1, 12)
    taken = history.Taken(numbers, history.horizon_d(years))
    names = list(dict.fromkeys(item.card_id for item in regimen.items))
    regimens = [history.future(person, drawn, one) for one in (regimen, Regimen(), *_without(regimen, names))]
    numbers.add(purpose for one in regimens for purpose in taken.purposes(one))

    def job(values: Mapping[str, Any], one: Regimen) -> Job:
        return Job(values, one, whole_days(months), 0.0, state=now.state, taken=taken, accuracy=accuracy)

    switched = [off(drawn, *pathways) for pathways in _SWITCHES.values()]
    jobs = [job(values, regimens[0]) for values in switched] + [job(drawn.values, one) for one in regimens[1:]]
    courses = simulate(jobs)
    change = [{site: bands.change_pct(course.quantity[site]) for site in SITES} for course in courses]
    by_switch = dict(zip(_SWITCHES, change, strict=False))
    untreated, *without = change[len(_SWITCHES) :]
    return Why(
        person,
        regimen,
        months,
        by_switch["nothing"],
        {site: _parts({name: one[site] for name, one in by_switch.items()}) for site in SITES},
        {
            site: {
                "thinning": by_switch["rigid"][site],
                "perforation": by_switch["all"][site] - by_switch["rigid"][site],
            }
            for site in SITES
        },
        {
            site: {
                card(name).name: by_switch["nothing"][site] - one[site]
                for name, one in zip(names, without, strict=True)
            }
            for site in SITES
        },
        untreated,
        seed,
    )


_ALONE = ("remodelling_space", "mineralisation", "ageing", "calcium")
_SWITCHES = {
    "nothing": (),
    **{name: (name,) for name in _ALONE},
    "all": _ALONE,
    "rigid": (*_ALONE, "perforation"),
}


def off(drawn: Draws, *pathways: str) -> dict[str, Any]:
    """The values of the draws with pathways switched off.

    Args:
        drawn: the draws.
        pathways: any of remodelling_space, mineralisation, ageing, calcium, perforation.
    """
    values = dict(drawn.values)

    def put(name: str, value: Any) -> None:
        values[name] = value + np.zeros_like(values[name], dtype=float)

    if "remodelling_space" in pathways:
        put("reversal_time", AT_ONCE_D)
        put("osteoblast_life", AT_ONCE_D)
    if "mineralisation" in pathways:
        put("mineral_deficit", 0.0)
    if "calcium" in pathways:
        put("calcium_gain", 0.0)
    if "perforation" in pathways:
        put("perforation", 0.0)
    if "ageing" in pathways:
        _stop_ageing(values, float(np.max(values["age"])), put)
    return values


def _stop_ageing(values: Mapping[str, Any], age: float, put: Any) -> None:
    """Keep the effect of age as it is now: the line that follows age is made so long that its end is flat."""

    class Now:
        ageing_width, ageing_onset = values["ageing_width"], values["ageing_onset"]

    years, long = ageing(age, Now), STEEP * float(np.max(values["ageing_width"]))
    for name in ("ageing_trabecular", "ageing_cortical", "lumbar_spine_degeneration"):
        put(name, values[name] * years / long)
    put("ageing_onset", age - long)


def _without(regimen: Regimen, names: Sequence[str]) -> list[Regimen]:
    """The regimen without each of its drugs in turn."""
    return [Regimen(tuple(item for item in regimen.items if item.card_id != name)) for name in names]


def _parts(change: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """From the change with each switch to parts that add up."""
    total = change["nothing"]
    parts = {name: total - change[name] for name in _ALONE}
    parts["imbalance"] = change["all"]
    parts["interaction"] = total - sum(parts.values())
    return {name: parts[name] for name in PARTS}
