"""The commands and what they are called."""

from __future__ import annotations

from typing import Annotated

import typer

from osteocast.cli.bench import bench
from osteocast.cli.calibrate import calibrate
from osteocast.cli.compare import compare
from osteocast.cli.explain import cite, explain
from osteocast.cli.export import export
from osteocast.cli.guide import guide
from osteocast.cli.monitor import monitor
from osteocast.cli.people import people
from osteocast.cli.plan import plan
from osteocast.cli.serve import serve
from osteocast.cli.study import study
from osteocast.cli.trial import app as trial
from osteocast.cli.twin import twin
from osteocast.cli.validate import validate
from osteocast.cli.why import why

EPILOG = "Research and education, not a medical device."

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"osteocast {version('osteocast')}")
        raise typer.Exit


@app.callback(epilog=EPILOG)
def osteocast(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """What a person's bones will do on an aromatase inhibitor, and what would change it."""


for command in (
    compare, twin, serve, why, plan, guide, monitor, validate, study, people, calibrate, export, explain, cite, bench
):  # fmt: skip
    app.command(epilog=EPILOG)(command)
app.add_typer(trial, name="trial", epilog=EPILOG)
