"""What a person's known hormone levels imply for the parameters behind them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from osteocast.engine.configure import configure
from osteocast.model import assemble, axis, steroids
from osteocast.model.maths import positive, power

UNTREATED = SimpleNamespace(**dict.fromkeys(assemble.DRIVES, 0.0))
FERTILE_D = -1e5
"""A day long before menopause, and of a man's youth."""
DAMPING = 0.3
ROUNDS = 12
LEAST_USUAL = 0.7
"""The pituitary takes no less estradiol for usual than this share of a healthy person's."""


def _with(p: SimpleNamespace, **changes: Any) -> SimpleNamespace:
    return SimpleNamespace(**{**vars(p), **changes})


def settle(p: SimpleNamespace) -> SimpleNamespace:
    """Add what follows from a person's own levels.

    Usual testosterone (`t_known` [nmol/L], or the population's for the age) sets what the testis makes, usual LH
    (`lh_known` [IU/L], or `lh_level`) the strength of the feedback; a known estradiol (`e2_known` [nmol/L], 0 = not
    known) scales the person's aromatase; ovarian secretion is set so that the fertile level is `fertile_e2_known`
    or, unknown, `ovary_estradiol_level`. Estradiol is linear in aromatase and in ovarian secretion, so one
    evaluation at 0 and one at 1 settle each. `free_e2_young` and `free_t_young` are what bone saw in youth, with
    the population's aromatase: a man who never had any lacks estrogen all his life.
    """
    configure()
    import jax.numpy as jnp

    p = _with(p, lh_usual=jnp.where(p.lh_known > 0.0, p.lh_known, p.lh_level), free_t_usual=1.0)
    p = _testis(p)
    usual_d = jnp.where(p.testis > 0.0, 0.0, FERTILE_D)
    p = _with(p, free_t_usual=_at(usual_d, _with(p, ovary_estradiol=0.0)).free_t)
    amount = p.aromatase_amount

    now = [_with(p, aromatase_amount=share, ovary_estradiol=0.0) for share in (0.0, 1.0)]
    none, full = (_at(0.0, one, p.ovaries_removed).e2 for one in now)
    known = jnp.clip((p.e2_known - none) / (full - none), 0.01, 20.0)
    healthy = _ovary(p)
    p = _ovary(_with(p, aromatase_amount=jnp.where(p.e2_known > 0.0, known, amount)))
    own, theirs = _at(usual_d, p).free_e2, _at(usual_d, healthy).free_e2
    p = _with(p, free_e2_usual=jnp.maximum(own, LEAST_USUAL * theirs))
    response = axis.leydig_response(_lh_now(own, p), p)
    p = _with(p, leydig_now=p.leydig_now / response, leydig_young=p.leydig_young / response)
    young = _balanced(FERTILE_D, _with(healthy, free_e2_usual=theirs))
    return _with(p, free_e2_young=young.free_e2, free_t_young=young.free_t)


def _at(t_d: Any, p: SimpleNamespace, removed: Any = 0.0) -> steroids.Hormones:
    """Levels at the person's usual LH."""
    return steroids.levels(_with(UNTREATED, gonad_removed=removed), t_d, 1.0, p)


def _ovary(p: SimpleNamespace) -> SimpleNamespace:
    """The ovary that gives the fertile level of estradiol."""
    import jax.numpy as jnp

    fertile = jnp.where(p.fertile_e2_known > 0.0, p.fertile_e2_known, p.ovary_estradiol_level)
    none, full = (_at(FERTILE_D, _with(p, ovary_estradiol=share)).e2 for share in (0.0, 1.0))
    return _with(p, ovary_estradiol=jnp.clip((fertile - none) / (full - none), 0.0))


def _lh_now(free_e2: Any, p: SimpleNamespace) -> Any:
    """LH, fold of usual, of somebody whose estradiol was never what the pituitary takes for usual."""
    signal = axis.feedback(free_e2, p.free_t_usual, p)
    return axis.lh_response(signal, power(signal, p.set_point_share), 0.0, p)[0]


def _testis(p: SimpleNamespace) -> SimpleNamespace:
    """What the testis makes at the usual LH, now and in youth [nmol/day]."""
    import jax.numpy as jnp

    aged = 1.0 - p.testis_ageing * positive(p.age - axis.FULLY_GROWN)
    now = jnp.where(p.t_known > 0.0, p.t_known, p.testosterone_level * aged)
    shbg = p.shbg * power(p.bmi / p.bmi_reference, -p.shbg_bmi)
    loose = steroids.unbound_to_shbg(p.binding_t, shbg, p) / steroids.unbound_to_shbg(
        p.binding_t, p.shbg_reference, p
    )
    others = p.a_to_t * p.adrenal_androstenedione + p.direct_testosterone

    def capacity(level: Any) -> Any:
        return p.testis * positive(level * loose * p.cl_testosterone * p.size - others)

    young = capacity(jnp.maximum(p.testosterone_level, now))
    return _with(p, leydig_now=capacity(now), leydig_young=young)


def _balanced(t_d: float, p: SimpleNamespace) -> steroids.Hormones:
    """Levels at the LH that balances the feedback, where the testis is not the one of month 0."""
    import jax
    import jax.numpy as jnp

    def nearer(_: Any, lh: Any) -> Any:
        level = steroids.levels(UNTREATED, t_d, lh, p)
        target, _steepness = axis.lh_response(axis.feedback(level.free_e2, level.free_t, p), 1.0, 0.0, p)
        return lh * power(target / lh, DAMPING)

    usual = jnp.ones(jnp.broadcast_shapes(*(jnp.shape(value) for value in vars(p).values())))
    return steroids.levels(UNTREATED, t_d, jax.lax.fori_loop(0, ROUNDS, nearer, usual), p)
