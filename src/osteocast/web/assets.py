"""Style sheets and scripts, served from memory under names that change with their content."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from osteocast.report.html import HERE as REPORT

FOLDER = Path(__file__).parent / "static"
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
YEAR_S = 31_536_000
DARK = re.compile(r"@media screen and \(prefers-color-scheme: dark\) \{\s*:root \{(.*?)\}\s*\}", re.DOTALL)
LIGHT = re.compile(r"^:root \{(.*?)\}", re.DOTALL | re.MULTILINE)

router = APIRouter()


@cache
def contents() -> Mapping[str, bytes]:
    """Every file by name: the one style sheet (the report's, then the pages' own), and the scripts."""
    report = (REPORT / "style.css").read_text(encoding="utf-8")
    own = (FOLDER / "app.css").read_text(encoding="utf-8")
    parts = [(REPORT / name).read_text(encoding="utf-8") for name in ("twin.css", "mechanism.css")]
    sheets = [report, *parts, chosen_theme(report), own]
    found = {"osteocast.css": "\n".join(sheets).encode()}
    for path in sorted(FOLDER.iterdir()):
        if path.suffix in KINDS and path.name != "app.css":
            found[path.name] = path.read_bytes()
    return found


def chosen_theme(sheet: str) -> str:
    """Rules for a theme chosen on the page, from the colours that the report's style sheet gives each."""
    light, dark = LIGHT.search(sheet), DARK.search(sheet)
    assert light is not None and dark is not None, "style.css names the colours of both themes"
    rule = ":root:has(#theme-{0}:checked) {{ color-scheme: {0};{1} }}"
    return "@media screen {\n" + rule.format("light", light[1]) + "\n" + rule.format("dark", dark[1]) + "\n}"


@cache
def address(name: str) -> str:
    """Where a file is: its content is part of the address, so that a browser may keep it."""
    return f"/static/{name}?{hashlib.sha256(contents()[name]).hexdigest()[:12]}"


@router.get("/static/{name}", include_in_schema=False)
def static(name: str) -> Response:
    """One file."""
    if name not in contents():
        raise HTTPException(404)
    headers = {"cache-control": f"public, max-age={YEAR_S}, immutable"}
    return Response(contents()[name], media_type=KINDS[Path(name).suffix], headers=headers)
