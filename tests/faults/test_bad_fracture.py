"""What the fracture rates refuse, and how they say it."""

import numpy as np
import pytest

from osteocast.errors import OsteocastError
from osteocast.fracture import Course, cumulative_incidence, forecast, rate_per_year
from osteocast.fracture.records import read

GOOD = """- {outcome: hip, sex: female, ages: [50, 60], values: [1, 2], unit: "1", bounds: [0.1, 9], basis: measured,
   quality: abstract, source: "Doe J, J Style 2001", note: ""}
"""


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('source: "Doe J, J Style 2001"', 'source: ""'), "source"),
        ((', source: "Doe J, J Style 2001"', ""), "source"),
        (('unit: "1"', 'unit: " "'), "unit"),
        (("quality: abstract", "quality: hearsay"), "hearsay"),
        (("quality: abstract", "quality: [abstract]"), "quality"),
        (("basis: measured", "basis: guessed"), "guessed"),
        (("values: [1, 2]", "values: [1, 12]"), "bounds"),
        (("values: [1, 2]", "values: [1]"), "match"),
        (("ages: [50, 60]", "ages: [60, 50]"), "increase"),
        (("values: [1, 2]", "values: [1, two]"), "numbers"),
        (("sex: female", "sex: none"), "none"),
        (('note: ""', 'note: "", colour: red'), "colour"),
        (("{", "{{"), "readable"),
    ],
)
def test_a_series_that_lacks_something_is_refused(tmp_path, change, words):
    assert GOOD.count(change[0]) == 1, change
    file = tmp_path / "rates.yaml"
    file.write_text(GOOD, encoding="utf-8")
    assert len(read(file, ("outcome", "sex"))) == 1
    file.write_text(GOOD.replace(*change), encoding="utf-8")
    with pytest.raises(OsteocastError, match=words) as refused:
        read(file, ("outcome", "sex"))
    assert "rates.yaml" in str(refused.value)


def test_the_same_series_twice_is_refused(tmp_path):
    file = tmp_path / "rates.yaml"
    file.write_text(GOOD + GOOD, encoding="utf-8")
    with pytest.raises(OsteocastError, match="twice"):
        read(file, ("outcome", "sex"))


def test_borrowing_needs_an_origin_and_a_reason(tmp_path):
    file = tmp_path / "rates.yaml"
    for line, words in (("like: wrist, note: why", "borrow"), ('like: hip, note: ""', "note")):
        file.write_text(GOOD + f"- {{outcome: mof, sex: female, {line}}}\n", encoding="utf-8")
        with pytest.raises(OsteocastError, match=words):
            read(file, ("outcome", "sex"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"outcome": "hips"}, "hip"),
        ({"sex": "unknown"}, "female or male"),
        ({"population": "atlantis"}, "atlantis"),
        ({"age": np.nan}, "age"),
        ({"age": 650.0}, "age"),
        ({"t_scores": {"femoral_neck": np.nan}}, "femoral_neck"),
        ({"turnover": 0.0}, "turnover"),
        ({"turnover": np.nan}, "turnover"),
        ({"factors": {"smoke": 1}}, "smoker"),
        ({"factors": {"smoker": 0.5}}, "0.5"),
        ({"factors": {"bmi": 0.0}}, "kg/m2"),
    ],
)
def test_a_rate_of_nonsense_is_refused(change, words):
    given = {"outcome": "hip", "sex": "female", "age": 65.0} | change
    with pytest.raises(OsteocastError, match=words):
        rate_per_year(given.pop("outcome"), **given)


@pytest.mark.parametrize("months", [[0.0], [0.0, 0.0], [12.0, 0.0], [[0.0, 12.0]]])
def test_months_that_do_not_increase_are_refused(months):
    with pytest.raises(OsteocastError, match="month"):
        cumulative_incidence(np.array(months), np.ones(np.shape(months)) * 0.1, 0.0)


def test_a_negative_rate_is_refused():
    with pytest.raises(OsteocastError, match="negative"):
        cumulative_incidence(np.array([0.0, 12.0]), np.array([0.1, -0.1]), np.zeros(2))


def test_a_course_that_is_too_short_is_refused():
    short = Course(np.array([0.0, 60.0]), {"femoral_neck": np.zeros((2, 4))})
    with pytest.raises(OsteocastError, match="month 120"):
        forecast(short, sex="female", age=60)
    with pytest.raises(OsteocastError, match="years"):
        forecast(short, sex="female", age=60, years=(0,))
    wrong = Course(np.array([0.0, 60.0]), {"femoral_neck": np.zeros((3, 4))})
    with pytest.raises(OsteocastError, match="femoral_neck"):
        forecast(wrong, sex="female", age=60, years=(5,))
