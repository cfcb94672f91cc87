"""Pieces of a page: tables, names, links and signs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") or " " for cell in cells) + " |"

    lines = [line(head), "|" + "---|" * len(head), *map(line, rows)]
    return "\n".join(lines) + "\n"


def code(name: str) -> str:
    return f"`{name}`"


def link(name: str) -> str:
    return f'<a href="parameters.html#{anchor(name)}">{name}</a>'


def anchor(name: str) -> str:
    return "par-" + name.replace("_", "-").lower()


def minus(text: str) -> str:
    return text.replace("-", "\N{MINUS SIGN}")


def signed(value: float) -> str:
    return minus(f"{value:+.1f}")
