"""The drawings of the mechanism, scenes, words, equations and evidence of the pages, without a browser."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from osteocast.errors import OsteocastError
from osteocast.evidence.targets import read_targets
from osteocast.explain.glossary import terms
from osteocast.forecast import history
from osteocast.forecast.compare import Forecast, compare, drawn_person
from osteocast.forecast.mechanism import UNITS, derived, is_given, mechanisms, turned_over
from osteocast.forecast.simulation import Job, simulate
from osteocast.model import assemble
from osteocast.people.files import person_from_dict
from osteocast.regimen import Regimen
from osteocast.report import mechanism, why_bars
from osteocast.report.evidence import evidence_view, year_of
from osteocast.report.levels import LEVELS
from osteocast.report.moving import Frames
from osteocast.trials import comparisons
from osteocast.trials.validate import validate
from osteocast.web import glossing, scenes
from osteocast.web.routes import equations as equations_page
from osteocast.web.wording import say, texts

WOMAN = {"sex": "female", "age": 62, "age_at_menopause": 50, "menopause": "natural", "bmi": 27, "date": "2025-03-24"}
REGIMEN = "anastrozole 1 mg daily for 60 months + zoledronic acid 4 mg every 6 months for 36 months"
DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def forecast() -> Forecast:
    return compare(person_from_dict(WOMAN), [REGIMEN, "none"], years=7, draws=40)


@pytest.fixture(scope="module")
def chain(forecast: Forecast) -> dict[str, Any]:
    """What the drawing is made from, as a file would hold it."""
    found: dict[str, Any] = json.loads(json.dumps(mechanisms(forecast)[0].to_dict()))
    return found


# ---- quantities


def test_quantities_are_those_of_the_forecast(forecast: Forecast, chain: Mapping[str, Any]) -> None:
    said = forecast.to_dict()["strategies"][0]
    assert chain["months"] == said["months"]
    assert chain["quantities"]["estradiol"] == said["hormones"]["E2_pmol_l"]
    for name in ("rankl", "opg", "osteoclasts", "osteoblasts"):
        assert chain["quantities"][name] == said["cells"][name]
    change = said["sites"]["lumbar_spine"]["change_pct"]["median"]
    np.testing.assert_allclose(chain["quantities"]["lumbar_spine"]["median"], change, atol=2e-3)
    levels = {one["name"]: one["level"] for one in chain["taken"]}
    assert levels == said["drugs"]


def test_signal_is_one_less_the_deficit_that_the_mechanism_works_with(forecast: Forecast) -> None:
    found = forecast.strategies[1]
    p = type("P", (), dict(forecast.draws.values))
    ours = derived(found.course.quantity, found.course.state, found.months, p)["signal"] / 100
    # RANKL rises with the deficit and with nothing else but load, which is the same at every month.
    load = np.asarray(p.bmi) / np.asarray(p.bmi_reference)
    deficit = (
        np.log(found.course.quantity["rankl"])
        / np.log(1 + np.asarray(p.rankl_gain))
        * load ** np.asarray(p.load_protection)
    )
    np.testing.assert_allclose(ours, 1 - deficit, rtol=1e-6)


def test_removed_and_built_account_for_the_volume_that_the_engine_gives() -> None:
    person = person_from_dict(WOMAN)
    numbers, drawn = drawn_person(person, 20, 7)
    now = history.present(person, drawn, numbers)
    months = np.arange(0, 24.01, 0.25)
    regimen = history.future(person, drawn, Regimen.parse("anastrozole 1 mg daily"))
    taken = history.Taken(numbers, history.horizon_d(3))
    course = simulate([Job(drawn.values, regimen, months, 0.0, state=now.state, taken=taken)])[0]
    p = type("P", (), dict(drawn.values))
    removed, built = turned_over(course.quantity, course.state, months, p)
    t_d = months[:, None] * history.DAYS_PER_MONTH
    seen = type("Seen", (), {"age": p.age + t_d / 365.25})
    rate = (built - removed) * assemble.site("lumbar_spine", seen, p).trabecular_turnover
    change = np.cumsum(np.diff(t_d, axis=0) * (rate[1:] + rate[:-1]) / 2, axis=0)
    volume = course.quantity["spine_trabecular"]
    lost = volume[1:] - volume[:1]
    assert np.median(lost[-1]) < -0.01
    np.testing.assert_allclose(change[-1], lost[-1], rtol=0.06)


def test_men_have_the_axis_and_women_do_not(chain: Mapping[str, Any]) -> None:
    man = compare(person_from_dict({"sex": "male", "age": 60, "date": "2025-03-24"}), ["none"], years=1, draws=20)
    assert set(mechanisms(man)[0].quantities) == set(UNITS)
    assert set(chain["quantities"]) == set(UNITS) - {"lh", "testosterone"}


@pytest.mark.parametrize(
    ("sentence", "month", "given"),
    [
        ("anastrozole 1 mg daily for 60 months", 59, True),
        ("anastrozole 1 mg daily for 60 months", 60, False),
        ("anastrozole 1 mg daily pause month 24 to 27", 25, False),
        ("zoledronic acid 5 mg once from month 36", 36, True),
        ("zoledronic acid 5 mg once from month 36", 38, False),
        ("bilateral oophorectomy", 50, True),
    ],
)
def test_what_is_being_taken(sentence: str, month: float, given: bool) -> None:
    assert is_given(Regimen.parse(sentence).items, month) is given


# ---- drawing


def drawn(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def test_drawing_is_well_formed_and_names_no_outside_address(chain: Mapping[str, Any]) -> None:
    found = mechanism.diagram(chain, 24)
    root = drawn(found.svg)
    assert root.get("role") == "img"
    names = root.get("aria-labelledby", "").split()
    assert len(names) == 2
    assert all(f'id="{name}"' in found.svg for name in names)
    assert "style=" not in found.svg
    assert set(re.findall(r"https?://[^\"' ]*", found.svg)) == {"http://www.w3.org/2000/svg"}


def test_every_part_that_moves_is_in_the_drawing_at_its_first_value(chain: Mapping[str, Any]) -> None:
    found = mechanism.diagram(chain, 24)
    root, frames = drawn(found.svg), json.loads(found.frames)
    place = frames["months"].index(24)
    parts = {one.get("data-part"): one for one in root.iter() if one.get("data-part")}
    written = {one.get("data-text"): one.text for one in root.iter() if one.get("data-text")}
    assert {"osteoclasts", "estradiol", "flow-rankl", "struts", "drug-0"} <= set(frames["attributes"])
    for part, named in frames["attributes"].items():
        for name, series in named.items():
            assert len(series) == len(frames["months"])
            assert parts[part].get(name) == series[place]
    for part, series in frames["texts"].items():
        if part != "sentence":
            assert written[part] == series[place]


def test_gauges_and_arrows_follow_the_quantity(chain: Mapping[str, Any]) -> None:
    frames = json.loads(mechanism.diagram(chain).frames)
    median = np.array(chain["quantities"]["estradiol"]["median"])
    width = np.array(frames["attributes"]["estradiol"]["width"], float)
    np.testing.assert_allclose(width / width.max(), median / median.max(), atol=2e-3)
    removed = chain["quantities"]["removed"]["median"]
    thick = [float(one[6:].split(",")[0]) for one in frames["attributes"]["flow-removed"]["transform"]]
    assert np.argmin(thick) == np.argmin(np.round(removed, 2))


def test_table_holds_the_numbers_of_the_drawing(chain: Mapping[str, Any]) -> None:
    found = mechanism.diagram(chain)
    texts_of = json.loads(found.frames)["texts"]
    rows = {name.split(",")[0]: cells for name, cells in found.rows}
    place = found.columns.index("year 2")
    for key, name in (("estradiol", "Estradiol"), ("osteoclasts", "Osteoclasts"), ("rankl", "RANKL")):
        assert rows[name][place].split(" (")[0] == texts_of[f"{key}-text"][24]
    assert rows["Anastrozole"][place].split(" (")[0] == texts_of["drug-0-text"][24]


def test_gauges_side_by_side_have_one_scale(forecast: Forecast) -> None:
    both = [one.to_dict() for one in mechanisms(forecast)]
    most = mechanism.reaches(both)
    assert most["estradiol"] == max(max(one["quantities"]["estradiol"]["median"]) for one in both)
    assert most["lumbar_spine"] >= 5.0


def test_nothing_taken_is_drawn_too(forecast: Forecast) -> None:
    found = mechanism.diagram(mechanisms(forecast)[1].to_dict())
    assert "Nothing taken" in found.svg


def test_a_part_moves_once_and_with_every_month() -> None:
    frames = Frames((0, 1))
    frames.moving("a", width=["1", "2"])
    with pytest.raises(ValueError, match="twice"):
        frames.moving("a", width=["1", "2"])
    with pytest.raises(ValueError, match="months"):
        frames.text("b", ["1"])


def test_frames_cannot_end_the_element_they_stand_in() -> None:
    frames = Frames((0, 1))
    frames.text("a", ["</template><b>", "&"])
    assert "<" not in frames.to_json()
    assert json.loads(frames.to_json())["texts"]["a"] == ["</template><b>", "&"]


def test_split_says_what_the_change_is_made_of() -> None:
    from osteocast.forecast.why import why

    result = why(person_from_dict(WOMAN), "anastrozole 1 mg daily", 3, 20).to_dict()
    found = why_bars.split(result, list(range(37)), 24)
    frames = json.loads(found.frames)
    change = result["sites"]["lumbar_spine"]["change_pct"]["median"]
    told = frames["texts"]["lumbar_spine-change-text"]
    shown = [float(one.split()[0].replace("\N{MINUS SIGN}", "-")) for one in told]
    for month, value in enumerate(shown):
        assert value == pytest.approx(change[month // 12], abs=0.051)
    assert found.year == "year 2"
    assert drawn(found.svg) is not None


# ---- scenes


def test_six_scenes_with_words_at_every_level() -> None:
    ready = [one for one in scenes.scenes().values() if one.name != scenes.OPENING]
    assert len(ready) == 6
    for one in scenes.scenes().values():
        keys = [f"{one.key}.{part}" for part in ("title", "story", "look", "back")]
        for key in (*keys, *(f"{one.key}.case.{case.name}" for case in one.cases)):
            assert all(say(key).at(level) for level in LEVELS)
        assert 0 < one.month <= 12 * one.years
        for case in one.cases:
            assert Regimen.parse(case.regimen)
            assert case.person.sex in ("female", "male")


def test_every_text_of_a_scene_belongs_to_one() -> None:
    known = tuple(f"{one.key}." for one in scenes.scenes().values())
    assert [key for key in texts() if key.startswith("scene.") and not key.startswith(known)] == []


def test_unknown_scene_suggests_the_nearest() -> None:
    with pytest.raises(OsteocastError, match="tamoxifen"):
        scenes.scene("tamoxifn")


@pytest.fixture(scope="module")
def seen() -> Mapping[str, Mapping[str, Any]]:
    """Every case of the six scenes with few draws: medians by scene, case and quantity."""
    found: dict[str, dict[str, Any]] = {}
    for one in scenes.scenes().values():
        for case in one.cases:
            made = compare(case.person, [case.regimen], years=one.years, draws=40)
            quantities = mechanisms(made)[0].quantities
            found.setdefault(one.name, {})[case.name] = {name: band["median"] for name, band in quantities.items()}
    return found


def test_what_the_scenes_tell_is_what_happens(seen: Mapping[str, Mapping[str, Any]]) -> None:
    """The statements under "what to look for" and "what comes back", one after another."""
    deficient = seen["aromatase-deficiency"]
    assert deficient["untreated"]["aromatase"][0] < 10
    assert deficient["untreated"]["testosterone"][0] > 25
    assert deficient["patch"]["osteoclasts"][24] < 0.7 * deficient["untreated"]["osteoclasts"][24]
    assert deficient["patch"]["lh"][12] < 0.6 * deficient["untreated"]["lh"][12]
    assert deficient["patch"]["testosterone"][12] < deficient["untreated"]["testosterone"][12]
    assert deficient["patch"]["lumbar_spine"][24] < 16.2  # the published man's gain

    removed = seen["oophorectomy-at-35"]
    spine, hip = removed["untreated"]["lumbar_spine"], removed["untreated"]["total_hip"]
    assert spine[24] < hip[24] < -3
    assert spine[24] < 3 * (spine[120] - spine[96]) * 2  # fastest at first
    assert removed["patch"]["lumbar_spine"][120] > 0.4 * spine[120]
    assert removed["patch"]["lumbar_spine"][120] < 0

    man = seen["anastrozole-in-a-man"]
    alone, both, gel = man["alone"], man["with-testosterone"], man["testosterone-only"]
    assert 0.5 < alone["estradiol"][12] / alone["estradiol"][0] < 1.0
    assert alone["lh"][12] > alone["lh"][0]
    assert both["testosterone"][12] > gel["testosterone"][12]
    assert both["lumbar_spine"][24] < gel["lumbar_spine"][24]
    assert gel["lumbar_spine"][24] > 0

    stopped, followed = seen["denosumab-stopped"]["stopped"], seen["denosumab-stopped"]["followed"]
    assert stopped["rankl_acting"][1] < 0.1
    assert max(stopped["osteoclasts"][40:60]) > stopped["osteoclasts"][0]
    assert stopped["lumbar_spine"][48] < 0.5 * stopped["lumbar_spine"][36]
    assert followed["lumbar_spine"][48] > 0.7 * stopped["lumbar_spine"][36]

    before, after = seen["tamoxifen"]["before"], seen["tamoxifen"]["after"]
    assert before["signal"][24] < before["signal"][0]
    assert after["signal"][24] > after["signal"][0]
    assert before["lumbar_spine"][60] < 0 < after["lumbar_spine"][60]
    assert before["lumbar_spine"][84] > before["lumbar_spine"][60]
    assert after["lumbar_spine"][84] < after["lumbar_spine"][60]

    five, ten = seen["ten-years-of-an-inhibitor"]["five"], seen["ten-years-of-an-inhibitor"]["ten"]
    assert ten["lumbar_spine"][24] < 2 * (ten["lumbar_spine"][120] - ten["lumbar_spine"][96])
    assert ten["lumbar_spine"][120] < ten["lumbar_spine"][60]
    assert five["lumbar_spine"][84] - five["lumbar_spine"][60] > 1
    assert five["total_hip"][84] - five["total_hip"][60] < five["lumbar_spine"][84] - five["lumbar_spine"][60]


@pytest.fixture(scope="module")
def notebooks() -> ModuleType:
    found = importlib.util.spec_from_file_location("_build_notebooks", DOCS / "_build_notebooks.py")
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_notebooks_are_those_of_the_scenes_and_run(notebooks: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    for one in scenes.scenes().values():
        path = DOCS / "notebooks" / f"{one.name}.ipynb"
        if one.name == scenes.OPENING:
            assert not path.exists()
            continue
        text = path.read_text(encoding="utf-8")
        assert text == notebooks.text(one), "run docs/_build_notebooks.py"
        scope: dict[str, Any] = {}
        for cell in json.loads(text)["cells"]:
            if cell["cell_type"] == "code":
                exec("".join(cell["source"]).replace("DRAWS = ", "DRAWS = 20 or "), scope)
    printed = capsys.readouterr().out
    assert printed.count("lumbar_spine:") == sum(len(one.cases) for one in scenes.scenes().values()) - 2
    assert "does not, or slowly" in printed


# ---- words


def test_words_are_explained_once_where_they_stand() -> None:
    found = glossing.glossed("RANKL and OPG; RANKL again <b>")
    assert found.count('role="tooltip"') == 2
    assert "&lt;b&gt;" in found
    for hit in re.findall(r'aria-describedby="([^"]+)"', found):
        assert found.count(f'id="{hit}"') == 1
    assert terms()["RANKL"].plain.split(".")[0] in found
    assert terms()["RANKL"].academic[:20] in glossing.glossed("RANKL", "academic")
    assert "tooltip" not in glossing.glossed("a hipster")


# ---- equations


def test_every_organ_has_its_equations_drawn() -> None:
    found = dict(equations_page.laws())
    assert set(found) == set(equations_page.ORGANS)
    every = [law for laws in found.values() for law in laws]
    assert {"cells.rankl", "estrogen_action.deficit", "aromatase.activity_left", "steroids.levels"} <= {
        law.id for law in every
    }
    for law in every:
        assert law.drawn or law.code
        for line in law.drawn:
            # Browsers know more entities than XML does, such as that of e.
            assert drawn(re.sub(r"&(?!lt;|gt;|amp;)\w+;", "x", line)).tag == "math"


def test_every_parameter_stands_with_its_source() -> None:
    for one in equations_page.numbers():
        assert one.source and one.where and one.value and one.quality
    assert any(one.remembered for one in equations_page.numbers())


# ---- evidence


def test_kept_comparisons_are_of_these_parameters_and_of_every_row() -> None:
    assert comparisons.current(), "run osteocast validate --keep"
    kept = comparisons.kept()
    assert len(kept) == len(read_targets())
    assert sum(one.simulated is not None for one in kept) > 180


def test_kept_comparisons_are_what_validate_gives() -> None:
    kept = {one.target.text("id"): one for one in comparisons.kept()}
    rows = [row for row in read_targets() if row.follows_from_parameters]
    assert rows
    for one in validate(rows):
        mine = kept[one.target.text("id")].simulated
        assert mine is None if one.simulated is None else mine == pytest.approx(one.simulated, rel=1e-4)


def test_evidence_page_leaves_nothing_out_and_marks_misses() -> None:
    kept = comparisons.kept()
    view = evidence_view(kept)
    drawn_rows = sum(len(section.rows) for section in view["sections"])
    fractures = sum(one.target.text("group") == "fracture" for one in kept)
    assert drawn_rows + len(view["rest"]) + fractures >= len(kept)
    charts = sum(len(source.lines) for one in view["sections"] for plot in one.plots for source in plot.sources)
    assert charts == drawn_rows
    worst = max((one for one in kept if one.z is not None), key=lambda one: abs(one.z or 0))
    assert view["far"][0].study.startswith(worst.target.text("study"))
    assert view["far"][0].inside is False
    assert any(row.remembered for section in view["sections"] for row in section.rows)


@pytest.mark.parametrize(("citation", "year"), [("Doe J, Bone 2009;94:2975, 2011", "2009"), ("label", "\N{EN DASH}")])
def test_year_of_a_citation(citation: str, year: str) -> None:
    assert year_of(citation) == year
