"""How far published studies carry a forecast, and how well the model does on the nearest of them.

A study is a row of the calibration table that gives a change in density. It is *of the same treatment* when
its bone-active drugs are those of the forecast (calcium and vitamin D aside; drugs that ended more than two
years before month 0 aside too), at a dose within a factor of two. Distance is counted in tolerances:

    age                     8 years
    years since menopause   7 years (a woman before and one after it: three tolerances)
    T-score at the site     1.5
    time on the drugs       0.2 of the time asked, and only if the study is shorter than that
    time since they ended   12 months more than the study covers; three tolerances where a drug is over by month 0
                            and the study ends on it, or where the forecast ends on it and the study looks at the
                            time after it alone

Time is counted drug by drug, and the worst counts: on it, up to the end of the forecast and with the time before
month 0; since it ended, up to the end of the forecast. A single dose counts as taken from its day on, an operation
as long as the forecast. Where neither the forecast nor the study has a drug, time is the length of either.

`studied`: one study of the same treatment lies within every tolerance.
`between`: studies of the same drugs exist, but none within every tolerance, or not at this dose.
`beyond`: these drugs were never studied together in people of that sex, or the person lies more than two
tolerances outside *all* studies of these drugs on one count, or is treated for more than twice their time, or
followed for four years more after the drugs than any of them.

The *evidence* is wider than the nearest studies: every density result of the forecast's drugs or of some of them,
whatever the dose, the person and the time, beside what the model gives for the people of that study.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from itertools import pairwise
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

from osteocast.drugs.catalogue import card
from osteocast.evidence.targets import CALIBRATION, Target, read_targets
from osteocast.people.person import Person
from osteocast.regimen import Item, Regimen

if TYPE_CHECKING:
    from osteocast.trials.validate import Comparison

ERRORS = CALIBRATION.parent / "model_errors.json"
SITES = {
    "LS_BMD": ("lumbar_spine", "t_spine"),
    "TH_BMD": ("total_hip", "t_hip"),
    "FN_BMD": ("femoral_neck", "t_hip"),
    "radius_BMD": ("one_third_radius", ""),
}
TOLERANCE = {"age": 8.0, "years_since_menopause": 7.0, "t_score": 1.5, "time": 1.0, "after": 12.0}
TIME_SHARE = 0.2
DOSE_FACTOR = 2.0
OTHER_SIDE_OF_MENOPAUSE = 3.0
OTHER_SIDE_OF_THE_END = 3.0
RECENT_MONTHS = 24.0
FAR = {"time": 0.5 / TIME_SHARE, "after": 48.0 / TOLERANCE["after"]}
"""Beyond how many tolerances from every study a count is out of reach: half the time asked, four years after."""
FAR_OTHERWISE = 2.0
NEAREST = 6
ACTIVE_KINDS = ("drug", "class", "event")


@dataclass(frozen=True)
class Nearest:
    """A published result near the forecast.

    Attributes:
        study: its name.
        error: simulated minus published [percentage points], None where it was not simulated.
        drug: its bone-active drugs.
        site: site of the scan.
        month: month of the result.
        age: mean age [years].
        years_since_menopause: mean [years], None before menopause.
        t_score: mean T-score at the site.
        quality: how the source was read.
        citation: the source.
        distance: from the forecast, in tolerances.
    """

    study: str
    error: float | None
    drug: str
    site: str
    month: float
    age: float
    years_since_menopause: float | None
    t_score: float | None
    quality: str
    citation: str
    distance: float


@dataclass(frozen=True)
class Evidence:
    """A published result that a forecast rests on, beside its simulation.

    Attributes:
        id: its row in the table of published results.
        study: its name.
        drug: its bone-active drugs.
        site: site of the scan.
        from_month: month the change is counted from.
        to_month: month of the result.
        observed: published change in density [%], or difference between arms [percentage points].
        sd: its standard error as we judge it, without the spread between trials [percentage points], or None.
        simulated: what the model gives for the women of the study [as observed], None where not simulated.
        difference: whether it is one arm minus another.
        quality: how the source was read.
        citation: the source.
    """

    id: str
    study: str
    drug: str
    site: str
    from_month: float
    to_month: float
    observed: float
    sd: float | None
    simulated: float | None
    difference: bool
    quality: str
    citation: str


@dataclass(frozen=True)
class Support:
    """How far studies carry a forecast.

    Attributes:
        kind: studied, between or beyond.
        nearest: the nearest published results, nearest first.
        evidence: every published density result of these drugs or of some of them; fewest drugs first.
    """

    kind: str
    nearest: tuple[Nearest, ...]
    evidence: tuple[Evidence, ...]

    def to_dict(self) -> dict[str, Any]:
        """The `support` of `compare --json`."""
        return {
            "class": self.kind,
            "nearest": [asdict(one) for one in self.nearest],
            "evidence": [asdict(one) for one in self.evidence],
        }


@dataclass(frozen=True)
class _Use:
    """How a drug is used up to the end of a forecast or study.

    Attributes:
        doses: every dose it has at any time [unit of the card per day; a single dose as it is].
        on: time on it [month]; since a single dose; for an operation the time from month 0.
        off: time since it ended [month]; 0 while it goes on.
    """

    doses: frozenset[float]
    on: float
    off: float


@dataclass(frozen=True)
class _Row:
    """A published density result, with what is needed to compare it."""

    target: Target
    uses: Mapping[str, _Use]
    site: str
    from_month: float
    month: float
    age: float
    since: float | None
    t_score: float | None

    @property
    def drugs(self) -> frozenset[str]:
        return frozenset(self.uses)


def support(person: Person, regimen: Regimen, months: float) -> Support:
    """How far studies carry a forecast.

    Args:
        person: the person, completed.
        regimen: what was taken before month 0 and is taken from there on.
        months: length of the forecast [month].
    """
    asked = _uses(regimen, months)
    counted = [(row, _counts(person, row, asked, months)) for row in _rows(person.sex)]
    same = [(row, counts) for row, counts in counted if row.drugs == frozenset(asked)]
    kind = "between"
    if not same:
        kind = "beyond"
    elif any(_same_dose(asked, row) and max(counts.values()) <= 1.0 for row, counts in same):
        kind = "studied"
    elif any(min(counts[name] for _, counts in same) > FAR.get(name, FAR_OTHERWISE) for name in TOLERANCE):
        kind = "beyond"
    return Support(kind, tuple(_nearest(frozenset(asked), same or counted)), _evidence(person.sex, frozenset(asked)))


def _uses(regimen: Regimen, until: float) -> dict[str, _Use]:
    """How each bone-active drug of a regimen is used up to a month, by card; drugs that ended long before month 0
    or begin later are left out.

    Args:
        regimen: what was taken before month 0 and is taken from there on.
        until: end of the forecast or study [month].
    """
    names = dict.fromkeys(item.card_id for item in regimen.items if card(item.card_id).kind in ACTIVE_KINDS)
    found = {name: _use([item for item in regimen.items if item.card_id == name], until) for name in names}
    return {name: use for name, use in found.items() if use is not None}


def _use(items: Iterable[Item], until: float) -> _Use | None:
    """How one drug is used up to a month, None where it is not."""
    single: list[Item] = []
    spans: list[tuple[float, float, float]] = []
    for item in items:
        if item.start_month >= until:
            continue
        if _given_once(item):
            single.append(item)
            continue
        amount = 1.0 if item.amount is None else item.amount
        per_day = amount if item.schedule is None else amount / item.schedule.interval_day
        spans += [(first, min(last, until), per_day) for first, last in _stretches(item, until)]
    if not single and not spans:
        return None
    doses = {1.0 if item.amount is None else item.amount for item in single}
    on = 0.0
    for first, last in pairwise(sorted({month for start, end, _ in spans for month in (start, end)})):
        together = [per_day for start, end, per_day in spans if start <= first and last <= end]
        if together:
            doses.add(sum(together))
            on += last - first
    if single:
        began = min(item.start_month if item.schedule is not None else 0.0 for item in single)
        return _Use(frozenset(doses), max(on, until - began), 0.0)
    return _Use(frozenset(doses), on, until - max(end for _, end, _ in spans))


def _given_once(item: Item) -> bool:
    """Whether an item is one dose or an operation, and so has no end."""
    return item.schedule.once if item.schedule is not None else card(item.card_id).kind == "event"


def _stretches(item: Item, until: float) -> Iterator[tuple[float, float]]:
    """Months [from, to) of a course between its pauses, begun before `until` and not over long before month 0."""
    starts = [item.start_month, *(last for _, last in item.pauses)]
    ends = [*(first for first, _ in item.pauses), inf if item.end_month is None else item.end_month]
    for first, last in zip(starts, ends, strict=True):
        if first < min(last, until) and last > -RECENT_MONTHS:
            yield first, last


def store_errors(comparisons: Iterable[Comparison], path: Path = ERRORS) -> None:
    """Keep the model's own error on every published density result, for `support` to read.

    Args:
        comparisons: the result of `trials.validate.validate`.
        path: where to write.
    """
    rows = {
        one.target.text("id"): {
            "observed": one.target.observed,
            "simulated": round(one.simulated, 3),
            "error": round(one.simulated - one.target.observed, 2),
        }
        for one in comparisons
        if one.simulated is not None and one.target.kind == "density"
    }
    content = {"made_by": "osteocast calibrate", "unit": "percentage points, simulated minus published", "rows": rows}
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    os.replace(partial, path)
    _stored.cache_clear()


@cache
def _stored() -> Mapping[str, Mapping[str, float]]:
    """What `store_errors` kept: observed, simulated and error [percentage points] by row."""
    if not ERRORS.exists():
        return {}
    rows: dict[str, dict[str, float]] = json.loads(ERRORS.read_text(encoding="utf-8"))["rows"]
    return rows


def _stored_value(row: _Row, name: str) -> float | None:
    """One stored number of a row, None where it was not simulated."""
    value = _stored().get(row.target.text("id"), {}).get(name)
    return None if value is None else float(value)


@cache
def _rows(sex: str) -> tuple[_Row, ...]:
    return tuple(row for row in _read_rows() if row.target.text("sex") == sex)


def _read_rows() -> Iterator[_Row]:
    for target in read_targets():
        if target.kind != "density" or _same_drugs_in_both_arms(target):
            continue
        site, column = SITES[target.text("quantity")]
        yield _Row(
            target,
            _uses(target.regimen, target.required("to_month")),
            site,
            target.number("from_month") or 0.0,
            target.required("to_month"),
            target.required("age_mean"),
            target.number("years_since_menopause"),
            target.number(column) if column else None,
        )


def _same_drugs_in_both_arms(target: Target) -> bool:
    """Whether a result is a difference that does not come from bone-active drugs, such as calcium's."""
    other = target.comparator
    if other is None:
        return False
    month = target.required("to_month")
    return _uses(target.regimen, month) == _uses(other, month)


def _counts(person: Person, row: _Row, asked: Mapping[str, _Use], months: float) -> dict[str, float]:
    """How far a result lies from the person, in tolerances, count by count."""
    since = person.years_since_menopause
    if (since is None) != (row.since is None):
        apart = OTHER_SIDE_OF_MENOPAUSE
    else:
        apart = abs((since or 0.0) - (row.since or 0.0)) / TOLERANCE["years_since_menopause"]
    scan = person.baseline_scans().get(row.site)
    score = 0.0 if scan is None or row.t_score is None else abs(scan.t - row.t_score) / TOLERANCE["t_score"]
    common = [(asked[name], row.uses[name]) for name in asked if name in row.uses]
    shorter = [1.0 - theirs.on / mine.on for mine, theirs in common] or [1.0 - row.month / months]
    return {
        "age": abs(person.age - row.age) / TOLERANCE["age"],
        "years_since_menopause": apart,
        "t_score": score,
        "time": max(0.0, *shorter) / TIME_SHARE,
        "after": max((_after(mine, theirs, row, months) for mine, theirs in common), default=0.0),
    }


def _after(mine: _Use, theirs: _Use, row: _Row, months: float) -> float:
    """How far a result lies from the forecast in the time since a drug ended, in tolerances.

    Args:
        mine: use of the drug in the forecast.
        theirs: its use in the study.
        row: the result.
        months: length of the forecast [month].
    """
    over_by_month_0 = mine.off >= months and theirs.off <= 0.0
    only_after = mine.off <= 0.0 and theirs.off >= row.month - row.from_month
    apart = OTHER_SIDE_OF_THE_END if over_by_month_0 or only_after else 0.0
    return max(apart, (mine.off - theirs.off) / TOLERANCE["after"])


def _same_dose(asked: Mapping[str, _Use], row: _Row) -> bool:
    """Whether every dose of every drug is within a factor of two of the study's."""
    pairs = [(mine, theirs) for name in asked for mine in asked[name].doses for theirs in row.uses[name].doses]
    return all(1.0 / DOSE_FACTOR <= theirs / mine <= DOSE_FACTOR for mine, theirs in pairs)


def _classes(drugs: Iterable[str]) -> frozenset[str]:
    """Therapeutic classes of drugs (the first five signs of the ATC code), or the drugs themselves."""
    codes = {name: card(name).codes.get("atc") for name in drugs}
    return frozenset(code.code[:5] if code else name for name, code in codes.items())


def _unlike(one: frozenset[str], other: frozenset[str]) -> float:
    """Share of either set that is not in both; 0 for two empty sets."""
    either = len(one | other)
    return 1.0 - len(one & other) / either if either else 0.0


def _nearest(mine: frozenset[str], counted: Iterable[tuple[_Row, Mapping[str, float]]]) -> Iterator[Nearest]:
    """The nearest results, one for each study and site; where no study has the drugs, those that share most
    of them, or of their classes."""
    classes = _classes(mine)

    def distance(row: _Row, counts: Mapping[str, float]) -> float:
        unlike = 6.0 * _unlike(mine, row.drugs) + 4.0 * _unlike(classes, _classes(row.drugs))
        return unlike + sum(counts.values())

    ranked = sorted(((distance(row, counts), row) for row, counts in counted), key=lambda one: one[0])
    shown: set[tuple[str, str]] = set()
    for far, row in ranked:
        key = (row.target.text("study"), row.site)
        if key in shown or len(shown) == NEAREST:
            continue
        shown.add(key)
        yield Nearest(
            study=row.target.text("study"),
            error=_stored_value(row, "error"),
            drug=_named(row.drugs),
            site=row.site,
            month=row.month,
            age=row.age,
            years_since_menopause=row.since,
            t_score=row.t_score,
            quality=row.target.text("quality"),
            citation=row.target.text("citation"),
            distance=round(far, 2),
        )


def _named(drugs: Iterable[str]) -> str:
    """The names of drugs in one line."""
    return " + ".join(card(name).name for name in sorted(drugs)) or "no bone drug"


def _evidence(sex: str, drugs: frozenset[str]) -> tuple[Evidence, ...]:
    """Every result whose drugs are among these; without any, every result of women on no bone-active drug."""
    rows = [row for row in _rows(sex) if bool(row.drugs) == bool(drugs) and row.drugs <= drugs]
    ranked = sorted(
        rows, key=lambda row: (len(row.drugs), _named(row.drugs), row.target.text("study"), row.site, row.month)
    )
    return tuple(
        Evidence(
            id=row.target.text("id"),
            study=row.target.text("study"),
            drug=_named(row.drugs),
            site=row.site,
            from_month=row.target.number("from_month") or 0.0,
            to_month=row.month,
            observed=row.target.observed,
            sd=row.target.number("sd"),
            simulated=_stored_value(row, "simulated"),
            difference=row.target.comparator is not None,
            quality=row.target.text("quality"),
            citation=row.target.text("citation"),
        )
        for row in ranked
    )
