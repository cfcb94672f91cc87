"""From a name to its explanation: `explain`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from typing import NamedTuple

from osteocast.drugs.catalogue import catalogue
from osteocast.errors import OsteocastError, nearest
from osteocast.explain import cards, claim_records, claims, equations, glossary, laws, values
from osteocast.explain.explanation import KINDS, Explanation
from osteocast.explain.wording import normal
from osteocast.model.assemble import DRIVES
from osteocast.parameters.registry import parameters


class Entry(NamedTuple):
    """One thing that can be explained."""

    kind: str
    name: str
    also: tuple[str, ...]
    make: Callable[[], Explanation]


def _entries() -> Iterator[Entry]:
    """Everything that can be explained, in the order in which a shared name is resolved."""
    for name, record in parameters().items():
        yield Entry("parameter", name, (), partial(values.parameter, record))
    for name, card in catalogue().items():
        yield Entry("drug", name, (card.name, *card.synonyms), partial(cards.drug, card))
    merged: dict[str, list[str]] = {}
    for name, ids in equations.names().items():
        both = merged.setdefault(normal(name), [])
        both += [id_ for id_ in ids if id_ not in both]
    for name in equations.names():
        yield Entry("equation", name, (), partial(laws.law, merged[normal(name)], name))
    for id_ in equations.equations():
        yield Entry("equation", id_, (), partial(laws.law, (id_,), id_))
    for name in DRIVES:
        yield Entry("input", name, (), partial(cards.channel, name))
    for name, one in glossary.terms().items():
        yield Entry("term", name, one.synonyms, partial(glossary.term, one))
    for name in values.sources():
        yield Entry("source", name, (), partial(values.source, name))
    for name, number in claim_records.names():
        yield Entry("claim", name, (f"claim {number}",), partial(claims.explained, name))


@cache
def entries() -> tuple[Entry, ...]:
    """Everything that can be explained, read once."""
    return tuple(_entries())


def _matches(name: str, among: tuple[Entry, ...]) -> list[Entry]:
    """Entries of a name, best first: written just so, then but for case, then but for spaces and hyphens."""
    found: dict[int, Entry] = {}
    ways: tuple[Callable[[str], str], ...] = (str, str.casefold, normal)
    for way in ways:
        for place, one in enumerate(among):
            if way(name) in map(way, (one.name, *one.also)):
                found.setdefault(place, one)
    return list(found.values())


def _split(name: str) -> tuple[str, tuple[Entry, ...]]:
    """A name without its kind, and the entries it may mean: `term: OPG` asks for the term only."""
    kind, colon, rest = name.partition(":")
    if colon and kind.strip().casefold() in KINDS:
        return rest.strip(), tuple(one for one in entries() if one.kind == kind.strip().casefold())
    return name.strip(), entries()


def _miss(name: str, among: tuple[Entry, ...]) -> OsteocastError:
    written = {normal(word): word for one in reversed(among) for word in (one.name, *one.also)}
    close = nearest(normal(name), written)
    fix = (
        "give a parameter (rankl_gain), an equation (osteoclasts), a drug (anastrozole), a term (T-score) "
        "or a source (Geisler1996)"
    )
    if close:
        fix = f"did you mean '{written[close]}'"
    return OsteocastError(f"nothing is called '{name}'", where="explain", fix=fix)


def explain(name: str) -> Explanation:
    """What stands behind a name: a parameter, a drug, an equation or state, an input, a term, a source, or a
    statement of the source article.

    Case, spaces, underscores and hyphens do not count, but a name written just like one of them wins. Where
    several carry the name, the first in that order is explained and the others are named under `related`;
    write the kind before it (`term: OPG`) to ask for another.

    Args:
        name: what to explain.

    Raises:
        OsteocastError: nothing has this name; the nearest is suggested.
    """
    asked, among = _split(name)
    found = _matches(asked, among) if normal(asked) else []
    if not found:
        raise _miss(asked, among)
    first = found[0]
    answer = first.make()
    lines = answer.lines
    others: dict[str, None] = {}
    for one in found[1:]:
        if one.kind != first.kind:
            others[f"{one.kind}: {one.name}"] = None
    word = next((one for one in found if one.kind == "term"), None)
    if word is not None and first.kind != "term":
        lines = (f"In plain words: {glossary.terms()[word.name].plain}", *lines)
    related = (*others, *(one for one in answer.related if one != answer.name))
    return replace(answer, lines=lines, related=related)


def names(kind: str | None = None) -> tuple[str, ...]:
    """Every name that can be explained, or those of one kind, for help and completion."""
    return tuple(dict.fromkeys(one.name for one in entries() if kind in (None, one.kind)))
