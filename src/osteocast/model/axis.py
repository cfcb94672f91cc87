"""Pituitary and gonads. Reads free steroids, age and GnRH drugs; writes LH, and what ovary and testis make.

One feedback for everybody: LH rises where free estradiol and testosterone fall below a person's own usual level.
The ovary's cycles follow the menopause, the testis follows LH; who has which is a matter of the person's values.
"""

from __future__ import annotations

from typing import Any

from osteocast.model.maths import Number, logistic, positive, power

DAYS_PER_YEAR = 365.25
FULLY_GROWN = 30.0
"""Age from which the testis makes less [year]."""
FULLY_GROWN_SPAN = 0.1
"""Keeps the line of `leydig_capacity` finite for a man who is no older [year]."""


def awake(suppression: Number, p: Any) -> Number:
    """Share of gonadotropin that GnRH drugs leave; exposure 1 halves it."""
    return 1.0 / (1.0 + power(suppression + 1e-9, p.suppression_hill))


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
    return awake(suppression, p) * logistic(-years_after / p.menopause_width)


def leydig_response(lh: Number, p: Any) -> Number:
    """Androgen output of Leydig cells at an LH, as a share of their output at the person's usual LH: saturating
    (human LH infusions and desensitisation, quality memory).

    Args:
        lh: LH, fold of the person's usual level.
        p: `lh_usual` [IU/L], `leydig_half` [IU/L], `leydig_hill` [1].
    """
    reached = power(lh * p.lh_usual + 1e-9, p.leydig_hill)
    usual = power(p.lh_usual, p.leydig_hill)
    half = power(p.leydig_half, p.leydig_hill)
    return reached / (reached + half) * (usual + half) / usual


def leydig_steepness(lh: Number, p: Any) -> Number:
    """How steeply Leydig cells answer to LH, in logarithms; arguments as `leydig_response`."""
    half = power(p.leydig_half, p.leydig_hill)
    return p.leydig_hill * half / (power(lh * p.lh_usual + 1e-9, p.leydig_hill) + half)


def leydig_capacity(t_d: Number, p: Any) -> Number:
    """Testosterone that the testis makes at the usual LH [nmol/day]: it falls in a straight line from the young
    man's to what the person has now, and by `testis_ageing` of that a year from then on."""
    age = p.age + t_d / DAYS_PER_YEAR
    young = 1.0 - positive(1.0 - positive(p.age - age) / (FULLY_GROWN_SPAN + positive(p.age - FULLY_GROWN)))
    later = 1.0 - p.testis_ageing * positive(age - p.age)
    return (p.leydig_now + (p.leydig_young - p.leydig_now) * young) * positive(later)


def feedback(free_e2: Number, free_t: Number, p: Any) -> Number:
    """What the pituitary sees, 1 at the person's usual levels: estradiol first, testosterone for a smaller part
    (Pitteloud, J Clin Endocrinol Metab 2008, quality memory)."""
    weight = p.feedback_testosterone
    return (1.0 - weight) * free_e2 / p.free_e2_usual + weight * free_t / p.free_t_usual


def lh_response(seen_feedback: Number, set_point: Number, suppression: Number, p: Any) -> tuple[Number, Number]:
    """LH towards which the pituitary moves, fold of usual, and how steeply it answers a rise of the feedback.

    Args:
        seen_feedback: see `feedback`.
        set_point: feedback to which the pituitary has become used.
        suppression: exposure to GnRH drugs.
        p: `lh_open_loop`, `lh_usual` [IU/L], `lh_hill` [1].
    """
    strength = p.lh_open_loop / p.lh_usual - 1.0
    restraint = strength * power(seen_feedback / set_point, p.lh_hill)
    target = awake(suppression, p) * (1.0 + strength) / (1.0 + restraint)
    return target, p.lh_hill * restraint / (1.0 + restraint)


def set_point(seen: Any, p: Any) -> tuple[Number, Number]:
    """The feedback that the pituitary takes for usual: follows part of a lasting change within half a year."""
    return power(seen.feedback, p.set_point_share) / p.set_point_time, 1.0 / p.set_point_time


def lh_balance(now: Number, target: Number, slope: Number) -> Number:
    """LH at which rise and feedback meet, fold of usual, as seen from the LH of now.

    The target falls as LH rises: by `slope` in logarithms. Between the two lies the balance; near it, it no longer
    depends on the LH of now, so that a step much longer than `lh_time` lands on it.
    """
    return power(now + 1e-9, slope / (1.0 + slope)) * power(target, 1.0 / (1.0 + slope))


def lh(seen: Any, p: Any) -> tuple[Number, Number]:
    """LH, fold of usual, on its way to the balance; the steeper the feedback, the faster."""
    return seen.lh_rise / p.lh_time, seen.lh_pace / p.lh_time
