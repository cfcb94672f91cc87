"""Densities, T-scores and Z-scores, and the facts behind them."""

import numpy as np
import pytest

from osteocast.errors import OsteocastError
from osteocast.measure import dxa

QUALITIES = {"fulltext", "abstract", "label", "secondary", "derived", "memory"}


@pytest.mark.parametrize("device", dxa.DEVICES)
@pytest.mark.parametrize("site", dxa.SITES)
def test_density_and_t_score_are_inverse(site, device):
    scores = np.linspace(-6, 4, 41)
    back = dxa.t_score(dxa.bmd(scores, site, device), site, device)
    np.testing.assert_allclose(back, scores, atol=1e-12)
    assert dxa.t_score(dxa.bmd(-1.4, site, device), site, device) == pytest.approx(-1.4)


def test_known_values():
    assert dxa.bmd(-1.4, "lumbar_spine") == pytest.approx(0.893)
    assert dxa.bmd(-0.9, "total_hip") == pytest.approx(0.8322)
    assert dxa.t_score(0.858, "Femoral neck", "hologic") == 0.0
    assert dxa.bmd(-1.4, "lumbar_spine", "GE Lunar") > dxa.bmd(-1.4, "lumbar_spine") + 0.1


def test_lunar_references_are_the_hologic_ones_through_hui_1997():
    def lunar(site, hologic):
        if site == "lumbar_spine":
            return (1.0550 * (hologic - 0.972)) / 0.9683 + 1.100
        a, b, c, d = {
            "femoral_neck": (0.019, 1.087, -0.023, 0.939),
            "total_hip": (0.006, 1.008, -0.031, 0.979),
        }[site]
        return (a + b * hologic - c) / d

    for site in ("lumbar_spine", "total_hip", "femoral_neck"):
        h, lu = dxa.reference(site), dxa.reference(site, "GE Lunar")
        assert lunar(site, h.mean_g_cm2) == pytest.approx(lu.mean_g_cm2, abs=0.001)
        assert lunar(site, h.mean_g_cm2 + h.sd_g_cm2) - lunar(site, h.mean_g_cm2) == pytest.approx(
            lu.sd_g_cm2, abs=0.001
        )


def test_z_score_is_nought_at_the_mean_for_age_and_men_count_from_women():
    assert dxa.z_score(0.952, "lumbar_spine", "female", 65.5) == pytest.approx(0.0, abs=1e-12)
    assert dxa.z_score(0.952 + 0.142, "lumbar_spine", "female", 65.5) == pytest.approx(1.0)
    assert dxa.t_by_age("total_hip", "male", 65.5)[0] == pytest.approx((0.997 - 0.942) / 0.122)
    means, sds = dxa.t_by_age("lumbar_spine", "female", np.array([10.0, 25.5, 99.0]))
    assert means[0] == means[1] > means[2] and sds.shape == (3,)


@pytest.mark.parametrize("site", dxa.SITES)
def test_women_lose_density_with_age_and_lie_below_men_when_old(site):
    means = dxa.t_by_age(site, "female", np.arange(50.0, 86.0))[0]
    assert np.all(np.diff(means) <= 0)
    assert dxa.t_by_age(site, "male", 70.0)[0] > dxa.t_by_age(site, "female", 70.0)[0]


def test_every_row_has_its_origin():
    for row in (*dxa._references(), *dxa._precisions().values()):
        assert row.basis in {"measured", "assumed"} and row.quality in QUALITIES and len(row.source) > 20
        assert row.device in dxa.DEVICES and row.site in dxa.SITES
    assert {"memory"} == {dxa.reference("one_third_radius", d).quality for d in dxa.DEVICES}
    assert all(len(dxa.age_sources(site, sex)) >= 6 for site in dxa.SITES for sex in dxa.SEXES)


def test_precision_gives_the_least_significant_change():
    assert dxa.precision("lumbar_spine").lsc_pct == pytest.approx(2.77 * 1.08)
    assert all(p.cv_pct <= p.worst_cv_pct for p in dxa._precisions().values())


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: dxa.t_score(0.9, "hip"), ["hip", "total_hip"]),
        (lambda: dxa.t_score(0.9, "lumbar_spin"), ["lumbar_spine"]),
        (lambda: dxa.t_score(0.9, "total_hip", "Lunar"), ["GE Lunar"]),
        (lambda: dxa.t_score(0.9, "total_hip", "Norland"), ["Norland", "Hologic", "GE Lunar"]),
        (lambda: dxa.t_by_age("total_hip", "woman", 50.0), ["woman", "female"]),
    ],
)
def test_unknown_names_are_refused_with_the_known_ones(call, words):
    with pytest.raises(OsteocastError) as caught:
        call()
    assert all(word in str(caught.value) for word in words)
