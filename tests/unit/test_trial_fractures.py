"""Arms of published fracture results: what of their course counts."""

import numpy as np
import pytest

from osteocast.evidence.targets import read_targets
from osteocast.people.sample import Group
from osteocast.regimen import Regimen
from osteocast.trials import fractures
from osteocast.trials.published import Arm

MONTHS = np.array([0.0, 12.0, 24.0])
MAN = Group("male", 70.0, None, 27.0, None, 6.0)
GEL = "testosterone gel 50 mg daily"
DENOSUMAB = "denosumab 60 mg every 6 months"


@pytest.fixture(scope="module")
def course(one_shape):
    """`course(text)`: what counts against fractures in old men with little testosterone under a regimen."""
    row = next(row for row in read_targets() if row.text("group") == "fracture")

    def made(text):
        arm = Arm(MAN, Regimen.parse(text))
        return fractures.arm_course(arm, row, people=8, months=MONTHS).course

    return made


def test_testosterone_lowers_no_fracture_rate_of_a_published_arm(course, monkeypatch):
    counted, none = course(GEL), course("none")
    with monkeypatch.context() as patch:
        patch.setattr(fractures, "without_testosterone", lambda regimen: None)
        simulated = course(GEL)
    gain = simulated.t_scores["lumbar_spine"][-1] - none.t_scores["lumbar_spine"][-1]
    assert (gain > 0.02).all(), "the gel raises density"
    for site, t in counted.t_scores.items():
        np.testing.assert_allclose(t, np.minimum(simulated.t_scores[site], none.t_scores[site]), atol=1e-9)
    np.testing.assert_allclose(counted.turnover, np.maximum(simulated.turnover, none.turnover), atol=1e-9)


def test_what_is_given_with_testosterone_keeps_its_credit(course):
    both, denosumab, none = (course(text) for text in (f"{GEL} + {DENOSUMAB}", DENOSUMAB, "none"))
    spine = [one.t_scores["lumbar_spine"][-1] for one in (both, denosumab, none)]
    assert (spine[0] <= spine[1] + 1e-9).all()
    assert (spine[0] > spine[2] + 0.2).all()
