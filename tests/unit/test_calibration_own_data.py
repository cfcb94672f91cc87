"""Updating the stored fit from a user's own people: the data move what they speak of, and nothing else."""

import json
import math

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


def test_without_results_nothing_is_updated():
    with pytest.raises(OsteocastError, match="no observations"):
        own_data([one._replace(seen=()) for one in people(1)])


def test_an_unknown_parameter_is_named_with_the_nearest():
    with pytest.raises(OsteocastError, match="zoledronate_potency"):
        own_data(people(1), only=["zoledronat_potency"])
