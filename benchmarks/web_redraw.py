"""How fast the person page draws: first paint, and the redraw while a slider is dragged.

Starts the server and Debian's Chromium on this machine, opens a case with four strategies over ten years, and drags
three sliders one step at a time: a strategy's end, the person's age, a T-score. A redraw is timed in the browser,
from the event of the slider to the first frame with the new charts. Prints the 50th and 95th percentile.

    .venv/bin/python benchmarks/web_redraw.py [--steps 40]
"""

from __future__ import annotations

import argparse
import shutil
import socket
import statistics
import subprocess
import sys
import time

import httpx
from playwright.sync_api import Page, sync_playwright

from osteocast.web.cases import Case, packed

INHIBITOR = "anastrozole 1 mg daily for 60 months"
STRATEGIES = (
    INHIBITOR,
    f"{INHIBITOR} + zoledronic acid 4 mg every 6 months for 36 months",
    f"{INHIBITOR} + denosumab 60 mg every 6 months for 60 months + zoledronic acid 5 mg once from month 66",
    "tamoxifen 20 mg daily for 60 months",
)
PERSON = {
    "sex": "female",
    "age": 62,
    "age_at_menopause": 50,
    "bmi": 27,
    "scans": [{"site": "lumbar_spine", "t_score": -1.4}, {"site": "total_hip", "t_score": -0.9}],
}
SLIDERS = {
    "end of one strategy": ("item-1-1-stop", 12, 120, 1),
    "age": ("age", 55, 80, 1),
    "T-score": ("scan-0-t_score", -3.5, 0.5, 0.1),
}
DRAG = """async ([id, value]) => {
  const slider = document.querySelector(`.slider[data-for="${id}"]`);
  const before = document.querySelector('#charts').innerHTML;
  const start = performance.now();
  slider.value = value;
  slider.dispatchEvent(new Event('input', {bubbles: true}));
  await new Promise((done) => {
    const look = () => {
      const drawn = document.querySelector('#charts').innerHTML !== before;
      if (drawn) requestAnimationFrame(() => done()); else setTimeout(look, 2);
    };
    look();
  });
  return performance.now() - start;
}"""


def main() -> None:
    """Measure and print."""
    given = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    given.add_argument("--steps", type=int, default=40)
    steps = given.parse_args().steps
    port = _free_port()
    server = subprocess.Popen([sys.executable, "-m", "osteocast", "serve", "--port", str(port), "--no-open"])
    try:
        address = f"http://127.0.0.1:{port}/"
        _wait(address)
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            print(_first_paint(browser.new_page(), address))
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(f"{address}#case={packed(Case(PERSON, STRATEGIES, 10))}")
            page.wait_for_selector("#charts svg", timeout=180_000)
            page.wait_for_load_state("networkidle")
            everything = []
            for name, slider in SLIDERS.items():
                times = _dragged(page, *slider, steps)
                everything += times
                print(_line(f"redraw, {name}", times))
            print(_line("redraw, all", everything))
            browser.close()
    finally:
        server.terminate()
        server.wait()


def _first_paint(page: Page, address: str) -> str:
    times = []
    for _ in range(10):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        times.append(page.evaluate("() => performance.getEntriesByName('first-contentful-paint')[0].startTime"))
    return _line("first paint", times)


def _dragged(page: Page, field: str, low: float, high: float, step: float, steps: int) -> list[float]:
    """Times of one drag: to one end, then back and forth, no value twice in a row."""
    places = int((high - low) / step)
    page.evaluate(DRAG, [field, str(low)])
    values = [low + step * ((1 + 7 * k) % places) for k in range(steps)]
    return [page.evaluate(DRAG, [field, f"{value:.3g}"]) for value in values]


def _line(name: str, times: list[float]) -> str:
    cuts = statistics.quantiles(times, n=20, method="inclusive")
    return f"{name}: median {statistics.median(times):.0f} ms, 95th percentile {cuts[-1]:.0f} ms, {len(times)} times"


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait(address: str) -> None:
    for _ in range(300):
        try:
            httpx.get(address)
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit("the server does not answer")


if __name__ == "__main__":
    main()
