"""Kill a trial's run (its process group, signal 9) at random moments, let it go on, and compare every byte.

    python benchmarks/kill_resume.py [--kills 20] [--n 8000] [--workers 2] [--seed N]

Each kill comes at a random moment while chunks are simulated and written, in a warm run. Exits with 1 if a byte differs from a run that was
left alone.
"""

from __future__ import annotations

import argparse
import hashlib
import json
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


def begun(folder: Path) -> bool:
    return (folder / "manifest.json").exists()


def complete(folder: Path) -> bool:
    return begun(folder) and json.loads((folder / "manifest.json").read_text())["complete"]


def finish(folder: Path, n: int, workers: int) -> float:
    """Seconds from the first manifest to the last."""
    process = start(folder, n, workers)
    first = 0.0
    while process.poll() is None and not complete(folder):
        if not first and begun(folder):
            first = time.perf_counter()
        time.sleep(0.01)
    last = time.perf_counter()
    if process.wait():
        raise SystemExit("a run failed")
    return last - first


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
        print(f"{len(expected)} files; chunks take {whole:.1f} s in a warm run")
        for kill in range(given.kills):
            folder = Path(place) / f"killed-{kill}"
            moment = random.uniform(0.0, whole)
            process = start(folder, given.n, given.workers)
            while not begun(folder):
                time.sleep(0.005)
            time.sleep(moment)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            found = len(list(folder.glob("*/arm=*/chunk-*.parquet")))
            finish(folder, given.n, given.workers)
            same = digests(folder) == expected
            failures += not same
            word = "equal" if same else "DIFFERENT"
            print(f"killed after {moment:5.1f} s with {found:3d} files there; resumed: {word}")
    print(f"{given.kills} kills, {failures} different")
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main())
