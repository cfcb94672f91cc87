"""One person from their own measurements: planted truths and contradictions."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from osteocast.cli import main
from osteocast.errors import OsteocastError
from osteocast.forecast.compare import compare
from osteocast.measure import assay, dxa
from osteocast.measure.cross_calibration import conversion
from osteocast.people.files import load_person, person_from_dict
from osteocast.people.person import Measurement, PastRegimen, Person, Scan
from osteocast.twin import forecast, infer
from osteocast.twin.observed import ResultSeen
from osteocast.twin.pairs import _asks
from osteocast.twin.past import LEVELS, adherence_prior
from osteocast.twin.weights import effective, log_weights, normalised, proposal, resampled, tempered
from synthetic_person import AI, TODAY, Plan, day, made, scans

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "woman-64-with-two-scans.toml"
QUICK = {"per_round": 600, "draws": 200}
WOMAN = Person(name="woman", sex="female", age=62, bmi=26, age_at_menopause=50, date=TODAY)
TABLETS = (PastRegimen(f"{AI} from month -24"),)


def scan(site, month, bmd, device="Hologic", cv=None):
    return Scan(site=site, bmd_g_cm2=bmd, device=device, date=day(month), cv_pct=cv)


def four(spine, hip):
    """Two scans of two sites, the first ordinary."""
    return (
        scan("lumbar_spine", -24, 0.921), scan("total_hip", -24, 0.838),
        scan("lumbar_spine", 0, spine), scan("total_hip", 0, hip),
    )  # fmt: skip


def result(name, value, unit, month, **more):
    return Measurement(name=name, value=value, unit=unit, date=day(month), **more)


def kinds(twin):
    return [flag.kind for flag in twin.flags]


@pytest.fixture(scope="module")
def usual():
    return infer(replace(WOMAN, past_regimens=TABLETS, scans=four(0.880, 0.812)), **QUICK)


# ---- the posterior


def test_without_measurements_the_biology_is_that_of_compare():
    plain = compare(WOMAN, [f"{AI} for 60 months"], 5, 400).strategies[0].course.quantity["lumbar_spine"]
    own = forecast(infer(WOMAN, per_round=600, draws=600), [f"{AI} for 60 months"], 5)
    mine = own.forecast.strategies[0].course.quantity["lumbar_spine"]
    a, b = (100.0 * (x[-1] / x[0] - 1.0) for x in (plain, mine))
    np.testing.assert_allclose(np.quantile(a, (0.1, 0.5, 0.9)), np.quantile(b, (0.1, 0.5, 0.9)), atol=0.35)


def test_one_scan_is_known_up_to_the_scanners_noise():
    one = scan("lumbar_spine", 0, 0.9, cv=1.5)
    now = infer(replace(WOMAN, scans=(one,)), per_round=600, draws=600).present.bmd["lumbar_spine"]
    assert np.mean(now) == pytest.approx(0.9, rel=0.004)
    assert np.std(now) / 0.9 == pytest.approx(0.015, rel=0.15)


def test_unscanned_sites_follow_those_that_were_scanned():
    low, high = (
        infer(replace(WOMAN, scans=(scan("total_hip", 0, bmd),)), **QUICK).present.bmd["lumbar_spine"]
        for bmd in (0.65, 1.0)
    )
    assert np.median(low) < np.median(high) - 0.05
    assert np.std(low) / np.mean(low) > 0.05


def test_many_scans_find_the_true_density():
    known = Person(name="often", sex="female", age=64, bmi=25, age_at_menopause=51)
    (truth,) = made(Plan(known, scans(-36, -30, -24, -18, -12, -6, 0, cv=1.0)), 1, 3, years=2)
    now = infer(truth.person, **QUICK).present.bmd
    for site in ("lumbar_spine", "total_hip"):
        assert np.median(now[site]) == pytest.approx(truth.bmd[site][0], rel=0.015)
        assert np.std(now[site]) / truth.bmd[site][0] < 0.0075


def test_a_second_scan_narrows_the_five_year_interval_and_a_noisy_one_less():
    """Women on an inhibitor, all of whose measurements were made by the model."""
    known = Person(name="narrow", sex="female", age=62, past_regimens=TABLETS)
    width = {}
    for cv in (1.1, 3.0):
        plan = Plan(known, (*scans(-24), *scans(0, cv=cv)), strategy=f"{AI} for 36 months")
        for truth in made(plan, 8, 5, years=3):
            first = tuple(one for one in truth.person.scans if one.date < TODAY)
            for label, seen in (("one", first), (f"two, {cv}", truth.person.scans)):
                found = forecast(infer(replace(truth.person, scans=seen), **QUICK), [plan.strategy], 3).forecast
                low, high = np.quantile(found.strategies[0].bmd["lumbar_spine"][-1], (0.05, 0.95))
                width.setdefault(label, []).append((high - low) / truth.bmd["lumbar_spine"][0])
    mean = {label: np.mean(values) for label, values in width.items()}
    assert mean["two, 1.1"] < 0.7 * mean["one"]
    assert mean["two, 1.1"] < 0.95 * mean["two, 3.0"] < 0.95 * mean["one"]


def test_the_same_seed_gives_the_same_numbers(usual):
    again = infer(usual.person, **QUICK)
    other = infer(usual.person, **QUICK, seed=7)
    for site in dxa.SITES:
        np.testing.assert_array_equal(usual.present.bmd[site], again.present.bmd[site])
        assert not np.array_equal(usual.present.bmd[site], other.present.bmd[site])


def test_a_strategy_does_not_depend_on_what_it_is_compared_with(usual):
    alone = forecast(usual, ["none"], 3).forecast.strategies[0].bmd["total_hip"]
    among = forecast(usual, [AI, "none"], 3).forecast.strategies[1].bmd["total_hip"]
    np.testing.assert_array_equal(alone, among)


def test_a_marker_that_rises_more_means_faster_loss():
    seen = (scan("lumbar_spine", -24, 0.92),)
    fast, slow = (
        infer(
            replace(
                WOMAN, past_regimens=TABLETS, scans=seen,
                markers=(result("CTX", 300, "ng/L", -24), result("CTX", later, "ng/L", 0)),
            ),
            **QUICK,
        ).present.bmd["lumbar_spine"]
        for later in (560, 330)
    )  # fmt: skip
    assert np.mean(fast) < np.mean(slow)


def test_the_level_of_a_marker_alone_changes_nothing():
    seen = (scan("lumbar_spine", 0, 0.92),)
    low, high = (
        infer(replace(WOMAN, scans=seen, markers=(result("CTX", value, "ng/L", 0),)), **QUICK).present.bmd
        for value in (150, 800)
    )
    np.testing.assert_allclose(low["lumbar_spine"], high["lumbar_spine"], rtol=1e-6)


def test_a_limit_tells_less_than_a_number():
    def aromatase(**more):
        seen = result("E2", 3.0, "pmol/L", 0, **more)
        twin = infer(replace(WOMAN, past_regimens=TABLETS, hormones=(seen,)), **QUICK)
        return np.std(np.log(twin.draws.values["aromatase_amount"])), twin

    number, _ = aromatase()
    limit, twin = aromatase(below=True)
    assert limit > number and not twin.flags


# ---- changes


def test_pairs_are_worked_out_by_hand(usual):
    spine = usual.scan_pairs[0].to_dict()
    assert spine["change_pct"] == pytest.approx(100 * (0.880 / 0.921 - 1), abs=0.01)
    assert spine["lsc_pct"] == pytest.approx(2.77 * 1.08, abs=0.01)
    alone = spine["p_true_loss_over_scans_alone"]
    # log(0.98) - log(0.880/0.921) = 0.02535 over an error of 0.015273: 1.660 standard errors
    assert alone["2"] == pytest.approx(0.9515, abs=0.0005)
    assert alone["0"] > alone["2"] > alone["5"]


def test_the_posterior_is_surer_than_two_scans_alone(usual):
    hip = next(one for one in usual.scan_pairs if one.site == "total_hip")
    assert hip.p_true_loss_over(0.0) > hip.p_true_loss_over_scans_alone(0.0)
    assert 0.0 <= hip.p_true_loss_over(7.3) <= hip.p_true_loss_over(2.0) <= 1.0


def test_two_scanners_are_joined_by_the_published_equation_and_its_error():
    seen = (scan("lumbar_spine", -24, 0.921), scan("lumbar_spine", 0, 1.04, "GE Lunar"))
    twin = infer(replace(WOMAN, past_regimens=TABLETS, scans=seen), **QUICK)
    (pair,) = twin.scan_pairs
    line = conversion("lumbar_spine", "Hologic", "GE Lunar")
    there = line.intercept_g_cm2 + line.slope * 0.921
    assert pair.change_pct == pytest.approx(100 * (1.04 / there - 1))
    assert pair.lsc_pct == pytest.approx(196 * np.sqrt(0.0108**2 + 0.0122**2 + 0.035**2), rel=0.002)
    assert "scanner" in kinds(twin)


def test_what_no_equation_joins_is_not_subtracted():
    seen = (scan("one_third_radius", -24, 0.65), scan("one_third_radius", 0, 0.85, "GE Lunar"))
    twin = infer(replace(WOMAN, scans=seen), **QUICK)
    assert not twin.scan_pairs
    assert any("no published equation" in note for note in twin.draws.notes)


@pytest.mark.parametrize("site", dxa.SITES[:3])
def test_cross_calibration_gives_the_other_devices_young_women(site):
    line = conversion(site, "Hologic", "GE Lunar")
    back = conversion(site, "GE Lunar", "Hologic")
    young = dxa.reference(site).mean_g_cm2
    there = line.intercept_g_cm2 + line.slope * young
    assert there == pytest.approx(dxa.reference(site, "GE Lunar").mean_g_cm2, abs=0.002)
    assert back.intercept_g_cm2 + back.slope * there == pytest.approx(young)


def test_a_marker_that_did_not_fall_on_a_bisphosphonate_asks_about_adherence():
    taken = (PastRegimen("alendronate 70 mg weekly from month -6"),)

    def ctx(later):
        markers = (result("CTX", 500, "ng/L", -6), result("CTX", later, "ng/L", 0))
        return infer(replace(WOMAN, past_regimens=taken, markers=markers), **QUICK)

    fell, stayed = ctx(210), ctx(490)
    assert not fell.marker_pairs[0].asks and fell.adherence is None
    assert "doses missed" in stayed.marker_pairs[0].asks and stayed.marker_pairs[0].source
    assert "adherence" in kinds(stayed)
    assert stayed.adherence[0] < 1.0


@pytest.mark.parametrize(
    ("taken", "asked"),
    [("zoledronic acid 5 mg once from month -6", True), ("denosumab 60 mg every 6 months from month -6", True),
     ("denosumab 60 mg once from month -5", True), ("denosumab 60 mg once from month -6.5", False)],
)  # fmt: skip
def test_an_injection_is_not_asked_about_as_a_tablet_nor_after_its_effect(taken, asked):
    markers = (result("CTX", 500, "ng/L", -6.6), result("CTX", 490, "ng/L", 0))
    person = replace(WOMAN, past_regimens=(PastRegimen(taken, continues=True),), markers=markers)
    first, second = (ResultSeen(one, person.month_of(one.date), one.value, 0.15) for one in markers)
    found = _asks(person, first, second, np.log(490 / 500), 0.6)
    assert (found is not None) == asked
    if found is not None:
        text, _, quality = found
        assert "was given" in text and "water" not in text and quality == "memory"
    assert _asks(person, first, second, -0.61, 0.6) is None


def test_the_least_significant_fall_shown_is_the_one_that_decides():
    taken = (PastRegimen("alendronate 70 mg weekly from month -6"),)
    for shift in (0.99, 1.01):
        error = np.sqrt(2.0 * np.log1p((assay.cv_pct("sCTX") / 100.0) ** 2))
        least = 100.0 * (1.0 - np.exp(-2.77 / np.sqrt(2.0) * error))
        later = 500 * (1.0 - shift * least / 100.0)
        markers = (result("CTX", 500, "ng/L", -6), result("CTX", later, "ng/L", 0))
        (pair,) = infer(replace(WOMAN, past_regimens=taken, markers=markers), per_round=100, draws=50).marker_pairs
        assert pair.lsc_pct == pytest.approx(least)
        assert bool(pair.asks) == (-pair.change_pct < pair.lsc_pct) == (shift < 1.0)


def test_estradiol_that_was_never_suppressed_means_tablets_not_taken():
    seen = (result("E2", 20, "pmol/L", -24.5), result("E2", 19, "pmol/L", 0))
    twin = infer(replace(WOMAN, past_regimens=TABLETS, hormones=seen), **QUICK)
    assert kinds(twin)[0] == "adherence" and twin.adherence[0] == 0.0


def test_adherence_has_a_prior():
    prior = adherence_prior()
    assert prior.sum() == pytest.approx(1.0) and len(prior) == len(LEVELS)
    assert prior.argmax() == LEVELS.index(0.75)


# ---- contradictions


def test_ordinary_measurements_raise_no_flag(usual):
    assert not usual.flags


def test_spine_up_and_hip_down_is_flagged():
    twin = infer(replace(WOMAN, past_regimens=TABLETS, scans=four(0.970, 0.780)), **QUICK)
    assert "spine_against_hip" in kinds(twin) and "contradiction" in kinds(twin)


def test_a_loss_without_a_cause_is_flagged_and_weighs_less():
    twin = infer(replace(WOMAN, scans=four(0.800, 0.720)), **QUICK)
    assert kinds(twin).count("contradiction") == 2 and "few_draws" in kinds(twin)
    assert "lumbar spine" in twin.flags[0].what and "-13.1 %" in twin.flags[0].what


def test_the_odd_one_of_three_scans_is_named():
    seen = tuple(scan("lumbar_spine", month, bmd) for month, bmd in ((-24, 0.92), (-12, 0.84), (0, 0.915)))
    twin = infer(replace(WOMAN, scans=seen), **QUICK)
    flagged = [flag for flag in twin.flags if flag.kind == "contradiction"]
    assert min(flagged, key=lambda flag: flag.p).what.startswith(f"lumbar spine of {day(-12)}")


def test_two_scanners_are_never_subtracted_in_a_contradiction():
    seen = (scan("lumbar_spine", -24, 0.921), scan("lumbar_spine", 0, 1.35, "GE Lunar"))
    twin = infer(replace(WOMAN, scans=seen), **QUICK)
    (flag,) = [flag for flag in twin.flags if flag.kind == "contradiction"]
    assert "1.350 g/cm2 was measured" in flag.what and " %" not in flag.what
    assert flag.to_dict()["site"] == "lumbar_spine"
    assert next(flag for flag in twin.flags if flag.kind == "scanner").site == "lumbar_spine"


def test_a_level_below_the_limit_that_cannot_be_is_flagged():
    twin = infer(replace(WOMAN, hormones=(result("E2", 1.0, "pmol/L", 0, below=True),)), **QUICK)
    assert "contradiction" in kinds(twin)


# ---- weights


def test_weights_of_two_rounds_give_the_known_posterior():
    """z ~ N(0, 1), seen as 3 with an error of 0.5: the posterior is N(2.4, 0.2), where the prior hardly reaches."""
    from osteocast.twin.likelihood import Fit

    rng = np.random.default_rng(4)
    z = rng.standard_normal((1, 4000))

    def seen(z):
        residual = (3.0 - z).T
        precision = np.full((z.shape[1], 1, 1), 4.0)
        log_likelihood = -2.0 * residual[:, 0] ** 2
        return Fit((), residual, np.zeros((z.shape[1], 1, 4)), np.eye(1) / 4, precision, log_likelihood, z[:0].T)

    second = proposal(z, seen(z))
    both = np.concatenate([z, second.draw(rng.standard_normal((1, 4000)))], axis=1)
    likelihood = seen(both).log_likelihood
    weight = normalised(log_weights(likelihood, both, [4000, 4000], [second]))
    mean = np.sum(weight * both[0])
    assert mean == pytest.approx(2.4, abs=0.03)
    assert np.sum(weight * (both[0] - mean) ** 2) == pytest.approx(0.2, abs=0.02)
    assert effective(weight) > 2000 > effective(normalised(seen(z).log_likelihood))


def test_resampling_keeps_shares():
    weight = np.array([0.5, 0.25, 0.25, 0.0])
    np.testing.assert_array_equal(np.bincount(resampled(weight, 100, 0.3), minlength=4), [50, 25, 25, 0])


def test_tempering_leaves_enough_draws():
    log_likelihood = -50.0 * np.linspace(0.0, 3.0, 300) ** 2
    found, power = tempered(log_likelihood, log_likelihood, 100.0)
    assert 0.0 < power < 1.0
    assert effective(normalised(found)) == pytest.approx(100.0, rel=0.01)


# ---- files and command


def test_a_file_may_give_precision_and_limits():
    table = {
        "sex": "female", "age": 60,
        "scans": [{"site": "lumbar_spine", "t_score": -1.0, "cv_pct": 1.9}],
        "hormones": [{"name": "E2", "value": 5, "unit": "pmol/L", "below": True}],
    }  # fmt: skip
    person = person_from_dict(table)
    assert person.scans[0].precision_pct == 1.9 and person.hormones[0].below
    table["scans"][0]["cv_pct"] = 40
    with pytest.raises(OsteocastError, match="cv_pct"):
        person_from_dict(table)


def test_a_limit_is_no_level_for_compare():
    person = replace(WOMAN, hormones=(result("E2", 5, "pmol/L", 0, below=True),))
    notes = compare(person, ["none"], 1, 20).to_dict()["person"]["notes"]
    assert any("below 5" in note for note in notes)


def test_the_command_prints_json_with_bands_and_pairs(capsys):
    assert main(["twin", str(EXAMPLE), "--draws", "100", "--years", "5", "--loss", "3", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) >= {"schema", "person", "known", "flags", "strategies", "scan_pairs", "fracture", "sources"}
    band = found["strategies"][0]["sites"]["lumbar_spine"]["t_score"]
    for low, inner, middle, outer, high in zip(
        *(band[key] for key in ("lo90", "lo50", "median", "hi50", "hi90")), strict=True
    ):
        assert low <= inner + 1e-3 and inner <= middle + 1e-3 and middle <= outer + 1e-3 and outer <= high + 1e-3
    assert list(found["scan_pairs"][0]["p_true_loss_over"]) == ["3"]
    assert {one["what"] for one in found["known"]} >= {"age", "sCTX", "E2", "lumbar_spine (Hologic)"}
    assert set(found["fracture"]["hip"]["through"]) == {"total", "density", "turnover", "unexplained"}


def test_rates_that_nobody_printed_by_age_are_marked_in_the_table(capsys):
    assert main(["twin", str(EXAMPLE), "--draws", "100", "--years", "2"]) == 0
    shown = capsys.readouterr().out
    table = shown[shown.index("rests on") :]
    assert "derived" in table and "memory" in table


def test_testosterone_gains_density_and_prevents_no_fracture():
    man = Person(name="man", sex="male", age=60, bmi=28, date=TODAY, scans=(scan("total_hip", 0, 0.85),))
    twin = infer(man, **QUICK)
    treated = forecast(twin, ["testosterone gel 50 mg daily", "none"], 5).to_dict()
    untreated = forecast(twin, ["none"], 5).to_dict()
    hip = [one["sites"]["lumbar_spine"]["bmd_g_cm2"]["median"][-1] for one in treated["strategies"]]
    assert hip[0] > hip[1]
    risk = [one["fracture"]["hip"]["probability"][-1]["median"] for one in (treated, untreated)]
    assert risk[0] == pytest.approx(risk[1], rel=0.01) and risk[0] >= risk[1]


@pytest.mark.parametrize(
    ("more", "named"),
    [(["--loss", "80"], "--loss"), (["--draws", "3"], "draws"), (["--strategy", "aspirin"], "aspirin")],
)
def test_bad_options_are_one_sentence(capsys, more, named):
    assert main(["twin", str(EXAMPLE), *more]) == 2
    heard = capsys.readouterr()
    assert not heard.out and named in heard.err and len(heard.err.splitlines()) == 1


def test_the_command_prints_a_table_of_80_columns(capsys):
    assert main(["twin", str(EXAMPLE), "--draws", "100", "--years", "2"]) == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    assert "by these scans alone" in text and "not a medical device" in text


def test_the_example_has_two_scans_of_two_sites():
    person = load_person(EXAMPLE)
    assert len({one.date for one in person.scans}) == 2 and len(person.scans) == 4
