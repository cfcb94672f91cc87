"""The six colours of the charts stay apart for colour-blind eyes and legible as text, light and dark."""

from __future__ import annotations

import itertools
import math
import re
from importlib.resources import files

import pytest

STYLE = (files("osteocast.report") / "style.css").read_text(encoding="utf-8")
DARK = STYLE.index("@media screen and (prefers-color-scheme: dark)")
Triple = tuple[float, float, float]
# Simulation of complete dichromacy in linear RGB: Machado, IEEE Trans Vis Comput Graph 2009;15:1291.
SIGHT: dict[str, tuple[Triple, Triple, Triple]] = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((0.1523, 1.0526, -0.2049), (0.1145, 0.7863, 0.0992), (-0.0039, -0.0481, 1.0520)),
    "deutan": ((0.3673, 0.8606, -0.2280), (0.2801, 0.6725, 0.0474), (-0.0118, 0.0429, 0.9689)),
    "tritan": ((1.2555, -0.0767, -0.1788), (-0.0784, 0.9309, 0.1476), (0.0047, 0.6914, 0.3039)),
}
TO_XYZ: tuple[Triple, Triple, Triple] = (
    (0.4124, 0.3576, 0.1805),
    (0.2126, 0.7152, 0.0722),
    (0.0193, 0.1192, 0.9505),
)


def times(matrix: tuple[Triple, Triple, Triple], v: Triple) -> Triple:
    a, b, c = (sum(m * x for m, x in zip(row, v, strict=True)) for row in matrix)
    return a, b, c


def linear(colour: str) -> Triple:
    r, g, b = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (r, g, b))
    return r, g, b


def lab(rgb: Triple) -> Triple:
    r, g, b = (min(max(c, 0.0), 1.0) for c in rgb)
    xyz = zip(times(TO_XYZ, (r, g, b)), (0.9505, 1.0, 1.089), strict=True)
    x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (v / w for v, w in xyz))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("css", [STYLE[:DARK], STYLE[DARK:]], ids=["light", "dark"])
def test_colours_are_legible_and_apart(css: str) -> None:
    named = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", css))
    paper = times(TO_XYZ, linear(named["paper"]))[1]
    colours = [named[f"c{k}"] for k in range(1, 7)]
    for colour in [*colours, named["ink"], named["soft"]]:
        light, dark = sorted((times(TO_XYZ, linear(colour))[1], paper), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, colour
    for name, matrix in SIGHT.items():
        for a, b in itertools.combinations(colours, 2):
            apart = math.dist(lab(times(matrix, linear(a))), lab(times(matrix, linear(b))))
            assert apart > 20, (name, a, b)
