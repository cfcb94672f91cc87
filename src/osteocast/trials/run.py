"""Run a trial into a folder: chunk by chunk, begun, continued or already there."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from osteocast.errors import OsteocastError
from osteocast.trials import manifest as manifests
from osteocast.trials import store
from osteocast.trials import workers as computing
from osteocast.trials.allocation import chunk_ids, tasks
from osteocast.trials.chunk import Job
from osteocast.trials.design import Design

LOCK = ".lock"
Progress = Callable[[int, int], None]
"""Called with the number of people done and of all, each arm's people counted."""


class Finished(NamedTuple):
    """A trial whose results are all there.

    Attributes:
        folder: of the results.
        manifest: what they were made from, and their files.
        was_there: whether nothing was left to do.
        continued: whether an unfinished run was continued.
    """

    folder: Path
    manifest: dict[str, Any]
    was_there: bool
    continued: bool


def run(
    design: Design,
    n: int | None,
    out: Path,
    *,
    seed: int | None = None,
    monthly: bool = False,
    workers: int = 1,
    scheduler: str | None = None,
    progress: Progress | None = None,
) -> Finished:
    """Simulate a trial; see `Finished`.

    A folder with an unfinished run of the same design, seed and size is continued, and ends with the same bytes as a
    run that was never interrupted.

    Args:
        design: the trial.
        n: number of people; None = the design's.
        out: folder of the results, made if it is missing.
        seed: of all random numbers; None = the design's.
        monthly: keep every month, not only visits and whole years.
        workers: processes on this machine.
        scheduler: address of a Dask scheduler to use instead.
        progress: told how far it is.

    Raises:
        OsteocastError: the folder holds something else, or cannot be written.
    """
    what = manifests.Run(design, design.n if n is None else n, design.seed if seed is None else seed, monthly)
    wanted = what.manifest()
    found = look(out, wanted)
    text, made_by = json.dumps(design.canonical()), computing.identity()
    every = [
        Job(text, arm, chunk, what.n, what.seed, monthly, made_by=made_by) for arm, chunk in tasks(design, what.n)
    ]
    left = [job for job in every if not store.has_chunk(out, job.arm, job.chunk)]
    whole = found if found is not None and found.get("complete") and not left else None
    if whole and not (out / LOCK).exists():
        return Finished(out, whole, was_there=True, continued=False)
    with store.disk_errors(out), _alone(out):
        store.remove_leftovers(out)
        if whole:  # killed after its last file
            return Finished(out, whole, was_there=True, continued=False)
        if found is None:
            store.write(out / manifests.DESIGN, as_yaml(design.model_copy(update={"n": what.n, "seed": what.seed})))
            store.write(out / manifests.NAME, manifests.as_bytes(wanted))
        total = what.n * (len(design.arms) if design.every_arm else 1)
        done = total - sum(_people(design, job) for job in left)
        report = progress or (lambda done, total: None)
        report(round(done), total)
        for job, files in computing.results(left, workers=workers, scheduler=scheduler):
            store.write_chunk(out, job.arm, job.chunk, files)
            done += _people(design, job)
            report(round(done), total)
        return Finished(out, manifests.finish(out, wanted), was_there=False, continued=found is not None)


def look(out: Path, wanted: dict[str, Any]) -> dict[str, Any] | None:
    """The manifest of a run that can be continued, or None where a new one can begin.

    Args:
        out: folder of results.
        wanted: manifest of the run that is asked for.

    Raises:
        OsteocastError: the folder is none, or holds something else.
    """
    if not out.exists():
        return None
    if not out.is_dir():
        raise OsteocastError("it is a file, not a folder", where=str(out), fix="name another folder")
    try:
        names = {path.name for path in out.iterdir()}
    except OSError as error:
        what = f"it cannot be read ({error.strerror})"
        raise OsteocastError(what, where=str(out), fix="name another folder, or change its permissions") from None
    if manifests.NAME in names:
        found = manifests.read(out)
        manifests.require_same(out, found, wanted)
        return found
    ours = {LOCK, manifests.DESIGN, *(name for name in names if name.endswith(store.TEMPORARY))}
    if names - ours:
        what = f"it holds other files, such as {min(names - ours)}"
        raise OsteocastError(what, where=str(out), fix="name an empty or a new folder")
    return None


def as_yaml(design: Design) -> bytes:
    """The design as a YAML file that `reading.load_design` reads back; the same for the same design."""
    from io import BytesIO

    from ruamel.yaml import YAML

    plain = {key: value for key, value in design.canonical().items() if value is not None}
    buffer = BytesIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style, yaml.width, yaml.allow_unicode = False, 200, True
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.dump(_without_nothing(plain), buffer)
    return buffer.getvalue()


def _without_nothing(value: Any) -> Any:
    """The value without keys that hold nothing."""
    if isinstance(value, dict):
        return {key: _without_nothing(one) for key, one in value.items() if one is not None}
    return [_without_nothing(one) for one in value] if isinstance(value, list) else value


def _people(design: Design, job: Job) -> float:
    """People expected in a chunk of an arm."""
    ids = len(chunk_ids(job.chunk, job.n))
    return ids if design.every_arm else ids * design.arm(job.arm).share / sum(arm.share for arm in design.arms)


@contextlib.contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Keep a second run out of the folder; the system lets go when this process ends, however it ends.

    Raises:
        OsteocastError: another run is writing there.
    """
    out.mkdir(parents=True, exist_ok=True)
    path = out / LOCK
    try:
        import fcntl
    except ImportError:  # not on this system: the renames still keep every file whole
        yield
        return
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OsteocastError(
                "another run is writing there", where=str(out), fix="wait for it, or name another folder"
            ) from None
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
