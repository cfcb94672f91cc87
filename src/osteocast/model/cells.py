"""Bone cells. Reads the estrogen deficit and load; writes resorbing and forming cells, fold of young adult.

Each state is given as its production and its fractional loss [1/day]: x' = production - loss x. All are 1
in a young adult. Life spans: Manolagas, Endocr Rev 2000;21:115; Parfitt's remodelling sequence (osteoclasts
about 12 days, reversal about a month, osteoblasts about three months).
"""

from __future__ import annotations

from typing import Any

from osteocast.model.antiresorptives import osteoclast_death
from osteocast.model.maths import Number, power, softplus


def load(seen: Any, p: Any) -> Number:
    """Mechanical load, 1 at reference body mass and usual movement."""
    return p.bmi / p.bmi_reference * (1.0 + seen.loading)


def rankl(seen: Any, p: Any) -> Number:
    """RANKL on marrow and bone cells. Two to three times higher without estrogen
    (Eghbali-Fatourechi, J Clin Invest 2003;111:1221), lower with more than in youth; load from body mass and
    movement tempers both."""
    return power(1.0 + p.rankl_gain, seen.estrogen_deficit * power(load(seen, p), -p.load_protection))


def opg(seen: Any, p: Any) -> Number:
    """Osteoprotegerin, the decoy receptor that estrogen raises."""
    return 1.0 - p.opg_fall * seen.estrogen_deficit


def resorption_signal(seen: Any, p: Any) -> Number:
    """RANKL that neither OPG nor an antibody holds, fold of young adult; parathyroid hormone adds its small
    part."""
    return rankl(seen, p) / opg(seen, p) * power(seen.pth, p.pth_rankl) * seen.rankl_left


def precursors(seen: Any, p: Any) -> tuple[Number, Number]:
    """Osteoclast precursors: made steadily, used up by fusion. They fill while RANKL is low and
    overshoot when it returns."""
    renewal = p.precursor_use + p.precursor_death
    return renewal, p.precursor_use * resorption_signal(seen, p) + p.precursor_death


def fusing(seen: Any, p: Any) -> tuple[Number, Number]:
    """Recruitment to active bone surface: new remodelling sites open slowly."""
    return seen.precursors * resorption_signal(seen, p) / p.fusion_time, 1.0 / p.fusion_time


def osteoclasts(seen: Any, p: Any) -> tuple[Number, Number]:
    """Resorbing osteoclasts. Estrogen shortens their life (Hughes, Nat Med 1996;2:1132), so do drugs."""
    death = (1.0 - p.survival_gain * seen.estrogen_deficit) * osteoclast_death(seen, p)
    return seen.fusing / p.osteoclast_life, death / p.osteoclast_life


def reversal(seen: Any, p: Any) -> tuple[Number, Number]:
    """Resorbed surface waiting for osteoblasts."""
    return seen.osteoclasts / p.reversal_time, 1.0 / p.reversal_time


def osteoblasts(seen: Any, p: Any) -> tuple[Number, Number]:
    """Osteoblasts come to what was resorbed: coupling through factors released from bone."""
    return seen.reversal / p.osteoblast_life, 1.0 / p.osteoblast_life


def osteocytes(seen: Any, p: Any) -> tuple[Number, Number]:
    """Osteocytes live for years and die sooner without estrogen."""
    return 1.0 / p.osteocyte_life, power(1.0 + p.osteocyte_loss, seen.estrogen_deficit) / p.osteocyte_life


def sclerostin(seen: Any, p: Any) -> Number:
    """Sclerostin from osteocytes: up without estrogen (27 % lower after four weeks of estradiol, Modder,
    J Bone Miner Res 2011;26:27), down with exercise; usual load is part of everyone's own steady state."""
    return (
        seen.osteocytes
        * power(1.0 + p.sclerostin_gain, seen.estrogen_deficit)
        * power(1.0 + seen.loading, -p.sclerostin_load)
    )


def youth(age: Number, p: Any) -> Number:
    """How much livelier bone is before middle age, 1 from then on: at 25 resorption markers are a third above
    those at 45 and osteocalcin nearly twice them (Szulc, J Bone Miner Res 2001;16:1642, quality memory)."""
    return 1.0 + p.turnover_youth * p.youth_width * softplus((p.youth_until - age) / p.youth_width)


def formation(seen: Any, p: Any, modelling_share: Number) -> Number:
    """Bone formed, fold of young adult: a share follows past resorption; the rest (modelling, more in youth) does
    not and answers to sclerostin, testosterone and protein. Without estrogen osteoblasts make less of it all (walls
    are thicker on estradiol: Vedi, Osteoporos Int 1999; P1NP falls within three weeks of withdrawal)."""
    refill = 1.0 - p.refill_fall * seen.estrogen_deficit
    modelling = power(sclerostin(seen, p), -p.sclerostin_effect) * (1.0 + p.protein_modelling * seen.protein)
    modelling = modelling * (1.0 - p.androgen_modelling * seen.androgen_deficit)
    follows = power(1.0 - modelling_share, youth(seen.age, p))
    return refill * (follows * seen.osteoblasts + (1.0 - follows) * modelling)
