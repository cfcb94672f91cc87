"""How long `osteocast twin` takes: in new processes, asked again in one process, and its PDF.

    .venv/bin/python benchmarks/twin_time.py [--person FILE] [--times 5]

Compiled code is on disk before the clock runs. Four strategies of ten years, with the posterior.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from osteocast import load_person
from osteocast.report.pdf import twin_pdf
from osteocast.twin import forecast

EXAMPLE = Path(__file__).parents[1] / "examples" / "woman-64-with-two-scans.toml"


def timed(work: Callable[[], object], times: int) -> list[float]:
    """Seconds of each of so many calls."""
    found = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        found.append(time.perf_counter() - begun)
    return found


def main() -> None:
    """Measure and print."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--person", type=Path, default=EXAMPLE)
    given.add_argument("--times", type=int, default=5)
    asked = given.parse_args()
    command = [sys.executable, "-m", "osteocast", "twin", str(asked.person)]

    def new_process() -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    new_process()
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    found = {"new process": timed(new_process, asked.times)}
    user = (resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before) / asked.times
    person = load_person(asked.person)
    result = forecast(person).to_dict()
    found["again in one process"] = timed(lambda: forecast(person).to_dict(), asked.times)
    twin_pdf(result, "intermediate")
    found["PDF"] = timed(lambda: twin_pdf(result, "intermediate"), asked.times)
    for name, seconds in found.items():
        print(f"{name}: median {median(seconds):.2f} s, {min(seconds):.2f} to {max(seconds):.2f} s")
    print(f"processor time of a new process: {user:.2f} s")


if __name__ == "__main__":
    main()
