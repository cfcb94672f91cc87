"""Forecasts: one person, several strategies, the same draws."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from osteocast.engine.run import run
from osteocast.errors import OsteocastError
from osteocast.forecast import bands, numbers, stored
from osteocast.forecast.compare import compare
from osteocast.forecast.simulation import Job, simulate
from osteocast.forecast.why import why
from osteocast.model.assemble import SITES
from osteocast.people import streams
from osteocast.people.files import person_from_options
from osteocast.people.person import PastRegimen
from osteocast.people.sample import Group, quasi_numbers, values
from osteocast.regimen import Regimen

DRUG = "anastrozole 1 mg daily for 60 months"
ZOLEDRONATE = f"{DRUG} + zoledronic acid 4 mg every 6 months for 36 months"
DENOSUMAB = f"{DRUG} + denosumab 60 mg every 6 months for 24 months"
DRAWS = 60


@pytest.fixture(scope="module")
def woman():
    return person_from_options(sex="female", age=62.0, menopause=50.0, t_spine=-1.4, t_hip=-0.9, bmi=27.0)


@pytest.fixture(scope="module")
def forecast(woman):
    return compare(woman, [DRUG, "none", ZOLEDRONATE, DENOSUMAB], 7, DRAWS)


def courses(forecast):
    return {str(one.regimen): one for one in forecast.strategies}


# ---- what a forecast starts from


def test_density_starts_at_the_scan(forecast):
    for one in forecast.strategies:
        np.testing.assert_allclose(one.t_score("lumbar_spine")[0], -1.4, atol=1e-9)
        np.testing.assert_allclose(one.t_score("total_hip")[0], -0.9, atol=1e-9)


def test_months_are_whole_and_begin_before_the_first_dose(forecast):
    for one in forecast.to_dict()["strategies"]:
        assert one["months"] == list(range(85))
        assert all(band["median"][0] == 0.0 for band in one["drugs"].values())


def test_every_drug_with_a_level_is_reported_with_its_unit(forecast):
    result = forecast.to_dict()
    assert [sorted(one["drugs"]) for one in result["strategies"]] == [
        ["anastrozole"], [], ["anastrozole", "zoledronic acid"], ["anastrozole", "denosumab"],
    ]  # fmt: skip
    assert result["units"]["denosumab"] == "nmol/L"
    assert result["units"]["zoledronic acid"] == "effect at bone surface"


def test_what_was_filled_is_said(forecast):
    filled = {one["field"] for one in forecast.to_dict()["person"]["filled"]}
    assert "t_score.femoral_neck" in filled and "t_score.lumbar_spine" not in filled


# ---- a strategy's numbers are its own


def test_a_strategy_does_not_depend_on_what_it_is_compared_with(woman, forecast):
    alone = compare(woman, [ZOLEDRONATE], 7, DRAWS).strategies[0]
    among = courses(forecast)[str(Regimen.parse(ZOLEDRONATE))]
    for site in SITES:
        np.testing.assert_array_equal(alone.bmd[site], among.bmd[site])


def test_more_draws_keep_the_first_ones(woman, forecast):
    more = compare(woman, [DRUG], 7, 2 * DRAWS).strategies[0]
    few = courses(forecast)[DRUG]
    np.testing.assert_allclose(more.bmd["total_hip"][:, :DRAWS], few.bmd["total_hip"], rtol=1e-12)


def test_another_seed_is_another_sample(woman, forecast):
    other = compare(woman, [DRUG], 7, DRAWS, seed=1).strategies[0]
    assert not np.allclose(other.bmd["total_hip"][-1], courses(forecast)[DRUG].bmd["total_hip"][-1], rtol=1e-6)


def test_the_same_seed_is_the_same_result(woman, forecast):
    again = compare(woman, [DRUG], 7, DRAWS).to_dict()["strategies"][0]
    assert again == compare(woman, [DRUG], 7, DRAWS).to_dict()["strategies"][0]


# ---- what the strategies do


def test_an_inhibitor_loses_and_protection_saves(forecast):
    end = {name: np.median(one.bmd["lumbar_spine"][60]) for name, one in courses(forecast).items()}
    assert end[DRUG] < end["none"] < end[str(Regimen.parse(ZOLEDRONATE))]


def test_intervals_are_in_order_and_grow(forecast):
    for one in forecast.to_dict()["strategies"]:
        for site in SITES:
            band = one["sites"][site]["change_pct"]
            low, middle, high = (np.array(band[key]) for key in ("lo90", "median", "hi90"))
            assert np.all(low <= middle) and np.all(middle <= high)
            assert (high - low)[60] > (high - low)[3]


def test_support_tells_studied_from_beyond(woman, forecast):
    assert courses(forecast)[DRUG].support.kind == "studied"
    odd = compare(woman, ["tamoxifen 20 mg daily + raloxifene 60 mg daily"], 2, 10).strategies[0]
    assert odd.support.kind == "beyond" and odd.support.nearest


def test_past_treatment_matters(woman):
    treated = replace(
        woman, past_regimens=(PastRegimen(Regimen.parse("alendronate 70 mg weekly from month -60 until month 0")),)
    )
    with_, without = (compare(one, ["none"], 2, DRAWS).strategies[0].course for one in (treated, woman))
    assert np.median(with_.quantity["sCTX"][0]) < 0.8 * np.median(without.quantity["sCTX"][0])


def test_missed_infusions_lower_what_they_give(woman):
    full, half = (
        compare(woman, [f"zoledronic acid 4 mg every 6 months for 36 months adherence {share} %"], 3, 200)
        for share in (100, 50)
    )
    means = [one.strategies[0].bmd["lumbar_spine"][-1].mean() for one in (full, half)]
    assert means[0] > means[1]


# ---- bands


def test_crossing_counts_draws_at_or_below():
    below = np.array([[False, False], [True, False], [True, True]])
    assert bands.crossing(below, -2.5, np.array([0, 1, 2])) == {"t": -2.5, "month_50": 1, "probability_by_end": 1.0}
    assert bands.crossing(below[:1], -2.5, np.array([0]))["month_50"] is None


# ---- the pieces a forecast is made of


@pytest.fixture(scope="module")
def table():
    people = 300  # one full piece and one that is padded
    found = values([Group("female", 60.0, 12.0, 27.0)], quasi_numbers(512))
    return {name: np.broadcast_to(np.asarray(value, float), (512,))[:people].copy() for name, value in found.items()}


def test_pieces_give_what_the_engine_gives_in_one(table):
    """Cut over people and over time, with the end of one window the start of the next."""
    months = np.arange(0.0, 61.0)
    regimen = Regimen.parse(ZOLEDRONATE)
    whole = run(table, [regimen], np.zeros(300, int), months, start_month=-300.0)
    cut = simulate([Job(table, regimen, months, -300.0)])[0]
    for site in SITES:
        np.testing.assert_allclose(cut.quantity[site], whole.quantity[site], rtol=1e-11)
    np.testing.assert_allclose(cut.state["osteoclasts"], whole.state["osteoclasts"], rtol=1e-11)


def test_numbers_are_those_of_the_streams():
    table = numbers.Table(7, np.arange(300))
    table.add(["bmi", "between people: turnover"])
    for purpose in ("bmi", "between people: turnover"):
        np.testing.assert_array_equal(table(purpose), streams.normals(7, purpose, np.arange(300)))


# ---- compiled functions on disk


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("OSTEOCAST_CACHE", str(tmp_path))
    monkeypatch.setattr(stored, "_LOADED", {})
    return tmp_path / "osteocast"


def normals():
    return numbers.Table(7, np.arange(5))("bmi")


def test_a_damaged_file_is_made_anew(own_cache):
    expected = normals()
    file = next(own_cache.glob("normals-*.xla"))
    for damaged in (b"", file.read_bytes()[:-10], b"{}\nnonsense"):
        file.write_bytes(damaged)
        stored._LOADED.clear()
        np.testing.assert_array_equal(normals(), expected)


def test_another_jaxlib_gives_the_same_through_jax(own_cache, monkeypatch):
    expected = normals()

    def absent(*_):
        raise AttributeError("not in this jaxlib")

    monkeypatch.setattr(stored, "_Executable", absent)
    stored._LOADED.clear()
    np.testing.assert_array_equal(normals(), expected)


def test_a_cache_that_cannot_be_written_costs_only_time(own_cache, monkeypatch):
    expected = normals()

    def full(*_, **__):
        raise OSError("no space left")

    for file in own_cache.glob("*.xla"):
        file.unlink()
    monkeypatch.setattr(stored.tempfile, "mkstemp", full)
    stored._LOADED.clear()
    np.testing.assert_array_equal(normals(), expected)


def test_old_versions_are_removed(own_cache, monkeypatch):
    normals()
    for i in range(stored.KEEP + 3):
        (own_cache / f"normals-{i:032d}.xla").write_bytes(b"old")
    for file in own_cache.glob("normals-*.xla"):
        if file.stat().st_size > 10:
            file.unlink()
    stored._LOADED.clear()
    normals()
    assert len(list(own_cache.glob("normals-*.xla"))) == stored.KEEP


# ---- why


@pytest.fixture(scope="module")
def split(woman):
    return why(woman, ZOLEDRONATE, 5, DRAWS)


def test_parts_add_up_in_every_draw(split):
    for site in SITES:
        np.testing.assert_allclose(sum(split.parts[site].values()), split.change[site], atol=1e-9)
        np.testing.assert_allclose(sum(split.imbalance[site].values()), split.parts[site]["imbalance"], atol=1e-9)


def test_each_drug_has_the_sign_it_should(split):
    effects = split.drugs["lumbar_spine"]
    assert np.all(effects["anastrozole"][-1] < 0.0) and np.all(effects["zoledronic acid"][-1] > 0.0)


# ---- bad input


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"strategies": ["anastrozol 1 mg daily"]}, "anastrozole"),
        ({"strategies": ["teriparatide 20 ug daily"]}, "not modelled"),
        ({"years": 0}, "years"),
        ({"years": 41}, "years"),
        ({"draws": 3}, "draws"),
        ({"seed": -1}, "seed"),
    ],
)
def test_what_cannot_be_forecast_is_refused(woman, arguments, words):
    with pytest.raises(OsteocastError, match=words):
        compare(woman, **({"strategies": ["none"]} | arguments))


def test_no_slow_library_is_imported(woman, tmp_path):
    """A forecast starts in seconds because it imports little."""
    code = (
        "import sys, json\n"
        "from osteocast.cli import main\n"
        f"main(['compare', '--sex', 'female', '--age', '62', '--draws', '10', '--json', '--out', {str(tmp_path)!r}])"
        "\n"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stderr.strip().splitlines()[-1]))
    assert not loaded & {"pandas", "xarray", "statsmodels", "lifelines", "numpyro", "scipy", "sympy", "matplotlib"}


def test_a_measured_estradiol_is_where_the_forecast_starts():
    """After a natural menopause and after one by surgery, whose ovaries make no androgens any more."""
    from osteocast.people.person import Measurement, Person

    for kind in ("natural", "surgical"):
        someone = Person(
            sex="female", age=50.0, age_at_menopause=45.0, menopause_kind=kind, bmi=25.0,
            hormones=(Measurement(name="E2", value=20.0, unit="pmol/L"),),
        )  # fmt: skip
        start = compare(someone, ["none"], 1, 20).to_dict()["strategies"][0]["hormones"]["E2_pmol_l"]["median"][0]
        assert start == pytest.approx(20.0, rel=0.02), kind


def test_the_size_of_a_piece_changes_no_number(woman):
    few, many = (compare(woman, ["anastrozole 1 mg daily"], 2, n).strategies[0].bmd["total_hip"] for n in (300, 400))
    assert np.allclose(few, many[:, :300], rtol=1e-12, atol=0.0)
