"""Bone densitometry (DXA): density [g/cm2] and T-score, one into the other, and how exact a scan is.

A T-score counts standard deviations from the mean of young white women, for women and men of every
ethnicity (International Society for Clinical Densitometry, positions of 2013 to 2023: NHANES III at hip
and femoral neck, the manufacturer's own women at the spine). Numbers and their sources lie in
`reference_bmd.csv` and `dxa_precision.csv` beside this module; each row has basis and quality.

The conversions are plain arithmetic, so floats, NumPy arrays and JAX arrays all pass through.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from osteocast.errors import OsteocastError, choices, nearest

SITES = ("lumbar_spine", "total_hip", "femoral_neck", "one_third_radius")
DEVICES = ("Hologic", "GE Lunar")
DEFAULT_DEVICE = "Hologic"
SEXES = ("female", "male")
LSC_FACTOR = 2.77
"""Least significant change (95 %) over precision error, 1.96 * sqrt(2) (ISCD)."""

_SITE_WORDS = {
    "spine": "lumbar_spine", "ls": "lumbar_spine", "l1_l4": "lumbar_spine", "lumbar": "lumbar_spine",
    "hip": "total_hip", "th": "total_hip", "neck": "femoral_neck", "fn": "femoral_neck",
    "radius": "one_third_radius", "forearm": "one_third_radius", "wrist": "one_third_radius",
}  # fmt: skip
_DEVICE_WORDS = {"lunar": "GE Lunar", "ge": "GE Lunar", "prodigy": "GE Lunar", "idxa": "GE Lunar",
                 "horizon": "Hologic", "discovery": "Hologic", "qdr": "Hologic"}  # fmt: skip

Number = TypeVar("Number", float, NDArray[np.float64])


@dataclass(frozen=True)
class Reference:
    """Mean and standard deviation of density [g/cm2] in a reference group, with where they come from."""

    kind: str
    site: str
    sex: str
    age_low: float
    age_high: float
    mean_g_cm2: float
    sd_g_cm2: float
    device: str
    basis: str
    source: str
    quality: str


@dataclass(frozen=True)
class Precision:
    """Scan-to-scan noise of one site on one device, as coefficients of variation [%]."""

    site: str
    device: str
    cv_pct: float
    worst_cv_pct: float
    basis: str
    source: str
    quality: str

    @property
    def lsc_pct(self) -> float:
        """Least significant change [%] between two scans on this machine."""
        return LSC_FACTOR * self.cv_pct


def site_name(text: object, where: str = "site") -> str:
    """The canonical site; spaces, hyphens and capitals do not matter, an unknown site is refused."""
    return _known(text, SITES, _SITE_WORDS, where, "scan site")


def device_name(text: object, where: str = "device") -> str:
    """The canonical device, `Hologic` or `GE Lunar`."""
    return _known(text, DEVICES, _DEVICE_WORDS, where, "scanner")


def reference(site: str, device: str = DEFAULT_DEVICE) -> Reference:
    """The young white women whom T-scores of this site and device count from."""
    return _young()[site_name(site), device_name(device)]


def t_score(bmd: Number, site: str, device: str = DEFAULT_DEVICE) -> Number:
    """T-score [1] of a density [g/cm2]."""
    young = reference(site, device)
    return (bmd - young.mean_g_cm2) / young.sd_g_cm2


def bmd(t_score: Number, site: str, device: str = DEFAULT_DEVICE) -> Number:
    """Density [g/cm2] of a T-score [1]."""
    young = reference(site, device)
    return young.mean_g_cm2 + young.sd_g_cm2 * t_score


def t_by_age(site: str, sex: str, age: Number) -> tuple[Number, Number]:
    """Mean and standard deviation of the T-score at an age.

    Linear between the middles of the age bands, constant beyond the first and the last.

    Args:
        site: one of `SITES`.
        sex: `female` or `male`; both are counted from the female reference.
        age: years.

    Returns:
        Mean T-score and its standard deviation [1].
    """
    ages, means, sds = _age_curve(site_name(site), _known(sex, SEXES, {}, "sex", "sex"))
    found: Any = np.interp(age, ages, means), np.interp(age, ages, sds)
    if np.ndim(age) == 0:
        found = float(found[0]), float(found[1])
    return found  # type: ignore[no-any-return]  # floats for a float, arrays for an array


def z_score(bmd: Number, site: str, sex: str, age: Number, device: str = DEFAULT_DEVICE) -> Number:
    """Z-score [1] of a density [g/cm2]: standard deviations from people of the same sex and age [years].

    The age curves are of Hologic machines; another device's density goes through its own T-score first.
    """
    mean, sd = t_by_age(site, sex, age)
    return (t_score(bmd, site, device) - mean) / sd


def age_sources(site: str, sex: str) -> tuple[Reference, ...]:
    """The reference rows behind `t_by_age`, youngest first."""
    site, sex = site_name(site), _known(sex, SEXES, {}, "sex", "sex")
    rows = [row for row in _references() if (row.kind, row.site, row.sex) == ("by_age", site, sex)]
    return tuple(sorted(rows, key=lambda row: row.age_low))


def precision(site: str, device: str = DEFAULT_DEVICE) -> Precision:
    """Scan noise of a site on a device. Not used by forecasts, which show bone and not the scanner."""
    return _precisions()[site_name(site), device_name(device)]


def _known(text: object, known: Iterable[str], words: dict[str, str], where: str, noun: str) -> str:
    options = tuple(known)
    folded = {_fold(option): option for option in options}
    if isinstance(text, str) and _fold(text) in folded:
        return folded[_fold(text)]
    fix = f"write one of {', '.join(options)}"
    if isinstance(text, str):
        word = _fold(text)
        meant = words.get(word) or folded.get(nearest(word, folded) or "")
        if meant:
            fix = choices(options, meant)
    raise OsteocastError(f"{text!r} is not a {noun} osteocast knows", where=where, fix=fix)


def _fold(text: str) -> str:
    return "_".join(text.lower().replace("-", " ").replace("_", " ").split())


def _rows(name: str) -> list[dict[str, str]]:
    with (files("osteocast.measure") / name).open(encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def _typed(row: dict[str, str], numbers: Iterable[str]) -> dict[str, Any]:
    return {**row, **{name: float(row[name]) for name in numbers}}


@cache
def _references() -> tuple[Reference, ...]:
    numbers = ("age_low", "age_high", "mean_g_cm2", "sd_g_cm2")
    return tuple(Reference(**_typed(row, numbers)) for row in _rows("reference_bmd.csv"))


@cache
def _young() -> dict[tuple[str, str], Reference]:
    return {(row.site, row.device): row for row in _references() if row.kind == "young_normal"}


@cache
def _precisions() -> dict[tuple[str, str], Precision]:
    rows = (Precision(**_typed(row, ("cv_pct", "worst_cv_pct"))) for row in _rows("dxa_precision.csv"))
    return {(row.site, row.device): row for row in rows}


@cache
def _age_curve(site: str, sex: str) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    rows = age_sources(site, sex)
    middle = np.array([0.5 * (row.age_low + row.age_high) for row in rows])
    young = reference(site)
    means = np.array([(row.mean_g_cm2 - young.mean_g_cm2) / young.sd_g_cm2 for row in rows])
    sds = np.array([row.sd_g_cm2 / young.sd_g_cm2 for row in rows])
    return middle, means, sds
