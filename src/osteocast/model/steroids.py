"""Sex steroids. Reads aromatase exposure, ovary, testis, body size, steroids taken; writes plasma levels.

Pools turn over in minutes to hours, bone in weeks to years: each level is the steady state of its
production and clearance at every instant. Molar throughout: nmol/day, L/day, nmol/L.
Estrone, estradiol and estrone sulfate exchange mass (Longcope, J Clin Invest 1969;48:2191; Ruder,
J Clin Invest 1972;51:1020); clearance of estradiol and testosterone is from the part not bound to SHBG
(Sodergard, J Steroid Biochem 1982;16:801 for binding constants).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from osteocast.model.aromatase import activity_left, intact_enzyme
from osteocast.model.axis import leydig_capacity, leydig_response, ovarian_function
from osteocast.model.maths import Number, exp, power


class Hormones(NamedTuple):
    """Plasma levels and what bone sees of them."""

    e2: Number
    """Estradiol [nmol/L]."""
    e1: Number
    """Estrone [nmol/L]."""
    e1s: Number
    """Estrone sulfate [nmol/L]."""
    testosterone: Number
    """Testosterone [nmol/L]."""
    androstenedione: Number
    """Androstenedione [nmol/L]."""
    shbg: Number
    """Sex hormone binding globulin [nmol/L]."""
    free_e2: Number
    """Estradiol free of protein, scaled so that it equals `e2` at the reference SHBG [nmol/L]."""
    free_t: Number
    """Testosterone free of SHBG, scaled alike [nmol/L]."""
    testis_e2: Number
    """The part of `free_e2` that comes of the testis and of its testosterone [nmol/L]."""
    testis_t: Number
    """The part of `free_t` that the testis makes [nmol/L]."""
    aromatisation: Number
    """Whole-body conversion of androstenedione to estrone, share of untreated [1]."""


def unbound_to_shbg(binding: Number, shbg: Number, p: Any) -> Number:
    """Share of a steroid that is not bound to SHBG.

    Args:
        binding: association constant to SHBG [L/nmol].
        shbg: concentration [nmol/L].
        p: `albumin_binding` [1], albumin-bound over free.
    """
    return (1.0 + p.albumin_binding) / (1.0 + p.albumin_binding + binding * shbg)


def levels(drive: Any, t_d: Number, lh: Number, p: Any) -> Hormones:
    """All steroid levels at one instant.

    Args:
        drive: exposure record with `competitor` [1], `inactivator` [1/day], `suppression` [1],
            `gonad_removed` [0 or 1],
            `estradiol_input`, `estrone_input`, `testosterone_input` [nmol/day], `shbg_stimulus` [1].
        t_d: days from month 0.
        lh: LH, fold of the person's usual level.
        p: parameters and the person's own values.
    """
    gonad = 1.0 - drive.gonad_removed
    ovary = ovarian_function(t_d, drive.suppression, p) * gonad

    # Androgens. The stroma of a silent ovary still makes some.
    androstenedione_made = (
        p.adrenal_androstenedione + p.stroma_androstenedione * gonad + p.ovary_androstenedione * ovary
    )
    androstenedione = androstenedione_made / (p.cl_androstenedione * p.size)
    leydig = leydig_capacity(t_d, p) * leydig_response(lh, p) * gonad
    elsewhere = p.a_to_t * androstenedione_made + p.direct_testosterone + p.stroma_testosterone * gonad
    testosterone_made = elsewhere + leydig + drive.testosterone_input
    free_t = testosterone_made / (p.cl_testosterone * p.size)
    shbg = p.shbg * power(p.bmi / p.bmi_reference, -p.shbg_bmi) * exp(drive.shbg_stimulus)
    shbg = shbg * power(1.0 - p.shbg_androgen + p.shbg_androgen * free_t / p.free_t_usual, -p.shbg_androgen_power)
    loose_t = unbound_to_shbg(p.binding_t, shbg, p) / unbound_to_shbg(p.binding_t, p.shbg_reference, p)
    loose_e2 = unbound_to_shbg(p.binding_e2, shbg, p) / unbound_to_shbg(p.binding_e2, p.shbg_reference, p)
    testosterone = free_t / loose_t

    # Aromatisation, place by place. The testis has hundreds of times plasma's substrate.
    intact = intact_enzyme(drive.inactivator, p)
    peripheral = activity_left(p.substrate_peripheral, drive.competitor, intact, p)
    follicular = activity_left(p.substrate_ovary, drive.competitor, intact, p)
    testicular = activity_left(p.substrate_testis * leydig / p.leydig_usual, drive.competitor, intact, p)
    tissue = p.aromatase_amount * power(p.bmi / p.bmi_reference, p.aromatase_bmi)
    estrone_made = p.a_to_e1 * tissue * peripheral * androstenedione_made + drive.estrone_input
    testicular_made = p.leydig_to_e2 * p.aromatase_amount * testicular * leydig
    estradiol_made = (
        p.t_to_e2 * tissue * peripheral * testosterone_made
        + testicular_made
        + p.ovary_estradiol * ovary * follicular
        + drive.estradiol_input
    )

    # Exchange of estrone (1), estradiol (2) and estrone sulfate (s): three linear balances, solved.
    sulfate_1 = p.e1_to_e1s
    sulfate_2 = p.e2_to_e1s
    a11 = 1.0 - p.e1s_to_e1 * sulfate_1
    a12 = p.e2_to_e1 + p.e1s_to_e1 * sulfate_2
    a21 = p.e1_to_e2 + p.e1s_to_e2 * sulfate_1
    a22 = 1.0 - p.e1s_to_e2 * sulfate_2
    determinant = a11 * a22 - a12 * a21
    flux_1 = (a22 * estrone_made + a12 * estradiol_made) / determinant
    flux_2 = (a11 * estradiol_made + a21 * estrone_made) / determinant
    e1 = flux_1 / (p.cl_e1 * p.size)
    e1s = (sulfate_1 * flux_1 + sulfate_2 * flux_2) / (p.cl_e1s * p.size)
    e2 = flux_2 / (p.cl_e2 * p.size * loose_e2) + p.e2_floor
    free_e2 = e2 * loose_e2
    testis_t = leydig / (p.cl_testosterone * p.size)
    by_testis = p.t_to_e2 * tissue * peripheral * leydig + testicular_made
    testis_e2 = a11 * by_testis / determinant / (p.cl_e2 * p.size)
    return Hormones(
        e2, e1, e1s, testosterone, androstenedione, shbg, free_e2, free_t, testis_e2, testis_t, peripheral
    )
