"""Forest plots as SVG text: one row a published result, with its bar and the simulated value beside it.

Colours come from the page's style sheet. What lies outside its bar is marked by the word `miss` as well, and
published and simulated points differ in shape, so that nothing rests on colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from osteocast.evidence.density import Evidence
from osteocast.report.drawing import BOTTOM, drawing, line_below, side_name, ticks_below
from osteocast.report.scales import Axis, axis_for
from osteocast.report.words import escaped, number

WIDTH, START, END = 440, 62, 370
TOP = 22
SPACE, HEADING, ROW = 8, 16, 20
HEADING_SIGNS = 46


def months(one: Evidence) -> str:
    """The time of a change."""
    return f"{one.from_month:g}\N{EN DASH}{one.to_month:g}"


def _verdict(one: Evidence) -> str:
    """The word at the end of the row; empty where the simulated value lies within the bar."""
    if one.simulated is None:
        return "not run"
    return {True: "", False: "miss", None: "no bar"}[one.inside]


def _heading(one: Evidence) -> str:
    """The study, and what must be known of the result."""
    known = (one.difference, "difference"), (one.remembered, "from memory")
    tags = ", ".join(word for true, word in known if true)
    return f"{one.study}: {tags}" if tags else one.study


def _words(one: Evidence) -> str:
    """The row as a sentence."""
    bar = f" ± {number(one.half)}" if one.sd is not None else ""
    found = f"{one.study}, months {one.from_month:g} to {one.to_month:g}: "
    found += f"published {number(one.observed, sign=True)}{bar}"
    found += f", simulated {number(one.simulated, sign=True)}" if one.simulated is not None else ""
    if (ends := one.simulated_range) is not None:
        found += f" ({number(ends[0], sign=True)} to {number(ends[1], sign=True)})"
    tags = (_verdict(one), "difference between arms" if one.difference else "")
    return ", ".join((found, *(tag for tag in (*tags, "from memory" if one.remembered else "") if tag)))


def _described(points: Sequence[Evidence]) -> str:
    """The chart in words: how many lie inside, and every row that does not."""
    judged = [one for one in points if one.inside is not None]
    inside = sum(1 for one in judged if one.inside)
    misses = [_words(one) for one in judged if not one.inside]
    said = f"{len(points)} published results. {inside} of {len(judged)} simulated values lie inside the bars."
    return said + (f" Outside: {'; '.join(misses)}." if misses else "")


def _row(one: Evidence, x: Axis, y: float) -> str:
    """One result at a height of the page [user unit]."""
    lo, at, hi = x.places((one.observed - one.half, one.observed, one.observed + one.half))
    ends = f"M{lo:.1f},{y - 3:.1f}v6M{hi:.1f},{y - 3:.1f}v6"
    bar = f'<path class="error" d="M{lo:.1f},{y:.1f}H{hi:.1f}{ends}"/>' if one.half else ""
    parts = [
        f'<g class="row{" missed" if one.inside is False else ""}"><title>{escaped(_words(one))}</title>',
        f'<text class="tick" x="4" y="{y + 4:.1f}">{escaped(months(one))}</text>',
        f'<g class="published">{bar}<circle cx="{at:.1f}" cy="{y:.1f}" r="5"/></g>',
    ]
    if (ends_of_range := one.simulated_range) is not None:
        lo, hi = x.places(ends_of_range)
        parts.append(f'<path class="range" d="M{lo:.1f},{y + 6:.1f}H{hi:.1f}"/>')
    if one.simulated is not None:
        place = f"M{x.place(one.simulated):.1f},{y - 4.5:.1f}"
        parts.append(f'<path class="simulated" d="{place}l4.5,4.5l-4.5,4.5l-4.5,-4.5z"/>')
    if verdict := _verdict(one):
        parts.append(f'<text class="verdict" x="{END + 8}" y="{y + 4:.1f}">{verdict}</text>')
    return "".join((*parts, "</g>"))


def _scale(x: Axis, bottom: float, x_label: str) -> str:
    """Grid, ticks and name of the horizontal axis, and the line at no change."""
    zero = f'<path class="reference zero" d="M{x.place(0.0):.1f},{TOP}V{bottom}"/>'
    return side_name("Months") + ticks_below(x, bottom, 6, TOP) + zero + line_below(x, bottom, x_label)


def forest_chart(points: Sequence[Evidence], *, title: str, x_label: str, beside: Sequence[Evidence] = ()) -> str:
    """Draw published results and their simulation as one accessible SVG, a row each.

    Args:
        points: the results; those that follow one another in a study stand under one heading.
        title: what the chart shows, read out by screen readers and shown on hover.
        x_label: name and unit of the horizontal axis.
        beside: results drawn in other charts, which the axis holds too, so that the charts can be compared.

    Returns:
        An `<svg>` element that names its style only by class.
    """
    values = [0.0]
    for one in (*points, *beside):
        values += [one.observed - one.half, one.observed + one.half]
        values += [one.simulated] if one.simulated is not None else []
        values += one.simulated_range or ()
    x = axis_for(values, START, END, pad=0.03)
    rows, y, heading = [], TOP, ""
    for one in points:
        if (own := _heading(one)) != heading:
            heading, y = own, y + SPACE
            for text in wrap(heading, HEADING_SIGNS):
                y += HEADING
                rows.append(f'<text class="study" x="4" y="{y - 5}">{escaped(text)}</text>')
        rows.append(_row(one, x, y + ROW / 2))
        y += ROW
    body = _scale(x, y + 4, x_label) + "".join(rows)
    return drawing(body, WIDTH, y + 4 + BOTTOM, title, _described(points), "chart forest")
