"""Trials that run behind the page: one at a time, stopped and refused, without a browser."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from osteocast.errors import OsteocastError
from osteocast.evidence.targets import read_targets
from osteocast.web import trial_jobs
from osteocast.web.trial_jobs import PEOPLE, WAITING, Trials, designs


@pytest.fixture
def trials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Trials]:
    """Trials whose process says that it has begun, then waits to be told to go on."""
    worker = tmp_path / "worker.py"
    worker.write_text(
        "import json, pathlib, sys, time\n"
        "folder, go = pathlib.Path(sys.argv[4]), pathlib.Path(__file__).parent / 'go'\n"
        "print(json.dumps({'stage': 'simulating', 'done': 1, 'total': 2}), flush=True)\n"
        "while not go.exists(): time.sleep(0.01)\n"
        "if sys.argv[3] == '13': sys.exit(1)\n"
        "if sys.argv[3] == '17': print('no JSON', '[1]', 'null', '{}', json.dumps({'stage': 'x', 'done': None}),"
        " sep=chr(10), flush=True)\n"
        "page = dict.fromkeys(['title', 'arms', 'contrasts', 'published', 'notes'])\n"
        "(folder / 'page.json').write_text(json.dumps(page))\n"
        "print(json.dumps({'stage': 'done'}), flush=True)\n"
    )
    monkeypatch.setattr("osteocast.web.trial_jobs.COMMAND", (str(worker),))
    found = Trials()
    found.go = tmp_path / "go"  # type: ignore[attr-defined]
    yield found
    found.close()


def until(trials: Trials, id_: str, *states: str) -> trial_jobs.Job:
    for _ in range(3000):
        job = trials.get(id_)
        if job.state in states:
            return job
        time.sleep(0.01)
    raise AssertionError(f"still {trials.get(id_).state}")


DESIGN = "zoledronate-early-or-not"


def test_one_trial_runs_and_the_others_wait_their_turn(trials: Any) -> None:
    jobs = [trials.start(DESIGN, 100) for _ in range(1 + WAITING)]
    assert [trials.get(job.id).state for job in jobs] == ["simulating", *["waiting"] * WAITING]
    with pytest.raises(OsteocastError, match="wait already"):
        trials.start(DESIGN, 100)
    trials.cancel(jobs[1].id)
    trials.go.touch()
    assert until(trials, jobs[0].id, "done").result is not None
    until(trials, jobs[2].id, "done")
    assert trials.get(jobs[1].id).state == "cancelled"


def test_a_cancelled_trial_is_gone_at_once_and_the_next_begins(trials: Any) -> None:
    first, second = trials.start(DESIGN, 100), trials.start(DESIGN, 100)
    process, folder = trials._process, trials._folder
    assert trials.cancel(first.id).state == "cancelled"
    until(trials, second.id, "simulating")
    assert process.poll() is not None
    assert not (folder / first.id).exists()
    assert trials.get(first.id).result is None


def test_a_trial_whose_process_dies_says_so(trials: Any) -> None:
    job = trials.start(DESIGN, 100, seed=13)
    trials.go.touch()
    assert "ended without a result" in until(trials, job.id, "failed").message


def test_odd_lines_of_a_process_stop_neither_its_trial_nor_the_next(trials: Any) -> None:
    odd, after = trials.start(DESIGN, 100, seed=17), trials.start(DESIGN, 100)
    trials.go.touch()
    assert until(trials, odd.id, "done", "failed").state == "done"
    assert until(trials, after.id, "done", "failed").state == "done"


def test_closing_leaves_no_process_and_no_folder(trials: Any) -> None:
    job = trials.start(DESIGN, 100)
    process, folder = trials._process, trials._folder
    trials.close()
    assert process.poll() is not None
    assert not folder.exists()
    assert trials.get(job.id).state == "cancelled"


def test_a_server_that_stops_leaves_no_process_and_no_folder(trials: Any) -> None:
    from fastapi.testclient import TestClient

    from osteocast.web import create_app

    app = create_app()
    app.state.trials = trials
    with TestClient(app, base_url="http://127.0.0.1") as client:
        assert client.post("/api/trials", json={"n": 100}).status_code == 202
        process, folder = trials._process, trials._folder
        assert process.poll() is None
    assert process.poll() is not None
    assert not folder.exists()


@pytest.mark.parametrize(
    ("design", "n", "where"),
    [("nothing", 100, "design"), (DESIGN, PEOPLE[1] + 1, "n"), (DESIGN, 50.5, "n"), (DESIGN, float("nan"), "n")],
)
def test_a_trial_that_cannot_be_is_refused(trials: Any, design: str, n: float, where: str) -> None:
    with pytest.raises(OsteocastError) as refused:
        trials.start(design, n)
    assert refused.value.where == where
    assert trials.jobs() == []


def test_bundled_designs_are_read_and_name_only_published_studies_of_the_table() -> None:
    from osteocast.trials.reading import load_design

    studies = " ".join(row.text("study").lower() for row in read_targets())
    for path in designs().values():
        one = load_design(path)
        assert one.published is None or one.published.lower() in studies
        assert len(one.arms) == 2


def test_the_worker_runs_a_trial_to_its_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from unittest.mock import patch

    from osteocast.web import trial_worker

    with patch.object(trial_worker, "_end_with_parent"):
        assert trial_worker.main(designs()[DESIGN], 40, 1, tmp_path) == 0
    stages = [json.loads(line)["stage"] for line in capsys.readouterr().out.splitlines()]
    assert stages[0] == "simulating" and stages[-2:] == ["analysing", "done"]
    page = json.loads((tmp_path / trial_worker.PAGE).read_text())
    assert [arm["n"] for arm in page["arms"]] and page["contrasts"]
