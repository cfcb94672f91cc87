"""Averages and competing death against numerical integration by SciPy."""

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp
from scipy.stats import norm

from osteocast.fracture import cumulative_incidence, death_rate_per_year, incidence_per_year, rate_per_year
from osteocast.fracture.turnover import average, fitted, multipliers
from osteocast.measure import dxa


@pytest.mark.parametrize("sex", ["female", "male"])
@pytest.mark.parametrize(("outcome", "scan"), [("hip", "femoral_neck"), ("hip", "lumbar_spine"),
                                               ("vertebral_morphometric", "lumbar_spine"), ("wrist", "total_hip"),
                                               ("any_clinical", "femoral_neck")])  # fmt: skip
@pytest.mark.parametrize("age", [52.0, 66.0, 83.0])
def test_the_average_over_density_is_the_published_incidence(outcome, scan, sex, age):
    mean, sd = dxa.t_by_age(scan, sex, age)

    def density(t):
        return norm.pdf(t, mean, sd) * float(rate_per_year(outcome, sex=sex, age=age, t_scores={scan: t}))

    whole = quad(density, mean - 10 * sd, mean + 10 * sd, epsabs=1e-12)[0]
    assert whole == pytest.approx(float(incidence_per_year(outcome, sex=sex, age=age)), rel=1e-6)


@pytest.mark.parametrize("site", ["hip", "vertebral_morphometric"])
def test_the_average_over_turnover_is_one(site):
    def weight(z, which):
        return norm.pdf(z) * float(multipliers(site, 1.65 * np.exp(0.445 * z), sex="female", age=80.0)[which])

    def product(z):
        one = multipliers(site, 1.65 * np.exp(0.445 * z), sex="female", age=80.0)
        return norm.pdf(z) * float(one[0] * one[1])

    kinks = [-2.0, 0.0, 0.674]
    assert quad(weight, -9, 9, args=(0,), points=kinks)[0] == pytest.approx(1.0, rel=1e-5)
    assert quad(product, -9, 9, points=kinks)[0] == pytest.approx(1.0, rel=1e-5)


def test_the_closed_form_of_the_average():
    slope, extra, low, high = np.log(1.2), fitted().value, -2.0, 0.674

    def inside(z):
        return norm.pdf(z) * np.exp(slope * np.clip(z, low, high) + extra * min(z, 0.0))

    assert average(slope, extra, low, high) == pytest.approx(
        quad(inside, -9, 9, points=[low, 0.0, high])[0], rel=1e-8
    )


def test_competing_death_agrees_with_differential_equations():
    """Alive and unbroken S' = -(h + m) S, broken P' = h S, at a tight tolerance, with rates that rise with age."""

    def rates(year):
        age = 70.0 + year
        return float(rate_per_year("mof", sex="female", age=age)), float(death_rate_per_year("female", age))

    def change(year, x):
        h, m = rates(year)
        return [-(h + m) * x[0], h * x[0]]

    exact = solve_ivp(change, (0.0, 10.0), [1.0, 0.0], rtol=1e-10, atol=1e-12, max_step=0.1).y[1, -1]
    months = np.arange(0.0, 121.0, 3.0)
    h, m = np.array([rates(month / 12.0) for month in months]).T
    assert cumulative_incidence(months, h, m)[-1] == pytest.approx(exact, rel=2e-4)
