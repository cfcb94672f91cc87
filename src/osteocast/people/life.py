"""How far back a simulated life has to begin, so that it still starts from a young adult in steady state."""

from __future__ import annotations

BEFORE_MENOPAUSE_YEARS = 6.0
"""Years before the final period from which a woman is simulated."""
MEN_FROM_AGE = 40.0
"""Age [years] from which a man is simulated."""


def years_before(sex: str, age: float, years_since_menopause: float | None, least: float) -> float:
    """Years of life to simulate before month 0.

    Args:
        sex: `female` or `male`.
        age: age at month 0 [years]; used for men.
        years_since_menopause: years since the final period, negative before it; None = not near it, or a man.
        least: no less than this [years].
    """
    if sex == "male":
        return max(age - MEN_FROM_AGE, least)
    return least if years_since_menopause is None else max(years_since_menopause + BEFORE_MENOPAUSE_YEARS, least)
