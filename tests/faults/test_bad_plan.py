"""`osteocast plan` refuses what it cannot use in one sentence, and writes nothing."""

from pathlib import Path

import pytest

from osteocast.cli import main

WOMAN = str(Path(__file__).parents[2] / "examples" / "woman-62-starting-anastrozole.toml")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([WOMAN, "--draws", "0"], "draws"),
        ([WOMAN, "--draws", "-3"], "draws"),
        ([WOMAN, "--draws", "2.5"], "draws"),
        ([], "TOML file"),
    ],
)
def test_one_sentence_and_nothing_written(capsys, tmp_path, arguments, words):
    assert main(["plan", *arguments, "--out", str(tmp_path / "out")]) == 2
    out, err = capsys.readouterr()
    assert out == "" and len(err.splitlines()) == 1 and words in err and not (tmp_path / "out").exists()
    assert "--sex" not in err
