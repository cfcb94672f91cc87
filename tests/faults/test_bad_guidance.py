"""Rule sets that cannot be used and bad input of the command: one sentence, nothing printed."""

import pytest

from osteocast.cli import main
from osteocast.errors import OsteocastError
from osteocast.guidance.rule_sets import FOLDER, read_rule_set

GOOD = (FOLDER / "hadji2017.yaml").read_text("utf-8")
GAP = (FOLDER / "hadji2025.yaml").read_text("utf-8")

FAULTS = {
    "unknown fact": ("t_score_min < -2.0,", "t_score_mn < -2.0,", ["advice 1", "did you mean t_score_min"]),
    "code": ("t_score_min < -2.0,", "__import__('os') == 1,", ["advice 1", "cannot be used"]),
    "not": ("t_score_min < -2.0,", "not (t_score_min >= -2.0),", ["advice 1", "not known", "without not"]),
    "unequal": ("bmi < 24", "bmi != 24", ["risk_factors 6", "without not and !="]),
    "unknown advice": ("then: need_dxa", "then: need_dexa", ["advice 6", "need_dxa"]),
    "no quality": (", then: treat, quality: secondary}", ", then: treat}", ["advice 1, quality"]),
    "quality nobody knows": ("quality: derived", "quality: hearsay", ["advice 6, quality", "'hearsay'"]),
    "waves on without a scan": ("  - {if: has_dxa == 0, then: need_dxa, quality: derived}\n", "",
                                ["without a scan", "has_dxa == 0"]),
    "no last line": ("  - else: monitor", "  - if: age > 1\n    then: monitor", ["advice 7", "else"]),
    "scan without quality": ("    scan_quality: memory\n", "", ["advice 7", "scan_quality"]),
    "another file": ("id: hadji2017", "id: hadji2018", ["hadji2018", "file's name"]),
    "unknown key": ("superseded_by", "superseeded_by", ["superseeded_by", "did you mean superseded_by"]),
    "missing key": ("citation:", "#", ["'citation' is missing"]),
    "not YAML": ("advice:", "advice: [", ["cannot be read"]),
}  # fmt: skip


def test_the_files_themselves_are_read():
    assert read_rule_set(GOOD, "hadji2017.yaml").advice and not read_rule_set(GAP, "hadji2025.yaml").advice


@pytest.mark.parametrize(("old", "new", "words"), FAULTS.values(), ids=FAULTS)
def test_a_faulty_rule_set_is_refused(old, new, words):
    assert old in GOOD
    with pytest.raises(OsteocastError) as caught:
        read_rule_set(GOOD.replace(old, new, 1), "hadji2017.yaml")
    message = str(caught.value)
    assert message.startswith("hadji2017.yaml") and all(word in message for word in words), message


def test_a_placeholder_with_rules_is_refused():
    with pytest.raises(OsteocastError, match="a placeholder has rules"):
        read_rule_set(GAP + "covers: female == 1\n", "hadji2025.yaml")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["no person", "TOML file"]),
        (["--sex", "female", "--age", "62", "--strategy", "anastrozol 1 mg daily"], ["--strategy", "anastrozole"]),
        (["--sex", "female", "--age", "62", "--strategy", "anastrozole 1 mg daily from month -6"], ["month -6"]),
    ],
)
def test_the_command_refuses_in_one_sentence(capsys, arguments, words):
    assert main(["guide", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == "" and len(err.splitlines()) == 1 and all(word in err for word in words)
