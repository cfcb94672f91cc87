"""Single equations against cases worked out by hand."""

from types import SimpleNamespace

import pytest

from osteocast.model import aromatase, axis, bone, cells, estrogen_action, markers, maths, mineral, steroids
from osteocast.people.sample import Group

AFTER = Group("female", 60.0, 10.0, 27.0)


# ---- helpers


def test_helpers_on_floats():
    assert maths.power(4.0, 0.5) == pytest.approx(2.0)
    assert maths.logistic(0.0) == 0.5
    assert maths.softplus(0.0) == pytest.approx(0.6931471805599453)
    assert maths.softplus(-40.0) == pytest.approx(0.0, abs=1e-15) and maths.softplus(40.0) == pytest.approx(40.0)


# ---- aromatase


def enzyme(residual=0.0):
    return SimpleNamespace(aromatase_residual=residual, enzyme_turnover=0.5)


def test_a_competitor_of_one_plus_substrate_halves_activity():
    """(1 + S) / (1 + S + I) = 1/2 where I = 1 + S."""
    assert aromatase.activity_left(0.1, 1.1, 1.0, enzyme()) == pytest.approx(0.5)
    assert aromatase.activity_left(150.0, 151.0, 1.0, enzyme()) == pytest.approx(0.5)


def test_the_same_drug_does_little_where_substrate_is_plenty():
    """I/Ki = 30: 1.1/31.1 is left in fat, 151/181 in the follicle."""
    assert aromatase.activity_left(0.1, 30.0, 1.0, enzyme()) == pytest.approx(1.1 / 31.1)
    assert aromatase.activity_left(150.0, 30.0, 1.0, enzyme()) == pytest.approx(151.0 / 181.0)


def test_the_residual_is_beyond_reach_and_nothing_is_lost_without_drug():
    assert aromatase.activity_left(0.1, 1e12, 1.0, enzyme(0.02)) == pytest.approx(0.02)
    assert aromatase.activity_left(0.1, 0.0, 0.0, enzyme(0.02)) == pytest.approx(0.02)
    assert aromatase.activity_left(0.1, 0.0, 1.0, enzyme(0.02)) == 1.0


def test_destruction_as_fast_as_renewal_leaves_half_the_enzyme():
    assert aromatase.intact_enzyme(0.5, enzyme()) == 0.5


# ---- steroids


def test_fluxes_balance(person, exposure):
    """What is made of estrone, estradiol and estrone sulfate, directly or from one another, is what is cleared:
    the three linear balances, written out, hold at any exposure."""
    p = person(AFTER)
    for drive in (exposure(), exposure(competitor=20.0), exposure(estradiol_input=80.0, estrone_input=300.0)):
        level = steroids.levels(drive, 0.0, 1.0, p)
        loose_e2, loose_t = (
            steroids.unbound_to_shbg(binding, level.shbg, p) / steroids.unbound_to_shbg(binding, p.shbg_reference, p)
            for binding in (p.binding_e2, p.binding_t)
        )
        flux_1 = level.e1 * p.cl_e1 * p.size
        flux_s = level.e1s * p.cl_e1s * p.size
        flux_2 = (level.e2 - p.e2_floor) * p.cl_e2 * p.size * loose_e2
        made_a = level.androstenedione * p.cl_androstenedione * p.size
        made_t = level.testosterone * p.cl_testosterone * p.size * loose_t
        tissue = p.aromatase_amount * (p.bmi / p.bmi_reference) ** p.aromatase_bmi * level.aromatisation
        follicle = aromatase.activity_left(
            p.substrate_ovary, drive.competitor, aromatase.intact_enzyme(drive.inactivator, p), p
        )
        ovary = axis.ovarian_function(0.0, 0.0, p) * p.ovary_estradiol * follicle
        direct_1 = p.a_to_e1 * tissue * made_a + drive.estrone_input
        direct_2 = p.t_to_e2 * tissue * made_t + ovary + drive.estradiol_input
        assert flux_1 == pytest.approx(direct_1 + p.e2_to_e1 * flux_2 + p.e1s_to_e1 * flux_s)
        assert flux_2 == pytest.approx(direct_2 + p.e1_to_e2 * flux_1 + p.e1s_to_e2 * flux_s)
        assert flux_s == pytest.approx(p.e1_to_e1s * flux_1 + p.e2_to_e1s * flux_2)


def test_without_exchange_a_level_is_production_over_clearance(person, exposure):
    """100 nmol/day into nothing but estradiol, cleared at 1000 L/day: 0.1 nmol/L and the assay's floor."""
    still = dict.fromkeys(("e1_to_e2", "e2_to_e1", "e1s_to_e1", "e1s_to_e2", "e1_to_e1s", "e2_to_e1s"), 0.0)
    none = dict.fromkeys(("t_to_e2", "a_to_e1", "ovary_estradiol", "binding_e2", "e2_floor"), 0.0)
    p = SimpleNamespace(**(vars(person(AFTER)) | still | none | {"cl_e2": 1000.0, "size": 1.0}))
    level = steroids.levels(exposure(estradiol_input=100.0), 0.0, 1.0, p)
    assert level.e2 == pytest.approx(0.1) and level.e1 == pytest.approx(0.0) and level.e1s == pytest.approx(0.0)


def test_removed_gonads_make_nothing(person, exposure):
    """Removing silent ovaries still takes the testosterone of their stroma; before menopause it takes estradiol."""
    late, early = person(AFTER), person(Group("female", 40.0, None, 25.0))
    out = exposure(gonad_removed=1.0)
    assert (
        steroids.levels(out, 0.0, 1.0, late).testosterone < steroids.levels(exposure(), 0.0, 1.0, late).testosterone
    )
    assert steroids.levels(out, 0.0, 1.0, early).e2 < 0.2 * steroids.levels(exposure(), 0.0, 1.0, early).e2


def test_ovarian_function_is_half_at_its_lead_before_the_final_period(person):
    p = person(AFTER)
    day = p.menopause_day - p.menopause_lead * axis.DAYS_PER_YEAR
    assert axis.ovarian_function(day, 0.0, p) == pytest.approx(0.5)
    assert axis.ovarian_function(day, 1.0, p) == pytest.approx(0.25)


# ---- the receptor in bone


RECEPTOR = SimpleNamespace(e2_half=0.04, e2_hill=1.0, free_e2_young=0.36)


def test_estradiol_at_its_half_level_gives_half():
    assert estrogen_action.receptor_activity(0.04, 0.0, 0.0, RECEPTOR) == pytest.approx(0.5)
    assert estrogen_action.receptor_activity(0.36, 0.0, 0.0, RECEPTOR) == pytest.approx(0.9)


def test_a_modulator_in_excess_leaves_its_own_activity():
    """Intrinsic activity 0.6: a gain over estradiol's 1/3 after menopause, a loss from 0.9 before it."""
    for free_e2 in (0.02, 0.36):
        activity = estrogen_action.receptor_activity(free_e2, 1e6, 0.6e6, RECEPTOR)
        assert activity == pytest.approx(0.6, abs=1e-4)
    after = [estrogen_action.deficit(0.02, t, 0.6 * t, RECEPTOR) for t in (0.0, 10.0)]
    before = [estrogen_action.deficit(0.36, t, 0.6 * t, RECEPTOR) for t in (0.0, 10.0)]
    assert after[1] < after[0] and before[1] > before[0]


def test_modulator_and_estradiol_share_sites():
    """Half the sites each: the mean of the two activities, 1 and 0.6, of the occupied two thirds."""
    assert estrogen_action.receptor_activity(0.04, 1.0, 0.6, RECEPTOR) == pytest.approx((1.0 + 0.6) / 3.0)


def test_a_full_agonist_adds_like_estradiol():
    mixed = estrogen_action.receptor_activity(0.04, 2.0, 2.0, RECEPTOR)
    assert mixed == pytest.approx(estrogen_action.receptor_activity(0.12, 0.0, 0.0, RECEPTOR))


def test_no_estrogen_at_all_is_a_deficit_of_one():
    assert estrogen_action.deficit(1e-12, 0.0, 0.0, RECEPTOR) == pytest.approx(1.0)


# ---- cells, bone, mineral


def test_a_chain_of_cells_follows_with_its_life_span():
    p = SimpleNamespace(reversal_time=30.0, osteoblast_life=90.0, bsap_delay=20.0)
    assert cells.reversal(SimpleNamespace(osteoclasts=2.0), p) == pytest.approx((2.0 / 30.0, 1.0 / 30.0))
    assert cells.osteoblasts(SimpleNamespace(reversal=3.0), p) == pytest.approx((3.0 / 90.0, 1.0 / 90.0))
    assert markers.late_osteoblasts(SimpleNamespace(osteoblasts=1.5), p) == pytest.approx((0.075, 0.05))


def test_remodelling_space_weighs_waiting_and_filling_by_their_time():
    p = SimpleNamespace(reversal_time=30.0, osteoblast_life=90.0)
    assert bone.remodelling_space(SimpleNamespace(reversal=2.0, osteoblasts=1.0), p) == pytest.approx(1.25)


def test_density_is_volume_less_missing_mineral_times_stored_calcium():
    """0.4 x 0.9 + 0.6 x 1.0 = 0.96; twice as much young bone lacks 0.2 x 300 d x (0.4 x 1e-3 + 0.6 x 1e-4)."""
    site = SimpleNamespace(share=0.4, trabecular_turnover=1e-3, cortical_turnover=1e-4)
    p = SimpleNamespace(mineral_deficit=0.2, mineralisation_time=300.0, calcium_gain=0.05)
    still = bone.density(site, SimpleNamespace(young_bone=1.0, calcium_store=0.0), 0.9, 1.0, p)
    assert still == pytest.approx(0.96)
    young = bone.density(site, SimpleNamespace(young_bone=2.0, calcium_store=0.2), 0.9, 1.0, p)
    assert young == pytest.approx((0.96 - 0.2 * 300.0 * (0.4e-3 + 0.6e-4)) * 1.01)


def test_scaffold_is_never_made_again():
    p = SimpleNamespace(perforation=1e-4, perforation_width=0.1)
    for osteoclasts in (0.1, 0.5, 1.0, 1.5, 3.0):
        made, lost = bone.scaffold(SimpleNamespace(osteoclasts=osteoclasts), p)
        assert made == 0.0 and lost >= 0.0
    fast, slow = (bone.scaffold(SimpleNamespace(osteoclasts=x), p)[1] for x in (3.0, 2.0))
    assert fast > slow > 0.0


def test_calcium_absorption_is_half_at_its_half_intake():
    p = SimpleNamespace(calcium_max=500.0, calcium_half=900.0, vitamin_d_half=12.0)
    assert mineral.absorbed_calcium(900.0, 1e3, p) == pytest.approx(250.0)
    assert mineral.absorbed_calcium(900.0, 0.0, p) == 0.0
