"""Lines of a NONMEM-style table, each with the place where it stands in the file."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TextIO

from osteocast.errors import OsteocastError
from osteocast.exchange.compartments import COLUMNS, DOSE, OBSERVED, OTHER, Compartment, compartment
from osteocast.text_files import read_text

REQUIRED = ("ID", "TIME", "CMT", "AGE", "SEX")
MISSING = frozenset({"", ".", "na", "n/a", "nan", "null", "none"})
"""What counts as an empty cell, whatever its case."""
_COMMENT = re.compile(r"(^|\s)#.*", re.DOTALL)


class Record:
    """One line of a table, its cells read on demand.

    Attributes:
        line: number of the line in the file, counted from 1 with comments and blank lines.
        where: file and line, for messages.
    """

    def __init__(self, cells: Mapping[str, str], line: int, path: Path) -> None:
        """Keep the cells that hold something."""
        self._cells = {name: cell for name, cell in cells.items() if cell.lower() not in MISSING}
        self.line, self.where = line, f"{path}, line {line}"

    def has(self, name: str) -> bool:
        """Whether the cell holds something."""
        return name in self._cells

    def text(self, name: str) -> str:
        """The cell as text; an error when it is empty."""
        if name not in self._cells:
            raise OsteocastError(f"{name} is missing", where=self.where, fix=f"give {name} in this record")
        return self._cells[name]

    def number(self, name: str, default: float | None = None) -> float:
        """The cell as a number; an error when it is none, or when it is empty and there is no default."""
        if default is not None and not self.has(name):
            return default
        text = self.text(name)
        try:
            found = float(text)
        except ValueError:
            found = math.nan
        if not math.isfinite(found):
            raise OsteocastError(f"{name} '{text}' is not a number", where=self.where, fix="write a number or '.'")
        return found

    @property
    def event(self) -> int:
        """EVID; without that column what AMT says."""
        default = DOSE if self.has("AMT") and self.number("AMT") > 0.0 else OBSERVED
        found = self.number("EVID", default)
        if found not in (OBSERVED, DOSE, OTHER):
            raise OsteocastError(f"EVID {found:g} is not used here", where=self.where, fix="write 0, 1 or 2")
        return int(found)

    @property
    def compartment(self) -> Compartment:
        """The drug or quantity that CMT names."""
        return compartment(self.text("CMT"), self.where)


def read_records(path: Path) -> list[Record]:
    """Records of a comma-separated file, in its order.

    Blank lines, lines that begin with '#' and what follows ' #' are comments.

    Raises:
        OsteocastError: the file cannot be read, a column is missing or there twice, a line has too many cells, or
            there are no records.
    """
    example = f"it has a line of names, {', '.join(REQUIRED)} among them, and records with commas between"
    text = read_text(path, ending=".csv", expected="a table", name="the CSV file", example=example)
    try:
        lines = list(_lines(io.StringIO(text, newline="")))
    except csv.Error as error:
        raise OsteocastError(
            f"the table cannot be read ({error})",
            where=str(path),
            fix="give a comma-separated file with a line of names",
        ) from None
    if not lines:
        raise OsteocastError("the table is empty", where=str(path), fix="give a line of names and records")
    names = [name.upper() for name in lines[0][1]]
    _check_names([name for name in names if name], path)
    records = []
    for number, cells in lines[1:]:
        if any(cells[len(names) :]):
            what = f"there are {len(cells)} cells for {len(names)} columns"
            raise OsteocastError(what, where=f"{path}, line {number}", fix="take out the comma that is too many")
        records.append(Record(dict(zip(names, cells, strict=False)), number, path))
    if not records:
        raise OsteocastError("the table has no records", where=str(path), fix="add dose and observation records")
    return records


def _lines(file: TextIO) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each line that says something."""
    # a comment may hold a quotation mark that would open a cell: it is blanked, so that it still counts as a line
    reader = csv.reader(
        ("\n" if line.lstrip().startswith("#") else line for line in file), skipinitialspace=True, strict=True
    )
    for row in reader:
        cells = []
        for cell in row:
            kept = _COMMENT.sub("", cell)
            cells.append(kept.strip())
            if kept != cell:
                break
        if any(cells):
            yield reader.line_num, cells


def _check_names(names: list[str], path: Path) -> None:
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise OsteocastError(f"column {doubled[0]} is there twice", where=str(path), fix="keep one of the two")
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        fix = "add it; known columns are " + ", ".join(COLUMNS)
        raise OsteocastError(f"column {', '.join(missing)} is missing", where=str(path), fix=fix)
