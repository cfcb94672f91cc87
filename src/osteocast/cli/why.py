"""`osteocast why`: what a change is made of."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from osteocast.cli import persons

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

HORIZONS = (24, 60, 120)


def why(
    person: persons.PersonFile = None,
    strategy: Annotated[
        str | None, typer.Option(metavar="REGIMEN", help="What happens from month 0 on; by default the plan.")
    ] = None,
    years: Annotated[int, typer.Option(help="How long, 1 to 40.")] = 10,
    draws: Annotated[int, typer.Option(help="How many draws of parameters and person.")] = 200,
    seed: Annotated[int, typer.Option(help="Seed of the random numbers.")] = 2026,
    out: Annotated[Path | None, typer.Option(help="Folder for why.json.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
    sex: persons.Sex = None,
    age: persons.Age = None,
    menopause: persons.Menopause = None,
    t_spine: persons.TSpine = None,
    t_hip: persons.THip = None,
    t_neck: persons.TNeck = None,
    t_radius: persons.TRadius = None,
    bmi: persons.Bmi = None,
) -> None:
    """Split the change of density into what comes back and what does not, and by drug.

    One pathway at a time is switched off in the same simulation.
    """
    from osteocast.cli import output

    who = persons.person_of(
        person, sex=sex, age=age, menopause=menopause, t_spine=t_spine, t_hip=t_hip, t_neck=t_neck,
        t_radius=t_radius, bmi=bmi,
    )  # fmt: skip
    output.usable_folder(out)
    from osteocast.forecast.why import why as run
    from osteocast.report.words import SITES

    output.announce_compilation()
    result = run(who, strategy, years, draws, seed).to_dict()

    def show(console: Console) -> None:
        console.print(f"Why density changes: {result['person']['name']}, {result['regimen']}", markup=False)
        for site in SITES:
            console.print(_table(result, site))
        console.print(
            f"Percent of the density at month 0: median (90 % interval) of {result['draws']} draws. Medians of "
            f"parts need not add up.\n{output.DISCLAIMER}",
            style="dim",
            markup=False,
        )

    output.deliver(result, show, name="why", out=out, json=json)


def _table(result: Mapping[str, Any], site: str) -> Table:
    from osteocast.cli import output
    from osteocast.report.words import SITES

    block, months = result["sites"][site], result["months"]
    shown = [month for month in HORIZONS if month in months] or [months[-1]]
    table = output.plain_table(title_justify="left")
    table.add_column(SITES[site], no_wrap=True, min_width=22)
    for month in shown:
        table.add_column(f"year {month / 12:g}", justify="right", no_wrap=True)
    table.add_column("comes back?")

    def row(name: str, band: Mapping[str, Any], returns: str = "", style: str = "") -> None:
        cells = [_cell(band, months.index(month)) for month in shown]
        table.add_row(name, *cells, returns, style=style)

    row("change", block["change_pct"], style="bold")
    for name, band in block["parts"].items():
        if name == "calcium" and not any(band["median"]):
            continue
        row("  " + name.replace("_", " "), band, result["comes_back"][name])
        if name == "imbalance":
            for part, inner in block["imbalance"].items():
                row("    of it " + part, inner, result["comes_back"][part], "dim")
    for name, band in block["drugs"].items():
        row(f"effect of {name}", band)
    row("without the strategy", block["untreated"])
    table.add_row()
    return table


def _cell(band: Mapping[str, Any], place: int) -> str:
    from osteocast.report.words import number

    middle, low, high = (number(band[key][place], sign=True) for key in ("median", "lo90", "hi90"))
    return f"{middle} ({low}…{high})"
