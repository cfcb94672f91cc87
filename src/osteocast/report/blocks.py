"""What a report is made of: sections of paragraphs, lists, tables and charts, each text at three reading levels.

Screen and paper are drawn from the same blocks, so they cannot say different things.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from osteocast.report.levels import Said, fixed


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `tone` is empty, `note`, `warn` or `quoted` (the words of a source)."""

    text: Said
    tone: str = ""
    kind: str = "paragraph"


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of texts; `tone` as of a paragraph."""

    items: tuple[Said, ...]
    ordered: bool = False
    tone: str = ""
    kind: str = "listing"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: a text, smaller lines beneath it, and what marks it.

    Attributes:
        text: what it says.
        small: smaller lines.
        badge: class of the badge that the text is shown as; empty for none.
        letter: letter of a strategy that stands before it.
        style: colour and dash of that letter, or colour of the bar, from 1.
        bar: length of a bar beneath it as a share of the longest; None for no bar.
        tone: `quoted` for the words of a source.
    """

    text: Said
    small: tuple[Said, ...] = ()
    badge: str = ""
    letter: str = ""
    style: int = 0
    bar: float | None = None
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first cell of each row names it.

    Attributes:
        caption: what it shows.
        head: names of the columns.
        rows: the cells, one tuple a row.
        align: `l` or `r` for each column; by default words first and then numbers.
        widths: relative widths of the columns on paper; empty for equal ones.
    """

    caption: Said
    head: tuple[Said, ...]
    rows: tuple[tuple[Cell, ...], ...]
    align: str = ""
    widths: tuple[float, ...] = ()
    kind: str = "table"


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing with its heading and, in words, what it shows."""

    heading: Said
    svg: str
    about: str
    note: Said = fixed("")
    kind: str = "chart"


@dataclass(frozen=True, slots=True)
class Charts:
    """Drawings beside one another."""

    charts: tuple[Chart, ...]
    kind: str = "charts"


@dataclass(frozen=True, slots=True)
class Heading:
    """The name of a part of a section."""

    text: Said
    kind: str = "heading"


@dataclass(frozen=True, slots=True)
class More:
    """Blocks that the screen folds away and paper shows small, or leaves out where they repeat what a chart shows."""

    summary: Said
    blocks: tuple[Block, ...]
    on_paper: bool = True
    kind: str = "more"


Block = Paragraph | Listing | Table | Charts | Heading | More


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report with a name of its own."""

    key: str
    title: Said
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A report: the letter, which fills one page, and the sections.

    Attributes:
        title: of the document.
        head: whom it is about.
        facts: a few facts of the person.
        date: day of the forecast, as written in a letter.
        letter: sections of the first page.
        sections: what follows it.
        disclaimer: what each page says.
        labels: further words of the page, by name.
    """

    title: Said
    head: str
    facts: tuple[str, ...]
    date: str
    letter: tuple[Section, ...]
    sections: tuple[Section, ...]
    disclaimer: str
    labels: dict[str, Said]


def table(
    caption: Said,
    head: Sequence[Said],
    rows: Iterable[tuple[Cell, ...]],
    align: str = "",
    widths: Sequence[float] = (),
) -> Table:
    """A table; without `align` the first column holds words and the others numbers."""
    columns = len(head)
    sides = align or "l" + "r" * (columns - 1)
    return Table(caption, tuple(head), tuple(rows), (sides * columns)[:columns], tuple(widths))


def text(words: Said, tone: str = "") -> Paragraph:
    """A paragraph."""
    return Paragraph(words, tone)


def cell(words: Said | str, *small: Said | str, **more: Any) -> Cell:
    """A cell of a table; plain strings are the same at every level, `more` goes to `Cell`."""
    main, *rest = (one if isinstance(one, Said) else fixed(one) for one in (words, *small))
    return Cell(main, tuple(one for one in rest if any(one)), **more)


def unbroken(text: str) -> str:
    """With each per cent sign held to its number."""
    return text.replace(" %", "\N{NO-BREAK SPACE}%")


def resolved(value: Any, level: str) -> Any:
    """Blocks as plain data at one reading level, for a writer that knows no levels."""
    if isinstance(value, Said):
        return unbroken(value.at(level))
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    if isinstance(value, dict):
        return {key: resolved(one, level) for key, one in value.items()}
    if isinstance(value, Sequence):
        return [resolved(one, level) for one in value]
    return {name: resolved(getattr(value, name), level) for name in value.__slots__}
