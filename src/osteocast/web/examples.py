"""Cases to begin with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from osteocast.errors import OsteocastError, nearest
from osteocast.web import cases
from osteocast.web.cases import Case

FOLDER = Path(__file__).parent / "examples"
INHIBITOR = "anastrozole 1 mg daily for 60 months"
EXAMPLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "woman-62": (
        "woman-62-starting-anastrozole.toml",
        (INHIBITOR, f"{INHIBITOR} + zoledronic acid 4 mg every 6 months for 36 months"),
    ),
    "woman-64": ("woman-64-with-two-scans.toml", ()),
    "man": ("man-on-testosterone-and-anastrozole.toml", ()),
}
"""File and strategies; without any, what the file says is planned."""


def example(name: str) -> Case:
    """A case by name.

    Raises:
        OsteocastError: there is none.
    """
    if name not in EXAMPLES:
        fix = nearest(name, EXAMPLES) or ", ".join(EXAMPLES)
        raise OsteocastError(f"{name!r} is not an example", where="example", fix=fix)
    file, strategies = EXAMPLES[name]
    found = cases.read((FOLDER / file).read_text(encoding="utf-8"))
    return replace(found, strategies=strategies) if strategies else found
