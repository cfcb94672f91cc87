"""`osteocast monitor`: what is checked and when, on the drugs that a person takes or plans."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from osteocast.cli import persons

Strategies = Annotated[
    list[str] | None,
    typer.Option("--strategy", metavar="REGIMEN", help="What is taken from month 0 on, instead of what is planned."),
]


def monitor(
    person: persons.PersonFile = None,
    strategy: Strategies = None,
    years: Annotated[int, typer.Option(help="How far ahead, 1 to 40.")] = 3,
    json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """List dated checks for the drugs a person takes or plans, and what each result would change.

    Questions with their sources, not orders.

    Example: osteocast monitor examples/man-on-testosterone-and-anastrozole.toml
    """
    from osteocast.cli import output
    from osteocast.errors import OsteocastError
    from osteocast.report import monitoring

    if person is None:
        raise OsteocastError(
            "no person was given",
            where="PERSON",
            fix="name a TOML file that says what is taken, such as examples/man-on-testosterone-and-anastrozole.toml",
        )
    result: dict[str, Any] = monitoring.monitor_dict(persons.person_of(person), strategy or [], years)
    if json:
        output.print_json(result)
    else:
        typer.echo("\n".join([*monitoring.as_lines(result), "", output.DISCLAIMER]))
