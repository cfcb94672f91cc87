"""`osteocast trial power`: how many people an endpoint needs, by simulation."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from osteocast.trials.design import Design, Endpoint


SPREAD = "Virtual people differ less than those of published trials do: take the size as a lower bound."


def power(
    design: Annotated[
        Path, typer.Argument(metavar="DESIGN", help="YAML file, see examples/atac-bone-substudy.yaml.")
    ],
    endpoint: Annotated[
        str | None,
        typer.Option(metavar="QUANTITY[@MONTH]", help="Such as lumbar_spine@24; by default the design's first."),
    ] = None,
    arm: Annotated[
        str | None, typer.Option(help="Arm to compare with the reference; by default the first other.")
    ] = None,
    power: Annotated[float, typer.Option(help="Wanted probability of p below alpha.")] = 0.8,
    alpha: Annotated[float, typer.Option(help="Two-sided level of the test.")] = 0.05,
    people: Annotated[int, typer.Option(help="People in each arm of the large virtual trial.")] = 2000,
    trials: Annotated[int, typer.Option(help="Trials drawn at each size.")] = 400,
    seed: Annotated[int | None, typer.Option(help="Seed of the random numbers; by default the design's.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """Find the sample size of an endpoint: trials drawn from a large virtual one, analysed as the design says.

    Example: osteocast trial power examples/atac-bone-substudy.yaml --endpoint lumbar_spine@24
    """
    from osteocast.cli import output
    from osteocast.people import checks
    from osteocast.trials.reading import load_design

    for value, where, low, high in ((people, "--people", 20, 100_000), (trials, "--trials", 20, 100_000)):
        checks.number(value, where, low, high)
    if seed is not None:
        checks.number(seed, "--seed", 0, 2**63 - 1)
    checks.number(alpha, "--alpha", 1e-6, 0.499)
    checks.number(power, "--power", alpha, 0.999)
    plan = load_design(design)
    from osteocast.trials.sizing import endpoint_of, other_arm, size_of_trial

    wanted, compared = endpoint_of(plan, endpoint), other_arm(plan, arm)
    output.announce_compilation()
    began = time.perf_counter()
    with _progress() as told:
        found = size_of_trial(
            plan, wanted, compared, people=people, power=power, alpha=alpha, trials=trials, seed=seed, progress=told
        )
    result = {
        "schema": 1,
        "title": plan.title,
        "endpoint": wanted.model_dump(mode="json"),
        **found.to_dict(),
        "trials": trials,
        "note": SPREAD,
        "seconds": round(time.perf_counter() - began, 1),
    }

    output.deliver(
        result, output.with_disclaimer(lambda: _told(plan, wanted, result)), name="power", out=None, json=json
    )


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on stderr for each stage."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        tasks: dict[str, Any] = {}

        def told(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield told


def _told(plan: Design, endpoint: Endpoint, result: Mapping[str, Any]) -> Any:
    from rich.console import Group
    from rich.text import Text

    from osteocast.cli import output
    from osteocast.report.timeline import endpoint_words

    a, b = result["arms"]
    n = result["n"]
    unit = " %" if endpoint.measure in ("percent_change", "event") else ""
    difference = f"{result['difference']:+.3g}{unit} ({result['lo95']:+.3g} to {result['hi95']:+.3g})"
    lines = [
        f"{endpoint_words(endpoint)}, by {result['analysis']}",
        f"{a} minus {b}: {difference} among {result['people'][0]:,} virtual people an arm",
        f"{n[0]:,} in {a} and {n[1]:,} in {b} for a power of {result['power']:g} at a two-sided level of "
        f"{result['alpha']:g}",
        f"Monte Carlo interval of the first: {result['n_lo95']:,} to {result['n_hi95']:,}; "
        f"{result['check']['power']:.3f} of {result['check']['trials']:,} trials of that size found it "
        f"({result['check']['lo95']:.3f} to {result['check']['hi95']:.3f})",
    ]
    table = output.plain_table()
    for name in (a, b, "power", "95 % interval"):
        table.add_column(name, justify="right")
    for point in result["curve"]:
        interval = f"{point['lo95']:.3f} to {point['hi95']:.3f}"
        table.add_row(f"{point['n'][0]:,}", f"{point['n'][1]:,}", f"{point['power']:.3f}", interval)
    last = f"{result['seconds']:g} s; {result['trials']:,} trials at each size.\n{result['note']}"
    return Group(Text(plan.title.strip(), style="bold"), Text("\n".join([*lines, ""])), table, Text(f"\n{last}"))
