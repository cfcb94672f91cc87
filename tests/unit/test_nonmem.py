"""NONMEM-style tables: what is written reads back as the same, and bad records are named."""

import numpy as np
import pytest

from osteocast.engine.schedule import modelled
from osteocast.errors import OsteocastError
from osteocast.exchange.compartments import COLUMNS, compartment, compartments
from osteocast.exchange.nonmem import dose_rows, frame, table_of_person, to_text
from osteocast.exchange.nonmem_read import read_table
from osteocast.people.files import load_person
from osteocast.regimen import Regimen

HEAD = "id,time,evid,amt,ii,addl,cmt,dv,mdv,rate,sex,age,bmi,ysm,day0\n"
REGIMENS = [
    "anastrozole 1 mg daily for 24 months",
    "anastrozole 1 mg daily for 24 months pause month 6 to 9"
    " + denosumab 60 mg every 6 months from month 3 for 18 months",
    "estradiol patch 50 ug/day from month 2 for 10 months + walking daily for 12 months",
    "GnRH antagonist from month 1 for 6 months + bilateral oophorectomy from month 9",
    "zoledronic acid 4 mg once + calcium 600 mg daily for 12 months",
]


def read(tmp_path, text):
    path = tmp_path / "data.csv"
    path.write_text(text)
    return read_table(path)


def doses(regimen, until=60.0):
    """(card, day, amount) of every dose, and (card, from, to, rate) of every unbroken input."""
    given = [(one.card_id, round(one.day, 3), round(one.amount, 6)) for one in regimen.doses(until)]
    steady = [
        (one.card_id, round(one.start_day, 3), round(one.last_day, 3), round(one.amount, 6))
        for one in regimen.courses()
        if one.continuous
    ]
    return sorted(given), sorted(steady)


@pytest.mark.parametrize("sentence", REGIMENS)
def test_dose_records_read_back_as_the_same_doses(tmp_path, sentence):
    regimen = Regimen.parse(sentence)
    rows = [row | {"ID": 1, "SEX": 0, "AGE": 60, "YSM": 9, "DAY0": 0.0} for row in dose_rows(regimen, 1827.0)]
    (back,) = read(tmp_path, to_text(frame(rows)))
    assert doses(back.regimen) == doses(regimen)


def test_every_drug_that_acts_has_a_compartment():
    assert set(modelled()) <= {one.name for one in compartments().values()}
    assert len({one.name for one in compartments().values()}) == len(compartments())


def test_columns_in_any_case_points_as_missing_and_names_for_numbers(tmp_path):
    text = (
        HEAD + "a,0,0,.,.,.,lumbar_spine,0.95,0,.,female,60,.,9,.\na,30,1,1,1,89,ANASTROZOLE,.,1,.,female,60,.,9,.\n"
    )
    (one,) = read(tmp_path, text)
    assert one.group.age == 60.0 and one.group.bmi is None and one.seen[0].value == 0.95
    days = [dose.day for dose in one.regimen.doses(60.0)]
    assert len(days) == 90 and days[0] == pytest.approx(30.0, abs=1e-3) and days[-1] == pytest.approx(119.0, abs=1e-3)


def test_years_before_a_late_first_dose_are_kept(tmp_path):
    text = HEAD + "1,0,0,.,.,.,101,1.0,0,.,0,70,27,20,.\n1,365,1,60,182.625,3,11,.,1,.,0,70,27,20,.\n"
    (one,) = read(tmp_path, text)
    assert one.seen[0].month == 0.0
    assert one.start_month < -12 * 20, "life begins before the menopause, not at the first dose"
    assert min(dose.day for dose in one.regimen.doses(60.0)) == pytest.approx(365.0, abs=1e-3)


def test_a_diary_of_single_tablets_is_one_course(tmp_path):
    lines = "".join(f"1,{day},1,1,.,.,1,.,1,.,0,60,27,9,.\n" for day in (*range(50), *range(60, 90)))
    (one,) = read(tmp_path, HEAD + lines)
    assert len(one.regimen.items) == 2
    assert [round(dose.day) for dose in one.regimen.doses(12.0)] == [*range(50), *range(60, 90)]


def tablets(days, amount=1, cmt=1):
    return "".join(f"1,{day:.4f},1,{amount},.,.,{cmt},.,1,.,0,60,27,9,.\n" for day in days)


def test_a_diary_with_clock_times_is_one_course_a_stretch(tmp_path):
    jitter = np.random.default_rng(3).uniform(-0.1, 0.1, 90)
    taken = np.array([*range(50), *range(60, 100)]) + 1.0 + jitter
    (one,) = read(tmp_path, HEAD + tablets(taken))
    assert len(one.regimen.items) == 2 and all(item.schedule.interval_day == 1.0 for item in one.regimen.items)
    days = np.array([dose.day for dose in one.regimen.doses(12.0)])
    assert len(days) == 90 and np.abs(days - taken).max() < 0.25


def test_uneven_or_rare_doses_keep_their_days_and_monthly_ones_their_interval(tmp_path):
    (one,) = read(tmp_path, HEAD + tablets((0.0, 150.0, 365.0), 60, 11))
    assert [dose.day for dose in one.regimen.doses(24.0)] == pytest.approx([0.0, 150.0, 365.0], abs=1e-3)
    monthly = [30.4375 * i for i in range(12)]
    (one,) = read(tmp_path, HEAD + tablets(monthly, 150, compartment("ibandronate", "").cmt))
    assert len(one.regimen.items) == 1
    assert [dose.day for dose in one.regimen.doses(24.0)] == pytest.approx(monthly, abs=1e-3)


def test_tablets_at_one_time_are_one_dose(tmp_path):
    (one,) = read(tmp_path, HEAD + tablets(np.repeat(range(20), 2), 0.5))
    assert len(one.regimen.items) == 1
    given = list(one.regimen.doses(12.0))
    assert len(given) == 20 and {dose.amount for dose in given} == {1.0}
    (one,) = read(tmp_path, HEAD + tablets((5.0, 5.0, 5.0)))
    assert [(dose.day, dose.amount) for dose in one.regimen.doses(12.0)] == [(pytest.approx(5.0, abs=1e-3), 3.0)]


def test_covariates_come_from_the_first_record_that_has_them(tmp_path):
    text = HEAD + "1,0,1,1,1,9,1,.,1,.,0,.,.,.,.\n1,40,0,.,.,.,101,1.0,0,.,.,60,24,9,10\n"
    (one,) = read(tmp_path, text + "1,50,0,.,.,.,101,1.0,0,.,0,60,.,9,.\n")
    assert (one.group.age, one.group.bmi, one.group.years_since_menopause) == (60.0, 24.0, 9.0)
    assert one.seen[0].month == pytest.approx(30 / 30.4375)


def test_a_young_woman_without_ysm_is_before_menopause_and_negative_ysm_is_kept(tmp_path):
    (young,) = read(tmp_path, HEAD + GOOD.replace(",60,27,9,", ",40,27,.,"))
    assert young.personal()["menopause_day"] == pytest.approx(11 * 365.25)
    (late,) = read(tmp_path, HEAD + GOOD.replace(",60,27,9,", ",48,27,-2,"))
    assert late.personal()["menopause_day"] == pytest.approx(2 * 365.25)
    (man,) = read(tmp_path, HEAD + GOOD.replace(",0,60,27,9,", ",1,68,27,.,"))
    assert man.group.years_since_menopause is None and man.personal()["menopause_day"] > 1e5


def test_time_of_month_0_may_lie_later(tmp_path):
    text = HEAD + "1,0,1,1,1,9,1,.,1,.,0,60,27,9,100\n1,100,0,.,.,.,101,1.0,0,.,0,60,27,9,100\n"
    (one,) = read(tmp_path, text)
    assert one.seen[0].month == 0.0 and one.regimen.items[0].start_month == pytest.approx(-100 / 30.4375, abs=1e-5)


GOOD = "1,0,0,.,.,.,101,1.0,0,.,0,60,27,9,.\n"


@pytest.mark.parametrize(
    "text, what",
    [
        (HEAD.replace("cmt,", "") + GOOD, "CMT is missing"),
        (HEAD, "no records"),
        (HEAD + GOOD.replace("101", "77"), "CMT 77 is not known"),
        (HEAD + GOOD.replace("101", "lumbar"), "CMT 'lumbar' is not known"),
        (HEAD + GOOD.replace("101", "1"), "holds doses"),
        (HEAD + GOOD.replace("1.0,0", ".,0"), "DV is missing"),
        (HEAD + GOOD.replace("1.0,0", "high,0"), "DV 'high' is not a number"),
        (HEAD + GOOD.replace(",60,", ",6,"), "AGE 6 is outside"),
        (HEAD + GOOD.replace(",0,60", ",7,60"), "SEX '7' is not known"),
        (HEAD + "1,9,0,.,.,.,101,1.0,0,.,0,60,27,9,.\n" + GOOD, "TIME goes back"),
        (HEAD + GOOD + GOOD.replace(",60,", ",61,"), "AGE of ID 1 changes"),
        (HEAD + "1,0,1,1,.,5,1,.,1,.,0,60,27,9,.\n", "no series of doses"),
        (HEAD + "1,0,1,-1,.,.,1,.,1,.,0,60,27,9,.\n", "AMT -1 is not a dose"),
        (HEAD + "1,0,3,1,.,.,1,.,1,.,0,60,27,9,.\n", "EVID 3 is not used here"),
        (HEAD + "1,0,1,100000,.,.,1,.,1,.,0,60,27,9,.\n", "not a plausible dose"),
    ],
)  # fmt: skip
def test_bad_records_are_named(tmp_path, text, what):
    with pytest.raises(OsteocastError) as error:
        read(tmp_path, text)
    assert what in str(error.value)
    assert "data.csv" in error.value.where


def test_own_results_and_virtual_people():
    person = load_person("examples/woman-62-starting-anastrozole.toml")
    own = table_of_person(person, Regimen.parse("anastrozole 1 mg daily for 24 months"))
    assert tuple(own.columns) == COLUMNS
    dose = own[own.EVID == 1].iloc[0]
    assert (dose.AMT, dose.II) == (1.0, 1.0) and int(dose.ADDL) + 1 == 731
    many = table_of_person(person, Regimen.parse("anastrozole 1 mg daily"), virtual=3, seed=1)
    assert sorted(set(many.ID)) == [1, 2, 3]
    spine = many[many["CMT"].eq(compartment("lumbar_spine", "").cmt)]
    assert (spine.groupby("ID").DV.last() < spine.groupby("ID").DV.first()).all(), "an inhibitor costs bone"
