"""The grammar of a regimen sentence, read word by word so that every complaint can point at a column.

    regimen  = "none" | item { "+" item }
    item     = ( DRUG NUMBER UNIT schedule          doses
               | DRUG NUMBER UNIT "/day"            a rate, for patches
               | CLASS | EVENT
               | HABIT schedule )
               { modifier }                         each at most once, `pause` as often as needed, in any order
    modifier = "from month" NUMBER | "for" NUMBER ("months" | "years") | "until month" NUMBER
             | "pause month" NUMBER "to" NUMBER | "adherence" NUMBER "%"
    schedule = "once" | "daily" | ... | "every" NUMBER ("days" | "weeks" | "months" | "years")
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from functools import cache
from typing import Final

from osteocast.drugs.catalogue import RATE, Card, card, names
from osteocast.errors import OsteocastError, nearest
from osteocast.regimen.items import Item
from osteocast.regimen.schedule import NAMED_DAYS, Schedule
from osteocast.regimen.units import YEAR_MONTHS, canonical_dose

NONE: Final = "none"

_NUMBER: Final = re.compile(r"[-\N{MINUS SIGN}]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_UNIT: Final = re.compile(r"[^\W\d_]+")
_PER_DAY: Final = re.compile(r"/\s*(?:day|d|24\s*h)\b|per\s+day\b", re.IGNORECASE)
_INTERVAL: Final = re.compile(r"(day|week|month|year)s?\b", re.IGNORECASE)
_LENGTH: Final = re.compile(r"(month|year)s?\b", re.IGNORECASE)
_MODIFIERS: Final = ("from", "for", "until", "pause", "adherence")
_MODIFIER: Final = re.compile(rf"(?:{'|'.join(_MODIFIERS)})\b", re.IGNORECASE)
_PHRASE: Final = re.compile(rf"(?:(?!\b(?:{'|'.join(_MODIFIERS)})\b)[^0-9+])+", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\s+]+")


class _Reader:
    """A stretch of a sentence and how far it has been read."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self._text, self._position, self._end = text, start, end

    @property
    def column(self) -> int:
        """Column of the next word, the first of the sentence being 1."""
        while self._position < self._end and self._text[self._position].isspace():
            self._position += 1
        return self._position + 1

    @property
    def done(self) -> bool:
        """Whether nothing is left."""
        return self.column > self._end

    def peek(self, pattern: re.Pattern[str]) -> str:
        """The text that matches here, without the spaces around it; empty when it does not match."""
        found = pattern.match(self._text, self.column - 1, self._end)
        return found.group().strip() if found else ""

    def take(self, pattern: re.Pattern[str]) -> str:
        """The same, read past."""
        found = self.peek(pattern)
        self._position += len(found)
        return found


def read_items(text: str) -> tuple[Item, ...]:
    """The items of a sentence, in the order in which they stand there; none for `none`."""
    if not isinstance(text, str):
        raise OsteocastError(f"{text!r} is not text", where="regimen", fix="write for example 'anastrozole 1 mg daily'")
    if not text.strip():
        raise _error(1, "nothing is written", "write 'none' for no treatment")
    if text.strip().casefold() == NONE:
        return ()
    items: list[Item] = []
    start = 0
    for part in text.split("+"):
        reader = _Reader(text, start, start + len(part))
        column = reader.column
        item = _item(reader)
        if item in items:
            raise _error(column, f"'{item}' is written twice", "leave one of them out")
        items.append(item)
        start += len(part) + 1
    return tuple(items)


def _item(reader: _Reader) -> Item:
    """One item, up to the end of the reader."""
    columns = {"": reader.column}
    one = _card(reader)
    amount, schedule = None, None
    if one.takes_dose:
        columns["amount"] = reader.column
        amount = _dose(reader, one)
    elif number := reader.peek(_NUMBER):
        raise _error(reader.column, f"{one.name} takes no dose, but '{number}' follows", f"write as in '{one.usual}'")
    if one.takes_schedule:
        columns["schedule"] = reader.column
        schedule = _schedule(reader, one)
    start, end, length, adherence = 0.0, None, None, 1.0
    pauses: list[tuple[float, float]] = []
    while not reader.done:
        column = reader.column
        word = reader.take(_MODIFIER).casefold()
        if not word:
            raise _stray(reader, one)
        field = {"from": "start_month", "for": "end_month", "until": "end_month", "pause": f"pause {len(pauses)}"}
        if columns.setdefault(field.get(word, word), column) != column:
            what = "a second end is given" if word in ("for", "until") else f"'{word}' is given twice"
            raise _error(column, f"{what} for {one.name}", f"leave '{word}' out here")
        if word == "from":
            start = _month(reader, word)
        elif word == "until":
            end = _month(reader, word)
        elif word == "for":
            length = _length(reader)
        elif word == "pause":
            pauses.append(_pause(reader))
        else:
            adherence = _share(reader)
    if length is not None:
        end = start + length
    with _at(columns):
        return Item(one.id, amount, one.dose_unit or "", schedule, start, end, tuple(pauses), adherence)


def _card(reader: _Reader) -> Card:
    """The card whose name stands here; the longest name wins."""
    column = reader.column
    if reader.done:
        raise _error(column, "an item is missing beside '+'", "write one there or remove the '+'")
    if found := reader.take(_any_of(tuple(names()))):
        return card(names()[" ".join(re.split(r"[\s_-]+", found.casefold()))] if found.casefold() not in names() else "")
    raise _error(column, "", "")


def _dose(reader: _Reader, one: Card) -> float:
    """A dose or a rate, in the unit of the card."""
    return 0.0
