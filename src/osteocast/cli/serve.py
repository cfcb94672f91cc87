"""`osteocast serve`: the pages, on this machine only."""

from __future__ import annotations

import errno
import ipaddress
import socket
from typing import Annotated

import typer

PORTS = (1, 65535)
M_ARENA_MAX = -8
"""Of glibc's malloc.h."""


def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen at, one that others can type; anyone in its network may look.")
    ] = ("127.0.0.1"),
    port: Annotated[int, typer.Option(help="Port, 1 to 65535.")] = 8000,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open the browser.")] = False,
) -> None:
    """Open the pages in the browser: one person, the mechanism, trials, evidence. Nothing leaves this machine.

    Example: osteocast serve --port 8080
    """
    from threading import Thread

    from osteocast.cli import output

    listening = listen(host, port)
    share_one_heap()
    with output.libraries("web"):
        import uvicorn

        from osteocast.web.app import create_app, warm
        from osteocast.web.security import LOOPBACK
    names = dict.fromkeys([*LOOPBACK, f"[{host}]" if ":" in host else host.lower()])
    app = create_app(names)
    address = f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}/"
    Thread(target=warm, args=(app,), daemon=True).start()
    _say(address, no_open)
    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, date_header=False)
    uvicorn.Server(config).run(sockets=[listening])


def share_one_heap() -> None:
    """Have all threads of this process share one heap, where the C library is glibc and nothing else was asked for.

    It would give each thread one of several, and each keeps what its largest forecast needed; see docs/web.md.
    """
    import ctypes
    import os
    import sys

    if "MALLOC_ARENA_MAX" in os.environ:
        return
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):
        libc.mallopt(M_ARENA_MAX, 1)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens, before anything slow is loaded.

    Raises:
        OsteocastError: the port is taken, or the host is not one of this machine.
    """
    from osteocast.errors import OsteocastError
    from osteocast.people import checks

    checks.number(port, "--port", *PORTS, fix=f"choose a port from {PORTS[0]} to {PORTS[1]}")
    try:
        found = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE
        )
    except (socket.gaierror, UnicodeError):
        raise OsteocastError(
            f"{host!r} is not an address", where="--host", fix="leave it out, or give 127.0.0.1"
        ) from None
    family, kind, protocol, _, address = found[0]
    if ipaddress.ip_address(str(address[0]).split("%")[0]).is_unspecified:
        what, fix = f"{host!r} is every address at once", "give the one address that others will type"
        raise OsteocastError(what, where="--host", fix=fix, why="requests for any other address are refused")
    # Named, or asyncio takes it for something else than TCP, and each answer waits 40 ms to be acknowledged.
    opened = socket.socket(family, kind, protocol)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(address)
        opened.listen(128)
    except PermissionError:
        opened.close()
        raise OsteocastError(
            f"port {port} is not yours to use", where="--port", fix="choose one from 1024 on"
        ) from None
    except OSError as error:
        opened.close()
        if error.errno == errno.EADDRINUSE:
            what, fix = (
                f"port {port} is taken by another program",
                f"choose another, such as --port {port % 65535 + 1}",
            )
            raise OsteocastError(what, where="--port", fix=fix) from None
        what = f"nothing can listen at {host} ({error.strerror})"
        raise OsteocastError(what, where="--host", fix="leave it out, or give an address of this machine") from None
    return opened


def _say(address: str, no_open: bool) -> None:
    import sys
    import webbrowser
    from threading import Timer

    from osteocast.cli.output import DISCLAIMER

    print(f"osteocast is at {address} (Ctrl-C ends it). {DISCLAIMER}", file=sys.stderr, flush=True)
    if not no_open:
        timer = Timer(0.5, webbrowser.open, [address])
        timer.daemon = True
        timer.start()
