"""What all commands do with results: JSON on stdout, tables, files written whole or not at all."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from osteocast.errors import OsteocastError
from osteocast.report import words

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

DISCLAIMER = words.DISCLAIMER
NARROW = 80


class Stopped(Exception):
    """Ctrl-C in a command that says itself what is left behind."""


def print_json(content: Any) -> None:
    """Print data for other programs; stdout holds nothing else. Where it is not UTF-8, letters beyond ASCII are
    written as JSON escapes, so that none is lost."""
    everything = (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")
    sys.stdout.write(as_json(content, ascii_only=not everything))


def as_json(content: Any, *, ascii_only: bool = False) -> str:
    """JSON without NaN, which other readers would refuse."""
    return json.dumps(content, ensure_ascii=ascii_only, allow_nan=False) + "\n"


def console() -> Console:
    """The terminal, at least 80 columns wide."""
    from rich.console import Console

    found = Console()
    return found if found.width >= NARROW else Console(width=NARROW)


def plain_table(texts: Iterable[str] = (), numbers: Iterable[str] = (), **more: Any) -> Table:
    """A table without lines, as every command prints it.

    Args:
        texts: names of the first columns, whose words may fold.
        numbers: names of the columns after them, to the right and never folded.
        more: for `rich.table.Table`.
    """
    from rich.table import Table

    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold", **more)
    for name in texts:
        table.add_column(name, overflow="fold")
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def with_disclaimer(make: Callable[[], RenderableType]) -> Callable[[Console], None]:
    """What `deliver` shows: what `make` gives, and beneath it the disclaimer."""

    def show(console: Console) -> None:
        console.print(make())
        console.print(DISCLAIMER, style="dim")

    return show


def deliver(
    result: Any,
    show: Callable[[Console], None],
    *,
    name: str,
    out: Path | None,
    json: bool,
    page: Callable[[Any], str] | None = None,
    paper: Callable[[Any], bytes] | None = None,
) -> None:
    """Hand over what a command has computed: as files, then on the terminal or as JSON.

    Args:
        result: what the JSON holds.
        show: prints it on the terminal, where no JSON is wanted.
        name: name of the files, without ending.
        out: folder for them; None for none.
        json: whether stdout gets JSON.
        page: makes the HTML file of the result, for commands that have one.
        paper: makes the PDF file, for commands that have one.

    Raises:
        OsteocastError: the files cannot be written.
    """
    written: list[Path] = []
    if out is not None:
        contents: dict[str, str | bytes] = {} if page is None else {f"{name}.html": page(result)}
        if paper is not None:
            contents[f"{name}.pdf"] = paper(result)
        written = write_files(out, contents | {f"{name}.json": as_json(result)})
    if json:
        print_json(result)
    else:
        show(console())
    if written:
        say_written(written)


def usable_folder(folder: Path | None) -> None:
    """Make sure that results can be written, before they are computed and without writing.

    Args:
        folder: where they will go; it may not exist yet.

    Raises:
        OsteocastError: it is a file, or lies where nothing can be written.
    """
    if folder is None:
        return
    there = folder.absolute()
    while not there.exists() and there.parent != there:
        there = there.parent
    if not there.is_dir():
        raise OsteocastError(f"{there} is a file, not a folder", where="--out", fix="name another folder")
    if not os.access(there, os.W_OK | os.X_OK):
        raise OsteocastError(
            f"nothing can be written in {there}", where="--out", fix="name another folder, or change its permissions"
        )


def write_files(folder: Path, contents: Mapping[str, str | bytes]) -> list[Path]:
    """Write several files, each whole or not at all.

    Args:
        folder: made if it is missing.
        contents: text, or the bytes of a file that is not text, by file name.

    Returns:
        The files.

    Raises:
        OsteocastError: they cannot be written.
    """
    partial: dict[Path, Path] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in contents.items():
            handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{name}.")
            partial[Path(temporary)] = folder / name
            with os.fdopen(handle, "wb") as file:
                file.write(text.encode("utf-8") if isinstance(text, str) else text)
            os.chmod(temporary, 0o644)
        for temporary_path, path in partial.items():
            os.replace(temporary_path, path)
    except OSError as error:
        for temporary_path in partial:
            temporary_path.unlink(missing_ok=True)
        raise OsteocastError(
            f"{folder} cannot be written ({error.strerror})", where="--out", fix="name another folder"
        ) from None
    return list(partial.values())


def say_written(paths: list[Path]) -> None:
    """Name what was written, on stderr, so that stdout stays clean."""
    print("Written: " + ", ".join(str(path) for path in paths), file=sys.stderr)


@contextmanager
def libraries(extra: str) -> Iterator[None]:
    """Say how to get a library that a command needs and that is not installed.

    Args:
        extra: the group of libraries in pyproject.toml that has it.

    Raises:
        OsteocastError: a library is missing.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        what = f"the library {error.name} is not installed"
        raise OsteocastError(
            what, where="osteocast", fix=f"install it with pip install 'osteocast[{extra}]'"
        ) from None


def announce_compilation() -> None:
    """Say once, where someone is watching, why the first run takes longer."""
    from osteocast.forecast import stored

    if sys.stderr.isatty():
        stored.on_compile(lambda: print("First run: compiling the model, some ten seconds.", file=sys.stderr))


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr, where someone is watching.

    Args:
        what: what is being done.

    Yields:
        A function that takes how much is done and how much there is.
    """
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
