"""The report of `twin`: what guidelines say, which line decided, and what hinges on facts that are not known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from osteocast.report.blocks import Block, Cell, Listing, More, Section, Table, cell, table, text
from osteocast.report.levels import Said, capital, day, fixed, joined, say, term
from osteocast.report.rule_words import in_words

PROTECT = ("treat", "offer", "consider")
SILENT = ("not_covered", "not_read")
SHOWN_IN_LETTER = 3
Verdict = Mapping[str, Any]


def speaking(result: Mapping[str, Any]) -> list[Verdict]:
    """The texts that cover the person, those that name a bone drug first."""
    found = [one for one in (result.get("guidance") or {}).values() if one["advice"] not in SILENT]
    return sorted(found, key=lambda one: one["advice"] not in PROTECT)


def naming(result: Mapping[str, Any]) -> list[Verdict]:
    """The texts that name a bone drug now."""
    return [one for one in speaking(result) if one["advice"] in PROTECT]


def hinges(result: Mapping[str, Any]) -> list[tuple[Verdict, Mapping[str, Any]]]:
    """Facts that are not known and on which the answer of a text hinges."""
    return [(one, hinge) for one in speaking(result) for hinge in one.get("depends_on") or ()]


def short(one: Verdict) -> Said:
    """The name of a text."""
    return fixed(one.get("short") or one.get("title") or "")


def fired(one: Verdict) -> Mapping[str, Any] | None:
    """The step of the trace that decided."""
    return next((step for step in one.get("trace") or () if step.get("fired")), None)


def rule_words(one: Verdict) -> Said:
    """The line that decided, as the text is encoded."""
    step = fired(one)
    if step is None:
        return fixed("\N{EN DASH}")
    condition = str(step["if"])
    words = say("guidance.otherwise") if condition.startswith("otherwise") else in_words(condition)
    return say("guidance.rule", line=str(step["line"]), rule=words)


def counts(result: Mapping[str, Any]) -> Said:
    """How many texts speak of the person, and how many name a bone drug."""
    found = speaking(result)
    if not found:
        return say("guidance.none")
    return say("guidance.counts", speaking=str(len(found)), naming=str(len(naming(result))))


def first_start(result: Mapping[str, Any]) -> Said | None:
    """When a text would first name a bone drug, where none does now."""
    found = (result.get("guidance_summary") or {}).get("start_of_protection") or {}
    if not found.get("date") or naming(result):
        return None
    texts = result.get("guidance") or {}
    return say("guidance.start", texts=joined([short(texts[one]) for one in found["by"]]), date=day(found["date"]))


def letter_lines(result: Mapping[str, Any]) -> Iterator[Said]:
    """The first texts with the rule that fired, and how many more say what."""
    found = speaking(result)
    for one in found[:SHOWN_IN_LETTER]:
        advice = term("advice", one["advice"])
        yield say("guidance.letter", text=short(one), advice=advice, rule=rule_words(one))
    rest = [one["advice"] for one in found[SHOWN_IN_LETTER:]]
    for advice in dict.fromkeys(rest):
        count = rest.count(advice)
        key = "guidance.letter_count" if count > 1 else "guidance.letter_one"
        yield say(key, count=str(count), advice=term("advice", advice))


def guidance_section(result: Mapping[str, Any]) -> Section:
    """Texts side by side, the line that fired in each, the whole trace folded away."""
    found = result.get("guidance") or {}
    blocks: list[Block] = [text(one) for one in (counts(result), first_start(result)) if one]
    if silent := [short(one) for one in found.values() if one["advice"] == "not_read"]:
        blocks.append(text(say("guidance.unread", texts=joined(silent)), "note"))
    covering = speaking(result)
    if covering:
        blocks.append(_side_by_side(covering))
        summary = result.get("guidance_summary") or {}
        remarks = [*(summary.get("remarks") or ()), *(summary.get("assumptions") or ()), summary.get("expected")]
        if said := tuple(fixed(one) for one in remarks if one):
            blocks.append(Listing(said, tone="quoted"))
        blocks.append(More(say("guidance.trace"), tuple(_trace(covering))))
    return Section("guidance", say("section.guidance"), tuple(blocks))


def _side_by_side(found: list[Verdict]) -> Table:
    rows = tuple(
        (
            cell(short(one), say("guidance.replaced") if one.get("superseded_by") else ""),
            cell(capital(term("advice", one["advice"]))),
            Cell(rule_words(one), tone="quoted"),
            cell(term("quality", str(one["quality"]))),
        )
        for one in found
    )
    head = tuple(say(f"guidance.{name}") for name in ("text", "says", "line", "read"))
    return table(say("guidance.caption"), head, rows, align="l", widths=(2, 3, 4, 2.4))


def _trace(found: list[Verdict]) -> Iterator[Block]:
    for one in found:
        yield text(Said(*(f"{words} ({how})" for words, how in zip(short(one), _source(one), strict=True))))
        lines = [str(step["words"]) for step in one.get("trace") or ()]
        open_points = (f"Not known: {point}" for point in one.get("not_known") or ())
        more = [one.get("says"), one.get("substitution"), *open_points]
        yield Listing(tuple(fixed(line) for line in (*lines, *(part for part in more if part))), tone="quoted")


def _source(one: Verdict) -> Said:
    read = term("quality", str(one["quality"]))
    citation = fixed(one.get("citation") or "").plain
    return Said(*(f"{citation}; {how}" if citation else how for how in read))
