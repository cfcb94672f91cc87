"""From the fields of the form to a case, and back; what cannot be used is answered at its own field.

Typed text is never thrown away: `Filled.values` is what was typed, whatever became of it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from osteocast.errors import OsteocastError
from osteocast.web import fields
from osteocast.web.cases import LONGEST_STRATEGY, Case
from osteocast.web.fields import Field

ROW = re.compile(r"(scan|result|past)-(\d{1,3})-([a-z_0-9]+)")
STRATEGY = re.compile(r"strategy-(\d)")
MINUS = str.maketrans({"\N{MINUS SIGN}": "-", "\N{EN DASH}": "-"})
MOST_FIELDS = 1500
LONGEST = 2000
"""Letters that are read of one field."""
LARGEST = 10**18
"""Whole numbers from here on are not written out: their digits may be too many for Python."""


@dataclass(frozen=True)
class Filled:
    """The form as filled in.

    Attributes:
        values: what was typed, by field.
        table: the person as a file has it, without what could not be read.
        strategies: sentences by field, in their order.
        years: how long.
        errors: what is wrong, by field.
    """

    values: Mapping[str, str]
    table: Mapping[str, Any]
    strategies: Mapping[str, str]
    years: int
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def case(self) -> Case:
        """The case, as far as it could be read."""
        return Case(self.table, tuple(self.strategies.values()), self.years)

    @property
    def empty(self) -> bool:
        """Whether nothing is known of the person yet."""
        return not {"sex", "age"} <= set(self.table)

    def rows(self, kind: str) -> list[int]:
        """Numbers of the rows of a kind."""
        return rows(self.values, kind)


def decoded(body: bytes) -> dict[str, str]:
    """The fields of a form that was sent; of a name that stands twice, the last.

    Raises:
        OsteocastError: it is no form, or has too many fields.
    """
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except (UnicodeDecodeError, ValueError):
        raise OsteocastError("this is not a form", where="form", fix="use the page of osteocast") from None
    return {name: value.replace("\0", "").replace("\r", "")[:LONGEST] for name, value in pairs if name != "text"} | {
        name: value for name, value in pairs if name == "text"
    }


def rows(values: Mapping[str, str], kind: str) -> list[int]:
    """Numbers of the rows of a kind that are in a form, in order."""
    found = {int(hit[2]) for name in values if (hit := ROW.fullmatch(name)) and hit[1] == kind}
    return sorted(found)[: fields.MOST_ROWS]


def read(values: Mapping[str, str]) -> Filled:
    """What was filled in, with complaints about what no number, date or choice can be."""
    errors: dict[str, str] = {}
    table: dict[str, Any] = {}
    for one in (*fields.PERSON, *fields.MORE):
        _put(table, one, one.name, values, errors)
    history: dict[str, Any] = {}
    for one in fields.HISTORY:
        _put(history, one, f"history-{one.name}", values, errors)
    if history:
        table["history"] = {key.removeprefix("history-"): value for key, value in history.items()}
    for kind, key in (("scan", "scans"), ("result", "results"), ("past", "past")):
        made = [row for number in rows(values, kind) if (row := _row(kind, number, values, errors))]
        if made:
            table[key] = made
    strategies = {}
    for name in sorted(name for name in values if STRATEGY.fullmatch(name))[: fields.MOST_STRATEGIES]:
        if text := " ".join(values[name].split()):
            strategies[name] = text[:LONGEST_STRATEGY]
    years = values.get("years", "10")
    if not re.fullmatch(r"[0-9]{1,2}", years) or not 1 <= int(years) <= 40:
        errors["years"], years = "Choose a number of years from the list.", "10"
    return Filled(values, table, strategies, int(years), errors)


def _row(kind: str, number: int, values: Mapping[str, str], errors: dict[str, str]) -> dict[str, Any] | None:
    """One row; None where nothing in it says anything. `_row` in it is its number in the form."""
    prefix = f"{kind}-{number}-"
    if not any(values.get(prefix + mark, "").strip() for mark in fields.MARKS[kind]):
        return None
    row: dict[str, Any] = {"_row": number}
    for one in fields.ROWS[kind]:
        _put(row, one, prefix + one.name, values, errors, key=one.name)
    return row


def _put(
    table: dict[str, Any], one: Field, name: str, values: Mapping[str, str], errors: dict[str, str], key: str = ""
) -> None:
    """Read one field into a table, where it is filled in."""
    text = values.get(name, "").strip()
    if not text:
        return
    if one.kind == "number":
        found = number(text)
        if found is None:
            errors[name] = f"“{text[:40]}” is not a number; write for example {_example(one)}."
            return
        table[key or one.name] = found
    elif one.kind == "flag":
        table[key or one.name] = text == "yes"
    elif one.kind == "check":
        table[key or one.name] = True
    else:
        table[key or one.name] = text


def number(text: str) -> float | int | None:
    """A number as people type it, with decimal point or comma; None where it is none."""
    word = text.translate(MINUS).strip()
    if word.count(",") == 1 and "." not in word:
        word = word.replace(",", ".")
    if not re.fullmatch(r"[+-]?(\d{1,9}(\.\d*)?|\.\d+)", word):
        return None
    found = float(word)
    return int(found) if math.isfinite(found) and found == int(found) else found


def _example(one: Field) -> str:
    middle = 0.0 if one.low is None or one.high is None else (one.low + one.high) / 2
    return f"{middle:g}" if middle else {"bmd_g_cm2": "0.893", "height_cm": "164", "year": "2"}.get(one.name, "1")


def values_of(case: Case) -> dict[str, str]:
    """The fields of the form for a case: what a loaded file looks like when typed in."""
    return dict(_fields_of(case))


def _fields_of(case: Case) -> Iterator[tuple[str, str]]:
    person = case.person
    for one in (*fields.PERSON, *fields.MORE):
        if person.get(one.name) is not None:
            yield one.name, typed(person[one.name])
    history = person.get("history")
    for key, value in (history if isinstance(history, Mapping) else {}).items():
        yield f"history-{key}", "yes" if value is True else "no" if value is False else str(value)
    results = [*_list(person, "results"), *_list(person, "hormones"), *_list(person, "markers")]
    for kind, found in (("scan", _list(person, "scans")), ("result", results), ("past", _list(person, "past"))):
        for number, row in enumerate(found[: fields.MOST_ROWS]):
            for key, value in (row if isinstance(row, Mapping) else {}).items():
                if value is not None and not str(key).startswith("_"):
                    yield f"{kind}-{number}-{key}", typed(value)
    for number, sentence in enumerate(case.strategies[: fields.MOST_STRATEGIES]):
        yield f"strategy-{number}", sentence
    yield "years", str(case.years)


def _list(person: Mapping[str, Any], key: str) -> list[Any]:
    found = person.get(key)
    return found if isinstance(found, list) else []


def typed(value: Any) -> str:
    """A value as somebody would type it."""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, int) and abs(value) >= LARGEST:
        return "-inf" if value < 0 else "inf"
    return str(value.isoformat() if hasattr(value, "isoformat") else value)


def with_row(values: Mapping[str, str], kind: str) -> tuple[dict[str, str], int | None]:
    """A form with one more row, and the number of that row; None where there is no room.

    A further scan is guessed to be of the site scanned last; a further strategy begins as the first.
    """
    found = dict(values)
    if kind == "strategy":
        free = [number for number in range(fields.MOST_STRATEGIES) if f"strategy-{number}" not in found]
        if not free:
            return found, None
        found[f"strategy-{free[0]}"] = found.get("strategy-0", "")
        return found, free[0]
    if kind not in fields.ROWS:
        return found, None
    there = rows(found, kind)
    if len(there) >= fields.MOST_ROWS:
        return found, None
    number = there[-1] + 1 if there else 0
    for one in fields.ROWS[kind]:
        found[f"{kind}-{number}-{one.name}"] = ""
    if kind == "scan":
        before = found.get(f"scan-{there[-1]}-site", "") if there else fields.SCAN[2].options[0]
        found[f"scan-{number}-site"] = before
    return found, number


def without_row(values: Mapping[str, str], row: str) -> dict[str, str]:
    """A form without one row, such as `scan-0` or `strategy-1`."""
    own = (row, f"said-{row.removeprefix('strategy-')}") if row.startswith("strategy-") else ()
    return {name: value for name, value in values.items() if name not in own and not name.startswith(f"{row}-")}
