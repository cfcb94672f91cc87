"""Persons from TOML files and from command-line options, and back into plain data."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from osteocast.errors import OsteocastError
from osteocast.people import checks
from osteocast.people.person import HISTORY_KEYS, History, Measurement, PastRegimen, Person, Scan
from osteocast.text_files import read_text

KEYS = (
    "name", "sex", "age", "age_at_menopause", "menopause", "bmi", "height_cm", "scans", "hormones", "markers",
    "history", "past", "planned", "calcium_mg_day", "date",
)  # fmt: skip
SCAN_KEYS = ("date", "site", "t_score", "bmd_g_cm2", "device", "cv_pct")
RESULT_KEYS = ("date", "name", "value", "unit", "below")
PAST_KEYS = ("regimen", "continues")

_MEANT = {
    "gender": "sex", "years_since_menopause": "age_at_menopause", "menopause_age": "age_at_menopause",
    "menopause_kind": "menopause", "weight": "bmi", "height": "height_cm", "calcium": "calcium_mg_day",
    "t_scores": "[[scans]]", "t_score": "[[scans]]", "past_regimens": "[[past]]", "regimen": "planned",
    "testosterone": "[[hormones]]", "estradiol": "[[hormones]]", "lh": "[[hormones]]", "LH": "[[hormones]]",
    "t": "t_score", "bmd": "bmd_g_cm2", "scanner": "device", "risk_factors": "[history]",
}  # fmt: skip
_OPTIONS = {
    "sex": "--sex", "age": "--age", "age_at_menopause": "--menopause", "bmi": "--bmi", "planned": "--planned"
}  # fmt: skip


def load_person(path: str | Path) -> Person:
    """Read a person from a TOML file, such as `examples/woman-62-starting-anastrozole.toml`.

    Args:
        path: the file; its stem is the name of a person who has none.

    Returns:
        The person, checked.

    Raises:
        OsteocastError: for anything that cannot be used, naming file, field and remedy.
    """
    path = Path(path)
    table = _read(path)
    with checks.located(str(path)):
        return person_from_dict(table, name=path.stem)


def person_from_dict(table: Mapping[str, Any], name: str = "person") -> Person:
    """A person from data laid out as in the TOML file.

    Args:
        table: keys as in `KEYS`.
        name: used where `table` has no name.
    """
    checks.only_keys(table, KEYS, "person", _MEANT)
    for key in ("sex", "age"):
        if key not in table:
            example = 'sex = "female"' if key == "sex" else "age = 62"
            raise OsteocastError(
                "is missing", where=key, fix=f"add a line such as {example}, above the first [[scans]]"
            )
    history = table.get("history", {})
    if not isinstance(history, dict):
        raise OsteocastError(f"{history!r} is not a table", where="history", fix="begin a section with [history]")
    checks.only_keys(history, HISTORY_KEYS, "[history]")
    with checks.located("[history]"):
        risks = History(**history)
    plain = ("sex", "age", "age_at_menopause", "bmi", "height_cm", "planned", "calcium_mg_day", "date")
    return Person(
        name=table.get("name", name),
        menopause_kind=table.get("menopause"),
        scans=tuple(_blocks(table, "scans", SCAN_KEYS, ("site",), Scan)),
        hormones=tuple(_blocks(table, "hormones", RESULT_KEYS, ("name", "value"), _measurement)),
        markers=tuple(_blocks(table, "markers", RESULT_KEYS, ("name", "value"), _measurement)),
        history=risks,
        past_regimens=tuple(_blocks(table, "past", PAST_KEYS, ("regimen",), PastRegimen)),
        **{key: table[key] for key in plain if key in table},
    )


def person_from_options(
    sex: str | None = None,
    age: float | None = None,
    menopause: float | None = None,
    t_spine: float | None = None,
    t_hip: float | None = None,
    t_neck: float | None = None,
    t_radius: float | None = None,
    bmi: float | None = None,
    planned: str | None = None,
) -> Person:
    """A person from command-line options; errors name the option.

    Args:
        sex: `female` or `male`.
        age: years.
        menopause: age at the final period [years].
        t_spine: T-score of the lumbar spine [1].
        t_hip: T-score of the total hip [1].
        t_neck: T-score of the femoral neck [1].
        t_radius: T-score of the one-third radius [1].
        bmi: body mass index [kg/m2].
        planned: the intended regimen.

    Returns:
        A person named after sex and age, such as `woman-62`.
    """
    for option, value, example in (("--sex", sex, "--sex female"), ("--age", age, "--age 62")):
        if value is None:
            raise OsteocastError("is missing", where=option, fix=f"add {example}, or give a person file instead")
    with _options():
        known_sex = checks.choice(sex, "sex", ("female", "male"))
        years = checks.number(age, "age", 18.0, 110.0, "years", "give the age in years, from 18 to 110")
    scores = {
        "--t-spine": ("lumbar_spine", t_spine),
        "--t-hip": ("total_hip", t_hip),
        "--t-neck": ("femoral_neck", t_neck),
        "--t-radius": ("one_third_radius", t_radius),
    }
    scans = []
    for option, (site, score) in scores.items():
        if score is not None:
            with _options(t_score=option):
                scans.append(Scan(site=site, t_score=score))
    with _options():
        return Person(
            name=f"{'woman' if known_sex == 'female' else 'man'}-{years:g}",
            sex=known_sex,
            age=years,
            age_at_menopause=menopause,
            bmi=bmi,
            scans=tuple(scans),
            planned=planned,  # type: ignore[arg-type]  # the sentence is parsed by Person
        )


def person_to_dict(person: Person) -> dict[str, Any]:
    """The person as plain data for JSON, laid out as the TOML file, with `years_since_menopause` added."""
    return {
        "name": person.name,
        "sex": person.sex,
        "age": person.age,
        "age_at_menopause": person.age_at_menopause,
        "menopause": person.menopause_kind,
        "years_since_menopause": person.years_since_menopause,
        "bmi": person.bmi,
        "height_cm": person.height_cm,
        "scans": [{key: _plain(getattr(scan, key)) for key in SCAN_KEYS} for scan in person.scans],
        "hormones": [{key: _plain(getattr(one, key)) for key in RESULT_KEYS} for one in person.hormones],
        "markers": [{key: _plain(getattr(one, key)) for key in RESULT_KEYS} for one in person.markers],
        "history": {key: getattr(person.history, key) for key in HISTORY_KEYS},
        "past": [{"regimen": str(one.regimen), "continues": one.continues} for one in person.past_regimens],
        "planned": None if person.planned is None else str(person.planned),
        "calcium_mg_day": person.calcium_mg_day,
        "date": _plain(person.date),
    }


def _read(path: Path) -> dict[str, Any]:
    text = read_text(
        path,
        ending=".toml",
        expected="a file",
        name="the person's TOML file",
        example="see examples/woman-62-starting-anastrozole.toml for the form",
    )
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        hint = "texts need quotation marks and every line reads key = value"
        raise OsteocastError(
            f"this is not valid TOML: {error}", where=str(path), fix=f"correct that line; {hint}"
        ) from None


def _blocks(
    table: Mapping[str, Any],
    key: str,
    known: tuple[str, ...],
    needed: tuple[str, ...],
    make: Callable[..., Any],
) -> Iterator[Any]:
    blocks = table.get(key, [])
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise OsteocastError(f"{key} is not a list of blocks", where=key, fix=f"begin each one with a line [[{key}]]")
    for index, block in enumerate(blocks, start=1):
        where = f"[[{key}]] {index}"
        checks.only_keys(block, known, where, _MEANT)
        for name in needed:
            if name not in block:
                raise OsteocastError(f"{name} is missing", where=where, fix=f"add a line {name} = ... to this block")
        with checks.located(where):
            yield make(**block)


def _measurement(
    *, name: object, value: object, unit: object = None, date: object = None, below: object = False
) -> Measurement:
    return Measurement(name=name, value=value, unit=unit, date=date, below=below)  # type: ignore[arg-type]  # checked there


def _options(**renamed: str) -> AbstractContextManager[None]:
    """Errors raised inside name the command-line option instead of the field."""
    return checks.renamed(_OPTIONS | renamed)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
