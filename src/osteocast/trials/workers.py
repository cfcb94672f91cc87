"""Where chunks are computed: in this process, in processes beside it, or on a Dask cluster. The same function each
time, so the results are the same; at most a few chunks are under way, so memory stays bounded."""

from __future__ import annotations

import os
import signal
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

from osteocast.errors import OsteocastError
from osteocast.trials import manifest, store
from osteocast.trials.chunk import Job, simulate

AHEAD = 2
"""Chunks under way for each worker: one computed, one waiting."""
CONNECT_S = 20

Files = dict[str, bytes]


def identity() -> str:
    """Code, parameters and libraries of this process in one word."""
    made = {"code": manifest.code(), "parameters": manifest.parameter_set(), **manifest.libraries()}
    return "; ".join(f"{name} {value}" for name, value in made.items())


def make(job: Job) -> Files:
    """A chunk as the bytes of its files.

    Raises:
        OsteocastError: this process has other code, parameters or libraries than the one that asks.
    """
    if job.made_by and job.made_by != identity():
        raise OsteocastError(
            "a worker has other code, parameters or libraries than this machine",
            where="workers",
            fix="install the same osteocast and the same libraries on every machine",
            why="its results would differ",
        )
    return store.encode(simulate(job))


def results(jobs: Sequence[Job], *, workers: int = 1, scheduler: str | None = None) -> Iterator[tuple[Job, Files]]:
    """Every job with its files, in the order in which they are ready.

    Args:
        jobs: what to compute.
        workers: processes on this machine.
        scheduler: address of a Dask scheduler, such as `tcp://host:8786`; `workers` is then not used.
    """
    if scheduler is not None:
        return _on_cluster(jobs, scheduler)
    if workers > 1 and len(jobs) > 1:
        return _in_processes(jobs, min(workers, len(jobs)))
    return ((job, make(job)) for job in jobs)


def _begin(parent: int) -> None:
    """Leave Ctrl-C to the process that started this one, and end when it has gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _in_processes(jobs: Sequence[Job], workers: int) -> Iterator[tuple[Job, Files]]:
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(os.getpid(),))
    todo, running = iter(jobs), {}
    try:
        for job in todo:
            running[pool.submit(make, job)] = job
            if len(running) < AHEAD * workers:
                continue
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(done), done.result()
        while running:
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(done), done.result()
    except BrokenProcessPool:
        raise OsteocastError(
            "a worker process ended without a result",
            where="--workers",
            fix="run the same command again with fewer workers: finished parts are kept",
            why="often for want of memory",
        ) from None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _on_cluster(jobs: Sequence[Job], address: str) -> Iterator[tuple[Job, Files]]:
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise OsteocastError(
            "dask.distributed is not installed", where="--scheduler", fix="pip install 'osteocast[cluster]'"
        ) from None
    try:
        client = Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise OsteocastError(
            f"no Dask scheduler answers at {address} ({type(error).__name__})",
            where="--scheduler",
            fix="start one with 'dask scheduler', and give the address that it prints",
        ) from None
    with client:
        count = sum(client.nthreads().values())
        if not count:
            raise OsteocastError(
                f"the scheduler at {address} has no workers",
                where="--scheduler",
                fix=f"start one with 'dask worker {address} --nthreads 1'",
            )
        todo, running, word = iter(jobs), {}, uuid.uuid4().hex

        def submit(job: Job):  # type: ignore[no-untyped-def]  # a future of distributed, which has no types
            future = client.submit(make, job, key=f"osteocast-{word}-{job.arm}-{job.chunk}", pure=False)
            running[future.key] = job
            return future

        first = [submit(job) for _, job in zip(range(AHEAD * count), todo, strict=False)]
        queue = as_completed(first, loop=client.loop)
        for done in queue:
            yield running.pop(done.key), done.result()
            following = next(todo, None)
            if following is not None:
                queue.add(submit(following))
