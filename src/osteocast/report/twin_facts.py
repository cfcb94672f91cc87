"""What the JSON of `twin` says, read once for screen, paper and terminal: doubted scans, denosumab, last scans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

EXIT = "end_of_denosumab"
REAL = 0.95
"""Probability from which a loss is called real."""
SPINE_AND_HIP = ("lumbar_spine", "total_hip")
CONTRADICTIONS = ("contradiction", "spine_against_hip")
SPECIAL = ("dialysis", "dental procedure", "heart disease", "coronary disease", "cardiovascular risk", "ancestry")
"""Words of a studied population by which it is picked for an illness, a procedure or a descent of its own, and not
for what the drug is given for: its figure is nobody else's."""


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
    given = {
        (one["site"], one.get("date"), one.get("device")): one.get("t_score")
        for one in result["person"].get("scans") or ()
    }
    return [one | {"t_score": given.get((one["site"], one.get("date"), one.get("device")))} for one in found]


def _known_scans(result: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for one in result["known"]:
        site, bracket, device = str(one["what"]).partition(" (")
        if one["unit"] == "g/cm2" and bracket:
            yield {"site": site, "device": device.removesuffix(")"), "date": one["date"], "value": one["value"]}


def special(harm: Mapping[str, Any]) -> bool:
    """Whether a harm was counted in people with an illness, a procedure or a descent of their own."""
    return any(word in str(harm.get("population") or "").lower() for word in SPECIAL)
