"""`osteocast trial` refuses what it cannot use in one sentence that names the line, and writes nothing."""

import errno
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from osteocast.cli import main
from osteocast.errors import OsteocastError
from osteocast.trials import store
from osteocast.trials.design_parts import PlaceError
from trial_designs import RICH, SMALL, SOURCES, design_file

EDITS = [
    ("letrozole 2.5 mg", "letrozol 2.5 mg", "line 10, arms 1, regimen, column 1: 'letrozol'"),
    ("letrozole 2.5 mg daily}", "tibolone 2.5 mg daily}", "tibolone"),
    ("letrozole 2.5 mg daily}", "letrozole 2.5 mg daily from month -3}", "month 0, the day of allocation"),
    ("quantity: lumbar_spine", "quantity: lumber_spine", "line 15, endpoints 1, quantity: 'lumber_spine'"),
    ("quantity: lumbar_spine", "quantity: lumber_spine", "did you mean lumbar_spine"),
    ("month: 18", "month: 17", "line 15, endpoints 1, month: there is no visit at month 17"),
    ("analysis: median", "analysis: medain", "did you mean median"),
    ("analysis: median", "analysis: kaplan_meier", "does not analyse a percent_change"),
    ("quantity: lumbar_spine", "quantity: t_score_total_hip", "a T-score has no fixed zero"),
    ("title:", "titel:", "did you mean title"),
    ("sex: female", "sex: femal", "did you mean female"),
    ("age: {mean: 66", "age: {mean: 260", "population, given, age"),
    ("age: {mean: 66", "age: {maen: 66", "did you mean mean"),
    ("age: {mean: 66", "age: {mean: old", "population, given, age, mean: 'old' is not a number"),
    ("years_since_menopause:", "years_after_menopause:", "did you mean years_since_menopause"),
    ("sex: female", "sex: female\n  inclusion: [t_score_mni > -2]", "t_score_min"),
    ("visits_month: [0, 6, 18]", "visits_month: [6, 18]", "write [0, 6, 18]"),
    ("visits_month: [0, 6, 18]", "visits_month: 18", "is not a list"),
    ("name: none", "name: letrozole", "a second arm is called 'letrozole'"),
    ("name: none", "name: 'a/b'", "cannot name an arm"),
    ("reference_arm: none", "reference_arm: nnoe", "did you mean none"),
    ("yearly: 0.2", "yearly: -0.2", "below 0"),
    ("yearly: 0.2", "yearly: lots", "is not a number"),
    ("yearly: 0.2", "yearly: 0.2, by_arm: {nobody: 1.0}", "there is no arm 'nobody'"),
    ("sCTX: 10", "lumbar_spine: 1", "not measured in a laboratory"),
    ("n: 60", "n: 0", "below 1"),
    ("n: 60", "n: 60\nn: 61", "stands there twice"),
    ("n: 60", "n: 60\nscanner: {device: Siemens}", "is not a scanner"),
    ("n: 60", "n: 60\nadherence: {mean: 0.9, sd: 0.4}", "cannot have an sd"),
    ("n: 60", "n: 60\nadherence: sometimes", "adherence"),
    ("n: 60", "n: 60\nrescue:\n  - {when: t_score < -2, give: denosumab 60 mg every 6 months}", "t_score"),
    ("n: 60", "n: 60\nrescue:\n  - {when: t_score_min < -2, give: denosumab}", "rescue 1, give"),
    ("n: 60", "n: 60\nrescue:\n  - {when: fracture, give: none}\nfractures: false", "set fractures: true"),
    ("quantity: lumbar_spine, month: 18", "quantity: death, month: 18, measure: event", "set death: true"),
    ("title: Two", "title: [Two", "not valid YAML"),
]


@pytest.mark.parametrize(("old", "new", "words"), EDITS, ids=[words for _, _, words in EDITS])
def test_a_design_that_cannot_be(capsys, tmp_path, old, new, words):
    assert old in SMALL
    path = design_file(tmp_path, SMALL.replace(old, new, 1))
    assert main(["trial", "run", str(path), "--out", str(tmp_path / "out")]) == 2
    out, err = capsys.readouterr()
    assert out == "" and len(err.splitlines()) == 1 and words in err and str(path) in err, err
    assert not (tmp_path / "out").exists() and "pydantic" not in err and "Input should" not in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--n", "0"], "--n"),
        (["--n", "2.5"], "--n"),
        (["--seed", "-1"], "--seed"),
        (["--workers", "0"], "--workers"),
        (["--scheduler", "tcp://127.0.0.1:1"], "no Dask scheduler answers"),
    ],
)
def test_an_option_that_cannot_be(capsys, tmp_path, monkeypatch, arguments, words):
    monkeypatch.setattr("osteocast.trials.workers.CONNECT_S", 1)
    assert main(["trial", "run", str(design_file(tmp_path)), *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == "" and words in err and "Traceback" not in err


@pytest.mark.parametrize("command", ["run", "show"])
def test_no_such_file(capsys, tmp_path, command):
    design_file(tmp_path)
    assert main(["trial", command, str(tmp_path / "desing.yaml")]) == 2
    assert f"did you mean {tmp_path / 'design.yaml'}" in capsys.readouterr().err


def test_nobody_meets_the_rules(capsys, tmp_path):
    text = SMALL.replace("sex: female", "sex: female\n  inclusion: [age > 95]")
    assert main(["trial", "run", str(design_file(tmp_path, text)), "--n", "5"]) == 2
    assert "too few people meet the rules of inclusion" in capsys.readouterr().err


def test_an_error_comes_whole_from_another_process():
    error = PlaceError(("arms", 0), "what", "fix", "why")
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, OsteocastError) and str(again) == str(error)


@pytest.mark.slow
def test_an_error_in_a_worker_is_one_sentence(capsys, tmp_path):
    text = SMALL.replace("sex: female", "sex: female\n  inclusion: [age > 95]")
    assert main(["trial", "run", str(design_file(tmp_path, text)), "--n", "2100", "--workers", "2"]) == 2
    out, err = capsys.readouterr()
    assert out == "" and "too few people meet the rules" in err and "Traceback" not in err


def test_a_folder_with_other_files(capsys, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("precious")
    assert main(["trial", "run", str(design_file(tmp_path)), "--out", str(tmp_path / "out")]) == 2
    assert "thesis.txt" in capsys.readouterr().err and len(list((tmp_path / "out").iterdir())) == 1


def test_show_of_a_folder_without_results(capsys, tmp_path):
    assert main(["trial", "show", str(tmp_path)]) == 2
    assert "no manifest.json" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_that_cannot_be_written(capsys, tmp_path):
    (tmp_path / "out").mkdir(mode=0o500)
    assert main(["trial", "run", str(design_file(tmp_path)), "--out", str(tmp_path / "out")]) == 2
    assert "nothing can be written" in capsys.readouterr().err


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="a folder in which not even the superuser may write")
def test_a_folder_that_nobody_can_write(capsys, tmp_path):
    assert main(["trial", "run", str(design_file(tmp_path)), "--out", "/proc/osteocast-trial"]) == 2
    out, err = capsys.readouterr()
    assert out == "" and "written" in err and len(err.splitlines()) == 1


@pytest.mark.skipif(os.name != "posix", reason="locks are those of POSIX")
def test_two_runs_in_one_folder(capsys, tmp_path):
    import fcntl

    (tmp_path / "out").mkdir()
    with (tmp_path / "out" / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert main(["trial", "run", str(design_file(tmp_path)), "--out", str(tmp_path / "out")]) == 2
    assert "another run is writing there" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "out").iterdir()] == [".lock"]


FULL = """
import resource, signal, sys
from pathlib import Path
from osteocast.errors import OsteocastError
from osteocast.trials import store
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
folder = Path(sys.argv[1])
try:
    with store.disk_errors(folder):
        store.write_chunk(folder, "a", 0, {"people": b"x" * 900, "visits": b"x" * 5000, "events": b"x"})
except OsteocastError as error:
    print(error)
"""


@pytest.mark.skipif(os.name != "posix", reason="limits of a process are those of POSIX")
def test_no_room_for_a_file_leaves_no_half_of_it(tmp_path):
    environment = os.environ | {"PYTHONPATH": str(SOURCES)}
    ran = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path)], capture_output=True, text=True, env=environment, check=True
    )
    assert "cannot be written" in ran.stdout and "run the same command again" in ran.stdout
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["chunk-00000.parquet"]
    assert not store.has_chunk(tmp_path, "a", 0)


@pytest.mark.parametrize("fails", ["fsync", "replace"])
def test_a_full_disk_is_told_and_leaves_nothing(tmp_path, monkeypatch, fails):
    def full(*_arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(f"osteocast.trials.store.os.{fails}", full)
    with pytest.raises(OsteocastError, match="No space left on device"), store.disk_errors(tmp_path):
        store.write(tmp_path / "visits" / "chunk", b"content")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_the_rich_design_is_fine(capsys, tmp_path):
    assert main(["trial", "show", str(design_file(tmp_path, RICH))]) == 0
    assert "Rescue in letrozole" in capsys.readouterr().out
