"""Published numbers behind the fracture rates: series over age, each with unit, bounds, basis, source and quality.

The files in `data/` hold lists of series. A series without a source, a unit or a quality is not read.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, cast

import numpy as np

from osteocast.errors import OsteocastError
from osteocast.parameters.schema import QUALITIES

FOLDER = Path(__file__).parent / "data"
BASES = ("measured", "derived", "fitted", "assumed")
SEXES = ("female", "male")
FIELDS = ("ages", "values", "unit", "bounds", "basis", "quality", "source", "note")
INTERVAL = ("low", "high")
YOUNGEST, OLDEST, STEP = 18.0, 110.0, 0.25
EXTRAPOLATED_FROM = 40.0
"""Age below which a rate that was published from 50 on no longer falls: nothing is known so far out."""


@dataclass(frozen=True)
class Series:
    """A number by age.

    Attributes:
        labels: what it is of, such as population, sex and outcome.
        ages: ages of the values [year], increasing.
        values: values, in `unit`.
        unit: unit as written.
        bounds: lowest and highest value that make sense, in `unit`.
        basis: measured, derived, fitted or assumed.
        qualities: how each value was read; `memory` was not seen, `derived` was computed.
        source: citation.
        note: what else to know.
        low: lower end of the published 95 % interval of a single value, or None.
        high: its upper end, or None.
        borrowed: what the series was borrowed from and why, or "".
    """

    labels: Mapping[str, str]
    ages: tuple[float, ...]
    values: tuple[float, ...]
    unit: str
    bounds: tuple[float, float]
    basis: str
    qualities: tuple[str, ...]
    source: str
    note: str
    low: float | None = None
    high: float | None = None
    borrowed: str = ""
    _cache: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def value(self) -> float:
        """The value of a series that does not depend on age, else the first."""
        return self.values[0]

    @cached_property
    def tags(self) -> frozenset[str]:
        """What must be shown beside every result that rests on it: `derived`, `memory`, `borrowed`, `assumed`."""
        found = {one for one in self.qualities if one in ("derived", "memory")}
        return frozenset(found | ({"borrowed"} if self.borrowed else set()) | ({self.basis} & {"assumed", "fitted"}))

    def at(self, age: Any, *, beyond: str = "constant") -> Any:
        """Values at an age, smooth in the logarithm (monotone cubic between the published ages).

        Args:
            age: years, any shape.
            beyond: `constant` outside the published ages; `younger` goes on below them as between the youngest two,
                down to 40; `both` also above them.
        """
        if len(self.values) == 1:
            return np.full(np.shape(age), self.value)
        grid, table = self._table(beyond)
        return np.exp(np.interp(age, grid, table))

    def _table(self, beyond: str) -> tuple[np.ndarray, np.ndarray]:
        if beyond not in self._cache:
            from scipy.interpolate import PchipInterpolator

            grid = np.arange(YOUNGEST, OLDEST + STEP / 2, STEP)
            ages, logs = np.array(self.ages), np.log(self.values)
            table = np.asarray(PchipInterpolator(ages, logs)(np.clip(grid, ages[0], ages[-1])))
            first, last = np.diff(logs)[[0, -1]] / np.diff(ages)[[0, -1]]
            if beyond in ("younger", "both"):
                table = table + first * np.minimum(np.maximum(grid, EXTRAPOLATED_FROM) - ages[0], 0.0)
            if beyond == "both":
                table = table + last * np.maximum(grid - ages[-1], 0.0)
            self._cache[beyond] = grid, table
        return cast("tuple[np.ndarray, np.ndarray]", self._cache[beyond])


def _fail(file: Path, position: int, what: str, fix: str) -> OsteocastError:
    return OsteocastError(what, where=f"{file.name}, series {position}", fix=fix)


def _number(found: object) -> bool:
    return isinstance(found, int | float) and not isinstance(found, bool) and math.isfinite(found)


def _series(file: Path, position: int, raw: Mapping[str, Any], keys: tuple[str, ...]) -> Series:
    def refuse(what: str, fix: str) -> OsteocastError:
        return _fail(file, position, what, fix)

    for name in raw:
        if name not in (*keys, *FIELDS, *INTERVAL):
            raise refuse(f"unknown field '{name}'", f"use {', '.join((*keys, *FIELDS))}")
    for name in (*keys, *FIELDS):
        if name not in raw:
            raise refuse(f"'{name}' is missing", f"add '{name}: ...'")
    for name in ("unit", "source"):
        if not isinstance(raw[name], str) or not raw[name].strip():
            raise refuse(f"'{name}' is empty or not text", f'write {name}: "..."')
    ages, values, bounds = raw["ages"], raw["values"], raw["bounds"]
    for name, found in (("ages", ages), ("values", values), ("bounds", bounds)):
        if not isinstance(found, list) or not found or not all(_number(one) for one in found):
            raise refuse(f"'{name}' is not a list of numbers", f"write {name}: [1, 2]")
    if len(ages) != len(values) or any(b <= a for a, b in zip(ages, ages[1:], strict=False)):
        raise refuse("ages and values do not match, or ages do not increase", "give one value for each age")
    if len(bounds) != 2 or any(not bounds[0] <= one <= bounds[1] for one in values):
        raise refuse(f"a value lies outside the bounds {bounds}", "mend the value or the bounds")
    if len(values) > 1 and min(values) <= 0.0:
        raise refuse("a series over age must be positive", "mend the values")
    if raw["basis"] not in BASES:
        raise refuse(f"basis '{raw['basis']}' is unknown", f"use one of {', '.join(BASES)}")
    given = raw["quality"] if isinstance(raw["quality"], list) else [raw["quality"]] * len(values)
    for one in given:
        if one not in QUALITIES:
            raise refuse(f"quality '{one}' is unknown", f"use one of {', '.join(QUALITIES)}")
    if len(given) != len(values):
        raise refuse("there is not one quality for each value", "write one for all or one for each")
    return Series(
        labels={name: str(raw[name]) for name in keys},
        ages=tuple(float(one) for one in ages),
        values=tuple(float(one) for one in values),
        unit=raw["unit"],
        bounds=(float(bounds[0]), float(bounds[1])),
        basis=raw["basis"],
        qualities=tuple(given),
        source=raw["source"],
        note=str(raw["note"]),
        low=float(raw["low"]) if _number(raw.get("low")) else None,
        high=float(raw["high"]) if _number(raw.get("high")) else None,
    )


def read(file: Path, keys: tuple[str, ...]) -> tuple[Series, ...]:
    """Every series of a file.

    Args:
        file: a YAML file with a list of series; `like: NAME` in place of numbers borrows the series that has NAME
            as its first label and the same other labels.
        keys: labels that every series carries, `sex` among them; `both` is read as one series for each sex.

    Raises:
        OsteocastError: the file cannot be read, or a series lacks something.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        content = YAML(typ="safe", pure=False).load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        what = " ".join(str(error).split())
        raise OsteocastError(f"not readable: {what}", where=file.name, fix="mend the YAML") from None
    if not isinstance(content, list) or not all(isinstance(one, dict) for one in content):
        raise OsteocastError("the file is not a list of series", where=file.name, fix="begin each with '- {'")
    found: dict[tuple[str, ...], Series] = {}
    borrowed: list[tuple[int, Mapping[str, Any]]] = []
    for position, raw in enumerate(content, start=1):
        if "like" in raw:
            borrowed.append((position, raw))
            continue
        one = _series(file, position, raw, keys)
        _add(found, one, file, position)
    for position, raw in borrowed:
        if set(raw) != {*keys, "like", "note"} or not str(raw["note"]).strip():
            raise _fail(file, position, "a borrowed series needs its labels and a note", "say why in 'note'")
        labels = {name: str(raw[name]) for name in keys}
        origin = found.get((str(raw["like"]), *list(labels.values())[1:]))
        if origin is None:
            raise _fail(file, position, f"there is no series of '{raw['like']}' to borrow", "name one of the file")
        _add(found, _relabelled(origin, labels, f"{raw['like']}: {raw['note']}"), file, position)
    return tuple(found.values())


def _relabelled(one: Series, labels: Mapping[str, str], borrowed: str = "") -> Series:
    from dataclasses import replace

    return replace(one, labels=labels, borrowed=borrowed or one.borrowed, _cache={})


def _add(found: dict[tuple[str, ...], Series], one: Series, file: Path, position: int) -> None:
    sexes: Iterable[str] = SEXES if one.labels["sex"] == "both" else (one.labels["sex"],)
    for sex in sexes:
        if sex not in SEXES:
            raise _fail(file, position, f"sex '{sex}' is unknown", "write female, male or both")
        labels = {**one.labels, "sex": sex}
        key = tuple(labels.values())
        if key in found:
            raise _fail(file, position, f"{' '.join(key)} is given twice", "keep one of the two")
        found[key] = _relabelled(one, labels)


@cache
def table(name: str, *keys: str) -> Mapping[tuple[str, ...], Series]:
    """A file of `data/` as a table from labels, in the order of `keys`, to series."""
    return {tuple(one.labels[key] for key in keys): one for one in read(FOLDER / f"{name}.yaml", keys)}
