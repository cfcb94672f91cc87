"""`osteocast study`: a published study drawn beside its simulation."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.table import Table


def study(
    file: Annotated[Path, typer.Argument(metavar="STUDY", help="TOML file, see examples/atac-bone-substudy.toml.")],
    out: Annotated[Path | None, typer.Option(help="Folder for study.html and study.json.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """Draw a study's arms, simulated, beside its published points."""
    from osteocast.cli import output

    output.usable_folder(out)
    from osteocast.forecast.study import load_study, simulate_study
    from osteocast.report.html import study_page

    design = load_study(file)
    output.announce_compilation()
    result = simulate_study(design)

    output.deliver(
        result, output.with_disclaimer(lambda: _table(result)), name="study", out=out, json=json, page=study_page
    )


def _table(result: Mapping[str, Any]) -> Table:
    from rich.text import Text

    from osteocast.cli import output

    table = output.plain_table(
        ("arm", "site"),
        ("months", "published %", "simulated %", "difference"),
        title=Text(result["title"]),
        title_justify="left",
    )
    for arm in result["arms"]:
        for site, band in arm["sites"].items():
            for point in band["observed"]:
                table.add_row(
                    Text(arm["label"]),
                    site.replace("_", " "),
                    f"{point['from_month']:g} to {point['month']:g}",
                    f"{point['value']:+.2f}" + (" (memory)" if point["quality"] == "memory" else ""),
                    f"{point['simulated']:+.2f}",
                    f"{point['simulated'] - point['value']:+.2f}",
                )
    return table
