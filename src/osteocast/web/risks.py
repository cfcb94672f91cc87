"""Fractures and harms of 1,000 people: as labelled bars, people, table, sentences; the same numbers in each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from osteocast.drugs.harms import Harm, harms_of
from osteocast.regimen import Regimen
from osteocast.report.charts import style_number
from osteocast.report.levels import Said, capital, fixed, say, term
from osteocast.report.merge import letter
from osteocast.report.twin_risk import HEADLINE, MAIN, PEOPLE, of_1000, sentences
from osteocast.report.words import number
from osteocast.web.wording import say as tell

CATEGORIES = ((100.0, "very_common"), (10.0, "common"), (1.0, "uncommon"), (0.1, "rare"))
"""Least people in 1,000 of each word, as in the European package leaflets; below them all, very rare."""
COLUMNS, ROWS = 50, 20
CELL = 4


@dataclass(frozen=True)
class Bar:
    """One bar: so many of 1,000 people.

    Attributes:
        name: what happens to them.
        letters: strategies, with their styles.
        people: as text.
        between: 90 % interval, or how the figure was read.
        category: word for how common it is; empty where there is no figure.
        share: length as a share of the longest; None where there is no figure.
        year: within how many years, as text.
        benefit: whether it is a fracture, which the strategy is meant to prevent.
    """

    name: Said
    letters: tuple[tuple[str, int], ...]
    people: Said
    between: Said
    category: Said
    share: float | None
    year: str
    benefit: bool


@dataclass(frozen=True)
class People:
    """1,000 people drawn one by one."""

    letter: str
    style: int
    svg_struck: str
    svg_spared: str
    label: Said


@dataclass(frozen=True)
class Risks:
    """Everything the card of risks shows."""

    fractures: tuple[tuple[Said, tuple[Bar, ...]], ...]
    harms: tuple[Bar, ...]
    people: tuple[People, ...]
    sentences: tuple[Said, ...]
    year: int


def category(people: float | None) -> Said:
    """The word for how common it is, of people in 1,000."""
    if people is None:
        return fixed("")
    name = next((name for least, name in CATEGORIES if people >= least), "very_rare")
    return tell(f"category.{name}")


def risks(blocks: Sequence[Mapping[str, Any]]) -> Risks | None:
    """What the strategies do and bring; None where no fracture was reckoned.

    Args:
        blocks: the strategies, with `fracture` and `regimen`.
    """
    counted = [(k, one) for k, one in enumerate(blocks) if one.get("fracture")]
    if not counted:
        return None
    year = int(counted[0][1]["fracture"][HEADLINE]["years"][-1])
    found = list(_harms(blocks))
    shown = [PEOPLE * one["fracture"][name]["probability"][-1]["median"] for _, one in counted for name in MAIN]
    longest = max([*shown, *(people for _, _, people in found if people is not None)], default=1.0) or 1.0
    return Risks(
        tuple(
            (capital(term("fracture", name)), tuple(_fracture(k, one, name, longest, year) for k, one in counted))
            for name in MAIN
        ),
        tuple(_harm(one, places, people, longest) for one, places, people in found),
        tuple(_people(k, one, year) for k, one in counted),
        tuple(sentences({"strategies": blocks})),
        year,
    )


def _fracture(k: int, block: Mapping[str, Any], name: str, longest: float, year: int) -> Bar:
    at = block["fracture"][name]["probability"][-1]
    people = PEOPLE * at["median"]
    return Bar(
        capital(term("fracture", name)),
        ((letter(k), style_number(k)),),
        fixed(of_1000(at["median"])),
        say("interval", lo=of_1000(at["lo90"]), hi=of_1000(at["hi90"])),
        category(people),
        people / longest,
        str(year),
        True,
    )


def _harms(blocks: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Harm, list[int], float | None]]:
    """Main harms of the drugs, the most frequent first, with the places of the strategies that bring them; last those
    counted in people with an illness or a procedure of their own, whose number is nobody else's: they get no bar."""
    brought: dict[Harm, list[int]] = {}
    for k, block in enumerate(blocks):
        cards = dict.fromkeys(item.card_id for item in Regimen.parse(block["regimen"]).items)
        for one in dict.fromkeys(harm for card_id in cards for harm in harms_of(card_id)):
            if one.main and one.kind == "harm":
                brought.setdefault(one, []).append(k)

    def rank(one: Harm) -> tuple[bool, float]:
        return one.special, -(one.per_1000 if one.per_1000 is not None else -1.0)

    for one in sorted(brought, key=rank):
        yield one, brought[one], None if one.special else one.per_1000


def _harm(one: Harm, places: Sequence[int], people: float | None, longest: float) -> Bar:
    figure = tell("risks.no_figure")
    if one.per_1000 is not None:
        text = of_1000(one.per_1000 / PEOPLE)
        figure = say("risk.about", people=text) if one.remembered else fixed(text)
    quality = term("quality", one.quality)
    about = "; ".join(filter(None, (one.over or one.drug, one.population)))
    between = Said(*(f"{about}; {words}" for words in quality))
    return Bar(
        fixed(one.plain),
        tuple((letter(k), style_number(k)) for k in places),
        figure,
        between,
        category(people),
        None if people is None else people / longest,
        one.over,
        False,
    )


def _people(k: int, block: Mapping[str, Any], year: int) -> People:
    median = block["fracture"][HEADLINE]["probability"][-1]["median"]
    struck = round(PEOPLE * median)
    return People(
        letter(k),
        style_number(k),
        _dots(0, struck),
        _dots(struck, PEOPLE),
        tell(
            "people.label", letter=letter(k), struck=str(struck), spared=number(PEOPLE - struck, 0), years=str(year)
        ),
    )


def _dots(first: int, last: int) -> str:
    """A path of round dots, one a person, row by row."""
    half = CELL / 2
    return "".join(f"M{CELL * (i % COLUMNS) + half:g} {CELL * (i // COLUMNS) + half:g}h0" for i in range(first, last))
