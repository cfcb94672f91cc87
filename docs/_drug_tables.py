"""Tables of drugs: what can be written in a regimen, and the numbers of the compartments."""

from __future__ import annotations

from _markdown import code, table

from osteocast.drugs.catalogue import catalogue
from osteocast.exchange.compartments import compartments as compartments_by_number


def compartments() -> str:
    """Numbers of the column CMT."""
    rows = [(str(one.cmt), one.name, one.kind, one.unit) for one in compartments_by_number().values()]
    return table(("CMT", "name", "kind", "unit of AMT, RATE or DV"), rows)


def cards() -> str:
    """What can be written in a regimen, and whether it acts."""
    rows = []
    for card in sorted(catalogue().values(), key=lambda one: (not one.actions, one.kind, one.name)):
        effect = "not modelled yet"
        if card.actions:
            acts = sorted({one["channel"] for one in card.actions["on"]})
            effect = ", ".join(map(code, acts)) or "no effect"
        rows.append((card.name, code(card.usual), effect))
    return table(("name", "for example", "acts on"), rows)
