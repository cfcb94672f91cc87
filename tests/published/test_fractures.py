"""Fracture rates against published results: density and turnover from the mechanism, rates from the population.

Roles. The vertebral ratios under denosumab and alendronate are *fitted*, with one number for both drugs. Everything
else is predicted: hip and other fractures under denosumab, every result of the inhibitor, what happens after
denosumab, ten-year probabilities.
"""

import json

import numpy as np
import pytest

from osteocast.calibration.fractures import RESULTS, fit_gradient, published_interval
from osteocast.evidence.targets import read_targets
from osteocast.fracture import MULTIPLE, NONVERTEBRAL, OUTCOMES, rate_per_year, ten_year, turnover
from osteocast.fracture.outcomes import sites_of
from osteocast.people.sample import Group
from osteocast.regimen import Regimen
from osteocast.trials.fractures import arm_course, outcome_of, simulate
from osteocast.trials.published import Arm, arms_of, group_of
from osteocast.trials.study_rows import why_not

PEOPLE = 128


@pytest.fixture(scope="module")
def rows():
    return {row.text("id"): row for row in read_targets() if row.text("group") == "fracture"}


@pytest.fixture(scope="module")
def courses(rows):
    """Arms of every row, month by month; arms that rows share are simulated once."""
    known, found = {}, {}
    for name, row in rows.items():
        found[name] = []
        for arm in arms_of(row):
            key = arm, row.text("t_spine"), row.text("to_month")
            if key not in known:
                known[key] = arm_course(arm, row, people=PEOPLE)
            found[name].append(known[key])
    return found


@pytest.fixture(scope="module")
def results(rows, courses):
    return {name: simulate(row, courses[name]) for name, row in rows.items()}


def of(results, part):
    return next(one for name, one in results.items() if part in name)


def interval(result):
    low, high = published_interval(result.target)
    return f"{result.simulated:.3f} against {low}-{high}, {result.through}", low <= result.simulated <= high


# ---- fitted


@pytest.mark.published("FREEDOM and FIT, vertebral fractures on film", "fit")
@pytest.mark.parametrize("row", ["freedom-fx-vert", "fit-fx-vert"])
def test_vertebral_ratios_are_within_their_intervals(results, row):
    words, inside = interval(of(results, row))
    assert inside, words


@pytest.mark.published("FREEDOM and FIT, vertebral fractures on film", "fit")
def test_the_stored_gradient_is_the_fit(rows, courses):
    targets = [row for row in rows.values() if row.text("quantity") == "vertebral_fracture_RR"]
    assert {row.text("id") for row in targets} == set(turnover.fitted().rows)
    value, sd = fit_gradient(targets, {row.text("id"): courses[row.text("id")] for row in targets})
    stored = turnover.fitted()
    assert value == pytest.approx(stored.value, abs=0.02)
    assert stored.low95 == pytest.approx(stored.value - 1.96 * sd, abs=0.02)
    assert stored.low95 > 0.0, "density and the published gradient alone do not explain the vertebral effect"


def test_the_results_kept_for_the_documentation_are_those_of_today(results):
    """Kept for 256 people, here fewer."""
    kept = json.loads(RESULTS.read_text(encoding="utf-8"))["rows"]
    assert set(kept) == set(results)
    for name, one in results.items():
        assert one.simulated == pytest.approx(kept[name]["simulated"], rel=0.06), name


# ---- not fitted


@pytest.mark.published("FREEDOM, hip fractures", "check")
def test_hip_ratio_of_denosumab_is_within_its_interval(results):
    words, inside = interval(of(results, "freedom-fx-hip"))
    assert inside, words


@pytest.mark.published("FREEDOM, nonvertebral fractures", "check")
def test_nonvertebral_ratio_of_denosumab_is_near_its_interval(results):
    """0.67 to 0.95 published; about 0.67 simulated: the published gradient on turnover claims a little too much."""
    found = of(results, "freedom-fx-nonvert")
    low, high = published_interval(found.target)
    assert 0.95 * low < found.simulated < high, found


@pytest.mark.published("inhibitor against none, meta-analysis", "check")
def test_anastrozole_against_none(results):
    found = of(results, "tseng-fx")
    assert 1.05 <= found.simulated <= 1.35, found
    assert found.through.density > 1.02 and found.through.turnover > 1.02
    assert found.through.unexplained == pytest.approx(1.0, abs=0.02), "no factor belongs to the inhibitor"


@pytest.mark.published("ATAC", "check")
def test_anastrozole_against_tamoxifen(results):
    found = of(results, "atac-fx-hr")
    assert 1.15 <= found.simulated <= 1.65, found
    parts = found.through
    assert parts.density * parts.turnover * parts.unexplained == pytest.approx(found.simulated)


@pytest.mark.published("ATAC", "check")
def test_any_clinical_fracture_on_anastrozole(results):
    """First clinical fractures of any site per 1,000 person-years until the first fracture or death, five years."""
    assert 15.0 <= of(results, "atac-fx-ana").simulated <= 30.0


@pytest.mark.published("ATAC; inhibitor against none, meta-analysis", "check")
def test_results_of_the_inhibitor_hold_for_older_women(rows):
    """The rows give women of 60; in women of 64, as long after menopause as that makes them, all three hold too."""
    found = {}
    for name in ("atac-fx-ana", "atac-fx-hr", "tseng-fx"):
        arms = [
            arm._replace(group=arm.group._replace(age=64.0, years_since_menopause=16.0))
            for arm in arms_of(rows[name])
        ]
        found[name] = simulate(rows[name], [arm_course(arm, rows[name], people=64) for arm in arms])
    assert 15.0 <= found["atac-fx-ana"].simulated <= 30.0
    assert 1.15 <= found["atac-fx-hr"].simulated <= 1.65
    assert 1.05 <= found["tseng-fx"].simulated <= 1.35


def test_what_is_counted(rows):
    row = rows[next(name for name in rows if "nonvert" in name)]
    assert sites_of(outcome_of(row)) == ("hip", "wrist", "humerus", "other_clinical")
    assert why_not(row) is None, "a virtual trial draws it as one event"


# ---- after denosumab


@pytest.fixture(scope="module")
def stopped(rows):
    """Women like FREEDOM's: denosumab for 36 months, then nothing; and never."""
    row = next(row for name, row in rows.items() if "freedom-fx-vert" in name)
    months = np.arange(0.0, 61.0)
    return [
        arm_course(Arm(group_of(row), Regimen.parse(text)), row, people=PEOPLE, months=months)
        for text in ("denosumab 60 mg every 6 months for 36 months", "none")
    ]


def two_years_after(stopped, outcome, first=36, last=60):
    rates = [
        rate_per_year(
            outcome, sex="female", age=arm.ages, t_scores=arm.course.t_scores, turnover=arm.course.turnover
        )[first:last].mean()
        for arm in stopped
    ]
    return rates[0] / rates[1]


@pytest.mark.published("women who left FREEDOM", "check")
@pytest.mark.parametrize("outcome", [*OUTCOMES, NONVERTEBRAL])
def test_after_denosumab_rates_do_not_exceed_those_of_the_never_treated(stopped, outcome):
    """Published: 71 in 1,000 a year after denosumab, 85 after placebo, any vertebral fracture.

    Wrist and upper arm come out equal, to within 1 %: what density is left over and the overshoot cancel.
    """
    assert two_years_after(stopped, outcome) < (1.01 if outcome in ("wrist", "humerus") else 1.0)


@pytest.mark.published("women who left FREEDOM", "fit")
def test_after_denosumab_several_vertebral_fractures_are_more_frequent(stopped):
    """Of those with a new vertebral fracture 60.7 % had several after denosumab, 38.7 % after placebo."""
    assert two_years_after(stopped, MULTIPLE, last=48) > 1.1
    shares = []
    for arm in stopped:
        several, one = (
            rate_per_year(
                outcome, sex="female", age=arm.ages, t_scores=arm.course.t_scores, turnover=arm.course.turnover
            )[36:49].mean()
            for outcome in (MULTIPLE, "vertebral_morphometric")
        )
        shares.append(several / one)
    assert shares == pytest.approx([0.607, 0.387], abs=0.05)


# ---- what the rates take from the mechanism


@pytest.mark.parametrize(
    ("group", "usual"),
    [(Group("female", 66, 15), "female"), (Group("male", 66), "male"), (Group("female", 36), "female")],
)
def test_usual_turnover_is_the_mechanism_s_untreated_level(group, usual, simulate):
    simulated = float(np.median(simulate("none", group).at("sCTX", 0)))
    assert float(turnover.usual(usual, group.age)) == pytest.approx(simulated, rel=0.05)


# ---- ten-year probabilities printed by another tool


@pytest.mark.published("ten-year probabilities, United Kingdom 2008", "check")
@pytest.mark.parametrize("population", ["united_states", "united_kingdom"])
def test_ten_year_probabilities_are_of_the_printed_size(population):
    rows = ten_year.compare(population)
    assert len(rows) > 150
    for outcome in ("hip", "mof"):
        found = ten_year.agreement([row for row in rows if row.outcome == outcome])
        assert 0.6 <= found["geometric_mean_ratio"] <= 1.6, (outcome, found)
    assert 0.6 <= ten_year.agreement(rows)["geometric_mean_ratio"] <= 1.6


@pytest.mark.published("ten-year probabilities, United Kingdom 2008", "check")
@pytest.mark.parametrize("outcome", ["hip", "mof"])
def test_ten_year_probabilities_of_women_rank_as_printed(outcome):
    """Without the rows of a parent's hip fracture, whose published ratio has since fallen by half."""
    rows = [
        row
        for row in ten_year.compare()
        if (row.sex, row.outcome) == ("female", outcome) and row.risk_factor != "parent_hip_fracture"
    ]
    assert ten_year.agreement(rows)["rank_correlation"] >= 0.95


@pytest.mark.published("ten-year probabilities, United Kingdom 2008", "check")
def test_ten_year_probabilities_of_everybody_rank_nearly_as_printed():
    """0.92 over all rows: less than the 0.95 that was hoped for; docs/fracture.md says what parts them.

    Above 0.95 if the mean differences by sex and age were gone, but not if those by kind of fracture or scan were.
    """
    rows = ten_year.compare()
    assert ten_year.agreement(rows)["rank_correlation"] >= 0.92
    assert ten_year.agreement_within(rows, "sex", "age") >= 0.95
    assert ten_year.agreement_within(rows, "outcome", "scanned") < 0.94
