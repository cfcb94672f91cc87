"""The last box of the mechanism: a piece of bone whose struts and shell thin, its open pits, and density.

Bone changes by a few per cent; drawn to scale nobody would see it. Struts and shell are drawn with five times the
change, which the drawing says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from osteocast.report import mechanism_parts as parts
from osteocast.report.moving import Frames

HEIGHT = 176
EXAGGERATED = 5.0
STRUT, SHELL, PIT = 6.0, 11.0, 5.0
"""Thickness at month 0 of a strut and of the shell, and width of a pit in a young adult [user unit]."""
_LEFT = parts.EDGE + 14
_SIZE = 116
_STRUTS = (
    "M12,30C35,24 50,38 74,30S104,34 108,30M10,60C30,68 52,52 70,60S100,64 108,58"
    "M12,90C36,84 56,98 78,88S102,94 106,90"
    "M34,10C28,34 42,52 34,66S30,96 36,108M62,8C68,30 54,46 62,64S70,92 60,110M88,10C82,30 94,50 88,66S82,94 88,106"
)
_PITS = ((24, 29), (50, 33), (94, 32), (22, 63), (84, 61), (48, 90), (92, 90), (62, 20), (35, 78), (62, 74))


def thickness(values: Sequence[float], usual: float) -> list[str]:
    """Stroke widths that follow a volume, with the change since month 0 exaggerated."""
    return [f"{max(0.4, usual * (1.0 + EXAGGERATED * (one / values[0] - 1.0))):.2f}" for one in values]


def bone(
    frames: Frames,
    seen: Mapping[str, Sequence[float]],
    most: Mapping[str, float],
    y: float,
    written: Callable[[str, float], str],
) -> str:
    """The box of bone.

    Args:
        frames: what moves.
        seen: medians by quantity.
        most: what gauges reach.
        y: its upper edge.
        written: a quantity as text.
    """
    struts = frames.moving("struts", stroke_width=thickness(seen["trabecular"], STRUT))
    shell = frames.moving("shell", stroke_width=thickness(seen["cortical"], SHELL))
    pits = frames.moving("pits", stroke_width=[f"{PIT * one:.2f}" for one in seen["remodelling_space"]])
    dots = "".join(f"M{x},{at}h0" for x, at in _PITS)
    picture = (
        f'<g class="bone" transform="translate({_LEFT},{y + 28:.1f})">'
        f'<path class="strut" d="{_STRUTS}" {struts}/><path class="pit" d="{dots}" {pits}/>'
        f'<rect class="shell" x="4" y="4" width="{_SIZE - 4}" height="{_SIZE - 4}" rx="26" {shell}/></g>'
        f'<text class="soft" x="{_LEFT}" y="{y + HEIGHT - 11:.1f}">change × {EXAGGERATED:g}</text>'
    )
    x, wide = _LEFT + _SIZE + 22, parts.EDGE + parts.BOX - (_LEFT + _SIZE + 22) - 14
    rows = []
    for place, (name, word) in enumerate((("lumbar_spine", "Spine"), ("total_hip", "Hip"))):
        at = y + 24 + 44 * place
        texts = [f"{written(name, one)} %" for one in seen[name]]
        rows.append(f'<text x="{x}" y="{at:.1f}"><tspan class="title">{word}</tspan> ')
        rows.append(frames.text(f"{name}-text", texts, "number") + "</text>")
        both = max(most["lumbar_spine"], most["total_hip"])
        rows.append(f'<g class="{name}">{parts.both_ways(frames, name, x, at + 9, wide, seen[name], both)}</g>')
    at = y + 112
    texts = [written("remodelling_space", one) for one in seen["remodelling_space"]]
    rows.append(f'<text x="{x}" y="{at:.1f}"><tspan class="title">Open pits</tspan> ')
    rows.append(frames.text("remodelling_space-text", texts, "number") + "</text>")
    values, top = seen["remodelling_space"], most["remodelling_space"]
    rows.append(f'<g class="pits">{parts.gauge(frames, "remodelling_space", x, at + 9, wide, values, top)}</g>')
    rows.append(f'<text class="soft" x="{x}" y="{at + 36:.1f}">pits fill again;</text>')
    rows.append(f'<text class="soft" x="{x}" y="{at + 52:.1f}">lost struts do not</text>')
    frame = f'<rect class="box" x="{parts.EDGE}" y="{y}" width="{parts.BOX}" height="{HEIGHT}" rx="7"/>'
    title = f'<text class="title" x="{_LEFT}" y="{y + 18}">Bone</text>'
    return f'<g class="node bone-box">{frame}{title}{picture}{"".join(rows)}</g>'
