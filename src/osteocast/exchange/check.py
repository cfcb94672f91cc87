"""libSBML's own consistency check."""

from __future__ import annotations

from typing import NamedTuple

CHECKS = (
    "GENERAL_CONSISTENCY",
    "IDENTIFIER_CONSISTENCY",
    "UNITS_CONSISTENCY",
    "MATHML_CONSISTENCY",
    "SBO_CONSISTENCY",
    "OVERDETERMINED_MODEL",
    "MODELING_PRACTICE",
)
"""Every kind of check that libSBML has."""


class Problem(NamedTuple):
    """One finding of libSBML."""

    severity: str
    line: int
    text: str


def check(text: str) -> list[Problem]:
    """All that libSBML's consistency check finds, units, identifiers, mathematics and modelling practice included."""
    import libsbml

    read = libsbml.readSBMLFromString(text)
    for kind in CHECKS:
        read.setConsistencyChecks(getattr(libsbml, f"LIBSBML_CAT_{kind}"), True)
    read.checkConsistency()
    found = (read.getError(i) for i in range(read.getNumErrors()))
    return [Problem(one.getSeverityAsString(), one.getLine(), " ".join(one.getMessage().split())) for one in found]
