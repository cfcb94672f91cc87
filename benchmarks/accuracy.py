"""Engine against a general solver (diffrax, Tsit5 at rtol 1e-9) on random people and regimens.

    .venv/bin/python benchmarks/accuracy.py [--pairs 200] [--seed 1] [--years 10]

Prints the largest and the root mean square relative error of density at any output month, by drug, at the default
and at the precise step. The limits are those of the tests: 5e-4 and 1e-4, and 1e-5. Every card that acts has the
same share of the pairs; about half of them take a second drug.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import numpy as np

from conftest import shapes_fixed
from crosscheck.reference import Case, dose_days, engine, modelled_ids, random_case, solve
from osteocast.engine.accuracy import DEFAULT, PRECISE

AT_ONCE = 20
OUTPUTS = 12
MEN = 0.3  # share of men
FEW_DOSES = 512  # two lengths of the list of doses, so that two solvers are compiled


def pairs(count: int, seed: int, years: float) -> list[Case]:
    """Random pairs of one person and one regimen, the shortest first."""
    rng = np.random.default_rng(seed)
    ids = modelled_ids()
    cases = [
        random_case(rng, ids[i % len(ids)], 1, float(np.round(12.0 * rng.uniform(1.0, years))), OUTPUTS, male=MEN)
        for i in range(count)
    ]
    return sorted(cases, key=lambda case: len(dose_days(case)))


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=200, help="how many pairs of person and regimen")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--years", type=float, default=10.0, help="longest horizon")
    asked = parser.parse_args()
    cases = pairs(asked.pairs, asked.seed, asked.years)
    most = max(len(dose_days(case)) for case in cases)
    errors: dict[str, list[np.ndarray]] = defaultdict(list)
    found: list[tuple[float, float, Case]] = []
    began = time.perf_counter()
    with shapes_fixed():
        for first in range(0, len(cases), AT_ONCE):
            some = cases[first : first + AT_ONCE]
            filled = some + [some[-1]] * (AT_ONCE - len(some))
            slots = FEW_DOSES if len(dose_days(some[-1])) <= FEW_DOSES else most
            for case, exact in zip(some, solve(filled, jump_slots=slots), strict=False):
                both = np.stack([engine(case, accuracy) / exact - 1.0 for accuracy in (DEFAULT, PRECISE)])
                for name in {item.card_id for item in case.regimen.items} | {"all"}:
                    errors[name].append(both)
                found.append((float(np.abs(both[0]).max()), float(np.abs(both[1]).max()), case))
            spent = time.perf_counter() - began
            done = min(first + AT_ONCE, len(cases))
            print(f"\r{done} of {len(cases)} pairs, {spent:.0f} s", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    print(f"{'drug':24}{'pairs':>6}{'default max':>13}{'rms':>10}{'precise max':>13}{'rms':>10}")
    for name in sorted(errors, key=lambda name: (name == "all", name)):
        table = np.stack(errors[name])
        largest, rms = np.abs(table).max(axis=(0, 2, 3, 4)), np.sqrt((table**2).mean(axis=(0, 2, 3, 4)))
        print(f"{name:24}{len(table):6d}{largest[0]:13.1e}{rms[0]:10.1e}{largest[1]:13.1e}{rms[1]:10.1e}")
    for title, k in (("default", 0), ("precise", 1)):
        print(f"\nfurthest off at the {title} step:")
        for entry in sorted(found, key=lambda one: -one[k])[:5]:
            group = entry[2].group
            print(f"  {entry[k]:.1e}  age {group.age:.0f}, {group.years_since_menopause}: {entry[2].regimen}")


if __name__ == "__main__":
    main()
