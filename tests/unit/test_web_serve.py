"""Where `osteocast serve` listens: addresses that it does not take, and answers that do not wait."""

from __future__ import annotations

import asyncio
import socket

import pytest

from osteocast import cli
from osteocast.cli.serve import listen

pytest.importorskip("uvicorn", reason="the pages need the libraries of osteocast[web]")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "0"])
def test_every_address_at_once_is_refused_in_one_sentence(host, capsys):
    assert cli.main(["serve", "--no-open", "--host", host]) == cli.UNUSABLE
    said = capsys.readouterr()
    assert "--host" in said.err and "the one address that others will type" in said.err
    assert said.err.count("\n") == 1 and not said.out


def test_small_answers_are_sent_at_once():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    async def at_once() -> bool:
        found = asyncio.get_running_loop().create_future()

        async def answer(_, writer):
            found.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        async with await asyncio.start_server(answer, sock=listen("127.0.0.1", port)):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return bool(await found)

    assert asyncio.run(at_once())
