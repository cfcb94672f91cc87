"""Tables of the page on the statements of the source article, its references and the glossary."""

from __future__ import annotations

from functools import cache
from itertools import groupby
from typing import Any

from _markdown import table

from osteocast.explain import claims
from osteocast.report.claims import tally_lines, verdict


@cache
def _everything() -> dict[str, Any]:
    return claims.everything()


def tally() -> str:
    """How often evidence and model agree."""
    return "\n".join(f"- {line}" for line in tally_lines(_everything())) + "\n"


def statements() -> str:
    """A heading and a table for every chapter."""
    parts = []
    for chapter, found in groupby(_everything()["claims"], key=lambda one: str(one["chapter"])):
        rows = [(str(one["number"]), one["statement"], _evidence(one), _model(one), _sources(one)) for one in found]
        parts.append(f"### {chapter}\n\n" + table(("no.", "statement", "evidence", "model", "sources"), rows))
    return "\n".join(parts)


def _evidence(one: dict[str, Any]) -> str:
    return f"**{verdict(one)}**<br>{one['why']}"


def _model(one: dict[str, Any]) -> str:
    return f"**{one['model']['verdict']}**<br>{one['model']['why']}<br>Shown by: {one['shown']}"


def _sources(one: dict[str, Any]) -> str:
    cited = [f"{each['citation']} ({each['quality_words']})" for each in one["sources"]]
    return "<br>".join((*cited, *map(_reference, one["references"])))


def _reference(one: dict[str, Any]) -> str:
    right = f" is printed wrongly; cite {one['correct']}" if one["wrong"] else ""
    return f"[Reference {one['number']}](#the-ten-references) of the article{right}"


def unsaid() -> str:
    """What the article leaves out."""
    return "\n".join(f"- {one['subject']} ({one['shown']})" for one in _everything()["unsaid"]) + "\n"


def references() -> str:
    """The article's references, put right."""
    rows = [
        (
            str(one["number"]),
            one["about"],
            one["printed"],
            one["wrong"] or "nothing found",
            one["correct"],
            f"{one['checked']} ({one['quality_words']})",
        )
        for one in _everything()["references"]
    ]
    return table(("no.", "about", "printed", "wrong", "cite", "checked"), rows)


def glossary(which: str) -> str:
    """The terms of the article (`listed`), or the other words of the results (`own`)."""
    found = [one for one in _everything()["glossary"] if bool(one["listed"]) is (which == "listed")]
    rows = []
    for one in found:
        source = f" {one['source']} ({one['quality_words']})." if one["source"] else ""
        number = [str(one["listed"])] if which == "listed" else []
        rows.append((*number, one["term"], one["plain"], one["academic"] + source, one["shown"]))
    head = ("term", "in plain words", "for specialists", "shown as")
    return table(("no.", *head) if which == "listed" else head, rows)
