"""The report of `twin`: its first page, a letter: measured, expected, which rule fired, dates, questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from osteocast.report.blocks import Block, Cell, Listing, Section, Table, cell, table, text
from osteocast.report.charts import style_number
from osteocast.report.figures import find, value_at
from osteocast.report.levels import Said, capital, day, fixed, say, term
from osteocast.report.merge import letter
from osteocast.report.twin_facts import harms_of, last_scans, worst_of
from osteocast.report.twin_forecast import SITES, T_SCORE, horizons, quantity_of, regimen_words
from osteocast.report.twin_guidance import counts, first_start, letter_lines
from osteocast.report.twin_known import real_changes
from osteocast.report.twin_next import exits, first_visit, next_scan, questions
from osteocast.report.twin_risk import HEADLINE, PEOPLE, of_1000
from osteocast.report.words import number, years

QUESTIONS = 6
SCANS = 2
DASH = "\N{EN DASH}"


def letter_sections(result: Mapping[str, Any]) -> tuple[Section, ...]:
    """What fits on one page."""
    dates: list[Block] = [text(one) for one in (first_visit(result), next_scan(result), *exits(result)) if one]
    return (
        Section("measured", say("section.measured"), (Listing(tuple(_measured(result))),)),
        Section("expected", say("section.expected"), _table_and_notes(result)),
        Section("rule", say("section.rule"), tuple(_rules(result))),
        Section("dates", say("section.dates"), tuple(dates)),
        Section("ask", say("section.ask"), (Listing(tuple(questions(result)[:QUESTIONS])),)),
    )


def _table_and_notes(result: Mapping[str, Any]) -> tuple[Block, ...]:
    notes = [say("risk.band")] if any(one.get("fracture") for one in result["strategies"]) else []
    notes += [say("letter.harms")] if result.get("harms") else []
    return (_expected(result), *(text(one, "note") for one in notes))


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
    harmful = bool(result.get("harms"))
    if harmful:
        head.append(say("letter.harm"))
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
        if harmful:
            carried = any(k in places for _, places in harms_of(result))
            cells.append(_harm(worst_of(result, k)) if carried else cell(DASH))
        rows.append(tuple(cells))
    widths = (4.6 if harmful else 5.0, *(2.0 for _ in head[1:]))
    return table(say("letter.table"), tuple(head), rows, widths=widths)


def _harm(found: Mapping[str, Any] | None) -> Cell:
    """The most frequent serious harm with its figure and time; where there is none with a figure, that."""
    if found is None:
        return cell(say("letter.no_harm"))
    figure = of_1000(found["per_1000"] / PEOPLE)
    said = say("risk.about", people=figure) if found["quality"] == "memory" else fixed(figure)
    return Cell(said, (fixed(f"{found['title']}, {found.get('over') or ''}".strip(", ")),), tone="quoted")


def _risk(found: Mapping[str, Any] | None) -> Cell:
    if not found:
        return cell("\N{EN DASH}")
    at = found["probability"][-1]
    return cell(of_1000(at["median"]), say("interval", lo=of_1000(at["lo90"]), hi=of_1000(at["hi90"])))
