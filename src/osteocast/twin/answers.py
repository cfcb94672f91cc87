"""What the texts would answer after a scan to come, draw by draw: whether it differs from what they say now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from osteocast.fracture import risk_factors, ten_year_percents
from osteocast.guidance import density, facts_of, rule_sets
from osteocast.guidance.evaluate import protects
from osteocast.guidance.expected import planned_months
from osteocast.guidance.facts import RISK_FROM_AGE
from osteocast.guidance.records import RuleSet
from osteocast.guidance.treatment import BONE_DRUGS, Treatment
from osteocast.measure import dxa
from osteocast.people.person import Person, Scan

RISKS = {"mof_10y_percent": "mof", "hip_10y_percent": "hip"}


class Answers:
    """What the rule sets would say of a scan to come; cards, and texts replaced by one that is read here, are left
    out.

    Args:
        person: the person.
        taken: what is taken.
        last: the last scan by site, with which the next is compared.
    """

    def __init__(self, person: Person, taken: Treatment, last: Mapping[str, Scan]) -> None:
        self._person, self._taken, self._last = person, taken, last
        self._old = {site: scan.t for site, scan in last.items()}
        self._lost = density.loss(person)
        self._treated, self._end = taken.any_of(BONE_DRUGS), planned_months(taken)
        known = rule_sets()
        self._texts = [one for one in known.values() if one.role == "rule_set" and not _replaced(one, known)]

    def changed(
        self, month: float, true: Mapping[str, np.ndarray], measured: Mapping[str, np.ndarray]
    ) -> dict[str, np.ndarray]:
        """Whether each text that speaks of the person would answer otherwise after a scan, and would if the scanner
        had no noise, shape (draws,); none after the tablets that the texts are about.

        On a bone drug only a text that would name one and did not counts: that density rose is what it is for.

        Args:
            month: of the scan [month].
            true: density [g/cm2] by site, shape (draws,).
            measured: the same with the scanner's noise.
        """
        person, taken = self._person, self._taken
        if month >= max(self._end, 1.0):
            return {}
        both = {site: np.concatenate([true[site], measured[site]]) for site in self._last}
        t_scores = {site: dxa.t_score(value, site, self._last[site].device) for site, value in both.items()}
        risks = self._risks(month, t_scores)
        old = {RISKS[name]: float(each[-1]) for name, each in risks.items()} or None
        facts = facts_of(person, taken, month=month, t_scores=self._old, loss=self._lost, ten_year=old)
        before = facts.values
        after: dict[str, Any] = {
            **before, **{name: each[:-1] for name, each in risks.items()},
            **self._facts(month, t_scores), **self._loss(month, both),
        }  # fmt: skip
        found = {}
        for one in self._texts:
            assert one.covers is not None
            if not bool(one.covers.met(before)):  # type: ignore[arg-type]  # plain numbers do as well as arrays
                continue
            then, now = protects(one, after), protects(one, before)
            other = then & ~now if self._treated else then != now
            bare, noisy = np.broadcast_to(other, next(iter(both.values())).shape).reshape(2, -1)
            # A true change that noise hides is not seen, and one that noise makes is none.
            found[one.id] = bare & noisy
        return found

    def _risks(self, month: float, t_scores: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Ten-year probabilities [%] by fact, shape (T-scores and one more,); the last is that of the last scan."""
        person, age = self._person, self._person.age + month / 12.0
        if age < RISK_FROM_AGE:
            return {}
        every, known = {site: np.append(t, self._old[site]) for site, t in t_scores.items()}, risk_factors(person)
        return {
            name: ten_year_percents(outcome, sex=person.sex, age=age, t_scores=every, factors=known)
            for name, outcome in RISKS.items()
        }

    def _facts(self, month: float, t_scores: Mapping[str, np.ndarray]) -> dict[str, Any]:
        """Facts that a scan would change, shape (T-scores,)."""
        person, age = self._person, self._person.age + month / 12.0
        z_scores = []
        for site, t in t_scores.items():
            mean, sd = dxa.t_by_age(site, person.sex, age)
            z_scores.append((t - mean) / sd)
        return {
            "has_dxa": 1.0,
            "t_score_min": np.min(list(t_scores.values()), axis=0),
            "z_score_min": np.min(z_scores, axis=0),
        }

    def _loss(self, month: float, measured: Mapping[str, np.ndarray]) -> dict[str, Any]:
        """The largest yearly loss since the last scans that are far enough back, as `density.loss` reads them."""
        losses, beyond = [], []
        for site, scan in self._last.items():
            since = month - self._person.month_of(scan.date)
            if since >= density.APART_MONTHS:
                percent = 100.0 * (1.0 - measured[site] / scan.bmd)
                losses.append(percent * 12.0 / since)
                beyond.append(percent >= dxa.LSC_FACTOR * scan.precision_pct)
        if not losses:
            return {}
        worst = np.argmax(losses, axis=0)[None]
        return {
            "loss_percent_per_year": np.take_along_axis(np.array(losses), worst, 0)[0],
            "loss_beyond_noise": np.take_along_axis(np.array(beyond, float), worst, 0)[0],
        }


def _replaced(one: RuleSet, known: Mapping[str, RuleSet]) -> bool:
    """Whether a text was replaced by one that is evaluated here."""
    return bool(one.superseded_by) and known[one.superseded_by].covers is not None
