"""`osteocast people`: a sample beside its targets, on the terminal, as JSON and as a page."""

import json

import pytest

from osteocast.cli import main
from osteocast.people import joint

TRIAL = [
    "--given", "age={mean: 60, sd: 8}", "--given", "bmi=27", "--rule", "t_score_min > -2.5", "--n", "300",
]  # fmt: skip


def found(capsys, *arguments):
    code = main(["people", *arguments])
    out, err = capsys.readouterr()
    assert code == 0, err
    return out, err


@pytest.mark.parametrize("sex", ["female", "male"])
def test_a_free_sample_meets_its_targets(capsys, sex):
    """Everything but what is known to differ, and to be shown: estradiol after menopause."""
    out, _ = found(capsys, "--sex", sex, "--n", "8000", "--json")
    result = json.loads(out)
    assert (result["schema"], result["n"], result["population"]["sex"]) == (1, 8000, sex)
    names = {one["name"] for one in result["quantities"]}
    assert {"age", "bmi", "e2", "turnover", "adherence", "vitamin_d", *joint.T_SCORES} <= names
    for one in result["quantities"]:
        assert one["source"] and one["basis"] and one["quality"] and one["role"] == "usual"
        if one["label"] == "estradiol after menopause":
            assert one["sample"]["mean"] < one["target"]["mean"]
            continue
        for part in ("mean", "sd"):
            apart = one["sample"][part] - one["target"][part]
            assert abs(apart) < 4.5 * one["error"][part] + 0.01 * abs(one["target"][part]), one["label"]
    for one in [*result["shares"], *result["correlations"]]:
        assert one["source"] and one["quality"]
        assert abs(one["sample"] - one["target"]) < 4.5 * one["error"] + 0.004, one
    for one in result["parameters"]:
        assert one["sample"]["log_sd"] == pytest.approx(one["target"]["log_sd"], abs=0.03), one["name"]


def test_what_is_bent_says_so(capsys):
    out, _ = found(capsys, *TRIAL, "--json")
    result = json.loads(out)
    assert result["population"] == {
        "sex": "female",
        "given": {"age": {"mean": 60.0, "sd": 8.0}, "bmi": 27.0},
        "inclusion": ["t_score_min > -2.5"],
        "correlations": {},
        "prior_therapy": None,
    }
    roles = {one["name"]: one["role"] for one in result["quantities"]}
    assert roles["t_score_total_hip"] == "bent" and roles["adherence"] == "usual"
    assert {one["source"] for one in result["quantities"] if one["name"] in ("age", "bmi")} == {"the design"}


def test_table_and_page(capsys, tmp_path):
    out, err = found(capsys, *TRIAL, "--assumed", "0.5", "--out", str(tmp_path))
    assert "Research and education, not a medical device." in out and "Bent:" in out
    assert "Written" in err
    page = (tmp_path / "people.html").read_text("utf-8")
    assert (
        page.count("<svg") > 15 and "<script" not in page and "http://" not in page.replace("http://www.w3.org", "")
    )
    for words in ("Given age: mean 60, sd 8", "Rule: t_score_min &gt; -2.5", "Gambacciani 1995", "from memory"):
        assert words in page, words
    result = json.loads((tmp_path / "people.json").read_text("utf-8"))
    spine_hip = result["correlations"][0]
    assert spine_hip["between"] == ["t_score_lumbar_spine", "t_score_total_hip"] and spine_hip["target"] == 0.3


def test_a_fact_that_is_the_same_in_all_has_no_curve(capsys):
    out, _ = found(capsys, "--given", "bmi=27", "--given", "prior_fracture=1", "--n", "60", "--json")
    result = json.loads(out)
    assert next(one for one in result["quantities"] if one["name"] == "bmi")["curve"] is None
    assert all(one["sample"] is None for one in result["correlations"] if "bmi" in one["between"])
