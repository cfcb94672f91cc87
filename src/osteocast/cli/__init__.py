"""The command line: thin shells over the Python functions."""

from __future__ import annotations

import sys

INTERRUPTED = 130
UNUSABLE = 2
ASCII = {
    "\N{MINUS SIGN}": "-",
    "\N{EN DASH}": "-",
    "\N{HORIZONTAL ELLIPSIS}": "~",
    "\N{NO-BREAK SPACE}": " ",
    "\N{MICRO SIGN}": "u",
    "\N{GREEK SMALL LETTER MU}": "u",
    "\N{SUPERSCRIPT TWO}": "2",
}
"""One sign for another of the same width, so that tables stay straight."""


def main(arguments: list[str] | None = None) -> int:
    """Run `osteocast`; every error is one sentence on stderr.

    Args:
        arguments: those of the command line, without the program's name; by default `sys.argv`.

    Returns:
        The exit code: 0, 2 for input that cannot be used, 130 when interrupted.
    """
    from osteocast.cli.output import Stopped
    from osteocast.errors import OsteocastError

    _printable()
    try:
        from osteocast.cli.app import app

        code = app(args=arguments, prog_name="osteocast", standalone_mode=False)
        sys.stdout.flush()
    except OsteocastError as error:
        return _complain(str(error), UNUSABLE)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        return _closed()
    except Stopped as stopped:
        return _complain(str(stopped), INTERRUPTED)
    except Exception as error:  # usage errors of typer, by what they can do
        if not (hasattr(error, "format_message") and hasattr(error, "exit_code")):
            raise
        command = getattr(getattr(error, "ctx", None), "command_path", "osteocast")
        return _complain(f"{command}: {error.format_message().rstrip('.')}; see '{command} --help'.", UNUSABLE)
    if code == INTERRUPTED:
        return _complain("Stopped; nothing was written.", INTERRUPTED)
    return code if isinstance(code, int) else 0


def _printable() -> None:
    """Let every character through, whatever the terminal can show: what it lacks is replaced by its nearest in ASCII,
    so that a minus stays one, or by a question mark."""
    import codecs
    import io

    def nearest(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeEncodeError):
            raise error
        return "".join(ASCII.get(one, "?") for one in error.object[error.start : error.end]), error.end

    codecs.register_error("osteocast", nearest)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="osteocast")


def _complain(sentence: str, code: int) -> int:
    print(" ".join(sentence.split()), file=sys.stderr)
    return code


def _closed() -> int:
    """The reader of our output has gone, as in `osteocast ... | head`."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
