"""What the report calls things, and how it writes numbers and untrusted text."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Mapping

MINUS = "\N{MINUS SIGN}"
DISCLAIMER = "Research and education, not a medical device."
NO_ORDERS = f"{DISCLAIMER} Questions for the visit, not orders."
"""What each page about one person says."""

SITES = {
    "lumbar_spine": "Lumbar spine",
    "total_hip": "Total hip",
    "femoral_neck": "Femoral neck",
    "one_third_radius": "One-third radius",
}
MARKERS = {
    "sCTX": ("Serum CTX", "set free when bone is removed"),
    "uNTX": ("Urine NTX", "set free when bone is removed"),
    "P1NP": ("P1NP", "set free when bone is built"),
    "BSAP": ("Bone alkaline phosphatase", "set free when bone is built"),
}
HORMONES = {
    "E2_pmol_l": ("Estradiol", "pmol/L"),
    "E1_pmol_l": ("Estrone", "pmol/L"),
    "E1S_pmol_l": ("Estrone sulfate", "pmol/L"),
    "T_nmol_l": ("Testosterone", "nmol/L"),
    "LH_iu_l": ("Luteinising hormone (LH)", "IU/L"),
}
CELLS = {
    "rankl": "RANKL (calls for bone removal)",
    "opg": "OPG (holds RANKL back)",
    "osteoclasts": "Osteoclasts (remove bone)",
    "osteoblasts": "Osteoblasts (build bone)",
    "osteocytes": "Osteocytes (sense load)",
    "sclerostin": "Sclerostin (holds building back)",
}
BONE = {
    "trabecular": "Trabecular bone (the inner mesh)",
    "cortical": "Cortical bone (the dense shell)",
    "remodelling_space": "Remodelling space (pits being refilled)",
}
SUPPORT = {
    "studied": ("Studied", "published studies cover this treatment, this kind of person and this time"),
    "between": ("Between studies", "studies lie on either side; the forecast interpolates between them"),
    "beyond": ("Beyond studies", "no published study reaches here; the forecast extrapolates"),
}
QUALITY = {
    "fulltext": "full text read",
    "abstract": "abstract read",
    "label": "prescribing information",
    "secondary": "second-hand source",
    "derived": "derived from other figures",
    "memory": "from memory, paper not seen",
}


def plain(value: object) -> str:
    """Text without address schemes and control characters: the page links to nothing outside itself."""
    text = str(value)
    if "://" not in text and text.isprintable():
        return text
    text = re.sub(r"(?i)\bhttps?://(?:dx\.)?doi\.org/", "doi:", text)
    # Taking one scheme away may bring another together ("hthttp://tp://"), so repeat until none is left.
    while (without := re.sub(r"(?i)https?://", "", text)) != text:
        text = without
    return "".join(c for c in text if c == "\n" or c.isprintable())


def escaped(value: object) -> str:
    """`plain` text made safe for HTML and SVG, attributes included."""
    return html.escape(plain(value), quote=True)


_FIELDS = (
    {"bmi": "BMI", "t_score": "T-score", "bmd_g_cm2": "density (g/cm²)", "hormones": "", "markers": ""}
    | {site: name.lower() for site, name in SITES.items()}
    | {key: name.lower() for key, (name, _) in HORMONES.items()}
    | {key: name for key, (name, _) in MARKERS.items()}
)


def human(name: str) -> str:
    """A field name as words: `years_since_menopause` becomes `years since menopause`."""
    parts = (_FIELDS.get(part, part.replace("_", " ")) for part in plain(name).split("."))
    return ": ".join(part for part in parts if part)


def number(value: float | None, decimals: int = 1, *, sign: bool = False) -> str:
    """A number with a true minus sign and never minus nought; a missing one is a dash."""
    if value is None or not math.isfinite(value):
        return "\N{EN DASH}"
    text = f"{abs(value):.{decimals}f}"
    if not float(text):
        return text
    return (MINUS if value < 0 else "+" if sign else "") + text


def rounded(value: float | None) -> str:
    """Three significant digits."""
    if value is None or not math.isfinite(value) or not value:
        return number(value, 0)
    return number(value, min(6, max(0, 2 - math.floor(math.log10(abs(value))))))


def percent(share: float | None) -> str:
    """A probability in per cent; never a flat 0 or 100 that a simulation cannot know."""
    if share is None or not math.isfinite(share):
        return "\N{EN DASH}"
    if share < 0.01:
        return "<1 %"
    return ">99 %" if share > 0.99 else f"{100 * share:.0f} %"


def years(month: float) -> str:
    """Months as years, with a decimal only where needed."""
    return f"{month / 12:.1f}".removesuffix(".0")


_NOTHING: tuple[object, ...] = (None, "", [], {}, ())


def plain_item(value: object) -> str:
    """Any small piece of the input, such as one entry of a history, as words."""
    if isinstance(value, Mapping):
        return ", ".join(f"{human(str(k))} {plain_item(v)}" for k, v in value.items() if v not in _NOTHING)
    if isinstance(value, (list, tuple)):
        return "; ".join(plain_item(v) for v in value if v not in _NOTHING)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return rounded(value) if value != round(value) else number(value, 0)
    return plain(value)
