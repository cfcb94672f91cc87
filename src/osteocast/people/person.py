"""A person: measured densities, hormones, markers, history and regimens, checked when made and then fixed.

Nothing here computes physiology and nothing here imports JAX.
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from osteocast.errors import OsteocastError
from osteocast.measure import dxa
from osteocast.people import checks, quantities
from osteocast.regimen.units import MONTH_DAYS

if TYPE_CHECKING:
    from osteocast.regimen import Regimen

SEXES = dxa.SEXES
MENOPAUSE_KINDS = ("natural", "surgical", "chemotherapy", "premenopausal")
T_SCORE_RANGE = (-8.0, 6.0)
CV_RANGE = (0.2, 10.0)
"""Precision errors of a scanner that can be [%]."""
T_SCORE_AGREEMENT = 0.1
"""Largest gap [T-score] between a T-score and a density given for one scan."""


@dataclass(frozen=True, kw_only=True)
class Scan:
    """One densitometry result of one site.

    Attributes:
        site: `lumbar_spine`, `total_hip`, `femoral_neck` or `one_third_radius`.
        t_score: T-score [1] as reported, or None.
        bmd_g_cm2: density [g/cm2] as reported, or None.
        device: `Hologic` or `GE Lunar`; a T-score alone is taken as Hologic's, a density needs its device.
        date: day of the scan; None stands for the day of the forecast (month 0).
        cv_pct: precision error of this clinic's scanner at this site, as a coefficient of variation [%]; None takes
            the typical one of the device.
    """

    site: str
    t_score: float | None = None
    bmd_g_cm2: float | None = None
    device: str = ""
    date: dt.date | None = None
    cv_pct: float | None = None

    def __post_init__(self) -> None:
        site = dxa.site_name(self.site, "site")
        if self.t_score is None and self.bmd_g_cm2 is None:
            raise OsteocastError(
                f"the scan of {site} has no result",
                where="t_score",
                fix="give t_score, or bmd_g_cm2 with its device",
            )
        if not self.device and self.bmd_g_cm2 is not None:
            raise OsteocastError(
                f"the density of {site} has no device",
                where="device",
                fix=f'which scanner was it, {" or ".join(dxa.DEVICES)}? Add device = "{dxa.DEFAULT_DEVICE}"',
                why="scanners differ by 10 % and more on the same bone",
            )
        device = dxa.device_name(self.device or dxa.DEFAULT_DEVICE, "device")
        given, density = self.t_score, self.bmd_g_cm2
        slip = "check for a lost decimal point or sign, such as 25 for -2.5"
        if given is not None:
            given = checks.number(given, "t_score", *T_SCORE_RANGE, fix=slip)
        if density is not None:
            density = checks.number(
                density, "bmd_g_cm2", 0.05, 3.0, "g/cm2", "give the density in g/cm2, such as 0.893"
            )
            implied = dxa.t_score(density, site, device)
            checks.number(
                implied,
                "bmd_g_cm2",
                *T_SCORE_RANGE,
                fix=f"{density:g} g/cm2 gives this T-score; check site and device",
            )
            if given is not None and abs(given - implied) > T_SCORE_AGREEMENT:
                raise OsteocastError(
                    f"T-score {given:g} and {density:g} g/cm2 disagree: on {device} that is T {implied:.2f}",
                    where="t_score",
                    fix="keep the one printed on the report and leave out the other, or correct the device",
                )
        day = None if self.date is None else checks.day(self.date, "date")
        precision = self.cv_pct
        if precision is not None:
            precision = checks.number(
                precision, "cv_pct", *CV_RANGE, "%", "give the clinic's precision error in percent, such as 1.2"
            )
        _set(self, site=site, device=device, t_score=given, bmd_g_cm2=density, date=day, cv_pct=precision)

    @property
    def t(self) -> float:
        """T-score [1]: as reported, or from the density."""
        if self.t_score is not None:
            return self.t_score
        assert self.bmd_g_cm2 is not None
        return dxa.t_score(self.bmd_g_cm2, self.site, self.device)

    @property
    def bmd(self) -> float:
        """Density [g/cm2] on the scan's own device: as reported, or from the T-score."""
        return self.bmd_g_cm2 if self.bmd_g_cm2 is not None else dxa.bmd(self.t, self.site, self.device)

    @property
    def precision_pct(self) -> float:
        """Precision error [%]: the clinic's own, or the typical one of the device."""
        return dxa.precision(self.site, self.device).cv_pct if self.cv_pct is None else self.cv_pct


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One hormone or marker result, in the unit it was reported in.

    Attributes:
        name: a name of `quantities.QUANTITIES`, such as `E2` or `sCTX`.
        value: the result, in `unit`.
        unit: unit of the report; a result without one is refused with the question which was meant.
        date: day of the sample; None stands for the day of the forecast.
        below: the result was "less than `value`": below the detection limit of the assay.
    """

    name: str
    value: float
    unit: str = ""
    date: dt.date | None = None
    below: bool = False

    def __post_init__(self) -> None:
        name = quantities.quantity_name(self.name, "name")
        unit = quantities.unit_name(name, self.unit, "unit")
        value = quantities.plausible(name, self.value, unit, "value")
        day = None if self.date is None else checks.day(self.date, "date")
        _set(self, name=name, unit=unit, value=value, date=day, below=checks.flag(self.below, "below"))

    def value_in(self, unit: str | None = None) -> float:
        """The value in another unit, by default the one osteocast computes in (E2 pmol/L, T nmol/L, ...)."""
        return quantities.convert(self.name, self.value, self.unit, unit)


@dataclass(frozen=True)
class PastRegimen:
    """A regimen taken before month 0. It ends there unless it continues."""

    regimen: Regimen
    continues: bool = False

    def __post_init__(self) -> None:
        _set(
            self,
            regimen=as_regimen(self.regimen, "regimen"),
            continues=checks.flag(self.continues, "continues"),
        )


@dataclass(frozen=True, kw_only=True)
class History:
    """Risk factors for fracture: true, false, or None where nothing is known.

    Attributes:
        prior_fracture: a fragility fracture as an adult.
        vertebral_fracture: a vertebral fracture, clinical or seen on an image.
        parent_hip_fracture: mother or father broke a hip.
        smoker: smokes now.
        glucocorticoids: oral glucocorticoids for three months or more, now or before.
        rheumatoid_arthritis: confirmed diagnosis.
        secondary_osteoporosis: another disease that costs bone.
        alcohol: three or more units a day.
        falls: a fall in the last year.
        immobility: cannot walk unaided.
        bilateral_oophorectomy: both ovaries were removed.
    """

    prior_fracture: bool | None = None
    vertebral_fracture: bool | None = None
    parent_hip_fracture: bool | None = None
    smoker: bool | None = None
    glucocorticoids: bool | None = None
    rheumatoid_arthritis: bool | None = None
    secondary_osteoporosis: bool | None = None
    alcohol: bool | None = None
    falls: bool | None = None
    immobility: bool | None = None
    bilateral_oophorectomy: bool | None = None

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if value is not None:
                checks.flag(value, item.name)


HISTORY_KEYS = tuple(item.name for item in fields(History))


@dataclass(frozen=True, kw_only=True)
class Person:
    """Everything known of one person on the day of the forecast (month 0).

    Attributes:
        name: label; it also keys the person's random numbers, see `id`.
        sex: `female` or `male`.
        age: years, 18 to 110.
        age_at_menopause: years at the final period, None for men, before menopause, or where unknown.
        menopause_kind: `natural`, `surgical`, `chemotherapy`, `premenopausal`, or None where unknown.
        bmi: body mass index [kg/m2], or None.
        height_cm: height [cm], or None.
        scans: densitometry results, of any dates.
        hormones: hormone results.
        markers: bone turnover markers.
        history: risk factors.
        past_regimens: treatment before month 0.
        planned: the intended regimen from month 0 on, or None.
        calcium_mg_day: calcium in the diet [mg/day], or None.
        date: calendar day of month 0; where it is not given, that of the latest dated result, or None without any.
        date_from_results: whether `date` was taken from the results.
    """

    name: str = "person"
    sex: str
    age: float
    age_at_menopause: float | None = None
    menopause_kind: str | None = None
    bmi: float | None = None
    height_cm: float | None = None
    scans: tuple[Scan, ...] = ()
    hormones: tuple[Measurement, ...] = ()
    markers: tuple[Measurement, ...] = ()
    history: History = field(default_factory=History)
    past_regimens: tuple[PastRegimen, ...] = ()
    planned: Regimen | None = None
    calcium_mg_day: float | None = None
    date: dt.date | None = None
    date_from_results: bool = field(default=False, init=False, compare=False)

    def __post_init__(self) -> None:
        from osteocast.people import validate

        _set(self, **validate.clean_fields(self))
        _set(self, **validate.settle_menopause(self))
        validate.check_together(self)
        dates = [one.date for one in self.results if one.date is not None]
        if self.date is None and dates:
            _set(self, date=max(dates), date_from_results=True)

    @property
    def id(self) -> int:
        """The number that keys the person's random streams: CRC32 of the name."""
        return zlib.crc32(self.name.encode())

    @property
    def years_since_menopause(self) -> float | None:
        """Years from the final period to month 0; None for men, before menopause, or where unknown."""
        return None if self.age_at_menopause is None else self.age - self.age_at_menopause

    @property
    def results(self) -> tuple[Scan | Measurement, ...]:
        """Everything that was measured, of any date."""
        return (*self.scans, *self.hormones, *self.markers)

    @property
    def t_scores(self) -> dict[str, float]:
        """T-score [1] of every measured site at the start of a forecast."""
        return {site: scan.t for site, scan in self.baseline_scans().items()}

    def month_of(self, day: dt.date | None) -> float:
        """Months from month 0 to a day, negative before; 0 for a result or a person without a date."""
        if day is None or self.date is None:
            return 0.0
        return (day - self.date).days / MONTH_DAYS

    def baseline_scans(self) -> dict[str, Scan]:
        """The scans a forecast starts from: per site the latest at or before month 0."""
        latest: dict[str, Scan] = {}
        for scan in self._until_today(self.scans):
            latest[scan.site] = scan
        return {site: latest[site] for site in dxa.SITES if site in latest}

    def latest(self, name: str) -> Measurement | None:
        """The latest result of a hormone or marker at or before month 0, or None."""
        wanted = quantities.quantity_name(name, "name")
        found = [one for one in self._until_today(self.hormones + self.markers) if one.name == wanted]
        return found[-1] if found else None

    def _until_today(self, results: Iterable[Any]) -> list[Any]:
        """Results at or before month 0, oldest first; without a date means on that day."""
        known = [one for one in results if one.date is None or self.date is None or one.date <= self.date]
        return sorted(known, key=lambda one: one.date or dt.date.max)


def as_regimen(value: object, where: str) -> Regimen:
    """A regimen, from one or from the sentence that describes it."""
    from osteocast.regimen import Regimen

    if isinstance(value, Regimen):
        return value
    if isinstance(value, str):
        with checks.located(where):
            return Regimen.parse(value)
    raise OsteocastError(
        f"{value!r} is not a regimen", where=where, fix='write a sentence such as "anastrozole 1 mg daily"'
    )


def _set(target: object, **values: object) -> None:
    """Write cleaned values while a frozen object is being made."""
    for name, value in values.items():
        object.__setattr__(target, name, value)
