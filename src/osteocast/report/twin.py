"""A person as inferred, for a terminal of 80 columns: flags, changes and whether they are real, strategies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from osteocast.report.guidance import SAID
from osteocast.report.levels import say
from osteocast.report.twin_facts import FORECAST, contradicted, sorted_harms
from osteocast.report.twin_risk import PEOPLE, of_1000
from osteocast.report.words import NO_ORDERS, SITES, number, plain

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

SHOWN_SITES = ("lumbar_spine", "total_hip")
HORIZONS = (0, 24, 60, 120)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SHOWN_DATES = 6
COUNTED, UNCOUNTED, SPECIAL_GROUPS = 6, 2, 1
"""Harms shown at most: with a figure, without one, of special groups."""


def twin_table(result: Mapping[str, Any]) -> Group:
    """What is known, what does not fit, which changes are real, and the strategies.

    Args:
        result: what `osteocast twin --json` prints.

    Returns:
        Something `rich` can print.
    """
    from rich.console import Group
    from rich.text import Text

    person = result["person"]
    parts: list[Any] = [Text(f"From your own measurements: {plain(person['name'])}", style="bold")]
    known = _plain_table("known", "", "date", "how it enters")
    for one in result["known"]:
        digits = 3 if one["unit"] == "g/cm2" else 1
        value = f"{one['value']:.{digits}f}" if isinstance(one["value"], float) else plain(one["value"])
        name = plain(one["what"]).replace("_", " ")
        known.add_row(name, f"{value} {one['unit']}".strip(), one["date"] or "", plain(one["enters"]))
    parts += [known, Text("")]
    if result["flags"]:
        parts += [Text(f"! {plain(one['what'])}: {plain(one['ask'])}.", style="yellow") for one in result["flags"]]
    else:
        parts.append(Text("No measurement contradicts the others.", style="green"))
    share = result["adherence"]
    if share is not None:
        ends = f"{100 * share['lo90']:.0f} to {100 * share['hi90']:.0f}"
        parts.append(Text(f"Doses taken, as far as this tells: {100 * share['median']:.0f} % ({ends} %)."))
    parts.append(Text(""))
    if result["scan_pairs"]:
        parts += [_pairs(result), Text("")]
    if result["marker_pairs"]:
        parts += [_markers(result["marker_pairs"]), *_asks(result["marker_pairs"]), Text("")]
    parts += [*_strategies(result), Text("")]
    if result["fracture"]:
        parts += [_fractures(result), Text(say("risk.band").intermediate, style="dim"), Text("")]
    parts += _harms(result)
    parts += [*_next_scan(result), *_guidance(result), *_schedule(result)]
    notes = [f"Note: {plain(note)}." for note in person.get("notes") or ()]
    basis = (
        f"T-scores: median, middle half in [], 90 % interval in (), of {result['draws']} draws of the person after "
        f"the measurements ({result['effective_draws']:.0f} effective). Parameters, person, and density as far as "
        "the scans tell."
    )
    parts.append(Text("\n".join([*notes, basis, NO_ORDERS]), style="dim"))
    return Group(*parts)


def _plain_table(*columns: str) -> Table:
    from rich.table import Table

    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    for name in columns:
        table.add_column(name)
    return table


def _pairs(result: Mapping[str, Any]) -> Table:
    """Chances of a true loss; where a flag doubts the scans, those of the scans alone come first."""
    pairs = result["scan_pairs"]
    rates = list(pairs[0]["p_true_loss_over"])
    heads = [f">{rate} %" for rate in rates]
    table = _plain_table("true loss", "from", "to", "change", "LSC", *heads)
    for one in pairs:
        change = "not subtracted" if one["change_pct"] is None else f"{number(one['change_pct'], sign=True)} %"
        lsc = "" if one["lsc_pct"] is None else f"{one['lsc_pct']:.1f} %"
        said = [_chance(one["p_true_loss_over"][rate]) for rate in rates]
        named = (SITES[one["site"]], str(one["from"]), str(one["to"]), change, lsc)
        blank = ("", "", "", "")
        if one["change_pct"] is None:
            table.add_row(*named, *said)
            continue
        alone = [_chance(one["p_true_loss_over_scans_alone"][rate]) for rate in rates]
        if contradicted(result, one["site"]):
            table.add_row(f"{named[0]}, scans alone", *named[1:], *alone, style="yellow")
            table.add_row("  all else (no fit)", *blank, *said)
        else:
            table.add_row(*named, *said)
            table.add_row("  by these scans alone", *blank, *alone)
    return table


def _markers(pairs: list[Mapping[str, Any]]) -> Table:
    table = _plain_table("marker", "from", "to", "change", "LSC", "P(biology)", "expected")
    for one in pairs:
        band = one["posterior_change_pct"]
        expected = f"{number(band['lo90'], sign=True)} to {number(band['hi90'], sign=True)} %"
        table.add_row(
            one["marker"],
            str(one["from"]),
            str(one["to"]),
            f"{number(one['change_pct'], sign=True)} %",
            f"{one['lsc_pct']:.0f} %",
            _chance(one["p_biology"]),
            expected,
        )
    return table


def _asks(pairs: list[Mapping[str, Any]]) -> Iterator[Any]:
    from rich.text import Text

    for one in pairs:
        if one["asks"]:
            remembered = ", from memory" if one["quality"] == "memory" else ""
            yield Text(f"{one['marker']}: {one['asks']} [{one['source']}{remembered}]", style="yellow")


def _strategies(result: Mapping[str, Any]) -> Iterator[Any]:
    from rich.text import Text

    for letter, one in zip(LETTERS, result["strategies"], strict=False):
        yield Text(f"{letter}  {plain(one['regimen'])}", style="bold")
    table = _plain_table("", "year", "spine T-score", "hip T-score")
    for letter, one in zip(LETTERS, result["strategies"], strict=False):
        months = one["months"]
        shown = [month for month in HORIZONS if month in months] or [months[-1]]
        for k, month in enumerate(shown):
            cells = [_band(one["sites"][site]["t_score"], months.index(month)) for site in SHOWN_SITES]
            table.add_row(letter if k == 0 else "", f"{month / 12:g}", *cells)
    yield table


def _band(band: Mapping[str, list[float]], place: int) -> str:
    keys = ("median", "lo50", "hi50", "lo90", "hi90")
    middle, low, high, lowest, highest = (f"{band[key][place]:+.1f}" for key in keys)
    text = f"{middle} [{low}…{high}] ({lowest}…{highest})"
    return text.replace("-", "\N{MINUS SIGN}").replace("+0.0", "0.0")


def _fractures(result: Mapping[str, Any]) -> Table:
    """People with a fracture among 1,000, strategy by strategy."""
    years = result["fracture"]["hip"]["years"]
    names = {"hip": "hip", "vertebral_clinical": "spine, with symptoms", "mof": "major osteoporotic"}
    table = _plain_table(f"of 1,000 in {years[-1]} {'year' if years[-1] == 1 else 'years'}", *names.values())
    for letter, one in zip(LETTERS, result["strategies"], strict=False):
        cells = []
        for key in names:
            found = one["fracture"][key]["probability"][-1]
            low, middle, high = (f"{1000 * found[end]:.0f}" for end in ("lo90", "median", "hi90"))
            cells.append(f"{middle} ({low} to {high})")
        table.add_row(letter, *cells)
    table.add_row("rests on", *(", ".join(result["fracture"][key]["tags"]) for key in names))
    return table


def _harms(result: Mapping[str, Any]) -> Iterator[Any]:
    """One line for each main harm that the forecast of fractures does not hold already: strategies, its figure of
    1,000 people of the study or none, and over what time."""
    from rich.text import Text

    found = sorted_harms(result)
    if not (found.counted or found.special or found.uncounted):
        return
    table = _plain_table("harms, of 1,000 in the studies", "", "people", "time")
    left = 0
    seen: set[str] = set()
    for harms, most in ((found.counted, COUNTED), (found.uncounted, UNCOUNTED), (found.special, SPECIAL_GROUPS)):
        shown = 0
        for one, places in harms:
            if one["harm"] in (*seen, *FORECAST) or shown == most:
                left += 1
                continue
            seen.add(one["harm"])
            shown += 1
            figure = "no figure"
            if one.get("per_1000") is not None:
                figure = f"{'about ' if one['quality'] == 'memory' else ''}{of_1000(one['per_1000'] / PEOPLE)}"
            name = plain(one["title"]) + (f" ({plain(one['population'])})" if harms is found.special else "")
            table.add_row(name, " ".join(LETTERS[k] for k in places), figure, plain(one.get("over") or ""))
    yield table
    if left:
        yield Text(f"{left} more, with sources: --out")
    yield Text("")


def _next_scan(result: Mapping[str, Any]) -> Iterator[Any]:
    from rich.text import Text

    found = result["next_scan"]
    yield Text(f"Next scan: {found.get('date') or 'no date stands out'}", style="bold")
    if found.get("reason"):
        yield Text(plain(found["reason"]))
    short = {name: one["short"] for name, one in result["guidance"].items()}
    said: dict[str, list[str]] = {}
    for name, date in (found.get("guidelines") or {}).items():
        said.setdefault(date, []).append(short[name])
    if said:
        dates = "; ".join(f"{date} ({', '.join(names)})" for date, names in sorted(said.items()))
        yield Text(f"Guidelines: at the latest {dates}.")
    yield Text("")


def _guidance(result: Mapping[str, Any]) -> Iterator[Any]:
    from rich.text import Text

    said: dict[str, list[str]] = {}
    for one in result["guidance"].values():
        if one["advice"] not in ("not_covered", "not_read"):
            mark = "*" if one["remembered"] else ""
            said.setdefault(SAID[one["advice"]], []).append(f"{one['short']}{mark}")
    yield Text(f"Guidance on {plain(result['fracture_of'])}", style="bold")
    yield Text(plain(result["guidance_summary"]["coverage"]))
    for advice, names in said.items():
        yield Text(f"  {advice}: {', '.join(names)}")
    if any(one["remembered"] for one in result["guidance"].values()):
        yield Text("  * A remembered part would say more; it does not decide alone.")
    yield Text("")


def _schedule(result: Mapping[str, Any]) -> Iterator[Any]:
    from rich.text import Text

    by_date: dict[str, list[str]] = {}
    for one in result["schedule"]:
        by_date.setdefault(one["date"], []).append(plain(one["what"]))
    if by_date:
        table = _plain_table("schedule", "")
        for date, names in list(by_date.items())[:SHOWN_DATES]:
            table.add_row(date, ", ".join(dict.fromkeys(names)))
        yield table
    for letter, one in zip(LETTERS, result["strategies"], strict=False):
        if one["exit"] is not None:
            after = one["exit"]
            yield Text(f"{letter}: after denosumab, ask about {plain(after['regimen'])} on {after['date']}.")
        for warning in one["warnings"]:
            yield Text(f"{letter}: {plain(warning)}", style="yellow")
    yield Text("More dates, with reasons and sources: osteocast guide.")
    yield Text("")


def _chance(p: float) -> str:
    if p > 0.99:
        return ">99 %"
    return "<1 %" if p < 0.01 else f"{100 * p:.0f} %"
