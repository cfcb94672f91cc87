"""Every page: reachable by everybody, in both themes, with nothing from outside."""

from __future__ import annotations

import re
import unicodedata

import pytest

from web_harness import WOMAN, settled, violations

ADDRESS = re.compile(r"https?:(?:\\?/){2}[^\s\"'<>)]*")
NAMESPACES = ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xhtml", "http://www.w3.org/1999/xlink",
              "http://www.w3.org/1998/Math/MathML", "http://www.w3.org/XML/1998/namespace")  # fmt: skip


def paths() -> list[str]:
    """Every page in the navigation."""
    from osteocast.web import create_app, pages

    create_app()
    return [path for _, path in pages.NAVIGATION]


@pytest.mark.slow
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("path", paths())
def test_axe_finds_nothing(open_page, path, dark):
    page = open_page(path, dark=dark)
    settled(page)
    assert violations(page) == []


@pytest.mark.slow
@pytest.mark.parametrize(("dark", "width"), [(False, 1280), (True, 1280), (True, 390)])
def test_axe_finds_nothing_in_a_forecast(open_page, dark, width):
    page = open_page("/", dark=dark, width=width)
    page.click("[data-example=woman-64]")
    page.wait_for_selector("#charts svg")
    settled(page)
    for way in ("bars", "people", "table", "sentence"):
        page.check(f"#risk-{way}", force=True)
        assert violations(page) == [], way
    page.fill("#age", "6x")
    page.locator("#age").blur()
    settled(page)
    assert violations(page) == [], "with a complaint"


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 1920])
@pytest.mark.parametrize("path", paths())
def test_no_page_is_wider_than_its_window(open_page, path, width):
    page = open_page(path, width=width)
    if path == "/":
        page.click("[data-example=woman-64]")
        page.wait_for_selector("#charts svg")
    settled(page)
    assert page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


@pytest.mark.slow
def test_the_form_and_its_charts_are_used_by_keyboard_alone(open_page):
    page = open_page("/")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip"
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.id") == "sex":
            break
    page.keyboard.press("w")
    page.keyboard.press("Tab")
    page.keyboard.type("62")
    page.keyboard.press("Tab")
    page.wait_for_selector("#charts svg")
    settled(page)
    assert page.evaluate("() => document.activeElement.type") == "range", "the focus stays where it was"
    page.keyboard.press("ArrowRight")
    settled(page)
    assert page.input_value("#age") == "63"
    summary = page.locator("#charts summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("#charts table").first.is_visible()


def test_charts_have_tables_with_the_numbers_that_are_drawn(http):
    text = http.post("/person", data=WOMAN).text
    drawings = re.findall(r'<figure id="chart-\d+">.*?</figure>', text, re.DOTALL)
    assert len(drawings) == 5
    for one in drawings:
        told = re.search(r"<desc[^>]*>(.*?)</desc>", one, re.DOTALL)
        rows = re.findall(r'<tr><th scope="row">([\d.]+)</th><td>(.*?)</td>', one)
        assert told and rows, one[:80]
        assert rows[-1][1] in told[1] and rows[0][1].split(" ")[0] in told[1]


def test_nothing_served_names_an_address_outside(http):
    from osteocast.web import assets

    served = {path: http.get(path).text for path in paths()}
    served |= {name: http.get(f"/static/{name}").text for name in assets.contents()}
    served["result"] = http.post("/person", data=WOMAN).text
    for name, text in served.items():
        outside = {one for one in ADDRESS.findall(text) if one not in NAMESPACES}
        assert not outside, (name, outside)


def test_files_of_the_report_are_not_kept_twice(http):
    from osteocast.report.html import HERE

    sheet = http.get("/static/osteocast.css").text
    assert (HERE / "style.css").read_text(encoding="utf-8") in sheet
    assert "max-age" in http.get("/static/osteocast.css").headers["cache-control"]


def test_every_text_has_three_levels_with_the_same_numbers():
    from osteocast.report.levels import catalogue, placeholders
    from osteocast.web.wording import FOLDER, texts

    assert len(texts()) > 100 and list(FOLDER.glob("en*.yaml"))
    for key, said in texts().items():
        assert all(said) or key in catalogue(), key
        assert len({frozenset(placeholders(one)) for one in said}) == 1, key


def test_examples_are_those_of_the_repository():
    from pathlib import Path

    from osteocast.web.examples import EXAMPLES, FOLDER

    there = Path(__file__).parents[2] / "examples"
    for file, _ in EXAMPLES.values():
        assert (FOLDER / file).read_bytes() == (there / file).read_bytes()


def test_every_text_that_a_template_names_is_in_the_catalogue():
    from osteocast.web.pages import FOLDER
    from osteocast.web.wording import texts

    named = {}
    for path in sorted(FOLDER.glob("*.j2")):
        found = re.findall(r"(?:words|say)\(\"([a-z_0-9.]+)\"[,)]", path.read_text(encoding="utf-8"))
        named |= dict.fromkeys(found, path.name)
    assert len(named) > 40
    missing = {key: file for key, file in named.items() if key not in texts()}
    assert not missing


def unspaced(text: str) -> str:
    """Text without blanks and ligatures, which differ on paper."""
    return "".join(unicodedata.normalize("NFKC", text).split())


@pytest.mark.slow
def test_print_fills_the_paper_there_is_and_says_on_each_sheet_what_it_is_not(open_page):
    import io

    from pypdf import PdfReader

    from osteocast.report.words import DISCLAIMER

    page = open_page("/")
    page.click("[data-example=woman-62]")
    page.wait_for_selector("#charts svg")
    settled(page)
    folded = page.locator(".as-bars .fold .name").evaluate_all(
        "(all) => all.map((one) => (one.querySelector('.intermediate') ?? one).textContent)"
    )
    assert folded, "some harms are folded on the screen"
    printed = PdfReader(io.BytesIO(page.pdf(format="A5", prefer_css_page_size=True)))
    assert {round(float(one.mediabox.width) / 72 * 25.4) for one in printed.pages} == {148}
    sheets = [" ".join(one.extract_text().split()) for one in printed.pages]
    assert all(DISCLAIMER in one for one in sheets)
    everything = unspaced("".join(one.extract_text() for one in printed.pages))
    missing = [one for one in folded if unspaced(one) not in everything]
    assert not missing, "unfolded on paper"
    page.emulate_media(media="print")
    for width, columns in ((480, 1), (700, 2)):
        page.set_viewport_size({"width": width, "height": 900})
        made = page.locator("#charts").evaluate(
            "(one) => getComputedStyle(one).gridTemplateColumns.split(' ').length"
        )
        assert made == columns
