"""A person as object, file, options and plain data."""

import datetime as dt
import json
import subprocess
import sys
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from osteocast.people.files import load_person, person_from_dict, person_from_options, person_to_dict
from osteocast.people.fill import dating
from osteocast.people.person import History, Measurement, PastRegimen, Person, Scan
from osteocast.regimen import Regimen

EXAMPLE = Path(__file__).parents[2] / "examples" / "woman-62-starting-anastrozole.toml"

FULL = """
name = "Ann"
sex = "female"
age = 62
age_at_menopause = 50
menopause = "natural"
bmi = 27
height_cm = 164
calcium_mg_day = 700
date = 2025-06-01
planned = "anastrozole 1 mg daily for 60 months"

[history]
smoker = true
prior_fracture = false

[[scans]]
date = 2022-05-01
site = "lumbar_spine"
t_score = -1.1

[[scans]]
date = "2025-05-20"
site = "lumbar spine"
bmd_g_cm2 = 0.893
device = "hologic"

[[scans]]
date = 2025-09-01
site = "total_hip"
t_score = -0.9

[[hormones]]
name = "estradiol"
value = 5
unit = "pg/mL"
date = 2025-01-10

[[markers]]
name = "CTX"
value = 0.45
unit = "ng/mL"

[[past]]
regimen = "calcium 1000 mg daily from month -24"
continues = true
"""


@pytest.fixture
def ann(tmp_path):
    path = tmp_path / "ann.toml"
    path.write_text(FULL)
    return load_person(path)


def test_example_is_the_woman_of_the_readme():
    woman = load_person(EXAMPLE)
    assert (woman.sex, woman.age, woman.age_at_menopause, woman.bmi) == ("female", 62, 50, 27)
    assert woman.t_scores == {"lumbar_spine": -1.4, "total_hip": -0.9}
    assert woman.planned == Regimen.parse("anastrozole 1 mg daily for 60 months")
    assert woman.name == "woman-62-starting-anastrozole" and woman.years_since_menopause == 12
    assert not any(vars(woman.history).values())
    assert "\nt_score = -1.4\n" in EXAMPLE.read_text()


def test_file_is_read_whole(ann):
    assert ann.name == "Ann" and ann.history.smoker and ann.history.falls is None
    assert ann.height_cm == 164 and ann.calcium_mg_day == 700 and ann.menopause_kind == "natural"
    assert ann.past_regimens[0].continues and "calcium" in str(ann.past_regimens[0].regimen)


def test_forecast_starts_from_the_latest_scan_at_or_before_its_day(ann):
    assert list(ann.baseline_scans()) == ["lumbar_spine"]
    scan = ann.baseline_scans()["lumbar_spine"]
    assert scan.date == dt.date(2025, 5, 20) and scan.t == pytest.approx(-1.4) and scan.bmd == 0.893
    assert ann.month_of(scan.date) == pytest.approx(-12 / 30.4375)


def test_without_a_date_the_latest_result_is_the_day_of_the_forecast(ann):
    undated = Person(sex="female", age=62, scans=ann.scans, hormones=ann.hormones)
    assert undated.date == dt.date(2025, 9, 1) and undated.date_from_results and not ann.date_from_results
    assert list(undated.baseline_scans()) == ["lumbar_spine", "total_hip"]
    assert undated.month_of(dt.date(2025, 5, 20)) == pytest.approx(-104 / 30.4375)
    assert Person(sex="female", age=62, scans=[Scan(site="total_hip", t_score=-1)]).date is None


def test_what_dates_do_to_the_forecast_is_said(ann):
    (unused,) = dating(ann)
    assert "total_hip of 2025-09-01" in unused and "2025-06-01" in unused and "not used" in unused
    (chosen,) = dating(Person(sex="female", age=62, scans=ann.scans))
    assert "not given" in chosen and "2025-09-01" in chosen
    assert dating(load_person(EXAMPLE)) == ()


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [("T", (230.0, "ng/dL"), (7.97, "nmol/L")), ("E2", (25.0, "pg/mL"), (91.8, "pmol/L"))],
)
def test_both_units_of_a_hormone_say_the_same(tmp_path, name, one, other):
    """By molar mass: 230 ng/dL x 10 / 288.4 = 7.97 nmol/L; 25 pg/mL / 272.4 x 1000 = 91.8 pmol/L."""
    found = []
    for value, unit in (one, other):
        file = tmp_path / "man.toml"
        block = f'[[hormones]]\nname = "{name}"\nvalue = {value}\nunit = "{unit}"\n'
        file.write_text(f'sex = "male"\nage = 60\n{block}', "utf-8")
        found.append(load_person(file).latest(name).value_in(other[1]))
        made = Measurement(name=name, value=value, unit=unit.upper())
        assert made.unit == unit and made.value_in(one[1]) == pytest.approx(one[0], rel=2e-3)
    assert found == pytest.approx([other[0]] * 2, rel=2e-3)


def test_measurements_keep_their_unit_and_convert(ann):
    e2, ctx = ann.latest("E2"), ann.latest("sctx")
    assert (e2.value, e2.unit) == (5.0, "pg/mL") and e2.value_in() == pytest.approx(18.4, abs=0.1)
    assert e2.value_in("pg/mL") == 5.0 and ctx.value_in() == pytest.approx(450.0)
    assert ann.latest("LH") is None


def test_plain_data_goes_there_and_back(ann):
    data = person_to_dict(ann)
    assert json.loads(json.dumps(data)) == data and data["years_since_menopause"] == 12
    given = {key: value for key, value in data.items() if value is not None and key != "years_since_menopause"}
    for block in (*given["scans"], *given["hormones"], *given["markers"]):
        for key in [key for key, value in block.items() if value is None]:
            del block[key]
    assert person_from_dict(given) == ann and hash(person_from_dict(given)) == hash(ann)


def test_options_make_the_same_woman_as_the_file():
    made = person_from_options(
        sex="female", age=62, menopause=50, t_spine=-1.4, t_hip=-0.9, bmi=27,
        planned="anastrozole 1 mg daily for 60 months",
    )  # fmt: skip
    example = load_person(EXAMPLE)
    assert made.name == "woman-62" and made.t_scores == example.t_scores
    assert (made.planned, made.years_since_menopause) == (example.planned, example.years_since_menopause)
    assert person_from_options(sex="male", age=54.5).name == "man-54.5"


def test_a_person_cannot_be_changed(ann):
    with pytest.raises(FrozenInstanceError):
        ann.age = 63


def test_years_since_menopause():
    assert Person(sex="male", age=50).years_since_menopause is None
    assert Person(sex="female", age=40, menopause_kind="premenopausal").years_since_menopause is None
    assert Person(sex="female", age=60, age_at_menopause=51.5).menopause_kind == "natural"


def past(text, continues=False):
    return PastRegimen(Regimen.parse(text), continues)


def test_removal_of_the_ovaries_sets_the_menopause():
    surgery = (past("bilateral oophorectomy from month -24"),)
    woman = Person(sex="female", age=45, past_regimens=surgery)
    assert (woman.age_at_menopause, woman.menopause_kind) == (43.0, "surgical")
    later = Person(sex="female", age=62, age_at_menopause=50, past_regimens=surgery)
    assert (later.age_at_menopause, later.menopause_kind) == (50.0, "natural")
    undated = Person(sex="female", age=62, past_regimens=surgery)
    assert (undated.age_at_menopause, undated.menopause_kind) == (None, "natural")


def test_python_objects_accept_sentences_and_lists():
    tamoxifen = PastRegimen("tamoxifen 20 mg daily from month -30 for 24 months")
    woman = Person(
        name="Eve", sex="Female", age=60, scans=[Scan(site="total hip", t_score=-1)],
        hormones=[Measurement(name="T", value=30, unit="ng/dL")], planned="letrozole 2.5 mg daily",
        past_regimens=[tamoxifen], history=History(falls=True),
    )  # fmt: skip
    assert isinstance(woman.scans, tuple) and woman.sex == "female" and woman.scans[0].device == "Hologic"
    assert woman.planned == Regimen.parse("letrozole 2.5 mg daily") and hash(woman)


def test_importing_persons_is_cheap():
    code = (
        "import sys, osteocast.people.files, osteocast.people.fill;"
        "print({'jax', 'scipy', 'pandas', 'xarray'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
