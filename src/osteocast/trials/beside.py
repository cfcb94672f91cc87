"""A trial's results beside what was published of the same study, and everything its page draws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from osteocast.evidence.targets import Target, read_targets
from osteocast.regimen import Regimen
from osteocast.trials.published import QUANTITIES

if TYPE_CHECKING:
    from osteocast.trials.design import Design

MEASURES = ("percent_change",)


def beside(design: Design, result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Published values of the study that a design names, each with the simulated one of the same arm and months.

    A row belongs to an arm with the same regimen, and a comparison to a contrast of two such arms.

    Args:
        design: with `published`, how the `study` of the rows begins.
        result: `arms` and `contrasts` of its analysis.

    Returns:
        One entry a published percent change that has an arm: the arm or arms, quantity, months, value, sd, quality,
        citation, and `simulated`, None where the design has no such endpoint.
    """
    if design.published is None:
        return []
    wanted = design.published.lower()
    rows = [row for row in read_targets() if row.text("study").lower().startswith(wanted)]
    return [entry for row in rows if row.text("measure") in MEASURES for entry in _entries(design, result, row)]


def _entries(design: Design, result: Mapping[str, Any], row: Target) -> Iterator[dict[str, Any]]:
    end = row.required("to_month")
    taken = {arm.name: until(design.background + arm.regimen, end) for arm in design.arms}
    names = [
        next((name for name, own in taken.items() if own == until(one, end)), None)
        for one in (row.regimen, row.comparator)
        if one is not None
    ]
    if None in names or row.text("quantity") not in QUANTITIES:
        return
    key = (QUANTITIES[row.text("quantity")], row.required("from_month"), row.required("to_month"))
    yield {
        "id": row.text("id"),
        "study": row.text("study"),
        "arms": names,
        "quantity": key[0],
        "from_month": key[1],
        "month": key[2],
        "statistic": row.text("statistic"),
        "value": row.observed,
        "sd": row.number("sd"),
        "quality": row.text("quality"),
        "citation": row.text("citation"),
        "simulated": _simulated(result, names, key, row.text("statistic")),
    }


def until(regimen: Regimen, month: float) -> Regimen:
    """A regimen as it is known at a month: courses that go on beyond it have no end yet."""
    items = (
        replace(item, end_month=None) if item.end_month is not None and item.end_month >= month else item
        for item in regimen.items
        if item.start_month < month
    )
    return Regimen(tuple(items))


def _simulated(
    result: Mapping[str, Any], names: list[str | None], key: tuple[str, float, float], statistic: str
) -> dict[str, float | None] | None:
    """Value and interval of the same endpoint."""

    def same(one: Mapping[str, Any]) -> bool:
        return (one["quantity"], one["from_month"], one["month"], one["measure"]) == (*key, "percent_change")

    if len(names) > 1:
        for one in filter(same, result["contrasts"]):
            if one["arms"] == names:
                return {"value": one["difference"], "lo95": one["lo95"], "hi95": one["hi95"]}
        return None
    for arm in result["arms"]:
        for one in filter(same, arm["endpoints"]) if arm["name"] == names[0] else ():
            which = "median" if statistic == "median" else "mean"
            fits = one["interval"].startswith(which)
            return {"value": one[which], "lo95": one["lo95"] if fits else None, "hi95": one["hi95"] if fits else None}
    return None


def page_data(folder: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    """What the page of a finished trial shows.

    Args:
        folder: of the results.
        manifest: theirs.

    Returns:
        `arms`, `contrasts`, `notes` and `manifest` as `trial run --json` prints them, with `title`, `regimens` and
        `labels` by arm, `population`, `spread` (percentiles of the change, see `analysis.spread`) and `published`.
    """
    from osteocast.trials import results, store
    from osteocast.trials.analysis import spread

    design = results.design_of(folder)
    found = results.as_json(folder, manifest)
    names = dict.fromkeys(one.quantity for one in design.endpoints if one.measure in ("percent_change", "change"))
    visits = store.read(
        folder, "visits", ["person", "month", *(f"{name}_observed" for name in names)], design.visits_month
    )
    canonical = design.canonical()
    return {
        **found,
        "title": design.title,
        "regimens": {arm.name: str(design.background + arm.regimen) for arm in design.arms},
        "labels": {arm.name: arm.label or arm.name for arm in design.arms},
        "population": canonical["population"],
        "spread": spread(design, visits),
        "published": beside(design, found),
    }
