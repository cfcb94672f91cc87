"""Properties of every regimen: it reads back from its own sentence, counts its doses, and moves in time."""

import math

from hypothesis import given
from hypothesis import strategies as st

from osteocast.drugs import Card, catalogue
from osteocast.errors import OsteocastError
from osteocast.regimen import MONTH_DAYS, Item, Regimen, Schedule

CARDS = list(catalogue().values())
WORDS = (
    "anastrozole estradiol patch 1 50 mg ug /day daily every 6 months from for month "
    "until pause to adherence 80 % + none walking twice weekly once"
)


def decimals(low: float, high: float, places: int = 3) -> st.SearchStrategy[float]:
    """Numbers as people write them, with few decimals."""
    scale = 10**places
    return st.integers(math.ceil(low * scale), math.floor(high * scale)).map(lambda n: n / scale)


def schedules(card: Card) -> st.SearchStrategy[Schedule | None]:
    """Any schedule that the card takes."""
    if not card.takes_schedule:
        return st.none()
    every = st.builds(Schedule.every, decimals(0.5, 4), st.sampled_from(["day", "week", "month", "year"]))
    named = st.sampled_from([Schedule(days) for days in (0.5, 1.0, 2.0, 7 / 3, 3.5, 7.0, 28.0, MONTH_DAYS)])
    once = st.nothing() if card.kind == "habit" else st.just(Schedule(0.0))
    return st.one_of(every, named, once)


@st.composite
def items(draw: st.DrawFn) -> Item:
    """Any item of any card."""
    card = draw(st.sampled_from(CARDS))
    amount = draw(decimals(*card.dose_range)) if card.dose_range else None
    schedule = draw(schedules(card))
    start = draw(st.one_of(st.just(0.0), decimals(-240, 240)))
    if card.kind == "event" or (schedule is not None and schedule.once):
        length, cuts = None, []
    else:
        length = draw(st.one_of(st.none(), decimals(0.01, 240)))
        cuts = sorted(draw(st.lists(decimals(0.001, 0.999), max_size=6, unique=True)))
    pauses = tuple(
        (round(start + first * (length or 60), 6), round(start + last * (length or 60), 6))
        for first, last in zip(cuts[::2], cuts[1::2], strict=False)
    )
    adherence = 1.0 if card.kind == "event" else draw(decimals(0, 1))
    end = None if length is None else start + length
    return Item(card.id, amount, card.dose_unit or "", schedule, start, end, pauses, adherence)


regimens = st.lists(items(), max_size=4, unique=True).map(lambda found: Regimen(tuple(found)))


@given(regimens)
def test_a_regimen_reads_back_from_its_sentence(regimen: Regimen) -> None:
    assert Regimen.parse(str(regimen)) == regimen
    assert Regimen.parse(str(regimen).upper()) == regimen


@given(
    every=st.integers(1, 24),
    unit=st.sampled_from(["day", "week", "month"]),
    length=st.integers(1, 120),
    start=st.integers(-60, 60),
)
def test_the_number_of_doses_is_the_length_over_the_interval(every: int, unit: str, length: int, start: int) -> None:
    sentence = f"zoledronic acid 4 mg every {every} {unit}s from month {start} for {length} months"
    (course,) = Regimen.parse(sentence).courses()
    # a month is 487/16 days: exact in whole sixteenths
    sixteenths = {"day": 16, "week": 112, "month": 487}[unit] * every
    assert course.n_doses == -(-length * 487 // sixteenths)
    assert len(Regimen.parse(sentence).doses(start + length)) == course.n_doses


@given(regimens, decimals(-120, 120))
def test_shifting_moves_every_dose_and_back_again(regimen: Regimen, months: float) -> None:
    shifted = regimen.shifted(months)
    assert shifted.shifted(-months) == regimen
    assert len(shifted.courses()) == len(regimen.courses())
    for before, after in zip(regimen.courses(), shifted.courses(), strict=True):
        assert math.isclose(after.start_day - before.start_day, months * MONTH_DAYS, abs_tol=1e-3)
        assert (after.n_doses, after.amount, after.interval_day) == (
            before.n_doses,
            before.amount,
            before.interval_day,
        )


@given(items())
def test_no_dose_falls_in_a_pause_or_outside_the_course(item: Item) -> None:
    end = item.start_month + 60 if item.end_month is None else item.end_month
    for dose in Regimen((item,)).doses(end):
        month = dose.day / MONTH_DAYS
        assert item.start_month - 1e-6 <= month < end
        assert not any(first <= month < last - 1e-6 for first, last in item.pauses)


@given(items())
def test_a_pause_removes_doses_and_leaves_the_clock_as_it_was(item: Item) -> None:
    interval = item.schedule.interval_day if item.schedule else 0.0
    start = item.start_month * MONTH_DAYS
    for dose in Regimen((item,)).doses(item.start_month + 60):
        number = (dose.day - start) / interval if interval else 0.0
        assert math.isclose(number, round(number), abs_tol=1e-6)


@given(regimens)
def test_breakpoints_are_ordered_and_hold_every_start(regimen: Regimen) -> None:
    days = regimen.breakpoints_day()
    assert list(days) == sorted(set(days))
    assert {course.start_day for course in regimen.courses()} <= set(days)


@given(regimens, regimens)
def test_joining_keeps_every_item_once(first: Regimen, second: Regimen) -> None:
    joined = first + second
    assert set(joined.items) == set(first.items) | set(second.items)
    assert joined + joined == joined


@given(st.text(max_size=60))
def test_no_text_ends_in_anything_but_a_regimen_or_a_sentence(text: str) -> None:
    try:
        Regimen.parse(text)
    except OsteocastError as error:
        assert error.where.startswith("regimen, column ")


@given(
    st.lists(
        st.sampled_from(WORDS.split()),
        max_size=9,
    )
)
def test_no_jumble_of_known_words_breaks_the_reader(words: list[str]) -> None:
    try:
        regimen = Regimen.parse(" ".join(words))
    except OsteocastError as error:
        assert error.where.startswith("regimen, column ")
    else:
        assert Regimen.parse(str(regimen)) == regimen
