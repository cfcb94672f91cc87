"""The man of the examples: read, forecast and planned for like anybody else, without a flag."""

import json
from pathlib import Path

import pytest

import osteocast as oc
from osteocast.cli import main

MAN = Path(__file__).resolve().parents[2] / "examples" / "man-on-testosterone-and-anastrozole.toml"


def test_his_hormones_keep_their_unit_and_his_t_scores_stand_on_the_female_reference():
    man = oc.load_person(MAN)
    assert man.latest("T") == oc.Measurement(name="T", value=230, unit="ng/dL", date=man.latest("T").date)
    assert man.latest("T").value_in("nmol/L") == pytest.approx(7.97, abs=0.01)
    assert man.latest("LH").value == 3.5
    woman = oc.Scan(site="total_hip", t_score=man.t_scores["total_hip"])
    assert man.baseline_scans()["total_hip"].bmd == woman.bmd


def test_compare_takes_him_and_starts_at_his_testosterone(capsys):
    assert main(["compare", str(MAN), "--draws", "20", "--years", "2", "--json"]) == 0
    planned, none = json.loads(capsys.readouterr()[0])["strategies"]
    assert planned["regimen"] == "testosterone gel 50 mg daily + anastrozole 1 mg daily for 36 months"
    assert none["hormones"]["T_nmol_l"]["median"][0] == pytest.approx(7.97, rel=0.05)
    assert planned["hormones"]["T_nmol_l"]["median"][12] > 1.2 * none["hormones"]["T_nmol_l"]["median"][12]


def test_plan_asks_for_an_inhibitor_where_none_is_planned(capsys, tmp_path):
    file = tmp_path / "man.toml"
    file.write_text(MAN.read_text("utf-8").replace(" + anastrozole 1 mg daily for 36 months", ""), "utf-8")
    assert main(["plan", str(file)]) == 2
    out, err = capsys.readouterr()
    assert out == "" and len(err.splitlines()) == 1 and "holds no aromatase inhibitor" in err
