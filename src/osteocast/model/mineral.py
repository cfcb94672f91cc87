"""Calcium, vitamin D and parathyroid hormone. Reads intake; writes PTH and a small one-off gain of mineral.

Effects are as small as trials say: calcium gains 0.7 to 1.8 % once (Tai, BMJ 2015;351:h4183), vitamin D
nothing at the spine unless deficient (Reid, Lancet 2014;383:146, quality memory).
"""

from __future__ import annotations

from typing import Any

from osteocast.model.maths import Number, exp, power


def absorbed_calcium(intake_mg: Number, vitamin_d: Number, p: Any) -> Number:
    """Calcium absorbed [mg/day]: saturating in intake, impaired only when 25-hydroxyvitamin D is low.

    Args:
        intake_mg: calcium from food and tablets [mg/day].
        vitamin_d: 25-hydroxyvitamin D [nmol/L].
        p: `calcium_half` [mg/day], `calcium_max` [mg/day], `vitamin_d_half` [nmol/L].
    """
    sufficiency = 1.0 - exp(-vitamin_d / p.vitamin_d_half)
    return p.calcium_max * intake_mg / (intake_mg + p.calcium_half) * sufficiency


def pth(seen: Any, p: Any) -> Number:
    """Parathyroid hormone, 1 at the person's own usual intake: falls as more calcium is absorbed."""
    usual = absorbed_calcium(p.calcium_intake, p.vitamin_d, p)
    now = absorbed_calcium(p.calcium_intake + seen.calcium, p.vitamin_d + seen.vitamin_d, p)
    return power(now / usual, -p.pth_calcium)


def calcium_store(seen: Any, p: Any) -> tuple[Number, Number]:
    """Extra mineral held while PTH is lower than usual, in units of the fall of PTH; fills once."""
    return (1.0 - seen.pth) / p.calcium_time, 1.0 / p.calcium_time
