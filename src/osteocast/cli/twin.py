"""`osteocast twin`: a person from their own measurements, and what comes next."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from osteocast.cli import persons

Strategies = Annotated[
    list[str] | None,
    typer.Option("--strategy", metavar="REGIMEN", help="What happens from month 0 on; repeat to compare."),
]
Losses = Annotated[
    list[float] | None,
    typer.Option("--loss", metavar="PERCENT", help="True loss whose probability is wanted; by default 0, 2 and 5."),
]


def twin(
    person: persons.PersonFile = None,
    strategy: Strategies = None,
    years: Annotated[int, typer.Option(help="How long, 1 to 40.")] = 10,
    draws: Annotated[int, typer.Option(help="How many draws of the person after the measurements.")] = 400,
    seed: Annotated[int, typer.Option(help="Seed of the random numbers.")] = 2026,
    loss: Losses = None,
    level: Annotated[
        str, typer.Option(help="Reading level of the report: plain, intermediate or academic.")
    ] = "intermediate",
    out: Annotated[Path | None, typer.Option(help="Folder for twin.html, twin.pdf and twin.json.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """Infer one person from dated scans, markers, hormones and what was taken; forecast from there.

    Says which changes are real, what contradicts what, when to scan next, and what guidance says. Without --strategy:
    the plan, alone and with the first three of osteocast plan.

    Example: osteocast twin examples/woman-64-with-two-scans.toml
    """
    from osteocast.cli import output
    from osteocast.forecast import stored

    stored.ahead("twin", ("scipy.interpolate",))
    who = persons.person_of(person)
    output.usable_folder(out)
    from osteocast.report.levels import checked

    checked(level)
    if out is not None:
        with output.libraries("report"):
            import typst  # noqa: F401  # said before minutes are spent on what it will print
    from osteocast.people import checks
    from osteocast.report.twin import twin_table
    from osteocast.twin import forecast
    from osteocast.twin.pairs import RATES

    rates = tuple(checks.number(one, "--loss", 0.0, 50.0, "%") for one in loss or RATES)
    output.announce_compilation()
    result = forecast(who, strategy or [], years, draws, seed, rates).to_dict()
    output.deliver(
        result,
        lambda console: console.print(twin_table(result)),
        name="twin",
        out=out,
        json=json,
        page=lambda made: _page(made, level),
        paper=lambda made: _paper(made, level),
    )


def _page(result: dict[str, Any], level: str) -> str:
    from osteocast.report.html import twin_page

    return twin_page(result, level)


def _paper(result: dict[str, Any], level: str) -> bytes:
    from osteocast.report.pdf import twin_pdf

    return twin_pdf(result, level)
