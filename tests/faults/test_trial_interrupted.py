"""A run that is killed, stopped or repeated ends with the bytes of one that was left alone."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from osteocast.cli import main
from osteocast.trials.manifest import read
from osteocast.trials.run import LOCK
from trial_designs import RICH, SMALL, SOURCES, design_file, digests, finish, start

N = 4600
CHUNKS = 6
"""Two arms, three chunks."""
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def design(tmp_path_factory):
    return design_file(tmp_path_factory.mktemp("design"), SMALL)


@pytest.fixture(scope="module")
def undisturbed(design, tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed") / "out"
    finish(design, "--n", N, "--out", folder, "--workers", 1)
    return digests(folder)


def parts(folder):
    return len(list(folder.glob("*/arm=*/chunk-*.parquet")))


def kill_after(folder, count, process):
    """Kill the process group once so many files are there, at a moment of no plan."""
    while parts(folder) < count and process.poll() is None:
        time.sleep(0.005)
    time.sleep(random.random() * 0.2)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.skipif(os.name != "posix", reason="process groups are those of POSIX")
def test_killed_three_times(design, undisturbed, tmp_path):
    folder = tmp_path / "out"
    for count, workers in zip(sorted(random.sample(range(3 * CHUNKS - 2), 3)), (1, 2, 1), strict=True):
        kill_after(folder, count, start(design, "--n", N, "--out", folder, "--workers", workers))
    if (folder / LOCK).exists() and (folder / "visits").is_dir():  # the last one did not end by itself
        (folder / "visits" / "arm=none").mkdir(exist_ok=True)
        (folder / "visits" / "arm=none" / ".chunk-00001.parquet.tmp").write_bytes(b"half")
    finish(design, "--n", N, "--out", folder)
    assert digests(folder) == undisturbed


@pytest.mark.parametrize("left", [".lock", "visits/arm=letrozole/.chunk-00001.parquet.tmp"])
def test_what_a_run_killed_after_its_last_file_left_is_removed(design, undisturbed, tmp_path, left):
    folder = tmp_path / "out"
    finish(design, "--n", N, "--out", folder)
    (folder / LOCK).touch()
    (folder / left).write_bytes(b"")
    finish(design, "--n", N, "--out", folder)
    assert digests(folder) == undisturbed


def test_two_processes_give_the_same_bytes(design, undisturbed, tmp_path):
    finish(design, "--n", N, "--out", tmp_path / "out", "--workers", 2)
    assert digests(tmp_path / "out") == undisturbed


DASK = """
import sys
from distributed import LocalCluster
from osteocast.cli import main
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        sys.exit(main(["trial", "run", *sys.argv[1:], "--scheduler", cluster.scheduler_address, "--json"]))
"""


def test_a_dask_cluster_gives_the_same_bytes(design, undisturbed, tmp_path):
    script = tmp_path / "cluster.py"
    script.write_text(DASK)
    command = [sys.executable, str(script), str(design), "--n", str(N), "--out", str(tmp_path / "out")]
    ran = subprocess.run(
        command,
        env=os.environ | {"PYTHONPATH": str(SOURCES)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert digests(tmp_path / "out") == undisturbed


@pytest.mark.skipif(os.name != "posix", reason="signals are those of POSIX")
@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_says_how_to_go_on(design, tmp_path, workers):
    folder = tmp_path / "out"
    process = start(design, "--n", N, "--out", folder, "--workers", workers)
    while parts(folder) < 3 and process.poll() is None:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130 and out == "" and "run the same command again to go on" in err
    assert "Traceback" not in err and not read(folder)["complete"]


def test_another_run_is_refused_and_says_what_differs(capsys, tmp_path):
    folder, text = tmp_path / "out", SMALL
    assert main(["trial", "run", str(design_file(tmp_path, text)), "--n", "8", "--out", str(folder)]) == 0
    before = digests(folder)
    capsys.readouterr()
    for edit, options, words in (
        (text, ["--n", "9"], "the number of people was 8, not 9"),
        (text, ["--n", "8", "--seed", "5"], "the seed was 11, not 5"),
        (text, ["--n", "8", "--monthly"], "every month"),
        (RICH, ["--n", "8"], "the design differs"),
    ):
        assert main(["trial", "run", str(design_file(tmp_path, edit)), *options, "--out", str(folder)]) == 2
        assert words in capsys.readouterr().err
    assert main(["trial", "run", str(design_file(tmp_path, text)), "--n", "8", "--out", str(folder)]) == 0
    assert "was finished already" in capsys.readouterr().err and digests(folder) == before


def test_a_lost_file_of_a_finished_run_is_made_again(tmp_path):
    folder, path = tmp_path / "out", design_file(tmp_path)
    command = ["trial", "run", str(path), "--n", "8", "--out", str(folder)]
    assert main(command) == 0
    before = digests(folder)
    (folder / "visits" / "arm=none" / "chunk-00000.parquet").unlink()
    assert main(command) == 0 and digests(folder) == before
