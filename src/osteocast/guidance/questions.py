"""Questions for the visit that follow from what the texts say, with the numbers they rest on: no orders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from osteocast.guidance import density
from osteocast.guidance.evaluate import Verdict
from osteocast.guidance.facts import Facts
from osteocast.guidance.treatment import BONE_DRUGS, INHIBITORS, Treatment
from osteocast.people.person import Person


def questions(
    person: Person, taken: Treatment, now: Facts, speaking: Mapping[str, Verdict], first: Mapping[str, Any]
) -> list[str]:
    """What to ask.

    Args:
        person: the person.
        taken: what is taken.
        now: facts of month 0.
        speaking: verdicts of the texts that cover the person, by id.
        first: the earliest start of protection, as `guide.first_start` gives it.
    """
    asked = []
    if taken.any_of(INHIBITORS) and not density.usable(person):
        asked.append("No recent scan is known. Can a DXA scan be done before the first tablet, or now?")
    if person.sex == "male" and taken.any_of(INHIBITORS):
        asked.append(
            "No guideline covers an aromatase inhibitor in men. What is the tablet for, what would show that it "
            "works, and when would it be ended?"
        )
    naming = [one for one in speaking.values() if one.protects]
    if naming:
        asked.append(
            f"{len(naming)} of {len(speaking)} texts name a bone drug ({_numbers(now)}). Which of them does the "
            "clinic follow, which drug would it be, and for how long?"
        )
    elif speaking and first["date"]:
        asked.append(
            f"On the expected loss the first text ({', '.join(speaking[one].rule_set.short for one in first['by'])}) "
            f"would name a bone drug about {first['date'][:7]} ({_numbers(now)}). Is a scan planned before that?"
        )
    if open_facts := sorted({hinge.words for one in speaking.values() for hinge in one.hinges}):
        asked.append(f"Not known here, and it would change an answer: {'; '.join(open_facts)}. Is it known?")
    if naming and not taken.any_of(BONE_DRUGS):
        asked.append("What speaks against a bone drug: teeth, kidneys, calcium, vitamin D, earlier drugs?")
    if "denosumab" in taken.cards:
        asked.append("Which drug follows the last injection of denosumab, and on which day?")
    return asked


def _numbers(now: Facts) -> str:
    said = []
    if now.known("t_score_min"):
        said.append(f"lowest T-score {now.values['t_score_min']:.1f}")
    if now.known("mof_10y_percent"):
        said.append(
            f"our ten-year probability {now.values['mof_10y_percent']:.0f} % of a major fracture, "
            f"{now.values['hip_10y_percent']:.1f} % of a hip fracture"
        )
    return "; ".join(said) or "density not known"
