"""The glossary: one record a term, read once from `glossary.yaml`; an incomplete record is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from osteocast.errors import OsteocastError
from osteocast.explain.explanation import Explanation
from osteocast.explain.record_checks import check_fields, check_quality
from osteocast.explain.wording import quality_words

GLOSSARY = Path(__file__).parent / "glossary.yaml"
REQUIRED = ("term", "plain", "academic", "shown")
OPTIONAL = ("listed", "synonyms", "source", "quality", "see")


@dataclass(frozen=True)
class Term:
    """One word or phrase.

    Attributes:
        term: the word itself.
        plain: what it means, for everyone.
        academic: what it means, for specialists.
        shown: where the program shows it.
        listed: its number among the 31 terms of the source article, 0 for our own.
        synonyms: other words for it.
        source: where its numbers come from.
        quality: how that source was read.
        see: names of other things worth asking for.
    """

    term: str
    plain: str
    academic: str
    shown: str
    listed: int = 0
    synonyms: tuple[str, ...] = ()
    source: str = ""
    quality: str = ""
    see: tuple[str, ...] = ()


def read_term(raw: Mapping[str, Any], place: int) -> Term:
    """A term from its record.

    Args:
        raw: the record.
        place: its place in the file, from 1, for messages.

    Raises:
        OsteocastError: a field is missing or unknown, or a grade does not exist.
    """
    where = f"glossary.yaml, term {place} ({raw.get('term', 'no name')})"
    check_fields(raw, REQUIRED, OPTIONAL, where)
    quality = raw.get("quality", "")
    if quality:
        check_quality(quality, where)
    if bool(quality) != bool(raw.get("source")):
        fix = "give both or neither"
        raise OsteocastError("source and quality belong together", where=where, fix=fix)
    values: dict[str, Any] = {key: tuple(one) if isinstance(one, list) else one for key, one in raw.items()}
    return Term(**values)


@cache
def terms() -> Mapping[str, Term]:
    """Every term by its word.

    Raises:
        OsteocastError: a record is incomplete, or a word is explained twice.
    """
    from ruamel.yaml import YAML

    raw = YAML(typ="safe", pure=False).load(GLOSSARY.read_text(encoding="utf-8"))
    found: dict[str, Term] = {}
    for place, record in enumerate(raw["terms"], start=1):
        one = read_term(record, place)
        if one.term in found:
            what = f"'{one.term}' is there twice"
            raise OsteocastError(what, where="glossary.yaml", fix="keep one of the two")
        found[one.term] = one
    return found


def term(one: Term) -> Explanation:
    """What is known about one term."""
    lines = [one.plain, f"For specialists: {one.academic}", f"Shown as: {one.shown}"]
    if one.synonyms:
        lines.append("Also called: " + ", ".join(one.synonyms))
    quality = quality_words(one.quality) if one.source else ""
    if one.source:
        lines += [f"Source: {one.source}", f"Quality: {quality}"]
    data = {
        "plain": one.plain,
        "academic": one.academic,
        "shown": one.shown,
        "synonyms": list(one.synonyms),
        "listed": one.listed or None,
        "quality": one.quality or None,
    }
    title = one.term[0].upper() + one.term[1:]
    source = one.source or "our own definition"
    return Explanation("term", one.term, f"{title}.", tuple(lines), source, quality, one.see, data=data)
