"""Line charts as SVG text, drawn on the server: bands, direct labels, reference lines, published points.

Pure functions from numbers to text. Colours come from the page's style sheet (`.s1` to `.s6`), so that one
drawing serves light, dark and print; dashes and labels carry the same distinction without colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Literal

from osteocast.report.drawing import BOTTOM, drawing, line_below, side_name, ticks_below
from osteocast.report.scales import Axis, axis_for, finite, spread, thin
from osteocast.report.words import escaped

WIDTH, HEIGHT = 440, 290
LEFT, TOP = 50, 30
STYLES = 6
DASHES = ("", "8 3", "2 3", "10 3 2 3", "14 4", "5 2 1 2 1 2")
BAND_OPACITY = {1: 0.20, 2: 0.17, 3: 0.13}
WHISKER_GAP = 7

Values = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Series:
    """One line with its 90 % band and, where given, the middle 50 % of it; `style` 1 to 6 chooses colour and dash,
    `label` stands at its end."""

    label: str
    x: Sequence[float]
    median: Values
    lo90: Values = ()
    hi90: Values = ()
    style: int = 1
    shared: bool = False
    lo50: Values = ()
    hi50: Values = ()

    @property
    def classes(self) -> str:
        """The classes that colour it; a line shared by several strategies is not hidden with one of them."""
        return f"s{self.style} shared" if self.shared else f"s{self.style}"


@dataclass(frozen=True, slots=True)
class Reference:
    """A thin line across the plot at a value of y, or of x."""

    value: float
    label: str = ""
    axis: Literal["x", "y"] = "y"


@dataclass(frozen=True, slots=True)
class Marker:
    """A published value: a point with a bar of half-length `half`, in the style of its series."""

    x: float
    y: float
    half: float = 0.0
    style: int = 1
    label: str = ""


def style_number(index: int) -> int:
    """The style of the strategy at a place in the list, counted from 0; a seventh begins anew."""
    return index % STYLES + 1


Run = tuple[list[float], list[float]]


def _runs(x: Axis, y: Axis, xs: Sequence[float], values: Values) -> list[Run]:
    """Stretches of drawable points in page coordinates; a missing value breaks the line."""
    whole = [v for v in values if v is not None and isfinite(v)]
    if len(whole) == len(values) == len(xs):
        return [(x.places(xs), y.places(whole))] if whole else []
    runs: list[tuple[list[float], list[float]]] = [([], [])]
    for at, value in zip(xs, values, strict=False):
        if value is not None and isfinite(value):
            runs[-1][0].append(at)
            runs[-1][1].append(value)
        elif runs[-1][0]:
            runs.append(([], []))
    return [(x.places(at), y.places(value)) for at, value in runs if at]


def _points(run: Run) -> list[str]:
    across, down = run
    return [f"{across[i]:.1f},{down[i]:.1f}" for i in thin(across, down)]


def _line(one: Series, x: Axis, y: Axis) -> str:
    path = "".join("M" + "L".join(_points(run)) for run in _runs(x, y, one.x, one.median))
    dash = DASHES[(one.style - 1) % STYLES]
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path class="line {one.classes}" d="{path}"{dashed}/>' if path else ""


def _bands(one: Series, x: Axis, y: Axis, opacity: float) -> str:
    wide = _band(one, x, y, one.lo90, one.hi90, opacity)
    return wide + (_band(one, x, y, one.lo50, one.hi50, opacity) if one.lo50 else "")


def _band(one: Series, x: Axis, y: Axis, low: Values, high: Values, opacity: float) -> str:
    upper = [p for run in _runs(x, y, one.x, high) for p in _points(run)]
    lower = [p for run in _runs(x, y, one.x, low) for p in _points(run)]
    if len(upper) < 2 or len(lower) < 2:
        return ""
    path = "M" + "L".join(upper + lower[::-1]) + "Z"
    return f'<path class="band {one.classes}" fill-opacity="{opacity}" d="{path}"/>'


def _last(values: Values) -> int | None:
    return next((i for i in range(len(values) - 1, -1, -1) if finite(values[i])), None)


def _ends(series: Sequence[Series], x: Axis, y: Axis) -> str:
    """Label at each line's end and, beside it, the interval at the last month as a bar of its own."""
    ended = [(one, i) for one in series if (i := _last(one.median)) is not None]
    wanted = [y.place(one.median[i] or 0.0) for one, i in ended]
    places = spread(wanted, 13, TOP + 5, HEIGHT - BOTTOM - 3)
    wide = max((len(one.label) for one, _ in ended), default=1) * 10
    parts = []
    for k, (one, i) in enumerate(ended):
        at, label_at = wanted[k], places[k]
        parts.append(f'<g class="{one.classes}">')
        if abs(at - label_at) > 3:
            parts.append(f'<path class="leader" d="M{x.end:.1f},{at:.1f}L{x.end + 6:.1f},{label_at:.1f}"/>')
        parts.append(f'<text class="end" x="{x.end + 7:.1f}" y="{label_at + 4:.1f}">{escaped(one.label)}</text>')
        lo = one.lo90[i] if i < len(one.lo90) else None
        hi = one.hi90[i] if i < len(one.hi90) else None
        if lo is not None and hi is not None and finite(lo) and finite(hi):
            bar = x.end + 16 + wide + k * WHISKER_GAP
            parts.append(
                f'<path class="whisker" d="M{bar:.1f},{y.place(lo):.1f}V{y.place(hi):.1f}"/>'
                f'<circle class="dot" cx="{bar:.1f}" cy="{at:.1f}" r="2.6"/>'
            )
        parts.append("</g>")
    return "".join(parts)


def _shape(style: int, cx: float, cy: float) -> str:
    if style % 3 == 1:
        return f'<circle cx="{cx:.1f}" cy="{cy:.1f}" r="4"/>'
    if style % 3 == 2:
        return f'<path d="M{cx - 3.7:.1f},{cy - 3.7:.1f}h7.4v7.4h-7.4z"/>'
    return f'<path d="M{cx:.1f},{cy - 5:.1f}l5,5l-5,5l-5,-5z"/>'


def _markers(markers: Sequence[Marker], x: Axis, y: Axis) -> str:
    styles = sorted({m.style for m in markers})
    parts = []
    for m in markers:
        # Arms measured at the same visit stand a little apart, so that no bar hides another.
        cx = x.place(m.x) + (styles.index(m.style) - (len(styles) - 1) / 2) * 7
        lo, hi, cy = y.place(m.y - m.half), y.place(m.y + m.half), y.place(m.y)
        ends = f"M{cx - 3:.1f},{lo:.1f}h6M{cx - 3:.1f},{hi:.1f}h6"
        bar = f'<path class="error" d="M{cx:.1f},{lo:.1f}V{hi:.1f}{ends}"/>'
        named = f"<title>{escaped(m.label)}</title>" if m.label else ""
        parts.append(f'<g class="published s{m.style}">{named}{bar if m.half else ""}{_shape(m.style, cx, cy)}</g>')
    return "".join(parts)


def _grid(x: Axis, y: Axis, x_label: str, y_label: str) -> str:
    bottom = HEIGHT - BOTTOM
    parts = [side_name(y_label)]
    for at, text in y.marks(6):
        parts.append(f'<path class="grid" d="M{x.start},{at:.1f}H{x.end:.1f}"/>')
        parts.append(f'<text class="tick y" x="{x.start - 6}" y="{at + 4:.1f}">{text}</text>')
    return "".join((*parts, ticks_below(x, bottom, 7), line_below(x, bottom, x_label)))


def _free_place(series: Sequence[Series], x: Axis, y: Axis, at: float, wide: float) -> tuple[float, float]:
    """Where along a horizontal line its label is farthest from every median: left edge and baseline."""
    best = (-1.0, x.start + 4, at - 4)
    span = x.end - x.start
    for share in (0.0, 0.25, 0.5, 0.8):
        left = x.start + 4 + share * (span - wide - 8)
        for baseline in (at - 4, at + 13):
            if not TOP + 6 <= baseline <= HEIGHT - BOTTOM - 2:
                continue
            near = min(
                (
                    abs(down - baseline + 4)
                    for one in series
                    for across, downs in _runs(x, y, one.x, one.median)
                    for place, down in zip(across, downs, strict=True)
                    if left - 4 <= place <= left + wide + 4
                ),
                default=30.0,
            )
            if min(near, 16.0) > best[0]:
                best = (min(near, 16.0), left, baseline)
    return best[1:]


def _references(series: Sequence[Series], lines: Sequence[Reference], x: Axis, y: Axis) -> tuple[str, str]:
    """The lines, and apart from them their labels, which are written last so that no band veils them."""
    drawn, labels = [], []
    for line in lines:
        if line.axis == "x":
            at = x.place(line.value)
            drawn.append(f'<path class="reference" d="M{at:.1f},{TOP}V{HEIGHT - BOTTOM}"/>')
            flip = at > (x.start + x.end) / 2
            side, anchor = (-5, ' text-anchor="end"') if flip else (5, "")
            place = f'x="{at + side:.1f}" y="{HEIGHT - BOTTOM - 6}"{anchor}'
        else:
            at = y.place(line.value)
            zero = "" if line.label else " zero"
            drawn.append(f'<path class="reference{zero}" d="M{x.start},{at:.1f}H{x.end:.1f}"/>')
            left, baseline = _free_place(series, x, y, at, 7.0 * len(line.label)) if line.label else (0.0, 0.0)
            place = f'x="{left:.1f}" y="{baseline:.1f}"'
        if line.label:
            labels.append(f'<text class="reference-label" {place}>{escaped(line.label)}</text>')
    return "".join(drawn), "".join(labels)


def line_chart(
    series: Sequence[Series],
    *,
    title: str,
    description: str,
    x_label: str,
    y_label: str,
    reference_lines: Sequence[Reference] = (),
    markers: Sequence[Marker] = (),
    log: bool = False,
    within: Sequence[float] = (),
) -> str:
    """Draw lines with their 90 % bands as one accessible SVG.

    Args:
        series: the lines; each gets a band, its label at the line's end and a bar with the interval there.
        title: what the chart shows, read out by screen readers and shown on hover.
        description: the chart in words, with its main numbers.
        x_label: name and unit of the horizontal axis.
        y_label: name and unit of the vertical axis, written above it.
        reference_lines: thresholds, always inside the visible range.
        markers: published values with error bars.
        log: draw the vertical axis logarithmically, if every value is positive.
        within: values that the vertical axis holds too, so that charts beside one another have one scale.

    Returns:
        An `<svg>` element that names its style only by class.
    """
    values = [v for s in series for part in (s.median, s.lo90, s.hi90) for v in part if v is not None]
    values += [r.value for r in reference_lines if r.axis == "y"] + list(within)
    values += [end for m in markers for end in (m.y - m.half, m.y + m.half)]
    xs = [at for s in series for at in s.x] + [m.x for m in markers]
    wide = max((len(s.label) for s in series), default=1) * 10
    bars = sum(1 for s in series if s.lo90)
    right = WIDTH - (17 + wide + bars * WHISKER_GAP)
    x = axis_for(xs, LEFT, right, pad=0.0)
    y = axis_for(values, HEIGHT - BOTTOM, TOP, log=log)
    opacity = BAND_OPACITY.get(len(series), 0.09)
    drawn, labels = _references(series, reference_lines, x, y)
    body = "".join(
        (
            _grid(x, y, x_label, y_label),
            *(_bands(s, x, y, opacity) for s in series),
            drawn,
            *(_line(s, x, y) for s in series),
            _markers(markers, x, y),
            _ends(series, x, y),
            labels,
        )
    )
    return drawing(body, WIDTH, HEIGHT, title, description)
