"""Virtual people: each belongs to a seed, an id and a population; what is given is conditioned on exactly."""

from dataclasses import replace

import numpy as np
import pytest

from osteocast.engine.run import run
from osteocast.errors import OsteocastError
from osteocast.people import joint, latent
from osteocast.people.population import facts
from osteocast.people.virtual import Distribution, Population, sample
from osteocast.regimen import Regimen

WOMEN = Population()
MEN = Population("male")
TRIAL = Population(
    given={
        "age": Distribution(60.0, 8.0),
        "years_since_menopause": Distribution(12.0),
        "bmi": Distribution(27.0, 4.0),
        "t_score_lumbar_spine": Distribution(-0.8, 1.0, min=-2.4),
        "prior_fracture": 0,
    },
    inclusion=("t_score_min > -2.5", "45 <= age <= 78", "anastrozole_clearance < 2.5"),
    prior_therapy={"tamoxifen 20 mg daily from month -30": 0.3},
)
INFERRED = Population(given={"t_score_total_hip": Distribution(-2.0, 0.7), "bmi": 24.0})
BEFORE_MENOPAUSE = Population(given={"age": Distribution(44.0, 4.0, max=52.0), "postmenopausal": 0})
EVERY_KIND = (WOMEN, MEN, TRIAL, INFERRED, BEFORE_MENOPAUSE)
IDS = np.arange(700, dtype=np.uint32) * 6007 + 11
MANY = np.arange(200_000, dtype=np.uint32)


@pytest.fixture(scope="module")
def reference():
    """Facts of very many women of the reference population."""
    return sample(WOMEN, MANY, 1).facts


def same(one, other, places):
    """Everything about the people of `one` at `places`, against all of `other`."""
    for name, value in one.facts.items():
        np.testing.assert_array_equal(value[places], other.facts[name], err_msg=name)
    for name, value in one.values.items():
        chosen = value[places] if np.ndim(value) else value
        np.testing.assert_array_equal(chosen, other.values[name], err_msg=name)
    assert one.start_month == other.start_month
    assert one.prior_regimens == other.prior_regimens


@pytest.mark.parametrize("population", EVERY_KIND)
def test_others_change_nobody(population):
    everybody = sample(population, IDS, 3, posterior=True)
    order = np.random.default_rng(0).permutation(len(IDS))
    for places in (order, np.arange(699), np.arange(513, 514), np.arange(100, 131)):
        same(everybody, sample(population, IDS[places], 3, posterior=True), places)


@pytest.mark.parametrize("population", EVERY_KIND)
def test_everybody_is_complete_and_possible(population):
    found = sample(population, IDS, 3)
    assert tuple(found.facts) == facts(population.sex)
    for name, value in found.facts.items():
        assert value.shape == IDS.shape and value.dtype == np.float64, name
        expected = name in ("age_at_menopause", "years_since_menopause") and population is not TRIAL
        assert expected or np.all(np.isfinite(value)), name
        if name in joint.LIMITS:
            low, high = joint.LIMITS[name]
            assert np.nanmin(value, initial=low) >= low and np.nanmax(value, initial=high) <= high, name
    for name, value in found.values.items():
        assert np.all(np.isfinite(value)) and np.shape(value) in ((), IDS.shape), name
    assert found.facts["prior_therapy"].max() < len(found.prior_regimens)


@pytest.mark.parametrize("population", EVERY_KIND)
def test_life_begins_in_youth(population):
    found = sample(population, IDS, 3)
    years = -found.start_month / 12.0
    if population.sex == "male":
        assert np.all(found.facts["age"] - years <= 40.0)
    else:
        assert np.all(found.values["menopause_day"] / 365.25 > -years + 5.9)
    for regimen in found.prior_regimens:
        assert all(item.start_month > found.start_month for item in regimen.items)


def test_rules_hold_for_all():
    found = sample(TRIAL, IDS, 3)
    assert found.facts["t_score_min"].min() > -2.5
    assert found.facts["age"].min() >= 45.0 and found.facts["age"].max() <= 78.0
    assert found.facts["prior_fracture"].max() == 0.0
    assert found.values["anastrozole_clearance"].max() < 2.5
    lowest = np.min(
        [found.facts[f"t_score_{site}"] for site in ("lumbar_spine", "total_hip", "femoral_neck")], axis=0
    )
    np.testing.assert_array_equal(lowest, found.facts["t_score_min"])


def test_rules_turn_away_and_change_nothing_else(reference):
    """Those who meet the rules at once are the same people as without rules, and the rest follow the same law."""
    ids = MANY[:20_000]
    admitted = sample(Population(inclusion=("t_score_min > -1.5", "age < 65")), ids, 1).facts
    fits = (reference["t_score_min"] > -1.5) & (reference["age"] < 65.0)
    at_once = fits[: len(ids)]
    np.testing.assert_array_equal(
        admitted["t_score_total_hip"][at_once], reference["t_score_total_hip"][:20_000][at_once]
    )
    for name in ("age", "bmi", "t_score_one_third_radius", "turnover", "prior_fracture"):
        agree(admitted[name], reference[name][fits], name)


def agree(one, other, name, errors=4.5):
    """Equal means and spreads within sampling error."""
    error = np.hypot(one.std() / np.sqrt(len(one)), other.std() / np.sqrt(len(other)))
    assert abs(one.mean() - other.mean()) < errors * error, f"{name}: {one.mean()} and {other.mean()}, error {error}"
    spread = np.log(one.std() / other.std())
    kurtosis = np.mean((other - other.mean()) ** 4) / other.var() ** 2
    width = np.sqrt((kurtosis - 1.0) / 4.0 * (1.0 / len(one) + 1.0 / len(other)))
    assert abs(spread) < errors * width, f"{name}: sd {one.std()} and {other.std()}"


@pytest.mark.parametrize(
    ("given", "near"),
    [
        ({"t_score_total_hip": -2.5}, {"t_score_total_hip": 0.06}),
        (
            {"t_score_total_hip": -1.5, "t_score_lumbar_spine": 0.5},
            {"t_score_total_hip": 0.2, "t_score_lumbar_spine": 0.2},
        ),
        ({"bmi": 33.0}, {"bmi": 0.5}),
        ({"bmi": 25.0, "postmenopausal": 1}, {"bmi": 0.3}),
        ({"years_since_menopause": 5.0}, {"years_since_menopause": 0.25}),
        ({"age_at_menopause": 50.0}, {"age_at_menopause": 0.2}),
        ({"prior_fracture": 1}, {}),
        ({"prior_fracture": 1, "t_score_femoral_neck": -2.0}, {"t_score_femoral_neck": 0.12}),
        ({"smoker": 1, "turnover": 1.4}, {"turnover": 0.03}),
        ({"postmenopausal": 0}, {}),
    ],
)
def test_conditioning_is_exact(reference, given, near):
    """A sample given something is like those of a large free sample in whom it happens to be so."""
    if "age_at_menopause" in given:
        near = near | {"postmenopausal": 0.5}
        given = given | {"postmenopausal": 1}
    alike = np.ones(len(MANY), bool)
    for name, value in given.items():
        alike &= np.abs(reference[name] - value) <= near.get(name, 0.0)
    assert alike.sum() > 400
    found = sample(Population(given=given), np.arange(4000), 2).facts
    for name in ("age", "bmi", "turnover", "e2", *joint.T_SCORES, *joint.RISKS, "years_since_menopause"):
        theirs, ours = reference[name][alike], found[name]
        if name in given or np.all(np.isnan(ours)):
            continue
        ours, theirs = ours[~np.isnan(ours)], theirs[~np.isnan(theirs)]
        agree(np.log(ours) if name == "e2" else ours, np.log(theirs) if name == "e2" else theirs, f"{given}: {name}")


def test_conditional_moments_are_those_of_theory():
    names, whole = latent.matrix(joint.POST, {})
    given = {"age": 65.0, "years_since_menopause": 14.0, "t_score_lumbar_spine": -2.0, "bmi": 22.0}
    found = sample(Population(given=given), MANY[:40_000], 5).facts
    known = [names.index("bmi"), names.index("t_score_lumbar_spine")]
    place = names.index("t_score_total_hip")
    z = np.array(
        [
            joint.margin("bmi", joint.POST).margin.latent(22.0),
            joint.t_margin("lumbar_spine", "female", 65.0).latent(-2.0),
        ]
    )
    weights = np.linalg.solve(whole[np.ix_(known, known)], whole[known, place])
    hip = joint.t_margin("total_hip", "female", 65.0)
    mean, sd = hip.mean + hip.sd * (weights @ z), hip.sd * np.sqrt(1.0 - weights @ whole[known, place])
    assert found["t_score_total_hip"].mean() == pytest.approx(mean, abs=4.5 * sd / 200.0)
    assert found["t_score_total_hip"].std() == pytest.approx(sd, rel=4.5 / np.sqrt(80_000))
    assert set(found["age"]) == {65.0} and set(found["bmi"]) == {22.0}


def test_given_means_and_spreads_are_met_together():
    """Published means of several facts at once, and their usual correlation."""
    given = {
        "age": Distribution(62.0, 7.0),
        "years_since_menopause": Distribution(13.0, 6.0),
        "bmi": Distribution(28.0, 4.5),
        "e2": Distribution(22.0, 12.0),
        "t_score_lumbar_spine": Distribution(-1.2, 1.1),
        "t_score_total_hip": Distribution(-0.9, 0.8),
        "adherence": Distribution(0.9, 0.1),
        "anastrozole_clearance": Distribution(1.8, 0.5),
        "smoker": Distribution(0.3),
    }
    population = Population(given=given)
    n = 40_000
    found = sample(population, MANY[:n], 9)
    for name, asked in given.items():
        value = found.facts[name] if name in found.facts else found.values[name]
        sd = asked.sd or np.sqrt(asked.mean * (1.0 - asked.mean))
        assert value.mean() == pytest.approx(asked.mean, abs=4.5 * sd / np.sqrt(n)), name
        assert value.std() == pytest.approx(sd, rel=0.04), name
    spine, hip = found.facts["t_score_lumbar_spine"], found.facts["t_score_total_hip"]
    assert np.corrcoef(spine, hip)[0, 1] == pytest.approx(0.6, abs=0.02)
    at_menopause = found.facts["age_at_menopause"]
    assert at_menopause.mean() == pytest.approx(49.0, abs=0.2) and at_menopause.std() == pytest.approx(4.0, abs=0.4)


@pytest.mark.parametrize(
    ("given", "mean", "sd"),
    [
        ({"years_since_menopause": Distribution(10.0, 9.0)}, 10.0, 9.0),
        ({"years_since_menopause": Distribution(2.0, 0.6)}, 2.0, 0.6),
        ({"age": Distribution(60.0, 7.0, min=50.0)}, 60.0, 7.0),
        ({"age": Distribution(60.0, min=50.0, max=65.0)}, 60.0, None),
        ({"adherence": Distribution(0.97)}, 0.97, None),
        ({"adherence": Distribution(0.9, 0.06, min=0.75)}, 0.9, 0.06),
        ({"bmi": Distribution(31.0, 4.0, min=25.0)}, 31.0, 4.0),
    ],
)
def test_means_near_a_limit_are_met(given, mean, sd):
    """Early cohorts, wide ones, ones between limits; where no spread is given, one that fits."""
    (name, asked) = next(iter(given.items()))
    value = sample(Population(given=given), MANY[:20_000], 6).facts[name]
    assert value.mean() == pytest.approx(mean, abs=4.5 * value.std() / np.sqrt(len(value)) + 0.003 * mean)
    if sd is not None:
        assert value.std() == pytest.approx(sd, rel=0.04)
    assert value.min() >= (asked.min or -np.inf) and value.max() <= (asked.max or np.inf)


def z_scores(found, name):
    if name in joint.T_SCORES:
        margin = joint.t_margin(name.removeprefix("t_score_"), "female", found["age"])
        return margin.latent(found[name])
    return joint.margin(name, joint.POST).margin.latent(found[name])


@pytest.mark.parametrize("factor", [1.0, 0.5])
def test_assumed_correlations_scale_and_measured_ones_stay(factor):
    found = sample(Population(correlations={"assumed": factor}), MANY[:40_000], 4).facts
    past = found["postmenopausal"] == 1.0
    found = {name: value[past] for name, value in found.items()}
    for link in joint.links(joint.POST):
        if "prior_fracture" in link.pair:
            continue
        one, other = (z_scores(found, name) for name in link.pair)
        expected = link.value * (factor if link.basis == "assumed" else 1.0)
        assert np.corrcoef(one, other)[0, 1] == pytest.approx(expected, abs=0.025), link.pair


def test_a_pair_can_be_set():
    found = sample(Population(correlations={"bmi, turnover": 0.4}), MANY[:20_000], 4).facts
    assert np.corrcoef(np.log(found["bmi"]), np.log(found["turnover"]))[0, 1] == pytest.approx(0.4, abs=0.03)


def test_own_factors_are_those_of_every_other_virtual_person():
    """A person's kinetics come from the same streams as in the samples that the calibration is checked with."""
    from osteocast.people.sample import own_factors, shared
    from osteocast.people.streams import normals

    factors = own_factors(lambda purpose: normals(8, purpose, IDS))
    found = sample(MEN, IDS, 8).values
    for name in ("anastrozole_clearance", "e2_half", "antibody_elimination"):
        np.testing.assert_allclose(found[name], shared("male")[name] * factors[name], rtol=1e-12)


def test_the_posterior_moves_parameters_and_no_facts():
    plain, drawn = sample(WOMEN, IDS, 3), sample(WOMEN, IDS, 3, posterior=True)
    for name, value in plain.facts.items():
        np.testing.assert_array_equal(value, drawn.facts[name])
    assert np.ndim(plain.values["survival_gain"]) == 0
    assert np.std(np.log(drawn.values["survival_gain"])) > 0.0
    assert np.median(drawn.values["e2_hill"]) == pytest.approx(plain.values["e2_hill"], rel=0.1)


def test_estradiol_reaches_the_engine_where_it_belongs():
    women, men = sample(WOMEN, IDS, 3), sample(MEN, IDS, 3)
    past = women.facts["postmenopausal"] == 1.0
    np.testing.assert_allclose(women.values["e2_known"], np.where(past, women.facts["e2"] / 1000.0, 0.0))
    np.testing.assert_allclose(women.values["fertile_e2_known"], np.where(past, 0.0, women.facts["e2"] / 1000.0))
    np.testing.assert_array_equal(women.values["menopause_day"] <= 0.0, past)
    np.testing.assert_allclose(men.values["e2_known"], men.facts["e2"] / 1000.0)
    np.testing.assert_array_equal(men.values["t_known"], men.facts["testosterone"])


@pytest.mark.parametrize("population", [WOMEN, MEN, BEFORE_MENOPAUSE])
def test_the_engine_takes_them(one_shape, population):
    """Everybody is simulated to finite densities, and their hormones at month 0 are their facts."""
    people = 16
    found = sample(population, IDS[:people], 3)
    months = np.array([0.0, 12.0])
    regimen = Regimen.parse("anastrozole 1 mg daily")
    table = {name: np.broadcast_to(np.asarray(value, float), (people,)) for name, value in found.values.items()}
    result = run(table, [regimen], np.zeros(people, int), months, start_month=found.start_month)
    for site in ("lumbar_spine", "total_hip"):
        assert np.all(np.isfinite(result.quantity[site])) and np.all(result.quantity[site] > 0.2)
    settled = np.abs(found.values["menopause_day"]) > 4.0 * 365.25
    assert settled.sum() > 8
    np.testing.assert_allclose(1000.0 * result.quantity["E2"][0][settled], found.facts["e2"][settled], rtol=0.05)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"given": {"t_score_totalhip": -1.0}}, "did you mean t_score_total_hip"),
        ({"given": {"testosterone": 12.0}}, "cannot be given of a female person"),
        ({"given": {"t_score_min": -1.0}}, "write a rule of inclusion"),
        ({"given": {"age": 12.0}}, "outside 18 to 100"),
        ({"given": {"age": {"mean": 60, "sd": 5, "min": 70}}}, "outside its limits"),
        ({"given": {"age": {"mean": 60, "spread": 5}}}, "spread"),
        ({"given": {"adherence": 1.4}}, "outside 0 to 1"),
        ({"given": {"prior_fracture": 0.4}}, "neither yes nor no"),
        ({"given": {"years_since_menopause": 5.0, "age_at_menopause": 50.0}}, "both given"),
        ({"given": {"bmd_total_hip": 0.8, "t_score_total_hip": -1.0}}, "given twice"),
        ({"inclusion": ("t_score_spine > -2",)}, "no fact of a person"),
        ({"correlations": {"bmi, adherence": 0.2}}, "no pair of correlated quantities"),
        ({"correlations": {"t_score_lumbar_spine, t_score_total_hip": -0.9}}, "contradict each other"),
        ({"prior_therapy": {"tamoxifen 20 mg daily": 0.5}}, "past regimens begin before month 0"),
        ({"prior_therapy": {"tamoxifen 20 mg daily from month -12": 1.5}}, "outside 0 to 1"),
        ({"sex": "femal"}, "did you mean female"),
    ],
)
def test_what_cannot_be_is_refused(change, said):
    with pytest.raises(OsteocastError, match=said):
        replace(WOMEN, **change)


def test_rules_that_nobody_meets_name_the_one_that_keeps_most_out():
    with pytest.raises(OsteocastError, match=r"loosen 'age > 84.9'"):
        sample(
            Population(inclusion=("age > 84.9", "t_score_min < -1", "prior_fracture == 1", "smoker == 1")), [1, 2], 1
        )


@pytest.mark.parametrize(
    "given",
    [
        {"adherence": Distribution(0.95, 0.3)},
        {"age": Distribution(60.0, 20.0, min=55.0, max=65.0)},
        {"t_score_total_hip": Distribution(-1.0, 1.0, min=-1.5, max=-0.5)},
    ],
)
def test_spreads_wider_than_the_limits_are_refused(given):
    with pytest.raises(OsteocastError, match="lower the sd"):
        sample(Population(given=given), [1, 2], 1)


def test_people_who_cannot_exist_are_refused():
    with pytest.raises(OsteocastError, match="could exist as given"):
        sample(Population(given={"age": 40.0, "years_since_menopause": 30.0}), [1, 2], 1)


def test_densities_and_t_scores_are_one():
    by_density = sample(Population(given={"bmd_total_hip": Distribution(0.82, 0.1)}), IDS, 1)
    by_score = sample(Population(given={"t_score_total_hip": Distribution(-1.0, 0.1 / 0.122)}), IDS, 1)
    np.testing.assert_allclose(by_density.facts["bmd_total_hip"], by_score.facts["bmd_total_hip"])
