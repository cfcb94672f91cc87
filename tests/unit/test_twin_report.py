"""The report of one person: the same numbers at every level and on paper, plain words, nothing from outside."""

from __future__ import annotations

import copy
import csv
import io
import json
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pypdf
import pytest
from rich.console import Console

import reading_levels as reading
from osteocast.cli import main
from osteocast.errors import OsteocastError
from osteocast.fracture.outcomes import OUTCOMES
from osteocast.guidance import rule_sets
from osteocast.guidance.facts import FACTS
from osteocast.guidance.records import ADVICE
from osteocast.people.files import load_person
from osteocast.report.blocks import resolved, unbroken
from osteocast.report.html import twin_page
from osteocast.report.levels import LEVELS, catalogue, read_record, say, term
from osteocast.report.pdf import twin_pdf
from osteocast.report.rule_words import in_words
from osteocast.report.twin import twin_table
from osteocast.report.twin_document import twin_document
from osteocast.report.twin_facts import contradicted, last_scans
from osteocast.report.twin_known import real_changes
from osteocast.report.twin_next import exits, questions
from osteocast.report.words import DISCLAIMER, NO_ORDERS
from osteocast.twin import forecast, infer

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SCANNED, STARTING, MAN = (
    "woman-64-with-two-scans",
    "woman-62-starting-anastrozole",
    "man-on-testosterone-and-anastrozole",
)
HOSTILE = '<script>alert(1)</script> #panic("x") $ \\ [*a*] "&amp; https://example.org/x javascript:alert(1)'
LOCAL = "Jürgen Müller-Weiß … −2.5 µg"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command writes for the woman with two scans, at the plain level."""
    folder = tmp_path_factory.mktemp("report")
    call = ["twin", str(EXAMPLES / f"{SCANNED}.toml"), "--draws", "100", "--level", "plain", "--out", str(folder)]
    assert main([*call, "--json"]) == 0
    return folder


@pytest.fixture(scope="module")
def results(written: Path) -> dict[str, dict[str, Any]]:
    """The JSON of every example."""
    found = {SCANNED: json.loads((written / "twin.json").read_text(encoding="utf-8"))}
    for name in (STARTING, MAN):
        who = load_person(EXAMPLES / f"{name}.toml")
        taken = str(who.planned)
        others = ["none", f"{taken} + denosumab 60 mg every 6 months for 48 months"]
        made = forecast(infer(who, per_round=300, draws=100), [taken, *others])
        found[name] = json.loads(json.dumps(made.to_dict()))
    return found


@pytest.fixture(scope="module")
def odd(results: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A result in which little fits, on two scanners, whose words were chosen by an enemy."""
    result = copy.deepcopy(results[SCANNED])
    result["person"]["name"] = HOSTILE + LOCAL
    result["person"]["scans"][0]["device"] = HOSTILE
    kinds = ("contradiction", "spine_against_hip", "adherence", "scanner", "few_draws", "unheard of")
    result["flags"] = [{"kind": kind, "what": HOSTILE, "p": 0.004, "ask": "ask"} for kind in kinds]
    result["adherence"] = {"median": 0.5, "lo90": 0.25, "hi90": 0.75}
    pair = result["scan_pairs"][0]
    pair |= {"change_pct": None, "lsc_pct": None, "beyond_lsc": None, "note": HOSTILE}
    result["marker_pairs"][0] |= {"asks": HOSTILE, "source": "a source", "quality": "memory"}
    result["strategies"][1]["warnings"] = [HOSTILE]
    result["known"][0]["what"] = HOSTILE
    result["sources"] = [HOSTILE, *result["sources"]]
    return result


def numbers(result: dict[str, Any], level: str) -> list[str]:
    return reading.numbers(reading.pieces(twin_page(result), level))


def pages(pdf: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = [one for key, one in value.items() if key not in ("svg", "about")]
    if isinstance(value, list):
        for one in value:
            yield from strings(one)
    elif isinstance(value, str):
        yield value


# ---- reading levels


@pytest.mark.parametrize("name", [SCANNED, STARTING, MAN])
def test_every_level_shows_the_same_numbers(results, name):
    plain, intermediate, academic = (numbers(results[name], level) for level in LEVELS)
    assert len(plain) > 500
    assert plain == intermediate == academic


def test_every_level_shows_the_same_numbers_where_little_fits(odd):
    plain, intermediate, academic = (numbers(odd, level) for level in LEVELS)
    assert plain == intermediate == academic


def test_paper_shows_the_same_numbers_at_every_level(results):
    found = [reading.numbers(list(strings(resolved(twin_document(results[MAN]), level)))) for level in LEVELS]
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("name", [SCANNED, STARTING, MAN])
def test_plain_text_can_be_read_at_grade_8(results, name):
    page = twin_page(results[name])
    own, with_sources = (reading.grade(reading.pieces(page, "plain", quoted=quoted)) for quoted in (False, True))
    prose = [reading.grade(reading.pieces(page, level, quoted=False, tables=False)) for level in LEVELS]
    assert own <= 8.0
    assert with_sources <= 8.0
    assert prose[0] <= 8.0
    assert prose[0] < prose[1] < prose[2]


def test_no_plain_sentence_is_very_hard(results):
    page = twin_page(results[STARTING])
    listing = re.compile(r"^(Next on the list|These facts were not|We were not told|This is not known)")
    sentences = [
        sentence
        for piece in reading.pieces(page, "plain", quoted=False, tables=False)
        for sentence in re.split(r"(?<=[.?!]) ", piece)
        if len(sentence.split()) > 7 and not listing.match(sentence)
    ]
    hard = {sentence: found for sentence in sentences if (found := reading.grade([sentence])) > 13.0}
    assert len(sentences) > 30
    assert not hard


def test_careful_syllables_are_no_fewer_than_there_are():
    careful = reading.Careful()
    known = {"bone": 1, "fracture": 2, "osteoporosis": 6, "density": 3, "table": 2, "medicine": 3, "vitamin": 3}
    for word, syllables in known.items():
        assert len(careful[word][0]) >= syllables, word


def test_texts_of_the_catalogue_hold_the_same_numbers_at_every_level():
    for key, said in catalogue().items():
        bare = [re.sub(r"\{\w+\}", "", text) for text in said]
        found = [reading.numbers([text]) for text in bare]
        assert found[0] == found[1] == found[2], key
        assert all("--" not in text and "\N{EM DASH}" not in text for text in said), key


def test_levels_that_leave_a_number_out_are_refused():
    whole = {"plain": "by {change}", "intermediate": "{change}", "academic": "{change}"}
    assert read_record(whole, "here").plain == "by {change}"
    with pytest.raises(OsteocastError, match="same numbers"):
        read_record(whole | {"plain": "fell"}, "here")
    with pytest.raises(OsteocastError, match="every level"):
        read_record({"plain": "fell"}, "here")
    with pytest.raises(KeyError):
        say("pairs.real", change="1")


def test_everything_that_the_json_can_name_has_words():
    table = resources.files("osteocast.drugs") / "monitoring.csv"
    checks = {row["check"] for row in csv.DictReader(io.StringIO(table.read_text(encoding="utf-8")))}
    dated = checks - {"guideline_for_an_inhibitor_in_men", "density_and_fractures"}
    wanted = [f"check.{name}" for name in checks | {"need_DXA_now"}]
    wanted += [f"asks.{name}" for name in dated | {"need_DXA_now"}]
    wanted += [f"advice.{name}" for name in ADVICE]
    wanted += [f"rule.{name}" for name in FACTS] + ["rule.risk_factors"]
    wanted += [f"fracture.{name}" for name in OUTCOMES]
    assert not [key for key in wanted if key not in catalogue()]


def test_every_line_of_every_text_can_be_said_in_words():
    lines = [line for one in rule_sets().values() for line in one.advice if line.rule is not None]
    assert len(lines) > 20
    for line in lines:
        for words in in_words(line.rule.text):
            assert "_" not in words and "=" not in words, line.rule.text
    assert in_words("t_score_min < -1.5 and risk_factors >= 1").plain == (
        "lowest T-score below −1.5 and number of other risks at least 1"
    )
    assert in_words("(hip_fracture == 0 or age > 65)").intermediate == "(not: a hip fracture or age above 65)"
    assert in_words("something unknown").academic == "something unknown"
    assert term("check", "never heard", "of it").plain == "of it"


# ---- what is said


def test_the_report_shows_what_the_json_holds_and_nothing_else(results):
    result = copy.deepcopy(results[SCANNED])
    chance = result["strategies"][0]["fracture"]["any_clinical"]["probability"][-1]
    chance["median"] = 0.7654
    result["next_scan"]["candidates"], result["next_scan"]["date"] = [], "2031-02-03"
    result["scan_pairs"][0]["p_true_loss_over"]["0"] = 0.4321
    page = twin_page(result)
    for level in LEVELS:
        text = "\n".join(reading.pieces(page, level))
        assert text.count("765") >= 2 and "235" in text
        assert "3 February 2031" in text
        assert "43 %" in text


def test_the_letter_names_the_day_on_which_denosumab_is_followed(results):
    last = results[SCANNED]["strategies"][1]
    assert last["exit"] is not None
    letter = resolved(twin_document(results[SCANNED]), "plain")["letter"]
    (dates,) = [section for section in letter if section["key"] == "dates"]
    words = "\n".join(strings(dates))
    assert "no denosumab" in words and f"{int(last['exit']['date'][8:])} " in words
    without_end = resolved(twin_document(results[STARTING]), "plain")["letter"]
    assert "must not" in "\n".join(strings(without_end))


def test_a_man_reads_that_no_guideline_is_made_for_him(results):
    found = "\n".join(reading.pieces(twin_page(results[MAN]), "plain"))
    assert "No guideline is made for men on this tablet" in found
    assert "No guideline speaks of people like you" in found


def test_benefits_and_harms_share_one_denominator_and_one_scale(results):
    tables = [one for one in risk_blocks(results[SCANNED]) if one["kind"] == "table"]
    barred = [one for one in tables if any(cell["bar"] is not None for row in one["rows"] for cell in row)]
    assert len(barred) == 2
    scales = []
    for one in barred:
        assert "1,000" in one["caption"]
        for row in one["rows"]:
            for cell in row:
                people = re.search(r"[\d.]+", cell["text"])
                if cell["bar"] is not None and people and float(people[0]) >= 20:
                    scales.append(float(people[0]) / cell["bar"])
    assert len(scales) > 5
    assert max(scales) / min(scales) < 1.05


def risk_blocks(result: dict[str, Any], level: str = "plain") -> list[dict[str, Any]]:
    sections = resolved(twin_document(result), level)["sections"]
    (risk,) = [section for section in sections if section["key"] == "risk"]
    return risk["blocks"]


def test_harms_of_special_people_stand_apart_without_a_bar(results):
    dialysis = [one for one in results[SCANNED]["harms"] if "dialysis" in one["population"] and one["main"]]
    assert max(one["per_1000"] for one in dialysis if one["kind"] == "harm") > 400
    blocks = risk_blocks(results[SCANNED])
    tables = {one["caption"]: one["rows"] for one in blocks if one["kind"] == "table"}
    apart = tables[say("risk.special").plain]
    assert any("dialysis" in line for row in apart for line in row[0]["small"])
    assert all(cell["bar"] is None for row in apart for cell in row)
    counted = tables[say("risk.harms").plain]
    assert not any("dialysis" in text for text in strings(counted))
    assert all(any(line.startswith("Who: ") for line in row[0]["small"]) for row in counted)
    longest = [cell["bar"] for rows in tables.values() for row in rows for cell in row if cell["bar"] is not None]
    assert max(longest) == 1.0


def test_harms_without_a_figure_are_not_folded_away(results):
    shown = list(strings([one for one in risk_blocks(results[MAN]) if one["kind"] == "table"]))
    uncounted = [
        one for one in results[MAN]["harms"] if one["main"] and one["kind"] == "harm" and one["per_1000"] is None
    ]
    assert len(uncounted) > 3
    assert all(one["plain"] in shown for one in uncounted)


def test_what_the_band_leaves_out_is_said_under_the_fractures(results):
    for level in LEVELS:
        blocks = risk_blocks(results[SCANNED], level)
        captions = [one.get("caption") for one in blocks]
        below = blocks[captions.index(unbroken(say("risk.fractures").at(level))) + 1]
        assert below["text"] == say("risk.band").at(level)
    assert "not in it" in terminal(results[SCANNED])


def test_the_letter_names_the_most_frequent_serious_harm(results):
    letter = resolved(twin_document(results[SCANNED]), "plain")["letter"]
    (expected,) = [section for section in letter if section["key"] == "expected"]
    rows = expected["blocks"][0]["rows"]
    named = [k for k, one in enumerate(results[SCANNED]["strategies"]) if "denosumab" in one["regimen"]]
    assert named and all("after stopping" in rows[k][-1]["small"][0] for k in named)
    nothing = [k for k, one in enumerate(results[SCANNED]["strategies"]) if one["regimen"] == "none"]
    assert all(rows[k][-1]["text"] == "\N{EN DASH}" for k in nothing)


def terminal(result: dict[str, Any]) -> str:
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(twin_table(result))
    return " ".join(console.export_text().split())


def test_the_terminal_names_harms_beside_fractures(results):
    found = terminal(results[SCANNED])
    harms = found[found.index("harms, of 1,000") : found.index("Next scan:")]
    assert found.index("rests on") < found.index("harms, of 1,000")
    assert "no figure" in harms and "more, with sources: --out" in harms
    assert "or more on dialysis)" in harms
    assert len(re.findall(r"\b[A-Z](?: [A-Z])* (?:no figure|about [\d.]+|[\d.]+)", harms)) in range(5, 10)


# ---- scans that contradict the model, denosumab of the past, dates


@pytest.fixture
def doubted(results: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A real loss at the spine that the model does not believe."""
    result = copy.deepcopy(results[SCANNED])
    flag = {"kind": "contradiction", "what": "lumbar spine (Hologic), 2023: odd", "p": 0.001, "ask": "ask"}
    result["flags"] = [flag | {"site": "lumbar_spine"}]
    (pair,) = [one for one in result["scan_pairs"] if one["site"] == "lumbar_spine"]
    pair["p_true_loss_over"] = {"0": 0.004, "2": 0.003, "5": 0.002}
    pair["p_true_loss_over_scans_alone"] = {"0": 0.9877, "2": 0.92, "5": 0.6}
    return result


@pytest.mark.parametrize("named", [True, False])
def test_scans_that_contradict_the_model_come_first(doubted, named):
    if not named:
        del doubted["flags"][0]["site"]
    for level in LEVELS:
        (first,) = [
            one.at(level) for one in real_changes(doubted) if "99 %" in one.at(level) and "<1 %" in one.at(level)
        ]
        assert first.index("99 %") < first.index("<1 %")
    page = [numbers(doubted, level) for level in LEVELS]
    assert page[0] == page[1] == page[2]
    assert "lost bone" in "\n".join(one.plain for one in questions(doubted))
    shown = terminal(doubted)
    assert shown.index("99 % 92 % 60 %") < shown.index("<1 % <1 % <1 %")


def test_a_gain_is_no_loss_to_ask_about(doubted):
    for one in doubted["scan_pairs"]:
        one["change_pct"] = abs(one["change_pct"])
    assert "lost bone" not in "\n".join(one.plain for one in questions(doubted))


def test_spine_against_hip_doubts_both(doubted):
    doubted["flags"] = [{"kind": "spine_against_hip", "what": "apart", "p": 0.001, "ask": "ask", "site": None}]
    assert contradicted(doubted, "lumbar_spine") and contradicted(doubted, "total_hip")
    doubted["flags"] = [
        {"kind": "scanner", "what": "lumbar spine: two", "p": None, "ask": "ask", "site": "lumbar_spine"}
    ]
    assert not contradicted(doubted, "lumbar_spine")


@pytest.mark.parametrize(
    "sign",
    [
        {"denosumab": True},
        {"exit": {"regimen": "alendronate 70 mg weekly", "month": 6.0, "date": "2027-03-04"}},
        {"warnings": ["Stopping denosumab without another bone drug after it loses the gain."]},
        {"schedule": [{"check": "end_of_denosumab", "what": "end", "date": "2027-03-04"}]},
    ],
)
def test_who_stopped_denosumab_is_not_told_that_there_is_no_exit(results, sign):
    result = copy.deepcopy(results[SCANNED])
    first = result["strategies"][0]
    assert "denosumab" not in first["regimen"]
    first |= {"denosumab": False, "exit": None, "warnings": [], "schedule": []}
    assert say("exit.none") in list(exits(result))
    first |= sign
    found = list(exits(result))
    assert say("exit.none") not in found
    assert say("ask.denosumab") in questions(result)
    if "exit" in sign:
        assert "Ask about alendronate 70 mg weekly on 4 March 2027" in found[0].plain
    elif "schedule" in sign:
        assert "4 March 2027" in found[0].plain
    else:
        assert found[0] == say("exit.open", letter="A")
    assert "was taken" in say("exit.open", letter="A").plain


def test_scans_after_the_forecast_are_not_what_was_measured(results):
    result = copy.deepcopy(results[SCANNED])
    later = copy.deepcopy(result["person"]["scans"][0]) | {"date": "2031-01-01", "device": "Lunar", "bmd_g_cm2": 0.5}
    result["person"]["scans"].append(later)
    entered = last_scans(result)
    assert [one["date"] for one in entered] == sorted(one["date"] for one in entered)
    without = pages(twin_pdf(result))[0]
    result["last_scans"] = [{key: one[key] for key in ("site", "device", "date", "value")} for one in entered]
    assert pages(twin_pdf(result))[0] == without
    assert "Lunar" not in without and "2031" not in without and "Hologic" in without
    result["last_scans"] = []
    assert say("letter.no_scan").intermediate in pages(twin_pdf(result))[0]


def test_a_next_scan_without_a_date_is_said(results):
    result = copy.deepcopy(results[MAN])
    result["next_scan"] |= {"date": None, "month": None}
    assert "Next scan: no date stands out" in terminal(result)
    assert say("next.no_scan").intermediate in pages(twin_pdf(result))[0]


def test_nothing_is_an_order(results):
    page = twin_page(results[SCANNED])
    assert page.count(NO_ORDERS) >= 2 and NO_ORDERS.startswith(DISCLAIMER)
    assert all(NO_ORDERS in one for one in pages(twin_pdf(results[SCANNED])))
    assert all("from the day of this report" in text for text in say("next.intro"))


def test_a_result_that_lacks_its_subject_is_refused(results):
    with pytest.raises(OsteocastError, match="scan_pairs"):
        twin_page({key: value for key, value in results[MAN].items() if key != "scan_pairs"})
    with pytest.raises(OsteocastError, match="reading level"):
        twin_page(results[MAN], "childish")


def test_a_short_forecast_without_fractures_or_advice_is_reported(results):
    result = copy.deepcopy(results[MAN])
    for one in result["strategies"]:
        one |= {"fracture": {}, "schedule": [], "warnings": [], "exit": None}
    result |= {"why": None, "next_scan": {}, "schedule": [], "guidance": {}, "harms": [], "sources": [], "known": []}
    result |= {"scan_pairs": [], "marker_pairs": [], "last_scans": []}
    result["guidance_summary"] = {}
    result["person"] |= {"scans": [], "filled": [], "date": None}
    assert "No bone scan was given" in twin_page(result)
    assert len(pages(twin_pdf(result))) > 1


def test_the_letter_says_when_a_text_would_first_name_a_bone_drug(results):
    result = copy.deepcopy(results[STARTING])
    assert not [one for one in result["guidance"].values() if one["advice"] in ("treat", "offer", "consider")]
    result["guidance_summary"]["start_of_protection"] = {"month": 12.0, "date": "2027-01-31", "by": ["singapore"]}
    assert pages(twin_pdf(result))[0].count("31 January 2027") == 1
    result["guidance"]["singapore"]["advice"] = "treat"
    assert "31 January 2027" not in pages(twin_pdf(result))[0]


# ---- the page


@pytest.mark.parametrize("level", LEVELS)
def test_the_page_stands_alone_and_runs_nothing(results, level):
    page = twin_page(results[SCANNED], level)
    assert not re.search(r"<script|<link|<img|<iframe|\ssrc=|@import|url\(|\son\w+=", page)
    assert {found for found in re.findall(r'\w+="https?://[^"]*"', page)} == {'xmlns="http://www.w3.org/2000/svg"'}
    assert page.count("://") == page.count('xmlns="http://')
    assert f'id="level-{level}" checked' in page
    assert len(re.findall(r"<input[^>]* checked", page)) == 1
    assert page.count(DISCLAIMER) >= 2
    targets = re.findall(r'href="#([^"]+)"', page)
    assert targets and all(f'<section id="{target}"' in page for target in targets)


def test_other_levels_are_hidden_before_any_choice(results):
    page = twin_page(results[MAN], "academic")
    assert re.search(r"\.l\.plain, \.l\.intermediate\s*\{ display: none; \}", page)


def test_what_others_wrote_is_text_on_the_page(odd):
    page = twin_page(odd)
    assert "<script" not in page and "&lt;script&gt;" in page
    assert "https://example.org" not in page
    assert LOCAL in page


# ---- paper


@pytest.mark.parametrize("name", [SCANNED, STARTING, MAN])
@pytest.mark.parametrize("level", LEVELS)
def test_the_letter_is_one_page_and_each_page_says_what_this_is(results, name, level):
    found = pages(twin_pdf(results[name], level))
    assert len(found) > 3
    assert all(DISCLAIMER in page for page in found)
    for key in ("measured", "expected", "rule", "dates", "ask"):
        assert say(f"section.{key}").at(level) in found[0]
    assert found[1].startswith(say("section.known").at(level))


def test_the_pdf_is_tagged_and_has_a_title_and_a_language(results):
    reader = pypdf.PdfReader(io.BytesIO(twin_pdf(results[SCANNED])))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]["/K"]
    assert str(root["/Lang"]).startswith("en")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert say("title").intermediate in reader.metadata.title
    assert SCANNED in reader.metadata.title
    assert "/OpenAction" not in root and "/JavaScript" not in str(root.get("/Names", ""))


def test_the_same_result_gives_the_same_bytes(results):
    assert twin_pdf(results[MAN]) == twin_pdf(copy.deepcopy(results[MAN]))


def test_what_others_wrote_is_text_on_paper(odd):
    found = pages(twin_pdf(odd))
    assert '#panic("x")' in found[0] and "<script>" in found[0]
    assert LOCAL.replace(" ", "") in found[0].replace(" ", "")
    assert found[1].startswith(say("section.known").intermediate)


def test_a_name_in_letters_that_no_font_has_is_no_reason_to_fail(results):
    result = copy.deepcopy(results[MAN])
    result["person"]["name"] = "\N{CJK UNIFIED IDEOGRAPH-4E2D}\N{CJK UNIFIED IDEOGRAPH-6587} \N{BONE}"
    reader = pypdf.PdfReader(io.BytesIO(twin_pdf(result)))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert all(DISCLAIMER in " ".join(page.extract_text().split()) for page in reader.pages)


def test_a_long_letter_still_fits_on_one_page(odd):
    result = copy.deepcopy(odd)
    result["strategies"] = [copy.deepcopy(one) for one in result["strategies"] for _ in range(2)]
    found = pages(twin_pdf(result, "plain"))
    assert found[1].startswith(say("section.known").plain)


# ---- the command


def test_the_command_writes_page_paper_and_data(written):
    assert sorted(path.name for path in written.iterdir()) == ["twin.html", "twin.json", "twin.pdf"]
    assert 'id="level-plain" checked' in (written / "twin.html").read_text(encoding="utf-8")
    assert say("title").plain in pages((written / "twin.pdf").read_bytes())[0]


def test_an_unknown_level_is_refused_before_anything_is_done(tmp_path, capsys):
    call = ["twin", str(EXAMPLES / f"{SCANNED}.toml"), "--level", "playn", "--out", str(tmp_path / "out")]
    assert main(call) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "--level: 'playn' is not a reading level; write plain, intermediate or academic." in said
    assert not (tmp_path / "out").exists()
