"""What every request and answer must keep to: own host and origin, bodies of bounded size and depth, nothing from
outside, nothing kept by the browser.

The application runs on the user's own machine, so the danger is another page in the same browser that talks to it:
the host is checked (a foreign name that resolves to this machine is refused), and so is the origin of what is sent.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from contextvars import ContextVar
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'"
)
"""Of the report, one file with its style sheet inside and no script."""
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
SHARED: ContextVar[bool] = ContextVar("shared", default=False)
"""Whether the server that answers now can be reached from other machines."""
MOST_BYTES = 256 * 1024
"""Largest body that is read: a case with hundreds of results is far smaller."""
DEEPEST = 20
"""Deepest nesting of a JSON body."""
LONGEST_PATH = 2000


class Guard:
    """Refuses what cannot be a request of our own pages, and puts the safe headers on every answer.

    Args:
        app: what answers.
        hosts: names by which this machine may be called, without port.
    """

    def __init__(self, app: App, hosts: Iterable[str] = LOOPBACK) -> None:
        self.app, self.hosts = app, frozenset(hosts)
        self.shared = not all(is_loopback(one) for one in self.hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        SHARED.set(self.shared)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message.get("headers", ())}
                more = [(k.encode(), v.encode()) for k, v in HEADERS.items() if k.encode() not in given]
                kept = [(name, value) for name, value in message.get("headers", ()) if name != b"server"]
                message = {**message, "headers": [*kept, *more]}
            await send(message)

        refused = self._refused(scope)
        if refused is not None:
            await _answer(with_headers, *refused)
            return
        if scope["method"] in ("GET", "HEAD", "OPTIONS", "DELETE"):
            await self.app(scope, receive, with_headers)
            return
        body = await _read(receive)
        if body is None:
            await _answer(with_headers, 413, "body", f"it is larger than {MOST_BYTES // 1024} KiB", "send less")
            return
        if _is_json(scope) and deeper_than(body, DEEPEST):
            await _answer(with_headers, 400, "body", f"it is nested deeper than {DEEPEST} levels", "flatten it")
            return
        await self.app(scope, _once(body, receive), with_headers)

    def _refused(self, scope: Scope) -> tuple[int, str, str, str] | None:
        """Why a request is refused before its body is read: status, where, what, fix."""
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1")
        if host_name(host) not in self.hosts:
            return 400, "host", f"this server is not {host[:80]!r}", "open the address that osteocast serve printed"
        origin = headers.get(b"origin", b"").decode("latin-1")
        site = headers.get(b"sec-fetch-site", b"")
        # A form of our own pages, which send no referrer, comes with the origin "null"; the browser says whose it is.
        ours = not origin or (site == b"same-origin" if origin == "null" else origin.partition("://")[2] == host)
        if scope["method"] != "GET" and (not ours or site == b"cross-site"):
            return 403, "origin", "another page sent this", "use the page of osteocast itself"
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LONGEST_PATH:
            return 414, "address", "it is too long", "send what it holds in the body"
        return None


def is_loopback(name: str) -> bool:
    """Whether a name, or an address, is of this machine alone."""
    try:
        return name in LOOPBACK or ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def host_name(host: str) -> str:
    """The name in a Host header, without port and in small letters."""
    name = host.rsplit(":", 1)[0] if not host.endswith("]") and ":" in host else host
    return name.lower()


def deeper_than(body: bytes, levels: int) -> bool:
    """Whether JSON text nests deeper than so many levels; brackets inside strings do not count."""
    depth, inside, escaped = 0, False, False
    for byte in body:
        if inside:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                inside = False
        elif byte == 0x22:
            inside = True
        elif byte in (0x5B, 0x7B):
            depth += 1
            if depth > levels:
                return True
        elif byte in (0x5D, 0x7D):
            depth -= 1
    return False


def _is_json(scope: Scope) -> bool:
    kind: bytes = dict(scope["headers"]).get(b"content-type", b"").split(b";")[0].strip().lower()
    return kind == b"" or kind.endswith(b"json")


async def _read(receive: Receive) -> bytes | None:
    """The whole body; None where it is too large, whatever length was announced."""
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            break
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MOST_BYTES:
            return None
        more = message.get("more_body", False)
    return b"".join(parts)


def _once(body: bytes, receive: Receive) -> Receive:
    """The body that was read, then whatever the server has to say."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _answer(send: Send, status: int, where: str, what: str, fix: str) -> None:
    content = json.dumps({"error": {"where": where, "what": what, "fix": fix, "why": ""}}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
