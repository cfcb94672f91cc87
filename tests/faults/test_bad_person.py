"""Bad persons get one sentence that names the field and the fix."""

import pytest

from osteocast.errors import OsteocastError
from osteocast.people.files import load_person, person_from_options
from osteocast.people.person import Measurement, PastRegimen, Person, Scan

GOOD = {"sex": '"female"', "age": "62", "age_at_menopause": "50", "bmi": "27"}
SPINE = '[[scans]]\nsite = "lumbar_spine"\n'
E2 = '[[hormones]]\nname = "E2"\n'


def toml(after="", **lines):
    return "".join(f"{key} = {value}\n" for key, value in (GOOD | lines).items() if value) + after


FILES = {
    "negative age": (toml(age="-62"), ["age", "-62", "negative", "18 to 110"]),
    "child": (toml(age="12"), ["age", "12", "18 to 110"]),
    "age as text": (toml(age='"62"'), ["age", "'62'", "not a number"]),
    "age true": (toml(age="true"), ["age", "True", "not a number"]),
    "NaN": (toml(bmi="nan"), ["bmi", "nan", "finite", "12 to 70"]),
    "infinite": (toml(age="inf"), ["age", "inf", "finite"]),
    "no age": (toml(age=""), ["age", "missing", "age = 62"]),
    "BMI of 5": (toml(bmi="5"), ["bmi", "12 to 70"]),
    "height in metres": (toml(height_cm="1.64"), ["height_cm", "100 to 230 cm", "164"]),
    "unknown sex": (toml(sex='"femal"'), ["sex", "'femal'", "did you mean female"]),
    "T-score of 25": (
        toml(SPINE + "t_score = 25"),
        ["[[scans]] 1", "t_score", "25", "-8 to 6", "decimal point"],
    ),
    "T-score NaN": (toml(SPINE + "t_score = nan"), ["[[scans]] 1", "t_score", "nan"]),
    "T-score as text": (toml(SPINE + 't_score = "-1,4"'), ["[[scans]] 1", "t_score", "not a number"]),
    "scan without result": (toml(SPINE), ["[[scans]] 1", "t_score", "bmd_g_cm2"]),
    "scan without site": (toml("[[scans]]\nt_score = -1"), ["[[scans]] 1", "site is missing"]),
    "unknown site": (toml('[[scans]]\nsite = "hip"\nt_score = -1'), ["[[scans]] 1", "'hip'", "total_hip"]),
    "unknown device": (
        toml(SPINE + 't_score = -1\ndevice = "Hologik"'),
        ["[[scans]] 1", "device", "'Hologik'", "did you mean Hologic"],
    ),
    "density without device": (
        toml(SPINE + "bmd_g_cm2 = 0.9"),
        ["[[scans]] 1", "device", "which scanner", "GE Lunar"],
    ),
    "density in mg": (toml(SPINE + 'bmd_g_cm2 = 893\ndevice = "Hologic"'), ["bmd_g_cm2", "893", "g/cm2"]),
    "density and T-score disagree": (
        toml(SPINE + 't_score = -2.4\nbmd_g_cm2 = 0.893\ndevice = "Hologic"'),
        ["t_score", "disagree", "T -1.40"],
    ),
    "scan of the future": (
        toml(SPINE + "t_score = -1\ndate = 2999-01-01"),
        ["scans 1, date", "2999", "future"],
    ),
    "scan before birth": (
        toml(SPINE + "t_score = -1\ndate = 1931-01-01"),
        ["scans 1, date", "birth", "aged 62"],
    ),
    "date that is none": (
        toml(SPINE + 't_score = -1\ndate = "March 2024"'),
        ["date", "March 2024", "year-month-day"],
    ),
    "the same scan twice": (
        toml(2 * (SPINE + "t_score = -1\ndate = 2024-01-01\n")),
        ["scans", "lumbar_spine", "2024-01-01", "contradict"],
    ),
    "one of two scans undated": (
        toml(SPINE + "t_score = -1\n" + SPINE + "t_score = -2\ndate = 2024-01-01"),
        ["scans", "lumbar_spine", "date"],
    ),
    "menopause after today": (toml(age_at_menopause="64"), ["age_at_menopause", "64", "after the age of 62"]),
    "menopause of a child": (toml(age_at_menopause="12"), ["age_at_menopause", "25 to 65"]),
    "menopause in a man": (toml(sex='"male"'), ["age_at_menopause", "man", "contradict"]),
    "unknown menopause": (
        toml(menopause='"surgery"'),
        ["menopause", "'surgery'", "natural, surgical, chemotherapy"],
    ),
    "premenopausal after menopause": (toml(menopause='"premenopausal"'), ["age_at_menopause", "contradict"]),
    "surgical without age": (
        toml(age_at_menopause="", menopause='"surgical"'),
        ["age_at_menopause", "surgical", "no age"],
    ),
    "ovaries removed before the menopause": (
        toml('[[past]]\nregimen = "bilateral oophorectomy from month -240"'),
        ["age_at_menopause", "50", "oophorectomy at 42.0", "contradict"],
    ),
    "ovaries removed but premenopausal": (
        toml("[history]\nbilateral_oophorectomy = true", age_at_menopause="", menopause='"premenopausal"'),
        ["menopause", "without ovaries", "contradict"],
    ),
    "ovaries removed, no age": (
        toml("[history]\nbilateral_oophorectomy = true", age_at_menopause=""),
        ["age_at_menopause", "oophorectomy"],
    ),
    "ovaries removed from a man": (
        toml('[[past]]\nregimen = "bilateral oophorectomy from month -24"', sex='"male"', age_at_menopause=""),
        ["past", "a man"],
    ),
    "past regimen that is not past": (
        toml('[[past]]\nregimen = "tamoxifen 20 mg daily for 24 months"'),
        ["past 1, regimen", "month 0", "from month -24"],
    ),
    "past regimen that goes on": (
        toml('[[past]]\nregimen = "tamoxifen 20 mg daily from month -12 for 60 months"'),
        ["past 1, regimen", "month 48", "continues = true"],
    ),
    "planned in the past": (
        toml(planned='"anastrozole 1 mg daily from month -6"'),
        ["planned", "month -6", "[[past]]"],
    ),
    "unknown drug": (toml(planned='"anastrozol 1 mg daily"'), ["planned", "anastrozole"]),
    "planned is a number": (toml(planned="5"), ["planned", "5", "sentence"]),
    "hormone without unit": (toml(E2 + "value = 5"), ["[[hormones]] 1", "which unit", "pmol/L or pg/mL"]),
    "testosterone without unit": (
        toml('[[hormones]]\nname = "testosterone"\nvalue = 15'),
        ["[[hormones]] 1", "unit", "which unit was meant, nmol/L or ng/dL?"],
    ),
    "estradiol with an empty unit": (
        toml('[[hormones]]\nname = "estradiol"\nvalue = 25\nunit = ""'),
        ["[[hormones]] 1", "unit", "which unit was meant, pmol/L or pg/mL?"],
    ),
    "testosterone in the unit of estradiol": (
        toml('[[hormones]]\nname = "T"\nvalue = 230\nunit = "pg/mL"'),
        ["T", "'pg/mL'", "nmol/L or ng/dL"],
    ),
    "estradiol in the unit of testosterone": (toml(E2 + 'value = 25\nunit = "nmol/L"'), ["E2", "pmol/L or pg/mL"]),
    "testosterone outside its block": (toml(testosterone="15"), ["'testosterone'", "[[hormones]]"]),
    "hormone in a wrong unit": (
        toml(E2 + 'value = 5\nunit = "mg"'),
        ["[[hormones]] 1", "'mg'", "pmol/L or pg/mL"],
    ),
    "hormone out of range": (
        toml('[[hormones]]\nname = "T"\nvalue = 550\nunit = "nmol/L"'),
        ["[[hormones]] 1", "550 nmol/L", "check"],
    ),
    "negative hormone": (toml(E2 + 'value = -5\nunit = "pg/mL"'), ["[[hormones]] 1", "-5", "negative"]),
    "unknown hormone": (
        toml('[[hormones]]\nname = "estradiole"\nvalue = 5\nunit = "pg/mL"'),
        ["'estradiole'", "did you mean E2"],
    ),
    "marker among hormones": (
        toml('[[hormones]]\nname = "sCTX"\nvalue = 400\nunit = "ng/L"'),
        ["hormones 1", "sCTX", "markers"],
    ),
    "unknown key": (toml(bmii="27"), ["'bmii'", "did you mean bmi"]),
    "key of another name": (toml(years_since_menopause="12"), ["years_since_menopause", "age_at_menopause"]),
    "unknown key of a scan": (
        toml(SPINE + "tscore = -1"),
        ["[[scans]] 1", "'tscore'", "did you mean t_score"],
    ),
    "unknown risk factor": (
        toml("[history]\nsmoking = true"),
        ["[history]", "'smoking'", "did you mean smoker"],
    ),
    "risk factor as text": (toml('[history]\nsmoker = "no"'), ["[history]", "smoker", "true or false"]),
    "scans as a number": (toml(scans="3"), ["scans", "[[scans]]"]),
    "history as a list": (toml(history="[1]"), ["history", "[history]"]),
    "empty name": (toml(name='" "'), ["name", "text"]),
    "broken TOML": (toml("t_score = = 3"), ["not valid TOML", "line 5"]),
    "empty file": ("", ["sex", "missing"]),
}


@pytest.mark.parametrize(("text", "words"), FILES.values(), ids=FILES)
def test_bad_file(tmp_path, text, words):
    path = tmp_path / "ann.toml"
    path.write_text(text)
    check(lambda: load_person(path), [str(path), *words])
    assert [entry.name for entry in tmp_path.iterdir()] == ["ann.toml"]


def test_missing_file_names_the_nearest(tmp_path):
    (tmp_path / "ann.toml").write_text(toml())
    check(lambda: load_person(tmp_path / "anne.toml"), ["anne.toml", "no such file", "did you mean", "ann.toml"])
    check(lambda: load_person(tmp_path / "no" / "one.toml"), ["one.toml", "no such file", "folder"])
    check(lambda: load_person(tmp_path), [str(tmp_path), "folder"])
    (tmp_path / "b.toml").write_bytes(b"name = '\xff'")
    check(lambda: load_person(tmp_path / "b.toml"), ["UTF-8"])


OPTIONS = {
    "no sex": ({"age": 62}, ["--sex", "missing"]),
    "no age": ({"sex": "female"}, ["--age", "missing"]),
    "negative age": ({"sex": "female", "age": -1}, ["--age", "negative"]),
    "bad sex": ({"sex": "mail", "age": 40}, ["--sex", "male"]),
    "T-score": ({"sex": "female", "age": 62, "t_hip": 25}, ["--t-hip", "25", "-8 to 6"]),
    "BMI": ({"sex": "female", "age": 62, "bmi": float("nan")}, ["--bmi", "finite"]),
    "menopause": ({"sex": "female", "age": 62, "menopause": 70}, ["--menopause", "25 to 65"]),
    "man": ({"sex": "male", "age": 62, "menopause": 50}, ["--menopause", "a man"]),
    "regimen": ({"sex": "female", "age": 62, "planned": "letrozol 2.5 mg daily"}, ["--planned", "letrozole"]),
}


@pytest.mark.parametrize(("options", "words"), OPTIONS.values(), ids=OPTIONS)
def test_bad_options_name_the_option(options, words):
    check(lambda: person_from_options(**options), words)


OBJECTS = {
    "scans not a list": (lambda: Person(sex="female", age=60, scans=3), ["scans", "list"]),
    "not a scan": (lambda: Person(sex="female", age=60, scans=[{"site": "total_hip"}]), ["scans 1", "Scan"]),
    "history": (lambda: Person(sex="female", age=60, history={"smoker": True}), ["history", "smoker"]),
    "continues": (lambda: PastRegimen("calcium 500 mg daily from month -1", "yes"), ["continues", "true"]),
    "regimen": (lambda: PastRegimen(None), ["regimen", "sentence"]),
    "testosterone of 15": (lambda: Measurement(name="T", value=15), ["T has no unit", "nmol/L or ng/dL?"]),
    "estradiol of 25": (lambda: Measurement(name="E2", value=25), ["E2 has no unit", "pmol/L or pg/mL?"]),
    "no unit": (lambda: Measurement(name="25OHD", value=20, unit=""), ["25OHD", "nmol/L or ng/mL"]),
    "BSAP conversion": (lambda: Measurement(name="BSAP", value=20, unit="U/L").value_in(), ["BSAP", "assay"]),
    "surgery too young": (
        lambda: Person(sex="female", age=30, past_regimens=[PastRegimen("bilateral oophorectomy from month -120")]),
        ["oophorectomy", "25 to 65"],
    ),
    "before birth": (
        lambda: Person(sex="male", age=30, past_regimens=[PastRegimen("calcium 500 mg daily from month -400")]),
        ["past 1", "birth"],
    ),
    "scan": (lambda: Scan(site=None, t_score=1), ["site", "None"]),
    "young and menopausal": (
        lambda: Person(sex="female", age=20, menopause_kind="natural"),
        ["menopause", "20"],
    ),
}


@pytest.mark.parametrize(("make", "words"), OBJECTS.values(), ids=OBJECTS)
def test_bad_objects(make, words):
    check(make, words)


def check(make, words):
    with pytest.raises(OsteocastError) as caught:
        make()
    message = str(caught.value)
    assert [word for word in words if word not in message] == [], message
    assert message.endswith(".") and "\n" not in message and "Traceback" not in message
