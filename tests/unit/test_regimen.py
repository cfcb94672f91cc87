"""The regimen language: what parses, how it prints, what it means in doses."""

import doctest
import pickle

import pytest

import osteocast.regimen.regimen
import osteocast.regimen.units
from osteocast.regimen import MONTH_DAYS, Course, Dose, Item, Regimen, Schedule

# Every regimen and comparator of shared/evidence/calibration_targets.csv, each once; all are canonical.
PUBLISHED = """
GnRH antagonist
GnRH antagonist + testosterone gel 20 mg daily
GnRH antagonist + testosterone gel 81 mg daily
alendronate 10 mg daily
alendronate 10 mg daily from month -60
alendronate 10 mg daily from month -60 for 60 months
alendronate 70 mg weekly + calcium 1000 mg daily + vitamin D 800 IU daily
anastrozole 1 mg daily
anastrozole 1 mg daily + calcium 1000 mg daily + vitamin D 800 IU daily
anastrozole 1 mg daily + ibandronate 150 mg monthly + calcium 1000 mg daily + vitamin D 800 IU daily
anastrozole 1 mg daily + resistance exercise twice weekly
anastrozole 1 mg daily + risedronate 35 mg weekly + calcium 1000 mg daily + vitamin D 800 IU daily
anastrozole 1 mg daily for 60 months
anastrozole 1 mg daily from month -12 + calcium 1000 mg daily + vitamin D 800 IU daily
anastrozole 1 mg daily from month -12 + denosumab 60 mg every 6 months + calcium 1000 mg daily + vitamin D 800 IU daily
anastrozole 10 mg daily
bilateral oophorectomy
calcium 1000 mg daily
calcium 1000 mg daily + vitamin D 800 IU daily
conjugated estrogens 0.625 mg daily
denosumab 60 mg every 6 months + calcium 1000 mg daily + vitamin D 800 IU daily
denosumab 60 mg every 6 months for 24 months + calcium 1000 mg daily + vitamin D 800 IU daily
denosumab 60 mg every 6 months for 96 months + calcium 1000 mg daily + vitamin D 800 IU daily
denosumab 60 mg once
estradiol 0.25 mg daily + calcium 1000 mg daily + vitamin D 800 IU daily
estradiol patch 100 ug/day from month -2 for 2 months
estradiol patch 14 ug/day + calcium 1000 mg daily + vitamin D 800 IU daily
estradiol patch 37.5 ug/day
exemestane 25 mg daily
goserelin 3.6 mg every 28 days + testosterone gel 12.5 mg daily
goserelin 3.6 mg every 28 days + testosterone gel 25 mg daily
goserelin 3.6 mg every 28 days for 24 months
goserelin 3.6 mg every 28 days for 36 months + anastrozole 1 mg daily for 36 months
goserelin 3.6 mg every 28 days for 36 months + anastrozole 1 mg daily for 36 months + zoledronic acid 4 mg every 6 months for 36 months
goserelin 3.6 mg every 28 days for 36 months + tamoxifen 20 mg daily for 36 months
goserelin 3.6 mg every 28 days from month -3
letrozole 2.5 mg daily
letrozole 2.5 mg daily + calcium 1000 mg daily + vitamin D 800 IU daily
letrozole 2.5 mg daily + zoledronic acid 4 mg every 6 months + calcium 1000 mg daily + vitamin D 800 IU daily
leuprolide 22.5 mg every 3 months
none
tamoxifen 20 mg daily
tamoxifen 20 mg daily for 60 months
testosterone enanthate 200 mg every 2 weeks
triptorelin 3.75 mg every 28 days + exemestane 25 mg daily
zoledronic acid 1 mg once
zoledronic acid 5 mg every 12 months from month -36 for 36 months
zoledronic acid 5 mg every 12 months from month -36 for 72 months
zoledronic acid 5 mg once
""".strip().splitlines()  # noqa: E501

CANONICAL = {
    "  ANASTROZOLE   1 MG   Daily ": "anastrozole 1 mg daily",
    "Arimidex 1000 mcg once daily for 5 years": "anastrozole 1 mg daily for 60 months",
    "anastrozole 1000 µg every day": "anastrozole 1 mg daily",
    "anastrozole 1000 μg every 1 day": "anastrozole 1 mg daily",
    "anastrozole 0.001 g daily until month 60": "anastrozole 1 mg daily for 60 months",
    "anastrozole 1mg daily adherence 80%": "anastrozole 1 mg daily adherence 80 %",
    "anastrozole 1 mg daily adherence 100 %": "anastrozole 1 mg daily",
    "anastrozole 1 mg daily from month 0": "anastrozole 1 mg daily",
    "anastrozole 1 mg daily from month −12": "anastrozole 1 mg daily from month -12",
    "calcium 1 g daily from month -1.5 until month 1": "calcium 1000 mg daily from month -1.5 for 2.5 months",
    "anastrozole 1 mg daily adherence 82 % PAUSE month 24 to 27 FOR 60 months FROM month 3": (
        "anastrozole 1 mg daily from month 3 for 60 months pause month 24 to 27 adherence 82 %"
    ),
    "anastrozole 1 mg daily pause month 30 to 33 pause month 9 to 10 pause month 10 to 12": (
        "anastrozole 1 mg daily pause month 9 to 12 pause month 30 to 33"
    ),
    "Zoledronate 4 mg every 0.5 years": "zoledronic acid 4 mg every 6 months",
    "zoledronic acid 5 mg yearly": "zoledronic acid 5 mg every 12 months",
    "zoledronic acid 5 mg every 18 months": "zoledronic acid 5 mg every 18 months",
    "zoledronic acid 5 mg every 1.5 months": "zoledronic acid 5 mg every 1.5 months",
    "testosterone undecanoate 1000 mg every 84 days": "testosterone undecanoate 1000 mg every 12 weeks",
    "goserelin 3.6 mg every 4 weeks": "goserelin 3.6 mg every 28 days",
    "goserelin 3.6 mg every 30 days": "goserelin 3.6 mg every 30 days",
    "ibandronate 150 mg every month": "ibandronate 150 mg monthly",
    "alendronate 35 mg every 3.5 days": "alendronate 35 mg twice weekly",
    "tamoxifen 20 mg every 2 days": "tamoxifen 20 mg every other day",
    "calcium 0.5 g twice daily": "calcium 500 mg twice daily",
    "cholecalciferol 20 ug daily": "vitamin D 800 IU daily",
    "transdermal estradiol 0.05 mg / day": "estradiol patch 50 ug/day",
    "estradiol patch 50 mcg/24 h": "estradiol patch 50 ug/day",
    "estradiol-patch 50 ug per day": "estradiol patch 50 ug/day",
    "oral estradiol 1 mg daily": "estradiol 1 mg daily",
    "forsteo 20 µg daily": "teriparatide 20 ug daily",
    "gnrh ANTAGONIST until month 12": "GnRH antagonist for 12 months",
    "ovariectomy from month -24": "bilateral oophorectomy from month -24",
    "strength training three times weekly": "resistance exercise three times weekly",
    "jogging every other day": "running every other day",
    "walking daily+running weekly": "walking daily + running weekly",
    "NONE": "none",
}


@pytest.mark.parametrize("sentence", PUBLISHED)
def test_every_published_regimen_parses_and_prints_back(sentence: str) -> None:
    assert str(Regimen.parse(sentence)) == sentence


@pytest.mark.parametrize(("sentence", "canonical"), CANONICAL.items())
def test_a_sentence_prints_in_canonical_words(sentence: str, canonical: str) -> None:
    regimen = Regimen.parse(sentence)
    assert str(regimen) == canonical
    assert regimen == Regimen.parse(canonical)
    assert hash(regimen) == hash(Regimen.parse(canonical))


def test_an_item_is_what_the_sentence_says() -> None:
    sentence = "femara 2500 ug weekly from month -3 for 2 years pause month 1 to 2 adherence 75 %"
    assert Regimen.parse(sentence).items == (
        Item("letrozole", 2.5, "mg", Schedule(7.0), -3.0, 21.0, ((1.0, 2.0),), 0.75),
    )


def test_the_longest_name_wins() -> None:
    assert Regimen.parse("estradiol patch 14 ug/day").items[0].card_id == "estradiol_patch"
    assert Regimen.parse("estradiol 1 mg daily").items[0].card_id == "estradiol"


def test_a_value_and_its_pickle_are_the_same() -> None:
    regimen = Regimen.parse("anastrozole 1 mg daily + GnRH antagonist")
    assert pickle.loads(pickle.dumps(regimen)) == regimen
    with pytest.raises(AttributeError):
        regimen.items = ()  # type: ignore[misc]


def test_none_is_empty_and_adds_nothing() -> None:
    none, some = Regimen.parse("none"), Regimen.parse("anastrozole 1 mg daily")
    assert none == Regimen() and none.items == () and none.courses() == () and none.breakpoints_day() == ()
    assert none + some == some == some + none


def test_two_regimens_join_and_a_common_item_is_kept_once() -> None:
    first = Regimen.parse("anastrozole 1 mg daily + calcium 1000 mg daily")
    second = Regimen.parse("calcium 1 g daily + denosumab 60 mg every 6 months")
    joined = "anastrozole 1 mg daily + calcium 1000 mg daily + denosumab 60 mg every 6 months"
    assert str(first + second) == str(first.with_(second)) == joined


def test_shifting_moves_start_end_and_pauses() -> None:
    regimen = Regimen.parse("tamoxifen 20 mg daily for 60 months pause month 24 to 27")
    shifted = "tamoxifen 20 mg daily from month -24 for 60 months pause month 0 to 3"
    assert str(regimen.shifted(-24)) == shifted
    assert regimen.shifted(-24).shifted(24) == regimen


# ---- doses


def months(sentence: str, until: float = 60) -> list[float]:
    """Months of the doses of a sentence."""
    return [dose.day / MONTH_DAYS for dose in Regimen.parse(sentence).doses(until)]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("denosumab 60 mg every 6 months for 24 months", [0, 6, 12, 18]),
        ("denosumab 60 mg every 6 months for 24.1 months", [0, 6, 12, 18, 24]),
        ("denosumab 60 mg every 6 months from month 36", [36, 42, 48, 54]),
        ("denosumab 60 mg every 6 months for 36 months pause month 6 to 18", [0, 18, 24, 30]),
        ("denosumab 60 mg every 6 months for 36 months pause month 7 to 19", [0, 6, 24, 30]),
        ("denosumab 60 mg every 6 months for 24 months pause month 1 to 2", [0, 6, 12, 18]),
        ("denosumab 60 mg every 6 months for 24 months pause month 0 to 7", [12, 18]),
        ("zoledronic acid 5 mg every 12 months from month -36 for 36 months", [-36, -24, -12]),
        ("zoledronic acid 5 mg once from month 60", []),
        ("zoledronic acid 5 mg once from month 3", [3]),
        ("bilateral oophorectomy from month -5", [-5]),
        ("estradiol patch 50 ug/day + GnRH antagonist + walking daily", []),
        ("none", []),
    ],
)
def test_doses_fall_in_half_open_intervals(sentence: str, expected: list[float]) -> None:
    assert months(sentence) == expected


def test_doses_of_several_items_come_by_day() -> None:
    regimen = Regimen.parse("zoledronate 4 mg once from month 1 + denosumab 60 mg every 6 months for 7 months")
    assert regimen.doses(12) == (
        Dose("denosumab", 0.0, 60.0, "mg"),
        Dose("zoledronic_acid", MONTH_DAYS, 4.0, "mg"),
        Dose("denosumab", 6 * MONTH_DAYS, 60.0, "mg"),
    )


@pytest.mark.parametrize(
    ("schedule", "doses"),
    [
        ("daily", 1827),  # sixty months are 1826.25 days
        ("twice daily", 3653),
        ("every other day", 914),
        ("weekly", 261),
        ("twice weekly", 522),
        ("three times weekly", 783),
        ("monthly", 60),
        ("every 28 days", 66),
        ("every 2 years", 3),
    ],
)
def test_the_number_of_doses_in_five_years(schedule: str, doses: int) -> None:
    (course,) = Regimen.parse(f"alendronate 10 mg {schedule} for 5 years").courses()
    assert course.n_doses == doses
    assert course.is_daily_tablet == ("daily" in schedule)
    assert not course.continuous


def test_a_course_of_tablets() -> None:
    assert Regimen.parse("anastrozole 1 mg daily from month -12 adherence 80 %").courses() == (
        Course("anastrozole", 1.0, -365.25, 1.0, None, 0.8, continuous=False, is_daily_tablet=True),
    )


def test_a_pause_splits_a_course_and_its_clock_runs_on() -> None:
    sentence = "denosumab 60 mg every 6 months for 48 months pause month 13 to 20"
    first, second = Regimen.parse(sentence).courses()
    assert (first.start_day, first.n_doses) == (0, 3)
    assert (second.start_day, second.n_doses) == (24 * MONTH_DAYS, 4)
    assert first.interval_day == second.interval_day == 6 * MONTH_DAYS


def test_a_pause_between_two_doses_splits_nothing() -> None:
    (course,) = Regimen.parse("denosumab 60 mg every 6 months pause month 1 to 5").courses()
    assert course.n_doses is None


def test_a_patch_is_a_rate_that_pauses() -> None:
    courses = Regimen.parse("estradiol patch 50 ug/day pause month 2 to 3 adherence 90 %").courses()
    assert courses == (
        Course("estradiol_patch", 50.0, 0.0, 0.0, None, 0.9, True, False, end_day=2 * MONTH_DAYS),
        Course("estradiol_patch", 50.0, 3 * MONTH_DAYS, 0.0, None, 0.9, True, False, end_day=None),
    )


def test_events_classes_and_habits_have_courses_too() -> None:
    event, drugs, habit = Regimen.parse(
        "bilateral oophorectomy from month 2 + GnRH antagonist for 1 months + running three times weekly"
    ).courses()
    assert event == Course("bilateral_oophorectomy", 1.0, 2 * MONTH_DAYS, 0.0, 1, 1.0, False, False)
    assert drugs == Course("gnrh_antagonist", 1.0, 0.0, 0.0, None, 1.0, True, False, end_day=MONTH_DAYS)
    assert habit == Course("running", pytest.approx(3), 0.0, 0.0, None, 1.0, True, False)


def test_breakpoints_are_starts_and_ends() -> None:
    regimen = Regimen.parse(
        "anastrozole 1 mg daily for 12 months + zoledronic acid 4 mg once from month 3"
        " + denosumab 60 mg every 6 months from month 12"
        " + estradiol patch 50 ug/day from month -2 for 2 months"
    )
    expected = (-2 * MONTH_DAYS, 0.0, 3 * MONTH_DAYS, 12 * MONTH_DAYS, 366.0)
    assert regimen.breakpoints_day() == expected


def test_the_examples_in_the_docstrings() -> None:
    for module in (osteocast.regimen.regimen, osteocast.regimen.units):
        result = doctest.testmod(module)
        assert result.attempted and not result.failed
