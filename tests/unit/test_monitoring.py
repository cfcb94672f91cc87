"""What is checked and when: sourced rows, dates worked out by hand, and a command that asks and does not order."""

import datetime as dt
import json
import re
from pathlib import Path

import pytest

from osteocast.cli import main
from osteocast.drugs import catalogue
from osteocast.drugs.harms import FROM_MEMORY
from osteocast.drugs.monitoring import Check, checks, checks_of, later, schedule, visits
from osteocast.errors import OsteocastError
from osteocast.explain import explain
from osteocast.explain.wording import QUALITY
from osteocast.parameters.schema import QUALITIES
from osteocast.people.person import PastRegimen, Person
from osteocast.report.monitoring import NOTHING, as_lines, monitor_dict

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
MAN = str(EXAMPLES / "man-on-testosterone-and-anastrozole.toml")
WOMAN = str(EXAMPLES / "woman-62-starting-anastrozole.toml")
START = dt.date(2025, 3, 24)
TESTOSTERONE = ("testosterone_gel", "testosterone_cypionate", "testosterone_enanthate", "testosterone_undecanoate")
INHIBITORS = ("anastrozole", "letrozole", "exemestane")


def named(one: Check) -> str:
    return f"{one.check}-{one.card_ids[0]}-{one.sex}-{one.months}"


def asked(card_id: str, months: float, sex: str, check: str) -> list[str]:
    """Dates on which something is asked."""
    found = schedule([card_id], START, months, sex)
    return [visit.date.isoformat() for visit in found if check in {one.check for one in visit.checks}]


@pytest.mark.parametrize("one", checks(), ids=named)
def test_every_row_asks_and_has_a_source(one: Check) -> None:
    assert set(one.card_ids) <= set(catalogue()) and one.citation and one.quality in QUALITIES
    assert one.question.endswith("." if one.kind == "statement" else "?") and one.changes.endswith(".")
    assert not re.search(r"\b(must|should|stop|take|do not)\b", f"{one.question} {one.changes}".lower())
    assert (FROM_MEMORY in one.threshold) is (one.quality == "memory" and one.limit is not None)


@pytest.mark.parametrize("card_id", TESTOSTERONE)
def test_a_man_on_testosterone_is_asked_what_was_promised(card_id: str) -> None:
    first = {one.check for visit in schedule([card_id], START, 12, "male") for one in visit.checks}
    assert {"haematocrit", "PSA", "PSA_rise", "testosterone", "density"} <= first
    assert any(one.check == "estradiol" for one in checks_of([card_id], "male"))
    cited = " ".join(one.citation for one in checks_of([card_id], "male"))
    for source in ("N Engl J Med 2004;350:482", "J Clin Endocrinol Metab 2018;103:1715", "N Engl J Med 2024;390:203"):
        assert source in cited


def test_dates_worked_out_by_hand() -> None:
    """Haematocrit before, at 3 and 12 months, then yearly; two years of treatment end with a check."""
    assert asked("testosterone_gel", 24, "male", "haematocrit") == [
        "2025-03-24", "2025-06-24", "2026-03-24", "2027-03-24"
    ]  # fmt: skip
    assert asked("testosterone_gel", 36, "male", "PSA_rise") == ["2025-06-24", "2026-03-24"]
    assert asked("anastrozole", 5, "male", "estradiol") == ["2025-03-24", "2025-06-24"]
    assert asked("anastrozole", 30, "female", "loss_of_density") == ["2026-03-24", "2027-03-24"]
    assert later(dt.date(2024, 1, 31), 1) == dt.date(2024, 2, 29)
    assert later(dt.date(2025, 3, 24), 1.5) == dt.date(2025, 5, 9)
    assert later(dt.date(2025, 3, 24), -4) == dt.date(2024, 11, 24)


def test_visits_are_in_order_each_day_once_and_none_before_month_0() -> None:
    found = visits({"testosterone_gel": (-8.0, 100.0), "anastrozole": (0.0, 36.0)}, START, 60.0, "male")
    days = [visit.date for visit in found]
    assert days == sorted(set(days)) and days[0] == START and days[-1] <= later(START, 60)
    blood = [visit.month for visit in found if "haematocrit" in {one.check for one in visit.checks}]
    assert blood == [4.0, 16.0, 28.0, 40.0, 52.0]
    assert max(visit.month for visit in found if "estradiol" in {one.check for one in visit.checks}) == 36.0


@pytest.mark.parametrize("card_id", INHIBITORS)
def test_an_inhibitor_in_men_has_no_guideline_and_in_women_scans(card_id: str) -> None:
    assert any("No guideline covers" in one.question for one in checks_of([card_id], "male"))
    assert not any("No guideline covers" in one.question for one in checks_of([card_id], "female"))
    assert asked(card_id, 60, "female", "density")[0] == "2026-03-24"
    gaps = [one.due(60) for one in checks_of([card_id], "female") if one.check == "density" and one.every]
    assert gaps and all(12 <= b - a <= 24 for months in gaps for a, b in zip(months, months[1:], strict=False))


def test_nothing_listed() -> None:
    assert schedule(["calcium"], START, 60, "male") == () == schedule([], START, 60, "female")
    assert schedule(["testosterone_gel"], START, 60, "female") == ()
    with pytest.raises(OsteocastError, match="write 'denosumab'"):
        schedule(["denosumb"], START, 60, "female")


@pytest.mark.parametrize("card_id", [*TESTOSTERONE, *INHIBITORS])
def test_explain_shows_them_with_source_and_quality(card_id: str) -> None:
    answer = explain(f"drug: {card_id}")
    listed = answer.data["monitoring"]
    assert json.loads(json.dumps(listed)) == listed == [one.to_dict() for one in checks_of([card_id])]
    for one in checks_of([card_id]):
        line = next(line for line in answer.lines if one.question in line and one.citation in line)
        assert one.changes in line and one.threshold in line
        assert QUALITY[one.quality] in line or one.kind == "statement"


def test_a_card_with_nothing_to_check_says_nothing() -> None:
    assert explain("vitamin K").data["monitoring"] == []
    assert "Checks" not in "\n".join(explain("vitamin K").lines)


def test_what_goes_on_from_before_counts_and_what_has_ended_does_not() -> None:
    gel = "testosterone gel 50 mg daily from month -8"
    goes_on = Person(sex="male", age=60, date=START, past_regimens=(PastRegimen(gel, True),))
    (one,) = monitor_dict(goes_on, [], 1)["strategies"]
    assert one["taken"] == gel and [visit["month"] for visit in one["visits"]] == [4.0]
    (over,) = monitor_dict(Person(sex="male", age=60, past_regimens=(PastRegimen(gel),)), [], 1)["strategies"]
    assert over["nothing"] == NOTHING and over["visits"] == [] == over["checks"]
    (new,) = monitor_dict(goes_on, ["testosterone gel 100 mg daily"], 1)["strategies"]
    assert new["visits"][0]["month"] == 0.0 and new["taken"] == "testosterone gel 100 mg daily"


def test_without_any_date_the_day_of_the_run_is_month_0_and_it_says_so() -> None:
    result = monitor_dict(Person(sex="male", age=60, planned="anastrozole 1 mg daily"), [], 1, today=START)
    assert (result["start"], result["start_from"]) == ("2025-03-24", "today")
    assert "today, for want of a date" in as_lines(result)[0]


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["monitor", MAN]) == 0
    out, _ = capsys.readouterr()
    assert out.rstrip().endswith("Research and education, not a medical device.") and "not orders" in out
    assert "2025-06-24" in out and "No guideline covers an aromatase inhibitor in men" in out
    assert max(map(len, out.splitlines())) <= 80
    assert main(["monitor", MAN, "--strategy", "none", "--strategy", "letrozole 2.5 mg daily", "--json"]) == 0
    none, letrozole = json.loads(capsys.readouterr()[0])["strategies"]
    assert none["nothing"] == NOTHING and letrozole["nothing"] is None
    numbers = {check["number"] for check in letrozole["checks"]}
    assert {place for visit in letrozole["visits"] for place in visit["checks"]} <= numbers
    assert main(["monitor", WOMAN, "--years", "5"]) == 0
    out, _ = capsys.readouterr()
    assert "2030-03-24" in out and "haematocrit" not in out and "No guideline covers" not in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["no person", "TOML file"]),
        ([WOMAN, "--years", "0"], ["years", "1 to 40"]),
        ([WOMAN, "--strategy", "anastrozol 1 mg daily"], ["--strategy", "anastrozole"]),
        ([WOMAN, "--strategy", "anastrozole 1 mg daily from month -6"], ["--strategy", "month -6"]),
    ],
)
def test_the_command_refuses_in_one_sentence(capsys, arguments, words) -> None:
    assert main(["monitor", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == "" and len(err.splitlines()) == 1 and all(word in err for word in words)
