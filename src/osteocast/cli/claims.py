"""`osteocast explain claims` and `osteocast explain glossary`: the two lists."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import RenderableType

    from osteocast.explain import Explanation

STYLE = {"agree": "green", "partly": "yellow", "no": "red"}


def everything(out: Path | None, json: bool) -> None:
    """All statements with their verdicts, and the page of them."""
    from osteocast.cli import output
    from osteocast.explain import claims
    from osteocast.report.html import claims_page

    output.usable_folder(out)
    result = claims.everything()

    output.deliver(
        result, output.with_disclaimer(lambda: _table(result)), name="claims", out=out, json=json, page=claims_page
    )


def one(which: str) -> Explanation:
    """One statement in full."""
    from osteocast.explain import claims

    return claims.explained(which)


def glossary(json: bool) -> None:
    """All terms in plain words."""
    from rich.text import Text

    from osteocast.cli import output
    from osteocast.explain.claims import glossary as listed

    terms = listed()
    if json:
        output.print_json({"schema": 1, "glossary": terms})
        return
    table = output.plain_table()
    table.add_column("term", max_width=26, overflow="fold")
    table.add_column("in plain words")
    for term in terms:
        table.add_row(Text(term["term"], style="bold"), Text(term["plain"]))
    console = output.console()
    console.print(table)
    console.print("One term in full, for specialists too, with its source: osteocast explain TERM")
    console.print(output.DISCLAIMER, style="dim")


def _table(result: Mapping[str, Any]) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    from osteocast.cli import output
    from osteocast.report.claims import tally_lines, verdict

    table = output.plain_table()
    table.add_column("no.", justify="right", no_wrap=True)
    table.add_column("what the source article states")
    table.add_column("evidence", no_wrap=True)
    table.add_column("model", no_wrap=True)
    for chapter, claims in groupby(result["claims"], key=lambda claim: str(claim["chapter"])):
        table.add_row("", Text(chapter, style="bold"), "", "")
        for claim in claims:
            told, model = claim["verdict"], claim["model"]["verdict"]
            table.add_row(
                str(claim["number"]),
                Text(claim["statement"]),
                Text(verdict(claim), style=STYLE[told]),
                Text(model, style=STYLE.get(model, "dim")),
            )
    wrong = [one for one in result["references"] if one["wrong"]]
    after = (
        "",
        *tally_lines(result),
        f"{len(wrong)} of the article's {len(result['references'])} references are misprinted or cannot be found.",
        "One statement in full, with reasons and sources: osteocast explain claims NUMBER",
        "All of it as a page: osteocast explain claims --out FOLDER",
    )
    return Group(table, Text("\n".join(after)))
