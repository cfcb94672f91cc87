"""Is a change real? Every pair of scans of one site, and every pair of results of one marker.

Two answers are given. From the two results alone: the true change is normal about the measured one with the error of
the two measurements, and nothing else is known. From the posterior: the same, given everything else that was
measured, what was taken, and what bone does. The second is narrower and is the one to use, unless the flags say that
the measurements contradict the model; then the first is.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from scipy.special import ndtr

from osteocast.drugs.catalogue import card
from osteocast.measure.cross_calibration import conversion
from osteocast.measure.dxa import LSC_FACTOR
from osteocast.people.person import Person
from osteocast.regimen import Item, Regimen
from osteocast.regimen.units import MONTH_DAYS
from osteocast.twin.observed import Observed, ResultSeen, ScanSeen
from osteocast.twin.past import Past

RATES = (0.0, 2.0, 5.0)
"""True losses whose probability is given [%]."""
ANTIRESORPTIVE = ("bisphosphonate_loose", "bisphosphonate_tight", "antibody_input")
"""Channels of drugs that lower resorption within weeks."""
LOOK = (2.0, 7.0)
"""Months after the first dose at which a marker should have fallen: the 3rd to 6th, with a month's grace."""
RESORPTION = ("sCTX", "uNTX")
ASK = (
    "It has fallen by less than its least significant change. Ask about doses missed, about water, food and other "
    "tablets within the half hour after it, and about another cause of fast turnover; a second sample settles noise."
)
ASK_SOURCE = (
    "Diez-Perez 2017, Osteoporos Int 28:767 (working group of the IOF and the ECTS on adherence to oral "
    "bisphosphonates): a marker before and three months after the start, against its least significant change"
)
ASK_QUALITY = "memory"
ASK_GIVEN = (
    "It has fallen by less than its least significant change. Ask whether the injection or infusion was given, and "
    "on which day, and about another cause of fast turnover; a second sample settles noise."
)
ASK_GIVEN_SOURCE = "general knowledge, not read: no source for injections or infusions is held here"
EFFECT_MONTHS = {"denosumab": 6.1}
"""Months after the last dose for which a drug holds resorption down, with days of grace; then turnover rebounds
(label of denosumab: a dose every six months; from memory). Bisphosphonates stay in bone."""


@dataclass(frozen=True, eq=False)
class ScanPair:
    """Two scans of one site.

    Attributes:
        site: the site.
        first: the earlier scan.
        second: the later one.
        change_pct: measured change [%]; None where two devices cannot be joined by a published equation.
        lsc_pct: least significant change [%], 95 %: of the scanner, and of the conversion where devices differ.
        error_log: standard error of the measured change, in logs.
        fold: true change of every draw, shape (draws,).
        weight: of the draws.
        note: what else to know.
    """

    site: str
    first: ScanSeen
    second: ScanSeen
    change_pct: float | None
    lsc_pct: float | None
    error_log: float
    fold: np.ndarray
    weight: np.ndarray
    note: str

    def p_true_loss_over(self, pct: float) -> float:
        """Probability that more than this was lost [%], from the posterior."""
        return float(np.sum(self.weight * (self.fold < 1.0 - pct / 100.0)))

    def p_true_loss_over_scans_alone(self, pct: float) -> float | None:
        """The same from the two scans alone; None where they cannot be compared."""
        if self.change_pct is None:
            return None
        away = math.log1p(-pct / 100.0) - math.log1p(self.change_pct / 100.0)
        return float(ndtr(away / self.error_log))

    @property
    def beyond_lsc(self) -> bool | None:
        """Whether the change is larger than the scanner's noise allows."""
        return None if self.change_pct is None or self.lsc_pct is None else abs(self.change_pct) >= self.lsc_pct

    def to_dict(self, rates: Iterable[float] = RATES) -> dict[str, Any]:
        """The entry of the JSON."""
        rates = tuple(rates)
        alone = {f"{one:g}": self.p_true_loss_over_scans_alone(one) for one in rates}
        return {
            "site": self.site,
            "from": _day(self.first),
            "to": _day(self.second),
            "devices": [self.first.scan.device, self.second.scan.device],
            "change_pct": _rounded(self.change_pct, 2),
            "lsc_pct": _rounded(self.lsc_pct, 2),
            "beyond_lsc": self.beyond_lsc,
            "p_true_loss_over": {f"{one:g}": round(self.p_true_loss_over(one), 4) for one in rates},
            "p_true_loss_over_scans_alone": {key: _rounded(value, 4) for key, value in alone.items()},
            "note": self.note,
        }


@dataclass(frozen=True, eq=False)
class MarkerPair:
    """Two results of one marker in one unit.

    Attributes:
        name: the marker.
        first: the earlier result.
        second: the later one.
        change_pct: measured change [%].
        lsc_pct: least significant change [%], 95 %, in the direction measured (it is even in logs, so that of a fall
            is smaller); that of a fall also where something is asked.
        p_biology: probability that the level itself moved in the direction measured, from the two results alone.
        expected_pct: what the posterior expects the change to be, median with 90 % interval [%].
        p_direction: probability of that direction from the posterior.
        asks: what the change asks for; empty where nothing.
        source: of that.
        quality: how the source was read.
    """

    name: str
    first: ResultSeen
    second: ResultSeen
    change_pct: float
    lsc_pct: float
    p_biology: float
    expected_pct: tuple[float, float, float]
    p_direction: float
    asks: str
    source: str
    quality: str

    def to_dict(self) -> dict[str, Any]:
        """The entry of the JSON."""
        middle, low, high = (round(one, 1) for one in self.expected_pct)
        return {
            "marker": self.name,
            "from": _day(self.first),
            "to": _day(self.second),
            "change_pct": round(self.change_pct, 1),
            "lsc_pct": round(self.lsc_pct, 1),
            "p_biology": round(self.p_biology, 4),
            "posterior_change_pct": {"median": middle, "lo90": low, "hi90": high},
            "p_direction": round(self.p_direction, 4),
            "asks": self.asks,
            "source": self.source,
            "quality": self.quality,
        }


def scan_pairs(seen: Observed, past: Past, weight: np.ndarray) -> tuple[ScanPair, ...]:
    """All pairs of scans, site by site in order of time."""
    found = []
    for one, other in combinations(seen.scans, 2):
        if one.scan.site == other.scan.site:
            fold = past.at(other.scan.site, other.month) / past.at(one.scan.site, one.month)
            found.append(_pair(one, other, fold, weight))
    return tuple(found)


def _pair(one: ScanSeen, other: ScanSeen, fold: np.ndarray, weight: np.ndarray) -> ScanPair:
    error = math.hypot(one.cv, other.cv)
    before, note = one.scan.bmd, ""
    change: float | None = None
    if one.scan.device == other.scan.device:
        change = 100.0 * (other.scan.bmd / before - 1.0)
    else:
        line = conversion(one.scan.site, one.scan.device, other.scan.device)
        if line is None:
            note = "two scanners and no published equation between them: not subtracted"
        else:
            error = math.hypot(error, line.error_pct / 100.0)
            change = 100.0 * (other.scan.bmd / (line.intercept_g_cm2 + line.slope * before) - 1.0)
            note = (
                f"two scanners: the first result was converted, with an error of {line.error_pct:g} %; a change is "
                f"better judged on one scanner ({line.source})"
            )
    lsc = None if change is None else 100.0 * LSC_FACTOR / math.sqrt(2.0) * error
    return ScanPair(one.scan.site, one, other, change, lsc, error, fold, weight, note)


def marker_pairs(person: Person, seen: Observed, past: Past, weight: np.ndarray) -> tuple[MarkerPair, ...]:
    """All pairs of results of one marker in one unit, in order of time."""
    found = []
    for one, other in combinations(seen.markers, 2):
        if (one.result.name, one.result.unit) != (other.result.name, other.result.unit):
            continue
        name = one.result.name
        error = math.hypot(one.cv, other.cv)
        moved = math.log(other.value / one.value)
        lsc = LSC_FACTOR / math.sqrt(2.0) * error
        change = 100.0 * (past.at(name, other.month) / past.at(name, one.month) - 1.0)
        low, middle, high = _quantiles(change, weight, (0.05, 0.5, 0.95))
        advice = _asks(person, one, other, moved, lsc)
        fall = moved <= 0.0 or advice is not None
        asks, source, quality = advice or ("", "", "")
        found.append(
            MarkerPair(
                name,
                one,
                other,
                100.0 * math.expm1(moved),
                -100.0 * math.expm1(-lsc) if fall else 100.0 * math.expm1(lsc),
                float(ndtr(abs(moved) / error)),
                (middle, low, high),
                float(np.sum(weight * (np.sign(change) == np.sign(moved)))),
                asks,
                source,
                quality,
            )
        )
    return tuple(found)


def _asks(
    person: Person, one: ResultSeen, other: ResultSeen, moved: float, lsc: float
) -> tuple[str, str, str] | None:
    """What to ask, its source and how that was read, where a resorption marker fell by less than it should some
    months into a drug that lowers resorption and still acts; None where nothing is."""
    if one.result.name not in RESORPTION or moved <= -lsc:
        return None
    items = [item for past in person.past_regimens for item in past.regimen.items]
    drugs = [
        item.card_id
        for item in items
        if _lowers(item.card_id)
        and one.month <= item.start_month + 0.5
        and LOOK[0] <= other.month - item.start_month <= LOOK[1]
        and _acts(item, other.month)
    ]
    if not drugs:
        return None
    if any(card(drug).route == "oral" for drug in drugs):
        return ASK, ASK_SOURCE, ASK_QUALITY
    return ASK_GIVEN, ASK_GIVEN_SOURCE, "memory"


def _acts(item: Item, month: float) -> bool:
    """Whether a drug whose effect ends with its doses still acts in a month."""
    if item.card_id not in EFFECT_MONTHS:
        return True
    doses = Regimen((item,)).doses(month)
    return bool(doses) and month - doses[-1].day / MONTH_DAYS <= EFFECT_MONTHS[item.card_id]


def _lowers(card_id: str) -> bool:
    actions: Iterable[Mapping[str, Any]] = card(card_id).actions.get("on", ())  # type: ignore[assignment]
    return any(action["channel"] in ANTIRESORPTIVE for action in actions)


def _quantiles(values: np.ndarray, weight: np.ndarray, at: tuple[float, ...]) -> tuple[float, ...]:
    """Quantiles of weighted values."""
    order = np.argsort(values)
    share = np.cumsum(weight[order]) - 0.5 * weight[order]
    return tuple(np.interp(at, share, values[order]).tolist())


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _day(seen: ScanSeen | ResultSeen) -> str | float:
    """Day of a result, or its month where it has no date."""
    day = seen.scan.date if isinstance(seen, ScanSeen) else seen.result.date
    return round(seen.month, 2) if day is None else day.isoformat()
