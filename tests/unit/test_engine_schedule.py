"""From a sentence to exposure: adherence, pauses, rates, permanent changes, columns and padding."""

from types import SimpleNamespace

import numpy as np
import pytest

from osteocast.drugs.catalogue import catalogue
from osteocast.engine.exposure import course_levels, courses, drive_from, drive_of_begun, only
from osteocast.engine.schedule import breakpoints, modelled, schedule
from osteocast.errors import OsteocastError
from osteocast.model import assemble
from osteocast.people.sample import shared
from osteocast.regimen import Regimen

P = SimpleNamespace(**shared("female"))
MONTH = 30.4375


def drives(texts, day, column=(0,), taken=None, pad=2):
    """Every channel at one day, shape (people,)."""
    plan = schedule([Regimen.parse(text) for text in texts], np.array(column), taken, pad=pad)
    there = courses(plan, P)
    found = drive_from(course_levels(there, day), there)
    return {name: np.broadcast_to(np.asarray(x), (len(column),)) for name, x in vars(found).items()}


def one(text, day, channel):
    return float(drives([text], day)[channel][0])


def test_nothing_is_nothing():
    for day in (-1000.0, 0.0, 5000.0):
        assert all(np.all(level == 0.0) for level in drives(["none"], day).values())


def test_a_drug_acts_on_the_channels_of_its_card_and_no_others():
    """All of them, but where a parameter says that the effect is nought."""
    for name in modelled():
        card = catalogue()[name]
        actions = card.actions["on"]
        worth = {
            action["channel"]: np.prod([getattr(P, x) if isinstance(x, str) else x for x in action.get("times", ())])
            for action in actions
        }
        expected = {channel for channel, value in worth.items() if value != 0.0}
        assert set(worth) <= set(assemble.DRIVES)
        acting = {channel for channel, level in drives([card.usual], 2.1).items() if level[0] != 0.0}
        assert acting == expected, name


def test_nothing_acts_before_it_is_taken():
    for name in modelled():
        text = f"{catalogue()[name].usual.split(' for ')[0]} from month 2"
        assert all(level[0] == 0.0 for level in drives([text], 2.0 * MONTH - 0.01).values()), name


def test_adherence_scales_the_mean_exposure_of_daily_tablets():
    for day in (3.3, 100.7):
        full = one("anastrozole 1 mg daily", day, "competitor")
        assert one("anastrozole 1 mg daily adherence 80 %", day, "competitor") == pytest.approx(0.8 * full)
    full = one("calcium 1000 mg daily", 50.0, "calcium")
    assert one("calcium 1000 mg daily adherence 50 %", 50.0, "calcium") == pytest.approx(0.5 * full)


def test_adherence_of_rare_doses_takes_each_or_leaves_it():
    """Doses less than daily are each taken or missed by each person."""
    name = next((n for n in modelled() if catalogue()[n].usual.endswith("every 6 months")), None)
    if name is None:
        pytest.skip("no drug with rare doses acts yet")

    class Taken:
        """Person 0 takes every dose, person 1 none but the first, person 2 none."""

        horizon_d = 36.0 * MONTH

        def __call__(self, course, i):
            return np.array([1.0, float(i == 0), 0.0])

    usual = catalogue()[name].usual
    channel = catalogue()[name].actions["on"][0]["channel"]
    for day in (5.0, 6.0 * MONTH + 5.0):
        level = drives([f"{usual} adherence 70 %"], day, (0, 0, 0), Taken())[channel]
        every, first = (
            one(usual, day, channel),
            one(f"{usual.replace('every 6 months', 'once')}", day, channel),
        )
        np.testing.assert_allclose(level, [every, first, 0.0], rtol=1e-9, atol=1e-12 * every)


def test_a_pause_leaves_out_its_doses_and_the_clock_runs_on():
    """Before the pause as without it; in it the level falls; afterwards it climbs back to the same."""
    paused, whole = "anastrozole 1 mg daily pause month 6 to 8", "anastrozole 1 mg daily"
    assert one(paused, 5.9 * MONTH, "competitor") == one(whole, 5.9 * MONTH, "competitor")
    assert one(paused, 7.9 * MONTH, "competitor") < 1e-3 * one(whole, 7.9 * MONTH, "competitor")
    assert one(paused, 10.0 * MONTH, "competitor") == pytest.approx(one(whole, 10.0 * MONTH, "competitor"), rel=1e-4)


def test_a_patch_is_a_constant_rate():
    """In balance it delivers its dose times the share that reaches the circulation: 50 ug/day of 272.39 g/mol."""
    level = one("estradiol patch 50 ug/day", 200.0, "estradiol_input")
    assert level == pytest.approx(50e-6 / 272.39 * 1e9 * P.estradiol_patch_fraction, rel=1e-6)
    assert one("estradiol patch 50 ug/day for 6 months", 7.0 * MONTH, "estradiol_input") < 1e-6 * level


def test_a_depot_is_evened_out_to_one_at_its_usual_dose():
    """The labelled dose at the labelled interval gives the suppression that the parameter states."""
    for text in ("goserelin 3.6 mg every 28 days", "triptorelin 3.75 mg every 28 days"):
        assert one(text, 400.0, "suppression") == pytest.approx(P.gnrh_potency, rel=1e-6)


def test_an_operation_is_for_good():
    assert one("bilateral oophorectomy", -0.5, "gonad_removed") == 0.0
    for day in (1.0, 400.0, 20_000.0):
        assert one("bilateral oophorectomy", day, "gonad_removed") == pytest.approx(1.0, abs=1e-9)


def test_each_person_has_the_regimen_of_their_column():
    texts = ["none", "anastrozole 1 mg daily", "anastrozole 2 mg daily"]
    level = drives(texts, 60.4, (1, 0, 2, 1))["competitor"]
    single = one(texts[1], 60.4, "competitor")
    np.testing.assert_allclose(level, [single, 0.0, 2.0 * single, single], rtol=1e-12)


def test_empty_slots_add_nothing():
    for pad in (2, 6, 16):
        padded = drives(["anastrozole 1 mg daily + calcium 500 mg daily"], 33.3, pad=pad)
        plain = drives(["anastrozole 1 mg daily + calcium 500 mg daily"], 33.3, pad=1)
        assert all(padded[name] == plain[name] for name in assemble.DRIVES)


def test_drugs_that_do_not_act_have_no_course():
    silent = [card.usual for card in catalogue().values() if not card.actions]
    if not silent:
        pytest.skip("every card acts")
    plan = schedule([Regimen.parse(silent[0])], np.zeros(1, int))
    assert np.all(plan.card == 0) and len(breakpoints([Regimen.parse(silent[0])], 1e4)) == 0


def test_breakpoints_are_the_starts_ends_and_pauses():
    regimen = Regimen.parse(
        "anastrozole 1 mg daily from month 1 for 12 months + estradiol patch 50 ug/day for 3 months"
    )
    found = breakpoints([regimen], 1e4)
    for day in (MONTH, 0.0, 3.0 * MONTH):
        assert np.min(np.abs(found - day)) < 1e-9
    assert np.min(np.abs(found - 13.0 * MONTH)) <= 1.0  # the last tablet and its day
    assert len(found) == 4


def test_rare_doses_are_breakpoints_one_by_one():
    name = next((n for n in modelled() if catalogue()[n].usual.endswith("every 6 months")), None)
    if name is None:
        pytest.skip("no drug with rare doses acts yet")
    found = breakpoints([Regimen.parse(catalogue()[name].usual)], 20.0 * MONTH)
    np.testing.assert_allclose(found, np.array([0.0, 6.0, 12.0, 18.0]) * MONTH)


def test_a_drug_that_is_not_modelled_is_refused_by_name():
    from osteocast.engine.schedule import require_modelled

    silent = [card for card in catalogue().values() if not card.actions]
    if not silent:
        pytest.skip("every card acts")
    with pytest.raises(OsteocastError, match=silent[0].name):
        require_modelled(Regimen.parse(silent[0].usual))
    require_modelled(Regimen.parse("anastrozole 1 mg daily"))


MIXED = (
    "anastrozole 1 mg daily for 60 months + calcium 500 mg daily",
    "none",
    "zoledronic acid 4 mg every 6 months from month 6 + denosumab 60 mg every 6 months from month 24",
)


@pytest.mark.parametrize("day", [-3.0, 1.5, 200.2, 900.9, 4000.0])
def test_courses_one_by_one_give_what_all_at_once_give(day):
    column = np.array([0, 1, 2, 2, 0])
    taken = courses(schedule([Regimen.parse(text) for text in MIXED], column, pad=8), P)
    begun = drive_of_begun(taken, lambda one: course_levels(one, day), column.shape, day)
    whole = vars(drive_from(course_levels(taken, day), taken))
    assert set(vars(begun)) == set(whole)
    for name, expected in whole.items():
        np.testing.assert_allclose(getattr(begun, name), expected, rtol=1e-14, atol=0.0, err_msg=name)


def test_courses_that_act_on_none_of_the_channels_never_begin():
    taken = courses(schedule([Regimen.parse(text) for text in MIXED], np.array([0, 1, 2]), pad=8), P)
    some = only(taken, ("antibody_input",))
    assert some.channels == ("antibody_input",)
    assert np.sum(np.isfinite(taken.begins_d)) == 2
    assert np.sum(np.isfinite(some.begins_d)) == 1
    assert not np.isfinite(only(taken, ()).begins_d).any()
