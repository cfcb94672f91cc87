"""Studies run again and sized through the engine: small, but the whole way from row to page."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from osteocast.cli import main
from osteocast.errors import OsteocastError
from osteocast.evidence.targets import read_targets
from osteocast.report.html import replicate_page, trial_page
from osteocast.trials.beside import beside, page_data, until
from osteocast.trials.memory import simulate
from osteocast.trials.reading import load_design
from osteocast.trials.replicate import replicate_all
from osteocast.trials.sizing import endpoint_of, other_arm, size_of_trial
from osteocast.trials.studies import chosen, cohorts

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "atac-bone-substudy.yaml"
DISCLAIMER = "Research and education, not a medical device."


@pytest.fixture(scope="module")
def again(one_shape):
    """Two cohorts: one with a comparison, one with kinetic rows."""
    every = cohorts(read_targets())
    wanted = (*chosen(every, "DECIDE"), *chosen(every, "anastrozole"))
    return replicate_all(wanted, people=40, replicates=60, seed=7, halved=True)


def rows_of(result):
    return {row["id"]: row for entry in result["studies"] for row in entry["rows"]}


def drawings(page):
    return [ET.fromstring(one) for one in re.findall(r"<svg.*?</svg>", page, re.S)]


def test_every_row_has_both_numbers_and_both_intervals(again):
    rows = rows_of(again)
    assert {"decide-aln-ls", "decide-diff-ra", "pk-cl"} < set(rows)
    for row in rows.values():
        assert row["simulated_lo95"] - 1e-9 <= row["simulated"] <= row["simulated_hi95"] + 1e-9
        assert row["published_lo95"] < row["published"] < row["published_hi95"]
        assert row["reason"] is None
    assert again["summary"]["simulated"] == again["summary"]["rows"] == len(rows)
    json.dumps(again, allow_nan=False)


def test_the_comparison_is_the_difference_of_its_arms(again):
    rows = rows_of(again)
    apart = rows["decide-den-th"]["simulated"] - rows["decide-aln-th"]["simulated"]
    assert len(rows["decide-diff-ls"]["arms"]) == 2
    assert apart > 0.0
    # Both arms of the comparison have half of its people: its interval is wider than that of the larger single arms.
    widths = {name: row["simulated_hi95"] - row["simulated_lo95"] for name, row in rows.items()}
    assert widths["decide-diff-ls"] > widths["decide-aln-ls"]


def test_the_same_seed_gives_the_same_numbers_whatever_else_is_run(again):
    alone = replicate_all(chosen(cohorts(read_targets()), "DECIDE"), people=40, replicates=60, seed=7)
    for name, row in rows_of(alone).items():
        assert row["simulated"] == rows_of(again)[name]["simulated"]
        assert row["simulated_lo95"] == rows_of(again)[name]["simulated_lo95"]


def test_halved_correlations_move_results_little_and_are_another_sample(again):
    moved = {name: abs(row["when_halved"] - row["simulated"]) for name, row in rows_of(again).items()}
    density = [moved[name] for name in moved if name.startswith("decide")]
    assert 0.0 < max(density) < 0.5


def test_the_page_of_replications(again):
    page = replicate_page(again)
    assert page.count(DISCLAIMER) == 2
    assert "from memory, paper not seen" in page  # decide-aln-ls
    assert "DOI 10.1359/JBMR.0809010" in page
    charts = drawings(page)
    assert len(charts) == 4  # spine, hip, radius, estradiol a day after the first tablet
    assert page.count("Numbers for this chart") == len(charts)
    text = ET.tostring(charts[0], encoding="unicode")
    assert text.count("range") >= 2


@pytest.fixture(scope="module")
def trial_folder(one_shape, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trial") / "atac"
    assert main(["trial", "run", str(EXAMPLE), "--n", "120", "--workers", "1", "--out", str(folder)]) == 0
    return folder


def test_the_page_of_a_trial_has_a_table_for_every_chart_and_published_values_on_top(trial_folder, tmp_path):
    assert main(["trial", "show", str(trial_folder), "--out", str(tmp_path)]) == 0
    page = (tmp_path / "trial.html").read_text(encoding="utf-8")
    data = json.loads((tmp_path / "trial.json").read_text(encoding="utf-8"))
    assert len(data["spread"]) == 8  # four quantities, two arms
    charts = drawings(page)
    assert len(charts) == page.count("Numbers for this chart") == 8
    assert page.count(DISCLAIMER) == 2
    published = {row["id"]: row for row in data["published"]}
    assert published["atac-ntx"]["quality"] == "memory"
    assert "from memory, paper not seen" in page
    ends = {(one["quantity"], one["from_month"], one["month"]): one for one in data["arms"][0]["endpoints"]}
    assert published["atac-ana-ls-60"]["simulated"]["value"] == ends["lumbar_spine", 0.0, 60.0]["median"]
    assert sum(len(chart.findall(".//{*}g[@class='published s1']")) for chart in charts) == len(published)


def test_published_values_stand_beside_the_arm_with_the_same_treatment_so_far(trial_folder):
    from osteocast.trials import manifest

    design = load_design(EXAMPLE)
    data = page_data(trial_folder, manifest.read(trial_folder))
    found = {row["id"]: row["arms"] for row in beside(design, data)}
    assert found["atac-ntx"] == ["anastrozole"]  # published without an end, before the trial's end of treatment
    assert found["atac-tam-th-24"] == ["tamoxifen"]
    assert not any(name.startswith("atac-fx") for name in found)
    assert beside(design.model_copy(update={"published": None}), data) == []
    assert until(design.arms[0].regimen, 12.0) != until(design.arms[0].regimen, 72.0)
    assert "trial" in trial_page(data)


def test_in_memory_is_what_is_written(trial_folder):
    from osteocast.trials import store

    design = load_design(EXAMPLE)
    tables = simulate(design, n=120)
    for name in ("people", "visits", "events"):
        written = store.read(trial_folder, name)
        mine = getattr(tables, name)
        keys = ["arm", "person", *(["month"] if name != "people" else []), *(["event"] if name == "events" else [])]
        left, right = (
            one.assign(arm=one["arm"].astype(str)).sort_values(keys).reset_index(drop=True)[sorted(one.columns)]
            for one in (written, mine)
        )
        assert len(left) == len(right)
        for column in left.columns:  # one loop is made for the arm, the other for everything: equal to rounding
            if left[column].dtype.kind == "f":
                np.testing.assert_allclose(right[column], left[column], rtol=1e-9, err_msg=column)
            else:
                assert left[column].tolist() == right[column].tolist(), column


def test_a_design_is_sized_by_its_own_analysis(one_shape):
    design = load_design(EXAMPLE)
    told: list[str] = []
    one = endpoint_of(design, "lumbar_spine@24")
    found = size_of_trial(
        design, one, "anastrozole", people=150, trials=60, progress=lambda stage, done, total: told.append(stage)
    )
    assert found.arms == ("anastrozole", "tamoxifen")
    assert found.analysis == "median"
    assert found.difference < -3.0
    assert 4 <= found.n[0] <= 30
    assert found.n_lo95 <= found.n[0] <= found.n_hi95
    assert len(set(told)) == 2


def test_endpoints_and_arms_are_named_or_the_first():
    design = load_design(EXAMPLE)
    assert endpoint_of(design, None) == design.endpoints[0]
    assert endpoint_of(design, "total_hip").month == 24.0
    assert endpoint_of(design, "TOTAL_HIP@60").month == 60.0
    assert other_arm(design, None) == "anastrozole"
    for wrong in (lambda: endpoint_of(design, "total_hip@7"), lambda: other_arm(design, "tamoxifen")):
        with pytest.raises(OsteocastError):
            wrong()


@pytest.mark.parametrize(
    "arguments",
    [
        ["power", str(EXAMPLE), "--power", "1.5"],
        ["power", str(EXAMPLE), "--alpha", "0.9"],
        ["power", str(EXAMPLE), "--people", "3"],
        ["power", str(EXAMPLE), "--endpoint", "nose"],
        ["power", str(EXAMPLE), "--arm", "placebo"],
        ["replicate", "Nobody 1850"],
        ["replicate", "ATAC", "--replicates", "3"],
        ["show", str(EXAMPLE), "--out", "results"],
    ],
)
def test_bad_requests_end_with_one_sentence_and_write_nothing(arguments, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["trial", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
