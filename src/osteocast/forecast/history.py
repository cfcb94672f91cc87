"""What came before month 0, and what comes after it: past regimens, strategies, missed doses, natural history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Any

import numpy as np

from osteocast.drugs.catalogue import card
from osteocast.engine.accuracy import DEFAULT, Accuracy
from osteocast.engine.grid import DAYS_PER_MONTH
from osteocast.forecast.simulation import Job, simulate
from osteocast.people.draws import Draws
from osteocast.people.life import years_before
from osteocast.people.person import Person
from osteocast.people.sample import Numbers
from osteocast.regimen import Item, Regimen
from osteocast.regimen.courses import Course

BEFORE_MONTH_0_YEARS = 8.0
BEFORE_TREATMENT_YEARS = 2.0
OLD_SCAN_MONTHS = 6.0
"""A scan older than this is carried to month 0 by the simulated course; a newer one counts as of month 0."""


@dataclass(frozen=True)
class Present:
    """The person at month 0, shared by all strategies.

    Attributes:
        state: of every draw, by name.
        bmd: density [g/cm2] by site, shape (draws,).
        carried: sites whose scan is old and was carried here by the simulated course.
    """

    state: Mapping[str, np.ndarray]
    bmd: Mapping[str, np.ndarray]
    carried: tuple[str, ...]


@dataclass(frozen=True)
class Taken:
    """Which doses are taken where a regimen is not followed to the letter: each with its own probability, the
    same in every strategy that prescribes it.

    Attributes:
        numbers: standard normal numbers of the draws by purpose.
        horizon_d: doses until here [day].
    """

    numbers: Numbers
    horizon_d: float

    def __call__(self, course: Course, i: int) -> np.ndarray:
        """1 for each draw that takes dose `i` of a course, else 0."""
        if course.adherence <= 0.0:
            return np.zeros_like(self.numbers(self.purpose(course, i)))
        threshold = NormalDist().inv_cdf(min(course.adherence, 1.0 - 1e-12))
        return (self.numbers(self.purpose(course, i)) < threshold).astype(float)

    @staticmethod
    def purpose(course: Course, i: int) -> str:
        """The name of a dose among the random streams."""
        return f"adherence: {course.card_id} from day {course.start_day:.3f} every {course.interval_day:.3f}, {i}"

    def purposes(self, regimen: Regimen) -> list[str]:
        """The names of all doses of a regimen that may be missed."""
        return [
            self.purpose(course, i)
            for course in regimen.courses()
            if course.adherence < 1.0 and not course.continuous and not course.is_daily_tablet
            for i, _ in enumerate(course.days(self.horizon_d))
        ]


def past(person: Person, draws: Draws, following: Regimen | None = None) -> Regimen:
    """Everything taken before month 0, the removal of the ovaries included.

    Args:
        person: the person.
        draws: for the month of a surgical menopause.
        following: what is taken from month 0 on: a past regimen ends there unless it continues, and one that
            continues ends there too where the same drug follows, which takes over.
    """
    later = {item.card_id for item in following.items} if following else set()
    items: list[Item] = []
    for one in person.past_regimens:
        for item in one.regimen.items:
            kept = item if one.continues and item.card_id not in later else _until_now(item)
            if kept is not None and kept not in items:
                items.append(kept)
    removed = draws.surgery_month
    if removed is not None and not any(item.card_id == "bilateral_oophorectomy" for item in items):
        items.append(Item("bilateral_oophorectomy", start_month=removed))
    return Regimen(tuple(items))


def _until_now(item: Item) -> Item | None:
    """An item cut at month 0; what ended before, was given once or is an event stays as it is."""
    once = item.schedule is not None and item.schedule.once
    event = card(item.card_id).kind == "event"
    if once or event or (item.end_month is not None and item.end_month <= 0.0):
        return item
    pauses = tuple((first, min(last, 0.0)) for first, last in item.pauses if first < 0.0)
    if pauses and pauses[-1][1] == 0.0:
        end, pauses = pauses[-1][0], pauses[:-1]
    else:
        end = 0.0
    return replace(item, end_month=end, pauses=pauses) if end > item.start_month else None


def start_month(person: Person, draws: Draws, before: Regimen) -> float:
    """Where the simulated life begins, still a young adult in steady state.

    Six years before the menopause, eight years before month 0 when it has not come (men: at 40), and two
    years before the first treatment, whichever is earliest.
    """
    since = -draws.first_menopause_month / 12.0
    years = [years_before(person.sex, person.age, since, BEFORE_MONTH_0_YEARS)]
    years += [BEFORE_TREATMENT_YEARS - item.start_month / 12.0 for item in before.items]
    return -12.0 * max(years)


def present(person: Person, draws: Draws, numbers: Numbers, accuracy: Accuracy = DEFAULT) -> Present:
    """Simulate the person's life up to month 0.

    Args:
        person: the person.
        draws: its draws.
        numbers: random numbers of the draws, for doses missed in the past.
        accuracy: how finely time is cut.
    """
    before = past(person, draws)
    start = start_month(person, draws, before)
    measured = {site: person.month_of(scan.date) for site, scan in person.baseline_scans().items()}
    old = {site: max(month, start) for site, month in measured.items() if month < -OLD_SCAN_MONTHS}
    months = np.array(sorted({0.0, *old.values()}))
    job = Job(draws.values, before, months, start, taken=Taken(numbers, 0.0), accuracy=accuracy)
    course = simulate([job])[0]
    bmd: dict[str, Any] = {}
    for site, density in draws.bmd.items():
        relative = course.quantity[site]
        bmd[site] = density
        if site in old:
            then = int(np.searchsorted(months, old[site]))
            bmd[site] = density * relative[-1] / relative[then]
    return Present(course.state, bmd, tuple(old))


def future(person: Person, draws: Draws, strategy: Regimen) -> Regimen:
    """All that acts from month 0 on: what was taken before, and the strategy."""
    before = past(person, draws, strategy)
    return before + strategy


def horizon_d(years: float) -> float:
    """The last day of a forecast [day]."""
    return 12.0 * years * DAYS_PER_MONTH
