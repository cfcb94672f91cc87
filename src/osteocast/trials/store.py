"""Trial results on disk: a Parquet data set of three tables, each file whole or not there at all.

The bytes of a file follow from its rows and the version of pyarrow alone: fixed compression and row groups, no
times. Files are made in memory (a chunk is small), written beside their place, flushed to the disk and renamed.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from osteocast.errors import OsteocastError
from osteocast.trials.chunk import Tables

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

TABLES = ("people", "visits", "events")
TEMPORARY = ".tmp"
ROW_GROUP = 65_536
KINDS = {"person": "uint32", "on_study": "bool", "on_treatment": "bool", "rescued": "bool", "event": "string"}
"""Columns that are not numbers with a fraction."""


def file_of(table: str, arm: str, chunk: int) -> str:
    """Path of a chunk's file inside the folder of results."""
    return f"{table}/arm={arm}/chunk-{chunk:05d}.parquet"


def schema(columns: Iterable[str]) -> dict[str, str]:
    """Type of each column by name."""
    return {name: KINDS.get(name, "double") for name in columns}


def encode(tables: Tables) -> dict[str, bytes]:
    """The three tables of a chunk as the bytes of Parquet files. Not a number becomes null."""
    return {name: _parquet(getattr(tables, name)) for name in TABLES}


def _parquet(columns: Mapping[str, np.ndarray]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays = [pa.array(values, type=_type(pa, name), from_pandas=True) for name, values in columns.items()]
    buffer = pa.BufferOutputStream()
    pq.write_table(
        pa.Table.from_arrays(arrays, names=list(columns)),
        buffer,
        compression="zstd",
        row_group_size=ROW_GROUP,
        use_dictionary=["event"] if "event" in columns else False,
        write_statistics=True,
        version="2.6",
        data_page_version="1.0",
    )
    return buffer.getvalue().to_pybytes()  # type: ignore[no-any-return]


def _type(pa: Any, name: str) -> pa.DataType:
    return {"uint32": pa.uint32(), "bool": pa.bool_(), "string": pa.string(), "double": pa.float64()}[
        KINDS.get(name, "double")
    ]


@contextlib.contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """What goes wrong on the disk, in one sentence."""
    try:
        yield
    except OSError as error:
        why = error.strerror or str(error)
        raise OsteocastError(
            f"it cannot be written ({why})",
            where=str(folder),
            fix="make room or choose another folder, then run the same command again: finished parts are kept",
        ) from None


def write(path: Path, content: bytes) -> None:
    """Write a file whole: a reader, and a run that is killed, sees all of it or nothing.

    Raises:
        OSError: it cannot be written; nothing is left.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}{TEMPORARY}")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        _flush_folder(path.parent)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def _flush_folder(folder: Path) -> None:
    """Make a new name last through a loss of power, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_chunk(folder: Path, arm: str, chunk: int, files: Mapping[str, bytes]) -> None:
    """Write the three files of a chunk; it is finished when all of them are there."""
    for table in TABLES:
        write(folder / file_of(table, arm, chunk), files[table])


def has_chunk(folder: Path, arm: str, chunk: int) -> bool:
    """Whether a chunk of an arm is finished."""
    return all((folder / file_of(table, arm, chunk)).is_file() for table in TABLES)


def remove_leftovers(folder: Path) -> None:
    """Remove what a killed run was writing."""
    for pattern in (f".*{TEMPORARY}", *(f"{table}/arm=*/.*{TEMPORARY}" for table in TABLES)):
        for path in folder.glob(pattern):
            path.unlink(missing_ok=True)


def sha256(path: Path) -> str:
    """Digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(
    folder: Path, table: str, columns: Sequence[str] | None = None, months: Sequence[float] | None = None
) -> pd.DataFrame:
    """A table of results with its column `arm`.

    Args:
        folder: of the results.
        table: people, visits or events.
        columns: those wanted beside `arm`; None = all.
        months: only rows of these months.
    """
    import pyarrow.dataset as ds

    data = ds.dataset(folder / table, format="parquet", partitioning="hive")
    wanted = None if columns is None else list(dict.fromkeys(["arm", *columns]))
    rows = None if months is None else ds.field("month").isin([float(month) for month in months])
    return data.to_table(columns=wanted, filter=rows).to_pandas()
