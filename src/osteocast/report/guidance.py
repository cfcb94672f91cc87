"""What guidance says, for a terminal: texts side by side, what decided in each, the schedule."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from osteocast.explain.wording import quality_words
from osteocast.report.words import number

if TYPE_CHECKING:
    from rich.console import Group

WIDTH = 80
SAID = {
    "treat": "bone drug advised",
    "offer": "bone drug may be offered",
    "consider": "bone drug to consider",
    "need_dxa": "NEED DXA",
    "monitor": "keep measuring",
    "not_covered": "does not cover",
    "not_read": "NOT READ",
}


def guidance_view(result: Mapping[str, Any]) -> Group:
    """Something `rich` can print, at most 80 columns wide.

    Args:
        result: what `guide` gives.
    """
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    who = result["person"]
    sex = "woman" if who["sex"] == "female" else "man"
    begins = "" if result["start_from"] == "date" else " (today, for want of a date)"
    head = f"Guidance for {who['name']}, {sex} of {number(who['age'], 0)}, from {result['start']}{begins}"
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    for name in ("text", "year", "says now", "line", "starts", "next scan", "read"):
        table.add_column(name)
    for one in _shown(result):
        table.add_row(
            one["short"],
            str(one["published"]),
            SAID[one["advice"]] + (" *" if one["remembered"] else ""),
            "" if one["line"] is None else str(one["line"]),
            _month(one["start"]["date"]) if one["line"] is not None else "",
            _month(one["next_scan"]["date"]) if one["next_scan"] else "",
            one["quality"].replace("not_read", "-"),
        )
    parts: list[Any] = [Text(head, style="bold"), Text("\n".join(_about(result)))]
    if result["covered"]:
        parts += [Text(""), table]
    parts += [Text("\n".join(["", *_reasons(result), *_schedule(result), *_questions(result)]))]
    return Group(*parts)


def _shown(result: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (one for one in result["guidance"].values() if one["advice"] != "not_covered")


def _month(date: str | None) -> str:
    return date[:7] if date else "-"


def _about(result: Mapping[str, Any]) -> Iterator[str]:
    yield from _wrapped(f"Taken or planned: {result['taken']}.")
    yield from _wrapped(result["coverage"])
    for site, t in result["scans"]["t_scores"].items():
        least = result["scans"]["lsc_pct"][site]
        yield f"T-score, {site.replace('_', ' ')}: {t:.1f}; a usual scanner tells changes from {least:.1f} % on"
    if not result["scans"]["t_scores"]:
        yield "T-score: no scan is known"
    for change in result["scans"]["changes"]:
        yield from _wrapped(change["words"])
    for remark in [*result["remarks"], *result["assumptions"]]:
        if all(remark != change["words"] for change in result["scans"]["changes"]):
            yield from _wrapped(remark)


def _reasons(result: Mapping[str, Any]) -> Iterator[str]:
    """What decided, text by text, and where texts part."""
    if not result["covered"]:
        return
    if any(one["remembered"] for one in _shown(result)):
        yield from _wrapped("* A remembered part would say more; it does not decide alone.")
    yield from _wrapped(
        f"'starts': when a text would first name a bone drug while the tablets last; '-' is not within that time. "
        f"{result['expected']}"
    )
    if result["protection_planned"]:
        yield from _wrapped(f"Already planned: {result['protection_planned']}.")
    for difference in result["differences"]:
        yield from _wrapped(f"Texts differ. {difference}")
    yield from ("", "What decided:")
    for one in _shown(result):
        newer = f" Replaced by {result['guidance'][one['superseded_by']]['short']}." if one["superseded_by"] else ""
        read = "" if one["advice"] == "not_read" else f"; {quality_words(one['quality'])}"
        yield from _wrapped(f"{one['short']} ({one['citation']}{read}).{newer} {one['says']}", "  ", "    ")
        for step in one["trace"]:
            if step["fired"]:
                yield from _wrapped(step["words"], "    ", "      ")
        for hinge in one["depends_on"]:
            yield from _wrapped(f"would be '{SAID[hinge['advice']]}' with: {hinge['words']}", "    ", "      ")
        for more in (one["substitution"], *(f"Not known: {text}" for text in one["not_known"])):
            if more:
                yield from _wrapped(more, "    ", "      ")
    yield ""


def _schedule(result: Mapping[str, Any]) -> Iterator[str]:
    yield "Schedule:"
    if not result["schedule"]:
        yield "  nothing is listed for these drugs"
    reasons: dict[tuple[str, str, str], int] = {}
    by_date: dict[str, list[str]] = {}
    for one in result["schedule"]:
        key = (one["what"], one["why"], one["rule"])
        place = reasons.setdefault(key, len(reasons) + 1)
        by_date.setdefault(one["date"], []).append(f"{one['what']} [{place}]")
    for date, listed in by_date.items():
        yield from _wrapped(", ".join(listed), f"  {date}  ", " " * 14)
    if reasons:
        yield from ("", "Why, and what a result would change:")
    told: set[int] = set()
    for one in result["schedule"]:
        place = reasons[one["what"], one["why"], one["rule"]]
        if place not in told:
            told.add(place)
            limit = f" Limit: {one['limit']}." if one["limit"] else ""
            source = f"[{one['rule']}; {quality_words(one['quality'])}]"
            yield from _wrapped(
                f"{one['why']}{limit} {one['changes']} {source}", f"[{place}]".rjust(5) + " ", " " * 6
            )


def _questions(result: Mapping[str, Any]) -> Iterator[str]:
    if result["questions"]:
        yield from ("", "Questions for the visit:")
        for one in result["questions"]:
            yield from _wrapped(one, "  - ", "    ")
    yield ""
    yield from _wrapped(str(result["hint"]))


def _wrapped(text: str, first: str = "", rest: str | None = None) -> list[str]:
    later = first if rest is None else rest
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=later, break_on_hyphens=False)
