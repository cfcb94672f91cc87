"""What the population fills in."""

import math

import numpy as np
import pytest

from osteocast.measure import dxa
from osteocast.people.fill import (
    EXPECTED_MENOPAUSE,
    correlation,
    fill,
    menopause_age,
    population,
    predict_t_scores,
)
from osteocast.people.person import Measurement, Person, Scan


def woman(**more):
    return Person(**{"sex": "female", "age": 62, "age_at_menopause": 50, "bmi": 27} | more)


def filled_fields(person):
    return [one.field for one in fill(person)[1]]


def test_everything_missing_is_filled_and_said():
    complete, filled = fill(Person(sex="female", age=62))
    fields = [one.field for one in filled]
    scores = [f"t_score.{site}" for site in dxa.SITES]
    assert fields == ["age_at_menopause", "bmi", "calcium_mg_day", "25OHD", *scores]
    assert set(complete.t_scores) == set(dxa.SITES) and complete.latest("25OHD").value == 60
    assert all(one.sd > 0 and one.source and one.quality and one.basis and one.unit for one in filled)
    assert fill(complete) == (complete, ())


def test_what_is_known_stays():
    known = woman(
        bmi=31, calcium_mg_day=1200, hormones=(Measurement(name="25OHD", value=30, unit="ng/mL"),),
        scans=(Scan(site="lumbar_spine", t_score=-1.4), Scan(site="total_hip", t_score=-0.9)),
    )  # fmt: skip
    complete, filled = fill(known)
    assert [one.field for one in filled] == ["t_score.femoral_neck", "t_score.one_third_radius"]
    assert complete.bmi == 31 and complete.t_scores["lumbar_spine"] == -1.4 and complete.latest("25OHD").value == 30


def test_one_site_predicts_another_by_the_bivariate_normal_formula():
    low = predict_t_scores(woman(scans=(Scan(site="total_hip", t_score=-2.5),)))
    hip, spine = (dxa.t_by_age(site, "female", 62) for site in ("total_hip", "lumbar_spine"))
    z = (-2.5 - hip[0]) / hip[1]
    assert low["lumbar_spine"].value == pytest.approx(spine[0] + spine[1] * 0.6 * z, abs=0.006)
    assert low["lumbar_spine"].sd == pytest.approx(spine[1] * 0.8, abs=0.006)
    neck = dxa.t_by_age("femoral_neck", "female", 62)
    assert low["femoral_neck"].sd == pytest.approx(neck[1] * math.sqrt(1 - 0.85**2), abs=0.006)
    assert "predicted from total_hip" in low["femoral_neck"].source


def test_without_scans_the_mean_for_age_is_taken():
    scores = predict_t_scores(woman())
    for site, one in scores.items():
        mean, sd = dxa.t_by_age(site, "female", 62)
        assert (one.value, one.sd) == (pytest.approx(mean, abs=0.006), pytest.approx(sd, abs=0.006))


def test_filled_scans_take_the_persons_device():
    complete, _ = fill(woman(scans=(Scan(site="total_hip", t_score=-1, device="GE Lunar"),)))
    assert {scan.device for scan in complete.scans} == {"GE Lunar"}


def test_extreme_scans_do_not_predict_what_validation_refuses():
    old = woman(age=100, scans=(Scan(site="total_hip", t_score=-8),))
    assert predict_t_scores(old)["femoral_neck"].value >= -8 and set(fill(old)[0].t_scores) == set(dxa.SITES)


def test_correlations_are_possible():
    matrix = correlation()
    assert np.all(np.linalg.eigvalsh(matrix) > 0.05) and np.allclose(matrix, matrix.T)
    assert matrix[0, 1] == 0.6 and matrix[1, 2] == 0.85


@pytest.mark.parametrize("age", [20, 40, 51, 54, 70, 110])
def test_menopause_expected_lies_on_the_right_side_of_age(age):
    assert menopause_age(age, passed=True)[0] <= age <= menopause_age(age, passed=False)[0]
    assert menopause_age(age, passed=True)[1] > 0


def test_menopause_by_age():
    assert filled_fields(Person(sex="female", age=38))[0] == EXPECTED_MENOPAUSE
    young = fill(Person(sex="female", age=38))[0]
    assert young.age_at_menopause is None and young.menopause_kind == "premenopausal"
    old = fill(Person(sex="female", age=75))[0]
    assert old.age_at_menopause == 51.0 and old.menopause_kind == "natural"
    assert fill(Person(sex="female", age=56, menopause_kind="premenopausal"))[0].age_at_menopause is None
    early = fill(Person(sex="female", age=44, menopause_kind="natural"))[0]
    assert 25 <= early.age_at_menopause <= 44
    assert "menopause" not in " ".join(filled_fields(Person(sex="male", age=60)))


def test_men_and_women_have_their_own_population():
    assert population("calcium_mg_day", "male").value != population("calcium_mg_day", "female_postmenopausal").value
    man = fill(Person(sex="male", age=65))[0]
    assert man.t_scores["total_hip"] > fill(Person(sex="female", age=65))[0].t_scores["total_hip"]
