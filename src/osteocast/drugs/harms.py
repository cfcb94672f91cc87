"""Harms, limits and practicalities of the drug cards: one table, one denominator, each row with its source.

Everything that has an absolute figure is given in 1,000 people, a year where the source gives time at risk and
otherwise over the time it states, so that harms stand beside benefits in the same measure. What is known from
memory alone is given as an order of magnitude, except a limit to act on (such as a kidney function), which is
given as remembered and says so. A card without rows has not been looked into: it is not free of harm.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from osteocast.drugs.catalogue import card
from osteocast.drugs.tables import Rule, one_of, read_table

TABLE = Path(__file__).parent / "harms.csv"
KINDS = ("harm", "limit", "practical")
FROM_MEMORY = "from memory, source not seen"
PEOPLE = 1000
"""The one denominator."""
MANY = 200
"""People in 1,000 from which a remembered figure is `several in 10`: no power of ten says it better."""
_ABSOLUTE: Mapping[str, tuple[str, float]] = {
    "rate": ("per 100,000 person-years", PEOPLE / 100_000),
    "proportion": ("%", PEOPLE / 100),
}
"""Unit of each absolute measure, and what makes it a number in 1,000 people."""
_RATIO: Mapping[str, str] = {
    "hazard ratio": "times the rate",
    "relative risk": "times the risk",
    "odds ratio": "times the odds",
    "incidence ratio": "times the number expected",
}
_OTHER = ("threshold", "mean difference", "none")
MEASURES = (*_ABSOLUTE, *_RATIO, *_OTHER)


@dataclass(frozen=True)
class Harm:
    """One finding about what a drug does besides what it is given for.

    Attributes:
        card_ids: the cards it belongs to.
        harm: key of the harm, words joined by underscores.
        main: whether it is among the findings shown first; the others are further studies and subgroups.
        kind: `harm`; `limit` (when not to give it); `practical` (what to do or to know).
        plain: one plain sentence.
        drug: drug, dose and length of use that were studied.
        population: who was studied, or whom it is about.
        special: whether these are people with an illness, a procedure or a descent of their own, picked by that and
            not by what the drug is given for: their figure is nobody else's.
        measure: one of `MEASURES`.
        value: the figure as printed in the source, in `unit`. Show `in_words()`, never this, of a remembered row.
        low: lower bound, in `unit`; what kind of bound, `spread` says.
        high: upper bound, in `unit`.
        spread: what the bounds are (`95 % interval`, `range of studies` ...).
        unit: unit of value, bounds and `other`.
        comparator: the people compared with; for a threshold `below` or `above`.
        other: the figure among them, in `unit`.
        over: time of the figure: `a year` for a rate, `over 3 years`, `after the first dose` ...
        years: length of that time [years], where the events are spread over it.
        citation: the source.
        quality: how it was read, one of `QUALITIES`.
        note: what else to know.
    """

    card_ids: tuple[str, ...]
    harm: str
    main: bool
    kind: str
    plain: str
    drug: str
    population: str
    special: bool
    measure: str
    value: float | None
    low: float | None
    high: float | None
    spread: str
    unit: str
    comparator: str
    other: float | None
    over: str
    years: float | None
    citation: str
    quality: str
    note: str

    @property
    def remembered(self) -> bool:
        """Whether nobody had the source at hand."""
        return self.quality == "memory"

    @property
    def title(self) -> str:
        """The harm in words."""
        return self.harm.replace("_", " ").replace("psa", "PSA").replace("osis jaw", "osis of the jaw")

    def in_1000(self, figure: float | None) -> float | None:
        """A figure of this row as people in 1,000 over the time `over`; None where it is not absolute.

        Of a remembered row the nearest power of ten, and None from `MANY` in 1,000, where none is near.
        """
        if figure is None or self.measure not in _ABSOLUTE:
            return None
        people = figure * _ABSOLUTE[self.measure][1]
        if not self.remembered or people == 0:
            return people
        return None if people >= MANY else PEOPLE / 10 ** _places(people)

    @property
    def per_1000(self) -> float | None:
        """People with the harm in 1,000 treated, over the time `over`."""
        return self.in_1000(self.value)

    @property
    def per_1000_person_years(self) -> float | None:
        """The same a year, where the source gives time at risk or a period over which events are spread."""
        years = 1.0 if self.measure == "rate" else None if self.remembered else self.years
        return None if self.per_1000 is None or years is None else self.per_1000 / years

    @property
    def derivation(self) -> str:
        """How the figure in 1,000 people comes from the printed one; why there is none, where there is none."""
        if self.measure not in _ABSOLUTE:
            why = "a ratio without a base rate" if self.measure in _RATIO else f"measure is {self.measure}"
            return f"no figure in 1,000 people: {why}"
        if self.remembered:
            return f"order of magnitude only: {FROM_MEMORY}"
        if self.value is None:
            return f"bounds only, {self.unit} x {_ABSOLUTE[self.measure][1]:g}"
        factor = _ABSOLUTE[self.measure][1]
        steps = f"{self.value:g} {self.unit} x {factor:g} = {self.value * factor:.3g} in 1,000 people {self.over}"
        if self.years:
            steps += f"; / {self.years:g} years = {self.per_1000_person_years:.3g} a year, as if evenly spread"
        return steps

    def in_words(self) -> str:
        """The figure in words and in 1,000 people; of a remembered row its order of magnitude, marked as such."""
        if self.measure == "none":
            return f"no figure ({FROM_MEMORY})" if self.remembered else "no figure"
        if self.measure == "threshold":
            tag = f" ({FROM_MEMORY}: read the label)" if self.remembered else ""
            return f"{self.comparator} {self.value:g} {self.unit}{tag}"
        if self.remembered:
            return f"{_remembered(self)} ({FROM_MEMORY})"
        if self.measure in _ABSOLUTE:
            return _absolute(self)
        bounds = "" if self.low is None else f"; {self.spread} {self.low:g} to {self.high:g}"
        value = f"{self.value:+g}" if self.measure == "mean difference" else f"{self.value:g}"
        return f"{value} {self.unit} (compared with {self.comparator}{bounds})"

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON. Of a remembered row the printed figures are left out, a limit's excepted."""
        hidden = self.remembered
        found = {one.name: getattr(self, one.name) for one in fields(self)} | {"card_ids": list(self.card_ids)}
        if hidden and self.kind != "limit":
            found.update(value=None, low=None, high=None, other=None)
        return found | {
            "title": self.title,
            "in_words": self.in_words(),
            "per_1000": self.per_1000,
            "per_1000_low": None if hidden else self.in_1000(self.low),
            "per_1000_high": None if hidden else self.in_1000(self.high),
            "per_1000_comparator": None if hidden else self.in_1000(self.other),
            "per_1000_person_years": self.per_1000_person_years,
            "derivation": self.derivation,
        }


def _places(people: float) -> int:
    """Noughts of the nearest `1 in 10...0` for so many in 1,000, at least one."""
    return max(1, round(math.log10(PEOPLE / people)))


def _figure(people: float) -> str:
    """A number of people in 1,000: whole people, below ten with two significant digits."""
    return "none" if people == 0 else f"{people:.0f}" if people >= 9.95 else f"{people:#.2g}"


def _absolute(one: Harm) -> str:
    """People in 1,000, with bounds, yearly figure and comparison where there are any."""
    people, low, high = one.per_1000, one.in_1000(one.low), one.in_1000(one.high)
    unit = f"in 1,000 people {one.over}"
    if people is None:
        text = f"{_figure(low or 0)} to {_figure(high or 0)} {unit} ({one.spread})"
    elif people == 0:
        text = "none seen" if one.measure == "rate" else f"none seen {one.over}"
        text += f", at most {_figure(high)} {unit} ({one.spread})" if high is not None else ""
    else:
        known = low is not None and high is not None
        bounds = f" ({one.spread} {_figure(low or 0)} to {_figure(high or 0)})" if known else ""
        text = f"{_figure(people)} {unit}{bounds}"
        if one.years and one.years != 1 and one.per_1000_person_years is not None:
            text += f", that is {_figure(one.per_1000_person_years)} a year"
    other = one.in_1000(one.other)
    return text if other is None else f"{text}; {one.comparator}: {_figure(other)}"


def _remembered(one: Harm) -> str:
    """No more than an order of magnitude."""
    if one.measure in _RATIO:
        ratio = one.value or 0.0
        steps = ((10, "many times as often"), (2, "several times as often"), (1.1, "somewhat more often"))
        often = next((words for least, words in steps if ratio >= least), "about as often")
        return f"{'less often' if ratio < 1 / 1.1 else often}, compared with {one.comparator}"
    if one.measure not in _ABSOLUTE:
        return "a figure was remembered"
    factor = _ABSOLUTE[one.measure][1]
    if one.value is None:
        most = math.floor(math.log10(PEOPLE / ((one.high or 0.0) * factor)))
        text = f"up to about 1 in {10**most:,}"
        if one.low:
            text = f"about 1 in {10 ** math.ceil(math.log10(PEOPLE / (one.low * factor))):,} {text}"
        return f"{text} {one.over}"
    people = one.value * factor
    if people == 0:
        return f"none seen {one.over}"
    return f"{'several in 10' if people >= MANY else f'about 1 in {10 ** _places(people):,}'} {one.over}"


@cache
def harms() -> tuple[Harm, ...]:
    """All rows, in the order of the table. Read from disk once."""
    return read_harms(TABLE)


def harms_of(card_id: str) -> tuple[Harm, ...]:
    """What is recorded for a card, the main findings first; empty where nothing has been looked up.

    Raises:
        OsteocastError: there is no such card; the nearest is suggested.
    """
    known = card(card_id).id
    return tuple(sorted((one for one in harms() if known in one.card_ids), key=lambda one: not one.main))


def harms_dict(card_id: str) -> list[dict[str, Any]]:
    """The same as plain lists and dictionaries, ready for JSON."""
    return [one.to_dict() for one in harms_of(card_id)]


def read_harms(path: Path) -> tuple[Harm, ...]:
    """The rows of a table with one column for every field of `Harm` (`cards` for `card_ids`).

    Raises:
        OsteocastError: a column is missing or a row cannot be used.
    """
    return read_table(path, Harm, _rules)


def _rules(one: Harm) -> tuple[Rule, ...]:
    """What must hold within a row."""
    units = {key: unit for key, (unit, _) in _ABSOLUTE.items()} | dict(_RATIO)
    ends = [number for number in (one.low, one.value, one.high) if number is not None]
    absolute = one.measure in _ABSOLUTE
    figures = one.value is not None or (absolute and one.high is not None)
    return (
        one_of("kind", one.kind, KINDS),
        ("plain", one.plain.endswith("."), "write one sentence with a full stop"),
        one_of("measure", one.measure, MEASURES),
        ("unit", units.get(one.measure, one.unit) == one.unit, "give the unit of the measure"),
        ("value", figures == (one.measure != "none"), "give a figure, unless the measure is none"),
        ("low", ends == sorted(ends) and all(map(math.isfinite, ends)), "give low, value, high in rising order"),
        ("spread", bool(one.spread) == (len(ends) > 1), "say what the bounds are"),
        ("comparator", bool(one.comparator) or one.measure not in (*_RATIO, "threshold"), "say compared with whom"),
        ("over", bool(one.over) is absolute, "say over which time, for rates and proportions"),
    )
