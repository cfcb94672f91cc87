"""Ready scenes: situations that show one part of the mechanism each, simulated when first looked at and then kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from osteocast.errors import OsteocastError, choices, nearest
from osteocast.people import checks
from osteocast.people.files import person_from_dict
from osteocast.people.person import Person
from osteocast.web.workbench import ALONE

FILE = Path(__file__).parent / "scenes.yaml"
OPENING = "five-years-of-anastrozole"
"""The example on the page of the mechanism; the others are the ready scenes."""
DRAWS = 200
_FOUND: dict[str, Mapping[str, Any]] = {}


@dataclass(frozen=True)
class Case:
    """One person under one treatment.

    Attributes:
        name: of the case, in the scene.
        table: the person as a file has it.
        regimen: the treatment.
    """

    name: str
    table: Mapping[str, Any]
    regimen: str

    @property
    def person(self) -> Person:
        """The person."""
        return person_from_dict(dict(self.table))


@dataclass(frozen=True)
class Scene:
    """Cases side by side.

    Attributes:
        name: as in its link.
        years: how long.
        month: where the time cursor stands at first.
        cases: at least two.
    """

    name: str
    years: int
    month: int
    cases: tuple[Case, ...]

    @property
    def key(self) -> str:
        """What its texts begin with in the catalogue."""
        return f"scene.{self.name}"


@cache
def scenes() -> Mapping[str, Scene]:
    """Every scene by name, in the order of the file.

    Raises:
        OsteocastError: a record is incomplete or has a key too many.
    """
    from ruamel.yaml import YAML

    raw = YAML(typ="safe", pure=False).load(FILE.read_text(encoding="utf-8"))
    return {one.name: one for one in map(_scene, raw["scenes"])}


def _scene(record: Mapping[str, Any]) -> Scene:
    checks.only_keys(record, ("name", "years", "month", "cases"), "scenes.yaml")
    cases = []
    for one in record["cases"]:
        checks.only_keys(one, ("name", "person", "regimen"), f"scenes.yaml, {record['name']}")
        cases.append(Case(str(one["name"]), one["person"], str(one["regimen"])))
    return Scene(str(record["name"]), int(record["years"]), int(record["month"]), tuple(cases))


def scene(name: str) -> Scene:
    """A scene by name.

    Raises:
        OsteocastError: there is none of that name.
    """
    if name not in scenes():
        fix = choices(scenes(), nearest(name, scenes()))
        raise OsteocastError(f"there is no scene '{name}'", where="scene", fix=fix)
    return scenes()[name]


def simulated(name: str) -> Mapping[str, Any]:
    """A scene with what becomes of each case: simulated once, then kept.

    Args:
        name: of the scene.

    Returns:
        `name`, `years`, `draws`, `notes` and `cases`, each with its `name`, `person`, `regimen`, `mechanism` (see
        `forecast.mechanism`), `why` (as `osteocast why --json`) and `support`.

    Raises:
        OsteocastError: there is no such scene.
    """
    one = scene(name)
    with ALONE:
        if one.name not in _FOUND:
            _FOUND[one.name] = _simulated(one.name)
        return _FOUND[one.name]


def is_simulated(name: str) -> bool:
    """Whether a scene is there at once."""
    return name in _FOUND


def _simulated(name: str) -> Mapping[str, Any]:
    from osteocast.forecast.compare import compare
    from osteocast.forecast.mechanism import mechanisms
    from osteocast.forecast.why import why

    one = scenes()[name]
    found, notes = [], {}
    for case in one.cases:
        person = case.person
        forecast = compare(person, [case.regimen], years=one.years, draws=DRAWS)
        said = forecast.to_dict()
        notes.update(dict.fromkeys(str(note) for note in said["person"]["notes"]))
        found.append(
            {
                "name": case.name,
                "person": dict(case.table),
                "regimen": said["strategies"][0]["regimen"],
                "mechanism": mechanisms(forecast)[0].to_dict(),
                "why": why(person, case.regimen, one.years, DRAWS).to_dict(),
                "support": said["strategies"][0]["support"]["class"],
            }
        )
    return {"schema": 1, "name": name, "years": one.years, "draws": DRAWS, "notes": list(notes), "cases": found}
