"""From dose events to concentration, in closed form. Reads a course; writes a concentration.

A *course* is a run of equal doses at equal intervals, or an unbroken input. Every course has the same
solution, so that ten years of a daily tablet cost as much as one tablet. One compartment with
first-order absorption (Bateman function), superposed over the doses given so far
(Rowland and Tozer, Clinical Pharmacokinetics, multiple dosing):

    C(t) = scale [ c1 e^(-ke f) (1 - e^(-ke u)) / d1  -  c2 e^(-ka f) (1 - e^(-ka u)) / d2 ]

u = time covered by the doses given so far (doses x interval, or time on an unbroken input),
f = time since the last of them began (or since an unbroken input ended).
"""

from __future__ import annotations

from typing import Any

from osteocast.model.maths import Number, exp


def concentration(course: Any, doses_given: Number, since_last_d: Number, on_drug_d: Number) -> Number:
    """Concentration of one course.

    Args:
        course: record with `scale` [concentration after one dose spread at once; for an unbroken input
            the steady state], `ke`, `ka` [1/day], `c1`, `c2`, `d1`, `d2` [1], see `coefficients`.
        doses_given: 0 before the first dose, else at least 1.
        since_last_d: days since the last dose began, or since an unbroken input ended; 0 or more.
        on_drug_d: days covered by the doses given so far.

    Returns:
        Concentration in the unit of `scale`.
    """
    slow = course.c1 * exp(-course.ke * since_last_d) * (1.0 - exp(-course.ke * on_drug_d)) / course.d1
    fast = course.c2 * exp(-course.ka * since_last_d) * (1.0 - exp(-course.ka * on_drug_d)) / course.d2
    return course.scale * (slow - fast) * doses_given


def area(course: Any, doses_given: Number, since_last_d: Number, on_drug_d: Number) -> Number:
    """Area under the concentration of one course from its start until now: the integral of `concentration`.

    Args:
        course: as `concentration`, with `continuous`, whether it is an unbroken input.
        doses_given: number of doses given so far.
        since_last_d: as `concentration`.
        on_drug_d: as `concentration`.

    Returns:
        Area [unit of `scale` x day].
    """
    slow = exp(-course.ke * since_last_d) * (1.0 - exp(-course.ke * on_drug_d)) / course.d1
    fast = exp(-course.ka * since_last_d) * (1.0 - exp(-course.ka * on_drug_d)) / course.d2
    put_in = course.continuous * on_drug_d
    whole = (1.0 - course.continuous) * doses_given
    left = course.c1 * (put_in + (whole - slow) / course.ke) - course.c2 * (put_in + (whole - fast) / course.ka)
    return course.scale * left


def depot_and_central(depot: Number, central: Number, ka: Number, ke: Number) -> tuple[Number, Number]:
    """The same kinetics as differential equations, per day, for a reference solver and for exchange.

    Args:
        depot: drug waiting to be absorbed, in concentration units of the central compartment.
        central: concentration.
        ka: absorption [1/day].
        ke: elimination [1/day].
    """
    return -ka * depot, ka * depot - ke * central
