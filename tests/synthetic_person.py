"""People drawn from the twin's own prior, lived with the engine and measured with noise: the truth is known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from osteocast.forecast import history
from osteocast.forecast.compare import choose, onward
from osteocast.measure import assay, dxa
from osteocast.people.person import Measurement, Person, Scan
from osteocast.regimen.units import MONTH_DAYS
from osteocast.twin import past
from osteocast.twin.observed import HORMONES
from osteocast.twin.prior import Prior

TODAY = dt.date(2025, 6, 2)


@dataclass(frozen=True)
class Plan:
    """Who is measured, and what.

    Attributes:
        person: everything that is known without a measurement.
        scans: (site, month, device, precision error [%]).
        results: (name, unit, month) of markers and hormones.
        strategy: what is taken from month 0 on.
    """

    person: Person
    scans: tuple[tuple[str, float, str, float], ...]
    results: tuple[tuple[str, str, float], ...] = ()
    strategy: str = "none"


@dataclass(frozen=True)
class Truth:
    """A synthetic person.

    Attributes:
        person: with what was measured.
        bmd: true density [g/cm2] by site and year from month 0, shape (years + 1,).
        fold: true density over that at month 0 by site and month of a scan.
    """

    person: Person
    bmd: dict[str, np.ndarray]
    fold: dict[tuple[str, float], float]


def day(month: float) -> dt.date:
    """The day of a month before today."""
    return TODAY + dt.timedelta(days=round(month * MONTH_DAYS))


def made(plan: Plan, count: int, seed: int, years: int = 10) -> list[Truth]:
    """Synthetic people of one plan.

    Args:
        plan: who, and what is measured.
        count: how many.
        seed: seed of the truth; nothing in it is shared with an inference.
        years: how far the truth is followed.
    """
    rng = np.random.default_rng(seed)
    scans = tuple(
        Scan(site=site, bmd_g_cm2=1.0, device=device, date=day(month), cv_pct=cv)
        for site, month, device, cv in plan.scans
    )
    kinds = {name: ("hormones" if name in HORMONES else "markers") for name, _, _ in plan.results}
    blank = [Measurement(name=name, value=5.0, unit=unit, date=day(month)) for name, unit, month in plan.results]
    markers = tuple(one for one in blank if kinds[one.name] == "markers")
    hormones = tuple(one for one in blank if kinds[one.name] == "hormones")
    template = replace(plan.person, date=TODAY, scans=scans, markers=markers, hormones=hormones)
    prior = Prior(template)
    drawn = prior.draw(rng.standard_normal((len(prior.names), count)), seed)
    tables = {}

    def numbers(purpose: str) -> np.ndarray:
        return tables.setdefault(purpose, rng.standard_normal(count))

    lived = past.live(template, drawn.draws, prior.seen.months, numbers)
    density = drawn.density_mean + rng.standard_normal((count, len(dxa.SITES))) @ drawn.density_root.T
    first = prior.seen.reference_month
    now = {site: density[:, i] * lived.at(site, 0.0) / lived.at(site, first) for i, site in enumerate(dxa.SITES)}
    present = history.Present(lived.state, now, ())
    numbers.add = lambda purposes: None  # type: ignore[attr-defined]
    course = onward(template, drawn.draws, present, numbers, choose(template, [plan.strategy]), years)[0]
    level = np.exp(0.4 * rng.standard_normal((count, len(kinds))))
    own = []
    for k in range(count):
        seen = []
        for scan, row in zip(template.scans, prior.seen.scans, strict=True):
            there = now[scan.site][k] * lived.at(scan.site, row.month)[k] / lived.at(scan.site, 0.0)[k]
            there = row.to_own.intercept_g_cm2 + row.to_own.slope * there
            there *= 1.0 + row.to_own.error_pct / 100.0 * rng.standard_normal()
            seen.append(replace(scan, bmd_g_cm2=float(there * (1.0 + row.cv * rng.standard_normal()))))
        results = {"markers": [], "hormones": []}
        rows = {(one.result.name, one.result.date): one for one in (*prior.seen.markers, *prior.seen.hormones)}
        for one in (*template.markers, *template.hormones):
            row = rows[one.name, one.date]
            scatter = np.exp(np.sqrt(np.log1p((assay.cv_pct(one.name) / 100.0) ** 2)) * rng.standard_normal())
            own_level = 300.0 * level[k, list(kinds).index(one.name)]
            true = lived.at(one.name, row.month)[k] * HORMONES.get(one.name, own_level)
            results[kinds[one.name]].append(replace(one, value=float(true * scatter)))
        fold = {
            (scan.site, month): float(lived.at(scan.site, row.month)[k] / lived.at(scan.site, 0.0)[k])
            for scan, row, (_, month, _, _) in zip(template.scans, prior.seen.scans, plan.scans, strict=True)
        }
        person = replace(
            template, name=f"{template.name} {k}", scans=tuple(seen), markers=tuple(results["markers"]),
            hormones=tuple(results["hormones"]),
        )  # fmt: skip
        own.append(Truth(person, {site: course.bmd[site][::12, k] for site in dxa.SITES}, fold))
    return own


def two_scans(cv: float = 1.1, first: float = -24.0, sites: Sequence[str] = ("lumbar_spine", "total_hip")) -> tuple:
    """Scans of both sites at two times."""
    return tuple((site, month, "Hologic", cv) for month in (first, 0.0) for site in sites)
