"""`osteocast trial replicate`: published studies run again with people like their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import typer


def replicate(
    study: Annotated[
        str | None, typer.Argument(metavar="STUDY", help="How its name begins, such as ATAC; by default every study.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for replicate.html and replicate.json.")] = None,
    people: Annotated[int, typer.Option(help="People in each arm of each large virtual trial.")] = 500,
    replicates: Annotated[int, typer.Option(help="Trials of the published size drawn from it.")] = 1000,
    seed: Annotated[int, typer.Option(help="Seed of the random numbers.")] = 2026,
    halve_correlations: Annotated[
        bool,
        typer.Option("--halve-correlations", help="Show how results move when assumed correlations are halved."),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """Run published studies again, each with its own people and size, and set the numbers side by side.

    Example: osteocast trial replicate ATAC --out results/atac-again
    """
    from osteocast.cli import output
    from osteocast.evidence.targets import read_targets
    from osteocast.people import checks
    from osteocast.trials.studies import chosen, cohorts

    checks.number(people, "--people", 20, 20_000)
    checks.number(replicates, "--replicates", 50, 100_000)
    checks.number(seed, "--seed", 0, 2**63 - 1)
    every = cohorts(read_targets())
    wanted = every if study is None else chosen(every, study)
    output.usable_folder(out)
    output.announce_compilation()
    from osteocast.report.html import replicate_page
    from osteocast.trials.replicate import replicate_all

    with output.progress("Simulating studies") as told:
        result = replicate_all(
            wanted, people=people, replicates=replicates, seed=seed, halved=halve_correlations, progress=told
        )

    output.deliver(
        result,
        output.with_disclaimer(lambda: _told(result)),
        name="replicate",
        out=out,
        json=json,
        page=replicate_page,
    )


def _told(result: Mapping[str, Any]) -> Any:
    """One table a study, all with the same columns."""
    from rich.console import Group
    from rich.text import Text

    parts: list[Any] = []
    for entry in result["studies"]:
        for study, rows in groupby(entry["rows"], key=lambda row: row["study"]):
            parts += [Text(study, style="bold"), _table(list(rows)), Text("")]
    said = result["summary"]
    lines = [
        f"{said['simulated']} of {said['rows']} rows of {said['studies']} cohorts simulated.",
        f"Of {said['judged']} published intervals, {said['in_published']} hold the simulated value; "
        f"{said['in_simulated']} published values are such as a simulated trial of that size might find.",
        "Brackets: 95 % intervals. n?: not published, assumed. Simulated intervals hold chance alone.",
    ]
    return Group(*parts, Text("\n".join(lines)))


def _table(rows: Sequence[Mapping[str, Any]]) -> Any:
    from rich.text import Text

    from osteocast.cli import output

    halved = any("when_halved" in row for row in rows)
    table = output.plain_table()
    table.add_column("  result", width=22, overflow="fold")
    if not halved:
        table.add_column("n", width=10, justify="right", no_wrap=True)
    for name in ("published", "simulated"):
        table.add_column(name, width=20, justify="right")
    if halved:
        table.add_column("halved", width=6, justify="right")
    table.add_column("", width=4, no_wrap=True)
    for row in rows:
        memory = ", memory" if row["quality"] == "memory" else ""
        size = "/".join(map(str, row["n"])) + ("" if row["n_from"] != "assumed" else "?")
        cells: list[Any] = [
            Text(f"  {_words(row)}{memory}"),
            *(() if halved else (size,)),
            _interval(row, "published"),
            Text(row["reason"]) if row["simulated"] is None else _interval(row, "simulated"),
        ]
        if halved:
            cells.append(_numbers(row.get("when_halved"))[0])
        missed = row["in_published"] is False
        table.add_row(*cells, "miss" if missed else "", style="yellow" if missed else "")
    return table


SHORT = {"fracture": "fx", "whole_body": "body"}
"""Words that would not fit a line of the table."""


def _words(row: Mapping[str, Any]) -> str:
    name = row["quantity"]
    for long, short in SHORT.items():
        name = name.replace(long, short)
    when = f"{row['from_month']:g} to {row['month']:g}" if row["measure"] != "level" else f"at {row['month']:g}"
    unit = "" if row["measure"] not in ("level", "rate") else f" {row['unit'].replace('person-years', 'y')}"
    return f"{name.replace('_', ' ')}{unit}, {when}"


def _interval(row: Mapping[str, Any], name: str) -> str:
    value, lo, hi = _numbers(row[name], row[f"{name}_lo95"], row[f"{name}_hi95"])
    return f"{value} ({lo}\N{HORIZONTAL ELLIPSIS}{hi})" if lo else value


def _numbers(*values: float | None) -> list[str]:
    """Numbers with as many decimals as the largest asks for; a missing one is empty."""
    largest = max((abs(one) for one in values if one is not None), default=0.0)
    decimals = 0 if largest >= 100.0 else 1 if largest >= 10.0 else 2
    return ["" if one is None else f"{one:.{decimals}f}".replace("-", "\N{MINUS SIGN}") for one in values]
