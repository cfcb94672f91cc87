"""The report of `twin`: its first page, a letter: measured, expected, which rule fired, dates, questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from osteocast.report.blocks import Block, Cell, Listing, Section, Table, cell, table, text
from osteocast.report.charts import style_number
from osteocast.report.figures import find, value_at
from osteocast.report.levels import Said, capital, day, say, term
from osteocast.report.merge import letter
from osteocast.report.twin_facts import last_scans
from osteocast.report.twin_forecast import SITES, T_SCORE, horizons, quantity_of, regimen_words
from osteocast.report.twin_guidance import counts, first_start, letter_lines
from osteocast.report.twin_known import real_changes
from osteocast.report.twin_next import exits, first_visit, next_scan, questions
from osteocast.report.twin_risk import HEADLINE, of_1000
from osteocast.report.words import number, years

QUESTIONS = 6
SCANS = 2


def letter_sections(result: Mapping[str, Any]) -> tuple[Section, ...]:
    """What fits on one page."""
    dates: list[Block] = [text(one) for one in (first_visit(result), next_scan(result), *exits(result)) if one]
    return (
        Section("measured", say("section.measured"), (Listing(tuple(_measured(result))),)),
        Section("expected", say("section.expected"), (_expected(result),)),
        Section("rule", say("section.rule"), tuple(_rules(result))),
        Section("dates", say("section.dates"), tuple(dates)),
        Section("ask", say("section.ask"), (Listing(tuple(questions(result)[:QUESTIONS])),)),
    )


def _rules(result: Mapping[str, Any]) -> Iterator[Block]:
    yield text(counts(result))
    if lines := tuple(letter_lines(result)):
        yield Listing(lines)
    if start := first_start(result):
        yield text(start)


def _measured(result: Mapping[str, Any]) -> Iterator[Said]:
    latest = {one["site"]: one for one in last_scans(result)}
    if not latest:
        yield say("letter.no_scan")
    for site in [one for one in SITES if one in latest][:SCANS]:
        one = latest[site]
        if one.get("t_score") is not None:
            value = f"T-score {number(one['t_score'], 1)}"
        else:
            value = f"{number(one['value'], 3)} g/cm²"
        device = one.get("device") or "\N{EN DASH}"
        yield capital(
            say("letter.measured", site=term("site", site), date=day(one.get("date")), value=value, device=device)
        )
    yield from real_changes(result)
    first = result["strategies"][0]
    for site in SITES if latest else ():
        band = find(first, ("sites", site, "t_score"))
        if band is not None and site in latest:
            ends = {key: T_SCORE.write(value_at(band, name, 0)) for key, name in _ENDS}
            yield capital(say("letter.today", site=term("site", site), **ends))
    if result["flags"]:
        yield say("letter.flags", count=str(len(result["flags"])))


_ENDS = (("t", "median"), ("lo", "lo90"), ("hi", "hi90"))


def _expected(result: Mapping[str, Any]) -> Table:
    strategies, month = result["strategies"], horizons(result)[-1]
    shown = {site: quantity_of(strategies, site) for site in SITES}
    head = [say("forecast.letter")]
    head += [
        capital(say(f"letter.site_year{one.suffix}", site=term("site", site), year=years(month)))
        for site, one in shown.items()
    ]
    fractures = [(one.get("fracture") or {}).get(HEADLINE) for one in strategies]
    if any(fractures):
        year = next(one for one in fractures if one)["years"][-1]
        head.append(say("letter.fractures", year=str(year)))
    rows = []
    for k, one in enumerate(strategies):
        cells = [Cell(regimen_words(result, k), letter=letter(k), style=style_number(k), tone="quoted")]
        for site, quantity in shown.items():
            band = find(one, ("sites", site, quantity.key))
            if band is None:
                cells.append(cell("\N{EN DASH}"))
                continue
            i = one["months"].index(month)
            median, low, high = (quantity.write(value_at(band, key, i)) for key in ("median", "lo90", "hi90"))
            cells.append(cell(median, say("interval", lo=low, hi=high)))
        if any(fractures):
            cells.append(_risk(fractures[k]))
        rows.append(tuple(cells))
    widths = (5, *(2.0 for _ in head[1:]))
    return table(say("letter.table"), tuple(head), rows, widths=widths)


def _risk(found: Mapping[str, Any] | None) -> Cell:
    if not found:
        return cell("\N{EN DASH}")
    at = found["probability"][-1]
    return cell(of_1000(at["median"]), say("interval", lo=of_1000(at["lo90"]), hi=of_1000(at["hi90"])))
