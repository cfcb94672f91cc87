"""What the source article states, beside evidence and model: what the page prints."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

_BADGE = {"agree": "studied", "partly": "between", "no": "beyond"}
"""Colours of the verdicts; the words stand beside them."""
_ORDER = ("agree", "partly", "no", "not modelled")


def verdict(claim: Mapping[str, Any]) -> str:
    """What the evidence says to a statement, in words."""
    return f"{claim['verdict']}, overstated" if claim["overstated"] else str(claim["verdict"])


def tally_lines(result: Mapping[str, Any]) -> tuple[str, str]:
    """How often evidence and model agree, a line each."""
    tally = result["tally"]
    evidence, model = (
        ", ".join(f"{tally[side][name]} {name}" for name in _ORDER if name in tally[side])
        for side in ("evidence", "model")
    )
    return (
        f"Evidence, {len(result['claims'])} statements: {evidence} ({tally['overstated']} of the partly overstated).",
        f"Model: {model}.",
    )


def claims_view(result: Mapping[str, Any]) -> dict[str, Any]:
    """Everything the page prints.

    Args:
        result: what `osteocast explain claims --json` prints.
    """
    chapters = groupby(result["claims"], key=lambda claim: str(claim["chapter"]))
    return {
        "tally": tally_lines(result),
        "chapters": [
            (f"chapter-{place}", title, [_claim(one) for one in claims])
            for place, (title, claims) in enumerate(chapters, start=1)
        ],
        "unsaid": result["unsaid"],
        "references": result["references"],
        "listed": [one for one in result["glossary"] if one["listed"]],
        "own": [one for one in result["glossary"] if not one["listed"]],
    }


def _claim(claim: Mapping[str, Any]) -> dict[str, Any]:
    """One row of a chapter's table."""
    return {
        "number": claim["number"],
        "statement": claim["statement"],
        "verdict": verdict(claim),
        "badge": _BADGE[claim["verdict"]],
        "why": claim["why"],
        "model": claim["model"]["verdict"],
        "model_badge": _BADGE.get(claim["model"]["verdict"], ""),
        "model_why": claim["model"]["why"],
        "sources": claim["sources"],
        "references": claim["references"],
        "shown": claim["shown"],
    }
