"""The mechanism's course as what guidance expects: begins at the scans, and ignores a bone drug in the plan."""

import numpy as np
import pytest

from osteocast.forecast.unprotected import course_without_bone_drugs
from osteocast.guidance import guide
from osteocast.people.person import Person, Scan
from osteocast.regimen import Regimen

SCANS = (Scan(site="total_hip", t_score=-1.5), Scan(site="lumbar_spine", t_score=-1.9))


@pytest.fixture(scope="module")
def person() -> Person:
    return Person(
        sex="female", age=60, age_at_menopause=50, bmi=27, scans=SCANS, planned="anastrozole 1 mg daily for 60 months"
    )


def test_the_course_without_bone_drugs(one_shape, person):
    course = course_without_bone_drugs(person, draws=16)
    assert set(course.t_scores) == {"total_hip", "lumbar_spine"} and course.months[-1] == 120.0
    assert np.median(course.t_scores["lumbar_spine"][0]) == pytest.approx(-1.9, abs=0.05)
    protected = Regimen.parse("anastrozole 1 mg daily for 60 months + denosumab 60 mg every 6 months for 60 months")
    again = course_without_bone_drugs(person, protected, draws=16)
    assert all(np.array_equal(course.t_scores[site], again.t_scores[site]) for site in course.t_scores)
    result = guide(person, course=course)
    start = result["guidance"]["hadji2017"]["start"]
    median = np.median(course.t_scores["lumbar_spine"], axis=1)
    below = [month for month in range(0, 60, 12) if median[month] < -2.0]
    assert below and start["month"] == below[0] and "mechanism" in result["expected"]
    assert start["fast"]["month"] <= start["month"]
