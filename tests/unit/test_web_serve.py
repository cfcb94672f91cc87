"""Addresses that `osteocast serve` does not take."""

from __future__ import annotations

import pytest

from osteocast import cli

pytest.importorskip("uvicorn", reason="the pages need the libraries of osteocast[web]")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "0"])
def test_every_address_at_once_is_refused_in_one_sentence(host, capsys):
    assert cli.main(["serve", "--no-open", "--host", host]) == cli.UNUSABLE
    said = capsys.readouterr()
    assert "--host" in said.err and "the one address that others will type" in said.err
    assert said.err.count("\n") == 1 and not said.out
