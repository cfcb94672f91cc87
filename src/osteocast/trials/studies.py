"""The studies of the evidence as designs of virtual trials: own people, own arms, own visits.

Rows of one trial that describe the same people and the same treatment before month 0 are one cohort, and a cohort is
one design. Labels of a row (its id, study, citation) name the cohort and choose nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from osteocast.errors import OsteocastError, choices, nearest
from osteocast.evidence.targets import Target
from osteocast.measure import assay, dxa
from osteocast.people.sample import SPREAD, Group
from osteocast.regimen import Regimen
from osteocast.trials.published import group_of
from osteocast.trials.study_rows import Result, arm_name, why_not

if TYPE_CHECKING:
    from osteocast.trials.design import Design

PMOL_PER_NMOL = 1000.0
ADULT = 18.0
WIDEST = 2.5
"""Standard deviations at which the spread of age, years since menopause and body mass is cut."""


@dataclass(frozen=True)
class Cohort:
    """People of one kind in one trial, with every published row about them.

    Attributes:
        name: what the studies' names have in common.
        group: the people as published.
        t_scores: published mean T-scores by site.
        prior: what all of them took before month 0.
        regimens: of the arms, from month 0 on.
        results: the rows.
    """

    name: str
    group: Group
    t_scores: tuple[tuple[str, float], ...]
    prior: Regimen
    regimens: tuple[Regimen, ...]
    results: tuple[Result, ...]

    @cached_property
    def simulated(self) -> tuple[Result, ...]:
        """The rows that people are simulated for."""
        return tuple(one for one in self.results if one.reason is None and not one.row.follows_from_parameters)

    @property
    def studies(self) -> tuple[str, ...]:
        """Names of the studies."""
        return tuple(dict.fromkeys(one.row.text("study") for one in self.results))

    def population(self) -> dict[str, Any]:
        """The people as the population of a design: published means, spreads as in `people.sample`; what is not
        published is that of the joint distribution."""
        group = self.group
        given: dict[str, Any] = {"age": _around(group.age, SPREAD["age"], ADULT)}
        since = group.years_since_menopause
        if group.sex == "female" and since is None:
            given["postmenopausal"] = 0.0
        elif since is not None and since <= 0.0:  # a cohort aligned on the final period, which is to come
            given |= {"age": group.age, "age_at_menopause": group.age - since}
        elif since is not None:
            given["years_since_menopause"] = _around(since, SPREAD["menopause_share"] * since)
        if group.bmi is not None:
            given["bmi"] = _around(group.bmi, SPREAD["log_bmi"] * group.bmi)
        for site, mean in self.t_scores:
            given[f"t_score_{site}"] = {"mean": mean, "sd": float(dxa.t_by_age(site, group.sex, group.age)[1])}
        if group.e2_baseline is not None:
            e2 = group.e2_baseline * PMOL_PER_NMOL
            given["e2"] = {"mean": e2, "sd": SPREAD["log_e2"] * e2}
        if group.t_baseline is not None:
            given["testosterone"] = {"mean": group.t_baseline, "sd": SPREAD["log_t"] * group.t_baseline}
        prior = {str(self.prior): 1.0} if self.prior.items else {}
        return {"sex": group.sex, "given": given, "prior_therapy": prior}

    def design(self, *, people: int, seed: int, assumed_correlations: float = 1.0) -> Design:
        """The cohort as a virtual trial in which everybody is in every arm, nobody is lost and tablets are taken,
        with the noise of scanner and assays.

        Args:
            people: in each arm.
            seed: of the trial.
            assumed_correlations: factor on every correlation of the population that nobody measured.
        """
        from osteocast.trials.design import Design

        months = {0.0}
        for one in self.simulated:
            months |= {one.row.required("from_month"), one.row.required("to_month")}
        endpoints = [one.endpoint() for one in self.simulated]
        unique = [one for place, one in enumerate(endpoints) if one not in endpoints[:place]]
        return Design.model_validate(
            {
                "schema": 1,
                "title": self.name,
                "population": self.population() | {"assumed_correlations": assumed_correlations},
                "arms": [{"name": arm_name(k), "regimen": str(one)} for k, one in enumerate(self.regimens)],
                "visits_month": sorted(months),
                "endpoints": unique,
                "assays": {name: assay.cv_pct(name) for name in assay.known()},
                "every_arm": True,
                "fractures": any(one.is_event for one in self.simulated),
                "n": people,
                "seed": seed,
            }
        )


def _around(mean: float, sd: float, least: float = 0.0) -> dict[str, float] | float:
    """A spread about a mean, cut on both sides; a single value without one."""
    if sd <= 0.0:
        return mean
    return {"mean": mean, "sd": sd, "min": max(mean - WIDEST * sd, least), "max": mean + WIDEST * sd}


def split(regimen: Regimen) -> tuple[Regimen, Regimen]:
    """A regimen before month 0, and from then on; a course that goes on begins anew at month 0."""
    before, after = [], []
    for item in regimen.items:
        if item.start_month >= 0.0:
            after.append(item)
            continue
        end = item.end_month
        before.append(replace(item, end_month=0.0 if end is None else min(end, 0.0)))
        if end is None or end > 0.0:
            after.append(replace(item, start_month=0.0))
    return Regimen(tuple(before)), Regimen(tuple(after))


def cohorts(rows: Sequence[Target]) -> tuple[Cohort, ...]:
    """The cohorts of a table of published results, in its order; every row is in one of them."""
    keyed: dict[tuple[Any, ...], list[Target]] = {}
    for row in rows:
        priors = [split(one)[0] for one in (row.regimen, row.comparator) if one is not None]
        # Arms that differ before month 0 cannot share the people of month 0.
        prior = priors[0] if all(one == priors[0] for one in priors) else None
        keyed.setdefault((row.trial, group_of(row), _t_scores(row), prior), []).append(row)
    found = []
    for (_, group, t_scores, prior), own in keyed.items():
        taken = [[split(one)[1] for one in (row.regimen, row.comparator) if one is not None] for row in own]
        arms = list(dict.fromkeys(one for treatments in taken for one in treatments))
        sizes: dict[Regimen, int] = {}
        for row, treatments in zip(own, taken, strict=True):
            n = row.number("n")
            if n is not None and len(treatments) == 1:
                sizes[treatments[0]] = max(sizes.get(treatments[0], 1), int(n))
        results = []
        for row, treatments in zip(own, taken, strict=True):
            reason = why_not(row) if prior is not None else "its arms differ before month 0"
            places = tuple(arms.index(one) for one in treatments)
            results.append(Result(row, reason, places, tuple(sizes.get(one) for one in treatments)))
        name = _common([row.text("study") for row in own])
        found.append(Cohort(name, group, t_scores, prior or Regimen(), tuple(arms), tuple(results)))
    return tuple(found)


def _t_scores(row: Target) -> tuple[tuple[str, float], ...]:
    sites = {"lumbar_spine": row.number("t_spine"), "total_hip": row.number("t_hip")}
    return tuple((site, value) for site, value in sites.items() if value is not None)


def _common(names: Sequence[str]) -> str:
    """The leading words that all names share, without the beginning of a clause that they do not finish alike."""
    if len(set(names)) == 1:
        return names[0]
    shared = []
    for column in zip(*(name.split(" ") for name in names), strict=False):
        bare = {word.strip(",") for word in column}
        if len(bare) > 1:
            break
        shared.append(column[0] if len(set(column)) == 1 else f"{bare.pop()},")
    return " ".join(shared).split(",")[0] or names[0]


def chosen(found: Sequence[Cohort], study: str) -> tuple[Cohort, ...]:
    """The cohorts of a study: one of their names begins so; capitals do not matter.

    Raises:
        OsteocastError: there is none; the nearest name is suggested.
    """
    wanted = study.strip().lower()
    kept = tuple(
        one for one in found if wanted and any(name.lower().startswith(wanted) for name in (one.name, *one.studies))
    )
    if kept:
        return kept
    names = list(dict.fromkeys(one.name for one in found))
    first = {name.lower(): name for name in names} | {name.lower().split(" ")[0]: name for name in names}
    close = nearest(wanted, first)
    fix = choices(names, f"'{first[close]}'" if close else None, "; ")
    raise OsteocastError(f"no study of the evidence begins with '{study}'", where="STUDY", fix=fix)
