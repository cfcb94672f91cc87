"""What the numbers rest on: sources, how to cite osteocast itself, and citations that circulate wrongly."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

from osteocast.evidence.targets import read_targets
from osteocast.explain.wording import qualities_words, quality_words
from osteocast.parameters.registry import parameters
from osteocast.parameters.schema import QUALITIES

CORRECTIONS = Path(__file__).parent / "corrections.yaml"
_PLACE = re.compile(r"((?:19|20)\d\d);\s*(\d+)(?:\([^)]*\))?:\s*([A-Za-z]*\d+)")
"""Year, volume and first page: what two ways of writing one citation have in common."""


@dataclass
class _Source:
    """One source while it is being gathered."""

    written: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    qualities: set[str] = field(default_factory=set)
    parameters: list[str] = field(default_factory=list)
    studies: list[str] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        best = max(self.written, key=lambda text: (bool(self.keys) and text == self.written[0], len(text)))
        return {
            "citation": best,
            "also_written": [text for text in self.written if text != best],
            "keys": self.keys,
            "quality": sorted(self.qualities, key=QUALITIES.index),
            "quality_words": qualities_words(self.qualities),
            "parameters": self.parameters,
            "studies": self.studies,
            "targets": self.targets,
        }


def _identity(citation: str) -> str:
    """The same for every way of writing one paper; two papers in one citation stay a source of their own."""
    places = set(_PLACE.findall(citation))
    return ":".join(places.pop()) if len(places) == 1 else " ".join(citation.split()).casefold()


def _add(where: list[str], what: str) -> None:
    if what and what not in where:
        where.append(what)


def citations() -> list[dict[str, Any]]:
    """Every source of the parameters and of the results that the mechanism is fitted to, by first word.

    Returns:
        One entry a source: `citation`, `also_written` (the same paper written otherwise), `keys` (names of
        its parameter files), `quality`, `quality_words`, `parameters`, `studies`, `targets` (ids of rows).
    """
    found: dict[str, _Source] = {}
    for one in parameters().values():
        entry = found.setdefault(_identity(one.citation), _Source())
        _add(entry.written, one.citation)
        _add(entry.keys, one.source)
        _add(entry.parameters, one.name)
        entry.qualities.add(one.quality)
    for row in read_targets():
        entry = found.setdefault(_identity(row.text("citation")), _Source())
        _add(entry.written, row.text("citation"))
        _add(entry.studies, row.text("study"))
        _add(entry.targets, row.text("id"))
        entry.qualities.add(row.text("quality"))
    listed = [entry.to_dict() for entry in found.values()]
    return sorted(listed, key=lambda one: str(one["citation"]).casefold())


def software() -> dict[str, str]:
    """How to cite osteocast itself, from its installed metadata: `citation`, `version`, `licence`."""
    try:
        about = metadata("osteocast")
    except PackageNotFoundError:
        return {"citation": "osteocast (not installed, version unknown).", "version": "", "licence": ""}
    given = {key: str(about[key]) if key in about else "" for key in ("Author", "Summary", "License-Expression")}
    version = str(about["Version"])
    author = given["Author"] or "The osteocast developers"
    citation = f"{author}. osteocast, version {version}: {given['Summary']}"
    return {"citation": citation, "version": version, "licence": given["License-Expression"]}


@cache
def _corrections() -> tuple[dict[str, str], ...]:
    from ruamel.yaml import YAML

    raw = YAML(typ="safe", pure=False).load(CORRECTIONS.read_text(encoding="utf-8"))
    return tuple({key: str(value) for key, value in one.items()} for one in raw["corrections"])


def corrections() -> list[dict[str, str]]:
    """Citations that circulate wrongly, with the right ones.

    Returns:
        One entry a citation: `subject`, `circulates`, `correct`, `wrong`, `checked`, `quality` and
        `quality_words`.
    """
    return [{**one, "quality_words": quality_words(one["quality"])} for one in _corrections()]


def as_text() -> str:
    """All of it as plain text, for the terminal."""
    own = software()
    lines = ["To cite osteocast:", f"  {own['citation']}", "", "Sources of the numbers:"]
    for one in citations():
        used = [*one["keys"], *one["studies"]]
        lines += [f"  {one['citation']} [{one['quality_words']}]", f"    used for: {', '.join(used)}"]
    lines += ["", "Citations that circulate wrongly:"]
    for each in corrections():
        lines += [
            f"  {each['subject']}: {each['circulates']} (wrong: {each['wrong']})",
            f"    cite instead: {each['correct']} [{each['checked']}; {each['quality_words']}]",
        ]
    return "\n".join(lines)
