"""`osteocast trial run`: simulate a trial, or go on with one."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer

SMALL = 4000
"""Fewer people are simulated sooner in one process than others start."""


def run(
    design: Annotated[
        Path, typer.Argument(metavar="DESIGN", help="YAML file, see examples/atac-bone-substudy.yaml.")
    ],
    n: Annotated[int | None, typer.Option("--n", help="Number of people; by default the design's.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the results; an unfinished run is continued.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the random numbers; by default the design's.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes; by default one a core for large trials.")] = None,
    scheduler: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Dask scheduler to run on.")] = None,
    monthly: Annotated[bool, typer.Option("--monthly", help="Keep every month, not only visits and years.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """Run a virtual trial and analyse it; stopped or killed, the same command goes on where it was.

    Without --out the results are analysed and not kept.

    Example: osteocast trial run examples/atac-bone-substudy.yaml --n 2000 --out results/atac-trial
    """
    from osteocast.cli import output

    _check(n, seed, workers)
    output.usable_folder(out)
    from osteocast.trials.reading import load_design

    plan = load_design(design)
    people = plan.n if n is None else n
    count = workers or (1 if people < SMALL else os.cpu_count() or 1)
    from osteocast.trials import results
    from osteocast.trials.run import run as run_trial

    with _folder(out) as folder:
        try:
            with _progress() as progress:
                done = run_trial(
                    plan, n, folder, seed=seed, monthly=monthly, workers=count, scheduler=scheduler, progress=progress
                )
        except KeyboardInterrupt:
            kept = f"{out} holds what is finished; run the same command again to go on" if out else "nothing was kept"
            raise output.Stopped(f"Stopped; {kept}.") from None
        found = results.as_json(folder, done.manifest)
    if out is None:
        found["manifest"]["folder"] = None
    if json:
        output.print_json(found)
    else:
        from osteocast.report.timeline import result_table

        console = output.console()
        console.print(plan.title, style="bold", markup=False)
        console.print(result_table(found))
        console.print(output.DISCLAIMER, style="dim")
    if out is not None:
        said = "was finished already, nothing was simulated" if done.was_there else "written"
        print(f"{out}: {said}; {len(done.manifest['files'])} files.", file=sys.stderr)


def _check(n: int | None, seed: int | None, workers: int | None) -> None:
    from osteocast.people import checks

    for value, where, low, high in (
        (n, "--n", 1, 2**31),
        (seed, "--seed", 0, 2**63 - 1),
        (workers, "--workers", 1, 1024),
    ):
        if value is not None:
            checks.number(value, where, low, high)


@contextlib.contextmanager
def _folder(out: Path | None) -> Iterator[Path]:
    """The folder of results; without one a temporary, removed at the end."""
    if out is not None:
        yield out
        return
    with tempfile.TemporaryDirectory(prefix="osteocast-trial-") as name:
        yield Path(name)


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr with people done, people a second and time left."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    bar = Progress(
        TextColumn("Simulating"),
        BarColumn(),
        TaskProgressColumn(show_speed=False),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f} people, {task.fields[rate]}"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task("", total=1, rate="compiling")

        def told(done: int, total: int) -> None:
            speed = bar.tasks[0].speed
            bar.update(task, completed=done, total=total, rate=f"{speed:,.0f} a second" if speed else "compiling")

        yield told
