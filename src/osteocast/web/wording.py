"""The texts of the pages, each at three reading levels, in one catalogue: `catalogue/<language>.yaml`.

What the report says already is taken from the report's own catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from osteocast.errors import OsteocastError
from osteocast.report import levels
from osteocast.report.levels import LANGUAGE, LEVELS, Said

FOLDER = Path(__file__).parent / "catalogue"


@cache
def texts(language: str = LANGUAGE) -> Mapping[str, Said]:
    """Every text of the pages, those of the report included, by key.

    Raises:
        OsteocastError: a record lacks a level, or has the key of another.
    """
    from ruamel.yaml import YAML

    found = dict(levels.catalogue(language))
    for path in sorted(FOLDER.glob(f"{language}*.yaml")):
        for key, record in YAML(typ="safe", pure=False).load(path.read_text(encoding="utf-8")).items():
            if key in found:
                raise OsteocastError(f"the key {key!r} is used twice", where=path.name, fix="name one of them anew")
            found[key] = levels.read_record(record, f"{path.name}, {key}")
    return found


def say(key: str, **values: object) -> Said:
    """A text with its values put in; a value may itself differ between levels.

    Raises:
        KeyError: there is no such key, or a value is missing.
    """
    given = {name: one if isinstance(one, Said) else levels.fixed(one) for name, one in values.items()}
    return Said(
        *(
            template.format(**{name: one.at(level) for name, one in given.items()})
            for level, template in zip(LEVELS, texts()[key], strict=True)
        )
    )
