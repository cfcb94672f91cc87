"""The report of `twin`: what is known, which changes between scans are real, what does not fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from osteocast.report.blocks import Block, Cell, Listing, More, Section, Table, cell, table, text
from osteocast.report.figures import change
from osteocast.report.levels import Said, capital, day, fixed, say, term
from osteocast.report.twin_facts import contradicted, losses
from osteocast.report.words import number, percent, plain_item

UNITS = {"g/cm2": "g/cm²", "kg/m2": "kg/m²", "1": ""}
DASH = "\N{EN DASH}"
ROLES = {
    "exact": "exact",
    "the population": "population",
    "likelihood, precision": "scan",
    "likelihood, course": "course",
    "likelihood, below": "below",
    "likelihood": "hormone",
    "level without": "untreated",
    "simulated": "simulated",
}
"""How the JSON says that a fact enters, by the start of its words, and our name for it."""


def name_of(what: str) -> Said:
    """A fact by its name in the JSON: `lumbar_spine (Hologic)`, `sCTX`, `age`."""
    site, bracket, rest = what.partition(" (")
    if bracket:
        found = capital(term("site", site))
        return Said(*(f"{words} ({fixed(rest).plain}" for words in found))
    return capital(term("fact", what))


def value_of(one: Mapping[str, Any]) -> str:
    """A value with its unit; a result below the limit of its assay says so."""
    value, unit = one["value"], UNITS.get(one["unit"], one["unit"])
    if isinstance(value, float | int) and not isinstance(value, bool):
        words = number(value, 3) if unit == "g/cm²" else f"{value:.6g}".replace("-", "\N{MINUS SIGN}")
    else:
        words = plain_item(value)
    below = "< " if "below" in str(one["enters"]) else ""
    return f"{below}{words} {unit}".strip()


def known_section(result: Mapping[str, Any]) -> Section:
    """Facts and measurements, how each enters, and what had to be filled in."""
    rows = tuple(
        (
            cell(name_of(one["what"])),
            cell(value_of(one)),
            cell(day(one["date"])),
            cell(DASH if one["noise_pct"] is None else f"{number(one['noise_pct'], 1)} %"),
            cell(_role(str(one["enters"]))),
        )
        for one in result["known"]
    )
    head = tuple(say(f"known.{name}") for name in ("what", "value", "date", "noise", "enters"))
    facts = table(say("known.caption"), head, rows, align="l", widths=(3, 3, 2, 1.4, 3))
    blocks: list[Block] = [text(say("known.intro")), facts]
    filled = result["person"].get("filled") or ()
    if filled:
        blocks += [text(say("known.filled"), "note"), More(say("known.summary"), (_filled(filled),))]
    else:
        blocks.append(text(say("known.nothing_filled")))
    notes = [fixed(plain_item(note)) for note in result["person"].get("notes") or ()]
    if notes:
        blocks.append(Listing(tuple(notes), tone="quoted"))
    return Section("known", say("section.known"), tuple(blocks))


def _role(enters: str) -> Said:
    key = next((name for start, name in ROLES.items() if enters.startswith(start)), None)
    said = fixed(enters) if key is None else say(f"enters.{key}")
    converted = enters.partition(", conversion ")[2]
    return said if not converted else Said(*(f"{words}; conversion {converted}" for words in said))


def filled_name(field: str) -> Said:
    """What was not given, in words: `t_score.femoral_neck`, `calcium_mg_day`."""
    kind, _, site = field.partition(".")
    if kind == "t_score" and site:
        return say("known.t_filled", site=term("site", site))
    return capital(term("fact", field))


def _filled(filled: Any) -> Table:
    rows = []
    for one in filled:
        unit = UNITS.get(str(one.get("unit") or ""), str(one.get("unit") or ""))
        spread = "" if one.get("sd") is None else f" (sd {one['sd']:g})"
        value = number(one["value"], 2) if isinstance(one["value"], float) and not unit else plain_item(one["value"])
        rows.append(
            (
                cell(filled_name(str(one["field"]))),
                cell(f"{value} {unit}".strip() + spread),
                Cell(fixed(plain_item(one.get("source") or "")), tone="quoted"),
            )
        )
    head = (say("known.what"), say("known.used"), say("known.source"))
    return table(say("known.filled.caption"), head, tuple(rows), align="l", widths=(2, 2, 5))


def chance(p: float | None) -> str:
    """A probability as written everywhere in this report."""
    return percent(p)


def real_changes(result: Mapping[str, Any]) -> Iterator[Said]:
    """One sentence for each pair of scans."""
    for one in result["scan_pairs"]:
        every, alone = losses(one)
        given = {
            "site": term("site", one["site"]),
            "start": day(one["from"]),
            "end": day(one["to"]),
            "p0": chance(every),
        }
        if one["change_pct"] is None:
            yield capital(say("pairs.apart", **given))
        else:
            given |= {"lsc": f"{number(one['lsc_pct'], 1)} %", "change": f"{change(one['change_pct'])} %"}
            if alone is not None and contradicted(result, one["site"]):
                yield capital(say("pairs.contradicted", alone=chance(alone), **given))
            else:
                yield capital(say("pairs.real", **given))


def pairs_section(result: Mapping[str, Any]) -> Section:
    """Is this loss real: every pair of scans and of marker results."""
    pairs = result["scan_pairs"]
    blocks: list[Block] = [text(one) for one in real_changes(result)] or [text(say("pairs.none"))]
    if pairs:
        rates = list(pairs[0]["p_true_loss_over"])
        head = (
            *(say(f"pairs.{name}") for name in ("site", "from", "to", "change", "lsc")),
            *(say("pairs.over", rate=rate) for rate in rates),
        )
        widths = (2, 2, 2, 1.5, 1.5, *(1.6 for _ in rates))
        align = "lll" + "r" * (len(rates) + 2)
        blocks.append(
            table(
                say("pairs.caption"),
                head,
                (_pair(one, rates, contradicted(result, one["site"])) for one in pairs),
                align,
                widths,
            )
        )
    for one in result.get("marker_pairs") or ():
        blocks += _marker(one)
    return Section("pairs", say("section.pairs"), tuple(blocks))


def _pair(one: Mapping[str, Any], rates: list[str], doubted: bool) -> tuple[Cell, ...]:
    """A row; where a flag doubts the scans, they come first and all that is known beneath."""
    every, alone = one["p_true_loss_over"], one.get("p_true_loss_over_scans_alone") or {}
    subtracted = one["change_pct"] is not None

    def shown(rate: str) -> Cell:
        if not subtracted or alone.get(rate) is None:
            return cell(chance(every[rate]))
        if doubted:
            return cell(say("pairs.alone", p=chance(alone[rate])), say("pairs.every", p=chance(every[rate])))
        return cell(chance(every[rate]), say("pairs.alone", p=chance(alone[rate])))

    return (
        cell(capital(term("site", one["site"])), one.get("note") or ""),
        cell(day(one["from"])),
        cell(day(one["to"])),
        cell(f"{change(one['change_pct'])} %" if subtracted else DASH),
        cell(f"{number(one['lsc_pct'], 1)} %" if one["lsc_pct"] is not None else DASH),
        *(shown(rate) for rate in rates),
    )


def _marker(one: Mapping[str, Any]) -> Iterator[Block]:
    given = {"name": capital(term("fact", one["marker"])), "start": day(one["from"]), "end": day(one["to"])}
    lsc = f"{number(one['lsc_pct'], 0)} %"
    band = {key: f"{change(one['posterior_change_pct'][name])} %" for key, name in _ENDS}
    real = say("markers.real", change=f"{change(one['change_pct'])} %", lsc=lsc, p=chance(one["p_biology"]), **given)
    expected = say("markers.expected", **band)
    yield text(Said(*(f"{first} {second}" for first, second in zip(real, expected, strict=True))))
    if one.get("asks"):
        read = term("quality", str(one.get("quality") or ""))
        asks, source = fixed(one["asks"]).plain, fixed(one["source"]).plain
        yield text(Said(*(f"{asks} [{source}; {how}]" for how in read)), "quoted")


_ENDS = (("median", "median"), ("lo", "lo90"), ("hi", "hi90"))


def flags_section(result: Mapping[str, Any]) -> Section:
    """What does not fit, in our words, and beneath it in those of the inference."""
    blocks: list[Block] = []
    flags = result["flags"]
    blocks.append(text(say("flags.intro"), "warn") if flags else text(say("flags.none")))
    for one in flags:
        blocks += [
            text(term("flags", one["kind"], say("flags.other").plain)),
            text(fixed(f"{one['what']}: {one['ask']}."), "quoted"),
        ]
    share = result.get("adherence")
    if share:
        ends = {key: percent(share[name]) for key, name in _ENDS}
        blocks.append(text(say("flags.adherence_share", **ends)))
    return Section("flags", say("section.flags"), tuple(blocks))
