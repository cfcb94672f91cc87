"""Small checks of single values. Each returns the clean value or raises one sentence that names the field."""

from __future__ import annotations

import datetime as dt
import math
import numbers
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from osteocast.errors import OsteocastError, choices, nearest

_ALL_DIGITS = 1e12


@contextmanager
def located(prefix: str) -> Iterator[None]:
    """Put `prefix` before the place named by any error raised inside."""
    try:
        yield
    except OsteocastError as error:
        raise OsteocastError(error.what, where=f"{prefix}, {error.where}", fix=error.fix, why=error.why) from None


@contextmanager
def renamed(names: Mapping[str, str]) -> Iterator[None]:
    """Name the command-line option instead of the field in any error raised inside.

    Args:
        names: option by field.
    """
    try:
        yield
    except OsteocastError as error:
        field, comma, rest = error.where.partition(",")
        where = names.get(field, field) + comma + rest
        raise OsteocastError(error.what, where=where, fix=error.fix, why=error.why) from None


def number(value: object, where: str, low: float, high: float, unit: str = "", fix: str = "") -> float:
    """A finite number within [low, high], as a float.

    Args:
        value: what was given.
        where: the field.
        low: smallest value accepted, in `unit`.
        high: largest value accepted, in `unit`.
        unit: printed after numbers.
        fix: what to write instead when the value is out of range.
    """
    after = f" {unit}" if unit else ""
    between = f"{_figure(float(low))} to {_figure(float(high))}{after}"
    span = f"from {between}"
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise OsteocastError(f"{value!r} is not a number", where=where, fix=f"write a number {span}")
    try:
        result = float(value)
    except OverflowError:
        result = math.inf
    if not math.isfinite(result):
        raise OsteocastError(f"{result} is not a finite number", where=where, fix=f"write a number {span}")
    if result < low or result > high:
        how = "negative" if result < 0 <= low else f"outside {between}"
        raise OsteocastError(f"{_figure(result)}{after} is {how}", where=where, fix=fix or f"write a number {span}")
    return result


def _figure(value: float) -> str:
    """Whole numbers with all their digits, others in short."""
    return f"{value:.0f}" if value.is_integer() and abs(value) < _ALL_DIGITS else f"{value:g}"


def text(value: object, where: str) -> str:
    """Text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise OsteocastError(f"{value!r} is not a text", where=where, fix="write it between quotation marks")
    return value.strip()


def choice(value: object, where: str, known: Iterable[str]) -> str:
    """One of the known words; capitals do not matter."""
    words = tuple(known)
    if isinstance(value, str) and value.strip().lower() in words:
        return value.strip().lower()
    close = nearest(value, words) if isinstance(value, str) else None
    fix = f"write one of {', '.join(words)}"
    if close:
        fix = choices(words, close)
    raise OsteocastError(f"{value!r} is not known here", where=where, fix=fix)


def flag(value: object, where: str) -> bool:
    """True or false, nothing else."""
    if not isinstance(value, bool):
        raise OsteocastError(
            f"{value!r} is neither true nor false",
            where=where,
            fix="write true or false, without quotation marks",
        )
    return value


def day(value: object, where: str) -> dt.date:
    """A calendar day, from a date or from text such as 2025-03-11."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value.strip())
        except ValueError:
            pass
    raise OsteocastError(f"{value!r} is not a date", where=where, fix="write year-month-day, such as 2025-03-11")


def only_keys(
    table: Mapping[str, object], known: Iterable[str], where: str, meant: Mapping[str, str] | None = None
) -> None:
    """Refuse a key that nobody reads, and name the nearest one that is read."""
    words = tuple(known)
    for key in table:
        if key in words:
            continue
        close = (meant or {}).get(key) or nearest(key, words)
        raise OsteocastError(f"the key {key!r} is not known", where=where, fix=choices(words, close))
