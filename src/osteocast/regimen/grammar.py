"""The grammar of a regimen sentence.

    regimen  = "none" | item { "+" item }
    item     = ( DRUG NUMBER UNIT schedule          doses
               | DRUG NUMBER UNIT "/day"            a rate, for patches
               | CLASS | EVENT
               | HABIT schedule )
               { modifier }
    modifier = "from month" NUMBER | "for" NUMBER ("months" | "years") | "until month" NUMBER
             | "pause month" NUMBER "to" NUMBER | "adherence" NUMBER "%"
    schedule = "once" | "daily" | ... | "every" NUMBER ("days" | "weeks" | "months" | "years")

Case does not matter. Modifiers stand in any order, each at most once; only `pause` may be repeated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

from osteocast.drugs.catalogue import RATE, Card, card, names
from osteocast.errors import OsteocastError, nearest
from osteocast.regimen.items import Item
from osteocast.regimen.reader import NUMBER, WORD, Reader, complaint, either, instead, pointing
from osteocast.regimen.schedule import NAMED_DAYS, Schedule
from osteocast.regimen.units import YEAR_MONTHS, canonical_dose

NONE: Final = "none"

_FIELD: Final = {"from": "start_month", "for": "end_month", "until": "end_month", "adherence": "adherence"}
_MODIFIERS: Final = (*_FIELD, "pause")


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{pattern})(?!\w)", re.IGNORECASE)


_MODIFIER: Final = _words("|".join(_MODIFIERS))
_PHRASE: Final = re.compile(rf"(?:(?!\b(?:{'|'.join(_MODIFIERS)})\b)[^0-9+])+", re.IGNORECASE)
_UNIT: Final = re.compile(r"[^\W\d_]+")
_PER_DAY: Final = _words(r"/\s*(?:day|d|24\s*h)|per\s+day")
_EVERY, _MONTH, _TO, _PERCENT = _words("every"), _words("month"), _words("to"), re.compile("%")
_INTERVAL, _LENGTH = _words("(?:day|week|month|year)s?"), _words("(?:month|year)s?")


def read_items(text: object) -> tuple[Item, ...]:
    """The items of a sentence, in the order in which they stand there; none for `none`."""
    if not isinstance(text, str):
        fix = "write for example 'anastrozole 1 mg daily'"
        raise OsteocastError(f"{text!r} is not a sentence", where="regimen", fix=fix)
    if not text.strip():
        raise complaint(1, "nothing is written", "write 'none' for no treatment")
    if text.strip().casefold() == NONE:
        return ()
    items: list[Item] = []
    start = 0
    for part in text.split("+"):
        reader = Reader(text, start, start + len(part))
        column = reader.column
        item = _item(reader)
        if item in items:
            raise complaint(column, f"'{item}' is written twice", "leave one of them out")
        items.append(item)
        start += len(part) + 1
    return tuple(items)


def _item(reader: Reader) -> Item:
    """One item, up to the end of the reader."""
    columns = {"": reader.column}
    one = _card(reader)
    amount, schedule = None, None
    if one.takes_dose:
        columns["amount"] = reader.column
        amount = _dose(reader, one)
    elif number := reader.peek(NUMBER):
        what = f"'{number}' cannot follow {one.name}, which takes no dose"
        raise complaint(reader.column, what, f"write it as in '{one.usual}'")
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
        field = f"pause {len(pauses)}" if word == "pause" else _FIELD[word]
        if columns.setdefault(field, column) != column:
            what = "a second end is" if field == "end_month" else f"'{word}' is"
            raise complaint(column, f"{what} given for {one.name}", f"keep one and leave this '{word}' out")
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
    with pointing(columns):
        return Item(one.id, amount, one.dose_unit or "", schedule, start, end, tuple(pauses), adherence)


def _card(reader: Reader) -> Card:
    """The card whose name stands here; the longest name wins."""
    column = reader.column
    if reader.done:
        raise complaint(column, "an item is missing beside '+'", "write one there or remove the '+'")
    if found := reader.take(_name()):
        return card(_ids()[_key(found)])
    phrase = reader.peek(_PHRASE)
    words = _key(phrase).split()
    if not words:
        fix = "begin the item with a name, as in 'anastrozole 1 mg daily'"
        raise complaint(column, f"a name is missing before '{reader.peek(WORD)}'", fix)
    if words[0] == NONE:
        raise complaint(column, "'none' stands beside other words", "write 'none' alone or leave it out")
    if forms := {card(one).name: None for name, one in _ids().items() if name.startswith(words[0] + " ")}:
        raise complaint(column, f"'{phrase}' is only the beginning of a name", f"write {either(forms)}")
    beginnings = (" ".join(words[:size]) for size in range(min(len(words), 5), 0, -1))
    close = next((name for beginning in beginnings if (name := nearest(beginning, _ids()))), None)
    raise complaint(column, f"'{phrase}' is not a known name", instead(close, words[0], _ids()))


def _dose(reader: Reader, one: Card) -> float:
    """The dose or the rate, in the unit of the card."""
    column, like = reader.column, f"write it as in '{one.usual}'"
    if not reader.peek(NUMBER):
        phrase = reader.peek(_PHRASE)
        longer = nearest(f"{one.name} {phrase}", _ids())
        if phrase and longer and _ids()[longer] != one.id:
            raise complaint(column, f"'{phrase}' is not known after {one.name}", f"write '{longer}'")
        word = reader.peek(WORD)
        place = f"'{word}' stands there" if word else "there is none"
        raise complaint(column, f"{one.name} needs a dose, but {place}", like)
    number = reader.number(one.name)
    unit = reader.take(_UNIT)
    if not unit:
        raise complaint(reader.column, f"the dose of {one.name} needs a unit", like)
    rate = RATE if reader.take(_PER_DAY) else ""
    with pointing({"": column}):
        return canonical_dose(one, number, unit + rate)


def _schedule(reader: Reader, one: Card) -> Schedule:
    """How often."""
    column = reader.column
    if found := reader.take(_named_schedule()):
        return Schedule(NAMED_DAYS[_key(found)])
    if reader.take(_EVERY):
        count = reader.number("every")
        unit = reader.word(_INTERVAL, ("days", "weeks", "months", "years"), "every 6 months")
        with pointing({"": column}):
            return Schedule.every(count, unit.casefold().removesuffix("s"))
    phrase = reader.peek(_PHRASE)
    if not phrase:
        raise complaint(column, f"{one.name} needs a schedule", f"write it as in '{one.usual}'")
    known = (*NAMED_DAYS, "every")
    close = nearest(phrase, known) or nearest(phrase.split()[0], known)
    raise complaint(column, f"'{phrase}' is not a schedule", instead(close, phrase, known))


def _month(reader: Reader, after: str) -> float:
    """The rest of `from month N` or `until month N` [month]."""
    reader.word(_MONTH, ("month",), f"{after} month 6")
    return reader.number("month")


def _length(reader: Reader) -> float:
    """The rest of `for N months|years` [month]."""
    count = reader.number("for")
    unit = reader.word(_LENGTH, ("months", "years"), "for 24 months")
    return count * (YEAR_MONTHS if unit.casefold().startswith("year") else 1)


def _pause(reader: Reader) -> tuple[float, float]:
    """The rest of `pause month N to M` [month]."""
    first = _month(reader, "pause")
    reader.word(_TO, ("to",), "pause month 24 to 27")
    return first, reader.number("to")


def _share(reader: Reader) -> float:
    """The rest of `adherence N %`, as a share [1]."""
    percent = reader.number("adherence")
    reader.word(_PERCENT, ("%",), "adherence 80 %")
    return percent / 100


def _stray(reader: Reader, one: Card) -> OsteocastError:
    """The complaint about a word that cannot stand behind an item."""
    column, word = reader.column, reader.peek(WORD)
    if name := reader.peek(_name()):
        return complaint(column, f"'{name}' stands inside the item of {one.name}", f"write '+' before '{name}'")
    if name := reader.peek(_named_schedule()) or reader.peek(_EVERY):
        takes = "has a schedule already" if one.takes_schedule else "takes no schedule"
        return complaint(column, f"'{name}' is too much, {one.name} {takes}", f"leave '{name}' out")
    close = nearest(word, _MODIFIERS) or nearest(reader.peek(_PHRASE), _ids())
    return complaint(column, f"'{word}' is not known here", instead(close, word, _MODIFIERS))


def _key(name: str) -> str:
    """A name in the form in which names are compared."""
    return re.sub(r"[\s_-]+", " ", name.casefold()).strip()


@cache
def _ids() -> Mapping[str, str]:
    """Card id by every name and synonym, in the form in which names are compared."""
    return {_key(name): card_id for name, card_id in names().items()}


@cache
def _name() -> re.Pattern[str]:
    """Any name of a card."""
    return _any_of(_ids())


@cache
def _named_schedule() -> re.Pattern[str]:
    """Any schedule that has a name."""
    return _any_of(NAMED_DAYS)


def _any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """Any of these phrases, the longest tried first."""
    longest_first = sorted(phrases, key=len, reverse=True)
    return _words("|".join(r"[\s_-]+".join(map(re.escape, phrase.split())) for phrase in longest_first))
