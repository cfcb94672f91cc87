"""Text files that people give: read whole, with an error that says what to do about one that cannot be read."""

from __future__ import annotations

from pathlib import Path

from osteocast.errors import OsteocastError, nearest


def read_text(path: Path, *, ending: str, expected: str, name: str, example: str) -> str:
    """The text of a file in UTF-8, with or without a byte order mark.

    Args:
        path: the file.
        ending: such as `.toml`; where the file is missing, a like name with this ending in its folder is proposed.
        expected: what the file should be, such as `a design`.
        name: what to name instead of a folder, such as `the YAML file`.
        example: where to see the form, as the end of a sentence.

    Raises:
        OsteocastError: there is no such file, or it cannot be read as text.
    """
    where = str(path)
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        beside = [one.name for one in path.parent.glob(f"*{ending}")] if path.parent.is_dir() else []
        close = nearest(path.name, beside)
        what = "there is no such file"
        fix = f"did you mean {path.parent / close}" if close else "check the name and the folder"
    except IsADirectoryError:
        what, fix = f"this is a folder, not {expected}", f"name {name}"
    except UnicodeDecodeError:
        what, fix = "this is not a text file in UTF-8", f"save it as UTF-8; {example}"
    except OSError as error:
        what, fix = f"it cannot be read ({error.strerror})", "check its permissions"
    raise OsteocastError(what, where=where, fix=fix)
