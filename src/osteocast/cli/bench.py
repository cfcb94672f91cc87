"""`osteocast bench`: the engine's speed and accuracy beside other simulators, measured here and now."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console


NEEDED = {"diffrax": "bench", "roadrunner": "bench", "libsbml": "exchange"}
"""Modules of the other simulators, and the extras that install them."""


def bench(
    quick: Annotated[bool, typer.Option("--quick", help="Fewer people, every simulator.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """Measure the engine beside RK4, libRoadRunner, SciPy and diffrax on the same people, on all cores."""
    from osteocast.cli import output
    from osteocast.errors import OsteocastError

    for module, extra in NEEDED.items():
        if find_spec(module) is None:
            raise OsteocastError(
                f"{module} is not installed", where="bench", fix=f"install it with pip install 'osteocast[{extra}]'"
            )
    from rich.console import Console

    from osteocast.bench.report import bench as measured

    with Console(stderr=True).status("Measuring") as status:
        result = measured(quick=quick, say=lambda what: status.update(f"Measuring {what}"))
    output.deliver(result, lambda console: _show(console, result), name="bench", out=None, json=json)


def _show(console: Console, result: dict[str, Any]) -> None:
    from osteocast.cli import output

    table = output.plain_table()
    table.add_column("simulator")
    table.add_column("people")
    for name in ("person-decades/s", "osteocast is faster by", "largest error", "r.m.s. error", "memory, MB"):
        table.add_column(name, justify="right")
    daily = result["daily"]
    table.add_row(
        "osteocast, default step",
        "untreated",
        f"{result['person_decades_per_s']:,.0f}",
        "",
        f"{result['max_rel_error']:.0e}",
        f"{result['rms_rel_error']:.0e}",
        f"{result['peak_rss_mb']:,.0f}",
    )
    table.add_row(
        "osteocast, default step",
        "daily",
        f"{daily['person_decades_per_s']:,.0f}",
        "",
        f"{daily['max_rel_error']:.0e}",
        "",
        "",
    )
    for peer in result["peers"]:
        table.add_row(
            peer["name"],
            peer["case"],
            f"{peer['person_decades_per_s']:,.3g}",
            f"{peer['ratio']:,.1f} times",
            f"{peer['max_rel_error']:.0e}",
            f"{peer['rms_rel_error']:.0e}",
            f"{peer['peak_rss_mb']:,.0f}",
        )
    console.print(table)
    growth = output.plain_table()
    for name in ("persons", "seconds", "memory, MB"):
        growth.add_column(name, justify="right")
    for one in result["scaling"]:
        growth.add_row(f"{one['persons']:,}", f"{one['wall_s']:.2f}", f"{one['peak_rss_mb']:,.0f}")
    console.print(growth)
    console.print(
        f"{result['cores']} cores, {result['years']} years and the life before them, density at four sites every "
        f"year; slope of log time on log persons {result['slope']:.2f}."
    )
    least = result["floor"]
    console.print(
        f"A step of one person: {least['arithmetic']:.0f} additions and multiplications, "
        f"{least['transcendental']:.0f} exponentials and logarithms. At the rates measured here that is "
        f"{least['floor_ns_per_step']:.0f} ns; the engine takes {least['engine_ns_per_step']:.0f} ns "
        f"({least['times_floor']:.1f} times)."
    )
