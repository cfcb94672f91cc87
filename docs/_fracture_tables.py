"""Tables of the page on fractures: published results, the fit, rates over ten years, sources."""

from __future__ import annotations

import json

from _markdown import table

from osteocast.calibration.fractures import RESULTS
from osteocast.evidence.targets import read_targets
from osteocast.fracture import POPULATIONS, ten_year, turnover
from osteocast.fracture.records import table as series


def results() -> str:
    """Published fracture results beside simulated ones, with what each effect is made of."""
    stored = json.loads(RESULTS.read_text(encoding="utf-8"))["rows"]
    rows = []
    for target in read_targets():
        one = stored.get(target.text("id"))
        if one is None:
            continue
        low_high = "" if one["interval"] is None else " ({:g} to {:g})".format(*one["interval"])
        through = one["through"] or {}
        parts = [f"{through[name]:.2f}" if through else "" for name in ("density", "turnover", "unexplained")]
        arms = str(target.regimen) + (f" against {target.comparator}" if target.comparator is not None else "")
        what = one["quantity"].replace("_", " ").replace(" HR", "").replace(" RR", "")
        observed = f"{one['observed']:g}{low_high}"
        rows.append((one["study"], arms, what, observed, f"{one['simulated']:.3g}", *parts, one["role"]))
    head = ("study", "arms", "fracture", "published", "simulated", "through density", "through turnover",
            "unexplained", "role")  # fmt: skip
    return table(head, rows)


def fit() -> str:
    """The one fitted number."""
    one = turnover.fitted()
    return f"{one.value:.2f} a standard deviation ({one.low95:.2f} to {one.high95:.2f})"


def ten_years() -> str:
    """Rank correlation and ratio by population, outcome and sex."""
    rows = []
    for population in POPULATIONS:
        every = ten_year.compare(population)
        chosen = [("both", "both", every)]
        for outcome in ("hip", "mof"):
            mine = [row for row in every if row.outcome == outcome]
            chosen.append((outcome, "both", mine))
            chosen += [(outcome, sex, [row for row in mine if row.sex == sex]) for sex in ("female", "male")]
        for outcome, sex, found in chosen:
            whole = ten_year.agreement(found)
            rest = ten_year.agreement([row for row in found if row.risk_factor != "parent_hip_fracture"])
            numbers = (whole["rank_correlation"], rest["rank_correlation"], whole["geometric_mean_ratio"])
            rows.append((population.replace("_", " "), outcome, sex, str(len(found)), *(f"{x:.2f}" for x in numbers)))
    head = (
        "incidence of",
        "outcome",
        "sex",
        "rows",
        "rank correlation",
        "without parent's hip",
        "geometric mean ratio",
    )
    return table(head, rows)


def sources() -> str:
    """Every series behind the fracture rates."""
    files = {
        "incidence": ("population", "sex", "outcome"),
        "death": ("population", "sex"),
        "density": ("outcome", "site", "sex"),
        "turnover": ("name", "sex"),
        "factors": ("factor", "kind", "of", "density", "sex"),
    }
    rows = []
    for name, keys in files.items():
        for one in series(name, *keys).values():
            what = " ".join(filter(None, one.labels.values())).replace("_", " ")
            read_as = ", ".join(dict.fromkeys(one.qualities)) + (", borrowed" if one.borrowed else "")
            values = f"{one.values[0]:g}" + (f" to {one.values[-1]:g}" if len(one.values) > 1 else "")
            source = one.source + (f" ({one.borrowed})" if one.borrowed else "")
            rows.append((name, what, f"{values} {one.unit}", one.basis, read_as, source))
    return table(("kind", "of", "value, youngest to oldest", "basis", "read as", "source"), rows)
