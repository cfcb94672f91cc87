"""People drawn from the twin's own prior, lived with the engine and measured with noise: the truth is known."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np

from osteocast.forecast import history
from osteocast.forecast.compare import choose, onward
from osteocast.measure import assay, dxa
from osteocast.people.person import History, Measurement, PastRegimen, Person, Scan
from osteocast.regimen.units import MONTH_DAYS
from osteocast.twin import forecast, infer, past
from osteocast.twin.observed import HORMONES
from osteocast.twin.prior import Prior

TODAY = dt.date(2025, 6, 2)
SITES = ("lumbar_spine", "total_hip")
YEARS = (2, 5, 10)
AI = "anastrozole 1 mg daily"


@dataclass(frozen=True)
class Plan:
    """Who is measured, and what.

    Attributes:
        person: everything that is known without a measurement.
        scans: (site, month, device, precision error [%]).
        results: (name, unit, month, detection limit in that unit) of markers, and of hormones on treatment.
        strategy: what is taken from month 0 on.
    """

    person: Person
    scans: tuple[tuple[str, float, str, float], ...]
    results: tuple[tuple[str, str, float, float], ...] = ()
    strategy: str = "none"


@dataclass(frozen=True)
class Truth:
    """A synthetic person with what was measured, and true density [g/cm2] by site and year from month 0 on."""

    person: Person
    bmd: dict[str, np.ndarray]


class Numbers:
    """Random numbers of doses that are missed by the true person."""

    def __init__(self, rng: np.random.Generator, count: int) -> None:
        self._rng, self._count, self._known = rng, count, {}

    def __call__(self, purpose: str) -> np.ndarray:
        return self._known.setdefault(purpose, self._rng.standard_normal(self._count))

    def add(self, purposes: object) -> None:
        """Nothing to make beforehand."""


def day(month: float) -> dt.date:
    """The day of a month before today."""
    return TODAY + dt.timedelta(days=round(month * MONTH_DAYS))


def scans(*months: float, sites=SITES, device: str = "Hologic", cv: float = 1.1):
    """Scans of some sites at some months."""
    return tuple((site, month, device, cv) for month in months for site in sites)


def made(plan: Plan, count: int, seed: int, years: int = 10, wider: float = 1.0) -> list[Truth]:
    """Synthetic people of one plan.

    Args:
        plan: who, and what is measured.
        count: how many.
        seed: seed of the truth; nothing in it is shared with an inference.
        years: how far the truth is followed.
        wider: factor on how far the fitted parameters lie from their medians: 1 = as the prior has it.
    """
    rng = np.random.default_rng(seed)
    template = _template(plan)
    prior = Prior(template)
    assert not prior.seen.untreated, "levels without treatment condition the prior, so they cannot be made here"
    z = rng.standard_normal((len(prior.names), count))
    z[[name.startswith("posterior: ") for name in prior.names]] *= wider
    drawn, numbers = prior.draw(z, seed), Numbers(rng, count)
    lived = past.live(template, drawn.draws, prior.seen.months, numbers)
    density = drawn.density_mean + rng.standard_normal((count, len(dxa.SITES))) @ drawn.density_root.T
    first = prior.seen.reference_month
    now = {site: density[:, i] * lived.at(site, 0.0) / lived.at(site, first) for i, site in enumerate(dxa.SITES)}
    present = history.Present(lived.state, now, ())
    course = onward(template, drawn.draws, present, numbers, choose(template, [plan.strategy]), years)[0]
    found = []
    for k in range(count):
        own = np.exp(0.4 * rng.standard_normal())
        seen = []
        for scan, row in zip(template.scans, prior.seen.scans, strict=True):
            here = now[scan.site][k] * lived.at(scan.site, row.month)[k] / lived.at(scan.site, 0.0)[k]
            there = row.to_own.intercept_g_cm2 + row.to_own.slope * here
            noise = row.to_own.error_pct / 100.0 * rng.standard_normal() + row.cv * rng.standard_normal()
            seen.append(replace(scan, bmd_g_cm2=float(there * (1.0 + noise))))
        results = [_measured(one, k, own, lived, prior, rng) for one in plan.results]
        person = replace(
            template,
            name=f"{template.name} {k}",
            scans=tuple(seen),
            markers=tuple(one for one in results if one.name not in HORMONES),
            hormones=tuple(one for one in results if one.name in HORMONES),
        )
        found.append(Truth(person, {site: course.bmd[site][::12, k] for site in dxa.SITES}))
    return found


def _template(plan: Plan) -> Person:
    """The person with measurements whose values mean nothing."""
    blank = [Measurement(name=name, value=5.0, unit=unit, date=day(month)) for name, unit, month, _ in plan.results]
    blank_scans = [
        Scan(site=site, bmd_g_cm2=1.0, device=device, date=day(month), cv_pct=cv)
        for site, month, device, cv in plan.scans
    ]
    return replace(
        plan.person,
        date=TODAY,
        scans=tuple(sorted(blank_scans, key=lambda one: one.date)),
        markers=tuple(one for one in blank if one.name not in HORMONES),
        hormones=tuple(one for one in blank if one.name in HORMONES),
    )


def _measured(planned, k: int, own: float, lived, prior: Prior, rng: np.random.Generator) -> Measurement:
    name, unit, month, limit = planned
    rows = (*prior.seen.markers, *prior.seen.hormones)
    row = next(one for one in rows if (one.result.name, one.result.date) == (name, day(month)))
    level = lived.at(name, row.month)[k] * HORMONES.get(name, 300.0 * own)
    value = float(level * np.exp(np.sqrt(np.log1p((assay.cv_pct(name) / 100.0) ** 2)) * rng.standard_normal()))
    return Measurement(name=name, value=max(value, limit), unit=unit, date=day(month), below=value < limit)


def plans() -> dict[str, Plan]:
    """Different lives, different things known and measured."""
    woman = {"sex": "female", "bmi": 26.0, "age_at_menopause": 50.0}

    def taken(text: str, **more: bool) -> dict[str, tuple[PastRegimen, ...]]:
        return {"past_regimens": (PastRegimen(text, **more),)}

    return {
        "on an inhibitor": Plan(
            Person(name="inhibitor", age=62, **woman, **taken(f"{AI} from month -24")),
            scans(-24, 0),
            (("sCTX", "ng/L", -24, 0.0), ("sCTX", "ng/L", 0, 0.0), ("E2", "pmol/L", 0, 1.5)),
            f"{AI} for 36 months",
        ),
        "early after menopause, little known": Plan(
            Person(name="early", sex="female", age=56, age_at_menopause=54),
            scans(-24, 0, sites=("lumbar_spine",)),
            strategy=f"{AI} for 60 months",
        ),
        "after alendronate": Plan(
            Person(
                name="alendronate", age=70, **woman, history=History(prior_fracture=True),
                **taken("alendronate 70 mg weekly from month -36"),
            ),
            scans(-36, -18, 0, cv=1.5),
            (("P1NP", "ug/L", -36, 0.0), ("P1NP", "ug/L", -30, 0.0)),
        ),
        "before menopause": Plan(
            Person(name="before", sex="female", age=44, menopause_kind="premenopausal", bmi=24),
            scans(0),
            strategy=f"goserelin 3.6 mg every 4 weeks for 60 months + {AI} for 60 months",
        ),
        "two scanners": Plan(
            Person(name="scanners", age=60, **woman, **taken("tamoxifen 20 mg daily from month -24")),
            (*scans(-24, sites=("lumbar_spine", "total_hip")), *scans(0, device="GE Lunar", cv=2.0)),
            strategy=f"{AI} for 36 months",
        ),
        "man": Plan(
            Person(name="man", sex="male", age=60, bmi=28, **taken("testosterone gel 50 mg daily from month -12")),
            scans(-12, 0),
            (("T", "nmol/L", 0, 0.0),),
            f"testosterone gel 50 mg daily + {AI} for 36 months",
        ),
    }  # fmt: skip


def ranks(truth: Truth, strategy: str, *, per_round: int, draws: int, seed: int) -> dict[tuple[str, int], float]:
    """Share of the posterior below the truth, by site and year."""
    twin = infer(truth.person, draws=draws, seed=seed, per_round=per_round)
    found = forecast(twin, [strategy], max(YEARS)).forecast.strategies[0]
    return {
        (site, year): float(np.mean(found.bmd[site][found.months.tolist().index(12 * year)] < truth.bmd[site][year]))
        for site in SITES
        for year in YEARS
    }
