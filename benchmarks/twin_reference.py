"""The fast posterior of a person against the reference by the No-U-Turn sampler, for 20 synthetic people.

    .venv/bin/python benchmarks/twin_reference.py [--people 20] [--out FILE] [--seconds S]

Synthetic people of six kinds of life are measured with noise and inferred twice. For spine and hip, at month 0 and 2,
5 and 10 years into the strategy, the medians of the T-score are to agree within 0.1 and the ends of the 90 % interval
within 0.15 in 95 of 100 comparisons, none beyond 0.3. One summary a person is added to the file; people who are in it
are not done again, so the run can be stopped and resumed, or cut into pieces with `--seconds`. Exits with 1 where the
posteriors do not agree.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from twin_summaries import SEED, differences, fast_summary, person_of, reference_summary

STORED = Path(__file__).resolve().parent.parent / "tests" / "crosscheck" / "twin_reference.json"


def write(path: Path, table: dict[str, object]) -> None:
    """Replace the file whole."""
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    os.replace(partial, path)


def report(table: dict[str, dict]) -> bool:
    """Print how far fast and reference lie apart; whether that is near enough."""
    medians, ends = [], []
    for number, one in table.items():
        found = differences(fast_summary(int(number)), one["t_score"])
        medians += found[0]
        ends += found[1]
        worst = f"medians {max(found[0]):.3f}, ends {max(found[1]):.3f}"
        print(f"  {number:>2} {one['life']}: {worst}; r-hat {one['r_hat']}, effective {one['effective']}", flush=True)
    near = sum(end <= 0.15 for end in ends) / len(ends)
    print(f"{len(table)} people, {len(medians)} medians: largest difference {max(medians):.3f} (at most 0.1)")
    print(f"{len(ends)} interval ends: {100 * near:.1f} % within 0.15 (at least 95 %), largest {max(ends):.3f} (0.3)")
    return max(medians) <= 0.1 and near >= 0.95 and max(ends) <= 0.3


def main() -> None:
    """Add what is missing, then compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--out", type=Path, default=STORED)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin no further person after this")
    given = parser.parse_args()
    table = json.loads(given.out.read_text(encoding="utf-8")) if given.out.exists() else {}
    start = time.perf_counter()
    for number in range(given.people):
        if str(number) in table:
            continue
        if time.perf_counter() - start > given.seconds:
            print(f"{len(table)} of {given.people} people are done; run again for the others")
            sys.exit(3)
        began = time.perf_counter()
        life, truth, strategy = person_of(number)
        table[str(number)] = {"life": life, **reference_summary(truth.person, strategy, seed=SEED)}
        table = dict(sorted(table.items(), key=lambda one: int(one[0])))
        write(given.out, table)
        print(f"  {number} {life}: {time.perf_counter() - began:.0f} s", flush=True)
    sys.exit(0 if report(table) else 1)


if __name__ == "__main__":
    main()
