"""What somebody does who opens the pages for the first time, and what they then see."""

from __future__ import annotations

import datetime as dt
import io
import os
import re
from pathlib import Path

import pytest

from web_harness import INHIBITOR, PROTECTED, settled

SHOTS = os.environ.get("OSTEOCAST_SCREENSHOTS")
"""A folder for screenshots, such as the README's; without it they are taken and thrown away."""


def shot(page, name: str) -> None:
    folder = Path(SHOTS) if SHOTS else None
    page.screenshot(path=None if folder is None else folder / f"{name}.png", full_page=False)


def widths(page) -> list[tuple[float, float]]:
    """Width of the 90 % interval before and after, at each site, as the page says it."""
    text = page.locator("#narrowing figcaption .l.intermediate").all_inner_texts()
    found = [re.search(r"([\d.]+) before, ([\d.]+) after", one) for one in text]
    return [(float(one[1]), float(one[2])) for one in found if one]


@pytest.mark.slow
def test_a_newcomer_compares_adds_a_scan_and_takes_the_report_home(open_page):
    page = open_page("/")
    assert "Give sex and age" in page.locator("#result").inner_text()

    page.select_option("#sex", "female")
    page.fill("#age", "62")
    page.fill("#age_at_menopause", "50")
    page.fill("#strategy-0", INHIBITOR)
    page.locator("#strategy-0").blur()
    page.wait_for_selector("#charts svg")
    settled(page)
    assert page.locator(".legend li").first.inner_text().startswith("A")

    page.click("button:has-text('Add a strategy')")
    page.wait_for_selector("#strategy-1")
    page.fill("#strategy-1", PROTECTED)
    page.locator("#strategy-1").blur()
    page.wait_for_function("() => document.querySelectorAll('.lead .legend li').length === 2")
    settled(page)
    shot(page, "compare")

    page.click("button:has-text('Add a scan')")
    page.fill("#scan-0-year", "0")
    page.fill("#scan-0-t_score", "-1.4")
    page.click("button:has-text('Add a scan')")
    page.wait_for_selector("#scan-1-year")
    page.fill("#scan-1-year", "2")
    page.fill("#scan-1-t_score", "-1.8")
    page.locator("#scan-1-t_score").blur()
    page.wait_for_selector("#narrowing svg")
    settled(page)
    assert all(after < 0.9 * before for before, after in widths(page)), "the scan narrows the forecast"
    assert "24 months" in page.locator(".lead").inner_text() or "month 24" in page.locator(".lead").inner_text()
    page.locator("#narrowing").scroll_into_view_if_needed()
    shot(page, "two-year-scan")

    numbers = re.findall(r"[\d.]+", page.locator(".end-line").first.inner_text())
    for level in ("plain", "academic"):
        page.check(f"#level-{level}", force=True)
        assert re.findall(r"[\d.]+", page.locator(".end-line").first.inner_text()) == numbers
    page.check("#level-plain", force=True)
    assert "With plan A" in page.locator(".end-line").first.inner_text()
    shot(page, "plain")

    with page.expect_download() as saved:
        page.click("#pdf")
    pdf = pytest.importorskip("pypdf").PdfReader(io.BytesIO(Path(saved.value.path()).read_bytes()))
    text = " ".join(one.extract_text() for one in pdf.pages)
    assert "medical device" in text and "zoledronic" in text
    assert str(dt.date.today().year) in text
