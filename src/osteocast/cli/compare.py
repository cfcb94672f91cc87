"""`osteocast compare`: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from osteocast.cli import persons

Strategies = Annotated[
    list[str] | None,
    typer.Option("--strategy", metavar="REGIMEN", help="What happens from month 0 on; repeat to compare."),
]


def compare(
    person: persons.PersonFile = None,
    strategy: Strategies = None,
    years: Annotated[int, typer.Option(help="How long, 1 to 40.")] = 10,
    draws: Annotated[int, typer.Option(help="How many draws of parameters and person.")] = 1000,
    seed: Annotated[int, typer.Option(help="Seed of the random numbers.")] = 2026,
    precise: Annotated[bool, typer.Option("--precise", help="Cut time finely; slower.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder for compare.html and compare.json.")] = None,
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
    """Forecast bone density, markers and hormones of one person under several strategies.

    Without --strategy, the planned regimen of the person beside none.

    Example: osteocast compare woman.toml --strategy "anastrozole 1 mg daily for 60 months" --strategy none
    """
    from osteocast.cli import output

    who = persons.person_of(
        person, sex=sex, age=age, menopause=menopause, t_spine=t_spine, t_hip=t_hip, t_neck=t_neck,
        t_radius=t_radius, bmi=bmi,
    )  # fmt: skip
    output.usable_folder(out)
    from osteocast.forecast.compare import compare as run
    from osteocast.report.html import comparison_page
    from osteocast.report.terminal import comparison_table

    output.announce_compilation()
    result = run(who, strategy or [], years, draws, seed, precise).to_dict()
    output.deliver(
        result,
        lambda console: console.print(comparison_table(result)),
        name="compare",
        out=out,
        json=json,
        page=comparison_page,
    )
