"""How far studies carry a forecast: time on the drugs and time after them, doses, courses without an end."""

import pytest

from osteocast.forecast.support import support
from osteocast.forecast.uses import uses
from osteocast.people.files import person_from_options
from osteocast.regimen import Regimen

ANASTROZOLE = "anastrozole 1 mg daily for 60 months"
DENOSUMAB = "denosumab 60 mg every 6 months"
YOUNGER = {"age": 61.0, "menopause": 49.0, "t_spine": -0.8, "t_hip": -0.6, "bmi": 27.0}
OLDER = {"age": 68.0, "menopause": 50.0, "t_spine": -2.6, "t_hip": -2.0, "bmi": 25.0}


def kind(sentence: str, months: float, woman: dict[str, float] = YOUNGER) -> str:
    return support(person_from_options(sex="female", **woman), Regimen.parse(sentence), months).kind


@pytest.mark.parametrize(
    ("months", "expected"),
    [(24, "studied"), (60, "studied"), (84, "studied"), (96, "studied"), (97, "between"), (120, "between"),
     (133, "beyond"), (480, "beyond")],
)  # fmt: skip
def test_time_after_anastrozole_is_that_of_atac_and_a_year(months, expected):
    """ATAC ends two years after five years of tablets: studied to month 96, out of reach from month 132."""
    assert kind(ANASTROZOLE, months) == expected


@pytest.mark.parametrize(("months", "expected"), [(60, "studied"), (72, "studied"), (84, "between"), (120, "beyond")])
def test_nobody_looked_after_letrozole(months, expected):
    assert kind("letrozole 2.5 mg daily for 60 months", months) == expected


def test_denosumab_over_by_month_0_is_not_that_of_studies_on_it():
    """FREEDOM stays on the drug; the phase 2 study saw one year after it."""
    ended = f"{DENOSUMAB} from month -36 until month 0"
    assert kind(ended, 60, OLDER) == "between"
    assert kind(ended, 72, OLDER) == "beyond"
    assert kind(ended, 12, OLDER) == "studied"
    assert kind("risedronate 35 mg weekly + anastrozole 1 mg daily", 24) == "studied"
    assert kind("risedronate 35 mg weekly from month -12 until month 0 + anastrozole 1 mg daily", 12) == "between"


def test_the_year_after_does_not_carry_a_course_that_goes_on():
    """At her age and time since menopause nothing but the phase 2 study of stopping is within every tolerance."""
    woman = {"age": 56.0, "menopause": 48.0, "t_spine": -2.2, "t_hip": -1.5, "bmi": 26.0}
    assert kind(f"{DENOSUMAB} for 24 months", 36, woman) == "studied"
    assert kind(f"{DENOSUMAB} for 36 months", 36, woman) == "between"


def test_a_drug_ended_long_ago_does_not_count_one_ended_lately_does():
    assert kind(f"tamoxifen 20 mg daily from month -84 until month -24 + {ANASTROZOLE}", 24) == "studied"
    assert kind(f"tamoxifen 20 mg daily from month -84 until month -23 + {ANASTROZOLE}", 24) == "beyond"


@pytest.mark.parametrize("drug", ["estradiol patch 50 ug/day", "GnRH antagonist"])
def test_a_continuous_course_ends(drug):
    """What is present all the time, with no doses to count, ends as any other."""
    assert uses(Regimen.parse(f"{drug} from month -60 until month -24"), 24.0) == {}
    (use,) = uses(Regimen.parse(f"{drug} from month -36 until month -12"), 24.0).values()
    assert (use.on, use.off) == (24.0, 36.0)


def test_time_is_counted_from_the_first_dose_to_the_last():
    def times(sentence: str, until: float = 60.0) -> tuple[float, float]:
        (use,) = uses(Regimen.parse(sentence), until).values()
        return use.on, use.off

    assert times(DENOSUMAB) == (60.0, 0.0)
    assert times(f"{DENOSUMAB} from month 48") == (12.0, 0.0)
    assert times(f"{DENOSUMAB} from month -36") == (96.0, 0.0)
    assert times(f"{DENOSUMAB} from month -36 until month 0") == (36.0, 60.0)
    assert times("anastrozole 1 mg daily for 48 months pause month 12 to 24") == (36.0, 12.0)
    assert times("zoledronic acid 5 mg once from month -12") == (72.0, 0.0)
    assert times("bilateral oophorectomy from month -200") == (60.0, 0.0)
    assert uses(Regimen.parse(f"{DENOSUMAB} from month 60"), 60.0) == {}


def test_every_dose_of_a_drug_counts():
    """The high dose is no less unstudied for being followed by the usual one; two at a time add up."""
    usual, much = "anastrozole 1 mg daily", "anastrozole 10 mg daily"
    assert kind(f"{usual} for 12 months + {usual} from month 12", 24) == "studied"
    assert kind(f"{much} for 12 months + {usual} from month 12", 24) == "between"
    (use,) = uses(Regimen.parse(f"{usual} for 12 months + {much} from month 6"), 24.0).values()
    assert use.doses == {1.0, 11.0, 10.0} and use.on == 24.0
