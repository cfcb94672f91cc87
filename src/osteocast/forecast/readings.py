"""Two readings of the same treatment, where published data cannot tell them apart.

An aromatase inhibitor beside testosterone: testosterone silences LH, chiefly through the estradiol made from it.
With the inhibitor that restraint goes. Either LH returns, and with it the testis and its own estradiol, which the
inhibitor hardly reaches; or the axis stays off, and the inhibitor takes nearly all the estradiol there is. Men on
both have been seen to keep their testosterone, which says that the axis stays off, and to lose two thirds of their
estradiol, which says that it returns. Both are run: the mechanism's own answer, and the same with the axis held off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from osteocast.drugs.catalogue import card
from osteocast.forecast import bands
from osteocast.forecast.simulation import Course
from osteocast.model.assemble import SITES
from osteocast.people.person import Person
from osteocast.regimen import Item, Regimen

INHIBITION = {"competitor", "inactivator"}
AXIS_OFF = "axis stays off"
WHY = "published data cannot tell whether LH returns when an inhibitor is added to testosterone"
HOLDS_OFF = "gnrh_antagonist"
"""The card that silences LH and does nothing else."""
HORMONES = {"E2_pmol_l": ("E2", 1e3), "T_nmol_l": ("T", 1.0), "LH_iu_l": ("LH", 1.0)}


@dataclass(frozen=True)
class Reading:
    """The other reading of a strategy.

    Attributes:
        name: what is assumed.
        why: why both are shown.
        course: simulated quantities of every draw.
        bmd: density [g/cm2] by site, shape (months, draws).
    """

    name: str
    why: str
    course: Course
    bmd: Mapping[str, np.ndarray]

    def to_dict(self) -> dict[str, Any]:
        """The entry of `readings` of `compare --json`."""
        return {
            "reading": self.name,
            "why": self.why,
            "sites": {site: {"change_pct": bands.band_of(bands.change_pct(self.bmd[site]))} for site in SITES},
            "hormones": bands.blocks(self.course.quantity, HORMONES),
        }


def with_axis_off(person: Person, regimen: Regimen) -> Regimen | None:
    """The regimen with LH held off for as long as testosterone is taken beside an inhibitor; None where that does
    not arise.

    Args:
        person: the person.
        regimen: everything that acts from month 0 on.
    """
    testosterone = [item for item in regimen.items if "testosterone_input" in _channels(item)]
    inhibitor = any(INHIBITION & _channels(item) for item in regimen.items)
    held = any(item.card_id == HOLDS_OFF for item in regimen.items)
    if person.sex != "male" or not testosterone or not inhibitor or held:
        return None
    first = min(item.start_month for item in testosterone)
    ends = [item.end_month for item in testosterone]
    last = None if None in ends else max(end for end in ends if end is not None)
    return regimen + Regimen((Item(HOLDS_OFF, start_month=first, end_month=last),))


class At(NamedTuple):
    """A month, and its place among those that are kept."""

    month: int
    place: int


def sentence(regimen: Regimen, ours: Mapping[str, np.ndarray], course: Course, other: Reading, at: At) -> str:
    """What the two readings give, in one note.

    Args:
        regimen: the strategy.
        ours: density by site in the mechanism's own reading, shape (months, draws).
        course: its quantities.
        other: the other reading.
        at: the month at which they are compared.
    """

    def spine(bmd: Mapping[str, np.ndarray]) -> str:
        return f"{np.median(bands.change_pct(bmd['lumbar_spine'])[at.place]):+.1f} %".replace("-", "\N{MINUS SIGN}")

    def estradiol(found: Course) -> str:
        return f"{1e3 * np.median(found.quantity['E2'][at.place]):.0f} pmol/L"

    return (
        f"{regimen}: {WHY}. If it "
        f"does, as the mechanism has it, the spine stands at {spine(ours)} at month {at.month} with estradiol "
        f"{estradiol(course)}; if the axis stays off, at {spine(other.bmd)} with {estradiol(other.course)}, because "
        "the inhibitor takes nearly all estradiol made outside the testis and only a tenth of what the testis makes"
    )


def _channels(item: Item) -> set[str]:
    actions: Iterable[Mapping[str, Any]] = card(item.card_id).actions.get("on", ())  # type: ignore[assignment]
    return {str(action["channel"]) for action in actions}
