"""What the drawing of the mechanism calls its quantities, and how it writes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from osteocast.report.figures import change, two_decimals
from osteocast.report.words import number, rounded

NAMES = {
    "lh": "LH",
    "testosterone": "Testosterone",
    "aromatase": "Aromatase",
    "estradiol": "Estradiol",
    "signal": "Estrogen signal in bone",
    "rankl": "RANKL",
    "opg": "OPG",
    "rankl_acting": "RANKL that acts",
    "osteoclasts": "Osteoclasts",
    "osteoblasts": "Osteoblasts",
    "removed": "Bone removed, spine",
    "built": "Bone built, spine",
    "remodelling_space": "Open pits",
    "trabecular": "Trabecular bone",
    "cortical": "Cortical bone",
    "lumbar_spine": "Density, spine",
    "total_hip": "Density, hip",
}
SHORT_UNITS = {
    "lh": "IU/L, pituitary",
    "testosterone": "nmol/L",
    "aromatase": "%, fat, muscle",
    "estradiol": "pmol/L",
    "signal": "% of a young adult's",
    "rankl": "removal signal",
    "opg": "holds RANKL",
    "osteoclasts": "remove bone",
    "osteoblasts": "build bone",
}


def written(name: str, value: float | None) -> str:
    """A quantity as text."""
    if name in ("lumbar_spine", "total_hip"):
        return change(value)
    if name in ("aromatase", "signal"):
        return number(value, 0)
    return rounded(value) if name in ("estradiol", "testosterone", "lh") else two_decimals(value)


def sentence(data: Mapping[str, Any], place: int) -> str:
    """The state at one month in words, for those who do not see the drawing."""
    seen = data["quantities"]

    def value(name: str) -> str:
        return written(name, seen[name]["median"][place])

    return (
        f"Estradiol {value('estradiol')} pmol/L; estrogen signal in bone {value('signal')} % of a young adult's; "
        f"osteoclasts {value('osteoclasts')} and osteoblasts {value('osteoblasts')} times a young adult's; "
        f"spine {value('lumbar_spine')} %, hip {value('total_hip')} % since the start."
    )


def capital(text: str) -> str:
    """Text with a capital first letter."""
    return text[:1].upper() + text[1:]
