"""What every chart is drawn with: the SVG element, the names of its axes and the horizontal axis with its ticks."""

from __future__ import annotations

import zlib

from osteocast.report.scales import Axis
from osteocast.report.words import escaped

BOTTOM = 42
"""Room beneath the horizontal axis for its ticks and name [user unit]."""


def side_name(text: str) -> str:
    """The name of the vertical axis, written above it."""
    return f'<text class="name" x="4" y="15">{escaped(text)}</text>'


def ticks_below(x: Axis, bottom: float, count: int, top: float | None = None) -> str:
    """Numbers along the horizontal axis, each with a line.

    Args:
        x: the axis.
        bottom: its height on the page [user unit].
        count: about how many.
        top: up to where lines of a grid go [user unit]; None for short ticks.
    """
    parts = []
    for at, text in x.marks(count):
        line = (
            f'class="axis" d="M{at:.1f},{bottom}v4"' if top is None else f'class="grid" d="M{at:.1f},{top}V{bottom}"'
        )
        parts.append(f'<path {line}/><text class="tick x" x="{at:.1f}" y="{bottom + 17}">{text}</text>')
    return "".join(parts)


def line_below(x: Axis, bottom: float, name: str) -> str:
    """The line of the horizontal axis at a height of the page [user unit], and its name."""
    middle = (x.start + x.end) / 2
    return (
        f'<path class="axis" d="M{x.start},{bottom}H{x.end:.1f}"/>'
        f'<text class="name x" x="{middle:.1f}" y="{bottom + BOTTOM - 7}">{escaped(name)}</text>'
    )


def drawing(body: str, width: int, height: int, title: str, description: str, kind: str = "chart") -> str:
    """An accessible `<svg>` element around what is drawn.

    Args:
        body: the drawing, already escaped.
        width: of the drawing [user unit].
        height: of the drawing [user unit].
        title: what it shows, read out by screen readers and shown on hover.
        description: the drawing in words, with its main numbers.
        kind: its classes.
    """
    key = f"c{zlib.crc32((title + description + body).encode()):08x}"
    return (
        f'<svg class="{kind}" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'aria-labelledby="{key}t {key}d"><title id="{key}t">{escaped(title)}</title>'
        f'<desc id="{key}d">{escaped(description)}</desc>{body}</svg>'
    )
