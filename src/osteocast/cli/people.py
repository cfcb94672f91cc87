"""`osteocast people`: virtual people beside the targets they are drawn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import RenderableType

MOST = 1_000_000
AT_ONCE = 2000
OPTIONS = {
    "sex": "--sex",
    "given": "--given",
    "inclusion": "--rule",
    "correlations": "--assumed",
    "seed": "--seed",
}
"""Option by the field of a population that an error names."""


def people(
    sex: Annotated[str, typer.Option(help="female or male.")] = "female",
    n: Annotated[int, typer.Option("--n", "-n", help="How many people, 50 to 1000000.")] = 2000,
    given: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help='Such as "age=60" or "bmi={mean: 27, sd: 4}"; repeat for more.'),
    ] = None,
    rule: Annotated[
        list[str] | None, typer.Option(help='Rule of inclusion, such as "t_score_min > -2.5"; repeat for more.')
    ] = None,
    assumed: Annotated[float, typer.Option(help="Factor on every correlation that was assumed.")] = 1.0,
    seed: Annotated[int, typer.Option(help="Seed of the random numbers.")] = 2026,
    out: Annotated[Path | None, typer.Option(help="Folder for people.html and people.json.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """Draw virtual people and set them beside their targets, with sources.

    Example: osteocast people --given "age={mean: 60, sd: 8}" --rule "t_score_min > -2.5" --out people
    """
    from osteocast.cli import output
    from osteocast.people import checks
    from osteocast.people.population import Population
    from osteocast.report.html import people_page

    checks.number(n, "--n", 50, MOST)
    numbers = _given(given or [])
    with checks.renamed(OPTIONS):
        population = Population(
            sex=sex,
            given=numbers,
            inclusion=tuple(rule or ()),
            correlations={} if assumed == 1.0 else {"assumed": assumed},
        )
    output.usable_folder(out)
    with checks.renamed(OPTIONS):
        result = _result(population, n, seed)

    output.deliver(
        result, output.with_disclaimer(lambda: _tables(result)), name="people", out=out, json=json, page=people_page
    )


def _given(texts: Sequence[str]) -> dict[str, Any]:
    """Names and values; a value is read as YAML, so that mean and sd can stand in braces."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    from osteocast.errors import OsteocastError

    result: dict[str, Any] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        where, fix = f"--given {text}", 'write a name and a value, such as "age=60" or "age={mean: 60, sd: 8}"'
        try:
            read = YAML(typ="safe", pure=True).load(value) if sign else None
        except YAMLError:
            read = None
        if read is None:
            raise OsteocastError(f"{text!r} gives nothing", where=where, fix=fix)
        if name.strip() in result:
            raise OsteocastError(f"{name.strip()} is given twice", where=where, fix="give it once")
        result[name.strip()] = dict(read) if isinstance(read, Mapping) else read
    return result


def _result(population: Any, n: int, seed: int) -> dict[str, Any]:
    """The sample, drawn in chunks, and its targets."""
    import numpy as np

    from osteocast.cli import output
    from osteocast.people.targets import as_given, compare
    from osteocast.people.virtual import Sample, sample

    parts: list[Sample] = []
    with output.progress("Drawing people") as progress:
        for first in range(0, n, AT_ONCE):
            parts.append(sample(population, np.arange(first, min(first + AT_ONCE, n), dtype=np.uint32), seed))
            progress(min(first + AT_ONCE, n), n)
    joined = Sample(
        np.concatenate([one.ids for one in parts]),
        {
            name: np.concatenate([one.values[name] for one in parts]) if np.ndim(value) else value
            for name, value in parts[0].values.items()
        },
        {name: np.concatenate([one.facts[name] for one in parts]) for name in parts[0].facts},
        parts[0].prior_regimens,
        parts[0].start_month,
    )
    about = {"schema": 1, "n": n, "seed": seed, "population": as_given(population), "start_month": joined.start_month}
    return about | compare(population, joined)


def _tables(result: Mapping[str, Any]) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    from osteocast.cli import output

    measured = output.plain_table(("quantity", "unit"), ("mean: target", "sample", "sd: target", "sample"))
    measured.add_column("basis")
    for one in result["quantities"]:
        target, sample = one["target"], one["sample"]
        numbers = [f"{part[key]:.3g}" for key in ("mean", "sd") for part in (target, sample)]
        measured.add_row(Text(one["label"]), one["unit"], *numbers, Text(_basis(one)))
    for one in result["shares"]:
        shares = [f"{100.0 * one[key]:.3g}" for key in ("target", "sample")]
        measured.add_row(Text(one["label"]), "%", *shares, "", "", Text(_basis(one)))
    title = Text("Correlations, from the mean for age")
    pairs = output.plain_table(("between",), ("target", "sample"), title=title, title_justify="left")
    pairs.add_column("basis")
    for one in result["correlations"]:
        found = "" if one["sample"] is None else f"{one['sample']:+.2f}"
        names = " and ".join(one["labels"]) + (f", {one['among']}" if one["among"] else "")
        pairs.add_row(Text(names), f"{one['target']:+.2f}", found, Text(_basis(one)))
    said = [f"{result['n']} people, simulated from month {result['start_month']:g} on."]
    everything = [*result["quantities"], *result["shares"], *result["correlations"]]
    if any(one["role"] == "bent" for one in everything):
        said.append("Bent: what is given, or the rules, move the sample away from this usual target.")
    return Group(measured, Text(), pairs, Text("\n".join(["", *said])))


def _basis(one: Mapping[str, Any]) -> str:
    """Basis, how well the source was seen, and whether the sample is free to meet the target."""
    bent = ", bent" if one["role"] == "bent" else ""
    return f"{one['basis']}{bent}" if one["basis"] == "given" else f"{one['basis']} ({one['quality']}){bent}"
