"""Cases: as a link and a file, and moved to the day of a later result."""

from __future__ import annotations

import datetime as dt

import pytest

from osteocast.errors import OsteocastError
from osteocast.people.person import Person, Scan
from osteocast.regimen import Regimen

cases = pytest.importorskip("osteocast.web.cases", reason="the pages need the libraries of osteocast[web]")
from osteocast.web import forms, items, persons  # noqa: E402
from osteocast.web.moving import from_now, moved, rest  # noqa: E402

INHIBITOR = "anastrozole 1 mg daily for 60 months"
START = dt.date(2021, 3, 1)


def woman(*scans: Scan) -> Person:
    return Person(sex="female", age=62, age_at_menopause=50, date=START, scans=scans)


def scan(year: int, t: float) -> Scan:
    return Scan(site="lumbar_spine", t_score=t, date=START.replace(year=START.year + year))


def test_a_link_brings_back_the_case():
    case = cases.Case(
        {"sex": "female", "age": 62, "scans": [{"site": "total_hip", "t_score": -1.5}]}, (INHIBITOR,), 15
    )
    assert cases.unpacked(cases.packed(case)) == case
    assert cases.unpacked(cases.packed(case)).to_dict() == case.to_dict()


def test_what_is_typed_survives_form_and_link():
    values = {"sex": "female", "age": "62", "scan-3-year": "2", "scan-3-site": "total_hip", "scan-3-t_score": "-1,5",
              "history-smoker": "no", "result-0-name": "E2", "result-0-value": "9", "result-0-unit": "pmol/L",
              "result-0-below": "yes", "strategy-0": INHIBITOR, "years": "15"}  # fmt: skip
    filled = forms.read(values)
    again = forms.read(forms.values_of(cases.unpacked(cases.packed(filled.case))))
    assert not filled.errors and again.years == 15
    assert persons.check(again).person == persons.check(filled).person


def test_results_told_by_their_year_are_dated_from_the_start():
    values = {"sex": "female", "age": "62", "date": "2021-03-01", "scan-0-year": "2", "scan-0-site": "total_hip",
              "scan-0-t_score": "-1.5"}  # fmt: skip
    person = persons.check(forms.read(values)).person
    assert person is not None and person.scans[0].date == dt.date(2023, 3, 1)
    without = persons.check(forms.read({k: v for k, v in values.items() if k != "date"})).person
    assert without is not None and without.scans[0].date is not None and without.date is not None
    assert abs((without.scans[0].date - without.date).days - 730.5) <= 1


def test_a_later_scan_moves_the_forecast_and_what_was_planned_becomes_past():
    with_zoledronate = Regimen.parse(f"{INHIBITOR} + zoledronic acid 4 mg every 6 months for 36 months")
    now = moved(woman(scan(0, -1.4), scan(2, -1.8)), (Regimen.parse(INHIBITOR), with_zoledronate, Regimen()))
    assert now.months == 24 and now.person.age == 64 and now.person.date == START.replace(year=2023)
    assert [str(one.regimen) for one in now.person.past_regimens] == [
        "anastrozole 1 mg daily from month -24 for 24 months"
    ]
    assert [str(one) for one in now.strategies] == [
        "anastrozole 1 mg daily for 36 months",
        "anastrozole 1 mg daily for 36 months + zoledronic acid 4 mg every 6 months for 36 months",
        "none",
    ]
    assert now.before is not None and len(now.before.scans) == 1


def test_without_later_results_nothing_moves():
    person = woman(scan(0, -1.4))
    assert moved(person, (Regimen(),)) == (type(moved(person, (Regimen(),))))(person, (Regimen(),), 0.0, None)


@pytest.mark.parametrize(
    ("text", "months", "left"),
    [
        (INHIBITOR, 24, "anastrozole 1 mg daily for 36 months"),
        (INHIBITOR, 60, "none"),
        ("denosumab 60 mg every 6 months", 10, "denosumab 60 mg every 6 months from month 2"),
        (
            "zoledronic acid 4 mg every 6 months for 24 months",
            12,
            "zoledronic acid 4 mg every 6 months for 12 months",
        ),
        ("zoledronic acid 5 mg once", 3, "none"),
        ("zoledronic acid 5 mg once from month 30", 24, "zoledronic acid 5 mg once from month 6"),
        (
            "tamoxifen 20 mg daily from month 36 for 24 months",
            24,
            "tamoxifen 20 mg daily from month 12 for 24 months",
        ),
    ],
)
def test_what_is_left_of_a_course(text, months, left):
    regimen = Regimen.parse(text)
    assert str(from_now(regimen, regimen, months)) == left


def test_doses_left_are_those_that_were_still_due():
    item = Regimen.parse("denosumab 60 mg every 6 months for 60 months").items[0]
    whole = [dose.day for dose in Regimen((item,)).doses(60)]
    left = rest(item, 14.0)
    assert left is not None
    later = [dose.day + 14 * 30.4375 for dose in Regimen((left,)).doses(46)]
    assert later == pytest.approx([day for day in whole if day >= 14 * 30.4375])


def test_a_changed_row_changes_the_sentence_and_a_typed_sentence_wins():
    values = {"strategy-0": INHIBITOR, "said-0": INHIBITOR, "item-0-0-stop": "36"}
    assert items.sentences(values) == {"strategy-0": "anastrozole 1 mg daily for 36 months"}
    assert items.sentences(values | {"strategy-0": "tamoxifen 20 mg daily"}) == {}
    assert "after the start" in items.complaints(values | {"item-0-0-start": "40"})["item-0-0-stop"]


def test_rows_of_a_strategy_write_the_same_sentence_again():
    added = "estradiol patch 50 ug/day from month 3 + impact exercise weekly + denosumab 60 mg every 6 months"
    regimen = Regimen.parse(f"{INHIBITOR} + {added}")
    fields = {f"{row.prefix}-{part}": getattr(row, part) for row in items.rows(0, regimen)
              for part in items.PARTS if getattr(row, part)}  # fmt: skip
    assert items.sentences({"strategy-0": str(regimen), "said-0": str(regimen)} | fields) == {}


@pytest.mark.parametrize(
    "text", ["", "[" * 500, "{" * 500, "age = ", '{"person": 3}', '{"strategies": ["none"], "person": {}, "x": 1}']
)
def test_files_that_are_none_are_refused_in_words(text):
    with pytest.raises(OsteocastError):
        case = cases.read(text)
        if case.person == {}:
            raise OsteocastError("nothing", where="file", fix="-")


@pytest.mark.parametrize(
    ("typed", "number"), [("1,5", 1.5), ("\N{MINUS SIGN}2", -2), (" 7 ", 7), ("1e9", None), ("nan", None), ("", None)]
)
def test_numbers_as_people_type_them(typed, number):
    assert forms.number(typed) == number
