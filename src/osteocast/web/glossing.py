"""Words of the glossary explained where they stand: on hover, on focus, and read out by screen readers."""

from __future__ import annotations

import re
from functools import cache
from itertools import count

from markupsafe import Markup

from osteocast.explain.glossary import Term, terms
from osteocast.report.levels import LEVELS, Said
from osteocast.report.words import escaped

_NUMBERS = count(1)
SHORTEST = 3
"""A shorter word is not looked for: it may mean something else."""


@cache
def _words() -> dict[str, Term]:
    """Every word of the glossary in small letters, synonyms included."""
    found: dict[str, Term] = {}
    for one in terms().values():
        for word in (one.term, *one.synonyms):
            if len(word) >= SHORTEST:
                found.setdefault(word.casefold(), one)
    return found


@cache
def _pattern() -> re.Pattern[str]:
    longest = sorted(_words(), key=len, reverse=True)
    return re.compile(r"(?<![\w-])(" + "|".join(map(re.escape, longest)) + r")(?![\w-])", re.IGNORECASE)


def glossed(text: str, level: str = "plain") -> Markup:
    """A text with each word of the glossary that is in it explained, where it stands first.

    Args:
        text: plain text.
        level: reading level; the academic one gets the line for specialists.
    """
    parts, end, told = [], 0, set[str]()
    for hit in _pattern().finditer(text):
        one = _words()[hit[0].casefold()]
        if one.term in told:
            continue
        told.add(one.term)
        parts += [escaped(text[end : hit.start()]), explained(hit[0], one, level)]
        end = hit.end()
    return Markup("".join((*parts, escaped(text[end:]))))


def explained(word: str, one: Term, level: str) -> str:
    """A word that shows what it means when it is pointed at or has the focus."""
    meaning = one.academic if level == "academic" else one.plain
    key = f"meaning-{next(_NUMBERS)}"
    return (
        f'<span class="term"><button type="button" aria-describedby="{key}">{escaped(word)}</button>'
        f'<span role="tooltip" id="{key}">{escaped(meaning)}</span></span>'
    )


def said(text: Said) -> Markup:
    """A text at every level, each with its words explained."""
    return Markup("").join(
        Markup('<span class="l {}">{}</span>').format(level, glossed(text.at(level), level)) for level in LEVELS
    )
