"""One text at three reading levels: plain, intermediate, academic; all of them carry the same numbers.

The texts stand in `reading/<language>/*.yaml`, one record a key with one template for each level. Templates name
what is put into them (`{change}`); the three of a record name the same things, so no level can leave a number out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, NamedTuple

from osteocast.errors import OsteocastError
from osteocast.report.words import plain as printable

FOLDER = Path(__file__).parent / "reading"
LANGUAGE = "en"
LEVELS = ("plain", "intermediate", "academic")
DEFAULT = "intermediate"


class Said(NamedTuple):
    """One text at the three levels."""

    plain: str
    intermediate: str
    academic: str

    @property
    def same(self) -> bool:
        """Whether the levels do not differ."""
        return self.plain == self.intermediate == self.academic

    def at(self, level: str) -> str:
        """The text at one level."""
        return str(getattr(self, level))


def fixed(text: object) -> Said:
    """A text that is the same at every level: a name, a number, a quotation."""
    words = printable(text)
    return Said(words, words, words)


def checked(level: str) -> str:
    """A reading level by name.

    Raises:
        OsteocastError: there is none of that name.
    """
    if level not in LEVELS:
        fix = f"write {', '.join(LEVELS[:-1])} or {LEVELS[-1]}"
        raise OsteocastError(f"{level!r} is not a reading level", where="--level", fix=fix)
    return level


def placeholders(template: str) -> set[str]:
    """What a template wants to be given."""
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


@cache
def catalogue(language: str = LANGUAGE) -> Mapping[str, Said]:
    """Every text of a language, by key.

    Raises:
        OsteocastError: a record lacks a level, names a key twice, or its levels do not name the same things.
    """
    from ruamel.yaml import YAML

    found: dict[str, Said] = {}
    for path in sorted((FOLDER / language).glob("*.yaml")):
        for key, record in YAML(typ="safe", pure=False).load(path.read_text(encoding="utf-8")).items():
            if key in found:
                raise OsteocastError(f"the key {key!r} is used twice", where=path.name, fix="name one of them anew")
            found[key] = read_record(record, f"{path.name}, {key}")
    return found


def read_record(record: Any, where: str) -> Said:
    """One record of a catalogue: a text for all levels, or a mapping with each level.

    Args:
        record: what the file holds.
        where: file and key, for messages.

    Raises:
        OsteocastError: it is neither, or its levels do not name the same things.
    """
    if isinstance(record, str):
        return Said(*(" ".join(record.split()),) * 3)
    if not isinstance(record, Mapping) or set(record) != set(LEVELS):
        raise OsteocastError("a text needs every level", where=where, fix=f"give {', '.join(LEVELS)}")
    said = Said(*(" ".join(str(record[level]).split()) for level in LEVELS))
    if len({frozenset(placeholders(text)) for text in said}) > 1:
        raise OsteocastError(
            "the levels do not name the same numbers", where=where, fix="put the same {names} into each level"
        )
    return said


def say(key: str, **values: object) -> Said:
    """A text of the catalogue with its values put in; a value may itself differ between levels.

    Args:
        key: of the text.
        **values: what its template names: text, numbers as text, or other texts at three levels.

    Raises:
        KeyError: the catalogue has no such key, or a value is missing.
    """
    templates = catalogue()[key]
    given = {name: value if isinstance(value, Said) else fixed(value) for name, value in values.items()}
    return Said(
        *(
            template.format(**{name: value.at(level) for name, value in given.items()})
            for level, template in zip(LEVELS, templates, strict=True)
        )
    )


def term(group: str, name: str, otherwise: object = None) -> Said:
    """The word for a key of the JSON, or what is put in its place where the catalogue has none.

    Args:
        group: what kind of thing: `site`, `fracture`, `part` ...
        name: the key.
        otherwise: text for an unknown key; by default the key as words.
    """
    key = f"{group}.{name}"
    if key in catalogue():
        return say(key)
    return fixed(name.replace("_", " ") if otherwise is None else otherwise)


def apply(said: Said, change: Callable[[str], str]) -> Said:
    """The same change at every level."""
    return Said(*(change(text) for text in said))


def capital(said: Said) -> Said:
    """With a capital first letter."""
    return apply(said, lambda text: text[:1].upper() + text[1:])


def joined(parts: list[Said], last: str = " and ", between: str = ", ") -> Said:
    """Several texts as a list in words."""
    if not parts:
        return fixed("")
    texts = []
    for level in LEVELS:
        words = [part.at(level) for part in parts]
        texts.append(words[0] if len(words) == 1 else between.join(words[:-1]) + last + words[-1])
    return Said(*texts)


def day(date: str | None) -> str:
    """A date as written in a letter: `12 May 2025`; a dash where there is none."""
    if not date:
        return "\N{EN DASH}"
    try:
        found = dt.date.fromisoformat(str(date)[:10])
    except ValueError:
        return printable(date)
    return f"{found.day} {catalogue()[f'month.{found.month}'].plain} {found.year}"
