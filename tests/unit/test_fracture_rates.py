"""Fracture rates against cases worked out by hand."""

from pathlib import Path

import numpy as np
import pytest

from osteocast import fracture
from osteocast.fracture import (
    FACTORS,
    MAJOR,
    MULTIPLE,
    NONVERTEBRAL,
    OUTCOMES,
    POPULATIONS,
    TITLES,
    Course,
    credited,
    death_rate_per_year,
    density,
    factors,
    forecast,
    incidence,
    incidence_per_year,
    mean_t_scores,
    not_used,
    provenance,
    rate_per_year,
    risk_factors,
    t_scores_from_density,
    turnover,
    without_testosterone,
)
from osteocast.fracture.outcomes import SITES_OF
from osteocast.fracture.records import table
from osteocast.measure import dxa
from osteocast.people.person import History, Person
from osteocast.regimen import Regimen

SITES = (*MAJOR, "vertebral_morphometric", "other_clinical")


# ---- the population's rate


def test_published_rates_are_met_at_the_middle_of_their_bands():
    """Hip, US women: 2.03 per 1,000 at 65-69; Malmo women's noticed vertebrae 2.12 at 60-64."""
    assert incidence_per_year("hip", sex="female", age=67.5) == pytest.approx(2.03e-3)
    assert incidence_per_year("vertebral_clinical", sex="female", age=62.5, population="sweden") == pytest.approx(
        2.12e-3
    )


def test_rates_are_smooth_between_the_bands():
    """Half way between 65-69 and 70-74, near the geometric mean; no kink between the bands."""
    assert incidence_per_year("hip", sex="female", age=70.0) == pytest.approx(np.sqrt(2.03 * 3.94) * 1e-3, rel=0.02)
    ages = np.arange(53.0, 93.25, 0.25)
    for sex in ("female", "male"):
        steps = np.diff(np.log(incidence_per_year("hip", sex=sex, age=ages)))
        assert np.max(np.abs(np.diff(steps))) < 0.01


def test_the_mean_over_a_band_is_close_to_the_published_rate():
    """A band's rate is of everyone in it, the curve goes through its middle: they differ by less than 3 %."""
    for middle, rate in ((57.5, 0.57), (67.5, 2.03), (77.5, 7.93)):
        ages = np.linspace(middle - 2.5, middle + 2.5, 501)
        assert incidence_per_year("hip", sex="female", age=ages).mean() * 1e3 == pytest.approx(rate, rel=0.03)


def test_sums_of_sites():
    for sex in ("female", "male"):
        each = {site: incidence_per_year(site, sex=sex, age=71.0) for site in SITES}
        assert incidence_per_year("mof", sex=sex, age=71.0) == pytest.approx(sum(each[site] for site in MAJOR))
        assert incidence_per_year("any_clinical", sex=sex, age=71.0) == pytest.approx(
            sum(each[site] for site in (*MAJOR, "other_clinical"))
        )
        assert incidence_per_year(NONVERTEBRAL, sex=sex, age=71.0) == pytest.approx(
            sum(each[site] for site in ("hip", "wrist", "humerus", "other_clinical"))
        )


def test_any_clinical_fracture_of_the_uk_records_is_met():
    """Women of 50 and over, 17.0 per 1,000, by the records' own age weights at 62.5 years: 12.66."""
    assert incidence_per_year("any_clinical", sex="female", age=62.5, population="united_kingdom") == pytest.approx(
        12.66e-3, rel=0.005
    )


def test_death_rates_are_those_of_the_life_table():
    """US women of 70: 1.514 % die within a year, so the rate half way through it is -ln(1 - 0.01514)."""
    assert death_rate_per_year("female", 70.5) == pytest.approx(-np.log(1 - 0.01514), rel=1e-9)
    ages = np.arange(45.0, 100.0)
    assert np.all(np.diff(death_rate_per_year("male", ages)) > 0.0)
    assert np.all(death_rate_per_year("male", ages) > death_rate_per_year("female", ages))


# ---- density


def test_one_sd_lower_is_the_gradient():
    """Neck density one sd lower at 65: hip 2.88 times in women, 2.94 in men."""
    for sex, gradient in (("female", 2.88), ("male", 2.94)):
        mean, sd = dxa.t_by_age("femoral_neck", sex, 65.0)
        rates = [
            rate_per_year("hip", sex=sex, age=65.0, t_scores={"femoral_neck": mean + z * sd}) for z in (0.0, -1.0)
        ]
        assert rates[1] / rates[0] == pytest.approx(gradient)


def test_mean_density_is_below_the_population_rate():
    """exp(-ln(2.88)^2 / 2) = 0.571: the few with low density carry much of the population's rate."""
    mean, _ = dxa.t_by_age("femoral_neck", "female", 65.0)
    rate = rate_per_year("hip", sex="female", age=65.0, t_scores={"femoral_neck": mean})
    assert rate / incidence_per_year("hip", sex="female", age=65.0) == pytest.approx(0.5715, rel=1e-3)


def test_the_better_scan_is_used():
    both = {"lumbar_spine": -1.0, "femoral_neck": -2.5}
    assert density.scan_used("hip", both) == "femoral_neck"
    assert density.scan_used("vertebral_clinical", both) == "lumbar_spine"
    assert density.scan_used("wrist", {"total_hip": -1.0}) == "total_hip"
    assert density.scan_used("wrist", {"one_third_radius": -1.0}) is None
    assert density.scan_used("hip", None) is None


def test_a_place_among_people_of_ones_age_is_kept():
    later = mean_t_scores({"femoral_neck": -2.0}, sex="female", age=60.0, later=np.array([60.0, 70.0]))[
        "femoral_neck"
    ]
    z = [(t - dxa.t_by_age("femoral_neck", "female", a)[0]) / dxa.t_by_age("femoral_neck", "female", a)[1]
         for t, a in zip(later, (60.0, 70.0), strict=True)]  # fmt: skip
    assert later[0] == pytest.approx(-2.0) and z[0] == pytest.approx(z[1]) and later[1] < -2.0


@pytest.mark.parametrize("sex", ["female", "male"])
def test_the_gradient_of_all_fractures_together_is_the_published_one(sex):
    """A regression of any clinical fracture on neck density at 65, in people whose density is normal.

    With a rate r(z), its slope b solves mean(z r) = -b mean(r).
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    mean, sd = dxa.t_by_age("femoral_neck", sex, 65.0)
    rate = rate_per_year("any_clinical", sex=sex, age=65.0, t_scores={"femoral_neck": mean + sd * nodes})
    slope = -np.sum(weights * nodes * rate) / np.sum(weights * rate)
    published = density.gradient("osteoporotic", "femoral_neck", sex)
    assert np.exp(slope) == pytest.approx(published.value, abs=0.01)
    assert published.low < np.exp(slope) < published.high


# ---- turnover


def test_one_sd_of_turnover_is_the_published_gradient():
    """Between -1 sd and the mean: 1.20 outside the spine; nothing more beyond -2 sd or the upper quartile."""
    sd, usual = 0.445, 1.65

    def wrist(z):
        return rate_per_year("wrist", sex="female", age=80.0, turnover=usual * np.exp(sd * z))

    assert wrist(0.0) / wrist(-1.0) == pytest.approx(1.20, rel=1e-6)
    assert wrist(-2.0) == pytest.approx(wrist(-4.0)) and wrist(0.674) == pytest.approx(wrist(3.0))
    assert wrist(0.674) / wrist(0.0) == pytest.approx(1.2**0.674, rel=1e-6)


def test_turnover_is_counted_from_what_is_usual():
    """A woman at 35 like a young adult, at 75 like most after menopause; a man always like a young adult."""
    assert turnover.usual("female", 30.0) == pytest.approx(1.0, abs=1e-6)
    assert turnover.usual("female", 75.0) == pytest.approx(1.65, rel=1e-6)
    assert turnover.usual("female", 51.0) == pytest.approx(np.sqrt(1.65))
    assert turnover.usual("male", 75.0) == 1.0


def test_only_the_spine_has_the_fitted_gradient():
    low = {"sex": "female", "age": 75.0, "turnover": 1.65 * np.exp(-0.445)}
    usual = {**low, "turnover": 1.65}
    extra = turnover.fitted().value
    for outcome in ("vertebral_clinical", "vertebral_morphometric", MULTIPLE):
        assert rate_per_year(outcome, **low) / rate_per_year(outcome, **usual) == pytest.approx(np.exp(-extra) / 1.2)
    for outcome in ("hip", "wrist", "humerus"):
        assert rate_per_year(outcome, **low) / rate_per_year(outcome, **usual) == pytest.approx(1 / 1.2)


def test_several_vertebrae_are_a_share_of_one_that_rises_with_turnover():
    """38.7 % of those with any at usual turnover or below, more above."""

    def share(fold):
        given = {"sex": "female", "age": 75.0, "turnover": fold}
        return rate_per_year(MULTIPLE, **given) / rate_per_year("vertebral_morphometric", **given)

    assert share(1.65) == pytest.approx(0.387) and share(0.5) == pytest.approx(0.387)
    assert share(2.4) > share(2.0) > 0.387 and share(20.0) < 1.0


# ---- risk factors


def test_ratio_between_with_and_without_is_the_published_one():
    given = {"sex": "female", "age": 65.0}
    pair = [rate_per_year("hip", **given, factors={"smoker": x}) for x in (1.0, 0.0)]
    assert pair[0] / pair[1] == pytest.approx(1.84)
    known = [
        rate_per_year("hip", **given, t_scores={"femoral_neck": -1.0}, factors={"smoker": x}) for x in (1.0, 0.0)
    ]
    assert known[0] / known[1] == pytest.approx(1.60)


@pytest.mark.parametrize("factor", [name for name in FACTORS if name != "bmi"])
@pytest.mark.parametrize("outcome", ["hip", "vertebral_clinical", "wrist", "other_clinical"])
def test_those_with_and_without_average_to_the_population(factor, outcome):
    for sex in ("female", "male"):
        p = float(factors.share(factor, "prevalence", sex).at(70.0))
        both = [rate_per_year(outcome, sex=sex, age=70.0, factors={factor: x}) for x in (1.0, 0.0)]
        assert p * both[0] + (1 - p) * both[1] == pytest.approx(incidence_per_year(outcome, sex=sex, age=70.0))


def test_earlier_fractures_of_the_spine_and_elsewhere_average_to_the_population():
    """Both known: broken vertebra, another fracture only, none."""
    p_any = float(factors.share("prior_fracture", "prevalence", "female").at(70.0))
    p_spine = float(factors.share("vertebral_fracture", "prevalence", "female").at(70.0))
    for outcome in ("hip", "vertebral_clinical", "wrist"):
        spine, other, none = (
            rate_per_year(outcome, sex="female", age=70.0, factors={"prior_fracture": a, "vertebral_fracture": v})
            for a, v in ((1.0, 1.0), (1.0, 0.0), (0.0, 0.0))
        )
        average = p_spine * spine + (p_any - p_spine) * other + (1 - p_any) * none
        assert average == pytest.approx(incidence_per_year(outcome, sex="female", age=70.0))
    ratio = rate_per_year("vertebral_clinical", sex="female", age=70.0, factors={"vertebral_fracture": 1.0,
                          "prior_fracture": 1.0}) / none  # fmt: skip
    assert ratio > 1.0


def test_unknown_factors_change_nothing():
    given = {"sex": "male", "age": 66.0}
    bare = rate_per_year("mof", **given)
    assert rate_per_year("mof", **given, factors=dict.fromkeys(FACTORS, np.nan)) == pytest.approx(bare)
    assert rate_per_year("mof", **given, factors=dict.fromkeys(FACTORS)) == pytest.approx(bare)


def test_a_ratio_exists_for_every_factor_and_site():
    for factor in FACTORS:
        for site in SITES:
            for sex in ("female", "male"):
                for known in (True, False):
                    assert factors.ratio(factor, site, sex, known).value > 0.0


def test_a_person_s_file_gives_its_risk_factors():
    person = Person(
        name="a", sex="female", age=61, bmi=24.0, history=History(smoker=True, falls=False, immobility=True)
    )
    assert risk_factors(person) == {"smoker": 1.0, "falls": 0.0, "bmi": 24.0}
    assert not_used(person) == ("immobility",)


# ---- courses


def test_density_becomes_t_scores():
    relative = {"total_hip": np.array([[2.0], [1.9]])}
    found = t_scores_from_density(relative, {"total_hip": 0.942})
    assert found["total_hip"][:, 0] == pytest.approx([0.0, -0.05 * 0.942 / 0.122])


def test_testosterone_gets_no_credit():
    months = np.array([0.0, 12.0])
    with_ = Course(months, {"lumbar_spine": np.array([[-1.0], [-0.5]])}, np.array([[1.0], [0.8]]))
    without = Course(months, {"lumbar_spine": np.array([[-1.0], [-1.1]])}, np.array([[1.0], [1.1]]))
    counted = credited(with_, without)
    assert counted.t_scores["lumbar_spine"][:, 0] == pytest.approx([-1.0, -1.1])
    assert counted.turnover[:, 0] == pytest.approx([1.0, 1.1])
    worse = credited(without, with_)
    assert worse.t_scores["lumbar_spine"][:, 0] == pytest.approx([-1.0, -1.1]), "a harm is counted"


def test_testosterone_is_taken_out_of_a_regimen():
    both = Regimen.parse("testosterone gel 50 mg daily + anastrozole 1 mg daily")
    assert str(without_testosterone(both)) == "anastrozole 1 mg daily"
    assert without_testosterone(Regimen.parse("testosterone enanthate 250 mg every 3 weeks")) == Regimen()
    assert without_testosterone(Regimen.parse("denosumab 60 mg every 6 months")) is None


# ---- provenance


def test_every_series_has_a_source_and_a_quality():
    files = {
        "incidence": ("population", "sex", "outcome"),
        "death": ("population", "sex"),
        "density": ("outcome", "site", "sex"),
        "turnover": ("name", "sex"),
        "factors": ("factor", "kind", "of", "density", "sex"),
    }
    for name, keys in files.items():
        found = table(name, *keys)
        assert found
        for key, one in found.items():
            assert one.source and one.unit and len(one.qualities) == len(one.values), (name, key)


def test_tags_reach_the_result():
    tags, sources = provenance("wrist", sex="female")
    assert {"derived", "borrowed"} <= set(tags) and sources
    tags, _ = provenance("hip", sex="female", risk_factors={"smoker": 1.0})
    assert "memory" in tags, "the prevalence of smoking is remembered"
    tags, _ = provenance("vertebral_morphometric", sex="female", has_turnover=True)
    assert "fitted" in tags
    for outcome in OUTCOMES:
        for population in POPULATIONS:
            assert provenance(outcome, sex="male", population=population)[1]


@pytest.mark.parametrize("population", POPULATIONS)
@pytest.mark.parametrize("outcome", [*OUTCOMES, MULTIPLE, NONVERTEBRAL])
def test_a_rate_that_was_derived_by_age_says_so(outcome, population):
    """In the entry that is printed: whenever a rate of one of its sites was not printed by age."""
    months = np.arange(0.0, 25.0, 6.0)
    course = Course(months, {"femoral_neck": np.full((len(months), 2), -1.0)})
    for sex in ("female", "male"):
        shown = forecast(
            course, sex=sex, age=70.0, population=population, outcomes=[outcome], years=[1]
        )[outcome].to_dict()  # fmt: skip
        rates = [incidence.series(site, sex, population) for site in SITES_OF[outcome]]
        assert any("derived" in one.qualities for one in rates) <= ("derived" in shown["tags"])
        assert {one.source for one in rates} <= set(shown["sources"])


def test_the_name_of_another_tool_stands_nowhere_in_what_is_printed():
    """Nor in a file of the package; the pages say once that this is not that tool."""
    name = "frax"
    assert not any(name in title.lower() for title in TITLES.values())
    for outcome in (*OUTCOMES, MULTIPLE, NONVERTEBRAL):
        factors_known = dict.fromkeys(FACTORS, 1.0)
        tags, sources = provenance(
            outcome,
            sex="female",
            scans=("femoral_neck", "lumbar_spine"),
            has_turnover=True,
            risk_factors=factors_known,
        )
        assert not any(name in text.lower() for text in (*tags, *sources))
    folder = Path(fracture.__file__).parent
    files = [path for path in folder.rglob("*") if path.suffix in (".py", ".yaml", ".json")]
    assert len(files) > 15
    assert not [path.name for path in files if name in path.read_text(encoding="utf-8").lower()]
