"""What must hold in every woman, whatever the fitted numbers are: each test says why in its first lines.

All women are the same 256 evenly spread people around a group's means; two courses differ by what the test
changes and by nothing else.
"""

import numpy as np
import pytest

from osteocast.engine.run import run
from osteocast.model import assemble
from osteocast.people.sample import Group
from osteocast.regimen import Regimen

ATAC = Group("female", 60.0, 12.0, 27.0)
CYCLING = Group("female", 44.0, None, 25.0)
SITES = ("lumbar_spine", "total_hip")
INHIBITORS = ("anastrozole 1 mg daily", "letrozole 2.5 mg daily", "exemestane 25 mg daily")
ANASTROZOLE, TAMOXIFEN = "anastrozole 1 mg daily for 60 months", "tamoxifen 20 mg daily for 60 months"
FEW = 16


# ---- a life without change


def unchanging(sample):
    """Values of people whom nothing changes: far from menopause, of reference body mass, ageing switched off."""
    young = sample(
        Group("female", 25.0, None, 26.0),
        FEW,
        ageing_trabecular=0.0,
        ageing_cortical=0.0,
        lumbar_spine_degeneration=0.0,
    )
    young["menopause_day"][:] = 1e6
    young["bmi"] = young["bmi_reference"].copy()
    return young


def test_a_person_at_steady_state_stays_there(one_shape, sample):
    """A young adult whom nothing changes is where every life starts. If a state drifted, every forecast would
    carry a loss or gain that no cause explains. Twenty years, every state, to rounding."""
    months = np.array([0.0, 60.0, 120.0, 240.0])
    result = run(
        unchanging(sample),
        [Regimen()],
        np.zeros(FEW, int),
        months,
        start_month=-12.0,
        wanted=assemble.SITES,
    )
    drift = {
        name: float(np.abs(np.asarray(result.state[name]) - start).max())
        for name, start in assemble.YOUNG_ADULT.items()
    }
    assert max(drift.values()) < 1e-12, {name: size for name, size in drift.items() if size >= 1e-12}
    for site in assemble.SITES:
        course = result.quantity[site]
        np.testing.assert_allclose(course, np.broadcast_to(course[0], course.shape), rtol=1e-12, atol=0.0)


# ---- results belong to a person


@pytest.fixture(scope="module")
def two_arms(one_shape, sample):
    """Runs people, given by their places in the sample, half of them untreated, half on an inhibitor."""
    table = sample(ATAC)
    regimens = [Regimen(), Regimen.parse("anastrozole 1 mg daily for 24 months")]
    months = np.array([0.0, 6.0, 24.0, 36.0])

    def density(who, column, order=(0, 1)):
        chosen = {name: value[who] for name, value in table.items()}
        result = run(
            chosen,
            [regimens[i] for i in order],
            np.array([order.index(c) for c in column]),
            months,
            start_month=-300.0,
            wanted=assemble.SITES,
        )
        return np.stack([result.quantity[name] for name in assemble.SITES])

    return density


def test_results_do_not_depend_on_the_order_of_people_or_regimens(two_arms):
    """A row's place in a table is no property of a person."""
    rng = np.random.default_rng(4)
    who, column = np.arange(FEW), np.arange(FEW) % 2
    first = two_arms(who, column)
    order = rng.permutation(FEW)
    np.testing.assert_allclose(two_arms(who[order], column[order]), first[:, :, order], rtol=1e-12, atol=0.0)
    np.testing.assert_allclose(two_arms(who, column, order=(1, 0)), first, rtol=1e-12, atol=0.0)


def test_results_do_not_depend_on_the_others_in_the_batch(two_arms):
    """Nor are the people who happen to be simulated with her, or how many."""
    column = np.arange(FEW) % 2
    first = two_arms(np.arange(FEW), column)
    strangers = np.concatenate([np.arange(4), np.arange(100, 100 + FEW - 4)])
    np.testing.assert_allclose(two_arms(strangers, column)[:, :, :4], first[:, :, :4], rtol=1e-12, atol=0.0)
    alone = two_arms(np.array([1]), np.array([1]))
    np.testing.assert_allclose(alone[:, :, 0], first[:, :, 1], rtol=1e-12, atol=0.0)


def test_another_regimen_in_the_batch_changes_no_more_than_the_step_allows(one_shape, sample):
    """The grid is shared, so a regimen with other starts and stops refines it for everybody: the change must
    stay within the promised error of density."""
    table, months = sample(ATAC, FEW), np.array([0.0, 12.0, 36.0])
    drug, other = (
        Regimen.parse("anastrozole 1 mg daily"),
        Regimen.parse("tamoxifen 20 mg daily from month 7.3"),
    )
    alone, together = (
        run(table, regimens, np.zeros(FEW, int), months, start_month=-300.0, wanted=assemble.SITES)
        for regimens in ([drug], [drug, other])
    )
    for site in assemble.SITES:
        np.testing.assert_allclose(together.quantity[site], alone.quantity[site], rtol=5e-4, atol=0.0)


# ---- estradiol


@pytest.mark.parametrize("drug", INHIBITORS)
def test_estradiol_returns_after_the_last_tablet(simulate, drug):
    """Aromatase is free again when the drug is gone, and pools of steroids turn over within hours: three months
    after the last tablet estradiol is within 10 % of what it would have been without."""
    treated, never = simulate(f"{drug} for 60 months", ATAC), simulate("none", ATAC)
    during = treated.at("E2", 48) / never.at("E2", 48)
    after = treated.at("E2", 63) / never.at("E2", 63)
    assert np.all(during < 0.5), "without a fall there is nothing to return from"
    assert np.all(np.abs(after - 1.0) < 0.1)


@pytest.mark.parametrize("place", ["substrate_peripheral", "adrenal_androstenedione"])
def test_more_substrate_leaves_more_estrogen_on_a_fixed_dose(simulate, place):
    """Androgen competes with a reversible inhibitor for aromatase: with three times the substrate, whether
    at the enzyme (S/Km) or in its supply, the same tablet leaves more estradiol in every woman."""
    usual = simulate("anastrozole 1 mg daily", ATAC)
    rich = simulate("anastrozole 1 mg daily", ATAC, **{place: 3.0})
    assert np.all(rich.at("E2", 12) > usual.at("E2", 12))


def test_more_substrate_weakens_inhibition(simulate):
    """The same as a share: v = Vmax S / (S + Km (1 + I/Ki)) falls less when S/Km is three times larger."""

    def left(**factors):
        treated, never = (
            simulate("anastrozole 1 mg daily", ATAC, **factors),
            simulate("none", ATAC, **factors),
        )
        return treated.at("whole_body_aromatisation", 12) / never.at("whole_body_aromatisation", 12)

    assert np.all(left(substrate_peripheral=3.0) > left())


# ---- bone on an inhibitor


@pytest.mark.parametrize("drug", INHIBITORS)
def test_every_inhibitor_takes_bone_from_every_woman_after_menopause(simulate, drug):
    """Estradiol after menopause is low, but bone still answers to the rest of it."""
    treated, never = simulate(f"{drug} for 60 months", ATAC), simulate("none", ATAC)
    for site in SITES:
        for month in (24, 60):
            assert np.all(treated.change(site, month) < 0.0)
            assert np.all(treated.change(site, month) < never.change(site, month))


@pytest.mark.parametrize("drug", INHIBITORS)
def test_trabecular_loss_exceeds_cortical(simulate, drug):
    """Remodelling happens on surfaces, and trabecular bone has several times more of it per volume: at month 24
    it has lost more than cortical bone, in every woman."""
    treated = simulate(f"{drug} for 60 months", ATAC)
    excess = treated.change("cortical", 24) - treated.change("trabecular", 24)
    assert np.all(excess > 0.0), f"{np.sum(excess <= 0)} of {len(excess)} women, by up to {-excess.min():.2f} points"


@pytest.mark.parametrize("drug", INHIBITORS)
def test_the_drug_itself_takes_more_trabecular_than_cortical_bone(simulate, drug):
    """The same for what the drug adds to natural loss."""
    treated, never = simulate(f"{drug} for 60 months", ATAC), simulate("none", ATAC)
    spongy = treated.change("trabecular", 24) - never.change("trabecular", 24)
    compact = treated.change("cortical", 24) - never.change("cortical", 24)
    assert np.all(spongy < compact)


@pytest.mark.parametrize("site", SITES)
def test_loss_is_faster_soon_after_menopause(simulate, site):
    """The fast loss of the transition is still running and adds to the drug's."""
    early, middle, late = (
        simulate(ANASTROZOLE, Group("female", 60.0, years, 27.0)).change(site, 24) for years in (3.0, 8.0, 20.0)
    )
    assert early.mean() < middle.mean() < late.mean()


@pytest.mark.parametrize("site", SITES)
def test_loss_is_faster_at_low_body_mass(simulate, site):
    """Weight loads bone and fat makes estrogen: a thin woman loses faster (risk factor of every guideline for
    women on an inhibitor)."""
    thin, middle, heavy = (
        simulate(ANASTROZOLE, Group("female", 60.0, 12.0, bmi)).change(site, 24) for bmi in (21.0, 27.0, 34.0)
    )
    assert thin.mean() < middle.mean() < heavy.mean(), (thin.mean(), middle.mean(), heavy.mean())


@pytest.mark.parametrize("site", SITES)
def test_loss_is_faster_at_high_turnover(simulate, site):
    """An imbalance is paid once per remodelling cycle: the same woman with more cycles loses more."""
    slow, usual, fast = (simulate(ANASTROZOLE, ATAC, turnover=factor).change(site, 24) for factor in (0.6, 1.0, 1.6))
    assert np.all(fast < usual) and np.all(usual < slow)


@pytest.mark.parametrize("site", SITES)
def test_inadequate_suppression_loses_less(simulate, site):
    """Where the drug binds ten times more weakly more estradiol is left, and with it bone."""
    weak = simulate(ANASTROZOLE, ATAC, anastrozole_ki=10.0)
    usual = simulate(ANASTROZOLE, ATAC)
    assert np.all(weak.at("E2", 24) > usual.at("E2", 24))
    assert np.all(weak.change(site, 24) > usual.change(site, 24))


# ---- after an inhibitor, and tamoxifen


def test_after_an_inhibitor_the_spine_recovers(simulate):
    """Open cavities fill and young bone mineralises once estradiol is back; trabecular bone has most of both."""
    back = simulate(ANASTROZOLE, ATAC).change("lumbar_spine", 84, 60)
    assert np.median(back) > 0.5 and np.mean(back > 0.0) > 0.95


def test_after_an_inhibitor_the_hip_stays_flat(simulate):
    """Its cortical bone turns over slowly and what the marrow side lost is not refilled: what comes back and
    what age takes nearly cancel."""
    assert abs(np.median(simulate(ANASTROZOLE, ATAC).change("total_hip", 84, 60))) < 1.5


@pytest.mark.parametrize("site", SITES)
def test_after_tamoxifen_bone_is_lost(simulate, site):
    """A partial agonist protects only while it is there."""
    treated, never = simulate(TAMOXIFEN, ATAC), simulate("none", ATAC)
    assert np.median(treated.change(site, 84, 60)) < 0.0
    assert np.median(treated.change(site, 84, 60)) < np.median(never.change(site, 84, 60))


def test_tamoxifen_gains_after_menopause_and_loses_before_it(simulate):
    """One receptor, one partial agonist: more than the little estradiol after menopause does, less than the
    plenty before it."""
    late, early = (
        simulate("tamoxifen 20 mg daily", group).change("lumbar_spine", 24)
        - simulate("none", group).change("lumbar_spine", 24)
        for group in (ATAC, CYCLING)
    )
    assert late.mean() > 0.5 and np.mean(late > 0.0) > 0.9
    assert early.mean() < -0.5 and np.all(early < 0.0)


def test_an_inhibitor_alone_does_little_before_menopause(simulate):
    """The follicle is full of androgen, a hundred times plasma's: competition is lost there."""
    on = simulate("anastrozole 1 mg daily", CYCLING).at("E2", 12) / simulate("none", CYCLING).at("E2", 12)
    after = simulate("anastrozole 1 mg daily", ATAC).at("E2", 12) / simulate("none", ATAC).at("E2", 12)
    assert np.median(on) > 0.5, "the fall in volunteers was 39 % on five to twenty times this dose"
    assert np.all(on > 2.0 * after)


# ---- calcium and vitamin D


@pytest.mark.parametrize("site", SITES)
def test_calcium_gains_about_one_per_cent_once(simulate, site):
    """Less parathyroid hormone leaves some mineral in bone, once: 0.7 to 1.8 % (Tai, BMJ 2015;351:h4183), and in
    the second year nothing that a trial could see: less than the standard error of that meta-analysis, 0.25."""
    gain = simulate("calcium 1000 mg daily", ATAC)
    never = simulate("none", ATAC)
    first, second = ((gain.change(site, m) - never.change(site, m)).mean() for m in (12, 24))
    assert 0.7 <= second <= 1.8
    assert abs(second - first) < 0.25


@pytest.mark.parametrize("site", SITES)
def test_vitamin_d_alone_does_nothing_in_the_replete(simulate, site):
    """Absorption of calcium needs little of it (Reid, Lancet 2014;383:146)."""
    treated, never = simulate("vitamin D 800 IU daily", ATAC), simulate("none", ATAC)
    difference = treated.change(site, 24) - never.change(site, 24)
    assert abs(difference.mean()) < 0.15 and np.all(difference > -1e-2)


# ---- dose


def test_more_drug_inhibits_more_in_every_woman(simulate):
    """Inhibition rises with dose, and bone follows."""
    courses = [simulate(f"anastrozole {dose} mg daily", ATAC) for dose in (0.1, 1, 10)]
    for lower, higher in zip(courses[:-1], courses[1:], strict=True):
        assert np.all(higher.at("whole_body_aromatisation", 12) < lower.at("whole_body_aromatisation", 12))
        assert np.all(higher.at("E2", 12) < lower.at("E2", 12))
        assert np.all(higher.change("lumbar_spine", 24) < lower.change("lumbar_spine", 24))


def test_everything_stays_within_its_meaning(simulate):
    """No density, cell or hormone is ever negative or endless, on any regimen of these tests."""
    for text in ("none", ANASTROZOLE, TAMOXIFEN, "letrozole 2.5 mg daily for 60 months"):
        for name, course in simulate(text, ATAC).quantity.items():
            assert np.all(np.isfinite(course)) and np.all(course >= 0.0), name
