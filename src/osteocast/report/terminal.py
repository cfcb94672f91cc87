"""The comparison as a compact table for a terminal of 80 columns or more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from osteocast.report import view
from osteocast.report.words import DISCLAIMER, SITES, plain, years

if TYPE_CHECKING:
    from rich.console import Group

_SUPPORT_STYLE = {"studied": "green", "between": "yellow", "beyond": "red"}


def _pair(value: str, interval: str) -> str:
    if not interval:
        return value
    low, high = interval.split(" to ")
    return f"{value.removesuffix(' %')} ({low}…{high})"


def comparison_table(result: Mapping[str, Any]) -> Group:
    """Strategies with support and crossings, then T-score and percent change with 90 % intervals.

    Args:
        result: what `osteocast compare --json` prints.

    Returns:
        Something `rich` can print; at most 80 columns wide unless a regimen has to wrap. Below the table stand
        what was filled in, by name, and what else the forecast says of its input.

    Raises:
        OsteocastError: if the result holds no strategy or has another schema.
    """
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    strategies = view.strategies_of(result)
    person = result.get("person") or {}
    head, _ = view.who(person)
    rows, months, sites = view.rows(result), view.horizons(strategies), view.crossing_sites(strategies)

    end = years(max(s["months"][-1] for s in strategies))

    legend = Table.grid(padding=(0, 2))
    legend.add_column(no_wrap=True, style="bold")
    legend.add_column()
    for row in rows:
        line = Text(plain(row.regimen), style="bold")
        line.append("  planned" if row.planned else "", style="dim")
        legend.add_row(row.letter, line)
        about = Text(row.support_label.lower(), style=_SUPPORT_STYLE.get(row.support, ""))
        about.append(_crossing_text(row, sites, end), style="not bold default")
        legend.add_row("", about)
        if row.nearest:
            near = row.nearest[0]
            memory = " (memory)" if near.remembered else ""
            legend.add_row(
                "", Text(f"nearest study: {plain(near.study)}{memory}, model error {near.error}", style="dim")
            )

    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("", style="bold", no_wrap=True)
    table.add_column("year", justify="right", no_wrap=True)
    for name in ("spine T", "spine %", "hip T", "hip %"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        for k, month in enumerate(months):
            values = []
            for cells in row.cells:
                cell = cells[k]
                values += [_pair(cell.t, cell.t_interval), _pair(cell.change, cell.change_interval)]
            table.add_row(row.letter if k == 0 else "", years(month), *values, end_section=k == len(months) - 1)

    draws = result.get("draws")
    basis = f"Median (90 % interval) of {draws} draws" if draws else "Median (90 % interval)"
    filled = view.filled_names(person)
    said = [f"Filled in: {', '.join(filled)}."] if filled else []
    said += [f"Note: {plain(note)}." for note in person.get("notes") or ()]
    said += [f"{basis}: parameters and persons, not scan noise.", DISCLAIMER]
    foot = Text("\n".join(said), style="dim")
    return Group(Text(f"Bone density forecast: {plain(head)}", style="bold"), legend, Text(""), table, Text(""), foot)


def _crossing_text(row: view.Row, sites: list[str], end: str) -> str:
    """`; below T -2.5 by year 10: lumbar spine 12 %, ...` for the sites of the summary."""
    found = []
    for site, (_, osteoporosis) in zip(sites, row.crossings, strict=True):
        if site in view.SUMMARY_SITES and osteoporosis.when != view.DASH:
            found.append(f"{SITES[site].lower()} {osteoporosis.probability or osteoporosis.when}")
    return f"; below T \N{MINUS SIGN}2.5 by year {end}: {', '.join(found)}" if found else ""
