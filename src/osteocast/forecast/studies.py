"""Published density results as a forecast needs them: drugs and times of use, and what the model gives for each."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from osteocast.drugs.catalogue import card
from osteocast.evidence.density import Evidence
from osteocast.evidence.targets import CALIBRATION, Target, read_targets
from osteocast.forecast.uses import Use, uses

if TYPE_CHECKING:
    from osteocast.trials.validate import Comparison

ERRORS = CALIBRATION.parent / "model_errors.json"
SITES = {
    "LS_BMD": ("lumbar_spine", "t_spine"),
    "TH_BMD": ("total_hip", "t_hip"),
    "FN_BMD": ("femoral_neck", "t_hip"),
    "radius_BMD": ("one_third_radius", ""),
}


@dataclass(frozen=True)
class Study:
    """A published density result, with what is needed to compare it.

    Attributes:
        target: its row in the table of published results.
        uses: how each bone-active drug is used up to the result, by card.
        site: site of the scan.
        from_month: month the change is counted from.
        month: month of the result.
        age: mean age [years].
        since: mean years since menopause [years], None before menopause and in men.
        t_score: mean T-score at the site, None where not given.
    """

    target: Target
    uses: Mapping[str, Use]
    site: str
    from_month: float
    month: float
    age: float
    since: float | None
    t_score: float | None

    @property
    def name(self) -> str:
        """The study."""
        return self.target.text("study")

    @property
    def drugs(self) -> frozenset[str]:
        """Cards of its bone-active drugs."""
        return frozenset(self.uses)

    @property
    def drug(self) -> str:
        """The names of its bone-active drugs in one line."""
        return " + ".join(card(name).name for name in sorted(self.drugs)) or "no bone drug"

    def stored(self, name: str) -> float | None:
        """`observed`, `simulated` or `error` as `store_errors` kept it [percentage points]; None where it was not
        simulated."""
        value = _stored().get(self.target.text("id"), {}).get(name)
        return None if value is None else float(value)


@cache
def studies(sex: str) -> tuple[Study, ...]:
    """Every published density result of one sex, in the order of the table. Read from disk once."""
    return tuple(one for one in _read_studies() if one.target.text("sex") == sex)


def _read_studies() -> Iterator[Study]:
    for target in read_targets():
        if target.kind != "density" or _same_drugs_in_both_arms(target):
            continue
        site, column = SITES[target.text("quantity")]
        yield Study(
            target,
            uses(target.regimen, target.required("to_month")),
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
    return uses(target.regimen, month) == uses(other, month)


def evidence(sex: str, drugs: frozenset[str]) -> tuple[Evidence, ...]:
    """What a forecast rests on.

    Args:
        sex: sex of the person.
        drugs: cards of the forecast's bone-active drugs.

    Returns:
        Every result whose drugs are among these, fewest drugs first; without any, every result of people of that sex
        on no bone-active drug.
    """
    found = [one for one in studies(sex) if bool(one.drugs) == bool(drugs) and one.drugs <= drugs]
    return tuple(
        Evidence(
            id=one.target.text("id"),
            study=one.name,
            drug=one.drug,
            site=one.site,
            from_month=one.from_month,
            to_month=one.month,
            observed=one.target.observed,
            sd=one.target.number("sd"),
            simulated=one.stored("simulated"),
            difference=one.target.comparator is not None,
            quality=one.target.text("quality"),
            citation=one.target.text("citation"),
        )
        for one in sorted(found, key=lambda one: (len(one.drugs), one.drug, one.name, one.site, one.month))
    )


def store_errors(comparisons: Iterable[Comparison], path: Path = ERRORS) -> None:
    """Keep the model's own error on every published density result, for `Study.stored` to read.

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
