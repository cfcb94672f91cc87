"""The fields of the form: what each is called, what it takes, and between which values its slider runs."""

from __future__ import annotations

from dataclasses import dataclass

from osteocast.measure.dxa import DEVICES, SITES
from osteocast.people.person import HISTORY_KEYS, MENOPAUSE_KINDS, SEXES
from osteocast.people.quantities import QUANTITIES


@dataclass(frozen=True, slots=True)
class Field:
    """One field.

    Attributes:
        name: as in the person's file; also the key of its label, `field.<name>`, in the catalogue.
        kind: `number`, `date`, `choice`, `text` or `flag` (yes, no, or not known).
        options: words of a choice, the empty one (not known) included where it may be left open.
        low: left end of the slider; None without a slider.
        high: its right end.
        step: of number and slider.
        needed: whether there is no forecast without it.
        extra: whether it is folded away until it is wanted.
    """

    name: str
    kind: str = "number"
    options: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    step: float = 0.1
    needed: bool = False
    extra: bool = False


PERSON = (
    Field("sex", "choice", SEXES, needed=True),
    Field("age", low=30, high=90, step=1, needed=True),
    Field("menopause", "choice", ("", *MENOPAUSE_KINDS)),
    Field("age_at_menopause", low=35, high=60, step=1),
    Field("bmi", low=16, high=45, step=0.5),
)
MORE = (
    Field("date", "date"),
    Field("height_cm", step=1),
    Field("calcium_mg_day", step=50),
    Field("name", "text"),
)
SCAN = (
    Field("year", step=0.5),
    Field("date", "date"),
    Field("site", "choice", SITES),
    Field("t_score", low=-4, high=2, step=0.1),
    Field("bmd_g_cm2", step=0.001, extra=True),
    Field("device", "choice", ("", *DEVICES), extra=True),
    Field("cv_pct", step=0.1, extra=True),
)
UNITS = tuple(dict.fromkeys(unit.unit for one in QUANTITIES.values() for unit in one.units))
RESULT = (
    Field("year", step=0.5),
    Field("date", "date"),
    Field("name", "choice", tuple(QUANTITIES)),
    Field("value", step=0.1),
    Field("unit", "choice", ("", *UNITS)),
    Field("below", "check"),
)
PAST = (Field("regimen", "text"), Field("continues", "check"))
HISTORY = tuple(Field(name, "flag", ("", "yes", "no")) for name in HISTORY_KEYS)
ROWS = {"scan": SCAN, "result": RESULT, "past": PAST}
"""Rows that may be repeated, with their fields; in the form `scan-0-site`, counted from 0."""
MARKS = {"scan": ("t_score", "bmd_g_cm2"), "result": ("value",), "past": ("regimen",)}
"""What a row must have one of to count as filled in."""
MOST_ROWS = 40
MOST_STRATEGIES = 4
YEARS = (5, 10, 15, 20)
