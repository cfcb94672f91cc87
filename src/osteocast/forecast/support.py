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

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from osteocast.drugs.catalogue import card
from osteocast.evidence.density import Evidence
from osteocast.forecast.studies import Study, evidence, studies
from osteocast.forecast.uses import Use, uses
from osteocast.people.person import Person
from osteocast.regimen import Regimen

TOLERANCE = {"age": 8.0, "years_since_menopause": 7.0, "t_score": 1.5, "time": 1.0, "after": 12.0}
TIME_SHARE = 0.2
DOSE_FACTOR = 2.0
OTHER_SIDE_OF_MENOPAUSE = 3.0
OTHER_SIDE_OF_THE_END = 3.0
FAR = {"time": 0.5 / TIME_SHARE, "after": 48.0 / TOLERANCE["after"]}
"""Beyond how many tolerances from every study a count is out of reach: half the time asked, four years after."""
FAR_OTHERWISE = 2.0
NEAREST = 6


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


def support(person: Person, regimen: Regimen, months: float) -> Support:
    """How far studies carry a forecast.

    Args:
        person: the person, completed.
        regimen: what was taken before month 0 and is taken from there on.
        months: length of the forecast [month].
    """
    asked = uses(regimen, months)
    counted = [(study, _counts(person, study, asked, months)) for study in studies(person.sex)]
    same = [(study, counts) for study, counts in counted if study.drugs == frozenset(asked)]
    kind = "between"
    if not same:
        kind = "beyond"
    elif any(_same_dose(asked, study) and max(counts.values()) <= 1.0 for study, counts in same):
        kind = "studied"
    elif any(min(counts[name] for _, counts in same) > FAR.get(name, FAR_OTHERWISE) for name in TOLERANCE):
        kind = "beyond"
    return Support(kind, tuple(_nearest(frozenset(asked), same or counted)), evidence(person.sex, frozenset(asked)))


def _counts(person: Person, study: Study, asked: Mapping[str, Use], months: float) -> dict[str, float]:
    """How far a result lies from the person, in tolerances, count by count."""
    since = person.years_since_menopause
    if (since is None) != (study.since is None):
        apart = OTHER_SIDE_OF_MENOPAUSE
    else:
        apart = abs((since or 0.0) - (study.since or 0.0)) / TOLERANCE["years_since_menopause"]
    scan = person.baseline_scans().get(study.site)
    score = 0.0 if scan is None or study.t_score is None else abs(scan.t - study.t_score) / TOLERANCE["t_score"]
    common = [(asked[name], study.uses[name]) for name in asked if name in study.uses]
    shorter = [1.0 - theirs.on / mine.on for mine, theirs in common] or [1.0 - study.month / months]
    return {
        "age": abs(person.age - study.age) / TOLERANCE["age"],
        "years_since_menopause": apart,
        "t_score": score,
        "time": max(0.0, *shorter) / TIME_SHARE,
        "after": max((_after(mine, theirs, study, months) for mine, theirs in common), default=0.0),
    }


def _after(mine: Use, theirs: Use, study: Study, months: float) -> float:
    """How far a result lies from the forecast in the time since a drug ended, in tolerances.

    Args:
        mine: use of the drug in the forecast.
        theirs: its use in the study.
        study: the result.
        months: length of the forecast [month].
    """
    over_by_month_0 = mine.off >= months and theirs.off <= 0.0
    only_after = mine.off <= 0.0 and theirs.off >= study.month - study.from_month
    apart = OTHER_SIDE_OF_THE_END if over_by_month_0 or only_after else 0.0
    return max(apart, (mine.off - theirs.off) / TOLERANCE["after"])


def _same_dose(asked: Mapping[str, Use], study: Study) -> bool:
    """Whether every dose of every drug is within a factor of two of the study's."""
    pairs = [(mine, theirs) for name in asked for mine in asked[name].doses for theirs in study.uses[name].doses]
    return all(1.0 / DOSE_FACTOR <= theirs / mine <= DOSE_FACTOR for mine, theirs in pairs)


def _classes(drugs: Iterable[str]) -> frozenset[str]:
    """Therapeutic classes of drugs (the first five signs of the ATC code), or the drugs themselves."""
    codes = {name: card(name).codes.get("atc") for name in drugs}
    return frozenset(code.code[:5] if code else name for name, code in codes.items())


def _unlike(one: frozenset[str], other: frozenset[str]) -> float:
    """Share of either set that is not in both; 0 for two empty sets."""
    either = len(one | other)
    return 1.0 - len(one & other) / either if either else 0.0


def _nearest(mine: frozenset[str], counted: Iterable[tuple[Study, Mapping[str, float]]]) -> Iterator[Nearest]:
    """The nearest results, one for each study and site; where no study has the drugs, those that share most
    of them, or of their classes."""
    classes = _classes(mine)

    def distance(study: Study, counts: Mapping[str, float]) -> float:
        unlike = 6.0 * _unlike(mine, study.drugs) + 4.0 * _unlike(classes, _classes(study.drugs))
        return unlike + sum(counts.values())

    ranked = sorted(((distance(study, counts), study) for study, counts in counted), key=lambda one: one[0])
    shown: set[tuple[str, str]] = set()
    for far, study in ranked:
        key = (study.name, study.site)
        if key in shown or len(shown) == NEAREST:
            continue
        shown.add(key)
        yield Nearest(
            study=study.name,
            error=study.stored("error"),
            drug=study.drug,
            site=study.site,
            month=study.month,
            age=study.age,
            years_since_menopause=study.since,
            t_score=study.t_score,
            quality=study.target.text("quality"),
            citation=study.target.text("citation"),
            distance=round(far, 2),
        )
