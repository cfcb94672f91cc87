"""One reader for the sourced tables beside the drug cards: a row is a record, every cell read by its field's type."""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar, get_type_hints

from osteocast.drugs.catalogue import catalogue
from osteocast.errors import OsteocastError
from osteocast.parameters.schema import QUALITIES

Rule = tuple[str, bool, str]
"""A field, whether it is as it must be, and how to mend it."""


class Sourced(Protocol):
    """What every record has: the cards it belongs to, its source and how that was read."""

    @property
    def card_ids(self) -> tuple[str, ...]:
        """Ids of drug cards; the column `cards`."""

    @property
    def citation(self) -> str:
        """The source."""

    @property
    def quality(self) -> str:
        """How it was read, one of `QUALITIES`."""


Record = TypeVar("Record", bound=Sourced)

_CELLS: Mapping[object, tuple[Callable[[str], object], str]] = {
    str: (str, ""),
    bool: (lambda text: text == "yes", ""),
    tuple[str, ...]: (lambda text: tuple(text.split()), ""),
    float | None: (lambda text: float(text) if text else None, "write a plain number or leave it empty"),
    tuple[float, ...]: (lambda text: tuple(map(float, text.split())), "write plain numbers or leave it empty"),
}
"""By type of the field: what makes its value of a cell, and how to mend a cell of which it cannot be made."""


def one_of(field: str, value: str, allowed: Collection[str]) -> Rule:
    """The rule that a field holds one of some words."""
    return field, value in allowed, "use one of " + ", ".join(allowed)


def read_table(path: Path, record: type[Record], rules: Callable[[Record], Iterable[Rule]]) -> tuple[Record, ...]:
    """The rows of a table with one column for every field of a record (`cards` for `card_ids`).

    Args:
        path: a CSV file in UTF-8.
        record: a dataclass with fields of text, numbers or None, `yes` or no, or tuples of words or numbers.
        rules: what must hold within a row, beside known cards, a source and its quality.

    Raises:
        OsteocastError: a column is missing or a row cannot be used.
    """
    types = {_column(field): (field, kind) for field, kind in get_type_hints(record).items()}
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file, restkey="", strict=True)
        if unfit := set(types) ^ set(rows.fieldnames or ()):
            what, fix = f"the columns {', '.join(sorted(unfit))} do not fit", f"give {', '.join(types)}"
            raise OsteocastError(what, where=path.name, fix=fix)
        found = []
        for line, row in enumerate(rows, start=2):
            where = f"{path.name}, row {line}"
            if "" in row:
                what, fix = "the row has more cells than there are columns", "put quotes around a cell with a comma"
                raise OsteocastError(what, where=where, fix=fix)
            one = record(
                **{field: _value(row[name], kind, f"{where}, {name}") for name, (field, kind) in types.items()}
            )
            _check(one, rules(one), where)
            found.append(one)
    return tuple(found)


def _column(field: str) -> str:
    return "cards" if field == "card_ids" else field


def _value(cell: str | None, kind: object, where: str) -> Any:
    """What a cell holds; a row that ends early has None."""
    text = (cell or "").strip()
    made, fix = _CELLS[kind]
    try:
        return made(text)
    except ValueError:
        raise OsteocastError(f"'{text}' is not a number", where=where, fix=fix) from None


def _check(one: Sourced, rules: Iterable[Rule], where: str) -> None:
    known = bool(one.card_ids) and set(one.card_ids) <= set(catalogue())
    every = (
        ("cards", known, "name cards by their ids"),
        *rules,
        ("citation", bool(one.citation), "name the source"),
        one_of("quality", one.quality, QUALITIES),
    )
    for field, kept, fix in every:
        if not kept:
            raise OsteocastError("the row contradicts itself", where=f"{where}, {field}", fix=fix)
