"""Writes `docs/notebooks/`: each ready scene of the web application as a notebook that anyone can run and change.

    python docs/_build_notebooks.py

Persons, treatments and words come from the scenes themselves; a test holds the files against what this makes.
"""

from __future__ import annotations

import json
import pprint
from pathlib import Path
from typing import Any

from osteocast.report.words import DISCLAIMER
from osteocast.web.scenes import OPENING, Scene, scenes
from osteocast.web.wording import say

FOLDER = Path(__file__).parent / "notebooks"
LEVEL = "intermediate"


def words(key: str) -> str:
    """A text of the catalogue."""
    return say(key).at(LEVEL)


def cells(scene: Scene) -> list[tuple[str, str]]:
    """Kind and source of each cell."""
    persons = {case.name: dict(case.table) for case in scene.cases}
    regimens = {case.name: case.regimen for case in scene.cases}
    setup = [
        "import osteocast as oc",
        "from osteocast.forecast.mechanism import mechanisms",
        "from osteocast.people.files import person_from_dict",
        "",
        f"YEARS, DRAWS = {scene.years}, 200",
        f"persons = {pprint.pformat(persons, width=100, sort_dicts=False)}",
        f"regimens = {pprint.pformat(regimens, width=100, sort_dicts=False)}",
    ]
    run = [
        "forecasts = {",
        "    name: oc.compare(person_from_dict(persons[name]), [regimens[name]], years=YEARS, draws=DRAWS)",
        "    for name in regimens",
        "}",
        "for name, forecast in forecasts.items():",
        "    course = forecast.to_dict()['strategies'][0]",
        "    print(f'{name}: {regimens[name]}')",
        "    for site in ('lumbar_spine', 'total_hip'):",
        "        change = course['sites'][site]['change_pct']['median']",
        "        yearly = [f'year {k // 12} {change[k]:+.1f} %' for k in range(0, 12 * YEARS + 1, 12)]",
        "        print(f'  {site}:', ', '.join(yearly))",
    ]
    chain = [
        "for name, forecast in forecasts.items():",
        "    found = mechanisms(forecast)[0]",
        "    print(name)",
        "    for quantity, band in found.quantities.items():",
        "        values = [band['median'][month] for month in (0, 3, 12, 24)]",
        "        print(f'  {quantity:18}', '  '.join(f'{value:9.2f}' for value in values))",
    ]
    split = [
        "for name in regimens:",
        "    found = oc.why(person_from_dict(persons[name]), regimens[name], years=YEARS, draws=DRAWS).to_dict()",
        "    spine = found['sites']['lumbar_spine']",
        "    print(f\"{name}: spine after {YEARS} years {spine['change_pct']['median'][-1]:+.1f} %, of which\")",
        "    for part, band in {**spine['parts'], **spine['imbalance']}.items():",
        "        print(f\"  {part:18} {band['median'][-1]:+.1f} %  {found['comes_back'][part]}\")",
    ]
    return [
        ("markdown", f"# {words(scene.key + '.title')}\n\n{words(scene.key + '.story')}\n\n*{DISCLAIMER}*"),
        ("code", "\n".join(setup)),
        ("markdown", f"## {words('scenes.look')}\n\n{words(scene.key + '.look')}"),
        ("code", "\n".join(run)),
        ("markdown", "## From tablet to bone\n\nMonths 0, 3, 12 and 24; 1 is a young adult where there is no unit."),
        ("code", "\n".join(chain)),
        ("markdown", f"## {words('scenes.back')}\n\n{words(scene.key + '.back')}"),
        ("code", "\n".join(split)),
    ]


def notebook(scene: Scene) -> dict[str, Any]:
    """A scene in the notebook format, version 4.5."""
    found = []
    for place, (kind, source) in enumerate(cells(scene)):
        cell: dict[str, Any] = {"cell_type": kind, "id": f"cell-{place}", "metadata": {}}
        if kind == "code":
            cell |= {"execution_count": None, "outputs": []}
        found.append(cell | {"source": source.splitlines(keepends=True)})
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": found, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def text(scene: Scene) -> str:
    """The file."""
    return json.dumps(notebook(scene), indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write every notebook."""
    FOLDER.mkdir(exist_ok=True)
    for scene in scenes().values():
        if scene.name != OPENING:
            (FOLDER / f"{scene.name}.ipynb").write_text(text(scene), encoding="utf-8")


if __name__ == "__main__":
    main()
