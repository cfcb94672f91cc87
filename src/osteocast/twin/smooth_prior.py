"""The prior of one person as a function that JAX can differentiate: the same numbers as `prior.Prior.draw`.

Written a second time on purpose. The fast path runs in NumPy and needs no derivatives; the reference path needs
them, and what both say of the same normal numbers is compared in a test.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax.scipy.special import ndtr, ndtri

from osteocast.engine.configure import configure
from osteocast.measure import assay, dxa
from osteocast.parameters.registry import parameters, posterior
from osteocast.people import joint, latent
from osteocast.people.draws import PMOL_PER_NMOL
from osteocast.people.fill import EXPECTED_MENOPAUSE
from osteocast.people.margins import TINY, Margin
from osteocast.people.sample import DAYS_PER_YEAR
from osteocast.people.validate import MENOPAUSE_RANGE
from osteocast.twin.observed import HORMONES
from osteocast.twin.prior import ENGINE, FACT, FRACTURE, TURNOVER, Prior, purpose

configure()

BODY_MASS = (14.0, 60.0)


class Smooth(NamedTuple):
    """What normal numbers stand for.

    Attributes:
        values: for the engine, by name, shape ().
        density_mean: mean density [g/cm2] at the reference month, shape (sites,).
        log_weight: what is left of the likelihood of untreated hormones.
    """

    values: dict[str, Any]
    density_mean: Any
    log_weight: Any


class SmoothPrior:
    """A prior whose draws can be differentiated.

    Attributes:
        prior: the prior.
        middle: values of the draw whose normal numbers are all 0: those that never differ keep them.
        density_root: root of the covariance of density [g/cm2], shape (sites, sites).
    """

    def __init__(self, prior: Prior) -> None:
        self.prior = prior
        middle = prior.draw(np.zeros((len(prior.names), 1)), 0)
        self.middle = {name: float(np.ravel(value)[0]) for name, value in middle.draws.values.items()}
        self.density_root = middle.density_root
        self._records = {one.field: one for one in prior.filled}

    def __call__(self, z: Any) -> Smooth:
        """What normal numbers, shape (names,), stand for."""
        number = dict(zip(self.prior.names, z, strict=True))
        given = {"bmi": self._body_mass(number["bmi"])}
        hormones, log_weight = self._hormones(number, given["bmi"])
        if self.prior.person.history.prior_fracture is not None:
            given[joint.CORRELATED_RISK] = self._fracture(number[FRACTURE])
        mean, root = self._given(given, ("turnover",))
        number[TURNOVER] = mean[0] + root[0, 0] * number[TURNOVER]
        given["turnover"] = number[TURNOVER]
        mean, _ = self._given(given, joint.T_SCORES)
        density = []
        for i, site in enumerate(dxa.SITES):
            centre, sd = dxa.t_by_age(site, self.prior.person.sex, self.prior.age)
            density.append(dxa.bmd(centre + sd * mean[i], site, self.prior.seen.devices[site]))
        values = self.middle | self._parameters(number) | self._personal(number) | hormones
        return Smooth(values, jnp.stack(density), log_weight)

    def _parameters(self, number: Mapping[str, Any]) -> dict[str, Any]:
        """Fitted parameters, and what differs between people."""
        known, fit = parameters(), posterior()
        sex = self.prior.person.sex
        found: dict[str, Any] = {}
        if fit is not None:
            root = np.linalg.cholesky(np.array(fit.log_cov))
            logs = np.array(fit.log_mean) + root @ jnp.stack([number[f"posterior: {name}"] for name in fit.names])
            for name, log in zip(fit.names, logs, strict=True):
                if name in known:
                    found[name] = jnp.clip(jnp.exp(log), *known[name].bounds)
        for name, one in known.items():
            if one.between_person_log_sd > 0.0:
                factor = jnp.exp(one.between_person_log_sd * number[f"between people: {name}"])
                found[name] = found.get(name, one.value(sex)) * factor
        return found

    def _personal(self, number: Mapping[str, Any]) -> dict[str, Any]:
        """Body mass, calcium, vitamin D and menopause, where they were not given."""
        records, person = self._records, self.prior.person
        found: dict[str, Any] = {name: self.middle[name] for name in ("calcium_intake", "vitamin_d")}
        for field, name, key in (
            ("bmi", "bmi", "bmi"),
            ("calcium_mg_day", "calcium_intake", "calcium"),
            ("25OHD", "vitamin_d", "25OHD"),
        ):
            if field in records:
                one = records[field]
                found[name] = one.value * jnp.exp(one.sd / one.value * number[key])
        if "bmi" in found:
            found["bmi"] = jnp.clip(found["bmi"], *BODY_MASS)
        at: Any = None
        if EXPECTED_MENOPAUSE in records:
            one = records[EXPECTED_MENOPAUSE]
            latest = max(MENOPAUSE_RANGE[1], person.age + 1.0)
            at = jnp.clip(one.value + one.sd * number["menopause"], person.age + 0.1, latest)
        elif "age_at_menopause" in records:
            one, mean = records["age_at_menopause"], self.prior.completed.age_at_menopause
            assert mean is not None  # filled
            at = jnp.clip(mean + one.sd * number["menopause"], MENOPAUSE_RANGE[0], person.age)
        if at is not None and not self._surgical:
            found["menopause_day"] = (at - person.age) * DAYS_PER_YEAR
        return found

    @property
    def _surgical(self) -> bool:
        """Whether the menopause came with the ovaries, which leaves its day no room."""
        person = self.prior.completed
        surgical = person.menopause_kind == "surgical" or person.history.bilateral_oophorectomy
        return bool(surgical) and person.age_at_menopause is not None

    def _body_mass(self, z: Any) -> Any:
        """The normal number behind body mass."""
        if "bmi" in self._records:
            return z
        return float(joint.margin("bmi", self.prior.group).margin.latent(self.prior.completed.bmi))

    def _fracture(self, z: Any) -> Any:
        """The normal number behind a prior fracture, on the side that is known."""
        prior = self.prior
        share = 1.0 - float(joint.prevalence(joint.CORRELATED_RISK, prior.person.sex).at(prior.age))
        u = share + ndtr(z) * (1.0 - share) if prior.person.history.prior_fracture else ndtr(z) * share
        return ndtri(jnp.clip(u, 1e-12, 1.0 - 1e-12))

    def _given(self, given: Mapping[str, Any], wanted: tuple[str, ...]) -> tuple[Any, np.ndarray]:
        """Mean, shape (wanted,), and root of the covariance of some normal numbers given others."""
        places = [self.prior.correlated.index(name) for name in (*given, *wanted)]
        parts = latent.conditional(self.prior.correlation[np.ix_(places, places)], range(len(given)))
        return parts.weights @ jnp.stack([jnp.asarray(value, float) for value in given.values()]), parts.root

    def _hormones(self, number: Mapping[str, Any], body_mass: Any) -> tuple[dict[str, Any], Any]:
        """Levels without treatment given the results, and the log probability of the results given body mass."""
        untreated = self.prior.seen.untreated
        names = [name for name in FACT if name in untreated]
        if not names:
            return {}, jnp.zeros(())
        margins = [joint.margin(FACT[name], self.prior.group).margin for name in names]
        mean, root = self._given({"bmi": body_mass}, tuple(FACT[name] for name in names))
        # Each result tells of the level with the scatter of its assay: one normal update.
        scaled = [margin.normal() for margin in margins]
        seen = np.array([
            (np.mean([np.log(one.value * HORMONES[name]) for one in untreated[name]]) - place) / scale
            for name, (place, scale) in zip(names, scaled, strict=True)
        ])  # fmt: skip
        scatter = np.array([
            np.log1p((assay.cv_pct(name) / 100.0) ** 2) / len(untreated[name]) / scale**2
            for name, (_, scale) in zip(names, scaled, strict=True)
        ])  # fmt: skip
        spread = root @ root.T
        total = spread + np.diag(scatter)
        gain = np.linalg.solve(total, spread).T
        left = np.linalg.cholesky(spread - gain @ spread + 1e-14 * np.eye(len(names)))
        away = seen - mean
        latents = mean + gain @ away + left @ jnp.stack([number[purpose(name)] for name in names])
        values: dict[str, Any] = {}
        for name, margin, z in zip(names, margins, latents, strict=True):
            level = _value(margin, z) / (PMOL_PER_NMOL if name == "E2" else 1.0)
            fertile = name == "E2" and self.prior.group == joint.PRE
            values["fertile_e2_known" if fertile else ENGINE[name]] = level
        return values, -0.5 * away @ np.linalg.inv(total) @ away


def _value(margin: Margin, z: Any) -> Any:
    """`Margin.value` of a normal or log-normal distribution."""
    low, high = margin.cuts()
    z = ndtri(jnp.clip(low + ndtr(z) * (high - low), TINY, 1.0 - TINY))
    place, scale = margin.normal()
    found = place + scale * z
    return jnp.clip(jnp.exp(found) if margin.kind == "lognormal" else found, margin.low, margin.high)
