"""What tests of the pages share beside their fixtures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

AXE = (Path(__file__).parent / "web" / "vendor" / "axe-4.14.1.min.js").read_text(encoding="utf-8")
INHIBITOR = "anastrozole 1 mg daily for 60 months"
PROTECTED = f"{INHIBITOR} + zoledronic acid 4 mg every 6 months for 36 months"
WOMAN = {"sex": "female", "age": "62", "age_at_menopause": "50", "bmi": "27", "strategy-0": INHIBITOR}
"""Fields of the form."""


def settled(page: Any) -> None:
    """Wait until every request of the page is answered and its answer is in the page."""
    page.wait_for_function(
        "() => document.querySelectorAll('.htmx-request, .htmx-swapping, .htmx-settling').length === 0"
    )
    page.wait_for_load_state("networkidle")


def violations(page: Any) -> list[str]:
    """What axe-core finds, one line a rule, with the first places."""
    page.evaluate(AXE)
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {one['help']} at {[node['target'] for node in one['nodes'][:3]]}"
        for one in found["violations"]
    ]
