"""A folder of results read back and analysed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from osteocast.trials import manifest, store
from osteocast.trials.reading import load_design

if TYPE_CHECKING:
    from osteocast.trials.analysis import Analysis
    from osteocast.trials.design import Design


def design_of(folder: Path) -> Design:
    """The design that a folder of results was made from."""
    return load_design(folder / manifest.DESIGN)


def analysed(folder: Path) -> Analysis:
    """Every endpoint of the design, from what the visits saw; only the columns that are needed are read.

    Args:
        folder: of a finished run.
    """
    from osteocast.trials.analysis import analyse

    design = design_of(folder)
    names = dict.fromkeys(one.quantity for one in design.endpoints if one.measure != "event")
    return analyse(
        design,
        store.read(folder, "people", ["person"]),
        store.read(
            folder, "visits", ["person", "month", *(f"{name}_observed" for name in names)], design.visits_month
        ),
        store.read(folder, "events"),
    )


def as_json(folder: Path, found: dict[str, Any]) -> dict[str, Any]:
    """What `trial run --json` prints.

    Args:
        folder: of a finished run.
        found: its manifest; the list of files is left to the file itself.

    Returns:
        `arms`, `contrasts` and `notes` of the analysis, and `manifest`.
    """
    about = {key: value for key, value in found.items() if key != "files"}
    return {**analysed(folder).to_dict(), "manifest": {**about, "folder": str(folder), "files": len(found["files"])}}
