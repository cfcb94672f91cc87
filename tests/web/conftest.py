"""One server and one browser for all tests of the pages; nothing but this machine is ever reached."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

uvicorn = pytest.importorskip("uvicorn", reason="the pages need the libraries of osteocast[web]")
playwright_api = pytest.importorskip("playwright.sync_api", reason="the pages are tested in a browser")

CHROMIUM = os.environ.get("OSTEOCAST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
LONG_MS = 120_000
"""The first forecast may compile the model."""


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a running server, as `osteocast serve` starts it."""
    from osteocast.web import create_app

    listening = socket.socket(proto=socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen(64)
    config = uvicorn.Config(create_app(), log_level="warning", access_log=False, server_header=False)
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    for _ in range(600):
        if running.started:
            break
        time.sleep(0.05)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    running.should_exit = True
    thread.join(timeout=20)


@pytest.fixture(scope="session")
def http(server: str) -> Iterator[httpx.Client]:
    """A client without a browser."""
    with httpx.Client(base_url=server, timeout=LONG_MS / 1000) as client:
        yield client


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium."""
    if CHROMIUM is None:
        pytest.fail("chromium was not found; install it (Debian and Ubuntu: apt install chromium)")
    with playwright_api.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Any, server: str) -> Iterator[Callable[..., Any]]:
    """`open_page("/", width=390, dark=True)`: a page of a fresh profile. A request that would leave this machine, an
    error in a script or a breach of the content security policy fails the test."""
    wrong: list[str] = []
    with contextlib.ExitStack() as opened:

        def ask(path: str = "/", width: int = 1280, dark: bool = False, scripts: bool = True) -> Any:
            context = browser.new_context(
                base_url=server,
                viewport={"width": width, "height": 900},
                color_scheme="dark" if dark else "light",
                java_script_enabled=scripts,
                bypass_csp=False,
            )
            opened.callback(context.close)
            context.set_default_timeout(LONG_MS)
            page = context.new_page()
            page.on("request", lambda one: _own(one.url, server, wrong))
            page.on("pageerror", lambda error: wrong.append(f"script: {error}"))
            page.on("console", lambda said: wrong.append(f"console: {said.text}") if said.type == "error" else None)
            page.goto(path)
            return page

        yield ask
    assert not wrong, wrong


def _own(url: str, server: str, wrong: list[str]) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("data", "blob", "about") and parts.netloc != urlsplit(server).netloc:
        wrong.append(f"a request left this machine: {url}")
