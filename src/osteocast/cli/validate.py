"""`osteocast validate`: every published row beside its simulation."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import RenderableType


def validate(
    targets: Annotated[
        Path | None, typer.Option(metavar="CSV", help="A table with the columns of calibration_targets.csv.")
    ] = None,
    group: Annotated[list[str] | None, typer.Option(help="Only rows of this group; repeat for more.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for validate.json.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Store the numbers in the package, for the page.")] = False,
) -> None:
    """Simulate published results and set them side by side, misses included."""
    from osteocast.cli import output
    from osteocast.errors import OsteocastError
    from osteocast.evidence.targets import CALIBRATION, read_targets

    rows = read_targets(targets or CALIBRATION)
    if group:
        known = list(dict.fromkeys(row.text("group") for row in rows))
        for name in group:
            if name not in known:
                raise OsteocastError(
                    f"no row has the group '{name}'", where="--group", fix=f"the table has {', '.join(known)}"
                )
        rows = tuple(row for row in rows if row.text("group") in group)
    for row in rows:
        _ = row.observed, row.total_sd, row.regimen, row.comparator
    if keep and (targets or group):
        raise OsteocastError("--keep is for the whole table", where="--keep", fix="leave out --targets and --group")
    output.usable_folder(out)
    from osteocast.trials import validate as module

    with output.progress("Simulating") as progress:
        found = module.validate(rows, progress=progress)
    if keep:
        from osteocast.trials import comparisons

        comparisons.keep(found)
    result = {"schema": 1, "targets": [one.to_dict() for one in found], "summary": module.summary(found)}

    output.deliver(result, output.with_disclaimer(lambda: _table(result)), name="validate", out=out, json=json)


LABELS = {"hormone": "hormone in women", "hormone_men": "hormone in men"}


def _table(result: Mapping[str, Any]) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    from osteocast.cli import output

    table = output.plain_table(("row", "quantity"), ("month", "published", "simulated", "z"))
    for row in result["targets"]:
        z = row["z"]
        style = "red" if z is not None and abs(z) > 3.0 else "yellow" if z is not None and abs(z) > 2.0 else ""
        table.add_row(
            Text(row["id"]),
            Text(f"{row['quantity']} {row['unit']}"),
            "" if row["month"] is None else f"{row['month']:g}",
            f"{row['observed']:.4g}" + (" (memory)" if row["quality"] == "memory" else ""),
            Text(row["reason"] or "") if row["simulated"] is None else f"{row['simulated']:.4g}",
            "" if z is None else f"{z:+.1f}",
            style=style,
        )
    lines = [f"{result['summary']['simulated']} of {result['summary']['rows']} rows simulated."]
    for kind in ("density", "marker", "hormone", "hormone_men", "kinetics"):
        about = result["summary"][kind]
        if about["rows"] and about["rms_z"] is not None:
            lines.append(
                f"{LABELS.get(kind, kind)}: {about['rows']} rows, root mean square of z {about['rms_z']:.2f}, "
                f"largest {about['max_abs_z']:.2f}, mean absolute error {about['mean_abs_error']:.2f}"
            )
    return Group(table, Text("\n".join(["", *lines])))
