"""Whatever cannot be read is answered with one sentence: the column, what is wrong, what to write instead."""

import pytest

from osteocast.errors import OsteocastError
from osteocast.regimen import Item, Regimen, Schedule

A = "anastrozole 1 mg daily"

# sentence, column, a part of what is wrong, a part of the fix
REFUSED = [
    ("", 1, "nothing is written", "'none'"),
    ("   ", 1, "nothing is written", "'none'"),
    # names
    ("anastrazole 1 mg daily", 1, "'anastrazole'", "write 'anastrozole'"),
    ("  Anastrazole 1 mg daily", 3, "'Anastrazole'", "write 'anastrozole'"),
    (f"{A} + premarine 0.625 mg daily", 26, "'premarine'", "write 'premarin'"),
    ("quux 1 mg daily", 1, "'quux' is not a known name", "the nearest being '"),
    ("5 mg daily", 1, "a name is missing before '5'", "begin the item with a name"),
    ("testosterone 50 mg daily", 1, "only the beginning", "'testosterone enanthate', 'testosterone gel' or"),
    ("zoledronic 4 mg once", 1, "only the beginning", "write 'zoledronic acid'"),
    ("estradiol pach 50 ug/day", 11, "'pach'", "write 'estradiol patch'"),
    ("resistance excercise twice weekly", 1, "'resistance excercise", "'resistance exercise'"),
    (f"{A} + none", 26, "'none' stands beside other words", "write 'none' alone"),
    (f"none + {A}", 1, "'none' stands beside other words", "write 'none' alone"),
    # empty and missing pieces
    (f"{A} +", 25, "an item is missing", "remove the '+'"),
    (f"+ {A}", 1, "an item is missing", "remove the '+'"),
    (f"{A} + + calcium 1 g daily", 26, "an item is missing", "remove the '+'"),
    (f"{A} calcium 1000 mg daily", 24, "'calcium' stands inside", "write '+' before 'calcium'"),
    (f"{A} + Arimidex 1000 mcg daily", 26, "'anastrozole 1 mg daily' is written twice", "leave one"),
    ("anastrozole", 12, "needs a dose, but there is none", "'anastrozole 1 mg daily'"),
    ("anastrozole daily", 13, "needs a dose, but 'daily' stands there", "'anastrozole 1 mg daily'"),
    ("anastrozole nan mg daily", 13, "needs a dose, but 'nan' stands there", "'anastrozole 1 mg daily'"),
    ("anastrozole 1", 14, "needs a unit", "'anastrozole 1 mg daily'"),
    ("anastrozole 1 mg", 17, "needs a schedule", "'anastrozole 1 mg daily'"),
    ("anastrozole 1 mg for 60 months", 18, "needs a schedule", "'anastrozole 1 mg daily'"),
    ("walking", 8, "walking needs a schedule", "'walking daily'"),
    # doses
    ("anastrozole 1 mgg daily", 13, "'mgg' is not a unit", "write 'mg'"),
    ("anastrozole 1 pound daily", 13, "'pound' is not a unit", "mg, ug (or mcg), g or IU"),
    ("anastrozole 1 g daily", 13, "(that is 1000 mg) is not a plausible dose, which is 0.1 to 20 mg", "1 mg"),
    ("anastrozole 1 ug daily", 13, "(that is 0.001 mg) is not a plausible dose", "1 mg"),
    ("anastrozole -1 mg daily", 13, "not a plausible dose", "1 mg"),
    ("anastrozole 1 IU daily", 13, "anastrozole is dosed in mg, but '1 IU'", "1 mg"),
    ("vitamin D 800 mg daily", 11, "not a plausible dose, which is 100 to 600000 IU", "800 IU"),
    ("testosterone gel 5 g daily", 18, "testosterone applied, not gel", "50 mg"),
    (f"anastrozole {'9' * 400} mg daily", 13, "not a plausible dose", "1 mg"),
    ("anastrozole 1,5 mg daily", 13, "'1,5' is not a number", "decimal point"),
    ("calcium 1,000 mg daily", 9, "'1,000' is not a number", "without thousands separators"),
    ("anastrozole 1 mg/day", 13, "single doses with a schedule, not a rate", "'anastrozole 1 mg daily'"),
    ("estradiol patch 50 ug daily", 17, "takes a rate per day", "'estradiol patch 50 ug/day'"),
    ("estradiol patch 50 mg/day", 17, "(that is 50000 ug/day)", "'estradiol patch 50 ug/day'"),
    ("estradiol patch 50 ug/day daily", 27, "'daily' is too much", "leave 'daily' out"),
    ("GnRH antagonist 20 mg daily", 17, "'20' cannot follow GnRH antagonist", "'GnRH antagonist for"),
    ("GnRH antagonist daily", 17, "'daily' is too much", "leave 'daily' out"),
    # schedules
    ("anastrozole 1 mg dayly", 18, "'dayly' is not a schedule", "write 'daily'"),
    ("anastrozole 1 mg evry 6 months", 18, "'evry' is not a schedule", "write 'every'"),
    ("anastrozole 1 mg xyz", 18, "'xyz' is not a schedule", "the nearest being '"),
    ("anastrozole 1 mg every six months", 24, "'six' stands there", "in figures"),
    ("anastrozole 1 mg every", 23, "nothing follows", "in figures"),
    (
        "anastrozole 1 mg every 6 monts",
        26,
        "'monts' stands where 'days', 'weeks', 'months' or 'years'",
        "'months'",
    ),
    ("anastrozole 1 mg every 6", 25, "nothing stands where", "every 6 months"),
    ("anastrozole 1 mg every 0 days", 18, "'every 0 days' is not an interval", "above 0"),
    ("anastrozole 1 mg every -6 months", 18, "'every -6 months' is not an interval", "above 0"),
    ("anastrozole 1 mg every 0.001 days", 18, "not between 6 hours and 10 years", "every 6 months"),
    ("anastrozole 1 mg every 11 years", 18, "not between 6 hours and 10 years", "every 6 months"),
    (f"{A} weekly", 24, "'weekly' is too much, anastrozole has a schedule already", "leave 'weekly' out"),
    ("walking once", 9, "a habit is not done once", "'walking daily'"),
    # modifiers
    (f"{A} form month 6", 24, "'form' is not known here", "write 'for"),
    (f"{A} utill month 6", 24, "'utill' is not known here", "write 'until'"),
    (f"{A} %", 24, "'%' is not known here", "the nearest being '"),
    (f"{A} from 6", 29, "'6' stands where 'month' is expected", "'from month 6'"),
    (f"{A} from month", 34, "a number is missing after 'month'", "in figures"),
    (f"{A} from month 99999", 24, "more than a hundred years away", "count months"),
    (f"{A} for 5", 29, "nothing stands where 'months' or 'years'", "for 24 months"),
    (f"{A} for 5 weeks", 30, "'weeks' stands where 'months' or 'years'", "for 24 months"),
    (f"{A} for 5 yaers", 30, "'yaers' stands where", "write 'years'"),
    (f"{A} for 0 months", 24, "the end, month 0, is not after the start, month 0", "after the start"),
    (f"{A} from month 6 until month 3", 37, "the end, month 3, is not after the start", "after the start"),
    (f"{A} until month 3 from month 6", 24, "the end, month 3, is not after the start", "after the start"),
    (f"{A} for 5 months until month 7", 37, "a second end is given", "leave this 'until' out"),
    (f"{A} for 5 months for 7 months", 37, "a second end is given", "leave this 'for' out"),
    (f"{A} from month 1 from month 2", 37, "'from' is given", "leave this 'from' out"),
    (f"{A} adherence 80 % adherence 70 %", 39, "'adherence' is given", "leave this 'adherence' out"),
    (f"{A} adherence 80", 36, "nothing stands where '%' is expected", "adherence 80 %"),
    (f"{A} adherence 180 %", 24, "adherence 180 % is not between 0 and 100 %", "adherence 80 %"),
    (f"{A} adherence -1 %", 24, "adherence -1 % is not between", "adherence 80 %"),
    (f"{A} pause month 24", 38, "nothing stands where 'to' is expected", "pause month 24 to 27"),
    (f"{A} pause month 5 to 4", 24, "month 5 to 4, does not end after it begins", "earlier month first"),
    (f"{A} for 12 months pause month 14 to 15", 38, "outside the course, from month 0 to 12", "inside"),
    (f"{A} for 12 months pause month 11 to 15", 38, "outside the course, from month 0 to 12", "inside"),
    (f"{A} pause month -2 to -1", 24, "outside the course, from month 0", "inside"),
    (f"{A} pause month 1 to 2 pause month 5 to 4", 43, "month 5 to 4,", "earlier month first"),
    (f"{A} for 12 months pause month 0 to 12", 38, "nothing of anastrozole is left", "shorten"),
    # events and single doses
    ("bilateral oophorectomy for 6 months", 24, "is an event and cannot end", "leave 'for' or 'until' out"),
    ("bilateral oophorectomy pause month 1 to 2", 24, "is an event and cannot pause", "leave 'pause' out"),
    (
        "bilateral oophorectomy adherence 80 %",
        24,
        "is an event and has no adherence",
        "leave 'adherence' out",
    ),
    ("zoledronic acid 5 mg once for 36 months", 27, "is given once and cannot end", "leave 'for'"),
]


@pytest.mark.parametrize(("sentence", "column", "what", "fix"), REFUSED)
def test_a_bad_sentence_gets_one_clear_sentence(sentence: str, column: int, what: str, fix: str) -> None:
    with pytest.raises(OsteocastError) as caught:
        Regimen.parse(sentence)
    error = caught.value
    assert error.where == f"regimen, column {column}"
    assert what in error.what
    assert fix in error.fix
    assert "\n" not in str(error) and str(error).endswith(".")


def test_what_is_not_text_is_refused() -> None:
    with pytest.raises(OsteocastError, match="not a sentence"):
        Regimen.parse(["anastrozole 1 mg daily"])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({"card_id": "anastrazole", "amount": 1.0, "unit": "mg"}, "'anastrazole' is not a drug card"),
        ({"card_id": "anastrozole"}, "needs a dose"),
        ({"card_id": "anastrozole", "amount": 1.0, "unit": "mg"}, "needs a schedule"),
        (
            {"card_id": "anastrozole", "amount": float("nan"), "unit": "mg", "schedule": Schedule(1)},
            "plausible",
        ),
        ({"card_id": "gnrh_antagonist", "amount": 1.0, "unit": "mg"}, "takes no dose"),
        ({"card_id": "gnrh_antagonist", "schedule": Schedule(1.0)}, "takes no schedule"),
        ({"card_id": "gnrh_antagonist", "adherence": float("nan")}, "not between 0 and 100 %"),
        ({"card_id": "gnrh_antagonist", "start_month": float("nan")}, "a hundred years away"),
        ({"card_id": "gnrh_antagonist", "end_month": float("inf")}, "a hundred years away"),
    ],
)
def test_an_item_made_in_python_is_checked_alike(values: dict[str, object], what: str) -> None:
    with pytest.raises(OsteocastError, match=what):
        Item(**values)  # type: ignore[arg-type]


def test_an_endless_list_of_doses_is_refused() -> None:
    with pytest.raises(OsteocastError, match="give a finite month"):
        Regimen.parse(A).doses(float("inf"))


def test_the_same_item_twice_is_refused_in_python_too() -> None:
    item = Regimen.parse(A).items[0]
    with pytest.raises(OsteocastError, match="written twice"):
        Regimen((item, item))
