"""A person from a file or from options, for every command that needs one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from osteocast.people.person import Person

PANEL = "Instead of PERSON"
PersonFile = Annotated[
    Path | None,
    typer.Argument(metavar="[PERSON]", help="TOML file, such as examples/woman-62-starting-anastrozole.toml."),
]
Sex = Annotated[str | None, typer.Option(help="female or male.", rich_help_panel=PANEL)]
Age = Annotated[float | None, typer.Option(help="Years.", rich_help_panel=PANEL)]
Menopause = Annotated[float | None, typer.Option(help="Age at the final period.", rich_help_panel=PANEL)]
TSpine = Annotated[float | None, typer.Option(help="T-score, lumbar spine.", rich_help_panel=PANEL)]
THip = Annotated[float | None, typer.Option(help="T-score, total hip.", rich_help_panel=PANEL)]
TNeck = Annotated[float | None, typer.Option(help="T-score, femoral neck.", rich_help_panel=PANEL)]
TRadius = Annotated[float | None, typer.Option(help="T-score, one-third radius.", rich_help_panel=PANEL)]
Bmi = Annotated[float | None, typer.Option(help="Body mass index, kg/m2.", rich_help_panel=PANEL)]


def person_of(path: Path | None, **options: str | float | None) -> Person:
    """The person of a file, or of options, never of both.

    Raises:
        OsteocastError: neither or both were given, or something in them cannot be used.
    """
    from osteocast.errors import OsteocastError
    from osteocast.people.files import load_person, person_from_options

    given = ["--" + name.replace("_", "-") for name, value in options.items() if value is not None]
    if path is not None and given:
        raise OsteocastError(
            f"a person file and {given[0]} were both given",
            where="PERSON",
            fix="write it into the file, or leave the file out",
        )
    if path is not None:
        return load_person(path)
    if not given:
        raise OsteocastError(
            "no person was given", where="PERSON", fix="name a TOML file, or give --sex, --age and what else is known"
        )
    return person_from_options(**options)  # type: ignore[arg-type]  # typer has checked the types
