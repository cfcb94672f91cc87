"""What the source article states, and what the evidence and the model say to it: one statement, or all of them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from osteocast.errors import OsteocastError, nearest
from osteocast.explain.claim_records import Claim, claims, references, unsaid
from osteocast.explain.explanation import Explanation
from osteocast.explain.glossary import terms
from osteocast.explain.wording import normal, qualities_words, quality_words


def claim(which: str) -> Claim:
    """One statement by its number, its name, or a part of its name that no other has.

    Raises:
        OsteocastError: no statement, or more than one, is meant.
    """
    asked = normal(which)
    every = claims()
    found = [one for one in every if asked in (str(one.number), normal(one.name))]
    found = found or [one for one in every if asked and not asked.isdigit() and asked in normal(one.name)]
    if len(found) == 1:
        return found[0]
    if found:
        what, fix = f"'{which}' may mean several statements", f"say which: {', '.join(one.name for one in found)}"
    else:
        close = nearest(which.casefold(), [one.name for one in every])
        what = f"there is no statement '{which}'"
        fix = f"did you mean '{close}'" if close else f"give a number from 1 to {len(every)}, or a name from the list"
    raise OsteocastError(what, where="explain claims", fix=fix)


def everything() -> dict[str, Any]:
    """What `explain claims --json` prints: statements, tallies, references and glossary."""
    every = claims()
    return {
        "schema": 1,
        "claims": [one.to_dict() for one in every],
        "tally": {
            "evidence": dict(Counter(one.evidence.verdict for one in every)),
            "overstated": sum(one.overstated for one in every),
            "model": dict(Counter(one.model.verdict for one in every)),
        },
        "unsaid": unsaid(),
        "references": [
            {**one._asdict(), "quality_words": quality_words(one.quality)} for one in references().values()
        ],
        "glossary": glossary(),
    }


def glossary() -> list[dict[str, Any]]:
    """Every term, those of the article first: `listed` is its number there, None for our own."""
    return [
        {
            "term": one.term,
            "listed": one.listed or None,
            "plain": one.plain,
            "academic": one.academic,
            "shown": one.shown,
            "source": one.source or None,
            "quality": one.quality or None,
            "quality_words": quality_words(one.quality) if one.quality else None,
        }
        for one in sorted(terms().values(), key=lambda one: one.listed or len(terms()))
    ]


def explained(which: str) -> Explanation:
    """One statement in full, as `explain` answers.

    Args:
        which: see `claim`.
    """
    one = claim(which)
    lines = [
        f"Evidence: {one.verdict}. {one.evidence.why}",
        f"Model: {one.model.verdict}. {one.model.why}",
    ]
    for each in dict.fromkeys((*one.evidence.figures, *one.model.figures)):
        read = f" [{each.citation}; {quality_words(each.quality)}]" if each.citation else ""
        lines.append(f"Number {each.text}: {each.title}; {each.unit}{read}")
    lines += [f"Source: {each.citation} [{quality_words(each.quality)}]" for each in one.sources]
    for right in one.cited:
        put = f"is printed wrongly ({right.printed}); cite {right.correct}" if right.wrong else right.correct
        lines.append(
            f"Reference {right.number} of the article: {put} [{right.checked}; {quality_words(right.quality)}]"
        )
    lines.append(f"Shown by: {one.shown}")
    quality = qualities_words(each.quality for each in one.sources)
    source = "; ".join(each.citation for each in one.sources)
    return Explanation("claim", one.name, one.statement, tuple(lines), source, quality, data=one.to_dict())
