"""Studies of the evidence as designs: every row has a cohort, a cohort its own people, arms and visits."""

from __future__ import annotations

import numpy as np
import pytest

from osteocast.errors import OsteocastError
from osteocast.evidence.targets import Target, read_targets
from osteocast.people.virtual import sample
from osteocast.regimen import Regimen
from osteocast.trials.design_parts import Adherence, People
from osteocast.trials.population import population
from osteocast.trials.replicate import drawn
from osteocast.trials.replicated import Interval, Replicated
from osteocast.trials.studies import chosen, cohorts, split
from osteocast.trials.study_rows import Result

REASONS = ("no event of a virtual trial",)
"""How the reasons begin for which a row of the evidence is not simulated."""


@pytest.fixture(scope="module")
def rows():
    return read_targets()


@pytest.fixture(scope="module")
def every(rows):
    return cohorts(rows)


def target(**fields: str) -> Target:
    usual = {
        "id": "invented", "group": "women_ai", "study": "Invented trial", "sex": "female", "age_mean": "60",
        "years_since_menopause": "10", "bmi_mean": "27", "regimen": "anastrozole 1 mg daily",
        "measure": "percent_change", "quantity": "LS_BMD", "unit": "%", "from_month": "0", "to_month": "24",
        "value": "-3", "sd": "0.5", "statistic": "mean",
    }  # fmt: skip
    return Target(2, usual | fields)


def test_every_row_is_in_one_cohort_and_is_simulated_or_says_why(rows, every):
    found = [one.row.text("id") for cohort in every for one in cohort.results]
    assert sorted(found) == sorted(row.text("id") for row in rows)
    for cohort in every:
        for one in cohort.results:
            assert one.reason is None or one.reason.startswith(REASONS), one.row.text("id")
    assert {row.trial for row in rows} == {one.row.trial for cohort in every for one in cohort.results}


def test_every_cohort_with_a_simulated_row_is_a_valid_design_with_its_endpoints(every):
    for cohort in every:
        if not cohort.simulated:
            continue
        design = cohort.design(people=10, seed=1)
        assert [arm.regimen for arm in design.arms] == list(cohort.regimens)
        assert design.population.sex == cohort.group.sex
        planned = [(one.quantity, one.from_month, one.month, one.analysis) for one in design.endpoints]
        for one in cohort.simulated:
            entry = one.endpoint()
            assert (entry["quantity"], entry["from_month"], entry["month"], entry["analysis"]) in planned
            assert (entry["analysis"] == "median") == (one.row.text("statistic") == "median")


def test_every_cohort_has_people_like_its_own(every):
    for cohort in every:
        people = People.model_validate(cohort.population())
        facts = sample(population(people, Adherence()), np.arange(1, 201), 5).facts
        group = cohort.group
        about = {"bmi": group.bmi, "years_since_menopause": group.years_since_menopause}
        assert abs(np.mean(facts["age"]) - group.age) < 2.0, cohort.name
        for site, mean in cohort.t_scores:
            assert abs(np.mean(facts[f"t_score_{site}"]) - mean) < 0.5, cohort.name
        for name, mean in about.items():
            if mean is not None and mean > 0.0:
                assert np.mean(facts[name]) == pytest.approx(mean, rel=0.15), cohort.name
        if group.sex == "female":
            past = group.years_since_menopause is not None and group.years_since_menopause >= 0.0
            assert np.all(facts["postmenopausal"] == float(past)), cohort.name
        for name, known in (("e2", group.e2_baseline), ("testosterone", group.t_baseline)):
            if known is not None:
                assert np.mean(facts[name]) == pytest.approx(known * (1e3 if name == "e2" else 1.0), rel=0.15)
        assert set(facts["prior_therapy"]) == {float(bool(cohort.prior.items))}


def test_kinds_of_people(every):
    sexes = {cohort.group.sex for cohort in every}
    given = [cohort.population()["given"] for cohort in every if cohort.group.sex == "female"]
    assert sexes == {"female", "male"}
    assert any(one.get("postmenopausal") == 0.0 for one in given)
    assert any(one.get("age_at_menopause", 0.0) > one["age"] for one in given if not isinstance(one["age"], dict))


def test_rows_about_the_same_people_share_a_cohort_and_others_do_not():
    rows = [
        target(id="a"),
        target(id="b", regimen="tamoxifen 20 mg daily", study="Invented trial, tamoxifen"),
        target(id="c", age_mean="65"),
        target(id="d", study="Other trial"),
    ]
    found = cohorts(rows)
    assert [[one.row.text("id") for one in cohort.results] for cohort in found] == [["a", "b"], ["c"], ["d"]]
    assert found[0].name == "Invented trial"
    assert [str(one) for one in found[0].regimens] == ["anastrozole 1 mg daily", "tamoxifen 20 mg daily"]


def test_the_answer_reads_no_label():
    plain, labelled = (cohorts([target(id=name, citation=name)])[0] for name in ("x", "atac-ana-ls-24"))
    assert plain.design(people=10, seed=1).hash() == labelled.design(people=10, seed=1).hash()


def test_treatment_before_month_0_is_the_peoples_and_the_rest_the_arms():
    before, after = split(Regimen.parse("alendronate 10 mg daily from month -60 + calcium 1000 mg daily"))
    assert str(before) == "alendronate 10 mg daily from month -60 for 60 months"
    assert str(after) == "alendronate 10 mg daily + calcium 1000 mg daily"
    before, after = split(Regimen.parse("estradiol patch 100 ug/day from month -2 for 2 months"))
    assert (str(before), str(after)) == ("estradiol patch 100 ug/day from month -2 for 2 months", "none")
    over = split(Regimen.parse("zoledronic acid 5 mg every 12 months from month -36 for 72 months"))
    assert [len(one.doses(48.0)) for one in over] == [3, 3]
    already = "anastrozole 1 mg daily from month -12"
    both = f"{already} + denosumab 60 mg every 6 months"
    one = cohorts([target(regimen=both, comparator=already, statistic="difference")])[0]
    assert one.results[0].reason is None
    assert list(one.population()["prior_therapy"].values()) == [1.0]
    apart = cohorts([target(regimen="anastrozole 1 mg daily from month -12", comparator="none")])[0]
    assert "differ before month 0" in str(apart.results[0].reason)


def test_sizes_come_from_the_row_or_the_trial_or_are_assumed():
    rows = [
        target(id="arm", n="40"),
        target(id="both", n="81", comparator="none", statistic="difference"),
        target(id="same arm", quantity="TH_BMD"),
        target(id="unknown", regimen="letrozole 2.5 mg daily"),
    ]
    sizes = {one.row.text("id"): one.size for one in cohorts(rows)[0].results}
    assert sizes == {
        "arm": ((40,), "row"),
        "both": ((41, 40), "row"),
        "same arm": ((40,), "trial"),
        "unknown": ((100,), "assumed"),
    }


def test_a_study_is_found_by_how_its_name_begins(every):
    assert [one.name for one in chosen(every, "atac")] == ["ATAC"]
    assert len(chosen(every, "SABRE")) == 3
    for wrong in ("", "nobody"):
        with pytest.raises(OsteocastError, match="no study of the evidence"):
            chosen(every, wrong)


def test_the_interval_is_that_of_trials_of_the_size():
    rng = np.random.default_rng(3)
    outcomes = [rng.normal(2.0, 3.0, 20_000), rng.normal(0.0, 3.0, 20_000)]
    found = drawn(outcomes, (50, 25), False, 2000, rng)
    assert found is not None
    half = 1.96 * 3.0 * (1 / 50 + 1 / 25) ** 0.5
    assert found.value == pytest.approx(2.0, abs=0.1)
    assert (found.hi95 - found.lo95) / 2.0 == pytest.approx(half, rel=0.06)
    middle = drawn(outcomes[:1], (50,), True, 2000, rng)
    assert middle is not None
    assert (middle.hi95 - middle.lo95) / 2.0 == pytest.approx(1.96 * 1.2533 * 3.0 / 50**0.5, rel=0.08)
    assert drawn([np.array([])], (10,), False, 100, rng) is None


def test_published_and_simulated_are_judged_both_ways():
    one = Replicated(Result(target(), None, (0,)), Interval(-3.5, -3.8, -3.2), None)
    assert one.published == pytest.approx((-3.0, -3.98, -2.02), abs=0.001)
    assert (one.in_published, one.in_simulated) == (True, False)
    ratio = target(measure="hazard_ratio", quantity="hip_fracture_HR", value="0.5", sd="0.1", statistic="HR")
    value, lo, hi = Replicated(Result(ratio, None, (0, 0)), None, "why").published
    assert lo is not None and hi is not None
    assert value**2 == pytest.approx(lo * hi)
