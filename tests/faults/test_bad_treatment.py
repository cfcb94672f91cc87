"""Treatments and rows of a table that cannot be simulated: one sentence or a reason, never a traceback or a NaN."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from osteocast.cli import main
from osteocast.errors import OsteocastError
from osteocast.evidence.targets import CALIBRATION, Target
from osteocast.regimen import Regimen
from osteocast.trials.published import obstacle

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
WOMAN = str(EXAMPLES / "woman-62-starting-anastrozole.toml")
WITHOUT_OVARIES = {
    "kind": 'menopause = "surgical"\nage_at_menopause = 45\n',
    "history": "age_at_menopause = 45\n[history]\nbilateral_oophorectomy = true\n",
    "past": '[[past]]\nregimen = "bilateral oophorectomy from month -60"\n',
}
OVARIES_OUT = "bilateral oophorectomy"


@pytest.fixture
def row():
    """`row(age_mean="nan")`: a row of the table with some fields changed."""
    with CALIBRATION.open(newline="", encoding="utf-8") as file:
        usual = next(one for one in csv.DictReader(file) if one["id"] == "atac-off-ls-84")

    def changed(**fields):
        assert set(fields) <= set(usual)
        return Target(2, usual | fields)

    return changed


@pytest.fixture
def person(tmp_path):
    """`person(more)`: the file of a woman of 60, with more lines."""

    def written(more):
        file = tmp_path / "someone.toml"
        file.write_text('sex = "female"\nage = 60\n' + more, "utf-8")
        return str(file)

    return written


def refused(capsys, *arguments):
    """The one sentence with which a command ends."""
    assert main(list(arguments)) == 2
    out, err = capsys.readouterr()
    assert out == "" and len(err.strip().splitlines()) == 1 and "Traceback" not in err, err
    return err


# ---- regimens


@pytest.mark.parametrize("regimen", ["vitamin D 100000 IU once", "goserelin 3.6 mg once"])
def test_a_single_dose_of_what_is_evened_out_is_refused(capsys, person, row, regimen):
    said = refused(capsys, "compare", WOMAN, "--strategy", regimen)
    assert "once cannot be simulated" in said and "regular" in said
    words = regimen.removesuffix(" once")
    past = person(f'[[past]]\nregimen = "{words} once from month -6"\n')
    assert "past 1" in refused(capsys, "compare", past, "--strategy", "none")
    planned = person(
        f'planned = "anastrozole 1 mg daily for 60 months"\n[[past]]\nregimen = "{words} once from month -6"\n'
    )
    assert "past 1" in refused(capsys, "plan", planned)
    assert "once cannot be simulated" in obstacle(row(regimen=regimen))
    assert "once cannot be simulated" in obstacle(row(comparator=regimen))


def test_regular_doses_of_the_same_are_not(row):
    assert obstacle(row(regimen="goserelin 3.6 mg every 28 days + vitamin D 800 IU daily")) is None
    assert obstacle(row(regimen="zoledronic acid 5 mg once")) is None


@pytest.mark.parametrize("given", WITHOUT_OVARIES)
def test_ovaries_are_removed_once(capsys, person, given):
    file = person(WITHOUT_OVARIES[given])
    assert "cannot have them removed again" in refused(capsys, "compare", file, "--strategy", OVARIES_OUT)
    planned = person(f'planned = "{OVARIES_OUT}"\n' + WITHOUT_OVARIES[given])
    assert "cannot have them removed again" in refused(capsys, "why", planned)


def test_ovaries_are_removed_once_within_a_treatment(capsys, person, row):
    twice = f"{OVARIES_OUT} + {OVARIES_OUT} from month 12"
    assert "twice" in refused(capsys, "compare", WOMAN, "--strategy", twice)
    assert "twice" in obstacle(row(regimen=twice))
    blocks = "".join(f'[[past]]\nregimen = "{OVARIES_OUT} from month {month}"\n' for month in (-60, -24))
    said = refused(capsys, "compare", person(blocks), "--strategy", "none")
    assert "-60 and -24" in said


def test_a_forecast_that_is_no_number_is_refused(monkeypatch):
    from osteocast.forecast import compare as module
    from osteocast.people.files import load_person

    usual = module.run

    def broken(jobs):
        found = usual(jobs)
        found[-1].quantity["E2"][3, 2] = np.nan
        return found

    monkeypatch.setattr(module, "run", broken)
    with pytest.raises(OsteocastError, match="no finite number for E2"):
        module.compare(load_person(WOMAN), ["none"], years=1, draws=10)


RARE = "zoledronic acid 4 mg every 6 months adherence 80 %"


def test_missed_doses_are_a_reason_in_a_table_and_refused_in_a_study(capsys, tmp_path, row):
    assert "missed doses" in obstacle(row(regimen=RARE))
    assert obstacle(row(regimen="anastrozole 1 mg daily adherence 80 %")) is None
    text = (EXAMPLES / "atac-bone-substudy.toml").read_text("utf-8")
    study = tmp_path / "study.toml"
    study.write_text(text.replace("tamoxifen 20 mg daily for 60 months", RARE), "utf-8")
    said = refused(capsys, "study", str(study))
    assert "[[arms]] 2" in said and "missed doses" in said


# ---- rows of a table

REASONS = {
    "age": ({"age_mean": "-40"}, "age_mean -40"),
    "BMI": ({"bmi_mean": "0"}, "bmi_mean 0"),
    "estradiol": ({"e2_baseline_pgml": "0"}, "e2_baseline_pgml 0"),
    "menopause": ({"years_since_menopause": "900"}, "years_since_menopause 900"),
    "before the start": ({"from_month": "-12", "to_month": "-5"}, "from_month -12"),
    "backwards": ({"from_month": "24", "to_month": "12"}, "24 to 12"),
    "no time": ({"from_month": "12", "to_month": "12"}, "12 to 12"),
    "too long": ({"to_month": "4800"}, "to_month 4800"),
    "unit": ({"unit": "mg"}, "unit 'mg'"),
    "statistic": ({"statistic": "mode"}, "statistic 'mode'"),
}


@pytest.mark.parametrize("name", REASONS)
def test_a_row_that_cannot_be_has_a_reason(row, name):
    fields, words = REASONS[name]
    assert obstacle(row()) is None
    assert words in obstacle(row(**fields))


UNREADABLE = {
    "age": ("age_mean", "nan"),
    "month": ("to_month", "inf"),
    "value": ("value", "nan"),
    "sd": ("sd", "-1"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_row_that_cannot_be_read_is_refused(capsys, tmp_path, row, name):
    column, value = UNREADABLE[name]
    one = row(**{column: value})
    text = io.StringIO()
    writer = csv.DictWriter(text, one.fields)
    writer.writeheader()
    writer.writerow(one.fields)
    table = tmp_path / "table.csv"
    table.write_text(text.getvalue(), "utf-8")
    said = refused(capsys, "validate", "--targets", str(table))
    assert "row 2" in said and column in said


def test_an_error_that_is_not_known_is_no_obstacle(row):
    assert obstacle(row(sd="")) is None and row(sd="").total_sd > 0.0


def test_every_regimen_of_the_examples_can_be_simulated():
    from osteocast.engine.schedule import unmodelled

    assert unmodelled(Regimen.parse("anastrozole 1 mg daily + denosumab 60 mg every 6 months")) is None


# ---- where it runs


def osteocast(*arguments, **variables):
    """A command in a process of its own."""
    code = "import sys; from osteocast.cli import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], env=os.environ | variables, capture_output=True, check=False
    )


def test_an_unusable_cache_folder_is_replaced_by_a_temporary_one(monkeypatch, tmp_path):
    from osteocast.engine import configure

    taken = tmp_path / "file"
    taken.write_text("mine", "utf-8")
    monkeypatch.setenv("OSTEOCAST_CACHE", str(taken))
    found = configure.cache_folder()
    assert found.is_dir() and found == configure.cache_folder() and tmp_path not in found.parents
    assert found.stat().st_mode & 0o077 == 0
    monkeypatch.setenv("OSTEOCAST_CACHE", str(tmp_path))
    assert configure.cache_folder() == tmp_path / "osteocast"


def test_a_terminal_that_is_not_utf_8_shows_the_table():
    arguments = ["compare", WOMAN, "--draws", "10", "--years", "2"]
    done = osteocast(*arguments, PYTHONIOENCODING="ascii")
    assert done.returncode == 0 and done.stderr == b""
    text = done.stdout.decode("ascii")
    assert "below T -2.5" in text and "?" not in text
    done = osteocast("explain", "E2", "--json", PYTHONIOENCODING="ascii")
    same = osteocast("explain", "E2", "--json", PYTHONIOENCODING="utf-8")
    assert done.returncode == 0 and json.loads(done.stdout) == json.loads(same.stdout)
