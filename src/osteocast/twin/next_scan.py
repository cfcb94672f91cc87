"""When the next scan is worth doing: what a scan on each of the coming days would most likely show.

From the posterior predictive distribution: each draw's density on that day, with the scanner's noise. Two things make
a scan worth its trouble. It shows a change beyond what the scanner can mistake; or it puts the person on the other
side of a line of a guideline, compared with what the last scan would have the same text say at the same age, and
rightly so: bone without the scanner's noise lies there too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr

from osteocast.drugs.monitoring import later
from osteocast.forecast.compare import StrategyForecast
from osteocast.forecast.numbers import Table
from osteocast.guidance import density, rule_sets, treatment
from osteocast.guidance.treatment import INHIBITORS, Treatment, until
from osteocast.measure import dxa
from osteocast.people.draws import draw_ids
from osteocast.people.person import Person, Scan
from osteocast.twin.answers import Answers

EVERY_MONTHS = 3
LAST_MONTHS = 60
"""How far ahead scans are looked at [month]."""
APART_MONTHS = 12.0
"""Shortest time between two scans [month] here; the shortest that texts name."""
DETECTS = 0.5
"""Probability of a change beyond noise from which a scan is worth it: half of such people would show one (the
monitoring time interval of Glüer 1999, J Bone Miner Res 14:1952; from memory)."""
CHANGES = 0.1
"""Probability of another answer from which a scan is worth it: one of ten such people has crossed the line (the
interval of Gourlay 2012, N Engl J Med 366:225; from memory)."""
MISSING = "No usable scan, of spine or hip and of the last two years, is known"


@dataclass(frozen=True)
class Look:
    """A scan on one day to come.

    Attributes:
        month: from month 0 [month].
        date: the day.
        p_detects_change: probability that it differs from the last by more than the least significant change.
        p_changes_advice: probability that at least one text would answer otherwise, and would of bone without the
            scanner's noise.
        texts: that probability for each text that speaks of the person, by id.
    """

    month: int
    date: dt.date
    p_detects_change: float
    p_changes_advice: float
    texts: Mapping[str, float]

    def to_dict(self) -> dict[str, Any]:
        """The entry of the JSON."""
        return {
            "month": self.month,
            "date": self.date.isoformat(),
            "p_detects_change": round(self.p_detects_change, 4),
            "p_changes_advice": round(self.p_changes_advice, 4),
            "texts": {name: round(p, 4) for name, p in self.texts.items()},
        }


def next_scan(
    person: Person, one: StrategyForecast, start: dt.date, guidelines: Mapping[str, Any], seed: int
) -> dict[str, Any]:
    """The next scan, why then, and what the texts say.

    Args:
        person: the person.
        one: what is expected from month 0 on, on what is planned, for `LAST_MONTHS` or longer; posterior draws.
        start: day of month 0.
        guidelines: `next_scan` as `guide` gives it.
        seed: seed of the scanner's noise.

    Returns:
        `date`, `month`, `reason`, `guidelines` (date by text), `candidates` (see `Look`) and `rule`, the two
        probabilities and the shortest interval that decide.
    """
    dates = dict(guidelines["guidelines"])
    rule = {"p_detects_change": DETECTS, "p_changes_advice": CHANGES, "least_months_between_scans": APART_MONTHS}
    if not density.usable(person):
        month, reason = _missing(person, treatment(person, one.regimen), start)
        day = later(start, month).isoformat()
        return {
            "date": day, "month": month, "reason": reason, "guidelines": dates, "candidates": [], "rule": rule,
        }  # fmt: skip
    found = tuple(looks(person, one, start, seed))
    chosen, reason = _choice(person, found)
    return {
        "date": chosen.date.isoformat(),
        "month": chosen.month,
        "reason": reason,
        "guidelines": dates,
        "candidates": [each.to_dict() for each in found],
        "rule": rule,
    }


def _missing(person: Person, taken: Treatment, start: dt.date) -> tuple[float, str]:
    """When a scan is due without a usable one [month], and why."""
    span = taken.span(INHIBITORS)
    if span is None:
        return 0.0, f"{MISSING}: the next one is due now."
    names = " and ".join(name for name in INHIBITORS if name in taken.spans)
    before = [item for past in person.past_regimens for item in past.regimen.items if item.card_id in INHIBITORS]
    # A planned inhibitor that is taken already begins at month 0 in the plan, but not its tablets.
    if span[0] < 0.0 or (span[0] == 0.0 and any(item.start_month < 0.0 <= until(item) for item in before)):
        return 0.0, f"{MISSING}: the next one is due now, since {names} is taken without a recent scan."
    return span[0], f"{MISSING}: need DXA before the first tablet of {names} on {later(start, span[0])}."


def _choice(person: Person, found: tuple[Look, ...]) -> tuple[Look, str]:
    """The first day late enough on which a scan is worth it, and why. Another answer has to last to the next day that
    is looked at: one that is gone by then would be acted on too late."""
    last = density.latest(person)
    assert last is not None
    soonest = person.month_of(last.date) + APART_MONTHS
    open_looks = [one for one in found if one.month >= soonest - 0.5]
    for one, after in zip(open_looks, [*open_looks[1:], *open_looks[-1:]], strict=True):
        if min(one.p_changes_advice, after.p_changes_advice) >= CHANGES:
            texts = rule_sets()
            text = max(one.texts, key=lambda name: one.texts[name])
            return one, (
                f"On this day a scan would change the answer of a guideline with a probability of "
                f"{_percent(one.p_changes_advice)} (most often {texts[text].short}), and show a change beyond the "
                f"scanner's noise with {_percent(one.p_detects_change)}."
            )
        if one.p_detects_change >= DETECTS:
            return one, (
                f"On this day a scan would show a change beyond the scanner's noise with a probability of "
                f"{_percent(one.p_detects_change)}, and change the answer of a guideline with "
                f"{_percent(one.p_changes_advice)}."
            )
    rest = open_looks or list(found)
    detects, changes = max(one.p_detects_change for one in rest), max(one.p_changes_advice for one in rest)
    return rest[-1], (
        f"No scan until then is likely to show a change beyond the scanner's noise (at most {_percent(detects)}) or "
        f"to change the answer of a guideline (at most {_percent(changes)}): this is the last day looked at."
    )


def looks(person: Person, one: StrategyForecast, start: dt.date, seed: int) -> Iterator[Look]:
    """A scan on each of the coming days, of the sites that were scanned last, on the same scanners.

    Args:
        person: the person, with a scan.
        one: what is expected; posterior draws.
        start: day of month 0.
        seed: seed of the scanner's noise.
    """
    last = {site: scan for site, scan in person.baseline_scans().items() if site in density.CENTRAL}
    last = {site: scan for site, scan in last.items() if person.month_of(scan.date) >= -density.USABLE_MONTHS}
    n = one.bmd[dxa.SITES[0]].shape[1]
    numbers = Table(seed, draw_ids(person, n))
    purposes = {site: f"twin: next scan {site}" for site in last}
    numbers.add(purposes.values())
    noise = {site: numbers(purposes[site]) * scan.precision_pct / 100.0 for site, scan in last.items()}
    end = min(LAST_MONTHS, int(one.months[-1]))
    texts = Answers(person, treatment(person, one.regimen), last)
    for month in range(0, end + 1, EVERY_MONTHS):
        place = int(np.searchsorted(one.months, month))
        true = {site: one.bmd[site][place] for site in last}
        measured = {site: true[site] * (1.0 + noise[site]) for site in last}
        changed = texts.changed(float(month), true, measured)
        some = np.any(np.stack(list(changed.values())), axis=0) if changed else np.zeros(1, bool)
        yield Look(
            month,
            later(start, float(month)),
            _p_detects(true, last),
            float(np.mean(some)),
            {name: float(np.mean(each)) for name, each in changed.items()},
        )


def _p_detects(true: Mapping[str, np.ndarray], last: Mapping[str, Scan]) -> float:
    """Probability that at least one site differs from its last scan by more than the least significant change; the
    noise of the new scan is integrated out."""
    missed: Any = 1.0
    for site, scan in last.items():
        cv = scan.precision_pct / 100.0
        least = dxa.LSC_FACTOR * cv
        away = true[site] / scan.bmd - 1.0
        spread = cv * true[site] / scan.bmd
        missed = missed * (ndtr((least - away) / spread) - ndtr((-least - away) / spread))
    return float(np.mean(1.0 - missed))


def _percent(p: float) -> str:
    return "under 1 %" if p < 0.01 else f"{100.0 * p:.0f} %"
