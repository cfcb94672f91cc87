"""`osteocast plan`: strategies for one person, ranked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from osteocast.cli import persons

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

SHOWN = 12


def plan(
    person: persons.PersonFile = None,
    draws: Annotated[int, typer.Option(help="How many draws of parameters and person for each strategy.")] = 200,
    seed: Annotated[int, typer.Option(help="Seed of the random numbers.")] = 2026,
    shown: Annotated[int, typer.Option("--show", help="How many strategies the table holds.")] = SHOWN,
    out: Annotated[Path | None, typer.Option(help="Folder for plan.json.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """Rank ways to protect bone during and after the planned inhibitor.

    By the median T-score at the worst site three years after the inhibitor ends. A list to discuss, with harms,
    visits and what must follow; not advice.

    Example: osteocast plan examples/woman-62-starting-anastrozole.toml
    """
    from osteocast.cli import output
    from osteocast.errors import OsteocastError

    if person is None:
        raise OsteocastError(
            "no person was given",
            where="PERSON",
            fix="name a TOML file that says what is planned, such as examples/woman-62-starting-anastrozole.toml",
        )
    who = persons.person_of(person)
    output.usable_folder(out)
    from osteocast.forecast.candidates import SUPPLEMENTS
    from osteocast.forecast.compare import DRAWS, whole
    from osteocast.forecast.plan import plan as run
    from osteocast.forecast.plan import plan_dict

    draws = whole(draws, "draws", *DRAWS)
    output.announce_compilation()
    with output.progress("Simulating strategies") as progress:
        ranked = run(who, draws, seed, progress)
    result = plan_dict(who, ranked, draws, seed)

    def show(console: Console) -> None:
        console.print(f"Strategies for {result['person']['name']}, planned {result['planned']}", markup=False)
        console.print(_table(result["ranked"][: max(1, shown)], result["planned"], SUPPLEMENTS))
        for warning in dict.fromkeys(text for one in result["ranked"] for text in one["warnings"]):
            console.print(f"*  {warning}", markup=False)
        console.print(
            f"{len(result['ranked'])} strategies, {draws} draws each, every bone drug with {SUPPLEMENTS}. T and %: "
            "median at the worst site three years "
            f"after the inhibitor's end. Harms: --json, or osteocast explain DRUG.\n{output.DISCLAIMER}",
            style="dim",
            markup=False,
        )

    output.deliver(result, show, name="plan", out=out, json=json)


def _table(ranked: Sequence[dict[str, Any]], planned: str, supplements: str) -> Table:
    from rich.text import Text

    from osteocast.cli import output

    table = output.plain_table(("beside the plan",), ("T", "%", "visits"))
    for one in ranked:
        added = one["regimen"].removeprefix(planned).removeprefix(" + ") or "nothing"
        added = added.removeprefix(f"{supplements} + ")
        table.add_row(
            Text(added + (" *" if one["warnings"] else "")),
            _number(one["min_t_score_end_plus_36"], 2),
            _number(one["min_change_pct_end_plus_36"], 1),
            str(one["visits"]),
        )
    return table


def _number(value: float, digits: int) -> str:
    return f"{value:+.{digits}f}".replace("-", "\N{MINUS SIGN}")
