"""`osteocast explain` and `osteocast cite`: what stands behind a name, and what to cite."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def explain(
    name: Annotated[
        str, typer.Argument(help="Parameter, equation, drug, term or source; or one of the lists: claims, glossary.")
    ],
    which: Annotated[
        str | None, typer.Argument(metavar="[NUMBER]", help="After claims: one statement, by its number or name.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="After claims: folder for claims.html and claims.json.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """Explain a parameter, an equation, a drug or a term, with its source.

    `explain claims` lists what the source article on anastrozole and bone states, and what the evidence and the
    model say to it; `explain glossary` lists the terms.

    Examples: osteocast explain anastrozole; osteocast explain claims 13
    """
    from osteocast.cli import claims, output
    from osteocast.errors import OsteocastError
    from osteocast.explain import explain as look_up

    asked = name.strip().casefold()
    if asked == "claims" and which is None:
        claims.everything(out, json)
        return
    if out is not None:
        raise OsteocastError(
            "the page holds all statements", where="--out", fix="write: osteocast explain claims --out"
        )
    if which is not None and asked != "claims":
        raise OsteocastError(
            f"'{which}' follows a name that is complete", where="explain", fix="only `explain claims` takes a number"
        )
    if asked == "glossary":
        claims.glossary(json)
        return
    found = claims.one(which) if which is not None else look_up(name)
    if json:
        output.print_json(found.to_dict())
        return
    lines = [f"{found.name} ({found.kind})", found.title, "", *found.lines, *found.latex]
    lines += [f"Source: {found.source} [{found.quality}]"] if found.source and found.kind != "claim" else []
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
