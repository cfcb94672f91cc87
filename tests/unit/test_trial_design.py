"""Designs of trials: what a file says, and what follows from it."""

from pathlib import Path

import pytest

from osteocast.errors import OsteocastError
from osteocast.regimen import Regimen
from osteocast.trials.design import Design
from osteocast.trials.reading import load_design, parse_design
from osteocast.trials.rules import Rule
from trial_designs import RICH, SMALL

EXAMPLE = Path(__file__).parents[2] / "examples" / "atac-bone-substudy.yaml"


def test_the_example_says_what_it_says():
    design = load_design(EXAMPLE)
    assert design.arm_names == ("anastrozole", "tamoxifen") and design.reference_arm == "tamoxifen"
    assert design.arms[0].regimen == Regimen.parse("anastrozole 1 mg daily for 60 months")
    assert design.visits_month == (0, 12, 24, 60, 72, 84)
    assert design.quantities == ("lumbar_spine", "total_hip", "uNTX", "BSAP")
    assert design.published == "ATAC bone substudy" and len(design.endpoints) == 10
    assert {(one.from_month, one.month) for one in design.endpoints} == {
        (0, 24),
        (0, 60),
        (60, 72),
        (60, 84),
        (0, 12),
    }


@pytest.mark.parametrize("text", [SMALL, RICH])
def test_canonical_form_gives_the_design_back(text):
    design = parse_design(text)
    again = Design.model_validate(design.canonical())
    assert again == design and again.hash() == design.hash()


def test_hash_is_of_the_meaning():
    design = parse_design(SMALL)
    same = SMALL.replace("letrozole 2.5 mg daily", "Femara 2.5 mg once daily").replace("title:", "# a remark\ntitle:")
    assert parse_design(same).hash() == design.hash()
    assert parse_design(SMALL.replace("n: 60", "n: 600").replace("seed: 11", "seed: 1")).hash() == design.hash()
    assert parse_design(SMALL.replace("yearly: 0.2", "yearly: 0.3")).hash() != design.hash()


def test_what_follows_from_other_keys():
    design = parse_design(SMALL.replace("reference_arm: none\n", ""))
    assert design.reference_arm == "letrozole" and not design.fractures and not design.death
    assert [one.analysis for one in design.endpoints] == ["mmrm", "median"]
    counted = parse_design(
        SMALL.replace(
            "{quantity: sCTX, month: 6, analysis: median}", "{quantity: fracture, month: 12, measure: event}"
        )
    )
    assert counted.fractures
    assert (counted.endpoints[1].quantity, counted.endpoints[1].analysis) == ("any_clinical", "kaplan_meier")


def test_nobody_is_rescued_with_what_the_arm_has_anyway():
    text = SMALL + "rescue:\n  - {when: t_score_min < -2, give: letrozole 10 mg daily}\n"
    design = parse_design(text)
    assert design.rescues_of("letrozole") == () and len(design.rescues_of("none")) == 1
    assert parse_design(text.replace("10 mg daily}\n", "10 mg daily, arms: [letrozole]}\n")).rescues_of("none") == ()


def test_rules_print_back():
    for text in ("t_score_min < -2", "percent_change_total_hip <= -5 or fracture", "E2 > 0.1"):
        assert str(Rule.parse(text)) == text and Rule.parse(str(Rule.parse(text))) == Rule.parse(text)


@pytest.mark.parametrize(
    "text",
    ["", "t_score_min", "t_score_min < x", "lumbar_spine < 1 and fracture", "percent_change_t_score_total_hip < 1"],
)
def test_rules_that_cannot_be_read(text):
    with pytest.raises(OsteocastError):
        Rule.parse(text)


def test_the_design_in_the_documentation_is_one():
    page = (Path(__file__).parents[2] / "docs" / "trials.md").read_text(encoding="utf-8")
    design = parse_design(page.split("```yaml")[1].split("```")[0])
    assert design.rescues_of("upfront") == () and design.rescues_of("delayed") == design.rescue and design.fractures
