"""Turnover markers in blood and urine. Reads resorption and formation; writes fold of young adult.

A marker is cleared within hours or days; what it shows late is the late part of the cell's life. P1NP is cut
off as matrix is laid down, so it follows formation; BSAP sits on mineralising osteoblasts, so it follows
their number, later. Part of each marker does not come from remodelling.
"""

from __future__ import annotations

from typing import Any

from osteocast.model.cells import formation
from osteocast.model.maths import Number, power


def late_osteoblasts(seen: Any, p: Any) -> tuple[Number, Number]:
    """Osteoblasts in their late, mineralising part of life, which carry the enzyme of BSAP."""
    return seen.osteoblasts / p.bsap_delay, 1.0 / p.bsap_delay


def collagen_broken_down(seen: Any, p: Any) -> Number:
    """Collagen released by resorption of the whole skeleton, fold of young adult: from trabecular surface and,
    with the excess at the marrow side, from cortex."""
    cortex = power(seen.osteoclasts, 1.0 + p.total_hip_endocortical)
    return (1.0 - p.cortical_collagen) * seen.osteoclasts + p.cortical_collagen * cortex


def s_ctx(seen: Any, p: Any) -> Number:
    """Serum C-telopeptide."""
    return p.ctx_other + (1.0 - p.ctx_other) * collagen_broken_down(seen, p)


def u_ntx(seen: Any, p: Any) -> Number:
    """Urinary N-telopeptide per creatinine."""
    return p.ntx_other + (1.0 - p.ntx_other) * collagen_broken_down(seen, p)


def p1np(seen: Any, p: Any) -> Number:
    """Procollagen type 1 N-propeptide."""
    return p.p1np_other + (1.0 - p.p1np_other) * formation(seen, p, p.modelling_trabecular)


def bsap(seen: Any, p: Any) -> Number:
    """Bone-specific alkaline phosphatase."""
    return p.bsap_other + (1.0 - p.bsap_other) * seen.late_osteoblasts
