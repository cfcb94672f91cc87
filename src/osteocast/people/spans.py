"""When the regimens of a person lie: those so far before month 0, the planned one from month 0 on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from osteocast.errors import OsteocastError

if TYPE_CHECKING:
    from osteocast.regimen import Regimen

OOPHORECTOMY = "bilateral_oophorectomy"
"""Id of the card in `drugs/`."""


def check_past(regimen: Regimen, continues: bool, where: str, age: float) -> None:
    """Refuse a past regimen that is not past.

    Args:
        regimen: the regimen; without an end it ends at month 0.
        continues: whether it goes on after month 0.
        where: the field.
        age: age at month 0 [years]; nothing starts before birth.
    """
    for item in regimen.items:
        if item.start_month >= 0:
            raise OsteocastError(
                f"'{item}' starts at month {item.start_month:g}",
                where=where,
                fix="say how long ago it began, such as 'from month -24', or write it as planned",
                why="past regimens begin before month 0, the day of the forecast",
            )
        if item.start_month < -12.0 * age:
            raise OsteocastError(
                f"'{item}' starts before the birth of a person aged {age:g}",
                where=where,
                fix="correct month or age",
            )
        if item.end_month is not None and item.end_month > 0 and not continues:
            raise OsteocastError(
                f"'{item}' goes on to month {item.end_month:g}",
                where=where,
                fix="add continues = true, or end it with 'until month 0'",
                why="past regimens end at month 0 unless they continue",
            )


def check_planned(regimen: Regimen, where: str) -> None:
    """Refuse a planned regimen that begins before month 0."""
    for item in regimen.items:
        if item.start_month < 0:
            raise OsteocastError(
                f"'{item}' starts at month {item.start_month:g}, before the day of the forecast",
                where=where,
                fix="move it to a [[past]] block with continues = true, or leave 'from month' out",
            )


def oophorectomy_months(regimen: Regimen) -> tuple[float, ...]:
    """Months at which both ovaries are removed in a regimen."""
    return tuple(item.start_month for item in regimen.items if item.card_id == OOPHORECTOMY)
