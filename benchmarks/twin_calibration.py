"""Simulation-based calibration of personal inference: is the truth where the posterior says it is?

    .venv/bin/python benchmarks/twin_calibration.py [--people 1000] [--per-round 1000] [--draws 500] [--seed 1]

Synthetic people are drawn from the prior, live with the engine, are measured with noise, and are inferred. Where the
inference is right, the share of the posterior below the truth is even from 0 to 1, and 90 % intervals hold 90 % of
truths. The last lines say the same for people whose fitted parameters lie 1.5 times as far from their medians: there
nothing is promised.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import numpy as np

from synthetic_person import SITES, YEARS, made, plans, ranks

BINS = 10
WIDER = 1.5


def run(people: int, per_round: int, draws: int, seed: int, wider: float) -> dict[tuple[str, int], list[float]]:
    """Ranks by site and year, over all plans."""
    found: dict[tuple[str, int], list[float]] = defaultdict(list)
    known = plans()
    for place, (name, plan) in enumerate(known.items()):
        count = people // len(known) + (place < people % len(known))
        if not count:
            continue
        start, inside = time.perf_counter(), []
        for truth in made(plan, count, 1000 * seed + place, wider=wider):
            mine = ranks(truth, plan.strategy, per_round=per_round, draws=draws, seed=seed)
            inside += [0.05 <= rank <= 0.95 for rank in mine.values()]
            for key, rank in mine.items():
                found[key].append(rank)
        took = time.perf_counter() - start
        print(
            f"  {name}: {count} people, {100 * np.mean(inside):.1f} % inside, {took / count:.2f} s each", flush=True
        )
    return found


def report(found: dict[tuple[str, int], list[float]]) -> None:
    """Coverage, and how far the ranks are from even (chi squared over ten bins, expected 9)."""
    for site in SITES:
        for year in YEARS:
            rank = np.array(found[site, year])
            counts, _ = np.histogram(rank, BINS, (0.0, 1.0))
            expected = len(rank) / BINS
            chi = float(np.sum((counts - expected) ** 2) / expected)
            inside = 100.0 * np.mean((rank >= 0.05) & (rank <= 0.95))
            print(f"{site:13} year {year:2}: 90 % interval holds {inside:.1f} %, chi squared {chi:.1f}, {counts}")


def main() -> None:
    """Run both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--per-round", type=int, default=1000)
    parser.add_argument("--draws", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    for title, people, wider in (("people of the prior", given.people, 1.0), ("wider", given.people // 5, WIDER)):
        print(title)
        report(run(people, given.per_round, given.draws, given.seed, wider))


if __name__ == "__main__":
    main()
