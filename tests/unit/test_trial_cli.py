"""`osteocast trial`: what it prints."""

import json

import pytest

from osteocast.cli import main
from osteocast.regimen import Regimen
from osteocast.report.timeline import WIDTH, bar, endpoint_words
from osteocast.trials.reading import parse_design
from trial_designs import RICH, SMALL, design_file


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    place = tmp_path_factory.mktemp("cli")
    out = place / "out"
    assert main(["trial", "run", str(design_file(place)), "--n", "40", "--out", str(out), "--json"]) == 0
    return out


def test_json_is_what_others_rely_on(capsys, finished):
    assert main(["trial", "show", str(finished), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert {"arms", "contrasts", "manifest"} <= set(result)
    assert [arm["name"] for arm in result["arms"]] == ["letrozole", "none"]
    assert sum(arm["n"] for arm in result["arms"]) == 40
    for arm in result["arms"]:
        for one, (quantity, month) in zip(arm["endpoints"], (("lumbar_spine", 18), ("sCTX", 6)), strict=True):
            assert {"n", "mean", "median", "sd", "lo95", "hi95"} <= set(one)
            assert (one["quantity"], one["month"]) == (quantity, month) and one["lo95"] < one["hi95"]
    assert result["manifest"]["n"] == 40 and result["manifest"]["files"] == 7
    spine, marker = result["contrasts"]
    assert spine["difference"] < 0 < marker["difference"]  # less estrogen: more resorption, less bone


def test_results_as_a_table(capsys, finished):
    assert main(["trial", "show", str(finished)]) == 0
    shown = capsys.readouterr().out
    assert "40 people, seed 11" in shown and "letrozole" in shown and "not a medical device" in shown


def test_without_a_folder_nothing_is_left(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    assert main(["trial", "run", str(design_file(tmp_path)), "--n", "12", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["manifest"]["folder"] is None
    assert [path.name for path in tmp_path.iterdir()] == ["design.yaml"]


def test_a_design_drawn(capsys, tmp_path):
    assert main(["trial", "show", str(design_file(tmp_path, RICH))]) == 0
    shown = capsys.readouterr().out.splitlines()
    months = next(line for line in shown if line.startswith("month"))
    visits = next(line for line in shown if line.startswith("visit"))
    for month in ("0", "6", "18"):
        assert visits[months.index(f" {month}") + 1] == "v"
    assert "letrozole (50 %): letrozole 2.5 mg daily" in shown and "none (50 %, reference): none" in shown


def test_bars():
    daily, twice = Regimen.parse(
        "letrozole 2.5 mg daily for 12 months + zoledronic acid 4 mg every 12 months for 24 months"
    ).items
    assert bar(daily, 24.0) == "=" * (WIDTH // 2) + "." * (WIDTH // 2)
    drawn = bar(twice, 24.0)
    assert [place for place, sign in enumerate(drawn) if sign == "!"] == [0, WIDTH // 2]
    assert bar(Regimen.parse("zoledronic acid 4 mg once").items[0], 24.0) == "!" + "." * (WIDTH - 1)


def test_endpoints_in_words():
    assert endpoint_words(parse_design(SMALL).endpoints[0]) == "lumbar spine, percent change, month 0 to 18"
