"""What a record of the glossary or of the statements must hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from osteocast.errors import OsteocastError, nearest
from osteocast.parameters.schema import QUALITIES


def check_fields(raw: Mapping[str, Any], required: Sequence[str], optional: Sequence[str], where: str) -> None:
    """Refuse a record with a field that does not exist, or without one that it needs.

    Args:
        raw: the record.
        required: fields that must be there and say something.
        optional: fields that may be there.
        where: file and record, for messages.

    Raises:
        OsteocastError: a field is missing or unknown.
    """
    known = (*required, *optional)
    for key in raw:
        if key not in known:
            close = nearest(str(key), known)
            fix = f"write '{close}'" if close else f"use one of {', '.join(known)}"
            raise OsteocastError(f"unknown field '{key}'", where=where, fix=fix)
    for key in required:
        if not raw.get(key):
            raise OsteocastError(f"'{key}' is missing", where=where, fix=f"add a line '{key}: ...'")


def check_quality(quality: str, where: str) -> None:
    """Refuse a grade of how a source was read that does not exist.

    Args:
        quality: the grade.
        where: file and record, for messages.

    Raises:
        OsteocastError: it is none of `QUALITIES`.
    """
    if quality not in QUALITIES:
        fix = f"use one of {', '.join(QUALITIES)}"
        raise OsteocastError(f"quality '{quality}' is unknown", where=where, fix=fix)
