"""Hormones and markers that a person may bring, the units they come in, and how far values plausibly go."""

from __future__ import annotations

from dataclasses import dataclass

from osteocast.errors import OsteocastError, choices, nearest
from osteocast.people import checks


@dataclass(frozen=True)
class Unit:
    """One way of giving a quantity: value in `unit` times `factor` is the value in the first unit."""

    unit: str
    factor: float


@dataclass(frozen=True)
class Quantity:
    """A hormone or marker.

    Attributes:
        name: name in code and files.
        kind: `hormone` or `marker`.
        low: smallest plausible value, in the first unit listed.
        high: largest plausible value, in the first unit listed.
        units: accepted units; the first one is the one osteocast computes in.
    """

    name: str
    kind: str
    low: float
    high: float
    units: tuple[Unit, ...]


# Factors to mol from the molar masses: estradiol 272.4, estrone 270.4, estrone sulfate 350.4,
# testosterone 288.4, 25-hydroxyvitamin D3 400.6, parathyroid hormone 9,425 g/mol.
_ALL = (
    Quantity("E2", "hormone", 0.0, 20000.0, (Unit("pmol/L", 1.0), Unit("pg/mL", 3.671))),
    Quantity("E1", "hormone", 0.0, 20000.0, (Unit("pmol/L", 1.0), Unit("pg/mL", 3.698))),
    Quantity("E1S", "hormone", 0.0, 100000.0, (Unit("pmol/L", 1.0), Unit("pg/mL", 2.854))),
    Quantity("T", "hormone", 0.0, 120.0, (Unit("nmol/L", 1.0), Unit("ng/dL", 0.03467))),
    Quantity("LH", "hormone", 0.0, 250.0, (Unit("IU/L", 1.0),)),
    Quantity("FSH", "hormone", 0.0, 300.0, (Unit("IU/L", 1.0),)),
    Quantity("SHBG", "hormone", 1.0, 500.0, (Unit("nmol/L", 1.0),)),
    Quantity("25OHD", "hormone", 1.0, 500.0, (Unit("nmol/L", 1.0), Unit("ng/mL", 2.496))),
    Quantity("PTH", "hormone", 0.1, 250.0, (Unit("pmol/L", 1.0), Unit("pg/mL", 0.1061), Unit("ng/L", 0.1061))),
    Quantity("sCTX", "marker", 5.0, 6000.0, (Unit("ng/L", 1.0), Unit("pg/mL", 1.0), Unit("ng/mL", 1000.0))),
    Quantity("P1NP", "marker", 1.0, 2000.0, (Unit("ug/L", 1.0), Unit("ng/mL", 1.0))),
    Quantity("BSAP", "marker", 1.0, 500.0, (Unit("ug/L", 1.0), Unit("U/L", 1.0))),
    Quantity("uNTX", "marker", 1.0, 1500.0, (Unit("nmol BCE/mmol creatinine", 1.0),)),
)
QUANTITIES = {quantity.name: quantity for quantity in _ALL}
ASSAY_SPECIFIC = {"BSAP"}
"""Quantities whose units belong to different assays, with no conversion between them."""

_ALIASES = {
    "estradiol": "E2", "oestradiol": "E2", "estrone": "E1", "oestrone": "E1", "estrone sulfate": "E1S",
    "testosterone": "T", "25(oh)d": "25OHD", "25-oh-d": "25OHD", "vitamin d": "25OHD", "25ohd3": "25OHD",
    "ctx": "sCTX", "s-ctx": "sCTX", "beta-ctx": "sCTX", "pinp": "P1NP", "p1np": "P1NP", "ntx": "uNTX",
    "bap": "BSAP", "balp": "BSAP",
}  # fmt: skip
_UNIT_ALIASES = {"mcg/l": "ug/l", "µg/l": "ug/l", "μg/l": "ug/l", "ui/l": "iu/l", "miu/ml": "iu/l",
                 "ng/100 ml": "ng/dl", "ng/100ml": "ng/dl",
                 "nmol bce/mmol": "nmol bce/mmol creatinine", "nmol bce/mmol cr": "nmol bce/mmol creatinine",
                 "nm bce/mm creatinine": "nmol bce/mmol creatinine"}  # fmt: skip


def quantity_name(name: object, where: str) -> str:
    """The canonical name of a hormone or marker; common synonyms are understood."""
    given = checks.text(name, where)
    folded = {known.lower(): known for known in QUANTITIES} | _ALIASES
    if given.lower() in folded:
        return folded[given.lower()]
    close = nearest(given, folded)
    raise OsteocastError(
        f"{given!r} is not a hormone or marker osteocast knows",
        where=where,
        fix=choices(QUANTITIES, folded[close] if close else None),
    )


def unit_name(name: str, unit: object, where: str) -> str:
    """The canonical spelling of a unit that `name` may come in; no unit is a question, not a guess."""
    known = [entry.unit for entry in QUANTITIES[name].units]
    listed = known[0] if len(known) == 1 else f"{', '.join(known[:-1])} or {known[-1]}"
    if unit is None or (isinstance(unit, str) and not unit.strip()):
        either = " or ".join(f'unit = "{one}"' for one in known)
        raise OsteocastError(
            f"{name} has no unit",
            where=where,
            fix=f"which unit was meant, {listed}? Write {either} beside the value",
            why="a guess could be wrong by the factor between the units",
        )
    folded = {entry.lower(): entry for entry in known}
    word = checks.text(unit, where).lower()
    word = _UNIT_ALIASES.get(word, word)
    if word in folded:
        return folded[word]
    raise OsteocastError(f"{name} does not come in {unit!r}", where=where, fix=f"give it in {listed}")


def plausible(name: str, value: object, unit: str, where: str) -> float:
    """The value as a float, if a living person could have it."""
    quantity = QUANTITIES[name]
    factor = next(entry.factor for entry in quantity.units if entry.unit == unit)
    low, high = quantity.low / factor, quantity.high / factor
    fix = f"{name} lies between {low:.4g} and {high:.4g} {unit}; check the number and its unit"
    return checks.number(value, where, low, high, unit, fix)


def convert(name: str, value: float, unit: str, to: str | None = None) -> float:
    """The value in another unit of the same quantity.

    Args:
        name: canonical name.
        value: value in `unit`.
        unit: canonical unit.
        to: unit wanted; without it, the first unit of the quantity, which osteocast computes in.
    """
    units = {entry.unit: entry.factor for entry in QUANTITIES[name].units}
    target = to or QUANTITIES[name].units[0].unit
    if name in ASSAY_SPECIFIC and target != unit:
        raise OsteocastError(
            f"{name} in {unit} cannot be turned into {target}",
            where=name,
            fix=f"give the result of an assay that reports {target}",
            why="the two units belong to different assays",
        )
    if target not in units:
        raise OsteocastError(f"{name} does not come in {target!r}", where=name, fix=f"use {', '.join(units)}")
    return value * units[unit] / units[target]
