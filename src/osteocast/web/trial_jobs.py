"""Virtual trials behind the page: one runs, a few wait, any of them can be cancelled, nothing is left on disk.

Each runs in a process of its own (`trial_worker`), so that the page stays quick and a cancelled trial is gone
at once.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from osteocast.errors import OsteocastError
from osteocast.people import checks
from osteocast.web.trial_worker import PAGE

FOLDER = Path(__file__).parent / "designs"
PEOPLE = (20, 4000)
"""Fewest and most people of a trial on the page."""
WAITING, KEPT = 3, 6
"""Trials that may wait for their turn, and trials whose results are kept."""
PATIENCE_S = 3.0
COMMAND = ("-m", "osteocast.web.trial_worker")
"""What Python is told to run."""
OVER = ("done", "failed", "cancelled")
_ENDED = "the process ended without a result, often for want of memory; try fewer people"


@dataclass(frozen=True)
class Job:
    """One trial as the page sees it.

    Attributes:
        id: in its address.
        design: name of the design.
        n: number of people.
        seed: of the random numbers.
        state: waiting, simulating, analysing, done, failed or cancelled.
        done: people simulated, each arm's counted.
        total: of all, 0 while it is not known.
        message: why it failed.
        seconds: how long it has been running, or ran.
        result: what its page shows, once it is done.
    """

    id: str
    design: str
    n: int
    seed: int
    state: str = "waiting"
    done: int = 0
    total: int = 0
    message: str = ""
    seconds: float = 0.0
    result: Mapping[str, Any] | None = field(default=None, repr=False)

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in OVER

    def to_dict(self) -> dict[str, Any]:
        """For the JSON interface; without the course of people, which only the page draws."""
        shown = ("id", "design", "n", "seed", "state", "done", "total", "message")
        told = {name: getattr(self, name) for name in shown} | {"seconds": round(self.seconds, 1)}
        kept = ("title", "arms", "contrasts", "published", "notes")
        result = None if self.result is None else {name: self.result[name] for name in kept}
        return {"schema": 1, **told, "result": result}


def designs() -> dict[str, Path]:
    """The bundled designs by name."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.yaml"))}


class Trials:
    """The trials of one server."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._process: subprocess.Popen[str] | None = None
        self._running = ""
        self._began = 0.0
        self._folder: Path | None = None
        self._closed = False
        atexit.register(self.close)

    def start(self, design: str, n: float, seed: float = 2026) -> Job:
        """Put a trial in the queue.

        Args:
            design: name of a bundled design.
            n: number of people.
            seed: of the random numbers.

        Raises:
            OsteocastError: there is no such design, a number is out of range, or too many wait already.
        """
        if design not in designs():
            fix = f"choose one of {', '.join(designs())}"
            raise OsteocastError(f"there is no design '{design}'", where="design", fix=fix)
        people = _whole(n, "n", *PEOPLE)
        number = _whole(seed, "seed", 0, 2**31)
        with self._lock:
            waiting = sum(job.state == "waiting" for job in self._jobs.values())
            if waiting >= WAITING or self._closed:
                raise OsteocastError(
                    f"{waiting} trials wait already", where="trial", fix="wait for one of them, or cancel one"
                )
            job = Job(secrets.token_hex(8), design, people, number)
            self._jobs[job.id] = job
            self._forget()
            self._next()
            return self._jobs[job.id]

    def get(self, id_: str) -> Job:
        """A trial by its id.

        Raises:
            OsteocastError: there is none; results are forgotten after a while.
        """
        with self._lock:
            job = self._jobs.get(id_)
            if job is None:
                raise OsteocastError("there is no such trial", where="trial", fix="run it again")
            return self._timed(job)

    def jobs(self) -> list[Job]:
        """All of them, the newest first."""
        with self._lock:
            return [self._timed(job) for job in reversed(self._jobs.values())]

    def cancel(self, id_: str) -> Job:
        """Stop a trial, or take it out of the queue; one that is over stays as it is.

        Raises:
            OsteocastError: there is no such trial.
        """
        with self._lock:
            job = self.get(id_)
            if not job.over:
                self._jobs[id_] = replace(job, state="cancelled")
                if id_ == self._running and self._process is not None:
                    self._process.terminate()
            return self._jobs[id_]

    def close(self) -> None:
        """Stop everything and remove what is on disk."""
        with self._lock:
            self._closed = True
            for id_, job in self._jobs.items():
                if not job.over:
                    self._jobs[id_] = replace(job, state="cancelled")
            process, folder, self._folder = self._process, self._folder, None
        if process is not None:
            _end(process)
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    def _timed(self, job: Job) -> Job:
        if job.id == self._running and not job.over:
            return replace(job, seconds=time.monotonic() - self._began)
        return job

    def _forget(self) -> None:
        """Drop the oldest that are over."""
        over = [id_ for id_, job in self._jobs.items() if job.over]
        for id_ in over[: max(0, len(over) - KEPT)]:
            del self._jobs[id_]

    def _next(self) -> None:
        """Begin the trial whose turn it is, if none is running."""
        if self._running or self._closed:
            return
        job = next((one for one in self._jobs.values() if one.state == "waiting"), None)
        if job is None:
            return
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="osteocast-trials-"))
        folder = self._folder / job.id
        folder.mkdir(mode=0o700)
        process = subprocess.Popen(
            [sys.executable, *COMMAND, str(designs()[job.design]), str(job.n), str(job.seed), str(folder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self._process, self._running, self._began = process, job.id, time.monotonic()
        self._jobs[job.id] = replace(job, state="simulating")
        threading.Thread(target=self._follow, args=(job.id, process, folder), daemon=True).start()

    def _follow(self, id_: str, process: subprocess.Popen[str], folder: Path) -> None:
        """Take down what the process says until it ends; then the next one begins."""
        assert process.stdout is not None
        try:
            for line in process.stdout:
                with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError, OSError):
                    self._heard(id_, json.loads(line), folder)
        finally:
            self._ended(id_, process, folder)

    def _ended(self, id_: str, process: subprocess.Popen[str], folder: Path) -> None:
        """Clear up after a process, whatever became of it, and begin the next trial."""
        _end(process)
        with self._lock:
            job = self._jobs.get(id_)
            if job is not None:
                job = self._timed(job)
                self._jobs[id_] = job if job.over else replace(job, state="failed", message=_ENDED)
            shutil.rmtree(folder, ignore_errors=True)
            self._running, self._process = "", None
            self._next()

    def _heard(self, id_: str, said: Mapping[str, Any], folder: Path) -> None:
        result = json.loads((folder / PAGE).read_text(encoding="utf-8")) if said.get("stage") == "done" else None
        with self._lock:
            job = self._jobs.get(id_)
            if job is None or job.over:
                return
            message, seconds = str(said.get("what", "")), time.monotonic() - self._began
            done, total = int(said.get("done", job.done)), int(said.get("total", job.total))
            self._jobs[id_] = replace(
                job, state=str(said["stage"]), done=done, total=total, message=message, seconds=seconds, result=result
            )


def _end(process: subprocess.Popen[str]) -> None:
    """See that a process is gone."""
    for stream in (process.stdin,):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _whole(value: float, where: str, low: int, high: int) -> int:
    found = checks.number(value, where, low, high, fix=f"give a whole number from {low} to {high}")
    if found != int(found):
        raise OsteocastError(f"{value!r} is not a whole number", where=where, fix="leave the decimals out")
    return int(found)
