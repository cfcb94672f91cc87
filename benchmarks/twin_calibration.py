"""Simulation-based calibration of personal inference: is the truth where the posterior says it is?

    .venv/bin/python benchmarks/twin_calibration.py [--people 1000] [--wider 1.5] [--out FILE] [--seconds S]

Synthetic people are drawn from the prior, live with the engine, are measured with noise, and are inferred. Where the
inference is right, the share of the posterior below the truth is even from 0 to 1, and 90 % intervals hold 90 % of
truths. With `--wider` the fitted parameters of the people lie so many times as far from their medians: there nothing
is promised. With `--out` every piece of 30 people is added to a file and not done again, so that the run can be
stopped and resumed, or cut into pieces with `--seconds`.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import numpy as np

from synthetic_person import SITES, YEARS, made, plans, ranks

BINS = 10
EACH = 5
"""People of each kind of life in a piece."""


def piece(number: int, per_round: int, draws: int, seed: int, wider: float) -> dict[str, list[list[float]]]:
    """Ranks of a piece of people by kind of life: one row a person, sites and years in order."""
    found = {}
    for place, (name, plan) in enumerate(plans().items()):
        people = made(plan, EACH, 100_000 * seed + 10 * number + place, wider=wider)
        mine = [ranks(one, plan.strategy, per_round=per_round, draws=draws, seed=seed) for one in people]
        found[name] = [[round(one[site, year], 4) for site in SITES for year in YEARS] for one in mine]
    return found


def report(pieces: list[dict[str, list[list[float]]]]) -> None:
    """Coverage, and how far the ranks are from even (chi squared over ten bins, expected 9)."""
    for name in pieces[0]:
        rank = np.array([row for one in pieces for row in one[name]])
        print(f"  {name}: {len(rank)} people, {100 * np.mean((rank >= 0.05) & (rank <= 0.95)):.1f} % inside")
    every = np.array([row for one in pieces for rows in one.values() for row in rows])
    for column, (site, year) in enumerate((site, year) for site in SITES for year in YEARS):
        rank = every[:, column]
        counts, _ = np.histogram(rank, BINS, (0.0, 1.0))
        expected = len(rank) / BINS
        chi = float(np.sum((counts - expected) ** 2) / expected)
        inside = 100.0 * np.mean((rank >= 0.05) & (rank <= 0.95))
        print(f"{site:13} year {year:2}: 90 % interval holds {inside:.1f} %, chi squared {chi:.1f}, {counts}")


def main() -> None:
    """Add the pieces that are missing, and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--wider", type=float, default=1.0)
    parser.add_argument("--per-round", type=int, default=1000)
    parser.add_argument("--draws", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin no further piece after this")
    given = parser.parse_args()
    options = {key: getattr(given, key) for key in ("per_round", "draws", "seed", "wider")}
    pieces = []
    if given.out is not None and given.out.exists():
        header, *lines = given.out.read_text(encoding="utf-8").splitlines()
        if json.loads(header) != options:
            sys.exit(f"{given.out} was made with other options: {header}")
        pieces = [json.loads(line) for line in lines]
    elif given.out is not None:
        given.out.write_text(json.dumps(options) + "\n", encoding="utf-8")
    wanted, start = -(-given.people // (EACH * len(plans()))), time.perf_counter()
    while len(pieces) < wanted and time.perf_counter() - start <= given.seconds:
        pieces.append(piece(len(pieces), **options))
        if given.out is not None:
            with given.out.open("a", encoding="utf-8") as file:
                file.write(json.dumps(pieces[-1]) + "\n")
        print(f"{len(pieces)} of {wanted} pieces, {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
    report(pieces)
    sys.exit(0 if len(pieces) >= wanted else 3)


if __name__ == "__main__":
    main()
