"""Tables of the page on fractures: where ten-year probabilities part from the printed ones."""

from __future__ import annotations

from _markdown import table

from osteocast.fracture import ten_year

AGES = (50.0, 60.0, 70.0, 80.0, 90.0)
GROUPINGS = {
    "nothing": (),
    "outcome": ("outcome",),
    "sex": ("sex",),
    "age": ("age",),
    "whether there is a scan": ("scanned",),
    "risk factor": ("risk_factor",),
    "sex and age": ("sex", "age"),
    "sex, age and outcome": ("sex", "age", "outcome"),
}


def ratios() -> str:
    """Ours over the printed ones by outcome, sex, kind of row and age."""
    rows = ten_year.compare()
    means = ten_year.mean_ratios([row for row in rows if not row.risk_factor], "outcome", "sex", "scanned", "age")
    lines = [
        (outcome, sex, "T-score" if scanned else "none", *_cells(means, (outcome, sex, scanned)))
        for outcome in ("hip", "mof")
        for sex in ("female", "male")
        for scanned in (True, False)
    ]
    return table(("outcome", "sex", "scan", *(f"{age:g} years" for age in AGES)), lines)


def factors() -> str:
    """Ours over the printed ones by risk factor, without a scan, over those without a factor."""
    rows = [row for row in ten_year.compare() if not row.scanned]
    means = ten_year.mean_ratios(rows, "risk_factor", "outcome", "sex")
    names = sorted({row.risk_factor for row in rows if row.risk_factor})
    columns = [(outcome, sex) for outcome in ("hip", "mof") for sex in ("female", "male")]
    lines = [
        (name.replace("_", " "), *(f"{means[(name, *one)] / means[('', *one)]:.2f}" for one in columns))
        for name in names
    ]
    return table(("risk factor", *(f"{outcome}, {sex}" for outcome, sex in columns)), lines)


def limits() -> str:
    """Rank correlation if the mean difference between groups were gone."""
    rows = ten_year.compare()
    lines = [(name, f"{ten_year.agreement_within(rows, *by):.3f}") for name, by in GROUPINGS.items()]
    return table(("differences by this gone", "rank correlation"), lines)


def _cells(means: dict[tuple[object, ...], float], key: tuple[object, ...]) -> list[str]:
    return [f"{means[(*key, age)]:.2f}" if (*key, age) in means else "" for age in AGES]
