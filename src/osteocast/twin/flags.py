"""Contradictions: said, not averaged away.

Each measurement is held against what all others lead to expect (leave one out, in closed form for a draw, over draws
by their weights without it). Where so much of a gap would be seen in fewer than one of a hundred people like this, it
is flagged with what to ask. A flagged measurement still enters: it may be right and the model wrong.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtr

from osteocast.measure.dxa import LSC_FACTOR
from osteocast.people.person import Person
from osteocast.twin.left_out import LeftOut, left_out
from osteocast.twin.likelihood import Fit
from osteocast.twin.observed import HORMONES, Observed, ResultSeen, ScanSeen
from osteocast.twin.past import Past, own_tablets
from osteocast.twin.weights import normalised

if TYPE_CHECKING:
    from osteocast.twin.prior import Prior

RARE = 0.01
LESS_RARE = 0.01
"""Probability, one sided, below which a marker or hormone counts against full adherence."""
FREE_SD = 0.6
"""A result that others leave wider open than this, in logs, cannot contradict them."""
ASK_SCAN = (
    "ask whether position, vertebrae or hip side changed, whether there is a fracture, metal or arthrosis in the "
    "image, and whether weight or another illness changed bone"
)
ASK_RESULT = "ask about the time of day, fasting, the laboratory and its assay, and what was really taken"


@dataclass(frozen=True)
class Flag:
    """Something that does not fit.

    Attributes:
        kind: `contradiction`, `spine_against_hip`, `adherence`, `scanner`, `few_draws`.
        what: one sentence.
        p: probability of so large a gap; None where it is none.
        ask: what to ask.
        site: the site of the scan or scans in question; None where it is not a scan.
    """

    kind: str
    what: str
    p: float | None
    ask: str
    site: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The entry of the JSON."""
        return asdict(self)


def find(prior: Prior, found: Fit, past: Past, log_weight: np.ndarray, first: int) -> tuple[Flag, ...]:
    """All flags of a person.

    Args:
        prior: of the person.
        found: draws against the measurements.
        past: their past.
        log_weight: of the draws.
        first: how many of them, from the first on, are of the prior.
    """
    flags = _contradictions([one for one in left_out(found, log_weight) if one.p < RARE and one.sd < FREE_SD], found)
    for i, seen in enumerate(prior.seen.below):
        weight = normalised(log_weight - found.below[:, i])
        p = float(np.sum(weight * np.exp(found.below[:, i])))
        if p < RARE / 2:
            limit = f"{seen.result.value:g} {seen.result.unit}"
            what = f"{seen.label}: below {limit}, where everything else says it is above"
            flags.append(Flag("contradiction", what, p, ASK_RESULT))
    flags += _spine_against_hip(prior.seen, past, first)
    flags += _scanners(prior.seen)
    return tuple(flags)


def few(ess: float, power: float) -> Flag:
    """Nearly no draw agrees with everything that was measured.

    Args:
        ess: effective draws with the measurements at full weight.
        power: power of the likelihood that was used instead.
    """
    what = (
        f"only {ess:.0f} of the draws agree with everything that was measured, which lies where the model hardly "
        f"reaches; what the measurements say of this person's biology was given {100.0 * power:.0f} % of its weight"
    )
    return Flag("few_draws", what, None, "trust the scans before the forecast")


def taken_less(seen: Observed, found: Fit, log_weight: np.ndarray, person: Person) -> Flag | None:
    """A marker or hormone on tablets that has moved less than full adherence allows; None where there is none.

    Args:
        seen: what was measured.
        found: draws against the measurements.
        log_weight: of the draws.
        person: for what was taken.
    """
    items = own_tablets(person)
    for one in left_out(found, log_weight):
        if isinstance(one.row, ScanSeen) or one.sd > FREE_SD:
            continue
        on = [item for item in items if item.start_month < one.row.month <= (item.end_month or 0.0) + 0.5]
        # An inhibitor and tamoxifen lower estradiol or its effect and so raise turnover; drugs against resorption
        # lower it. Too little of either shows as the other side of what was expected.
        if on and min(one.p_low, 1.0 - one.p_low) < LESS_RARE and _less(one, [item.card_id for item in on]):
            names = ", ".join(dict.fromkeys(item.card_id.replace("_", " ") for item in on))
            what = (
                f"{one.row.label}: {one.row.result.value:g} {one.row.result.unit} was measured, "
                f"{_span(one.expected)} is expected if {names} is taken as written; the share of doses taken was "
                "therefore inferred too"
            )
            return Flag("adherence", what, one.p, "ask how many doses are taken, and how")
    return None


def _less(one: LeftOut, drugs: list[str]) -> bool:
    """Whether the gap is to the side of too little drug."""
    from osteocast.drugs.catalogue import card

    channels = {str(action["channel"]) for drug in drugs for action in card(drug).actions.get("on", ())}  # type: ignore[attr-defined]
    assert isinstance(one.row, ResultSeen)
    higher = one.p_low > 0.5
    if one.row.result.name in ("E2", "E1", "E1S"):
        return higher and bool(channels & {"competitor", "inactivator"})
    lowers = any(channel.startswith(("bisphosphonate", "estr")) for channel in channels)
    raises = bool(channels & {"competitor", "inactivator"})
    return (higher and lowers) or (not higher and raises and not lowers)


def _contradictions(odd: list[LeftOut], found: Fit) -> list[Flag]:
    """One flag for each odd measurement; where there are but two of a kind nobody can say which of them is odd, and
    the change between them is."""
    flags = []
    for one in odd:
        kin = [row for row in found.rows if _kind(row) == _kind(one.row)]
        if other := _elsewhere(one, kin, odd, found):
            if other.month > one.row.month:
                continue
            flags.append(_contradiction(one))
        elif len(kin) != 2:
            flags.append(_contradiction(one))
        elif one.row is kin[1] or not any(other.row is kin[1] for other in odd):
            flags.append(_changed(one, kin[0], kin[1]))
    return flags


def _elsewhere(
    one: LeftOut, kin: list[ScanSeen | ResultSeen], odd: list[LeftOut], found: Fit
) -> ScanSeen | ResultSeen | None:
    """The only other scan of the site where it was done on another scanner and is odd too: one contradiction of two
    scans that cannot be subtracted, said once, of the later."""
    if not isinstance(one.row, ScanSeen) or len(kin) > 1:
        return None
    site = one.row.scan.site
    others = [row for row in found.rows if isinstance(row, ScanSeen) and row.scan.site == site and row is not one.row]
    return others[0] if len(others) == 1 and any(each.row is others[0] for each in odd) else None


def _kind(row: ScanSeen | ResultSeen) -> str:
    """What a measurement is compared with: scans of one site on one scanner, results of one marker. Hormones stand
    alone."""
    if isinstance(row, ScanSeen):
        return f"{row.scan.site} {row.scan.device}"
    return f"{row.result.name} {row.result.unit}" if row.result.name not in HORMONES else f"{id(row)}"


def _changed(one: LeftOut, first: ScanSeen | ResultSeen, second: ScanSeen | ResultSeen) -> Flag:
    """The odd change between two measurements."""
    before, after = (row.scan.bmd if isinstance(row, ScanSeen) else row.result.value for row in (first, second))
    if one.row is second:
        expected = sorted(100.0 * (end / before - 1.0) for end in one.expected[1:])
    else:
        expected = sorted(100.0 * (after / end - 1.0) for end in one.expected[1:])
    name = first.label.split(" of ")[0]
    what = (
        f"{name}, {_date(first)} to {_date(second)}: {100.0 * (after / before - 1.0):+.1f} % was measured, "
        f"{expected[0]:+.1f} to {expected[1]:+.1f} % is expected from all else"
    )
    if isinstance(second, ScanSeen):
        return Flag("contradiction", what, one.p, ASK_SCAN, second.scan.site)
    return Flag("contradiction", what, one.p, ASK_RESULT)


def _date(row: ScanSeen | ResultSeen) -> str:
    day = row.scan.date if isinstance(row, ScanSeen) else row.result.date
    return f"month {row.month:.0f}" if day is None else str(day)


def _contradiction(one: LeftOut) -> Flag:
    row = one.row
    if isinstance(row, ScanSeen):
        what = (
            f"{row.label}: {row.scan.bmd:.3f} g/cm2 was measured, {_span(one.expected, 3)} is expected from all else"
        )
        return Flag("contradiction", what, one.p, ASK_SCAN, row.scan.site)
    measured = f"{row.result.value:g} {row.result.unit} was measured"
    what = f"{row.label}: {measured}, {_span(one.expected)} is expected from all else"
    return Flag("contradiction", what, one.p, ASK_RESULT)


def _span(expected: tuple[float, float, float], digits: int | None = None) -> str:
    _, low, high = expected
    return f"{low:.3g} to {high:.3g}" if digits is None else f"{low:.{digits}f} to {high:.{digits}f}"


def _spine_against_hip(seen: Observed, past: Past, first: int) -> list[Flag]:
    """Spine up and hip down between the same two days, further apart than noise and biology allow."""
    found = []
    spines, hips = ([one for one in seen.scans if one.scan.site == site] for site in ("lumbar_spine", "total_hip"))
    for (a, b), (c, d) in product(combinations(spines, 2), combinations(hips, 2)):
        same_days = (a.month, b.month) == (c.month, d.month)
        if not same_days or a.scan.device != b.scan.device or c.scan.device != d.scan.device:
            continue
        spine, hip = np.log(b.scan.bmd / a.scan.bmd), np.log(d.scan.bmd / c.scan.bmd)
        noise = float(np.sqrt(sum(one.cv**2 for one in (a, b, c, d))))
        apart = np.log(past.at("lumbar_spine", b.month) / past.at("lumbar_spine", a.month))[:first]
        apart = apart - np.log(past.at("total_hip", d.month) / past.at("total_hip", c.month))[:first]
        p = float(np.mean(1.0 - ndtr((spine - hip - apart) / noise)))
        if spine > 0.0 > hip and spine - hip > LSC_FACTOR / np.sqrt(2.0) * noise and p < RARE:
            rose, fell = 100.0 * np.expm1(spine), -100.0 * np.expm1(hip)
            what = (
                f"{a.scan.date} to {b.scan.date}: the spine rose by {rose:.1f} % while the hip fell by {fell:.1f} %"
            )
            ask = "ask about arthrosis, calcified vessels or a fracture in the spine's image; the hip then says more"
            found.append(Flag("spine_against_hip", what, p, ask, a.scan.site))
    return found


def _scanners(seen: Observed) -> list[Flag]:
    """Sites that were scanned on two devices."""
    found = []
    for site in dict.fromkeys(one.scan.site for one in seen.scans):
        devices = list(dict.fromkeys(one.scan.device for one in seen.scans if one.scan.site == site))
        if len(devices) > 1:
            both = " and ".join(devices)
            what = f"{site.replace('_', ' ')}: scanned on {both}, which do not see the same in one bone"
            found.append(Flag("scanner", what, None, "ask for the next scan on the scanner of the last", site))
    return found
