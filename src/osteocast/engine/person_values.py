"""What a person's known hormone levels imply for the parameters behind them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from osteocast.model import assemble, steroids

UNTREATED = SimpleNamespace(**dict.fromkeys(assemble.DRIVES, 0.0))
FERTILE_D = -1e5


def _with(p: SimpleNamespace, **changes: Any) -> SimpleNamespace:
    return SimpleNamespace(**{**vars(p), **changes})


def settle(p: SimpleNamespace) -> SimpleNamespace:
    """Add what follows from a person's own levels.

    Peripheral aromatase is scaled to a known estradiol after menopause (`e2_known` [nmol/L], 0 = not known);
    ovarian secretion is set so that the fertile level is `fertile_e2_known` or, unknown,
    `ovary_estradiol_level`; `free_e2_young` is what bone saw then. Levels are linear in each of the two, so
    one evaluation at 0 and one at 1 settle each.
    """
    import jax.numpy as jnp

    def e2(t_d: Any, removed: Any = 0.0, **changes: Any) -> Any:
        drive = _with(UNTREATED, gonad_removed=removed)
        return steroids.levels(drive, t_d, _with(p, **changes)).e2

    none, full = (
        e2(0.0, p.ovaries_removed, aromatase_amount=0.0, ovary_estradiol=0.0),
        e2(0.0, p.ovaries_removed, aromatase_amount=1.0, ovary_estradiol=0.0),
    )
    known = jnp.clip((p.e2_known - none) / (full - none), 0.05, 20.0)
    p = _with(p, aromatase_amount=jnp.where(p.e2_known > 0.0, known, p.aromatase_amount))
    fertile = jnp.where(p.fertile_e2_known > 0.0, p.fertile_e2_known, p.ovary_estradiol_level)
    none, full = e2(FERTILE_D, ovary_estradiol=0.0), e2(FERTILE_D, ovary_estradiol=1.0)
    p = _with(p, ovary_estradiol=jnp.clip((fertile - none) / (full - none), 0.0))
    young = steroids.levels(UNTREATED, FERTILE_D, p).free_e2
    return _with(p, free_e2_young=young)
