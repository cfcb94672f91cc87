"""Scans as guidance reads them: which count, how much was lost between two, what to expect on an inhibitor."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass

from osteocast.measure import dxa
from osteocast.people.person import Person, Scan

CENTRAL = ("lumbar_spine", "total_hip", "femoral_neck")
"""Sites whose lowest T-score rules read."""
USABLE_MONTHS = 24.0
"""Age of a scan [month] up to which it serves as the one before treatment (the longest published interval)."""
APART_MONTHS = 10.0
"""Shortest time between two scans [month] that is read as a yearly loss (assumed)."""


@dataclass(frozen=True)
class Loss:
    """Loss of density between two scans of one site on one scanner.

    Attributes:
        site: the site.
        percent: lost [%]; negative is a gain.
        percent_per_year: the same a year [%].
        least_significant_percent: what the scanner can mistake [%].
        words: one sentence.
    """

    site: str
    percent: float
    percent_per_year: float
    least_significant_percent: float
    words: str

    @property
    def beyond_noise(self) -> bool:
        """Whether the loss is at least the scanner's least significant change."""
        return self.percent >= self.least_significant_percent


def central(t_scores: Mapping[str, float]) -> dict[str, float]:
    """T-scores [1] of the sites that rules read."""
    return {site: float(t_scores[site]) for site in CENTRAL if site in t_scores}


def latest(person: Person) -> Scan | None:
    """The latest scan of spine or hip at or before month 0."""
    scans = [scan for site, scan in person.baseline_scans().items() if site in CENTRAL]
    return max(scans, key=lambda scan: person.month_of(scan.date), default=None)


def usable(person: Person) -> bool:
    """Whether a scan of spine or hip is recent enough to serve as the one before treatment."""
    scan = latest(person)
    return scan is not None and person.month_of(scan.date) >= -USABLE_MONTHS


def too_old(person: Person) -> str:
    """One sentence on a scan that is not recent enough."""
    scan = latest(person)
    assert scan is not None
    months = -person.month_of(scan.date)
    return (
        f"The latest scan is {months:.0f} months old; beyond {USABLE_MONTHS:g} months it does not serve as the one "
        "before treatment."
    )


def z_scores(t_scores: Mapping[str, float], sex: str, age: float) -> dict[str, float]:
    """Z-scores [1] by site, from T-scores and the package's reference curves."""
    found = {}
    for site, t in t_scores.items():
        mean, sd = dxa.t_by_age(site, sex, age)
        found[site] = (t - mean) / sd
    return found


def loss(person: Person) -> Loss | None:
    """The largest yearly loss of spine or hip between the latest scan of a site and the one before it on the same
    scanner, at least ten months apart; None without such a pair."""
    found = []
    for site, scan in person.baseline_scans().items():
        if site not in CENTRAL:
            continue
        now = person.month_of(scan.date)
        earlier = [
            one
            for one in person.scans
            if one.site == site and one.device == scan.device and now - person.month_of(one.date) >= APART_MONTHS
        ]
        if earlier:
            found.append(_between(person, max(earlier, key=lambda one: person.month_of(one.date)), scan))
    return max(found, key=lambda one: one.percent_per_year, default=None)


def expected_loss(site_t_scores: tuple[Mapping[str, float], Mapping[str, float]], years: float) -> Loss:
    """The largest yearly loss between two expected sets of T-scores some years apart."""
    before, after = site_t_scores
    found = []
    for site, t in central(after).items():
        first, second = dxa.bmd(float(before[site]), site), dxa.bmd(t, site)
        percent = 100.0 * (1.0 - second / first)
        words = f"Expected loss at the {site.replace('_', ' ')}: {percent / years:.1f} % a year."
        found.append(Loss(site, percent, percent / years, dxa.precision(site).lsc_pct, words))
    return max(found, key=lambda one: one.percent_per_year)


def pairs(person: Person) -> tuple[Loss, ...]:
    """Every change between neighbouring scans of a site on one scanner, oldest first."""
    found = []
    known = sorted((scan for scan in person.scans if scan.date is not None), key=lambda scan: (scan.site, scan.date))
    for first, second in itertools.pairwise(known):
        if (first.site, first.device) == (second.site, second.device):
            found.append(_between(person, first, second))
    return tuple(found)


def _between(person: Person, first: Scan, second: Scan) -> Loss:
    years = (person.month_of(second.date) - person.month_of(first.date)) / 12.0
    percent = 100.0 * (1.0 - second.bmd / first.bmd)
    least = dxa.LSC_FACTOR * math.sqrt(0.5 * (first.precision_pct**2 + second.precision_pct**2))
    scanner = "this kind of scanner" if first.cv_pct is None and second.cv_pct is None else "this scanner"
    direction = "lost" if percent >= 0.0 else "gained"
    verdict = "more than" if abs(percent) >= least else "less than"
    words = (
        f"Between two scans {12 * years:.0f} months apart the {second.site.replace('_', ' ')} {direction} "
        f"{abs(percent):.1f} %: {verdict} the {least:.1f} % that {scanner} can mistake."
    )
    return Loss(second.site, percent, percent / years, least, words)
