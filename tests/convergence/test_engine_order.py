"""How fast the engine's error falls with the step, against its own finest grid.

A step solves every state exactly for the step's mean production and loss, so the engine is of second order:
half the step, a quarter of the error. Slopes are fitted to the root mean square of the relative error of density
over sites, months and people. They are not 2.00 exactly: months and starts of drugs cut steps wherever they fall,
so that a grid of half the step is not everywhere half as wide; measured slopes lie between 1.85 and 2.3.
"""

import numpy as np
import pytest

from osteocast.engine.accuracy import DEFAULT, PRECISE, Accuracy
from osteocast.engine.run import run
from osteocast.model import assemble
from osteocast.people.sample import Group
from osteocast.regimen import Regimen

PEOPLE = 16
MENOPAUSE = Group("female", 47.0, -3.0, 27.0)
AFTER = Group("female", 60.0, 12.0, 27.0)
LOWEST, HIGHEST = 1.65, 2.4


@pytest.fixture(scope="module")
def density(one_shape, sample):
    """Relative density, shape (sites, months, people), and the last state."""

    def asked(text, group, accuracy, months, start_month, state=None):
        result = run(
            sample(group, PEOPLE),
            [Regimen.parse(text)],
            np.zeros(PEOPLE, int),
            np.array(months, float),
            start_month=start_month,
            accuracy=accuracy,
            wanted=assemble.SITES,
            state=state,
        )
        return np.stack([result.quantity[name] for name in assemble.SITES]), result.state

    return asked


@pytest.fixture(scope="module")
def state_after_menopause(density):
    """Where twenty-five years of natural history leave the women: the start of every test of a drug, so that
    the error seen is the drug's alone."""
    _, state = density("none", AFTER, DEFAULT, [0.0], -300.0)
    return {name: np.asarray(value) for name, value in state.items()}


def slope(steps, errors):
    """Slope of log error against log step."""
    return float(np.polyfit(np.log(steps), np.log(errors), 1)[0])


def rms(x, reference):
    return float(np.sqrt(np.mean((x / reference - 1.0)[:, 1:] ** 2)))


def finer(factor, at):
    """The default grid with every step `factor` times smaller: sizes divided, repeats multiplied."""
    return Accuracy(
        DEFAULT.step_d / factor,
        DEFAULT.history_step_d / factor,
        DEFAULT.finest_d / factor,
        DEFAULT.repeat * factor,
        at,
    )


def test_natural_menopause_is_of_second_order(density):
    """Smooth forcing, no drug: the transition of three years."""
    months, start = [-60.0, -12.0, 0.0, 12.0, 24.0, 60.0], -120.0
    steps = (32.0, 16.0, 8.0, 4.0)
    finest, _ = density("none", MENOPAUSE, Accuracy(0.5, 0.5, 0.5, 1, DEFAULT.at), months, start)
    errors = [
        rms(density("none", MENOPAUSE, Accuracy(h, h, h, 1, DEFAULT.at), months, start)[0], finest) for h in steps
    ]
    assert LOWEST < slope(steps, errors) < HIGHEST, errors


@pytest.mark.parametrize(
    ("text", "at", "factors"),
    [
        pytest.param("estradiol patch 50 ug/day", DEFAULT.at, (1, 2, 4, 8), id="unbroken input"),
        pytest.param("conjugated estrogens 0.625 mg daily", DEFAULT.at, (1, 2, 4, 8), id="evened out"),
        pytest.param("tamoxifen 20 mg daily", PRECISE.at, (1, 2, 4), id="slow tablet"),
        pytest.param("anastrozole 1 mg daily for 6 months", PRECISE.at, (1, 2, 4), id="tablet, stopped"),
    ],
)
def test_the_start_of_a_drug_is_of_second_order(density, state_after_menopause, text, at, factors):
    """Exposure jumps at month 0. A tablet is sampled densely within its interval here: what is left is the error
    of the step, not of the sampling, whose floor (1e-5 at the default, 3e-7 here) does not fall with the step."""
    months = [0.0, 1.0, 3.0, 6.0, 9.0, 12.0]
    exact = Accuracy(0.25, 0.25, 1.0 / 16.0, 64, PRECISE.at)
    finest, _ = density(text, AFTER, exact, months, 0.0, state_after_menopause)
    errors = [
        rms(density(text, AFTER, finer(factor, at), months, 0.0, state_after_menopause)[0], finest)
        for factor in factors
    ]
    assert LOWEST < slope([1.0 / factor for factor in factors], errors) < HIGHEST, errors


def test_an_infusion_held_in_bone_converges(density, state_after_menopause):
    """A dose enters within minutes, in a layer far thinner than any step, and bone and the drug in it act on one
    another: no clean order, but an error that falls and is small throughout."""
    text, months = "zoledronic acid 4 mg every 6 months", [0.0, 1.0, 3.0, 6.0, 9.0, 12.0]
    exact = Accuracy(0.25, 0.25, 1.0 / 16.0, 64, PRECISE.at)
    finest, _ = density(text, AFTER, exact, months, 0.0, state_after_menopause)
    errors = [
        rms(density(text, AFTER, finer(factor, PRECISE.at), months, 0.0, state_after_menopause)[0], finest)
        for factor in (1, 8)
    ]
    assert errors[1] < 0.5 * errors[0] < 1e-4


@pytest.mark.parametrize(
    "text",
    [
        "anastrozole 1 mg daily",
        "estradiol 1 mg daily",
        "alendronate 70 mg weekly",
        "denosumab 60 mg every 6 months",
        "zoledronic acid 4 mg once",
    ],
)
def test_hourly_steps_give_the_same_as_the_default_step(density, state_after_menopause, text):
    """Within the promised error of density: 5e-4 at most, 1e-4 root mean square."""
    months = [0.0, 0.5, 1.0, 2.0, 3.0]
    hour = 1.0 / 24.0
    hourly, _ = density(text, AFTER, Accuracy(hour, hour, hour, 1, DEFAULT.at), months, 0.0, state_after_menopause)
    usual, _ = density(text, AFTER, DEFAULT, months, 0.0, state_after_menopause)
    assert np.abs(usual / hourly - 1.0).max() <= 5e-4
    assert rms(usual, hourly) <= 1e-4
