"""The tables of the page on virtual people, from the joint distribution itself."""

from __future__ import annotations

from _markdown import table

from osteocast.explain.wording import figure, quality_words
from osteocast.people import joint

GROUPS = {
    joint.PRE: "women before menopause",
    joint.POST: "women after menopause",
    joint.MALE: "men",
}
QUANTITIES = (
    "age", "age_at_menopause", "bmi", "calcium_mg_day", "vitamin_d", "turnover", "e2", "testosterone", "lh",
    "adherence",
)  # fmt: skip
ONLY = {"testosterone": (joint.MALE,), "lh": (joint.MALE,), "age_at_menopause": (joint.PRE, joint.POST)}
WHO = {"female": "women", "male": "men"}


def _origin(one: joint.Record | joint.Link | joint.Share | joint.Therapy) -> tuple[str, str]:
    return f"{one.basis} ({quality_words(one.quality)})", one.source


def margins() -> str:
    """Mean and spread of every measured quantity but the T-scores."""
    rows = []
    for name in QUANTITIES:
        groups: dict[joint.Record, list[str]] = {}
        for group in ONLY.get(name, tuple(GROUPS)):
            groups.setdefault(joint.margin(name, group), []).append(group)
        for one, among in groups.items():
            mean, sd = one.margin.mean, one.margin.sd
            numbers = f"{figure(mean)} ± {figure(sd)}"
            if one.published != (mean, sd):
                numbers += f" (published {figure(one.published[0])} ± {figure(one.published[1])})"
            label = f"`{name}`: {joint.LABELS.get(name, name)}, {_who(among)}"
            rows.append((label, numbers, one.unit, one.margin.kind, *_origin(one)))
    return table(("quantity", "mean ± sd", "unit", "form", "basis", "source"), rows)


def _who(groups: list[str]) -> str:
    """Groups in words."""
    if groups in (list(GROUPS), [joint.PRE, joint.POST]):
        return "women" if joint.MALE not in groups else "all"
    return " and ".join(GROUPS[group] for group in groups)


def shares() -> str:
    """Prevalence of the risk factors by age, and what was taken before."""
    rows = []
    for risk in joint.RISKS:
        each = {sex: joint.prevalence(risk, sex) for sex in WHO}
        for sex, one in each.items():
            if sex == "male" and one == each["female"]:
                continue
            who = "all" if each["male"] == each["female"] else WHO[sex]
            by_age = ", ".join(
                f"{100 * share:.3g} % at {age:g}" for age, share in zip(one.ages, one.share, strict=True)
            )
            rows.append((f"`{risk}`, {who}", by_age, *_origin(one)))
    for group, who in GROUPS.items():
        rows += [
            (f"`prior_therapy`, {who}: {one.regimen}", f"{100 * one.share:.3g} %", *_origin(one))
            for one in joint.prior_therapy(group)
        ]
    return table(("fact", "share", "basis", "source"), rows)


def links() -> str:
    """Every correlation that is not 0."""
    groups: dict[joint.Link, list[str]] = {}
    for group in tuple(GROUPS):
        for one in joint.links(group):
            groups.setdefault(one, []).append(group)
    rows = []
    for one, among in groups.items():
        both = " and ".join(f"`{name}`" for name in one.pair)
        who = "" if _who(among) == "all" else f", {_who(among)}"
        rows.append((both + who, f"{one.value:+.2f}", *_origin(one)))
    return table(("between", "correlation", "basis", "source"), rows)
