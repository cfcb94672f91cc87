"""The report of one person on paper: a tagged PDF whose first page is a letter, set by typst from the same blocks.

The data reach typst as JSON, where text stays text: nothing in them is read as markup or code. Fonts are those that
typst brings with it, as long as they have every letter; no file and no network is read beside the template, and the
date of the file is that of the forecast, so that one result gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from osteocast.report.blocks import resolved
from osteocast.report.charts import STYLES
from osteocast.report.levels import DEFAULT, LANGUAGE, checked
from osteocast.report.twin_document import twin_document

TEMPLATE = Path(__file__).parent / "twin.typ"
FONT = "Libertinus Serif"
COLOURS = ("#2075d9", "#cc4c08", "#1e4d37", "#8b1d7d", "#543901", "#72767d")
"""Of the strategies, as `style.css` has them on white."""
INK, SOFT, RULE, AXIS = "#1b222c", "#55606e", "#d5dae1", "#7d8896"
SIZE = re.compile(r'viewBox="0 0 (\d+) (\d+)"')


def twin_pdf(result: Mapping[str, Any], level: str = DEFAULT) -> bytes:
    """The report of `twin` for paper.

    Args:
        result: what `osteocast twin --json` prints.
        level: the reading level, one of `levels.LEVELS`.

    Returns:
        The bytes of a PDF file.

    Raises:
        OsteocastError: if the result lacks what the report is about, or if there is no such level.
        ModuleNotFoundError: typst is not installed.
    """
    import typst

    document = resolved(twin_document(result), checked(level))
    document["colours"] = COLOURS
    document["language"] = LANGUAGE
    for block in _charts(document):
        block["svg"] = on_paper(block["svg"])
    inputs = {"report": json.dumps(document, ensure_ascii=False)}
    template, moment = TEMPLATE.read_bytes(), _moment(result)

    def made(standard: Literal["ua-1", "1.7"]) -> bytes:
        found = typst.compile(
            template,
            format="pdf",
            ignore_system_fonts=standard == "ua-1",
            sys_inputs=inputs,
            pdf_standards=[standard],
            timestamp=moment,
        )
        assert isinstance(found, bytes)
        return found

    try:
        return made("ua-1")
    except typst.TypstError:
        # PDF/UA asks for a glyph for every letter. A name may have letters that the fonts of typst lack: then fonts
        # of the machine help out, and the file is tagged all the same but claims no standard.
        return made("1.7")


def _moment(result: Mapping[str, Any]) -> dt.datetime:
    """Midnight of the day of the forecast, for the file's own date; a fixed day where there is none."""
    try:
        day = dt.date.fromisoformat(str(result["person"].get("date") or result.get("start")))
    except ValueError:
        day = dt.date(2000, 1, 1)
    return dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)


def _charts(value: Any) -> Any:
    """Every chart among the blocks."""
    if isinstance(value, dict):
        if value.get("kind") == "chart":
            yield value
        for one in value.values():
            yield from _charts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _charts(one)


def on_paper(svg: str) -> str:
    """A chart with its size and colours written into it, for readers without the page's style sheet."""
    found = SIZE.search(svg)
    assert found is not None
    size = f'width="{found[1]}" height="{found[2]}" '
    return svg.replace("<svg ", f"<svg {size}", 1).replace(">", f"><style>{_style()}</style>", 1)


def _style() -> str:
    rules = [
        f"text{{font-family:'{FONT}';font-size:15px;fill:{INK}}}",
        f".tick,.name{{fill:{SOFT}}}",
        ".tick.y{text-anchor:end}.x{text-anchor:middle}.end{font-weight:700}",
        f".grid{{stroke:{RULE};stroke-width:.75;fill:none}}.axis{{stroke:{AXIS};fill:none}}",
        ".line{fill:none;stroke-width:2.2}.leader{stroke-width:.8;fill:none}.whisker{stroke-width:2;fill:none}",
        f".reference{{stroke:{INK};stroke-dasharray:4 4;fill:none}}",
        ".reference-label{font-size:14px;font-weight:600}",
    ]
    for k, colour in enumerate(COLOURS[:STYLES], start=1):
        rules.append(
            f".line.s{k},.s{k} .leader,.s{k} .whisker{{stroke:{colour}}}"
            f".band.s{k}{{fill:{colour}}}.s{k} .end,.s{k} .dot{{fill:{colour}}}"
        )
    return "".join(rules)
