"""The model of repeated measures beside another fit of the same model: GEE with unstructured correlation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from osteocast.trials.analysis import analyse
from synthetic_trial import NO_EVENTS, Endpoint, Plan, trial


@pytest.mark.parametrize("loss", [0.0, 0.15])
def test_repeated_measures_agree_with_gee(loss):
    from statsmodels.api import GEE
    from statsmodels.genmod.cov_struct import Unstructured

    people, visits = trial(150, 11, difference=2.0, loss=loss)
    found = analyse(Plan((Endpoint(analysis="mmrm"),)), people, visits, NO_EVENTS).contrasts[0]
    wide = visits.pivot(index=["arm", "person"], columns="month", values="q_observed")
    change = 100.0 * (wide[[12.0, 24.0, 36.0]].to_numpy() / wide[[0.0]].to_numpy() - 1.0)
    base = wide[0.0].to_numpy() - wide[0.0].mean()
    new = (wide.index.get_level_values("arm") == "new").astype(float)
    scale = np.nanstd(change, axis=0)  # GEE has one variance for all visits; every term has its own value at each
    rows = []
    for visit in range(3):
        own = np.column_stack([new, 1.0 - new, base])
        x = np.zeros((len(new), 9))
        x[:, 3 * visit : 3 * visit + 3] = own
        rows.append(
            pd.DataFrame(x).assign(y=change[:, visit] / scale[visit], person=np.arange(len(new)), visit=visit)
        )
    long = pd.concat(rows).dropna().sort_values(["person", "visit"], kind="stable").reset_index(drop=True)
    x = long[list(range(9))].to_numpy()
    fit = GEE(long["y"].to_numpy(), x, groups=long["person"].to_numpy(), time=long["visit"].to_numpy(),
              cov_struct=Unstructured()).fit()  # fmt: skip
    difference = (fit.params[6] - fit.params[7]) * scale[2]
    covariance = fit.cov_params()
    error = (covariance[6, 6] + covariance[7, 7] - 2.0 * covariance[6, 7]) ** 0.5 * scale[2]
    assert found.difference == pytest.approx(difference, abs=0.1 * error)
    assert (found.hi95 - found.lo95) / 2.0 / 1.968 == pytest.approx(error, rel=0.03)
