"""Strategies to be ranked, and what must be said of each: worked out by hand, nothing simulated."""

from dataclasses import replace

import pytest

from osteocast.errors import OsteocastError
from osteocast.forecast import history
from osteocast.forecast.candidates import Candidate, candidates
from osteocast.forecast.compare import drawn_person
from osteocast.forecast.plan import Ranked, ordered, plan
from osteocast.people.files import person_from_options
from osteocast.people.person import PastRegimen
from osteocast.regimen import Regimen

LETROZOLE = "letrozole 2.5 mg daily for 24 months"
DENOSUMAB = "denosumab 60 mg every 6 months"
HORIZON = 60.0


def one(sentence: str, before: str = "none") -> Candidate:
    """A strategy ranked at month 60."""
    regimen = Regimen.parse(sentence)
    return Candidate(regimen, Regimen.parse(before) + regimen, HORIZON)


def of(planned: str, *past: PastRegimen) -> list[Candidate]:
    """All strategies of a woman with a past."""
    woman = replace(person_from_options(sex="female", age=64.0, menopause=50.0), past_regimens=past)
    _, drawn = drawn_person(woman, 10, 1)
    regimen = Regimen.parse(planned)
    return list(candidates(regimen, lambda strategy: history.future(woman, drawn, strategy)))


def bone_drugs(candidate: Candidate) -> list[str]:
    """Cards of bone drugs of the strategy itself."""
    drugs = ("denosumab", "zoledronic_acid", "alendronate", "risedronate", "ibandronate")
    return [item.card_id for item in candidate.regimen.items if item.card_id in drugs]


@pytest.mark.parametrize(
    ("sentence", "followed"),
    [
        (f"{DENOSUMAB} for 12 months", None),
        (DENOSUMAB, None),
        (f"{DENOSUMAB} for 120 months + zoledronic acid 5 mg once from month 117", None),
        (f"{DENOSUMAB} for 12 months + zoledronic acid 5 mg once", None),
        (f"{DENOSUMAB} for 12 months + zoledronic acid 5 mg once from month 15", "from month 15"),
        (f"{DENOSUMAB} for 12 months + zoledronic acid 5 mg once from month 18", None),
        (f"{DENOSUMAB} for 12 months + alendronate 70 mg weekly from month 12 for 12 months", "from month 12"),
        (f"{DENOSUMAB} for 12 months + alendronate 70 mg weekly from month 12 for 1 months", None),
        (f"{DENOSUMAB} for 12 months + alendronate 70 mg weekly from month 24", None),
        (f"{DENOSUMAB} pause month 12 to 36 for 60 months + zoledronic acid 5 mg once from month 60", None),
        ("denosumab 60 mg once + zoledronic acid 5 mg once from month 6", "from month 6"),
    ],
)
def test_denosumab_has_an_exit_or_a_warning(sentence, followed):
    """An exit is a bisphosphonate within nine months of the last dose, and tablets for a year."""
    found = one(sentence)
    if followed is None:
        assert found.exit is None and found.unprotected_exit and "vertebral fractures" in found.warnings[0]
    else:
        assert followed in str(found.exit) and not found.warnings and not found.unprotected_exit
    assert "denosumab" in found.drugs


@pytest.mark.parametrize(
    ("before", "sentence", "warned"),
    [
        (f"{DENOSUMAB} from month -36 until month 0", "none", True),
        (f"{DENOSUMAB} from month -36 until month 0", "zoledronic acid 5 mg once", False),
        (f"{DENOSUMAB} from month -36 until month 0", "zoledronic acid 5 mg once from month 12", True),
        (f"{DENOSUMAB} from month -36 until month 0", f"{DENOSUMAB} for 12 months", True),
        (f"{DENOSUMAB} from month -36 until month -6", "alendronate 70 mg weekly", False),
        (f"{DENOSUMAB} from month -36 until month -12", "none", False),
        (f"{DENOSUMAB} from month -36", "none", True),
        (f"{DENOSUMAB} from month -36 until month 0", "alendronate 70 mg weekly for 24 months", False),
    ],
)
def test_denosumab_of_the_past_year_counts(before, sentence, warned):
    """The last dose before month 0 is at month -6 where it ended at month 0; a year after its effect it is over."""
    assert one(sentence, before).unprotected_exit is warned
    assert ("denosumab" in one(sentence, before).drugs) is ("-12" not in before)


def test_planned_denosumab_is_warned_of_not_doubled_and_followed():
    made = of(f"{LETROZOLE} + {DENOSUMAB} for 12 months")
    assert made[0].warnings and made[0].exit is None and made[0].visits == 2
    for candidate in made:
        assert bone_drugs(candidate).count("denosumab") == 1
        for item in candidate.regimen.items:
            if item.card_id in bone_drugs(candidate) and item.card_id != "denosumab":
                assert item.start_month > 6.0
    followed = [candidate for candidate in made if not candidate.unprotected_exit]
    assert {str(candidate.exit) for candidate in followed} >= {
        f"zoledronic acid 5 mg once from month {month}" for month in (9, 12, 15)
    }


def test_denosumab_that_goes_on_is_warned_of_or_ended_and_followed():
    """A strategy without denosumab leaves it running; one with it takes over at the next dose, month 2."""
    made = of(LETROZOLE, PastRegimen(Regimen.parse(f"{DENOSUMAB} from month -34"), continues=True))
    assert "no end" in made[0].warnings[0] and made[0].exit is None
    assert made[0].visits == 10  # months 2, 8, ... 56
    ended = [candidate for candidate in made if "denosumab" in bone_drugs(candidate)]
    assert ended and len(made) == len(ended) + 2
    for candidate in ended:
        courses = [item for item in candidate.whole.items if item.card_id == "denosumab"]
        assert [(item.end_month, item.start_month) for item in courses][0][0] == 0.0 and courses[1].start_month == 2.0
        assert candidate.exit is not None and not candidate.warnings


def test_a_bone_drug_that_is_there_is_given_once_and_alone():
    for made in (
        of(f"{LETROZOLE} + alendronate 70 mg weekly"),
        of(LETROZOLE, PastRegimen(Regimen.parse("alendronate 70 mg weekly from month -12"), continues=True)),
    ):
        assert len(made) == 2 and [candidate.visits for candidate in made] == [5, 5]
    made = of(f"{LETROZOLE} + calcium 500 mg daily + zoledronic acid 5 mg once")
    assert all(bone_drugs(candidate).count("zoledronic_acid") == 1 for candidate in made)
    assert all(sum(item.card_id == "calcium" for item in candidate.regimen.items) == 1 for candidate in made)
    assert any("denosumab" in bone_drugs(candidate) for candidate in made)


def test_each_strategy_stands_there_once():
    made = of(LETROZOLE, PastRegimen(Regimen.parse(f"{DENOSUMAB} from month -36 until month 0")))
    assert len({candidate.regimen for candidate in made}) == len(made) > 50
    assert made[0].unprotected_exit and any(not candidate.unprotected_exit for candidate in made)


def test_where_no_exit_can_be_had_every_entry_carries_the_warning():
    made = of(f"{LETROZOLE} + {DENOSUMAB}")
    ranked = ordered([Ranked(candidate, -1.0 - number, 0.0) for number, candidate in enumerate(made)])
    assert len(ranked) == 2 and all(entry.to_dict()["warnings"] for entry in ranked)


def test_harms_are_those_of_all_that_is_taken():
    """Those of the drug that protects first; each once."""
    said = Ranked(one(f"{LETROZOLE} + {DENOSUMAB} for 12 months"), -1.0, 0.0).to_dict()
    cards = {card for harm in said["harms"] for card in harm["card_ids"]}
    assert "denosumab" in cards and len({str(harm) for harm in said["harms"]}) == len(said["harms"])


@pytest.mark.parametrize("draws", [0, -3, 2.5, 9])
def test_draws_are_a_whole_number_within_bounds(draws):
    woman = replace(person_from_options(sex="female", age=64.0), planned=Regimen.parse(LETROZOLE))
    with pytest.raises(OsteocastError, match="draws"):
        plan(woman, draws)
