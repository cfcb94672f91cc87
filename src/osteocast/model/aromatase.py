"""Aromatase (CYP19A1). Reads inhibitor exposure; writes the share of aromatisation that is left.

Reversible inhibitors compete with the substrate: v = Vmax S / (S + Km (1 + I/Ki)). The same equation
serves fat and muscle (little substrate: strong inhibition), the ovary and the testis (a hundred times
plasma's substrate: weak inhibition). Exemestane destroys enzyme, which is made anew.
"""

from __future__ import annotations

from typing import Any

from osteocast.model.maths import Number


def intact_enzyme(inactivation: Number, p: Any) -> Number:
    """Share of enzyme not destroyed: the balance of a suicide inhibitor against renewal. Destruction is over
    within the hour at drug levels and renewal outpaces the drug's decline, so the balance holds at every
    moment.

    Args:
        inactivation: rate at which a suicide substrate destroys enzyme [1/day].
        p: `enzyme_turnover` [1/day].
    """
    return p.enzyme_turnover / (p.enzyme_turnover + inactivation)


def activity_left(substrate: Number, competitor: Number, intact: Number, p: Any) -> Number:
    """Share of aromatisation left at one place, 1 = untreated.

    Args:
        substrate: S/Km at that place [1].
        competitor: I/Ki of reversible inhibitors [1].
        intact: share of enzyme not destroyed [1].
        p: `aromatase_residual`, the share beyond the reach of any inhibitor [1].
    """
    reached = intact * (1.0 + substrate) / (1.0 + substrate + competitor)
    return p.aromatase_residual + (1.0 - p.aromatase_residual) * reached
