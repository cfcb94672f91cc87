"""The rule sets: what a text says, line by line, as dated data; one YAML file each, read once and never changed."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

from osteocast.errors import OsteocastError
from osteocast.guidance.facts import FACTS
from osteocast.guidance.records import ADVICE, COUNT, PROTECT, ROLES, Difference, Line, RiskFactor, RuleSet
from osteocast.parameters.schema import QUALITIES
from osteocast.people import checks
from osteocast.people.rules import Rule, parse

FOLDER = Path(__file__).parent / "data"
DIFFERENCES = FOLDER / "differences.yaml"


@cache
def rule_sets() -> Mapping[str, RuleSet]:
    """Every text by its id: rule sets, then cards, then placeholders, the latest first. Read from disk once.

    Raises:
        OsteocastError: a file cannot be used, or names a text that is not there.
    """
    files = [path for path in FOLDER.glob("*.yaml") if path != DIFFERENCES]
    found = [read_rule_set(path.read_text("utf-8"), path.name) for path in files]
    found.sort(key=lambda one: (ROLES.index(one.role), -one.published, one.id))
    ids = {one.id for one in found}
    for one in found:
        for other in (one.superseded_by, one.supersedes):
            if other and other not in ids:
                raise OsteocastError(f"'{other}' is no rule set", where=f"{one.id}.yaml", fix="add its file")
    return {one.id: one for one in found}


@cache
def differences() -> tuple[Difference, ...]:
    """Where the texts part. Read from disk once."""
    raw = _load(DIFFERENCES.read_text("utf-8"), DIFFERENCES.name)
    return tuple(Difference(_rule(one["if"], f"{DIFFERENCES.name}, {i}"), one["say"]) for i, one in enumerate(raw, 1))


def read_rule_set(text: str, file: str) -> RuleSet:
    """A rule set from the text of its file.

    Args:
        text: the YAML.
        file: file name, `<id>.yaml`, for messages and to check the id.

    Raises:
        OsteocastError: something in it is missing, unknown or contradicts the rest.
    """
    raw = _load(text, file)
    checks.only_keys(raw, [one.name for one in fields(RuleSet)], file)
    for key in ("id", "title", "short", "role", "published", "citation", "quality", "read", "population"):
        if not raw.get(key):
            raise OsteocastError(f"'{key}' is missing", where=file, fix=f"add a line '{key}: ...'")
    checks.choice(raw["role"], f"{file}, role", ROLES)
    if f"{raw['id']}.yaml" != file:
        raise OsteocastError(f"the id {raw['id']!r} is not the file's name", where=file, fix="make them the same")
    _graded(raw, file)
    values = dict(raw) | {"not_known": tuple(raw.get("not_known", ()))}
    if raw["role"] == "placeholder":
        if raw.keys() & {"covers", "advice", "risk_factors"} or not raw.get("not_known"):
            raise OsteocastError("a placeholder has rules", where=file, fix="say under not_known what is missing")
        return RuleSet(**values)
    for key in ("covers", "advice"):
        if key not in raw:
            raise OsteocastError(f"'{key}' is missing", where=file, fix=f"add '{key}: ...'")
    values["covers"] = _rule(raw["covers"], f"{file}, covers")
    factors = enumerate(raw.get("risk_factors", ()), 1)
    values["risk_factors"] = tuple(_risk_factor(one, f"{file}, risk_factors {i}") for i, one in factors)
    values["advice"] = _lines(raw["advice"], file)
    return RuleSet(**values)


def _load(text: str, file: str) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        raw = YAML(typ="safe", pure=False).load(text)
    except YAMLError as error:
        raise OsteocastError(f"the YAML cannot be read: {error}", where=file, fix="correct it") from None
    if not isinstance(raw, dict | list):
        raise OsteocastError("the file is not a list of fields", where=file, fix="start with 'id: ...'")
    return raw


def _rule(text: object, where: str, more: Sequence[str] = ()) -> Rule:
    """A rule that an unknown fact never meets: neither `not` nor `!=` is let through."""
    found = parse(str(text), (*FACTS, *more), where)
    tree = ast.parse(found.text, mode="eval")
    if any(isinstance(node, ast.Not | ast.NotEq) for node in ast.walk(tree)):
        raise OsteocastError(
            f"the rule '{text}' would be met by a fact that is not known",
            where=where,
            fix="write it without not and !=",
        )
    return found


def _risk_factor(raw: Mapping[str, Any], where: str) -> RiskFactor:
    checks.only_keys(raw, ("name", "title", "if", "quality"), where)
    _graded(raw, where)
    return RiskFactor(raw["name"], raw["title"], _rule(raw["if"], where), raw["quality"])


def _lines(raw: Sequence[Mapping[str, Any]], file: str) -> tuple[Line, ...]:
    found = []
    for place, one in enumerate(raw, start=1):
        where = f"{file}, advice {place}"
        checks.only_keys(one, ("if", "then", "else", "quality", "say", "next_scan_months", "scan_quality"), where)
        _graded(one, where)
        last = place == len(raw)
        if ("else" in one) is not last or ("if" in one) is last:
            what = "only the last line is 'else'"
            raise OsteocastError(what, where=where, fix="write if and then, or else in the last")
        then = checks.choice(one["else"] if last else one.get("then"), where, ADVICE)
        scan = one.get("next_scan_months")
        if (scan is None) is not ("scan_quality" not in one):
            raise OsteocastError("a date of a scan has no quality", where=where, fix="give scan_quality beside it")
        found.append(
            Line(
                place,
                None if last else _rule(one["if"], where, (COUNT,)),
                then,
                one["quality"],
                one.get("say", ""),
                None if scan is None else (float(scan[0]), float(scan[1])),
                one.get("scan_quality", ""),
            )
        )
    _asks_for_a_scan(found, file)
    return tuple(found)


def _asks_for_a_scan(lines: Sequence[Line], file: str) -> None:
    """Refuse a text that would wave on somebody without a scan."""
    for line in lines:
        if line.then == "need_dxa" and line.rule is not None and line.rule.names == ("has_dxa",):
            return
        if line.then not in PROTECT:
            break
    raise OsteocastError(
        "somebody without a scan would get an answer that rests on one",
        where=f"{file}, advice",
        fix="put the line {if: has_dxa == 0, then: need_dxa} before the first that does not protect",
    )


def _graded(raw: Mapping[str, Any], where: str) -> None:
    for key in ("quality", "scan_quality"):
        if key in raw or key == "quality":
            checks.choice(raw.get(key), f"{where}, {key}", QUALITIES)
