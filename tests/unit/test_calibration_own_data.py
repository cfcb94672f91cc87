"""Updating the stored fit from a user's own people: the data move what they speak of, and nothing else."""

import json
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from osteocast.calibration.individuals import Individual, OwnData, Seen, own_data
from osteocast.calibration.update import moved, report_of, update, write_update
from osteocast.errors import OsteocastError
from osteocast.parameters import registry
from osteocast.people.sample import Group
from osteocast.regimen import Regimen
from osteocast.trials.published import Arm

SHIFTED, SHIFT = "zoledronate_potency", 1.2
MONTHS = (0.0, 6.0, 12.0, 24.0)
SCANNER, ASSAY = 0.005, 0.1


def people(count):
    """Women on one infusion, their results still to be made."""
    made = []
    for i in range(count):
        group = Group("female", 58.0 + i, 7.0 + i, 22.0 + i)
        regimen = Regimen.parse("zoledronic acid 1 mg once")
        seen = tuple(Seen(month, name, 1.0) for month in MONTHS for name in ("lumbar_spine", "total_hip", "sCTX"))
        made.append(Individual(str(i + 1), group, regimen, seen, Arm(group, regimen).start_month))
    return made


@pytest.fixture(scope="module")
def found():
    """Results made with a parameter far from its stored value, and the update that they lead to."""
    blank = people(6)
    task = own_data(blank, only=[SHIFTED])
    rng = np.random.default_rng(7)
    fit = registry.posterior()
    truth = np.array([fit.log_mean[fit.names.index(SHIFTED)] + SHIFT])
    eta = np.clip(rng.standard_normal((len(blank), len(task.effects))), -2.0, 2.0)
    logs = np.asarray(task.predict(truth, eta))
    noise = [ASSAY if one.quantity == "sCTX" else SCANNER for each in blank for one in each.seen]
    values = iter(np.exp(logs + noise * rng.standard_normal(len(logs))))
    real = [one._replace(seen=tuple(seen._replace(value=float(next(values))) for seen in one.seen)) for one in blank]
    data = own_data(real, only=[SHIFTED])
    return data, update(data)


def row(found, name):
    return next(one for one in moved(found) if one["name"] == name)


@pytest.mark.slow
def test_a_shifted_parameter_is_found(found):
    _, result = found
    one = row(result, SHIFTED)
    assert one["log_sd"] < 0.65 * one["prior_log_sd"]
    assert abs(math.log(one["value"] / one["prior"]) - SHIFT) < 2.5 * one["log_sd"]
    assert math.log(one["value"] / one["prior"]) > 2.0 * one["log_sd"], "the data did not move it"


@pytest.mark.slow
def test_parameters_that_play_no_part_are_named_as_such(found):
    data, result = found
    report = report_of(result, data, ["table.csv"])
    assert "calcium_gain" in report["silent"] and SHIFTED not in report["silent"]
    one = row(result, "calcium_gain")
    assert one["log_sd"] == pytest.approx(one["prior_log_sd"], rel=0.02)


@pytest.mark.slow
def test_the_update_is_written_where_it_is_wanted_and_never_over_the_package(found, tmp_path):
    data, result = found
    before = registry.POSTERIOR.read_bytes()
    paths = write_update(result, tmp_path / "new", report_of(result, data, []))
    written = json.loads(paths[0].read_text())
    assert written["names"] == list(registry.posterior().names)
    assert np.all(np.linalg.eigvalsh(np.array(written["log_cov"])) > 0.0)
    with pytest.raises(OsteocastError, match="not overwritten"):
        write_update(result, registry.FOLDER, {})
    assert registry.POSTERIOR.read_bytes() == before


def test_a_linear_model_is_updated_exactly(monkeypatch):
    """Normal prior, normal effects, straight lines: mean and covariance are known in closed form, those of the
    parameter that was held included."""
    rng = np.random.default_rng(11)
    mean, root = np.array([0.3, -0.2, 0.5]), rng.standard_normal((3, 3))
    cov = root @ root.T + 0.2 * np.eye(3)
    stored = registry.Posterior(("a", "b", "c"), tuple(mean), tuple(map(tuple, cov)))
    monkeypatch.setattr(registry, "posterior", lambda: stored)
    owner = np.repeat(np.arange(4), 3)
    a, b, y = rng.standard_normal((12, 2)), rng.standard_normal((12, 2)), rng.standard_normal(12)
    sd = 0.4

    def predict(theta, eta):
        return a @ theta + (b * eta[owner]).sum(axis=1)

    found = update(OwnData(("a", "c"), ("u", "v"), y, owner, np.eye(12) / sd, predict, 0))
    wide = np.zeros((12, 3))
    wide[:, [0, 2]] = a
    spread = (b @ b.T) * (owner[:, None] == owner[None, :]) + sd**2 * np.eye(12)
    information = np.linalg.inv(cov) + wide.T @ np.linalg.solve(spread, wide)
    truth = np.linalg.solve(information, np.linalg.solve(cov, mean) + wide.T @ np.linalg.solve(spread, y))
    np.testing.assert_allclose(found.log_mean, truth, atol=1e-6)
    np.testing.assert_allclose(found.log_cov, np.linalg.inv(information), atol=1e-8)


def made_up(monkeypatch, predict, observed):
    """An update of one parameter, median 1 and log sd 1, from results of one person with one idle effect."""
    stored = registry.Posterior(("a",), (0.0,), ((1.0,),))
    monkeypatch.setattr(registry, "posterior", lambda: stored)
    y = np.asarray(observed, float)
    return OwnData(("a",), ("u",), y, np.zeros(len(y), int), np.eye(len(y)) / 0.1, predict, 0)


def test_a_curved_model_ends_where_the_gradient_is_nought(monkeypatch):
    data = made_up(monkeypatch, lambda theta, eta: jnp.exp(theta[0]) * jnp.ones(3) + 0.0 * eta[0, 0], [2.0] * 3)
    at = float(update(data).log_mean[0])
    assert at + 3 * (math.exp(at) - 2.0) * math.exp(at) / 0.01 == pytest.approx(0.0, abs=0.02)


def test_a_search_that_stalls_away_from_the_mode_is_no_update(monkeypatch):
    """A slope of the wrong sign promises a descent that no step finds."""

    @jax.custom_jvp
    def bent(x):
        return x

    bent.defjvp(lambda primals, tangents: (primals[0], -tangents[0]))
    data = made_up(monkeypatch, lambda theta, eta: bent(theta[0]) * jnp.ones(3) + 0.0 * eta[0, 0], [2.0] * 3)
    with pytest.raises(OsteocastError, match="no descent"):
        update(data)


def test_a_gradient_that_is_not_finite_is_no_update(monkeypatch):
    """The square root of nought is finite, its slope is not."""
    data = made_up(monkeypatch, lambda theta, eta: jnp.sqrt(jnp.abs(theta[0])) * jnp.ones(3) + eta[0, 0], [2.0] * 3)
    with pytest.raises(OsteocastError, match="no finite gradient"):
        update(data)


def test_results_that_cannot_be_simulated_are_no_update(monkeypatch):
    data = made_up(monkeypatch, lambda theta, eta: jnp.log(theta[0] - 1.0) * jnp.ones(3) + eta[0, 0], [2.0] * 3)
    with pytest.raises(OsteocastError, match="cannot be compared"):
        update(data)


@pytest.mark.parametrize("variance, slope", [(-1e-6, 1.0), (1.0, 1e200)])
def test_information_that_is_not_finite_and_positive_is_no_update(monkeypatch, variance, slope):
    data = made_up(monkeypatch, lambda theta, eta: slope * theta[0] * jnp.ones(3) + 0.0 * eta[0, 0], [0.0] * 3)
    monkeypatch.setattr(registry, "posterior", lambda: registry.Posterior(("a",), (0.0,), ((variance,),)))
    with pytest.raises(OsteocastError, match="not positive definite"):
        update(data)


def test_without_results_nothing_is_updated():
    with pytest.raises(OsteocastError, match="no observations"):
        own_data([one._replace(seen=()) for one in people(1)])


def test_an_unknown_parameter_is_named_with_the_nearest():
    with pytest.raises(OsteocastError, match="zoledronate_potency"):
        own_data(people(1), only=["zoledronat_potency"])
