"""The report of `twin`: why density changes under the first strategy, and what each forecast rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from osteocast.report import view
from osteocast.report.blocks import Block, Cell, More, Section, Table, cell, table, text
from osteocast.report.figures import change, value_at
from osteocast.report.levels import Said, capital, fixed, say, term
from osteocast.report.merge import letter
from osteocast.report.twin_forecast import HORIZONS, SITES, year_words
from osteocast.report.words import years

NO_WORDS = fixed("")


def why_section(result: Mapping[str, Any]) -> Section:
    """What the change is made of, under the first strategy."""
    found = result.get("why")
    if not found:
        return Section("why", say("section.why"), (text(say("why.none")),))
    names = [one["regimen"] for one in result["strategies"]]
    which = letter(names.index(found["regimen"]) if found["regimen"] in names else 0)
    months = [month for month in HORIZONS if month in found["months"]] or [found["months"][-1]]
    blocks: list[Block] = [text(say("why.intro", letter=which))]
    sites = [site for site in SITES if site in found["sites"]]
    blocks += [text(_main_part(found, site, months[0])) for site in sites]
    blocks += [_split(found, site, months) for site in sites]
    return Section("why", say("section.why"), tuple(blocks))


def _main_part(found: Mapping[str, Any], site: str, month: int) -> Said:
    block, i = found["sites"][site], found["months"].index(month)
    parts = {name: band["median"][i] for name, band in block["parts"].items() if name != "interaction"}
    largest = max(parts, key=lambda name: abs(parts[name]))
    return capital(
        say(
            "why.main",
            site=term("site", site),
            year=years(month),
            total=f"{change(block['change_pct']['median'][i])} %",
            part=term("part", largest),
            value=f"{change(parts[largest])} %",
            back=term("back", largest),
        )
    )


def _split(found: Mapping[str, Any], site: str, months: Sequence[int]) -> Table:
    block = found["sites"][site]
    places = [found["months"].index(month) for month in months]

    def row(name: Said, band: Mapping[str, Any], back: Said = NO_WORDS) -> tuple[Cell, ...]:
        cells = (
            cell(
                change(value_at(band, "median", i)),
                f"{change(value_at(band, 'lo90', i))} to {change(value_at(band, 'hi90', i))}",
            )
            for i in places
        )
        return (cell(capital(name)), *cells, cell(capital(back)))

    rows = [row(term("part", "change"), block["change_pct"])]
    for name, band in block["parts"].items():
        if name == "calcium" and not any(band["median"]):
            continue
        rows.append(row(term("part", name), band, term("back", name)))
        if name == "imbalance":
            inner = block.get("imbalance") or {}
            rows += [row(term("part", part), one, term("back", part)) for part, one in inner.items()]
    rows += [row(say("why.drug", drug=name), band) for name, band in (block.get("drugs") or {}).items()]
    if block.get("untreated"):
        rows.append(row(term("part", "untreated"), block["untreated"]))
    head = (say("why.part"), *(year_words(month) for month in months), say("why.back"))
    caption = capital(say("why.caption", site=term("site", site)))
    align = "l" + "r" * len(months) + "l"
    return table(caption, head, rows, align, (3, *(1.6 for _ in months), 2.2))


def support_section(result: Mapping[str, Any]) -> Section:
    """The badge of each strategy, what it means, and the nearest studies."""
    blocks: list[Block] = [text(say("support.intro"))]
    rows = view.rows(result)
    head = (say("forecast.letter"), say("forecast.support"), fixed(""))
    badges = tuple(
        (
            Cell(fixed(""), letter=one.letter, style=one.style),
            cell(term("support", one.support), badge=one.support),
            cell(term("meaning", one.support)),
        )
        for one in rows
    )
    blocks.append(table(say("forecast.key"), head, badges, align="l", widths=(1, 2, 6)))
    for one in rows:
        if not one.nearest:
            continue
        nearest = tuple(
            (
                Cell(fixed(study.study), tone="quoted"),
                Cell(fixed(study.about or "\N{EN DASH}"), tone="quoted"),
                cell(study.error),
                cell(study.quality or "\N{EN DASH}"),
            )
            for study in one.nearest
        )
        columns = tuple(say(f"support.{name}") for name in ("study", "on", "error", "read"))
        inner = table(say("support.caption"), columns, nearest, align="l", widths=(3, 4, 2, 2))
        blocks.append(More(say("support.studies", letter=one.letter), (inner,)))
    if not any(one.nearest for one in rows):
        blocks.append(text(say("support.none"), "note"))
    return Section("support", say("section.support"), tuple(blocks))
