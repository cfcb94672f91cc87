"""Distributions of single quantities: value and number belong to each other, moments are those asked for."""

import numpy as np
import pytest
from scipy.special import ndtri

from osteocast.errors import OsteocastError
from osteocast.people.margins import Margin, from_median, with_moments

Z = ndtri((np.arange(100_000) + 0.5) / 100_000)


@pytest.mark.parametrize(
    "margin",
    [
        Margin("normal", 60.0, 8.0),
        Margin("lognormal", 27.0, 5.0),
        Margin("lognormal", 23.3, 19.2),
        Margin("beta", 0.79, 0.14),
    ],
)
def test_values_have_the_moments_and_lead_back_to_their_numbers(margin):
    value = margin.value(Z)
    assert value.mean() == pytest.approx(margin.mean, rel=1e-3)
    assert value.std() == pytest.approx(margin.sd, rel=5e-3)
    inner = np.abs(Z) < 3.0
    np.testing.assert_allclose(margin.latent(value)[inner], Z[inner], atol=1e-8)


def test_a_median_stays_the_median():
    assert np.median(from_median(18.0, 0.72, 0.0, np.inf).value(Z)) == pytest.approx(18.0, rel=1e-4)


@pytest.mark.parametrize(
    ("margin", "limits"),
    [
        (Margin("normal", -1.0, 0.8, -2.5, np.inf), (-2.5, np.inf)),
        (Margin("normal", -1.6, 0.38, -2.5, -1.0), (-2.5, -1.0)),
        (Margin("normal", 3.0, 2.0, 0.0, 60.0), (0.0, 60.0)),
        (Margin("lognormal", 27.0, 3.0, 18.0, 35.0), (18.0, 35.0)),
        (Margin("beta", 0.9, 0.06, 0.75, 1.0), (0.75, 1.0)),
    ],
)
def test_those_within_limits_have_the_moments_asked_for(margin, limits):
    value = with_moments(margin, "given, x").value(Z)
    assert value.mean() == pytest.approx(margin.mean, abs=5e-3 * margin.sd)
    assert value.std() == pytest.approx(margin.sd, rel=5e-3)
    assert limits[0] <= value.min() and value.max() <= limits[1]
    assert np.all(np.diff(value) >= 0.0)


def test_moments_that_cannot_be_are_refused():
    with pytest.raises(OsteocastError, match="lower the sd"):
        with_moments(Margin("normal", 0.0, 5.0, -1.0, 1.0), "given, x")


def test_a_fixed_value_is_everybodys():
    assert set(Margin("normal", 60.0, 0.0).value(Z[:50])) == {60.0}
