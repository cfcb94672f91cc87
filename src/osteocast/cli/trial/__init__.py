"""`osteocast trial`: virtual trials."""

from __future__ import annotations

import typer

from osteocast.cli.trial.power import power
from osteocast.cli.trial.replicate import replicate
from osteocast.cli.trial.run import run
from osteocast.cli.trial.show import show

EPILOG = "Research and education, not a medical device."

app = typer.Typer(no_args_is_help=True, help="Design a trial, run it on virtual people, look at the results.")
for command in (run, show, power, replicate):
    app.command(epilog=EPILOG)(command)
