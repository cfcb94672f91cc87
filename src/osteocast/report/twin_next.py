"""The report of `twin`: what would change the forecast, the schedule, the exit from denosumab, questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from osteocast.guidance.treatment import BONE_DRUGS, INHIBITORS
from osteocast.report.blocks import Block, Cell, Listing, More, Section, Table, cell, table, text
from osteocast.report.levels import Said, day, fixed, joined, say, term
from osteocast.report.merge import letter
from osteocast.report.twin_facts import exit_dates, last_scans, needs_exit, real_loss
from osteocast.report.twin_guidance import hinges, naming, short, speaking
from osteocast.report.twin_known import filled_name
from osteocast.report.twin_risk import cards_of
from osteocast.report.words import percent

CHANCES = ("p_detects_change", "p_changes_advice")
EVERY = 12
"""Months between the scans to come that the table shows."""
FEW = 3


def next_scan(result: Mapping[str, Any]) -> Said:
    """When the next scan is worth doing, and what it is expected to show there."""
    found = result.get("next_scan") or {}
    if not found.get("date"):
        return say("next.no_scan")
    date, rule = day(found["date"]), found.get("rule") or {}
    there = next((one for one in found.get("candidates") or () if one["month"] == found.get("month")), None)
    if there is None:
        return say("next.due", date=date)
    reached = any(there[name] >= rule.get(name, 2.0) for name in CHANCES)
    shown = {name: percent(there[f"p_{name}"]) for name in ("detects_change", "changes_advice")}
    return say("next.scan" if reached else "next.until", date=date, **shown)


def change_section(result: Mapping[str, Any]) -> Section:
    """The next scan, what each date would do, facts that are not known."""
    found = result.get("next_scan") or {}
    blocks: list[Block] = [text(next_scan(result))]
    if candidates := found.get("candidates"):
        rows = tuple(
            (
                cell(day(one.get("date"))),
                cell(f"{one['month']:g}"),
                cell(percent(one["p_detects_change"])),
                cell(percent(one["p_changes_advice"])),
            )
            for one in candidates
            if one["month"] % EVERY == 0 or one["month"] == found.get("month")
        )
        head = (say("next.date"), say("next.when"), say("next.detects"), say("next.advice"))
        blocks.append(table(say("next.candidates"), head, rows))
    if dates := found.get("guidelines"):
        texts = result.get("guidance") or {}
        named = ((cell(short(texts.get(key) or {"short": key})), cell(day(date))) for key, date in dates.items())
        columns = (say("next.guideline"), say("next.date"))
        blocks.append(table(say("next.by_guideline"), columns, named, align="l"))
    if filled := _filled(result):
        blocks.append(text(say("next.unknown", facts=joined(filled))))
    if found_hinges := hinges(result):
        blocks.append(text(say("next.hinges")))
        blocks.append(
            Listing(
                tuple(
                    say("next.hinge", text=short(one), advice=term("advice", hinge["advice"]), facts=hinge["words"])
                    for one, hinge in found_hinges
                ),
                tone="quoted",
            )
        )
    return Section("change", say("section.change"), tuple(blocks))


def _filled(result: Mapping[str, Any]) -> list[Said]:
    names = [filled_name(str(one["field"])) for one in result["person"].get("filled") or ()]
    return [name if any("T-score" in text for text in name) else _lower(name) for name in names]


def _lower(name: Said) -> Said:
    return Said(*(text if text[:2].isupper() else text[:1].lower() + text[1:] for text in name))


def check_name(one: Mapping[str, Any]) -> Said:
    """What is checked."""
    return term("check", str(one.get("check") or ""), one["what"])


def schedule_section(result: Mapping[str, Any]) -> Section:
    """Dates with their checks, why each is done, the exit from denosumab."""
    entries = result.get("schedule") or []
    if not entries:
        return Section("next", say("section.next"), (text(say("next.nothing")), *_exits(result)))
    dates: dict[str, list[Mapping[str, Any]]] = {}
    for one in entries:
        dates.setdefault(one["date"], []).append(one)
    listed = tuple(
        (cell(day(date)), cell(joined(list(dict.fromkeys(check_name(one) for one in found)), last=", ")))
        for date, found in dates.items()
    )
    dated = table(say("next.schedule"), (say("next.date"), say("next.checks")), listed, align="l", widths=(1, 4))
    return Section(
        "next",
        say("section.next"),
        (text(say("next.intro")), *_exits(result), dated, More(say("next.reasons"), (_reasons(entries),))),
    )


def _reasons(entries: list[Mapping[str, Any]]) -> Table:
    rows = []
    for one in {(one["what"], one["why"], one["rule"]): one for one in reversed(entries)}.values():
        limit = f" Limit: {one['limit']}." if one.get("limit") else ""
        words = f"{one['why']}{limit} {one.get('changes') or ''}".strip()
        rows.append(
            (
                cell(check_name(one)),
                cell(term("asks", str(one.get("check") or ""), one["why"])),
                Cell(fixed(words), (fixed(f"[{one['rule']}]"),), tone="quoted"),
                cell(term("quality", str(one.get("quality") or ""))),
            )
        )
    head = (say("next.checks"), say("next.why"), say("next.words"), say("risk.read"))
    return table(say("next.reasons"), head, tuple(reversed(rows)), align="l", widths=(2, 3, 5, 1.8))


def _exits(result: Mapping[str, Any]) -> Iterator[Block]:
    for said in exits(result):
        yield text(said, "warn" if needs_exit(result, 0) else "")


def exits(result: Mapping[str, Any]) -> Iterator[Said]:
    """The day on which to ask for another drug after denosumab, or that there is none; what other strategies need."""
    if not needs_exit(result, 0):
        yield say("exit.none")
    for k, one in enumerate(result["strategies"]):
        if not needs_exit(result, k):
            continue
        after, dates = one.get("exit"), exit_dates(result, k)
        if after:
            yield say("exit.date", letter=letter(k), date=day(after["date"]), regimen=after["regimen"])
        elif dates:
            yield say("exit.due", letter=letter(k), date=day(min(dates)))
        else:
            yield say("exit.open", letter=letter(k))


def first_visit(result: Mapping[str, Any]) -> Said | None:
    """The first date of the schedule with what is checked on it."""
    entries = result.get("schedule") or []
    if not entries:
        return None
    date = min(one["date"] for one in entries)
    names = dict.fromkeys(check_name(one) for one in entries if one["date"] == date)
    return say("next.first", date=day(date), what=joined(list(names)))


def questions(result: Mapping[str, Any]) -> list[Said]:
    """Questions for the visit, the weightiest first: no orders."""
    person, found = result["person"], speaking(result)
    taken = [cards_of(str(one["regimen"])) for one in result["strategies"]]
    scans = last_scans(result)
    asked = []
    if not scans:
        asked.append(say("ask.no_scan"))
    for one in result["scan_pairs"]:
        if real_loss(one):
            asked.append(say("ask.loss", site=term("site", one["site"])))
    if result["flags"]:
        asked.append(say("ask.flags"))
    if person.get("sex") == "male" and any(cards & set(INHIBITORS) for cards in taken):
        asked.append(say("ask.man"))
    if found:
        counted = {"naming": str(len(naming(result))), "speaking": str(len(found))}
        asked.append(say("ask.texts" if naming(result) else "ask.no_texts", **counted))
    if any(needs_exit(result, k) for k in range(len(taken))):
        asked.append(say("ask.denosumab"))
    if open_facts := list(dict.fromkeys(hinge["words"] for _, hinge in hinges(result))):
        asked.append(say("ask.hinges", facts=joined([fixed(one) for one in open_facts], last="; ", between="; ")))
    if any(cards & set(BONE_DRUGS) for cards in taken) or naming(result):
        asked.append(say("ask.before_drug"))
    if device := next((one["device"] for one in reversed(scans) if one.get("device")), None):
        asked.append(say("ask.next_scan", device=device))
    if filled := _filled(result):
        asked.append(say("ask.filled", facts=joined(filled[:FEW])))
    beyond = [
        letter(k) for k, one in enumerate(result["strategies"]) if (one.get("support") or {}).get("class") == "beyond"
    ]
    if beyond:
        asked.append(say("ask.beyond", letters=joined([fixed(one) for one in beyond], last=", ")))
    asked.append(say("ask.whole"))
    return list(dict.fromkeys(asked))
