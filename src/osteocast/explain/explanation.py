"""The record that every question about a name is answered with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

KINDS = ("parameter", "drug", "equation", "input", "term", "source", "claim")
"""What can be explained; a name that several of them carry means the first of these."""


@dataclass(frozen=True)
class Explanation:
    """What is known about one name.

    Attributes:
        kind: one of `KINDS`.
        name: the id it goes by.
        title: one line in plain words.
        lines: the explanation, one statement a line.
        source: where it comes from, in words.
        quality: how that source was read, in words.
        related: further names worth asking for.
        latex: the equations in LaTeX, for an equation.
        data: the numbers behind the lines, for programs.
    """

    kind: str
    name: str
    title: str
    lines: tuple[str, ...]
    source: str
    quality: str
    related: tuple[str, ...] = ()
    latex: tuple[str, ...] = ()
    data: Mapping[str, object] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The same as plain lists and dictionaries, ready for JSON."""
        fields = asdict(self).items()
        return {key: list(value) if isinstance(value, tuple) else value for key, value in fields}
