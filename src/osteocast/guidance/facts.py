"""What rules read: facts of a person on one day, computed from scans, history, drugs and fracture rates.

A fact that is not known is nan, and a rule that reads it is not met. Nothing is filled with averages here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from osteocast.fracture import risk_factors, ten_year_percent
from osteocast.guidance import density
from osteocast.guidance.density import Loss
from osteocast.guidance.treatment import INHIBITORS, ORAL_BISPHOSPHONATES, SUPPRESSION, Treatment
from osteocast.people.fill import population
from osteocast.people.person import Person

RISK_FROM_AGE = 40.0
"""Youngest age [years] with published fracture rates."""
UNKNOWN = math.nan

FACTS: Mapping[str, str] = {
    "female": "is a woman",
    "age": "age [years]",
    "postmenopausal": "after menopause",
    "age_at_menopause": "age at menopause [years]",
    "inhibitor": "takes or plans an aromatase inhibitor",
    "tamoxifen": "takes or plans tamoxifen",
    "ovarian_suppression": "ovaries silenced or removed as treatment",
    "oral_bisphosphonate_months": "months on an oral bisphosphonate so far",
    "has_dxa": "a scan of spine or hip in the last two years",
    "t_score_min": "lowest T-score of spine, hip and femoral neck",
    "z_score_min": "lowest Z-score of spine, hip and femoral neck",
    "loss_percent_per_year": "loss between two scans on one scanner [% a year]",
    "loss_beyond_noise": "a loss larger than the scanner's least significant change",
    "bmi": "body mass index [kg/m2]",
    "prior_fracture": "a fragility fracture as an adult",
    "vertebral_fracture": "a vertebral fracture",
    "hip_fracture": "a hip fracture after little force",
    "parent_hip_fracture": "a parent's hip fracture",
    "smoker": "smokes",
    "glucocorticoids": "oral glucocorticoids for three months or more",
    "rheumatoid_arthritis": "rheumatoid arthritis",
    "secondary_osteoporosis": "another disease that costs bone",
    "alcohol": "three or more units of alcohol a day",
    "falls": "a fall in the last year",
    "immobility": "cannot walk unaided",
    "mof_10y_percent": "our ten-year probability of a major osteoporotic fracture [%]",
    "hip_10y_percent": "our ten-year probability of a hip fracture [%]",
}
"""Every fact that a rule may read, in words."""
YES_NO = (
    "prior_fracture", "vertebral_fracture", "hip_fracture", "parent_hip_fracture", "smoker", "glucocorticoids",
    "rheumatoid_arthritis", "secondary_osteoporosis", "alcohol", "falls", "immobility", "postmenopausal",
)  # fmt: skip
"""Facts that a person's file may leave open, each true or false."""
_HISTORY = tuple(name for name in YES_NO if name not in ("hip_fracture", "postmenopausal"))


@dataclass(frozen=True)
class Facts:
    """Facts of a person on one day.

    Attributes:
        values: by name of `FACTS`; nan where nothing is known, 1 for yes and 0 for no.
        remarks: how something was read that the person's file does not say outright.
    """

    values: Mapping[str, float]
    remarks: tuple[str, ...] = ()

    def known(self, name: str) -> bool:
        """Whether a fact is known."""
        return not math.isnan(self.values[name])


def facts_of(
    person: Person,
    taken: Treatment,
    *,
    month: float = 0.0,
    t_scores: Mapping[str, float] | None = None,
    loss: Loss | None = None,
    ten_year: Mapping[str, float] | None = None,
) -> Facts:
    """Facts of a person on a day.

    Args:
        person: the person.
        taken: what is taken.
        month: months from the day of the forecast [month].
        t_scores: T-scores [1] by site expected then; by default those of the latest scans.
        loss: loss of density up to then; by default between the latest scans.
        ten_year: `mof` and `hip`, ten-year probabilities of a fracture [%]; by default from the package's own rates.
    """
    remarks: list[str] = []
    age = person.age + month / 12.0
    later = t_scores is not None
    now = density.central(t_scores if t_scores is not None else person.t_scores)
    found = dict.fromkeys(FACTS, UNKNOWN)
    found |= {
        "female": float(person.sex == "female"),
        "age": age,
        "postmenopausal": _postmenopausal(person, remarks),
        "age_at_menopause": UNKNOWN if person.age_at_menopause is None else person.age_at_menopause,
        "inhibitor": float(taken.any_of(INHIBITORS)),
        "tamoxifen": float(taken.any_of(["tamoxifen"])),
        "ovarian_suppression": float(person.sex == "female" and taken.any_of(SUPPRESSION)),
        "oral_bisphosphonate_months": _months_on(taken, month),
        "has_dxa": float(bool(now) and (later or density.usable(person))),
        "bmi": UNKNOWN if person.bmi is None else person.bmi,
    }
    if now:
        found["t_score_min"] = min(now.values())
        found["z_score_min"] = min(density.z_scores(now, person.sex, age).values())
    found |= _history(person, remarks)
    change = loss if loss is not None else None if later else density.loss(person)
    if change is not None:
        found["loss_percent_per_year"] = change.percent_per_year
        found["loss_beyond_noise"] = float(change.beyond_noise)
        remarks.append(change.words)
    if not later and now and not density.usable(person):
        remarks.append(density.too_old(person))
    found |= _risks(person, age, now, ten_year, remarks)
    return Facts(found, tuple(remarks))


def _postmenopausal(person: Person, remarks: list[str]) -> float:
    """Whether a woman's ovaries have stopped for good; at an age without an answer it is said how it was read."""
    if person.sex == "male":
        return 0.0
    if person.menopause_kind == "premenopausal":
        return 0.0
    if person.age_at_menopause is not None or person.menopause_kind is not None:
        return 1.0
    record = population("age_at_menopause", "female")
    surely = record.value + 2.0 * record.sd
    if person.age > surely:
        remarks.append(f"Menopause is not stated; above {surely:g} years it is taken to have passed.")
        return 1.0
    return UNKNOWN


def _months_on(taken: Treatment, month: float) -> float:
    span = taken.span(ORAL_BISPHOSPHONATES)
    return 0.0 if span is None else max(0.0, min(month, span[1]) - span[0])


def _history(person: Person, remarks: list[str]) -> dict[str, float]:
    found = {name: UNKNOWN if (value := getattr(person.history, name)) is None else float(value) for name in _HISTORY}
    if found["vertebral_fracture"] == 1.0:
        found["prior_fracture"] = 1.0
    found["hip_fracture"] = 0.0 if found["prior_fracture"] == 0.0 else UNKNOWN
    if found["prior_fracture"] == 1.0:
        remarks.append("The site of an earlier fracture is not recorded, nor whether it came after 50.")
    if found["glucocorticoids"] == 1.0:
        remarks.append("Glucocorticoids are recorded from three months on; some texts count from six.")
    return found


def _risks(
    person: Person,
    age: float,
    now: Mapping[str, float],
    ten_year: Mapping[str, float] | None,
    remarks: list[str],
) -> dict[str, float]:
    if ten_year is None:
        if age < RISK_FROM_AGE:
            remarks.append(f"No ten-year probability: fracture rates begin at {RISK_FROM_AGE:g} years.")
            return {}
        known = risk_factors(person)
        ten_year = {
            outcome: ten_year_percent(outcome, sex=person.sex, age=age, t_scores=now, factors=known)
            for outcome in ("mof", "hip")
        }
    return {"mof_10y_percent": ten_year["mof"], "hip_10y_percent": ten_year["hip"]}
