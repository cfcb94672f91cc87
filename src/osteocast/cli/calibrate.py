"""`osteocast calibrate`: fit the mechanism to published results."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from osteocast.errors import OsteocastError

if TYPE_CHECKING:
    from rich.table import Table


def calibrate(
    cross_validate: Annotated[
        bool, typer.Option("--cross-validate", help="Also refit without some trials and some drugs in turn.")
    ] = False,
    fractures: Annotated[
        bool, typer.Option("--fractures", help="Fit only vertebral fractures, to the mechanism as it is; a minute.")
    ] = False,
    claims: Annotated[
        bool, typer.Option("--claims", help="Only simulate anew what `explain claims` shows; half a minute.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Seed of the virtual samples.")] = 0,
    data: Annotated[
        Path | None, typer.Option(help="Your own people, as a NONMEM-style table: update the stored fit with them.")
    ] = None,
    only: Annotated[list[str] | None, typer.Option(help="With --data: let only these parameters move.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for calibration.json, the report; with --data also posterior.json.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Fit every fitted parameter to the published results; up to 15 minutes.

    Writes the parameters where the model reads them, and reports what moved. With --data the stored fit is updated
    from your own people instead and written to --out; the stored parameters stay as they are.
    """
    if data is not None:
        _update(data, only, out, json)
        return
    from rich.console import Console

    from osteocast.calibration.command import calibrate as run
    from osteocast.calibration.fractures import fit as fit_fractures
    from osteocast.cli import output
    from osteocast.evidence.targets import read_targets
    from osteocast.forecast.studies import store_errors
    from osteocast.trials import comparisons
    from osteocast.trials.validate import validate

    if claims and (cross_validate or fractures):
        raise OsteocastError("--claims fits nothing", where="--claims", fix="ask for it alone")
    if fractures and cross_validate:
        raise OsteocastError(
            "--fractures fits one number and leaves no trial out",
            where="--cross-validate",
            fix="ask for one of the two",
        )
    output.usable_folder(out)
    if fractures:
        with Console(stderr=True).status("Setting up") as status:
            found = fit_fractures(lambda what: status.update(what.capitalize()))
        _show_fractures(found, json)
        return
    if claims:
        _show_claims(_claims(), json)
        return
    with Console(stderr=True).status("Setting up") as status:

        def say(what: str, count: int, cost: float) -> None:
            status.update(f"Fitting {what}: {count} gradients, cost {cost:.1f}")

        result = run(seed=seed, cross_validate=cross_validate, report=out, progress=say)
        status.update("Comparing with every published row")
        compared = validate(read_targets())
        store_errors(compared)
        comparisons.keep(compared)
        found = fit_fractures(lambda what: status.update(what.capitalize()))
    result["fractures"] = found
    result["claims"] = _claims()
    if json:
        output.print_json(result)
        return
    console = output.console()
    console.print(_table(result))
    agreement = result["agreement"]
    console.print(f"{agreement['n']} rows, root mean square of z {agreement['rms_z']:.2f}", markup=False)
    for name, left in (result.get("left_out", {}) | result.get("drugs_left_out", {})).items():
        console.print(f"predicted without {name}: {left['n']} rows, root mean square of z {left['rms_z']:.2f}")
    if result["claims"]["outside"]:
        names = ", ".join(result["claims"]["outside"])
        console.print(f"explain claims: numbers no longer fit the answers: {names}", markup=False, style="yellow")
    console.print(output.DISCLAIMER, style="dim")


def _claims() -> dict[str, Any]:
    """Simulate what the answers to the statements of the source article rest on."""
    from osteocast.cli import output
    from osteocast.explain import claims_runs
    from osteocast.explain.claim_records import rows_to_simulate

    with output.progress("Simulating for explain claims") as progress:
        outside = claims_runs.store(rows_to_simulate(), progress)
    return {"runs": len(claims_runs.runs()), "outside": outside}


def _show_claims(found: dict[str, Any], json: bool) -> None:
    """Whether the answers to the statements still stand."""
    from osteocast.cli import output

    if json:
        output.print_json(found)
        return
    console = output.console()
    console.print(f"{found['runs']} simulations kept for explain claims", markup=False)
    if found["outside"]:
        names = ", ".join(found["outside"])
        console.print(
            f"Numbers no longer fit the answers: {names}. Look at claims.yaml.", markup=False, style="yellow"
        )
    console.print(output.DISCLAIMER, style="dim")


def _update(data: Path, only: list[str] | None, out: Path | None, json: bool) -> None:
    from rich.console import Console

    from osteocast.calibration.individuals import own_data
    from osteocast.calibration.update import report_of, update, write_update
    from osteocast.cli import output
    from osteocast.exchange.nonmem_read import read_table

    output.usable_folder(out)
    with output.libraries("exchange"), Console(stderr=True).status("Reading") as status:
        task = own_data(read_table(data), only=only)
        status.update("Setting up")
        found = update(task, progress=lambda round_, cost: status.update(f"Round {round_}, cost {cost:.1f}"))
    result = report_of(found, task, [str(data)])
    if out is not None:
        output.say_written(write_update(found, out, result))
    if json:
        output.print_json(result)
        return
    console = output.console()
    spoken = [row for row in result["moved"] if not row["silent"]]
    console.print(_table({"moved": spoken}))
    console.print(f"{result['people']} people, {result['results']} results, {result['rounds']} rounds", markup=False)
    if result["results_that_stand_alone"]:
        console.print(f"{result['results_that_stand_alone']} results stand alone and tell nothing of a course")
    console.print("The data never moved: " + (", ".join(result["silent"]) or "none"), markup=False)
    console.print(output.DISCLAIMER, style="dim")


def _show_fractures(found: dict[str, Any], json: bool) -> None:
    """What the fit of vertebral fractures gave."""
    from osteocast.cli import output

    if json:
        output.print_json(found)
        return
    console = output.console()
    one = found["vertebral_turnover"]
    console.print(
        f"extra gradient of vertebral fractures on turnover {one['value']:.3f} "
        f"({one['low95']:.3f} to {one['high95']:.3f}) {one['unit']}",
        markup=False,
    )
    console.print(output.DISCLAIMER, style="dim")


def _table(result: dict[str, Any]) -> Table:
    from osteocast.cli import output

    table = output.plain_table()
    table.add_column("parameter", no_wrap=True)
    for name in ("prior", "value", "± (log)", "moved by (prior sd)", "informed"):
        table.add_column(name, justify="right")
    for row in sorted(result["moved"], key=lambda one: -abs(one["shift_in_prior_sd"])):
        table.add_row(
            row["name"],
            f"{row['prior']:.4g}",
            f"{row['value']:.4g}",
            f"{row['log_sd']:.2f}",
            f"{row['shift_in_prior_sd']:+.1f}",
            f"{100 * row['informed']:.0f} %",
        )
    return table
