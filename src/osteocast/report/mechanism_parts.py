"""The pieces that the drawing of the mechanism is put together from: boxes with a gauge, arrows, lines of drugs."""

from __future__ import annotations

from collections.abc import Sequence

from osteocast.report.moving import Frames
from osteocast.report.words import escaped

WIDTH = 380
EDGE, BOX, HALF = 22, 336, 150
"""Left end of the boxes, width of a whole and of a half one [user unit]."""
RIGHT = EDGE + BOX - HALF
HEIGHT, GAP = 62, 32
GAUGE, INSET = 7, 10
THINNEST, THICKEST = 0.25, 2.4
"""How far an arrow's thickness goes, in units of its usual one."""

Series = Sequence[float]


def lengths(values: Series, most: float, whole: float) -> list[str]:
    """Values as lengths of a gauge whose whole length stands for `most`."""
    return [f"{max(0.0, min(one / most, 1.0)) * whole:.1f}" for one in values]


def box(x: float, y: float, width: float, title: str, kind: str = "", height: float = HEIGHT) -> str:
    """An empty box with its title."""
    return (
        f'<rect class="box {kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="7"/>'
        f'<text class="title" x="{x + INSET}" y="{y + 18}">{escaped(title)}</text>'
    )


def number_line(frames: Frames, part: str, x: float, y: float, texts: Sequence[str], unit: str) -> str:
    """A number that moves, and what stands after it."""
    after = f'<tspan class="soft"> {escaped(unit)}</tspan>'
    return f'<text x="{x}" y="{y}">{frames.text(part, texts, "number")}{after}</text>'


def gauge(frames: Frames, part: str, x: float, y: float, width: float, values: Series, most: float) -> str:
    """A bar from nothing to `most`, with a mark where the value stood at month 0."""
    start = x + float(lengths(values[:1], most, width)[0])
    return (
        f'<rect class="track" x="{x}" y="{y}" width="{width}" height="{GAUGE}" rx="2"/>'
        f'<rect class="fill" x="{x}" y="{y}" height="{GAUGE}" rx="2" '
        f"{frames.moving(part, width=lengths(values, most, width))}/>"
        f'<path class="start" d="M{start:.1f},{y - 3}v{GAUGE + 6}"/>'
    )


def both_ways(frames: Frames, part: str, x: float, y: float, width: float, values: Series, most: float) -> str:
    """A bar to the left for a loss and to the right for a gain, `most` each way."""
    zero = x + width / 2
    wide = [max(-1.0, min(one / most, 1.0)) * width / 2 for one in values]
    left = [f"{zero + min(one, 0.0):.1f}" for one in wide]
    long = [f"{abs(one):.1f}" for one in wide]
    return (
        f'<rect class="track" x="{x}" y="{y}" width="{width}" height="{GAUGE + 2}" rx="2"/>'
        f'<rect class="fill" y="{y}" height="{GAUGE + 2}" {frames.moving(part, x=left, width=long)}/>'
        f'<path class="start" d="M{zero},{y - 3}v{GAUGE + 8}"/>'
    )


def arrow(
    frames: Frames,
    part: str,
    start: tuple[float, float],
    way: str,
    length: float,
    values: Series,
    *,
    holds: bool = False,
) -> str:
    """An arrow as thick as a value, 1 being usual; with a bar instead of a point where it holds back.

    Args:
        frames: what moves.
        part: its name.
        start: where it begins.
        way: down, up, left or right.
        length: from end to end [user unit].
        values: by month.
        holds: whether it holds back.
    """
    turn = {"down": 0, "left": 90, "up": 180, "right": 270}[way]
    thick = [f"scale({max(THINNEST, min(one, THICKEST)):.2f},1)" for one in values]
    head = length - (4 if holds else 8)
    shaft = f"M-3,0H3V{head}"
    end = f"H9V{length}H-9V{head}H-3Z" if holds else f"H8L0,{length}L-8,{head}H-3Z"
    return (
        f'<g transform="translate({start[0]:.1f},{start[1]:.1f}) rotate({turn})">'
        f'<path class="flow{" holds" if holds else ""}" d="{shaft}{end}" {frames.moving(part, transform=thick)}/></g>'
    )


def drug_line(frames: Frames, part: str, points: str, end: tuple[float, float], holds: bool, shares: Series) -> str:
    """The way of a drug to where it acts, as thick as its level; faint while there is none.

    Args:
        frames: what moves.
        part: its name.
        points: the way, as the `d` of a path; it ends to the left or right of `end`.
        end: where it acts.
        holds: whether it holds back what it meets.
        shares: level by month, 1 being the highest.
    """
    x, y = end
    tip = (
        f"M{x},{y - 9}v18"
        if holds
        else f"M{x - 5 if x > WIDTH / 2 else x + 5},{y - 5}L{x},{y}"
        + (f"L{x - 5 if x > WIDTH / 2 else x + 5},{y + 5}")
    )
    wide = [f"{1.0 + 2.5 * max(0.0, min(one, 1.0)):.2f}" for one in shares]
    seen = [f"{0.3 if one < 0.005 else 1.0}" for one in shares]
    return (
        f'<path class="drug-line" d="{points}{tip}" {frames.moving(part, stroke_width=wide, stroke_opacity=seen)}/>'
    )
