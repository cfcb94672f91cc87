"""One virtual trial in a process of its own: `python -m osteocast.web.trial_worker DESIGN N SEED FOLDER`.

How far it is goes to standard output, one JSON object a line; the page of the finished trial goes into the folder.
The process ends when its standard input closes, so that it never outlives the server that started it.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

PAGE = "page.json"
STOPPED = 3


def say(**what: Any) -> None:
    """One line to whoever started this."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(STOPPED)


def main(design: Path, n: int, seed: int, folder: Path) -> int:
    """Run the trial, analyse it, and write what its page shows.

    Args:
        design: YAML file.
        n: number of people.
        seed: of the random numbers.
        folder: of the results.
    """
    from osteocast.errors import OsteocastError

    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        from osteocast.trials.beside import page_data
        from osteocast.trials.reading import load_design
        from osteocast.trials.run import run

        done = run(
            load_design(design), n, folder / "results", seed=seed,
            progress=lambda done, total: say(stage="simulating", done=done, total=total),
        )  # fmt: skip
        say(stage="analysing")
        page = page_data(folder / "results", done.manifest)
        (folder / PAGE).write_text(json.dumps(page), encoding="utf-8")
    except OsteocastError as error:
        say(stage="failed", what=str(error))
        return 2
    except ModuleNotFoundError as error:
        say(stage="failed", what=f"the library {error.name} is missing; install osteocast[trials]")
        return 2
    say(stage="done")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])))
