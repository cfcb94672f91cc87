"""What protects bone on an inhibitor, and what happens when it ends. Everything acts on one skeleton, so each order
follows from how a drug is held in bone or cleared from blood, not from a constant of its effect."""

import numpy as np
import pytest

from osteocast.engine.run import run
from osteocast.forecast.compare import compare
from osteocast.people.files import person_from_options
from osteocast.people.person import PastRegimen
from osteocast.people.sample import Group
from osteocast.regimen import Regimen
from osteocast.trials.published import Arm

PEOPLE = 32
GROUP = Group("female", 62.0, 12.0, 27.0)
INHIBITOR = "anastrozole 1 mg daily"


@pytest.fixture(scope="module")
def density(one_shape, sample):
    """`density(text, months)`: spine and hip relative to month 0, shape (months, people); the same people always."""
    table = sample(GROUP, PEOPLE)

    def ask(text, months):
        arm = Arm(GROUP, Regimen.parse(text))
        asked = np.array([0.0, *months])
        found = run(table, [arm.regimen], np.zeros(PEOPLE, int), asked, start_month=arm.start_month)
        return {
            site: found.quantity[site][1:] / found.quantity[site][:1]
            for site in ("lumbar_spine", "total_hip", "sCTX", "BSAP")
        }

    return ask


BISPHOSPHONATES = {
    "risedronate": "risedronate 35 mg weekly",
    "ibandronate": "ibandronate 150 mg monthly",
    "alendronate": "alendronate 70 mg weekly",
    "zoledronic acid": "zoledronic acid 4 mg every 6 months",
}


def test_gains_are_lost_in_the_order_of_retention(density):
    """After two years beside an inhibitor that goes on, the drug stops. What is bound tightly (zoledronate, then
    alendronate) goes on acting for years; what is bound loosely (ibandronate, risedronate) leaves within months. The
    share of the gain over the inhibitor alone that is left two years later follows that order."""
    months = (24.0, 48.0)
    alone = density(INHIBITOR, months)["lumbar_spine"]
    kept = {}
    for name, text in BISPHOSPHONATES.items():
        with_ = density(f"{INHIBITOR} + {text} for 24 months", months)["lumbar_spine"]
        gain = (with_ - alone).mean(axis=1)
        assert gain[0] > 0.02, f"{name} gains {gain[0]:.3f}"
        kept[name] = gain[1] / gain[0]
    assert max(kept["risedronate"], kept["ibandronate"]) < min(kept["alendronate"], kept["zoledronic acid"]), kept


def test_turnover_returns_in_the_order_of_retention(density):
    """The same order in the marker, which answers within months."""
    months = (24.0, 36.0)
    alone = density(INHIBITOR, months)["sCTX"]
    left = {
        name: (density(f"{INHIBITOR} + {text} for 24 months", months)["sCTX"] / alone).mean(axis=1)
        for name, text in BISPHOSPHONATES.items()
    }
    returned = {name: (ratio[1] - ratio[0]) / (1.0 - ratio[0]) for name, ratio in left.items()}
    assert min(returned["risedronate"], returned["ibandronate"]) > max(
        returned["alendronate"], returned["zoledronic acid"]
    ), returned


def test_onset_takes_weeks(density):
    """Most of a bisphosphonate's fall of resorption is there after three months."""
    with_, alone = (
        density(text, (3.0, 12.0))["sCTX"] for text in (f"{INHIBITOR} + risedronate 35 mg weekly", INHIBITOR)
    )
    fall = 1.0 - (with_ / alone).mean(axis=1)
    assert fall[0] > 0.5 * fall[1] > 0.0


@pytest.mark.parametrize("site", ["lumbar_spine", "total_hip"])
def test_the_later_a_dose_of_denosumab_the_lower_the_density(density, site):
    """Two years of denosumab, then the next dose comes late, and doses go on every six months. The antibody is gone
    about half a year after a dose; RANKL is then free, precursors that piled up fuse at once, and bone is lost until
    the next dose. Two years after the late dose itself, density is the lower the later it came."""
    due, ends = 24.0, []
    for late in (0.0, 1.0, 2.0, 3.0, 6.0):
        text = (
            f"{INHIBITOR} + denosumab 60 mg every 6 months for 24 months"
            f" + denosumab 60 mg every 6 months from month {due + late:g} until month 60"
        )
        ends.append(density(text, (due + late + 24.0,))[site][-1].mean())
    assert np.all(np.diff(ends) < 0.0), ends


def test_turnover_overshoots_after_denosumab_and_the_gain_is_lost(density):
    """Precursors wait while RANKL is held and fuse together when it returns: resorption rises above where it would
    have been without the drug, and most of the gain goes within about a year and a half of the last effect."""
    months = (24.0, 30.0, 33.0, 36.0, 39.0, 48.0)
    alone = density(INHIBITOR, months)
    ended = density(f"{INHIBITOR} + denosumab 60 mg every 6 months for 24 months", months)
    assert (ended["sCTX"] / alone["sCTX"]).mean(axis=1).max() > 1.1
    gain = (ended["lumbar_spine"] - alone["lumbar_spine"]).mean(axis=1)
    assert gain[-1] < 0.5 * gain[0]


@pytest.mark.parametrize("months_after", [3, 6, 9])
@pytest.mark.parametrize("follow", ["zoledronic acid 5 mg once", "alendronate 70 mg weekly"])
@pytest.mark.parametrize("site", ["lumbar_spine", "total_hip"])
def test_a_bisphosphonate_after_denosumab_always_helps(density, follow, months_after, site):
    """Whatever of it is on bone when precursors fuse kills the osteoclasts they make: in every woman, at both sites,
    one and two years after the last dose."""
    stopped = f"{INHIBITOR} + denosumab 60 mg every 6 months for 24 months"
    last = 18
    followed = f"{stopped} + {follow} from month {last + months_after}"
    check = (last + 18.0, last + 30.0)
    assert np.all(density(followed, check)[site] > density(stopped, check)[site])


def test_starting_with_the_inhibitor_beats_starting_late(density):
    """What is perforated before the drug comes is not made again, and what is thinned returns slowly."""
    early, late = (
        density(f"{INHIBITOR} + zoledronic acid 4 mg every 6 months from month {start} until month 60", (60.0,))
        for start in (0, 24)
    )
    for site in ("lumbar_spine", "total_hip"):
        assert np.all(early[site][-1] > late[site][-1])


def test_missed_tablets_cost_density():
    """Half of the weekly tablets, each with its own chance, protect less than all of them: in the median, and in no
    draw more."""
    woman = person_from_options(sex="female", age=64.0, menopause=50.0, t_spine=-2.2, t_hip=-1.6, bmi=24.0)
    strategies = [f"{INHIBITOR} + alendronate 70 mg weekly adherence {share} %" for share in (100, 50)]
    full, half = (one.bmd["lumbar_spine"][-1] for one in compare(woman, strategies, 2, 50).strategies)
    assert np.median(full) > np.median(half) * 1.002
    assert np.all(full >= half)


def test_raloxifene_and_tamoxifen_gain_after_menopause_and_lose_before(one_shape, sample):
    """A partial agonist adds where estradiol is nearly gone and takes away where there is much of it: in the mean,
    and in nine of ten women (a few have much estradiol after menopause)."""
    before, after = Group("female", 40.0, None, 26.0), Group("female", 60.0, 10.0, 27.0)
    for drug in ("tamoxifen 20 mg daily", "raloxifene 60 mg daily"):
        change = {}
        for group in (before, after):
            table, arms = sample(group, PEOPLE), [Arm(group, Regimen.parse(text)) for text in (drug, "none")]
            ends = []
            for arm in arms:
                found = run(table, [arm.regimen], np.zeros(PEOPLE, int), np.array([0.0, 24.0]), start_month=-120.0)
                ends.append(found.quantity["lumbar_spine"][1] / found.quantity["lumbar_spine"][0])
            change[group] = ends[0] - ends[1]
        assert change[after].mean() > 0.0 > change[before].mean(), drug
        assert np.mean(change[after] > 0.0) > 0.9 and np.mean(change[before] < 0.0) > 0.9, drug


# ---- plan


@pytest.fixture(scope="module")
def ranked():
    from dataclasses import replace

    from osteocast.forecast.plan import plan

    woman = person_from_options(sex="female", age=64.0, menopause=50.0, t_spine=-2.2, t_hip=-1.6, bmi=24.0)
    return plan(replace(woman, planned=Regimen.parse("letrozole 2.5 mg daily for 24 months")), draws=20)


def test_the_first_strategy_is_never_denosumab_that_nothing_follows(ranked):
    assert not ranked[0].candidate.unprotected_exit
    assert any(one.candidate.unprotected_exit for one in ranked)


def test_denosumab_that_nothing_follows_always_carries_the_warning(ranked):
    for one in ranked:
        said = one.to_dict()
        if one.candidate.unprotected_exit:
            assert "vertebral fractures" in said["warnings"][0] and said["exit"] is None
        elif one.candidate.protection == "denosumab":
            assert said["exit"] is not None


def test_ranks_follow_the_worst_site(ranked):
    scores = [round(one.t_score, 2) for one in ranked[1:]]
    assert scores == sorted(scores, reverse=True)
    assert ranked[-1].t_score < ranked[0].t_score


def test_every_strategy_names_its_harms_and_visits(ranked):
    for one in ranked:
        said = one.to_dict()
        if one.candidate.protection is not None:
            assert said["harms"] and said["visits"] > 0
            assert {"quality", "citation"} <= set(said["harms"][0])


@pytest.mark.parametrize("continues", [True, False])
def test_denosumab_of_the_past_is_never_first_without_an_exit(continues):
    """Whether it goes on without an end or ended at month 0: leaving it at that carries the warning, and the first
    strategy follows it."""
    from dataclasses import replace

    from osteocast.forecast.plan import plan

    woman = person_from_options(sex="female", age=64.0, menopause=50.0, t_spine=-2.2, t_hip=-1.6, bmi=24.0)
    text = f"denosumab 60 mg every 6 months from month -36{'' if continues else ' until month 0'}"
    before = PastRegimen(Regimen.parse(text), continues=continues)
    planned = Regimen.parse("letrozole 2.5 mg daily for 12 months")
    found = [one.to_dict() for one in plan(replace(woman, planned=planned, past_regimens=(before,)), draws=10)]
    assert found[0]["exit"] is not None and not found[0]["warnings"]
    (alone,) = (one for one in found if one["regimen"] == str(planned))
    assert "vertebral fractures" in alone["warnings"][0] and alone["exit"] is None
    assert any("denosumab" in harm["card_ids"] for harm in alone["harms"])


def test_nothing_planned_is_refused():
    from osteocast.errors import OsteocastError
    from osteocast.forecast.plan import plan

    woman = person_from_options(sex="female", age=64.0)
    with pytest.raises(OsteocastError, match="planned"):
        plan(woman)
