"""Units and titles of everything that is exported and has no parameter record: personal values, states, results."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from osteocast.exchange.units import PURE, Unit, unit
from osteocast.model import assemble
from osteocast.parameters.registry import parameters


class Personal(NamedTuple):
    """Unit and title of a person's own value."""

    unit: str
    title: str


PERSONAL: Mapping[str, Personal] = {
    "age": Personal("year", "Age at month 0"),
    "menopause_day": Personal("day", "Day of the final menstrual period, from month 0"),
    "bmi": Personal("kg/m2", "Body mass index"),
    "lh_usual": Personal("IU/L", "Usual luteinising hormone of this person"),
    "free_t_usual": Personal("nmol/L", "Usual free testosterone of this person, at the reference SHBG"),
    "free_e2_usual": Personal("nmol/L", "Estradiol that the pituitary takes for usual"),
    "free_e2_young": Personal("nmol/L", "Estradiol that bone saw in youth"),
    "free_t_young": Personal("nmol/L", "Testosterone that bone saw in youth"),
    "leydig_now": Personal("nmol/day", "Testosterone that the testis makes at the usual LH at month 0"),
    "leydig_young": Personal("nmol/day", "The same in youth"),
    "ovary_estradiol": Personal("nmol/day", "Estradiol that the fertile ovary makes"),
}
"""Values that `engine.person_values.settle` or the person gives."""
STATE_UNITS: Mapping[str, str] = {"antibody": "nmol/L"}
"""Units of states; all others are folds of the young adult, or effects."""
CONSTANT_UNITS: Mapping[str, str] = {
    "days_per_year": "day/year",
    "fully_grown": "year",
    "fully_grown_span": "year",
}
"""Units of the named constants of the equations."""


def value_unit(name: str) -> Unit:
    """Unit of a parameter or personal value."""
    return unit(PERSONAL[name].unit if name in PERSONAL else parameters()[name].unit)


def value_title(name: str) -> str:
    """What a parameter or personal value is, in one line."""
    return PERSONAL[name].title if name in PERSONAL else parameters()[name].title.removesuffix(".")


def channel_unit(name: str) -> Unit:
    """Unit of an exposure channel: what stands in brackets in its record."""
    found = re.search(r"\[(.+)\]", assemble.DRIVES[name])
    return unit(found.group(1)) if found else PURE


def known_values() -> frozenset[str]:
    """Names that parameters and personal values have."""
    return frozenset({*parameters(), *PERSONAL})
