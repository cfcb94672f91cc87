"""Units of a regimen: a month is 30.4375 days, a year 12 months; a dose is kept in the unit of its card."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from osteocast.drugs.catalogue import RATE, Card
from osteocast.errors import OsteocastError, nearest

MONTH_DAYS: Final = 30.4375
YEAR_MONTHS: Final = 12

_UG: Final = {"g": 1e6, "mg": 1e3, "ug": 1.0}
_MU: Final = "\N{GREEK SMALL LETTER MU}"  # to which the micro sign is folded, too
_SPELT: Final = {"g": "g", "mg": "mg", "ug": "ug", "mcg": "ug", f"{_MU}g": "ug", "iu": "IU"}


class ItemError(OsteocastError):
    """A regimen item that cannot be; `field` is the attribute at fault, so that a parser can point at it."""

    def __init__(self, field: str, what: str, *, item: str, fix: str, why: str = "") -> None:
        self.field = field
        super().__init__(what, where=f"regimen item '{item}'", fix=fix, why=why)


def plain(value: float) -> str:
    """A number as a person writes it: the shortest that reads back the same, no exponent, no trailing zero.

    Example:
        >>> plain(60.0), plain(2.5), plain(1e-05)
        ('60', '2.5', '0.00001')
    """
    text = format(Decimal(repr(float(value))), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def canonical_dose(card: Card, amount: float, unit: str) -> float:
    """A dose in the unit of the card.

    Args:
        card: a card that takes a dose.
        amount: the dose [unit].
        unit: mg, ug (or mcg, µg), g or IU, with `/day` behind it for a rate.

    Returns:
        The amount [card.dose_unit], refused when the unit does not fit or the dose is implausible.
    """
    wanted = card.dose_unit
    assert wanted is not None and card.dose_range is not None, "only cards that take a dose have one"
    written, usual = f"{plain(amount)} {unit}", f"write it as in '{card.usual}'"
    mass, rate = (unit.removesuffix(RATE), unit.endswith(RATE))
    spelt = _SPELT.get(mass.casefold())
    if spelt is None:
        close = nearest(mass, _SPELT)
        fix = f"write '{_SPELT[close]}'" if close else "use mg, ug (or mcg), g or IU"
        raise ItemError("amount", f"'{mass}' is not a unit", item=card.name, fix=fix)
    if rate != card.is_rate:
        what = "takes a rate per day" if card.is_rate else "takes single doses with a schedule, not a rate"
        raise ItemError("amount", f"{card.name} {what}, but '{written}' was given", item=card.name, fix=usual)
    factor = _factor(spelt, wanted.removesuffix(RATE), card.iu_per_ug)
    if factor is None:
        what = f"{card.name} is dosed in {wanted}, but '{written}' was given"
        raise ItemError("amount", what, item=card.name, fix=usual)
    value = float(f"{amount * factor:.12g}")
    low, high = card.dose_range
    if not low <= value <= high:
        same = "" if f"{plain(value)} {wanted}" == written else f" (that is {plain(value)} {wanted})"
        of = f" of {card.dose_basis}" if card.dose_basis else ""
        span = f"{plain(low)} to {plain(high)} {wanted}{of}"
        what = f"{card.name} {written}{same} is not a plausible dose, which is {span}"
        raise ItemError("amount", what, item=card.name, fix=usual)
    return value


def _factor(unit: str, wanted: str, iu_per_ug: float | None) -> float | None:
    """What turns an amount in `unit` into one in `wanted`; None when nothing does."""
    if unit == wanted:
        return 1.0
    ug = {**_UG, "IU": 1 / iu_per_ug} if iu_per_ug else _UG
    return ug[unit] / ug[wanted] if unit in ug and wanted in ug else None
