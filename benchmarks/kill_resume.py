"""Kill a trial's run (its process group, signal 9) at random moments, let it go on, and compare every byte.

    python benchmarks/kill_resume.py [--kills 20] [--n 8000] [--workers 2] [--seed N]

Each kill comes at a random moment of a warm run: once a random number of its files is there, and a random part of the
time of one file later. Exits with 1 if a byte differs from a run that was left alone.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DESIGN = Path(__file__).parents[1] / "examples" / "atac-bone-substudy.yaml"


def start(folder: Path, n: int, workers: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "osteocast", "trial", "run", str(DESIGN), "--n", str(n), "--out", str(folder)]
    quiet = subprocess.DEVNULL
    return subprocess.Popen([*command, "--workers", str(workers), "--json"], stdout=quiet, start_new_session=True)


def digests(folder: Path) -> dict[str, str]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def files(folder: Path) -> int:
    return len(list(folder.glob("*/arm=*/chunk-*.parquet")))


def finish(folder: Path, n: int, workers: int) -> float:
    """Seconds from the first file to the last."""
    process, times = start(folder, n, workers), [0.0, 0.0]
    seen = files(folder)
    while process.poll() is None:
        if (now := files(folder)) > seen:
            times = [times[0] or time.perf_counter(), time.perf_counter()]
            seen = now
        time.sleep(0.005)
    if process.returncode:
        raise SystemExit("a run failed")
    return times[1] - times[0]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--n", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=None, help="of the moments")
    given = parser.parse_args()
    random.seed(given.seed)
    with tempfile.TemporaryDirectory() as place:
        undisturbed = Path(place) / "undisturbed"
        finish(undisturbed, given.n, given.workers)  # compiles
        expected = digests(undisturbed)
        again = Path(place) / "again"
        whole = finish(again, given.n, given.workers)
        failures = int(digests(again) != expected)
        count = files(again)
        print(f"{count} files, written within {whole:.1f} s of a warm run")
        for kill in range(given.kills):
            folder = Path(place) / f"killed-{kill}"
            after, wait = random.randrange(count), random.uniform(0.0, 3.0 * whole / count)  # three files a chunk
            process = start(folder, given.n, given.workers)
            while files(folder) < after and process.poll() is None:
                time.sleep(0.002)
            time.sleep(wait)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            found = files(folder)
            finish(folder, given.n, given.workers)
            same = digests(folder) == expected
            failures += not same
            word = "equal" if same else "DIFFERENT"
            print(f"killed with {found:3d} of {count} files there; resumed: {word}")
    print(f"{given.kills} kills, {failures} different")
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main())
