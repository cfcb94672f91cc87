"""Laws of guidance: higher risk never protects later, and a text read with less of it never advises more."""

import datetime as dt
import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osteocast.fracture import Course
from osteocast.guidance import evaluate, facts_of, guide, outlook, rule_sets, treatment
from osteocast.guidance.evaluate import protects
from osteocast.people.person import History, Person, Scan

DAY = dt.date(2025, 3, 24)
YEARS = (2, 5, 10)
T_SCORES = (-0.5, -1.8, -2.6)
FACTORS = ("parent_hip_fracture", "glucocorticoids", "smoker")
COUNTS = (0, 3)
NAMES = ("prior_fracture", "vertebral_fracture", "alcohol", "falls", "rheumatoid_arthritis", "secondary_osteoporosis")
LATE = math.inf
RANK = {"monitor": 0, "need_dxa": 0, "consider": 1, "offer": 2, "treat": 2}


def woman(years: int, t: float, factors: int) -> Person:
    history = History(**dict.fromkeys(NAMES, False), **dict.fromkeys(FACTORS[:factors], True),
                      **dict.fromkeys(FACTORS[factors:], False))  # fmt: skip
    return Person(
        sex="female", age=60, age_at_menopause=50, bmi=27, date=DAY, history=history,
        scans=(Scan(site="lumbar_spine", t_score=t, date=DAY),),
        planned=f"anastrozole 1 mg daily for {12 * years} months",
    )  # fmt: skip


def simulated(t: float) -> Course:
    """A course that falls fast at first and then levels off, as simulated ones do; five draws around it."""
    months = np.arange(0.0, 121.0)
    fall = 1.2 * (1.0 - np.exp(-months / 30.0))
    return Course(months, {"lumbar_spine": t - fall[:, None] * np.linspace(0.5, 1.5, 5)})


@pytest.fixture(scope="module", params=["published rate", "simulated course"])
def starts(request) -> dict[tuple[int, float, int], dict[str, float]]:
    """Month at which each text, and the first of them, begins to protect, for all combinations."""
    found = {}
    for years, t, count in itertools.product(YEARS, T_SCORES, COUNTS):
        course = simulated(t) if request.param == "simulated course" else None
        result = guide(woman(years, t, count), course=course)
        months = {name: one["start"]["month"] for name, one in result["guidance"].items()}
        months["first of all"] = result["start_of_protection"]["month"]
        found[years, t, count] = {name: LATE if month is None else month for name, month in months.items()}
    return found


def test_start_of_protection_is_never_later_for_the_higher_risk(starts):
    compared = 0
    for low, high in itertools.permutations(starts, 2):
        if high[0] >= low[0] and high[1] <= low[1] and high[2] >= low[2]:
            later = [name for name in starts[low] if starts[high][name] > starts[low][name]]
            assert not later, (low, high, later)
            compared += 1
    assert compared == 90  # 6 x 6 x 3 ordered pairs, less the 18 of a case with itself


def test_each_of_the_three_risks_matters(starts):
    """Otherwise the law above would hold for an answer that never changes."""
    first = {key: one["hadji2017"] for key, one in starts.items()}
    assert first[5, -2.6, 0] < first[5, -1.8, 0] < LATE
    assert first[5, -0.5, 3] < first[5, -0.5, 0]
    assert any(first[10, t, 0] < first[2, t, 0] for t in T_SCORES)


known = st.sampled_from([0.0, 1.0, math.nan])
people = st.builds(
    Person,
    sex=st.just("female"),
    age=st.floats(45, 90),
    age_at_menopause=st.sampled_from([None, 42.0, 45.0]),
    bmi=st.sampled_from([None, 19.0, 23.0, 30.0]),
    date=st.just(DAY),
    history=st.builds(History, **{name: st.sampled_from([None, True, False]) for name in (*FACTORS, *NAMES)}),
    scans=st.one_of(
        st.just(()), st.floats(-4, 1).map(lambda t: (Scan(site="total_hip", t_score=round(t, 1), date=DAY),))
    ),
    planned=st.sampled_from(
        ["anastrozole 1 mg daily", "letrozole 2.5 mg daily for 60 months + goserelin 3.6 mg every 28 days"]
    ),
)


@settings(max_examples=40)
@given(people)
def test_more_risk_never_lowers_what_a_text_says(person):
    values = facts_of(person, treatment(person)).values
    for one in rule_sets().values():
        before = evaluate(one, values)
        if before.line is None:
            continue
        assert [step.fired for step in before.trace] == [False] * (len(before.trace) - 1) + [True]
        if values["has_dxa"] == 0.0:
            assert before.advice != "monitor"
        for name in FACTORS:
            after = evaluate(one, {**values, name: 1.0})
            assert RANK[after.advice] >= RANK[before.advice]
        if not math.isnan(values["t_score_min"]):
            lower = {key: values[key] - 0.7 for key in ("t_score_min", "z_score_min")}
            assert RANK[evaluate(one, {**values, **lower}).advice] >= RANK[before.advice]


@settings(max_examples=40)
@given(people)
def test_every_look_of_an_outlook_is_older_and_no_denser(person):
    taken = treatment(person)
    found = outlook(person, taken, facts_of(person, taken))
    ages = [one.values["age"] for one in found.facts]
    assert ages == sorted(ages) and len(ages) == len(found.months)
    t = [one.values["t_score_min"] for one in found.facts]
    assert all(math.isnan(one) for one in t) or all(b < a for a, b in itertools.pairwise(t))


@settings(max_examples=25)
@given(st.lists(people, min_size=1, max_size=8))
def test_many_at_once_get_the_answers_of_each(crowd):
    each = [facts_of(person, treatment(person)).values for person in crowd]
    together = {name: np.array([values[name] for values in each]) for name in each[0]}
    for one in rule_sets().values():
        expected = [evaluate(one, values).protects for values in each]
        np.testing.assert_array_equal(np.broadcast_to(protects(one, together), len(crowd)), expected)
