"""The form: complaints stand beside their fields, and nothing that was typed is lost."""

from __future__ import annotations

import html
import json
import re

import pytest

from web_harness import INHIBITOR, PROTECTED, WOMAN, settled


def complaints(text: str) -> dict[str, str]:
    """Every complaint of an answer, by field."""
    found = re.findall(r'id="error-([\w-]+)"[^>]*>([^<]+)<', text)
    return {name: html.unescape(words).strip() for name, words in found if words.strip()}


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("age", "sixty", "not a number"),
        ("age", "140", "18 to 110"),
        ("bmi", "270", "12 to 70"),
        ("age_at_menopause", "70", "25 to 65"),
        ("date", "11.3.2025", "2025-03-11"),
        ("strategy-0", "anastrazole 1 mg daily", "anastrozole"),
        ("strategy-0", "anastrozole 1 g daily", "not a plausible dose"),
        ("strategy-0", "anastrozole 1 mg daily from month -6", "before the day of the forecast"),
        ("scan-0-t_score", "-25", "-8 to 6"),
        ("scan-0-bmd_g_cm2", "0,9", "which scanner"),
        ("result-0-value", "9", "no unit"),
        ("past-0-regimen", "tamoxifen 20 mg daily from month 3", "past regimens begin before month 0"),
    ],
)
def test_what_cannot_be_used_is_answered_at_its_field_with_a_fix(http, field, typed, says):
    row, _, part = field.rpartition("-")
    others = {"scan-0": {"scan-0-site": "lumbar_spine"}, "result-0": {"result-0-name": "E2"}}.get(row, {})
    sent = WOMAN | others | {field: typed}
    found = complaints(http.post("/person", data=sent).text)
    place = {"bmd_g_cm2": f"{row}-device", "value": f"{row}-unit"}.get(part, field)
    assert says in found.get(place, ""), found
    page = http.post("/", data=sent).text
    assert html.escape(typed) in page, "typed text is kept"
    assert complaints(page) == found


def test_a_strategy_that_does_not_fit_is_answered_at_its_own_field(http):
    sent = {"sex": "male", "age": "60", "strategy-0": INHIBITOR, "strategy-1": "bilateral oophorectomy"}
    found = complaints(http.post("/person", data=sent).text)
    assert set(found) == {"strategy-1"} and "ovaries" in found["strategy-1"]


def letters(text: str) -> dict[str, str]:
    """The letter beside each strategy of the form."""
    key = r'<span class="key k\d"></span> <span class="letter k\d">(\w)</span>'
    return dict(re.findall(rf'<span id="letter-(\d)"[^>]*>(?:{key})?\s*</span>', text))


def test_a_typo_in_the_first_strategy_does_not_let_the_second_take_its_place(http):
    sent = WOMAN | {"strategy-0": "anastrozole 1 mg dayly", "strategy-1": PROTECTED}
    for path in ("/person", "/"):
        text = http.post(path, data=sent).text
        assert set(complaints(text)) == {"strategy-0"} and letters(text) == {"0": "A", "1": "B"}
        assert 'id="charts"' not in text and "The drawing waits for the correction." in text
    assert http.post("/person/charts", data=sent).status_code == 204


def test_doubles_and_removed_strategies_have_the_same_letters_in_form_and_charts(http):
    three = WOMAN | {"strategy-1": INHIBITOR, "strategy-3": PROTECTED}
    text = http.post("/", data=three).text
    legend = re.search(r'<ul class="legend">(.*?)</ul>', text, re.DOTALL)
    assert legend and re.findall(r'class="letter k\d">(\w)<', legend[1]) == ["A", "B"]
    assert letters(text) == {"0": "A", "1": "A", "3": "B"}
    first = WOMAN | {"strategy-0": "", "strategy-2": PROTECTED}
    assert letters(http.post("/", data=first).text) == {"0": "", "2": "A"}
    assert letters(http.post("/", data=WOMAN | {"strategy-0": ""}).text) == {"0": "A"}
    wrong = {"sex": "male", "age": "60", "strategy-0": INHIBITOR, "strategy-1": INHIBITOR, "strategy-2": "none"}
    found = complaints(http.post("/person", data=wrong | {"strategy-3": "bilateral oophorectomy"}).text)
    assert set(found) == {"strategy-3"}, "counted through the double"


@pytest.mark.parametrize(
    ("sent", "place"),
    [
        (WOMAN | {"years": "\N{SUPERSCRIPT TWO}"}, "years"),
        (WOMAN | {"scan-0-site": "lumbar_spine", "scan-0-t_score": "-1", "scan-0-year": "999999"}, "scan-0-year"),
        ({"text": 'sex = "female"\nage = ' + "9" * 5000}, "file"),
        ({"text": 'sex = "female"\nage = 0x' + "f" * 5000}, "age"),
        ({"text": '{"person": {}, "years": ' + "9" * 400 + "}"}, "file"),
        ({"text": '{"sex": "female", "age": 62, "name": "\\ud800"}'}, "file"),
    ],
)
def test_what_no_computer_can_count_is_a_complaint_too(http, sent, place):
    answer = http.post("/person/load", data=sent)
    assert answer.status_code == 200 and set(complaints(answer.text)) == {place}


def test_rows_and_sentence_say_the_same(http):
    sent = WOMAN | {"said-0": INHIBITOR, "item-0-0-stop": "36", "item-0-0-start": "6"}
    answer = http.post("/person", data=sent).text
    assert "anastrozole 1 mg daily from month 6 for 30 months</textarea>" in answer
    typed = http.post("/person", data=sent | {"strategy-0": PROTECTED}).text
    assert 'name="item-0-1-dose"' in typed and "from month 6" not in typed, "a typed sentence counts for more"
    wrong = complaints(http.post("/person", data=WOMAN | {"said-0": INHIBITOR, "item-0-0-dose": "900"}).text)
    assert "not a plausible dose" in wrong["item-0-0-dose"]


@pytest.mark.parametrize(
    ("part", "typed", "says"),
    [
        ("dose", "a lot", "not a number"),
        ("schedule", "now and then", "not a schedule"),
        ("start", "soon", "not a number"),
        ("stop", "3", "not after the start"),
    ],
)
def test_what_is_typed_wrong_in_a_row_stays_with_its_complaint_beside_it(http, part, typed, says):
    row = {f"item-0-0-{name}": value for name, value in {"dose": "1", "start": "6", "stop": "40"}.items()}
    sent = WOMAN | {"said-0": INHIBITOR} | row | {f"item-0-0-{part}": typed}
    text = http.post("/person", data=sent).text
    found = complaints(text)
    assert set(found) == {f"item-0-0-{part}"} and says in found[f"item-0-0-{part}"]
    fields = dict(re.findall(r'name="item-0-0-(\w+)" id="[^"]*" value="([^"]*)"', text))
    chosen = re.search(r'name="item-0-0-schedule".*?<option selected>([^<]*)<', text)
    fields["schedule"] = chosen[1] if chosen else "daily"
    assert fields[part] == typed and (part == "start" or fields["start"] == "6"), "the other changes stay too"
    after = text.split(f'id="item-0-0-{part}"')[1]
    assert after.index("error-item") == after.index(f"error-item-0-0-{part}")


def test_fewer_draws_while_dragging(http):
    assert 'data-draws="300"' in http.post("/person/charts", data=WOMAN).text
    assert 'data-draws="1000"' in http.post("/person", data=WOMAN).text
    assert http.post("/person/charts", data=WOMAN | {"age": "x"}).status_code == 204


def test_every_forecast_has_its_badge_of_support(http):
    text = http.post("/person", data=WOMAN | {"strategy-1": PROTECTED}).text
    legend = re.search(r'<ul class="legend">(.*?)</ul>', text, re.DOTALL)
    assert legend and len(re.findall(r'class="badge (?:studied|between|beyond)"', legend[1])) == 2


def test_benefits_and_harms_have_one_denominator_and_a_word(http):
    text = http.post("/person", data=WOMAN | {"strategy-1": PROTECTED}).text
    table = re.search(r'<div class="as-table">(.*?)</table>', text, re.DOTALL)
    bars = re.search(r'<div class="as-bars">(.*?)<div class="as-people', text, re.DOTALL)
    assert table and bars
    figures = re.findall(r"<b>(.*?)</b>", table[1])
    assert figures and set(re.findall(r'class="figure"><b>(.*?)</b>', bars[1])) == set(figures)
    assert "1 in 10" in bars[1]
    first = float(figures[0])
    struck = re.search(r"Strategy A: (\d+) of 1000|Strategy A: (\d+) of 1,000", text)
    assert struck and abs(float(struck[1] or struck[2]) - first) <= 0.5


def test_the_page_works_without_scripts(http):
    page = http.post("/", data=WOMAN | {"add": "scan"}).text
    assert 'name="scan-0-t_score"' in page and "<svg class=" in page and 'value="62"' in page
    gone = http.post("/", data=WOMAN | {"scan-0-t_score": "-1", "scan-0-site": "total_hip", "remove": "scan-0"}).text
    assert 'name="scan-0-t_score"' not in gone
    assert 'value="woman-64"' in page and "zoledronic" in http.post("/", data={"example": "woman-62"}).text


def test_files_are_opened_and_saved(http):
    from osteocast.web import cases

    toml = 'sex = "female"\nage = 62\nplanned = "anastrozole 1 mg daily for 60 months"\n'
    assert ">anastrozole 1 mg daily for 60 months</textarea>" in http.post("/person/load", data={"text": toml}).text
    link = cases.packed(cases.read(toml))
    saved = http.post("/person/save", data={"link": link})
    assert "attachment" in saved.headers["content-disposition"]
    assert cases.from_dict(saved.json()) == cases.unpacked(link)
    assert 'value="62"' in http.post("/person/load", data={"text": saved.text}).text
    wrong = http.post("/person/load", data={**WOMAN, "text": "sex = female"}).text
    assert "not valid TOML" in complaints(wrong)["file"] and 'value="62"' in wrong, "the form stays as it was"


def test_a_damaged_link_is_a_sentence_not_a_crash(http):
    for link in ("AAAA", "%%%", "x" * 3000, "q1ZKzs8rSc0rUbJSqgUA"):
        answer = http.post("/person/load", data={"link": link})
        assert answer.status_code == 200 and complaints(answer.text).get("file")
        assert http.post("/report.html", data={"link": link}).status_code == 422


@pytest.mark.slow
def test_a_reload_keeps_the_case_and_what_was_typed_wrong(open_page):
    page = open_page("/")
    page.click("[data-example=woman-62]")
    page.wait_for_selector("#charts svg")
    settled(page)
    assert page.url.split("#")[1].startswith("case=")
    page.fill("#bmi", "2x7")
    page.locator("#bmi").blur()
    page.wait_for_function("() => document.getElementById('error-bmi').textContent.length > 0")
    settled(page)
    assert page.get_attribute("#bmi", "aria-invalid") == "true"
    page.reload()
    page.wait_for_selector("#charts svg, #result .empty")
    page.wait_for_function("() => document.getElementById('bmi').value === '2x7'")
    assert page.input_value("#age") == "62" and "zoledronic" in page.input_value("#strategy-1")


@pytest.mark.slow
def test_when_the_server_is_gone_the_old_forecast_is_hidden_until_it_answers(browser, server):
    with browser.new_context(base_url=server) as context:
        page = context.new_page()
        page.goto("/")
        page.click("[data-example=woman-62]")
        page.wait_for_selector("#charts svg")
        settled(page)
        page.route("**/person*", lambda route: route.abort())
        page.fill("#age", "70")
        page.locator("#age").blur()
        page.wait_for_selector("#gone", state="visible")
        assert not page.is_visible("#result") and page.input_value("#age") == "70"
        page.unroute("**/person*")
        page.fill("#age", "71")
        page.locator("#age").blur()
        page.wait_for_selector("#gone", state="hidden")
        assert page.is_visible("#charts") and "71" in page.inner_text("#result h2")


@pytest.mark.slow
def test_a_link_opens_the_case_in_another_browser_and_never_reaches_the_server(open_page):
    page = open_page("/")
    page.click("[data-example=man]")
    page.wait_for_selector("#charts svg")
    settled(page)
    address = page.url
    asked: list[str] = []
    other = open_page("/")
    other.on("request", lambda one: asked.append(one.url))
    other.goto("about:blank")
    other.goto(address)
    other.wait_for_selector("#charts svg")
    assert other.input_value("#sex") == "male" and "testosterone" in other.input_value("#strategy-0")
    assert asked and not any("case=" in url.split("#")[0] for url in asked)


@pytest.mark.slow
def test_sliders_redraw_while_they_move_and_again_when_let_go(open_page):
    page = open_page("/")
    page.click("[data-example=woman-62]")
    page.wait_for_selector("#charts svg")
    settled(page)
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.url.rsplit("/", 1)[1]))
    slider = page.locator(".slider[data-for=item-1-1-stop]")
    for month in ("24", "12"):
        slider.evaluate(
            "(one, to) => { one.value = to; one.dispatchEvent(new Event('input', {bubbles: true})); }", month
        )
    page.wait_for_function("() => document.getElementById('charts').dataset.draws === '300'")
    slider.evaluate("(one) => one.dispatchEvent(new Event('change', {bubbles: true}))")
    page.wait_for_function("() => document.getElementById('charts').dataset.draws === '1000'")
    settled(page)
    assert "charts" in sent and "person" in sent
    assert "zoledronic acid 4 mg every 6 months for 12 months" in page.input_value("#strategy-1")
    assert (
        json.loads(page.evaluate("() => sessionStorage.getItem('osteocast.case')"))["form"]["item-1-1-stop"] == "12"
    )


@pytest.mark.parametrize("measured", [False, True])
def test_the_coarser_time_while_dragging_moves_medians_little(measured):
    import numpy as np

    from osteocast.people.person import Person
    from osteocast.regimen import Regimen
    from osteocast.twin import infer
    from osteocast.web import drawing, examples, forms, persons, workbench

    person = Person(sex="female", age=62, age_at_menopause=50)
    if measured:
        person = persons.check(forms.read(forms.values_of(examples.example("woman-64")))).person
    regimens = [Regimen.parse(one) for one in (PROTECTED, f"{INHIBITOR} + denosumab 60 mg every 6 months")]

    def strategies(accuracy):
        twin = infer(person, draws=workbench.DRAGGED, per_round=workbench.DRAGGED, accuracy=accuracy)
        given = (twin.person, twin.draws, twin.present, twin.numbers, regimens, 10)
        return workbench.onward(*given, accuracy, workbench.months_of(10))

    assert workbench.accuracy_of(workbench.DRAGGED) == workbench.DRAFT
    assert workbench.accuracy_of(workbench.RELEASED) == workbench.DEFAULT
    for draft, fine in zip(strategies(workbench.DRAFT), strategies(workbench.DEFAULT), strict=True):
        for site in drawing.SITES:
            apart = np.median(draft.t_score(site), axis=1) - np.median(fine.t_score(site), axis=1)
            assert np.abs(apart).max() < 0.02, site
