"""`osteocast export`: a person and a regimen for other programs."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from osteocast.cli import persons

if TYPE_CHECKING:
    from osteocast.people.person import Person
    from osteocast.regimen import Regimen


class Format(StrEnum):
    """What can be written."""

    sbml = "sbml"
    antimony = "antimony"
    nonmem = "nonmem"


def export(
    person: persons.PersonFile = None,
    regimen: Annotated[
        str | None, typer.Option(help="What is taken from month 0 on; by default what is planned.")
    ] = None,
    format: Annotated[Format, typer.Option(help="What to write.")] = Format.sbml,
    virtual: Annotated[
        int,
        typer.Option(help="nonmem: simulate so many virtual people like this one, 0 for the person's own results."),
    ] = 0,
    seed: Annotated[int, typer.Option(help="nonmem: seed of the virtual people.")] = 2026,
    out: Annotated[Path | None, typer.Option(help="File to write; standard output without it.")] = None,
) -> None:
    """Write the equations or the data of a person for other programs, with median values.

    sbml: SBML Level 3 Version 2 with units; antimony: the same as text; nonmem: a table of doses and results.

    Example: osteocast export examples/woman-62-starting-anastrozole.toml --out woman.xml
    """
    from rich.console import Console

    from osteocast.cli import output

    if out is not None:
        output.usable_folder(out.parent)
    known = persons.person_of(person)
    taken = _chosen(known, regimen)
    with output.libraries("exchange"), Console(stderr=True).status(f"Writing {format.value}"):
        if format is Format.nonmem:
            from osteocast.exchange.nonmem import table_of_person, to_text

            text = to_text(table_of_person(known, taken, virtual=virtual, seed=seed))
        else:
            from osteocast.exchange.sbml import document
            from osteocast.exchange.subject import subject

            one = subject(known, taken)
            text = document(
                one.values, one.regimen, one.start_month, anchors=one.anchors, title=f"osteocast: {known.name}"
            ).text
            if format is Format.antimony:
                from osteocast.exchange.antimony_text import antimony_text

                text = antimony_text(text)
    if out is None:
        typer.echo(text)
    else:
        output.say_written(output.write_files(out.parent, {out.name: text}))


def _chosen(person: Person, sentence: str | None) -> Regimen:
    """What is taken from month 0 on, checked as a forecast checks it."""
    from osteocast.errors import OsteocastError
    from osteocast.forecast.compare import choose

    try:
        return choose(person, [] if sentence is None else [sentence])[0]
    except OsteocastError as error:
        raise OsteocastError(error.what, where="--regimen", fix=error.fix, why=error.why) from None
