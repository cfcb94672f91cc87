"""Reads every parameter record and the result of calibration; refuses a record with anything missing."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, cast

from osteocast.errors import OsteocastError, nearest
from osteocast.parameters.schema import BASES, QUALITIES, Parameter

FOLDER = Path(__file__).parent / "data"
POSTERIOR = FOLDER / "posterior.json"
SEXES = ("female", "male")
REQUIRED = ("title", "value", "unit", "bounds", "basis", "quality", "where")
OPTIONAL = ("prior_log_sd", "between_person_log_sd")


class Posterior(NamedTuple):
    """What calibration found: log-normal around `log_mean` with covariance `log_cov`, names in order."""

    names: tuple[str, ...]
    log_mean: tuple[float, ...]
    log_cov: tuple[tuple[float, ...], ...]


def _fail(file: Path, name: str, what: str, fix: str) -> OsteocastError:
    return OsteocastError(what, where=f"{file.name}, parameter {name}", fix=fix)


def _numbers(found: object, count: int) -> bool:
    right = isinstance(found, list) and len(found) == count
    return right and all(isinstance(one, int | float) and math.isfinite(one) for one in cast("list[object]", found))


def _record(file: Path, name: str, raw: Mapping[str, Any], source: str, citation: str) -> Parameter:
    for key in raw:
        if key not in (*REQUIRED, *OPTIONAL):
            raise _fail(file, name, f"unknown field '{key}'", f"use one of {', '.join((*REQUIRED, *OPTIONAL))}")
    for key in REQUIRED:
        if key not in raw:
            raise _fail(file, name, f"'{key}' is missing", f"add a line '{key}: ...'")
    for key in ("title", "unit", "where"):
        if not isinstance(raw[key], str) or not raw[key].strip():
            raise _fail(file, name, f"'{key}' is empty or not text", f'write {key}: "..."')
    if not raw["title"].endswith("."):
        raise _fail(file, name, "the title does not end in a full stop", "write it as a sentence")
    if not _numbers(raw["bounds"], 2):
        raise _fail(file, name, "'bounds' are not two numbers", "write bounds: [low, high]")
    given = raw["value"]
    values = dict(given) if isinstance(given, Mapping) else dict.fromkeys(SEXES, given)
    low, high = (float(bound) for bound in raw["bounds"])
    if set(values) != set(SEXES):
        raise _fail(file, name, "a value by sex needs female and male", "write value: {female: ..., male: ...}")
    for sex, value in values.items():
        if not _numbers([value], 1):
            raise _fail(file, name, f"the value '{value}' is not a number", "write value: 1.5")
        if not low <= float(value) <= high:
            raise _fail(file, name, f"value {value} ({sex}) lies outside {low} to {high}", "mend value or bounds")
    if raw["basis"] not in BASES:
        raise _fail(file, name, f"basis '{raw['basis']}' is unknown", f"use one of {', '.join(BASES)}")
    if raw["quality"] not in QUALITIES:
        raise _fail(file, name, f"quality '{raw['quality']}' is unknown", f"use one of {', '.join(QUALITIES)}")
    if (raw["basis"] == "fitted") != ("prior_log_sd" in raw):
        raise _fail(file, name, "a fitted parameter, and only it, has a prior", "set basis or prior_log_sd")
    return Parameter(
        name=name,
        title=str(raw["title"]),
        values={sex: float(value) for sex, value in values.items()},
        unit=str(raw["unit"]),
        bounds=(low, high),
        basis=raw["basis"],
        quality=raw["quality"],
        where=str(raw["where"]),
        source=source,
        citation=citation,
        prior_log_sd=float(raw.get("prior_log_sd", 0.0)),
        between_person_log_sd=float(raw.get("between_person_log_sd", 0.0)),
    )


def _read(file: Path) -> dict[str, Any]:
    """One file, checked as a whole."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        content = YAML(typ="safe", pure=False).load(file.read_text(encoding="utf-8"))
    except YAMLError as error:
        what = " ".join(str(error).split("To suppress")[0].split())
        raise _fail(file, "the file", f"not readable: {what}", "mend the YAML at that line") from None
    for key, kind in (("source", str), ("citation", str), ("parameters", dict)):
        if not isinstance(content, dict) or not isinstance(content.get(key), kind) or not content[key]:
            raise _fail(file, key, "is missing or empty", f"add '{key}:' at the top of the file")
    if content["source"] != file.stem:
        raise _fail(file, "source", f"'{content['source']}' is not the file's name", f"write source: {file.stem}")
    return dict(content)


@cache
def records() -> Mapping[str, Parameter]:
    """Every parameter by name, before calibration.

    Raises:
        OsteocastError: a record lacks a field, or two files define one name.
    """
    found: dict[str, Parameter] = {}
    for file in sorted(FOLDER.glob("*.yaml")):
        content = _read(file)
        for name, raw in content["parameters"].items():
            if name in found:
                raise _fail(file, name, f"already defined in {found[name].source}.yaml", "keep one of the two")
            found[name] = _record(file, name, raw, content["source"], content["citation"])
    return found


@cache
def posterior() -> Posterior | None:
    """What the last calibration found, or None before the first."""
    if not POSTERIOR.exists():
        return None
    raw = json.loads(POSTERIOR.read_text(encoding="utf-8"))
    covariance = tuple(tuple(row) for row in raw["log_cov"])
    return Posterior(tuple(raw["names"]), tuple(raw["log_mean"]), covariance)


@cache
def parameters() -> Mapping[str, Parameter]:
    """Every parameter by name, with its fitted value where calibration has set one."""
    found = dict(records())
    fit = posterior()
    if fit is not None:
        for i, name in enumerate(fit.names):
            if name in found:
                found[name] = replace(
                    found[name], fitted=math.exp(fit.log_mean[i]), fitted_log_sd=math.sqrt(fit.log_cov[i][i])
                )
    return found


def parameter(name: str) -> Parameter:
    """One parameter.

    Raises:
        OsteocastError: no such name; the nearest is suggested.
    """
    known = parameters()
    if name not in known:
        close = nearest(name, known)
        fix = f"did you mean '{close}'" if close else "see the files in parameters/data"
        raise OsteocastError(f"no parameter is called '{name}'", where="parameter", fix=fix)
    return known[name]
