"""One Dask worker against two, each pinned to one core, on the same trial: the same bytes, and how much faster.

    python benchmarks/dask_two_workers.py [--n 200000] [--out FILE]

Workers are started, and have compiled, before the clock runs. Linux only (pinning).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from osteocast.trials import store
from osteocast.trials.reading import load_design
from osteocast.trials.run import run

DESIGN = Path(__file__).parents[1] / "examples" / "atac-bone-substudy.yaml"
WARM_UP = 400


def started(cores: list[int], place: Path) -> tuple[str, list[subprocess.Popen[bytes]]]:
    """A scheduler, and one worker of one thread for each core."""
    told = place / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    common = ["--scheduler-file", str(told), "--no-dashboard"]
    scheduler = [
        sys.executable,
        "-m",
        "distributed.cli.dask_scheduler",
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        *common,
    ]
    processes = [subprocess.Popen(scheduler, **quiet)]
    while not told.exists():
        time.sleep(0.1)
    worker = ["distributed.cli.dask_worker", *common, "--nthreads", "1", "--no-nanny"]
    for core in cores:
        command = [
            "taskset",
            "-c",
            str(core),
            sys.executable,
            "-m",
            *worker,
            "--local-directory",
            str(place / f"core-{core}"),
        ]
        processes.append(subprocess.Popen(command, **quiet))
    return json.loads(told.read_text())["address"], processes


def measured(cores: list[int], n: int, place: Path) -> tuple[float, dict[str, str]]:
    """Seconds for the trial on workers pinned to these cores, and the digests of its files."""
    from distributed import Client

    place.mkdir()
    address, processes = started(cores, place)
    try:
        design = load_design(DESIGN)
        with Client(address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(len(cores), timeout=60)
            client.run(_warm, design.canonical(), n)
        began = time.perf_counter()
        finished = run(design, n, place / "out", scheduler=address)
        seconds = time.perf_counter() - began
        return seconds, {name: store.sha256(place / "out" / name) for name in finished.manifest["files"]}
    finally:
        for process in processes[::-1]:
            process.terminate()
            process.wait()


def _warm(design: dict[str, object], n: int) -> None:
    """Compile, in the worker."""
    import json

    from osteocast.trials.chunk import Job
    from osteocast.trials.workers import make

    for arm in ("anastrozole", "tamoxifen"):
        make(Job(json.dumps(design), arm, 0, WARM_UP, 1, False))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=200_000)
    parser.add_argument("--out", type=Path, default=None, help="file for the figures as JSON")
    given = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))[:2]
    if len(cores) < 2:
        raise SystemExit("two cores are needed")
    with tempfile.TemporaryDirectory() as name:
        one, first = measured(cores[:1], given.n, Path(name) / "one")
        two, second = measured(cores, given.n, Path(name) / "two")
    figures = {"n": given.n, "one_s": round(one, 2), "two_s": round(two, 2), "ratio": round(one / two, 3),
               "same_bytes": first == second}  # fmt: skip
    print(json.dumps(figures))
    if given.out is not None:
        given.out.write_text(json.dumps(figures) + "\n")
    return int(first != second)


if __name__ == "__main__":
    sys.exit(main())
