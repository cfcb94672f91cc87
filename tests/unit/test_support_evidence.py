"""The evidence of a forecast: every published density result of its drugs or of some of them, and no other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

import osteocast as oc
from osteocast.evidence.density import Evidence
from osteocast.evidence.targets import Target, read_targets
from osteocast.forecast import studies as module
from osteocast.forecast.studies import store_errors
from osteocast.forecast.support import Support, support
from osteocast.regimen import Regimen

EXAMPLE = Path(__file__).parents[2] / "examples" / "woman-62-starting-anastrozole.toml"
ANASTROZOLE = "anastrozole 1 mg daily for 60 months"
ZOLEDRONATE = "zoledronic acid 4 mg every 6 months for 36 months"
BOTH = f"{ANASTROZOLE} + {ZOLEDRONATE}"


def row(name: str, regimen: str, quantity: str = "LS_BMD", month: int = 24, **more: str) -> Target:
    """A published result, as the table would hold it."""
    fields = {
        "id": name, "study": f"study of {name}", "sex": "female", "age_mean": "60", "years_since_menopause": "10",
        "regimen": regimen, "quantity": quantity, "from_month": "0", "to_month": str(month), "value": "-4.1",
        "sd": "0.6", "quality": "abstract", "citation": f"source of {name}",
    }  # fmt: skip
    return Target(2, fields | more)


TABLE = (
    row("both", BOTH, study="B"),
    row("zol", ZOLEDRONATE, study="B", comparator="calcium 500 mg daily"),
    row("ana-late", ANASTROZOLE, month=60, study="A"),
    row("ana-hip", ANASTROZOLE, "TH_BMD", study="A", sd="", from_month="12"),
    row("ana-other", "calcium 500 mg daily + anastrozole 1 mg daily", study="B", quality="memory"),
    row("ana", ANASTROZOLE, study="A"),
    row("untreated", "calcium 500 mg daily"),
    row("tamoxifen", "tamoxifen 20 mg daily"),
    row("more", f"{BOTH} + goserelin 3.6 mg monthly"),
    row("marker", ANASTROZOLE, "sCTX"),
    row("man", ANASTROZOLE, sex="male"),
    row("calcium only", f"{ANASTROZOLE} + calcium 500 mg daily", comparator=ANASTROZOLE),
)


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """The made-up table instead of the real one, with no stored simulation."""
    stored = tmp_path / "model_errors.json"
    monkeypatch.setattr(module, "read_targets", lambda: TABLE)
    monkeypatch.setattr(module, "ERRORS", stored)
    module.studies.cache_clear()
    module._stored.cache_clear()
    yield stored
    module.studies.cache_clear()
    module._stored.cache_clear()


def of(sentence: str) -> Support:
    """How far studies carry a strategy for the example woman."""
    return support(oc.load_person(str(EXAMPLE)), Regimen.parse(sentence), 120)


def names(sentence: str) -> list[str]:
    return [one.id for one in of(sentence).evidence]


def test_the_drugs_of_a_result_are_among_those_of_the_strategy(table: Path) -> None:
    single = ["ana", "ana-late", "ana-hip", "ana-other"]
    assert names(ANASTROZOLE) == single
    assert names(f"{ANASTROZOLE} + vitamin D 800 IU daily") == single
    assert names(BOTH) == [*single, "zol", "both"]
    assert names("exemestane 25 mg daily") == []


def test_no_bone_drug_rests_on_the_untreated(table: Path) -> None:
    assert names("none") == names("calcium 1000 mg daily") == ["untreated"]
    assert of("none").evidence[0].drug == "no bone drug"


def test_a_record_says_what_was_published_and_what_was_simulated(table: Path) -> None:
    done = [SimpleNamespace(target=one, simulated=-4.6543) for one in TABLE if one.text("id") in ("ana", "both")]
    store_errors(done, table)  # type: ignore[arg-type]
    by_name = {one.id: one for one in of(BOTH).evidence}
    assert by_name["ana"] == Evidence(
        "ana", "A", "anastrozole", "lumbar_spine", 0.0, 24.0, -4.1, 0.6, -4.654, False, "abstract", "source of ana"
    )
    assert (by_name["ana-hip"].from_month, by_name["ana-hip"].sd, by_name["ana-hip"].simulated) == (12.0, None, None)
    assert by_name["zol"].difference and not by_name["both"].difference
    assert by_name["both"].drug == "anastrozole + zoledronic acid" and by_name["ana-other"].quality == "memory"
    assert [near.error for near in of(BOTH).nearest] == [-0.55]


def test_json_keeps_its_old_keys_and_has_the_records(table: Path) -> None:
    made = of(ANASTROZOLE).to_dict()
    assert list(made) == ["class", "nearest", "evidence"]
    assert [one["id"] for one in made["evidence"]] == names(ANASTROZOLE)
    assert set(made["evidence"][0]) == {
        "id", "study", "drug", "site", "from_month", "to_month", "observed", "sd", "simulated", "difference",
        "quality", "citation",
    }  # fmt: skip
    json.dumps(made, allow_nan=False)


def test_the_real_table_gives_each_result_once() -> None:
    found = of(BOTH).evidence
    assert len({one.id for one in found}) == len(found) > 20
    assert {one.drug for one in found} == {"anastrozole", "zoledronic acid"}
    published = {one.text("id"): one for one in read_targets()}
    stored = json.loads(module.ERRORS.read_text(encoding="utf-8"))["rows"]
    for one in found:
        assert one.observed == published[one.id].observed
        assert one.simulated == stored.get(one.id, {}).get("simulated")
