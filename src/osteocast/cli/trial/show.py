"""`osteocast trial show`: a design drawn, or the results of a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def show(
    what: Annotated[Path, typer.Argument(metavar="DESIGN|FOLDER", help="YAML design, or a folder of results.")],
    out: Annotated[Path | None, typer.Option(help="Of results: folder for trial.html and trial.json.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """Draw arms and visits of a design, or tell the results of a folder.

    Example: osteocast trial show examples/atac-bone-substudy.yaml
    """
    from osteocast.cli import output
    from osteocast.report import timeline
    from osteocast.trials import manifest, results
    from osteocast.trials.reading import load_design

    output.usable_folder(out)
    if not what.is_dir():
        if out is not None:
            from osteocast.errors import OsteocastError

            raise OsteocastError(
                "a design has no results to draw",
                where="--out",
                fix="run it first and name the folder of its results",
            )
        design = load_design(what)
        if json:
            output.print_json(design.canonical())
        else:
            typer.echo("\n".join([*timeline.design_lines(design), "", output.DISCLAIMER]))
        return
    about = manifest.read(what)
    if not about.get("complete"):
        from osteocast.errors import OsteocastError

        raise OsteocastError(
            "this run is not finished", where=str(what), fix="run the command that began it again: it goes on"
        )
    found, written = results.as_json(what, about), []
    if out is not None:
        from osteocast.report.html import trial_page
        from osteocast.trials.beside import page_data

        drawn = page_data(what, about)
        written = output.write_files(out, {"trial.html": trial_page(drawn), "trial.json": output.as_json(drawn)})
    if json:
        output.print_json(found)
        return
    console = output.console()
    console.print(f"{about['title']}: {about['n']:,} people, seed {about['seed']}", style="bold", markup=False)
    console.print(timeline.result_table(found))
    console.print(output.DISCLAIMER, style="dim")
    if written:
        output.say_written(written)
