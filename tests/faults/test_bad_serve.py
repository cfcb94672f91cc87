"""`osteocast serve` where it cannot: one sentence, exit code 2."""

from __future__ import annotations

import socket

import pytest

from osteocast import cli

pytest.importorskip("uvicorn", reason="the pages need the libraries of osteocast[web]")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--port", "0"], "from 1 to 65535"),
        (["--port", "70000"], "from 1 to 65535"),
        (["--host", "no such host"], "not an address"),
        (["--host", "192.0.2.1"], "nothing can listen"),
    ],
)
def test_a_bad_address_is_one_sentence(arguments, words, capsys):
    assert cli.main(["serve", "--no-open", *arguments]) == cli.UNUSABLE
    said = capsys.readouterr()
    assert words in said.err and said.err.count("\n") == 1 and not said.out


def test_a_taken_port_is_named_with_another(capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert cli.main(["serve", "--no-open", "--port", str(port)]) == cli.UNUSABLE
    assert f"port {port} is taken" in capsys.readouterr().err
