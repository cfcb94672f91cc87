"""`osteocast explain` and `osteocast cite`: what stands behind a name, and what to cite."""

from __future__ import annotations

from typing import Annotated

import typer


def explain(
    name: Annotated[str, typer.Argument(help="Parameter, equation, drug, term or source.")],
    json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """Explain a parameter, an equation, a drug or a term, with its source.

    Example: osteocast explain anastrozole
    """
    from osteocast.cli import output
    from osteocast.explain import explain as look_up

    found = look_up(name)
    if json:
        output.print_json(found.to_dict())
        return
    lines = [f"{found.name} ({found.kind})", found.title, "", *found.lines, *found.latex]
    lines += [f"Source: {found.source} [{found.quality}]"] if found.source else []
    lines += ["See also: " + ", ".join(found.related)] if found.related else []
    typer.echo("\n".join([*lines, "", output.DISCLAIMER]))


def cite(json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False) -> None:
    """Name the sources of every number, and how to cite osteocast itself."""
    from osteocast.cli import output
    from osteocast.explain import citations, corrections, software
    from osteocast.explain.cite import as_text

    if json:
        output.print_json({"software": software(), "sources": citations(), "corrections": corrections()})
        return
    typer.echo(as_text() + "\n\n" + output.DISCLAIMER)
