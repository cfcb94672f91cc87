"""Reading a sentence word by word, so that a complaint can point at a column and name the nearest word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Final

from osteocast.errors import OsteocastError, nearest
from osteocast.regimen.units import ItemError

MINUS: Final = "\N{MINUS SIGN}"
NUMBER: Final = re.compile(rf"[-{MINUS}]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
WORD: Final = re.compile(r"[^\s+]+")


class Reader:
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
        """The text that matches here, without the spaces behind it; empty when nothing matches."""
        found = pattern.match(self._text, self.column - 1, self._end)
        return found.group().rstrip() if found else ""

    def take(self, pattern: re.Pattern[str]) -> str:
        """The same, read past."""
        found = self.peek(pattern)
        self._position += len(found)
        return found

    def number(self, after: str) -> float:
        """A number that must stand here, behind the word `after`."""
        column = self.column
        found = self.take(NUMBER)
        if not found:
            word = self.peek(WORD)
            place = f"'{word}' stands there" if word else "nothing follows"
            raise complaint(column, f"a number is missing after '{after}': {place}", "write one in figures")
        rest = self.peek(WORD)
        if rest[:1] in (",", ".") and rest[1:2].isdigit():
            fix = "write numbers without thousands separators and with a decimal point"
            raise complaint(column, f"'{found}{rest}' is not a number", fix)
        return float(found.replace(MINUS, "-"))

    def word(self, pattern: re.Pattern[str], known: Iterable[str], like: str) -> str:
        """A word that must stand here.

        Args:
            pattern: what it must match.
            known: the words it could be, for the complaint.
            like: an example of the whole phrase, for the complaint.
        """
        column = self.column
        if found := self.take(pattern):
            return found
        word = self.peek(WORD)
        what = f"'{word}' stands" if word else "nothing stands"
        known = tuple(known)
        close = nearest(word, known)
        fix = f"write '{close}'" if close else f"write for example '{like}'"
        raise complaint(column, f"{what} where {either(known)} is expected", fix)


def either(words: Iterable[str]) -> str:
    """The words as a choice: 'a', 'b' or 'c'."""
    *others, last = (f"'{word}'" for word in words)
    return f"{', '.join(others)} or {last}" if others else last


def complaint(column: int, what: str, fix: str) -> OsteocastError:
    """The error about what stands at a column of the sentence."""
    return OsteocastError(what, where=f"regimen, column {column}", fix=fix)


@contextmanager
def pointing(columns: Mapping[str, int]) -> Iterator[None]:
    """Give an error the column of the field that it is about; of "" when it names no field with a column."""
    try:
        yield
    except OsteocastError as error:
        field = error.field if isinstance(error, ItemError) else ""
        raise complaint(columns.get(field, columns[""]), error.what, error.fix) from None


def instead(close: str | None, word: str, known: Iterable[str]) -> str:
    """What to write instead of an unknown word: the close one, or else the nearest, however far."""
    if close:
        return f"write '{close}'"
    far = get_close_matches(word.casefold(), list(known), n=1, cutoff=0.0)
    return f"write a known word, the nearest being '{far[0]}'"
