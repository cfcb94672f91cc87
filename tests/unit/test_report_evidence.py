"""The section of published results: each drawn once beside its simulation, misses and memory said in words."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from html import unescape
from pathlib import Path
from typing import Any

import pytest

import osteocast as oc
from osteocast.evidence.density import Evidence
from osteocast.forecast.support import support
from osteocast.regimen import Regimen
from osteocast.report.forest import forest_chart
from osteocast.report.html import comparison_page
from osteocast.report.published import published, tally

EXAMPLE = Path(__file__).parents[2] / "examples" / "woman-62-starting-anastrozole.toml"
NS = "{http://www.w3.org/2000/svg}"
BAND = {"median": [0.0, -1.0], "lo90": [0.0, -2.0], "hi90": [0.0, 0.0]}


def record(name: str, observed: float, simulated: float | None, **more: Any) -> dict[str, Any]:
    """A result of 24 months at the spine with a standard deviation of 0.5: a bar of ±0.98."""
    return {
        "id": name, "study": f"study {name}", "drug": "anastrozole", "site": "lumbar_spine", "from_month": 0.0,
        "to_month": 24.0, "observed": observed, "sd": 0.5, "simulated": simulated, "difference": False,
        "quality": "abstract", "citation": f"source {name}",
    } | more  # fmt: skip


def point(study: str, month: float, observed: float, sd: float | None, simulated: float | None) -> Evidence:
    """The same, to be drawn directly."""
    more = {"study": study, "to_month": month, "sd": sd}
    return Evidence(**record("x", observed, simulated, **more))


HIT = record("hit", -4.0, -4.9)
MISS = record("miss", -2.0, -3.0)
MEMORY = record("memory", 4.0, 4.5, drug="zoledronic acid", quality="memory", difference=True)
UNKNOWN = record("unknown", 1.0, None, site="total_hip")
UNSURE = record("unsure", 1.0, 3.0, site="total_hip", sd=None)
ALL = [HIT, MISS, UNKNOWN, UNSURE, MEMORY]


def result(*evidence: list[dict[str, Any]] | None) -> dict[str, Any]:
    """A short comparison; a strategy whose evidence is None has no such key, as in older results."""
    strategies = [
        {
            "regimen": f"strategy {k}",
            "months": [0, 24],
            "sites": {"lumbar_spine": {"change_pct": BAND}},
            "support": {"class": "studied", "nearest": []} | ({} if one is None else {"evidence": one}),
        }
        for k, one in enumerate(evidence)
    ]
    return {"schema": 1, "person": {"sex": "female", "age": 62}, "strategies": strategies}


def section(page: str) -> str:
    found = re.search(r'<section id="evidence">.*?</section>', page, re.S)
    assert found
    return found[0]


def charts(text: str) -> list[ET.Element]:
    return [ET.fromstring(one) for one in re.findall(r'<svg class="chart forest".*?</svg>', text, re.S)]


def words(text: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def described(svg: ET.Element) -> str:
    desc = svg.find(f"{NS}desc")
    assert desc is not None and desc.text
    return desc.text


def test_misses_are_counted_coloured_and_named() -> None:
    text = section(comparison_page(result(ALL)))
    assert "2 of 3 simulated values lie inside the bars (2 more cannot be judged)" in words(text)
    assert "mean absolute difference 1.1 points" in words(text)  # (0.9 + 1.0 + 2.0 + 0.5) / 4
    spine, hip, _ = charts(text)
    rows = {row.findtext(f"{NS}title", "").split(",")[0]: row for row in spine.iter(f"{NS}g") if row.get("class")}
    assert rows["study miss"].get("class") == "row missed" and rows["study hit"].get("class") == "row"
    verdicts = [t.text for svg in (spine, hip) for t in svg.iter(f"{NS}text") if t.get("class") == "verdict"]
    assert verdicts == ["miss", "not run", "no bar"]
    assert "1 of 2 simulated values lie inside the bars. Outside: study miss, months 0 to 24" in described(spine)
    assert text.count('<span class="miss">no: a miss</span>') == 1 and text.count('<span class="hit">') == 2


def test_a_value_at_the_end_of_its_bar_is_no_miss() -> None:
    points = [point("a", 12, 1.0, 0.5, simulated) for simulated in (1.97, 0.03, 1.99, 0.01)]
    assert [one.inside for one in points] == [True, True, False, False]
    assert tally(points) == "2 of 4 simulated values lie inside the bars; mean absolute difference 1.0 points"


def test_points_and_bars_stand_where_the_numbers_say() -> None:
    points = [
        point("a", 12, -4.0, 1.0, -2.0),
        point("a", 24, 2.0, 0.5, None),
        point("b", 24, 5.0, None, 0.0),
    ]
    svg = ET.fromstring(forest_chart(points, title="t", x_label="x"))
    ticks = {t.text: float(t.get("x", "")) for t in svg.iter(f"{NS}text") if t.get("class") == "tick x"}
    unit = (ticks["4"] - ticks["0"]) / 4
    circles = [float(c.get("cx", "")) for c in svg.iter(f"{NS}circle")]
    assert circles == pytest.approx([ticks["0"] + unit * v for v in (-4, 2, 5)], abs=0.3)
    bars = [
        re.match(r"M([\d.]+),[\d.]+H([\d.]+)", p.get("d", ""))
        for p in svg.iter(f"{NS}path")
        if p.get("class") == "error"
    ]
    lengths = [float(bar[2]) - float(bar[1]) for bar in bars if bar]
    assert lengths == pytest.approx([2 * 1.96 * unit, 1.96 * unit], abs=0.3)
    diamonds = [p.get("d", "")[1:].split(",")[0] for p in svg.iter(f"{NS}path") if p.get("class") == "simulated"]
    assert [float(at) for at in diamonds] == pytest.approx([ticks["0"] - 2 * unit, ticks["0"]], abs=0.3)
    assert [t.text for t in svg.iter(f"{NS}text") if t.get("class") == "study"] == ["a", "b"]


def test_memory_and_differences_are_labelled_in_chart_and_table() -> None:
    text = section(comparison_page(result(ALL)))
    zoledronate = charts(text)[-1]
    assert [t.text for t in zoledronate.iter(f"{NS}text") if t.get("class") == "study"] == [
        "study memory: difference, from memory"
    ]
    assert text.count('<span class="badge between">from memory, paper not seen</span>') == 1
    assert words(text).count("study memory : difference between arms source memory") == 1
    assert "from memory" not in "".join(described(svg) for svg in charts(text)[:-1])


def test_a_result_of_several_strategies_is_drawn_once() -> None:
    text = section(comparison_page(result([HIT, MISS], ALL, [HIT])))
    assert text.count('<details class="more"') == 2 and text.count('<details class="more" open>') == 1
    assert len(charts(text)) == text.count('<details class="twin">') == 3
    circles = [c for svg in charts(text) for c in svg.iter(f"{NS}circle")]
    assert len(circles) == len(ALL) and text.count(">−4.0 ± 1.0<") == 1
    summaries = [words(one) for one in re.findall(r"<summary>(.*?)</summary>", text, re.S)]
    assert summaries[0].startswith("Anastrozole A B C 1 of 2") and "Zoledronic acid B 1 of 1" in " ".join(summaries)


def test_the_table_holds_the_numbers_of_the_chart() -> None:
    table = re.search(r"<caption>Anastrozole, lumbar spine.*?</table>", section(comparison_page(result(ALL))), re.S)
    assert table
    assert words(table[0]).endswith(
        "study hit source hit (abstract read) 0–24 −4.0 ± 1.0 −4.9 −0.9 yes "
        "study miss source miss (abstract read) 0–24 −2.0 ± 1.0 −3.0 −1.0 no: a miss"
    )


def test_a_long_plot_is_split_and_keeps_one_axis() -> None:
    many = [record(f"{k:02}", k / 10, k / 10) for k in range(60)]
    drawings = charts(section(comparison_page(result(many))))
    rows = [len([c for c in svg.iter(f"{NS}circle")]) for svg in drawings]
    assert sum(rows) == 60 and max(rows) <= 16
    axes = {
        tuple((t.text, t.get("x")) for t in svg.iter(f"{NS}text") if t.get("class") == "tick x") for svg in drawings
    }
    assert len(axes) == 1
    assert len({svg.get("aria-labelledby") for svg in drawings}) == len(drawings)


def test_long_names_are_wrapped_inside_the_drawing() -> None:
    name = "A trial with a name that is much too long for one line of a narrow drawing"
    svg = ET.fromstring(forest_chart([point(name, 12, 1.0, 0.5, 1.0)], title="t", x_label="x"))
    lines = [t.text or "" for t in svg.iter(f"{NS}text") if t.get("class") == "study"]
    assert " ".join(lines) == name and max(map(len, lines)) <= 46


def test_hostile_text_is_escaped() -> None:
    bad = '<script>alert("x")</script> http://evil.example'
    texts = {key: bad for key in ("id", "study", "drug", "site", "quality", "citation")}
    page = comparison_page(result([record("x", 1.0, 9.0) | texts]))
    assert "<script" not in page and "&lt;script&gt;" in section(page)
    assert not re.search(r"https?://", page.replace('xmlns="http://www.w3.org/2000/svg"', ""))
    assert len(charts(section(page))) == 1


def test_older_results_have_no_section() -> None:
    page = comparison_page(result(None, None))
    assert 'id="evidence"' not in page and "#evidence" not in re.sub(r"<style>.*?</style>", "", page, flags=re.S)
    assert published([{"support": None}, {}]) is None


def test_a_strategy_without_results_is_said() -> None:
    text = words(section(comparison_page(result(ALL, [], None))))
    assert "No published result has any drug of B ." in text and "2 of 3 simulated" in text
    alone = section(comparison_page(result([])))
    assert "No published result has any drug of A ." in words(alone) and "inside the bars" not in alone


def test_every_real_result_of_the_drugs_is_on_the_page() -> None:
    woman = oc.load_person(str(EXAMPLE))
    real = [
        json.loads(json.dumps(support(woman, Regimen.parse(one), 120).to_dict()["evidence"]))
        for one in (
            "anastrozole 1 mg daily + denosumab 60 mg every 6 months",
            "denosumab 60 mg every 6 months",
            "none",
        )
    ]
    text = section(comparison_page(result(*real)))
    every = {one["id"]: one for evidence in real for one in evidence}
    assert len([c for svg in charts(text) for c in svg.iter(f"{NS}circle")]) == len(every) > 50
    missed = [
        one
        for one in every.values()
        if one["simulated"] is not None and abs(one["simulated"] - one["observed"]) > 1.96 * one["sd"]
    ]
    marked = [t for svg in charts(text) for t in svg.iter(f"{NS}text") if t.text == "miss"]
    assert len(marked) == len(missed) == text.count("no: a miss")
