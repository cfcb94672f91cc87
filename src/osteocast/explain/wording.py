"""How names are compared, and how numbers and the quality of a source are put into words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from osteocast.parameters.schema import QUALITIES

QUALITY = {
    "fulltext": "full text read",
    "abstract": "abstract read",
    "label": "drug label read",
    "secondary": "read in another source, not in the original",
    "derived": "worked out here from other numbers",
    "memory": "from memory, source not seen",
}
CODE_QUALITY = {
    "A": "seen in a primary list",
    "B": "seen in an abstract",
    "C": "seen in a third-party copy",
    "D": "worked out here",
    "M": "from memory, source not seen",
}
BASIS = {
    "measured": "measured",
    "fitted": "fitted to published results, from a prior",
    "assumed": "assumed",
}
Z90 = 1.645
"""Standard deviations on either side that hold 90 % of a normal distribution."""


def normal(name: str) -> str:
    """A name as it is compared: case, spaces, underscores and hyphens do not count."""
    return re.sub(r"[\s_\-\u2010-\u2015]+", "", name).casefold()


def quality_words(quality: str) -> str:
    """How a source was read, in words; an empty or unknown grade is said to be so."""
    return QUALITY.get(quality, f"quality '{quality}'" if quality else "quality not recorded")


def qualities_words(qualities: Iterable[str]) -> str:
    """The same for numbers of several grades, best first; grades outside the list come last."""
    order = {grade: i for i, grade in enumerate(QUALITIES)}
    grades = sorted(set(qualities), key=lambda grade: (order.get(grade, len(order)), grade))
    if len(grades) == 1:
        return quality_words(grades[0])
    return "differs by number: " + "; ".join(quality_words(grade) for grade in grades)


def figure(value: float, digits: int = 4) -> str:
    """A number with so many significant digits, without trailing noughts and, where short, without powers."""
    if not math.isfinite(value) or not value or not 1e-5 <= abs(value) < 1e7:
        return f"{value:.{digits}g}"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{round(value, decimals):.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def with_unit(value: float, unit: str) -> str:
    """A number with its unit; the unit of a pure number is left out."""
    return figure(value) if unit in ("", "1") else f"{figure(value)} {unit}"


def interval(centre: float, log_sd: float) -> tuple[float, float]:
    """Bounds that hold 90 % of a log-normal distribution: centre times exp(-+1.645 sd)."""
    return centre * math.exp(-Z90 * log_sd), centre * math.exp(Z90 * log_sd)


def check_words(check: Mapping[str, Any]) -> str:
    """A row of `drugs/monitoring.csv` in words: when, whom, what is asked, the limit, what it changes, the source.

    Args:
        check: the row as plain data, as `Check.to_dict` gives it.
    """
    limit = f" Limit: {check['threshold']}." if check["threshold"] else ""
    note = f" {check['note']}" if check["note"] else ""
    statement = check["kind"] == "statement"
    read = "" if statement and check["quality"] == "derived" else f"; {quality_words(check['quality'])}"
    source = f"[{check['citation']}{read}]"
    if statement:
        return f"{check['question']} {check['changes']}{note} {source}"
    head = f"{check['title'][0].upper()}{check['title'][1:]}, {check['when']}, {check['whom']}:"
    return f"{head} {check['question']}{limit} {check['changes']}{note} {source}"


def sentence(text: str) -> str:
    """The first sentence of the first paragraph of a text, on one line."""
    one_line = " ".join(re.split(r"\n\s*\n", text.strip())[0].split())
    found = re.match(r".*?(?<!\b[A-Z])[.!?](?=\s|$)", one_line)
    return found.group(0) if found else one_line
