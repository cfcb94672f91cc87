"""Errors that a person can act on: what is wrong, where, why it matters, how to fix it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any


class OsteocastError(ValueError):
    """Input that cannot be used. Prints as one sentence; the command line ends with exit code 2.

    Args:
        what: what is wrong, in plain words and with the offending value.
        where: the field, file or position it was found at.
        fix: what to write instead.
        why: why it matters, where that is not obvious.
    """

    def __init__(self, what: str, *, where: str, fix: str, why: str = "") -> None:
        self.what, self.where, self.fix, self.why = what, where, fix, why
        super().__init__(str(self))

    def __reduce__(self) -> tuple[Any, ...]:
        """How it travels between processes: as its words."""
        return _again, (self.what, self.where, self.fix, self.why)

    def __str__(self) -> str:
        because = f" ({self.why})" if self.why else ""
        return f"{self.where}: {self.what}{because}; {self.fix}."


def _again(what: str, where: str, fix: str, why: str) -> OsteocastError:
    return OsteocastError(what, where=where, fix=fix, why=why)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like `word`, or None when nothing is close."""
    found = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def choices(known: Iterable[str], close: str | None = None, apart: str = ", ") -> str:
    """What may be written instead, as the fix of an error: the word that was probably meant, then all of them."""
    listed = apart.join(known)
    return f"did you mean {close}? Known are {listed}" if close else f"known are {listed}"
