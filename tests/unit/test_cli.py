"""The commands: what they print, what they write, and how they end."""

import json
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
WOMAN = str(EXAMPLES / "woman-62-starting-anastrozole.toml")
OPTIONS = [
    "--sex",
    "female",
    "--age",
    "62",
    "--menopause",
    "50",
    "--t-spine",
    "-1.4",
    "--t-hip",
    "-0.9",
    "--bmi",
    "27",
]
DISCLAIMER = "Research and education, not a medical device."
BAND = {"median", "lo90", "hi90"}


def test_compare_json_keeps_its_promise(osteocast):
    """The names other programs rely on."""
    code, out, _ = osteocast(
        "compare", *OPTIONS, "--strategy", "anastrozole 1 mg daily for 60 months", "--years", "2", "--draws", "20",
        "--json",
    )  # fmt: skip
    assert code == 0
    result = json.loads(out)
    assert (result["schema"], result["draws"]) == (1, 20)
    (one,) = result["strategies"]
    assert one["months"] == list(range(25))
    assert set(one["sites"]) == {"lumbar_spine", "total_hip", "femoral_neck", "one_third_radius"}
    for site in one["sites"].values():
        assert set(site) == {"bmd_g_cm2", "t_score", "change_pct", "crosses"}
        assert all(set(site[key]) == BAND for key in ("bmd_g_cm2", "t_score", "change_pct"))
        assert all(set(entry) == {"t", "month_50", "probability_by_end"} for entry in site["crosses"])
    assert set(one["markers"]) == {"sCTX", "uNTX", "P1NP", "BSAP"}
    assert set(one["hormones"]) == {"E2_pmol_l", "E1_pmol_l", "E1S_pmol_l", "T_nmol_l", "LH_iu_l"}
    assert set(one["cells"]) == {"rankl", "opg", "osteoclasts", "osteoblasts", "osteocytes", "sclerostin"}
    assert set(one["bone"]) == {"trabecular", "cortical", "remodelling_space"}
    assert one["support"]["class"] == "studied"
    assert all({"study", "error"} <= set(near) for near in one["support"]["nearest"])


def test_compare_prints_a_table_and_writes_a_page(osteocast, tmp_path):
    code, out, err = osteocast("compare", WOMAN, "--draws", "20", "--out", str(tmp_path / "new" / "folder"))
    assert code == 0
    assert "planned" in out and "none" in out and DISCLAIMER in out
    page = (tmp_path / "new" / "folder" / "compare.html").read_text("utf-8")
    assert DISCLAIMER in page and "<svg" in page and "://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "compare.json" in err


def test_precise_agrees_with_the_default(osteocast):
    ends = []
    for more in ([], ["--precise"]):
        _, out, _ = osteocast("compare", WOMAN, "--draws", "10", "--years", "1", "--json", *more)
        ends.append(json.loads(out)["strategies"][0]["sites"]["lumbar_spine"]["bmd_g_cm2"]["median"][-1])
    assert ends[0] != ends[1] or ends[0] > 0.0
    assert ends[0] == pytest.approx(ends[1], rel=5e-4)


def test_why_names_what_comes_back(osteocast):
    code, out, _ = osteocast("why", WOMAN, "--years", "5", "--draws", "20")
    assert code == 0
    for words in ("remodelling space", "mineralisation", "imbalance", "ageing", "comes back", DISCLAIMER):
        assert words in out


def test_plan_ranks_and_warns(osteocast, tmp_path):
    code, out, _ = osteocast("plan", WOMAN, "--draws", "20", "--json", "--out", str(tmp_path))
    assert code == 0
    ranked = json.loads(out)["ranked"]
    keys = {"regimen", "min_t_score_end_plus_36", "min_change_pct_end_plus_36", "visits", "harms", "exit", "warnings"}
    assert all(set(one) == keys for one in ranked)
    assert json.loads((tmp_path / "plan.json").read_text("utf-8"))["ranked"] == ranked


def test_validate_prints_both_numbers(osteocast):
    code, out, _ = osteocast("validate", "--group", "pk", "--json")
    assert code == 0
    result = json.loads(out)
    assert set(result) == {"schema", "targets", "summary"}
    for row in result["targets"]:
        assert {"id", "group", "measure", "quantity", "unit", "observed", "sd", "simulated", "reason"} <= set(row)


def test_study_draws_the_example(osteocast, tmp_path):
    code, out, _ = osteocast("study", str(EXAMPLES / "atac-bone-substudy.toml"), "--out", str(tmp_path))
    assert code == 0 and DISCLAIMER in out
    assert "<svg" in (tmp_path / "study.html").read_text("utf-8")


@pytest.mark.parametrize("name", ["anastrozole", "rankl_gain", "T-score", "osteoclasts"])
def test_explain_gives_a_source_or_a_meaning(osteocast, name):
    code, out, _ = osteocast("explain", name)
    assert code == 0 and DISCLAIMER in out


def test_cite_names_the_software(osteocast):
    code, out, _ = osteocast("cite")
    assert code == 0 and "osteocast" in out


def test_help_and_version(osteocast):
    for arguments in (["--help"], ["compare", "--help"], ["--version"]):
        code, out, _ = osteocast(*arguments)
        assert code == 0 and "osteocast" in out
