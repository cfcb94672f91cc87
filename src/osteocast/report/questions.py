"""Questions a person may want to take to the visit: no orders, no advice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from osteocast.report.merge import letter
from osteocast.report.view import strategies_of
from osteocast.report.words import SITES, human, percent, years

_BISPHOSPHONATES = ("zoledron", "alendron", "risedron", "ibandron", "pamidron", "clodron")
_ESTROGENS = ("estradiol", "conjugated estrogen")
_SERMS = ("tamoxifen", "raloxifene")
_INHIBITORS = ("anastrozole", "letrozole", "exemestane")
_NOTABLE = 0.1


def _any(text: str, words: Sequence[str]) -> bool:
    return any(word in text for word in words)


def _scan_question(person: Mapping[str, Any]) -> str:
    scans = person.get("scans") or ()
    if not scans:
        return "No bone scan was given. Should a DXA scan be done before treatment starts, or soon after?"
    device = next((s["device"] for s in scans if s.get("device")), None)
    machine = f"the same machine ({device})" if device else "the same machine"
    return f"When is the next DXA scan due, and can it be on {machine}, so that the two scans can be compared?"


def _worst_crossing(strategies: Sequence[Mapping[str, Any]]) -> tuple[float, str, str, str] | None:
    """The highest probability of falling below T -2.5: probability, site, letter, years."""
    found = []
    for k, s in enumerate(strategies):
        for site, data in (s.get("sites") or {}).items():
            for c in data.get("crosses") or ():
                p = c.get("probability_by_end")
                if c.get("t") == -2.5 and p is not None and p >= _NOTABLE:
                    found.append((float(p), SITES.get(site, human(site)).lower(), letter(k), years(s["months"][-1])))
    return max(found, default=None)


def questions(result: Mapping[str, Any]) -> list[str]:
    """Questions for the visit that follow from this person and these strategies."""
    strategies = strategies_of(result)
    person = result.get("person") or {}
    text = " ".join(str(s["regimen"]).lower() for s in strategies)
    asked = ["This page shows bone and nothing else. Which of these strategies fit the treatment as a whole?"]
    asked.append(_scan_question(person))
    if worst := _worst_crossing(strategies):
        p, site, which, end = worst
        asked.append(
            f"Under strategy {which} the model gives a probability of {percent(p)} that the T-score at the "
            f"{site} is below \N{MINUS SIGN}2.5 within {end} years. "
            "At what point would protecting the bone be considered?"
        )
    asked.append(
        "Density is only part of the risk of a fracture. What do falls, earlier fractures, family history, "
        "steroids, smoking and alcohol add in this case?"
    )
    if "denosumab" in text:
        asked.append(
            "If denosumab is used, what follows the last injection? Bone gained on it is lost quickly "
            "afterwards, and several fractures of the spine at once have been reported."
        )
    if "denosumab" in text or _any(text, _BISPHOSPHONATES):
        asked.append("Which checks come before a bone drug: kidney function, calcium, vitamin D, teeth?")
    if _any(text, _ESTROGENS):
        asked.append("Is any estrogen an option at all, given the cancer and the risk of clots?")
    if _any(text, _SERMS):
        asked.append(
            "Where tamoxifen or raloxifene is listed: is it an option here, given the risk of clots "
            "and of womb changes?"
        )
    if person.get("sex") == "male" and _any(text, _INHIBITORS):
        asked.append("No guideline covers aromatase inhibitors in men. What is the reason for the tablet here?")
    if filled := [human(str(f.get("field", ""))) for f in person.get("filled") or ()]:
        some = ", ".join(filled[:5]) + (" and others" if len(filled) > 5 else "")
        asked.append(
            f"Some facts were not given and were filled with averages ({some}). "
            "Are any of them known, or worth measuring?"
        )
    beyond = [letter(k) for k, s in enumerate(strategies) if (s.get("support") or {}).get("class") == "beyond"]
    if beyond:
        noun, verb = ("Strategies", "lie") if len(beyond) > 1 else ("Strategy", "lies")
        asked.append(
            f"{noun} {', '.join(beyond)} {verb} beyond published studies. "
            "How much weight should such a forecast have?"
        )
    return asked
