"""The person before any scan or marker is looked at: draws, and the density the population gives them.

A draw is a column of standard normal numbers. Those of `people.draws` make parameters and personal values, as in
every forecast. Three things are added. The speed of turnover is drawn given body mass and a prior fracture, as the
joint distribution of the virtual population has it. Hormones measured without treatment are the level plus the
assay's scatter, not the level. Density at the time of the first scan is not drawn at all: given the rest it is
normal, with the population's mean for age and the correlations of the virtual population, and is integrated out
exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr, ndtri

from osteocast.measure import assay, dxa
from osteocast.people import joint, latent
from osteocast.people.draws import PMOL_PER_NMOL, Draws, draw, purposes
from osteocast.people.fill import fill, population_group
from osteocast.people.person import Person
from osteocast.twin.observed import HORMONES, Observed, observed

TURNOVER = "between people: turnover"
FRACTURE = "twin: prior fracture"
FACT = {"E2": "e2", "T": "testosterone", "LH": "lh"}
ENGINE = {"E2": "e2_known", "T": "t_known", "LH": "lh_known"}


@dataclass(frozen=True)
class Drawn:
    """Draws of the prior.

    Attributes:
        draws: for the engine.
        density_mean: mean density [g/cm2] at the reference month, shape (draws, sites), each site on its device.
        density_root: root of its covariance [g/cm2], shape (sites, sites), the same for all draws.
        log_weight: what is left of the likelihood of untreated hormones, shape (draws,).
    """

    draws: Draws
    density_mean: np.ndarray
    density_root: np.ndarray
    log_weight: np.ndarray


class Prior:
    """The prior of one person.

    Attributes:
        person: as given.
        completed: with what was filled.
        bare: as given, without what is inferred here.
        filled: what was filled.
        seen: what was measured.
        group: of the joint distribution of the virtual population.
        correlated: quantities of its correlation matrix, in order.
        correlation: that matrix.
        names: purposes of the normal numbers of a draw.
    """

    def __init__(self, person: Person) -> None:
        self.person = person
        kept = tuple(one for one in person.hormones if one.name == "25OHD")
        # What is inferred here must not enter as exact through `draw`.
        self.bare = replace(person, markers=(), hormones=kept, date=person.date)
        self.completed, self.filled = fill(self.bare)
        self.seen: Observed = observed(person, self.completed)
        self.group = population_group(self.completed)
        self.correlated, self.correlation = latent.matrix(self.group, {})
        sites = {f"t_score {site}" for site in dxa.SITES}
        self.names = tuple(name for name in (*purposes(), FRACTURE, *map(purpose, FACT)) if name not in sites)

    @property
    def age(self) -> float:
        """Age at the reference month [years]."""
        return self.person.age + self.seen.reference_month / 12.0

    def draw(self, z: np.ndarray, seed: int) -> Drawn:
        """Make draws of standard normal numbers.

        Args:
            z: shape (names, draws).
            seed: of the run.
        """
        number = dict(zip(self.names, z, strict=True))
        n = z.shape[1]
        given = {"bmi": self._body_mass(number["bmi"])}
        hormones, log_weight = self._hormones(number, given["bmi"])
        if self.person.history.prior_fracture is not None:
            given[joint.CORRELATED_RISK] = self._fracture(number[FRACTURE])
        mean, root = self._given(given, ("turnover",))
        number[TURNOVER] = mean[0] + root[0, 0] * number[TURNOVER]
        made = draw(self.bare, n, seed, lambda purpose: number.get(purpose, np.zeros(n)))
        values = dict(made.values) | hormones
        given["turnover"] = number[TURNOVER]
        mean, root = self._given(given, joint.T_SCORES)
        density, spread = np.empty((n, len(dxa.SITES))), np.empty(len(dxa.SITES))
        for i, site in enumerate(dxa.SITES):
            centre, sd = dxa.t_by_age(site, self.person.sex, self.age)
            device = self.seen.devices[site]
            density[:, i] = dxa.bmd(centre + sd * mean[i], site, device)
            spread[i] = sd * dxa.reference(site, device).sd_g_cm2
        made = replace(made, values=values, notes=self.seen.notes)
        return Drawn(made, density, spread[:, None] * root, log_weight)

    def _body_mass(self, z: np.ndarray) -> np.ndarray:
        """The normal number behind body mass."""
        if any(one.field == "bmi" for one in self.filled):
            return z
        margin = joint.margin("bmi", self.group).margin
        return np.full_like(z, float(margin.latent(self.completed.bmi)))

    def _fracture(self, z: np.ndarray) -> np.ndarray:
        """The normal number behind a prior fracture, on the side that is known."""
        share = 1.0 - float(joint.prevalence(joint.CORRELATED_RISK, self.person.sex).at(self.age))
        u = share + ndtr(z) * (1.0 - share) if self.person.history.prior_fracture else ndtr(z) * share
        return np.asarray(ndtri(np.clip(u, 1e-12, 1.0 - 1e-12)))

    def _given(self, given: Mapping[str, np.ndarray], wanted: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
        """Mean, shape (wanted, draws), and root of the covariance of some normal numbers given others."""
        names = (*given, *wanted)
        places = [self.correlated.index(name) for name in names]
        parts = latent.conditional(self.correlation[np.ix_(places, places)], range(len(given)))
        return parts.weights @ np.stack(list(given.values())), parts.root

    def _hormones(
        self, number: Mapping[str, np.ndarray], body_mass: np.ndarray
    ) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Levels without treatment given the results, as the engine takes them, and what is left of the likelihood:
        the probability of the results given body mass, which matters where that is not known."""
        names = [name for name in FACT if name in self.seen.untreated]
        if not names:
            return {}, np.zeros_like(body_mass)
        margins = [joint.margin(FACT[name], self.group).margin for name in names]
        mean, root = self._given({"bmi": body_mass}, tuple(FACT[name] for name in names))
        result, noise = np.empty(len(names)), np.empty(len(names))
        for i, (name, margin) in enumerate(zip(names, margins, strict=True)):
            place, scale = margin.normal()
            logs = [np.log(one.value * HORMONES[name]) for one in self.seen.untreated[name]]
            result[i] = (np.mean(logs) - place) / scale
            noise[i] = (np.log1p((assay.cv_pct(name) / 100.0) ** 2)) / len(logs) / scale**2
        spread = root @ root.T
        total = spread + np.diag(noise)
        gain = spread @ np.linalg.inv(total)
        away = result[:, None] - mean
        left = np.linalg.cholesky(spread - gain @ spread + 1e-14 * np.eye(len(names)))
        numbers = mean + gain @ away + left @ np.stack([number[purpose(name)] for name in names])
        values = {}
        for i, (name, margin) in enumerate(zip(names, margins, strict=True)):
            level = margin.value(numbers[i]) / (PMOL_PER_NMOL if name == "E2" else 1.0)
            fertile = name == "E2" and self.group == joint.PRE
            values["fertile_e2_known" if fertile else ENGINE[name]] = level
        return values, -0.5 * np.sum(away * np.linalg.solve(total, away), axis=0)


def purpose(name: str) -> str:
    """The normal number behind a hormone's level without treatment."""
    return f"twin: {name} without treatment"
