"""Laws of single equations, on plain floats and whatever numbers come: monotone, bounded, consistent."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osteocast.model import aromatase, assemble, axis, cells, estrogen_action, mineral, steroids
from osteocast.people.sample import Group

AFTER = Group("female", 60.0, 10.0, 27.0)
BEFORE = Group("female", 40.0, None, 25.0)
MAN = Group("male", 60.0, None, 27.0)

exposures = st.floats(0.0, 1e4)
shares = st.floats(0.0, 1.0)
small = st.floats(1e-6, 1e3)


def enzyme(residual=0.01, turnover=1.0):
    return SimpleNamespace(aromatase_residual=residual, enzyme_turnover=turnover)


# ---- aromatase


@given(small, exposures, exposures, shares, st.floats(0.0, 0.2))
def test_activity_falls_with_the_inhibitor_and_rises_with_substrate(substrate, drug, more, intact, residual):
    """Competition: v = Vmax S / (S + Km (1 + I/Ki)), as a share of v without drug."""
    p = enzyme(residual)
    left = aromatase.activity_left(substrate, drug, intact, p)
    assert residual * (1.0 - 1e-12) <= left <= 1.0 + 1e-12
    assert aromatase.activity_left(substrate, drug + more, intact, p) <= left + 1e-12
    assert aromatase.activity_left(3.0 * substrate, drug, intact, p) >= left - 1e-12


@given(exposures, exposures, st.floats(0.01, 10.0))
def test_a_suicide_inhibitor_leaves_less_enzyme_the_more_there_is(drug, more, turnover):
    """Renewal against destruction: between all and none, falling."""
    p = enzyme(turnover=turnover)
    left = aromatase.intact_enzyme(drug, p)
    assert 0.0 < left <= 1.0 and aromatase.intact_enzyme(drug + more, p) <= left
    assert aromatase.intact_enzyme(0.0, p) == 1.0


# ---- hormones


@pytest.mark.parametrize("group", [AFTER, BEFORE, MAN], ids=["after menopause", "before it", "man"])
@given(drug=exposures, more=exposures)
def test_estrogens_fall_with_every_step_of_dose(person, exposure, group, drug, more):
    """Estradiol, estrone and its sulfate have no other source that a reversible inhibitor would feed."""
    p = person(group)
    less, higher = (steroids.levels(exposure(competitor=dose), 0.0, 1.0, p) for dose in (drug, drug + more))
    for name in ("e2", "e1", "e1s", "free_e2", "aromatisation"):
        assert 0.0 <= getattr(higher, name) <= getattr(less, name) * (1.0 + 1e-12)


@given(drug=exposures, more=exposures)
def test_estrogens_fall_with_every_step_of_a_suicide_inhibitor(person, exposure, drug, more):
    p = person(AFTER)
    less, higher = (steroids.levels(exposure(inactivator=dose), 0.0, 1.0, p) for dose in (drug, drug + more))
    assert 0.0 < higher.e2 <= less.e2 * (1.0 + 1e-12)


@given(given_e2=st.floats(0.0, 500.0), more=st.floats(0.0, 500.0))
def test_estradiol_taken_raises_every_estrogen(person, exposure, given_e2, more):
    """What enters must show: the three pools exchange mass."""
    p = person(AFTER)
    less, higher = (steroids.levels(exposure(estradiol_input=x), 0.0, 1.0, p) for x in (given_e2, given_e2 + more))
    for name in ("e2", "e1", "e1s"):
        assert getattr(higher, name) >= getattr(less, name) * (1.0 - 1e-12)


@given(year=st.floats(-15.0, 15.0), later=st.floats(0.0, 5.0))
def test_the_ovary_only_fades(person, year, later):
    """The transition has one direction, and lasts about three years from nine tenths to one tenth."""
    p = person(AFTER)
    then, now = (
        axis.ovarian_function(p.menopause_day + t * axis.DAYS_PER_YEAR, 0.0, p) for t in (year, year + later)
    )
    assert 0.0 <= now <= then <= 1.0


def test_the_transition_takes_about_three_years(person):
    p = person(AFTER)
    days = [p.menopause_day + 0.01 * i * axis.DAYS_PER_YEAR for i in range(-1000, 1000)]
    awake = [axis.ovarian_function(day, 0.0, p) for day in days]
    years = 0.01 * sum(0.1 < x < 0.9 for x in awake)
    assert 1.5 < years < 6.0


@given(dose=st.floats(0.0, 50.0), more=st.floats(0.0, 50.0))
def test_suppression_silences_the_ovary(person, exposure, dose, more):
    p = person(BEFORE)
    less, higher = (steroids.levels(exposure(suppression=x), 0.0, 1.0, p) for x in (dose, dose + more))
    assert higher.e2 <= less.e2 * (1.0 + 1e-12)
    assert (
        steroids.levels(exposure(suppression=50.0), 0.0, 1.0, p).e2
        < 0.25 * steroids.levels(exposure(), 0.0, 1.0, p).e2
    )


@given(st.floats(0.001, 10.0), st.floats(0.0, 300.0), st.floats(0.0, 300.0))
def test_more_binding_globulin_leaves_less_free(binding, shbg, more):
    p = SimpleNamespace(albumin_binding=20.0)
    loose = steroids.unbound_to_shbg(binding, shbg, p)
    assert 0.0 < loose <= 1.0 and steroids.unbound_to_shbg(binding, shbg + more, p) <= loose


# ---- the receptor


@given(st.floats(1e-5, 10.0), exposures, shares, st.floats(1e-3, 1.0), st.floats(0.4, 2.5))
def test_a_partial_agonist_draws_activity_towards_its_own(free_e2, modulator, intrinsic, half, hill):
    """Gain where estradiol does less than the modulator would, loss where it does more; never past it."""
    p = SimpleNamespace(e2_half=half, e2_hill=hill)
    alone = estrogen_action.receptor_activity(free_e2, 0.0, 0.0, p)
    together = estrogen_action.receptor_activity(free_e2, modulator, intrinsic * modulator, p)
    low, high = sorted((alone, intrinsic))
    assert low - 1e-9 <= together <= high + 1e-9
    assert 0.0 <= alone < 1.0


@given(st.floats(1e-6, 1.0), st.floats(0.0, 1.0))
def test_the_deficit_is_nought_when_young_and_falls_with_estradiol(person_p, free_e2, more):
    lack = estrogen_action.deficit(free_e2, 0.0, 0.0, person_p)
    assert lack <= 1.0
    assert estrogen_action.deficit(free_e2 + more, 0.0, 0.0, person_p) <= lack + 1e-12
    assert abs(estrogen_action.deficit(person_p.free_e2_young, 0.0, 0.0, person_p)) < 1e-12


@pytest.fixture(scope="module")
def person_p(person):
    """A woman after menopause."""
    return person(AFTER)


# ---- cells and minerals


@given(lack=st.floats(0.0, 1.0), more=st.floats(0.0, 1.0), load=st.floats(0.6, 1.6))
def test_less_estrogen_means_more_signal_to_resorb(person_p, exposure, lack, more, load):
    """RANKL up, OPG down, sclerostin up; a heavier load tempers the rise."""
    state = SimpleNamespace(**assemble.YOUNG_ADULT)
    usual = assemble.forcing(exposure(), 0.0, state, person_p) | assemble.blockade(state, person_p)
    usual |= assemble.slow(0.0, person_p) | assemble.YOUNG_ADULT

    def seen(deficit, carried):
        return SimpleNamespace(**(usual | {"estrogen_deficit": deficit, "load": carried}))

    worse = min(lack + more, 1.0)
    assert cells.rankl(seen(worse, load), person_p) >= cells.rankl(seen(lack, load), person_p)
    assert 0.0 < cells.opg(seen(worse, load), person_p) <= cells.opg(seen(lack, load), person_p)
    assert cells.resorption_signal(seen(worse, load), person_p) >= cells.resorption_signal(seen(lack, load), person_p)
    assert cells.sclerostin(seen(worse, load), person_p) >= cells.sclerostin(seen(lack, load), person_p)
    assert cells.rankl(seen(lack, 1.1 * load), person_p) <= cells.rankl(seen(lack, load), person_p)


@given(intake=st.floats(0.0, 5000.0), more=st.floats(0.0, 5000.0), vitamin_d=st.floats(5.0, 500.0))
def test_calcium_lowers_parathyroid_hormone_less_and_less(person_p, exposure, intake, more, vitamin_d):
    """Absorption saturates; more intake never raises the hormone, and never silences it."""
    now, then = (mineral.pth(exposure(calcium=x), person_p) for x in (intake, intake + more))
    assert 0.0 < then <= now <= 1.0 + 1e-12
    assert mineral.absorbed_calcium(intake, vitamin_d, person_p) < person_p.calcium_max
