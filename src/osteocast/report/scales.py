"""Axes: round ticks, the place of a value on the page, lines with no more points than the eye needs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


def finite(value: float | None) -> bool:
    """True for a number that can be drawn."""
    return value is not None and math.isfinite(value)


def step_for(lo: float, hi: float, count: int = 6) -> float:
    """The round step that puts at most `count` steps between `lo` and `hi`."""
    raw = max(hi - lo, 1e-12) / count
    power = 10.0 ** math.floor(math.log10(raw))
    return next(s * power for s in _STEPS if s * power >= raw * (1 - 1e-9))


def ticks(lo: float, hi: float, count: int = 6) -> tuple[float, ...]:
    """Round values from `lo` to `hi`, ends included where they are round."""
    step = step_for(lo, hi, count)
    first, last = math.ceil(lo / step - 1e-9), math.floor(hi / step + 1e-9)
    return tuple(i * step for i in range(first, last + 1))


def log_ticks(lo: float, hi: float, count: int = 7) -> tuple[float, ...]:
    """1, 2, 5 times powers of ten; fewer per decade when they would crowd."""
    powers = range(math.floor(math.log10(lo)) - 1, math.ceil(math.log10(hi)) + 2)
    found: tuple[float, ...] = ()
    for heads in ((1, 2, 5), (1, 3), (1,)):
        found = tuple(h * 10.0**p for p in powers for h in heads if lo <= h * 10.0**p <= hi)
        if len(found) <= count:
            break
    return found


def tick_text(value: float, step: float) -> str:
    """A tick value with as many decimals as its step asks for, and a true minus sign."""
    decimals = next((d for d in range(4) if abs(step * 10**d - round(step * 10**d)) < 1e-6), 4)
    text = f"{abs(value):.{decimals}f}"
    return f"\N{MINUS SIGN}{text}" if value < 0 and float(text) else text


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis: values `lo` to `hi` lie between the page coordinates `start` and `end`."""

    lo: float
    hi: float
    start: float
    end: float
    log: bool = False

    def place(self, value: float) -> float:
        """The page coordinate of a value; beyond the axis it stays at the axis' end."""
        return self.places((value,))[0]

    def places(self, values: Sequence[float]) -> list[float]:
        """The page coordinates of many values."""
        lo, hi, start, end = self.lo, self.hi, self.start, self.end
        if self.log:
            scale = (end - start) / math.log(hi / lo)
            return [start + scale * math.log(min(max(v, lo), hi) / lo) for v in values]
        scale = (end - start) / (hi - lo)
        return [start if v < lo else end if v > hi else start + scale * (v - lo) for v in values]

    def marks(self, count: int = 6) -> list[tuple[float, str]]:
        """Page coordinate and text of each tick."""
        if self.log:
            return [(self.place(v), f"{v:g}") for v in log_ticks(self.lo, self.hi, count + 1)]
        step = step_for(self.lo, self.hi, count)
        return [(self.place(v), tick_text(v, step)) for v in ticks(self.lo, self.hi, count)]


def axis_for(values: Sequence[float], start: float, end: float, *, log: bool = False, pad: float = 0.05) -> Axis:
    """An axis that holds all values with a little room; a logarithmic one only if every value is positive.

    Args:
        values: everything that must be visible.
        start: page coordinate of the smallest value.
        end: page coordinate of the largest value.
        log: ask for a logarithmic axis.
        pad: room at both ends as a share of the range.
    """
    seen = [v for v in values if math.isfinite(v)] or [0.0, 1.0]
    lo, hi = min(seen), max(seen)
    if log and lo > 0:
        room = max((hi / lo) ** pad, 1.15)
        return Axis(lo / room, hi * room, start, end, log=True)
    room = pad * (hi - lo) if hi - lo > 1e-9 else (abs(hi) * 0.1 or 1.0)
    return Axis(lo - room if pad else lo, hi + room if pad or hi == lo else hi, start, end)


def thin(xs: Sequence[float], ys: Sequence[float], tolerance: float = 0.2) -> list[int]:
    """Indices of the points to keep so that the line stays within `tolerance` of every point (x rising)."""
    n = len(xs)
    if n < 3:
        return list(range(n))
    keep = [0]
    low, high = -math.inf, math.inf
    x0, y0 = xs[0], ys[0]
    for i in range(1, n):
        dx, dy = xs[i] - x0, ys[i] - y0
        if not low <= dy / dx <= high:
            keep.append(i - 1)
            x0, y0, low, high = xs[i - 1], ys[i - 1], -math.inf, math.inf
            dx, dy = xs[i] - x0, ys[i] - y0
        down, up = (dy - tolerance) / dx, (dy + tolerance) / dx
        low = down if down > low else low
        high = up if up < high else high
    keep.append(n - 1)
    return keep


def spread(wanted: Sequence[float], gap: float, lo: float, hi: float) -> list[float]:
    """Places for labels, near where they are wanted, at least `gap` apart and within `lo` to `hi`."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = [min(max(wanted[i], lo), hi) for i in order]
    for k in range(1, len(placed)):
        placed[k] = max(placed[k], placed[k - 1] + gap)
    if placed and placed[-1] > hi:
        placed[-1] = hi
        for k in range(len(placed) - 2, -1, -1):
            placed[k] = min(placed[k], placed[k + 1] - gap)
    result = [0.0] * len(wanted)
    for k, i in enumerate(order):
        result[i] = placed[k]
    return result
