"""The closed form of a course of doses against the doses added up one by one, and against the same kinetics as
differential equations."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from osteocast.drugs.catalogue import catalogue
from osteocast.engine.exposure import course_areas, course_levels, courses, drive_from
from osteocast.engine.schedule import schedule
from osteocast.model.kinetics import depot_and_central
from osteocast.people.sample import shared
from osteocast.regimen import Regimen

P = SimpleNamespace(**shared("female"))
DAY = 30.4375
USUAL = [one.usual.split(" for ")[0] for one in catalogue().values() if one.actions and one.kind != "event"]


def unbroken(text):
    """Whether a regimen is an unbroken input: a rate, a class, a habit, or doses that are evened out."""
    return bool(schedule([Regimen.parse(text)], np.zeros(1, int), pad=1).continuous[0, 0])


TABLETS = [text for text in USUAL if not unbroken(text)]
UNBROKEN = [text for text in USUAL if unbroken(text)]


def one_course(text):
    """The numbers of a regimen of one course, as a record of floats, and its level as a function of day."""
    plan = schedule([Regimen.parse(text)], np.zeros(1, int))
    taken = courses(plan, P)

    def level(day):
        return float(np.sum(np.asarray(course_levels(taken, day))))

    first = {
        name: float(np.asarray(getattr(taken, name))[0, 0])
        for name in taken._fields
        if name not in ("weight", "channels", "begins_d")
    }
    return SimpleNamespace(**first), level


def bateman(day, one):
    """One dose on day 0, by the textbook: scale x ka / (ka - ke) x (e^-ke t - e^-ka t)."""
    if day <= 0.0:
        return 0.0
    return one.scale * one.ka / (one.ka - one.ke) * (np.exp(-one.ke * day) - np.exp(-one.ka * day))


def by_differential_equations(one, days, *, doses=(), rate=0.0, until=np.inf):
    """Central level on increasing days, solved from dose to dose."""

    def field(feed):
        def change(_, y):
            depot, central = depot_and_central(y[0], y[1], one.ka, one.ke)
            return [depot + feed, central]

        return change

    found, y, t = [], np.zeros(2), 0.0
    events = sorted({*days, *doses, *([until] if until < days[-1] else [])})
    for event in events:
        if event > t:
            feed = rate if event <= until else 0.0
            y = solve_ivp(field(feed), (t, event), y, method="LSODA", rtol=1e-10, atol=1e-14 * one.scale).y[:, -1]
            t = event
        if event in days:
            found.append(y[1])
        if event in doses:
            y = y + [one.scale, 0.0]
    return np.array(found)


@pytest.mark.parametrize("text", TABLETS)
def test_doses_add_up(text):
    """Any number of equal doses costs two exponentials; the sum over single doses must be the same."""
    one, level = one_course(f"{text} for 24 months" if "once" not in text else text)
    rng = np.random.default_rng(7)
    tau = one.interval_d
    for day in [-1.0, 0.0, 0.01, 0.5 * tau, *rng.uniform(0.0, 26.0 * DAY, 8)]:
        given = np.arange(one.n_doses) * tau
        expected = sum(bateman(day - dose, one) for dose in given[given < day])
        assert level(day) == pytest.approx(expected, rel=1e-9, abs=1e-12 * one.scale)


@pytest.mark.parametrize("text", TABLETS)
def test_doses_agree_with_the_differential_equations(text):
    one, level = one_course(f"{text} for 12 months" if "once" not in text else text)
    tau = one.interval_d
    last = 3.0 * tau + min(tau, 20.0)
    days = [0.3 * tau, 0.9 * tau, 1.4 * tau, 2.05 * tau, last]
    doses = [dose for dose in np.arange(one.n_doses) * tau if dose <= last]
    expected = by_differential_equations(one, days, doses=doses)
    np.testing.assert_allclose([level(day) for day in days], expected, rtol=1e-6, atol=1e-8 * one.scale)


@pytest.mark.parametrize("text", UNBROKEN)
def test_an_unbroken_input_agrees_with_the_differential_equations(text):
    """It rises to `scale`, the level of balance, and falls when the input ends: where a continuous one was to
    end, or where the last of the doses that are evened out is used up."""
    one, level = one_course(f"{text} for 3 months")
    assert 3.0 * DAY - 1e-9 <= one.end_d < 3.0 * DAY + 28.0
    days = [1.0, 5.0, 30.0, one.end_d, one.end_d + 2.0, one.end_d + 45.0]
    expected = by_differential_equations(one, days, rate=one.scale * one.ke, until=one.end_d)
    np.testing.assert_allclose([level(day) for day in days], expected, rtol=1e-6, atol=1e-9 * one.scale)
    _, endless = one_course(text)
    assert endless(4000.0) == pytest.approx(one.scale, rel=1e-6)


def test_a_level_is_never_negative_and_continuous_at_every_dose():
    one, level = one_course("anastrozole 1 mg daily for 1 month")
    for dose in range(12):
        before, after = level(dose - 1e-7), level(dose + 1e-7)
        assert before >= 0.0 and after == pytest.approx(before, rel=1e-4, abs=1e-5 * one.scale)


def test_the_mean_level_of_a_daily_tablet_is_dose_over_clearance():
    """In balance, what goes in comes out: 1 mg a day of 293.37 g/mol over the clearance."""
    _, level = one_course("anastrozole 1 mg daily")
    mean = np.mean([level(400.0 + (i + 0.5) / 200.0) for i in range(200)])
    assert mean == pytest.approx(1e6 / 293.37 / (P.anastrozole_clearance * 24.0), rel=2e-3)


def test_a_week_of_gaps_lets_the_level_fall_by_its_half_life():
    _, level = one_course("anastrozole 1 mg daily for 6 months")
    first = 6.0 * DAY + 2.0
    half = P.anastrozole_half_life / 24.0
    assert level(first + half) == pytest.approx(0.5 * level(first), rel=1e-3)


def test_effects_add_up_over_courses():
    """Two half doses are one dose, on every channel."""

    def drives(text, day):
        plan = schedule([Regimen.parse(text)], np.zeros(1, int))
        taken = courses(plan, P)
        return {name: float(np.ravel(x)[0]) for name, x in vars(drive_from(course_levels(taken, day), taken)).items()}

    whole = drives("tamoxifen 20 mg daily", 100.3)
    halves = drives("tamoxifen 12 mg daily + tamoxifen 8 mg daily", 100.3)
    assert whole == pytest.approx(halves, rel=1e-12, abs=1e-15)
    assert sum(x != 0.0 for x in whole.values()) >= 2


@pytest.mark.parametrize(
    "text",
    [
        "anastrozole 1 mg daily for 3 months",
        "alendronate 70 mg weekly for 3 months",
        "denosumab 60 mg every 6 months for 12 months",
        "testosterone enanthate 200 mg every 2 weeks for 3 months",
        "estradiol patch 50 ug/day for 3 months",
        "calcium 500 mg daily for 3 months",
    ],
)
def test_the_area_is_the_integral_of_the_level(text):
    """Between doses, across doses, and after the last dose or the end of an unbroken input."""
    taken = courses(schedule([Regimen.parse(text)], np.zeros(1, int)), P)
    for first, last in ((0.3, 1.7), (1.7, 40.0), (80.0, 130.0), (130.0, 200.0)):
        days = first + (np.arange(20_000) + 0.5) * (last - first) / 20_000
        levels = np.asarray(course_levels(taken, days[:, None, None])).sum(axis=(1, 2))
        area = float(np.sum(np.asarray(course_areas(taken, last) - course_areas(taken, first))))
        assert area == pytest.approx(levels.mean() * (last - first), rel=2e-3, abs=1e-9)
