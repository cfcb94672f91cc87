"""How far published studies carry a forecast, and how well the model does on the nearest of them.

A study is a row of the calibration table that gives a change in density. It is *of the same treatment* when
its bone-active drugs are those of the forecast (calcium and vitamin D aside; drugs that ended more than two
years before month 0 aside too), at a dose within a factor of two. Distance is counted in tolerances:

    age                     8 years
    years since menopause   7 years (a woman before and one after it: three tolerances)
    T-score at the site     1.5
    time on the drugs       0.2 of the time asked, and only if the study is shorter than that

`studied`: one study of the same treatment lies within every tolerance.
`between`: studies of the same drugs exist, but none within every tolerance, or not at this dose.
`beyond`: these drugs were never studied together, the person is a man, or the person lies more than two
tolerances outside *all* studies of these drugs on one count, or is treated for more than twice their time.

The *evidence* is wider than the nearest studies: every density result of the forecast's drugs or of some of them,
whatever the dose, the person and the time, beside what the model gives for the women of that study.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from osteocast.drugs.catalogue import card
from osteocast.evidence.targets import CALIBRATION, Target, read_targets
from osteocast.people.person import Person
from osteocast.regimen import Regimen

if TYPE_CHECKING:
    from osteocast.trials.validate import Comparison

ERRORS = CALIBRATION.parent / "model_errors.json"
SITES = {
    "LS_BMD": ("lumbar_spine", "t_spine"),
    "TH_BMD": ("total_hip", "t_hip"),
    "FN_BMD": ("femoral_neck", "t_hip"),
    "radius_BMD": ("one_third_radius", ""),
}
TOLERANCE = {"age": 8.0, "years_since_menopause": 7.0, "t_score": 1.5, "time": 1.0}
TIME_SHARE = 0.2
DOSE_FACTOR = 2.0
OTHER_SIDE_OF_MENOPAUSE = 3.0
RECENT_MONTHS = 24.0
FAR = 2.0
NEAREST = 6
ACTIVE_KINDS = ("drug", "class", "event")
MONTH_DAYS = 30.4375


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
class _Row:
    """A published density result, with what is needed to compare it."""

    target: Target
    doses: Mapping[str, float]
    site: str
    month: float
    age: float
    since: float | None
    t_score: float | None

    @property
    def drugs(self) -> frozenset[str]:
        return frozenset(self.doses)


def support(person: Person, regimen: Regimen, months: float) -> Support:
    """How far studies carry a forecast.

    Args:
        person: the person, completed.
        regimen: what was taken before month 0 and is taken from there on.
        months: length of the forecast [month].
    """
    doses = active_doses(regimen)
    asked = _time_on_drugs(regimen, months)
    counted = [(row, _counts(person, row, asked)) for row in _rows()]
    same = [(row, counts) for row, counts in counted if row.drugs == frozenset(doses)]
    kind = "between"
    if person.sex != "female" or not same:
        kind = "beyond"
    elif any(_same_dose(doses, row) and max(counts.values()) <= 1.0 for row, counts in same):
        kind = "studied"
    elif any(min(counts[name] for _, counts in same) > _far(name) for name in TOLERANCE):
        kind = "beyond"
    return Support(kind, tuple(_nearest(doses, same or counted)), _evidence(frozenset(doses)))


def active_doses(regimen: Regimen) -> dict[str, float]:
    """Bone-active drugs of a regimen by card, with their dose per day [unit of the card]; single doses and
    events count as they are."""
    found: dict[str, float] = {}
    for course in regimen.courses():
        ended = (
            course.last_day is not None and course.interval_day > 0 and course.last_day <= -RECENT_MONTHS * MONTH_DAYS
        )
        if card(course.card_id).kind in ACTIVE_KINDS and not ended:
            found[course.card_id] = course.amount / (course.interval_day or 1.0)
    return found


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
def _rows() -> tuple[_Row, ...]:
    return tuple(_read_rows())


def _read_rows() -> Iterator[_Row]:
    for target in read_targets():
        if target.kind != "density" or target.text("sex") != "female" or _same_drugs_in_both_arms(target):
            continue
        site, column = SITES[target.text("quantity")]
        yield _Row(
            target,
            active_doses(target.regimen),
            site,
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
    arms = [(active_doses(arm), _time_on_drugs(arm, month)) for arm in (target.regimen, other)]
    return arms[0] == arms[1]


def _time_on_drugs(regimen: Regimen, months: float) -> float:
    """Months on the bone-active drugs within the forecast; without any, or after an operation, all of it."""
    last = 0.0
    for course in regimen.courses():
        if card(course.card_id).kind in ACTIVE_KINDS:
            lasting = course.last_day is None or course.interval_day == 0.0 and not course.continuous
            last = max(last, months if lasting else min(months, (course.last_day or 0.0) / MONTH_DAYS))
    return last or months


def _counts(person: Person, row: _Row, asked: float) -> dict[str, float]:
    """How far a result lies from the person, in tolerances, count by count."""
    since = person.years_since_menopause
    if (since is None) != (row.since is None):
        apart = OTHER_SIDE_OF_MENOPAUSE
    else:
        apart = abs((since or 0.0) - (row.since or 0.0)) / TOLERANCE["years_since_menopause"]
    scan = person.baseline_scans().get(row.site)
    score = 0.0 if scan is None or row.t_score is None else abs(scan.t - row.t_score) / TOLERANCE["t_score"]
    return {
        "age": abs(person.age - row.age) / TOLERANCE["age"],
        "years_since_menopause": apart,
        "t_score": score,
        "time": max(0.0, 1.0 - row.month / asked) / TIME_SHARE,
    }


def _far(name: str) -> float:
    """Beyond how many tolerances from every study a count is out of reach; half the time asked, for time."""
    return 0.5 / TIME_SHARE if name == "time" else FAR


def _same_dose(doses: Mapping[str, float], row: _Row) -> bool:
    return all(1.0 / DOSE_FACTOR <= row.doses[name] / doses[name] <= DOSE_FACTOR for name in doses)


def _classes(drugs: Iterable[str]) -> frozenset[str]:
    """Therapeutic classes of drugs (the first five signs of the ATC code), or the drugs themselves."""
    codes = {name: card(name).codes.get("atc") for name in drugs}
    return frozenset(code.code[:5] if code else name for name, code in codes.items())


def _unlike(one: frozenset[str], other: frozenset[str]) -> float:
    """Share of either set that is not in both; 0 for two empty sets."""
    either = len(one | other)
    return 1.0 - len(one & other) / either if either else 0.0


def _nearest(doses: Mapping[str, float], counted: Iterable[tuple[_Row, Mapping[str, float]]]) -> Iterator[Nearest]:
    """The nearest results, one for each study and site; where no study has the drugs, those that share most
    of them, or of their classes."""
    mine, classes = frozenset(doses), _classes(doses)

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


def _evidence(drugs: frozenset[str]) -> tuple[Evidence, ...]:
    """Every result whose drugs are among these; without any, every result of women on no bone-active drug."""
    rows = [row for row in _rows() if bool(row.drugs) == bool(drugs) and row.drugs <= drugs]
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
