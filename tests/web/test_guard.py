"""What the server refuses, and the headers of every answer."""

from __future__ import annotations

import json

import pytest

from osteocast.web.security import DEEPEST, MOST_BYTES, deeper_than
from web_harness import WOMAN


@pytest.mark.parametrize("path", ["/", "/static/app.js", "/nowhere", "/api/openapi.json", "/api/nowhere"])
def test_every_answer_has_the_strict_headers(http, path):
    headers = http.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers


def test_pages_have_no_script_and_no_style_inside(http):
    text = http.post("/", data=WOMAN).text
    assert "<style" not in text and " style=" not in text and " onclick" not in text
    assert "<script" in text and all("src=" in one for one in text.split("<script")[1:])


@pytest.mark.parametrize("host", ["osteocast.example", "127.0.0.1.osteocast.example:80", "", "[::2]:80"])
def test_another_host_is_refused(http, host):
    assert http.get("/", headers={"host": host}).status_code == 400


@pytest.mark.parametrize(
    "more",
    [
        {"origin": "http://elsewhere.example"},
        {"origin": "http://[x"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
    ],
)
def test_what_another_page_sends_is_refused(http, more):
    assert http.post("/person", data=WOMAN, headers=more).status_code == 403


def test_large_bodies_are_refused_whatever_length_is_announced(http):
    assert http.post("/person", content=b"x" * (MOST_BYTES + 1)).status_code == 413

    def parts():
        for _ in range(MOST_BYTES // 1024 + 2):
            yield b"x" * 1024

    assert http.post("/api/compare", content=parts(), headers={"content-type": "application/json"}).status_code == 413


def test_deeply_nested_bodies_are_refused(http):
    deep = "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1)
    answer = http.post("/api/compare", content=deep, headers={"content-type": "application/json"})
    assert answer.status_code == 400 and "nested" in answer.json()["error"]["what"]
    bomb = '{"a":' * 20_000 + "1" + "}" * 20_000
    assert http.post("/api/twin", content=bomb, headers={"content-type": "application/json"}).status_code == 400
    assert (
        http.post("/person/load", data={"text": "{" + '"person":' * 1 + "[" * 50 + "]" * 50 + "}"}).status_code == 200
    )


def test_depth_is_counted_outside_strings_only():
    assert not deeper_than(json.dumps({"a": "[" * 100 + '\\"['}).encode(), 1)
    assert deeper_than(b"[[1]]", 1) and not deeper_than(b"[[1]]", 2)


def test_a_packed_bomb_is_refused(http):
    import base64
    import zlib

    bomb = zlib.compress(b'{"person":{"name":"' + b"a" * 10_000_000 + b'"}}', 9, -15)
    link = base64.urlsafe_b64encode(bomb).decode().rstrip("=")
    assert "damaged" in http.post("/person/load", data={"link": link}).text


@pytest.fixture
def broken(monkeypatch):
    """A server of which one page fails."""
    from starlette.testclient import TestClient

    from osteocast.web import create_app
    from osteocast.web.routes import trials

    def fails():
        raise RuntimeError("secret of the inside")

    monkeypatch.setattr(trials, "about", fails)
    return TestClient(create_app(), base_url="http://127.0.0.1", raise_server_exceptions=False)


@pytest.mark.parametrize("path", ["/trials", "/api/trials"])
def test_an_error_of_our_own_is_a_page_with_the_strict_headers(broken, path):
    answer = broken.get(path)
    assert answer.status_code == 500 and "osteocast itself failed" in answer.text
    assert "secret" not in answer.text and "default-src 'none'" in answer.headers["content-security-policy"]
    if path.startswith("/api"):
        assert answer.json()["error"]["fix"] == "try again"
    else:
        assert "<h1>" in answer.text and "/static/" in answer.text


def test_where_a_part_is_asked_for_a_problem_is_a_part(http, broken):
    part = {"hx-request": "true"}
    for answer in (
        http.get("/nowhere", headers=part),
        http.post("/mechanism", headers=part),
        broken.get("/trials", headers=part),
    ):
        assert answer.status_code >= 400 and 'class="warn"' in answer.text and "<html" not in answer.text
    whole = http.get("/mechanism?whole=maybe")
    assert whole.status_code == 422 and "<html" in whole.text and "whole" in whole.text


def test_only_a_server_of_this_machine_alone_says_that_nothing_leaves_it():
    from starlette.testclient import TestClient

    from osteocast.web import create_app
    from osteocast.web.security import LOOPBACK

    alone = TestClient(create_app(), base_url="http://127.0.0.1").get("/trials").text
    shared = TestClient(create_app([*LOOPBACK, "192.0.2.7"]), base_url="http://192.0.2.7").get("/trials").text
    assert "no data leave this machine" in alone and "unencrypted" not in alone
    assert "no data leave this machine" not in shared and "unencrypted" in shared
