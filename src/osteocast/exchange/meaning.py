"""What the parts of a document mean: MIRIAM annotations from `annotations.csv`, codes of drug cards, and notes."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any, NamedTuple

from osteocast.drugs.catalogue import Card

COMPARTMENTS = ("plasma", "bone")
DRUGS_IN = "plasma"
REGISTRY = "https://identifiers.org/"
TERMINOLOGIES = {"atc": "atc:{}", "rxnorm": "rxnorm:{}"}
"""Codes of drug cards that are written, by terminology."""


class Meaning(NamedTuple):
    """One statement about one part of the model."""

    id: str
    place: str
    """Compartment, where the part is a substance or a cell."""
    qualifier: str
    """`is`, `isVersionOf`, `hasProperty`, `hasTaxon`, `occursIn`."""
    resource: str
    """Compact identifier, such as `CHEBI:16469`."""
    label: str
    quality: str
    source: str


@cache
def meanings() -> Mapping[str, tuple[Meaning, ...]]:
    """Statements by identifier of the part."""
    found: dict[str, tuple[Meaning, ...]] = {}
    with (files("osteocast.exchange") / "annotations.csv").open(encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            found[row["id"]] = (*found.get(row["id"], ()), Meaning(**row))
    return found


def place(name: str) -> str | None:
    """The compartment of a substance or a cell; None for what is neither."""
    found = [one.place for one in meanings().get(name, ()) if one.place]
    return found[0] if found else None


def annotate(element: Any, name: str, drug: Card | None = None) -> None:
    """Attach the statements about a part, and the codes of the drug that it holds.

    Args:
        element: of libSBML.
        name: identifier of the part.
        drug: card of the drug.
    """
    statements = [(one.qualifier, one.resource) for one in meanings().get(name, ())]
    if drug is not None:
        statements += [("isVersionOf", one.resource) for one in meanings().get(drug.id, ())]
        known = [(key, drug.codes[key].code) for key in TERMINOLOGIES if key in drug.codes]
        statements += [("isVersionOf", TERMINOLOGIES[key].format(code)) for key, code in known]
    if not statements:
        return
    import libsbml

    element.setMetaId(f"meta_{name}")
    terms: dict[str, Any] = {}
    for qualifier, resource in statements:
        if qualifier not in terms:
            term = libsbml.CVTerm(libsbml.BIOLOGICAL_QUALIFIER)
            term.setBiologicalQualifierType(libsbml.BiolQualifierType_fromString(qualifier))
            terms[qualifier] = term
        terms[qualifier].addResource(REGISTRY + resource)
    for term in terms.values():
        element.addCVTerm(term)


def notes(regimen: str) -> str:
    """What a reader of the document must know, as XHTML."""
    from importlib.metadata import version

    lines = (
        f"Written by osteocast {version('osteocast')}. Research and education, not a medical device.",
        f"Regimen: {regimen}.",
        "Time is in days. Time 0 is the start of the simulated life, years before the question is asked; month 0, "
        "the day of the question, lies at time month_0, and t_d counts days from there. A month has 30.4375 days.",
        "At time 0 everybody is a young adult in steady state. Cells, markers and relative densities are folds of "
        "the young adult.",
        "Personal values such as leydig_now or free_e2_young follow from known hormone levels; they were worked out "
        "before the export and are parameters here.",
        "Each dose is one firing of the event of its course; an unbroken input is switched on and off by two events. "
        "Depot and central hold a drug in the unit of what acts.",
        "Compartments have a volume of one litre so that amounts and concentrations have the same number.",
    )
    body = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return f'<body xmlns="http://www.w3.org/1999/xhtml">{body}</body>'
