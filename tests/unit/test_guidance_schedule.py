"""The one schedule: missing scans, injections, the end of denosumab, and the commands that print it."""

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest

from osteocast.cli import main
from osteocast.guidance import entries, guide, plan_of_visits, treatment
from osteocast.people.person import PastRegimen, Person, Scan
from osteocast.regimen import Regimen
from osteocast.report.monitoring import monitor_dict

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
WOMAN = str(EXAMPLES / "woman-62-starting-anastrozole.toml")
MAN = str(EXAMPLES / "man-on-testosterone-and-anastrozole.toml")
DAY = dt.date(2025, 3, 24)
NEED = "need DXA before the first tablet"
SCANNED = (Scan(site="total_hip", t_score=-1.0, date=DAY),)


def person(planned: str, sex: str = "female", **more) -> Person:
    given = {"age_at_menopause": 50} if sex == "female" and "menopause_kind" not in more else {}
    return Person(sex=sex, age=60, date=DAY, planned=planned, **given, **more)


def listed(who: Person, months: float = 72.0) -> list[tuple[str, str]]:
    """Dates and what is done."""
    found = entries(plan_of_visits(who, treatment(who), DAY, months))
    return [(one["date"], one["what"]) for one in found]


def dates(who: Person, what: str) -> list[str]:
    return [date for date, name in listed(who) if name == what]


@pytest.mark.parametrize("sex", ["female", "male"])
@pytest.mark.parametrize("drug", ["anastrozole 1 mg", "letrozole 2.5 mg", "exemestane 25 mg"])
def test_a_missing_scan_is_asked_for_before_the_first_tablet(drug, sex):
    later = person(f"{drug} daily from month 4 for 60 months", sex)
    assert dates(later, NEED) == ["2025-07-24"]
    assert dates(replace(later, scans=SCANNED), NEED) == []
    radius = (Scan(site="one_third_radius", t_score=-1.0, date=DAY),)
    assert dates(replace(later, scans=radius), NEED) == ["2025-07-24"]
    old = (Scan(site="total_hip", t_score=-1.0, date=DAY - dt.timedelta(days=800)),)
    assert dates(replace(later, scans=old), NEED) == ["2025-07-24"]


def test_a_missing_scan_is_asked_for_at_once_where_tablets_have_begun():
    begun = Person(sex="male", age=60, date=DAY,
                   past_regimens=(PastRegimen("anastrozole 1 mg daily from month -8", True),))  # fmt: skip
    assert dates(begun, "need DXA now") == ["2025-03-24"] and dates(begun, NEED) == []


def test_ovarian_suppression_alone_has_three_months_and_beside_an_inhibitor_one_question():
    young = {"menopause_kind": "premenopausal"}
    alone = person("goserelin 3.6 mg every 28 days for 36 months", **young)
    assert dates(alone, "need DXA at the start of suppression") == ["2025-06-24"]
    both = person("goserelin 3.6 mg every 28 days for 36 months + anastrozole 1 mg daily for 36 months", **young)
    assert [name for _, name in listed(both) if name.startswith("need DXA")] == [NEED]


def test_injections_markers_teeth_and_the_end_of_denosumab_worked_out_by_hand():
    who = person("anastrozole 1 mg daily for 60 months + denosumab 60 mg every 6 months for 24 months", scans=SCANNED)
    assert dates(who, "injection") == ["2025-03-24", "2025-09-24", "2026-03-24", "2026-09-24"]
    assert dates(who, "end of denosumab") == ["2027-03-24"]
    assert dates(who, "teeth") == dates(who, "calcium and kidneys") == ["2025-03-24"]
    assert set(dates(who, "turnover marker")) == {"2025-03-24", "2025-06-24", "2025-09-24"}
    assert dates(who, "vitamin D") == ["2025-03-24"]
    assert dates(who, "density")[0] == "2026-03-24"


@pytest.mark.parametrize(
    ("regimen", "ends"),
    [
        ("denosumab 60 mg every 6 months", []),
        ("denosumab 60 mg once", ["2025-09-24"]),
        ("denosumab 120 mg every 28 days for 12 months", ["2026-09-22"]),
        ("denosumab 60 mg every 6 months for 36 months pause month 12 to 24", ["2026-03-24", "2028-03-24"]),
        ("denosumab 60 mg every 6 months for 12 months + denosumab 60 mg every 6 months from month 12 for 12 months",
         ["2027-03-24"]),
        ("zoledronic acid 4 mg every 6 months for 36 months", []),
    ],
)  # fmt: skip
def test_when_another_drug_has_to_follow(regimen, ends):
    """Six months after each last dose; of 28-day doses the fourteenth, on day 364, is the last within a year."""
    assert dates(person(regimen), "end of denosumab") == ends


@pytest.mark.parametrize(
    ("past", "ends"),
    [
        ("denosumab 60 mg every 6 months from month -26 until month -1", ["2025-07-24"]),
        ("denosumab 60 mg every 6 months from month -32 until month -9", ["2025-03-24"]),
        ("denosumab 60 mg every 6 months from month -60 until month -40", []),
    ],
)
def test_denosumab_that_has_ended_before_is_not_forgotten(past, ends):
    """Last dose at month -2 (due at 4), at month -14 (overdue: now), and long ago."""
    assert dates(person("none", past_regimens=(PastRegimen(past),)), "end of denosumab") == ends


def test_an_infusion_is_dated_however_often_it_is_given():
    assert dates(person("zoledronic acid 4 mg every 6 months for 18 months"), "infusion") == [
        "2025-03-24", "2025-09-24", "2026-03-24"
    ]  # fmt: skip
    assert dates(person("zoledronic acid 5 mg once from month 7"), "infusion") == ["2025-10-24"]


def test_every_entry_says_date_what_why_rule_and_what_would_change():
    who = person("letrozole 2.5 mg daily for 60 months + denosumab 60 mg every 6 months for 60 months")
    result = guide(who)
    assert result["schedule"] and json.loads(json.dumps(result, allow_nan=False)) == result
    for one in result["schedule"]:
        assert one["date"] >= "2025-03-24" and all(one[key] for key in ("what", "why", "rule", "changes", "quality"))
        dt.date.fromisoformat(one["date"])
    order = [one["date"] for one in result["schedule"]]
    assert order == sorted(order)


def test_monitor_and_guide_print_one_schedule():
    for planned in ("anastrozole 1 mg daily for 36 months + denosumab 60 mg every 6 months for 24 months", "none"):
        who = person(planned)
        (one,) = monitor_dict(who, [], 3)["strategies"]
        names = {check["number"]: check["title"] for check in one["checks"]}
        shown = [(visit["date"], names[number]) for visit in one["visits"] for number in visit["checks"]]
        assert shown == listed(who, 36.0)
        assert shown == [(entry["date"], entry["what"]) for entry in guide(who, months=36.0)["schedule"]]


def test_next_scans_by_text():
    result = guide(person("anastrozole 1 mg daily for 60 months", scans=SCANNED))
    assert result["next_scan"]["guidelines"] == {
        "asco2019": "2027-03-24", "esmo2020": "2027-03-24", "hadji2011": "2027-03-24", "hadji2017": "2027-03-24",
        "singapore": "2026-03-24", "uk2008": "2027-03-24",
    }  # fmt: skip
    assert result["next_scan"]["date"] == "2026-03-24"
    missing = guide(person("anastrozole 1 mg daily from month 2 for 60 months"))
    assert set(missing["next_scan"]["guidelines"].values()) == {"2025-05-24"}
    assert "need DXA" in missing["next_scan"]["reason"]


def test_another_regimen_and_what_is_planned_already():
    who = person("anastrozole 1 mg daily for 60 months", scans=SCANNED)
    plan = guide(who, Regimen.parse("anastrozole 1 mg daily for 60 months + alendronate 70 mg weekly for 60 months"))
    assert plan["protection_planned"].startswith("alendronate") and guide(who)["protection_planned"] is None


def test_the_command(capsys: pytest.CaptureFixture[str]):
    assert main(["guide", WOMAN]) == 0
    out, err = capsys.readouterr()
    assert out.rstrip().endswith("Research and education, not a medical device.") and "not orders" in out and not err
    assert "Hadji 2017" in out and "NOT READ" in out and "FIRED" in out and "Schedule:" in out
    assert max(map(len, out.splitlines())) <= 80
    assert main(["guide", MAN]) == 0
    out, _ = capsys.readouterr()
    assert "No guideline covers this" in out and "ASCO" not in out and "haematocrit" in out
    assert main(["guide", WOMAN, "--json"]) == 0
    result = json.loads(capsys.readouterr()[0])
    assert set(result["guidance"]["hadji2017"]) >= {"advice", "trace", "quality"}
    assert set(result["schedule"][0]) >= {"date", "what", "why", "rule"} and result["disclaimer"]


def test_the_command_without_a_scan_says_what_is_needed(capsys: pytest.CaptureFixture[str]):
    options = ["--sex", "female", "--age", "62", "--menopause", "50", "--strategy", "anastrozole 1 mg daily"]
    assert main(["guide", *options]) == 0
    out, _ = capsys.readouterr()
    assert "NEED DXA" in out and NEED in out
    assert main(["guide", *options[:6]]) == 0
    assert "say what is planned" in " ".join(capsys.readouterr()[0].split())
