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
from osteocast.measure.dxa import LSC_FACTOR
from osteocast.people.files import load_person
from osteocast.people.person import Person, Scan
from osteocast.twin import forecast, infer
from osteocast.twin.next_scan import Look, _choice, _p_detects, looks

FOLDER = Path(__file__).resolve().parents[2] / "examples"
STARTING, TWO_SCANS = FOLDER / "woman-62-starting-anastrozole.toml", FOLDER / "woman-64-with-two-scans.toml"
DAY = dt.date(2025, 3, 24)
AI = "anastrozole 1 mg daily for 60 months"
WOMAN = Person(name="woman", sex="female", age=62, bmi=26, age_at_menopause=50, date=DAY, planned=AI)
KEYS = {
    "schema", "person", "known", "flags", "strategies", "scan_pairs", "next_scan", "schedule", "fracture", "guidance",
    "harms", "sources",
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
    [((0.0, 0.9, 0.2, 0.6), (0.0, 0.5, 0.0, 0.0), 15), ((0.0, 0.0, 0.1, 0.2), (0.0, 0.9, 0.1, 0.0), 12),
     ((0.1, 0.1, 0.1, 0.1), (0.9, 0.0, 0.0, 0.0), 15)],
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
