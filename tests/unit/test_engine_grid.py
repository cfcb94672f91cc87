"""The time grid: what must be an edge is one, no step is longer than allowed, and padding does nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from osteocast.engine.accuracy import DEFAULT, PRECISE
from osteocast.engine.grid import grid
from osteocast.engine.prepare import _padded, prepare
from osteocast.engine.schedule import StepLimit
from osteocast.regimen import Regimen

NEAR = 1e-6
days = st.integers(-40_000, 40_000).map(lambda n: n / 10.0)


@st.composite
def layouts(draw):
    """Start, outputs and breakpoints as an engine run could have them."""
    start = draw(days)
    outputs = sorted({start + x for x in draw(st.lists(st.integers(0, 3000), min_size=1, max_size=8))})
    if outputs[-1] <= start:
        outputs.append(start + 1.0)
    breaks = np.array(sorted(set(draw(st.lists(days, max_size=12)))), float)
    accuracy = draw(st.sampled_from([DEFAULT, PRECISE]))
    return start, np.array(outputs, float), breaks, accuracy


def lay(start, outputs, breaks, accuracy):
    return grid(
        start,
        outputs,
        breaks,
        step_d=accuracy.step_d,
        history_step_d=accuracy.history_step_d,
        finest_d=accuracy.finest_d,
        repeat=accuracy.repeat,
    )


def is_edge(edges, day):
    return np.min(np.abs(edges - day)) < NEAR


@given(layouts())
def test_every_output_and_breakpoint_is_an_edge(layout):
    start, outputs, breaks, _ = layout
    edges = lay(*layout).edges_d
    assert np.all(np.diff(edges) > 0.0)
    assert edges[0] == start and abs(edges[-1] - outputs[-1]) < NEAR
    assert all(is_edge(edges, day) for day in outputs)
    assert all(is_edge(edges, day) for day in breaks if start <= day <= outputs[-1])


@given(layouts())
def test_outputs_are_read_where_they_belong(layout):
    _, outputs, _, _ = layout
    laid = lay(*layout)
    assert laid.first_step[0] == 0 and np.all(np.diff(laid.first_step) >= 0)
    np.testing.assert_allclose(laid.edges_d[laid.first_step[1:]], outputs, atol=NEAR)


@given(layouts())
def test_no_step_is_longer_than_allowed(layout):
    """Only a piece between breakpoints that ends before month 0 may use the long steps of history."""
    *_, accuracy = layout
    edges = lay(*layout).edges_d
    steps = np.diff(edges)
    longest = max(accuracy.step_d, accuracy.history_step_d)
    assert np.all(steps <= longest + NEAR)
    assert np.all(steps[edges[:-1] >= 0.0] <= accuracy.step_d + NEAR)


@given(layouts())
def test_steps_start_small_after_a_change_of_exposure_and_grow_slowly(layout):
    """The first step after a breakpoint is the finest, and steps at most double."""
    start, outputs, breaks, accuracy = layout
    edges = lay(*layout).edges_d
    for day in breaks[(breaks >= start) & (breaks < outputs[-1] - NEAR)]:
        first = int(np.argmin(np.abs(edges - day)))
        assert edges[first + 1] - edges[first] <= accuracy.finest_d + NEAR


def test_a_grid_worked_out_by_hand():
    """From a breakpoint at 0: two steps of 2, two of 4, two of 8, then 16; what is left before an output, at day 9
    and at the end, is shared in whole days."""
    laid = lay(0.0, np.array([9.0, 50.0]), np.array([0.0]), DEFAULT)
    np.testing.assert_allclose(laid.edges_d, [0, 2, 4, 6, 9, 13, 17, 25, 33, 42, 50])
    np.testing.assert_array_equal(laid.first_step, [0, 4, 10])


def test_padding_repeats_the_last_entry():
    """A padded step has no length and a padded output no steps."""
    padded = _padded(np.array([1.0, 2.0, 5.0]), 4)
    np.testing.assert_array_equal(padded, [1.0, 2.0, 5.0, 5.0])
    np.testing.assert_array_equal(_padded(padded, 4), padded)


def test_prepared_arrays_end_in_padding_only():
    regimen = Regimen.parse("anastrozole 1 mg daily for 24 months pause month 6 to 8 + calcium 1000 mg daily")
    months = np.array([0.0, 6.0, 24.0, 36.0])
    _, edges, first, _ = prepare(
        [regimen], np.zeros(2, int), months, start_month=-120.0, state=None, accuracy=DEFAULT
    )
    steps = int(first[len(months)])
    assert np.all(edges[steps:] == edges[steps]) and np.all(np.diff(edges[: steps + 1]) > 0.0)
    assert np.all(first[len(months) :] == steps)
    np.testing.assert_allclose(edges[first[1 : len(months) + 1]], months * 30.4375, atol=NEAR)
    for month in (6.0, 8.0, 24.0):
        # a pause and an end fall on the next whole tablet
        assert np.min(np.abs(edges - np.ceil(month * 30.4375))) < NEAR


def test_a_step_of_no_length_changes_nothing(person):
    """What padding relies on, in the step itself, with a drug on board."""
    from types import SimpleNamespace

    import jax.numpy as jnp

    from osteocast.engine.exposure import courses
    from osteocast.engine.schedule import schedule
    from osteocast.engine.simulate import advance
    from osteocast.model import assemble
    from osteocast.people.sample import Group

    p = SimpleNamespace(**{n: np.full(1, x) for n, x in vars(person(Group("female", 60.0, 10.0, 27.0))).items()})
    plan = schedule([Regimen.parse("anastrozole 1 mg daily + denosumab 60 mg every 6 months")], np.zeros(1, int))
    state = {name: np.full(1, value + 0.25) for name, value in assemble.YOUNG_ADULT.items()}
    edges = jnp.array([100.0, 100.0])
    after, _, _ = advance(state, edges, jnp.array([0, 1]), courses(plan, p), p, DEFAULT.at, ())
    for name, value in state.items():
        np.testing.assert_array_equal(np.asarray(after[name]), value)


@pytest.mark.parametrize("accuracy", [DEFAULT, PRECISE])
def test_the_fine_steps_keep_to_the_clock_of_daily_tablets(accuracy):
    """Steps of at least a day are whole days, so that each sees whole dosing intervals."""
    sizes = accuracy.finest_d * 2.0 ** np.arange(12)
    long = sizes[(sizes >= 1.0) & (sizes <= accuracy.step_d)]
    np.testing.assert_array_equal(long, np.round(long))


def test_a_limit_shortens_steps_only_while_it_lasts():
    limits = [StepLimit(100.0, 200.0, 0.25)]
    laid = grid(
        0.0, np.array([400.0]), np.array([100.0]), limits, step_d=16.0, history_step_d=48.0, finest_d=2.0, repeat=2
    )
    steps = np.diff(laid.edges_d)
    inside = (laid.edges_d[:-1] >= 100.0) & (laid.edges_d[:-1] < 200.0)
    assert steps[inside].max() <= 4.0 + NEAR and steps[~inside].max() > 8.0
    assert is_edge(laid.edges_d, 200.0)


def test_doses_are_edges_without_small_steps_after_them():
    laid = grid(
        0.0, np.array([60.0]), np.array([]), (), [7.5, 21.0], step_d=16.0, history_step_d=48.0, finest_d=2.0, repeat=2
    )
    np.testing.assert_allclose(laid.edges_d, [0.0, 7.5, 21.0, 34.0, 47.0, 60.0])


def test_treatment_before_month_0_is_cut_finely_and_the_life_before_it_coarsely():
    laid = grid(
        -4000.0, np.array([0.0]), np.array([-1000.0]), step_d=16.0, history_step_d=48.0, finest_d=2.0, repeat=2
    )
    steps, before = np.diff(laid.edges_d), laid.edges_d[:-1] < -1000.0
    assert steps[before].min() > 30.0 and steps[~before].max() <= 16.0 + NEAR
