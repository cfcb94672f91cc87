"""The tables beside the drug cards: a faulty row is refused in one sentence that says where and how to mend it."""

from pathlib import Path

import pytest

from osteocast.drugs import harms, monitoring
from osteocast.errors import OsteocastError

HARM = (
    "some_harm,anastrozole,yes,harm,A plain sentence.,1 mg,women,,rate,50,20,80,95 % interval,"
    '"per 100,000 person-years",placebo,10,a year,,Doe 2001,abstract,'
)
CHECK = (
    "blood,anastrozole letrozole,male,dated,0 3 12,12,any man,above,54,%,"
    "Is it high?,It changes something.,Doe 2001,abstract,A remark."
)
TABLES = {
    "harms": (harms.TABLE, HARM, harms.read_harms),
    "checks": (monitoring.TABLE, CHECK, monitoring.read_checks),
}
IN_ANY_TABLE = [
    ("anastrozole", "anastrozle", "row 2, cards"),
    ("Doe 2001", "", "row 2, citation"),
    ("Doe 2001", "Doe, 2001", "row 2: the row has more cells"),
    ("abstract", "seen", "row 2, quality"),
    (",quality,", ",grade,", "the columns grade, quality"),
]
IN_HARMS = [
    (",anastrozole,", ",,", "row 2, cards"),
    (",50,20", ",fifty,20", "row 2, value: 'fifty'"),
    (",50,20", ",50,60", "row 2, low"),
    (",50,20", ",inf,20", "row 2, low"),
    (",95 % interval", ",", "row 2, spread"),
    ("rate,", "proportion,", "row 2, unit"),
    ("rate,", "none,", "row 2, value"),
    ("rate,", "rating,", "row 2, measure"),
    (",harm,", ",harms,", "row 2, kind"),
    ("sentence.", "sentence", "row 2, plain"),
    ("a year", "", "row 2, over"),
]
IN_CHECKS = [
    ("anastrozole letrozole", "", "row 2, cards"),
    (",male", ",men", "row 2, sex"),
    ("dated", "date", "row 2, kind"),
    ("dated", "statement", "row 2, months"),
    ("0 3 12", "", "row 2, months"),
    ("0 3 12", "3 0", "row 2, months"),
    ("0 3 12", "soon", "row 2, months: 'soon'"),
    (",12,any", ",0,any", "row 2, every"),
    (",54,", ",,", "row 2, limit"),
    ("above", "over", "row 2, side"),
    ("high?", "high.", "row 2, question"),
    ("something.", "something", "row 2, changes"),
]


def table(name: str) -> str:
    """The head of a table and one row without fault."""
    file, row, _ = TABLES[name]
    return f"{file.read_text('utf-8').splitlines()[0]}\n{row}\n"


def test_a_row_is_read_by_the_types_of_its_fields(tmp_path: Path) -> None:
    for name in TABLES:
        (tmp_path / name).write_text(table(name), "utf-8")
    (harm,) = harms.read_harms(tmp_path / "harms")
    assert (harm.card_ids, harm.main, harm.low, harm.years) == (("anastrozole",), True, 20.0, None)
    assert harm.unit == "per 100,000 person-years" and harm.per_1000 == 0.5
    (check,) = monitoring.read_checks(tmp_path / "checks")
    assert (check.card_ids, check.months, check.every) == (("anastrozole", "letrozole"), (0.0, 3.0, 12.0), 12.0)
    assert check.note == "A remark." and check.due(30) == (0, 3, 12, 24)


@pytest.mark.parametrize(
    ("name", "old", "new", "where"),
    [
        *((name, *one) for name in TABLES for one in IN_ANY_TABLE),
        *(("harms", *one) for one in IN_HARMS),
        *(("checks", *one) for one in IN_CHECKS),
    ],
)
def test_a_faulty_table_is_refused_in_one_sentence(tmp_path: Path, name: str, old: str, new: str, where: str) -> None:
    file, text = tmp_path / f"{name}.csv", table(name)
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(OsteocastError) as caught:
        TABLES[name][2](file)
    assert where in str(caught.value)
