"""What is known of a person, and how each piece enters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from osteocast.twin.prior import Prior


def known(prior: Prior) -> tuple[Mapping[str, Any], ...]:
    """What is known of the person, one entry each: `what`, `value`, `unit`, `date`, `noise_pct`, `enters`."""
    person, seen = prior.person, prior.seen
    rows: list[dict[str, Any]] = [_entry("age", person.age, "years", "exact")]
    if person.age_at_menopause is not None:
        rows.append(_entry("age at menopause", person.age_at_menopause, "years", "exact"))
    if person.bmi is not None:
        rows.append(_entry("body mass index", person.bmi, "kg/m2", "exact"))
    if person.calcium_mg_day is not None:
        rows.append(_entry("calcium in the diet", person.calcium_mg_day, "mg/day", "exact"))
    if person.history.prior_fracture is not None:
        said = "yes" if person.history.prior_fracture else "no"
        rows.append(_entry("prior fracture", said, "", "the population's density, given it"))
    for scan in seen.scans:
        enters = f"likelihood, precision error {100.0 * scan.cv:.3g} %"
        if scan.to_own.error_pct:
            enters += f", conversion error {scan.to_own.error_pct:g} %"
        one = scan.scan
        rows.append(
            _entry(f"{one.site} ({one.device})", round(one.bmd, 4), "g/cm2", enters, one.date, 100.0 * scan.cv)
        )
    for kind, results in (
        ("likelihood, course only", seen.markers),
        ("likelihood", seen.hormones),
        ("likelihood, below the limit", seen.below),
        ("level without treatment", tuple(one for each in seen.untreated.values() for one in each)),
    ):
        for result in results:
            given = result.result
            rows.append(_entry(given.name, given.value, given.unit, kind, given.date, 100.0 * result.cv))
    level = person.latest("25OHD")
    if level is not None:
        rows.append(_entry("25OHD", level.value, level.unit, "exact", level.date))
    for past_regimen in person.past_regimens:
        until = "continues" if past_regimen.continues else "until month 0"
        rows.append(_entry("taken", str(past_regimen.regimen), "", f"simulated as written, {until}"))
    return tuple(rows)


def _entry(
    what: str, value: Any, unit: str, enters: str, date: Any = None, noise_pct: float | None = None
) -> dict[str, Any]:
    return {
        "what": what,
        "value": value,
        "unit": unit,
        "date": None if date is None else date.isoformat(),
        "noise_pct": None if noise_pct is None else round(noise_pct, 2),
        "enters": enters,
    }
