"""`osteocast guide`: what published guidance says of a person, side by side, with the schedule."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from osteocast.cli import persons


def guide(
    person: persons.PersonFile = None,
    strategy: Annotated[
        str | None,
        typer.Option("--strategy", metavar="REGIMEN", help="What is taken from month 0 on, instead of the plan."),
    ] = None,
    simulate: Annotated[
        bool, typer.Option("--simulate", help="Expect what the mechanism forecasts, not a published rate of loss.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Folder for guide.json.")] = None,
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
    """Show what guidelines say of one person, which line decided, and a dated schedule.

    Texts stand side by side, with how each was read. Questions for the visit, not orders.

    Example: osteocast guide examples/woman-62-starting-anastrozole.toml
    """
    from osteocast.cli import output

    who = persons.person_of(
        person, sex=sex, age=age, menopause=menopause, t_spine=t_spine, t_hip=t_hip, t_neck=t_neck,
        t_radius=t_radius, bmi=bmi,
    )  # fmt: skip
    output.usable_folder(out)
    from osteocast.guidance.guide import guide as run
    from osteocast.people import checks, spans
    from osteocast.regimen import Regimen
    from osteocast.report.guidance import guidance_view

    regimen = None
    if strategy is not None:
        with checks.located("--strategy"):
            regimen = Regimen.parse(strategy)
            spans.check_planned(regimen, "regimen")
    course = None
    if simulate:
        from osteocast.forecast.unprotected import course_without_bone_drugs

        output.announce_compilation()
        course = course_without_bone_drugs(who, regimen)
    result = run(who, regimen, course=course) | {"disclaimer": output.DISCLAIMER}
    output.deliver(
        result,
        lambda console: console.print(guidance_view(result), output.DISCLAIMER, sep="\n\n", highlight=False),
        name="guide",
        out=out,
        json=json,
    )
