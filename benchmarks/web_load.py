"""Fifty people on one server: each does something, thinks for some twenty seconds, and does the next thing.

Each has a person of their own. What they do is drawn at random: open a page, change a strategy, move the person's
age, drag a slider, read the numbers. Runs for a minute on this machine; prints errors, percentiles and the memory of
the server at a third of the time and at the end.

    .venv/bin/python benchmarks/web_load.py [--users 50] [--think 20] [--seconds 60]
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

import httpx

INHIBITOR = "anastrozole 1 mg daily for 60 months"
ADDED = ("zoledronic acid 4 mg every 6 months for {n} months", "denosumab 60 mg every 6 months for {n} months",
         "alendronate 70 mg weekly for {n} months", "risedronate 35 mg weekly for {n} months")  # fmt: skip
SEED = 7


class User:
    """One of them, with a person and two strategies."""

    def __init__(self, client: httpx.AsyncClient, number: int) -> None:
        self.client, self.chance = client, random.Random(SEED + number)
        self.values = {
            "sex": "female", "age": str(55 + number % 25), "age_at_menopause": "50", "years": "10",
            "bmi": f"{22 + number % 10}", "strategy-0": INHIBITOR, "strategy-1": self._protected(),
        }  # fmt: skip

    def _protected(self) -> str:
        return f"{INHIBITOR} + {self.chance.choice(ADDED).format(n=6 * self.chance.randint(2, 10))}"

    async def act(self) -> tuple[str, float, int]:
        """One thing, how long it took [s], and its status."""
        what = self.chance.choices(("page", "strategy", "age", "drag"), (4, 3, 1, 2))[0]
        if what == "strategy":
            self.values["strategy-1"] = self._protected()
        if what == "age":
            self.values["age"] = f"{self.chance.uniform(55, 80):.1f}"
        path = {"page": "/", "drag": "/person/charts"}.get(what, "/person")
        if what == "drag":
            self.values["strategy-1"] = self._protected()
        start = time.perf_counter()
        answer = await (self.client.get(path) if what == "page" else self.client.post(path, data=self.values))
        return what, time.perf_counter() - start, answer.status_code


async def run(address: str, users: int, think: float, seconds: float, pid: int) -> None:
    """Let them act and print what came of it."""
    took: list[tuple[str, float, int]] = []
    memory: list[float] = []
    limits = httpx.Limits(max_connections=users)
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as client:
        await client.post("/person", data=User(client, 0).values, timeout=300)
        end = time.perf_counter() + seconds

        async def live(number: int) -> None:
            user = User(client, number)
            await asyncio.sleep(user.chance.uniform(0, think))
            while time.perf_counter() < end:
                took.append(await user.act())
                await asyncio.sleep(user.chance.uniform(0.5, 1.5) * think)

        async def watch() -> None:
            await asyncio.sleep(seconds / 3)
            memory.append(_megabytes(pid))

        await asyncio.gather(watch(), *(live(number) for number in range(users)))
    memory.append(_megabytes(pid))
    errors = [one for one in took if one[2] >= 400]
    print(f"{users} people, {think:g} s to think, {seconds:g} s: {len(took)} requests, {len(errors)} errors")
    for what in ("all", "page", "strategy", "age", "drag"):
        times = [one[1] for one in took if what in ("all", one[0])]
        if len(times) > 1:
            cuts = statistics.quantiles(times, n=20, method="inclusive")
            middle, most = 1000 * statistics.median(times), 1000 * cuts[-1]
            print(f"  {what}: {len(times)}, median {middle:.0f} ms, 95th percentile {most:.0f} ms")
    print(f"  memory of the server: {memory[0]:.0f} MB after a third of the time, {memory[1]:.0f} MB at the end")


def _megabytes(pid: int) -> float:
    text = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    found = re.search(r"VmRSS:\s+(\d+) kB", text)
    assert found is not None
    return int(found[1]) / 1024


def main() -> None:
    """Start the server, measure, stop it."""
    given = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    given.add_argument("--users", type=int, default=50)
    given.add_argument("--think", type=float, default=20.0)
    given.add_argument("--seconds", type=float, default=60.0)
    asked = given.parse_args()
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-m", "osteocast", "serve", "--port", str(port), "--no-open"])
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(300):
            try:
                httpx.get(address)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        asyncio.run(run(address, asked.users, asked.think, asked.seconds, server.pid))
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
