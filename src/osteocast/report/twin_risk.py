"""The report of `twin`: fractures and harms of 1,000 people, side by side, with bars of one scale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from osteocast.regimen import Regimen
from osteocast.report.blocks import Block, Cell, More, Section, Table, cell, table, text
from osteocast.report.charts import style_number
from osteocast.report.levels import Said, capital, fixed, say, term
from osteocast.report.merge import letter
from osteocast.report.twin_facts import sorted_harms
from osteocast.report.words import number

PEOPLE = 1000
MAIN = ("any_clinical", "hip", "vertebral_clinical")
"""Fractures shown first; the others are folded away."""
HEADLINE = "any_clinical"


def of_1000(share: float | None) -> str:
    """People of 1,000: whole ones from ten on, below with two significant digits at most."""
    if share is None:
        return "\N{EN DASH}"
    people = PEOPLE * share
    if people >= 9.95:
        return f"{people:.0f}"
    return f"{people:.1f}" if people >= 0.095 or not people else f"{people:.2g}"


def fractures_of(result: Mapping[str, Any]) -> list[tuple[int, Mapping[str, Any]]]:
    """Fracture probabilities of every strategy that has them, with its place."""
    found = [(k, one.get("fracture") or {}) for k, one in enumerate(result["strategies"])]
    return [(k, block) for k, block in found if block]


def risk_section(result: Mapping[str, Any]) -> Section:
    """Fractures under each strategy and harms of its drugs, of 1,000 people."""
    blocks: list[Block] = [text(say("risk.intro"))]
    found, harms = fractures_of(result), sorted_harms(result)
    longest = _longest(found, harms.counted)
    blocks += [text(one) for one in sentences(result)]
    band = text(say("risk.band"), "note")
    if found:
        names = list(found[0][1])
        blocks += [_fractures(found, [name for name in MAIN if name in names], longest), band]
    if harms.counted:
        blocks.append(_harms(harms.counted, longest))
    elif not (harms.special or harms.uncounted):
        blocks.append(text(say("risk.none_harm"), "note"))
    if harms.special:
        blocks.append(_care(harms.special, say("risk.special")))
    if harms.uncounted:
        blocks.append(_care(harms.uncounted, say("risk.uncounted")))
    blocks.append(text(say("risk.studied"), "note"))
    if found and (rest := [name for name in found[0][1] if name not in MAIN]):
        blocks.append(More(say("risk.more"), (_fractures(found, rest, longest), band)))
    if harms.other:
        blocks.append(More(say("risk.care"), (_care(harms.other, say("risk.care")),)))
    if split := [_through(result, k, block) for k, block in found if _has_split(block)]:
        blocks.append(More(say("risk.through"), tuple(split)))
    return Section("risk", say("section.risk"), tuple(blocks))


def sentences(result: Mapping[str, Any]) -> Iterator[Said]:
    """The headline of each strategy: so many of 1,000, and so many not."""
    for k, block in fractures_of(result):
        if HEADLINE in block:
            year, at = block[HEADLINE]["years"][-1], block[HEADLINE]["probability"][-1]
            people = of_1000(at["median"])
            decimals = len(people.partition(".")[2])
            yield say(
                "risk.sentence" if year != 1 else "risk.sentence_one",
                letter=letter(k),
                people=people,
                others=number(PEOPLE - float(people), decimals),
                years=str(year),
                outcome=term("fracture", HEADLINE),
            )


def _longest(found: Sequence[tuple[int, Mapping[str, Any]]], harms: Sequence[tuple[Any, Any]]) -> float:
    """The largest number of people that any bar shows, so that all bars have one scale."""
    shown = [PEOPLE * at["median"] for _, block in found for one in block.values() for at in one["probability"]]
    shown += [one["per_1000"] for one, _ in harms]
    return max(shown, default=1.0) or 1.0


def _fractures(found: Sequence[tuple[int, Mapping[str, Any]]], names: Sequence[str], longest: float) -> Table:
    years = found[0][1][names[0]]["years"]
    rows = []
    for name in names:
        for place, (k, block) in enumerate(found):
            cells = []
            for at in block[name]["probability"]:
                between = say("interval", lo=of_1000(at["lo90"]), hi=of_1000(at["hi90"]))
                share = PEOPLE * at["median"] / longest
                cells.append(cell(of_1000(at["median"]), between, bar=share, style=style_number(k)))
            first = capital(term("fracture", name)) if place == 0 else fixed("")
            rows.append((cell(first), Cell(fixed(""), letter=letter(k), style=style_number(k)), *cells))
    within = (say("risk.within" if year != 1 else "risk.within_one", years=str(year)) for year in years)
    head = (say("risk.outcome"), say("forecast.letter"), *within)
    return table(say("risk.fractures"), head, tuple(rows), align="l", widths=(3, 1, *(1.6 for _ in years)))


def cards_of(regimen: str) -> set[str]:
    """The drugs of a strategy, by their cards."""
    return {item.card_id for item in Regimen.parse(regimen).items}


def _letters(places: Sequence[int]) -> str:
    return " ".join(letter(k) for k in places)


def _harms(harms: Sequence[tuple[Mapping[str, Any], list[int]]], longest: float) -> Table:
    rows = []
    for one, places in harms:
        figure, bar = of_1000(one["per_1000"] / PEOPLE), one["per_1000"] / longest
        said = say("risk.about", people=figure) if one["quality"] == "memory" else fixed(figure)
        style = style_number(places[0])
        small = (fixed(f"{one['drug']}: {one['in_words']}"), *_population(one))
        words = Cell(fixed(one["plain"]), small, tone="harm")
        rows.append(
            (
                words,
                cell(_letters(places)),
                Cell(said, bar=bar, style=style),
                cell(str(one.get("over") or "\N{EN DASH}")),
                cell(term("quality", str(one["quality"])), one["citation"]),
            )
        )
    head = tuple(say(f"risk.{name}") for name in ("harm", "plans", "people", "over", "read"))
    return table(say("risk.harms"), head, tuple(rows), align="l", widths=(5, 1.1, 1.6, 1.6, 2.6))


def _population(one: Mapping[str, Any]) -> tuple[Said, ...]:
    """Who was studied."""
    return (say("risk.population", people=one["population"]),) if one.get("population") else ()


def _care(harms: Sequence[tuple[Mapping[str, Any], list[int]]], caption: Said) -> Table:
    rows = tuple(
        (
            cell(fixed(one["plain"]), *_population(one)),
            cell(_letters(places)),
            Cell(fixed(f"{one['drug']}: {one['in_words']}"), tone="quoted"),
            cell(term("quality", str(one["quality"])), one["citation"]),
        )
        for one, places in harms
    )
    head = (say("risk.care_what"), say("risk.plans"), say("risk.figures"), say("risk.read"))
    return table(caption, head, rows, align="l", widths=(4, 1, 3, 2.5))


def _has_split(block: Mapping[str, Any]) -> bool:
    return any((one.get("through") or {}).get("density") is not None for one in block.values())


def _through(result: Mapping[str, Any], k: int, block: Mapping[str, Any]) -> Table:
    names_of_all = [one["regimen"] for one in result["strategies"]]
    against = result["strategies"][k].get("fracture_against")
    if against in names_of_all:
        reference = say("risk.against", letter=letter(names_of_all.index(against)))
    else:
        reference = say("forecast.nothing") if against == "none" else fixed(against or "")
    names = [name for name, one in block.items() if one.get("through")]
    keys = [key for key in ("total", "density", "turnover", "unexplained") if key in block[names[0]]["through"]]
    rows = tuple(
        (
            cell(capital(term("fracture", name))),
            *(cell(number(block[name]["through"][key], 2)) for key in keys),
        )
        for name in names
    )
    head = (say("risk.outcome"), *(say(f"through.{key}") for key in keys))
    return table(
        say("risk.through_caption", letter=letter(k), against=reference), head, rows, widths=(3, *(1.5 for _ in keys))
    )
