"""All measurements of one run on this machine, as numbers for scripts and as a table."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from osteocast.bench.cases import YEARS
from osteocast.bench.floor import floor
from osteocast.bench.measure import FIRST, Measured, measure

SCALING = (10_000, 100_000, 1_000_000)
QUICK_SCALING = (1_000, 4_000, 16_000)


class Peer(NamedTuple):
    """Another way to solve the same equations.

    Attributes:
        name: as printed.
        solver: module of this package.
        question: what it is asked.
        people: how many it is asked for, and how many in a quick run.
        own_processes: whether it needs a process a core.
    """

    name: str
    solver: str
    question: str
    people: tuple[int, int]
    own_processes: bool = False


PEERS = (
    Peer("rk4, 5 days", "rk4", "untreated", (8_192, 2_048)),
    Peer("rk4, 5 days", "rk4", "daily", (8_192, 2_048)),
    Peer("libroadrunner, CVODE 1e-6", "roadrunner", "untreated", (200, 20), own_processes=True),
    Peer("libroadrunner, CVODE 1e-6", "roadrunner", "daily", (4, 2), own_processes=True),
    Peer("scipy LSODA 1e-6", "lsoda", "untreated", (16, 4), own_processes=True),
    Peer("diffrax Tsit5 1e-6, vmapped", "vmapped", "untreated", (512, 32)),
)
OURS = {"untreated": (65_536, 8_192), "daily": (32_768, 4_096)}


def bench(*, quick: bool = False, say: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
    """Measure everything; see `docs/speed.md` for what the numbers mean.

    Args:
        quick: fewer people, every peer.
        say: told what is being measured.

    Returns:
        What `osteocast bench --json` prints.
    """
    cores, which = os.cpu_count() or 1, int(quick)
    exact: dict[str, np.ndarray] = {}
    ours: dict[str, Measured] = {}
    for question, people in OURS.items():
        say(f"reference, {question}")
        exact[question] = _reference(question)
        say(f"osteocast, {question}")
        ours[question] = measure("ours", question, people[which])
    peers = []
    for peer in PEERS:
        say(f"{peer.name}, {peer.question}")
        people_asked = max(peer.people[which], cores if peer.own_processes else 1)
        found = measure(
            peer.solver,
            peer.question,
            people_asked,
            processes=cores if peer.own_processes else 1,
        )
        peers.append(
            {
                "name": peer.name,
                "case": peer.question,
                "persons": people_asked,
                "person_decades_per_s": found.person_decades_per_s,
                "max_rel_error": errors(found, exact[peer.question])[0],
                "rms_rel_error": errors(found, exact[peer.question])[1],
                "peak_rss_mb": found.peak_rss_mb,
                "ratio": ours[peer.question].person_decades_per_s / found.person_decades_per_s,
            }
        )
    scaling = []
    for people_asked in QUICK_SCALING if quick else SCALING:
        say(f"osteocast, {people_asked:,} persons")
        found = measure("ours", "untreated", people_asked, repeats=1)
        scaling.append({"persons": people_asked, "wall_s": found.wall_s, "peak_rss_mb": found.peak_rss_mb})
    say("arithmetic of a step")
    main = ours["untreated"]
    return {
        "persons": main.people,
        "years": YEARS,
        "cores": cores,
        "wall_s": main.wall_s,
        "person_decades_per_s": main.person_decades_per_s,
        "peak_rss_mb": main.peak_rss_mb,
        "max_rel_error": max(errors(one, exact[question])[0] for question, one in ours.items()),
        "rms_rel_error": max(errors(one, exact[question])[1] for question, one in ours.items()),
        "daily": {
            "persons": ours["daily"].people,
            "person_decades_per_s": ours["daily"].person_decades_per_s,
            "max_rel_error": errors(ours["daily"], exact["daily"])[0],
        },
        "floor": floor().to_dict(main),
        "peers": peers,
        "scaling": scaling,
        "slope": slope(scaling),
    }


def errors(found: Measured, exact: np.ndarray) -> tuple[float, float]:
    """Largest and root mean square relative error of density among the first people."""
    people = min(found.density.shape[-1], exact.shape[-1])
    off = found.density[..., :people] / exact[..., :people] - 1.0
    return float(np.abs(off).max()), float(np.sqrt(np.mean(off**2)))


def slope(scaling: list[dict[str, Any]]) -> float:
    """Slope of log time on log persons."""
    logs = np.log([[one["persons"], one["wall_s"]] for one in scaling])
    return float(np.polyfit(logs[:, 0], logs[:, 1], 1)[0])


def _reference(question: str) -> np.ndarray:
    from osteocast.bench import vmapped
    from osteocast.bench.cases import case

    return vmapped.solve(case(question, FIRST), relative=vmapped.TIGHT)
