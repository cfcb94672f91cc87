"""Which fractures are counted, and what each is the sum of."""

from __future__ import annotations

from osteocast.errors import OsteocastError, choices, nearest

MAJOR = ("hip", "vertebral_clinical", "wrist", "humerus")
"""Major osteoporotic fractures."""
OUTCOMES = ("hip", "vertebral_clinical", "vertebral_morphometric", "wrist", "humerus", "mof", "any_clinical")
"""Outcomes that can be asked for; `mof` is any of `MAJOR`, `any_clinical` any fracture that comes to a doctor."""
MULTIPLE = "vertebral_multiple"
"""Two or more new vertebral fractures on film: an outcome of its own, the one that rises after denosumab."""
NONVERTEBRAL = "nonvertebral"
"""Any clinical fracture but of a vertebra: what many trials count."""
SITES_OF = {
    **{name: (name,) for name in (*MAJOR, "vertebral_morphometric", MULTIPLE, "other_clinical")},
    "mof": MAJOR,
    NONVERTEBRAL: ("hip", "wrist", "humerus", "other_clinical"),
    "any_clinical": (*MAJOR, "other_clinical"),
}
"""What the rate of an outcome is the sum of. A person may break several; the first of any is what is counted."""
SPINE = ("vertebral_clinical", "vertebral_morphometric", MULTIPLE)
TITLES = {
    "hip": "hip",
    "vertebral_clinical": "vertebra, noticed",
    "vertebral_morphometric": "vertebra, new on film",
    MULTIPLE: "two or more vertebrae, new on film",
    "wrist": "wrist",
    "humerus": "upper arm",
    "mof": "major osteoporotic (hip, noticed vertebra, wrist, upper arm)",
    NONVERTEBRAL: "any clinical fracture but of a vertebra",
    "any_clinical": "any clinical fracture",
}
POPULATIONS = ("united_states", "sweden", "united_kingdom")
DEFAULT_POPULATION = "united_states"


def sites_of(outcome: str) -> tuple[str, ...]:
    """The single sites that make up an outcome.

    Raises:
        OsteocastError: no such outcome.
    """
    if outcome not in SITES_OF:
        fix = choices((*OUTCOMES, MULTIPLE, NONVERTEBRAL), nearest(outcome, SITES_OF))
        raise OsteocastError(f"'{outcome}' is not a fracture outcome", where="outcome", fix=fix)
    return SITES_OF[outcome]


def population_name(name: str) -> str:
    """The population, checked.

    Raises:
        OsteocastError: no rates are stored for it.
    """
    if name not in POPULATIONS:
        raise OsteocastError(
            f"no fracture rates are stored for '{name}'", where="population", fix=f"use {', '.join(POPULATIONS)}"
        )
    return name
