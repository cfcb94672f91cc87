"""Bad input on the command line: one sentence on stderr that names the field and the fix, exit code 2, nothing on
stdout and nothing written."""

import os
from pathlib import Path

import pytest

from osteocast.cli import main

WOMAN = str(Path(__file__).resolve().parents[2] / "examples" / "woman-62-starting-anastrozole.toml")
SOMEONE = ["--sex", "female", "--age", "62", "--menopause", "50"]


def compare(*more):
    return ["compare", *SOMEONE, *more]


BAD = {
    "unknown drug": (compare("--strategy", "anastrozol 1 mg daily"), ["anastrozol", "anastrozole"]),
    "wrong unit": (compare("--strategy", "anastrozole 1 g daily"), ["anastrozole", "mg"]),
    "unparsable": (compare("--strategy", "every day something"), ["--strategy"]),
    "not modelled": (compare("--strategy", "teriparatide 20 ug daily"), ["teriparatide", "not modelled"]),
    "before month 0": (compare("--strategy", "anastrozole 1 mg daily from month -12"), ["month"]),
    "negative age": (["compare", "--sex", "female", "--age", "-62"], ["age", "-62"]),
    "T-score of 25": (compare("--t-spine", "25"), ["25", "-8 to 6"]),
    "NaN": (compare("--bmi", "nan"), ["bmi", "nan"]),
    "contradiction": (["compare", "--sex", "female", "--age", "48", "--menopause", "50"], ["menopause"]),
    "a man with a menopause": (["compare", "--sex", "male", "--age", "62", "--menopause", "50"], ["menopause"]),
    "missing file": (["compare", "no-such-file.toml"], ["no-such-file.toml"]),
    "file and options": (["compare", WOMAN, "--age", "62"], ["--age", "file"]),
    "nobody": (["compare"], ["no person"]),
    "years": (compare("--years", "0"), ["years", "1 to 40"]),
    "draws": (compare("--draws", "1"), ["draws", "10 to"]),
    "seed": (compare("--seed", "-1"), ["seed"]),
    "unknown option": (compare("--strategie", "none"), ["--strategie", "--help"]),
    "unknown command": (["forecast"], ["forecast"]),
    "unknown name": (["explain", "anastrozol"], ["anastrozol", "anastrozole"]),
    "unknown group": (["validate", "--group", "women"], ["women", "women_ai"]),
    "fractures alone, with trials left out": (
        ["calibrate", "--fractures", "--cross-validate"],
        ["--cross-validate", "--fractures"],
    ),
    "missing table": (["validate", "--targets", "no-such.csv"], ["no-such.csv"]),
    "missing study": (["study", "no-such.toml"], ["no-such.toml"]),
    "people: unknown fact": (["people", "--given", "bim=27"], ["bim", "bmi"]),
    "people: no value": (["people", "--given", "age"], ["--given age", "age=60"]),
    "people: no YAML": (["people", "--given", "age={mean: 60"], ["--given", "age=60"]),
    "people: a word": (["people", "--given", "age=old"], ["given, age", "number"]),
    "people: unknown rule": (["people", "--rule", "t_score_hips > -2"], ["t_score_hips", "t_score"]),
    "people: no rule": (["people", "--rule", "age"], ["compares nothing"]),
    "people: impossible": (["people", "--rule", "age > 120"], ["loosen 'age > 120'"]),
    "people: too few": (["people", "--n", "3"], ["--n", "50"]),
    "people: sex": (["people", "--sex", "femal"], ["female"]),
    "people: wrong sex": (["people", "--sex", "male", "--given", "postmenopausal=1"], ["male"]),
    "nobody to export": (["export"], ["no person"]),
    "export of an unknown drug": (
        ["export", WOMAN, "--regimen", "anastrozol 1 mg daily"],
        ["anastrozol", "anastrozole"],
    ),
    "export of missed doses": (
        ["export", WOMAN, "--regimen", "alendronate 70 mg weekly adherence 50 %"],
        ["missed at random", "pauses"],
    ),
    "export from before month 0": (
        ["export", WOMAN, "--regimen", "anastrozole 1 mg daily from month -12"],
        ["month"],
    ),
    "format": (["export", WOMAN, "--format", "matlab"], ["format", "sbml"]),
    "missing data": (["calibrate", "--data", "no-such.csv"], ["no-such.csv"]),
    "nothing planned": (["plan", "PLANLESS"], ["planned", "anastrozole 1 mg daily for 60 months"]),
}


@pytest.mark.parametrize("name", BAD)
def test_one_sentence_exit_code_2_and_nothing_written(name, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arguments, words = BAD[name]
    if "PLANLESS" in arguments:
        file = tmp_path / "someone.toml"
        file.write_text('sex = "female"\nage = 62\n', "utf-8")
        arguments = [str(file) if one == "PLANLESS" else one for one in arguments]
    before = sorted(os.listdir(tmp_path))
    out_option = (
        ["--out", str(tmp_path / "out")] if arguments[:1] != ["explain"] and "forecast" not in arguments else []
    )
    assert main([*arguments, *out_option]) == 2
    out, err = capsys.readouterr()
    assert out == "" and len(err.strip().splitlines()) == 1, err
    for word in words:
        assert word in err, err
    assert "Traceback" not in err
    assert sorted(os.listdir(tmp_path)) == before


def test_an_output_folder_that_is_a_file_is_refused_first(capsys, tmp_path):
    file = tmp_path / "taken"
    file.write_text("mine", "utf-8")
    assert main(["compare", *SOMEONE, "--out", str(file)]) == 2
    assert "--out" in capsys.readouterr().err and file.read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("LS_BMD", "XX_BMD", 1), None),
        (lambda text: text.replace("anastrozole 1 mg daily", "anastrozol 1 mg daily", 1), "anastrozol"),
        (lambda text: text.replace("id,group", "id,gruppe", 1), "group"),
        (lambda _: "", "empty|column|row"),
        (lambda _: "\x00\xff", "."),
    ],
)
def test_a_table_of_targets(capsys, tmp_path, change, words):
    """An unknown quantity comes back without a number and with a reason; what cannot be read is refused."""
    import re

    from osteocast.evidence.targets import CALIBRATION

    lines = CALIBRATION.read_text("utf-8").splitlines(keepends=True)
    rows = [line for line in lines[1:] if "anastrozole" in line and "LS_BMD" in line][:2]
    table = tmp_path / "table.csv"
    table.write_bytes(change("".join([lines[0], *rows])).encode("utf-8", "replace"))
    code = main(["validate", "--targets", str(table), "--json"])
    out, err = capsys.readouterr()
    if words is None:
        assert code == 0 and '"simulated": null' in out and "XX_BMD" in out
    else:
        assert code == 2 and re.search(words, err) and len(err.strip().splitlines()) == 1


@pytest.mark.parametrize("command", [["study"], ["validate", "--targets"], ["calibrate", "--data"]])
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("table.tvs", ["there is no such file"]),
        ("folder", ["this is a folder, not", "name the"]),
        ("binary.csv", ["this is not a text file in UTF-8", "save it as UTF-8"]),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_words(osteocast, tmp_path, command, name, said):
    """No code of the operating system, no words of Python."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")
    code, out, err = osteocast(*command, str(tmp_path / name))
    assert (code, out, len(err.splitlines())) == (2, "", 1), err
    for words in (str(tmp_path / name), *said):
        assert words in err
    assert "Errno" not in err and "codec" not in err


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--rule", "t_score_min >>> 3"),
        ("--given", "ag=60"),
        ("--given", "age=old"),
        ("--sex", "x"),
        ("--assumed", "99"),
        ("--seed", "-1"),
    ],
)
def test_people_names_the_option(osteocast, tmp_path, option, value):
    code, out, err = osteocast("people", option, value, "--out", str(tmp_path / "out"))
    assert (code, out, len(err.splitlines())) == (2, "", 1), err
    assert err.startswith(option) and not (tmp_path / "out").exists()


def test_a_large_limit_is_printed_with_all_its_digits(osteocast):
    assert "from 50 to 1000000." in osteocast("people", "--n", "3")[2]
