"""What `osteocast twin` says beside the posterior: strategies, fractures, next scan, schedule, guidance, harms."""

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtr

from osteocast.cli import main
from osteocast.drugs.monitoring import later
from osteocast.forecast import plan as planning
from osteocast.forecast import stored
from osteocast.forecast.candidates import candidates
from osteocast.forecast.leading import leading
from osteocast.fracture import ten_year_percent, ten_year_percents
from osteocast.guidance import density, treatment
from osteocast.measure import dxa
from osteocast.measure.dxa import LSC_FACTOR
from osteocast.people.files import load_person
from osteocast.people.person import PastRegimen, Person, Scan
from osteocast.regimen import Regimen
from osteocast.twin import forecast, infer
from osteocast.twin.advice import last_scans, on_denosumab
from osteocast.twin.answers import Answers
from osteocast.twin.next_scan import Look, _choice, _missing, _p_detects, looks

FOLDER = Path(__file__).resolve().parents[2] / "examples"
STARTING, TWO_SCANS = FOLDER / "woman-62-starting-anastrozole.toml", FOLDER / "woman-64-with-two-scans.toml"
DAY = dt.date(2025, 3, 24)
AI = "anastrozole 1 mg daily for 60 months"
WOMAN = Person(name="woman", sex="female", age=62, bmi=26, age_at_menopause=50, date=DAY, planned=AI)
KEYS = {
    "schema", "person", "known", "flags", "strategies", "scan_pairs", "next_scan", "schedule", "fracture", "guidance",
    "harms", "sources", "last_scans",
}  # fmt: skip


def scanned(t: float, cv: float | None = None, **more) -> Person:
    scan = Scan(site="total_hip", t_score=t, date=DAY, cv_pct=cv)
    return replace(WOMAN, scans=(scan,), **more)


def short(person: Person, *strategies: str, years: int = 5):
    return forecast(infer(person, per_round=300, draws=200), strategies, years)


@pytest.fixture(scope="module")
def starting():
    """The example of a woman about to start, as JSON."""
    return forecast(load_person(STARTING), draws=200).to_dict()


@pytest.fixture(scope="module")
def unscanned():
    return short(WOMAN, AI).to_dict()


def test_the_json_has_what_others_rely_on(starting):
    assert set(starting) >= KEYS and starting["schema"] == 1
    assert set(starting["next_scan"]) >= {"date", "reason", "guidelines", "candidates"}
    assert all(
        set(one) >= {"month", "p_detects_change", "p_changes_advice"} for one in starting["next_scan"]["candidates"]
    )
    assert all(set(one) >= {"date", "what", "why", "rule"} for one in starting["schedule"])
    assert all(set(one) >= {"advice", "trace", "quality"} for one in starting["guidance"].values())
    assert {"hadji2017", "asco2019"} <= set(starting["guidance"])
    assert starting["harms"] and starting["sources"]
    json.dumps(starting, allow_nan=False)


def test_without_strategies_the_plan_stands_alone_and_with_its_first_three(starting, monkeypatch):
    person = load_person(STARTING)
    twin = infer(person, draws=200)
    ranked = leading(person, person.planned, twin.draws, twin.present)
    assert len(ranked) > 150
    # `plan` itself on the best dozen and a few from further down: all would take its ten seconds.
    some = {one.candidate.regimen for one in (*ranked[:12], *ranked[20::40])}
    monkeypatch.setattr(
        planning, "candidates", lambda *given: [one for one in candidates(*given) if one.regimen in some]
    )
    first = [str(one.candidate.regimen) for one in planning.plan(person)[:3]]
    assert [one["regimen"] for one in starting["strategies"]] == [AI, *first]


def test_without_an_inhibitor_that_ends_there_is_no_plan_to_make():
    endless = short(scanned(-1.0, planned="anastrozole 1 mg daily"), years=2)
    assert [str(one.regimen) for one in endless.forecast.strategies] == ["anastrozole 1 mg daily", "none"]
    nothing = short(scanned(-1.0, planned=None), years=2)
    assert [str(one.regimen) for one in nothing.forecast.strategies] == ["none"]
    assert nothing.to_dict()["next_scan"]["date"]


def test_fractures_of_all_strategies_have_one_denominator(starting):
    first, *others = starting["strategies"]
    assert starting["fracture"] == first["fracture"] and first["fracture_against"] == "none"
    for one in starting["strategies"]:
        assert one["fracture"].keys() == first["fracture"].keys() >= {"hip", "mof", "any_clinical"}
        for name, outcome in one["fracture"].items():
            assert outcome["years"] == [1, 5, 10]
            through = outcome["through"]
            parts = through["density"] * through["turnover"] * through["unexplained"]
            assert parts == pytest.approx(through["total"], rel=1e-3)
            assert all(p["lo90"] <= p["median"] <= p["hi90"] for p in outcome["probability"]), name
    for one in others:
        assert one["fracture_against"] == AI
        assert one["fracture"]["mof"]["through"]["total"] < 0.9 < 1.0 < first["fracture"]["mof"]["through"]["total"]


def test_a_plan_with_denosumab_has_its_exit_on_a_day(starting):
    one = starting["strategies"][1]
    assert "denosumab" in one["regimen"] and not one["warnings"]
    assert one["exit"]["date"] == later(DAY, one["exit"]["month"]).isoformat()
    assert one["exit"]["regimen"].startswith("zoledronic acid 5 mg once")
    assert sum(entry["what"] == "injection" for entry in one["schedule"]) == 14  # each half year for seven years
    assert any(entry["what"] == "end of denosumab" for entry in one["schedule"])
    left = short(scanned(-1.0), f"{AI} + denosumab 60 mg every 6 months for 36 months").to_dict()
    assert left["strategies"][0]["exit"] is None and "Stopping denosumab" in left["strategies"][0]["warnings"][0]
    assert [entry["date"] for entry in left["schedule"] if entry["what"] == "end of denosumab"] == ["2028-03-24"]


def test_harms_name_the_strategies_that_bring_them(starting):
    jaw = [one for one in starting["harms"] if one["harm"] == "osteonecrosis_jaw" and "denosumab" in one["card_ids"]]
    assert jaw and all(0 not in one["strategies"] for one in jaw)
    assert any(0 in one["strategies"] for one in starting["harms"])


# ---- the next scan


class Known:
    """Every draw at the density of the last scan: nothing changes but by noise."""

    def __init__(self, person: Person, regimen: str, fold: float = 1.0) -> None:
        draws = 300
        self.regimen, self.months = Regimen.parse(regimen), np.arange(0, 61, 3)
        known = person.baseline_scans()
        self.bmd = {
            site: np.full((21, draws), fold * known[site].bmd if site in known else 1.0) for site in dxa.SITES
        }


def test_noise_alone_changes_no_advice_and_hides_some_of_what_is_true():
    """0.02 above the limit of -2 at which a text advises a drug, every other scan would read below it."""
    person = scanned(-1.98, 2.0)
    still = [one.p_changes_advice for one in looks(person, Known(person, AI), DAY, 1)]
    assert max(still) == 0.0
    fallen = [one.p_changes_advice for one in looks(person, Known(person, AI, 0.995), DAY, 1)]
    assert 0.4 < fallen[0] < 0.75


def test_a_loss_counts_from_what_this_clinic_can_mistake():
    earlier = Scan(site="total_hip", bmd_g_cm2=0.8, device="Hologic", date=dt.date(2023, 3, 24), cv_pct=0.5)
    later_scan = Scan(site="total_hip", bmd_g_cm2=0.78, device="Hologic", date=DAY, cv_pct=0.5)
    exact = density.loss(replace(WOMAN, scans=(earlier, later_scan)))
    assert exact.least_significant_percent == pytest.approx(0.5 * LSC_FACTOR) and exact.beyond_noise
    rough = density.loss(replace(WOMAN, scans=(earlier, replace(later_scan, cv_pct=3.0))))
    assert rough.least_significant_percent == pytest.approx(LSC_FACTOR * np.sqrt((0.5**2 + 3.0**2) / 2.0))
    assert not rough.beyond_noise
    texts = Answers(WOMAN, treatment(WOMAN), {"total_hip": later_scan})
    lost = texts._loss(12.0, {"total_hip": np.array([0.78 * 0.98, 0.78 * 0.99])})
    assert lost["loss_beyond_noise"].tolist() == [1.0, 0.0]


def test_the_next_scan_does_not_depend_on_how_far_the_forecast_goes():
    person = scanned(0.3, 1.5)
    near, far = (short(person, AI, years=years).to_dict()["next_scan"] for years in (1, 6))
    assert near["date"] == far["date"] and len(near["candidates"]) == len(far["candidates"]) == 21
    for one, other in zip(near["candidates"], far["candidates"], strict=True):
        assert one["p_detects_change"] == pytest.approx(other["p_detects_change"], abs=0.02)


@pytest.mark.parametrize(
    ("before", "planned", "month", "words"),
    [(None, AI, 0.0, "need DXA before the first tablet of anastrozole on 2025-03-24"),
     (None, "anastrozole 1 mg daily from month 3 for 60 months", 3.0, "first tablet of anastrozole on 2025-06"),
     (PastRegimen("letrozole 2.5 mg daily from month -12", True), "none", 0.0, "letrozole is taken without"),
     (PastRegimen("anastrozole 1 mg daily from month -12"), AI, 0.0, "anastrozole is taken without a recent scan"),
     (PastRegimen("anastrozole 1 mg daily from month -90 for 60 months"), "none", 0.0, "known: the next one is due"),
     (None, "none", 0.0, "is known: the next one is due now.")],
)  # fmt: skip
def test_without_a_usable_scan_it_is_said_by_when_tablets_begin(before, planned, month, words):
    person = replace(WOMAN, past_regimens=(before,) if before else (), planned=None)
    found = _missing(person, treatment(person, Regimen.parse(planned)), DAY)
    assert found[0] == month and words in found[1]


def test_last_scans_are_those_of_each_site_up_to_the_day():
    hips = [Scan(site="total_hip", bmd_g_cm2=b, device=d, date=day) for b, d, day in (
        (0.8, "Hologic", dt.date(2021, 1, 5)), (0.9, "GE Lunar", dt.date(2024, 1, 5)),
        (0.7, "Hologic", dt.date(2025, 6, 1)))]  # fmt: skip
    spine = Scan(site="lumbar_spine", t_score=-1.0, date=dt.date(2023, 2, 3))
    found = last_scans(replace(WOMAN, scans=(*hips, spine)))
    assert [(one["site"], one["device"], one["date"]) for one in found] == [
        ("lumbar_spine", "Hologic", "2023-02-03"), ("total_hip", "GE Lunar", "2024-01-05")]  # fmt: skip
    assert found[1]["value"] == 0.9 and found[0]["value"] == pytest.approx(dxa.bmd(-1.0, "lumbar_spine"), abs=1e-4)


def test_denosumab_counts_until_its_rebound_is_over(starting):
    assert [one["denosumab"] for one in starting["strategies"]] == [
        "denosumab" in one["regimen"] for one in starting["strategies"]
    ]
    assert [one["site"] for one in starting["last_scans"]]
    for taken, expected in (("once from month -12", True), ("every 6 months from month -60 for 24 months", False)):
        person = replace(WOMAN, past_regimens=(PastRegimen(f"denosumab 60 mg {taken}"),))
        assert on_denosumab(person, Regimen()) == expected
    going_on = replace(WOMAN, past_regimens=(PastRegimen("denosumab 60 mg every 6 months from month -60", True),))
    assert on_denosumab(going_on, Regimen())


def test_a_missing_scan_is_asked_for_before_the_first_tablet(unscanned):
    asked = [entry["date"] for entry in unscanned["schedule"] if entry["what"] == "need DXA before the first tablet"]
    assert asked == [DAY.isoformat()] and unscanned["schedule"][0]["date"] == DAY.isoformat()
    assert unscanned["next_scan"]["date"] == DAY.isoformat()
    assert "need DXA before the first tablet" in unscanned["next_scan"]["reason"]
    assert unscanned["guidance"]["asco2019"]["advice"] == "need_dxa"
    assert set(unscanned["next_scan"]["guidelines"].values()) == {DAY.isoformat()}


def test_an_old_scan_is_no_scan():
    old = replace(WOMAN, scans=(Scan(site="total_hip", t_score=-1.0, date=dt.date(2022, 1, 1)),))
    found = short(old, AI, years=2).to_dict()
    assert found["next_scan"]["date"] == DAY.isoformat() and found["next_scan"]["candidates"] == []


def test_the_probability_of_detecting_a_change_worked_out_by_hand():
    scan = Scan(site="total_hip", bmd_g_cm2=0.8, device="Hologic", date=DAY, cv_pct=1.5)
    same = _p_detects({"total_hip": np.array([0.8])}, {"total_hip": scan})
    assert same == pytest.approx(2.0 * ndtr(-LSC_FACTOR))
    at_limit = 0.8 * (1.0 - LSC_FACTOR * 0.015)
    assert _p_detects({"total_hip": np.array([at_limit])}, {"total_hip": scan}) == pytest.approx(0.5, abs=1e-6)
    two = _p_detects(
        {"total_hip": np.array([at_limit]), "lumbar_spine": np.array([at_limit])},
        {"total_hip": scan, "lumbar_spine": scan},
    )
    assert two == pytest.approx(0.75, abs=1e-6)


def test_a_noisy_scanner_detects_less():
    curves = []
    for cv in (1.0, 3.0):
        found = short(scanned(-0.5, cv), AI)
        curves.append([one.p_detects_change for one in looks(found.twin.person, found.bare, DAY, 1)])
    fine, noisy = curves
    assert len(fine) == 21 and fine[-1] > 2.0 * noisy[-1] and fine[-1] > fine[4] > fine[0]


def test_near_a_line_a_scan_changes_more_advice_than_far_from_it():
    """Two T-scores, one just above the limit of -2 at which a text advises a drug."""
    near, far = (
        [one.p_changes_advice for one in looks(found.twin.person, found.bare, DAY, 1)]
        for found in (short(scanned(t, 1.0), AI) for t in (-1.8, 0.8))
    )
    assert max(near[4:]) > 0.8 > 0.1 > max(far)
    assert near[20] == 0.0  # at month 60 the tablets are over, and the texts are about tablets


@pytest.mark.parametrize(
    ("detects", "changes", "month"),
    [((0.0, 0.9, 0.2, 0.6), (0.0, 0.5, 0.0, 0.0), 15), ((0.0, 0.0, 0.1, 0.2), (0.0, 0.9, 0.1, 0.1), 12),
     ((0.1, 0.1, 0.1, 0.1), (0.9, 0.0, 0.0, 0.0), 15),
     # another answer that is gone a quarter later is not waited for
     ((0.0, 0.0, 0.1, 0.6), (0.0, 0.9, 0.3, 0.0), 15)],
)  # fmt: skip
def test_the_date_is_the_first_that_is_worth_it_a_year_after_the_last_scan(detects, changes, month):
    found = tuple(
        Look(m, later(DAY, m), d, c, {"hadji2017": c})
        for m, d, c in zip((0, 9, 12, 15), detects, changes, strict=True)
    )
    chosen, reason = _choice(scanned(-1.0), found)
    assert chosen.month == month and reason.endswith(".")


def test_ten_year_probabilities_of_many_are_those_of_each():
    t = np.array([-2.5, -1.0, 0.5])
    known = {"sex": "female", "age": 66.0, "factors": {"smoker": 1.0}}
    together = ten_year_percents("mof", t_scores={"lumbar_spine": t, "total_hip": t - 0.2}, **known)
    alone = [ten_year_percent("mof", t_scores={"lumbar_spine": x, "total_hip": x - 0.2}, **known) for x in t]
    np.testing.assert_allclose(together, alone)


# ---- one process, and the next


def test_asked_again_nothing_is_simulated_and_nothing_differs(monkeypatch):
    person = scanned(-1.2)
    one = forecast(person, [AI], 2, draws=100)
    monkeypatch.setattr("osteocast.twin.strategies.onward", None)
    monkeypatch.setattr("osteocast.twin.strategies.infer", None)
    again = forecast(person, [AI], 2, draws=100, rates=(3.0,))
    assert again.twin is one.twin and list(again.to_dict()["fracture"]) == list(one.to_dict()["fracture"])
    with pytest.raises(TypeError):
        forecast(person, [AI], 2, draws=101)


def test_what_a_command_loaded_is_loaded_ahead_by_the_next(tmp_path, monkeypatch):
    monkeypatch.setenv("OSTEOCAST_CACHE", str(tmp_path))
    for name, empty in (("_LOADED", {}), ("_EARLY", {}), ("_NOTES", []), ("_USED", [])):
        monkeypatch.setattr(stored, name, empty)
    numbers = np.arange(3.0)

    def doubled():
        return stored.load("doubled", "", (stored.spec(numbers),), lambda: lambda x: (2.0 * x,))(numbers)[0]

    stored.ahead("test")
    np.testing.assert_array_equal(doubled(), 2.0 * numbers)
    monkeypatch.setattr(stored, "_LOADED", {})
    stored.ahead("test")
    (early,) = stored._EARLY.values()
    assert early.result() is not None
    monkeypatch.setattr(stored, "_stored", None)
    np.testing.assert_array_equal(doubled(), 2.0 * numbers)
    (note,) = (tmp_path / "osteocast").glob("*.loaded")
    note.write_text("../../elsewhere\nnothing-00000000000000000000000000000000")
    stored.ahead("test")
    assert [path.parent for path in stored._EARLY] == [note.parent] * 2


def test_the_table_says_when_to_scan_what_texts_say_and_how_many_break(capsys):
    assert (
        main(
            [
                "twin",
                str(TWO_SCANS),
                "--strategy",
                "anastrozole 1 mg daily for 36 months",
                "--draws",
                "100",
                "--years",
                "5",
            ]
        )
        == 0
    )
    text = capsys.readouterr().out
    for words in ("Next scan: 20", "Guidance on", "keep measuring:", "of 1,000 in 5 years", "schedule"):
        assert words in text
    assert max(map(len, text.splitlines())) <= 80


def test_two_readings_are_compared_at_the_month_they_name():
    """The twin keeps fewer months than `compare`, so a month is not its place."""
    man = load_person(Path(__file__).parents[2] / "examples" / "man-on-testosterone-and-anastrozole.toml")
    found = forecast(man, ["testosterone gel 50 mg daily + anastrozole 1 mg daily"], 2, draws=40).to_dict()
    said = next(note for note in found["person"]["notes"] if "axis stays off" in note)
    spine = float(said.partition("the spine stands at ")[2].partition(" %")[0].replace("\N{MINUS SIGN}", "-"))
    one = found["strategies"][0]
    median = one["sites"]["lumbar_spine"]["change_pct"]["median"][one["months"].index(24)]
    assert "at month 24" in said and abs(spine - median) < 0.06
