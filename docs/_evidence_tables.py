"""Published results beside simulated ones, how the rows are used, and how their sources were read.

Agreement is read from `docs/_build/validate.json` where `osteocast validate --out docs/_build` has written it, else
from the errors on density that the package stores.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from _markdown import code, minus, signed, table

from osteocast.calibration.command import GROUPS_NOT_FITTED
from osteocast.evidence.targets import BETWEEN_TRIAL_SD, CALIBRATION, Target, read_targets
from osteocast.explain import corrections
from osteocast.explain.wording import quality_words
from osteocast.trials.published import obstacle

VALIDATED = Path(__file__).parent / "_build" / "validate.json"
STORED = CALIBRATION.parent / "model_errors.json"
FAR = 1.5
"""A row whose z is larger is listed among the misfits."""
QUANTITIES = {"LS_BMD": "spine", "TH_BMD": "total hip", "FN_BMD": "femoral neck", "radius_BMD": "one-third radius"}


@cache
def _simulated() -> tuple[dict[str, float], str]:
    """Simulated values by row, and where they come from."""
    if VALIDATED.exists():
        rows = json.loads(VALIDATED.read_text(encoding="utf-8"))["targets"]
        return {one["id"]: one["simulated"] for one in rows if one["simulated"] is not None}, "all quantities"
    if STORED.exists():
        rows = json.loads(STORED.read_text(encoding="utf-8"))["rows"]
        return {name: one["simulated"] for name, one in rows.items()}, "density only"
    return {}, "nothing stored"


def _compared(rows: Iterable[Target]) -> list[tuple[Target, float, float]]:
    """Rows with the simulated value and z."""
    values, _ = _simulated()
    found = []
    for row in rows:
        name, sd = row.text("id"), row.total_sd
        if name in values and sd > 0.0:
            found.append((row, values[name], (values[name] - row.observed) / sd))
    return found


def _what(row: Target) -> str:
    return QUANTITIES.get(row.text("quantity"), row.text("quantity").replace("_", " "))


def _months(row: Target) -> str:
    if row.text("measure") == "level":
        return f"{row.required('to_month'):g}"
    return f"{row.required('from_month'):g} to {row.required('to_month'):g}"


def _cells(row: Target, simulated: float, z: float) -> tuple[str, ...]:
    unit = row.text("unit")
    against = " (difference of arms)" if row.comparator is not None else ""
    return (
        f"{row.text('study')}{against}",
        f"{_what(row)}, {unit}",
        _months(row),
        minus(f"{row.observed:g}") + f" ± {row.number('sd') or 0.0:g}",
        minus(f"{simulated:.3g}"),
        signed(z),
        quality_words(row.text("quality")),
    )


HEAD = ("study", "quantity", "months", "published ± se", "simulated", "z", "read as")


def evidence_table(group: str) -> str:
    """Published beside simulated, one group of rows."""
    rows = [row for row in read_targets() if row.text("group") == group]
    return table(HEAD, [_cells(*one) for one in _compared(rows)])


def misfit_table() -> str:
    """Rows further than 1.5 off."""
    rows = [one for one in _compared(read_targets()) if abs(one[2]) > FAR]
    rows.sort(key=lambda one: -abs(one[2]))
    return table(HEAD, [_cells(*one) for one in rows])


def agreement() -> str:
    """Root mean square of z and mean absolute error by kind."""
    rows = []
    kinds = (
        ("density", "density", "", "points"),
        ("marker", "marker", "", "points"),
        ("hormones in women", "hormone", "female", "points"),
        ("hormones in men", "hormone", "male", "own units"),
        ("kinetics", "kinetics", "", "own units"),
    )
    for title, kind, sex, unit in kinds:
        mine = [
            one for one in _compared(read_targets()) if one[0].kind == kind and one[0].text("sex").startswith(sex)
        ]
        if mine:
            between = "a tenth of the level" if sex == "male" else f"{BETWEEN_TRIAL_SD[kind]:g}"
            rms = math.sqrt(sum(z * z for *_, z in mine) / len(mine))
            error = sum(abs(value - row.observed) for row, value, _ in mine) / len(mine)
            largest = max(abs(z) for *_, z in mine)
            numbers = (between, f"{rms:.2f}", f"{largest:.1f}", f"{error:.2f} {unit}")
            rows.append((title, str(len(mine)), *numbers))
    head = ("kind", "rows", "between-trial sd", "root mean square of z", "largest |z|", "mean absolute error")
    return table(head, rows)


def shown() -> str:
    """What the tables of agreement are made from."""
    return f"The tables hold {len(_compared(read_targets()))} rows ({_simulated()[1]}).\n"


def _why_not(row: Target) -> str:
    """Why a row is not fitted."""
    if row.text("group") == "fracture":
        return "fractures have a model of their own"
    return obstacle(row) or "restates a parameter"


def rows_by_group() -> str:
    """How many rows there are, are fitted and are kept out, by group."""
    groups: dict[str, list[Target]] = {}
    for row in read_targets():
        groups.setdefault(row.text("group"), []).append(row)
    counted = []
    for name, rows in groups.items():
        open_ = [row for row in rows if obstacle(row) is None]
        fitted = [row for row in open_ if name not in GROUPS_NOT_FITTED and not row.follows_from_parameters]
        reasons = Counter(_why_not(row) for row in rows if row not in fitted)
        said = "; ".join(f"{count} {why}" if len(reasons) > 1 else why for why, count in reasons.items())
        counted.append((name, str(len(rows)), str(len(fitted)), said))
    total = [str(sum(int(row[i]) for row in counted)) for i in (1, 2)]
    return table(("group", "rows", "fitted", "why the others are not"), [*counted, ("all", *total, "")])


def qualities() -> str:
    """How the rows' sources were read."""
    rows = read_targets()
    words = {
        "fulltext": "the paper was read",
        "abstract": "the abstract was read",
        "label": "prescribing information was read",
        "secondary": "read in another source that quotes it",
        "derived": "computed here from printed numbers",
        "memory": "not seen; carries this label wherever it is shown",
    }
    counted = {name: sum(row.text("quality") == name for row in rows) for name in words}
    return table(("quality", "means", "rows"), [(code(n), words[n], str(counted[n])) for n in words])


def wrong_citations() -> str:
    """Citations that circulate wrongly."""
    rows = [(one["subject"], one["circulates"], one["correct"], one["checked"]) for one in corrections()]
    return table(("about", "circulates as", "cite instead", "checked"), rows)
