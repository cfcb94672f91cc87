"""Bone at four sites of one skeleton. Reads cells and age; writes volume, mineral and areal density.

Each site is a share of trabecular and a share of cortical bone; each kind has its own turnover there. A loss
has four parts: open cavities (remodelling space) and young, less mineralised bone come back; thinner
trabeculae come back slowly, as far as the scaffold stands; perforated scaffold does not.
"""

from __future__ import annotations

from typing import Any

from osteocast.model.cells import formation, youth
from osteocast.model.maths import Number, positive, power, softplus


def ageing(age: Number, p: Any) -> Number:
    """Years beyond the age from which each remodelling cycle refills less (wall thickness falls with age:
    Lips 1978; Kragstrup 1983), smooth."""
    return p.ageing_width * softplus((age - p.ageing_onset) / p.ageing_width)


def degeneration(age: Number, p: Any) -> Number:
    """Factor by which osteophytes and sclerosis raise areal density of the spine, not its strength: part of
    the measurement, with age, in everyone alike."""
    return 1.0 + p.lumbar_spine_degeneration * ageing(age, p)


def pace(seen: Any, p: Any) -> Number:
    """A person's own pace of remodelling, 1 = usual: slower in heavier people, whose turnover markers are lower at
    every age (Evans, J Bone Miner Res 2015;30:920, quality memory), and faster in youth."""
    return p.turnover * youth(seen.age, p) * power(p.bmi / p.bmi_reference, -p.turnover_bmi)


def scaffold(seen: Any, p: Any) -> tuple[Number, Number]:
    """Trabecular scaffold on which bone can be rebuilt. Resorption beyond the young adult level perforates
    plates and rods; they are not made again (Parfitt, J Clin Invest 1983;72:1396)."""
    excess = positive(seen.osteoclasts - 1.0)
    return 0.0, p.perforation * excess * excess / (excess + p.perforation_width)


def trabecular(seen: Any, p: Any, turnover: Number, volume: Number) -> tuple[Number, Number]:
    """Trabecular volume at one site, 1 = young adult: production and fractional loss [1/day].

    Args:
        seen: cells, `scaffold`, `age`.
        turnover: local bone turnover [1/day].
        volume: the volume itself; resorption eases as surface is lost.
    """
    made = formation(seen, p, p.modelling_trabecular) * seen.scaffold
    made = made * (1.0 - p.ageing_trabecular * ageing(seen.age, p))
    return turnover * made, turnover * seen.osteoclasts * power(volume, p.surface_trabecular - 1.0)


def cortical(seen: Any, p: Any, turnover: Number, endocortical: Number, volume: Number) -> tuple[Number, Number]:
    """Cortical volume at one site, as `trabecular`; `endocortical` is resorption in excess of turnover at
    the marrow side, which is not refilled."""
    made = formation(seen, p, p.modelling_cortical) * (1.0 - p.ageing_cortical * ageing(seen.age, p))
    eaten = power(seen.osteoclasts, 1.0 + endocortical)
    return turnover * made, turnover * eaten * power(volume, p.surface_cortical - 1.0)


def young_bone(seen: Any, p: Any) -> tuple[Number, Number]:
    """Bone still filling with mineral, fold of young adult: secondary mineralisation takes about a year
    and more after a fast start."""
    made = formation(seen, p, p.modelling_trabecular)
    return made / p.mineralisation_time, 1.0 / p.mineralisation_time


def remodelling_space(seen: Any, p: Any) -> Number:
    """Cavities open at any moment, fold of young adult: what was resorbed and is not yet refilled."""
    waiting = p.reversal_time * seen.reversal + p.osteoblast_life * seen.osteoblasts
    return waiting / (p.reversal_time + p.osteoblast_life)


def density(site: Any, seen: Any, trabecular_volume: Number, cortical_volume: Number, p: Any) -> Number:
    """Areal density at one site, 1 = young adult.

    Args:
        site: `share` of trabecular bone [1], `trabecular_turnover`, `cortical_turnover` [1/day].
        seen: `young_bone`, `calcium_store`.
        trabecular_volume: fold of young adult.
        cortical_volume: fold of young adult.
        p: `mineral_deficit`, mineral that young bone lacks [1]; `mineralisation_time` [day];
            `calcium_gain`, gain per unit of stored mineral [1].
    """
    volume = site.share * trabecular_volume + (1.0 - site.share) * cortical_volume
    renewed = site.share * site.trabecular_turnover + (1.0 - site.share) * site.cortical_turnover
    unfilled = p.mineral_deficit * p.mineralisation_time * renewed * (seen.young_bone - 1.0)
    return (volume - unfilled) * (1.0 + p.calcium_gain * seen.calcium_store)
