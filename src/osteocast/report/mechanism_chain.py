"""The chain from tablet to bone: rows of boxes from top to bottom, and what runs between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

from osteocast.report import mechanism_bone as bone_drawing
from osteocast.report import mechanism_parts as parts
from osteocast.report.drawing import drawing
from osteocast.report.mechanism_words import NAMES, SHORT_UNITS, capital, sentence, written
from osteocast.report.moving import Frames
from osteocast.report.words import escaped, rounded, years

HOLDS_BACK = ("aromatase", "gonads", "rankl", "osteoclasts")
"""Where drugs hold back; elsewhere they add."""
DRUG_HEIGHT = 58
Data = Mapping[str, Any]


class Chain:
    """Rows of boxes from top to bottom, and what runs between them."""

    def __init__(self, data: Data, frames: Frames, most: Mapping[str, float]) -> None:
        self.data, self.frames, self.most = data, frames, most
        self.seen: Mapping[str, list[float]] = {k: v["median"] for k, v in data["quantities"].items()}
        self.pieces: list[str] = []
        self.top: dict[str, float] = {}
        """Upper edge of every box."""

    def svg(self) -> str:
        """The whole."""
        y = self._drugs()
        if "lh" in self.seen:
            y = self._pair(y, "testosterone", "lh")
        y = self._pair(y, "aromatase", "estradiol")
        y = self._whole(y, "signal")
        y = self._pair(y, "rankl", "opg")
        y = self._pair(y, "osteoclasts", "osteoblasts") + 14
        self.top["bone"] = y
        self.pieces.append(bone_drawing.bone(self.frames, self.seen, self.most, y, written))
        self._flows()
        lines = "".join(self._lines())
        first, last = sentence(self.data, 0), sentence(self.data, -1)
        end = years(self.data["months"][-1])
        return drawing(
            lines + "".join(self.pieces),
            parts.WIDTH,
            round(y + bone_drawing.HEIGHT + 4),
            f"From tablet to bone: {self.data['regimen']}",
            f"Start: {first} After {end} years: {last}",
            "mechanism",
        )

    def _quantity(self, name: str, x: float, y: float, width: float) -> None:
        values = self.seen[name]
        inner = width - 2 * parts.INSET
        texts = [written(name, one) for one in values]
        self.top[name] = y
        self.pieces += [
            f'<g class="node {name}">',
            parts.box(x, y, width, NAMES[name]),
            parts.number_line(self.frames, f"{name}-text", x + parts.INSET, y + 37, texts, SHORT_UNITS[name]),
            parts.gauge(self.frames, name, x + parts.INSET, y + 46, inner, values, self.most[name] or 1.0),
            "</g>",
        ]

    def _pair(self, y: float, left: str, right: str) -> float:
        self._quantity(left, parts.EDGE, y, parts.HALF)
        self._quantity(right, parts.RIGHT, y, parts.HALF)
        return y + parts.HEIGHT + parts.GAP

    def _whole(self, y: float, name: str) -> float:
        self._quantity(name, parts.EDGE, y, parts.BOX)
        return y + parts.HEIGHT + parts.GAP

    def _drugs(self) -> float:
        """What is taken, side by side; the height at which the chain begins."""
        taken = self.data["taken"] or [{"name": "nothing taken", "level": None, "given": (), "unit": ""}]
        wide = (parts.BOX - 10 * (len(taken) - 1)) / len(taken)
        lines = max(len(wrap(one["name"], int(wide // 8))) for one in taken)
        for place, one in enumerate(taken):
            x = parts.EDGE + place * (wide + 10)
            height = DRUG_HEIGHT - 17 + 17 * lines
            self.pieces.append(f'<g class="node drug"><rect class="box" x="{x:.1f}" y="4" width="{wide:.1f}" ')
            self.pieces.append(f'height="{height}" rx="20"/>')
            for k, text in enumerate(wrap(capital(one["name"]), int(wide // 8))):
                self.pieces.append(f'<text class="title" x="{x + 14:.1f}" y="{23 + 17 * k}">{escaped(text)}</text>')
            below = 23 + 17 * lines
            if one["level"]:
                levels = one["level"]["median"]
                unit = "nmol/L" if one["unit"] == "nmol/L" else "on bone"
                texts = [rounded(level) for level in levels]
                self.pieces.append(parts.number_line(self.frames, f"drug-{place}-text", x + 14, below, texts, unit))
                top, inner = max(levels) or 1.0, wide - 28
                self.pieces.append(parts.gauge(self.frames, f"drug-{place}", x + 14, below + 5, inner, levels, top))
            elif one["given"]:
                texts = ["now" if now else "not now" for now in one["given"]]
                self.pieces.append(f'<text x="{x + 14:.1f}" y="{below}">')
                self.pieces.append(self.frames.text(f"drug-{place}-text", texts, "number") + "</text>")
            self.pieces.append("</g>")
        self.drugs_end = 4 + DRUG_HEIGHT - 17 + 17 * lines
        return self.drugs_end + 26

    def _flows(self) -> None:
        """Arrows between the boxes, each as thick as what runs there."""
        left, right = parts.EDGE + parts.HALF / 2, parts.RIGHT + parts.HALF / 2
        bottom = {name: y + parts.HEIGHT for name, y in self.top.items()}
        middle = {name: y + parts.HEIGHT / 2 for name, y in self.top.items()}
        seen, gap = self.seen, parts.GAP - 4
        between = parts.RIGHT - parts.EDGE - parts.HALF - 4
        estradiol = [one / (self.most["estradiol"] or 1.0) * 2 for one in seen["estradiol"]]
        signal = [one / 50 for one in seen["signal"]]

        def draw(name: str, x: float, y: float, way: str, long: float, values: Sequence[float], holds: bool) -> None:
            flow = parts.arrow(self.frames, f"flow-{name}", (x, y), way, long, values, holds=holds)
            self.pieces.append(flow)

        if "lh" in seen:
            lh = [one / (self.most["lh"] or 1.0) * 2 for one in seen["lh"]]
            testosterone = [one / (self.most["testosterone"] or 1.0) * 2 for one in seen["testosterone"]]
            draw("lh", parts.RIGHT - 2, middle["lh"], "left", between, lh, False)
            draw("testosterone", left, bottom["testosterone"] + 2, "down", gap, testosterone, False)
            draw("feedback", right, self.top["estradiol"] - 2, "up", gap, estradiol, True)
        aromatase = [one / 50 for one in seen["aromatase"]]
        x = parts.EDGE + parts.HALF + 2
        draw("aromatase", x, middle["aromatase"], "right", between, aromatase, False)
        draw("estradiol", right, bottom["estradiol"] + 2, "down", gap, estradiol, False)
        draw("signal-rankl", left, bottom["signal"] + 2, "down", gap, signal, True)
        draw("signal-opg", right, bottom["signal"] + 2, "down", gap, signal, False)
        draw("opg", parts.RIGHT - 2, middle["opg"], "left", between, seen["opg"], True)
        draw("rankl", left, bottom["rankl"] + 2, "down", gap, seen["rankl_acting"], False)
        draw("coupling", x, middle["osteoclasts"], "right", between, seen["osteoclasts"], False)
        down = self.top["bone"] - bottom["osteoclasts"] - 4
        draw("removed", left, self.top["bone"] - 2, "up", down, seen["removed"], False)
        draw("built", right, bottom["osteoblasts"] + 2, "down", down, seen["built"], False)
        y = bottom["osteoclasts"] + 28
        for name, word, at in (("removed", "removed", left + 18), ("built", "built", right + 18)):
            texts = [written(name, one) for one in seen[name]]
            self.pieces.append(parts.number_line(self.frames, f"{name}-text", at, y, texts, word))

    def _lines(self) -> list[str]:
        """The way of each drug along the edge to where it acts."""
        found, used = [], {"left": 0, "right": 0}
        taken = self.data["taken"]
        wide = (parts.BOX - 10 * (len(taken) - 1)) / max(len(taken), 1)
        for place, one in enumerate(taken):
            side, name = _place(one["acts_on"], self.data["sex"])
            step = 7 * used[side]
            used[side] += 1
            x = 9 + step if side == "left" else parts.WIDTH - 9 - step
            end_x = parts.EDGE - 3 if side == "left" else parts.EDGE + parts.BOX + 3
            start = parts.EDGE + place * (wide + 10) + wide / 2
            level = self.drugs_end + 8 + 6 * place
            end_y = self.top[name] + parts.HEIGHT / 2
            way = f"M{start:.1f},{self.drugs_end}V{level:.1f}H{x}V{end_y:.1f}H{end_x}"
            if one["level"]:
                top = max(one["level"]["median"]) or 1.0
                shares = [value / top for value in one["level"]["median"]]
            else:
                shares = [float(now) for now in one["given"]]
            holds = one["acts_on"] in HOLDS_BACK
            found.append(parts.drug_line(self.frames, f"drug-{place}-line", way, (end_x, end_y), holds, shares))
        return found


def _place(target: str, sex: str) -> tuple[str, str]:
    """The side on which a drug's line runs, and the box where it ends."""
    if target == "gonads":
        return "right", "lh" if sex == "male" else "estradiol"
    side = "left" if target in ("aromatase", "rankl", "osteoclasts", "testosterone") else "right"
    return side, target if target != "testosterone" or sex == "male" else "aromatase"
