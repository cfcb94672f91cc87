"""Designs that several tests use, and running them in processes of their own."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

SMALL = """
title: Two arms for one year
population:
  sex: female
  given:
    age: {mean: 66, sd: 4}
    years_since_menopause: {mean: 15, sd: 4, min: 3}
    t_score_lumbar_spine: {mean: -1.8, sd: 0.7}
arms:
  - {name: letrozole, regimen: letrozole 2.5 mg daily}
  - {name: none, regimen: none}
reference_arm: none
visits_month: [0, 6, 18]
endpoints:
  - {quantity: lumbar_spine, month: 18}
  - {quantity: sCTX, month: 6, analysis: median}
assays: {sCTX: 10}
dropout: {yearly: 0.2}
seed: 11
n: 60
"""
RICH = (
    SMALL
    + """
also_measured: [total_hip, t_score_lumbar_spine]
missed_visits: 0.1
death: true
fractures: true
adherence: population
discontinuation: {yearly: 0.3}
rescue:
  - {when: t_score_lumbar_spine < -2.5 or fracture, give: zoledronic acid 4 mg every 6 months, arms: [letrozole]}
"""
)
SOURCES = Path(__file__).parents[1] / "src"


def design_file(folder: Path, text: str = SMALL) -> Path:
    """The design as a file."""
    path = folder / "design.yaml"
    path.write_text(text)
    return path


def start(*arguments: object) -> subprocess.Popen[str]:
    """`osteocast trial run ...` in a process group of its own."""
    environment = os.environ | {"PYTHONPATH": str(SOURCES)}
    return subprocess.Popen(
        [sys.executable, "-m", "osteocast", "trial", "run", *map(str, arguments), "--json"],
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=_heed_interrupts,  # noqa: PLW1509  # no thread of the tests is running here
    )


def _heed_interrupts() -> None:
    """A run started in the background of a shell ignores Ctrl-C, and so would its children."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def finish(*arguments: object) -> str:
    """Run to the end and give what is printed."""
    out, err = (process := start(*arguments)).communicate(timeout=600)
    assert process.returncode == 0, err
    return out


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file in a folder, hidden ones too."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
