"""A case: a person, up to four strategies, how long; as a file, and as the fragment of a link.

The fragment (`#case=...`) holds the whole case, compressed. Browsers do not send fragments, so no log of a server
ever sees it.
"""

from __future__ import annotations

import base64
import binascii
import json
import tomllib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from osteocast.errors import OsteocastError
from osteocast.people import checks
from osteocast.web.fields import MOST_STRATEGIES
from osteocast.web.security import DEEPEST, deeper_than

SCHEMA = 1
KEYS = ("schema", "person", "strategies", "years")
LONGEST = 64 * 1024
"""Longest text of a case, unpacked."""
LONGEST_STRATEGY = 1000


@dataclass(frozen=True)
class Case:
    """What the person page shows.

    Attributes:
        person: laid out as a person's file, see `people.files`; results may have `year` (years from the start of
            treatment) in place of a date.
        strategies: sentences, what happens from the start on; the first is what was taken until later results.
        years: how long.
    """

    person: Mapping[str, Any]
    strategies: tuple[str, ...] = ()
    years: int = 10

    def to_dict(self) -> dict[str, Any]:
        """As in the file."""
        return {
            "schema": SCHEMA,
            "person": plain(self.person),
            "strategies": list(self.strategies),
            "years": self.years,
        }


def plain(value: Any) -> Any:
    """Without dates, which JSON does not know, and without what is not given."""
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items() if one not in (None, "", [], {})}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def from_dict(table: Any) -> Case:
    """A case from data: a case, or a person alone.

    Raises:
        OsteocastError: it is neither.
    """
    if not isinstance(table, dict):
        raise OsteocastError("this is not a case", where="file", fix="give a person's file or a saved case")
    if "person" not in table:
        planned = table.get("planned")
        return Case(table, (planned,) if isinstance(planned, str) else ())
    checks.only_keys(table, KEYS, "case")
    person, strategies = table["person"], table.get("strategies", [])
    if not isinstance(person, dict):
        raise OsteocastError("person is not a table", where="person", fix="lay it out as a person's file")
    if not isinstance(strategies, list) or not all(isinstance(one, str) for one in strategies):
        raise OsteocastError("strategies are not a list of sentences", where="strategies", fix='give ["none"]')
    if len(strategies) > MOST_STRATEGIES or any(len(one) > LONGEST_STRATEGY for one in strategies):
        fix = f"keep at most {MOST_STRATEGIES} of at most {LONGEST_STRATEGY} letters"
        raise OsteocastError("these are too many strategies, or too long ones", where="strategies", fix=fix)
    years = checks.number(table.get("years", 10), "years", 1, 40)
    return Case(person, tuple(strategies), int(years))


def read(text: str) -> Case:
    """A case from the text of a file: TOML of a person, JSON of a person or of a saved case.

    Raises:
        OsteocastError: it is none of these, or too large.
    """
    if len(text) > LONGEST:
        raise OsteocastError("the file is too large", where="file", fix="choose a person's file or a saved case")
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        return from_dict(_json(text, "file"))
    try:
        return from_dict(tomllib.loads(text.lstrip("\ufeff").replace("\r\n", "\n")))
    except (ValueError, RecursionError) as error:
        if isinstance(error, OsteocastError):
            raise
        fix = "correct that line, or choose a person's file (TOML) or a saved case (JSON)"
        raise OsteocastError(f"this is not valid TOML: {error}", where="file", fix=fix) from None


def packed(case: Case) -> str:
    """The case as the fragment of a link, without `#case=`."""
    text = json.dumps(case.to_dict(), separators=(",", ":"), ensure_ascii=False)
    squeezed = zlib.compress(text.encode(), 9, -15)
    return base64.urlsafe_b64encode(squeezed).decode().rstrip("=")


def unpacked(fragment: str) -> Case:
    """The case of a link.

    Raises:
        OsteocastError: the link is damaged.
    """
    damaged = OsteocastError("the link is damaged", where="link", fix="copy the whole of it once more")
    try:
        squeezed = base64.b64decode(fragment + "=" * (-len(fragment) % 4), altchars=b"-_", validate=True)
        unpacker = zlib.decompressobj(-15)
        text = unpacker.decompress(squeezed, LONGEST)
        if not unpacker.eof:
            raise damaged
        return from_dict(_json(text.decode(), "link"))
    except (binascii.Error, ValueError, zlib.error) as error:
        if isinstance(error, OsteocastError):
            raise
        raise damaged from None


def _json(text: str, where: str) -> Any:
    if deeper_than(text.encode(errors="replace"), DEEPEST):
        raise OsteocastError("it is nested too deeply", where=where, fix="choose a saved case")
    try:
        found = json.loads(text)
        json.dumps(found, ensure_ascii=False).encode()  # half a surrogate pair could not be sent back
        return found
    except (ValueError, RecursionError) as error:
        raise OsteocastError(f"this is not valid JSON: {error}", where=where, fix="choose a saved case") from None
