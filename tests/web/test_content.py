"""Mechanism, scenes, equations, trials, evidence, claims and words in the browser and through the JSON interface."""

from __future__ import annotations

import re

import pytest

from web_harness import INHIBITOR, PROTECTED, settled, violations

SCENE = "denosumab-stopped"
DESIGN = "zoledronate-early-or-not"
MINUS = "\N{MINUS SIGN}"


def moving(page):
    """Wait until the drawings are there and follow the cursor."""
    page.wait_for_selector("[data-mover][data-moving]")
    settled(page)


def month_of(page):
    return int(page.locator("#time").input_value())


@pytest.mark.slow
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(
    "path", ["/mechanism", f"/scenes/{SCENE}", "/scenes/anastrozole-in-a-man", "/mechanism/equations"]
)
def test_axe_finds_nothing_once_all_is_drawn(open_page, path, dark):
    page = open_page(path, dark=dark)
    page.wait_for_selector("[data-mover][data-moving], #laws .law")
    settled(page)
    page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert violations(page) == []


@pytest.mark.slow
@pytest.mark.parametrize("path", [f"/scenes/{SCENE}", "/mechanism/equations"])
def test_no_drawing_is_wider_than_a_small_window(open_page, path):
    page = open_page(path, width=360)
    page.wait_for_selector("[data-mover][data-moving], #laws .law")
    settled(page)
    assert page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


@pytest.mark.slow
def test_the_cursor_moves_by_keyboard_and_the_drawing_shows_the_numbers_of_the_interface(open_page, http):
    page = open_page(f"/scenes/{SCENE}")
    moving(page)
    answer = http.get(f"/api/scenes/{SCENE}").json()
    cursor = page.locator("#time")
    cursor.focus()
    page.keyboard.press("Home")
    seen = {}
    for presses in (0, 1, 40):
        for _ in range(presses):
            page.keyboard.press("ArrowRight")
        month = month_of(page)
        assert cursor.get_attribute("aria-valuetext") == f"Year {month // 12}, month {month % 12}"
        for place, case in enumerate(answer["cases"]):
            panel = page.locator(".movers article").nth(place)
            quantities = case["mechanism"]["quantities"]
            for name, digits in (("osteoclasts", 2), ("rankl", 2), ("lumbar_spine", 1)):
                shown = panel.locator(f'[data-text="{name}-text"]').text_content().replace(MINUS, "-").rstrip(" %")
                assert float(shown) == pytest.approx(quantities[name]["median"][month], abs=0.51 * 10**-digits)
        gauge = page.locator('.movers article [data-part="osteoclasts"]').first
        seen[month] = float(gauge.get_attribute("width"))
    assert sorted(seen) == [0, 1, 41]
    assert seen[1] < 0.5 * seen[0] < seen[41], "the antibody takes osteoclasts within a month; then they come back"


@pytest.mark.slow
def test_the_table_beside_the_drawing_has_the_numbers_of_the_interface(open_page, http):
    page = open_page("/scenes/tamoxifen")
    moving(page)
    answer = http.get("/api/scenes/tamoxifen").json()
    for place, case in enumerate(answer["cases"]):
        table = page.locator(".movers article").nth(place).locator(".chain table")
        heads = [one.strip() for one in table.locator("thead th").all_text_contents()]
        row = table.locator("tr", has=page.locator("th", has_text="Estrogen signal in bone"))
        cell = row.locator("td").nth(heads.index("year 2") - 1).text_content()
        assert float(cell.split(" (")[0]) == pytest.approx(
            case["mechanism"]["quantities"]["signal"]["median"][24], abs=0.51
        )


@pytest.mark.slow
def test_play_runs_to_the_end_and_can_be_stopped(open_page):
    page = open_page(f"/scenes/{SCENE}")
    moving(page)
    page.locator("#time").fill("0")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => Number(document.getElementById('time').value) >= 3")
    page.get_by_role("button", name="Play").click()
    stopped = month_of(page)
    page.wait_for_timeout(400)
    assert month_of(page) == stopped
    page.locator("#time").fill(page.locator("#time").get_attribute("max"))
    assert page.locator("button.play").get_attribute("aria-pressed") == "false"


@pytest.mark.slow
def test_without_scripts_the_drawing_is_one_link_away(open_page):
    page = open_page(f"/scenes/{SCENE}", scripts=False)
    page.locator("noscript a, .wait a, [data-mover]").first.wait_for()
    if page.locator("[data-mover]").count() == 0:
        page.locator("noscript a, .wait a").first.click()
    assert page.locator("svg.mechanism").count() >= 2
    assert page.locator("#time").is_visible()


@pytest.mark.slow
def test_a_word_explains_itself_on_focus_and_escape_takes_it_away(open_page):
    from osteocast.explain.glossary import terms

    page = open_page(f"/scenes/{SCENE}")
    moving(page)
    word = page.locator(".l.intermediate .term button", has_text=re.compile("^RANKL$")).first
    word.focus()
    meaning = page.locator(f"#{word.get_attribute('aria-describedby')}")
    assert meaning.is_visible() and meaning.text_content() == terms()["RANKL"].plain
    page.keyboard.press("Escape")
    assert not meaning.is_visible()
    page.locator("h1").hover()
    word.hover()
    assert meaning.is_visible()


@pytest.mark.slow
def test_levels_change_the_words_and_not_the_numbers(open_page):
    page = open_page(f"/scenes/{SCENE}")
    moving(page)
    numbers, words = set(), set()
    for level in ("plain", "intermediate", "academic"):
        page.check(f"#level-{level}", force=True)
        numbers.add(tuple(page.locator(".movers [data-text]").all_text_contents()))
        words.add(page.locator("h1").inner_text())
    assert len(numbers) == 1 and len(words) == 3


@pytest.mark.slow
def test_a_person_of_the_form_is_drawn(open_page):
    page = open_page("/")
    page.click("[data-example=woman-62]")
    page.wait_for_selector("#keep")
    settled(page)
    page.locator('form[action="/mechanism"] button').click()
    page.wait_for_selector("[data-mover][data-moving]")
    assert "anastrozole 1 mg daily" in page.locator(".movers").inner_text()
    assert violations(page) == []


def test_a_case_that_cannot_be_drawn_is_refused_with_the_reason(http):
    from osteocast.web.cases import Case, packed

    answer = http.post("/mechanism", data={"link": packed(Case({"sex": "female"}))})
    assert answer.status_code == 422 and "age" in answer.text
    assert http.post("/mechanism", data={"link": "!!"}).status_code == 422


def test_the_chain_answers_for_any_person(http):
    asked = {"person": {"sex": "female", "age": 62}, "strategies": [INHIBITOR, PROTECTED], "years": 2, "draws": 20}
    found = http.post("/api/mechanism", json=asked).json()["strategies"]
    compared = http.post("/api/compare", json=asked).json()["strategies"]
    for mine, theirs in zip(found, compared, strict=True):
        assert mine["quantities"]["estradiol"] == theirs["hormones"]["E2_pmol_l"]
        assert mine["quantities"]["osteoclasts"] == theirs["cells"]["osteoclasts"]


def test_what_there_is_not_is_said(http):
    for path in ("/scenes/nothing", "/trials/nothing"):
        assert http.get(path).status_code == 404
    for path in ("/api/scenes/tamoxifn", "/api/trials/nothing"):
        answer = http.get(path)
        assert answer.status_code == 404 and answer.json()["error"]["what"]
    assert "tamoxifen" in http.get("/api/scenes/tamoxifn").text


# ---- trials


@pytest.mark.slow
def test_a_trial_is_run_followed_and_shown(open_page, http):
    page = open_page("/trials")
    page.check(f'input[value="{DESIGN}"]')
    page.fill("#n", "60")
    page.get_by_role("button", name="Run the trial").click()
    page.wait_for_selector("progress, #trial svg.chart")
    page.wait_for_selector("#trial svg.chart")
    settled(page)
    id_ = page.url.rsplit("/", 1)[1]
    answer = http.get(f"/api/trials/{id_}").json()
    assert answer["state"] == "done" and sum(arm["n"] for arm in answer["result"]["arms"]) == 60
    shown = page.locator("#trial").inner_text()
    first = answer["result"]["contrasts"][0]
    assert f"{abs(first['difference']):.2f}" in shown
    assert page.locator("#trial svg.chart").count() >= 2
    assert violations(page) == []


@pytest.mark.slow
def test_a_trial_is_cancelled_on_the_page(open_page, http):
    page = open_page("/trials")
    page.fill("#n", "4000")
    page.get_by_role("button", name="Run the trial").click()
    page.wait_for_selector("progress")
    assert violations(page) == []
    page.get_by_role("button", name="Cancel").click()
    page.wait_for_selector("#trial:not([hx-get])")
    assert "Cancelled" in page.locator("#trial").inner_text()
    id_ = page.url.rsplit("/", 1)[1]
    assert http.get(f"/api/trials/{id_}").json()["state"] == "cancelled"


def test_wrong_input_is_answered_beside_its_field_and_kept(http):
    answer = http.post("/trials", data={"design": DESIGN, "n": "many", "seed": "5"})
    assert answer.status_code == 422
    complaint = re.search(r'id="error-n"[^>]*>([^<]+)<', answer.text)
    assert complaint and "many" in complaint[1]
    assert 'value="many"' in answer.text and 'value="5"' in answer.text
    answer = http.post("/trials", data={"design": DESIGN, "n": "99999", "seed": "5"})
    assert re.search(r'id="error-n"[^>]*>[^<]*4000', answer.text)
    error = http.post("/api/trials", json={"n": 5}).json()["error"]
    assert "n" in error["where"]


# ---- reading


def test_the_evidence_page_shows_every_study_and_its_misses(http):
    answer = http.get("/api/evidence").json()["targets"]
    text = http.get("/evidence").text
    for study in {row["study"] for row in answer}:
        assert study.split(",")[0].replace("&", "&amp;")[:12] in text, study
    assert text.count("no: a miss") > 5
    assert "from memory, paper not seen" in text


def test_claims_words_and_equations_answer_the_same_as_the_program(http):
    from osteocast.explain import claims, equations

    assert len(http.get("/api/claims").json()["claims"]) == len(claims.claims())
    assert len(http.get("/api/glossary").json()["glossary"]) == len(claims.glossary())
    told = http.get("/api/equations").json()["equations"]
    assert {one["id"] for one in told} == set(equations.equations())
    page = http.get("/mechanism/equations?whole=true").text
    assert page.count("<math") > 60 and "memory" in page
    for one in claims.glossary():
        assert f"<dfn>{one['term'].replace(chr(39), '&#39;')}</dfn>" in http.get("/words").text
