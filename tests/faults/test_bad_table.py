"""Tables of a user's own people that cannot be used: the true line of the file and the fix are named."""

import numpy as np
import pytest

from osteocast.calibration.individuals import Individual
from osteocast.errors import OsteocastError
from osteocast.exchange.nonmem_read import read_table
from osteocast.people.sample import Group
from osteocast.regimen import Regimen

HEAD = "id,time,evid,amt,cmt,dv,sex,age,ysm\n"
GOOD = "1,0,0,.,101,1.0,0,60,9\n"
OLD = "2,0,0,.,101,1.0,0,68,.\n"


def refused(tmp_path, text):
    path = tmp_path / "data.csv"
    path.write_text(text)
    with pytest.raises(OsteocastError) as error:
        read_table(path)
    return error.value


@pytest.mark.parametrize("age", [45, 68])
def test_a_woman_who_may_be_past_menopause_needs_ysm(tmp_path, age):
    error = refused(tmp_path, HEAD + GOOD + OLD.replace("68", str(age)))
    assert f"YSM is missing for a woman of {age}" in error.what
    assert "line 3" in error.where and "ID 2" in error.where and "negative" in error.fix


def test_the_same_holds_for_people_made_in_python():
    one = Individual("7", Group("female", 68.0), Regimen.parse("anastrozole 1 mg daily"), (), -240.0)
    with pytest.raises(OsteocastError, match="ID 7: YSM is missing"):
        one.personal()


@pytest.mark.parametrize(
    "before, line",
    [
        (HEAD + GOOD, 3),
        ('# made by, "hand\n\n' + HEAD + GOOD, 5),
        (HEAD + '\n# first\n   \n  # second, "third\n' + GOOD, 7),
        (HEAD + GOOD.replace("\n", " # seen, twice\n"), 3),
        (HEAD[:-1] + ",note\n" + GOOD[:-1] + ',"two\nlines"\n', 4),
    ],
)
def test_the_line_is_that_of_the_file(tmp_path, before, line):
    assert refused(tmp_path, before + GOOD.replace("1.0", "high")).where.endswith(f"line {line}")


def test_a_line_with_too_many_cells_is_named(tmp_path):
    error = refused(tmp_path, HEAD + GOOD + "1,30,0,.,101,1,02,0,60,9\n")
    assert "10 cells for 9 columns" in error.what and error.where.endswith("line 3")


def test_a_column_that_is_there_twice_is_named(tmp_path):
    assert "DV is there twice" in refused(tmp_path, HEAD.replace("ysm", "dv") + GOOD).what


def test_doses_without_order_are_refused_with_a_hint(tmp_path):
    days = np.cumsum(np.random.default_rng(5).uniform(0.3, 9.0, 1500))
    error = refused(tmp_path, HEAD + GOOD + "".join(f"1,{day:.3f},1,1,1,.,0,60,9\n" for day in days))
    assert "separate courses" in error.what and "II and ADDL" in error.fix and "ID 1" in error.where
