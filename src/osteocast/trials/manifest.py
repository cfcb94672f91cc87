"""What a folder of results was made from, so that it can be continued, checked and read again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from osteocast.errors import OsteocastError
from osteocast.people.population import facts
from osteocast.trials import store
from osteocast.trials.allocation import CHUNK
from osteocast.trials.chunk import output_months
from osteocast.trials.design import Design

NAME, DESIGN = "manifest.json", "design.yaml"
FORMAT = 1
LIBRARIES = ("jax", "jaxlib", "numpy", "scipy", "pyarrow")
"""Libraries that the people drawn, the last digits, or the bytes of a file depend on."""
DATA = (".yaml", ".csv", ".json")
_PACKAGE = Path(__file__).parents[1]
_PARAMETERS = ("parameters", "drugs", "measure", "people", "fracture")
_CODE = ("model", "engine", "regimen", "trials", *_PARAMETERS)
WORDS = {
    "design_sha256": "the design",
    "seed": "the seed",
    "n": "the number of people",
    "monthly": "whether every month is kept",
    "parameters_sha256": "the parameters of the model",
    "code_sha256": "the code of the model",
    "libraries": "the versions of the libraries",
    "version": "the version of osteocast",
    "format": "the form of the files",
    "chunk": "the size of a chunk",
}
"""What must be the same for a run to go on, the most telling first."""


@dataclass(frozen=True)
class Run:
    """What decides every byte of the results."""

    design: Design
    n: int
    seed: int
    monthly: bool = False

    def manifest(self) -> dict[str, Any]:
        """The manifest before the first chunk."""
        quantities = [name for one in self.design.quantities for name in (one, f"{one}_observed")]
        visits = ("person", "month", "on_study", "on_treatment", "rescued", *quantities)
        people = ("person", *facts(self.design.population.sex))
        return {
            "format": FORMAT,
            "version": version("osteocast"),
            "title": self.design.title,
            "design_sha256": self.design.hash(),
            "parameters_sha256": parameter_set(),
            "code_sha256": code(),
            "libraries": libraries(),
            "seed": self.seed,
            "n": self.n,
            "monthly": self.monthly,
            "chunk": CHUNK,
            "arms": list(self.design.arm_names),
            "months": output_months(self.design, self.monthly).tolist(),
            "visits_month": list(self.design.visits_month),
            "schema": {
                "people": store.schema(people),
                "visits": store.schema(visits),
                "events": store.schema(("person", "event", "month")),
                "partition": {"arm": "string"},
            },
            "units": self.units(),
            "complete": False,
        }

    def units(self) -> dict[str, str]:
        """Unit of each measured quantity."""
        from osteocast.trials.quantities import QUANTITIES

        return {
            "month": "months since allocation",
            **{name: QUANTITIES[name].unit for name in self.design.quantities},
        }


def parameter_set() -> str:
    """SHA-256 of every parameter, drug card and table that a simulation reads."""
    return _digest(_PARAMETERS, DATA)


def code() -> str:
    """SHA-256 of the code that a simulation runs."""
    return _digest(_CODE, (".py",))


def libraries() -> dict[str, str]:
    """Versions of the libraries that the bytes of results depend on."""
    return {name: version(name) for name in LIBRARIES}


@cache
def _digest(packages: tuple[str, ...], endings: tuple[str, ...]) -> str:
    """SHA-256 of the files of some packages."""
    digest = hashlib.sha256()
    for package in packages:
        for path in sorted((_PACKAGE / package).rglob("*")):
            if path.suffix in endings:
                digest.update(f"{path.relative_to(_PACKAGE).as_posix()}\n".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def as_bytes(manifest: Mapping[str, Any]) -> bytes:
    """The file's content, the same for the same manifest."""
    return (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode()


def read(folder: Path) -> dict[str, Any]:
    """The manifest of a folder.

    Raises:
        OsteocastError: there is none, or it cannot be read.
    """
    try:
        found = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise OsteocastError(
            f"there is no {NAME}", where=str(folder), fix="name a folder written by 'osteocast trial run --out'"
        ) from None
    except (OSError, ValueError) as error:
        raise OsteocastError(
            f"{NAME} cannot be read ({error})", where=str(folder), fix="name another folder"
        ) from None
    if not isinstance(found, dict) or "design_sha256" not in found:
        raise OsteocastError(f"{NAME} is not of a trial", where=str(folder), fix="name another folder")
    return found


def require_same(folder: Path, found: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Refuse to continue a run of something else.

    Raises:
        OsteocastError: says what differs.
    """
    different = [key for key in WORDS if found.get(key) != wanted.get(key)]
    if different:
        what = " and ".join(_difference(key, found.get(key), wanted.get(key)) for key in different[:3])
        raise OsteocastError(
            f"it holds another trial run: {what}",
            where=str(folder),
            fix="name another folder, or run what this one was begun with",
            why="results of two runs would be mixed",
        )


def _difference(key: str, old: object, new: object) -> str:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        names = [name for name in new if old.get(name) != new[name]]
        return "; ".join(f"{name} was {old.get(name)}, not {new[name]}" for name in names)
    plain = key not in ("design_sha256", "parameters_sha256", "code_sha256")
    return f"{WORDS[key]} was {old}, not {new}" if plain else f"{WORDS[key]} differs"


def finish(folder: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Write the last manifest: with every file and its digest."""
    names = sorted(
        path.relative_to(folder).as_posix()
        for table in store.TABLES
        for path in (folder / table).glob("arm=*/*.parquet")
    )
    files = {name: store.sha256(folder / name) for name in (DESIGN, *names)}
    done = {**manifest, "complete": True, "files": files}
    store.write(folder / NAME, as_bytes(done))
    return done
