"""What the JSON of `twin` says, read once for screen, paper and terminal: doubted scans, denosumab, last scans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

EXIT = "end_of_denosumab"
REAL = 0.95
"""Probability from which a loss is called real."""
SPINE_AND_HIP = ("lumbar_spine", "total_hip")
CONTRADICTIONS = ("contradiction", "spine_against_hip")


def contradicted(result: Mapping[str, Any], site: str) -> bool:
    """Whether a flag says that scans of this site do not fit what else is known."""
    return any(site in _sites(one) for one in result.get("flags") or ())


def _sites(flag: Mapping[str, Any]) -> tuple[str, ...]:
    if flag.get("kind") not in CONTRADICTIONS:
        return ()
    if flag["kind"] == "spine_against_hip":
        return SPINE_AND_HIP
    if "site" in flag:
        return (str(flag["site"]),) if flag["site"] else ()
    # Results made before flags named their site: their sentence begins with it.
    site = str(flag.get("what") or "").partition(":")[0].partition(",")[0].partition(" of ")[0].partition(" (")[0]
    return (site.strip().replace(" ", "_").replace("-", "_").lower(),)


def losses(one: Mapping[str, Any]) -> tuple[float, float | None]:
    """Probability that anything was truly lost between two scans: from all that is known, from the scans alone."""
    every, alone = one["p_true_loss_over"], one.get("p_true_loss_over_scans_alone") or {}
    least = min(every, key=float)
    return every[least], alone.get(least)


def real_loss(one: Mapping[str, Any]) -> bool:
    """Whether a pair shows a loss that the scanner cannot mistake, by the scans alone or by all that is known."""
    fell = one.get("change_pct") is not None and one["change_pct"] < 0.0
    return fell and bool(one.get("beyond_lsc")) and any(p is not None and p >= REAL for p in losses(one))


def needs_exit(result: Mapping[str, Any], k: int) -> bool:
    """Whether denosumab is part of a strategy, or was taken and must still be followed by another drug."""
    one = result["strategies"][k]
    given = one.get("denosumab")
    if given is None:
        from osteocast.report.twin_risk import cards_of

        given = "denosumab" in cards_of(str(one["regimen"]))
    return bool(given or one.get("exit") or one.get("warnings") or exit_dates(result, k))


def exit_dates(result: Mapping[str, Any], k: int) -> list[str]:
    """Days on which the schedule of a strategy lets another drug follow denosumab."""
    entries = [*(result["strategies"][k].get("schedule") or ())]
    entries += (result.get("schedule") or ()) if k == 0 else ()
    return sorted({str(one["date"]) for one in entries if one.get("check") == EXIT})


def last_scans(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Scans that entered, in order of their dates: `site`, `device`, `date`, `value` [g/cm²], `t_score` or None.

    The T-score is the one that was given; scans after the day of the forecast did not enter.
    """
    if result.get("last_scans") is not None:
        found = [dict(one) for one in result["last_scans"]]
    else:
        found = sorted(_known_scans(result), key=lambda one: str(one["date"] or ""))
    return [one | {"t_score": _given_t_score(result, one)} for one in found]


def _given_t_score(result: Mapping[str, Any], scan: Mapping[str, Any]) -> float | None:
    """The T-score that was given for a scan; a device that was not named is any."""
    for one in result["person"].get("scans") or ():
        same = (one["site"], one.get("date")) == (scan["site"], scan.get("date"))
        if same and one.get("device") in (None, scan.get("device")):
            given: float | None = one.get("t_score")
            return given
    return None


def _known_scans(result: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for one in result["known"]:
        site, bracket, device = str(one["what"]).partition(" (")
        if one["unit"] == "g/cm2" and bracket:
            yield {"site": site, "device": device.removesuffix(")"), "date": one["date"], "value": one["value"]}


PASSING = (
    "acute_phase_reaction", "arthralgia", "gynecomastia", "fluid_retention", "haematocrit_50_or_more", "hot_flushes",
    "hypercalcaemia_mild", "hypocalcaemia", "oesophageal_irritation", "upper_gastrointestinal_event",
    "withdrawal_for_adverse_event",
)  # fmt: skip
"""Harms that as a rule pass or are a finding of the laboratory; every other counts as serious. Our own judgement."""
FORECAST = ("fracture_any", "clinical_fracture")
"""Harms that the forecast of fractures already holds."""
Harms = list[tuple[Mapping[str, Any], list[int]]]


def harms_of(result: Mapping[str, Any]) -> Harms:
    """Harms shown first, most frequent first, each with the places of the strategies that carry it."""
    found = [(one, list(one["strategies"])) for one in result.get("harms") or () if one["main"]]
    return sorted(found, key=lambda pair: -(pair[0].get("per_1000") if pair[0].get("per_1000") is not None else -1.0))


class Sorted(NamedTuple):
    """Harms by how they can be compared.

    Attributes:
        counted: with a figure of 1,000 people.
        special: with a figure, of people with an illness, a procedure or a descent of their own.
        uncounted: without one.
        other: limits and practical points.
    """

    counted: Harms
    special: Harms
    uncounted: Harms
    other: Harms


def sorted_harms(result: Mapping[str, Any]) -> Sorted:
    """The harms of `harms_of`, sorted."""
    found = Sorted([], [], [], [])
    for pair in harms_of(result):
        one = pair[0]
        if one["kind"] != "harm":
            found.other.append(pair)
        elif one.get("per_1000") is None:
            found.uncounted.append(pair)
        else:
            (found.special if one.get("special") else found.counted).append(pair)
    return found


def worst_of(result: Mapping[str, Any], k: int) -> Mapping[str, Any] | None:
    """The serious harm of a strategy with the largest figure; None where none has one."""
    for one, places in sorted_harms(result).counted:
        if k in places and one["per_1000"] > 0.0 and one["harm"] not in (*PASSING, *FORECAST):
            return one
    return None
