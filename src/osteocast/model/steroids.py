"""Sex steroids. Reads aromatase exposure, ovary, body size, estrogen taken; writes plasma levels.

Pools turn over in minutes to hours, bone in weeks to years: each level is the steady state of its
production and clearance at every instant. Molar throughout: nmol/day, L/day, nmol/L.
Estrone, estradiol and estrone sulfate exchange mass (Longcope, J Clin Invest 1969;48:2191; Ruder,
J Clin Invest 1972;51:1020); clearance of estradiol and testosterone is from the part not bound to SHBG
(Sodergard, J Steroid Biochem 1982;16:801 for binding constants).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from osteocast.model.aromatase import activity_left, intact_enzyme
from osteocast.model.maths import Number, exp, logistic, power

DAYS_PER_YEAR = 365.25


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
    lh: Number
    """Luteinising hormone [IU/L]."""
    aromatisation: Number
    """Whole-body conversion of androstenedione to estrone, share of untreated [1]."""


def ovarian_function(t_d: Number, suppression: Number, p: Any) -> Number:
    """Ovarian cycle activity, 1 = fertile years, 0 = none.

    It fades over about three years around the final menstrual period (logistic; estradiol course of the
    menopausal transition, Randolph, J Clin Endocrinol Metab 2011;96:746) and is shut down by GnRH drugs.

    Args:
        t_d: days from month 0.
        suppression: potency-weighted exposure to ovarian suppression; 1 halves the function.
        p: `menopause_day` [day], `menopause_lead`, `menopause_width` [year], `suppression_hill` [1].
    """
    years_after = (t_d - p.menopause_day) / DAYS_PER_YEAR + p.menopause_lead
    awake = 1.0 / (1.0 + power(suppression + 1e-9, p.suppression_hill))
    return awake * logistic(-years_after / p.menopause_width)


def unbound_to_shbg(binding: Number, shbg: Number, p: Any) -> Number:
    """Share of a steroid that is not bound to SHBG.

    Args:
        binding: association constant to SHBG [L/nmol].
        shbg: concentration [nmol/L].
        p: `albumin_binding` [1], albumin-bound over free.
    """
    return (1.0 + p.albumin_binding) / (1.0 + p.albumin_binding + binding * shbg)


def levels(drive: Any, t_d: Number, p: Any) -> Hormones:
    """All steroid levels at one instant.

    Args:
        drive: exposure record with `competitor` [1], `inactivator` [1/day], `suppression` [1],
            `gonad_removed` [0 or 1],
            `estradiol_input` [nmol/day], `estrone_input` [nmol/day], `shbg_stimulus` [1].
        t_d: days from month 0.
        p: parameters and the person's own values.
    """
    gonad = 1.0 - drive.gonad_removed
    ovary = ovarian_function(t_d, drive.suppression, p) * gonad

    # Androgens. The stroma of a silent ovary still makes some testosterone.
    androstenedione_made = p.adrenal_androstenedione + p.ovary_androstenedione * ovary
    androstenedione = androstenedione_made / (p.cl_androstenedione * p.size)
    shbg = p.shbg * power(p.bmi / p.bmi_reference, -p.shbg_bmi) * exp(drive.shbg_stimulus)
    loose_t = unbound_to_shbg(p.binding_t, shbg, p)
    loose_e2 = unbound_to_shbg(p.binding_e2, shbg, p)
    testosterone_made = p.a_to_t * androstenedione_made + p.direct_testosterone + p.stroma_testosterone * gonad
    testosterone = testosterone_made / (p.cl_testosterone * p.size * loose_t)

    # Aromatisation, place by place.
    intact = intact_enzyme(drive.inactivator, p)
    peripheral = activity_left(p.substrate_peripheral, drive.competitor, intact, p)
    follicular = activity_left(p.substrate_ovary, drive.competitor, intact, p)
    tissue = p.aromatase_amount * power(p.bmi / p.bmi_reference, p.aromatase_bmi)
    estrone_made = p.a_to_e1 * tissue * peripheral * androstenedione_made + drive.estrone_input
    estradiol_made = (
        p.t_to_e2 * tissue * peripheral * testosterone_made
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
    free_e2 = e2 * loose_e2 / unbound_to_shbg(p.binding_e2, p.shbg_reference, p)
    awake = 1.0 / (1.0 + power(drive.suppression + 1e-9, p.suppression_hill))
    lh = p.lh_open_loop * awake / (1.0 + power(free_e2 / p.lh_e2_half, p.lh_e2_hill))
    return Hormones(e2, e1, e1s, testosterone, androstenedione, shbg, free_e2, lh, peripheral)
