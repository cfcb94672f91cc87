"""Rules of inclusion: comparisons of facts and nothing else."""

import numpy as np
import pytest

from osteocast.errors import OsteocastError
from osteocast.people.rules import parse

KNOWN = ("age", "t_score_min", "t_score_total_hip", "prior_fracture", "years_since_menopause")
FACTS = {
    "age": np.array([50.0, 60.0, 70.0]),
    "t_score_min": np.array([-1.0, -2.5, -3.0]),
    "t_score_total_hip": np.array([-1.0, -1.5, -3.0]),
    "prior_fracture": np.array([0.0, 0.0, 1.0]),
    "years_since_menopause": np.array([np.nan, 9.0, 20.0]),
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("age >= 60", [False, True, True]),
        ("45 <= age < 70", [True, True, False]),
        ("prior_fracture == 0", [True, True, False]),
        ("t_score_min > -2.5 or prior_fracture == 1", [True, False, True]),
        ("not (age > 55)", [True, False, False]),
        ("t_score_total_hip - t_score_min > 0.5", [False, True, False]),
        ("-t_score_min * 2 >= 5 and age / 2 != 30", [False, False, True]),
        ("years_since_menopause >= 1", [False, True, True]),
        ("not years_since_menopause >= 1", [True, False, False]),
        ("1 < 2 and age > 65", [False, False, True]),
    ],
)
def test_rules_are_met_as_written(text, expected):
    assert parse(text, KNOWN).met(FACTS).tolist() == expected


@pytest.mark.parametrize(
    "text",
    [
        "age",
        "age + 1",
        "1 < 2",
        "age > 'old'",
        "age > True",
        "age in (50, 60)",
        "age ** 2 > 5",
        "age > 50 > (age < 3)",
        "(age > 50) + 1 > 0",
        "age > 50 and 3",
        "age and age > 3",
        "-(age > 50)",
        "not age",
        "__import__('os').system('true') == 0",
        "age.real > 5",
        "age[0] > 5",
        "(lambda: 1)() < age",
        "age > 50; age < 70",
        "age >",
        "",
        "x := 5",
        "age > 1" + " + 1" * 100_000,
    ],
)
def test_anything_else_is_refused_in_one_sentence(text):
    with pytest.raises(OsteocastError) as caught:
        parse(text, KNOWN)
    assert caught.value.where == "inclusion"
    assert "\n" not in str(caught.value)


def test_an_unknown_name_brings_the_nearest():
    with pytest.raises(OsteocastError, match="did you mean t_score_total_hip"):
        parse("t_score_totalhip > -2", KNOWN)


def test_a_rule_knows_what_it_reads():
    assert parse("age > 50 and age < 60 and prior_fracture == 0", KNOWN).names == ("age", "prior_fracture")
