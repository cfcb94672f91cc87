"""Published results as rows: what was measured in whom under which regimen."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from osteocast.errors import OsteocastError
from osteocast.regimen import Regimen
from osteocast.text_files import read_text

CALIBRATION = Path(__file__).parent / "calibration_targets.csv"
BETWEEN_TRIAL_SD = {"density": 0.8, "marker": 8.0, "kinetics": 0.0, "hormone": 0.0}
"""Spread between trials of one regimen beyond their own error [points]."""
BETWEEN_ASSAYS = 0.1
"""Spread between assays and trials of hormone levels in men, as a share of the level."""
WITHIN_TRIAL_SHARE = 0.5
"""Share of that variance which rows of one trial have in common (same people, scanners and habits): assumed."""
KINDS = {
    "LS_BMD": "density",
    "TH_BMD": "density",
    "FN_BMD": "density",
    "radius_BMD": "density",
    "sCTX": "marker",
    "uNTX": "marker",
    "P1NP": "marker",
    "BSAP": "marker",
    "E2": "hormone",
    "E1": "hormone",
    "E1S": "hormone",
    "T": "hormone",
    "LH": "hormone",
    "whole_body_aromatisation": "hormone",
}
NEEDED = (
    "id", "group", "study", "sex", "age_mean", "years_since_menopause", "bmi_mean", "e2_baseline_pgml", "regimen",
    "comparator", "measure", "quantity", "unit", "from_month", "to_month", "value", "sd", "statistic",
)  # fmt: skip


@dataclass(frozen=True)
class Target:
    """One published number. `group`, `id`, `study`, `value`, `sd`, `citation`, `note` are labels that a
    simulation never reads."""

    line: int
    fields: Mapping[str, str]

    def text(self, name: str) -> str:
        """A field as written, '' where empty or absent."""
        return (self.fields.get(name) or "").strip()

    def number(self, name: str) -> float | None:
        """A field as a number, None where empty.

        Raises:
            OsteocastError: the field holds something else.
        """
        text = self.text(name)
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise OsteocastError(
                f"'{text}' is not a number",
                where=f"row {self.line}, column {name}",
                fix="write a plain number",
            )
        return value

    def required(self, name: str) -> float:
        """A field that must be a number."""
        value = self.number(name)
        if value is None:
            raise OsteocastError("the field is empty", where=f"row {self.line}, column {name}", fix="fill it in")
        return value

    @cached_property
    def regimen(self) -> Regimen:
        """The treatment."""
        return self._regimen("regimen")

    @cached_property
    def comparator(self) -> Regimen | None:
        """The other arm, None where the result is of one arm."""
        return self._regimen("comparator") if self.text("comparator") else None

    def _regimen(self, column: str) -> Regimen:
        try:
            return Regimen.parse(self.text(column))
        except OsteocastError as error:
            raise OsteocastError(
                error.what, where=f"row {self.line}, column {column}, {error.where}", fix=error.fix
            ) from None

    @property
    def trial(self) -> str:
        """The trial a row belongs to: the first word of `study`. Read by calibration alone, to know which rows
        share a trial's own deviation."""
        return self.text("study").split(" ")[0].strip(",")

    @property
    def kind(self) -> str:
        """density, marker, hormone or kinetics."""
        return KINDS.get(self.text("quantity"), "kinetics")

    @property
    def follows_from_parameters(self) -> bool:
        """Whether the row restates a kinetic parameter, so that nothing needs simulating."""
        return self.text("quantity").endswith(("_CL_F", "_half_life", "_Css_mean"))

    @property
    def observed(self) -> float:
        """The published number."""
        return self.required("value")

    @property
    def total_sd(self) -> float:
        """Its own error and the spread between trials together, in its unit.

        Raises:
            OsteocastError: its own error is negative.
        """
        own = self.number("sd") or 0.0
        if own < 0.0:
            raise OsteocastError(
                f"a standard error of {own:g} is negative",
                where=f"row {self.line}, column sd",
                fix="write it without the sign, or leave the field empty where it is not known",
            )
        return float((own**2 + self.between_sd**2) ** 0.5)

    @property
    def between_sd(self) -> float:
        """Spread between trials of one regimen, in its unit: a share of the level for hormones in men, whose assays
        differ by that much."""
        if self.kind == "hormone" and self.text("sex") == "male":
            return BETWEEN_ASSAYS * abs(self.observed)
        return BETWEEN_TRIAL_SD[self.kind]


def read_targets(path: Path = CALIBRATION) -> tuple[Target, ...]:
    """Read a table with the columns of `calibration_targets.csv`.

    Raises:
        OsteocastError: the file cannot be read or lacks a column.
    """
    columns = f"its columns are {', '.join(NEEDED)}"
    text = read_text(path, ending=".csv", expected="a table of targets", name="the CSV file", example=columns)
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""))
        missing = [name for name in NEEDED if name not in (reader.fieldnames or [])]
        if missing:
            raise OsteocastError(
                f"column '{missing[0]}' is missing", where=str(path), fix=f"give the columns {', '.join(NEEDED)}"
            )
        return tuple(Target(i, row) for i, row in enumerate(reader, start=2))
    except csv.Error as error:
        raise OsteocastError(f"cannot be read ({error})", where=str(path), fix="give a CSV file in UTF-8") from None
