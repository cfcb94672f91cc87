"""Fills the parts of the pages that come from the code: equations, parameters, agreement with published results.

A page holds a line such as `<!-- build: equations cells.rankl -->`; at build time it is replaced by what the
function of that name in `MAKERS` returns. Nothing that stands in a record of the package is typed by hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import _claims_tables
import _drug_tables
import _equation_blocks
import _evidence_tables
import _fracture_tables
import _guidance_tables
import _parameter_tables
import _people_tables
import _speed_tables
import _ten_year_tables

MARK = re.compile(r"^<!-- build: (\w+) ?(.*?) *-->$", re.MULTILINE)
MAKERS: dict[str, Callable[..., str]] = {
    "equations": _equation_blocks.equation_block,
    "fitted": _parameter_tables.fitted_table,
    "fixed": _parameter_tables.fixed_table,
    "counts": _parameter_tables.parameter_counts,
    "unmoved": _parameter_tables.unmoved,
    "moved": _parameter_tables.far_from_prior,
    "spread": _parameter_tables.spread_table,
    "evidence": _evidence_tables.evidence_table,
    "misfits": _evidence_tables.misfit_table,
    "agreement": _evidence_tables.agreement,
    "shown": _evidence_tables.shown,
    "groups": _evidence_tables.rows_by_group,
    "qualities": _evidence_tables.qualities,
    "corrections": _evidence_tables.wrong_citations,
    "cards": _drug_tables.cards,
    "compartments": _drug_tables.compartments,
    "speed_peers": _speed_tables.peers,
    "speed_growth": _speed_tables.growth,
    "speed_floor": _speed_tables.floor,
    "claims": _claims_tables.statements,
    "claims_tally": _claims_tables.tally,
    "claims_unsaid": _claims_tables.unsaid,
    "claims_references": _claims_tables.references,
    "glossary": _claims_tables.glossary,
    "people_margins": _people_tables.margins,
    "people_shares": _people_tables.shares,
    "people_links": _people_tables.links,
    "fracture_results": _fracture_tables.results,
    "fracture_fit": _fracture_tables.fit,
    "ten_year": _fracture_tables.ten_years,
    "ten_year_ratios": _ten_year_tables.ratios,
    "ten_year_factors": _ten_year_tables.factors,
    "ten_year_limits": _ten_year_tables.limits,
    "fracture_sources": _fracture_tables.sources,
    "guidance_texts": _guidance_tables.texts,
    "guidance_lines": _guidance_tables.lines,
    "guidance_facts": _guidance_tables.facts,
    "guidance_visits": _guidance_tables.visits,
}


def setup(app: Any) -> dict[str, Any]:
    """Sphinx's entry."""
    app.connect("source-read", lambda _app, _page, source: source.__setitem__(0, filled(source[0])))
    app.connect("env-get-outdated", lambda _app, env, *_: sorted(p for p in env.found_docs if _has_mark(env, p)))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _has_mark(env: Any, page: str) -> bool:
    return bool(MARK.search(Path(env.doc2path(page)).read_text(encoding="utf-8")))


def filled(text: str) -> str:
    """A page with every mark replaced."""
    return MARK.sub(lambda found: MAKERS[found[1]](*found[2].split()), text)
