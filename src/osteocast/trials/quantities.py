"""What a virtual trial can measure: names, units, and which instrument the noise comes from."""

from __future__ import annotations

from typing import NamedTuple

from osteocast.errors import OsteocastError, choices, nearest
from osteocast.measure.dxa import SITES

MARKERS = ("sCTX", "uNTX", "P1NP", "BSAP")
HORMONES = {"E2": "nmol/L", "E1": "nmol/L", "E1S": "nmol/L", "T": "nmol/L", "LH": "IU/L"}
OTHERS = {"whole_body_aromatisation": "share of untreated", "antibody": "nmol/L"}
"""Aromatisation in the whole body, and denosumab in plasma."""
T_SCORE = "t_score_"
FRACTURES = (
    "hip", "vertebral_clinical", "vertebral_morphometric", "wrist", "humerus", "mof", "nonvertebral", "any_clinical"
)  # fmt: skip
FOLLOW_UP = ("dropout", "death", "rescue", "discontinued")
EVENTS = (*FRACTURES, *FOLLOW_UP)


class Quantity(NamedTuple):
    """Something that is measured at visits."""

    name: str
    unit: str
    simulated: str
    """Name of what the engine returns for it."""
    assay: bool
    """Whether a laboratory measures it; otherwise a scanner does."""


QUANTITIES = {
    one.name: one
    for one in (
        *(Quantity(site, "g/cm2", site, False) for site in SITES),
        *(Quantity(T_SCORE + site, "1", site, False) for site in SITES),
        *(Quantity(name, "fold of young adult", name, True) for name in MARKERS),
        *(Quantity(name, unit, name, True) for name, unit in (HORMONES | OTHERS).items()),
    )
}
ASSAYS = tuple(name for name, one in QUANTITIES.items() if one.assay)


def site_of(name: str) -> str:
    """The site of a density or of a T-score."""
    return name.removeprefix(T_SCORE)


def quantity_name(word: str) -> str:
    """The canonical name of a quantity; capitals do not matter.

    Raises:
        OsteocastError: nothing is called that; the nearest name is suggested.
    """
    return _known(word, tuple(QUANTITIES), "quantity")


def event_name(word: str) -> str:
    """The canonical name of an event; `fracture` means any clinical one."""
    return "any_clinical" if word.strip().lower() == "fracture" else _known(word, EVENTS, "event")


def _known(word: str, names: tuple[str, ...], noun: str) -> str:
    folded = {name.lower(): name for name in names}
    given = word.strip().lower().replace(" ", "_").replace("-", "_")
    if given in folded:
        return folded[given]
    close = nearest(given, folded)
    fix = choices(names, folded[close] if close else None)
    raise OsteocastError(f"'{word}' is not a {noun} of a trial", where=noun, fix=fix)
