"""Drugs that hold osteoclasts back directly. Reads dose input and cells; writes drug held in bone and in
blood, and what it does to osteoclasts.

Bisphosphonates: hours in plasma, then a skeletal pool. Bone mineral binds them loosely or tightly; each drug
has its own share of tight binding (hydroxyapatite affinity: Nancollas, Bone 2006;38:617). New bone buries what
is bound, resorption sets it free again. Amounts are in units of effect, so that drugs add up.
Denosumab: one compartment with saturable, target-mediated loss, which clears the last of a dose fast.
"""

from __future__ import annotations

from typing import Any

from osteocast.model.maths import Number, power


def bound_loosely(seen: Any, p: Any) -> tuple[Number, Number]:
    """Bisphosphonate loosely bound at bone surface [effect]: production and fractional loss [1/day]."""
    return seen.bisphosphonate_loose, p.loose_release + p.burial * seen.osteoblasts


def bound_tightly(seen: Any, p: Any) -> tuple[Number, Number]:
    """Bisphosphonate tightly bound at bone surface [effect]; half of what resorption frees binds anew."""
    freed = 0.5 * p.unearthing * seen.osteoclasts * seen.buried
    return seen.bisphosphonate_tight + freed, p.tight_release + p.burial * seen.osteoblasts


def buried(seen: Any, p: Any) -> tuple[Number, Number]:
    """Bisphosphonate under new bone, without effect until resorbed [effect]."""
    covered = p.burial * seen.osteoblasts * (seen.bound_loosely + seen.bound_tightly)
    return covered, p.unearthing * seen.osteoclasts


def antibody(seen: Any, p: Any) -> tuple[Number, Number]:
    """Denosumab in plasma [nmol/L]: production and fractional loss [1/day]."""
    return seen.antibody_input, p.antibody_elimination + p.antibody_capacity / (p.antibody_km + seen.antibody)


def rankl_free(seen: Any, p: Any) -> Number:
    """Share of RANKL that the antibody leaves free."""
    return 1.0 / (1.0 + seen.antibody / p.antibody_half)


def starvation(seen: Any, p: Any) -> Number:
    """Factor on the death of mature osteoclasts, which do not live without RANKL."""
    return power(rankl_free(seen, p), -p.rankl_survival)


def osteoclast_death(seen: Any, p: Any) -> Number:
    """Factor on the death of mature osteoclasts: bisphosphonate that they swallow kills them, and so does the want
    of RANKL.

    Args:
        seen: `bound_loosely`, `bound_tightly`, `starving`.
        p: `bisphosphonate_limit` [1].
    """
    swallowed = seen.bound_loosely + seen.bound_tightly
    poisoned = 1.0 + p.bisphosphonate_limit * swallowed / (1.0 + swallowed)
    return poisoned * seen.starving
