"""The tables of the page on guidance, from the rule sets and the table of checks."""

from _markdown import table

from osteocast.drugs.monitoring import checks
from osteocast.explain.wording import quality_words
from osteocast.guidance import FACTS, rule_sets

SEX = {"female": "women", "male": "men", "both": "women, men"}


def texts() -> str:
    """Every text: what was read of it, whom it is for, what took its place."""
    rows = []
    for one in rule_sets().values():
        newer = rule_sets()[one.superseded_by].short if one.superseded_by else ""
        gap = "**not readable, marked gap**: " if one.role == "placeholder" else ""
        name = f"{one.short} (`{one.id}`)"
        rows.append((name, str(one.published), one.population, gap + one.read, newer, one.citation))
    return table(("text", "year", "for whom", "what was read", "replaced by", "source"), rows)


def lines() -> str:
    """Every line of every text that is evaluated, and the risk factors that it counts."""
    parts = []
    for one in rule_sets().values():
        if one.covers is None:
            continue
        rows = [
            (str(line.place), f"`{line.condition}`" if line.rule else "otherwise", line.then, line.quality, line.say)
            for line in one.advice
        ]
        parts.append(f"**{one.short}** speaks where `{one.covers.text}`.\n")
        parts.append(table(("line", "if", "then", "read as", "adds"), rows))
        if one.risk_factors:
            listed = "; ".join(f"{f.title} (`{f.rule.text}`, {f.quality})" for f in one.risk_factors)
            parts.append(f"Risk factors that it counts: {listed}.\n")
        if one.substitution:
            parts.append(one.substitution + "\n")
    return "\n".join(parts)


def facts() -> str:
    """Every fact that a rule may read."""
    return table(("fact", "what it is"), [(f"`{name}`", words) for name, words in FACTS.items()])


def visits() -> str:
    """The rows of the schedule that concern bone."""
    rows = []
    for one in checks():
        if one.sex != "male" or "anastrozole" in one.card_ids:
            drugs = ", ".join(card.replace("_", " ") for card in one.card_ids)
            limit = f" ({one.threshold})" if one.threshold else ""
            rows.append((one.title, drugs, SEX[one.sex], one.when, one.changes + limit,
                         f"{one.citation} ({quality_words(one.quality)})"))  # fmt: skip
    return table(("what", "on", "for", "when", "what a result would change", "source"), rows)
