"""For tests of the report: its text at one reading level, and how hard that text is to read, without a network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser

import pytest

LEVELS = ("plain", "intermediate", "academic")
SILENT = {"style", "svg", "title", "script"}
VOID = {"meta", "input", "br", "link", "img"}
ENDS = {"p", "li", "h1", "h2", "h3", "td", "th", "caption", "summary", "figcaption", "small", "legend", "label"}


class Reader(HTMLParser):
    """Collects the text that is shown at one level; each paragraph, item and cell is one piece.

    Args:
        level: the level.
        quoted: whether the words of sources count too.
        tables: whether the cells of tables count too.
    """

    def __init__(self, level: str, *, quoted: bool = True, tables: bool = True) -> None:
        super().__init__()
        self.level, self.quoted, self.tables = level, quoted, tables
        self.pieces: list[str] = [""]
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            return
        classes = (dict(attrs).get("class") or "").split()
        hidden = tag in SILENT or ("l" in classes and self.level not in classes)
        hidden |= not self.quoted and "quoted" in classes
        hidden |= not self.tables and tag == "table"
        hidden |= bool(self._open) and self._open[-1][1]
        self._open.append((tag, hidden))
        if tag in ENDS:
            self.pieces.append("")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass
        if tag in ENDS:
            self.pieces.append("")

    def handle_data(self, data: str) -> None:
        if not self._open or not self._open[-1][1]:
            self.pieces[-1] += data


def pieces(page: str, level: str, **options: bool) -> list[str]:
    """The paragraphs, items and cells of a page at one level, without empty ones."""
    reader = Reader(level, **options)
    reader.feed(page.partition("<body")[2].partition(">")[2])
    return [" ".join(piece.split()) for piece in reader.pieces if piece.strip()]


def numbers(texts: list[str]) -> list[str]:
    """Every number of a text, in rising order of its letters."""
    found = re.findall(r"[<>]?[+\N{MINUS SIGN}-]?\d+(?:[.,]\d+)*", "\n".join(texts))
    return sorted(found)


class Careful:
    """Counts syllables in place of the dictionary that textstat would fetch: the hyphenation of pyphen and the groups
    of vowels, whichever finds more, so that no text seems easier than it is."""

    def __init__(self) -> None:
        from textstat.backend.utils._get_pyphen import get_pyphen

        self._pyphen = get_pyphen("en_US")

    def __getitem__(self, word: str) -> list[list[str]]:
        hyphens = len(self._pyphen.positions(word)) + 1
        silent = word.endswith("e") and not word.endswith("le")
        bare = word[:-1] if silent else word
        groups = len(re.findall(r"[aeiouy]+", bare)) + len(re.findall(r"eo|ia|iu|uo|io(?!n)", bare))
        return [["A1"] * max(hyphens, groups, 1)]


@contextmanager
def no_network() -> Iterator[None]:
    """textstat counts syllables with what is installed."""
    import sys

    import textstat  # noqa: F401

    with pytest.MonkeyPatch.context() as patch:
        module = sys.modules["textstat.backend.counts._count_syllables"]
        careful = Careful()
        patch.setattr(module, "get_cmudict", lambda lang: careful)
        yield


def grade(texts: list[str]) -> float:
    """Flesch-Kincaid grade of sentences; numbers count as words of one syllable, a decimal point ends no sentence."""
    import textstat

    whole = [re.sub(r"[<>]?[+\N{MINUS SIGN}-]?\d+(?:[.,:]\d+)*\s?%?", "ten", text) for text in texts]
    whole = [text if text[-1] in ".?!:" else text + "." for text in whole]
    with no_network():
        return float(textstat.flesch_kincaid_grade(" ".join(whole)))
