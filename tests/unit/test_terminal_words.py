"""What the terminal says beside the numbers: what was filled in, notes, what was read from memory; sums by kind."""

import io
from typing import Any

from rich.console import Console

from osteocast.evidence.targets import read_targets
from osteocast.forecast.compare import compare
from osteocast.people.files import person_from_dict
from osteocast.report.html import comparison_page
from osteocast.report.terminal import comparison_table
from osteocast.trials.validate import Comparison, summary

PERSON = {
    "sex": "female",
    "age": 62,
    "age_at_menopause": 50,
    "bmi": 27,
    "scans": [
        {"site": "total_hip", "t_score": -1.0, "date": "2022-03-01"},
        {"site": "lumbar_spine", "t_score": -1.4, "date": "2024-03-01"},
    ],
    "markers": [{"name": "sCTX", "value": 400, "unit": "ng/L"}],
}


def printed(one: Any) -> str:
    """What a terminal shows, in one line."""
    out = io.StringIO()
    Console(file=out, width=120).print(one)
    return " ".join(out.getvalue().split())


def test_what_was_filled_and_noted_reaches_the_terminal_and_the_page() -> None:
    result = compare(person_from_dict(PERSON), ["anastrozole 1 mg daily"], years=1, draws=10).to_dict()
    text = printed(comparison_table(result))
    filled = "calcium in the diet, vitamin D, femoral neck T-score, one-third radius T-score"
    assert f"Filled in: {filled}, total hip T-score (from an older scan)." in text
    assert "Note: date: not given, so the forecast starts on 2024-03-01" in text
    assert "Note: sCTX: a marker level does not change the forecast" in text
    nearest = result["strategies"][0]["support"]["nearest"][0]
    assert f"nearest study: {nearest['study']}" in text and "model error" in text
    page = comparison_page(result)
    assert all(note in page for note in result["person"]["notes"]) and len(result["person"]["notes"]) == 2


def test_rows_from_memory_are_marked() -> None:
    from osteocast.cli import study, validate

    row = {"id": "x", "quantity": "E2", "unit": "%", "month": 1, "reason": None, "simulated": 2.0, "z": 0.1}
    rows = [{**row, "observed": 1.5, "quality": "memory"}, {**row, "observed": 2.5, "quality": "abstract"}]
    nothing = {"rows": 0, "rms_z": None, "max_abs_z": None, "mean_abs_error": None}
    kinds = dict.fromkeys(("density", "marker", "hormone", "hormone_men", "kinetics"), nothing)
    text = printed(validate._table({"targets": rows, "summary": {"rows": 2, "simulated": 2, **kinds}}))
    assert "1.5 (memory)" in text and "2.5 (memory)" not in text
    points = [
        {"from_month": 0, "month": 12, "value": value, "simulated": 1.0, "quality": quality}
        for value, quality in ((1.5, "memory"), (2.5, "fulltext"))
    ]
    arms = [{"label": "A", "sites": {"total_hip": {"observed": points}}}]
    text = printed(study._table({"title": "T", "arms": arms}))
    assert "+1.50 (memory)" in text and "+2.50 (memory)" not in text


def test_men_and_women_are_summed_apart() -> None:
    rows = [row for row in read_targets() if row.kind == "hormone"]
    found = summary([Comparison(row, row.observed, None) for row in rows])
    women = [row for row in rows if row.text("sex") == "female"]
    assert found["hormone"]["rows"] == len(women) and found["hormone_men"]["rows"] == len(rows) - len(women) > 0
    assert found["simulated"] == len(rows)
