"""The report of `twin` as blocks: screen and paper are made from this one document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from osteocast.errors import OsteocastError
from osteocast.report import view
from osteocast.report.blocks import Document, Listing, Section
from osteocast.report.levels import day, fixed, say
from osteocast.report.twin_forecast import forecast_section
from osteocast.report.twin_guidance import guidance_section
from osteocast.report.twin_known import flags_section, known_section, pairs_section
from osteocast.report.twin_letter import letter_sections
from osteocast.report.twin_next import change_section, questions, schedule_section
from osteocast.report.twin_risk import risk_section
from osteocast.report.twin_why import support_section, why_section
from osteocast.report.words import NO_ORDERS, plain_item

NEEDED = ("person", "known", "flags", "strategies", "scan_pairs")
LABELS = ("eyebrow", "contents", "caution", "letter.heading", "levels.legend", "levels.note", *(
    f"levels.{level}" for level in ("plain", "intermediate", "academic")
))  # fmt: skip


def twin_document(result: Mapping[str, Any]) -> Document:
    """The report of one person.

    Args:
        result: what `osteocast twin --json` prints.

    Raises:
        OsteocastError: it lacks what the report is about, or has another schema.
    """
    if missing := [name for name in NEEDED if name not in result]:
        raise OsteocastError(
            f"the result has no {', '.join(missing)}",
            where="twin",
            fix="make it again with this version of `osteocast twin --json`",
        )
    view.strategies_of(result)
    head, facts = view.who(result["person"])
    sections = (
        known_section(result),
        pairs_section(result),
        flags_section(result),
        forecast_section(result),
        why_section(result),
        support_section(result),
        change_section(result),
        risk_section(result),
        schedule_section(result),
        guidance_section(result),
        Section("questions", say("section.questions"), (Listing(tuple(questions(result))),)),
        _reading(result),
        _sources(result),
    )
    return Document(
        title=say("title"),
        head=head,
        facts=tuple(facts),
        date=day(result["person"].get("date") or result.get("start")),
        letter=letter_sections(result),
        sections=tuple(one for one in sections if one.blocks),
        disclaimer=NO_ORDERS,
        labels={name: say(name) for name in LABELS},
    )


def _reading(result: Mapping[str, Any]) -> Section:
    names = ("band90", "band50", "noise", "tscore", "zero")
    items = [say(f"reading.{name}") for name in names]
    if result.get("draws"):
        items.append(say("reading.same", draws=f"{result['draws']:,}"))
    return Section("reading", say("section.reading"), (Listing(tuple(items)),))


def _sources(result: Mapping[str, Any]) -> Section:
    found = tuple(fixed(plain_item(one)) for one in result.get("sources") or ())
    return Section("sources", say("section.sources"), (Listing(found, ordered=True, tone="quoted"),) if found else ())
